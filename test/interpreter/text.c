#include "interpreter/text.h"

#include <stdlib.h>

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
