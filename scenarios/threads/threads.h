/* SPDX-License-Identifier: MIT */
#ifndef WEFT_SCENARIOS_THREADS_H
#define WEFT_SCENARIOS_THREADS_H

#define STYLE_TABLE(file) file##_threads
#include "style.h"

#endif
