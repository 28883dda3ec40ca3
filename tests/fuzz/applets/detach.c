/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "../../../applets/dom0less-detach.c"
#include "../fuzz.h"

static void reset(void)
{
	memset(&opts, 0, sizeof(opts));
	nplugs = 0;
}

const struct fuzz_applet fuzz_detach = { "dom0less-detach", dom0less_detach_main, reset };
