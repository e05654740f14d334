/* SPDX-License-Identifier: MIT */
/* The parent's part of a measurement: which processes run, in which order, and what their lines
 * mean. */
#define _POSIX_C_SOURCE 200809L
#include "compare.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_STYLES = 16, MOST_SECONDS = 60, LATE = 75 };

/* ---- Figures ---- */

struct figure *add_figure(struct figures *figures, const char *group, const char *workload,
                          double n, const char *style, const char *unit)
{
    if (figures->count % 64 == 0)
        figures->all = realloc(figures->all, (figures->count + 64) * sizeof figures->all[0]);
    expect(figures->all != NULL, "there is memory");
    struct figure *const figure = &figures->all[figures->count++];
    *figure = (struct figure){.n = n};
    snprintf(figure->group, sizeof figure->group, "%s", group);
    snprintf(figure->workload, sizeof figure->workload, "%s", workload);
    snprintf(figure->style, sizeof figure->style, "%s", style);
    snprintf(figure->unit, sizeof figure->unit, "%s", unit);
    return figure;
}

static void add_value(struct figures *figures, const char *group, const char *workload, double n,
                      const char *style, const char *unit, double value)
{
    struct figure *const figure = add_figure(figures, group, workload, n, style, unit);
    figure->median = figure->low = figure->high = figure->p99 = value;
    figure->samples = 1;
}

/* n < 0: any n. */
const struct figure *find_figure(const struct figures *figures, const char *group,
                                 const char *workload, double n, const char *style)
{
    for (const struct figure *each = figures->all; each < figures->all + figures->count; each++)
        if (!strcmp(each->group, group) && !strcmp(each->workload, workload) &&
            (n < 0 || (each->n <= n && each->n >= n)) && !strcmp(each->style, style))
            return each;
    return NULL;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double percentile(double *values, size_t count, double part)
{
    qsort(values, count, sizeof *values, by_value);
    const double at = part * (double)(count - 1);
    const size_t below = (size_t)at;
    const double rest = at - (double)below;
    return below + 1 < count ? values[below] * (1 - rest) + values[below + 1] * rest
                             : values[below];
}

/* ---- Random order ---- */

static uint64_t random_number(void)
{
    static uint64_t state;
    if (!state)
        state = settings.seed | 1;
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 2685821657736338717u;
}

static void shuffle(size_t *order, size_t count)
{
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        const size_t other = (size_t)(random_number() >> 33) % i, kept = order[i - 1];
        order[i - 1] = order[other];
        order[other] = kept;
    }
}

/* ---- Children ---- */

static const char *reason_missing(const struct measured_style *style)
{
    return style->missing ? *style->missing : NULL;
}

struct command {
    char text[8][32];
    char *arguments[12];
};

/* Fills in the command that measures a workload of the style. */
static void make_command(struct command *command, const struct measured_style *style,
                         const char *workload, size_t n)
{
    static char python[] = "python3", peer[] = COMPARE_FOLDER "/peer.py", child[] = "--child";
    char(*const text)[32] = command->text;
    size_t at = 0;
    snprintf(text[0], sizeof text[0], "%s", workload);
    snprintf(text[1], sizeof text[1], "%s", style->name);
    snprintf(text[2], sizeof text[2], "%zu", n);
    snprintf(text[3], sizeof text[3], "%g",
             is_small && style->is_program ? 0 : settings.milliseconds);
    snprintf(text[4], sizeof text[4], "%s", is_small ? "0.1" : "10");
    snprintf(text[5], sizeof text[5], "%zu", memory_limit >> 20);
    if (style->is_program) {
        command->arguments[at++] = python;
        command->arguments[at++] = peer;
        command->arguments[at++] = text[0];
        command->arguments[at++] = text[2];
        command->arguments[at++] = text[3];
        command->arguments[at++] = text[4];
        command->arguments[at++] = text[5];
    } else {
        snprintf(text[6], sizeof text[6], "--memory=%zu", memory_limit >> 20);
        snprintf(text[7], sizeof text[7], is_small ? "--small" : "--large");
        command->arguments[at++] = settings.self;
        command->arguments[at++] = text[6];
        command->arguments[at++] = text[7];
        command->arguments[at++] = child;
        command->arguments[at++] = text[0];
        command->arguments[at++] = text[1];
        command->arguments[at++] = text[2];
        command->arguments[at++] = text[3];
    }
    command->arguments[at] = NULL;
}

static bool has_operation(const struct measured_style *style, const char *workload)
{
    if (style->is_program)
        return strcmp(workload, "pipe-2-cpus") != 0 && strcmp(workload, "compute") != 0;
    for (const struct operation *each = style->operations; each && each->workload; each++)
        if (!strcmp(each->workload, workload))
            return true;
    return false;
}

/* ---- Operations ---- */

/* The rounds of one style, of all its processes. */
struct cell {
    const struct measured_style *style;
    const struct workload *workload;
    double *cpu, *wall; /* ns for each operation */
    size_t count;
    bool is_over; /* refused, or failed */
    char note[200];
};

static void take_round(char *line, void *data)
{
    struct cell *const cell = data;
    double operations, cpu, wall;
    if (sscanf(line, "round %lf %lf %lf", &operations, &cpu, &wall) == 3 && operations > 0) {
        if (cell->count % 512 == 0) {
            cell->cpu = realloc(cell->cpu, (cell->count + 512) * sizeof *cell->cpu);
            cell->wall = realloc(cell->wall, (cell->count + 512) * sizeof *cell->wall);
            expect(cell->cpu && cell->wall, "there is memory");
        }
        cell->cpu[cell->count] = cpu / operations;
        cell->wall[cell->count++] = wall / operations;
    } else if (!strncmp(line, "refused ", 8)) {
        snprintf(cell->note, sizeof cell->note, "%.*s", (int)sizeof cell->note - 1, line + 8);
        cell->is_over = true;
    }
}

static void run_cell(struct cell *cell, size_t n)
{
    struct command command;
    if (cell->is_over)
        return;
    make_command(&command, cell->style, cell->workload->name, n);
    if (run_program(command.arguments, MOST_SECONDS, take_round, cell) == 0)
        return;
    cell->is_over = true;
    cell->count = 0;
    snprintf(cell->note, sizeof cell->note, "it failed, or took more than %d s", MOST_SECONDS);
}

static void add_cell(struct figures *figures, const struct cell *cell, size_t n)
{
    struct figure *const figure =
        add_figure(figures, cell->workload->group, cell->workload->name,
                   n == NO_CALLS ? 0 : (double)n, cell->style->name, "ns");
    double *const shown = cell->workload->shows_wall ? cell->wall : cell->cpu;
    snprintf(figure->note, sizeof figure->note, "%s", cell->note);
    if (cell->count) {
        figure->samples = cell->count;
        figure->median = percentile(shown, cell->count, 0.5);
        figure->low = percentile(shown, cell->count, 0.25);
        figure->high = percentile(shown, cell->count, 0.75);
        figure->p99 = percentile(cell->wall, cell->count, 0.99);
    }
    print_figure(figure);
}

/* Returns how many styles have the workload; of those that are not here, there is a note. */
static size_t open_cells(struct cell *cells, const struct workload *workload, size_t n)
{
    size_t count = 0;
    for (const struct measured_style *style = all_styles; style->name; style++) {
        if (!has_operation(style, workload->name))
            continue;
        struct cell *const cell = &cells[count++];
        *cell = (struct cell){.style = style, .workload = workload};
        if (reason_missing(style)) {
            cell->is_over = true;
            snprintf(cell->note, sizeof cell->note, "not here: %s", reason_missing(style));
        } else if (style->most && n != NO_CALLS && n > style->most) {
            cell->is_over = true;
            snprintf(cell->note, sizeof cell->note, "measured up to %zu only", style->most);
        }
    }
    return count;
}

/* Returns the seconds since the first call. */
static double elapsed(void)
{
    static time_t start;
    const time_t now = time(NULL);
    if (!start)
        start = now;
    return difftime(now, start);
}

static void measure_size(struct figures *figures, const struct workload *workload, size_t n)
{
    struct cell cells[MOST_STYLES];
    size_t order[MOST_STYLES];
    const size_t count = open_cells(cells, workload, n);
    const unsigned processes = settings.processes * (workload->once && !is_small ? 5 : 1);
    for (unsigned i = 0; i < processes; i++) {
        if (i > 0 && elapsed() > LATE) /* then one process for each figure */
            break;
        shuffle(order, count);
        for (size_t j = 0; j < count; j++)
            run_cell(&cells[order[j]], n);
    }
    for (size_t i = 0; i < count; i++) {
        add_cell(figures, &cells[i], n);
        free(cells[i].cpu);
        free(cells[i].wall);
    }
}

void measure_operations(struct figures *figures, bool (*is_wanted)(const char *workload))
{
    for (const struct workload *each = workloads; each->name; each++) {
        const size_t *const sizes = is_small ? each->small_sizes : each->sizes;
        if (!strcmp(each->group, "operations") && is_wanted(each->name))
            for (const size_t *n = sizes; *n; n++)
                measure_size(figures, each, *n);
    }
}

/* ---- Memory, limits, the million ---- */

struct values {
    struct figures *figures;
    const char *group;
    const struct measured_style *style;
    size_t first; /* of the figures of this child */
};

static void take_value(char *line, void *data)
{
    struct values *const values = data;
    char name[32];
    double value;
    if (sscanf(line, "value %31s %lf", name, &value) == 2) {
        const char *const unit = !strcmp(name, "tasks") ? "tasks"
                                 : !strcmp(name, "cpu") ? "s"
                                                        : "bytes";
        add_value(values->figures, values->group, name, 0, values->style->name, unit, value);
    } else if (!strncmp(line, "refused ", 8)) {
        struct figure *const figure =
            add_figure(values->figures, values->group, "refusal", 0, values->style->name, "");
        snprintf(figure->note, sizeof figure->note, "%.*s", (int)sizeof figure->note - 1, line + 8);
    }
}

static void end_values(const struct values *values, int status)
{
    if (status != 0)
        snprintf(
            add_figure(values->figures, values->group, "refusal", 0, values->style->name, "")->note,
            sizeof values->figures->all[0].note, "it failed, or took more than %d s", MOST_SECONDS);
    for (size_t i = values->first; i < values->figures->count; i++)
        print_figure(&values->figures->all[i]);
}

/* Not every style has all groups. A process is too large for many, and Pth too slow. Two programs
 * with threads, side by side, would share the limit of the machine. */
static bool has_population(const struct measured_style *style, const char *group)
{
    if (style->is_program)
        return true;
    if (!style->population)
        return false;
    if (!strcmp(group, "memory"))
        return true;
    if (!style->population->wait || style->population->add_others)
        return false;
    return !strcmp(group, "limits") || !style->is_variant || !style->operations;
}

/* The processes of `million` run side by side, since they mostly sleep. */
void measure_populations(struct figures *figures, const char *group)
{
    const struct workload *const workload = workload_named(group);
    const bool side_by_side = !strcmp(group, "million");
    const size_t n = is_small ? workload->small_sizes[0] : workload->sizes[0];
    struct program programs[MOST_STYLES];
    size_t order[MOST_STYLES], count = 0;
    const struct measured_style *styles[MOST_STYLES];
    for (const struct measured_style *style = all_styles; style->name; style++)
        if (has_population(style, group) && !reason_missing(style))
            styles[count++] = style;
    shuffle(order, count);
    for (size_t i = 0; i < count; i++) {
        struct command command;
        struct values values = {figures, group, styles[order[i]], figures->count};
        make_command(&command, values.style, group, n);
        expect(start_program(&programs[i], command.arguments, MOST_SECONDS), "a process starts");
        if (!side_by_side)
            end_values(&values, finish_program(&programs[i], take_value, &values));
    }
    for (size_t i = 0; side_by_side && i < count; i++) {
        struct values values = {figures, group, styles[order[i]], figures->count};
        end_values(&values, finish_program(&programs[i], take_value, &values));
    }
}

/* ---- Code, and debuggers: scripts ---- */

struct script {
    struct figures *figures;
    const char *group;
};

/* `value WORKLOAD STYLE UNIT NUMBER`, or `note WORKLOAD STYLE TEXT`. */
static void take_script(char *line, void *data)
{
    const struct script *const script = data;
    char workload[32], style[32], unit[16];
    double value;
    int at = 0;
    if (sscanf(line, "value %31s %31s %15s %lf", workload, style, unit, &value) == 4) {
        add_value(script->figures, script->group, workload, 0, style, unit, value);
    } else if (sscanf(line, "note %31s %31s %n", workload, style, &at) == 2 && at > 0) {
        struct figure *const figure =
            add_figure(script->figures, script->group, workload, 0, style, "");
        snprintf(figure->note, sizeof figure->note, "%.*s", (int)sizeof figure->note - 1,
                 line + at);
    } else {
        return;
    }
    print_figure(&script->figures->all[script->figures->count - 1]);
}

/* Returns the folder of this program, in which its objects lie. */
static char *own_folder(void)
{
    static char folder[4096];
    snprintf(folder, sizeof folder, "%s", settings.self);
    *strrchr(folder, '/') = '\0';
    return folder;
}

static void run_script(struct figures *figures, const char *group, const char *name)
{
    static char shell[] = "sh", sources[] = COMPARE_FOLDER, small[] = "small", large[] = "large";
    char path[sizeof sources + 32];
    struct script script = {figures, group};
    snprintf(path, sizeof path, "%s/%s", sources, name);
    char *const arguments[] = {shell, path, sources, own_folder(), is_small ? small : large, NULL};
    const int status = run_program(arguments, 120, take_script, &script);
    if (status != 0)
        snprintf(add_figure(figures, group, "all", 0, "all", "")->note, sizeof figures->all[0].note,
                 "%s has failed", name);
}

void measure_code(struct figures *figures)
{
    run_script(figures, "code", "code.sh");
}

void measure_debugging(struct figures *figures)
{
    run_script(figures, "debug", "debug.sh");
}

/* ---- Instructions ---- */

static void take_total(char *line, void *data)
{
    double *const total = data, value;
    const char *const found = strstr(line, "Collected : ");
    if (found && sscanf(found, "Collected : %lf", &value) == 1)
        *total = value;
}

/* Starts valgrind, which writes to standard output, where finish_program reads. */
static bool start_counting(struct program *program, const struct measured_style *style,
                           const char *workload, size_t n, size_t passes)
{
    static char valgrind[] = "valgrind", tool[] = "--tool=callgrind",
                file[] = "--callgrind-out-file=/dev/null", log[] = "--log-fd=1";
    struct command command;
    char *arguments[16] = {valgrind, tool, file, log}, text[32];
    size_t at = 4;
    make_command(&command, style, workload, n);
    for (char **each = command.arguments; *each; each++)
        arguments[at++] = *each;
    snprintf(text, sizeof text, "%zu", passes);
    arguments[at++] = text;
    arguments[at] = NULL;
    return start_program(program, arguments, MOST_SECONDS);
}

/* The difference of two runs, so that the start of the program does not count. */
static void count_instructions(struct figures *figures, const struct measured_style *style,
                               const char *workload, size_t n, double operations)
{
    const size_t passes = is_small ? 1 : (size_t)(2000 / operations) + 1;
    double few = 0, many = 0;
    struct program first, second;
    const bool started = start_counting(&first, style, workload, n, passes) &&
                         start_counting(&second, style, workload, n, 3 * passes);
    const bool ended = started && finish_program(&first, take_total, &few) == 0;
    if (ended && finish_program(&second, take_total, &many) == 0 && many > few) {
        add_value(figures, "instructions", workload, (double)n, style->name, "instructions",
                  (many - few) / (2.0 * (double)passes * operations));
    } else {
        struct figure *const figure =
            add_figure(figures, "instructions", workload, (double)n, style->name, "instructions");
        snprintf(figure->note, sizeof figure->note, "not here: valgrind did not run it");
    }
    print_figure(&figures->all[figures->count - 1]);
}

void measure_instructions(struct figures *figures)
{
    static const struct {
        const char *workload;
        size_t n;
        double operations; /* of a pass */
    } rows[] = {{"create", 100, 100},
                {"yield", 100, 100},
                {"lock", 100, 100},
                {"yield-depth", 10, 100},
                {"calls", 10, 1}};
    static const char *const styles[] = {"stackless", "stackful", "stackful-ucontext", "threads",
                                         "pth"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t j = 0; j < sizeof styles / sizeof styles[0]; j++) {
            const struct measured_style *const style = style_named(styles[j]);
            if (!reason_missing(style) && has_operation(style, rows[i].workload))
                count_instructions(figures, style, rows[i].workload, rows[i].n, rows[i].operations);
        }
}
