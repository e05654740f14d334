/* SPDX-License-Identifier: MIT */
#include "threads.h"

static int run(const struct lesson *lesson, const struct options *options)
{
    (void)lesson, (void)options;
    return FAILED;
}

const struct style threads_style = {"threads", threads_scenarios,
                                    "the system decides when a thread runs", run};
