/* SPDX-License-Identifier: MIT */
/* Recorder: an observer that stores events in an array, and writes them to a file. The tool
 * weft-trace shows the file as a picture.
 *
 *     static weft_record records[10000];
 *     static weft_recorder recorder;
 *     ...
 *     weft_recorder_init(&recorder, records, 10000, WEFT_KEEP_NEWEST);
 *     weft_set_observer(&loop, &recorder.observer);
 *     weft_run(&loop, crawl, &task);
 *     weft_recorder_write(&recorder, write, file);
 *
 * The recorder allocates nothing. The document doc/recording.md describes the records and the file.
 */
#ifndef WEFT_CORE_INSPECT_RECORDER_H
#define WEFT_CORE_INSPECT_RECORDER_H

#include "observer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Kinds of records, beside those of enum weft_event_kind. A record with one of the first two kinds
 * belongs to the record before it. */
enum weft_record_kind_ {
    WEFT_RECORD_AWAIT_ = 32, /* after WAITS: one of the nested awaits */
    WEFT_RECORD_TEXT_ = 33,  /* after CREATED and ENDED: a piece of a text */
    WEFT_RECORD_TIME_ = 34   /* time passes, too much for a record's `delay` */
};

struct weft_record_fields_ {
    const void *subject, *other;
    uint64_t value;
};

/* A record: 32 bytes, or 24 where a pointer has 32 bits, 20 where it has 16 bits. All members are
 * private. */
typedef struct weft_record {
    uint32_t delay; /* the time since the record before, in units of weft_time */
    unsigned char kind;
    unsigned char detail;
    uint16_t line;
    union {
        struct weft_record_fields_ fields;
        char text[2 * sizeof(void *) + sizeof(uint64_t)];
    };
} weft_record;

/* Which records a full recorder keeps. */
enum weft_keep {
    WEFT_KEEP_NEWEST, /* a new record takes the place of the oldest one */
    WEFT_KEEP_FIRST   /* a new record is lost */
};

/* A recorder. The program owns the recorder and the array of its records. Both must not be moved or
 * freed while a loop has the observer. Only `observer` is public. */
typedef struct weft_recorder {
    weft_observer observer; /* for weft_set_observer */
    weft_record *records;
    size_t room, first, count; /* of `records`: how many; the oldest; how many are used */
    enum weft_keep keep;
    bool has_begun; /* there was an event */
    weft_time time; /* the time of the newest record */
    uint64_t start; /* the time before the oldest record */
    uint64_t lost;  /* how many records were lost */
} weft_recorder;

/* Initialises *recorder with an array of `room` records, at least 1. After weft_recorder_init, the
 * recorder has no records. The program passes &recorder->observer to weft_set_observer. While the
 * loop has the observer, the recorder stores one record for each event, and a record for each
 * nested await of a task that waits. A name of a task that is not constant (WEFT_ASYNC_NAMED) and
 * the text of an error take one record for each 24 bytes, or 16 bytes where a pointer has 32 bits.
 * Storing a record costs O(1). `keep` says what happens if the array is full. The recorder counts
 * the records that are lost. O(1). */
void weft_recorder_init(weft_recorder *recorder, weft_record *records, size_t room,
                        enum weft_keep keep);

/* A function of the program that writes `size` bytes. `to` is the pointer that the program gave to
 * weft_recorder_write. The function must handle its errors itself. */
typedef void weft_write_bytes(const void *bytes, size_t size, void *to);

/* Writes the records as a file (doc/recording.md), by calls of `write`. The records stay in the
 * recorder. Constant texts, such as names of coroutines and of source files, are written too, so
 * these texts must still be valid. May be called at any time, but not in an observer's function.
 * O(n), n: the records. */
void weft_recorder_write(const weft_recorder *recorder, weft_write_bytes *write, void *to);

#ifdef __cplusplus
}
#endif
#endif
