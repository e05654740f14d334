/* SPDX-License-Identifier: MIT */
/* deadlock: two tasks that take two locks in opposite order, and the report of it. */
#include <stdio.h>

#include "weft.h"

WEFT_ASYNC_NAMED(transfer, name, const char *name; weft_lock *from, *to;)
{
    weft_with_lock(self->from) {
        weft_sleep(WEFT_MS(1));
        weft_with_lock(self->to) {
            printf("%s: done\n", self->name);
        }
        weft_end;
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(bank, weft_lock alice, bob; weft_group group; WEFT_TASK(transfer) there, back;)
{
    weft_with_group(&self->group) {
        weft_group_create_task(&self->group, transfer, &self->there, "alice to bob", &self->alice,
                               &self->bob);
        weft_group_create_task(&self->group, transfer, &self->back, "bob to alice", &self->bob,
                               &self->alice);
    }
    weft_end;
}
WEFT_ASYNC_END

int main(void)
{
    static weft_virtual backend;
    static weft_loop loop;
    static WEFT_TASK(bank) task;
    weft_virtual_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    const weft_error *const error = weft_run(&loop, bank, &task);
    if (error == &weft_deadlock_error)
        weft_dump_deadlock(&loop, weft_write_to_file, stdout);
    weft_loop_close(&loop);
    return error ? 3 : 0;
}
