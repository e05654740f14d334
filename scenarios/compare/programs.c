/* SPDX-License-Identifier: MIT */
/* Starts programs, and reads what they print. */
#define _POSIX_C_SOURCE 200809L
#include "compare.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

bool start_program(struct program *program, char *const arguments[], unsigned seconds)
{
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    fflush(NULL);
    program->pid = fork();
    if (program->pid == 0) {
        const int nothing = open("/dev/null", O_RDONLY);
        dup2(nothing, 0);
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        alarm(seconds); /* stays over exec */
        execvp(arguments[0], arguments);
        _exit(127);
    }
    close(ends[1]);
    program->output = ends[0];
    if (program->pid < 0)
        close(ends[0]);
    return program->pid > 0;
}

int finish_program(struct program *program, line_function *function, void *data)
{
    char *line = NULL;
    size_t size = 0;
    int status;
    FILE *const output = fdopen(program->output, "r");
    while (output && getline(&line, &size, output) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (function)
            function(line, data);
    }
    if (output)
        fclose(output);
    free(line);
    if (waitpid(program->pid, &status, 0) != program->pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

int run_program(char *const arguments[], unsigned seconds, line_function *function, void *data)
{
    struct program program;
    return start_program(&program, arguments, seconds) ? finish_program(&program, function, data)
                                                       : -1;
}
