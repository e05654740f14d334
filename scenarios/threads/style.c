/* SPDX-License-Identifier: MIT */
/* Runs a lesson: its first task is a thread too. The thread of the program waits for that task's
 * end, or for the lesson's limit. */
#include "threads.h"

#include <stdlib.h>
#include <string.h>

/* The limit of a lesson that sets none, in seconds of the real clock: it should end before. */
enum { LIMIT = 60 };

/* A lesson that runs. */
struct run {
    struct thread_task program; /* the calling thread */
    weft_time start;
    struct thread_timeout limit;
    struct thread_task lesson;
    max_align_t frame[]; /* of the lesson */
};

static struct run *running; /* NULL: no lesson has begun */

void thread_limit_lesson(weft_time limit)
{
    thread_lock_();
    running->limit.when = now() + limit;
    pthread_cond_signal(&running->program.wake);
    thread_unlock_();
}

/* Reports that the limit has passed, and which tasks are left behind. Their threads may still use
 * the memory of the run. */
static void give_up(const struct run *run)
{
    fprintf(stderr, "Stopped after %.2f s: the lesson does not end. Its threads stay:",
            (double)(now() - run->start) / (double)WEFT_SECONDS(1));
    for (const struct thread_task *task = thread_tasks_; task; task = task->next) {
        const struct thread_code *const code = *(const struct thread_code *const *)task->frame;
        fprintf(stderr, " %s", code->name);
    }
    putc('\n', stderr);
    thread_tasks_ = NULL;
}

/* asyncio.run: cancels the tasks that still run, and joins the threads of all. */
static void end_tasks(void)
{
    thread_lock_();
    for (struct thread_task *task = thread_tasks_; task; task = task->next)
        thread_ask_cancel_(&task->future);
    struct thread_task *task = thread_tasks_;
    thread_unlock_();
    while (task) {
        (void)thread_await(task);
        thread_lock_();
        task = thread_tasks_;
        thread_unlock_();
    }
}

static int run_lesson(const struct lesson *lesson, const struct options *options)
{
    const struct thread_code *const code = lesson->code;
    struct run *const run = calloc(1, sizeof(*run) + code->frame_size);
    if (!run) {
        fprintf(stderr, "%s: out of memory\n", lesson->name);
        return FAILED;
    }
    if (!running) /* for all lessons: threads that were left behind may still read the clock */
        thread_start_clock_(options->speed);
    running = run;
    run->start = now();
    memcpy(run->frame, &code, sizeof(code)); /* the first member of every frame */
    thread_adopt_(&run->program);
    thread_timeout_begin(&run->limit, WEFT_SECONDS(LIMIT * options->speed));
    thread_start_(&run->lesson, run->frame, NULL);

    thread_lock_();
    (void)thread_wait_for_(&run->lesson.future);
    const bool has_ended = run->lesson.future.is_done;
    run->limit.when = WEFT_FOREVER;
    if (!has_ended)
        give_up(run);
    thread_unlock_();
    if (!has_ended)
        return DEADLOCK;
    end_tasks();
    const weft_error *const error = run->lesson.future.error;
    if (error)
        fprintf(stderr, "%s: %s\n", lesson->name, weft_error_text(error));
    pthread_cond_destroy(&run->program.wake);
    free(run);
    return error ? FAILED : OK;
}

const struct style threads_style = {"threads", threads_scenarios,
                                    "the system decides when a thread runs", run_lesson};
