/* SPDX-License-Identifier: MIT */
/* Keeping a process, and the processes that it forks, on one processor. */
#ifndef BENCH_ONE_CPU_H
#define BENCH_ONE_CPU_H

/* bench_stay_on_cpu keeps the process on the processor that it runs on. bench_leave_cpu ends that.
 * Calls must not be nested. They do nothing if the system has no such function. */
void bench_stay_on_cpu(void);
void bench_leave_cpu(void);

#endif
