/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "../../../applets/dom0less-list.c"
#include "../fuzz.h"

static void reset(void)
{
	memset(&opts, 0, sizeof(opts));
}

const struct fuzz_applet fuzz_list = { "dom0less-list", dom0less_list_main, reset };
