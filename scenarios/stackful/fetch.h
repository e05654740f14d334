/* SPDX-License-Identifier: MIT */
/* A coroutine that several lessons start: it sleeps, then returns a result. */
#include "lessons.h"

/* async def fetch(id, delay):
 *     print(f"Fetching data... id: {id}")
 *     await asyncio.sleep(delay)
 *     print(f"Data {id} fetched")
 *     return {"data": f"some data from coroutine {id}", "id": id}
 */
STACKFUL(fetch, int id, delay; struct data result;)
{
    printf("Fetching data... id: %d\n", self->id);
    stackful_sleep(WEFT_SECONDS(self->delay));
    printf("Data %d fetched\n", self->id);
    stackful_return_value((struct data){text("some data from coroutine %d", self->id), self->id});
}
