/* SPDX-License-Identifier: MIT */
/* For sched_setaffinity(), which only Linux has. */
#define _GNU_SOURCE
#include "one_cpu.h"

#ifdef __linux__
#include <sched.h>
#include <stdbool.h>

static cpu_set_t before;
static bool stays;

/* A failure is no error, as on a machine with more processors than a cpu_set_t has. */
void bench_stay_on_cpu(void)
{
    cpu_set_t here;
    const int cpu = sched_getcpu();
    if (cpu < 0 || cpu >= CPU_SETSIZE || sched_getaffinity(0, sizeof before, &before))
        return;
    CPU_ZERO(&here);
    CPU_SET(cpu, &here);
    stays = !sched_setaffinity(0, sizeof here, &here);
}

void bench_leave_cpu(void)
{
    if (stays)
        sched_setaffinity(0, sizeof before, &before);
    stays = false;
}
#else
void bench_stay_on_cpu(void)
{
}

void bench_leave_cpu(void)
{
}
#endif
