/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TAP_H
#define TAP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* TAP on stdout, one assertion a line; the plan comes last. */

static unsigned int tap_run, tap_missed;

__attribute__((format(printf, 2, 0)))
static inline bool tap_say(bool good, const char *format, va_list args)
{
	tap_missed += !good;
	printf("%s %u - ", good ? "ok" : "not ok", ++tap_run);
	vprintf(format, args);
	putchar('\n');
	fflush(stdout);
	return good;
}

__attribute__((format(printf, 2, 3), unused))
static bool ok(bool good, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tap_say(good, format, args);
	va_end(args);
	return good;
}

/* Text as a comment, line by line. */
static inline void tap_note(const char *what, const char *text)
{
	size_t n;

	do {
		n = strcspn(text, "\n");
		printf("# %s %.*s\n", what, (int)n, text);
		text += n + (text[n] == '\n');
		what = "      ";
	} while (*text);
}

__attribute__((format(printf, 3, 4), unused))
static bool is_int(int64_t got, int64_t wanted, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!tap_say(got == wanted, format, args))
		printf("# got %" PRId64 ", wanted %" PRId64 "\n", got, wanted);
	va_end(args);
	return got == wanted;
}

__attribute__((format(printf, 3, 4), unused))
static bool is_str(const char *got, const char *wanted,
		   const char *format, ...)
{
	bool same = got && wanted ? !strcmp(got, wanted) : got == wanted;
	va_list args;

	va_start(args, format);
	if (!tap_say(same, format, args)) {
		tap_note("got   ", got ? got : "(none)");
		tap_note("wanted", wanted ? wanted : "(none)");
	}
	va_end(args);
	return same;
}

/* The end of main(). */
static inline int done(void)
{
	printf("1..%u\n", tap_run);
	return tap_missed != 0;
}

#endif
