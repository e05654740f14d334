/* SPDX-License-Identifier: MIT */
/* virt: start-up, and the entry of interrupts and exceptions. */

    .section .reset, "ax"
    .globl machine_reset
machine_reset:
    la sp, machine_stack_top
    la t0, trap
    csrw mtvec, t0
    /* Makes FLASH, 1 MB from 0x80000000, read-only, also in machine mode: locked, R, X, NAPOT. */
    li t0, (0x80000000 >> 2) + (0x100000 >> 3) - 1
    csrw pmpaddr0, t0
    li t0, 0x9D
    csrw pmpcfg0, t0

    li t0, 0xC5C5C5C5 /* paints the stack */
    la t1, machine_stack
1:  sw t0, 0(t1)
    addi t1, t1, 4
    bltu t1, sp, 1b

    la t0, machine_data_load
    la t1, machine_data
    la t2, machine_data_end
2:  bgeu t1, t2, 3f
    lw t3, 0(t0)
    sw t3, 0(t1)
    addi t0, t0, 4
    addi t1, t1, 4
    j 2b
3:  la t1, machine_bss
    la t2, machine_bss_end
4:  bgeu t1, t2, 5f
    sw zero, 0(t1)
    addi t1, t1, 4
    j 4b
5:  csrsi mstatus, 8
    call main
    call machine_exit

    .text
    .align 4
trap:
    csrw mscratch, t0
    csrr t0, mcause
    bgez t0, fault
    csrr t0, mscratch
    addi sp, sp, -80
    sw ra, 0(sp)
    sw t0, 4(sp)
    sw t1, 8(sp)
    sw t2, 12(sp)
    sw a0, 16(sp)
    sw a1, 20(sp)
    sw a2, 24(sp)
    sw a3, 28(sp)
    sw a4, 32(sp)
    sw a5, 36(sp)
    sw a6, 40(sp)
    sw a7, 44(sp)
    sw t3, 48(sp)
    sw t4, 52(sp)
    sw t5, 56(sp)
    sw t6, 60(sp)
    csrr t0, mepc
    sw t0, 64(sp)
    csrr t0, mstatus
    sw t0, 68(sp)
    csrr a0, mcause
    call machine_interrupt
    lw t0, 64(sp)
    csrw mepc, t0
    lw t0, 68(sp)
    csrw mstatus, t0
    lw ra, 0(sp)
    lw t0, 4(sp)
    lw t1, 8(sp)
    lw t2, 12(sp)
    lw a0, 16(sp)
    lw a1, 20(sp)
    lw a2, 24(sp)
    lw a3, 28(sp)
    lw a4, 32(sp)
    lw a5, 36(sp)
    lw a6, 40(sp)
    lw a7, 44(sp)
    lw t3, 48(sp)
    lw t4, 52(sp)
    lw t5, 56(sp)
    lw t6, 60(sp)
    addi sp, sp, 80
    mret

fault: /* the stack may have overflowed: begins a new one */
    la sp, machine_stack_top
    csrr a0, mcause
    csrr a1, mepc
    j machine_fault
