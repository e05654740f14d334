/* SPDX-License-Identifier: MIT */
#include "threads.h"

const struct lesson STYLE_TABLE(lock)[] = {{NULL, NULL}};
