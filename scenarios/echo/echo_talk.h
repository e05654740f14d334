/* SPDX-License-Identifier: MIT */
/* Does what nc does: sends standard input to the server, and writes each reply to standard
 * output. */
#ifndef WEFT_SCENARIOS_ECHO_TALK_H
#define WEFT_SCENARIOS_ECHO_TALK_H

#include <sys/types.h>

#include "stream.h"

struct say {
    weft_frame frame;
    struct stream *stream;
    char bytes[1024];
    ssize_t size;
    struct write_all write;
    weft_error failure;
};

/* Talks to the server until the server closes the connection, or standard input ends. */
struct talk {
    weft_frame frame;
    uint16_t port;
    struct stream stream;
    struct connect_to connect;
    weft_group both;
    WEFT_TASK(say) say;
    char bytes[1024];
    struct read_some read;
    weft_exit left;
};
WEFT_DECLARE(talk);

#endif
