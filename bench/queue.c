/* SPDX-License-Identifier: MIT */
/* queue1, queue100: items from a producer to a consumer. */
#include <stdlib.h>

#include "floor.h"
#include "stage.h"

enum { LARGE = 100 };

/* ---- weft ----
 * Each size has its own coroutines, because the size is a part of the queue's type. */

struct small_producer {
    weft_frame frame;
    int i;
};

struct small_consumer {
    weft_frame frame;
    int item;
};

struct small_pipe {
    struct bench_stage stage;
    WEFT_QUEUE(int, 1) queue;
    WEFT_TASK(small_producer) producer;
    WEFT_TASK(small_consumer) consumer;
};

WEFT_ASYNC_BODY(small_producer)
{
    for (;;) {
        weft_queue_put(&BENCH_STATE(small_pipe)->queue, self->i++);
        if (bench_run_is_over(&BENCH_STATE(small_pipe)->stage))
            weft_sleep(0);
    }
}
WEFT_ASYNC_END

WEFT_ASYNC_BODY(small_consumer)
{
    for (;;)
        weft_queue_get(&BENCH_STATE(small_pipe)->queue, &self->item);
}
WEFT_ASYNC_END

static void *small_prepare(size_t n)
{
    struct small_pipe *const pipe = bench_stage_create(sizeof *pipe);
    (void)n;
    weft_queue_init(&pipe->queue);
    weft_loop_create_task(&pipe->stage.loop, small_producer, &pipe->producer);
    weft_loop_create_task(&pipe->stage.loop, small_consumer, &pipe->consumer);
    return pipe;
}

struct large_producer {
    weft_frame frame;
    int i;
};

struct large_consumer {
    weft_frame frame;
    int item;
};

struct large_pipe {
    struct bench_stage stage;
    WEFT_QUEUE(int, LARGE) queue;
    WEFT_TASK(large_producer) producer;
    WEFT_TASK(large_consumer) consumer;
};

WEFT_ASYNC_BODY(large_producer)
{
    for (;;) {
        for (self->i = 0; self->i < LARGE; self->i++)
            weft_queue_put(&BENCH_STATE(large_pipe)->queue, self->i);
        if (bench_run_is_over(&BENCH_STATE(large_pipe)->stage))
            weft_sleep(0);
    }
}
WEFT_ASYNC_END

WEFT_ASYNC_BODY(large_consumer)
{
    for (;;)
        weft_queue_get(&BENCH_STATE(large_pipe)->queue, &self->item);
}
WEFT_ASYNC_END

static void *large_prepare(size_t n)
{
    struct large_pipe *const pipe = bench_stage_create(sizeof *pipe);
    (void)n;
    weft_queue_init(&pipe->queue);
    weft_loop_create_task(&pipe->stage.loop, large_producer, &pipe->producer);
    weft_loop_create_task(&pipe->stage.loop, large_consumer, &pipe->consumer);
    return pipe;
}

/* ---- The floor ----
 * A circular array of items, and lists of tasks that wait for room and for items. A woken task
 * leaves its list, and checks again when it runs. */

struct floor_pipe {
    struct floor_stage stage; /* the first member */
    struct floor_list putters, getters;
    size_t room, size, head;
    size_t unfinished; /* items that were put and are not done yet */
    int i, item;
    struct floor_member producer, consumer;
    int items[LARGE];
};

static void wake_one(struct floor_queue *queue, struct floor_list *waiters)
{
    struct floor_link *const link = waiters->first;
    if (!link)
        return;
    floor_list_remove(waiters, link);
    floor_wake(queue, link);
}

static void put(struct floor_pipe *pipe, int item)
{
    size_t back = pipe->head + pipe->size++;
    if (back >= pipe->room)
        back -= pipe->room;
    pipe->items[back] = item;
    pipe->unfinished++;
    wake_one(&pipe->stage.queue, &pipe->getters);
}

static int get(struct floor_pipe *pipe)
{
    const int item = pipe->items[pipe->head];
    if (++pipe->head == pipe->room)
        pipe->head = 0;
    pipe->size--;
    wake_one(&pipe->stage.queue, &pipe->putters);
    return item;
}

static void produce(struct floor_queue *queue, struct floor_task *task, struct floor_frame *frame)
{
    struct floor_pipe *const pipe = (struct floor_pipe *)(void *)queue;
    switch (frame->state) {
        for (;;) {
        case 0:
            for (pipe->i = 0; (size_t)pipe->i < pipe->room; pipe->i++) {
            case 1:
                if (pipe->size == pipe->room) {
                    frame->state = 1;
                    floor_park(&pipe->putters, task);
                    return;
                }
                put(pipe, pipe->i);
            }
            if (floor_run_is_over(queue, task)) {
                frame->state = 0;
                return;
            }
        }
    }
}

static void consume(struct floor_queue *queue, struct floor_task *task, struct floor_frame *frame)
{
    struct floor_pipe *const pipe = (struct floor_pipe *)(void *)queue;
    (void)frame; /* the coroutine does the same at its start and after a wait */
    while (pipe->size)
        pipe->item = get(pipe);
    floor_park(&pipe->getters, task);
}

static void *floor_pipe_prepare(size_t n)
{
    struct floor_pipe *const pipe = floor_stage_create(sizeof *pipe);
    pipe->room = n;
    floor_start(&pipe->producer.task, produce);
    floor_start(&pipe->consumer.task, consume);
    floor_push(&pipe->stage.queue, &pipe->producer.task);
    floor_push(&pipe->stage.queue, &pipe->consumer.task);
    return pipe;
}

static const size_t one[] = {1, 0}, large[] = {LARGE, 0};

const struct bench_workload bench_queue1 = {
    .name = "queue1",
    .what = "an item from a producer to a consumer, through a queue with room for n",
    .sizes = one,
    .weft = {small_prepare, bench_stage_arm, bench_stage_run, bench_stage_check,
             bench_stage_dispose},
    .floor = {floor_pipe_prepare, floor_stage_arm, floor_stage_run, floor_stage_check, free},
};

const struct bench_workload bench_queue100 = {
    .name = "queue100",
    .what = "an item from a producer to a consumer, through a larger queue",
    .sizes = large,
    .weft = {large_prepare, bench_stage_arm, bench_stage_run, bench_stage_check,
             bench_stage_dispose},
    .floor = {floor_pipe_prepare, floor_stage_arm, floor_stage_run, floor_stage_check, free},
};
