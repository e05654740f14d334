/* Pools: a fixed number of tasks for the children of groups.
 *
 * A task of a pool that failed is not free while its group has its error, even if that has been
 * caught: until the group is entered again, or weft_group_forget_errors; or, if the group lives in
 * a task of a pool itself, until that one is free. */
#ifndef WEFT_PRIMITIVES_POOL_H
#define WEFT_PRIMITIVES_POOL_H

#include "group.h"
#include "semaphore.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_pool_ weft_pool_;
typedef struct weft_pool_slot_ weft_pool_slot_;

/* What stands before each task of a pool. */
typedef struct weft_pool_slot_ {
    weft_pool_ *pool;
    weft_pool_slot_ *next; /* of those that are free, or that a group keeps */
} weft_pool_slot_;

/* The engine of every pool, which knows no coroutine. */
struct weft_pool_ {
    weft_semaphore free_slots;
    weft_pool_slot_ *free;
    size_t fresh; /* slots that have never been used */
    bool ready;
};

/* A pool of n tasks whose coroutine is `name`, all zero at first. It belongs to the program, and
 * must stay where it is while one of its tasks runs, or is kept by a group. Each use of the macro
 * makes a type of its own: typedef gives it a name. */
#define WEFT_POOL(name, n)                                                                         \
    struct {                                                                                       \
        weft_pool_ pool;                                                                           \
        struct {                                                                                   \
            weft_pool_slot_ slot;                                                                  \
            WEFT_TASK(name) task;                                                                  \
        } slots[n];                                                                                \
    }

/* weft_group_create_pooled(weft_group *group, name, WEFT_POOL(name, n) *pool, .argument = value)
 * `await slots.acquire(); group.create_task(name(...))`: as weft_group_create_task, in a task of
 * the pool. While none is free it waits; those who wait get them in the order in which they came.
 * Raises weft_invalid_state_error if the group takes no child, before the wait or then. The
 * arguments are evaluated after the wait: no C locals. A task goes back to the pool once its
 * group has heard of its end; one that failed is kept for as long as the group has its error
 * (weft_group_forget_errors). `group` and `pool` are evaluated more than once. Cost as
 * weft_semaphore_acquire and weft_create_task. */
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
            weft_check(weft_pool_start_((group), weft_created_));                                \
        }                                                                                          \
    } while (0)

/* weft_pool_free(WEFT_POOL(name, n) *pool): how many of its tasks are free, and promised to
 * nobody. O(1). */
#define weft_pool_free(p) weft_pool_free_(WEFT_POOL_OF_(p))

#define WEFT_POOL_OF_(p) &(p)->pool, sizeof((p)->slots) / sizeof((p)->slots[0])
#define WEFT_POOL_SLOTS_(p) &(p)->pool, &(p)->slots[0].slot, sizeof((p)->slots[0])

size_t weft_pool_free_(const weft_pool_ *pool, size_t n);
weft_step_ weft_pool_acquire_begin_(weft_group *group, weft_pool_ *pool, size_t n,
                                    weft_context *context);
const weft_error *weft_pool_admit_(weft_group *group, weft_pool_ *pool);
weft_task *weft_pool_take_(weft_group *group, weft_pool_ *pool, weft_pool_slot_ *first, size_t size,
                           const weft_code *code);

/* Starts it; or gives it back, if the group takes no child any more (weft_group_start_). */
const weft_error *weft_pool_start_(weft_group *group, weft_task *task);

/* A task of a pool that nobody needs any more. */
void weft_pool_give_back_(weft_task *task);

/* A group keeps a task of a pool that has failed; and gives all back. */
void weft_group_retain_(weft_group *group, weft_task *task);
void weft_group_release_retained_(weft_group *group);

#ifdef __cplusplus
}
#endif
#endif
