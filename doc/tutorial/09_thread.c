/* SPDX-License-Identifier: MIT */
/* Step 9: a future, and a thread that computes its result. */
#include <pthread.h>
#include <stdio.h>
#include <weft.h>

static const weft_error no_thread = {.text = "cannot start a thread"};

struct job {
    int limit;
    long sum; /* the thread writes the sum before it calls the handle */
    pthread_t thread;
    weft_threadsafe_handle finished;
    WEFT_FUTURE(long) answer;
};

/* Runs in the thread. May call weft_call_soon_threadsafe, and nothing else of weft. */
static void *compute(void *argument)
{
    struct job *const job = argument;
    for (int i = 1; i <= job->limit; i++)
        job->sum += i;
    weft_call_soon_threadsafe(&job->finished);
    return NULL;
}

/* Runs in the loop's thread. */
static void on_finished(weft_loop *loop, weft_handle *handle)
{
    struct job *const job = WEFT_HANDLE_OWNER(handle, struct job, finished.handle);
    (void)loop;
    weft_set_result(&job->answer, job->sum);
}

WEFT_ASYNC(sum, int limit; long result; struct job job; weft_exit left;)
{
    self->job.limit = self->limit;
    weft_create_future(&self->job.answer);
    weft_check(weft_threadsafe_open(weft_running_loop(), &self->job.finished, on_finished));
    if (pthread_create(&self->job.thread, NULL, compute, &self->job) != 0) {
        weft_threadsafe_close(&self->job.finished);
        weft_raise(&no_thread);
    }
    weft_try {
        weft_await(&self->job.answer);
        self->result = self->job.answer.result;
    }
    weft_finally(&self->left) {
        pthread_join(self->job.thread, NULL);
        weft_threadsafe_close(&self->job.finished);
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(tick, int i;)
{
    for (self->i = 0; self->i < 3; self->i++)
        weft_sleep(WEFT_MS(5));
}
WEFT_ASYNC_END

WEFT_ASYNC(both, WEFT_TASK(tick) tick; struct sum sum;)
{
    weft_create_task(tick, &self->tick);
    weft_call(sum, &self->sum, .limit = 100000);
    weft_await(&self->tick);
    printf("sum: %ld, ticks: %d\n", self->sum.result, self->tick.frame.i);
}
WEFT_ASYNC_END

int main(void)
{
    static weft_select backend;
    static weft_loop loop;
    static WEFT_TASK(both) task;
    weft_select_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    const weft_error *const error = weft_run(&loop, both, &task);
    weft_loop_close(&loop);
    return error != NULL;
}
