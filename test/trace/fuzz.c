/* SPDX-License-Identifier: MIT */
/* For make fuzz: reads any text as a trace program, and runs it if it is one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "trace/interpreter.h"

enum { STEPS = 300 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    char *const text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    struct program *const program = program_parse(text);
    free(text);
    if (program) {
        interpret_within(program, nowhere, STEPS);
        program_free(program);
    }
    return 0;
}
