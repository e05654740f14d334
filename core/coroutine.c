/* SPDX-License-Identifier: MIT */
#include "core/arguments.h"

/* Returns true if weft_begin has set up the frame in debug mode. */
static inline bool is_begun(const weft_frame *frame)
{
#ifdef WEFT_HAS_DEBUG_MODE_
    return frame->state == WEFT_BEGUN_STATE_;
#else
    (void)frame;
    return false;
#endif
}

weft_step_ weft_resume_other_(weft_frame *frame, weft_context *context)
{
    (void)context;
    if (frame->state == WEFT_ENDED_STATE_)
        return (weft_step_){WEFT_RETURNED};
    if (is_begun(frame)) { /* the program drives it with weft_resume */
        frame->state = 0;
        return WEFT_STEP_CODE_OF_(frame->code)(frame, context);
    }
    weft_panic(WEFT_FILE_OF_(frame->code), weft_line_of_(frame->state),
               WEFT_TEXT_("resumed at a line that has no await of this coroutine: "
                          "is it inside a switch of the coroutine's own?"));
}

void weft_stray_(const weft_frame *frame, unsigned state, unsigned end, bool continues)
{
    (void)frame, (void)continues;
    weft_panic(WEFT_FILE_OF_(frame->code), state ? weft_line_of_(state) : end,
               continues ? WEFT_TEXT_("continue outside of a loop")
                         : WEFT_TEXT_("break outside of a loop"));
}

void weft_check_frame_(const weft_frame *frame, const char *file, unsigned line)
{
    if (frame->state != 0 && frame->state != WEFT_ENDED_STATE_ && !is_begun(frame))
        weft_panic(file, line, WEFT_TEXT_("the frame is in use, or was not zero at first"));
}

#ifdef WEFT_HAS_DEBUG_MODE_
void weft_reuse_frame_(weft_context *context, const weft_frame *frame, size_t size)
{
    if (is_begun(frame))
        context->on_reuse(context, frame, 1);
    context->on_reuse(context, frame, size);
}

void weft_note_begun_(weft_context *context, weft_frame *frame, unsigned line)
{
    frame->flags = (uint16_t)line;
    context->on_reuse(context, frame, 0);
}
#endif

void weft_enter_(weft_context *context, const weft_frame *caller, weft_frame *callee, size_t size)
{
    weft_check_frame_(callee, WEFT_FILE_OF_(caller->code), weft_line_of_(caller->state));
#ifdef WEFT_HAS_DEBUG_MODE_
    if (context->on_reuse)
        weft_reuse_frame_(context, callee, size);
#else
    if (context->on_reuse)
        context->on_reuse(context, callee, size);
#endif
    context->callee = callee;
}

WEFT_ERROR_(no_coroutine, weft_invalid_state_error, "awaited again, or never begun");

const weft_error *weft_enter_begun_(weft_context *context, weft_frame *caller, weft_frame *callee)
{
    if (!callee->code || callee->state != 0 || callee->caller) {
        if (!is_begun(callee))
            return no_coroutine;
        if (context->on_reuse)
            context->on_reuse(context, callee, 0);
        callee->state = callee->flags = 0;
    }
    callee->caller = caller;
    context->callee = callee;
    return NULL;
}
