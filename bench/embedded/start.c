/* SPDX-License-Identifier: MIT */
/* Start-up code of the measured programs. Like ticks.c, it is not counted as weft's. */
#include <core/panic.h>
#include <stddef.h>
#include <stdint.h>

extern volatile uint32_t milliseconds;
volatile uint32_t milliseconds; /* counted by the timer's interrupt, which has no handler here */

#if defined(__arm__)
int main(void);
extern uint32_t _estack, _sidata, _sdata, _edata, _sbss, _ebss;
_Noreturn void Reset_Handler(void);

_Noreturn void Reset_Handler(void)
{
    for (uint32_t *from = &_sidata, *to = &_sdata; to < &_edata;)
        *to++ = *from++;
    for (uint32_t *to = &_sbss; to < &_ebss;)
        *to++ = 0;
    (void)main();
    for (;;)
        continue;
}

/* The hardware reads this table at address 0. */
static const struct {
    void *stack;
    void (*reset)(void);
} vectors __attribute__((section(".vectors"), used)) = {&_estack, Reset_Handler};
#elif defined(__riscv)
int main(void);
__attribute__((naked, used, section(".text.init"))) void _start(void);
__attribute__((naked, used, section(".text.init"))) void _start(void)
{
    __asm__("la sp,_estack\n call main\n 1: j 1b");
}
#elif defined(__x86_64__)
int main(void);
_Noreturn void _start(void);
_Noreturn void _start(void)
{
    (void)main();
    for (;;)
        continue;
}
#endif

#undef weft_panic
_Noreturn void weft_panic(const char *file, unsigned line, const char *text)
{
    (void)file, (void)line, (void)text;
    for (;;)
        continue;
}
