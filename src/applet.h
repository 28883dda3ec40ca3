/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef APPLET_H
#define APPLET_H

/* What every applet's exit status means; the worst over all domains wins. */
enum applet_status {
	APPLET_DONE = 0,	/* done, or nothing to do */
	APPLET_FAILED = 1,	/* some domain failed, or the answer is no */
	APPLET_USAGE = 2,	/* usage error; nothing attempted */
	APPLET_NOTHING = 3,	/* nothing to talk to; nothing attempted */
	APPLET_DEADLINE = 4,	/* the deadline passed */
	APPLET_UNKNOWN = 127,	/* no such applet */
};

/* Every applet's main function; the build makes applets.h of the applets. */
#define APPLET(name, main, summary, help) int main(int argc, char **argv);
#include "applets.h"
#undef APPLET

/* Print the running applet's help or the version; APPLET_DONE. */
int applet_help(void);
int applet_version(void);

/* Say where help is; APPLET_USAGE. The error itself has been said. */
int applet_usage(void);

#endif
