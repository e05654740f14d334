/* SPDX-License-Identifier: MIT */
/* Errors and their kinds. */
#include "helper.h"

static const weft_error network = {.text = "network"};
static const weft_error no_route = {.kind = &network, .text = "no route"};
static const weft_error no_route_to_moon = {.kind = &no_route, .text = "no route to moon"};
static const weft_error timed_out = {.kind = &weft_cancelled_error, .text = "a kind of cancelled"};

static const struct {
    const weft_error *error, *kind;
    bool is;
} cases[] = {
    {&fail, &fail, true},
    {&fail, &other_fail, false},
    {&no_route, &network, true},
    {&no_route_to_moon, &network, true},
    {&no_route_to_moon, &no_route, true},
    {&network, &no_route, false},
    {&no_route_to_moon, &fail, false},
    {&no_route_to_moon, &weft_any_error, true},
    {&weft_invalid_state_error, &weft_any_error, true},
    {&weft_deadlock_error, &weft_any_error, true},
    {&weft_cancelled_error, &weft_any_error, false},
    {&weft_cancelled_error, &weft_cancelled_error, true},
    {&weft_cancelled_error, &weft_base_error, true},
    {&timed_out, &weft_cancelled_error, true},
    {&timed_out, &weft_any_error, false},
    {&timed_out, &weft_base_error, true},
    {&no_route_to_moon, &weft_base_error, true},
    {&fail, &weft_cancelled_error, false},
    {NULL, &fail, false},
    {NULL, &weft_any_error, false},
    {NULL, &weft_base_error, false},
    {NULL, &weft_cancelled_error, false},
};

START_TEST(an_error_is_of_its_kinds)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_msg(weft_error_is(cases[i].error, cases[i].kind) == cases[i].is, "case %zu", i);
}
END_TEST

START_TEST(an_error_without_a_text_has_the_text_of_its_kind)
{
    static const weft_error untold = {.kind = &no_route}, unkind = {.kind = NULL};
    ck_assert_str_eq(weft_error_text(&no_route), "no route");
    ck_assert_str_eq(weft_error_text(&untold), "no route");
    ck_assert_ptr_nonnull(weft_error_text(&unkind));
    ck_assert_ptr_nonnull(weft_error_text(NULL));
}
END_TEST

START_TEST(each_of_wefts_own_errors_has_a_text)
{
    const weft_error *const own[] = {&weft_base_error, &weft_any_error, &weft_cancelled_error,
                                     &weft_invalid_state_error, &weft_deadlock_error};
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(own[i]->text, own[j]->text);
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("error");
    tcase_add_test(tests, an_error_is_of_its_kinds);
    tcase_add_test(tests, an_error_without_a_text_has_the_text_of_its_kind);
    tcase_add_test(tests, each_of_wefts_own_errors_has_a_text);
    return run_suite();
}
