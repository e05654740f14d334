/* SPDX-License-Identifier: MIT */
/* Recordings of lessons: the options --timeline, --trace and --record of every scenario. */
#ifndef WEFT_SCENARIOS_RECORDING_H
#define WEFT_SCENARIOS_RECORDING_H

#include <stdio.h>

#include "weft.h"

/* Numbers of the options, for getopt_long(), and their entries in its table. */
enum { TIMELINE_OPTION = 256, TRACE_OPTION, RECORD_OPTION };
/* clang-format off */
#define RECORDING_OPTIONS                                                                          \
    {"timeline", optional_argument, NULL, TIMELINE_OPTION},                                        \
    {"trace", required_argument, NULL, TRACE_OPTION},                                              \
    {"record", required_argument, NULL, RECORD_OPTION}
/* clang-format on */

/* Takes one of the options. Returns false if the option is another one. */
bool take_recording_option(int option, const char *argument);
void print_recording_options(FILE *file);

/* Returns the first of the options that was taken, without its argument; NULL: there was none. */
const char *recording_option(void);

/* Returns true if an option names a file: then the program must run one lesson only. */
bool recording_needs_one_lesson(void);

/* Sets the name of the next lesson, which stands above its picture. */
void name_recording(const char *scenario, const char *lesson);

/* Begins to record the loop, if one of the options was taken. Returns false, and says so on
 * standard error, if there is no memory. */
bool begin_recording(weft_loop *loop);

/* Writes what the options say. Returns false, and says so on standard error, if a file cannot be
 * written. */
bool end_recording(weft_loop *loop);

#endif
