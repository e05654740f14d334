/* SPDX-License-Identifier: MIT */
#include "core/inspect/dump.h"

#include "core/inspect/daemon.h"
#include "core/inspect/report.h"

/* A dump that is being written. */
struct dump {
    weft_loop *loop;
    weft_write *write;
    void *to;
    size_t level;              /* groups around the next task */
    const char *heading;       /* of the group whose tasks come next; NULL: it is written */
    bool of_deadlock;          /* leave out the daemons */
    const weft_task *left_out; /* the daemon whose groups are now left out; NULL: none */
    size_t daemons;            /* daemons that were left out */
};

/* ---- Text ---- */

enum { SPACES = 4, DEEPEST = 10, MOST_DIGITS = 5 * sizeof(size_t) / 2 };

static void text(const struct dump *dump, const char *piece)
{
    dump->write(piece, dump->to);
}

static size_t power_of_ten(unsigned exponent)
{
    size_t power = 1;
    while (exponent--)
        power *= 10;
    return power;
}

/* Writes a number of lines or of things in memory, which has fewer digits than SIZE_MAX. Small
 * machines have no division, so this function subtracts. */
static void number(const struct dump *dump, size_t value)
{
    char digits[MOST_DIGITS + 1], *next = digits;
    unsigned left = 1;
    while (power_of_ten(left) <= value)
        left++;
    while (left--) {
        const size_t unit = power_of_ten(left);
        for (*next = '0'; value >= unit; value -= unit)
            ++*next;
        next++;
    }
    *next = '\0';
    text(dump, digits);
}

/* Begins a line, indented by `further` steps more than the tasks of this group. Below DEEPEST the
 * indent does not grow, or the text would grow with the square of the level. */
static void indent(const struct dump *dump, int further)
{
    static const char blanks[] =
        "                                                                                    ";
    _Static_assert(sizeof(blanks) == (2 * DEEPEST + 1) * SPACES + 1, "blanks for each level");
    const int level = dump->level < DEEPEST ? (int)dump->level : DEEPEST;
    text(dump, &blanks[(2 * (DEEPEST - level) + 1 - further) * SPACES]);
}

/* ---- The state of a task ---- */

static const char *name_of(const weft_task *task)
{
    const char *const name = weft_task_name(task);
    return name ? name : task->root.code->name;
}

/* Flags that mean something else during a dump. A parked task has no error, so WEFT_HAS_ERROR_ says
 * that the holder of what it waits for lives. No task has an error and a cancellation at a time, so
 * both flags together say that the task has started an eager one. */
enum { HOLDER_LIVES = WEFT_HAS_ERROR_, STARTING = WEFT_HAS_ERROR_ | WEFT_CANCELLED_ };

static bool is_starting(const weft_task *task)
{
    return (task->root.flags & STARTING) == STARTING;
}

static const weft_task *holder_of(const weft_task *task)
{
    return !weft_has_ended_(&task->awaitable) && weft_is_listed_(task)
               ? weft_task_waits_for(task).holder
               : NULL;
}

static void write_holder(const struct dump *dump, const weft_task *task)
{
    const weft_task *const holder = holder_of(task);
    if (!holder)
        return;
    if (holder == task) {
        text(dump, ", which it holds itself");
    } else if (task->root.flags & HOLDER_LIVES) {
        text(dump, ", which ");
        text(dump, name_of(holder));
        text(dump, weft_is_daemon(holder) ? " (a daemon) holds" : " holds");
    } else {
        text(dump, ", which is held by a task that has ended or is in another loop");
    }
}

static void write_awaitable(const struct dump *dump, weft_awaitable_ *awaitable)
{
    const weft_task *const task = weft_awaitable_task_(awaitable);
    text(dump, task ? name_of(task) : "a future");
}

/* Writes the first part that has not ended, and how many more there are. */
static void write_parts(const struct dump *dump, weft_gather_wait_ *gather_wait)
{
    size_t open = 0;
    weft_awaitable_ *part;
    for (size_t i = 0; (part = gather_wait->part(gather_wait, i)); i++) {
        if (weft_has_ended_(part) || open++)
            continue;
        text(dump, ", of ");
        write_awaitable(dump, part);
    }
    if (open < 2)
        return;
    text(dump, " and ");
    number(dump, open - 1);
    text(dump, " more");
}

static void write_wait(const struct dump *dump, const weft_task *task)
{
    text(dump, " waits for: ");
    text(dump, weft_task_waits_for(task).what);
    switch (weft_parked_in_(task)) {
    case WEFT_WATCHING_:
        text(dump, " (descriptor ");
        number(dump, (size_t)task->live.wait.watched.descriptor);
        text(dump, ")");
        break;
    case WEFT_AWAITING_:
        if (weft_awaitable_task_(task->live.wait.target)) {
            text(dump, " ");
            write_awaitable(dump, task->live.wait.target);
        }
        break;
    case WEFT_GATHERING_:
        write_parts(dump, task->live.wait.gather_wait);
        break;
    default:
        write_holder(dump, task);
        break;
    }
}

/* Returns true if the descriptor of a parked task is ready, and the callback that wakes the task
 * has not run yet. The wait has no number then. */
static bool is_notified(const weft_task *task)
{
    return weft_parked_in_(task) == WEFT_WATCHING_ && weft_is_callback_(&task->live.wait.node);
}

static bool is_running(const struct dump *dump, const weft_task *task)
{
    return dump->loop->context.running == &task->live.wait.node;
}

static void write_ready(const struct dump *dump, const weft_task *task)
{
    text(dump, task->root.state ? " is ready" : " has not begun");
    if (task->root.flags & (WEFT_CANCELLED_ | WEFT_MUST_CANCEL_)) {
        text(dump, ", cancelled");
    } else if (task->root.flags & WEFT_HAS_ERROR_) {
        text(dump, ", with an error: ");
        text(dump, weft_error_text(task->live.wait.error));
    }
}

static void write_state(const struct dump *dump, const weft_task *task)
{
    if (weft_has_ended_(&task->awaitable))
        text(dump, " has ended, and its group is not notified yet");
    else if (is_running(dump, task))
        text(dump, " runs");
    else if (is_starting(task))
        text(dump, " has started an eager task, which runs first");
    else if (weft_is_parked_(task) && !is_notified(task))
        write_wait(dump, task);
    else
        write_ready(dump, task);
}

static void write_requests(const struct dump *dump, const weft_task *task)
{
    if (!weft_cancelling(task))
        return;
    text(dump, "; requests to cancel: ");
    number(dump, weft_cancelling(task));
}

/* ---- The nested awaits of a task ---- */

static void write_location(const struct dump *dump, const weft_frame *frame)
{
    const weft_location location = weft_frame_location(frame);
    indent(dump, 1);
    text(dump, location.file);
    if (location.line) {
        text(dump, ":");
        number(dump, location.line);
    }
    text(dump, ": in ");
    text(dump, location.coroutine);
    text(dump, location.line ? "\n" : ", at its start\n");
}

/* A frame, and how many frames are outside of it. */
struct checkpoint {
    const weft_frame *frame;
    size_t outside;
};

static size_t count_outside(const weft_frame *frame, const weft_frame *root)
{
    size_t outside = 0;
    for (; frame != root; frame = frame->caller)
        outside++;
    return outside;
}

/* Returns the frame `steps` further out. */
static struct checkpoint go_out(struct checkpoint from, size_t steps)
{
    from.outside -= steps;
    while (steps--)
        from.frame = from.frame->caller;
    return from;
}

/* Writes the outermost frame first, although a frame knows only its caller. Each checkpoint halves
 * the way from the checkpoint before to the frame that comes next. So there are at most as many
 * checkpoints as a size_t has bits, and each frame is passed at most so often. */
static void write_locations(const struct dump *dump, const weft_task *task)
{
    struct checkpoint checkpoints[8 * sizeof(size_t)], *last = checkpoints;
    last->frame = weft_task_innermost(task);
    if (!last->frame)
        return;
    last->outside = count_outside(last->frame, &task->root);
    for (size_t wanted = 0;; wanted++) {
        for (size_t way; (way = last->outside - wanted); last++)
            last[1] = go_out(*last, way - way / 2);
        write_location(dump, last->frame);
        if (last == checkpoints)
            return;
        last--;
    }
}

static void write_task(struct dump *dump, const weft_task *task)
{
    indent(dump, 0);
    if (dump->level > DEEPEST) {
        text(dump, "(in ");
        number(dump, dump->level);
        text(dump, " groups) ");
    }
    text(dump, name_of(task));
    if (weft_is_daemon(task))
        text(dump, " (a daemon)");
    write_state(dump, task);
    write_requests(dump, task);
    text(dump, "\n");
    write_locations(dump, task);
}

/* ---- Holders that live ----
 * A primitive's holder may have ended, and its memory may have another use. So the dump must not
 * read a holder, but only compare its address. For that, one waiter for each holder is put into a
 * search tree, by the bits of the holder's address. Then each task that lives is searched for in
 * the tree. A waiter's two links in the tree (live.lower, root.previous) take the place of its
 * scope and of the link to the child before. restore_scopes sets both again, before the dump writes
 * anything. */

static weft_task **find(weft_task **link, const weft_task *holder)
{
    for (uintptr_t bits = (uintptr_t)holder; *link && holder_of(*link) != holder; bits >>= 1)
        link = bits & 1 ? &(*link)->root.previous : &(*link)->live.lower;
    return link;
}

static void add_waiter(weft_task **tree, weft_task *task)
{
    const weft_task *const holder = holder_of(task);
    weft_task **const link = holder ? find(tree, holder) : tree;
    if (!holder || *link)
        return;
    *link = task;
    task->live.lower = task->root.previous = NULL;
}

/* Marks the waiter in the tree, if the task is its holder. */
static void mark_waiter(weft_task **tree, weft_task *task)
{
    weft_task *const waiter = weft_has_ended_(&task->awaitable) ? NULL : *find(tree, task);
    if (waiter)
        waiter->root.flags |= HOLDER_LIVES;
}

/* Marks the other waiters for the same holder. */
static void copy_mark(weft_task **tree, weft_task *task)
{
    const weft_task *const holder = holder_of(task);
    if (holder && (*find(tree, holder))->root.flags & HOLDER_LIVES)
        task->root.flags |= HOLDER_LIVES;
}

static void for_each_task(weft_loop *loop, void (*visit)(weft_task **tree, weft_task *task),
                          weft_task **tree)
{
    weft_scope_ *scope = &loop->tasks;
    do
        for (weft_task *task = scope->children; task; task = task->next)
            visit(tree, task);
    while ((scope = scope->next) != &loop->tasks);
}

static void restore_children(weft_scope_ *scope)
{
    weft_task *last = NULL;
    for (weft_task *task = scope->children; task; task = task->next) {
        task->awaitable.scope = scope;
        task->root.previous = last;
        last = task;
    }
    if (last)
        scope->children->root.previous = last;
}

/* Blocks nest, and the list of scopes is in the order of entering. So the last group of a task in
 * the list is the innermost one, which the task must refer to. */
static void restore_scopes(weft_loop *loop)
{
    weft_scope_ *scope = &loop->tasks;
    do
        restore_children(scope);
    while ((scope = scope->next) != &loop->tasks);
    while ((scope = scope->next) != &loop->tasks)
        scope->parent->awaitable.scope = scope;
}

/* Marks the waiters whose holders live. When this function returns, every link is as the loop has
 * it. The mark stays until the task is written. */
static void find_living_holders(weft_loop *loop)
{
    weft_task *tree = NULL;
    for_each_task(loop, add_waiter, &tree);
    if (!tree)
        return;
    for_each_task(loop, mark_waiter, &tree);
    for_each_task(loop, copy_mark, &tree);
    restore_scopes(loop);
}

/* ---- Tasks that have started an eager one ---- */

static void mark_starting(weft_loop *loop)
{
    for (weft_node_ *node = loop->eager_parents; node; node = node->next)
        weft_task_of_node_(node)->root.flags |= STARTING;
}

static void unmark_starting(weft_loop *loop)
{
    for (weft_node_ *node = loop->eager_parents; node; node = node->next)
        weft_task_of_node_(node)->root.flags &= (uint16_t)~STARTING;
}

/* ---- The tree ----
 * A task knows its innermost group, and each group knows the group outside of it. The dump writes
 * the outermost group first. */

/* Returns NULL if the task is in no group's block. */
static weft_scope_ *outermost_group(const weft_task *task)
{
    weft_scope_ *outermost = NULL;
    for (weft_scope_ *at = task->awaitable.scope; at->parent == task; at = at->outer)
        outermost = at;
    return outermost;
}

/* Returns the group of the same task whose block is directly inside the block of `group`; NULL:
 * none. Searches from both sides at once: forward in the list of all scopes, and outward from the
 * task's innermost group. The list is in the order of entering. All searches among n groups
 * together take O(n) steps if blocks are entered one after another, and O(n * sqrt(n)) in the worst
 * order. */
static weft_scope_ *group_inside(const weft_scope_ *group)
{
    const weft_task *const task = group->parent;
    weft_scope_ *later = group->next, *inner = task->awaitable.scope;
    if (inner == group)
        return NULL;
    for (; later->parent != task && inner->outer != group; later = later->next)
        inner = inner->outer;
    return later->parent == task ? later : inner;
}

/* Writes the heading of a group, before the first of its tasks that is not left out. */
static void write_heading(struct dump *dump)
{
    if (!dump->heading)
        return;
    indent(dump, -1);
    text(dump, dump->heading);
    dump->heading = NULL;
}

static void show(struct dump *dump, weft_task *task)
{
    if (dump->of_deadlock && !dump->left_out && weft_is_daemon(task)) {
        dump->left_out = task;
        dump->daemons++;
    }
    if (!dump->left_out) {
        write_heading(dump);
        write_task(dump, task);
    }
    if (holder_of(task))
        task->root.flags &= (uint16_t)~HOLDER_LIVES;
}

/* Ends a task, after all tasks in its groups. Returns the next task of the scope. */
static weft_task *leave(struct dump *dump, const weft_task *task)
{
    if (dump->left_out == task)
        dump->left_out = NULL;
    else if (!dump->left_out)
        dump->heading = NULL;
    return task->next;
}

/* Begins a group. Returns its first task. */
static weft_task *enter_group(struct dump *dump, const weft_scope_ *group, bool further)
{
    dump->level++;
    if (!dump->left_out)
        dump->heading = further ? "in its group inside that:\n" : "in its group:\n";
    return group->children;
}

/* Writes all tasks, without recursion: `scope` and `task` say where in the tree it is. */
static void show_tree(struct dump *dump)
{
    weft_scope_ *scope = &dump->loop->tasks, *group;
    weft_task *task = scope->children;
    while (task || scope->parent) {
        const bool comes_up = !task;
        if (comes_up) {
            dump->level--;
            task = scope->parent;
            group = group_inside(scope);
        } else {
            show(dump, task);
            group = outermost_group(task);
        }
        scope = group ? group : weft_own_scope_(task);
        task = group ? enter_group(dump, group, comes_up) : leave(dump, task);
    }
}

static void show_all(struct dump *dump)
{
    find_living_holders(dump->loop);
    mark_starting(dump->loop);
    show_tree(dump);
    unmark_starting(dump->loop);
}

void weft_dump(weft_loop *loop, weft_write *write, void *to)
{
    struct dump dump = {.loop = loop, .write = write, .to = to};
    if (!loop->tasks.children)
        text(&dump, "No tasks.\n");
    show_all(&dump);
}

void weft_dump_deadlock(weft_loop *loop, weft_write *write, void *to)
{
    struct dump dump = {.loop = loop, .write = write, .to = to, .of_deadlock = true};
    text(&dump, "Deadlock: nothing can ever run again.\n");
    show_all(&dump);
    if (!dump.daemons)
        return;
    text(&dump, "Daemons, left out: ");
    number(&dump, dump.daemons);
    text(&dump, "\n");
}
