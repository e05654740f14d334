/* SPDX-License-Identifier: MIT */
#include "helper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ready.h"
#include "timers.h"

weft_loop loop;
weft_virtual backend;
char record[1 << 14];

const weft_error fail = {.text = "fail"};
const weft_error other_fail = {.text = "other"};

/* ---- The record ---- */

void note(const char *text)
{
    ck_assert_uint_lt(strlen(record) + strlen(text), sizeof(record));
    strcat(record, text);
}

void note_letter(char letter)
{
    const char text[] = {letter, '\0'};
    note(text);
}

/* Records "invalid" for every kind of weft_invalid_state_error, since tests do not depend on its
 * texts. */
void note_error(const weft_error *error)
{
    const bool invalid = weft_error_is(error, &weft_invalid_state_error);
    note("=");
    note(!error ? "ok" : invalid ? text_of(&weft_invalid_state_error) : text_of(error));
}

/* ---- The loop ---- */

static weft_handle canceller;
static weft_task *to_cancel;

static void cancel_it(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    weft_cancel(to_cancel);
}

weft_time cancelled_soon(weft_task *task)
{
    to_cancel = task;
    ck_no_error(weft_call_soon(&loop, &canceller, cancel_it));
    return SECONDS_AT_MOST(1);
}

weft_time elapsed(void)
{
    return weft_wrap_(backend.now - clock_start());
}

void tick(void)
{
    if (ready_is_idle(&loop.ready) && has_timers(&loop.timers))
        backend.backend.sleep(&backend.backend, next_timer(&loop.timers));
    weft_stop(&loop);
    weft_run_forever(&loop);
}

void run_dry(void)
{
    ck_error(weft_run_forever(&loop), &weft_deadlock_error);
}

size_t count_tasks(void)
{
    size_t count = 0;
    for (weft_task *task = weft_first_task(&loop); task; task = weft_next_task(task))
        count++;
    return count;
}

bool loop_is_idle(void)
{
    const weft_time now = backend.now;
    return !weft_first_task(&loop) && weft_run_forever(&loop) && backend.now == now;
}

/* ---- The suite ---- */

static Suite *suite;
static SRunner *runner;

static void set_up(void)
{
    memset(&canceller, 0, sizeof(canceller));
    memset(record, 0, sizeof(record));
    weft_virtual_init(&backend);
    backend.now = clock_start();
    weft_loop_init(&loop, &backend.backend);
}

/* Forgets what the test left unfinished. With CK_FORK=no the next test uses this memory too. */
static void tear_down(void)
{
    weft_loop_close(&loop);
}

TCase *begin_case(const char *name, void (*before)(void), void (*after)(void))
{
    TCase *const tests = tcase_create(name);
    tcase_set_timeout(tests, 60); /* valgrind is slow */
    tcase_add_checked_fixture(tests, restart_monotonic_clock, NULL);
    tcase_add_checked_fixture(tests, before, after);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    suite_add_tcase(suite, tests);
    return tests;
}

TCase *begin_suite(const char *name)
{
    suite = suite_create(name);
    runner = srunner_create(suite);
    return begin_case(name, NULL, NULL);
}

int run_suite(void)
{
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
