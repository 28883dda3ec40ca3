/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MSG_H
#define MSG_H

#include <stdbool.h>
#include <stddef.h>

/* How much a run says. An error is said at every level. */
enum msg_level {
	MSG_ERROR,		/* also with -q */
	MSG_NOTE,		/* unless -q */
	MSG_STEP,		/* with -v */
	MSG_LOG,		/* only to the kernel's log, if that is on */
};

/* Not a domid: the message is about no domain in particular. */
#define MSG_NO_DOMAIN (-1)

/* The applet's name stands before every message. NAME is kept, not copied. */
void msg_applet(const char *name);

/* Say messages up to LEVEL. */
void msg_verbosity(enum msg_level level);

/*
 * From now on write all but steps to the kernel's log as well, ten lines at
 * most: it drops more at once. 0, or -errno if /dev/kmsg cannot be opened.
 */
int msg_kmsg(void);

/*
 * Say one line on stderr, "APPLET: dN: TEXT", in one write. A byte that is not
 * printable ASCII is shown as \xNN, whoever supplied it; a long text is cut.
 */
void msg(enum msg_level level, int domid, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Copy TEXT to BUF, every byte outside printable ASCII, and the backslash,
 * shown as \xNN; cut at SIZE (bytes) between two bytes of TEXT. Returns BUF.
 */
char *msg_escape(char *buf, size_t size, const char *text);

#endif
