/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfprintf() and vsnprintf() without floating point, in the place of musl's.
 *
 * All of musl's printf() family ends in its vfprintf(), which brings its float
 * formatting and, where long double has no hardware, the arithmetic for it: 15
 * KiB on arm64, one byte in seven of the whole program, and nothing here prints
 * a float. These are found first by the linker. They know the flags, widths,
 * precisions and lengths of C11, d i u o x X c s p % and m. What goes to memory
 * takes no detour through a FILE.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct out {
	FILE *file;		/* or, without one, */
	char *at, *end;		/* room for text, without the NUL */
	va_list args;
	int count;
};

struct spec {
	bool left, zero, plus, space, alt;
	int width;
	int precision;		/* -1: none given */
	size_t size;		/* of an integer argument, in bytes */
};

static void out_put(struct out *out, const char *s, size_t size)
{
	out->count += (int)size;
	if (!out->file && size > (size_t)(out->end - out->at))
		size = (size_t)(out->end - out->at);
	if (!size)
		return;
	if (out->file) {
		fwrite(s, 1, size, out->file);
		return;
	}
	memcpy(out->at, s, size);
	out->at += size;
}

static void pad(struct out *out, char c, int n)
{
	while (n-- > 0)
		out_put(out, &c, 1);
}

/* Prefix (sign, 0x), zeros and text, within the width. */
static void field(struct out *out, const struct spec *spec, const char *prefix,
		  int zeros, const char *text, size_t size)
{
	int blanks = spec->width - (int)(strlen(prefix) + size) - zeros;

	if (!spec->left)
		pad(out, ' ', blanks);
	out_put(out, prefix, strlen(prefix));
	pad(out, '0', zeros);
	out_put(out, text, size);
	if (spec->left)
		pad(out, ' ', blanks);
}

static void print_number(struct out *out, const struct spec *spec,
			 uint64_t value, unsigned int base, const char *prefix,
			 const char *set)
{
	char digits[24];	/* 64 bits in octal are 22 */
	char *p = digits + sizeof(digits);
	int size, zeros = 0;

	for (; value; value /= base)
		*--p = set[value % base];
	size = (int)(digits + sizeof(digits) - p);
	if (spec->precision >= 0)
		zeros = spec->precision - size;
	else if (!size)
		zeros = 1;
	if (spec->zero && !spec->left && spec->precision < 0)
		zeros = spec->width - (int)strlen(prefix) - size;
	if (base == 8 && spec->alt && zeros < 1)
		zeros = 1;
	if (zeros < 1)
		zeros = !size && spec->precision < 0;
	field(out, spec, prefix, zeros, p, (size_t)size);
}

/* The next integer argument, in the low bytes that its type has. */
static uint64_t integer(struct out *out, const struct spec *spec,
			bool is_signed)
{
	uint64_t v = spec->size == 8 ? va_arg(out->args, uint64_t) :
				       va_arg(out->args, unsigned int);
	unsigned int unused = 64 - 8 * (unsigned int)spec->size;

	v <<= unused;
	return is_signed ? (uint64_t)((int64_t)v >> unused) : v >> unused;
}

static void print_signed(struct out *out, const struct spec *spec)
{
	int64_t v = (int64_t)integer(out, spec, true);

	print_number(out, spec, v < 0 ? -(uint64_t)v : (uint64_t)v, 10,
		     v < 0 ? "-" : spec->plus ? "+" : spec->space ? " " : "",
		     "0123456789");
}

static void print_hex(struct out *out, const struct spec *spec, const char *set,
		      const char *prefix)
{
	uint64_t v = integer(out, spec, false);

	print_number(out, spec, v, 16, spec->alt && v ? prefix : "", set);
}

static void print_string(struct out *out, const struct spec *spec,
			 const char *s)
{
	if (!s)
		s = "(null)";
	field(out, spec, "", 0, s, spec->precision < 0 ? strlen(s) :
	      strnlen(s, (size_t)spec->precision));
}

static void convert(struct out *out, struct spec *spec, char conversion)
{
	char c;

	switch (conversion) {
	case 'd':
	case 'i':
		print_signed(out, spec);
		break;
	case 'u':
		print_number(out, spec, integer(out, spec, false), 10, "",
			     "0123456789");
		break;
	case 'o':
		print_number(out, spec, integer(out, spec, false), 8, "",
			     "01234567");
		break;
	case 'p':
		spec->size = sizeof(void *);
		spec->alt = true;
		/* fall through */
	case 'x':
		print_hex(out, spec, "0123456789abcdef", "0x");
		break;
	case 'X':
		print_hex(out, spec, "0123456789ABCDEF", "0X");
		break;
	case 's':
		print_string(out, spec, va_arg(out->args, const char *));
		break;
	case 'm':
		print_string(out, spec, strerror(errno));
		break;
	case 'c':
		c = (char)va_arg(out->args, int);
		field(out, spec, "", 0, &c, 1);
		break;
	case '%':
		out_put(out, "%", 1);
		break;
	default:
		abort();	/* a float, or no conversion at all */
	}
}

static int amount(struct out *out, const char **format)
{
	int n = 0;

	if (**format == '*') {
		++*format;
		return va_arg(out->args, int);
	}
	while (**format >= '0' && **format <= '9')
		n = n * 10 + *(*format)++ - '0';
	return n;
}

static const char *flags(struct spec *spec, const char *format)
{
	for (;; format++) {
		switch (*format) {
		case '-': spec->left = true; break;
		case '0': spec->zero = true; break;
		case '+': spec->plus = true; break;
		case ' ': spec->space = true; break;
		case '#': spec->alt = true; break;
		default: return format;
		}
	}
}

static const char *length(struct spec *spec, const char *format)
{
	for (;; format++) {
		switch (*format) {
		case 'h': spec->size /= 2; break;
		/* cppcheck-suppress duplicateValueTernary; not on arm */
		case 'l': spec->size = format[-1] == 'l' ? sizeof(long long) :
				sizeof(long); break;
		case 'j': spec->size = sizeof(intmax_t); break;
		case 'z': spec->size = sizeof(size_t); break;
		case 't': spec->size = sizeof(ptrdiff_t); break;
		default: return format;
		}
	}
}

/* One conversion, after its "%". */
static const char *conversion(struct out *out, const char *format)
{
	struct spec spec = { .precision = -1, .size = sizeof(int) };

	format = flags(&spec, format);
	spec.width = amount(out, &format);
	if (spec.width < 0) {
		spec.left = true;
		spec.width = -spec.width;
	}
	if (*format == '.') {
		format++;
		spec.precision = amount(out, &format);
		if (spec.precision < 0)
			spec.precision = -1;
	}
	format = length(&spec, format);
	convert(out, &spec, *format);
	return format + 1;
}

static void print_all(struct out *out, const char *format)
{
	size_t plain;

	while (*format) {
		plain = strcspn(format, "%");
		out_put(out, format, plain);
		format += plain;
		if (*format)
			format = conversion(out, format + 1);
	}
}

int vfprintf(FILE *restrict file, const char *restrict format, va_list args)
{
	struct out out = { .file = file };

	va_copy(out.args, args);
	print_all(&out, format);
	va_end(out.args);
	return ferror(file) ? -1 : out.count;
}

int vsnprintf(char *restrict text, size_t size, const char *restrict format,
	      va_list args)
{
	struct out out = { .at = text, .end = size ? text + size - 1 : text };

	va_copy(out.args, args);
	print_all(&out, format);
	va_end(out.args);
	if (size)
		*out.at = '\0';
	return out.count;
}
