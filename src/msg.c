/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "msg.h"

/* The kernel log takes at most 1024 bytes a record (LOG_LINE_MAX). */
enum { LINE_SIZE = 768, TEXT_SIZE = 512, KMSG_LINES = 10 };

static const char *applet = "dom0less";
static enum msg_level limit = MSG_NOTE;
static int kmsg = -1;
static int kmsg_lines;

void msg_applet(const char *name)
{
	applet = name;
}

void msg_verbosity(enum msg_level level)
{
	limit = level;
}

int msg_kmsg(void)
{
	kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return kmsg < 0 ? -errno : 0;
}

char *msg_escape(char *buf, size_t size, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *c = (const unsigned char *)text;
	char *out = buf;

	for (; *c; c++) {
		size_t left = size - (size_t)(out - buf);

		if (*c >= ' ' && *c <= '~' && *c != '\\') {
			if (left < 2)
				break;
			*out++ = (char)*c;
			continue;
		}
		if (left < 5)
			break;
		*out++ = '\\';
		*out++ = 'x';
		*out++ = hex[*c >> 4];
		*out++ = hex[*c & 15];
	}
	*out = '\0';
	return buf;
}

/* One write, so that lines of several processes never mix. */
static void msg_put(int fd, const char *prefix, const char *domain,
		    const char *text)
{
	char line[LINE_SIZE];
	int n = snprintf(line, sizeof(line), "%s: %s%s\n", prefix, domain,
			 text);

	if (n >= (int)sizeof(line))
		n = sizeof(line) - 1;
	if (write(fd, line, (size_t)n) < 0)
		return;		/* nobody is left to tell */
}

void msg(enum msg_level level, int domid, const char *format, ...)
{
	char raw[TEXT_SIZE], text[TEXT_SIZE + 64], domain[16] = "";
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	msg_escape(text, sizeof(text), raw);
	if (domid != MSG_NO_DOMAIN)
		snprintf(domain, sizeof(domain), "d%d: ", domid);
	if (level <= limit)
		msg_put(STDERR_FILENO, applet, domain, text);
	if (kmsg >= 0 && level != MSG_STEP && kmsg_lines++ < KMSG_LINES)
		msg_put(kmsg, level == MSG_ERROR ? "<3>dom0less"
						 : "<6>dom0less", domain, text);
}
