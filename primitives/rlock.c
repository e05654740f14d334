#include "primitives/rlock.h"

weft_signal weft_rlock_acquire_(weft_rlock *rlock, weft_context *context)
{
    weft_signal signal = {WEFT_GO_ON_};
    if (rlock->lock.holder != weft_running_task_(context))
        signal = weft_lock_acquire_(&rlock->lock, context);
    rlock->depth += signal.what == WEFT_GO_ON_;
    return signal;
}

void weft_rlock_take_(weft_rlock *rlock, weft_context *context)
{
    weft_lock_take_(&rlock->lock, context);
    rlock->depth += !context->error;
}

const weft_error *weft_rlock_release_(weft_rlock *rlock, const weft_task *task)
{
    static const weft_error not_held = {&weft_invalid_state_error, "the task has not the lock"};
    if (rlock->lock.holder != task)
        return &not_held;
    return --rlock->depth ? NULL : weft_lock_release(&rlock->lock);
}
