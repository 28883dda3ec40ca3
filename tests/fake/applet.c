/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "applet.h"
#include "msg.h"

/* What main.c does for an applet. */

int applet_help(void)
{
	puts("help");
	return APPLET_DONE;
}

int applet_version(void)
{
	puts("version");
	return APPLET_DONE;
}

int applet_usage(void)
{
	msg(MSG_ERROR, MSG_NO_DOMAIN, "try --help");
	return APPLET_USAGE;
}
