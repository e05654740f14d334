/* SPDX-License-Identifier: MIT */
/* replay [--dump] FILE...: runs the trace programs of corpus files, and compares their traces
 * with the traces of CPython. A file holds any number of
 *
 *     === NAME
 *     the program's lines
 *     ---
 *     the trace's lines
 *
 * With --dump, all tasks are dumped at each line of the trace, under a watchdog. The trace must
 * not change. Prints the first difference of each program, and at the end how many programs
 * passed. Exits with 1 if a program failed. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>

#include "trace/interpreter.h"
#include "trace/text.h"

#ifdef ON_STACKS /* replay_stackful: each task has a stack */
#define interpret interpret_stackful
#define interpret_dumping interpret_stackful_dumping
#endif

struct count {
    int passed, failed;
};

static void (*run)(const struct program *program, FILE *out) = interpret;

static char *trace_of(const char *text)
{
    struct program *const program = program_parse(text);
    if (!program)
        return NULL;
    char *trace = NULL;
    size_t size = 0;
    FILE *const out = open_memstream(&trace, &size);
    run(program, out);
    fclose(out);
    program_free(program);
    return trace;
}

static int print_line(const char *what, const char *line)
{
    return printf("  %s %.*s\n", what, (int)strcspn(line, "\n"), line);
}

static void print_difference(const char *name, const char *expected, const char *trace)
{
    int line = 1;
    const char *e = expected, *t = trace;
    while (*e && *e == *t) {
        line += *e == '\n';
        e++, t++;
    }
    while (e > expected && e[-1] != '\n')
        e--, t--;
    printf("%s differs at line %d of its trace:\n", name, line);
    print_line("CPython:", e);
    print_line("weft:   ", t);
}

static void replay_one(const char *name, const char *program, const char *expected,
                       struct count *count)
{
    char *const trace = trace_of(program);
    if (trace && !strcmp(trace, expected)) {
        count->passed++;
    } else {
        count->failed++;
        print_difference(name, expected, trace ? trace : "malformed\n");
    }
    free(trace);
}

/* `text` begins behind a "=== ". */
static void replay(char *text, struct count *count)
{
    while (text) {
        char *const name = text, *const program = strchr(name, '\n');
        char *const expected = program ? text_cut(program, "\n---\n") : NULL;
        if (!expected)
            break;
        text = text_cut(expected, "\n=== ");
        *program = '\0';
        replay_one(name, program + 1, expected, count);
    }
}

int main(int argc, char **argv)
{
    struct count count = {0, 0};
    const bool dumps = argc > 1 && !strcmp(argv[1], "--dump");
    if (dumps)
        run = interpret_dumping;
    for (int i = 1 + dumps; i < argc; i++) {
        FILE *const in = fopen(argv[i], "r");
        if (!in) {
            perror(argv[i]);
            return 2;
        }
        char *const text = read_all(in);
        fclose(in);
        if (!strncmp(text, "=== ", 4))
            replay(text + 4, &count);
        free(text);
    }
    printf("%d passed, %d failed\n", count.passed, count.failed);
    return count.failed || !count.passed;
}
