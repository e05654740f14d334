/* SPDX-License-Identifier: MIT */
#include "lessons.h"

const struct lesson STYLE_TABLE(simple_tasks)[] = {{NULL, NULL}};
