/* SPDX-License-Identifier: MIT */
/* The styles, and for the program of all files the tables of the styles in which a lesson has a
 * stack. A board has only the style of lessons.c. */
#include "style.h"

const struct style *const styles[] = {&stackless_style, &stackful_style, &threads_style, NULL};

#ifdef SEVERAL_SCENARIOS
#define SCENARIOS_OF(style, ...)                                                                   \
    extern const struct lesson coroutine_##style[], simple_tasks_##style[], gather_##style[],      \
        task_group_##style[], future_##style[], lock_##style[], semaphore_##style[],               \
        event_##style[], condition_##style[], barrier_##style[], queue_##style[];                  \
    const struct scenario style##_scenarios[] = {                                                  \
        {"coroutine", coroutine_##style, "tasks"},                                                 \
        {"simple_tasks", simple_tasks_##style, "tasks"},                                           \
        {"gather", gather_##style, "tasks"},                                                       \
        {"task_group", task_group_##style, "task_groups"},                                         \
        {"future", future_##style, "futures"},                                                     \
        {"lock", lock_##style, "synchronisation"},                                                 \
        {"semaphore", semaphore_##style, "synchronisation"},                                       \
        {"event", event_##style, "synchronisation"},                                               \
        {"condition", condition_##style, "synchronisation"},                                       \
        {"barrier", barrier_##style, "synchronisation"},                                           \
        {"queue", queue_##style, "synchronisation"},                                               \
        __VA_ARGS__ /* more, each with a comma */                                                  \
        {NULL, NULL, NULL},                                                                        \
    }

extern const struct lesson hybrid_stackful[];
SCENARIOS_OF(stackful, {"hybrid", hybrid_stackful, "stacks"}, );
SCENARIOS_OF(threads, );
#endif
