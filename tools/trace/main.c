/* SPDX-License-Identifier: MIT */
/* weft-trace: shows a recording as a timeline, as an SVG, or as a trace for Perfetto. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

static int usage(FILE *file)
{
    fputs("usage: weft-trace [OPTION...] FILE\n"
          "Shows a recording of weft (doc/recording.md) as a timeline in the terminal.\n"
          "\n"
          "  --timeline=FILE.svg  write the timeline to a file: as an SVG, or else as text\n"
          "  --trace=FILE.json    write a trace in Chrome's trace event format, for Perfetto\n"
          "  --axis=steps|time    a column for each step, or a scale of time\n"
          "  --tasks=N            show at most N tasks\n"
          "  --width=N            columns of the terminal\n"
          "  --colour, --ascii    with colours; without UTF-8\n"
          "  --title=TEXT         what the picture's first line begins with\n"
          "  --help               print this text\n"
          "\n"
          "Exit status: 1 if a file cannot be read or written, 2 for a wrong option.\n",
          file);
    return file == stdout ? 0 : 2;
}

/* Returns a whole number above 0; 0: the text is none. */
static int number_of(const char *text)
{
    char *end;
    const long number = strtol(text, &end, 10);
    return *text && !*end && number > 0 && number < 1000000 ? (int)number : 0;
}

int main(int argc, char **argv)
{
    enum { TIMELINE = 1, TRACE, AXIS, TASKS, WIDTH, COLOUR, ASCII, TITLE, HELP };
    static const struct option options[] = {
        {"timeline", required_argument, NULL, TIMELINE},
        {"trace", required_argument, NULL, TRACE},
        {"axis", required_argument, NULL, AXIS},
        {"tasks", required_argument, NULL, TASKS},
        {"width", required_argument, NULL, WIDTH},
        {"colour", no_argument, NULL, COLOUR},
        {"ascii", no_argument, NULL, ASCII},
        {"title", required_argument, NULL, TITLE},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    struct outputs outputs = {.picture = picture_of(stdout)};
    const char *title = NULL;
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case TIMELINE:
            outputs.timeline = optarg;
            break;
        case TRACE:
            outputs.json = optarg;
            break;
        case AXIS:
            outputs.picture.axis = strcmp(optarg, "steps") == 0  ? AXIS_STEPS
                                   : strcmp(optarg, "time") == 0 ? AXIS_TIME
                                                                 : AXIS_AUTO;
            if (outputs.picture.axis == AXIS_AUTO)
                return usage(stderr);
            break;
        case TASKS:
            outputs.picture.most_tasks = number_of(optarg);
            if (!outputs.picture.most_tasks)
                return usage(stderr);
            break;
        case WIDTH:
            outputs.picture.width = number_of(optarg);
            if (!outputs.picture.width)
                return usage(stderr);
            break;
        case COLOUR:
            outputs.picture.colour = true;
            break;
        case ASCII:
            outputs.picture.ascii = true;
            break;
        case TITLE:
            title = optarg;
            break;
        case HELP:
            return usage(stdout);
        default:
            return usage(stderr);
        }
    }
    if (optind + 1 != argc)
        return usage(stderr);
    outputs.terminal = outputs.timeline || outputs.json ? NULL : stdout;
    struct buffer recording = {0};
    if (!read_file(&recording, argv[optind], "weft-trace"))
        return 1;
    const bool done = show_recording(&recording, title, &outputs, "weft-trace");
    free(recording.s);
    return done ? 0 : 1;
}
