/* SPDX-License-Identifier: MIT */
/* The timeline as an SVG: bars, arrows, brackets, bands of locks. Every part has a title, which a
 * browser shows when the pointer is above it. */
#include <stdlib.h>
#include <string.h>

#include "render.h"
#include "rows.h"

enum {
    MARGIN = 14,
    CHARACTER = 7, /* the widest that a character of a label is, on average, in pixels */
    TASK_HEIGHT = 24,
    BLOCK_HEIGHT = 15,
    LINE = 18, /* between lines of text */
    BAR = 16,  /* height of a bar */
    AXIS = 26, /* height of the axis */
    GAP = 12,  /* least width of a gap where the clock moves */
    WIDEST_GAP = 84,
    USUAL = 860,   /* width of a picture with few steps */
    WIDEST = 3000, /* of a picture by steps */
    MOST_ARROWS = 500
};

/* The palette is that of Okabe and Ito, whose colours differ for colour-blind readers, too. States
 * differ by pattern and height as well. */
static const char style[] =
    "<style>\n"
    ".p{--bg:#fff;--fg:#1f2328;--dim:#6e7781;--grid:#d0d7de;--run:#0072b2;--ready:#e69f00;"
    "--wait:#e7ebef;--line:#8c959f;--cancel:#a8327a;--fail:#c43c00;--block:#57606a;--lock:#009e73;"
    "--on:#fff}\n"
    "@media(prefers-color-scheme:dark){.p{--bg:#0d1117;--fg:#e6edf3;--dim:#9198a1;--grid:#30363d;"
    "--run:#56b4e9;--ready:#e69f00;--wait:#262c36;--line:#8b949e;--cancel:#ea8fc6;--fail:#ff8a4c;"
    "--block:#9ea7b3;--lock:#2fbf93;--on:#0d1117}}\n"
    ".p{font:12px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif}\n"
    ".bg{fill:var(--bg)}text{fill:var(--fg)}.dim{fill:var(--dim)}.title{font-weight:600}\n"
    ".grid{stroke:var(--grid);stroke-dasharray:2 3}.tree{stroke:var(--grid);fill:none}\n"
    ".run{fill:var(--run)}.ready{fill:url(#hatch);stroke:var(--ready)}.wait{fill:var(--wait)}\n"
    ".hatch{stroke:var(--ready);stroke-width:2}.label{font-size:11px}\n"
    ".arrow{stroke:var(--line);stroke-width:1.4;fill:none}.halo{stroke:var(--bg);stroke-width:4;"
    "fill:none;opacity:.7}.head{fill:var(--line)}.dot{fill:var(--on);stroke:var(--line)}\n"
    ".creates .arrow{stroke-dasharray:3 2}.cancels .arrow{stroke:var(--cancel)}"
    ".cancels .head{fill:var(--cancel)}.cancels .dot{stroke:var(--cancel)}\n"
    ".bracket{stroke:var(--block);fill:none;stroke-width:1.4}.timeout .bracket{stroke-dasharray:5 "
    "3}.block text{fill:var(--block);font-size:11px}\n"
    ".lock{fill:var(--lock);fill-opacity:.25;stroke:var(--lock)}\n"
    ".mark{stroke-width:2.2;fill:none;stroke-linecap:round}.returned{stroke:var(--run)}"
    ".cancelled{stroke:var(--cancel)}.failed{stroke:var(--fail)}\n"
    "</style>\n";

struct canvas {
    const struct model *model;
    const struct view *view;
    struct buffer *buffer;
    bool by_steps, has_arrows;
    int names;                  /* width of the names, in pixels */
    int width;                  /* behind the names */
    double step, gap;           /* by steps: width of a step, and where the clock moves */
    double *x;                  /* by steps: where each column begins */
    double tail;                /* width behind the last step, if a task goes on */
    int *y;                     /* top of each row */
    int bottom;                 /* of the rows */
    const struct arrow **drawn; /* the arrows from row to row */
    int drawn_count;
    int notes; /* width of the longest note */
};

/* ---- Text ---- */

static void add_escaped(struct buffer *buffer, const char *text)
{
    for (; *text; text++) {
        if (*text == '&')
            add_text(buffer, "&amp;");
        else if (*text == '<')
            add_text(buffer, "&lt;");
        else if (*text == '>')
            add_text(buffer, "&gt;");
        else if (*text == '"')
            add_text(buffer, "&quot;");
        else
            add_bytes(buffer, text, 1);
    }
}

static double width_of(const char *text)
{
    double width = 0;
    for (uint32_t point; (point = next_point(&text));)
        width += point < 0x1100 ? CHARACTER - 0.7 : 2 * CHARACTER;
    return width;
}

static void add_label(struct canvas *canvas, double x, double y, const char *class,
                      const char *text)
{
    add_format(canvas->buffer, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, class);
    add_escaped(canvas->buffer, text);
    add_text(canvas->buffer, "</text>");
}

/* Adds a <title>: what the pointer shows. */
static void add_title(struct canvas *canvas, const char *text)
{
    add_text(canvas->buffer, "<title>");
    add_escaped(canvas->buffer, text);
    add_text(canvas->buffer, "</title>");
}

/* ---- Where things are ---- */

static double end_of_steps(const struct canvas *canvas)
{
    const int count = canvas->view->column_count;
    return count ? canvas->x[count - 1] + canvas->step : canvas->names;
}

/* Returns true if the point is in a step that has a column. */
static bool is_in_step(const struct canvas *canvas, struct point point)
{
    if (!canvas->by_steps || !point.inside || point.step >= canvas->model->step_count)
        return false;
    const int column = canvas->view->column_of_step[point.step];
    return column < canvas->view->column_count && canvas->view->columns[column].step == point.step;
}

/* Returns where a point is. In a step: where the step begins. */
static double x_of(const struct canvas *canvas, struct point point)
{
    const struct view *const view = canvas->view;
    const struct model *const model = canvas->model;
    if (!canvas->by_steps) {
        const double duration = model->duration ? (double)model->duration : 1;
        return canvas->names + (double)point.time / duration * canvas->width +
               (point.step > model->step_count ? canvas->tail : 0);
    }
    if (point.step > model->step_count)
        return end_of_steps(canvas) + canvas->tail;
    const int step = point.step;
    const int column = view->column_of_step[step];
    if (column == view->column_count)
        return end_of_steps(canvas);
    const struct column *const at = &view->columns[column];
    if (is_in_step(canvas, point) || !column || !at->gap || point.time >= at->time)
        return canvas->x[column];
    return canvas->x[column - 1] + canvas->step;
}

/* Returns where the step of a point ends, or where a point between steps is. */
static double end_of(const struct canvas *canvas, struct point point)
{
    return x_of(canvas, point) + (is_in_step(canvas, point) ? canvas->step : 0);
}

/* Returns where in a step an arrow is. Each kind has its own place. */
static double x_of_arrow(const struct canvas *canvas, const struct arrow *arrow)
{
    static const double places[] = {[CREATES] = 0.3, [WAKES] = 0.5, [CANCELS] = 0.72};
    const double x = x_of(canvas, arrow->at);
    return is_in_step(canvas, arrow->at) ? x + places[arrow->kind] * canvas->step : x;
}

static double middle_of(const struct canvas *canvas, int row)
{
    return canvas->y[row] + TASK_HEIGHT / 2.0;
}

/* Returns true if the arrow is drawn from row to row. */
static bool is_drawn(const struct canvas *canvas, const struct arrow *arrow)
{
    return canvas->has_arrows && arrow->from != arrow->to && is_shown(canvas->view, arrow->from) &&
           is_shown(canvas->view, arrow->to);
}

/* Returns true if an arrow passes the row between the two places. Sets *next behind the arrow. */
static bool is_crossed(const struct canvas *canvas, int row, double from, double to, double *next)
{
    for (int i = 0; i < canvas->drawn_count; i++) {
        const struct arrow *const arrow = canvas->drawn[i];
        const int one = canvas->view->row_of_task[arrow->from];
        const int other = canvas->view->row_of_task[arrow->to];
        const double x = x_of_arrow(canvas, arrow);
        if (x <= from - 3 || x >= to + 3 || row <= (one < other ? one : other) ||
            row >= (one < other ? other : one))
            continue;
        *next = x + 5;
        return true;
    }
    return false;
}

/* Puts a text between two places of a row, where no arrow passes. Puts none if there is no room. */
static void put_label(struct canvas *canvas, int row, double from, double to, double y,
                      const char *class, const char *text)
{
    const double width = width_of(text);
    double x = from + 4, next;
    while (x + width <= to - 2 && is_crossed(canvas, row, x, x + width, &next))
        x = next;
    if (x + width <= to - 2)
        add_label(canvas, x, y, class, text);
}

/* ---- Rows ---- */

static char *times_text(const struct canvas *canvas, struct point from, struct point to)
{
    char *const first = duration_text(canvas->model, from.time);
    char *const last = duration_text(canvas->model, to.time);
    char *const text = from.time == to.time ? format_text("at %s", first)
                                            : format_text("from %s to %s", first, last);
    free(first);
    free(last);
    return text;
}

static void add_span(struct canvas *canvas, int row, const struct task *task, int at)
{
    static const char *const classes[] = {[RUNNING] = "run", [READY] = "ready", [WAITING] = "wait"};
    const struct span *const span = &task->spans[at];
    const double from = x_of(canvas, span->from);
    double to = span->state == RUNNING ? end_of(canvas, span->to) : x_of(canvas, span->to);
    if (to - from < 1.5 && span->state == RUNNING)
        to = from + 1.5;
    if (to - from < 0.1)
        return;
    const double height = span->state == READY ? BAR / 2.0 : BAR;
    const double y = middle_of(canvas, row) - height / 2;
    add_format(canvas->buffer,
               "<g><rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"%s/>",
               classes[span->state], from, y, to - from, height,
               span->state == READY ? "" : " rx=\"2\"");
    char *const times = times_text(canvas, span->from, span->to);
    struct buffer title = {0};
    if (span->state == RUNNING) {
        add_format(&title, "%s runs %s", task->name, times);
    } else if (span->state == READY) {
        const struct arrow *const arrow =
            span->arrow == NONE ? NULL : &canvas->model->arrows[span->arrow];
        add_format(&title, "%s is ready %s", task->name, times);
        if (arrow)
            add_format(&title, "\n%s by %s",
                       arrow->kind == CREATES   ? "created"
                       : arrow->kind == CANCELS ? "cancelled"
                                                : "woken",
                       arrow->from == NONE ? arrow->what : canvas->model->tasks[arrow->from].name);
    } else {
        add_format(&title, "%s waits %s for: %s", task->name, times, span->what);
        if (span->holder != NONE)
            add_format(&title, ", which %s holds", canvas->model->tasks[span->holder].name);
        if (*span->where)
            add_format(&title, "\n%s", span->where);
    }
    add_title(canvas, title.s);
    if (span->state == WAITING)
        put_label(canvas, row, from, to, middle_of(canvas, row) + 4, "label", span->what);
    add_text(canvas->buffer, "</g>\n");
    free(times);
    free(title.s);
}

/* A hook for a return, a circle with a stroke for a cancellation, a cross for an error. */
static void add_end(struct canvas *canvas, int row, const struct task *task)
{
    static const char *const classes[] = {
        [RETURNED] = "returned", [CANCELLED] = "cancelled", [FAILED] = "failed"};
    static const char *const words[] = {
        [RETURNED] = "returns", [CANCELLED] = "ends cancelled", [FAILED] = "fails"};
    if (task->end == GOES_ON)
        return;
    const double x = end_of(canvas, task->ended) + 8, y = middle_of(canvas, row);
    add_format(canvas->buffer, "<g class=\"end\"><path class=\"mark %s\" d=\"", classes[task->end]);
    if (task->end == RETURNED)
        add_format(canvas->buffer, "M%.1f %.1fl3 4l6 -8", x - 4, y);
    else if (task->end == CANCELLED)
        add_format(canvas->buffer, "M%.1f %.1fa5 5 0 1 0 10 0a5 5 0 1 0 -10 0m1.5 3.5l7 -7", x - 5,
                   y);
    else
        add_format(canvas->buffer, "M%.1f %.1fl8 8m0 -8l-8 8", x - 4, y - 4);
    add_text(canvas->buffer, "\"/>");
    char *const time = duration_text(canvas->model, task->ended.time);
    char *const title = format_text("%s %s at %s%s%s", task->name, words[task->end], time,
                                    task->error ? ": " : "", task->error ? task->error : "");
    add_title(canvas, title);
    add_text(canvas->buffer, "</g>\n");
    free(title);
    free(time);
}

static void add_name(struct canvas *canvas, const struct row *row, double y, const char *class)
{
    char *const name = format_text("%s", row->name);
    add_label(canvas, MARGIN + 14.0 * row->level, y, class, name);
    free(name);
}

static void add_task(struct canvas *canvas, int row)
{
    const int at = canvas->view->rows[row].task;
    const struct task *const task = &canvas->model->tasks[at];
    add_format(canvas->buffer, "<g class=\"task\" id=\"task%d\">", at);
    add_name(canvas, &canvas->view->rows[row], middle_of(canvas, row) + 4, "name");
    add_text(canvas->buffer, "\n");
    /* Steps that are too short for the scale are above the waits beside them. */
    for (int state = WAITING; state >= RUNNING; state--)
        for (int i = 0; i < task->span_count; i++)
            if ((int)task->spans[i].state == state)
                add_span(canvas, row, task, i);
    add_text(canvas->buffer, "</g>\n");
}

/* Returns where a block begins: in a step, behind one that ends in the same step. */
static double begin_of_block(const struct canvas *canvas, const struct block *block)
{
    const double x = x_of(canvas, block->from);
    if (!is_in_step(canvas, block->from))
        return x;
    const int depth = block->depth < 3 ? block->depth : 3;
    return x + canvas->step * ((block->follows ? 0.55 : 0.1) + 0.1 * depth);
}

static double end_of_block(const struct canvas *canvas, const struct block *block)
{
    if (block->is_followed && is_in_step(canvas, block->to))
        return x_of(canvas, block->to) + canvas->step * 0.25;
    return end_of(canvas, block->to);
}

static void add_blocks(struct canvas *canvas, int row)
{
    const struct row *const at = &canvas->view->rows[row];
    const double top = canvas->y[row] + 4, bottom = canvas->y[row] + BLOCK_HEIGHT;
    for (int i = 0; i < canvas->model->block_count; i++) {
        const struct block *const block = &canvas->model->blocks[i];
        if (block->task != at->task || block->depth != at->index)
            continue;
        const double from = begin_of_block(canvas, block), to = end_of_block(canvas, block);
        const double label = width_of(block->name) + 8;
        double x = from + 6, next;
        while (x + label < to - 6 && is_crossed(canvas, row, x, x + label, &next))
            x = next;
        const bool fits = x + label < to - 6;
        add_format(canvas->buffer, "<g class=\"block %s\" data-task=\"task%d\">",
                   block->is_timeout ? "timeout" : "group", block->task);
        add_format(canvas->buffer, "<path class=\"bracket\" d=\"M%.1f %.1fV%.1f", from, bottom,
                   top);
        if (fits)
            add_format(canvas->buffer, "H%.1fM%.1f %.1f", x, x + label, top);
        add_format(canvas->buffer, "H%.1f", to);
        if (block->left && !block->broken)
            add_format(canvas->buffer, "V%.1f", bottom);
        add_text(canvas->buffer, "\"/>");
        if (block->broken)
            add_format(canvas->buffer,
                       "<path class=\"mark cancelled\" d=\"M%.1f %.1fl6 6m0 -6l-6 6\"/>", to - 3,
                       top - 3);
        char *const times = times_text(canvas, block->from, block->to);
        char *const title = format_text("%s of %s, %s%s", block->name,
                                        canvas->model->tasks[block->task].name, times,
                                        !block->broken      ? ""
                                        : block->is_timeout ? "; its time was over"
                                                            : "; it cancelled its tasks");
        add_title(canvas, title);
        if (fits)
            add_label(canvas, x + 4, top + 4, "label", block->name);
        add_text(canvas->buffer, "</g>\n");
        free(title);
        free(times);
    }
}

static void add_lock(struct canvas *canvas, int row)
{
    const struct row *const at = &canvas->view->rows[row];
    const struct lock *const lock = &canvas->model->locks[at->index];
    add_text(canvas->buffer, "<g class=\"holders\">");
    add_name(canvas, at, middle_of(canvas, row) + 4, "name dim");
    add_text(canvas->buffer, "\n");
    for (int i = 0; i < lock->hold_count; i++) {
        const struct hold *const hold = &lock->holds[i];
        const char *const holder = canvas->model->tasks[hold->task].name;
        const double from = x_of(canvas, hold->from);
        const double to = end_of(canvas, hold->to);
        add_format(canvas->buffer,
                   "<g><rect class=\"lock\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" "
                   "rx=\"2\"/>",
                   from + 1, middle_of(canvas, row) - BAR / 2.0, to - from > 3 ? to - from - 2 : 1,
                   BAR);
        char *const times = times_text(canvas, hold->from, hold->to);
        char *const title = format_text("%s holds the %s %s", holder, lock->name, times);
        add_title(canvas, title);
        put_label(canvas, row, from, to, middle_of(canvas, row) + 4, "label", holder);
        add_text(canvas->buffer, "</g>\n");
        free(title);
        free(times);
    }
    add_text(canvas->buffer, "</g>\n");
}

/* ---- Arrows ---- */

/* Adds a broad line below an arrow, in the colour of the background. All of them are below all
 * arrows. */
static void add_halo(struct canvas *canvas, const struct arrow *arrow)
{
    const double from = middle_of(canvas, canvas->view->row_of_task[arrow->from]);
    const double to = middle_of(canvas, canvas->view->row_of_task[arrow->to]);
    const double end = (BAR / 2.0 + 3) * (from < to ? 1 : -1);
    add_format(canvas->buffer, "<path class=\"halo\" d=\"M%.1f %.1fV%.1f\"/>\n",
               x_of_arrow(canvas, arrow), from + end, to - end);
}

static void add_arrow(struct canvas *canvas, const struct arrow *arrow)
{
    static const char *const kinds[] = {
        [CREATES] = "creates", [WAKES] = "wakes", [CANCELS] = "cancels"};
    const struct model *const model = canvas->model;
    const double x = x_of_arrow(canvas, arrow);
    if (!is_drawn(canvas, arrow)) {
        /* By a timeout or from outside: a cross in front of the step. */
        if (arrow->kind != CANCELS || !is_shown(canvas->view, arrow->to))
            return;
        const double y = middle_of(canvas, canvas->view->row_of_task[arrow->to]);
        add_format(canvas->buffer,
                   "<g class=\"request\"><path class=\"mark cancelled\" d=\"M%.1f %.1fl8 8m0 -8l-8 "
                   "8\"/>",
                   x - 10, y - 4);
        char *const title = format_text(
            "%s cancels %s", arrow->from == NONE ? arrow->what : model->tasks[arrow->from].name,
            model->tasks[arrow->to].name);
        add_title(canvas, title);
        add_text(canvas->buffer, "</g>\n");
        free(title);
        return;
    }
    const int source = canvas->view->row_of_task[arrow->from];
    const int target = canvas->view->row_of_task[arrow->to];
    const double down = source < target ? 1 : -1;
    const double from = middle_of(canvas, source) + down * (BAR / 2.0 - 3);
    const double to = middle_of(canvas, target) - down * (BAR / 2.0 - 2);
    add_format(canvas->buffer, "<g class=\"%s\" data-from=\"task%d\" data-to=\"task%d\">",
               kinds[arrow->kind], arrow->from, arrow->to);
    add_format(canvas->buffer,
               "<path class=\"arrow\" d=\"M%.1f %.1fV%.1f\"/><path class=\"head\" d=\"M%.1f "
               "%.1fl-4 %.1fh8z\"/><circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"2\"/>",
               x, from, to - 5 * down, x, to, -6 * down, x, from);
    char *const time = duration_text(model, arrow->at.time);
    char *const title = format_text("%s %s %s at %s", model->tasks[arrow->from].name,
                                    kinds[arrow->kind], model->tasks[arrow->to].name, time);
    add_title(canvas, title);
    add_text(canvas->buffer, "</g>\n");
    free(title);
    free(time);
}

/* ---- The axis ---- */

static void add_line(struct canvas *canvas, double x, uint64_t time, bool has_text)
{
    add_format(canvas->buffer, "<path class=\"grid\" d=\"M%.1f %dV%d\"/>", x,
               canvas->view->row_count ? canvas->y[0] - 6 : 0, canvas->bottom);
    if (has_text) {
        char *const text = duration_text(canvas->model, time);
        add_label(canvas, x, (canvas->view->row_count ? canvas->y[0] : 0) - 10.0, "label dim time",
                  text);
        free(text);
    }
    add_text(canvas->buffer, "\n");
}

static uint64_t interval_of_axis(const struct model *model, int most)
{
    static const unsigned factors[] = {2, 5, 10};
    for (uint64_t power = 1;; power *= 10)
        for (int i = 0; i < 3; i++)
            if (model->duration / (power * factors[i]) < (uint64_t)most)
                return power * factors[i];
}

static double gap_before(const struct canvas *canvas, int column)
{
    return canvas->view->columns[column].gap && column ? canvas->gap : 0;
}

static void add_axis(struct canvas *canvas)
{
    const struct view *const view = canvas->view;
    if (!canvas->by_steps) {
        const uint64_t interval = interval_of_axis(canvas->model, canvas->width / 90 + 1);
        for (uint64_t time = 0; time <= canvas->model->duration; time += interval)
            add_line(canvas, x_of(canvas, (struct point){.time = time}), time, true);
        return;
    }
    /* Where steps are narrow, not each gap has room for its time. */
    double end = 0;
    for (int i = 0; i < view->column_count; i++) {
        if (!view->columns[i].gap)
            continue;
        const double x = canvas->x[i] - (i ? GAP / 2.0 : 0);
        const bool has_text = x >= end;
        add_line(canvas, x, view->columns[i].time, has_text);
        if (!has_text)
            continue;
        char *const text = duration_text(canvas->model, view->columns[i].time);
        end = x + width_of(text) + 4;
        free(text);
    }
}

/* ---- The whole ---- */

static bool has_open_end(const struct model *model)
{
    for (int i = 0; i < model->task_count; i++)
        if (model->tasks[i].end == GOES_ON)
            return true;
    return false;
}

/* Places the columns, and leaves room behind each gap for the time. */
static void place_columns(struct canvas *canvas)
{
    const struct view *const view = canvas->view;
    double x = canvas->names, label_end = 0;
    for (int i = 0; i < view->column_count; i++) {
        const struct column *const column = &view->columns[i];
        if (column->gap) {
            char *const text = duration_text(canvas->model, column->time);
            if (x < label_end)
                x = label_end;
            label_end = x + width_of(text) + 10;
            free(text);
            x += gap_before(canvas, i);
        }
        canvas->x[i] = x;
        x += canvas->step;
    }
    if (x < label_end)
        x = label_end;
    canvas->width = (int)(x + canvas->tail) - canvas->names;
}

/* Lists the arrows that are drawn from row to row; none if there are too many. */
static void list_arrows(struct canvas *canvas)
{
    const struct model *const model = canvas->model;
    int room = 0;
    canvas->has_arrows = canvas->by_steps || !model->clock_stands;
    for (int i = 0; i < model->arrow_count && canvas->has_arrows; i++) {
        if (!is_drawn(canvas, &model->arrows[i]))
            continue;
        canvas->drawn = grow(canvas->drawn, canvas->drawn_count, &room, sizeof(*canvas->drawn));
        canvas->drawn[canvas->drawn_count++] = &model->arrows[i];
        canvas->has_arrows = canvas->drawn_count <= MOST_ARROWS;
    }
    if (!canvas->has_arrows)
        canvas->drawn_count = 0;
}

/* Few steps are wide, with room for the names of waits where the clock moves. */
static void choose_step_width(struct canvas *canvas)
{
    static const int widths[] = {30, 24, 18};
    for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
        canvas->step = widths[i];
        for (canvas->gap = WIDEST_GAP; canvas->gap >= GAP; canvas->gap -= 4) {
            place_columns(canvas);
            if (canvas->names + canvas->width <= USUAL)
                return;
        }
    }
    canvas->gap = GAP;
    place_columns(canvas);
}

static void choose_widths(struct canvas *canvas, enum axis axis)
{
    enum { WIDTH_OF_TIME = 900, TAIL = 70, LEAST_NAMES = 60, MOST_NAMES = 300 };
    const struct view *const view = canvas->view;
    double names = LEAST_NAMES;
    for (int i = 0; i < view->row_count; i++) {
        const double width = width_of(view->rows[i].name) + 14.0 * view->rows[i].level;
        names = width > names ? width : names;
    }
    canvas->names = MARGIN + (int)(names < MOST_NAMES ? names : MOST_NAMES) + 12;
    canvas->tail = has_open_end(canvas->model) ? TAIL : 0;
    canvas->by_steps = axis == AXIS_STEPS || (axis == AXIS_AUTO && canvas->model->clock_stands);
    if (canvas->by_steps)
        choose_step_width(canvas);
    if (canvas->by_steps && axis == AXIS_AUTO && canvas->width > WIDEST)
        canvas->by_steps = !canvas->model->duration;
    if (!canvas->by_steps)
        canvas->width = WIDTH_OF_TIME;
    list_arrows(canvas);
}

static void place_rows(struct canvas *canvas, int top)
{
    int y = top;
    for (int i = 0; i < canvas->view->row_count; i++) {
        canvas->y[i] = y;
        y += canvas->view->rows[i].kind == BLOCK_ROW ? BLOCK_HEIGHT : TASK_HEIGHT;
    }
    canvas->bottom = y + 4;
}

static char *heading(const struct canvas *canvas)
{
    const struct model *const model = canvas->model;
    const struct view *const view = canvas->view;
    struct buffer text = {0};
    char *const duration = duration_text(model, model->duration);
    add_format(&text, "%s%s%d task%s in %s", model->title ? model->title : "",
               model->title ? ": " : "", model->task_count, model->task_count == 1 ? "" : "s",
               duration);
    if (view->tasks_left_out)
        add_format(&text, "; %d tasks are left out", view->tasks_left_out);
    if (!canvas->has_arrows)
        add_text(&text, "; arrows are left out");
    if (model->lost)
        add_format(&text, "; the %s %llu records are lost", model->lost_first ? "first" : "last",
                   (unsigned long long)model->lost);
    free(duration);
    return text.s;
}

static int add_notes(struct canvas *canvas, int y)
{
    enum { MOST = 20 };
    static const char *const classes[] = {
        [REQUEST] = "cancelled", [FAILURE_NOTE] = "failed", [DEADLOCK] = "failed"};
    int drawn = 0, more = 0;
    for (int i = 0; i < canvas->model->note_count; i++) {
        const struct note *const note = &canvas->model->notes[i];
        if (!is_shown(canvas->view, note->task) || drawn == MOST) {
            more++;
            continue;
        }
        y += LINE;
        drawn++;
        char *const time = duration_text(canvas->model, note->at.time);
        char *const text = note->more
                               ? format_text("%s: %s and %d more", time, note->text, note->more)
                               : format_text("%s: %s", time, note->text);
        add_format(canvas->buffer,
                   "<g class=\"note\"><path class=\"mark %s\" d=\"M%d %dl7 7m0 -7l-7 7\"/>",
                   classes[note->kind], MARGIN + 1, y - 8);
        add_label(canvas, MARGIN + 16, y, "label", text);
        add_text(canvas->buffer, "</g>\n");
        const int width = (int)width_of(text) + MARGIN + 16;
        canvas->notes = width > canvas->notes ? width : canvas->notes;
        free(text);
        free(time);
    }
    if (more) {
        char *const text = format_text("… %d more", more);
        y += LINE;
        add_label(canvas, MARGIN + 16, y, "label", text);
        free(text);
    }
    return y;
}

static int add_legend(struct canvas *canvas, int y)
{
    static const struct {
        const char *text, *shape;
        int arrow, end; /* only if the model has this kind; -1: always */
    } entries[] = {
        {"runs", "<rect class=\"run\" width=\"14\" height=\"12\" rx=\"2\"/>", -1, -1},
        {"is ready", "<rect class=\"ready\" y=\"2\" width=\"14\" height=\"8\"/>", -1, -1},
        {"waits", "<rect class=\"wait\" width=\"14\" height=\"12\" rx=\"2\"/>", -1, -1},
        {"creates",
         "<g class=\"creates\"><path class=\"arrow\" d=\"M7 0V8\"/><path class=\"head\" d=\"M7 "
         "13l-4 -6h8z\"/></g>",
         CREATES, -1},
        {"wakes",
         "<g class=\"wakes\"><path class=\"arrow\" d=\"M7 0V8\"/><path class=\"head\" d=\"M7 13l-4 "
         "-6h8z\"/></g>",
         WAKES, -1},
        {"cancels",
         "<g class=\"cancels\"><path class=\"arrow\" d=\"M7 0V8\"/><path class=\"head\" d=\"M7 "
         "13l-4 -6h8z\"/></g>",
         CANCELS, -1},
        {"returns", "<path class=\"mark returned\" d=\"M3 6l3 4l6 -8\"/>", -1, RETURNED},
        {"ends cancelled",
         "<path class=\"mark cancelled\" d=\"M2 6a5 5 0 1 0 10 0a5 5 0 1 0 -10 0m1.5 3.5l7 -7\"/>",
         -1, CANCELLED},
        {"fails", "<path class=\"mark failed\" d=\"M3 2l8 8m0 -8l-8 8\"/>", -1, FAILED},
    };
    bool has_arrow[CANCELS + 1] = {false}, has_end[FAILED + 1] = {false};
    for (int i = 0; i < canvas->model->arrow_count; i++)
        has_arrow[canvas->model->arrows[i].kind] |= is_drawn(canvas, &canvas->model->arrows[i]);
    for (int i = 0; i < canvas->model->task_count; i++)
        has_end[canvas->model->tasks[i].end] |= is_shown(canvas->view, i);
    const int least = canvas->names + canvas->width;
    double x = MARGIN;
    y += LINE + 8;
    for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
        if ((entries[i].arrow >= 0 && !has_arrow[entries[i].arrow]) ||
            (entries[i].end >= 0 && !has_end[entries[i].end]))
            continue;
        const double width = 20 + width_of(entries[i].text) + 14;
        if (x > MARGIN && x + width > least) {
            x = MARGIN;
            y += LINE;
        }
        add_format(canvas->buffer, "<g class=\"legend\" transform=\"translate(%.1f %d)\">%s</g>", x,
                   y - 10, entries[i].shape);
        add_label(canvas, x + 20, y, "label dim", entries[i].text);
        add_text(canvas->buffer, "\n");
        x += width;
    }
    return y;
}

void draw_svg(struct buffer *buffer, const struct model *model, const struct picture *picture)
{
    enum { MOST_TASKS = 100, LEAST_WIDTH = 420 };
    struct view view = choose_view(model, picture->most_tasks ? picture->most_tasks : MOST_TASKS);
    struct buffer body = {0};
    struct canvas canvas = {.model = model, .view = &view, .buffer = &body};
    canvas.x = resize(NULL, (size_t)view.column_count + 1, sizeof(*canvas.x));
    canvas.y = resize(NULL, (size_t)view.row_count + 1, sizeof(*canvas.y));
    choose_widths(&canvas, picture->axis);
    place_rows(&canvas, MARGIN + LINE + AXIS);
    char *const title = heading(&canvas);
    add_label(&canvas, MARGIN, MARGIN + 12, "title", title);
    add_text(&body, "\n");
    add_axis(&canvas);
    for (int i = 0; i < view.row_count; i++) {
        const struct row *const row = &view.rows[i];
        if (row->kind == TASK_ROW)
            add_task(&canvas, i);
        else if (row->kind == BLOCK_ROW)
            add_blocks(&canvas, i);
        else if (row->kind == LOCK_ROW)
            add_lock(&canvas, i);
        else
            add_name(&canvas, row, middle_of(&canvas, i) + 4, "name dim");
    }
    for (int i = 0; i < canvas.drawn_count; i++)
        add_halo(&canvas, canvas.drawn[i]);
    for (int i = 0; i < model->arrow_count; i++)
        add_arrow(&canvas, &model->arrows[i]);
    /* The ends are above arrows that pass. */
    for (int i = 0; i < view.row_count; i++)
        if (view.rows[i].kind == TASK_ROW)
            add_end(&canvas, i, &model->tasks[view.rows[i].task]);
    const int bottom = add_legend(&canvas, add_notes(&canvas, canvas.bottom + 2));
    int width = canvas.names + canvas.width + MARGIN + 14;
    const int least = (int)width_of(title) + 2 * MARGIN;
    width = width > least ? width : least;
    width = width > LEAST_WIDTH ? width : LEAST_WIDTH;
    width = width > canvas.notes ? width : canvas.notes;
    add_format(buffer,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"p\" width=\"%d\" height=\"%d\" "
               "viewBox=\"0 0 %d %d\" role=\"img\">\n<title>",
               width, bottom + MARGIN, width, bottom + MARGIN);
    add_escaped(buffer, title);
    add_text(buffer, "</title>\n");
    add_text(buffer, style);
    add_text(buffer, "<defs><pattern id=\"hatch\" width=\"5\" height=\"5\" "
                     "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path "
                     "class=\"hatch\" d=\"M0 0V5\"/></pattern></defs>\n");
    add_format(buffer, "<rect class=\"bg\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n", width,
               bottom + MARGIN);
    add_bytes(buffer, body.s, body.length);
    add_text(buffer, "</svg>\n");
    free(title);
    free(body.s);
    free(canvas.drawn);
    free(canvas.x);
    free(canvas.y);
    free_view(&view);
}
