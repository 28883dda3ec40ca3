/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "parse.h"

enum { NAME_MAX_BYTES = 127 };

bool parse_number(const char *text, uint64_t max, uint64_t *number)
{
	uint64_t n = 0, digit;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		digit = (uint64_t)(*text - '0');
		if (n > max / 10 || digit > max - n * 10)
			return false;
		n = n * 10 + digit;
	}
	*number = n;
	return true;
}

int parse_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= ' ';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool parse_is_name(const char *name)
{
	const char *c;

	if (!*name || strlen(name) > NAME_MAX_BYTES ||
	    (*name >= '0' && *name <= '9'))
		return false;
	for (c = name; *c; c++)
		if (*c <= ' ' || *c > '~' || strchr("/\"\\'", *c))
			return false;
	return true;
}
