/* Coroutines: nothing runs until it is awaited, and then to its end. */
#include "scenario.h"

/* async def fetch_data(delay, id):
 *     print(f"Fetching data... id: {id}")
 *     await asyncio.sleep(delay)
 *     print("Data fetched")
 *     return {"data": "some data", "id": id}
 */
struct fetch_data {
    weft_frame frame;
    int delay, id;
    struct data result;
};

WEFT_ASYNC_BODY(fetch_data)
{
    printf("Fetching data... id: %d\n", self->id);
    weft_sleep(WEFT_SECONDS(self->delay));
    puts("Data fetched");
    self->result = (struct data){"some data", self->id};
}
WEFT_ASYNC_END

/* async def sequential():
 *     start = now()
 *     print("Start of main coroutine")
 *     first, second = fetch_data(2, 1), fetch_data(2, 2)
 *     print(f"Received result: {await first}")
 *     print(f"Received result: {await second}")
 *     total(start, "2 + 2: a coroutine does not start until it is awaited")
 */
struct sequential {
    weft_frame frame;
    weft_time start;
    struct fetch_data first, second;
};

WEFT_ASYNC_BODY(sequential)
{
    self->start = now();
    puts("Start of main coroutine");
    weft_begin(fetch_data, &self->first, .delay = 2, .id = 1);
    weft_begin(fetch_data, &self->second, .delay = 2, .id = 2);
    weft_call_begun(&self->first);
    print_result(&self->first.result);
    weft_call_begun(&self->second);
    print_result(&self->second.result);
    print_total(now() - self->start, "2 + 2: a coroutine does not start until it is awaited");
}
WEFT_ASYNC_END

LESSONS(coroutine, {"sequential", &sequential_code});
