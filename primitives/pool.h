/* Pools: a fixed number of tasks, for the children of groups.
 *
 * A pooled task that failed is retained by its group as long as the group has its error, also after
 * the error was caught. The task is free again when the group's block is entered again, or after
 * weft_group_forget_errors. A group in the frame of another pooled task retains
 * tasks until that other task is free, at the latest. */
#ifndef WEFT_PRIMITIVES_POOL_H
#define WEFT_PRIMITIVES_POOL_H

#include "group.h"
#include "semaphore.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_pool_ weft_pool_;
typedef struct weft_pool_slot_ weft_pool_slot_;

/* The head of a slot; the task follows. */
typedef struct weft_pool_slot_ {
    weft_pool_ *pool;
    weft_pool_slot_ *next; /* in the list of free slots, or of those that a group retains */
} weft_pool_slot_;

/* The engine of every pool. It knows no coroutine. */
struct weft_pool_ {
    weft_semaphore free_slots;
    weft_pool_slot_ *free; /* slots that were used and are free; NULL: none */
    size_t fresh;          /* slots that have never been used: the first ones of the array */
    bool ready;            /* false: all zero, and not initialised yet */
};

/* WEFT_POOL(name, n): the type of a pool of n tasks whose coroutine is `name`. A pool belongs to
 * the program. It must be all zero bytes before its first use. It must not be moved while one of
 * its tasks runs or is retained by a group. Each use of the macro makes a type of its own; name it
 * with typedef. */
#define WEFT_POOL(name, n)                                                                         \
    struct {                                                                                       \
        weft_pool_ pool;                                                                           \
        struct {                                                                                   \
            weft_pool_slot_ slot;                                                                  \
            WEFT_TASK(name) task;                                                                  \
        } slots[n];                                                                                \
    }

/* weft_group_create_pooled(weft_group *group, name, WEFT_POOL(name, n) *pool, .argument = value,
 * ...) `await slots.acquire(); group.create_task(name(...))`, in a coroutine. Waits until a task of
 * the pool is free, and starts it as weft_group_create_task does. Tasks that wait get the pool's
 * tasks in the order in which they came. The arguments are evaluated after the wait, so they must
 * not use C locals. The pool's task is free again when its group has handled its end; a task that
 * failed, when the group does not have its error any more (weft_group_forget_errors).
 * Raises weft_invalid_state_error, and starts nothing, if the group accepts no child, before the
 * wait or after it. `group` and `pool` are evaluated more than once. Costs what
 * weft_semaphore_acquire and weft_create_task cost. */
#define weft_group_create_pooled(group, name, ...)                                                 \
    do {                                                                                           \
        WEFT_REQUIRE_TASK_(name, &(WEFT_FIRST_(__VA_ARGS__))->slots->task);                        \
        WEFT_WAIT_RESUME_(weft_pool_acquire_begin_(                                                \
                              (group), WEFT_POOL_OF_(WEFT_FIRST_(__VA_ARGS__)), weft_context_),    \
                          weft_semaphore_acquire_resume_(                                          \
                              &(WEFT_FIRST_(__VA_ARGS__))->pool.free_slots, weft_context_));       \
        weft_check(weft_pool_admit_((group), &(WEFT_FIRST_(__VA_ARGS__))->pool));                  \
        {                                                                                          \
            weft_task *const weft_created_ = weft_pool_take_(                                      \
                (group), WEFT_POOL_SLOTS_(WEFT_FIRST_(__VA_ARGS__)), &name##_code);                \
            *(struct name *)(void *)&weft_created_->root =                                         \
                WEFT_FRAME_(name, NULL, WEFT_REST_(__VA_ARGS__));                                  \
            weft_check(weft_pool_start_((group), weft_created_));                                  \
        }                                                                                          \
    } while (0)

/* weft_pool_free(WEFT_POOL(name, n) *pool): returns how many tasks of the pool are free, and
 * granted to no task that waits. O(1). */
#define weft_pool_free(p) weft_pool_free_(WEFT_POOL_OF_(p))

#define WEFT_POOL_OF_(p) &(p)->pool, sizeof((p)->slots) / sizeof((p)->slots[0])
#define WEFT_POOL_SLOTS_(p) &(p)->pool, &(p)->slots[0].slot, sizeof((p)->slots[0])

/* ---- Private ---- */

/* Returns how many of the n slots are free. */
size_t weft_pool_free_(const weft_pool_ *pool, size_t n);

/* Begins the wait for a slot. weft_semaphore_acquire_resume_ ends it. */
weft_step_ weft_pool_acquire_begin_(weft_group *group, weft_pool_ *pool, size_t n,
                                    weft_context *context);

/* Returns NULL if the group accepts a child. Else releases the acquired slot, and returns the
 * error. */
const weft_error *weft_pool_admit_(weft_group *group, weft_pool_ *pool);

/* Takes the acquired slot, and prepares its task. `first` is the pool's first slot, `size` a slot's
 * size in bytes. */
weft_task *weft_pool_take_(weft_group *group, weft_pool_ *pool, weft_pool_slot_ *first, size_t size,
                           const weft_code *code);

/* Starts the task, and returns NULL. If the group accepts no child any more, frees the task's slot
 * and returns the error (weft_group_start_). */
const weft_error *weft_pool_start_(weft_group *group, weft_task *task);

/* Frees the slot of an ended task. */
void weft_pool_give_back_(weft_task *task);

/* Makes a group retain a pooled task that failed. */
void weft_group_retain_(weft_group *group, weft_task *task);

/* Frees all slots that a group retains. */
void weft_group_release_retained_(weft_group *group);

#ifdef __cplusplus
}
#endif
#endif
