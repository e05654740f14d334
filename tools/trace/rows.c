/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "buffer.h"

bool is_shown(const struct view *view, int task)
{
    return task != NONE && view->row_of_task[task] != NONE;
}

/* ---- Which tasks are shown ---- */

/* Shows a task and its parents, if there is room for all of them. Returns how many are new. */
static int show(const struct model *model, bool *shown, int task, int room)
{
    int count = 0;
    for (int at = task; at != NONE && !shown[at]; at = model->tasks[at].parent)
        count++;
    if (count > room)
        return 0;
    for (int at = task; at != NONE && !shown[at]; at = model->tasks[at].parent)
        shown[at] = true;
    return count;
}

static bool *choose_tasks(const struct model *model, int most)
{
    bool *const shown = resize(NULL, (size_t)model->task_count + 1, sizeof(*shown));
    memset(shown, 0, (size_t)model->task_count + 1);
    int room = most ? most : model->task_count;
    const int kept = model->task_count > room ? room / 4 : 0; /* for those that did not fail */
    for (int i = 0; i < model->task_count; i++)
        if (model->tasks[i].end == FAILED)
            room -= show(model, shown, i, room - kept);
    for (int i = 0; i < model->task_count; i++)
        room -= show(model, shown, i, room);
    return shown;
}

/* ---- Rows ---- */

static struct row *add_row(struct view *view, enum row_kind kind, int task, int level)
{
    view->rows = grow(view->rows, view->row_count, &view->row_room, sizeof(*view->rows));
    struct row *const row = &view->rows[view->row_count++];
    *row = (struct row){.kind = kind, .task = task, .index = NONE, .level = level};
    return row;
}

static int deepest_block(const struct model *model, int task)
{
    int deepest = 0;
    for (int i = 0; i < model->block_count; i++)
        if (model->blocks[i].task == task && model->blocks[i].depth >= deepest)
            deepest = model->blocks[i].depth + 1;
    return deepest;
}

/* How the tasks ended that one row stands for. */
struct left_out {
    int count, ends[FAILED + 1];
};

static void count_left_out(const struct model *model, int task, struct left_out *left_out)
{
    left_out->count++;
    left_out->ends[model->tasks[task].end]++;
    for (int i = model->tasks[task].first_child; i != NONE; i = model->tasks[i].next_sibling)
        count_left_out(model, i, left_out);
}

static char *left_out_name(const struct left_out *left_out)
{
    struct buffer name = {0};
    add_format(&name, "… %d more", left_out->count);
    if (left_out->ends[FAILED])
        add_format(&name, ", %d failed", left_out->ends[FAILED]);
    if (left_out->ends[CANCELLED])
        add_format(&name, ", %d cancelled", left_out->ends[CANCELLED]);
    return name.s;
}

/* Adds a row for each task from `first` on, in the order of creation, and for all that are below
 * them. `tree` is what stands in front of the names of these tasks' parent. */
static void add_tasks(struct view *view, const bool *shown, int first, int parent, int level,
                      const char *tree)
{
    const struct model *const model = view->model;
    for (int i = first; i != NONE;) {
        const int at = i;
        struct left_out left_out = {0};
        if (shown[i])
            i = model->tasks[i].next_sibling;
        else
            for (; i != NONE && !shown[i]; i = model->tasks[i].next_sibling)
                count_left_out(model, i, &left_out);
        const char *const before = !level ? "" : i == NONE ? "└ " : "├ ";
        if (left_out.count) {
            struct row *const row = add_row(view, LEFT_OUT_ROW, parent, level);
            row->tree = format_text("%s%s", tree, before);
            row->name = left_out_name(&left_out);
            view->tasks_left_out += left_out.count;
            continue;
        }
        const struct task *const task = &model->tasks[at];
        view->row_of_task[at] = view->row_count;
        struct row *const row = add_row(view, TASK_ROW, at, level);
        row->tree = format_text("%s%s", tree, before);
        row->name = format_text("%s", task->name);
        char *const below = format_text("%s%s", tree, !level ? "" : i == NONE ? "  " : "│ ");
        const int depth = deepest_block(model, at);
        for (int block = 0; block < depth; block++) {
            struct row *const row_of_blocks = add_row(view, BLOCK_ROW, at, level);
            row_of_blocks->index = block;
            row_of_blocks->tree =
                format_text("%s%s", below, task->first_child == NONE ? "  " : "│ ");
            row_of_blocks->name = format_text("%s", "");
        }
        add_tasks(view, shown, task->first_child, at, level + 1, below);
        free(below);
    }
}

static void add_locks(struct view *view)
{
    for (int i = 0; i < view->model->lock_count; i++) {
        const struct lock *const lock = &view->model->locks[i];
        bool held = false;
        for (int hold = 0; hold < lock->hold_count; hold++)
            held |= is_shown(view, lock->holds[hold].task);
        if (!held)
            continue;
        struct row *const row = add_row(view, LOCK_ROW, NONE, 0);
        row->index = i;
        row->tree = format_text("%s", "");
        row->name = format_text("%s", lock->name);
    }
}

/* ---- Columns ---- */

static void add_columns(struct view *view)
{
    const struct model *const model = view->model;
    view->column_of_step =
        resize(NULL, (size_t)model->step_count + 1, sizeof(*view->column_of_step));
    uint64_t time = 0;
    for (int i = 0; i < model->step_count; i++) {
        const struct step *const step = &model->steps[i];
        view->column_of_step[i] = view->column_count;
        if (step->task == NONE ? !step->shown : !is_shown(view, step->task)) {
            view->steps_left_out += step->task != NONE;
            continue;
        }
        view->columns =
            grow(view->columns, view->column_count, &view->column_room, sizeof(*view->columns));
        const bool gap = !view->column_count || step->from != time;
        view->columns[view->column_count++] = (struct column){i, step->from, gap};
        time = step->from;
    }
    view->column_of_step[model->step_count] = view->column_count;
}

struct view choose_view(const struct model *model, int most)
{
    struct view view = {.model = model};
    bool *const shown = choose_tasks(model, most);
    view.row_of_task = resize(NULL, (size_t)model->task_count + 1, sizeof(*view.row_of_task));
    for (int i = 0; i < model->task_count; i++)
        view.row_of_task[i] = NONE;
    /* The tasks without a parent are each other's siblings. */
    add_tasks(&view, shown, model->task_count ? 0 : NONE, NONE, 0, "");
    add_locks(&view);
    add_columns(&view);
    free(shown);
    return view;
}

void free_view(struct view *view)
{
    for (int i = 0; i < view->row_count; i++) {
        free(view->rows[i].tree);
        free(view->rows[i].name);
    }
    free(view->rows);
    free(view->columns);
    free(view->row_of_task);
    free(view->column_of_step);
}
