/* SPDX-License-Identifier: MIT */
#include "stackful.h"

static int run(const struct lesson *lesson, const struct options *options)
{
    (void)lesson, (void)options;
    return FAILED;
}

const struct style stackful_style = {"stackful", stackful_scenarios, NULL, run};
