/* SPDX-License-Identifier: MIT */
/* The lines that the clients of the echo server send. The letters follow from a seed, the
 * client's number and the request's number. So the client can compute the reply that it must
 * get. */
#ifndef WEFT_SCENARIOS_ECHO_CONTENT_H
#define WEFT_SCENARIOS_ECHO_CONTENT_H

#include <stddef.h>
#include <stdint.h>

/* Returns random.getrandbits(64), from a generator whose state is *state. The first state may be
 * any number. */
uint64_t random_bits(uint64_t *state);

/* Returns the generator's first state for one request of one client. */
uint64_t random_state(uint64_t seed, uint64_t client, uint64_t request);

/* Writes the content of a request into bytes[longest]. Its last byte is its only '\n'. Returns
 * its size, from 1 to `longest`: each order of magnitude is equally likely. */
size_t make_content(char *bytes, size_t longest, uint64_t state);

#endif
