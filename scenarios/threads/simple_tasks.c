/* SPDX-License-Identifier: MIT */
#include "threads.h"

const struct lesson STYLE_TABLE(simple_tasks)[] = {{NULL, NULL}};
