/* SPDX-License-Identifier: MIT */
#include "echo_content.h"

/* The generator is splitmix64. */
uint64_t random_bits(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

uint64_t random_state(uint64_t seed, uint64_t client, uint64_t request)
{
    uint64_t state = seed;
    state = random_bits(&state) + client;
    state = random_bits(&state) + request;
    return random_bits(&state);
}

static unsigned bits_of(size_t number)
{
    unsigned bits = 0;
    for (; number; number >>= 1)
        bits++;
    return bits;
}

static size_t content_size(size_t longest, uint64_t *state)
{
    const size_t most = longest >> random_bits(state) % bits_of(longest);
    return 1 + (size_t)(random_bits(state) % most);
}

size_t make_content(char *bytes, size_t longest, uint64_t state)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .";
    const size_t size = content_size(longest, &state);
    uint64_t bits = 0;
    for (size_t i = 0; i < size; i++) {
        if (i % 10 == 0)
            bits = random_bits(&state);
        bytes[i] = letters[bits & 63];
        bits >>= 6;
    }
    bytes[size - 1] = '\n';
    return size;
}
