/* SPDX-License-Identifier: MIT */
#include "trace/text.h"

#include <stdlib.h>
#include <string.h>

char *read_all(FILE *in)
{
    size_t length = 0, room = 4096, read;
    char *text = malloc(room);
    while ((read = fread(text + length, 1, room - length - 1, in)) > 0) {
        length += read;
        if (length + 1 == room)
            text = realloc(text, room *= 2);
    }
    text[length] = '\0';
    return text;
}

char *text_cut(char *at, const char *mark)
{
    char *const found = strstr(at, mark);
    if (!found)
        return NULL;
    found[1] = '\0';
    return found + strlen(mark);
}
