#include "primitives/pool.h"

#include "core/loop.h"

static const weft_kind kind = {.name = "pool", .at = offsetof(weft_pool, free_slots)};

/* ---- Slots ---- */

static weft_slot *slot_of(weft_task *task)
{
    return (weft_slot *)(void *)task - 1;
}

static weft_task *task_of(weft_slot *slot)
{
    return (weft_task *)(void *)(slot + 1);
}

static void make_ready(weft_pool *pool, size_t n)
{
    if (pool->ready)
        return;
    pool->free_slots.value = pool->fresh = n;
    pool->ready = true;
}

size_t weft_pool_free_(const weft_pool *pool, size_t n)
{
    return pool->ready ? pool->free_slots.value : n;
}

weft_signal weft_pool_acquire_(weft_group *group, weft_pool *pool, size_t n, weft_context *context)
{
    make_ready(pool, n);
    if (!weft_group_admits_(group)) {
        context->error = weft_group_refusal_();
        return weft_go_on_(context);
    }
    return weft_semaphore_acquire_as_(&pool->free_slots, context, &kind);
}

const weft_error *weft_pool_admit_(weft_group *group, weft_pool *pool)
{
    if (weft_group_admits_(group))
        return NULL;
    weft_semaphore_release(&pool->free_slots);
    return weft_group_refusal_();
}

static weft_slot *take_slot(weft_pool *pool, weft_slot *first, size_t size)
{
    weft_slot *const slot = pool->free;
    if (!slot)
        return (weft_slot *)(void *)((char *)first + --pool->fresh * size);
    pool->free = slot->next;
    return slot;
}

weft_task *weft_pool_take_(weft_group *group, weft_pool *pool, weft_slot *first, size_t size,
                           const weft_code *code)
{
    weft_slot *const slot = take_slot(pool, first, size);
    slot->pool = pool;
    weft_prepare_task_(&group->owner, task_of(slot), code, __FILE__, __LINE__);
    return task_of(slot);
}

static void free_slot(weft_slot *slot)
{
    weft_pool *const pool = slot->pool;
    slot->next = pool->free;
    pool->free = slot;
    weft_semaphore_release(&pool->free_slots);
}

/* ---- Slots of children that failed ---- */

/* What the group keeps, in front of `others`. */
static weft_slot *take_kept(weft_group *group, weft_slot *others)
{
    weft_slot *slots = group->kept;
    group->kept = NULL;
    while (slots) {
        weft_slot *const next = slots->next;
        slots->next = others;
        others = slots;
        slots = next;
    }
    return others;
}

static weft_group *leasing_group(weft_lease *lease)
{
    return WEFT_CONTAINER_(lease, weft_group, lease);
}

/* A task of a pool may hold groups that keep tasks themselves: they go back with it, and so on, one
 * after the other. */
static void give_back(weft_loop *loop, weft_slot *slot)
{
    while (slot) {
        weft_slot *const freed = slot;
        weft_task *const task = task_of(slot);
        weft_lease *lease;
        slot = slot->next;
        while ((lease = weft_take_lease_in_(loop, task, weft_task_size(task->root.code))))
            slot = take_kept(leasing_group(lease), slot);
        free_slot(freed);
    }
}

void weft_pool_give_back_(weft_task *task)
{
    slot_of(task)->next = NULL;
    give_back(task->awaitable.owner->loop, slot_of(task));
}

static void end_lease(weft_lease *lease)
{
    weft_group *const group = leasing_group(lease);
    give_back(group->owner.loop, take_kept(group, NULL));
}

void weft_group_keep_(weft_group *group, weft_task *task)
{
    weft_slot *const slot = slot_of(task);
    if (!group->kept)
        weft_begin_lease_(group->owner.loop, &group->lease, end_lease);
    slot->next = group->kept;
    group->kept = slot;
}

void weft_group_give_back_(weft_group *group)
{
    weft_end_lease_(group->owner.loop, &group->lease);
    end_lease(&group->lease);
}
