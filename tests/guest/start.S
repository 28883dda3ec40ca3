/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the arm64 boot protocol to C: relocate, clear .bss, turn the MMU on.
 * Xen wants to be handed memory that is cached in the normal way, which with
 * the MMU off it is not.
 */

#define NORMAL	0x701				/* attribute 0, shared, used */
#define DEVICE	0x60000000000405		/* attribute 1, no code */
#define MAIR	0x04ff				/* 0: write-back, 1: device */
#define TCR	0x200803519			/* 39 bits, 4 KiB, from TTBR0 */
#define MMU_ON	0x1005				/* with both caches */
#define MAGIC_FIRST (0x38000000 >> 21)		/* grant table and magic */
#define MAGIC_COUNT (0x02000000 >> 21)		/* pages: normal memory */
#define RELATIVE 1027				/* R_AARCH64_RELATIVE */

	/* The header; the table of vectors is the beginning of the image. */
	.section .head, "ax"
	.globl	start
start:
	b	begin
	nop
	.quad	0				/* offset */
	.quad	0x10000			/* size, with .bss */
	.quad	10				/* 4 KiB pages, anywhere */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

begin:
	mov	x19, x0				/* the device tree */
	adrp	x20, start
	adrp	x0, stack_end
	mov	sp, x0

	adrp	x0, bss_start			/* .bss has whole pages */
	adrp	x1, bss_end
1:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	1b

	adr	x0, rela_start			/* linked to run at 0 */
	adr	x1, rela_end
2:	cmp	x0, x1
	b.hs	map
	ldp	x2, x3, [x0], #16
	ldr	x4, [x0], #8
	cmp	x3, #RELATIVE
	b.ne	2b
	add	x4, x4, x20
	str	x4, [x20, x2]
	b	2b

	.org	0x200				/* exception, same level */
fault_vector:
	mrs	x0, esr_el1
	mrs	x1, elr_el1
	mrs	x2, far_el1
	b	fault
	.org	0x380				/* system error */
	b	fault_vector

	/* One to one: the first GiB in 2 MiB blocks, the rest in whole GiB. */
map:
	adrp	x0, level1
	adrp	x1, level2
	orr	x2, x1, #3
	str	x2, [x0]
	mov	x3, #1
	mov	x4, #NORMAL
3:	orr	x5, x4, x3, lsl #30
	str	x5, [x0, x3, lsl #3]
	add	x3, x3, #1
	cmp	x3, #512
	b.lo	3b
	ldr	x6, =DEVICE
	mov	x3, #0
4:	sub	x7, x3, #MAGIC_FIRST
	cmp	x7, #MAGIC_COUNT
	csel	x5, x4, x6, lo
	orr	x5, x5, x3, lsl #21
	str	x5, [x1, x3, lsl #3]
	add	x3, x3, #1
	cmp	x3, #512
	b.lo	4b
	dsb	sy
	ldr	x2, =MAIR
	msr	mair_el1, x2
	ldr	x2, =TCR
	msr	tcr_el1, x2
	msr	ttbr0_el1, x0
	msr	vbar_el1, x20
	tlbi	vmalle1
	ic	iallu
	dsb	sy
	isb
	mrs	x2, sctlr_el1
	ldr	x3, =MMU_ON
	orr	x2, x2, x3
	msr	sctlr_el1, x2
	isb
	mov	x0, x19
	bl	guest_main
5:	wfi
	b	5b

	/* long hypercall(long arg0 ... arg3, unsigned int op) */
	.text
	.globl	hypercall
hypercall:
	mov	x16, x4
	hvc	#0xea1				/* XEN_HYPERCALL_TAG */
	ret

	.section .bss.tables, "aw", %nobits
	.balign	4096
level1:	.space	4096
level2:	.space	4096
	.space	8192
stack_end:
	.section .note.GNU-stack, "", %progbits
