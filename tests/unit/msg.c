/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "msg.h"
#include "tap.h"

static char line[4096];

/* A datagram is a write: what msg() said, and in how many of them. */
static int said(enum msg_level level, int domid, const char *text)
{
	int pair[2], old = dup(STDERR_FILENO), writes = 0;
	ssize_t n, size = 0;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		abort();
	dup2(pair[1], STDERR_FILENO);
	msg(level, domid, "%s", text);
	dup2(old, STDERR_FILENO);
	close(pair[1]);
	close(old);
	while ((n = recv(pair[0], line + size, sizeof(line) - 1 - (size_t)size,
			 MSG_DONTWAIT)) > 0) {
		size += n;
		writes++;
	}
	line[size] = '\0';
	close(pair[0]);
	return writes;
}

static void escapes(void)
{
	char in[2] = "", out[8], want[8];
	int c, bad = 0;

	for (c = 1; c < 256; c++) {
		*in = (char)c;
		if (c >= 0x20 && c < 0x7f && c != '\\')
			snprintf(want, sizeof(want), "%c", c);
		else
			snprintf(want, sizeof(want), "\\x%02x", c);
		bad += strcmp(msg_escape(out, sizeof(out), in), want) != 0;
	}
	is_int(bad, 0, "each of 255 bytes");
	is_str(msg_escape(out, sizeof(out), ""), "", "and none");
}

/* Cut between two bytes of the text, never inside of an escape. */
static void cuts(void)
{
	static const char *const want[] = {
		"", "a", "a", "a", "a", "a\\x0a", "a\\x0ab", "a\\x0ab",
		"a\\x0ab", "a\\x0ab", "a\\x0ab\\x0a", "a\\x0ab\\x0a",
	};
	char *out;
	size_t size;

	for (size = 1; size <= sizeof(want) / sizeof(*want); size++) {
		out = malloc(size);	/* the sanitizer watches its end */
		is_str(msg_escape(out, size, "a\nb\n"), want[size - 1],
		       "cut at %zu", size);
		free(out);
	}
}

static void lines(void)
{
	char text[2000];

	is_int(said(MSG_ERROR, 3, "what: why"), 1, "one write");
	is_str(line, "dom0less: d3: what: why\n", "applet, domain, text");
	said(MSG_ERROR, MSG_NO_DOMAIN, "what");
	is_str(line, "dom0less: what\n", "no domain");
	said(MSG_ERROR, 0, "what");
	is_str(line, "dom0less: d0: what\n", "domain 0 is one");
	msg_applet("init-dom0less");
	said(MSG_NOTE, 32751, "\x1b[2J\nroot# \xe4\x07");
	is_str(line, "init-dom0less: d32751: \\x1b[2J\\x0aroot# \\xe4\\x07\n",
	       "a hostile text is one harmless line");

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	is_int(said(MSG_ERROR, 32751, text), 1, "a long text: one write");
	ok(strlen(line) > 500 && strlen(line) < 768, "is cut");
	is_int(line[strlen(line) - 1], '\n', "and still a line");
	memset(text, 0x80, sizeof(text) - 1);
	is_int(said(MSG_ERROR, 32751, text), 1, "a long odd text: one write");
	ok(strlen(line) > 500 && strlen(line) < 768, "is cut");
	is_str(line + strlen(line) - 5, "\\x80\n", "between two bytes");
}

static void levels(void)
{
	static const struct {
		enum msg_level limit;
		int said[4];
	} rows[] = {
		{ MSG_ERROR, { 1, 0, 0, 0 } },
		{ MSG_NOTE, { 1, 1, 0, 0 } },
		{ MSG_STEP, { 1, 1, 1, 0 } },
	};
	unsigned int i;
	int level;

	is_int(said(MSG_NOTE, 1, "x"), 1, "a note is said by default");
	is_int(said(MSG_STEP, 1, "x"), 0, "a step is not");
	for (i = 0; i < 3; i++) {
		msg_verbosity(rows[i].limit);
		for (level = MSG_ERROR; level <= MSG_LOG; level++)
			is_int(said(level, 1, "x"), rows[i].said[level],
			       "limit %d, level %d", rows[i].limit, level);
	}
}

/* Nobody listens: no signal, no loop. */
static void closed(void)
{
	int old = dup(STDERR_FILENO);

	close(STDERR_FILENO);
	msg(MSG_ERROR, 1, "into the void");
	dup2(old, STDERR_FILENO);
	close(old);
	ok(true, "stderr may be closed");
}

int main(void)
{
	escapes();
	cuts();
	lines();
	levels();
	closed();
	return done();
}
