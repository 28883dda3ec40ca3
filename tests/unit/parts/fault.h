/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULT_H
#define FAULT_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/*
 * System calls that fail. In a program linked with --wrap (links.mk) a call of
 * NAME() comes to __wrap_NAME() of the test, which asks here whether it is to
 * fail before it goes on to __real_NAME().
 */
#define WRAP(type, name, ...) \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

/* What else can happen than an errno. */
enum {
	FAULT_SHORT = -1,	/* a single byte passes */
	FAULT_END = -2,		/* the other side has gone */
	FAULT_LATE = -3,	/* it takes longer than anybody would wait */
};

static struct fault {
	/* what is wanted: the AT-th call from 1 on, 0: all of the name ALL, and
	 * of the ways that it can fail in the one of this number */
	unsigned int at, way;
	const char *all;
	int all_how;
	/* what was met */
	unsigned int calls;
	const char *call;	/* the one that failed; NULL: none yet */
	int how;		/* an errno, or one of the above */
	bool more;		/* it can fail in other ways, too */
} fault;

/* How the call fails, one of WAYS, which a 0 ends; 0: it does not. */
static int fault_in(const char *call, const int *ways)
{
	fault.calls++;
	if (fault.all && !strcmp(call, fault.all))
		fault.how = fault.all_how;
	else if (fault.calls == fault.at)
		fault.how = ways[fault.way];
	else
		return 0;
	fault.call = call;
	fault.more = !fault.all && ways[fault.way + 1];
	if (fault.how > 0)
		errno = fault.how;
	return fault.how;
}

#define FAULT_IN(call, ...) fault_in(call, (const int[]){ __VA_ARGS__, 0 })

/* RUN once for each call that it makes, and each way in which that can fail. How
 * often that was. */
__attribute__((unused))
static unsigned int fault_everywhere(void (*run)(void))
{
	unsigned int at, way, n = 0;
	bool more;

	for (at = 1;; at++) {
		for (way = 0, more = true; more; way++, n++) {
			fault = (struct fault){ .at = at, .way = way };
			run();
			if (!fault.call)
				return n;
			more = fault.more;
		}
	}
}

/* Say which it was that something is wrong with. */
__attribute__((unused))
static void fault_note(const char *what)
{
	printf("# call %u, %s, %s: %s\n", fault.at,
	       fault.call ? fault.call : "none", fault.how > 0 ?
	       strerror(fault.how) : fault.how == FAULT_SHORT ? "short" :
	       fault.how == FAULT_END ? "end" : "late", what);
}

#endif
