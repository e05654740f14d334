/* SPDX-License-Identifier: MIT */
#ifndef WEFT_SCENARIOS_STACKFUL_H
#define WEFT_SCENARIOS_STACKFUL_H

#define STYLE_TABLE(file) file##_stackful
#include "style.h"

#endif
