/* SPDX-License-Identifier: MIT */
/* Configuration: macros by which a program chooses what weft costs in memory and time. The table in
 * doc/embedding.md shows what each choice saves.
 *
 * A program and the library must be compiled with the same choices: give each choice with -D to
 * every call of the compiler. If the choices differ, the program does not link: the linker reports
 * an undefined symbol. The name of that symbol lists the choices that the program was compiled with
 * (WEFT_CONFIGURED_). */
#ifndef WEFT_CORE_CONFIG_H
#define WEFT_CORE_CONFIG_H

/* WEFT_TEXTS says if the program contains weft's texts. If it is 1, the program contains the texts
 * of errors and panics, and the names and files of coroutines. If it is 0, the program contains
 * none of these. A panic then reports only a line number. The program must then not use the headers
 * of core/inspect that write reports: report, dump, watchdog and debug. */
#ifndef WEFT_TEXTS
#define WEFT_TEXTS 1
#endif

/* WEFT_TIME_BITS is the width of the type weft_time: 64, 32 or 16 bits. A clock of 32 or 16 bits
 * may wrap around to 0. With such a clock, a delay must not be longer than half the range of the
 * clock. */
#ifndef WEFT_TIME_BITS
#define WEFT_TIME_BITS 64
#endif

/* WEFT_TIME_HZ says how many units of weft_time are one second. With 1000000, a unit is a
 * microsecond. The value must be a decimal number without parentheses. */
#ifndef WEFT_TIME_HZ
#define WEFT_TIME_HZ 1000000
#endif

/* WEFT_TIMER_LIST chooses how a loop stores its timers. If it is 0, they are in a radix heap
 * (timer.h). If it is 1, they are in a sorted list, which needs less memory. Arming a timer in the
 * sorted list costs O(n), n: the armed timers that are due later than the new one. */
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

/* WEFT_FREESTANDING is defined if the program has no full C library: no files and no standard
 * error. A program need not define the macro on AVR or with the compiler's option -ffreestanding:
 * the lines below define it then. */
#if !defined(WEFT_FREESTANDING) && (!__STDC_HOSTED__ || defined(__AVR__))
#define WEFT_FREESTANDING
#endif

/* The debug mode (inspect/debug.h) writes texts to standard error. So it needs both WEFT_TEXTS and
 * a full C library. */
#if WEFT_TEXTS && !defined(WEFT_FREESTANDING)
#define WEFT_HAS_DEBUG_MODE_
#define WEFT_DEBUG_CHOICE_ HOSTED
#else
#define WEFT_DEBUG_CHOICE_ FREESTANDING
#endif

/* Each of these macros gives a text. If the program has no texts (WEFT_TEXTS is 0), each gives
 * NULL. */
#if WEFT_TEXTS
#define WEFT_TEXT_(text) text
#define WEFT_FILE_ __FILE__
#define WEFT_FILE_OF_(code) (code)->file
#else
#define WEFT_TEXT_(text) NULL
#define WEFT_FILE_ NULL
#define WEFT_FILE_OF_(code) NULL
#endif

/* WEFT_CONFIGURED_(name): a longer name, which consists of `name` and the values of all choices. */
#define WEFT_CONFIGURED_(name)                                                                     \
    WEFT_WITH_CHOICES_(name, WEFT_TEXTS, WEFT_TIME_BITS, WEFT_TIME_HZ, WEFT_TIMER_LIST,            \
                       WEFT_DEBUG_CHOICE_)
#define WEFT_WITH_CHOICES_(name, texts, bits, hz, list, debug)                                     \
    WEFT_JOIN_CHOICES_(name, texts, bits, hz, list, debug)
#define WEFT_JOIN_CHOICES_(name, texts, bits, hz, list, debug)                                     \
    name##_of_weft_with_TEXTS_##texts##_TIME_BITS_##bits##_HZ_##hz##_LIST_##list##_##debug

#endif
