/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdint.h>

/*
 * Run the program ARGV[0] with ARGV, which ends with NULL, and in its
 * environment ENV, names and values in turn, which ends so, too. What it prints
 * goes where our messages go. 0; -ETIMEDOUT: it was still running at the
 * DEADLINE, and was killed; -ECANCELED: it said no; else why it could not be
 * run.
 */
int script_run(const char *const *argv, const char *const *env,
	       int64_t deadline);

#endif
