/* SPDX-License-Identifier: MIT */
/* Runs a program for an ATmega328P in simavr for 5.2 seconds of the simulated clock. Prints a line
 * for pin 13 of an Uno, and a line for pin 12: how often the pin changed, and the shortest and
 * longest time between two changes, in microseconds. */
#include <simavr/avr_ioport.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { FREQUENCY = 16000000, CYCLES_IN_US = 16, RUN_IN_TENTHS = 52 };

struct led {
    avr_t *avr;
    uint64_t last, shortest, longest;
    uint32_t level;
    unsigned changes;
};

static void on_change(struct avr_irq_t *irq, uint32_t level, void *parameter)
{
    struct led *const led = parameter;
    (void)irq;
    if (level == led->level)
        return;
    const uint64_t passed = (led->avr->cycle - led->last) / CYCLES_IN_US;
    if (led->changes) {
        led->shortest = passed < led->shortest ? passed : led->shortest;
        led->longest = passed > led->longest ? passed : led->longest;
    }
    led->level = level;
    led->last = led->avr->cycle;
    led->changes++;
}

static void do_not_sleep(avr_t *avr, avr_cycle_count_t cycles)
{
    (void)avr, (void)cycles;
}

int main(int count, char **arguments)
{
    static const int bits[] = {5, 4}; /* of PORTB: pins 13 and 12 */
    static struct led leds[2];
    elf_firmware_t firmware;
    memset(&firmware, 0, sizeof firmware);
    if (count < 2 || elf_read_firmware(arguments[1], &firmware))
        return 1;
    avr_t *const avr = avr_make_mcu_by_name("atmega328p");
    if (!avr)
        return 1;
    avr_init(avr);
    firmware.frequency = FREQUENCY;
    avr_load_firmware(avr, &firmware);
    avr->sleep = do_not_sleep;
    for (int i = 0; i < 2; i++) {
        leds[i] = (struct led){.avr = avr, .shortest = UINT64_MAX};
        avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B'), bits[i]),
                                on_change, &leds[i]);
    }
    int state = cpu_Running;
    while (avr->cycle < (uint64_t)FREQUENCY / 10 * RUN_IN_TENTHS && state != cpu_Done &&
           state != cpu_Crashed)
        state = avr_run(avr);
    for (int i = 0; i < 2; i++)
        printf("%u %llu %llu\n", leds[i].changes, (unsigned long long)leds[i].shortest,
               (unsigned long long)leds[i].longest);
    return state == cpu_Crashed;
}
