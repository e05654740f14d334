/* SPDX-License-Identifier: MIT */
#include "core/error.h"

const weft_error weft_base_error = {NULL, "any error, or cancelled"};
const weft_error weft_any_error = {NULL, "any error"};
const weft_error weft_cancelled_error = {NULL, "cancelled"};
const weft_error weft_invalid_state_error = {NULL, "invalid state"};
const weft_error weft_deadlock_error = {NULL, "deadlock: nothing can ever run again"};

bool weft_error_is(const weft_error *error, const weft_error *kind)
{
    if (kind == &weft_base_error)
        return error;
    if (kind == &weft_any_error)
        return error && !weft_error_is(error, &weft_cancelled_error);
    while (error && error != kind)
        error = error->kind;
    return error;
}

const char *weft_error_text(const weft_error *error)
{
    while (error && !error->text)
        error = error->kind;
    return error ? error->text : weft_any_error.text;
}
