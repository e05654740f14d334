/* SPDX-License-Identifier: MIT */
/* Both kinds of coroutines in one group. One task has a stack, because it awaits in a function that
 * qsort of the C library calls. The other tasks need none. */
#include "lessons.h"

#include <stdlib.h>

struct question {
    const char *one, *other;
    WEFT_FUTURE(bool) first; /* true: the first one comes first */
};

typedef WEFT_QUEUE(struct question *, 1) questions;

STACKFUL_AWAIT(ask, questions *judged; struct question * question;
               , weft_queue_put(self->judged, self->question))

/* What the comparison needs. qsort passes no pointer to it. */
static struct {
    questions *judged;
    const weft_error *error;
} sorting;

/* def compare(one, other):
 *     if one.lower() == other.lower():
 *         return 0
 *     future = loop.create_future()
 *     await judged.put((one, other, future))   # not in Python: compare is not async
 *     return -1 if await future else 1
 *
 * An error must not leave the function past qsort: the task raises it behind qsort.
 */
static int compare(const void *one, const void *other)
{
    struct question question = {.one = *(const char *const *)one,
                                .other = *(const char *const *)other};
    if (sorting.error)
        return 0;
    stackful_try {
        stackful_create_future(&question.first);
        stackful_call(ask, sorting.judged, &question);
        stackful_await(&question.first);
    }
    stackful_catch(&weft_base_error, error)
        sorting.error = error;
    stackful_end;
    return sorting.error ? 0 : question.first.result ? -1 : 1;
}

enum { NAMES = 5 };

/* async def sort(names):
 *     names.sort(key=cmp_to_key(compare))
 *     await judged.put(None)
 */
STACKFUL(sort, questions *judged; const char **names;)
{
    sorting.judged = self->judged;
    sorting.error = NULL;
    qsort(self->names, NAMES, sizeof(*self->names), compare);
    stackful_check(sorting.error);
    stackful_call(ask, self->judged, NULL);
}

/* async def judge():
 *     while (question := await judged.get()) is not None:
 *         one, other, first = question
 *         await asyncio.sleep(0.01)
 *         first.set_result(one < other)
 */
WEFT_ASYNC(judge, questions *judged; struct question *question;)
{
    for (;;) {
        weft_queue_get(self->judged, &self->question);
        if (!self->question)
            break;
        weft_sleep(WEFT_SECONDS(0.01));
        weft_check(weft_set_result(&self->question->first,
                                   self->question->one[0] < self->question->other[0]));
    }
}
WEFT_ASYNC_END

/* async def others():
 *     await asyncio.sleep(0.005)
 *     print("Other tasks run while qsort waits")
 */
WEFT_ASYNC(others)
{
    weft_sleep(WEFT_SECONDS(0.005));
    puts("Other tasks run while qsort waits");
}
WEFT_ASYNC_END

/* async def sorted_names():
 *     judged = asyncio.Queue(maxsize=1)
 *     names = ["Grace", "Ada", "Edsger", "Barbara", "Dennis"]
 *     async with asyncio.TaskGroup() as tg:
 *         tg.create_task(judge())
 *         tg.create_task(others())
 *         tg.create_task(sort(names))
 *     print(" ".join(names))
 */
WEFT_ASYNC(sorted_names, questions judged; const char *names[NAMES]; weft_group tg;
           WEFT_TASK(judge) judge; WEFT_TASK(others) others; WEFT_TASK(sort) sort; int i;)
{
    static const char *const names[NAMES] = {"Grace", "Ada", "Edsger", "Barbara", "Dennis"};
    for (int i = 0; i < NAMES; i++)
        self->names[i] = names[i];
    weft_queue_init(&self->judged);
    weft_with_group(&self->tg) {
        weft_group_create_task(&self->tg, judge, &self->judge, &self->judged);
        weft_group_create_task(&self->tg, others, &self->others);
        weft_group_create_task(&self->tg, sort, &self->sort, &self->judged, self->names);
    }
    weft_end;
    for (int i = 0; i < NAMES; i++)
        printf("%s%s", self->names[i], i < NAMES - 1 ? " " : "\n");
}
WEFT_ASYNC_END

/* async def cancelled():
 *     try:
 *         async with asyncio.timeout(0.015):
 *             await sorted_names()
 *     except TimeoutError:
 *         print("Timeout: qsort returned, and its task was cancelled")
 */
WEFT_ASYNC(cancelled, weft_timeout limit; struct sorted_names sorted;)
{
    weft_try {
        weft_with_timeout(&self->limit, WEFT_SECONDS(0.015))
            weft_call(sorted_names, &self->sorted);
        weft_end;
    }
    weft_catch(&weft_timeout_error)
        puts("Timeout: qsort returned, and its task was cancelled");
    weft_end;
}
WEFT_ASYNC_END

LESSONS(hybrid, {"sort", &sorted_names_code}, LESSON(cancelled));
