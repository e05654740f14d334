/* SPDX-License-Identifier: MIT */
/* Pools: a pool is the memory for a fixed number of tasks. Groups (group.h) take the memory of
 * their children from a pool.
 *
 * A pooled task is a task whose memory is in a pool. If a pooled task fails, its group retains the
 * task's memory, because the group's error refers to the task. No other task can use retained
 * memory. The memory does not become free when the program catches the group's error. It becomes
 * free when a task enters the group's block again, or when the program calls
 * weft_group_forget_errors. If the group is a member of the frame (coroutine's struct) of another
 * pooled task, the retained memory also becomes free when the memory of that task becomes free. */
#ifndef WEFT_PRIMITIVES_POOL_H
#define WEFT_PRIMITIVES_POOL_H

#include "group.h"
#include "semaphore.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_pool_ weft_pool_;
typedef struct weft_pool_slot_ weft_pool_slot_;

/* The first part of a slot. A slot is the memory of one task of a pool; the task follows this
 * struct. */
typedef struct weft_pool_slot_ {
    weft_pool_ *pool;
    weft_pool_slot_ *next; /* next in the list of free slots, or of slots that a group retains */
} weft_pool_slot_;

/* The members that every type of pool begins with. They do not depend on the coroutine. */
struct weft_pool_ {
    weft_semaphore free_slots;
    weft_pool_slot_ *free; /* a list of the slots that were used and are free again; NULL: none */
    size_t fresh;          /* how many slots were never used; they are the first of the array */
    bool ready;            /* false: the pool was never used, and is all zero bytes */
};

/* WEFT_POOL(name, n): the type of a pool of n tasks that run the coroutine `name`. The program owns
 * the pool. A pool must be all zero bytes before its first use. The program must not move the pool
 * while a task of the pool has not ended, or while a group retains one. Two uses of this macro give
 * two different types. To use one type twice, name it with typedef. */
#define WEFT_POOL(name, n)                                                                         \
    struct {                                                                                       \
        weft_pool_ pool;                                                                           \
        struct {                                                                                   \
            weft_pool_slot_ slot;                                                                  \
            WEFT_TASK(name) task;                                                                  \
        } slots[n];                                                                                \
    }

/* weft_group_create_pooled(weft_group *group, name, WEFT_POOL(name, n) *pool, .argument = value,
 *                          ...)
 * `await slots.acquire(); group.create_task(name(...))`, in a coroutine. Waits until the pool has a
 * free slot, and then starts a task there as weft_group_create_task does. If several tasks wait
 * here, the task that came first gets the first free slot. The arguments are evaluated after the
 * wait, so they must not use local variables of the calling coroutine. The slot is free again in
 * the tick (iteration of the loop) after the one in which the new task ends. If the new task fails,
 * its slot is free again when the group forgets its errors (weft_group_forget_errors).
 * If the group does not accept a child before or after the wait, starts no task and raises
 * weft_invalid_state_error. `group` and `pool` are evaluated more than once. The cost is that of
 * weft_semaphore_acquire plus that of weft_create_task. */
#define weft_group_create_pooled(group, name, ...)                                                 \
    WEFT_GROUP_CREATE_POOLED_(group, name, __VA_ARGS__, )
#define WEFT_GROUP_CREATE_POOLED_(group, name, p, ...)                                             \
    do {                                                                                           \
        WEFT_REQUIRE_TASK_(name, &(p)->slots->task);                                               \
        WEFT_WAIT_(weft_pool_acquire_begin_((group), WEFT_POOL_OF_(p), weft_context_),             \
                   weft_semaphore_acquire_resume_(&(p)->pool.free_slots, weft_context_));          \
        weft_check(weft_pool_admit_((group), &(p)->pool));                                         \
        {                                                                                          \
            weft_task *const weft_created_ =                                                       \
                weft_pool_take_((group), WEFT_POOL_SLOTS_(p), &name##_code);                       \
            *(struct name *)(void *)&weft_created_->root = WEFT_FRAME_(name, NULL, __VA_ARGS__);   \
            weft_check(weft_pool_start_((group), weft_created_));                                  \
        }                                                                                          \
    } while (0)

/* weft_pool_free(WEFT_POOL(name, n) *pool): returns how many slots of the pool are free. A slot is
 * not free if the pool has already granted it to a waiting task. O(1). */
#define weft_pool_free(p) weft_pool_free_(WEFT_POOL_OF_(p))

#define WEFT_POOL_OF_(p) &(p)->pool, sizeof((p)->slots) / sizeof((p)->slots[0])
#define WEFT_POOL_SLOTS_(p) &(p)->pool, &(p)->slots[0].slot, sizeof((p)->slots[0])

/* ---- Private ---- */

/* Returns how many of the n slots are free. */
size_t weft_pool_free_(const weft_pool_ *pool, size_t n);

/* Begins the wait for a free slot. When the task is resumed, weft_semaphore_acquire_resume_ ends
 * that wait. */
weft_step_ weft_pool_acquire_begin_(weft_group *group, weft_pool_ *pool, size_t n,
                                    weft_context *context);

/* Returns NULL if the group accepts a child. Otherwise releases the acquired slot and returns the
 * error. */
const weft_error *weft_pool_admit_(weft_group *group, weft_pool_ *pool);

/* Takes the acquired slot, and prepares the slot's task. `first` is the first slot of the pool.
 * `size` is the size of one slot, in bytes. */
weft_task *weft_pool_take_(weft_group *group, weft_pool_ *pool, weft_pool_slot_ *first, size_t size,
                           const weft_code *code);

/* Starts the task, and returns NULL. If the group accepts no child any more, frees the task's slot
 * and returns the error of weft_group_start_. */
const weft_error *weft_pool_start_(weft_group *group, weft_task *task);

#ifdef __cplusplus
}
#endif
#endif
