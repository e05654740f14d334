/* SPDX-License-Identifier: MIT */
/* The bottom of newlib: standard output on the UART; files, and the arguments of main, by
 * semihosting; the heap is the RAM behind .bss. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cortex_m.h"

enum { OPEN = 0x01, CLOSE = 0x02, READ = 0x06, SEEK = 0x0A, LENGTH = 0x0C, COMMAND_LINE = 0x15 };
enum { FIRST_FILE = 3, FILES = 4 };

/* Semihosting's handles of the files, by descriptor - FIRST_FILE, each plus 1; 0: the descriptor is
 * free. And where the next byte is. */
static struct file {
    int handle;
    uint32_t at;
} files[FILES];

void machine_open_stdio(void)
{
    static char buffer[128];
    setvbuf(stdout, buffer, _IOLBF, sizeof(buffer));
}

int machine_arguments(char ***argv)
{
    static char line[512], *words[32];
    volatile uint32_t block[2] = {(uint32_t)(uintptr_t)line, sizeof(line)};
    if (semihost(COMMAND_LINE, block))
        line[0] = '\0';
    int argc = 0;
    for (char *word = strtok(line, " "); word && argc < 31; word = strtok(NULL, " "))
        words[argc++] = word;
    *argv = words;
    machine_open_stdio();
    return argc;
}

static int call(int operation, uint32_t a, uint32_t b, uint32_t c)
{
    volatile uint32_t block[3] = {a, b, c};
    return semihost(operation, block);
}

int _write(int fd, const char *bytes, int size)
{
    (void)fd;
    for (int i = 0; i < size; i++)
        machine_put(bytes[i]);
    return size;
}

/* For reading only. */
int _open(const char *name, int flags, ...)
{
    for (int i = 0; i < FILES && !flags; i++) {
        if (files[i].handle)
            continue;
        const int handle = call(OPEN, (uint32_t)(uintptr_t)name, 1, (uint32_t)strlen(name));
        if (handle < 0)
            break;
        files[i] = (struct file){handle + 1, 0};
        return i + FIRST_FILE;
    }
    errno = ENOENT;
    return -1;
}

static struct file *file_of(int fd)
{
    const bool is_file =
        fd >= FIRST_FILE && fd < FIRST_FILE + FILES && files[fd - FIRST_FILE].handle;
    return is_file ? &files[fd - FIRST_FILE] : NULL;
}

int _read(int fd, char *bytes, int size)
{
    struct file *const file = file_of(fd);
    if (!file)
        return 0;
    const int left =
        call(READ, (uint32_t)file->handle - 1, (uint32_t)(uintptr_t)bytes, (uint32_t)size);
    file->at += (uint32_t)(size - left);
    return size - left;
}

int _lseek(int fd, int offset, int whence)
{
    struct file *const file = file_of(fd);
    if (!file)
        return 0;
    const int length = call(LENGTH, (uint32_t)file->handle - 1, 0, 0);
    const int from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (int)file->at : length;
    file->at = (uint32_t)(from + offset);
    call(SEEK, (uint32_t)file->handle - 1, file->at, 0);
    return from + offset;
}

int _close(int fd)
{
    struct file *const file = file_of(fd);
    if (file) {
        call(CLOSE, (uint32_t)file->handle - 1, 0, 0);
        file->handle = 0;
    }
    return 0;
}

int _fstat(int fd, struct stat *status)
{
    status->st_mode = file_of(fd) ? S_IFREG : S_IFCHR;
    status->st_blksize = 1024;
    return 0;
}

int _isatty(int fd)
{
    return !file_of(fd);
}

void *_sbrk(int size)
{
    extern char machine_heap, machine_heap_end; /* the linker's */
    static char *end;
    if (!end)
        end = &machine_heap;
    if (&machine_heap_end - end < size) {
        errno = ENOMEM;
        return (void *)-1;
    }
    char *const begin = end;
    end += size;
    return begin;
}

/* Debian's newlib does not know %zu. A size_t has the width of an unsigned int, so the z is left
 * out. */
int printf(const char *format, ...)
{
    char plain[256], *to = plain;
    for (const char *from = format; *from && to < plain + sizeof(plain) - 1; from++)
        if (*from != 'z' || from == format || from[-1] != '%')
            *to++ = *from;
    *to = '\0';
    va_list arguments;
    va_start(arguments, format);
    const int length = vprintf(plain, arguments);
    va_end(arguments);
    return length;
}

int _getpid(void)
{
    return 1;
}

int _kill(int pid, int signal)
{
    (void)pid;
    machine_exit(128 + signal);
}

void _exit(int code)
{
    fflush(stdout);
    machine_exit(code);
}
