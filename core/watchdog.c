#include "core/watchdog.h"

void weft_set_watchdog(weft_loop *loop, weft_time longest, weft_watchdog *watchdog)
{
    loop->watchdog = watchdog;
    loop->longest = longest;
    loop->attention &= (unsigned char)~WEFT_WATCHED_;
    if (watchdog)
        loop->attention |= WEFT_WATCHED_;
}

weft_turn weft_begin_turn_(weft_node *node)
{
    weft_turn turn = {.task = NULL};
    turn.began = weft_frame_place(node->frame);
    if (weft_is_turn_(node)) {
        turn.began.line = 0; /* its state is no line */
        turn.function = weft_function_of_(node);
    } else {
        turn.task = weft_task_of_node_(node);
    }
    return turn;
}

weft_time weft_end_turn_(weft_loop *loop, weft_turn *turn, weft_time began)
{
    const weft_time now = weft_loop_time(loop);
    turn->took = now - began;
    if (!loop->watchdog || turn->took <= loop->longest)
        return now;
    loop->context.running = NULL;
    loop->watchdog(loop, turn);
    return weft_loop_time(loop);
}
