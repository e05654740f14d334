/* SPDX-License-Identifier: MIT */
/* A text that grows. The tools allocate; the library does not. */
#ifndef WEFT_TRACE_BUFFER_H
#define WEFT_TRACE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    char *s; /* ends with a zero byte; NULL: empty */
    size_t length, room;
};

#ifdef __GNUC__
#define PRINTS_(text, first) __attribute__((format(printf, text, first)))
#else
#define PRINTS_(text, first)
#endif

/* Allocates, as realloc(). Ends the program if there is no memory. */
void *resize(void *memory, size_t count, size_t size);

/* Returns an array with room for more than `count` elements, in place of `array`. */
void *grow(void *array, int count, int *room, size_t size);

void add_bytes(struct buffer *buffer, const void *bytes, size_t length);
void add_text(struct buffer *buffer, const char *text);
void add_format(struct buffer *buffer, const char *format, ...) PRINTS_(2, 3);

/* Appends a code point in UTF-8. */
void add_point(struct buffer *buffer, uint32_t point);

/* Reads the next code point of a text in UTF-8, and moves the pointer behind it. Returns U+FFFD for
 * each byte that is not UTF-8, and 0 at the end. */
uint32_t next_point(const char **text);

/* Returns a new text, as sprintf(). The caller frees it. */
char *format_text(const char *format, ...) PRINTS_(1, 2);

#endif
