/* SPDX-License-Identifier: MIT */
/* Locals that live between two awaits, or are assigned again behind each. */
#include <string.h>
#include <time.h>

#include "nap.h"

static int compute(int x)
{
    return x + 1;
}

static const weft_error *parse(const char *text, int *number)
{
    *number = text[0];
    return text[0] ? NULL : &weft_timeout_error;
}

struct pair {
    int a, b;
};

struct nested {
    struct pair first, second;
    char name[8];
};

WEFT_ASYNC(between_awaits, int x;)
{
    weft_sleep(WEFT_MS(1));
    {
        const int a = compute(self->x);
        int b = a;
        b += a;
        self->x = b;
    }
    weft_sleep(WEFT_MS(1));
    int c = compute(self->x), d[2] = {c, c};
    for (int i = 0; i < 2; i++)
        self->x += d[i];
    weft_sleep(WEFT_MS(1));
}
WEFT_ASYNC_END

WEFT_ASYNC(last_use_is_the_argument, struct nap nap;)
{
    int ms = compute(3);
    weft_call(nap, &self->nap, ms);
    ms = self->nap.result;
    weft_sleep(WEFT_MS(ms));
}
WEFT_ASYNC_END

WEFT_ASYNC(assigned_again_on_every_path, int x; struct nap nap;)
{
    int number = 1;
    printf("%d\n", number);
    weft_call(nap, &self->nap, number);
    if (self->x == 1) {
        number = 2;
    } else if (self->x == 2) {
        number = self->nap.result;
        weft_call(nap, &self->nap, number);
        number = 4;
    } else {
        weft_return;
    }
    printf("%d\n", number);
}
WEFT_ASYNC_END

WEFT_ASYNC(assigned_in_a_switch, int x;)
{
    int number = 0;
    self->x += number;
    weft_sleep(WEFT_MS(1));
    switch (self->x) {
    case 1:
    case 2:
        number = 2;
        break;
    case 3:
        weft_raise(&weft_timeout_error);
    default:
        number = 3;
    }
    self->x = number;
    switch (self->x) {
    case 1:
        for (int i = 0; i < 3; i++) {
            if (i == self->x)
                break;
            self->x += i;
        }
        break;
    default:
        weft_return;
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(counter_in_the_frame, int i; struct nap nap;)
{
    for (self->i = 0; self->i < 3; self->i++) {
        const int ms = self->i * 2;
        weft_call(nap, &self->nap, ms);
        const int result = self->nap.result;
        if (result == 4)
            continue;
        printf("%d\n", result);
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(counter_without_awaits, int x;)
{
    int i;
    for (i = 0; i < 3; i++)
        self->x += i;
    weft_sleep(WEFT_MS(1));
    for (i = 0; i < 3; i++)
        self->x += i;
    while (i--)
        self->x += i;
    do {
        weft_yield;
        i = self->x;
    } while (i);
    for (;;) {
        weft_yield;
        if (self->x)
            break;
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(declared_in_a_loop, int x;)
{
    for (;;) {
        int number;
        if (self->x)
            number = 1;
        else
            number = 2;
        printf("%d\n", number);
        weft_sleep(WEFT_MS(1));
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(assigned_by_functions, int x; char text[8];)
{
    int number = 0;
    char buffer[32] = "";
    struct pair pair = {0};
    time_t now = time(NULL);
    struct tm date;
    printf("%d %s %d %ld\n", number, buffer, pair.a, (long)now);
    weft_sleep(WEFT_MS(1));
    weft_check(parse(self->text, &number));
    snprintf(buffer, sizeof(buffer), "%d", number);
    memset(&pair, 0, sizeof(pair));
    now = time(NULL);
    date = *localtime(&now);
    printf("%s %d %d %zu\n", buffer, pair.b, date.tm_year, sizeof(number));
    weft_sleep(WEFT_MS(1));
    if (sscanf(self->text, "%d %7s", &number, buffer) == 2)
        printf("%d %s\n", number, buffer);
}
WEFT_ASYNC_END

WEFT_ASYNC(assigned_by_member, int x;)
{
    struct pair pair = {0}, pairs[2] = {{0}};
    struct nested nested = {.first = {1, 2}};
    int few[2] = {0}, many[100] = {0};
    self->x = pair.a + pairs[0].b + nested.first.a + few[0] + many[1];
    weft_sleep(WEFT_MS(1));
    pair.a = 1;
    pair.b = 2;
    pairs[1] = pairs[0] = pair;
    nested.first = pair;
    nested.second.a = nested.second.b = 3;
    strcpy(nested.name, "name");
    few[0] = few[1] = 4;
    for (int i = 0; i < 100; i++)
        many[i] = i;
    self->x = pair.a + pair.b + pairs[1].a + nested.second.b + few[1] + many[self->x];
    printf("%s %d\n", nested.name, nested.first.b);
    const struct nested copy = nested;
    self->x += copy.second.a;
}
WEFT_ASYNC_END

WEFT_ASYNC(one_member_alone, int x;)
{
    struct pair pair = {1, 2};
    self->x = pair.b;
    weft_sleep(WEFT_MS(1));
    pair.a = 3;
    self->x = pair.a;
}
WEFT_ASYNC_END

WEFT_ASYNC(through_a_pointer, int x;)
{
    int number = 0;
    int *to = &number;
    *to = 1;
    self->x = number;
    weft_sleep(WEFT_MS(1));
    to = &number;
    *to = 2;
    self->x = number + *to;
    struct through_a_pointer *const me = self;
    me->x++;
}
WEFT_ASYNC_END

WEFT_ASYNC(not_lost, int x;)
{
    static int calls;
    static const char *const names[] = {"a", "b"};
    enum { LIMIT = 3 };
    extern int elsewhere;
    calls = 1;
    weft_sleep(WEFT_MS(1));
    printf("%d %s %d %d\n", calls, names[self->x], LIMIT, (int)sizeof(elsewhere));
}
WEFT_ASYNC_END

WEFT_ASYNC(unevaluated, int x;)
{
    int number = 1;
    self->x = number;
    weft_sleep(WEFT_MS(1));
    (void)number;
    self->x = (int)sizeof(number) + _Generic((number), int : 1, default : 2);
    _Static_assert(sizeof(number) > 1, "an int");
}
WEFT_ASYNC_END

WEFT_ASYNC(conditions, int x;)
{
    int number = 1;
    if (number && self->x)
        self->x = number > 0 ? number : -number;
    weft_sleep(WEFT_MS(1));
    if ((number = self->x) && number > 1)
        puts("more than one");
    while ((number = compute(self->x)) < 10)
        self->x = number;
    weft_sleep(WEFT_MS(1));
    number = self->x ? 1 : 2, self->x = number;
    if (self->x > 3 || (number = 1) == 1)
        puts("true");
}
WEFT_ASYNC_END

WEFT_ASYNC(forwards, int x;)
{
    int number = 1;
    if (self->x != number)
        goto out;
    weft_sleep(WEFT_MS(1));
out:
    number = 2;
    self->x = number;
}
WEFT_ASYNC_END

WEFT_ASYNC(ends_the_program, int x;)
{
    int number = 1;
    self->x = number;
    weft_sleep(WEFT_MS(1));
    if (self->x)
        number = 2;
    else
        weft_panic(__FILE__, __LINE__, "never");
    self->x = number;
}
WEFT_ASYNC_END
