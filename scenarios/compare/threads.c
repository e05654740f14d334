/* SPDX-License-Identifier: MIT */
/* The operations with threads of POSIX. */
#include "../threads/threads.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "compare.h"

enum { SMALL_STACK = 64 * 1024 };

static size_t stack_size = SMALL_STACK;

void choose_64k(void)
{
    stack_size = SMALL_STACK;
}

/* The default of glibc, without a limit by ulimit -s. */
void choose_8m(void)
{
    stack_size = 8 * 1024 * 1024;
}

static bool start_thread(pthread_t *thread, void *(*function)(void *), void *argument)
{
    static pthread_attr_t attributes;
    static bool is_set;
    if (!is_set) {
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, stack_size);
        is_set = true;
    }
    const int error = pthread_create(thread, &attributes, function, argument);
    if (error)
        set_refusal_by_system("pthread_create", error);
    return !error;
}

/* ---- create: n threads, which end at once, then joins them ---- */

struct creator {
    size_t n;
    size_t count; /* the threads that have run */
    pthread_t *threads;
};

static void *count_one(void *argument)
{
    struct creator *const creator = argument;
    __atomic_fetch_add(&creator->count, 1, __ATOMIC_RELAXED);
    return NULL;
}

static void *prepare_create(size_t n)
{
    static struct creator creator;
    creator.n = n;
    creator.threads = fresh_memory(n * sizeof creator.threads[0]);
    return &creator;
}

static double run_create(void *state, size_t passes)
{
    struct creator *const creator = state;
    creator->count = 0;
    while (passes--) {
        for (size_t i = 0; i < creator->n; i++)
            expect(start_thread(&creator->threads[i], count_one, creator), "there is a thread");
        for (size_t i = 0; i < creator->n; i++)
            pthread_join(creator->threads[i], NULL);
    }
    return (double)creator->count;
}

/* ---- Circles of threads that pass a token: each wakes the next one ----
 * The first member is the thread that measures. */

struct member {
    struct circle *circle;
    size_t index;
    size_t depth; /* calls above its waits */
    pthread_cond_t wake;
};

struct circle {
    pthread_mutex_t mutex;
    size_t n;
    size_t holder; /* index of the member that has the token */
    size_t count;  /* times that the token was passed */
    struct member *members;
};

static void wait_for_token(struct member *me)
{
    while (me->circle->holder != me->index)
        pthread_cond_wait(&me->wake, &me->circle->mutex);
}

static void pass_token(struct member *me)
{
    struct circle *const circle = me->circle;
    circle->count++;
    circle->holder = me->index + 1 == circle->n ? 0 : me->index + 1;
    pthread_cond_signal(&circle->members[circle->holder].wake);
}

static unsigned pass_on_at(size_t below, struct member *me)
{
    if (below > 0)
        return pass_on_at(below - 1, me) + 1;
    while (me->circle->n > 0) {
        wait_for_token(me);
        pass_token(me);
    }
    return 0;
}

static void *pass_on(void *argument)
{
    struct member *const me = argument;
    pthread_mutex_lock(&me->circle->mutex);
    pass_on_at(me->depth, me);
    return NULL;
}

/* Every member but the first is a thread. The first member begins with the token. */
static void *prepare_members(size_t n, size_t depth)
{
    static struct circle circle = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    circle.n = n;
    circle.members = fresh_memory(n * sizeof circle.members[0]);
    for (size_t i = 0; i < n; i++) {
        struct member *const member = &circle.members[i];
        *member = (struct member){.circle = &circle, .index = i, .depth = depth};
        pthread_cond_init(&member->wake, NULL);
        pthread_t thread;
        if (i > 0 && !start_thread(&thread, pass_on, member))
            return NULL;
        if (i % 1000 == 999 && is_over_limit(i))
            return NULL;
    }
    return &circle;
}

static void *prepare_circle(size_t n)
{
    return prepare_members(n, 0);
}

static void *prepare_deep_circle(size_t n)
{
    return prepare_members(100, n == NO_CALLS ? 0 : n);
}

static double run_circle(void *state, size_t passes)
{
    struct circle *const circle = state;
    pthread_mutex_lock(&circle->mutex);
    circle->count = 0;
    while (passes--) {
        wait_for_token(&circle->members[0]);
        pass_token(&circle->members[0]);
    }
    wait_for_token(&circle->members[0]);
    pthread_mutex_unlock(&circle->mutex);
    return (double)circle->count;
}

/* ---- sched_yield: the kernel decides whether, and to whom, it switches ----
 * Counts switches, not calls. */

static void *yield_for_ever(void *argument)
{
    (void)argument;
    for (;;)
        sched_yield();
    return NULL;
}

static void *prepare_sched_yield(size_t n)
{
    static int some_state;
    for (size_t i = 0; i < n; i++) {
        pthread_t thread;
        if (!start_thread(&thread, yield_for_ever, NULL))
            return NULL;
    }
    return &some_state;
}

static double switches(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_nvcsw + (double)usage.ru_nivcsw;
}

static void sleep_ms(long ms)
{
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static void measure_switches(void *state, size_t passes, struct round *round)
{
    (void)state;
    (void)passes;
    const double before = switches();
    begin_round(round);
    sleep_ms(5);
    end_round(round, 0);
    round->operations = switches() - before;
}

/* ---- lock: the holder hands it to the thread that waits longest, and queues again ----
 * In one step, because otherwise the same thread may win the lock again. */

struct fair_lock {
    pthread_mutex_t mutex;           /* of this struct */
    struct contender *first, **last; /* the waiting threads */
    size_t waiting, count;
};

struct contender {
    struct fair_lock *lock;
    struct contender *next;
    bool has_it;
    pthread_cond_t granted;
};

/* The mutex is held. */
static void queue_up(struct contender *me)
{
    struct fair_lock *const lock = me->lock;
    me->next = NULL;
    me->has_it = false;
    *lock->last = me;
    lock->last = &me->next;
    lock->waiting++;
    while (!me->has_it)
        pthread_cond_wait(&me->granted, &lock->mutex);
    lock->count++;
}

static void hand_over(struct contender *me)
{
    struct fair_lock *const lock = me->lock;
    pthread_mutex_lock(&lock->mutex);
    struct contender *const next = lock->first;
    lock->first = next->next;
    if (!next->next)
        lock->last = &lock->first;
    lock->waiting--;
    next->has_it = true;
    pthread_cond_signal(&next->granted);
    queue_up(me);
    pthread_mutex_unlock(&lock->mutex);
}

static void *contend(void *argument)
{
    struct contender *const me = argument;
    pthread_mutex_lock(&me->lock->mutex);
    queue_up(me);
    pthread_mutex_unlock(&me->lock->mutex);
    for (;;)
        hand_over(me);
    return NULL;
}

/* The thread that measures holds the lock between two rounds. */
static struct contender measurer;

static size_t waiting_for(struct fair_lock *lock)
{
    pthread_mutex_lock(&lock->mutex);
    const size_t n = lock->waiting;
    pthread_mutex_unlock(&lock->mutex);
    return n;
}

static void *prepare_fair_lock(size_t n)
{
    static struct fair_lock lock = {.mutex = PTHREAD_MUTEX_INITIALIZER, .last = &lock.first};
    struct contender *const contenders = fresh_memory(n * sizeof *contenders);
    measurer.lock = &lock;
    pthread_cond_init(&measurer.granted, NULL);
    for (size_t i = 1; i < n; i++) {
        pthread_t thread;
        contenders[i].lock = &lock;
        pthread_cond_init(&contenders[i].granted, NULL);
        if (!start_thread(&thread, contend, &contenders[i]))
            return NULL;
    }
    while (waiting_for(&lock) < n - 1)
        sched_yield();
    return &lock;
}

static double run_fair_lock(void *state, size_t passes)
{
    struct fair_lock *const lock = state;
    lock->count = 0;
    while (passes--)
        hand_over(&measurer);
    return (double)lock->count;
}

/* ---- lock, plain: a mutex of POSIX, which the same thread may win again ---- */

static pthread_mutex_t plain_mutex = PTHREAD_MUTEX_INITIALIZER;
static size_t plain_count;

static void *contend_plainly(void *argument)
{
    (void)argument;
    for (;;) {
        pthread_mutex_lock(&plain_mutex);
        plain_count++;
        pthread_mutex_unlock(&plain_mutex);
    }
    return NULL;
}

static void *prepare_plain_lock(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        pthread_t thread;
        if (!start_thread(&thread, contend_plainly, NULL))
            return NULL;
    }
    return &plain_count;
}

static size_t plain_count_now(void)
{
    pthread_mutex_lock(&plain_mutex);
    const size_t count = plain_count;
    pthread_mutex_unlock(&plain_mutex);
    return count;
}

static void measure_plain_lock(void *state, size_t passes, struct round *round)
{
    (void)state;
    (void)passes;
    const size_t before = plain_count_now();
    begin_round(round);
    sleep_ms(5);
    end_round(round, 0);
    round->operations = (double)(plain_count_now() - before);
}

/* ---- pipe: two threads send a byte to each other ---- */

struct talk {
    int pipes[2][2];
    bool on_two_cpus;
};

static void byte_out(int descriptor)
{
    expect(write(descriptor, "x", 1) == 1, "a byte is written");
}

static void byte_in(int descriptor)
{
    char byte;
    expect(read(descriptor, &byte, 1) == 1, "a byte is read");
}

static void *answer(void *argument)
{
    const struct talk *const talk = argument;
    if (talk->on_two_cpus)
        pin(1);
    for (;;) {
        byte_in(talk->pipes[0][0]);
        byte_out(talk->pipes[1][1]);
    }
    return NULL;
}

static void *prepare_talk(bool on_two_cpus)
{
    static struct talk talk;
    pthread_t thread;
    talk.on_two_cpus = on_two_cpus;
    expect(!pipe(talk.pipes[0]) && !pipe(talk.pipes[1]), "there are pipes");
    if (!start_thread(&thread, answer, &talk))
        return NULL;
    if (on_two_cpus)
        pin(0);
    return &talk;
}

static void *prepare_pipe(size_t n)
{
    (void)n;
    return prepare_talk(false);
}

static void *prepare_pipe_on_two(size_t n)
{
    (void)n;
    if (cpus() < 2) {
        set_refusal("the process may use one CPU only");
        return NULL;
    }
    return prepare_talk(true);
}

static double run_pipe(void *state, size_t passes)
{
    const struct talk *const talk = state;
    for (size_t i = 0; i < passes; i++) {
        byte_out(talk->pipes[0][1]);
        byte_in(talk->pipes[1][0]);
    }
    return 2.0 * (double)passes;
}

/* ---- cancel: n threads that sleep; by the shim of the lessons, and by pthread_cancel ---- */

THREAD(sleeper, char unused;)
{
    (void)self;
    return thread_sleep(WEFT_FOREVER);
}

typedef THREAD_TASK(sleeper) sleeper_task;

struct cancel {
    size_t n;
    sleeper_task *tasks;
    pthread_t *threads;
};

static struct cancel cancelled;

static void *prepare_cancel(size_t n)
{
    static struct thread_task program;
    thread_start_clock_(1);
    thread_adopt_(&program);
    cancelled.n = n;
    cancelled.tasks = fresh_memory(n * sizeof cancelled.tasks[0]);
    return &cancelled;
}

static bool all_sleep(const struct cancel *cancel)
{
    size_t asleep = 0;
    thread_lock_();
    for (size_t i = 0; i < cancel->n; i++)
        asleep += cancel->tasks[i].task.waits_on != NULL;
    thread_unlock_();
    return asleep == cancel->n;
}

static void measure_cancel(void *state, size_t passes, struct round *round)
{
    struct cancel *const cancel = state;
    double ended = 0;
    (void)passes;
    for (size_t i = 0; i < cancel->n; i++)
        thread_create_task(sleeper, &cancel->tasks[i], 0);
    while (!all_sleep(cancel))
        sleep_ms(1);
    begin_round(round);
    for (size_t i = 0; i < cancel->n; i++)
        thread_cancel(&cancel->tasks[i]);
    for (size_t i = 0; i < cancel->n; i++)
        ended += thread_await(&cancel->tasks[i]) == &weft_cancelled_error;
    end_round(round, ended);
}

static void *sleep_for_ever(void *argument)
{
    __atomic_fetch_add((size_t *)argument, 1, __ATOMIC_RELAXED);
    for (;;)
        pause();
    return NULL;
}

static void *prepare_pthread_cancel(size_t n)
{
    cancelled.n = n;
    cancelled.threads = fresh_memory(n * sizeof cancelled.threads[0]);
    return &cancelled;
}

static void measure_pthread_cancel(void *state, size_t passes, struct round *round)
{
    struct cancel *const cancel = state;
    size_t asleep = 0;
    double ended = 0;
    (void)passes;
    for (size_t i = 0; i < cancel->n; i++)
        expect(start_thread(&cancel->threads[i], sleep_for_ever, &asleep), "there is a thread");
    while (__atomic_load_n(&asleep, __ATOMIC_RELAXED) < cancel->n)
        sleep_ms(1);
    begin_round(round);
    for (size_t i = 0; i < cancel->n; i++)
        pthread_cancel(cancel->threads[i]);
    for (size_t i = 0; i < cancel->n; i++) {
        void *result;
        pthread_join(cancel->threads[i], &result);
        ended += result == PTHREAD_CANCELED;
    }
    end_round(round, ended);
}

/* ---- calls: a chain of n calls that might wait, but do not ---- */

static void *prepare_calls(size_t n)
{
    static unsigned depth;
    depth = n == NO_CALLS ? 0 : (unsigned)n;
    return &depth;
}

static double run_calls(void *state, size_t passes)
{
    const unsigned depth = *(const unsigned *)state;
    for (size_t i = 0; i < passes; i++)
        expect(call_plainly(depth) == depth, "all calls were made");
    return (double)passes;
}

/* ---- compute: n jobs for the CPU ---- */

static void *do_job(void *argument)
{
    struct creator *const creator = argument;
    const uint64_t result = compute((uintptr_t)&creator);
    __atomic_fetch_add(&creator->count, 1 + (result == 1), __ATOMIC_RELAXED);
    return NULL;
}

static double run_compute(void *state, size_t passes)
{
    struct creator *const creator = state;
    creator->count = 0;
    while (passes--) {
        for (size_t i = 0; i < creator->n; i++)
            expect(start_thread(&creator->threads[i], do_job, creator), "there is a thread");
        for (size_t i = 0; i < creator->n; i++)
            pthread_join(creator->threads[i], NULL);
    }
    return (double)creator->count;
}

const struct operation threads_operations[] = {
    {"create-cold", prepare_create, run_create, NULL},
    {"create", prepare_create, run_create, NULL},
    {"yield", prepare_circle, run_circle, NULL},
    {"lock", prepare_fair_lock, run_fair_lock, NULL},
    {"pipe", prepare_pipe, run_pipe, NULL},
    {"pipe-2-cpus", prepare_pipe_on_two, run_pipe, NULL},
    {"cancel", prepare_cancel, NULL, measure_cancel},
    {"yield-depth", prepare_deep_circle, run_circle, NULL},
    {"calls", prepare_calls, run_calls, NULL},
    {"compute", prepare_create, run_compute, NULL},
    {NULL, NULL, NULL, NULL},
};

const struct operation threads_8m_operations[] = {
    {"create-cold", prepare_create, run_create, NULL},
    {"create", prepare_create, run_create, NULL},
    {NULL, NULL, NULL, NULL},
};

const struct operation sched_yield_operations[] = {
    {"yield", prepare_sched_yield, NULL, measure_switches},
    {NULL, NULL, NULL, NULL},
};

const struct operation plain_operations[] = {
    {"lock", prepare_plain_lock, NULL, measure_plain_lock},
    {NULL, NULL, NULL, NULL},
};

const struct operation pthread_cancel_operations[] = {
    {"cancel", prepare_pthread_cancel, NULL, measure_pthread_cancel},
    {NULL, NULL, NULL, NULL},
};

/* ---- Waiting threads ---- */

struct waiting_thread {
    pthread_t thread;
};

static struct waiting_thread *crowd;
static size_t population, arrived;
static double delay;
static pthread_mutex_t crowd_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t released = PTHREAD_COND_INITIALIZER, all_arrived = PTHREAD_COND_INITIALIZER;
static bool is_released;

/* Waits on a condition variable, so that release() can end all threads at once. */
static void *wait_in_crowd(void *argument)
{
    struct timespec until;
    (void)argument;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)delay;
    until.tv_nsec += (long)((delay - (double)(time_t)delay) * 1e9);
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&crowd_mutex);
    arrived++;
    pthread_cond_signal(&all_arrived);
    while (!is_released && pthread_cond_timedwait(&released, &crowd_mutex, &until) != ETIMEDOUT)
        continue;
    pthread_mutex_unlock(&crowd_mutex);
    return NULL;
}

static size_t grow(size_t total, double seconds)
{
    enum { LOOK_EVERY = 500, ROOM = 1000000 };
    /* The threads of `million` exist for some seconds, in which other programs need some, too. */
    const bool leaves_room = seconds < 60;
    delay = seconds;
    if (!crowd)
        crowd = fresh_memory(ROOM * sizeof crowd[0]);
    while (population < total && population < ROOM) {
        if (population % LOOK_EVERY == 0 && is_over_limit(population))
            break;
        if (population % LOOK_EVERY == 0 && leaves_room && is_crowded()) {
            set_refusal("stopped at nine tenths of kernel.pid_max");
            break;
        }
        if (!start_thread(&crowd[population].thread, wait_in_crowd, NULL))
            break;
        population++;
    }
    pthread_mutex_lock(&crowd_mutex);
    while (arrived < population)
        pthread_cond_wait(&all_arrived, &crowd_mutex);
    pthread_mutex_unlock(&crowd_mutex);
    return population;
}

static void wait_for_all(void)
{
    for (size_t i = 0; i < population; i++)
        pthread_join(crowd[i].thread, NULL);
    population = 0;
}

static void release(void)
{
    pthread_mutex_lock(&crowd_mutex);
    is_released = true;
    pthread_cond_broadcast(&released);
    pthread_mutex_unlock(&crowd_mutex);
    wait_for_all();
}

/* Runs one such thread on a stack of this program. Counts the bytes from the lowest one that is not
 * zero. */
static size_t high_water(void)
{
    unsigned char *const stack = fresh_memory(SMALL_STACK);
    pthread_attr_t attributes;
    pthread_t thread;
    size_t unused = 0;
    delay = 0.01;
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, stack, SMALL_STACK);
    if (pthread_create(&thread, &attributes, wait_in_crowd, NULL) != 0)
        return 0;
    pthread_join(thread, NULL);
    while (unused < SMALL_STACK && !stack[unused])
        unused++;
    return SMALL_STACK - unused;
}

const struct population threads_population = {.own_bytes = sizeof(struct waiting_thread),
                                              .grow = grow,
                                              .wait = wait_for_all,
                                              .release = release,
                                              .high_water = high_water,
                                              .most = 10000};
