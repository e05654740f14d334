/* SPDX-License-Identifier: MIT */
#include "recording.h"

#include <stdlib.h>
#include <string.h>

#include "../../tools/trace/output.h"

enum { MOST_RECORDS = 1 << 20 };

static const char *timeline, *trace, *record; /* files; NULL: none */
static bool in_terminal;                      /* --timeline */
static char title[100];
static weft_recorder recorder;
static weft_record *records;

static const char program[] = "scenario";

bool take_recording_option(int option, const char *argument)
{
    switch (option) {
    case TIMELINE_OPTION:
        in_terminal |= !argument;
        timeline = argument ? argument : timeline;
        return true;
    case TRACE_OPTION:
        trace = argument;
        return true;
    case RECORD_OPTION:
        record = argument;
        return true;
    default:
        return false;
    }
}

void print_recording_options(FILE *file)
{
    fputs("  --timeline           show after the lesson when each task ran and waited\n"
          "  --timeline=FILE.svg  write this picture to a file: as an SVG, or else as text\n"
          "  --trace=FILE.json    write a trace for Perfetto (ui.perfetto.dev)\n"
          "  --record=FILE        write a recording for weft-trace\n",
          file);
}

const char *recording_option(void)
{
    return in_terminal || timeline ? "--timeline" : trace ? "--trace" : record ? "--record" : NULL;
}

bool recording_needs_one_lesson(void)
{
    return timeline || trace || record;
}

void name_recording(const char *scenario, const char *lesson)
{
    snprintf(title, sizeof(title), "%s.%s", scenario, lesson);
}

bool begin_recording(weft_loop *loop)
{
    if (!recording_option())
        return true;
    records = calloc(MOST_RECORDS, sizeof(*records));
    if (!records) {
        fprintf(stderr, "%s: there is no memory for a recording\n", title);
        return false;
    }
    weft_recorder_init(&recorder, records, MOST_RECORDS, WEFT_KEEP_NEWEST);
    weft_set_observer(loop, &recorder.observer);
    return true;
}

static void write_bytes(const void *bytes, size_t size, void *to)
{
    add_bytes(to, bytes, size);
}

bool end_recording(weft_loop *loop)
{
    if (!records)
        return true;
    weft_set_observer(loop, NULL);
    struct buffer recording = {0};
    weft_recorder_write(&recorder, write_bytes, &recording);
    free(records);
    records = NULL;
    struct outputs outputs = {.terminal = in_terminal ? stdout : NULL,
                              .timeline = timeline,
                              .json = trace,
                              .picture = picture_of(stdout)};
    bool done = show_recording(&recording, title, &outputs, program);
    if (record)
        done &= write_file(&recording, record, program);
    free(recording.s);
    return done;
}
