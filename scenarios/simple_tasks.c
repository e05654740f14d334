/* Tasks: coroutines that run at the same time. */
#include "scenario.h"

/* async def fetch(id, delay):
 *     print(f"Fetching data... id: {id}")
 *     await asyncio.sleep(delay)
 *     print(f"Data {id} fetched")
 *     return {"data": f"some data from coroutine {id}", "id": id}
 */
struct fetch {
    weft_frame frame;
    int id, delay;
    struct data result;
};

WEFT_ASYNC_BODY(fetch)
{
    printf("Fetching data... id: %d\n", self->id);
    weft_sleep(WEFT_SECONDS(self->delay));
    printf("Data %d fetched\n", self->id);
    snprintf(self->result.data, sizeof self->result.data, "some data from coroutine %d", self->id);
    self->result.id = self->id;
}
WEFT_ASYNC_END

/* async def concurrent():
 *     start = now()
 *     tasks = [
 *         asyncio.create_task(fetch(1, 2)),
 *         asyncio.create_task(fetch(2, 3)),
 *         asyncio.create_task(fetch(3, 1)),
 *     ]
 *     for t in tasks:
 *         print(f"Received result: {await t}")
 *     total(start, "not 2 + 3 + 1")
 */
struct concurrent {
    weft_frame frame;
    weft_time start;
    WEFT_TASK(fetch) tasks[3];
    int t;
};

WEFT_ASYNC_BODY(concurrent)
{
    self->start = now();
    weft_create_task(fetch, &self->tasks[0], .id = 1, .delay = 2);
    weft_create_task(fetch, &self->tasks[1], .id = 2, .delay = 3);
    weft_create_task(fetch, &self->tasks[2], .id = 3, .delay = 1);
    for (self->t = 0; self->t < 3; self->t++) {
        weft_await(&self->tasks[self->t]);
        print_result(&self->tasks[self->t].frame.result);
    }
    print_total(now() - self->start, "not 2 + 3 + 1");
}
WEFT_ASYNC_END

LESSONS(simple_tasks, {"concurrent", &concurrent_code});
