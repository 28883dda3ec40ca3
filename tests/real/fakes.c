/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "questions.h"
#include "world.h"

/* Xen 4.17 as the scenario has it. */
void questions_begin(const char *flavour)
{
	world_reset(17);
	world->daemon = strcmp(flavour, "ocaml") ? DAEMON_C : DAEMON_OCAML;
	world_boot(1);
	world_boot_plain(2);
}

int questions_end(void)
{
	if (*world->wrong)
		fprintf(stderr, "wrong: %s\n", world->wrong);
	return *world->wrong != '\0';
}
