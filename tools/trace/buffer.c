/* SPDX-License-Identifier: MIT */
#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *resize(void *memory, size_t count, size_t size)
{
    void *const resized = count <= SIZE_MAX / size ? realloc(memory, count * size) : NULL;
    if (!resized) {
        fputs("weft-trace: out of memory\n", stderr);
        exit(1);
    }
    return resized;
}

void *grow(void *array, int count, int *room, size_t size)
{
    if (count < *room)
        return array;
    *room = *room ? 2 * *room : 16;
    return resize(array, (size_t)*room, size);
}

static void reserve(struct buffer *buffer, size_t more)
{
    if (buffer->room - buffer->length > more)
        return;
    buffer->room = 2 * (buffer->length + more) + 64;
    buffer->s = resize(buffer->s, buffer->room, 1);
}

void add_bytes(struct buffer *buffer, const void *bytes, size_t length)
{
    reserve(buffer, length);
    memcpy(buffer->s + buffer->length, bytes, length);
    buffer->length += length;
    buffer->s[buffer->length] = '\0';
}

void add_text(struct buffer *buffer, const char *text)
{
    add_bytes(buffer, text, strlen(text));
}

static void add_arguments(struct buffer *buffer, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, arguments);
    if (length >= 0) {
        reserve(buffer, (size_t)length);
        vsnprintf(buffer->s + buffer->length, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
}

void add_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_arguments(buffer, format, arguments);
    va_end(arguments);
}

char *format_text(const char *format, ...)
{
    struct buffer made = {0};
    va_list arguments;
    va_start(arguments, format);
    add_arguments(&made, format, arguments);
    va_end(arguments);
    return made.s;
}

void add_point(struct buffer *buffer, uint32_t point)
{
    char bytes[4];
    size_t length = 0;
    if (point < 0x80) {
        bytes[length++] = (char)point;
    } else if (point < 0x800) {
        bytes[length++] = (char)(0xC0 | point >> 6);
        bytes[length++] = (char)(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        bytes[length++] = (char)(0xE0 | point >> 12);
        bytes[length++] = (char)(0x80 | (point >> 6 & 0x3F));
        bytes[length++] = (char)(0x80 | (point & 0x3F));
    } else {
        bytes[length++] = (char)(0xF0 | point >> 18);
        bytes[length++] = (char)(0x80 | (point >> 12 & 0x3F));
        bytes[length++] = (char)(0x80 | (point >> 6 & 0x3F));
        bytes[length++] = (char)(0x80 | (point & 0x3F));
    }
    add_bytes(buffer, bytes, length);
}

uint32_t next_point(const char **text)
{
    enum { REPLACEMENT = 0xFFFD };
    const unsigned char *const s = (const unsigned char *)*text;
    if (!*s)
        return 0;
    ++*text;
    if (*s < 0x80)
        return *s;
    const int more = *s >= 0xF0 && *s < 0xF5 ? 3 : *s >= 0xE0 ? 2 : 1;
    if (*s < 0xC2 || *s >= 0xF5)
        return REPLACEMENT;
    uint32_t point = *s & (0x3Fu >> more);
    for (int i = 1; i <= more; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return REPLACEMENT;
        point = point << 6 | (s[i] & 0x3Fu);
    }
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (point < least[more] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
        return REPLACEMENT;
    *text += more;
    return point;
}
