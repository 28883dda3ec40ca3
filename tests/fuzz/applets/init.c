/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "../../../applets/init-dom0less.c"
#include "../fuzz.h"

static void reset(void)
{
	memset(&opts, 0, sizeof(opts));
	memset(names, 0, sizeof(names[0]) * 16);
	attached = 0;
	deadline = 0;
}

const struct fuzz_applet fuzz_init = { "init-dom0less", init_dom0less_main, reset };
