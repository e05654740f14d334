/* SPDX-License-Identifier: MIT */
/* Coroutines: nothing runs until the coroutine is awaited. Then it runs to its end. */
#include "scenario.h"

/* async def fetch_data(delay, id):
 *     print(f"Fetching data... id: {id}")
 *     await asyncio.sleep(delay)
 *     print("Data fetched")
 *     return {"data": "some data", "id": id}
 */
WEFT_ASYNC(fetch_data, int delay, id; struct data result;)
{
    printf("Fetching data... id: %d\n", self->id);
    weft_sleep(WEFT_SECONDS(self->delay));
    puts("Data fetched");
    weft_return_value((struct data){text("some data"), self->id});
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
WEFT_ASYNC(sequential, weft_time start; struct fetch_data first, second;)
{
    self->start = now();
    puts("Start of main coroutine");
    weft_begin(fetch_data, &self->first, 2, 1);
    weft_begin(fetch_data, &self->second, 2, 2);
    weft_call_begun(&self->first);
    print_result(&self->first.result);
    weft_call_begun(&self->second);
    print_result(&self->second.result);
    total(self->start, "2 + 2: a coroutine does not start until it is awaited");
}
WEFT_ASYNC_END

LESSONS(coroutine, LESSON(sequential));
