/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* MAP_ANONYMOUS, MAP_NORESERVE */
#include "stackful.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#ifdef __SSE__
#include <xmmintrin.h>
#endif
#ifdef HAVE_VALGRIND
#include <valgrind/valgrind.h>
#else
#define VALGRIND_STACK_REGISTER(low, high) 0
#define VALGRIND_STACK_DEREGISTER(id) ((void)(id))
#endif

#if defined __SANITIZE_ADDRESS__
#define HAS_ASAN
#elif defined __SANITIZE_THREAD__
#define HAS_TSAN
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define HAS_ASAN
#elif __has_feature(thread_sanitizer)
#define HAS_TSAN
#endif
#endif
#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef HAS_TSAN
#include <sanitizer/tsan_interface.h>
#endif

/* ---- A stack ------------------------------------------------------------------------------- */

/* How a section of a block ended. */
enum { RUNS, REACHED_END, RAISED, RETURNED };

/* Boost.Context's functions. Its header is for C++. */
#ifdef HAVE_BOOST_CONTEXT
struct transfer {
    void *from; /* the context that jumped */
    void *data;
};
void *make_fcontext(void *top, size_t size, void (*start)(struct transfer));
struct transfer jump_fcontext(void *to, void *data);
#endif

/* Two contexts that switch to each other: the stackful one, and the one of the loop. */
union contexts {
    struct {
        void *here, *loop;
    } boost;
    struct {
        ucontext_t here, loop;
    } ucontext;
};

/* Lies at the top of its own stack. */
struct stackful {
    struct stackful *next_free, *next;
    struct stackful_pool *pool;
    unsigned char *bottom; /* the lowest byte of the stack */
    size_t size;           /* bytes from `bottom` to this struct */
    bool started;          /* the contexts exist: the stack has a first function */
    bool is_boost, finished;
    bool reached;            /* the step of `innermost` was called on this stack (stackful_step_) */
    weft_step step;          /* what the step gives to the loop */
    weft_context *context;   /* of the loop that runs the coroutine */
    weft_frame *innermost;   /* of the stackful coroutines that call each other on this stack */
    weft_frame *outermost;   /* the first of these */
    struct stackful *around; /* the stack on which the loop runs; NULL: the thread's own */
    void (*run)(weft_frame *frame);
    struct stackful_block_ *block; /* the innermost block */
    unsigned valgrind_id;
    void *fake_stack, *loop_fake_stack; /* ASan's */
    const void *loop_bottom;
    size_t loop_size;
    void *fiber, *loop_fiber; /* TSan's */
    union contexts contexts;
};

/* The stack that runs now, and the pool of this thread. A step runs in one thread from its start to
 * its end. */
static _Thread_local struct stackful *running;
static _Thread_local struct stackful_pool *thread_pool;

/* ---- The switch ---------------------------------------------------------------------------- */

static void run_for_ever(struct stackful *me);

#ifdef HAVE_BOOST_CONTEXT
static void start_boost(struct transfer transfer)
{
    struct stackful *const me = transfer.data;
    me->contexts.boost.loop = transfer.from;
    run_for_ever(me);
}
#endif

static void start_ucontext(void)
{
    run_for_ever(running);
}

static void make_context(struct stackful *me)
{
#ifdef HAVE_BOOST_CONTEXT
    if (me->is_boost) {
        me->contexts.boost.here = make_fcontext(me->bottom + me->size, me->size, start_boost);
        return;
    }
#endif
    ucontext_t *const here = &me->contexts.ucontext.here;
    getcontext(here);
    here->uc_stack.ss_sp = me->bottom;
    here->uc_stack.ss_size = me->size;
    here->uc_link = NULL;
    makecontext(here, start_ucontext, 0);
}

static void jump_in(struct stackful *me)
{
#ifdef HAVE_BOOST_CONTEXT
    if (me->is_boost) {
        me->contexts.boost.here = jump_fcontext(me->contexts.boost.here, me).from;
        return;
    }
#endif
    swapcontext(&me->contexts.ucontext.loop, &me->contexts.ucontext.here);
}

static void jump_out(struct stackful *me)
{
#ifdef HAVE_BOOST_CONTEXT
    if (me->is_boost) {
        me->contexts.boost.loop = jump_fcontext(me->contexts.boost.loop, NULL).from;
        return;
    }
#endif
    swapcontext(&me->contexts.ucontext.here, &me->contexts.ucontext.loop);
}

/* The sanitizers must know each switch. */

static void before_switch_in(struct stackful *me)
{
    (void)me;
#ifdef HAS_ASAN
    __sanitizer_start_switch_fiber(&me->loop_fake_stack, me->bottom, me->size);
#endif
#ifdef HAS_TSAN
    me->loop_fiber = __tsan_get_current_fiber();
    if (!me->fiber)
        me->fiber = __tsan_create_fiber(0);
    __tsan_switch_to_fiber(me->fiber, 0);
#endif
}

static void after_switch_in(struct stackful *me)
{
    (void)me;
#ifdef HAS_ASAN
    __sanitizer_finish_switch_fiber(me->fake_stack, &me->loop_bottom, &me->loop_size);
#endif
}

static void before_switch_out(struct stackful *me)
{
    (void)me;
#ifdef HAS_ASAN
    __sanitizer_start_switch_fiber(&me->fake_stack, me->loop_bottom, me->loop_size);
#endif
#ifdef HAS_TSAN
    __tsan_switch_to_fiber(me->loop_fiber, 0);
#endif
}

static void after_switch_out(struct stackful *me)
{
    (void)me;
#ifdef HAS_ASAN
    __sanitizer_finish_switch_fiber(me->loop_fake_stack, NULL, NULL);
#endif
}

/* ---- The pool ------------------------------------------------------------------------------ */

const weft_error stackful_no_stack_error = {.text = "there is no stack for a coroutine"};

enum { DEFAULT_SIZE = 64 * 1024 };

static bool uses_boost(const struct stackful_pool *pool)
{
#ifdef HAVE_BOOST_CONTEXT
    return pool->options.switcher == STACKFUL_BEST;
#else
    (void)pool;
    return false;
#endif
}

const char *stackful_switch_name(const struct stackful_pool *pool)
{
    return uses_boost(pool) ? "Boost.Context" : "ucontext";
}

/* Sets the status bits of MXCSR. Nothing clears them, so a switch finds them equal. */
static void set_fp_status(void)
{
#ifdef __SSE__
    _mm_setcsr(_mm_getcsr() | _MM_EXCEPT_MASK);
#endif
}

void stackful_pool_init(struct stackful_pool *pool, const struct stackful_options *options)
{
    *pool = (struct stackful_pool){.page = (size_t)sysconf(_SC_PAGESIZE)};
    if (options)
        pool->options = *options;
    const size_t size = pool->options.size ? pool->options.size : DEFAULT_SIZE;
    pool->options.size = (size + pool->page - 1) / pool->page * pool->page;
    pool->mapped = pool->options.size + (pool->options.no_guard ? 0 : pool->page);
    if (!pool->options.keep_fp_status)
        set_fp_status();
}

struct stackful_pool *stackful_use_pool(struct stackful_pool *pool)
{
    struct stackful_pool *const former = thread_pool;
    thread_pool = pool;
    return former;
}

/* Maps a stack. Returns NULL if the system refuses it. */
static struct stackful *map_stack(struct stackful_pool *pool)
{
    const size_t guard = pool->mapped - pool->options.size;
    unsigned char *const mapping = mmap(NULL, pool->mapped, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED) {
        pool->refused = "mmap";
        return NULL;
    }
    if (guard && mprotect(mapping, guard, PROT_NONE) != 0) {
        pool->refused = "mprotect";
        munmap(mapping, pool->mapped);
        return NULL;
    }
    const size_t own = (sizeof(struct stackful) + 63) / 64 * 64;
    unsigned char *const bottom = mapping + guard;
    struct stackful *const me = (struct stackful *)(void *)(bottom + pool->options.size - own);
    me->pool = pool;
    me->bottom = bottom;
    me->size = pool->options.size - own;
    me->is_boost = uses_boost(pool);
    me->valgrind_id = VALGRIND_STACK_REGISTER(bottom, bottom + me->size - 1);
    me->next = pool->all;
    pool->all = me;
    pool->count++;
    return me;
}

/* ASan reports a use of a stack on which nothing runs. */
static void forbid(struct stackful *me)
{
    (void)me;
#ifdef HAS_ASAN
    __asan_poison_memory_region(me->bottom, me->size);
#endif
}

static void permit(struct stackful *me)
{
    (void)me;
#ifdef HAS_ASAN
    __asan_unpoison_memory_region(me->bottom, me->size);
#endif
}

static struct stackful *take_stack(struct stackful_pool *pool)
{
    if (!pool)
        return NULL;
    struct stackful *const me = pool->free ? pool->free : map_stack(pool);
    if (!me)
        return NULL;
    pool->free = me->next_free;
    permit(me);
    if (!me->started)
        make_context(me);
    me->started = true;
    me->finished = false;
    if (++pool->in_use > pool->peak)
        pool->peak = pool->in_use;
    return me;
}

static void give_stack_back(struct stackful *me)
{
    struct stackful_pool *const pool = me->pool;
    forbid(me);
    me->next_free = pool->free;
    pool->free = me;
    pool->in_use--;
}

static void end_fiber(struct stackful *me)
{
    (void)me;
#ifdef HAS_TSAN
    if (me->fiber)
        __tsan_destroy_fiber(me->fiber);
    me->fiber = NULL;
#endif
    permit(me);
}

void stackful_pool_reclaim(struct stackful_pool *pool)
{
    pool->free = NULL;
    for (struct stackful *me = pool->all; me; me = me->next) {
        end_fiber(me);
        me->started = false;
        me->fake_stack = NULL;
        me->block = NULL;
        me->next_free = pool->free;
        pool->free = me;
    }
    pool->in_use = 0;
}

void stackful_pool_close(struct stackful_pool *pool)
{
    for (struct stackful *me = pool->all, *next; me; me = next) {
        next = me->next;
        end_fiber(me);
        VALGRIND_STACK_DEREGISTER(me->valgrind_id);
        munmap(me->bottom - (pool->mapped - pool->options.size), pool->mapped);
    }
    if (thread_pool == pool)
        thread_pool = NULL;
    pool->all = pool->free = NULL;
    pool->count = pool->in_use = 0;
}

/* The bytes below the deepest call are zero, as they were mapped. */
#if defined __GNUC__
__attribute__((no_sanitize("address")))
#endif
static size_t
bytes_used(const struct stackful *me)
{
    const volatile unsigned char *byte = me->bottom;
    const volatile unsigned char *const end = me->bottom + me->size;
    while (byte < end && !*byte)
        byte++;
    return (size_t)(end - byte);
}

size_t stackful_high_water(const struct stackful_pool *pool)
{
    size_t most = 0;
    for (const struct stackful *me = pool->all; me; me = me->next) {
        const size_t used = bytes_used(me);
        most = used > most ? used : most;
    }
    return most;
}

/* ---- Steps --------------------------------------------------------------------------------- */

/* Runs a coroutine on the present stack to its end. context->error is then its error. */
static void run_coroutine(struct stackful *me, weft_frame *frame, void (*run)(weft_frame *frame))
{
    weft_frame *const caller = me->innermost;
    struct stackful_block_ call;
    stackful_open_block_(&call, NULL);
    call.is_call = true;
    me->innermost = frame;
    weft_set_line(frame, 1);
    if (!setjmp(call.jump)) {
        run(frame);
        if (me->block != &call)
            weft_panic(__FILE__, __LINE__, "a plain return has left a block");
    }
    me->innermost = caller;
    me->block = call.outer;
    me->context->error = call.how == RAISED ? call.error : NULL;
}

/* Switches from the loop to the stack. Returns what the coroutine then gives to the loop. */
static weft_step switch_in(struct stackful *me, weft_context *context)
{
    me->context = context;
    me->around = running;
    running = me;
    before_switch_in(me);
    jump_in(me);
    after_switch_out(me);
    running = me->around;
    if (me->finished)
        give_stack_back(me);
    return me->step;
}

/* Switches to the loop. Returns when the loop calls the step of the innermost coroutine. */
static void switch_out(struct stackful *me, weft_step step)
{
    me->step = step;
    before_switch_out(me);
    jump_out(me);
    after_switch_in(me);
}

/* The first function of a stack: runs one coroutine after another. */
static void run_for_ever(struct stackful *me)
{
    after_switch_in(me);
    for (;;) {
        me->innermost = NULL;
        me->block = NULL;
        run_coroutine(me, me->outermost, me->run);
        me->finished = true;
        switch_out(me, weft_end_frame(me->outermost));
    }
}

weft_step stackful_step_(weft_frame *frame, weft_context *context, struct stackful **stackful,
                         void (*run)(weft_frame *frame))
{
    struct stackful *const here = running && running->context == context ? running : NULL;
    if (weft_frame_has_ended(frame))
        return weft_end_frame(frame);
    if (!weft_frame_is_new(frame)) {
        if (*stackful != here)
            return switch_in(*stackful, context);
        here->reached = true; /* an await on this stack is over (await_on) */
        return (weft_step){WEFT_YIELDED};
    }
    if (here) { /* called by a coroutine on this stack */
        *stackful = here;
        run_coroutine(here, frame, run);
        return weft_end_frame(frame);
    }
    struct stackful *const me = take_stack(thread_pool);
    if (!me) {
        context->error = &stackful_no_stack_error;
        return weft_end_frame(frame);
    }
    *stackful = me;
    me->outermost = frame;
    me->run = run;
    return switch_in(me, context);
}

/* ---- Awaits -------------------------------------------------------------------------------- */

/* Returns the stack that runs now. */
static struct stackful *current(void)
{
    if (!running)
        weft_panic(__FILE__, __LINE__, "a stackful await stands outside of a stackful coroutine");
    return running;
}

static struct stackful *wait_at(unsigned line)
{
    struct stackful *const me = current();
    weft_set_line(me->innermost, line);
    me->reached = false;
    return me;
}

/* Lets the loop go on with `step`, unless the await is over already. */
static void await_on(struct stackful *me, weft_step step)
{
    if (!me->reached)
        switch_out(me, step);
}

static void raise_in(struct stackful *me)
{
    const weft_error *const error = me->context->error;
    me->context->error = NULL;
    if (error)
        stackful_raise(error);
}

void stackful_call_begun_(weft_frame *begun, unsigned line)
{
    struct stackful *const me = wait_at(line);
    await_on(me, weft_run_begun(me->context, me->innermost, begun));
    raise_in(me);
}

void stackful_yield_(unsigned line)
{
    struct stackful *const me = wait_at(line);
    switch_out(me, (weft_step){WEFT_YIELDED});
    raise_in(me);
}

weft_loop *stackful_loop(void)
{
    return WEFT_CONTAINER_(current()->context, weft_loop, context);
}

/* Defines the function stackful_NAME_(arguments, line), which awaits one statement. */
#define AWAIT(name, type, argument, statement)                                                     \
    STACKFUL_AWAIT(name, type argument;, statement)                                                \
    void stackful_##name##_(type argument, unsigned line)                                          \
    {                                                                                              \
        struct name callee;                                                                        \
        callee.frame = (weft_frame){.code = NULL};                                                 \
        weft_begin(name, &callee, argument);                                                       \
        stackful_call_begun_(&callee.frame, line);                                                 \
    }

AWAIT(sleep, weft_time, delay, weft_sleep(self->delay))
AWAIT(await, weft_future *, future, weft_await(self->future))
AWAIT(lock_acquire, weft_lock *, lock, weft_lock_acquire(self->lock))
AWAIT(semaphore_acquire, weft_semaphore *, semaphore, weft_semaphore_acquire(self->semaphore))
AWAIT(event_wait, weft_event *, event, weft_event_wait(self->event))
AWAIT(condition_wait, weft_condition *, condition, weft_condition_wait(self->condition))

void stackful_barrier_wait_(weft_barrier *barrier, unsigned line)
{
    struct weft_barrier_wait callee;
    callee.frame = (weft_frame){.code = NULL};
    weft_begin(weft_barrier_wait, &callee, .barrier = barrier);
    stackful_call_begun_(&callee.frame, line);
}

typedef WEFT_GATHER_OVER any_gather;

STACKFUL_AWAIT(gather_all, any_gather *gather;, weft_gather_all(self->gather))
STACKFUL_AWAIT(gather_collect, any_gather *gather;, weft_gather_collect(self->gather))

/* `gather` is a WEFT_GATHER(n), a WEFT_GATHER_OF or a WEFT_GATHER_OVER: one begins like another. */
void stackful_gather_(void *gather, bool collects, unsigned line)
{
    any_gather *const any = gather;
    union {
        weft_frame frame;
        struct gather_all all;
        struct gather_collect collect;
    } callee;
    callee.frame = (weft_frame){.code = NULL};
    if (collects)
        weft_begin(gather_collect, &callee.collect, any);
    else
        weft_begin(gather_all, &callee.all, any);
    stackful_call_begun_(&callee.frame, line);
}

/* ---- Blocks -------------------------------------------------------------------------------- */

struct stackful_block_ *stackful_block_(void)
{
    return running->block;
}

/* Goes on behind the innermost section, which ends so. */
WEFT_NORETURN_ static void leave_section(unsigned char how, const weft_error *error)
{
    struct stackful_block_ *const block = running->block;
    block->how = how;
    block->error = error;
    longjmp(block->jump, 1);
}

void stackful_raise(const weft_error *error)
{
    (void)current();
    leave_section(RAISED, error ? error : &weft_invalid_state_error);
}

void stackful_leave_blocks_(void)
{
    if (!running->block->is_call)
        leave_section(RETURNED, NULL);
}

void stackful_open_block_(struct stackful_block_ *block, weft_frame *with)
{
    struct stackful *const me = current();
    block->outer = me->block;
    block->with = with;
    block->error = block->finally_error = NULL;
    block->how = RUNS;
    block->finally_how = RUNS;
    block->is_call = block->is_late = block->in_finally = false;
    me->block = block;
}

bool stackful_section_runs_(void)
{
    return running->block->how == RUNS;
}

void stackful_end_section_(void)
{
    running->block->how = REACHED_END;
    running->block->error = NULL;
}

/* A section whose loop ends otherwise has executed a break. */
void stackful_section_left_(const char *file, unsigned line)
{
    if (running->block->how == RUNS)
        weft_panic(file, line, "a break leaves a block");
}

void stackful_stray_(const char *file, unsigned line)
{
    weft_panic(file, line, "a continue leaves a block");
}

/* A catch takes an error of the try only, not one of another catch. */
void stackful_begin_catch_(const weft_error *kind)
{
    struct stackful_block_ *const block = running->block;
    if (block->how != RAISED || block->is_late || !weft_error_is(block->error, kind))
        return;
    block->how = RUNS;
    block->is_late = true;
}

const weft_error *stackful_caught_(void)
{
    return running->block->error;
}

void stackful_begin_finally_(void)
{
    struct stackful_block_ *const block = running->block;
    block->in_finally = true;
    block->finally_how = block->how;
    block->finally_error = block->error;
    block->how = RUNS;
    block->error = NULL;
}

/* Ends the with block of a coroutine of weft. Returns the error that the block raises. */
static const weft_error *leave_with(struct stackful *me, const struct stackful_block_ *block,
                                    unsigned line)
{
    wait_at(line);
    me->context->error = block->error;
    await_on(me, weft_run_frame(me->context, block->with));
    const weft_error *const error = me->context->error;
    me->context->error = NULL;
    return error;
}

void stackful_end_block_(unsigned line)
{
    struct stackful *const me = running;
    struct stackful_block_ *const block = me->block;
    if (block->in_finally && block->how == REACHED_END) {
        block->how = block->finally_how;
        block->error = block->finally_error;
    }
    me->block = block->outer;
    if (block->with) {
        const weft_error *const error = leave_with(me, block, line);
        if (error)
            stackful_raise(error);
        if (block->how == RAISED)
            return; /* the block has taken the error */
    }
    if (block->how == RAISED)
        stackful_raise(block->error);
    if (block->how == RETURNED)
        leave_section(RETURNED, NULL);
}

/* Waits until the with block has been entered. */
void stackful_enter_(weft_frame *with, unsigned line)
{
    stackful_call_begun_(with, line);
    if (weft_frame_has_ended(with))
        weft_panic(__FILE__, __LINE__, "a coroutine of a stackful_with has no stackful_body");
}

/* The step of stackful_body: lets the loop, or weft_run_frame, call the step of the stackful
 * coroutine, which goes on in the block. */
static weft_step run_body(weft_frame *frame, weft_context *context)
{
    weft_frame *const with = frame->caller;
    weft_end_frame(frame); /* leave_with goes on with the caller */
    return weft_enter_frame(context, with->caller);
}

WEFT_CODE_EXTERN(stackful_body, run_body);

WEFT_ASYNC_EXTERN(stackful_lock_block)
{
    weft_with_lock(self->lock)
        stackful_body(&self->body);
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC_EXTERN(stackful_rlock_block)
{
    weft_with_rlock(self->lock)
        stackful_body(&self->body);
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC_EXTERN(stackful_semaphore_block)
{
    weft_with_semaphore(self->semaphore)
        stackful_body(&self->body);
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC_EXTERN(stackful_condition_block)
{
    weft_with_condition(self->condition)
        stackful_body(&self->body);
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC_EXTERN(stackful_group_block)
{
    weft_with_group(self->group)
        stackful_body(&self->body);
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC_EXTERN(stackful_timeout_block)
{
    weft_with_timeout(self->limit, self->delay)
        stackful_body(&self->body);
    weft_end;
}
WEFT_ASYNC_END
