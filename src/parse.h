/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PARSE_H
#define PARSE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * TEXT as a decimal number of 0 to MAX in *NUMBER. False for anything else:
 * a sign, a space, a digit too many.
 */
bool parse_number(const char *text, uint64_t max, uint64_t *number);

/* The value of a hexadecimal digit of either case, -1 for anything else. */
int parse_hex_digit(char c);

/*
 * Can a domain be called NAME? xl finds it by that name and libxl puts it in
 * paths and JSON: printable ASCII without blank, slash, quote or backslash,
 * 1 to 127 bytes, and no digit first, so that no domid looks like a name.
 */
bool parse_is_name(const char *name);

#endif
