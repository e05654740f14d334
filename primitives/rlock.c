/* SPDX-License-Identifier: MIT */
#include "primitives/rlock.h"

weft_step_ weft_rlock_acquire_begin_(weft_rlock *rlock, weft_context *context)
{
    weft_step_ result = {WEFT_GO_ON_};
    if (rlock->lock.holder != weft_running_task_(context))
        result = weft_lock_acquire_begin_(&rlock->lock, context);
    rlock->depth += result.what == WEFT_GO_ON_;
    return result;
}

void weft_rlock_acquire_resume_(weft_rlock *rlock, weft_context *context)
{
    weft_lock_acquire_resume_(&rlock->lock, context);
    rlock->depth += !context->error;
}

const weft_error *weft_rlock_release_(weft_rlock *rlock, const weft_task *task)
{
    WEFT_ERROR_(not_held, weft_invalid_state_error, "the task has not the lock");
    if (rlock->lock.holder != task)
        return not_held;
    return --rlock->depth ? NULL : weft_lock_release(&rlock->lock);
}
