/* SPDX-License-Identifier: MIT */
/* The backends of machines without an operating system, on a simulated machine with two interrupts
 * and a timer. The interrupts come at each pair of moments at which they can come. Neither must be
 * lost, and the machine must never sleep while one is pending. The machine wakes no more often than
 * it must. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/backend/machine.h"
#include "core/backend/periodic.h"
#include "core/backend/tickless.h"
#include "helper.h"

/* ---- The machine ---- */

enum { BUTTON, OTHER, TIMER, INTERRUPTS, PRESSES = 2, NEVER = 0, TICK = 7 };

static struct {
    bool on; /* interrupts are enabled */
    bool pending[INTERRUPTS];
    bool serves_in_sleep;      /* as on an AVR, which sleeps with interrupts enabled */
    unsigned moment;           /* moments at which an interrupt can come, counted from 1 */
    unsigned presses[PRESSES]; /* the moments of these interrupts; NEVER: none comes */
    unsigned sleeps;
    weft_backend *backend;
    void (*real_sleep)(weft_backend *of, weft_time until);
    weft_time until; /* of the last sleep */
    /* The timer. `counts` is what a counter that never wraps would have counted. */
    bool is_periodic;       /* its interrupt comes every TICK moments */
    uint64_t counts, alarm; /* an alarm that has not come; UINT64_MAX: none */
    uint32_t mask;          /* of the hardware's counter */
    uint32_t per_unit;      /* counts in a unit of weft_time */
    weft_time range;        /* the longest delay of the hardware's timer */
} machine;

static weft_periodic periodic;
static weft_tickless tickless;
static weft_tickless_counter counter;
static weft_threadsafe_handle pressed[PRESSES];
static weft_event events[PRESSES];

static void fail_at(const char *why)
{
    ck_abort_msg("%s (interrupts at moments %u and %u)", why, machine.presses[0],
                 machine.presses[1]);
}

/* Serves the interrupt if it is pending and enabled. Returns true if it was. */
static bool serve(int which)
{
    if (!machine.pending[which])
        return false;
    machine.pending[which] = machine.on = false;
    if (which != TIMER)
        weft_call_soon_threadsafe(&pressed[which]);
    else if (machine.is_periodic)
        weft_periodic_tick(&periodic);
    return machine.on = true;
}

static void serve_all(void)
{
    while (serve(BUTTON) || serve(OTHER) || serve(TIMER))
        continue;
}

static bool is_pending(void)
{
    return machine.pending[BUTTON] || machine.pending[OTHER] || machine.pending[TIMER];
}

static void count_to(uint64_t counts)
{
    machine.counts = counts;
    if (counts < machine.alarm)
        return;
    machine.alarm = UINT64_MAX;
    machine.pending[TIMER] = true;
}

/* A moment takes a count. A press is an interrupt. */
static void pass_moment(void)
{
    machine.moment++;
    if (!machine.is_periodic)
        count_to(machine.counts + 1);
    else if (machine.moment % TICK == 0)
        machine.pending[TIMER] = true;
    for (int i = 0; i < PRESSES; i++)
        machine.pending[i] |= pressed[i].loop && machine.moment == machine.presses[i];
    if (machine.on)
        serve_all();
}

unsigned weft_disable_interrupts(void)
{
    const unsigned before = machine.on;
    if (before)
        pass_moment();
    machine.on = false;
    return before;
}

void weft_restore_interrupts(unsigned before)
{
    if (!before)
        return;
    machine.on = true;
    serve_all();
    pass_moment();
}

static unsigned last_press(void)
{
    const unsigned *const presses = machine.presses;
    return presses[BUTTON] > presses[OTHER] ? presses[BUTTON] : presses[OTHER];
}

static void note_sleep(weft_backend *of, weft_time until)
{
    machine.until = until;
    machine.real_sleep(of, until);
}

/* Sleeps until an interrupt is pending. */
void weft_wait_for_interrupt(void)
{
    if (machine.on)
        fail_at("the machine sleeps with interrupts enabled");
    if (weft_has_been_called(machine.backend->loop))
        fail_at("the machine sleeps through a call");
    if (machine.is_periodic ? !weft_time_left(machine.until, periodic.now)
                            : machine.until != WEFT_FOREVER && machine.alarm == UINT64_MAX)
        fail_at("the machine sleeps through a timer");
    machine.sleeps++;
    pass_moment();
    while (!is_pending() && (machine.is_periodic || machine.moment < last_press()))
        pass_moment();
    if (!is_pending() && machine.alarm != UINT64_MAX)
        count_to(machine.alarm);
    if (!is_pending())
        fail_at("nothing wakes the machine");
    if (!machine.serves_in_sleep)
        return;
    machine.on = true;
    serve_all();
    machine.on = false;
}

/* ---- The machine's part of the tickless backend ---- */

static weft_time counter_now(weft_backend *of)
{
    (void)of;
    return weft_tickless_extend(&counter, (uint32_t)machine.counts & machine.mask, machine.mask,
                                machine.per_unit);
}

static void arm(weft_time delay)
{
    if (machine.on)
        fail_at("the timer is armed with interrupts enabled");
    if (!delay)
        fail_at("the timer is armed for no time");
    const weft_time shorter = delay < machine.range ? delay : machine.range;
    machine.alarm =
        delay == WEFT_FOREVER ? UINT64_MAX : machine.counts + (uint64_t)shorter * machine.per_unit;
}

static weft_backend *new_machine(bool is_periodic, uint32_t mask, uint32_t per_unit,
                                 weft_time range)
{
    machine.on = true;
    machine.is_periodic = is_periodic;
    for (int i = 0; i < INTERRUPTS; i++)
        machine.pending[i] = false;
    machine.moment = machine.sleeps = 0;
    machine.presses[0] = machine.presses[1] = NEVER;
    machine.mask = mask;
    machine.per_unit = per_unit;
    machine.range = range;
    machine.counts = mask - 7; /* wraps soon */
    machine.alarm = UINT64_MAX;
    counter = (weft_tickless_counter){.seen = (uint32_t)machine.counts & mask};
    weft_periodic_init(&periodic, WEFT_MS(1));
    periodic.now = (weft_time)0 - WEFT_MS(3); /* a narrow clock wraps soon */
#if WEFT_TIME_BITS == 64
    periodic.now = 0; /* a wide one never does */
#endif
    weft_tickless_init(&tickless, counter_now, arm, 1);
    machine.backend = is_periodic ? &periodic.backend : &tickless.backend;
    machine.real_sleep = machine.backend->sleep;
    machine.backend->sleep = note_sleep;
    return machine.backend;
}

/* ---- Interrupts at every moment ---- */

static void press(weft_loop *of, weft_handle *handle)
{
    (void)of;
    for (int i = 0; i < PRESSES; i++)
        if (&pressed[i].handle == handle)
            weft_event_set(&events[i]);
}

WEFT_ASYNC(hear, weft_event *event;)
{
    weft_event_wait(self->event);
    weft_event_clear(self->event);
}
WEFT_ASYNC_END

WEFT_ASYNC(blink, weft_time begun, took;)
{
    self->begun = weft_loop_time(weft_running_loop());
    weft_sleep(WEFT_MS(5));
    self->took = (weft_time)(weft_loop_time(weft_running_loop()) - self->begun);
}
WEFT_ASYNC_END

WEFT_ASYNC(program, bool blinks; weft_group group; WEFT_TASK(hear) hear[PRESSES];
           WEFT_TASK(blink) blink; int i;)
{
    for (self->i = 0; self->i < PRESSES; self->i++)
        weft_check(weft_threadsafe_open(weft_running_loop(), &pressed[self->i], press));
    weft_with_group(&self->group) {
        for (self->i = 0; self->i < PRESSES; self->i++)
            weft_group_create_task(&self->group, hear, &self->hear[self->i],
                                   .event = &events[self->i]);
        if (self->blinks)
            weft_group_create_task(&self->group, blink, &self->blink);
    }
    weft_end;
    for (self->i = 0; self->i < PRESSES; self->i++)
        weft_threadsafe_close(&pressed[self->i]);
}
WEFT_ASYNC_END

enum { MOMENTS = 60 };

static void run_pressed(bool is_periodic, bool blinks, unsigned first, unsigned second)
{
    static weft_loop board;
    static WEFT_TASK(program) task;
    weft_loop_init(&board, new_machine(is_periodic, 0xFFFF, 1, WEFT_MS(2)));
    machine.presses[0] = first;
    machine.presses[1] = second;
    if (weft_run(&board, program, &task, .blinks = blinks))
        fail_at("the program must end without an error");
    if (blinks && task.frame.blink.frame.took < WEFT_MS(5))
        fail_at("a sleep ended early");
    if (!is_periodic && !blinks && machine.sleeps > PRESSES)
        fail_at("the machine woke for nothing");
    if (weft_loop_close(&board))
        fail_at("the loop must be closed");
}

static void press_at_each_moment(bool is_periodic)
{
    for (int how = 0; how < 4; how++) {
        machine.serves_in_sleep = how & 1;
        for (unsigned first = 1; first < MOMENTS; first++)
            for (unsigned second = 1; second < MOMENTS; second++)
                run_pressed(is_periodic, how & 2, first, second);
    }
}

START_TEST(the_periodic_backend_loses_no_interrupt)
{
    press_at_each_moment(true);
}
END_TEST

START_TEST(the_tickless_backend_loses_no_interrupt)
{
    press_at_each_moment(false);
}
END_TEST

/* ---- How often the machine wakes ---- */

#if WEFT_TIME_BITS == 16
enum { LONG_S = 30 };
#elif WEFT_TIME_BITS == 32
enum { LONG_S = 2000 };
#else
enum { LONG_S = 3600 };
#endif

WEFT_ASYNC(doze, weft_time delay;)
{
    weft_sleep(self->delay);
}
WEFT_ASYNC_END

static const struct timer {
    uint32_t mask, per_unit;
    unsigned range_ms;
} timers[] = {{0xFFFF, 1, 7},      {0xFFFF, 4, 3},         {0xFFFFFF, 1, 1007},
              {0xFFFFFF, 10, 607}, {0xFFFFFFFF, 1, 13007}, {0xFFFFFFFF, 25, 107001}};

START_TEST(a_tickless_machine_wakes_once_for_each_range_of_its_timer)
{
    static WEFT_TASK(doze) task;
    const struct timer *const timer = &timers[_i];
    const weft_time delay = WEFT_SECONDS(LONG_S);
    const unsigned half_ms = LONG_S * 500u;
    weft_time range = WEFT_MS(timer->range_ms < half_ms ? timer->range_ms : half_ms);
    if (range * timer->per_unit > timer->mask - 8)
        range = (timer->mask - 8) / timer->per_unit;
    weft_loop_init(&loop, new_machine(false, timer->mask, timer->per_unit, range));
    const weft_time began = weft_loop_time(&loop);
    ck_no_error(weft_run(&loop, doze, &task, .delay = delay));
    const weft_time took = (weft_time)(weft_loop_time(&loop) - began);
    /* Some counts pass between two sleeps. */
    ck_assert_uint_le(machine.sleeps, delay / range + 1);
    ck_assert_uint_ge(machine.sleeps, delay / (range + 4) + 1);
    ck_assert_uint_ge(took, delay);
    ck_assert_uint_le(took, delay + 1 + machine.sleeps);
    ck_no_error(weft_loop_close(&loop));
}
END_TEST

START_TEST(a_tickless_machine_does_not_wake_while_no_timer_is_armed)
{
    static WEFT_TASK(program) task;
    weft_loop_init(&loop, new_machine(false, 0xFFFFFFFF, 1, WEFT_MS(100)));
    machine.presses[0] = 1000000;
    machine.presses[1] = 2000000;
    ck_no_error(weft_run(&loop, program, &task));
    ck_assert_uint_eq(machine.sleeps, PRESSES);
    ck_assert_uint_ge(machine.moment, 2000000);
    ck_no_error(weft_loop_close(&loop));
}
END_TEST

START_TEST(a_periodic_machine_wakes_at_each_tick)
{
    static WEFT_TASK(doze) task;
    weft_loop_init(&loop, new_machine(true, 0, 0, 0));
    ck_no_error(weft_run(&loop, doze, &task, .delay = WEFT_MS(100)));
    ck_assert_uint_eq(machine.sleeps, 101);
    ck_no_error(weft_loop_close(&loop));
}
END_TEST

/* A time that has passed, and 0: the loop polls. */
START_TEST(a_sleep_without_time_left_returns_at_once)
{
    weft_backend *const of = new_machine(_i, 0xFFFFFFFF, 1, WEFT_MS(100));
    weft_loop_init(&loop, of);
    of->sleep(of, 0);
    of->sleep(of, of->now(of));
    ck_assert_uint_eq(machine.sleeps, 0);
    ck_no_error(weft_loop_close(&loop));
}
END_TEST

/* ---- The clock of a narrow counter ---- */

START_TEST(a_counter_is_extended_at_any_step)
{
    const char *const given = getenv("WEFT_SEED");
    const unsigned seed = given ? (unsigned)strtoul(given, NULL, 0) : (unsigned)time(NULL);
    const struct timer *const timer = &timers[_i];
    printf("a_counter_is_extended_at_any_step: seed %u\n", seed);
    fflush(stdout);
    srand(seed);
    weft_tickless_counter extended = {0};
    uint64_t counts = 0;
    for (int step = 0; step < 10000; step++) {
        const weft_time now = weft_tickless_extend(&extended, (uint32_t)counts & timer->mask,
                                                   timer->mask, timer->per_unit);
        if (now != (weft_time)(counts / timer->per_unit))
            ck_abort_msg("seed %u: after %" PRIu64 " counts the time is %" PRIu64, seed, counts,
                         (uint64_t)now);
        counts += (uint64_t)rand() >> rand() % 31 & (timer->mask - timer->per_unit);
    }
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("board backends");
    const int count = sizeof(timers) / sizeof(*timers);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, the_periodic_backend_loses_no_interrupt);
    tcase_add_test(tests, the_tickless_backend_loses_no_interrupt);
    tcase_add_loop_test(tests, a_tickless_machine_wakes_once_for_each_range_of_its_timer, 0, count);
    tcase_add_test(tests, a_tickless_machine_does_not_wake_while_no_timer_is_armed);
    tcase_add_test(tests, a_periodic_machine_wakes_at_each_tick);
    tcase_add_loop_test(tests, a_sleep_without_time_left_returns_at_once, 0, 2);
    tcase_add_loop_test(tests, a_counter_is_extended_at_any_step, 0, count);
    return run_suite();
}
