/* SPDX-License-Identifier: MIT */
/* Tests the machine itself: its memory, timers, interrupts and receiver. Prints each expectation
 * that fails, and ends with their number. The emulator's input is "hello". */
#include "machine.h"

static volatile unsigned ticks, alarms, afters, requests, bytes;
static unsigned failed, data = 77, zero;

void machine_on_tick(void)
{
    ticks++;
}

void machine_on_alarm(void)
{
    alarms++;
}

void machine_on_after(void)
{
    afters++;
    machine_receive('x');
}

static volatile unsigned char last_byte;

void machine_on_byte(unsigned char byte)
{
    bytes++;
    last_byte = byte;
}

#ifdef MACHINE_HAS_SOFTWARE_INTERRUPT
/* The tick preempts this hook. */
void machine_on_software_interrupt(void)
{
    const unsigned begin = ticks;
    while (ticks - begin < 3)
        continue;
    requests++;
}
#endif

static void expect(bool condition, const char *text)
{
    if (condition)
        return;
    failed++;
    machine_puts("failed: ");
    machine_puts(text);
    machine_put('\n');
}

/* Sleeps until the counter has reached `number`. */
static void wait_until(volatile unsigned *counter, unsigned number)
{
    const unsigned before = weft_disable_interrupts();
    while (*counter < number) {
        weft_wait_for_interrupt();
        weft_restore_interrupts(before);
        (void)weft_disable_interrupts();
    }
    weft_restore_interrupts(before);
}

static void test_ticks(void)
{
    machine_start_tick();
    wait_until(&ticks, 10);
    expect(ticks == 10, "10 ticks");
}

static bool is_about(machine_count counts, machine_count expected)
{
    return counts >= expected && counts - expected < expected / 8;
}

static void test_alarm(void)
{
    const machine_count ms_10 = MACHINE_CLOCK_HZ / 100;
    machine_start_clock();
    const unsigned first_tick = ticks;
    machine_count begin = machine_clock();
    machine_set_alarm(ms_10);
    wait_until(&alarms, 1);
    expect(is_about(machine_clock() - begin, ms_10), "an alarm comes in time");
    expect(ticks - first_tick == 10 || ticks - first_tick == 11, "ticks and clock agree");
    begin = machine_clock();
    machine_set_alarm(ms_10);
    while (alarms < 2)
        continue;
    expect(is_about(machine_clock() - begin, ms_10), "an alarm interrupts a busy processor");
    machine_set_alarm(1);
    wait_until(&alarms, 3);
    machine_set_alarm(ms_10);
    machine_clear_alarm();
    const unsigned before = weft_disable_interrupts();
    machine_set_alarm(1);
    const machine_count pending = machine_clock();
    while ((machine_count)(machine_clock() - pending) < ms_10)
        continue;
    machine_clear_alarm();
    weft_restore_interrupts(before);
    wait_until(&ticks, ticks + 20);
    expect(alarms == 3, "a disarmed alarm does not come, pending or not");
}

static void test_receiver(void)
{
    machine_listen();
    wait_until(&bytes, 5);
    expect(last_byte == 'o', "the last byte of the input");
    machine_after(50000);
    const unsigned begin = ticks;
    wait_until(&bytes, 6);
    expect(afters == 1 && last_byte == 'x', "a byte from outside");
    expect(ticks - begin == 50 || ticks - begin == 51, "in time");
}

int main(void)
{
    expect(data == 77 && zero == 0, "initial values");
    expect(machine_stack_used() < machine_stack_size(), "the stack is painted");
    test_ticks();
    test_alarm();
    test_receiver();
#ifdef MACHINE_HAS_SOFTWARE_INTERRUPT
    machine_request_software_interrupt();
    expect(requests == 1, "the software interrupt preempts main");
#endif
    machine_put_number("stack used", machine_stack_used());
    machine_put_number("failed", failed);
    return failed != 0;
}
