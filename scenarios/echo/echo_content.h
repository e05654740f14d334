/* What the clients of the echo server say: a line of letters that follows from a seed, the client's
 * number and the request's, so that whoever knows these knows the reply. */
#ifndef WEFT_SCENARIOS_ECHO_CONTENT_H
#define WEFT_SCENARIOS_ECHO_CONTENT_H

#include <stddef.h>
#include <stdint.h>

/* random.getrandbits(64), of a generator whose state is *state: any number at first. */
uint64_t random_bits(uint64_t *state);

/* A state for each client and request. */
uint64_t random_state(uint64_t seed, uint64_t client, uint64_t request);

/* Writes the content of a request, its last byte the only '\n', into bytes[longest]. Returns its
 * size: from 1 to `longest`, each order of magnitude as often. */
size_t make_content(char *bytes, size_t longest, uint64_t state);

#endif
