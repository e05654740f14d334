/* SPDX-License-Identifier: MIT */
/* How a program on the ATmega328P talks to simulator.c. A write to GPIOR0 ends the simulation with
 * that exit status. Five writes to GPIOR1 are a command and its argument, the lowest byte first.
 * Four reads of GPIOR1 give the number of cycles, the lowest byte first. */
#ifndef SIMULATOR_H
#define SIMULATOR_H

enum {
    SIMULATOR_AFTER = 1,  /* raises INT0 after so many microseconds */
    SIMULATOR_RECEIVE = 2 /* gives UART 0 this byte */
};

#endif
