/* SPDX-License-Identifier: MIT */
/* Timers: the radix heap or the list, compared with a model whose clock does not wrap. */
#include "helper.h"
#include "timers.h"

#include <inttypes.h>
#include <stdlib.h>

static weft_timers_ timers;
static weft_time clock_now; /* it never goes back: a clock that wraps cannot tell */

enum { FAR_AWAY = WEFT_TIME_BITS == 16 ? 1 << 14 : 1 << 20 };

static void arm(weft_wait_ *wait, weft_time deadline)
{
    weft_timers_arm_(&timers, wait, deadline, clock_now);
}

static void new_timers(void)
{
    memset(&timers, 0, sizeof(timers));
    clock_now = 0;
}

/* Records what is due at `now`, in order, as indices into `waits`. */
static void note_due(const weft_wait_ *waits, weft_time now)
{
    const weft_wait_ *due;
    clock_now = now;
    while ((due = weft_timers_pop_(&timers, now)))
        note_letter((char)('a' + (due - waits)));
    note(" ");
}

/* ---- By hand ---- */

#if WEFT_TIME_BITS == 64 && WEFT_TIME_HZ == 1000000
START_TEST(seconds_and_milliseconds_are_numbers_of_any_type)
{
    ck_assert_uint_eq(WEFT_SECONDS(2), 2000000);
    ck_assert_uint_eq(WEFT_SECONDS(1.5), 1500000);
    ck_assert_uint_eq(WEFT_SECONDS(3 * 100000), 300000000000);
    ck_assert_uint_eq(WEFT_MS(20 + 1), 21000);
    ck_assert_uint_eq(WEFT_MS(0.25f), 250);
}
END_TEST

#endif

START_TEST(nothing_is_armed_at_first)
{
    ck_assert_ptr_null(weft_timers_pop_(&timers, 0));
    ck_assert_ptr_null(weft_timers_pop_(&timers, (weft_time)-1));
}
END_TEST

START_TEST(timers_are_due_by_deadline_and_never_early)
{
    static weft_wait_ waits[4];
    static const weft_time deadlines[] = {30, 10, 20, 11};
    for (int i = 0; i < 4; i++)
        arm(&waits[i], deadlines[i]);
    static const weft_time times[] = {0, 9, 10, 10, 19, 29, 30, 99};
    for (int i = 0; i < 8; i++)
        note_due(waits, times[i]);
    ck_recorded("  b  d c a  ");
}
END_TEST

START_TEST(equal_deadlines_are_first_in_first_out)
{
    static weft_wait_ waits[26];
    for (int i = 0; i < 26; i++)
        arm(&waits[i], 1000 + (weft_time)(i % 2));
    note_due(waits, 5000);
    ck_recorded("acegikmoqsuwybdfhjlnprtvxz ");
}
END_TEST

/* The timers are armed before and after the heap comes near to the deadline, so they take
 * different ways through it. */
START_TEST(equal_deadlines_are_first_in_first_out_however_far_away_they_were_armed)
{
    static weft_wait_ waits[8];
    arm(&waits[0], FAR_AWAY);
    arm(&waits[1], 1 << 10);
    arm(&waits[2], FAR_AWAY);
    note_due(waits, 1 << 10);
    arm(&waits[3], FAR_AWAY);
    arm(&waits[4], FAR_AWAY - 1);
    note_due(waits, FAR_AWAY - 1);
    arm(&waits[5], FAR_AWAY);
    note_due(waits, FAR_AWAY);
    ck_recorded("b e acdf ");
}
END_TEST

/* The heap holds no deadline that is earlier than the one that it has reached. */
START_TEST(a_deadline_in_the_past_is_due_now)
{
    static weft_wait_ waits[5];
    arm(&waits[0], 100);
    arm(&waits[1], 100);
    clock_now = 100;
    note_letter((char)('a' + (weft_timers_pop_(&timers, clock_now) - waits)));
    arm(&waits[2], 100);
    arm(&waits[3], 7);
    arm(&waits[4], 101);
    note_due(waits, 100);
    ck_recorded(WEFT_TIMER_LIST ? "adbc " : "abcd ");
}
END_TEST

#if WEFT_TIME_BITS == 64
START_TEST(far_deadlines_keep_their_order)
{
    static weft_wait_ waits[9];
    static const weft_time deadlines[] = {UINT64_MAX,
                                          (weft_time)1 << 63,
                                          (weft_time)1 << 40,
                                          ((weft_time)1 << 40) + 1,
                                          ((weft_time)1 << 31) - 1,
                                          (weft_time)1 << 31,
                                          (weft_time)1 << 32,
                                          UINT64_MAX,
                                          0};
    for (int i = 0; i < 9; i++)
        arm(&waits[i], deadlines[i]);
    note_due(waits, 0);
    note_due(waits, ((weft_time)1 << 40) - 1);
    note_due(waits, (weft_time)1 << 63);
    note_due(waits, UINT64_MAX - 1);
    note_due(waits, UINT64_MAX);
    ck_recorded("i efg cdb  ah ");
}
END_TEST

#endif

/* Disarms one timer of each position in a bucket: the first of several, the only one, one in the
 * middle, the last. */
START_TEST(a_timer_is_disarmed_from_any_position)
{
    static weft_wait_ waits[4];
    static const char *const left[] = {"bcd ", "acd ", "abd ", "abc "};
    for (int i = 0; i < 4; i++)
        arm(&waits[i], 100 + (weft_time)(i == 3));
    weft_timers_disarm_(&timers, &waits[_i]);
    note_due(waits, 200);
    ck_recorded(left[_i]);
    arm(&waits[0], 300);
    weft_timers_disarm_(&timers, &waits[0]);
    ck_assert(!has_timers(&timers) && !weft_timers_pop_(&timers, 400));
}
END_TEST

/* The least timer of a bucket is found again, among others (0), and among equals in their order
 * (1). */
START_TEST(the_next_timer_is_right_after_the_least_was_disarmed)
{
    static weft_wait_ waits[4];
    static const weft_time deadlines[2][4] = {{40, 43, 42, 41}, {40, 44, 44, 44}};
    static const char *const due[] = {" d c b ", " bcd "};
    for (int i = 0; i < 4; i++)
        arm(&waits[i], deadlines[_i][i]);
    weft_timers_disarm_(&timers, &waits[0]);
    note_due(waits, 40);
    for (weft_time now = 41 + 3 * (weft_time)_i; now < 44 + (weft_time)_i; now++)
        note_due(waits, now);
    ck_recorded(due[_i]);
}
END_TEST

/* A loop sleeps until `next`. `next` may be too soon, since a timer may have been disarmed. It
 * must never be too late. */
START_TEST(next_is_never_too_late)
{
    static weft_wait_ waits[3];
    arm(&waits[0], 50);
    ck_assert_uint_eq(next_timer(&timers), 50);
    arm(&waits[1], 70);
    arm(&waits[2], 40);
    ck_assert_uint_eq(next_timer(&timers), 40);
    weft_timers_disarm_(&timers, &waits[2]);
    note_due(waits, 49);
    ck_assert_uint_eq(next_timer(&timers), 50);
    note_due(waits, 50);
    ck_assert_uint_eq(next_timer(&timers), 70);
    ck_recorded(" a ");
}
END_TEST

/* ---- At random ---- */

enum { TIMERS = 64, STEPS = 2000 };

/* The model: the armed timers, ordered by deadline and then by the order of arming. */
static struct model {
    int timers[TIMERS];
    int count;
    uint64_t deadlines[TIMERS]; /* deadline of each timer; NEVER: it is never due */
    uint64_t reached;           /* deadline of the timer that was due last */
} model;

static const uint64_t NEVER = UINT64_MAX;

static uint64_t seed, state;

static uint64_t random_bits(void)
{
    state ^= state << 13; /* xorshift64 */
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static uint64_t random_below(uint64_t limit)
{
    return random_bits() % limit;
}

/* Returns deadlines of each order of magnitude. Many are equal, some have passed, some are the
 * furthest possible time. */
#if WEFT_TIME_BITS == 64
static uint64_t random_deadline(uint64_t now)
{
    const uint64_t kind = random_below(16);
    if (kind == 0)
        return now - random_below(now + 1);
    if (kind == 1)
        return UINT64_MAX - random_below(2);
    if (kind < 8)
        return now + random_below(4);
    const weft_time away = random_bits() >> (20 + random_below(44));
    return away < UINT64_MAX - now ? now + away : UINT64_MAX;
}
#else
static uint64_t random_deadline(uint64_t now)
{
    const uint64_t kind = random_below(16), half = (uint64_t)WEFT_FOREVER + 1;
    if (kind == 0)
        return now - random_below(now < half ? now + 1 : half);
    if (kind == 1)
        return NEVER;
    if (kind == 2)
        return now + half - 1 - random_below(2);
    if (kind < 8)
        return now + random_below(4);
    return now + (random_bits() % half >> random_below(WEFT_TIME_BITS - 1));
}
#endif

/* Arms the timer, and returns the deadline that it gets. */
static uint64_t arm_at(weft_wait_ *wait, uint64_t deadline, uint64_t now)
{
    if (WEFT_TIME_BITS < 64 && deadline == NEVER)
        weft_timers_arm_forever_(&timers, wait);
    else
        weft_timers_arm_(&timers, wait, (weft_time)deadline, (weft_time)now);
    return !WEFT_TIMER_LIST && deadline < model.reached ? model.reached : deadline;
}

static void model_insert(int timer, uint64_t deadline)
{
    int at = model.count++;
    for (; at > 0 && model.deadlines[model.timers[at - 1]] > deadline; at--)
        model.timers[at] = model.timers[at - 1];
    model.timers[at] = timer;
    model.deadlines[timer] = deadline;
}

static void model_remove(int at)
{
    model.count--;
    for (; at < model.count; at++)
        model.timers[at] = model.timers[at + 1];
}

static int model_find(int timer)
{
    for (int at = 0; at < model.count; at++)
        if (model.timers[at] == timer)
            return at;
    return -1;
}

#define CHECK(condition)                                                                           \
    ck_assert_msg(condition, "%s; seed %" PRIu64 ", step %d", #condition, seed, step)

/* Returns the time until which a loop would sleep, as a time of the clock that does not wrap. */
static uint64_t next_after(uint64_t now)
{
    const weft_time next = next_timer(&timers);
    if (WEFT_TIME_BITS == 64)
        return next;
    return next == WEFT_FOREVER ? NEVER : now + weft_wrap_(next - (weft_time)now);
}

/* Does what a loop does: takes out all due timers. Then may advance the time to the next one. */
static uint64_t expire(weft_wait_ *waits, uint64_t now, int step)
{
    const weft_wait_ *due;
    while ((due = weft_timers_pop_(&timers, (weft_time)now))) {
        CHECK(model.count > 0);
        CHECK(due - waits == model.timers[0]);
        model.reached = model.deadlines[model.timers[0]];
        CHECK(model.reached <= now);
        model_remove(0);
    }
    CHECK(model.count == 0 || model.deadlines[model.timers[0]] > now);
    CHECK(!has_timers(&timers) == !model.count);
    if (!model.count)
        return random_below(8) ? now : now + random_below(1000);
    const uint64_t first = model.deadlines[model.timers[0]], next = next_after(now);
    CHECK(next <= first && (WEFT_TIME_BITS < 64 || next > now));
    CHECK(next_timer(&timers) != 0);
    if (WEFT_TIME_BITS < 64 && first == NEVER)
        return now + random_below(1000);
    switch (random_below(4)) {
    case 0:
        return next;
    case 1:
        return now + random_below(first - now);
    case 2:
        return first < UINT64_MAX - 50 ? first + random_below(50) : first;
    default:
        return first;
    }
}

static void run_random_program(void)
{
    static weft_wait_ waits[TIMERS];
    state = seed * 0x9E3779B97F4A7C15u;
    uint64_t now = random_below(3) ? random_below(100) : random_bits() >> random_below(64);
    if (WEFT_TIME_BITS < 64)
        now = weft_wrap_((weft_time)(random_below(2) ? now : 0 - now));
    new_timers();
    model.count = 0;
    model.reached = 0;
    for (int step = 0; step < STEPS && now < UINT64_MAX; step++) {
        const int timer = (int)random_below(TIMERS), at = model_find(timer);
        if (random_below(8) == 0) {
            now = expire(waits, now, step);
        } else if (at >= 0) {
            weft_timers_disarm_(&timers, &waits[timer]);
            model_remove(at);
        } else {
            model_insert(timer, arm_at(&waits[timer], random_deadline(now), now));
        }
        CHECK(!has_timers(&timers) == !model.count);
    }
}

/* WEFT_SEED=n runs that seed only. */
START_TEST(random_programs_are_as_with_a_sorted_list)
{
    const char *const given = getenv("WEFT_SEED");
    for (int i = 0; i < 50; i++) {
        seed = given ? strtoul(given, NULL, 10) : (unsigned long)(_i * 50 + i + 1);
        run_random_program();
    }
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("timer");
    tcase_add_checked_fixture(tests, new_timers, NULL);
#if WEFT_TIME_BITS == 64 && WEFT_TIME_HZ == 1000000
    tcase_add_test(tests, seconds_and_milliseconds_are_numbers_of_any_type);
#endif
    tcase_add_test(tests, nothing_is_armed_at_first);
    tcase_add_test(tests, timers_are_due_by_deadline_and_never_early);
    tcase_add_test(tests, equal_deadlines_are_first_in_first_out);
    tcase_add_test(tests, equal_deadlines_are_first_in_first_out_however_far_away_they_were_armed);
    tcase_add_test(tests, a_deadline_in_the_past_is_due_now);
#if WEFT_TIME_BITS == 64
    tcase_add_test(tests, far_deadlines_keep_their_order);
#endif
    tcase_add_loop_test(tests, a_timer_is_disarmed_from_any_position, 0, 4);
    tcase_add_loop_test(tests, the_next_timer_is_right_after_the_least_was_disarmed, 0, 2);
    tcase_add_test(tests, next_is_never_too_late);
    tcase_add_loop_test(tests, random_programs_are_as_with_a_sorted_list, 0, 4);
    return run_suite();
}
