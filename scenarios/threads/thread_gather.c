/* SPDX-License-Identifier: MIT */
#include "threads.h"

/* The futures of an array, whose elements begin with a future and have `size` bytes. */
struct parts {
    struct thread_future *first;
    size_t count, size;
};

static struct thread_future *part(const struct parts *parts, size_t i)
{
    return (void *)((char *)parts->first + i * parts->size);
}

static void set_waiter(const struct parts *parts, struct thread_task *waiter)
{
    for (size_t i = 0; i < parts->count; i++)
        part(parts, i)->waiter = waiter;
}

static bool all_done(const struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        if (!part(parts, i)->is_done)
            return false;
    return true;
}

static const weft_error *first_error(const struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        if (part(parts, i)->is_done && part(parts, i)->error)
            return part(parts, i)->error;
    return NULL;
}

static const weft_error *wait_for(const struct parts *parts, bool collects)
{
    const weft_error *interruption = NULL;
    while (!all_done(parts)) {
        if (!collects && !interruption && first_error(parts))
            break;
        const weft_error *const error = thread_wait_(&thread_current_->wake);
        if (!error)
            continue;
        interruption = error;
        for (size_t i = 0; i < parts->count; i++)
            thread_ask_cancel_(part(parts, i));
    }
    if (interruption || collects)
        return interruption;
    return first_error(parts);
}

const weft_error *thread_gather_(struct thread_future *first, size_t count, size_t size,
                                 bool collects)
{
    const struct parts parts = {first, count, size};
    thread_lock_();
    set_waiter(&parts, thread_current_);
    const weft_error *const error = wait_for(&parts, collects);
    set_waiter(&parts, NULL);
    thread_unlock_();
    for (size_t i = 0; i < count; i++)
        thread_join_(part(&parts, i));
    return error;
}
