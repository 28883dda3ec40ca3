/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Command lines: the first byte chooses the applet, the rest are its words, a
 * NUL or newline after each. It then runs in the model world, with what it made
 * of them.
 */
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "userdata.h"
#include "world.h"

enum { WORDS = 24, WORD = 512 };

/* An option that never ends: somebody has to stop reading its output. */
static bool is_endless(const char *word)
{
	return !strncmp(word, "--wat", 5) ||
	       (*word == '-' && word[1] != '-' && strchr(word, 'W'));
}

/* Who waits for a day has better things to do after a minute. */
static void all_leave(void)
{
	unsigned int i;

	for (i = 1; i < WORLD_DOMAINS; i++)
		world->domains[i].exists = false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_applet *const applets[] = {
		&fuzz_list, &fuzz_status, &fuzz_init,
	};
	static char words[WORDS][WORD];
	char *argv[WORDS + 1] = { words[0] };
	struct input input = { data, size };
	const struct fuzz_applet *applet = applets[take(&input) % 3];
	int argc = 1, status;

	strcpy(words[0], applet->name);
	while (input.size && argc < WORDS) {
		argv[argc] = take_text(&input, words[argc], WORD);
		if (applet == &fuzz_status && is_endless(argv[argc]))
			return 0;
		argc++;
	}
	argv[argc] = NULL;
	userdata_dir = "/nonexistent/xen";
	world_reset(17);
	world->dtb_domains = 2;
	world_boot(1);
	world_boot(2)->pinned = true;
	world_xl(3);
	world->later = world->now + 60000;
	world->happens = all_leave;
	status = fuzz_run(applet, argc, argv);
	MUST(status >= 0 && status <= 4);
	/* nothing was attempted */
	MUST(status != 2 || !world->calls);
	MUST(!*world->wrong);
	if (applet != &fuzz_init)
		MUST(!world->changes);
	fuzz_check_plain(fuzz_out);
	return 0;
}
