/* SPDX-License-Identifier: MIT */
#include "stackful.h"

const struct lesson STYLE_TABLE(barrier)[] = {{NULL, NULL}};
