/* SPDX-License-Identifier: MIT */
/* Several loops, each in a thread of its own. They share nothing but calls to each other. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper.h"

enum { MOST = 4, ROUNDS = 200, WORKERS = 10 };

/* A thread, its loop, and the handle that other threads call. */
struct thread {
    pthread_t pthread;
    weft_select backend;
    weft_loop loop;
    weft_threadsafe_handle handle;
    weft_event called;
    atomic_int sent; /* tokens sent by the previous thread; one call may stand for several */
    int tokens;      /* tokens received */
    struct thread *next;
    pthread_barrier_t *all; /* no thread calls a handle any more; all handles are open until then */
    int sum;
    const weft_error *error;
};

static void take_tokens(weft_loop *of, weft_handle *handle)
{
    struct thread *const self = WEFT_HANDLE_OWNER(handle, struct thread, handle.handle);
    (void)of;
    self->tokens = atomic_load_explicit(&self->sent, memory_order_relaxed);
    weft_event_set(&self->called);
}

/* ---- Work within one loop ---- */

WEFT_ASYNC(worker, int number; weft_lock *lock; int *sum; int i;)
{
    for (self->i = 0; self->i < 20; self->i++) {
        weft_with_lock(self->lock) {
            weft_sleep(WEFT_US(self->i % 5 ? 0 : 50));
            *self->sum += self->number;
        }
        weft_end;
    }
    if (self->number == WORKERS - 1)
        weft_raise(&fail);
}
WEFT_ASYNC_END

WEFT_ASYNC(echo, int fd;)
{
    for (;;) {
        weft_wait_readable(self->fd);
        char byte;
        if (read(self->fd, &byte, 1) != 1 || write(self->fd, &byte, 1) != 1)
            weft_raise(&other_fail);
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(play, struct thread *thread; weft_lock lock; weft_group group; weft_timeout limit;
           WEFT_TASK(worker) workers[WORKERS]; WEFT_TASK(echo) echo; int ends[2], i;
           const weft_error *caught;)
{
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, self->ends) != 0)
        weft_raise(&other_fail);
    weft_create_task(echo, &self->echo, .fd = self->ends[1]);
    weft_try {
        weft_with_group(&self->group) {
            for (self->i = 0; self->i < WORKERS; self->i++)
                weft_group_create_task(&self->group, worker, &self->workers[self->i],
                                       .number = self->i, .lock = &self->lock,
                                       .sum = &self->thread->sum);
        }
        weft_end;
    }
    weft_catch(&weft_group_error, self->caught) {
    }
    weft_end;
    for (self->i = 0; self->i < ROUNDS; self->i++) {
        if (write(self->ends[0], "x", 1) != 1)
            weft_raise(&other_fail);
        weft_wait_readable(self->ends[0]);
        char byte;
        if (read(self->ends[0], &byte, 1) != 1)
            weft_raise(&other_fail);
        /* Sends a token to the next thread when this round's token has come from the previous
         * thread. */
        atomic_fetch_add_explicit(&self->thread->next->sent, 1, memory_order_relaxed);
        (void)weft_call_soon_threadsafe(&self->thread->next->handle);
        while (self->thread->tokens <= self->i) {
            weft_event_wait(&self->thread->called);
            weft_event_clear(&self->thread->called);
        }
    }
    weft_cancel(&self->echo);
    close(self->ends[0]);
    close(self->ends[1]);
}
WEFT_ASYNC_END

static void *run_thread(void *argument)
{
    struct thread *const self = argument;
    WEFT_TASK(play) *const task = calloc(1, sizeof(*task));
    weft_select_init(&self->backend);
    weft_loop_init(&self->loop, &self->backend.backend);
    self->error = weft_threadsafe_open(&self->loop, &self->handle, take_tokens);
    pthread_barrier_wait(self->all);
    if (!self->error)
        self->error = weft_run(&self->loop, play, task, .thread = self);
    pthread_barrier_wait(self->all);
    weft_threadsafe_close(&self->handle);
    const weft_error *const error = weft_loop_close(&self->loop);
    if (!self->error)
        self->error = error;
    free(task);
    return NULL;
}

START_TEST(loops_in_threads_of_their_own_share_only_thread_safe_calls)
{
    const int count = _i;
    static struct thread threads[MOST];
    pthread_barrier_t all;
    pthread_barrier_init(&all, NULL, (unsigned)count);
    for (int i = 0; i < count; i++)
        threads[i] = (struct thread){.next = &threads[(i + 1) % count], .all = &all};
    for (int i = 0; i < count; i++)
        pthread_create(&threads[i].pthread, NULL, run_thread, &threads[i]);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i].pthread, NULL);
    pthread_barrier_destroy(&all);
    for (int i = 0; i < count; i++) {
        ck_no_error(threads[i].error);
        ck_assert_int_eq(threads[i].tokens, ROUNDS);
        ck_assert_int_eq(threads[i].sum, threads[0].sum);
    }
    ck_assert_int_gt(threads[0].sum, 0);
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("threads");
    tcase_add_loop_test(tests, loops_in_threads_of_their_own_share_only_thread_safe_calls, 1,
                        MOST + 1);
    return run_suite();
}
