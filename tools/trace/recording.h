/* SPDX-License-Identifier: MIT */
/* The bytes of a recording (doc/recording.md). */
#ifndef WEFT_TRACE_RECORDING_H
#define WEFT_TRACE_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Kinds of records. Those below AWAIT are weft's kinds of events. */
enum record_kind {
    CREATED = 1,
    IS_NOW_READY,
    RUNS_NOW,
    WAITS_NOW,
    HAS_ENDED,
    CANCEL_REQUESTED,
    CANCEL_RAISED,
    LOCK_TAKEN,
    LOCK_RELEASED,
    GROUP_ENTERED,
    GROUP_LEFT,
    TIMEOUT_ENTERED,
    TIMEOUT_EXPIRED,
    TIMEOUT_LEFT,
    CALLBACK_READY,
    CALLBACK_RUNS,
    LOOP_SLEEPS,
    LOOP_WAKES,
    AWAIT = 32,
    PIECE_OF_TEXT,
    TIME_PASSES
};

enum cause {
    BY_NOBODY,
    BY_TASK,
    BY_CALLBACK,
    BY_TIMER,
    BY_DESCRIPTOR,
    BY_THREAD,
    BY_HOST,
    BY_SHUTDOWN,
    BY_TIMEOUT,
    BY_SIBLING,
    BY_GROUP
};

enum wait_kind {
    FOR_SLEEP = 1,
    FOR_READABLE,
    FOR_WRITABLE,
    FOR_TASK,
    FOR_FUTURE,
    FOR_GATHER,
    FOR_PRIMITIVE
};

struct record {
    uint64_t time; /* in units since the recording's start */
    unsigned kind, detail, line;
    uint64_t subject, other, value;
    char text[25]; /* PIECE_OF_TEXT: ends with a zero byte */
};

struct recorded_text {
    uint64_t address;
    char *text; /* valid UTF-8 */
};

struct recording {
    uint64_t hz, start, lost_before, lost_after;
    struct record *records;
    struct recorded_text *texts; /* sorted by address */
    int count, text_count;
    int room, text_room;
};

/* Reads the bytes of a recording. Returns false if these are not a recording, and sets *problem.
 * The caller frees the recording with free_recording, in either case. */
bool parse_recording(struct recording *recording, const void *bytes, size_t length,
                     const char **problem);
void free_recording(struct recording *recording);

/* Returns the text at this address on the machine; NULL: the recording has no such text. */
const char *text_at(const struct recording *recording, uint64_t address);

#endif
