/* The backends that have descriptors: the tests of what each has to do run on all of them. */
#ifndef TEST_BACKENDS_H
#define TEST_BACKENDS_H

#include "helper.h"

/* A case of the suite that is about backend `which`, from 0 on; NULL: there are no more. */
TCase *begin_case_on(int which);

/* In its tests: the backend, set up. It is closed when the test's loop has been. */
weft_backend *open_backend(void);

/* Whether it has no highest number. */
bool takes_any_number(void);

#endif
