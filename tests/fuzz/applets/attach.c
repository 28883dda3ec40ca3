/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "../../../applets/dom0less-attach.c"
#include "../fuzz.h"

static void reset(void)
{
	memset(&opts, 0, sizeof(opts));
	claims.count = nbridges = nplugs = 0;
}

const struct fuzz_applet fuzz_attach = { "dom0less-attach", dom0less_attach_main, reset };
