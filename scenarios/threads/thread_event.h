/* SPDX-License-Identifier: MIT */
/* Events: a flag that tasks can wait for. */
#ifndef WEFT_SCENARIOS_THREAD_EVENT_H
#define WEFT_SCENARIOS_THREAD_EVENT_H

#include "thread_wait.h"

struct thread_event {
    bool is_set;
    pthread_cond_t changed;
};

void thread_event_init(struct thread_event *event);
void thread_event_destroy(struct thread_event *event);
void thread_event_set(struct thread_event *event);
const weft_error *thread_event_wait(struct thread_event *event);

#endif
