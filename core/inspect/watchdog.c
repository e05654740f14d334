#include "core/inspect/watchdog.h"

static weft_slow_call begin_turn(const weft_loop *loop, weft_node_ *node)
{
    weft_slow_call turn = {.task = NULL};
    turn.began = weft_frame_location(node->frame);
    if (weft_is_callback_(node)) {
        turn.began.line = 0; /* its state is no line */
        turn.function = weft_callback_function_(loop, node);
    } else {
        turn.task = weft_task_of_node_(node);
    }
    return turn;
}

/* Returns the time from which the next turn counts. */
static weft_time end_turn(weft_loop *loop, weft_slow_call *turn, weft_time began)
{
    const weft_time now = weft_loop_time(loop);
    turn->took = now - began;
    if (!loop->watchdog || turn->took <= loop->longest)
        return now;
    loop->context.running = NULL;
    loop->watchdog(loop, turn);
    return weft_loop_time(loop);
}

/* A tick of which each turn is timed: it counts from the end of the one before. */
static void run_timed(weft_loop *loop)
{
    weft_time began = weft_loop_time(loop);
    weft_node_ *node;
    while ((node = weft_ready_pop_(&loop->ready)) != &loop->ready.tick) {
        weft_slow_call turn = begin_turn(loop, node);
        weft_run_entry_(loop, node);
        began = end_turn(loop, &turn, began);
    }
}

void(weft_set_watchdog)(weft_loop *loop, weft_time longest, weft_watchdog *watchdog)
{
    loop->watchdog = watchdog;
    loop->longest = weft_is_negative_(longest) ? 0 : longest;
    loop->run_timed = watchdog ? run_timed : NULL;
    loop->attention &= (unsigned char)~WEFT_HAS_WATCHDOG_;
    if (watchdog)
        loop->attention |= WEFT_HAS_WATCHDOG_;
}
