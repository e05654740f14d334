#include "scenario.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* The exit statuses; of several lessons, the greatest. */
enum { OK, FAILED, USAGE, DEADLOCK };

/* ---- For the lessons ----------------------------------------------------------------------- */

const weft_error fail_error = {.text = "Fail"};

void print_total(weft_time elapsed, const char *note)
{
    printf("Total: %.2f s", (double)elapsed / (double)WEFT_SECONDS(1));
    if (note)
        printf(" (%s)", note);
    putchar('\n');
}

void print_result(const struct data *result)
{
    printf("Received result: {'data': '%s', 'id': %d}\n", result->data, result->id);
}

/* ---- A lesson ------------------------------------------------------------------------------ */

static void report_unasked(weft_loop *loop, weft_task *task, const weft_error *error)
{
    (void)loop;
    fprintf(stderr, "%s: nobody asked for its error: %s\n", weft_task_name(task),
            weft_error_text(error));
}

static void report_waiting(weft_loop *loop)
{
    for (weft_task *task = weft_first_task(loop); task; task = weft_next_task(task)) {
        const weft_place place = weft_frame_place(weft_task_innermost(task));
        fprintf(stderr, "%s: %s:%u: waits for %s\n", weft_task_name(task), place.file, place.line,
                weft_task_waits_for(task).what);
    }
}

static int run(const struct lesson *lesson, weft_port *port)
{
    void *const memory = calloc(1, weft_task_size(lesson->code));
    if (!memory) {
        fprintf(stderr, "%s: out of memory\n", lesson->name);
        return FAILED;
    }
    weft_loop loop;
    weft_loop_init(&loop, port);
    weft_set_exception_handler(&loop, report_unasked);
    int status = OK;
    const weft_error *const error = weft_run_code(&loop, lesson->code, memory);
    if (error == &weft_deadlock_error) {
        status = DEADLOCK;
        report_waiting(&loop);
    } else if (error) {
        status = FAILED;
        fprintf(stderr, "%s: %s\n", lesson->name, weft_error_text(error));
    }
    weft_loop_close(&loop);
    free(memory);
    return status;
}

static int run_on_a_new_clock(const struct lesson *lesson, bool virtual)
{
    if (virtual) {
        weft_virtual port;
        weft_virtual_init(&port);
        return run(lesson, &port.port);
    }
    weft_select port;
    weft_select_init(&port);
    return run(lesson, &port.port);
}

/* ---- The program --------------------------------------------------------------------------- */

/* One lesson after another, over all scenarios. */
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

/* A lesson's name is LESSON; in a program of several scenarios, SCENARIO.LESSON. */
static bool one_scenario(void)
{
    return !scenarios[1].name;
}

static void print_name(FILE *file, const struct position *at)
{
    if (one_scenario())
        fputs(at->lesson->name, file);
    else
        fprintf(file, "%s.%s", at->scenario->name, at->lesson->name);
}

static bool is_named(const struct position *at, const char *name)
{
    if (one_scenario())
        return strcmp(name, at->lesson->name) == 0;
    const size_t length = strlen(at->scenario->name);
    return strncmp(name, at->scenario->name, length) == 0 && name[length] == '.' &&
           strcmp(name + length + 1, at->lesson->name) == 0;
}

static struct position find(const char *name)
{
    struct position at = first();
    while (!at_end(&at) && !is_named(&at, name))
        advance(&at);
    return at;
}

static void list(FILE *file, const char *before)
{
    for (struct position at = first(); !at_end(&at); advance(&at)) {
        fputs(before, file);
        print_name(file, &at);
        putc('\n', file);
    }
}

static void usage(FILE *file, const char *program)
{
    fprintf(
        file,
        "usage: %s [--virtual] [--list] [--help] [LESSON...]\n"
        "Runs the lessons, all of them without a LESSON.\n"
        "\n"
        "  --virtual  on a clock that never waits\n"
        "  --list     print the lessons' names instead\n"
        "  --help     print this instead\n"
        "\n"
        "Exit status: 1 if an error left a lesson, 2 for a wrong option or LESSON, 3 if one got\n"
        "stuck in a deadlock.\n"
        "\n"
        "lessons:\n",
        program);
    list(file, "  ");
}

static int run_headed(const struct position *at, bool virtual)
{
    fputs("== ", stderr);
    print_name(stderr, at);
    fputs(" ==\n", stderr);
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

static int run_named(char *const *names, bool virtual)
{
    int status = OK;
    for (; *names; names++) {
        const struct position at = find(*names);
        status = worse(status, run_headed(&at, virtual));
    }
    return status;
}

/* Whether all lessons are known; tells of those that are not. */
static bool all_known(char *const *names, const char *program)
{
    bool known = true;
    for (; *names; names++) {
        const struct position at = find(*names);
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
        {NULL, 0, NULL, 0},
    };
    bool virtual = false, lists = false, helps = false;
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        virtual |= option == VIRTUAL;
        lists |= option == LIST;
        helps |= option == HELP;
        if (option == '?') {
            usage(stderr, argv[0]);
            return USAGE;
        }
    }
    char *const *const names = argv + optind;
    if (!all_known(names, argv[0])) {
        usage(stderr, argv[0]);
        return USAGE;
    }
    /* Each line at once, in a pipe as well: it comes when its lesson says so. */
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    int status = OK;
    if (helps)
        usage(stdout, argv[0]);
    else if (lists)
        list(stdout, "");
    else
        status = *names ? run_named(names, virtual) : run_all(virtual);
    if (ferror(stdout)) {
        fprintf(stderr, "%s: cannot write to standard output\n", argv[0]);
        status = worse(status, FAILED);
    }
    return status;
}
