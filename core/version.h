/* SPDX-License-Identifier: MIT */
/* The version of weft, at compile time and at run time. */
#ifndef WEFT_CORE_VERSION_H
#define WEFT_CORE_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the headers, by semver.org: numbers for #if, and a text. */
#define WEFT_VERSION_MAJOR 0
#define WEFT_VERSION_MINOR 1
#define WEFT_VERSION_PATCH 0
#define WEFT_VERSION "0.1.0"

/* Returns WEFT_VERSION of the library that the program runs with. It differs from the program's
 * WEFT_VERSION if the program was compiled with the headers of another version. O(1). */
const char *weft_version(void);

#ifdef __cplusplus
}
#endif
#endif
