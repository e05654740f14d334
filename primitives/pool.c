/* SPDX-License-Identifier: MIT */
#include "primitives/pool.h"

#include "core/awaitable.h"

WEFT_INFO_(info, .name = "pool", .at = offsetof(weft_pool_, free_slots));

/* ---- Slots ---- */

static weft_pool_slot_ *slot_of(weft_task *task)
{
    return (weft_pool_slot_ *)(void *)task - 1;
}

static weft_task *task_of(weft_pool_slot_ *slot)
{
    return (weft_task *)(void *)(slot + 1);
}

/* Initialises a pool at its first use. */
static void make_ready(weft_pool_ *pool, size_t n)
{
    if (pool->ready)
        return;
    pool->free_slots.value = pool->fresh = n;
    pool->ready = true;
}

size_t weft_pool_free_(const weft_pool_ *pool, size_t n)
{
    return pool->ready ? pool->free_slots.value : n;
}

weft_step_ weft_pool_acquire_begin_(weft_group *group, weft_pool_ *pool, size_t n,
                                    weft_context *context)
{
    make_ready(pool, n);
    if (!weft_group_is_open_(group)) {
        context->error = weft_group_refusal_();
        return weft_go_on_(context);
    }
    return weft_semaphore_acquire_begin_as_(&pool->free_slots, context, WEFT_INFO_OF_(info));
}

const weft_error *weft_pool_admit_(weft_group *group, weft_pool_ *pool)
{
    if (weft_group_is_open_(group))
        return NULL;
    weft_semaphore_release(&pool->free_slots);
    return weft_group_refusal_();
}

/* Returns a free slot, which there must be: one that was used before, or else a fresh one. */
static weft_pool_slot_ *take_slot(weft_pool_ *pool, weft_pool_slot_ *first, size_t size)
{
    weft_pool_slot_ *const slot = pool->free;
    if (!slot)
        return (weft_pool_slot_ *)(void *)((char *)first + --pool->fresh * size);
    pool->free = slot->next;
    return slot;
}

weft_task *weft_pool_take_(weft_group *group, weft_pool_ *pool, weft_pool_slot_ *first, size_t size,
                           const weft_code *code)
{
    weft_pool_slot_ *const slot = take_slot(pool, first, size);
    slot->pool = pool;
    weft_prepare_task_(group->scope.loop, task_of(slot), code, WEFT_FILE_, __LINE__);
    return task_of(slot);
}

static void free_slot(weft_pool_slot_ *slot)
{
    weft_pool_ *const pool = slot->pool;
    slot->next = pool->free;
    pool->free = slot;
    weft_semaphore_release(&pool->free_slots);
}

/* ---- Slots of children that failed ---- */

/* Takes the slots that the group retains. Returns their list, with `others` behind them. */
static weft_pool_slot_ *take_retained(weft_group *group, weft_pool_slot_ *others)
{
    weft_pool_slot_ *slots = group->retained;
    group->retained = NULL;
    while (slots) {
        weft_pool_slot_ *const next = slots->next;
        slots->next = others;
        others = slots;
        slots = next;
    }
    return others;
}

/* Returns the group that the hook is a member of. */
static weft_group *hooked_group(weft_reuse_hook_ *reuse_hook)
{
    return WEFT_CONTAINER_(reuse_hook, weft_group, reuse_hook);
}

/* Frees a list of slots. The frame of a pooled task may hold groups that retain slots: frees these
 * as well, and so on, without recursion. */
static void give_back(weft_loop *loop, weft_pool_slot_ *slot)
{
    while (slot) {
        weft_pool_slot_ *const freed = slot;
        weft_task *const task = task_of(slot);
        weft_reuse_hook_ *reuse_hook;
        slot = slot->next;
        while ((reuse_hook = weft_take_reuse_hook_in_(loop, task, weft_task_size(task->root.code))))
            slot = take_retained(hooked_group(reuse_hook), slot);
        free_slot(freed);
    }
}

static void run_reuse_hook(weft_reuse_hook_ *reuse_hook)
{
    weft_group *const group = hooked_group(reuse_hook);
    give_back(group->scope.loop, take_retained(group, NULL));
}

static void retain(weft_group *group, weft_pool_slot_ *slot)
{
    if (!group->retained)
        weft_add_reuse_hook_(group->scope.loop, &group->reuse_hook, run_reuse_hook);
    slot->next = group->retained;
    group->retained = slot;
}

static void release_retained(weft_group *group)
{
    weft_remove_reuse_hook_(group->scope.loop, &group->reuse_hook);
    run_reuse_hook(&group->reuse_hook);
}

/* What the loop calls for a pooled child that has ended. A group retains the children that failed;
 * with NULL, it frees them. */
static void pooled(weft_scope_ *scope, weft_task *child)
{
    weft_group *const group = WEFT_CONTAINER_(scope, weft_group, scope);
    if (!child) {
        release_retained(group);
    } else if (weft_error_is(child->awaitable.error, &weft_any_error)) {
        retain(group, slot_of(child));
    } else {
        slot_of(child)->next = NULL;
        give_back(scope->loop, slot_of(child));
    }
}

/* ---- Starting ---- */

const weft_error *weft_pool_start_(weft_group *group, weft_task *task)
{
    group->scope.loop->pooled = pooled;
    const weft_error *const error = weft_group_start_(group, task, WEFT_POOLED_);
    if (error)
        free_slot(slot_of(task));
    return error;
}
