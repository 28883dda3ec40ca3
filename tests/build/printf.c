/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * src/libc/printf.c against the libc of the machine that builds, under another
 * name: every combination of flags, width, precision, length and conversion.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int our_vfprintf(FILE *file, const char *format, va_list args);
int our_vsnprintf(char *text, size_t size, const char *format, va_list args);

static int checked, missed;

static void judge(const char *format, int r, const char *got, int expected,
		  const char *wanted)
{
	checked++;
	if (r == expected && !strcmp(got, wanted))
		return;
	missed++;
	printf("# %s: got \"%s\" (%d), wanted \"%s\" (%d)\n", format, got, r,
	       wanted, expected);
}

/* In SIZE bytes, which must be all that it touches. */
static void check_size(size_t size, const char *format, va_list args,
		       int expected, char *wanted)
{
	char *room = size ? malloc(size) : NULL, cut[512] = "";
	int r = our_vsnprintf(room, size, format, args);

	if (size)
		snprintf(cut, size < sizeof(cut) ? size : sizeof(cut), "%s",
			 wanted);
	judge(format, r, room ? room : "", expected, cut);
	free(room);
}

static void check_sizes(const char *format, va_list args, int expected,
			char *wanted)
{
	size_t all = (size_t)expected + 1;
	const size_t sizes[] = { 0, 1, all - 1, all };
	va_list again;
	size_t i;

	for (i = 0; i < COUNT(sizes); i++) {
		va_copy(again, args);
		check_size(sizes[i], format, again, expected, wanted);
		va_end(again);
	}
}

static void check(const char *format, ...)
{
	char *got, *wanted;
	size_t size;
	va_list args;
	int r, expected;
	FILE *file = open_memstream(&got, &size);

	va_start(args, format);
	r = our_vfprintf(file, format, args);
	va_end(args);
	fclose(file);
	va_start(args, format);
	expected = vasprintf(&wanted, format, args);
	va_end(args);
	judge(format, r, got, expected, wanted);
	va_start(args, format);
	check_sizes(format, args, expected, wanted);
	va_end(args);
	free(got);
	free(wanted);
}

/* LENGTH is of that many bytes. */
static void integers(const char *spec, const char *length, unsigned int size)
{
	static const uint64_t values[] = {
		0, 1, 7, 8, 9, 255, 65535, INT32_MAX, 1U << 31, UINT32_MAX,
		UINT64_C(1) << 32, INT64_MAX, (uint64_t)INT64_MIN, UINT64_MAX,
		UINT64_C(0x123456789abcdef0),
	};
	const char *conversion;
	char format[32];
	size_t i;

	for (conversion = "diuoxX"; *conversion; conversion++) {
		snprintf(format, sizeof(format), "<%%%s%s%c>", spec, length,
			 *conversion);
		for (i = 0; i < COUNT(values); i++) {
			if (size == 8)
				check(format, values[i]);
			else
				check(format, (unsigned int)values[i]);
		}
	}
}

static void texts(const char *spec)
{
	static const char *const values[] = { "", "a", "hello world" };
	char format[32];
	size_t i;

	snprintf(format, sizeof(format), "%%%ss|", spec);
	for (i = 0; i < COUNT(values); i++)
		check(format, values[i]);
}

static void all(void)
{
	static const char *const flags[] = {
		"", "-", "0", "+", " ", "#", "-0", "+ ", "#0", "-#", "+0", " 0",
	};
	static const char *const widths[] = { "", "1", "5", "23" };
	static const char *const precisions[] = { "", ".", ".0", ".1", ".7", ".21" };
	static const char *const longs[] = { "l", "ll", "z", "j", "t" };
	static const char *const ints[] = { "", "h", "hh" };
	char spec[16];
	size_t f, w, p, l;

	for (f = 0; f < COUNT(flags); f++)
	for (w = 0; w < COUNT(widths); w++)
	for (p = 0; p < COUNT(precisions); p++) {
		snprintf(spec, sizeof(spec), "%s%s%s", flags[f], widths[w],
			 precisions[p]);
		for (l = 0; l < COUNT(ints); l++)
			integers(spec, ints[l], 4);
		for (l = 0; l < COUNT(longs); l++)
			integers(spec, longs[l], *longs[l] == 'j' ||
				 !strcmp(longs[l], "ll") ? 8 : sizeof(long));
		texts(spec);
	}
}

int main(void)
{
	all();
	check("%*d|%-*d|%*d|%.*d|%.*s|", 7, 3, 7, 3, -7, 4, -1, 5, 3, "abcdef");
	check("%p %c%c%5c|%-5c|%%", (void *)0x1234, 'A', 0xff, 'x', 'y');
	check("%s %m", (char *)NULL);
	check("plain");
	check("");
	printf("# %d formats\n", checked);
	return missed || checked < 50000;
}
