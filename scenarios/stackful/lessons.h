/* SPDX-License-Identifier: MIT */
/* What the stackful lessons share. */
#ifndef WEFT_SCENARIOS_STACKFUL_LESSONS_H
#define WEFT_SCENARIOS_STACKFUL_LESSONS_H

#define STYLE_TABLE(file) file##_stackful
#include "scenario.h"
#include "stackful.h"

#undef now
#define now() weft_loop_time(stackful_loop())

#endif
