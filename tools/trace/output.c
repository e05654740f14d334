/* SPDX-License-Identifier: MIT */
/* For fileno(), nl_langinfo() and the window's size. */
#define _DEFAULT_SOURCE
#define _DARWIN_C_SOURCE

#include "output.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int columns_of_environment(void)
{
    enum { LEAST = 20, MOST = 10000, DEFAULT = 80 };
    const char *const text = getenv("COLUMNS");
    const long columns = text ? strtol(text, NULL, 10) : 0;
    return columns >= LEAST && columns <= MOST ? (int)columns : DEFAULT;
}

struct picture picture_of(FILE *file)
{
    struct picture picture = {.width = columns_of_environment()};
    const int descriptor = fileno(file);
    if (!isatty(descriptor))
        return picture;
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col)
        picture.width = size.ws_col;
    const char *const none = getenv("NO_COLOR"), *const terminal = getenv("TERM");
    picture.colour = (!none || !*none) && terminal && strcmp(terminal, "dumb") != 0;
    setlocale(LC_CTYPE, "");
    picture.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    return picture;
}

static bool report(const char *program, const char *name, const char *problem)
{
    fprintf(stderr, "%s: %s: %s\n", program, name, problem);
    return false;
}

bool read_file(struct buffer *buffer, const char *name, const char *program)
{
    FILE *const file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
    if (!file)
        return report(program, name, strerror(errno));
    static char bytes[65536];
    for (size_t length; (length = fread(bytes, 1, sizeof(bytes), file)) > 0;)
        add_bytes(buffer, bytes, length);
    const bool done = !ferror(file);
    if (file != stdin)
        fclose(file);
    return done || report(program, name, "cannot be read");
}

bool write_file(const struct buffer *buffer, const char *name, const char *program)
{
    FILE *const file = strcmp(name, "-") == 0 ? stdout : fopen(name, "wb");
    if (!file)
        return report(program, name, strerror(errno));
    const bool written = fwrite(buffer->s, 1, buffer->length, file) == buffer->length;
    const bool closed = file == stdout ? fflush(file) == 0 : fclose(file) == 0;
    return (written && closed) || report(program, name, "cannot be written");
}

static bool ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text);
    return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

bool show_recording(const struct buffer *recording, const char *title,
                    const struct outputs *outputs, const char *program)
{
    const char *problem;
    struct model *const model = read_recording(recording->s, recording->length, &problem);
    if (!model)
        return report(program, title ? title : "the recording", problem);
    model->title = title;
    bool done = true;
    if (outputs->terminal) {
        struct buffer text = {0};
        draw_terminal(&text, model, &outputs->picture);
        fwrite(text.s, 1, text.length, outputs->terminal);
        done &= fflush(outputs->terminal) == 0;
        free(text.s);
    }
    if (outputs->timeline) {
        struct buffer text = {0};
        struct picture picture = outputs->picture;
        picture.colour = picture.ascii = false;
        if (ends_with(outputs->timeline, ".svg"))
            draw_svg(&text, model, &picture);
        else
            draw_terminal(&text, model, &picture);
        done &= write_file(&text, outputs->timeline, program);
        free(text.s);
    }
    if (outputs->json) {
        struct buffer text = {0};
        write_json(&text, model);
        done &= write_file(&text, outputs->json, program);
        free(text.s);
    }
    free_model(model);
    return done;
}
