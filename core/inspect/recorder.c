/* SPDX-License-Identifier: MIT */
#include "core/inspect/recorder.h"

_Static_assert(sizeof(weft_record) <= 32, "a record: 32 bytes at most");

/* ---- Storing ---- */

static uint64_t time_of(const weft_record *record)
{
    return record->delay + (record->kind == WEFT_RECORD_TIME_ ? record->fields.value : 0);
}

static size_t index_of(const weft_recorder *recorder, size_t number)
{
    const size_t index = recorder->first + number;
    return index < recorder->room ? index : index - recorder->room;
}

static void drop_oldest(weft_recorder *recorder)
{
    recorder->start += time_of(&recorder->records[recorder->first]);
    recorder->first = index_of(recorder, 1);
    recorder->count--;
}

static void store(weft_recorder *recorder, const weft_record *record)
{
    if (recorder->count == recorder->room) {
        recorder->lost++;
        if (recorder->keep == WEFT_KEEP_FIRST)
            return;
        drop_oldest(recorder);
    }
    recorder->records[index_of(recorder, recorder->count++)] = *record;
}

/* Stores the first characters of a text. `text` may be NULL. */
static void store_text(weft_recorder *recorder, const char *text)
{
    enum { MOST = 96 };
    size_t length = 0;
    while (text && *text && length < MOST) {
        weft_record record = {.kind = WEFT_RECORD_TEXT_, .text = ""};
        unsigned char size = 0;
        while (*text && size < sizeof(record.text) && length++ < MOST)
            record.text[size++] = *text++;
        record.detail = size;
        if (size)
            store(recorder, &record);
    }
}

/* Returns the time since the last event. A clock that goes back stands still in a recording. */
static uint32_t pass_time(weft_recorder *recorder, weft_time now)
{
    weft_record record = {.kind = WEFT_RECORD_TIME_};
    const weft_time passed = weft_wrap_(now - recorder->time);
    if (!recorder->has_begun)
        recorder->start = now;
    if (!recorder->has_begun || !weft_is_negative_(passed))
        recorder->time = now;
    if (!recorder->has_begun || weft_is_negative_(passed)) {
        recorder->has_begun = true;
        return 0;
    }
    record.fields.value = passed;
    if (record.fields.value <= UINT32_MAX)
        return (uint32_t)passed;
    store(recorder, &record);
    return 0;
}

/* ---- Events ---- */

static uint64_t value_of(const void *address)
{
    return (uintptr_t)address;
}

static const char *coroutine_of(const weft_task *task)
{
    return task->root.code->name;
}

static void set_wait(weft_record *record, const weft_loop_event *event)
{
    record->detail = event->wait;
    record->fields.other = event->object;
    record->fields.value =
        event->wait == WEFT_WAITS_PRIMITIVE ? value_of(event->what) : event->number;
}

static void set_cause(weft_record *record, const weft_loop_event *event)
{
    record->detail = event->cause_kind;
    record->fields.other = event->cause;
}

static void set_fields(weft_record *record, const weft_loop_event *event)
{
    record->fields.subject = event->task;
    record->fields.other = event->object;
    switch ((enum weft_event_kind)event->kind) {
    case WEFT_EVENT_CREATED:
        set_cause(record, event);
        record->line = event->flag;
        record->fields.value = value_of(event->object);
        break;
    case WEFT_EVENT_READY:
        set_cause(record, event);
        record->fields.value = value_of(coroutine_of(event->task));
        break;
    case WEFT_EVENT_RUNS:
        record->fields.value = value_of(coroutine_of(event->task));
        break;
    case WEFT_EVENT_WAITS:
        set_wait(record, event);
        break;
    case WEFT_EVENT_ENDED:
        record->detail = event->end;
        record->fields.other = event->error;
        break;
    case WEFT_EVENT_CANCEL_REQUESTED:
        set_cause(record, event);
        record->fields.value = event->number;
        break;
    case WEFT_EVENT_LOCK_TAKEN:
        record->fields.value = value_of(event->what);
        break;
    case WEFT_EVENT_LOCK_RELEASED:
        record->detail = event->cause_kind;
        record->fields.value = value_of(event->cause);
        break;
    case WEFT_EVENT_GROUP_LEFT:
        record->detail = event->end;
        break;
    case WEFT_EVENT_TIMEOUT_ENTERED:
    case WEFT_EVENT_LOOP_SLEEPS:
        record->fields.value = event->number;
        break;
    case WEFT_EVENT_TIMEOUT_LEFT:
        record->detail = event->flag;
        break;
    case WEFT_EVENT_CALLBACK_READY:
        set_cause(record, event);
        record->fields.subject = event->object;
        break;
    case WEFT_EVENT_CALLBACK_RUNS:
        record->fields.subject = event->object;
        record->fields.other = NULL;
        break;
    default:
        break;
    }
}

static void store_awaits(weft_recorder *recorder, const weft_task *task)
{
    const weft_frame *frame = weft_task_innermost(task);
    for (; frame; frame = weft_task_caller(task, frame)) {
        const weft_location location = weft_frame_location(frame);
        weft_record record = {.kind = WEFT_RECORD_AWAIT_, .line = (uint16_t)location.line};
        record.fields.subject = task;
        record.fields.other = location.file;
        record.fields.value = value_of(location.coroutine);
        store(recorder, &record);
    }
}

static void on_event(weft_observer *observer, const weft_loop_event *event)
{
    weft_recorder *const recorder = WEFT_CONTAINER_(observer, weft_recorder, observer);
    weft_record record = {.delay = pass_time(recorder, event->time), .kind = event->kind};
    set_fields(&record, event);
    store(recorder, &record);
    if (event->kind == WEFT_EVENT_WAITS)
        store_awaits(recorder, event->task);
    else if (event->kind == WEFT_EVENT_CREATED && event->task->root.code->name_at)
        store_text(recorder, weft_task_name(event->task));
    else if (event->kind == WEFT_EVENT_ENDED && event->error)
        store_text(recorder, weft_error_text(event->error));
}

void weft_recorder_init(weft_recorder *recorder, weft_record *records, size_t room,
                        enum weft_keep keep)
{
    *recorder = (weft_recorder){
        .observer = {.on_event = on_event}, .records = records, .room = room, .keep = keep};
}

/* ---- Writing ---- */

enum { HEADER_SIZE = 64, RECORD_SIZE = 32, FORMAT_VERSION = 1 };
#define MAGIC UINT64_C(0x1A0A0D7466657789) /* "\x89weft\r\n\x1A" */

enum { SETS = 8, WAYS = 4 };

/* Where the recording is written to. A text that was written a short time ago is not written
 * again. */
struct writer {
    weft_write_bytes *write;
    void *to;
    const char *recent[SETS][WAYS];
};

static unsigned char *put(unsigned char *bytes, uint64_t number, unsigned size)
{
    for (unsigned i = 0; i < size; i++, number >>= 8)
        *bytes++ = (unsigned char)(number & 0xFF);
    return bytes;
}

static void write_header(const struct writer *writer, const weft_recorder *recorder)
{
    const bool first = recorder->keep == WEFT_KEEP_FIRST;
    unsigned char bytes[HEADER_SIZE], *end = bytes;
    end = put(end, MAGIC, 8);
    end = put(end, FORMAT_VERSION, 4);
    end = put(end, HEADER_SIZE, 4);
    end = put(end, RECORD_SIZE, 4);
    end = put(end, WEFT_TIME_HZ, 4);
    end = put(end, recorder->start, 8);
    end = put(end, recorder->count, 8);
    end = put(end, first ? 0 : recorder->lost, 8);
    end = put(end, first ? recorder->lost : 0, 8);
    end = put(end, 8 * sizeof(void *), 4);
    put(end, 0, 4);
    writer->write(bytes, sizeof(bytes), writer->to);
}

static void write_record(const struct writer *writer, const weft_record *record)
{
    unsigned char bytes[RECORD_SIZE] = {0}, *end = bytes;
    end = put(end, record->delay, 4);
    *end++ = record->kind;
    *end++ = record->detail;
    end = put(end, record->line, 2);
    if (record->kind == WEFT_RECORD_TEXT_) {
        for (size_t i = 0; i < sizeof(record->text); i++)
            end[i] = (unsigned char)record->text[i];
    } else {
        end = put(end, value_of(record->fields.subject), 8);
        end = put(end, value_of(record->fields.other), 8);
        put(end, record->fields.value, 8);
    }
    writer->write(bytes, sizeof(bytes), writer->to);
}

/* Returns true if the text is among those that were written last. */
static bool was_written(struct writer *writer, const char *text)
{
    const uintptr_t address = (uintptr_t)text;
    const char **const recent = writer->recent[(address ^ address >> 3 ^ address >> 6) % SETS];
    for (size_t i = 0; i < WAYS; i++)
        if (recent[i] == text)
            return true;
    for (size_t i = WAYS - 1; i; i--)
        recent[i] = recent[i - 1];
    recent[0] = text;
    return false;
}

static void write_text(struct writer *writer, const char *text)
{
    unsigned char bytes[12];
    size_t length = 0;
    if (!text || was_written(writer, text))
        return;
    while (text[length])
        length++;
    put(put(bytes, (uintptr_t)text, 8), length, 4);
    writer->write(bytes, sizeof(bytes), writer->to);
    writer->write(text, length, writer->to);
}

/* Writes the texts whose addresses a record has. */
static void write_texts(struct writer *writer, const weft_record *record)
{
    const char *const value = (const char *)(uintptr_t)record->fields.value;
    switch (record->kind) {
    case WEFT_RECORD_AWAIT_:
        write_text(writer, record->fields.other);
        write_text(writer, value);
        break;
    case WEFT_EVENT_WAITS:
        if (record->detail == WEFT_WAITS_PRIMITIVE)
            write_text(writer, value);
        break;
    case WEFT_EVENT_READY:
    case WEFT_EVENT_RUNS:
    case WEFT_EVENT_LOCK_TAKEN:
        write_text(writer, value);
        break;
    default:
        break;
    }
}

void weft_recorder_write(const weft_recorder *recorder, weft_write_bytes *write, void *to)
{
    static const unsigned char end[12];
    struct writer writer = {.write = write, .to = to};
    write_header(&writer, recorder);
    for (size_t i = 0; i < recorder->count; i++)
        write_record(&writer, &recorder->records[index_of(recorder, i)]);
    for (size_t i = 0; i < recorder->count; i++)
        write_texts(&writer, &recorder->records[index_of(recorder, i)]);
    write(end, sizeof(end), to);
}
