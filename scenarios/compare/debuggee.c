/* SPDX-License-Identifier: MIT */
/* A program for debug.sh, which looks at it with debuggers and sanitizers.
 *
 * debuggee STYLE ACTION: a task holds a lock, and calls three coroutines deep; there, after a wait,
 * it does the action. Another task waits for the lock, two calls deep. The actions are:
 * stop      calls stop_here, where gdb stops
 * dump      calls weft_dump
 * overflow  writes one element behind an array that keeps its value over a wait
 * share     nothing there; but both tasks increment a variable that no lock protects
 * run       nothing */
#include "../threads/threads.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "../stackful/stackful.h"
#undef now

void stop_here(void);
static const char *action;
static int shared;
static weft_loop *the_loop;

void stop_here(void)
{
    fflush(NULL);
}

static bool is_action(const char *name)
{
    return strcmp(action, name) == 0;
}

static void act(void)
{
    if (is_action("stop"))
        stop_here();
    if (is_action("dump"))
        weft_dump(the_loop, weft_write_to_file, stdout);
}

/* Returns the index of the array, which the compiler does not know. */
static int index_of_write(void)
{
    return is_action("overflow") ? 4 : 3;
}

/* ---- stackless ---- */

WEFT_ASYNC(innermost, int array[4], after;)
{
    memset(self->array, 0, sizeof self->array);
    weft_sleep(WEFT_MS(20));
    shared++;
    self->array[index_of_write()] = 1;
    act();
}
WEFT_ASYNC_END

WEFT_ASYNC(middle, struct innermost callee;)
{
    weft_call(innermost, &self->callee);
}
WEFT_ASYNC_END

WEFT_ASYNC(outermost, weft_lock *lock; struct middle callee;)
{
    weft_with_lock(self->lock)
        weft_call(middle, &self->callee);
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(acquiring, weft_lock *lock;)
{
    shared++;
    weft_with_lock(self->lock)
        weft_sleep(0);
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(waiting, weft_lock *lock; struct acquiring callee;)
{
    weft_call(acquiring, &self->callee, self->lock);
}
WEFT_ASYNC_END

WEFT_ASYNC(stackless, weft_lock lock; WEFT_TASK(outermost) holder; WEFT_TASK(waiting) waiter;)
{
    weft_create_task(outermost, &self->holder, &self->lock);
    weft_create_task(waiting, &self->waiter, &self->lock);
    weft_await(&self->holder);
    weft_await(&self->waiter);
}
WEFT_ASYNC_END

/* ---- stackful ---- */

static void stackful_innermost(void)
{
    volatile int array[4] = {0};
    stackful_sleep(WEFT_MS(20));
    shared++;
    array[index_of_write()] = 1;
    (void)array[0];
    act();
}

static void stackful_middle(void)
{
    stackful_innermost();
}

STACKFUL(stackful_outermost, weft_lock *lock;)
{
    stackful_with_lock(self->lock)
        stackful_middle();
    stackful_end;
}

static void stackful_acquiring(weft_lock *lock)
{
    shared++;
    stackful_with_lock(lock)
        stackful_sleep(0);
    stackful_end;
}

STACKFUL(stackful_waiting, weft_lock *lock;)
{
    stackful_acquiring(self->lock);
}

STACKFUL(stackful_main)
{
    (void)self;
    weft_lock lock = {0};
    WEFT_TASK(stackful_outermost) holder = {0};
    WEFT_TASK(stackful_waiting) waiter = {0};
    stackful_create_task(stackful_outermost, &holder, &lock);
    stackful_create_task(stackful_waiting, &waiter, &lock);
    stackful_await(&holder);
    stackful_await(&waiter);
}

/* ---- threads ---- */

static void threads_innermost(void)
{
    volatile int array[4] = {0};
    thread_sleep(WEFT_MS(20));
    shared++;
    array[index_of_write()] = 1;
    (void)array[0];
    act();
}

static void threads_middle(void)
{
    threads_innermost();
}

THREAD(threads_outermost, pthread_mutex_t *lock;)
{
    pthread_mutex_lock(self->lock);
    threads_middle();
    pthread_mutex_unlock(self->lock);
    return NULL;
}

static void threads_acquiring(pthread_mutex_t *lock)
{
    shared++;
    pthread_mutex_lock(lock);
    pthread_mutex_unlock(lock);
}

THREAD(threads_waiting, pthread_mutex_t *lock;)
{
    thread_sleep(WEFT_MS(5)); /* so that the other thread holds the lock */
    threads_acquiring(self->lock);
    return NULL;
}

static void run_threads(void)
{
    static struct thread_task program;
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    THREAD_TASK(threads_outermost) holder;
    THREAD_TASK(threads_waiting) waiter;
    thread_start_clock_(1);
    thread_adopt_(&program);
    thread_create_task(threads_outermost, &holder, &lock);
    thread_create_task(threads_waiting, &waiter, &lock);
    thread_await(&holder);
    thread_await(&waiter);
}

/* ---- The program ---- */

static int run_coroutines(bool on_stacks)
{
    static weft_select backend;
    static weft_loop loop;
    static struct stackful_pool pool;
    static WEFT_TASK(stackless) without;
    static WEFT_TASK(stackful_main) with;
    the_loop = &loop;
    weft_select_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    if (!on_stacks)
        return weft_run(&loop, stackless, &without) != NULL;
    stackful_pool_init(&pool, NULL);
    stackful_use_pool(&pool);
    const bool failed = weft_run(&loop, stackful_main, &with) != NULL;
    stackful_pool_close(&pool);
    return failed;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    action = argv[2];
    if (strcmp(argv[1], "threads") != 0)
        return run_coroutines(strcmp(argv[1], "stackful") == 0);
    run_threads();
    return 0;
}
