/* SPDX-License-Identifier: GPL-2.0-only */
#include "script.h"
#include "world.h"

/* Scripts that do nothing, and say so. */
int script_run(const char *const *argv, const char *const *env,
	       int64_t deadline)
{
	(void)env;
	(void)deadline;
	return world_done(world_call(CALL_CHANGE, "script %s %s", argv[0],
				     argv[1]));
}
