/* Several tasks and futures that are waited for at once: what gather and wait share. */
#ifndef WEFT_PRIMITIVES_SEVERAL_H
#define WEFT_PRIMITIVES_SEVERAL_H

#include "../core/task.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_several weft_several;

/* One of them: what the caller gives for each pair of waiter and target. */
typedef struct weft_part {
    weft_handle handle;
    weft_several *several;
} weft_part;

struct weft_several {
    weft_task *parent; /* while it waits */
    weft_part *parts;
    size_t count;
    size_t open; /* parts that have not been heard; 0 unless it is awaited */
};

/* Adds one. `parts` NULL: they come right behind `behind`. */
WEFT_MUST_CHECK_
const weft_error *weft_several_add_(weft_several *several, weft_part *parts, size_t room,
                                    weft_awaitable *awaitable);

/* The awaitable of one of them. */
static inline weft_awaitable *weft_part_awaitable_(const weft_part *part)
{
    return part->handle.wait.heard_of;
}

/* Whether all are the loop's own. */
bool weft_several_are_of_(const weft_several *several, const weft_loop *loop);

/* Has `function` called in a turn for each. */
void weft_several_listen_(weft_several *several, weft_task *parent, weft_function *function);

/* Hears no more of any. */
void weft_several_leave_(weft_several *several);

#ifdef __cplusplus
}
#endif
#endif
