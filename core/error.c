/* SPDX-License-Identifier: MIT */
#include "core/error.h"

WEFT_ERROR_KIND_(weft_base_error) = {NULL, WEFT_TEXT_("any error, or cancelled")};
WEFT_ERROR_KIND_(weft_any_error) = {NULL, WEFT_TEXT_("any error")};
WEFT_ERROR_KIND_(weft_cancelled_error) = {NULL, WEFT_TEXT_("cancelled")};
WEFT_ERROR_KIND_(weft_invalid_state_error) = {NULL, WEFT_TEXT_("invalid state")};
WEFT_ERROR_KIND_(weft_deadlock_error) = {NULL, WEFT_TEXT_("deadlock: nothing can ever run again")};

bool weft_error_is(const weft_error *error, const weft_error *kind)
{
    const bool any = kind == &weft_any_error;
    if (!error || kind == &weft_base_error)
        return error;
    if (any)
        kind = &weft_cancelled_error;
    while (error != kind && error)
        error = error->kind;
    return any != (error != NULL);
}

const char *weft_error_text(const weft_error *error)
{
    while (error && !error->text)
        error = error->kind;
    return error ? error->text : WEFT_TEXTS ? weft_any_error.text : "";
}
