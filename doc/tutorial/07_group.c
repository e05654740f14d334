/* SPDX-License-Identifier: MIT */
/* Step 7: a group of tasks, and the errors of its children. */
#include <stdio.h>
#include <weft.h>

static const weft_error no_route = {.text = "no route to host"};

struct page {
    weft_frame frame;
    int id;
    char title[20]; /* the result */
};

WEFT_ASYNC_BODY(page)
{
    weft_sleep(WEFT_SECONDS(self->id));
    if (self->id == 2)
        weft_raise(&no_route);
    snprintf(self->title, sizeof(self->title), "title %d", self->id);
}
WEFT_ASYNC_END

WEFT_ASYNC(crawl, int i; weft_group group; WEFT_TASK(page) pages[3];)
{
    const weft_error *error = NULL;
    weft_try {
        weft_with_group(&self->group) {
            for (self->i = 0; self->i < 3; self->i++)
                weft_group_create_task(&self->group, page, &self->pages[self->i],
                                       .id = self->i + 1);
        }
        weft_end;
    }
    weft_catch(&weft_group_error, error) {
        for (weft_error_walk at = weft_first_error(error); at.error; weft_next_error(&at))
            printf("failed: %s\n", weft_error_text(at.error));
    }
    weft_end;
    for (self->i = 0; self->i < 3; self->i++) {
        const weft_error *const why = weft_error_of(&self->pages[self->i]);
        printf("page %d: %s\n", self->i + 1,
               why ? weft_error_text(why) : self->pages[self->i].frame.title);
    }
}
WEFT_ASYNC_END

int main(void)
{
    static weft_virtual backend;
    static weft_loop loop;
    static WEFT_TASK(crawl) task;
    weft_virtual_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    const weft_error *const error = weft_run(&loop, crawl, &task);
    weft_loop_close(&loop);
    return error != NULL;
}
