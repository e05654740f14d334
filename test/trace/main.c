/* SPDX-License-Identifier: MIT */
/* conform PROGRAM|-: runs a trace program and prints its trace. Exits with 0 after a whole
 * trace. For a malformed program it prints one line on standard error, and exits with 2.
 * Compiled with -DON_STACKS, this is conform_stackful, which gives each task a stack. */
#include <stdlib.h>
#include <string.h>

#include "trace/interpreter.h"
#include "trace/text.h"

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: conform PROGRAM|-\n");
        return 2;
    }
    FILE *const in = strcmp(argv[1], "-") ? fopen(argv[1], "r") : stdin;
    if (!in) {
        perror(argv[1]);
        return 2;
    }
    char *const text = read_all(in);
    fclose(in);
    struct program *const program = program_parse(text);
    free(text);
    if (!program)
        return 2;
#ifdef ON_STACKS
    interpret_stackful(program, stdout);
#else
    interpret(program, stdout);
#endif
    program_free(program);
    return 0;
}
