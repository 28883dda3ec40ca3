/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * musl's printf can print a long double, which on arm64 takes 10 KiB of
 * software arithmetic out of libgcc. Nothing here prints a floating-point
 * number (a test looks), so these stand in for that arithmetic and are never
 * called: the linker takes the first definition it finds.
 */
#ifdef __aarch64__
#define UNUSED_ARITHMETIC(name) \
	void name(void); \
	void name(void) { __builtin_trap(); }

UNUSED_ARITHMETIC(__addtf3)
UNUSED_ARITHMETIC(__eqtf2)
UNUSED_ARITHMETIC(__extenddftf2)
UNUSED_ARITHMETIC(__fixtfsi)
UNUSED_ARITHMETIC(__fixunstfsi)
UNUSED_ARITHMETIC(__floatsitf)
UNUSED_ARITHMETIC(__floatunsitf)
UNUSED_ARITHMETIC(__multf3)
UNUSED_ARITHMETIC(__netf2)
UNUSED_ARITHMETIC(__subtf3)
#endif
