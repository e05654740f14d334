/* A process, and those it forks meanwhile, on one processor. */
#ifndef BENCH_ONE_CPU_H
#define BENCH_ONE_CPU_H

/* Stays on the processor that it runs on, where the system can be asked for that; and may go
 * elsewhere again, where it could before. One pair at a time. */
void bench_stay_on_cpu(void);
void bench_leave_cpu(void);

#endif
