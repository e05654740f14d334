/* SPDX-License-Identifier: MIT */
/* Runs all lessons of scenarios/lessons on a machine, in place of their scenario.c, which needs an
 * operating system. Prints for each lesson
 *
 *     == CLOCK SCENARIO.LESSON
 *     what the lesson prints
 *     -- STATUS
 *
 * The clock is virtual, tickless or periodic. Behind the status of a deadlock comes the report. The
 * status is 0; 1 if the lesson failed; 3 if it ended in a deadlock. */
#include <core/backend/periodic.h>
#include <scenarios/lessons/scenario.h>
#include <string.h>

#include "backend.h"
#include "machine.h"

/* ---- For the lessons ----------------------------------------------------------------------- */

void require(bool condition, const char *otherwise)
{
    if (!condition)
        weft_panic(__FILE__, __LINE__, otherwise);
}

/* Without the floating point of printf, which small C libraries leave out. */
void print_total(weft_time elapsed, const char *note)
{
    const weft_time second = WEFT_SECONDS(1);
    const unsigned hundredths = (unsigned)((elapsed * 100 + second / 2) / second);
    printf("Total: %u.%02u s", hundredths / 100, hundredths % 100);
    if (note)
        printf(" (%s)", note);
    putchar('\n');
}

/* ---- The lessons --------------------------------------------------------------------------- */

enum { OK, FAILED, DEADLOCK = 3 };
enum { FRAME = 6144 }; /* the largest frame of a lesson */

static void write_text(const char *text, void *to)
{
    (void)to;
    fputs(text, stdout);
}

static void run(const char *name, const struct lesson *lesson, const char *clock,
                weft_backend *backend)
{
    static union {
        max_align_t align;
        unsigned char bytes[FRAME];
    } memory;
    static weft_loop loop;
    printf("== %s %s.%s\n", clock, name, lesson->name);
    require(weft_task_size(lesson->code) <= FRAME, "the frame is too large");
    memset(&memory, 0, sizeof(memory));
    weft_loop_init(&loop, backend);
    const weft_error *const error = weft_run_code(&loop, lesson->code, &memory);
    if (error == &weft_deadlock_error) {
        printf("-- %d\n", DEADLOCK);
        weft_dump_deadlock(&loop, write_text, NULL);
    } else {
        printf("-- %d\n", error ? FAILED : OK);
    }
    weft_loop_close(&loop);
}

static weft_periodic periodic;

void machine_on_tick(void)
{
    weft_periodic_tick(&periodic);
}

static void run_all(const char *clock, weft_backend *backend)
{
    for (const struct scenario *scenario = scenarios; scenario->name; scenario++)
        for (const struct lesson *lesson = scenario->lessons; lesson->name; lesson++)
            run(scenario->name, lesson, clock, backend);
}

int main(void)
{
    static weft_tickless tickless;
    weft_virtual virtual;
    machine_open_stdio();
    weft_virtual_init(&virtual);
    run_all("virtual", &virtual.backend);
    machine_backend_init(&tickless);
    run_all("tickless", &tickless.backend);
    weft_periodic_init(&periodic, WEFT_MS(1));
    machine_start_tick();
    run_all("periodic", &periodic.backend);
    printf("== end\n");
    fflush(stdout);
    machine_put_number("stack used", machine_stack_used());
    return 0;
}
