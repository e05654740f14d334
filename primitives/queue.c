/* SPDX-License-Identifier: MIT */
#include "primitives/queue.h"

#include "primitives/heap.h"

WEFT_ERROR_KIND_(weft_queue_empty_error) = {.text = WEFT_TEXT_("the queue is empty")};
WEFT_ERROR_KIND_(weft_queue_full_error) = {.text = WEFT_TEXT_("the queue is full")};
WEFT_ERROR_KIND_(weft_queue_shut_down_error) = {.text = WEFT_TEXT_("the queue is shut down")};

WEFT_INFO_(get_info, .name = "queue: get");
WEFT_INFO_(put_info, .name = "queue: put", .at = offsetof(weft_queue_, putters));
WEFT_INFO_(join_info, .name = "queue: join", .at = offsetof(weft_queue_, joiners));

void weft_queue_init_(weft_queue_ *queue, enum weft_queue_order_ order, size_t room,
                      weft_queue_sort_ *sort)
{
    *queue =
        (weft_queue_){.order = (unsigned char)order, .room = room, .limit = room, .sort = sort};
}

/* ---- Waiting ----
 * A task that was woken checks the queue again. If another task was faster, the task waits again,
 * at the end of the list. */

static const weft_step_ go_on = {WEFT_GO_ON_};

/* A queue over an array has room for no item only before it is initialised. A task that awaits such
 * a queue first gives way once: then its frame tells the line of the await. */
static WEFT_NORETURN_ void panic_at(const char *file, unsigned line)
{
    weft_panic(file, line, WEFT_TEXT_("a queue that has not been initialised, or over no array"));
}

static WEFT_NORETURN_ void panic_at_await(const weft_context *context)
{
    const weft_frame *const frame = weft_running_task_(context)->live.wait.node.frame;
    panic_at(WEFT_FILE_OF_(frame->code), weft_line_of_(frame->state));
}

static const weft_step_ gives_way = {WEFT_YIELDED};

weft_step_ weft_queue_put_park_(weft_queue_ *queue, weft_context *context)
{
    if (!queue->room)
        return gives_way;
    if (!queue->is_shut_down)
        return weft_waiters_park_(&queue->putters, context, WEFT_INFO_OF_(put_info));
    context->error = &weft_queue_shut_down_error;
    return weft_go_on_(context);
}

/* Resumes a put or a get. A task that was woken and then cancelled wakes the next one instead. */
weft_step_ weft_queue_put_retry_(weft_queue_ *queue, weft_context *context)
{
    if (!queue->room)
        panic_at_await(context);
    const bool woken = weft_waiters_resume_popped_(&queue->putters, context);
    if (!context->error)
        return weft_queue_put_begin_(queue, context);
    if (woken && !weft_queue_is_full_(queue))
        weft_waiters_pop_(&queue->putters);
    return weft_go_on_(context);
}

weft_step_ weft_queue_get_park_(weft_queue_ *queue, weft_context *context)
{
    if (!queue->is_shut_down)
        return weft_waiters_park_(&queue->getters, context, WEFT_INFO_OF_(get_info));
    context->error = &weft_queue_shut_down_error;
    return weft_go_on_(context);
}

weft_step_ weft_queue_get_retry_(weft_queue_ *queue, weft_context *context)
{
    const bool woken = weft_waiters_resume_popped_(&queue->getters, context);
    if (!context->error)
        return weft_queue_get_begin_(queue, context);
    if (woken && queue->size)
        weft_waiters_pop_(&queue->getters);
    return weft_go_on_(context);
}

weft_step_ weft_queue_get_from_array_park_(weft_queue_ *queue, weft_context *context)
{
    return queue->room ? weft_queue_get_park_(queue, context) : gives_way;
}

weft_step_ weft_queue_get_from_array_retry_(weft_queue_ *queue, weft_context *context)
{
    if (!queue->room)
        panic_at_await(context);
    return weft_queue_get_retry_(queue, context);
}

weft_step_ weft_queue_join_begin_(weft_queue_ *queue, weft_context *context)
{
    return queue->unfinished
               ? weft_waiters_park_(&queue->joiners, context, WEFT_INFO_OF_(join_info))
               : go_on;
}

void weft_queue_join_resume_(weft_queue_ *queue, weft_context *context)
{
    weft_waiters_resume_(&queue->joiners, context);
}

const weft_error *weft_queue_put_error_(const weft_queue_ *queue)
{
    return queue->is_shut_down ? &weft_queue_shut_down_error : &weft_queue_full_error;
}

static void require_room(const weft_queue_ *queue, const char *file, unsigned line)
{
    if (!queue->room)
        panic_at(file, line);
}

const weft_error *weft_queue_put_error_of_(const weft_queue_ *queue)
{
    require_room(queue, WEFT_FILE_, __LINE__);
    return weft_queue_put_error_(queue);
}

const weft_error *weft_queue_get_error_of_(const weft_queue_ *queue)
{
    require_room(queue, WEFT_FILE_, __LINE__);
    return weft_queue_get_error_(queue);
}

const weft_error *weft_queue_put_error_at_(const weft_queue_ *queue, const char *file,
                                           unsigned line)
{
    require_room(queue, file, line);
    return weft_queue_put_error_(queue);
}

const weft_error *weft_queue_get_error_at_(const weft_queue_ *queue, const char *file,
                                           unsigned line)
{
    require_room(queue, file, line);
    return weft_queue_get_error_(queue);
}

const weft_error *weft_queue_get_error_(const weft_queue_ *queue)
{
    return queue->is_shut_down ? &weft_queue_shut_down_error : &weft_queue_empty_error;
}

/* ---- Nodes ---- */

static void link_node(weft_queue_ *queue, weft_queue_node *node)
{
    weft_node_ring_push_(&queue->last, node);
    if (queue->order == WEFT_FIFO_)
        queue->last = node;
}

const weft_error *weft_queue_put_node_(weft_queue_ *queue, weft_queue_node *node, size_t at)
{
    if (queue->is_shut_down)
        return &weft_queue_shut_down_error;
#ifndef WEFT_HAS_DEBUG_MODE_
    weft_queue_check_node_(queue, node, WEFT_FILE_, __LINE__);
#endif
    if (queue->order == WEFT_PRIORITY_)
        queue->sort(queue, node, at, true);
    else
        link_node(queue, node);
    weft_queue_count_in_(queue);
    return NULL;
}

void *weft_queue_get_node_(weft_queue_ *queue, size_t at)
{
    weft_queue_node *node = queue->last;
    if (queue->order == WEFT_PRIORITY_)
        queue->sort(queue, NULL, at, false);
    else
        node = weft_node_ring_pop_(&queue->last);
    node->next = node->below = NULL;
    weft_queue_count_out_(queue);
    return (char *)node - at;
}

/* ---- task_done and shutdown ---- */

/* Counts n items as done. */
static void finish(weft_queue_ *queue, size_t n)
{
    queue->unfinished -= n;
    if (!queue->unfinished)
        weft_waiters_wake_all_(&queue->joiners);
}

const weft_error *weft_queue_task_done_(weft_queue_ *queue)
{
    WEFT_ERROR_(too_often, weft_invalid_state_error, "task_done called too often");
    if (!queue->unfinished)
        return too_often;
    finish(queue, 1);
    return NULL;
}

void weft_queue_shutdown_(weft_queue_ *queue)
{
    queue->is_shut_down = true;
    queue->limit = 0;
    while (weft_waiters_pop_(&queue->getters))
        continue;
    while (weft_waiters_pop_(&queue->putters))
        continue;
}

/* Unlinks all items, in any order of the queue: they belong to the caller again. The nodes below a
 * node are a ring, which becomes a part of the list that is being walked. */
static void drop_nodes(weft_queue_ *queue)
{
    weft_queue_node *node = queue->last ? queue->last->next : NULL;
    if (node)
        queue->last->next = NULL;
    while (node) {
        weft_queue_node *next = node->next, *const below = node->below;
        if (below) {
            weft_queue_node *const first = below->next;
            below->next = next;
            next = first;
        }
        node->next = node->below = NULL;
        node = next;
    }
    queue->last = NULL;
}

void weft_queue_shutdown_now_(weft_queue_ *queue)
{
    const size_t dropped = queue->size < queue->unfinished ? queue->size : queue->unfinished;
    queue->size = 0;
    if (queue->room)
        queue->head = 0;
    else
        drop_nodes(queue);
    finish(queue, dropped);
    weft_queue_shutdown_(queue);
}
