/* SPDX-License-Identifier: MIT */
/* replay [--dump] [--observe] FILE...: runs the trace programs of corpus files, and compares their
 * traces with the traces of CPython. A file holds any number of
 *
 *     === NAME
 *     the program's lines
 *     ---
 *     the trace's lines
 *
 * With --dump, all tasks are dumped at each line of the trace, under a watchdog. With --observe, an
 * observer checks the loop's events (seen.h), and each kind of event must come. The trace must not
 * change. Prints the first difference of each program, and at the end how many programs
 * passed. Exits with 1 if a program failed. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>

#include "trace/interpreter.h"
#include "trace/seen.h"
#include "trace/text.h"

#ifdef ON_STACKS /* replay_stackful: each task has a stack */
#define interpret interpret_stackful
#define interpret_dumping interpret_stackful_dumping
#endif

struct count {
    int passed, failed;
};

static bool dumps, observes;

/* Runs a program. Returns what is wrong with the loop's events; NULL: nothing. */
#if WEFT_TEXTS
static struct seen seen;

static const char *run(const struct program *program, FILE *out)
{
    if (observes)
        interpret_seen(program, out, &seen, dumps);
    else
        (dumps ? interpret_dumping : interpret)(program, out);
    return seen.wrong;
}

/* The programs of the corpus wait for no descriptor. */
static bool all_kinds_came(void)
{
    return !observes || !seen_missing(&seen, 0);
}
#else
static const char *run(const struct program *program, FILE *out)
{
    interpret(program, out);
    return NULL;
}

static bool all_kinds_came(void)
{
    return true;
}
#endif

static char *trace_of(const char *text, const char **wrong)
{
    struct program *const program = program_parse(text);
    if (!program)
        return NULL;
    char *trace = NULL;
    size_t size = 0;
    FILE *const out = open_memstream(&trace, &size);
    *wrong = run(program, out);
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
    const char *wrong = NULL;
    char *const trace = trace_of(program, &wrong);
    if (wrong) {
        count->failed++;
        printf("%s: %s\n", name, wrong);
    } else if (trace && !strcmp(trace, expected)) {
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
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        dumps |= !strcmp(argv[i], "--dump");
        observes |= !strcmp(argv[i], "--observe");
    }
    for (; i < argc; i++) {
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
    return count.failed || !count.passed || !all_kinds_came();
}
