/* SPDX-License-Identifier: MIT */
/* compare: measures equal programs in three styles, and in peers, each measurement in a process of
 * its own. compare.c has main(). The styles are in stackless.c, stackful.c, threads.c, processes.c,
 * pth.c and peer.py. */
#ifndef WEFT_SCENARIOS_COMPARE_H
#define WEFT_SCENARIOS_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The Makefile says where the scripts are, and with which flags the program was compiled. */
#ifndef COMPARE_FOLDER
#define COMPARE_FOLDER "scenarios/compare"
#endif
#ifndef COMPARE_FLAGS
#define COMPARE_FLAGS "unknown"
#endif

/* ---- What a style measures ----------------------------------------------------------------- */

/* A round: some operations, timed together. */
struct round {
    double operations;
    double cpu_ns, wall_ns; /* of all these operations; cpu_ns is of all threads of the process */
};

/* An operation of a style. The process ends after the measurement, so nothing is freed. */
struct operation {
    const char *workload; /* NULL ends a table */
    /* Creates n tasks, which wait for the first round. Returns NULL if the system, or the limit of
     * memory, refuses them: set_refusal was then called. */
    void *(*prepare)(size_t n);
    /* Makes `passes` passes; in each, every task does its operation once. Returns the number of
     * operations, which the tasks have counted. */
    double (*run)(void *state, size_t passes);
    /* NULL: a round is one call of `run`. Otherwise measures a round; takes the place of `run`. */
    void (*measure)(void *state, size_t passes, struct round *round);
};

/* Bytes, from /proc/self/status; 0 if the system does not say. */
struct memory {
    double resident, peak, reserved, page_tables;
    double threads; /* a number, not bytes */
};

/* Tasks that wait, for the workloads `memory`, `limits` and `million`. */
struct population {
    size_t own_bytes; /* of a task, as sizeof says; 0: unknown */
    /* Creates waiting tasks until there are `total`. Each sleeps for `seconds`. Returns how many
     * there are: fewer if the system refused one, and set_refusal was then called. */
    size_t (*grow)(size_t total, double seconds);
    void (*wait)(void);         /* until all of them have ended */
    void (*release)(void);      /* ends all of them, and frees their memory */
    size_t (*high_water)(void); /* bytes of one stack that were used at most; NULL: no stacks */
    void (*add_others)(struct memory *memory); /* adds that of other processes; NULL: none */
    size_t most;                               /* tasks in a measurement of memory; 0: a million */
};

struct measured_style {
    const char *name;
    const char *what;                   /* for --list and doc/styles.md */
    const struct operation *operations; /* NULL: `program` measures them */
    const struct population *population;
    void (*choose)(void);       /* called first in the child; NULL: nothing to do */
    const char *const *missing; /* why it is not here; NULL, or points to NULL: it is */
    bool is_program;            /* peer.py */
    bool is_variant;            /* has no column of its own in doc/styles.md */
    size_t most;                /* the largest n of an operation that is measured; 0: any */
};

extern const struct operation stackless_operations[], stackful_operations[], keep_operations[],
    threads_operations[], threads_8m_operations[], sched_yield_operations[], plain_operations[],
    pthread_cancel_operations[], processes_operations[], pth_operations[];
extern const struct population stackless_population, stackful_population, guardless_population,
    threads_population, processes_population, pth_population;

void choose_ucontext(void);
void choose_keep(void);
void choose_guardless(void);
void choose_64k(void);
void choose_8m(void);
extern const char *const boost_missing, *const pth_missing;

/* ---- In the child (child.c, system.c) -------------------------------------------------------- */

/* What the child may use; set from the options. */
extern size_t memory_limit; /* bytes */
extern bool is_small;       /* --small: counts for a test */

/* Says why no more tasks can be created. Keeps the first text. The format is one of printf's. */
void set_refusal(const char *format, ...);
const char *refusal(void);

/* Says that `call` returned the error `number`, and which limit of the system was reached. */
void set_refusal_by_system(const char *call, int number);

/* Returns true, and calls set_refusal, if the process has more than memory_limit: what is resident,
 * its page tables and the kernel's stacks of its threads. `tasks` is how many there are. */
bool is_over_limit(size_t tasks);

/* CPU time of other processes that do work of this one; NULL: there are none. */
extern double (*other_cpu_ns)(void);

/* Returns true if the machine has nine tenths of the threads that it allows (kernel.pid_max). */
bool is_crowded(void);

/* Reads the clocks. The round lies between the two calls. */
void begin_round(struct round *round);
void end_round(struct round *round, double operations);

/* Ends the program with a message unless `fine` is true. */
void expect(bool fine, const char *what);

/* Returns memory of zero bytes that is not resident yet. */
void *fresh_memory(size_t size);

/* Keeps this thread on one CPU: number `index`, from 0 on, of those that the process may use. */
void pin(unsigned index);
unsigned cpus(void);

struct memory memory_now(void);

/* Makes the kernel count the peak of resident memory from now on. */
void reset_peak(void);

/* Bytes of the kernel's stacks of all processes; 0 if the system does not say. */
double kernel_stacks(void);

/* Work that needs only the CPU, for about 5 ms. */
uint64_t compute(uint64_t seed);

/* Calls that do not wait: calls itself `depth` times. Returns the depth. */
unsigned call_plainly(unsigned depth);

/* The child's main(). Prints lines for the parent. With `passes` > 0, makes one round of so many
 * passes, and prints nothing. */
int run_as_child(const struct measured_style *style, const char *workload, size_t n,
                 double milliseconds, size_t passes);

/* ---- In the parent -----------------------------------------------------------------------  */

/* A figure: everything that is measured becomes an array of these. */
struct figure {
    char group[16];    /* operations, memory, million, limits, code, instructions, debug, peers */
    char workload[32]; /* in `memory`: what was measured */
    double n;
    char style[32];
    char unit[16];
    double median, low, high, p99; /* low and high are the quartiles; p99 is of the wall clock */
    size_t samples;                /* 0: there is no figure, and `note` says why */
    char note[200];
};

struct figures {
    struct figure *all;
    size_t count;
};

struct figure *add_figure(struct figures *figures, const char *group, const char *workload,
                          double n, const char *style, const char *unit);
const struct figure *find_figure(const struct figures *figures, const char *group,
                                 const char *workload, double n, const char *style);

/* Facts about the machine and the program: "cpu", "AMD EPYC". */
struct fact {
    const char *name;
    char text[200];
};

struct facts {
    struct fact all[24];
    size_t count;
};

struct workload {
    const char *name;
    const char *group;
    const char *what;
    size_t sizes[8];       /* ended by 0; NO_CALLS stands for the size 0 */
    size_t small_sizes[3]; /* with --small */
    bool shows_wall;       /* the figure is of the wall clock, not of CPU time */
    bool once;             /* one round a process, of one pass, and no round before it */
    bool both_cpus;        /* not pinned to one CPU */
};

#define NO_CALLS SIZE_MAX

extern const struct workload workloads[];        /* ends with an entry whose name is NULL */
extern const struct measured_style all_styles[]; /* ends with an entry whose name is NULL */

/* Returns the entry of that name; NULL: there is none. */
const struct workload *workload_named(const char *name);
const struct measured_style *style_named(const char *name);

struct settings {
    double milliseconds; /* of rounds, in each process */
    unsigned processes;  /* for each operation, size and style */
    uint64_t seed;
    char *self; /* the path of this program */
};

extern struct settings settings;

/* Measures one group of figures (measure.c). `is_wanted` says whether a workload was named. */
void measure_operations(struct figures *figures, bool (*is_wanted)(const char *workload));
void measure_populations(struct figures *figures, const char *group);
void measure_code(struct figures *figures);
void measure_instructions(struct figures *figures);
void measure_debugging(struct figures *figures);

/* A line that a program prints: calls the function with it. */
typedef void line_function(char *line, void *data);

/* Starts a program, whose output finish_program reads. Ends it after `seconds`. */
struct program {
    int pid;
    int output;
};
bool start_program(struct program *program, char *const arguments[], unsigned seconds);
/* Calls the function with each line that the program prints. Returns the exit status; -1 if the
 * program was ended by a signal. */
int finish_program(struct program *program, line_function *function, void *data);
/* Both. Returns -1, too, if the program could not be started. */
int run_program(char *const arguments[], unsigned seconds, line_function *function, void *data);

/* Quartiles and percentiles of an array, which is sorted. */
double percentile(double *values, size_t count, double part);

void describe_machine(struct facts *facts);
void add_fact(struct facts *facts, const char *name, const char *format, ...);

/* Writes the figures (report.c, picture.c, page.c). */
void write_csv(FILE *file, const struct facts *facts, const struct figures *figures);
void write_json(FILE *file, const struct facts *facts, const struct figures *figures);
void write_picture(FILE *file, const struct figures *figures);
void write_page(FILE *file, const struct facts *facts, const struct figures *figures);
/* Writes the page between the two markers of the file. Returns false if they are not there. */
bool replace_part(const char *path, const struct facts *facts, const struct figures *figures);
void print_heading(void);
void print_figure(const struct figure *figure);

/* Prints a number with three digits at least, and commas: 3.25, 1,234. Returns the text, which
 * stands until the eighth next call. */
const char *shown(double value);
const char *shown_whole(double value);

#endif
