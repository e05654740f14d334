/* SPDX-License-Identifier: MIT */
/* The timeline as text: a row for each task, time to the right. */
#include <stdlib.h>
#include <string.h>

#include "render.h"
#include "rows.h"

enum style { PLAIN, RUNS, IS_READY, WAITS, LABEL, BRACKET, ACTS, CANCEL, FAILURE, FAINT };

/* The colours differ in lightness as well as in hue, and each state has a sign of its own. */
static const char *const escapes[] = {
    [PLAIN] = "\033[0m",   [RUNS] = "\033[0;1;34m",   [IS_READY] = "\033[0;33m",
    [WAITS] = "\033[0;2m", [LABEL] = "\033[0m",       [BRACKET] = "\033[0;36m",
    [ACTS] = "\033[0;33m", [CANCEL] = "\033[0;1;35m", [FAILURE] = "\033[0;1;31m",
    [FAINT] = "\033[0;2m",
};

static const struct {
    const char *sign, *ascii;
} signs[] = {
    /* clang-format off */
    {"█", "#"}, {"▉", "|"}, {"░", "."}, {"─", "-"},
    {"┊", ":"}, {"┄", "~"}, {"═", "="}, {"│", "|"},
    {"┼", "+"}, {"├", "+"}, {"└", "`"}, {"╰", "`"},
    {"╭", ","}, {"┌", "["}, {"┐", "]"}, {"▸", ">"},
    {"×", "x"}, {"✓", "$"}, {"⊘", "X"}, {"✗", "!"},
    {"…", "_"}, {"╞", "["}, {"╡", "]"}, {"∞", "@"},
    /* clang-format on */
};

static const struct {
    const char *sign, *meaning;
    enum style style;
} legend[] = {
    {"█", "runs", RUNS},           {"░", "is ready", IS_READY},      {"─", "waits", WAITS},
    {"▸", "is woken", ACTS},       {"×", "is asked to end", CANCEL}, {"✓", "returns", RUNS},
    {"⊘", "is cancelled", CANCEL}, {"✗", "fails", FAILURE},
};
enum { LEGEND = sizeof(legend) / sizeof(*legend) };

struct cell {
    char sign[5]; /* a code point in UTF-8; "": a blank, or the right half of a wide sign */
    unsigned char style;
    bool passing; /* an arrow passes here */
};

/* The columns from `first` to the one before `end`, which stand one above the other. */
struct band {
    int first, end;
};

struct canvas {
    const struct model *model;
    const struct view *view;
    const struct picture *picture;
    struct buffer *buffer;
    bool by_steps;
    int names; /* cells of the names in front */
    int width; /* cells behind the names */
    int step_width;
    int gap; /* by steps: cells that are added where the clock moves */
    struct band band;
    int *x;    /* by steps: where each column of the band begins, from the band's first column */
    int x_end; /* where the picture ends, behind the tasks that have no end */
    struct cell *cells;   /* row_count * width */
    bool is_used[LEGEND]; /* the picture has this sign */
};

/* ---- Text ---- */

static bool is_wide(uint32_t point)
{
    return (point >= 0x1100 && point < 0x1160) || (point >= 0x2E80 && point < 0xA4D0) ||
           (point >= 0xAC00 && point < 0xD7A4) || (point >= 0xF900 && point < 0xFB00) ||
           (point >= 0xFE30 && point < 0xFE70) || (point >= 0xFF00 && point < 0xFF61) ||
           (point >= 0x1F300 && point < 0x1F650) || (point >= 0x20000 && point < 0x40000);
}

static int width_of(const char *text)
{
    int width = 0;
    for (uint32_t point; (point = next_point(&text));)
        width += is_wide(point) ? 2 : 1;
    return width;
}

/* Appends one sign, in ASCII if the terminal needs that. */
static void add_sign(struct canvas *canvas, const char *sign)
{
    if (canvas->picture->ascii && (unsigned char)*sign >= 0x80) {
        for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
            if (strcmp(signs[i].sign, sign) == 0) {
                add_text(canvas->buffer, signs[i].ascii);
                return;
            }
        }
        sign = "?";
    }
    add_text(canvas->buffer, sign);
}

static void add_signs(struct canvas *canvas, const char *text)
{
    while (*text) {
        struct buffer sign = {0};
        add_point(&sign, next_point(&text));
        add_sign(canvas, sign.s);
        free(sign.s);
    }
}

static void add_style(struct canvas *canvas, enum style style)
{
    if (canvas->picture->colour)
        add_text(canvas->buffer, escapes[style]);
}

/* Appends a text in a field of `width` cells; cuts it if it is longer. */
static void add_field(struct canvas *canvas, const char *text, int width)
{
    int used = 0;
    const bool fits = width_of(text) <= width;
    for (const char *next = text; *next;) {
        struct buffer sign = {0};
        const uint32_t point = next_point(&next);
        const int cells = is_wide(point) ? 2 : 1;
        if (used + cells > (fits ? width : width - 1))
            break;
        add_point(&sign, point);
        add_sign(canvas, sign.s);
        free(sign.s);
        used += cells;
    }
    if (!fits) {
        add_sign(canvas, "…");
        used++;
    }
    add_format(canvas->buffer, "%*s", width - used, "");
}

/* ---- Cells ---- */

static struct cell *cell_at(struct canvas *canvas, int row, int x)
{
    static struct cell outside;
    if (row < 0 || row >= canvas->view->row_count || x < 0 || x >= canvas->width)
        return &outside;
    return &canvas->cells[row * canvas->width + x];
}

static void put(struct canvas *canvas, int row, int x, const char *sign, enum style style)
{
    struct cell *const cell = cell_at(canvas, row, x);
    const size_t length = strlen(sign);
    memcpy(cell->sign, sign, length < sizeof(cell->sign) ? length + 1 : sizeof(cell->sign));
    cell->style = (unsigned char)style;
}

static bool has(struct canvas *canvas, int row, int x, const char *sign)
{
    return strcmp(cell_at(canvas, row, x)->sign, sign) == 0;
}

/* Writes a text, of which at most `width` cells are used. */
static void put_text(struct canvas *canvas, int row, int x, const char *text, int width,
                     enum style style)
{
    while (*text && width > 0) {
        struct buffer sign = {0};
        const uint32_t point = next_point(&text);
        add_point(&sign, point);
        put(canvas, row, x++, sign.s, style);
        free(sign.s);
        width--;
        if (is_wide(point)) {
            put(canvas, row, x++, "", style);
            width--;
        }
    }
}

/* Returns the first cell from which on `length` cells have the sign only; NONE: there is none. */
static int find_room(struct canvas *canvas, int row, int from, int to, const char *sign, int length)
{
    for (int x = from; x + length <= to; x++) {
        int i = 0;
        while (i < length && (has(canvas, row, x + i, sign) || has(canvas, row, x + i, "┊")))
            i++;
        if (i == length)
            return x;
    }
    return NONE;
}

/* Puts a text between `from` and `to`, where there is only the sign. Puts a blank before and behind
 * the text if there is room. Returns false if there is no room for the text. */
static bool put_label(struct canvas *canvas, int row, int from, int to, const char *sign,
                      const char *text, enum style style)
{
    const int length = width_of(text);
    const int first = from < 0 ? 0 : from, end = to > canvas->width ? canvas->width : to;
    int x = find_room(canvas, row, first, end, sign, length + 2);
    if (x != NONE) {
        put(canvas, row, x, " ", style);
        put(canvas, row, x + length + 1, " ", style);
        x++;
    } else {
        x = find_room(canvas, row, first, end, sign, length);
    }
    if (x != NONE)
        put_text(canvas, row, x, text, length, style);
    return x != NONE;
}

/* ---- Where things are ---- */

static int clamp(int x, int least, int most)
{
    return x < least ? least : x > most ? most : x;
}

static int x_of_time(const struct canvas *canvas, uint64_t time)
{
    const uint64_t duration = canvas->model->duration ? canvas->model->duration : 1;
    const double x = (double)time / (double)duration * (canvas->width - 1);
    return clamp((int)x, 0, canvas->width - 1);
}

/* Returns true if the point is in a step that has a column. */
static bool is_in_step(const struct canvas *canvas, struct point point)
{
    if (!canvas->by_steps || !point.inside || point.step >= canvas->model->step_count)
        return false;
    const int column = canvas->view->column_of_step[point.step];
    return column < canvas->view->column_count && canvas->view->columns[column].step == point.step;
}

/* Returns the cell where a point is; before the band: -1, behind the band: the width. */
static int x_of(const struct canvas *canvas, struct point point)
{
    if (!canvas->by_steps)
        return x_of_time(canvas, point.time);
    const struct view *const view = canvas->view;
    const struct band band = canvas->band;
    if (point.step > canvas->model->step_count)
        return band.end == view->column_count ? canvas->x_end : canvas->width;
    const int step = point.step;
    const int column = view->column_of_step[step];
    const bool inside = is_in_step(canvas, point);
    if (column < band.first ||
        (column == band.first && band.first && !inside && point.time < view->columns[column].time))
        return -1;
    if (column > band.end)
        return canvas->width;
    if (column == band.end) {
        /* In the last column's gap, or at the end. */
        const bool later = column < view->column_count && point.time >= view->columns[column].time;
        return later ? canvas->width : canvas->x[column - band.first - 1] + canvas->step_width;
    }
    if (inside || column == band.first || !view->columns[column].gap ||
        point.time >= view->columns[column].time)
        return canvas->x[column - band.first];
    return canvas->x[column - band.first - 1] + canvas->step_width;
}

/* Returns the cell behind the step in which the point is, or where the point is. */
static int end_of(const struct canvas *canvas, struct point point)
{
    const int x = x_of(canvas, point);
    return is_in_step(canvas, point) && x >= 0 && x < canvas->width ? x + canvas->step_width : x;
}

/* Returns the second cell of the step in which the point is: arrows are in the first one. */
static int begin_of(const struct canvas *canvas, struct point point)
{
    const int x = x_of(canvas, point);
    return is_in_step(canvas, point) && x >= 0 && x < canvas->width ? x + 1 : x;
}

/* ---- Rows ---- */

static const char *const end_signs[] = {
    [GOES_ON] = "", [RETURNED] = "✓", [CANCELLED] = "⊘", [FAILED] = "✗"};
static const enum style end_styles[] = {
    [GOES_ON] = PLAIN, [RETURNED] = RUNS, [CANCELLED] = CANCEL, [FAILED] = FAILURE};

static void draw_gaps(struct canvas *canvas)
{
    if (!canvas->by_steps)
        return;
    for (int row = 0; row < canvas->view->row_count; row++)
        for (int i = canvas->band.first; i < canvas->band.end; i++)
            if (canvas->view->columns[i].gap && i)
                put(canvas, row, canvas->x[i - canvas->band.first] - 1, "┊", FAINT);
}

static void draw_spans(struct canvas *canvas, int row, const struct task *task, enum state state)
{
    static const char *const span_signs[] = {[RUNNING] = "█", [READY] = "░", [WAITING] = "─"};
    static const enum style span_styles[] = {
        [RUNNING] = RUNS, [READY] = IS_READY, [WAITING] = WAITS};
    for (int i = 0; i < task->span_count; i++) {
        const struct span *const span = &task->spans[i];
        if (span->state != state)
            continue;
        const int from = x_of(canvas, span->from);
        int to = state == RUNNING ? end_of(canvas, span->to) : x_of(canvas, span->to);
        if (to == from && state == RUNNING)
            to++;
        for (int x = from < 0 ? 0 : from; x < to && x < canvas->width; x++)
            if (!has(canvas, row, x, "┊"))
                put(canvas, row, x, span_signs[state], span_styles[state]);
    }
}

/* Returns true if the point is in this band. */
static bool is_in_band(const struct canvas *canvas, struct point point)
{
    const int x = x_of(canvas, point);
    return x >= 0 && x < canvas->width;
}

static void draw_end(struct canvas *canvas, int row, const struct task *task)
{
    if (task->end == GOES_ON || !is_in_band(canvas, task->ended))
        return;
    const int x = end_of(canvas, task->ended) - is_in_step(canvas, task->ended);
    put(canvas, row, x, end_signs[task->end], end_styles[task->end]);
}

static void draw_labels(struct canvas *canvas, int row, const struct task *task)
{
    for (int i = 0; i < task->span_count; i++) {
        const struct span *const span = &task->spans[i];
        const int from = x_of(canvas, span->from), to = x_of(canvas, span->to);
        if (span->state == WAITING && to > 0 && from < canvas->width)
            put_label(canvas, row, from < 0 ? 0 : from, to, "─", span->what, LABEL);
    }
}

/* ---- Arrows ---- */

/* Draws the arrows of one step, which go up and down from the running task's row. */
static void draw_arrow(struct canvas *canvas, const struct arrow *arrow)
{
    const struct view *const view = canvas->view;
    const bool cancels = arrow->kind == CANCELS;
    if (!is_shown(view, arrow->to))
        return;
    const int x = x_of(canvas, arrow->at), target = view->row_of_task[arrow->to];
    if (x < 0 || x >= canvas->width)
        return;
    if (arrow->from == NONE || arrow->from == arrow->to || !is_shown(view, arrow->from)) {
        /* By a timer or from outside: in the gap before the step, where the clock moves. */
        if (cancels)
            put(canvas, target, has(canvas, target, x - 1, "┊") ? x - 1 : x, "×", CANCEL);
        return;
    }
    const int source = view->row_of_task[arrow->from];
    const int direction = target < source ? -1 : 1;
    for (int row = source + direction; row != target; row += direction) {
        const char *sign = has(canvas, row, x, "─") || has(canvas, row, x, "┄") ||
                                   has(canvas, row, x, "═") || has(canvas, row, x, "┼")
                               ? "┼"
                               : "│";
        if (has(canvas, row, x, "╰") || has(canvas, row, x, "╭") || has(canvas, row, x, "├"))
            sign = "├";
        put(canvas, row, x, sign, ACTS);
    }
    const char *corner = direction > 0 ? "╰" : "╭";
    const bool passes = has(canvas, target, x, "│") || has(canvas, target, x, "┼");
    if (passes || has(canvas, target, x, "├"))
        corner = "├";
    put(canvas, target, x, corner, ACTS);
    put(canvas, target, x + 1, cancels ? "×" : "▸", cancels ? CANCEL : ACTS);
}

static void draw_arrows(struct canvas *canvas)
{
    if (!canvas->by_steps)
        return;
    for (int cancels = 0; cancels < 2; cancels++)
        for (int i = 0; i < canvas->model->arrow_count; i++)
            if ((canvas->model->arrows[i].kind == CANCELS) == cancels)
                draw_arrow(canvas, &canvas->model->arrows[i]);
}

/* Marks where a task runs twice without a step of another task between. */
static void draw_step_ends(struct canvas *canvas)
{
    const struct view *const view = canvas->view;
    for (int i = canvas->band.first + 1; canvas->by_steps && i < canvas->band.end; i++) {
        const int task = canvas->model->steps[view->columns[i].step].task;
        if (task == NONE || view->columns[i].gap ||
            canvas->model->steps[view->columns[i - 1].step].task != task)
            continue;
        const int row = view->row_of_task[task], x = canvas->x[i - canvas->band.first] - 1;
        if (has(canvas, row, x, "█"))
            put(canvas, row, x, "▉", RUNS);
    }
}

/* ---- Blocks and locks ---- */

/* Returns the cell where a block begins: behind one that ends in the same step. */
static int begin_of_block(const struct canvas *canvas, const struct block *block)
{
    const int x = begin_of(canvas, block->from);
    const bool moves =
        canvas->by_steps && canvas->step_width > 2 && x > 0 && x < canvas->width && block->follows;
    return x + moves;
}

/* Returns the cell behind a block. */
static int end_of_block(const struct canvas *canvas, const struct block *block)
{
    const int x = x_of(canvas, block->to);
    if (canvas->by_steps && canvas->step_width > 2 && x >= 0 && x < canvas->width &&
        block->is_followed)
        return x + 2;
    return end_of(canvas, block->to);
}

static void draw_blocks(struct canvas *canvas, int row, int task, int depth)
{
    for (int i = 0; i < canvas->model->block_count; i++) {
        const struct block *const block = &canvas->model->blocks[i];
        if (block->task != task || block->depth != depth)
            continue;
        const int from = begin_of_block(canvas, block);
        const int end = end_of_block(canvas, block);
        const int to = canvas->by_steps ? end : end + 1;
        if (to <= 0 || from >= canvas->width)
            continue;
        for (int x = from < 0 ? 0 : from; x < to && x < canvas->width; x++)
            if (!has(canvas, row, x, "┊"))
                put(canvas, row, x, "┄", BRACKET);
        if (from >= 0)
            put(canvas, row, from, "┌", BRACKET);
        if (!block->left || !is_in_band(canvas, block->to))
            continue;
        if (block->broken)
            put(canvas, row, to - 1, "×", CANCEL);
        else
            put(canvas, row, to - 1, "┐", BRACKET);
    }
}

static void label_blocks(struct canvas *canvas, int row, int task, int depth)
{
    for (int i = 0; i < canvas->model->block_count; i++) {
        const struct block *const block = &canvas->model->blocks[i];
        if (block->task != task || block->depth != depth)
            continue;
        const int from = begin_of_block(canvas, block);
        const int to = end_of_block(canvas, block);
        if (to > 0 && from < canvas->width)
            put_label(canvas, row, from < 0 ? 0 : from + 1, to, "┄", block->name, BRACKET);
    }
}

static void draw_lock(struct canvas *canvas, int row, const struct lock *lock)
{
    for (int i = 0; i < lock->hold_count; i++) {
        const struct hold *const hold = &lock->holds[i];
        const int from = begin_of(canvas, hold->from), to = end_of(canvas, hold->to);
        if (to <= 0 || from >= canvas->width)
            continue;
        for (int x = from < 0 ? 0 : from; x < to && x < canvas->width; x++)
            if (!has(canvas, row, x, "┊"))
                put(canvas, row, x, "═", BRACKET);
        if (from >= 0)
            put(canvas, row, from, "╞", BRACKET);
        if (is_in_band(canvas, hold->to) && to - 1 > from)
            put(canvas, row, to - 1, hold->to.step > canvas->model->step_count ? "═" : "╡",
                BRACKET);
    }
}

static void label_lock(struct canvas *canvas, int row, const struct lock *lock)
{
    for (int i = 0; i < lock->hold_count; i++) {
        const struct hold *const hold = &lock->holds[i];
        const int from = begin_of(canvas, hold->from), to = end_of(canvas, hold->to);
        if (to <= 0 || from >= canvas->width)
            continue;
        /* If there is no room for "modify #2", there may be room for "#2". */
        const char *const name = canvas->model->tasks[hold->task].name;
        const char *const number = strrchr(name, '#');
        const int first = from < 0 ? 0 : from + 1;
        if (!put_label(canvas, row, first, to, "═", name, LABEL) && number)
            put_label(canvas, row, first, to, "═", number, LABEL);
    }
}

/* ---- The axis ---- */

static void clear(struct cell *cells, int count)
{
    memset(cells, 0, (size_t)count * sizeof(*cells));
}

static void add_cells(struct canvas *canvas, const struct cell *cells)
{
    int end = canvas->width;
    while (end > 0 && !*cells[end - 1].sign)
        end--;
    enum style style = PLAIN;
    for (int x = 0; x < end; x++) {
        const bool right_half = !*cells[x].sign && x > 0 && cells[x].style == LABEL;
        if (right_half)
            continue;
        for (size_t i = 0; i < LEGEND; i++)
            canvas->is_used[i] |=
                cells[x].style == legend[i].style && strcmp(cells[x].sign, legend[i].sign) == 0;
        const enum style wanted = *cells[x].sign ? cells[x].style : PLAIN;
        if (wanted != style)
            add_style(canvas, wanted);
        style = wanted;
        if (*cells[x].sign)
            add_sign(canvas, cells[x].sign);
        else
            add_text(canvas->buffer, " ");
    }
    if (style != PLAIN)
        add_style(canvas, PLAIN);
    /* No blanks at the end of a line. */
    while (canvas->buffer->length && canvas->buffer->s[canvas->buffer->length - 1] == ' ')
        canvas->buffer->s[--canvas->buffer->length] = '\0';
    add_text(canvas->buffer, "\n");
}

static void put_axis_text(struct canvas *canvas, struct cell *cells, int x, const char *text)
{
    for (; *text && x < canvas->width; x++) {
        cells[x].sign[0] = *text++;
        cells[x].sign[1] = '\0';
        cells[x].style = PLAIN;
    }
}

static const char *time_text(struct canvas *canvas, uint64_t time)
{
    static char text[64];
    char *const made = duration_text(canvas->model, time);
    const size_t length = strlen(made);
    memcpy(text, made, length < sizeof(text) ? length + 1 : sizeof(text));
    text[sizeof(text) - 1] = '\0';
    free(made);
    return text;
}

static uint64_t interval_of_axis(const struct model *model, int most)
{
    static const unsigned factors[] = {2, 5, 10};
    uint64_t power = 1;
    for (;; power *= 10)
        for (int i = 0; i < 3; i++)
            if (model->duration / (power * factors[i]) < (uint64_t)most)
                return power * factors[i];
}

static void draw_axis(struct canvas *canvas)
{
    struct cell *const cells = resize(NULL, (size_t)canvas->width, sizeof(*cells));
    clear(cells, canvas->width);
    if (canvas->by_steps) {
        for (int i = canvas->band.first; i < canvas->band.end; i++) {
            const struct column *const column = &canvas->view->columns[i];
            const int x = canvas->x[i - canvas->band.first];
            if (column->gap || i == canvas->band.first)
                put_axis_text(canvas, cells, i && column->gap ? x - 1 : x,
                              time_text(canvas, column->time));
        }
    } else {
        const uint64_t interval = interval_of_axis(canvas->model, canvas->width / 12 + 1);
        for (uint64_t time = 0; time <= canvas->model->duration; time += interval) {
            const char *const text = time_text(canvas, time);
            const int x = x_of_time(canvas, time);
            const int most = canvas->width - (int)strlen(text);
            put_axis_text(canvas, cells, x < most ? x : most, text);
        }
    }
    add_format(canvas->buffer, "%*s", canvas->names, "");
    add_cells(canvas, cells);
    free(cells);
}

/* ---- Bands ---- */

/* Returns true if the row has something in this band. */
static bool has_something(struct canvas *canvas, int row)
{
    for (int x = 0; x < canvas->width; x++) {
        const struct cell *const cell = cell_at(canvas, row, x);
        if (*cell->sign && strcmp(cell->sign, "┊") != 0)
            return true;
    }
    return canvas->view->rows[row].kind == LEFT_OUT_ROW;
}

static void draw_rows(struct canvas *canvas)
{
    const struct view *const view = canvas->view;
    const struct model *const model = canvas->model;
    for (int i = 0; i < view->row_count; i++) {
        const struct row *const row = &view->rows[i];
        if (row->kind == TASK_ROW)
            for (int state = WAITING; state >= RUNNING; state--)
                draw_spans(canvas, i, &model->tasks[row->task], (enum state)state);
        else if (row->kind == BLOCK_ROW)
            draw_blocks(canvas, i, row->task, row->index);
        else if (row->kind == LOCK_ROW)
            draw_lock(canvas, i, &model->locks[row->index]);
    }
    draw_step_ends(canvas);
    draw_arrows(canvas);
    for (int i = 0; i < view->row_count; i++) {
        const struct row *const row = &view->rows[i];
        if (row->kind == TASK_ROW) {
            draw_labels(canvas, i, &model->tasks[row->task]);
            draw_end(canvas, i, &model->tasks[row->task]);
        } else if (row->kind == BLOCK_ROW) {
            label_blocks(canvas, i, row->task, row->index);
        } else if (row->kind == LOCK_ROW) {
            label_lock(canvas, i, &model->locks[row->index]);
        }
    }
}

static void draw_band(struct canvas *canvas)
{
    const struct view *const view = canvas->view;
    clear(canvas->cells, view->row_count * canvas->width);
    draw_gaps(canvas);
    draw_rows(canvas);
    draw_axis(canvas);
    for (int i = 0; i < view->row_count; i++) {
        if (!has_something(canvas, i))
            continue;
        const struct row *const row = &view->rows[i];
        char *const name = format_text("%s%s", row->tree, row->name);
        add_field(canvas, name, canvas->names - 1);
        free(name);
        add_text(canvas->buffer, " ");
        add_cells(canvas, &canvas->cells[i * canvas->width]);
    }
}

static bool has_open_end(const struct model *model)
{
    for (int i = 0; i < model->task_count; i++)
        if (model->tasks[i].end == GOES_ON)
            return true;
    return false;
}

/* Returns the cells that the columns from `first` up to the next gap need. Sets *end to the column
 * of that gap. */
static int width_of_segment(struct canvas *canvas, int first, int *end)
{
    const struct view *const view = canvas->view;
    int at = first;
    do
        at++;
    while (at < view->column_count && !view->columns[at].gap);
    *end = at;
    const int label = (int)strlen(time_text(canvas, view->columns[first].time)) + 1;
    const int width = (at - first) * canvas->step_width + (first != 0);
    const bool is_longer = at < view->column_count || has_open_end(canvas->model);
    return (width > label ? width : label) + (is_longer ? canvas->gap : 0);
}

/* Places the columns of a band that begins with `first`. Returns the column that the next band
 * begins with. A band ends before a gap, if there is one. */
static int place_band(struct canvas *canvas, int first)
{
    const struct view *const view = canvas->view;
    int x = 0, column = first;
    while (column < view->column_count) {
        int end;
        const int width = width_of_segment(canvas, column, &end);
        if (x && x + width > canvas->width)
            break;
        int at = x + (column != 0 && view->columns[column].gap);
        for (; column < end && at + canvas->step_width <= canvas->width; column++) {
            canvas->x[column - first] = at;
            at += canvas->step_width;
        }
        if (column < end)
            break; /* one segment is wider than a band */
        x += width;
        canvas->x_end = x;
    }
    canvas->band = (struct band){first, column};
    return column;
}

static int count_bands(struct canvas *canvas, int step_width, int gap)
{
    int bands = 0;
    canvas->step_width = step_width;
    canvas->gap = gap;
    for (int first = 0; first < canvas->view->column_count; bands++)
        first = place_band(canvas, first);
    return bands;
}

/* Chooses wide steps and gaps, but only if the picture has one band then. */
static void choose_step_width(struct canvas *canvas)
{
    static const struct {
        int step_width, gap;
    } choices[] = {{4, 8}, {3, 8}, {4, 3}, {3, 3}, {3, 0}, {2, 3}, {2, 0}};
    for (size_t i = 0; i < sizeof(choices) / sizeof(*choices); i++)
        if (count_bands(canvas, choices[i].step_width, choices[i].gap) <= 1)
            return;
    canvas->step_width = 3;
    canvas->gap = 0;
}

/* Places a band with gaps as wide as possible. */
static int place_widely(struct canvas *canvas, int first)
{
    enum { WIDEST = 12 };
    canvas->gap = 0;
    const int end = place_band(canvas, first);
    while (canvas->gap < WIDEST) {
        canvas->gap++;
        if (place_band(canvas, first) != end) {
            canvas->gap--;
            break;
        }
    }
    return place_band(canvas, first);
}

static void draw_bands(struct canvas *canvas)
{
    for (int first = 0; first < canvas->view->column_count;) {
        if (first)
            add_text(canvas->buffer, "\n");
        first = place_widely(canvas, first);
        draw_band(canvas);
    }
}

/* ---- Around the picture ---- */

static void add_count(struct buffer *buffer, int count, const char *what)
{
    add_format(buffer, "%d %s%s", count, what, count == 1 ? "" : "s");
}

static void draw_title(struct canvas *canvas)
{
    const struct model *const model = canvas->model;
    struct buffer *const buffer = canvas->buffer;
    struct buffer line = {0};
    if (model->title)
        add_format(&line, "%s: ", model->title);
    add_count(&line, model->task_count, "task");
    add_text(&line, ", ");
    int steps = 0;
    for (int i = 0; i < model->step_count; i++)
        steps += model->steps[i].task != NONE;
    add_count(&line, steps, "step");
    char *const duration = duration_text(model, model->duration);
    add_format(&line, ", %s", duration);
    free(duration);
    if (canvas->view->tasks_left_out)
        add_format(&line, "; %d tasks have no row", canvas->view->tasks_left_out);
    if (model->clock_stands && !canvas->by_steps)
        add_text(&line, "; one step may hide another");
    add_text(&line, "\n");
    add_signs(canvas, line.s);
    free(line.s);
    if (model->lost)
        add_format(buffer, "The recording is not complete: the %s %llu records are lost.\n",
                   model->lost_first ? "first" : "last", (unsigned long long)model->lost);
}

/* Appends words, and breaks lines before `width`. Further lines are indented. */
static void add_wrapped(struct canvas *canvas, const char *text, int indent)
{
    int x = indent;
    for (const char *word = text; *word;) {
        const size_t length = strcspn(word, " ");
        char *const copy = format_text("%.*s", (int)length, word);
        const int width = width_of(copy);
        if (x > indent && x + 1 + width > canvas->picture->width) {
            add_format(canvas->buffer, "\n%*s", indent, "");
            x = indent;
        } else if (x > indent) {
            add_text(canvas->buffer, " ");
            x++;
        }
        add_signs(canvas, copy);
        free(copy);
        x += width;
        word += length;
        while (*word == ' ')
            word++;
    }
    add_text(canvas->buffer, "\n");
}

static void draw_notes(struct canvas *canvas)
{
    enum { MOST = 40 };
    const struct model *const model = canvas->model;
    int drawn = 0, more = 0;
    for (int i = 0; i < model->note_count; i++) {
        const struct note *const note = &model->notes[i];
        if (!is_shown(canvas->view, note->task) || drawn == MOST) {
            more++;
            continue;
        }
        static const char *const note_signs[] = {
            [REQUEST] = "×", [FAILURE_NOTE] = "✗", [DEADLOCK] = "∞"};
        static const enum style styles[] = {
            [REQUEST] = CANCEL, [FAILURE_NOTE] = FAILURE, [DEADLOCK] = FAILURE};
        const char *const time = time_text(canvas, note->at.time);
        add_style(canvas, styles[note->kind]);
        add_sign(canvas, note_signs[note->kind]);
        add_style(canvas, PLAIN);
        add_format(canvas->buffer, " %s  ", time);
        char *const text = note->more ? format_text("%s and %d more", note->text, note->more)
                                      : format_text("%s", note->text);
        add_wrapped(canvas, text, 4 + (int)strlen(time));
        free(text);
        drawn++;
    }
    if (more) {
        add_sign(canvas, "…");
        add_format(canvas->buffer, " %d more\n", more);
    }
}

/* What the signs of this picture mean. */
static void draw_legend(struct canvas *canvas)
{
    enum { BETWEEN = 3 };
    int x = 0;
    for (size_t i = 0; i < LEGEND; i++) {
        if (!canvas->is_used[i])
            continue;
        const int width = 2 + width_of(legend[i].meaning);
        if (x && x + BETWEEN + width > canvas->picture->width) {
            add_text(canvas->buffer, "\n");
            x = 0;
        } else if (x) {
            add_format(canvas->buffer, "%*s", BETWEEN, "");
            x += BETWEEN;
        }
        add_style(canvas, legend[i].style);
        add_sign(canvas, legend[i].sign);
        add_style(canvas, PLAIN);
        add_format(canvas->buffer, " %s", legend[i].meaning);
        x += width;
    }
    add_text(canvas->buffer, "\n");
}

static int width_of_names(const struct view *view, int width)
{
    enum { LEAST = 8 };
    int names = LEAST;
    for (int i = 0; i < view->row_count; i++) {
        const int length = width_of(view->rows[i].tree) + width_of(view->rows[i].name);
        if (length > names)
            names = length;
    }
    return (names < width / 3 ? names : width / 3) + 1;
}

void draw_terminal(struct buffer *buffer, const struct model *model, const struct picture *picture)
{
    enum { MOST_TASKS = 40, LEAST_WIDTH = 16, MOST_BANDS = 5 };
    struct view view = choose_view(model, picture->most_tasks ? picture->most_tasks : MOST_TASKS);
    struct canvas canvas = {.model = model, .view = &view, .picture = picture, .buffer = buffer};
    canvas.names = width_of_names(&view, picture->width);
    canvas.width = picture->width - canvas.names;
    if (canvas.width < LEAST_WIDTH)
        canvas.width = LEAST_WIDTH;
    canvas.by_steps =
        picture->axis == AXIS_STEPS || (picture->axis == AXIS_AUTO && model->clock_stands);
    canvas.cells =
        resize(NULL, (size_t)view.row_count * (size_t)canvas.width + 1, sizeof(*canvas.cells));
    canvas.x = resize(NULL, (size_t)view.column_count + 1, sizeof(*canvas.x));
    choose_step_width(&canvas);
    if (picture->axis == AXIS_AUTO && model->duration &&
        count_bands(&canvas, canvas.step_width, canvas.gap) > MOST_BANDS)
        canvas.by_steps = false;
    draw_title(&canvas);
    if (canvas.by_steps)
        draw_bands(&canvas);
    else
        draw_band(&canvas);
    add_text(buffer, "\n");
    draw_notes(&canvas);
    if (model->note_count)
        add_text(buffer, "\n");
    draw_legend(&canvas);
    free(canvas.x);
    free(canvas.cells);
    free_view(&view);
}
