#include "core/coroutine.h"

void weft_bad_resume_(const weft_frame *frame)
{
    weft_panic(frame->code->file, frame->state,
               "resumed at a line that has no await of this coroutine: "
               "is it inside a switch of the coroutine's own?");
}
