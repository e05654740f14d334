/* SPDX-License-Identifier: MIT */
#include "recording.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"

enum { HEADER = 64, RECORD = 32, TEXT_HEAD = 12, MOST_CHARACTERS = 24 };

static uint64_t number_at(const unsigned char *bytes, int length)
{
    uint64_t number = 0;
    while (length--)
        number = number << 8 | bytes[length];
    return number;
}

static uint64_t add_times(uint64_t time, uint64_t delay)
{
    return delay > UINT64_MAX - time ? UINT64_MAX : time + delay;
}

static void parse_record(struct recording *recording, const unsigned char *bytes, uint64_t *time)
{
    *time = add_times(*time, number_at(bytes, 4));
    recording->records =
        grow(recording->records, recording->count, &recording->room, sizeof(*recording->records));
    struct record *const record = &recording->records[recording->count++];
    *record = (struct record){0};
    record->kind = bytes[4];
    record->detail = bytes[5];
    record->line = (unsigned)number_at(bytes + 6, 2);
    record->subject = number_at(bytes + 8, 8);
    record->other = number_at(bytes + 16, 8);
    record->value = number_at(bytes + 24, 8);
    if (record->kind == TIME_PASSES)
        *time = add_times(*time, record->value);
    if (record->kind == PIECE_OF_TEXT)
        memcpy(record->text, bytes + 8,
               record->detail < MOST_CHARACTERS ? record->detail : MOST_CHARACTERS);
    record->time = *time;
}

static char *valid_text(const unsigned char *bytes, size_t length)
{
    struct buffer raw = {0}, valid = {0};
    add_bytes(&raw, bytes, length);
    add_bytes(&valid, "", 0);
    const char *next = raw.s;
    for (uint32_t point; (point = next_point(&next));)
        add_point(&valid, point < ' ' ? ' ' : point);
    free(raw.s);
    return valid.s;
}

static int compare_texts(const void *a, const void *b)
{
    const struct recorded_text *const one = a, *const other = b;
    return (one->address > other->address) - (one->address < other->address);
}

/* Returns false if the last text is not there. */
static bool parse_texts(struct recording *recording, const unsigned char *bytes, size_t length)
{
    while (length >= TEXT_HEAD) {
        const uint64_t address = number_at(bytes, 8), size = number_at(bytes + 8, 4);
        if (!address && !size) {
            if (recording->text_count)
                qsort(recording->texts, (size_t)recording->text_count, sizeof(*recording->texts),
                      compare_texts);
            return true;
        }
        bytes += TEXT_HEAD;
        length -= TEXT_HEAD;
        if (size > length)
            return false;
        recording->texts = grow(recording->texts, recording->text_count, &recording->text_room,
                                sizeof(*recording->texts));
        recording->texts[recording->text_count++] =
            (struct recorded_text){address, valid_text(bytes, (size_t)size)};
        bytes += size;
        length -= (size_t)size;
    }
    return false;
}

bool parse_recording(struct recording *recording, const void *bytes, size_t length,
                     const char **problem)
{
    static const unsigned char magic[] = {0x89, 'w', 'e', 'f', 't', '\r', '\n', 0x1A};
    const unsigned char *const b = bytes;
    *recording = (struct recording){0};
    *problem = "the file is not a recording";
    if (length < HEADER || memcmp(b, magic, sizeof(magic)) != 0)
        return false;
    *problem = "the recording has a version of the format that this program does not know";
    if (number_at(b + 8, 4) != 1)
        return false;
    *problem = "the recording's header is wrong";
    const uint64_t header = number_at(b + 12, 4), record = number_at(b + 16, 4);
    if (header < HEADER || record < RECORD || header > length)
        return false;
    recording->hz = number_at(b + 20, 4);
    recording->start = number_at(b + 24, 8);
    recording->lost_before = number_at(b + 40, 8);
    recording->lost_after = number_at(b + 48, 8);
    const uint64_t count = number_at(b + 32, 8);
    if (!recording->hz || count >= INT_MAX / 4)
        return false;
    *problem = "the recording is not whole";
    if (count > (length - header) / record)
        return false;
    uint64_t time = 0;
    for (uint64_t i = 0; i < count; i++)
        parse_record(recording, b + header + i * record, &time);
    const size_t used = (size_t)(header + count * record);
    if (!parse_texts(recording, b + used, length - used))
        return false;
    *problem = NULL;
    return true;
}

void free_recording(struct recording *recording)
{
    for (int i = 0; i < recording->text_count; i++)
        free(recording->texts[i].text);
    free(recording->texts);
    free(recording->records);
}

const char *text_at(const struct recording *recording, uint64_t address)
{
    const struct recorded_text wanted = {address, NULL};
    if (!recording->text_count)
        return NULL;
    const struct recorded_text *const text = bsearch(
        &wanted, recording->texts, (size_t)recording->text_count, sizeof(wanted), compare_texts);
    return text ? text->text : NULL;
}
