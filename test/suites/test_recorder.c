/* SPDX-License-Identifier: MIT */
/* The recorder: its records, and the file, which this suite reads byte by byte as doc/recording.md
 * describes it. */
#include <stdlib.h>

#include "helper.h"

/* ---- The file ---- */

enum { HEADER = 64, RECORD = 32, MOST_BYTES = 1 << 20 };

static unsigned char file[MOST_BYTES];
static size_t size;

static void write_bytes(const void *bytes, size_t n, void *to)
{
    ck_assert_ptr_eq(to, file);
    ck_assert_uint_le(size + n, sizeof(file));
    memcpy(file + size, bytes, n);
    size += n;
}

static uint64_t number_at(size_t offset, unsigned bytes)
{
    uint64_t number = 0;
    ck_assert_uint_le(offset + bytes, size);
    while (bytes--)
        number = number << 8 | file[offset + bytes];
    return number;
}

static uint64_t count(void)
{
    return number_at(32, 8);
}

static size_t texts_begin(void)
{
    return HEADER + (size_t)count() * RECORD;
}

/* Copies the text with this address into `text`. */
static void find_text(uint64_t address, char *text)
{
    for (size_t at = texts_begin(); number_at(at, 8); at += 12 + (size_t)number_at(at + 8, 4)) {
        if (number_at(at, 8) != address)
            continue;
        const size_t length = (size_t)number_at(at + 8, 4);
        memcpy(text, file + at + 12, length);
        text[length] = '\0';
        return;
    }
    ck_abort_msg("the file has no text of this address");
}

static void check_end(void)
{
    size_t at = texts_begin();
    while (number_at(at, 8))
        at += 12 + (size_t)number_at(at + 8, 4);
    ck_assert_uint_eq(number_at(at + 8, 4), 0);
    ck_assert_uint_eq(at + 12, size);
}

struct read_record {
    uint64_t delay, subject, other, value;
    unsigned kind, detail, line;
    const unsigned char *text;
};

static struct read_record record_number(size_t i)
{
    const size_t at = HEADER + i * RECORD;
    ck_assert_uint_lt(i, count());
    return (struct read_record){number_at(at, 4),
                                number_at(at + 8, 8),
                                number_at(at + 16, 8),
                                number_at(at + 24, 8),
                                file[at + 4],
                                file[at + 5],
                                (unsigned)number_at(at + 6, 2),
                                file + at + 8};
}

static void write_file(const weft_recorder *recorder)
{
    size = 0;
    weft_recorder_write(recorder, write_bytes, file);
    check_end();
}

/* Notes the records: their kinds, names and texts. */
static void note_records(void)
{
    char text[200];
    for (size_t i = 0; i < count(); i++) {
        const struct read_record r = record_number(i);
        snprintf(text, sizeof(text), "%u", r.kind);
        note(text);
        if (r.kind == WEFT_EVENT_READY || r.kind == WEFT_EVENT_RUNS ||
            r.kind == WEFT_EVENT_LOCK_TAKEN ||
            (r.kind == WEFT_EVENT_WAITS && r.detail == WEFT_WAITS_PRIMITIVE) ||
            r.kind == WEFT_RECORD_AWAIT_) {
            note(" ");
            find_text(r.value, text);
            note(text);
        } else if (r.kind == WEFT_RECORD_TEXT_) {
            snprintf(text, sizeof(text), " %.*s", (int)r.detail, (const char *)r.text);
            note(text);
        }
        note("; ");
    }
}

/* ---- What is recorded ---- */

static weft_record records[200];
static weft_recorder recorder;

static void begin(size_t room, enum weft_keep keep)
{
    weft_recorder_init(&recorder, records, room, keep);
    weft_set_observer(&loop, &recorder.observer);
}

static unsigned sleep_line;

WEFT_ASYNC(sleeper, weft_time delay;)
{
    sleep_line = __LINE__ + 1;
    weft_sleep(self->delay);
}
WEFT_ASYNC_END

static WEFT_TASK(sleeper) sleeping;

START_TEST(a_recording_has_the_events_in_their_order)
{
    begin(200, WEFT_KEEP_FIRST);
    weft_loop_create_task(&loop, sleeper, &sleeping, .delay = UNITS(7));
    run_dry();
    write_file(&recorder);
    note_records();
    ck_recorded("1; 2 sleeper; 3 sleeper; 4; 32 sleeper; 17; 18; 2 sleeper; 3 sleeper; 5; ");
    ck_assert(!memcmp(file, "\x89weft\r\n\x1A", 8));
    ck_assert_uint_eq(number_at(8, 4), 1);
    ck_assert_uint_eq(number_at(12, 4), HEADER);
    ck_assert_uint_eq(number_at(16, 4), RECORD);
    ck_assert_uint_eq(number_at(20, 4), WEFT_TIME_HZ);
    ck_assert_uint_eq(number_at(24, 8), clock_start());
    ck_assert_uint_eq(count(), 10);
    ck_assert_uint_eq(number_at(40, 8), 0);
    ck_assert_uint_eq(number_at(48, 8), 0);
    ck_assert_uint_eq(number_at(56, 4), 8 * sizeof(void *));
    ck_assert_uint_eq(number_at(60, 4), 0);
}
END_TEST

START_TEST(a_record_has_its_time_and_its_task_and_its_cause)
{
    char text[200];
    begin(200, WEFT_KEEP_FIRST);
    weft_loop_create_task(&loop, sleeper, &sleeping, .delay = UNITS(7));
    run_dry();
    write_file(&recorder);
    const uint64_t task = (uintptr_t)&sleeping;
    for (size_t i = 0; i < count(); i++) {
        const struct read_record r = record_number(i);
        ck_assert_uint_eq(r.delay, r.kind == WEFT_EVENT_LOOP_WAKES ? 7 : 0);
        ck_assert(r.subject ==
                  (r.kind < WEFT_EVENT_LOOP_SLEEPS || r.kind == WEFT_RECORD_AWAIT_ ? task : 0));
    }
    ck_assert_uint_eq(record_number(0).detail, WEFT_BY_HOST);
    ck_assert_uint_eq(record_number(0).line, 0);
    ck_assert_uint_eq(record_number(1).detail, WEFT_BY_HOST);
    ck_assert_uint_eq(record_number(3).detail, WEFT_WAITS_ASLEEP);
    ck_assert_uint_eq(record_number(3).value, 7);
    ck_assert_uint_eq(record_number(4).line, sleep_line);
    find_text(record_number(4).other, text);
    ck_assert_str_eq(text, __FILE__);
    ck_assert_uint_eq(record_number(7).detail, WEFT_BY_TIMER);
    ck_assert_uint_eq(record_number(9).detail, WEFT_END_RETURNED);
}
END_TEST

WEFT_ASYNC_NAMED(named, name, const char *name; bool fails; const weft_error *error;)
{
    if (self->fails)
        weft_raise(self->error);
}
WEFT_ASYNC_END

static WEFT_TASK(named) naming;
static char long_name[200];
static const weft_error long_error = {.text = "an error whose text is longer than one record"};

START_TEST(a_name_and_an_error_are_stored_as_characters)
{
    char name[] = "Ann";
    begin(200, WEFT_KEEP_FIRST);
    weft_loop_create_task(&loop, named, &naming, .name = name, .fails = true, .error = &long_error);
    run_dry();
    name[0] = '-';
    write_file(&recorder);
    note_records();
    if (sizeof(void *) == 8)
        ck_recorded("1; 33 Ann; 2 named; 3 named; 5; 33 an error whose text is l; "
                    "33 onger than one record; ");
    record[0] = '\0';
    ck_assert_uint_eq(record_number(4).detail, WEFT_END_FAILED);
    ck_assert(record_number(4).other == (uintptr_t)&long_error);
    ck_assert_uint_eq(record_number(1).text[3], 0);
}
END_TEST

/* Returns how many characters the records of texts have, and copies them into `text`. */
static size_t all_text(char *text)
{
    size_t length = 0;
    for (size_t i = 0; i < count(); i++) {
        const struct read_record r = record_number(i);
        if (r.kind != WEFT_RECORD_TEXT_)
            continue;
        ck_assert_uint_gt(r.detail, 0);
        memcpy(text + length, r.text, r.detail);
        length += r.detail;
    }
    return length;
}

START_TEST(a_name_of_any_length_is_stored)
{
    char text[1000];
    for (size_t length = 0; length < 150; length++) {
        memset(long_name, 0, sizeof(long_name));
        for (size_t i = 0; i < length; i++)
            long_name[i] = (char)('a' + i % 26);
        begin(200, WEFT_KEEP_FIRST);
        weft_loop_create_task(&loop, named, &naming, .name = length ? long_name : NULL);
        run_dry();
        write_file(&recorder);
        const size_t expected = length < 96 ? length : 96;
        ck_assert_uint_eq(all_text(text), expected);
        ck_assert(!memcmp(text, long_name, expected));
        /* created, ready, runs, ended */
        const size_t in_record = 2 * sizeof(void *) + 8;
        ck_assert_uint_eq(count(), 4 + (expected + in_record - 1) / in_record);
    }
}
END_TEST

WEFT_ASYNC(inner)
{
    weft_sleep(UNITS(1));
}
WEFT_ASYNC_END

WEFT_ASYNC(outer, struct inner inner;)
{
    weft_call(inner, &self->inner);
}
WEFT_ASYNC_END

static WEFT_TASK(outer) nesting;

START_TEST(a_wait_has_a_record_for_each_nested_await)
{
    begin(200, WEFT_KEEP_FIRST);
    weft_loop_create_task(&loop, outer, &nesting);
    run_dry();
    write_file(&recorder);
    note_records();
    ck_recorded("1; 2 outer; 3 outer; 4; 32 inner; 32 outer; 17; 18; 2 outer; 3 outer; 5; ");
}
END_TEST

static weft_lock lock;

WEFT_ASYNC(locker, weft_group group; weft_timeout limit; weft_task *other;)
{
    weft_with_timeout(&self->limit, UNITS(5)) {
        weft_with_group(&self->group) {
            weft_with_lock(&lock)
                weft_sleep(UNITS(2));
            weft_end;
            weft_cancel(self->other);
        }
        weft_end;
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(other)
{
    weft_lock_acquire(&lock);
}
WEFT_ASYNC_END

static WEFT_TASK(locker) locking;
static WEFT_TASK(other) waiting;

START_TEST(blocks_and_locks_and_requests_have_their_objects)
{
    lock = (weft_lock){.holder = NULL};
    begin(200, WEFT_KEEP_NEWEST);
    weft_loop_create_task(&loop, locker, &locking, .other = &waiting.task);
    weft_loop_create_task(&loop, other, &waiting);
    run_dry();
    write_file(&recorder);
    unsigned seen = 0;
    for (size_t i = 0; i < count(); i++) {
        const struct read_record r = record_number(i);
        const bool is_timeout =
            r.kind == WEFT_EVENT_TIMEOUT_ENTERED || r.kind == WEFT_EVENT_TIMEOUT_LEFT;
        const bool is_group = r.kind == WEFT_EVENT_GROUP_ENTERED || r.kind == WEFT_EVENT_GROUP_LEFT;
        const bool is_lock = r.kind == WEFT_EVENT_LOCK_TAKEN || r.kind == WEFT_EVENT_LOCK_RELEASED;
        if (is_timeout)
            ck_assert(r.other == (uintptr_t)&locking.frame.limit);
        if (is_group)
            ck_assert(r.other == (uintptr_t)&locking.frame.group);
        if (is_lock)
            ck_assert(r.other == (uintptr_t)&lock);
        if (r.kind == WEFT_EVENT_TIMEOUT_ENTERED)
            ck_assert_uint_eq(r.value, 5);
        if (r.kind == WEFT_EVENT_TIMEOUT_LEFT)
            ck_assert_uint_eq(r.detail, 0);
        if (r.kind == WEFT_EVENT_LOCK_RELEASED)
            ck_assert(r.detail == WEFT_BY_TASK && r.value == (uintptr_t)&locking);
        if (r.kind == WEFT_EVENT_CANCEL_REQUESTED) {
            ck_assert(r.subject == (uintptr_t)&waiting && r.other == (uintptr_t)&locking);
            ck_assert(r.detail == WEFT_BY_TASK && r.value == 1);
        }
        if (r.kind == WEFT_EVENT_WAITS && r.detail == WEFT_WAITS_PRIMITIVE)
            ck_assert(r.other == (uintptr_t)&lock);
        seen |= 1u << (r.kind < 32 ? r.kind : 0);
    }
    for (unsigned kind = WEFT_EVENT_CREATED; kind <= WEFT_EVENT_TIMEOUT_LEFT; kind++)
        if (kind != WEFT_EVENT_TIMEOUT_EXPIRED)
            ck_assert_msg(seen & 1u << kind, "no record of the kind %u", kind);
}
END_TEST

/* ---- A full recorder ---- */

/* Runs the sleeper twice, with a recorder for `room` records. */
static void record_two(size_t room, enum weft_keep keep)
{
    begin(room, keep);
    for (int i = 0; i < 2; i++) {
        weft_loop_create_task(&loop, sleeper, &sleeping, .delay = UNITS(7));
        run_dry();
    }
    weft_set_observer(&loop, NULL);
    write_file(&recorder);
}

/* The times of all records of a recording, and the records without their delays. */
struct whole {
    uint64_t times[100];
    struct read_record records[100];
    size_t count;
};

static struct whole read_whole(void)
{
    struct whole whole = {.count = (size_t)count()};
    uint64_t time = number_at(24, 8);
    for (size_t i = 0; i < whole.count; i++) {
        whole.records[i] = record_number(i);
        time += whole.records[i].delay;
        whole.times[i] = time;
    }
    return whole;
}

START_TEST(a_full_recorder_keeps_the_first_or_the_newest)
{
    record_two(100, WEFT_KEEP_FIRST);
    const struct whole whole = read_whole();
    ck_assert_uint_eq(whole.count, 20);
    for (size_t room = 1; room <= 21; room++) {
        for (int newest = 0; newest < 2; newest++) {
            ck_no_error(weft_loop_close(&loop));
            backend.now = clock_start();
            record_two(room, newest ? WEFT_KEEP_NEWEST : WEFT_KEEP_FIRST);
            const struct whole part = read_whole();
            const size_t kept = room < 20 ? room : 20, lost = 20 - kept, from = newest ? lost : 0;
            ck_assert_uint_eq(part.count, kept);
            ck_assert_uint_eq(number_at(40, 8), newest ? lost : 0);
            ck_assert_uint_eq(number_at(48, 8), newest ? 0 : lost);
            for (size_t i = 0; i < kept; i++) {
                ck_assert_uint_eq(part.times[i], whole.times[from + i]);
                ck_assert_uint_eq(part.records[i].kind, whole.records[from + i].kind);
                ck_assert(part.records[i].subject == whole.records[from + i].subject);
                ck_assert(part.records[i].value == whole.records[from + i].value);
            }
        }
    }
}
END_TEST

static void pass(weft_recorder *of, weft_time time)
{
    weft_loop_event event = {.kind = WEFT_EVENT_LOOP_WAKES, .time = time};
    of->observer.on_event(&of->observer, &event);
}

START_TEST(a_clock_that_wraps_or_goes_back_does_not_go_back_in_a_recording)
{
    weft_recorder_init(&recorder, records, 4, WEFT_KEEP_NEWEST);
    pass(&recorder, weft_wrap_((weft_time)0 - 3));
    pass(&recorder, WEFT_TIME_BITS == 64 ? (weft_time)0 - 1 : weft_wrap_(2));
    pass(&recorder, weft_wrap_((weft_time)0 - 3));
    pass(&recorder, WEFT_TIME_BITS == 64 ? (weft_time)0 - 1 : weft_wrap_(4));
    write_file(&recorder);
    ck_assert_uint_eq(record_number(0).delay, 0);
    ck_assert_uint_eq(record_number(1).delay, WEFT_TIME_BITS == 64 ? 2 : 5);
    ck_assert_uint_eq(record_number(2).delay, 0);
    ck_assert_uint_eq(record_number(3).delay, WEFT_TIME_BITS == 64 ? 0 : 2);
}
END_TEST

#if WEFT_TIME_BITS == 64
START_TEST(a_long_time_has_a_record_of_its_own)
{
    weft_recorder_init(&recorder, records, 3, WEFT_KEEP_NEWEST);
    pass(&recorder, 5);
    pass(&recorder, 5 + (weft_time)UINT32_MAX);
    pass(&recorder, 6 + 2 * (weft_time)UINT32_MAX);
    write_file(&recorder);
    ck_assert_uint_eq(number_at(24, 8), 5);
    ck_assert_uint_eq(number_at(40, 8), 1);
    ck_assert_uint_eq(record_number(0).delay, UINT32_MAX);
    ck_assert_uint_eq(record_number(1).kind, WEFT_RECORD_TIME_);
    ck_assert_uint_eq(record_number(1).delay, 0);
    ck_assert(record_number(1).value == UINT64_C(0x100000000));
    ck_assert_uint_eq(record_number(2).delay, 0);
    pass(&recorder, 7 + 2 * (weft_time)UINT32_MAX);
    pass(&recorder, 8 + 2 * (weft_time)UINT32_MAX);
    write_file(&recorder);
    ck_assert(number_at(24, 8) == 6 + 2 * (uint64_t)UINT32_MAX);
}
END_TEST
#endif

START_TEST(an_empty_recording_is_a_file)
{
    weft_recorder_init(&recorder, records, 3, WEFT_KEEP_NEWEST);
    write_file(&recorder);
    ck_assert_uint_eq(size, HEADER + 12);
}
END_TEST

START_TEST(a_text_is_written_once)
{
    begin(200, WEFT_KEEP_FIRST);
    for (int i = 0; i < 5; i++) {
        weft_loop_create_task(&loop, sleeper, &sleeping, .delay = UNITS(1));
        run_dry();
    }
    write_file(&recorder);
    size_t texts = 0;
    for (size_t at = texts_begin(); number_at(at, 8); at += 12 + (size_t)number_at(at + 8, 4))
        texts++;
    ck_assert_uint_eq(texts, 2); /* the coroutine, the file */
}
END_TEST

static weft_handle handle;

static void do_nothing(weft_loop *of, weft_handle *of_call)
{
    (void)of, (void)of_call;
}

START_TEST(a_callback_has_its_handle_and_its_cause)
{
    begin(200, WEFT_KEEP_FIRST);
    ck_no_error(weft_call_soon(&loop, &handle, do_nothing));
    run_dry();
    write_file(&recorder);
    ck_assert_uint_eq(count(), 2);
    const struct read_record ready = record_number(0), runs = record_number(1);
    ck_assert_uint_eq(ready.kind, WEFT_EVENT_CALLBACK_READY);
    ck_assert_uint_eq(ready.detail, WEFT_BY_HOST);
    ck_assert_uint_eq(ready.subject, (uintptr_t)&handle);
    ck_assert_uint_eq(runs.kind, WEFT_EVENT_CALLBACK_RUNS);
    ck_assert_uint_eq(runs.subject, (uintptr_t)&handle);
    ck_assert_uint_eq(runs.other, 0);
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("recorder");
    tcase_add_test(tests, a_callback_has_its_handle_and_its_cause);
    tcase_add_test(tests, a_recording_has_the_events_in_their_order);
    tcase_add_test(tests, a_record_has_its_time_and_its_task_and_its_cause);
    tcase_add_test(tests, a_name_and_an_error_are_stored_as_characters);
    tcase_add_test(tests, a_name_of_any_length_is_stored);
    tcase_add_test(tests, a_wait_has_a_record_for_each_nested_await);
    tcase_add_test(tests, blocks_and_locks_and_requests_have_their_objects);
    tcase_add_test(tests, a_full_recorder_keeps_the_first_or_the_newest);
    tcase_add_test(tests, a_clock_that_wraps_or_goes_back_does_not_go_back_in_a_recording);
#if WEFT_TIME_BITS == 64
    tcase_add_test(tests, a_long_time_has_a_record_of_its_own);
#endif
    tcase_add_test(tests, an_empty_recording_is_a_file);
    tcase_add_test(tests, a_text_is_written_once);
    return run_suite();
}
