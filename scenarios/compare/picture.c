/* SPDX-License-Identifier: MIT */
/* The picture: on the left what a switch costs among n tasks, on the right what a task needs. Both
 * axes of numbers are logarithmic. */
#include "compare.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 960, HEIGHT = 420, TOP = 56, BOTTOM = 340, LEFT = 60, MIDDLE = 520, BARS = 740 };

static const struct {
    const char *style, *color; /* a class, whose color differs in light and dark */
    int below;                 /* moves the name down, away from another name */
} lines[] = {
    {"stackless", "s0", 0}, {"stackful", "s1", 0},  {"stackful-ucontext", "s2", 9},
    {"threads", "s3", 0},   {"processes", "s4", 0}, {"pth", "s5", 3},
    {"asyncio", "s6", -3},
};

enum { LINES = sizeof lines / sizeof lines[0] };

static const char style_sheet[] =
    "<style>\n"
    "text { font: 12px sans-serif; fill: #24292f } .title { font-weight: bold; font-size: 14px }\n"
    ".note { fill: #57606a } .end { text-anchor: end } .mid { text-anchor: middle }\n"
    ".grid { stroke: #d0d7de } .back { fill: #ffffff }\n"
    "polyline { fill: none; stroke-width: 2 }\n"
    ".s0 { --c: #0969da } .s1 { --c: #bf3989 } .s2 { --c: #e16f24 } .s3 { --c: #1a7f37 }\n"
    ".s4 { --c: #6e7781 } .s5 { --c: #8250df } .s6 { --c: #9a6700 }\n"
    "polyline { stroke: var(--c) } circle, rect.bar, text.name { fill: var(--c) }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "text { fill: #e6edf3 } .note { fill: #9198a1 } .grid { stroke: #3d444d }\n"
    ".back { fill: #0d1117 }\n"
    ".s0 { --c: #58a6ff } .s1 { --c: #f778ba } .s2 { --c: #f0883e } .s3 { --c: #3fb950 }\n"
    ".s4 { --c: #9198a1 } .s5 { --c: #bc8cff } .s6 { --c: #d29922 }\n"
    "text.name { fill: var(--c) }\n"
    "}\n"
    "</style>\n";

/* ---- Left: the switch ---- */

struct axis {
    double least, most; /* powers of ten */
    double from, to;    /* on the picture */
};

static double on(const struct axis *axis, double value)
{
    const double part = (log10(value) - axis->least) / (axis->most - axis->least);
    return axis->from + part * (axis->to - axis->from);
}

static bool is_switch(const struct figure *figure)
{
    return !strcmp(figure->group, "operations") && !strcmp(figure->workload, "yield") &&
           figure->samples > 0;
}

/* Returns the axis of times, from whole powers of ten to whole powers of ten. */
static struct axis axis_of_times(const struct figures *figures)
{
    double least = 10, most = 100;
    for (const struct figure *each = figures->all; each < figures->all + figures->count; each++)
        if (is_switch(each)) {
            least = fmin(least, each->median);
            most = fmax(most, each->median);
        }
    return (struct axis){floor(log10(least)), ceil(log10(most)), BOTTOM, TOP};
}

static void write_grid(FILE *file, const struct axis *x, const struct axis *y)
{
    for (double power = y->least; power <= y->most; power++) {
        const double at = on(y, pow(10, power));
        fprintf(file, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>\n", LEFT,
                MIDDLE, at, at);
        fprintf(file, "<text class=\"note end\" x=\"%d\" y=\"%.1f\">%g</text>\n", LEFT - 6, at + 4,
                pow(10, power));
    }
    for (double power = 0; power <= x->most; power++)
        fprintf(file, "<text class=\"note mid\" x=\"%.1f\" y=\"%d\">%.0f</text>\n",
                on(x, pow(10, power)), BOTTOM + 18, pow(10, power));
}

static void write_line(FILE *file, const struct figures *figures, size_t line, const struct axis *x,
                       const struct axis *y)
{
    const struct figure *last = NULL;
    fprintf(file, "<g class=\"%s\"><title>%s</title>\n<polyline points=\"", lines[line].color,
            lines[line].style);
    for (const struct figure *each = figures->all; each < figures->all + figures->count; each++)
        if (is_switch(each) && !strcmp(each->style, lines[line].style)) {
            fprintf(file, "%.1f,%.1f ", on(x, each->n), on(y, each->median));
            last = each;
        }
    fputs("\"/>\n", file);
    for (const struct figure *each = figures->all; each < figures->all + figures->count; each++)
        if (is_switch(each) && !strcmp(each->style, lines[line].style))
            fprintf(file,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%s, %.0f tasks: %s ns"
                    "</title></circle>\n",
                    on(x, each->n), on(y, each->median), each->style, each->n, shown(each->median));
    if (last && last->n < 1e6)
        fprintf(file, "<text class=\"name\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", on(x, last->n) + 7,
                on(y, last->median) + 4 + lines[line].below, lines[line].style);
    else if (last)
        fprintf(file, "<text class=\"name end\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
                on(x, last->n) + 4, on(y, last->median) - 8, lines[line].style);
    fputs("</g>\n", file);
}

/* ---- Right: the memory ---- */

/* Returns resident bytes, page tables and the kernel's stack of a waiting task; 0: unknown. */
static double bytes_of(const struct figures *figures, const char *style)
{
    static const char *const parts[] = {"resident", "page-tables", "kernel-stacks"};
    double sum = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const struct figure *const part = find_figure(figures, "memory", parts[i], -1, style);
        if (part && part->median > 0)
            sum += part->median;
    }
    return sum;
}

static void write_bars(FILE *file, const struct figures *figures)
{
    const struct axis x = {1, 6, BARS - 60, WIDTH - 70};
    double y = TOP;
    for (size_t i = 0; i < LINES; i++) {
        const double bytes = bytes_of(figures, lines[i].style);
        if (bytes < 11)
            continue;
        fprintf(file, "<g class=\"%s\"><title>%s: %s bytes</title>\n", lines[i].color,
                lines[i].style, shown(bytes));
        fprintf(file, "<text class=\"name end\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", x.from - 8,
                y + 16, lines[i].style);
        fprintf(file,
                "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"22\" rx=\"3\"/>"
                "\n<text x=\"%.1f\" y=\"%.1f\">%s</text>\n</g>\n",
                x.from, y, on(&x, bytes) - x.from, on(&x, bytes) + 6, y + 16, shown(bytes));
        y += 38;
    }
}

void write_picture(FILE *file, const struct figures *figures)
{
    const struct axis x = {0, 6.2, LEFT, MIDDLE}, y = axis_of_times(figures);
    fprintf(file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
            "height=\"%d\" role=\"img\">\n<title>What a switch and a task cost in each style"
            "</title>\n",
            WIDTH, HEIGHT, WIDTH, HEIGHT);
    fputs(style_sheet, file);
    fprintf(file, "<rect class=\"back\" width=\"%d\" height=\"%d\"/>\n", WIDTH, HEIGHT);
    fprintf(file,
            "<text class=\"title\" x=\"%d\" y=\"28\">A switch to the next task, in ns</text>\n",
            LEFT);
    fprintf(file, "<text class=\"title\" x=\"%d\" y=\"28\">A waiting task, in bytes</text>\n",
            BARS - 180);
    write_grid(file, &x, &y);
    for (size_t i = 0; i < LINES; i++)
        write_line(file, figures, i, &x, &y);
    fprintf(file, "<text class=\"note mid\" x=\"%d\" y=\"%d\">tasks in turn</text>\n",
            (LEFT + MIDDLE) / 2, BOTTOM + 40);
    fprintf(file,
            "<text class=\"note\" x=\"%d\" y=\"%d\">resident memory, page tables and the kernel's "
            "stack</text>\n",
            BARS - 180, BOTTOM + 18);
    fprintf(file, "<text class=\"note\" x=\"%d\" y=\"%d\">all axes are logarithmic</text>\n",
            BARS - 180, BOTTOM + 36);
    write_bars(file, figures);
    fputs("</svg>\n", file);
}
