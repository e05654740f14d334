/* SPDX-License-Identifier: MIT */
#include "primitives/barrier.h"

WEFT_ERROR_KIND_(weft_broken_barrier_error) = {.text = WEFT_TEXT_("the barrier is broken")};

void weft_barrier_init(weft_barrier *barrier, size_t n)
{
    *barrier = (weft_barrier)WEFT_BARRIER(n);
}

/* Returns true if a task that comes may enter. Otherwise it waits until the tasks of the round
 * before have left. */
static bool is_open(const weft_barrier *barrier)
{
    return barrier->state == WEFT_BARRIER_FILLING_ || barrier->state == WEFT_BARRIER_BROKEN_;
}

/* Returns the error of a task that enters; NULL: it may. */
static const weft_error *enter(weft_barrier *barrier)
{
    if (!barrier->parties)
        return &weft_invalid_state_error;
    return barrier->state == WEFT_BARRIER_BROKEN_ ? &weft_broken_barrier_error : NULL;
}

/* Counts a task that enters. The last of the parties lets all pass. */
static void count_up(weft_barrier *barrier)
{
    if (++barrier->count < barrier->parties)
        return;
    barrier->state = WEFT_BARRIER_DRAINING_;
    barrier->passed = 0;
    weft_condition_notify_all(&barrier->condition);
}

/* Lets a task pass, and stores its index. The last task that came passes first; then the others
 * pass, in the order in which they came. */
static const weft_error *pass(weft_barrier *barrier, size_t *index)
{
    if (barrier->state != WEFT_BARRIER_DRAINING_)
        return &weft_broken_barrier_error;
    *index = barrier->passed ? barrier->passed - 1 : barrier->parties - 1;
    barrier->passed++;
    return NULL;
}

/* Counts a task that leaves. The last one opens the barrier for the next round. */
static const weft_error *count_down(weft_barrier *barrier)
{
    if (--barrier->count > 0)
        return NULL;
    if (barrier->state != WEFT_BARRIER_BROKEN_)
        barrier->state = WEFT_BARRIER_FILLING_;
    return weft_condition_notify_all(&barrier->condition);
}

WEFT_ASYNC_EXTERN(weft_barrier_wait)
{
    weft_with_condition(&self->barrier->condition) {
        weft_condition_wait_for(&self->barrier->condition, is_open(self->barrier));
        weft_check(enter(self->barrier));
        WEFT_WITH_(count_up(self->barrier), count_down(self->barrier)) {
            weft_condition_wait_for(&self->barrier->condition,
                                    self->barrier->state != WEFT_BARRIER_FILLING_);
            weft_check(pass(self->barrier, &self->result));
        }
        weft_end;
    }
    weft_end;
}
WEFT_ASYNC_END

/* ---- reset and abort: wait only for the lock ---- */

/* Resets or aborts the barrier, and releases the lock. Wakes also the tasks that wait to enter, as
 * asyncio does. They check again, and wait again. */
static void change(weft_barrier *barrier, enum weft_barrier_state_ to)
{
    const bool is_empty_reset = to == WEFT_BARRIER_RESETTING_ && !barrier->count;
    barrier->state = is_empty_reset ? WEFT_BARRIER_FILLING_ : (unsigned char)to;
    weft_condition_notify_all(&barrier->condition);
    weft_condition_release(&barrier->condition);
}

weft_step_ weft_barrier_change_begin_(weft_barrier *barrier, weft_context *context,
                                      enum weft_barrier_state_ to)
{
    const weft_step_ result = weft_lock_acquire_begin_(&barrier->condition.lock, context);
    if (result.what == WEFT_GO_ON_)
        change(barrier, to);
    return result;
}

void weft_barrier_change_resume_(weft_barrier *barrier, weft_context *context,
                                 enum weft_barrier_state_ to)
{
    weft_lock_acquire_resume_(&barrier->condition.lock, context);
    if (!context->error)
        change(barrier, to);
}
