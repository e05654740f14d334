/* SPDX-License-Identifier: MIT */
/* Coroutines: nothing runs until the coroutine is awaited. Then it runs to its end. */
#include "threads.h"

/* async def fetch_data(delay, id):
 *     print(f"Fetching data... id: {id}")
 *     await asyncio.sleep(delay)
 *     print("Data fetched")
 *     return {"data": "some data", "id": id}
 */
THREAD(fetch_data, int delay, id; struct data result;)
{
    printf("Fetching data... id: %d\n", self->id);
    thread_check(thread_sleep(WEFT_SECONDS(self->delay)));
    puts("Data fetched");
    thread_return_value((struct data){text("some data"), self->id});
}

/* async def sequential():
 *     start = now()
 *     print("Start of main coroutine")
 *     first, second = fetch_data(2, 1), fetch_data(2, 2)
 *     print(f"Received result: {await first}")
 *     print(f"Received result: {await second}")
 *     total(start, "2 + 2: a coroutine does not start until it is awaited")
 */
THREAD(sequential, struct fetch_data first, second;)
{
    const weft_time start = now();
    puts("Start of main coroutine");
    thread_begin(fetch_data, &self->first, 2, 1);
    thread_begin(fetch_data, &self->second, 2, 2);
    thread_check(fetch_data(&self->first));
    print_result(&self->first.result);
    thread_check(fetch_data(&self->second));
    print_result(&self->second.result);
    total(start, "2 + 2: a coroutine does not start until it is awaited");
    return NULL;
}

LESSONS(coroutine, LESSON(sequential));
