/* SPDX-License-Identifier: MIT */
/* All lessons in one program, in the order of README.md. */
#include "scenario.h"

extern const struct lesson coroutine_lessons[], simple_tasks_lessons[], gather_lessons[],
    task_group_lessons[], future_lessons[], lock_lessons[], semaphore_lessons[], event_lessons[],
    condition_lessons[], barrier_lessons[], queue_lessons[];

const struct scenario scenarios[] = {
    {"coroutine", coroutine_lessons, "tasks"},
    {"simple_tasks", simple_tasks_lessons, "tasks"},
    {"gather", gather_lessons, "tasks"},
    {"task_group", task_group_lessons, "task_groups"},
    {"future", future_lessons, "futures"},
    {"lock", lock_lessons, "synchronisation"},
    {"semaphore", semaphore_lessons, "synchronisation"},
    {"event", event_lessons, "synchronisation"},
    {"condition", condition_lessons, "synchronisation"},
    {"barrier", barrier_lessons, "synchronisation"},
    {"queue", queue_lessons, "synchronisation"},
    {NULL, NULL, NULL},
};
