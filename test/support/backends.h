/* SPDX-License-Identifier: MIT */
/* The backends with descriptors. A suite runs its tests on each of them. */
#ifndef TEST_BACKENDS_H
#define TEST_BACKENDS_H

#include "helper.h"

/* Returns the suite's case for backend number `which`, from 0 on, or NULL if there are no more. */
TCase *begin_case_on(int which);

/* Returns the backend of the running test, initialised. It is closed after the test's loop. */
weft_backend *open_backend(void);

/* Returns true if the backend takes descriptors of any number. */
bool takes_any_number(void);

#endif
