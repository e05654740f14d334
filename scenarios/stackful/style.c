/* SPDX-License-Identifier: MIT */
/* Runs the stackful lessons. */
#include "style.h"

#include <stdlib.h>
#include <string.h>

#include "stackful.h"

static const weft_error *start(weft_loop *loop, const weft_code *code, void *memory, void *data)
{
    stackful_use_pool(data);
    return weft_run_code(loop, code, memory);
}

static void print_stacks(const struct stackful_pool *pool)
{
    fprintf(stderr, "stacks: %zu of %zu bytes, %s; at most %zu bytes used\n", pool->count,
            pool->options.size, stackful_switch_name(pool), stackful_high_water(pool));
}

/* STACKFUL_SWITCH=ucontext in the environment: the switch is ucontext's. */
static int run(const struct lesson *lesson, const struct options *options)
{
    const char *const switcher = getenv("STACKFUL_SWITCH");
    const struct stackful_options stacks = {
        .switcher =
            switcher && strcmp(switcher, "ucontext") == 0 ? STACKFUL_UCONTEXT : STACKFUL_BEST};
    struct stackful_pool pool;
    stackful_pool_init(&pool, &stacks);
    const int status = run_on_a_loop(lesson, options, start, &pool);
    if (options->debugs)
        print_stacks(&pool);
    stackful_pool_close(&pool);
    return status;
}

const struct style stackful_style = {"stackful", stackful_scenarios, NULL, run};
