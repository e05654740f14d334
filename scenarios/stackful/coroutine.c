/* SPDX-License-Identifier: MIT */
/* Coroutines: nothing runs until the coroutine is awaited. Then it runs to its end. */
#include "lessons.h"

/* async def fetch_data(delay, id):
 *     print(f"Fetching data... id: {id}")
 *     await asyncio.sleep(delay)
 *     print("Data fetched")
 *     return {"data": "some data", "id": id}
 */
STACKFUL(fetch_data, int delay, id; struct data result;)
{
    printf("Fetching data... id: %d\n", self->id);
    stackful_sleep(WEFT_SECONDS(self->delay));
    puts("Data fetched");
    stackful_return_value((struct data){text("some data"), self->id});
}

/* async def sequential():
 *     start = now()
 *     print("Start of main coroutine")
 *     first, second = fetch_data(2, 1), fetch_data(2, 2)
 *     print(f"Received result: {await first}")
 *     print(f"Received result: {await second}")
 *     total(start, "2 + 2: a coroutine does not start until it is awaited")
 */
STACKFUL(sequential)
{
    struct fetch_data first = {0}, second = {0};
    const weft_time start = now();
    puts("Start of main coroutine");
    weft_begin(fetch_data, &first, 2, 1);
    weft_begin(fetch_data, &second, 2, 2);
    stackful_call_begun(&first);
    print_result(&first.result);
    stackful_call_begun(&second);
    print_result(&second.result);
    total(start, "2 + 2: a coroutine does not start until it is awaited");
}

LESSONS(coroutine, LESSON(sequential));
