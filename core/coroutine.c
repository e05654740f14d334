#include "core/arguments.h"

weft_step_ weft_resume_other_(const weft_frame *frame)
{
    if (frame->state == WEFT_ENDED_STATE_)
        return (weft_step_){WEFT_RETURNED};
    weft_panic(frame->code->file, weft_line_of_(frame->state),
               "resumed at a line that has no await of this coroutine: "
               "is it inside a switch of the coroutine's own?");
}

void weft_stray_(const weft_frame *frame, unsigned state, unsigned end, bool continues)
{
    weft_panic(frame->code->file, state ? weft_line_of_(state) : end,
               continues ? "continue outside of a loop" : "break outside of a loop");
}

void weft_check_frame_(const weft_frame *frame, const char *file, unsigned line)
{
    if (frame->state != 0 && frame->state != WEFT_ENDED_STATE_)
        weft_panic(file, line, "the frame is in use, or was not zero at first");
}

void weft_enter_(weft_context *context, const weft_frame *caller, weft_frame *callee, size_t size)
{
    weft_check_frame_(callee, caller->code->file, weft_line_of_(caller->state));
    if (context->on_reuse)
        context->on_reuse(context, callee, size);
    context->callee = callee;
}

static const weft_error no_coroutine = {&weft_invalid_state_error, "awaited again, or never begun"};

const weft_error *weft_enter_begun_(weft_context *context, weft_frame *caller, weft_frame *callee)
{
    if (!callee->code || callee->state != 0 || callee->caller)
        return &no_coroutine;
    callee->caller = caller;
    context->callee = callee;
    return NULL;
}
