/* SPDX-License-Identifier: MIT */
/* The machine, and the figures as text, CSV and JSON. */
#define _POSIX_C_SOURCE 200809L
#include "compare.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* ---- The machine ---- */

void add_fact(struct facts *facts, const char *name, const char *format, ...)
{
    va_list arguments;
    expect(facts->count < sizeof facts->all / sizeof facts->all[0], "there is room for a fact");
    struct fact *const fact = &facts->all[facts->count++];
    fact->name = name;
    va_start(arguments, format);
    vsnprintf(fact->text, sizeof fact->text, format, arguments);
    va_end(arguments);
}

/* Adds what stands behind `key` in a line of a file; without a key, the first line. */
static void add_line_of(struct facts *facts, const char *name, const char *path, const char *key)
{
    char line[300];
    FILE *const file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        const char *text = line;
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, key, strlen(key)) != 0)
            continue;
        text += strlen(key);
        add_fact(facts, name, "%s", text + strspn(text, " \t:"));
        break;
    }
    if (file)
        fclose(file);
}

/* Reads how long the CPUs were busy and idle. Returns false if the system does not say. */
static bool read_times(double *busy, double *idle)
{
    double user, nice, system, waiting;
    FILE *const file = fopen("/proc/stat", "r");
    const bool fine =
        file && fscanf(file, "cpu %lf %lf %lf %lf %lf", &user, &nice, &system, idle, &waiting) == 5;
    if (file)
        fclose(file);
    if (fine) {
        *busy = user + nice + system;
        *idle += waiting;
    }
    return fine;
}

/* Looks for one second at what other programs do. The load average would count the threads of an
 * earlier measurement. */
static void add_load(struct facts *facts)
{
    const struct timespec second = {1, 0};
    double busy, idle, busy_after, idle_after;
    if (is_small || !read_times(&busy, &idle) || nanosleep(&second, NULL) != 0 ||
        !read_times(&busy_after, &idle_after))
        return;
    const double whole = busy_after - busy + idle_after - idle;
    if (whole > 0)
        add_fact(facts, "other programs", "used %.0f%% of all CPUs in the second before",
                 100 * (busy_after - busy) / whole);
}

static void add_first_line(char *line, void *data)
{
    add_fact(data, "python", "%s", line);
}

void describe_machine(struct facts *facts)
{
    struct utsname system;
    static char python[] = "python3", peer[] = COMPARE_FOLDER "/peer.py", version[] = "version";
    char *const ask[] = {python, peer, version, NULL};
    add_line_of(facts, "cpu", "/proc/cpuinfo", "model name");
    add_fact(facts, "cpus", "%u", cpus());
    if (uname(&system) == 0)
        add_fact(facts, "kernel", "%s %s %s", system.sysname, system.release, system.machine);
#ifdef _CS_GNU_LIBC_VERSION
    char libc[64];
    if (confstr(_CS_GNU_LIBC_VERSION, libc, sizeof libc))
        add_fact(facts, "libc", "%s", libc);
#endif
#ifdef __clang__
    add_fact(facts, "compiler", "%s", __VERSION__);
#else
    add_fact(facts, "compiler", "gcc %s", __VERSION__);
#endif
    add_fact(facts, "flags", "%s", COMPARE_FLAGS);
    add_line_of(facts, "memory", "/proc/meminfo", "MemTotal");
    add_line_of(facts, "max_map_count", "/proc/sys/vm/max_map_count", "");
    add_line_of(facts, "threads-max", "/proc/sys/kernel/threads-max", "");
    add_line_of(facts, "huge pages", "/sys/kernel/mm/transparent_hugepage/enabled", "");
    if (!*style_named("asyncio")->missing)
        run_program(ask, 10, add_first_line, facts);
    add_fact(facts, "limit", "%zu MB a process", memory_limit >> 20);
    add_fact(facts, "processes", "%u for each figure of an operation", settings.processes);
    add_fact(facts, "seed", "%llu", (unsigned long long)settings.seed);
    add_load(facts);
}

/* ---- Text ---- */

static void insert_commas(char *text)
{
    for (size_t length = strlen(text), at = length; at > 3; at -= 3)
        if (at - 3 > 0) {
            memmove(text + at - 2, text + at - 3, strlen(text + at - 3) + 1);
            text[at - 3] = ',';
        }
}

static const char *with_digits(double value, int digits)
{
    enum { TEXTS = 8 };
    static char texts[TEXTS][40];
    static unsigned next;
    char *const text = texts[next++ % TEXTS];
    snprintf(text, sizeof texts[0], "%.*f", digits, value);
    if (fabs(value) >= 999.5)
        insert_commas(text);
    return text;
}

const char *shown(double value)
{
    const double size = fabs(value);
    return with_digits(value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

const char *shown_whole(double value)
{
    return with_digits(value, 0);
}

void print_heading(void)
{
    printf("\n%-16s %9s %-22s %12s %25s %12s %7s\n", "workload", "n", "style", "median",
           "quartiles", "p99 (wall)", "rounds");
}

void print_figure(const struct figure *figure)
{
    char quartiles[64];
    if (!figure->samples) {
        printf("%-16s %9.0f %-22s %s\n", figure->workload, figure->n, figure->style, figure->note);
    } else if (!strcmp(figure->group, "operations")) {
        snprintf(quartiles, sizeof quartiles, "%s .. %s", shown(figure->low), shown(figure->high));
        printf("%-16s %9.0f %-22s %12s %25s %12s %7zu\n", figure->workload, figure->n,
               figure->style, shown(figure->median), quartiles, shown(figure->p99),
               figure->samples);
    } else {
        printf("%-16s %9s %-22s %12s %s\n", figure->workload, figure->group, figure->style,
               shown(figure->median), figure->unit);
    }
    fflush(stdout);
}

/* ---- CSV and JSON ---- */

static void write_quoted(FILE *file, const char *text, const char *escape)
{
    fputc('"', file);
    for (; *text; text++) {
        if (*text == '"' || (*text == '\\' && *escape == '\\'))
            fputs(escape, file);
        if ((unsigned char)*text >= ' ')
            fputc(*text, file);
    }
    fputc('"', file);
}

void write_csv(FILE *file, const struct facts *facts, const struct figures *figures)
{
    fputs("group,workload,n,style,unit,median,low_quartile,high_quartile,p99_wall,samples,note\n",
          file);
    for (size_t i = 0; i < facts->count; i++) {
        fprintf(file, "machine,%s,,,,,,,,,", facts->all[i].name);
        write_quoted(file, facts->all[i].text, "\"");
        fputc('\n', file);
    }
    for (const struct figure *each = figures->all; each < figures->all + figures->count; each++) {
        fprintf(file, "%s,%s,%.0f,%s,%s,", each->group, each->workload, each->n, each->style,
                each->unit);
        if (each->samples)
            fprintf(file, "%.6g,%.6g,%.6g,%.6g,%zu,", each->median, each->low, each->high,
                    each->p99, each->samples);
        else
            fputs(",,,,0,", file);
        write_quoted(file, each->note, "\"");
        fputc('\n', file);
    }
}

static void write_member(FILE *file, const char *name, const char *text)
{
    fprintf(file, "\"%s\": ", name);
    write_quoted(file, text, "\\");
}

void write_json(FILE *file, const struct facts *facts, const struct figures *figures)
{
    fputs("{\n  \"machine\": {", file);
    for (size_t i = 0; i < facts->count; i++) {
        fputs(i ? ",\n    " : "\n    ", file);
        write_member(file, facts->all[i].name, facts->all[i].text);
    }
    fputs("\n  },\n  \"figures\": [", file);
    for (const struct figure *each = figures->all; each < figures->all + figures->count; each++) {
        fputs(each == figures->all ? "\n    {" : ",\n    {", file);
        write_member(file, "group", each->group);
        fputs(", ", file);
        write_member(file, "workload", each->workload);
        fprintf(file, ", \"n\": %.0f, ", each->n);
        write_member(file, "style", each->style);
        fputs(", ", file);
        write_member(file, "unit", each->unit);
        if (each->samples)
            fprintf(file,
                    ", \"median\": %.6g, \"low\": %.6g, \"high\": %.6g, \"p99_wall\": %.6g, "
                    "\"samples\": %zu",
                    each->median, each->low, each->high, each->p99, each->samples);
        else
            fputs(", \"samples\": 0", file);
        if (*each->note) {
            fputs(", ", file);
            write_member(file, "note", each->note);
        }
        fputc('}', file);
    }
    fputs("\n  ]\n}\n", file);
}
