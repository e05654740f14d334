/* SPDX-License-Identifier: MIT */
#include "core/error.h"

const weft_error weft_base_error = {NULL, WEFT_TEXT_("any error, or cancelled")};
const weft_error weft_any_error = {NULL, WEFT_TEXT_("any error")};
const weft_error weft_cancelled_error = {NULL, WEFT_TEXT_("cancelled")};
const weft_error weft_invalid_state_error = {NULL, WEFT_TEXT_("invalid state")};
const weft_error weft_deadlock_error = {NULL, WEFT_TEXT_("deadlock: nothing can ever run again")};

bool weft_error_is(const weft_error *error, const weft_error *kind)
{
    const bool any = kind == &weft_any_error;
    if (!error || kind == &weft_base_error)
        return error;
    if (any)
        kind = &weft_cancelled_error;
    while (error && error != kind)
        error = error->kind;
    return any ? !error : error != NULL;
}

const char *weft_error_text(const weft_error *error)
{
    while (error && !error->text)
        error = error->kind;
    return error ? error->text : WEFT_TEXTS ? weft_any_error.text : "";
}
