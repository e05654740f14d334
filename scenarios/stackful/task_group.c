/* SPDX-License-Identifier: MIT */
#include "stackful.h"

const struct lesson STYLE_TABLE(task_group)[] = {{NULL, NULL}};
