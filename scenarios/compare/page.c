/* SPDX-License-Identifier: MIT */
/* The measured part of doc/styles.md. */
#define _POSIX_C_SOURCE 200809L
#include "compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char begin_marker[] = "<!-- compare --markdown writes from here -->\n",
                  end_marker[] = "<!-- to here -->\n";

enum { MOST_ROWS = 64 };

static bool has_column(const struct measured_style *style)
{
    return !style->is_variant;
}

static void write_head(FILE *file, const char *first)
{
    fprintf(file, "| %s |", first);
    for (const struct measured_style *style = all_styles; style->name; style++)
        if (has_column(style))
            fprintf(file, " %s |", style->name);
    fputs("\n| --- |", file);
    for (const struct measured_style *style = all_styles; style->name; style++)
        if (has_column(style))
            fputs(" ---: |", file);
    fputc('\n', file);
}

/* ---- Operations ---- */

struct row {
    const struct workload *workload;
    double n;
    double ratio; /* of stackless to the best of the other styles; > 1: stackless loses */
};

static const struct figure *figure_of(const struct figures *figures, const struct row *row,
                                      const char *style)
{
    return find_figure(figures, row->workload->group, row->workload->name, row->n, style);
}

static double ratio_of(const struct figures *figures, const struct row *row)
{
    const struct figure *const ours = figure_of(figures, row, "stackless");
    double best = INFINITY;
    for (const struct measured_style *style = all_styles; style->name; style++) {
        const struct figure *const figure = figure_of(figures, row, style->name);
        if (figure && figure != ours && figure->samples && has_column(style))
            best = fmin(best, figure->median);
    }
    return ours && ours->samples ? ours->median / best : 0;
}

static int by_ratio(const void *a, const void *b)
{
    const double x = ((const struct row *)a)->ratio, y = ((const struct row *)b)->ratio;
    return (x < y) - (x > y);
}

static size_t collect_rows(const struct figures *figures, const char *group, struct row *rows)
{
    size_t count = 0;
    for (const struct figure *each = figures->all; each < figures->all + figures->count; each++) {
        if (strcmp(each->group, group) != 0 || strcmp(each->style, "stackless") != 0 ||
            count == MOST_ROWS)
            continue;
        rows[count] = (struct row){workload_named(each->workload), each->n, 0};
        count++;
    }
    return count;
}

static void write_cell(FILE *file, const struct figure *figure)
{
    if (!figure) {
        fputs(" |", file);
    } else if (!figure->samples) {
        fputs(strncmp(figure->note, "not here", 8) == 0 ? " not here |" : " – |", file);
    } else {
        const double spread = 50 * (figure->high - figure->low) / figure->median;
        fprintf(file, " %s ±%.0f%% |", shown(figure->median), spread);
    }
}

static void write_rows(FILE *file, const struct figures *figures, const struct row *rows,
                       size_t count, bool losing)
{
    write_head(file, "operation");
    for (const struct row *row = rows; row < rows + count; row++) {
        if ((row->ratio > 1) != losing)
            continue;
        fprintf(file, "| %s, n = %.0f |", row->workload->name, row->n);
        for (const struct measured_style *style = all_styles; style->name; style++)
            if (has_column(style))
                write_cell(file, figure_of(figures, row, style->name));
        fputc('\n', file);
    }
}

/* What the variants of a style cost, beside the style itself. */
static void write_variants(FILE *file, const struct figures *figures)
{
    fputs("\n### Variants\n\n| operation | style | ns |\n| --- | --- | ---: |\n", file);
    for (const struct figure *each = figures->all; each < figures->all + figures->count; each++) {
        const struct measured_style *const style = style_named(each->style);
        if (strcmp(each->group, "operations") != 0 || !style || has_column(style))
            continue;
        if (!each->samples && strncmp(each->note, "measured", 8) == 0)
            continue;
        fprintf(file, "| %s, n = %.0f | %s: %s |", each->workload, each->n, style->name,
                style->what);
        write_cell(file, each);
        fputc('\n', file);
    }
}

static void write_refusals(FILE *file, const struct figures *figures)
{
    bool any = false;
    for (const struct figure *each = figures->all; each < figures->all + figures->count; each++) {
        if (strcmp(each->group, "operations") != 0 || each->samples ||
            !has_column(style_named(each->style)))
            continue;
        fprintf(file, "%s- %s, n = %.0f, %s: %s\n", any ? "" : "\nWhere there is a dash:\n\n",
                each->workload, each->n, each->style, each->note);
        any = true;
    }
}

static void write_operations(FILE *file, const struct figures *figures)
{
    struct row rows[MOST_ROWS];
    const size_t count = collect_rows(figures, "operations", rows);
    if (!count)
        return;
    for (size_t i = 0; i < count; i++)
        rows[i].ratio = ratio_of(figures, &rows[i]);
    qsort(rows, count, sizeof rows[0], by_ratio);
    fputs("\n### Operations where stackless is not the fastest\n\n"
          "Nanoseconds of CPU time for one operation, or of the wall clock where the table below "
          "says so:\n"
          "the median, and half the distance of the quartiles.\n\n",
          file);
    write_rows(file, figures, rows, count, true);
    fputs("\n### Operations where stackless is the fastest\n\n", file);
    write_rows(file, figures, rows, count, false);
    write_refusals(file, figures);
    fputs("\n| operation | what it is |\n| --- | --- |\n", file);
    for (const struct workload *each = workloads; each->name; each++)
        if (!strcmp(each->group, "operations"))
            fprintf(file, "| %s | %s |\n", each->name, each->what);
    write_variants(file, figures);
}

/* ---- Memory, the million, limits ---- */

static void write_population(FILE *file, const struct figures *figures)
{
    static const struct {
        const char *name, *what;
    } rows[] = {{"own", "the task's own struct"},
                {"resident", "resident memory"},
                {"page-tables", "page tables"},
                {"kernel-stacks", "the kernel's stack"},
                {"reserved", "reserved addresses"},
                {"stack-used", "most used of a stack"},
                {"tasks", "tasks measured"},
                {"peak", "peak of the process"},
                {"after-release", "of the process after the release"}};
    if (!find_figure(figures, "memory", "resident", -1, "stackless"))
        return;
    fputs("\n### Memory\n\nBytes for each waiting task, by a line through nine numbers of tasks; "
          "the last\n"
          "two rows are bytes of the whole process. The kernel counts its stacks for the whole "
          "machine, so\n"
          "other programs change that row a little.\n\n",
          file);
    write_head(file, "bytes");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fprintf(file, "| %s |", rows[i].what);
        for (const struct measured_style *style = all_styles; style->name; style++)
            if (has_column(style)) {
                const struct figure *const figure =
                    find_figure(figures, "memory", rows[i].name, -1, style->name);
                fprintf(file, " %s |", figure ? shown_whole(fmax(figure->median, 0)) : "");
            }
        fputc('\n', file);
    }
}

static const char *note_of(const struct figures *figures, const char *group, const char *style)
{
    const struct figure *const refusal = find_figure(figures, group, "refusal", -1, style);
    return refusal ? refusal->note : "";
}

static void write_million(FILE *file, const struct figures *figures)
{
    static const struct {
        const char *name;
        unsigned mb;
    } published[] = {
        {".NET NativeAOT", 197}, {"Rust, join_all", 207},   {"Rust, tokio", 439}, {"Node", 564},
        {"OpenJDK", 1095},       {"Python, asyncio", 1276}, {"Go", 2586}};
    if (!find_figure(figures, "million", "tasks", -1, "stackless"))
        return;
    fputs("\n### The million\n\n1,000,000 tasks that sleep for 10 seconds. The lower rows are "
          "published by\n"
          "[hez2010](https://github.com/hez2010/async-runtimes-benchmarks-2024), of another "
          "machine.\n\n"
          "| program | tasks | peak, MB | CPU time, s | |\n| --- | ---: | ---: | ---: | --- |\n",
          file);
    for (const struct measured_style *style = all_styles; style->name; style++) {
        const struct figure *const tasks =
                                       find_figure(figures, "million", "tasks", -1, style->name),
                                   *const peak =
                                       find_figure(figures, "million", "peak", -1, style->name),
                                   *const cpu =
                                       find_figure(figures, "million", "cpu", -1, style->name);
        if (tasks && peak && cpu)
            fprintf(file, "| %s | %s | %.0f | %.2f | %s |\n", style->name,
                    shown_whole(tasks->median), peak->median / 1e6, cpu->median,
                    note_of(figures, "million", style->name));
    }
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++)
        fprintf(file, "| %s | 1,000,000 | %u | | published |\n", published[i].name,
                published[i].mb);
}

static void write_limits(FILE *file, const struct figures *figures)
{
    if (!find_figure(figures, "limits", "tasks", -1, "stackless"))
        return;
    fputs("\n### Limits\n\n| style | tasks | what ended it |\n| --- | ---: | --- |\n", file);
    for (const struct measured_style *style = all_styles; style->name; style++) {
        const struct figure *const tasks = find_figure(figures, "limits", "tasks", -1, style->name);
        if (tasks)
            fprintf(file, "| %s | %s | %s |\n", style->name, shown_whole(tasks->median),
                    note_of(figures, "limits", style->name));
    }
}

/* ---- Tables of what scripts found: a row a workload, a column a style ---- */

static bool is_first_of(const struct figures *figures, const struct figure *figure)
{
    for (const struct figure *each = figures->all; each < figure; each++)
        if (!strcmp(each->group, figure->group) && !strcmp(each->workload, figure->workload) &&
            !strcmp(each->unit, figure->unit))
            return false;
    return true;
}

static bool has_group(const struct figures *figures, const char *group)
{
    for (const struct figure *each = figures->all; each < figures->all + figures->count; each++)
        if (!strcmp(each->group, group))
            return true;
    return false;
}

static const struct figure *of_unit(const struct figures *figures, const struct figure *row,
                                    const char *style)
{
    for (const struct figure *each = figures->all; each < figures->all + figures->count; each++)
        if (!strcmp(each->group, row->group) && !strcmp(each->workload, row->workload) &&
            !strcmp(each->unit, row->unit) && !strcmp(each->style, style))
            return each;
    return NULL;
}

static void write_matrix(FILE *file, const struct figures *figures, const char *group,
                         const char *const *styles, const char *heading)
{
    if (!has_group(figures, group))
        return;
    fputs(heading, file);
    fputs("| |", file);
    for (const char *const *style = styles; *style; style++)
        fprintf(file, " %s |", *style);
    fputs("\n| --- |", file);
    for (const char *const *style = styles; *style; style++)
        fputs(strcmp(group, "debug") ? " ---: |" : " --- |", file);
    fputc('\n', file);
    for (const struct figure *row = figures->all; row < figures->all + figures->count; row++) {
        if (strcmp(row->group, group) != 0 || !is_first_of(figures, row))
            continue;
        fprintf(file, "| %s", row->workload);
        if (row->n > 0)
            fprintf(file, ", n = %.0f", row->n);
        if (strcmp(row->unit, "instructions") != 0 && row->unit[0])
            fprintf(file, ", %s", row->unit);
        fputs(" |", file);
        for (const char *const *style = styles; *style; style++) {
            const struct figure *const cell = of_unit(figures, row, *style);
            const bool is_whole = strcmp(row->group, "code") == 0;
            fprintf(file, " %s |",
                    !cell            ? ""
                    : !cell->samples ? cell->note
                    : is_whole       ? shown_whole(cell->median)
                                     : shown(cell->median));
        }
        fputc('\n', file);
    }
}

void write_page(FILE *file, const struct facts *facts, const struct figures *figures)
{
    static const char *const three[] = {"stackless", "stackful", "threads", NULL},
                             *const five[] = {"stackless", "stackful", "stackful-ucontext",
                                              "threads",   "pth",      NULL};
    fputs("\nThe columns:\n\n", file);
    for (const struct measured_style *style = all_styles; style->name; style++)
        if (has_column(style))
            fprintf(file, "- %s: %s\n", style->name, style->what);
    fputs("\nThe machine:\n\n", file);
    for (size_t i = 0; i < facts->count; i++)
        fprintf(file, "- %s: %s\n", facts->all[i].name, facts->all[i].text);
    write_operations(file, figures);
    write_population(file, figures);
    write_million(file, figures);
    write_limits(file, figures);
    write_matrix(
        file, figures, "code", three,
        "\n### Code of the lessons\n\nLines without comments, blank lines and #include; bytes of "
        "machine code (.text).\n\n");
    write_matrix(file, figures, "instructions", five,
                 "\n### Instructions for an operation\n\nBy callgrind, which does not count the "
                 "kernel's.\n\n");
    write_matrix(file, figures, "debug", three, "\n### Debuggers and sanitizers\n\n");
    fputc('\n', file);
}

/* ---- The file ---- */

static char *read_file(const char *path)
{
    FILE *const file = fopen(path, "r");
    if (!file)
        return NULL;
    enum { MOST = 1 << 20 };
    char *const text = calloc(1, MOST);
    expect(text != NULL, "there is memory");
    const size_t length = fread(text, 1, MOST - 1, file);
    text[length] = '\0';
    fclose(file);
    return text;
}

bool replace_part(const char *path, const struct facts *facts, const struct figures *figures)
{
    char *const text = read_file(path);
    char *const begin = text ? strstr(text, begin_marker) : NULL;
    char *const end = begin ? strstr(begin, end_marker) : NULL;
    FILE *const file = end ? fopen(path, "w") : NULL;
    if (file) {
        fwrite(text, 1, (size_t)(begin - text) + strlen(begin_marker), file);
        write_page(file, facts, figures);
        fputs(end, file);
        fclose(file);
    }
    free(text);
    return file != NULL;
}
