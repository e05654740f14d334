/* What nc does: standard input goes to the server, what comes back to standard output. */
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

/* Talks to the server until it, or standard input, has no more to say. */
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
