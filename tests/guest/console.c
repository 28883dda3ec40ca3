/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>

#include "guest.h"

enum { DATA = 0x00, FLAGS = 0x18, FULL = 1 << 5 };	/* of a PL011 */

static volatile uint32_t *uart(unsigned int offset)
{
	return (volatile uint32_t *)(GUEST_PL011_BASE + offset);
}

static void put_char(char c)
{
	while (*uart(FLAGS) & FULL)
		xen_yield();
	*uart(DATA) = (uint8_t)c;
}

static void put_text(const char *text)
{
	for (; *text; text++)
		put_char(*text >= ' ' && *text <= '~' ? *text : '.');
}

static void put_number(uint64_t number, unsigned int base)
{
	char digits[24], *at = digits + sizeof(digits) - 1;

	*at = '\0';
	do {
		*--at = "0123456789abcdef"[number % base];
		number /= base;
	} while (number);
	put_text(at);
}

static void put_format(const char *format, va_list args)
{
	for (; *format; format++) {
		if (*format != '%') {
			put_char(*format);
			continue;
		}
		switch (*++format) {
		case 's':
			put_text(va_arg(args, const char *));
			break;
		case 'u':
			put_number(va_arg(args, unsigned int), 10);
			break;
		case 'x':
			put_number(va_arg(args, uint64_t), 16);
			break;
		}
	}
}

void put(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_format(format, args);
	va_end(args);
}

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_text("tiny: ");
	put_format(format, args);
	put_char('\n');
	va_end(args);
}
