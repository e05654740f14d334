/* SPDX-License-Identifier: MIT */
/* Arrays and structs, assigned as a whole, by member, and by functions. */
#include <string.h>

#include "nap.h"

struct pair {
    int a, b;
};

WEFT_ASYNC(plain, int x;)
{
    char buffer[32];
    struct pair p;
    snprintf(buffer, sizeof(buffer), "hello");
    p.a = 1;
    p.b = 2;
    weft_sleep(WEFT_MS(10));
    printf("%s %d\n", buffer, p.a + p.b);
}
WEFT_ASYNC_END

WEFT_ASYNC(initialised, int x;)
{
    char buffer[32] = "";
    struct pair p = {0};
    snprintf(buffer, sizeof(buffer), "hello");
    p.a = 1;
    p.b = 2;
    weft_sleep(WEFT_MS(10));
    printf("%s %d\n", buffer, p.a + p.b);
}
WEFT_ASYNC_END

WEFT_ASYNC(one_member_again, int x;)
{
    struct pair p = {1, 2};
    weft_sleep(WEFT_MS(10));
    p.a = 3;
    printf("%d\n", p.a);
    printf("%d\n", p.b);
}
WEFT_ASYNC_END

WEFT_ASYNC(as_a_whole, struct pair last;)
{
    struct pair p = {1, 2};
    weft_sleep(WEFT_MS(10));
    self->last = p;
}
WEFT_ASYNC_END

WEFT_ASYNC(collected, int i; struct nap nap;)
{
    int results[8];
    for (self->i = 0; self->i < 8; self->i++) {
        weft_call(nap, &self->nap, 10);
        results[self->i] = self->nap.result;
    }
    printf("%d\n", results[0] + results[7]);
}
WEFT_ASYNC_END

WEFT_ASYNC(compared, int x;)
{
    char buffer[32];
    memset(buffer, 0, sizeof(buffer));
    weft_yield;
    self->x = memcmp(buffer, "x", 1);
}
WEFT_ASYNC_END
