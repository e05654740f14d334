/* SPDX-License-Identifier: MIT */
#include "style.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "recording.h"

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

static int run_with(weft_backend *backend, const struct lesson *lesson,
                    const struct options *options, start_function *start, void *data)
{
    void *const memory = calloc(1, weft_task_size(lesson->code));
    if (!memory) {
        fprintf(stderr, "%s: out of memory\n", lesson->name);
        return FAILED;
    }
    weft_loop loop;
    weft_loop_init(&loop, backend);
    weft_set_exception_handler(&loop, weft_print_unretrieved_error);
    weft_set_debug(&loop, options->debugs);
    (void)weft_dump_on_quit(&loop, &quit);
    int status = begin_recording(&loop) ? OK : FAILED;
    const weft_error *const error = start(&loop, lesson->code, memory, data);
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

int run_on_a_loop(const struct lesson *lesson, const struct options *options, start_function *start,
                  void *data)
{
    if (options->virtual) {
        weft_virtual backend;
        weft_virtual_init(&backend);
        return run_with(&backend.backend, lesson, options, start, data);
    }
    weft_select backend;
    weft_select_init(&backend);
    return run_with(&backend.backend, lesson, options, start, data);
}

static const weft_error *start_stackless(weft_loop *loop, const weft_code *code, void *memory,
                                         void *data)
{
    (void)data;
    return weft_run_code(loop, code, memory);
}

static int run_stackless(const struct lesson *lesson, const struct options *options)
{
    return run_on_a_loop(lesson, options, start_stackless, NULL);
}

const struct style stackless_style = {"stackless", scenarios, NULL, run_stackless};

/* ---- The program --------------------------------------------------------------------------- */

/* A position in the list of all lessons of all scenarios of a style. */
struct position {
    const struct scenario *scenario;
    const struct lesson *lesson;
};

static bool at_end(const struct position *at)
{
    return !at->scenario->name;
}

static void skip_empty(struct position *at)
{
    while (at->scenario->name && !at->lesson->name) {
        at->scenario++;
        at->lesson = at->scenario->lessons;
    }
}

static struct position first(const struct style *style)
{
    struct position at = {style->scenarios, style->scenarios->lessons};
    skip_empty(&at);
    return at;
}

static void advance(struct position *at)
{
    at->lesson++;
    skip_empty(at);
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

static void list_lessons(FILE *file, const struct style *style, const char *before)
{
    for (struct position at = first(style); !at_end(&at); advance(&at)) {
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

static void list_styles(FILE *file)
{
    for (const struct style *const *style = styles; *style; style++)
        fprintf(file, "%s%s", style == styles ? "" : "|", (*style)->name);
}

/* Returns the style of this name; NULL: there is no such style. */
static const struct style *find_style(const char *name)
{
    const struct style *const *style = styles;
    while (*style && strcmp((*style)->name, name) != 0)
        style++;
    return *style;
}

static void usage(FILE *file, const char *program, const struct style *style)
{
    const char *const what = one_scenario() ? "LESSON" : "NAME";
    fprintf(file,
            "usage: %s [OPTION...] [%s...]\n"
            "Runs the lessons, all of them without a %s.\n"
            "\n"
            "  --style NAME         how the lessons are written: ",
            program, what, what);
    list_styles(file);
    fprintf(file,
            "\n"
            "                       coroutines without stacks (the default), coroutines with\n"
            "                       stacks, or threads\n"
            "  --virtual            use a virtual clock, which never waits; not with threads\n"
            "  --speed N            with threads: a clock N times as fast as the real one\n"
            "  --list               print the lessons' names\n"
            "  --help               print this text\n");
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
    list_lessons(file, style, "  ");
}

static int run_headed(const struct position *at, const struct options *options)
{
    fputs("== ", stderr);
    print_name(stderr, at);
    fputs(" ==\n", stderr);
    name_recording(at->scenario->name, at->lesson->name);
    return options->style->run(at->lesson, options);
}

static int worse(int status, int other)
{
    return other > status ? other : status;
}

static int run_all(const struct options *options)
{
    int status = OK;
    for (struct position at = first(options->style); !at_end(&at); advance(&at))
        status = worse(status, run_headed(&at, options));
    return status;
}

static int run_named(const char *name, const struct options *options)
{
    int status = OK;
    for (struct position at = find(first(options->style), name); !at_end(&at);
         at = find(at, name)) {
        status = worse(status, run_headed(&at, options));
        advance(&at);
    }
    return status;
}

static int run_each(char *const *names, const struct options *options)
{
    int status = OK;
    for (; *names; names++)
        status = worse(status, run_named(*names, options));
    return status;
}

/* Returns true if the options for recordings fit the names. Otherwise says on standard error why
 * not. */
static bool can_record(char *const *names, const struct style *style, const char *program)
{
    if (!recording_needs_one_lesson())
        return true;
    int lessons = 0;
    for (char *const *name = names; *name; name++)
        for (struct position at = find(first(style), *name); !at_end(&at); at = find(at, *name)) {
            lessons++;
            advance(&at);
        }
    if (lessons == 1)
        return true;
    fprintf(stderr, "%s: %s=FILE records one lesson: name it\n", program, recording_option());
    return false;
}

/* Returns true if every name names a lesson. Reports the other names on standard error. */
static bool all_known(char *const *names, const struct style *style, const char *program)
{
    bool known = true;
    for (; *names; names++) {
        const struct position at = find(first(style), *names);
        if (at_end(&at)) {
            fprintf(stderr, "%s: no such lesson: '%s'\n", program, *names);
            known = false;
        }
    }
    return known;
}

/* Returns true if the options fit each other. Otherwise says on standard error why not. */
static bool are_possible(const struct options *options, bool has_speed, const char *program)
{
    const struct style *const style = options->style;
    if (options->virtual && style->real_time_only)
        fprintf(stderr, "%s: --style %s runs on the real clock only: %s\n", program, style->name,
                style->real_time_only);
    else if (has_speed && !style->real_time_only)
        fprintf(stderr, "%s: --style %s has no --speed; use --virtual\n", program, style->name);
    else if (recording_option() && style->real_time_only)
        fprintf(stderr, "%s: %s shows tasks of a loop, and --style %s has no loop\n", program,
                recording_option(), style->name);
    else
        return true;
    return false;
}

/* Reads the number of --speed. Returns false if it is none. */
static bool read_speed(struct options *options, const char *text, const char *program)
{
    char *end;
    options->speed = strtod(text, &end);
    if (end != text && !*end && options->speed > 0 && options->speed <= 1e6)
        return true;
    fprintf(stderr, "%s: a speed is a number above 0, at most 1000000: '%s'\n", program, text);
    return false;
}

static bool read_style(struct options *options, const char *name, const char *program)
{
    const struct style *const style = find_style(name);
    if (style) {
        options->style = style;
        return true;
    }
    fprintf(stderr, "%s: no such style: '%s'\n", program, name);
    return false;
}

int main(int argc, char **argv)
{
    enum { STYLE = 1, VIRTUAL, SPEED, LIST, HELP };
    static const struct option long_options[] = {
        {"style", required_argument, NULL, STYLE},
        {"virtual", no_argument, NULL, VIRTUAL},
        {"speed", required_argument, NULL, SPEED},
        {"list", no_argument, NULL, LIST},
        {"help", no_argument, NULL, HELP},
        RECORDING_OPTIONS,
        {NULL, 0, NULL, 0},
    };
    const char *const debug = getenv("WEFT_DEBUG");
    struct options options = {
        .style = styles[0], .debugs = debug && strcmp(debug, "1") == 0, .speed = 1};
    bool valid = true, has_speed = false, lists = false, helps = false;
    int option;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (option == STYLE)
            valid &= read_style(&options, optarg, argv[0]);
        else if (option == VIRTUAL)
            options.virtual = true;
        else if (option == SPEED)
            valid &= has_speed = read_speed(&options, optarg, argv[0]);
        else if (option == LIST)
            lists = true;
        else if (option == HELP)
            helps = true;
        else if (!take_recording_option(option, optarg))
            valid = false;
    }
    char *const *const names = argv + optind;
    if (!valid || !are_possible(&options, has_speed, argv[0]) ||
        !all_known(names, options.style, argv[0]) || !can_record(names, options.style, argv[0])) {
        usage(stderr, argv[0], options.style);
        return USAGE;
    }
    /* Line-buffered, so that a pipe also gets each line at the moment when the lesson prints it. */
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    int status = OK;
    if (helps)
        usage(stdout, argv[0], options.style);
    else if (lists)
        list_lessons(stdout, options.style, "");
    else
        status = *names ? run_each(names, &options) : run_all(&options);
    if (ferror(stdout)) {
        fprintf(stderr, "%s: cannot write to standard output\n", argv[0]);
        status = worse(status, FAILED);
    }
    return status;
}
