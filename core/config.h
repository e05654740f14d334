/* SPDX-License-Identifier: MIT */
/* Configuration: the choices that change what weft costs. doc/embedding.md has a table.
 *
 * A program and the library must be compiled with the same choices, with -D on each command line.
 * Otherwise the program does not link: a symbol is undefined whose name lists the choices that the
 * program was compiled with (WEFT_CONFIGURED_). */
#ifndef WEFT_CORE_CONFIG_H
#define WEFT_CORE_CONFIG_H

/* WEFT_TEXTS: 1: weft keeps texts of errors and panics, and the names and files of coroutines. 0:
 * none of these is in the program. Then a panic has only a line, and the files of core/inspect that
 * write reports (report, dump, watchdog, debug) are not available. */
#ifndef WEFT_TEXTS
#define WEFT_TEXTS 1
#endif

/* WEFT_TIME_BITS: the width of a weft_time: 64, 32 or 16 bits. A clock of 32 or 16 bits may wrap.
 * The longest delay is then half the range of the clock. */
#ifndef WEFT_TIME_BITS
#define WEFT_TIME_BITS 64
#endif

/* WEFT_TIME_HZ: how many units of weft_time a second has: a decimal number without parentheses.
 * With 1000000 a unit is a microsecond. */
#ifndef WEFT_TIME_HZ
#define WEFT_TIME_HZ 1000000
#endif

/* WEFT_TIMER_LIST: 0: the timers of a loop are a radix heap. 1: the timers are a sorted list. A
 * list needs less memory. To arm a timer in a list takes O(n), n: the timers that are due later. */
#ifndef WEFT_TIMER_LIST
#define WEFT_TIMER_LIST 0
#endif

#ifdef __cplusplus
#define WEFT_CHECK_CONFIG_ static_assert
#else
#define WEFT_CHECK_CONFIG_ _Static_assert
#endif
WEFT_CHECK_CONFIG_(WEFT_TEXTS == 0 || WEFT_TEXTS == 1, "weft: WEFT_TEXTS is 0 or 1");
WEFT_CHECK_CONFIG_(WEFT_TIME_BITS == 64 || WEFT_TIME_BITS == 32 || WEFT_TIME_BITS == 16,
                   "weft: WEFT_TIME_BITS is 64, 32 or 16");
WEFT_CHECK_CONFIG_(WEFT_TIME_HZ >= 1 && WEFT_TIME_HZ <= 1000000000,
                   "weft: WEFT_TIME_HZ is a number from 1 to 1000000000");
WEFT_CHECK_CONFIG_(WEFT_TIMER_LIST == 0 || WEFT_TIMER_LIST == 1, "weft: WEFT_TIMER_LIST is 0 or 1");

/* WEFT_FREESTANDING: the program has no hosted C library. Compilers set this choice themselves with
 * -ffreestanding, and for AVR. */
#if !defined(WEFT_FREESTANDING) && (!__STDC_HOSTED__ || defined(__AVR__))
#define WEFT_FREESTANDING
#endif

/* The debug mode (inspect/debug.h) writes texts to standard error. */
#if WEFT_TEXTS && !defined(WEFT_FREESTANDING)
#define WEFT_HAS_DEBUG_MODE_
#define WEFT_DEBUG_CHOICE_ HOSTED
#else
#define WEFT_DEBUG_CHOICE_ FREESTANDING
#endif

/* A text, or NULL where the program has no texts. */
#if WEFT_TEXTS
#define WEFT_TEXT_(text) text
#define WEFT_FILE_ __FILE__
#define WEFT_FILE_OF_(code) (code)->file
#else
#define WEFT_TEXT_(text) NULL
#define WEFT_FILE_ NULL
#define WEFT_FILE_OF_(code) NULL
#endif

/* WEFT_CONFIGURED_(name): `name` with all choices in it. */
#define WEFT_CONFIGURED_(name)                                                                     \
    WEFT_WITH_CHOICES_(name, WEFT_TEXTS, WEFT_TIME_BITS, WEFT_TIME_HZ, WEFT_TIMER_LIST,            \
                       WEFT_DEBUG_CHOICE_)
#define WEFT_WITH_CHOICES_(name, texts, bits, hz, list, debug)                                     \
    WEFT_JOIN_CHOICES_(name, texts, bits, hz, list, debug)
#define WEFT_JOIN_CHOICES_(name, texts, bits, hz, list, debug)                                     \
    name##_of_weft_with_TEXTS_##texts##_TIME_BITS_##bits##_HZ_##hz##_LIST_##list##_##debug

#endif
