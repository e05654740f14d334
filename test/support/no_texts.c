/* SPDX-License-Identifier: MIT */
/* For suites in a program without texts (WEFT_TEXTS=0). Names and reports do not exist there: the
 * functions below stand for them, so that a suite links. The tests that need them do not run. */
#include "helper.h"

#if !WEFT_TEXTS
static const char *const text_tests[] = {
#include "text_tests.h"
};

bool is_about_texts(const char *test)
{
    for (size_t i = 0; i < sizeof(text_tests) / sizeof(*text_tests); i++) {
        if (!strcmp(text_tests[i], test)) {
            printf("without texts: %s\n", test);
            return true;
        }
    }
    return false;
}

const char *text_of(const weft_error *error)
{
    static const struct {
        const weft_error *error;
        const char *text;
    } texts[] = {
        {&weft_cancelled_error, "cancelled"},
        {&weft_invalid_state_error, "invalid state"},
        {&weft_deadlock_error, "deadlock: nothing can ever run again"},
        {&weft_timeout_error, "timeout"},
        {&weft_group_error, "unhandled errors in a task group"},
        {&weft_queue_empty_error, "the queue is empty"},
        {&weft_queue_full_error, "the queue is full"},
        {&weft_queue_shut_down_error, "the queue is shut down"},
        {&weft_broken_barrier_error, "the barrier is broken"},
        {&weft_bad_descriptor_error, "Bad file descriptor"},
        {&weft_descriptor_range_error, "file descriptor out of the backend's range"},
        {&weft_descriptor_busy_error, "another wait for the descriptor is pending"},
        {&weft_descriptor_error, "cannot wait for the descriptor"},
    };
    for (; error; error = error->kind) {
        if (error->text)
            return error->text;
        for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
            if (texts[i].error == error)
                return texts[i].text;
    }
    return "any error";
}

const char *weft_task_name(const weft_task *task)
{
    (void)task;
    return "";
}

weft_location weft_frame_location(const weft_frame *frame)
{
    (void)frame;
    return (weft_location){.file = ""};
}

weft_wait_info weft_task_waits_for(const weft_task *task)
{
    (void)task;
    return (weft_wait_info){.what = ""};
}

void weft_dump(weft_loop *of, weft_write *write, void *to)
{
    (void)of, (void)write, (void)to;
}
#else
const char *text_of(const weft_error *error)
{
    return weft_error_text(error);
}
#endif
