/* SPDX-License-Identifier: MIT */
#include "scenario.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "recording.h"

/* Exit statuses. The program exits with the greatest status of its lessons. */
enum { OK, FAILED, USAGE, DEADLOCK };

/* ---- For the lessons ----------------------------------------------------------------------- */

void require(bool condition, const char *otherwise)
{
    if (condition)
        return;
    fprintf(stderr, "IndexError: %s\n", otherwise);
    abort();
}

void print_total(weft_time elapsed, const char *note)
{
    printf("Total: %.2f s", (double)elapsed / (double)WEFT_SECONDS(1));
    if (note)
        printf(" (%s)", note);
    putchar('\n');
}

/* ---- A lesson ------------------------------------------------------------------------------ */

/* Makes SIGQUIT write a dump of all tasks to standard error. */
WEFT_DUMP_ON_QUIT(quit);

/* WEFT_DEBUG=1 in the environment: the loops run in debug mode. */
static bool debugs;

static int run(const struct lesson *lesson, weft_backend *backend)
{
    void *const memory = calloc(1, weft_task_size(lesson->code));
    if (!memory) {
        fprintf(stderr, "%s: out of memory\n", lesson->name);
        return FAILED;
    }
    weft_loop loop;
    weft_loop_init(&loop, backend);
    weft_set_exception_handler(&loop, weft_print_unretrieved_error);
    weft_set_debug(&loop, debugs);
    (void)weft_dump_on_quit(&loop, &quit);
    int status = begin_recording(&loop) ? OK : FAILED;
    const weft_error *const error = weft_run_code(&loop, lesson->code, memory);
    if (error == &weft_deadlock_error) {
        status = DEADLOCK;
        weft_dump_deadlock(&loop, weft_write_to_file, stderr);
    } else if (error) {
        status = FAILED;
        fprintf(stderr, "%s: %s\n", lesson->name, weft_error_text(error));
    }
    if (!end_recording(&loop))
        status = FAILED;
    weft_end_dump_on_quit(&quit);
    weft_loop_close(&loop);
    free(memory);
    return status;
}

static int run_on_a_new_clock(const struct lesson *lesson, bool virtual)
{
    if (virtual) {
        weft_virtual backend;
        weft_virtual_init(&backend);
        return run(lesson, &backend.backend);
    }
    weft_select backend;
    weft_select_init(&backend);
    return run(lesson, &backend.backend);
}

/* ---- The program --------------------------------------------------------------------------- */

/* A position in the list of all lessons of all scenarios. */
struct position {
    const struct scenario *scenario;
    const struct lesson *lesson;
};

static struct position first(void)
{
    return (struct position){scenarios, scenarios->lessons};
}

static bool at_end(const struct position *at)
{
    return !at->scenario->name;
}

static void advance(struct position *at)
{
    at->lesson++;
    while (at->scenario->name && !at->lesson->name) {
        at->scenario++;
        at->lesson = at->scenario->lessons;
    }
}

/* Returns true if the program has one scenario. Its lessons are named LESSON. A program of
 * several scenarios takes SCENARIO.LESSON, SCENARIO or SECTION. */
static bool one_scenario(void)
{
    return !scenarios->section;
}

static void print_name(FILE *file, const struct position *at)
{
    if (one_scenario())
        fputs(at->lesson->name, file);
    else
        fprintf(file, "%s.%s", at->scenario->name, at->lesson->name);
}

/* Returns true if `name` is the section's heading ("task groups"), or the heading with
 * underscores (task_groups), which needs no quotes in a shell. */
static bool names_section(const char *name, const char *section)
{
    for (; *name && *section; name++, section++)
        if (*name != *section && !(*name == ' ' && *section == '_'))
            return false;
    return *name == *section;
}

static bool is_named(const struct position *at, const char *name)
{
    if (one_scenario())
        return strcmp(name, at->lesson->name) == 0;
    if (names_section(name, at->scenario->section))
        return true;
    const size_t length = strlen(at->scenario->name);
    if (strncmp(name, at->scenario->name, length) != 0)
        return false;
    return !name[length] ||
           (name[length] == '.' && strcmp(name + length + 1, at->lesson->name) == 0);
}

/* Returns the position of the first lesson, from `at` on, that `name` names. */
static struct position find(struct position at, const char *name)
{
    while (!at_end(&at) && !is_named(&at, name))
        advance(&at);
    return at;
}

static void list_lessons(FILE *file, const char *before)
{
    for (struct position at = first(); !at_end(&at); advance(&at)) {
        fputs(before, file);
        print_name(file, &at);
        putc('\n', file);
    }
}

/* Prints each section with its scenarios. The scenarios of a section must be neighbours in the
 * table. */
static void list_sections(FILE *file)
{
    const char *section = "";
    for (const struct scenario *scenario = scenarios; scenario->name; scenario++) {
        if (strcmp(section, scenario->section) != 0)
            fprintf(file, "%s  %s:", *section ? "\n" : "", scenario->section);
        section = scenario->section;
        fprintf(file, " %s", scenario->name);
    }
    putc('\n', file);
}

static void usage(FILE *file, const char *program)
{
    const char *const what = one_scenario() ? "LESSON" : "NAME";
    fprintf(file,
            "usage: %s [OPTION...] [%s...]\n"
            "Runs the lessons, all of them without a %s.\n"
            "\n"
            "  --virtual            use a virtual clock, which never waits\n"
            "  --list               print the lessons' names\n"
            "  --help               print this text\n",
            program, what, what);
    print_recording_options(file);
    fprintf(file,
            "\n"
            "Exit status: 1 if a lesson failed, 2 for a wrong option or %s, 3 if a lesson ended\n"
            "in a deadlock. SIGQUIT (Ctrl-\\) prints where each task waits.\n"
            "WEFT_DEBUG=1 in the environment runs the loop in debug mode.\n"
            "\n",
            what);
    if (!one_scenario()) {
        fputs("A NAME is a section's, a scenario's or a lesson's.\n\nsections:\n", file);
        list_sections(file);
        putc('\n', file);
    }
    fputs("lessons:\n", file);
    list_lessons(file, "  ");
}

static int run_headed(const struct position *at, bool virtual)
{
    fputs("== ", stderr);
    print_name(stderr, at);
    fputs(" ==\n", stderr);
    name_recording(at->scenario->name, at->lesson->name);
    return run_on_a_new_clock(at->lesson, virtual);
}

static int worse(int status, int other)
{
    return other > status ? other : status;
}

static int run_all(bool virtual)
{
    int status = OK;
    for (struct position at = first(); !at_end(&at); advance(&at))
        status = worse(status, run_headed(&at, virtual));
    return status;
}

static int run_named(const char *name, bool virtual)
{
    int status = OK;
    for (struct position at = find(first(), name); !at_end(&at); at = find(at, name)) {
        status = worse(status, run_headed(&at, virtual));
        advance(&at);
    }
    return status;
}

static int run_each(char *const *names, bool virtual)
{
    int status = OK;
    for (; *names; names++)
        status = worse(status, run_named(*names, virtual));
    return status;
}

/* Returns true if the options for recordings fit the names. Otherwise says on standard error why
 * not. */
static bool can_record(char *const *names, const char *program)
{
    if (!recording_needs_one_lesson())
        return true;
    int lessons = 0;
    for (char *const *name = names; *name; name++)
        for (struct position at = find(first(), *name); !at_end(&at); at = find(at, *name)) {
            lessons++;
            advance(&at);
        }
    if (lessons == 1)
        return true;
    fprintf(stderr, "%s: %s=FILE records one lesson: name it\n", program, recording_option());
    return false;
}

/* Returns true if every name names a lesson. Reports the other names on standard error. */
static bool all_known(char *const *names, const char *program)
{
    bool known = true;
    for (; *names; names++) {
        const struct position at = find(first(), *names);
        if (at_end(&at)) {
            fprintf(stderr, "%s: no such lesson: '%s'\n", program, *names);
            known = false;
        }
    }
    return known;
}

int main(int argc, char **argv)
{
    enum { VIRTUAL = 1, LIST, HELP };
    static const struct option options[] = {
        {"virtual", no_argument, NULL, VIRTUAL},
        {"list", no_argument, NULL, LIST},
        {"help", no_argument, NULL, HELP},
        RECORDING_OPTIONS,
        {NULL, 0, NULL, 0},
    };
    const char *const debug = getenv("WEFT_DEBUG");
    debugs = debug && strcmp(debug, "1") == 0;
    bool virtual = false, lists = false, helps = false;
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        virtual |= option == VIRTUAL;
        lists |= option == LIST;
        helps |= option == HELP;
        take_recording_option(option, optarg);
        if (option == '?') {
            usage(stderr, argv[0]);
            return USAGE;
        }
    }
    char *const *const names = argv + optind;
    if (!all_known(names, argv[0]) || !can_record(names, argv[0])) {
        usage(stderr, argv[0]);
        return USAGE;
    }
    /* Line-buffered, so that a pipe also gets each line at the moment when the lesson prints it. */
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    int status = OK;
    if (helps)
        usage(stdout, argv[0]);
    else if (lists)
        list_lessons(stdout, "");
    else
        status = *names ? run_each(names, virtual) : run_all(virtual);
    if (ferror(stdout)) {
        fprintf(stderr, "%s: cannot write to standard output\n", argv[0]);
        status = worse(status, FAILED);
    }
    return status;
}
