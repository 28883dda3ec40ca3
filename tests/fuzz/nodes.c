/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What guests and others have put into xenstore, into the file that tells one
 * board from another, and into the device tree's place: three bytes choose what
 * state three domains are in, one the applet and its options, then come the values of
 * the nodes that are read, a NUL or newline after each; the rest is the value of
 * one more node, as long as xenstore allows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "fuzz.h"
#include "report.h"
#include "userdata.h"
#include "uuid.h"
#include "world.h"

static const char *const paths[] = {
	"/local/domain/1/name", "/local/domain/1/vm", "/libxl/1/type",
	"/local/domain/2/name", "/local/domain/2/vm", "/libxl/2/type",
	"/local/domain/3/name", "/local/domain/0/name", "/local/domain/0/domid",
	"/tool/xenstored",
};

enum { PATHS = sizeof(paths) / sizeof(*paths), DOMAINS = 3 };

static const struct run {
	const struct fuzz_applet *applet;
	const char *words[2];
	enum { PLAIN, TSV, JSON } output;
} runs[] = {
	{ &fuzz_list, { "-l" }, PLAIN },
	{ &fuzz_list, { "-p" }, TSV },
	{ &fuzz_list, { "-j" }, JSON },
	{ &fuzz_list, { "-l", "-dtree" }, PLAIN },
	{ &fuzz_status, { "-v" }, PLAIN },
	{ &fuzz_status, { "-p" }, TSV },
	{ &fuzz_status, { "-j" }, JSON },
	{ &fuzz_init, { "-n" }, PLAIN },
	{ &fuzz_init, { "-v" }, PLAIN },
	{ &fuzz_init, { "-0" }, PLAIN },
};

enum { RUNS = sizeof(runs) / sizeof(*runs) };

static char dir[] = "/dev/shm/dom0less-fuzz-XXXXXX";

static void remove_dir(void)
{
	rmdir(dir);
}

/* libxl's file of a domain, if there is one: jansson reads it, too. */
static void check_file(const struct world_domain *d)
{
	char path[256], uuid[UUID_TEXT];
	json_t *json;
	FILE *f;

	snprintf(path, sizeof(path), "%s/userdata-d.%u.%s.libxl-json", dir,
		 d->info.domid, uuid_format(uuid, d->info.handle));
	f = fopen(path, "r");
	if (!f)
		return;
	json = json_loadf(f, JSON_DISABLE_EOF_CHECK, NULL);
	MUST(json_is_object(json));
	MUST(json_is_object(json_object_get(json, "c_info")));
	json_decref(json);
	fclose(f);
	unlink(path);
}

static unsigned int fields(void)
{
	unsigned int n = 0;

	while (report_name(false, n))
		n++;
	return n;
}

static void fill(struct input *input)
{
	char text[160];
	const char *path;
	unsigned int i;

	for (i = 0; i < PATHS; i++)
		if (*take_text(input, text, sizeof(text)))
			world_write(paths[i], text, NULL);
	take_text(input, world->identity, sizeof(world->identity));
	if (!*world->identity)
		strcpy(world->identity, "0123456789abcdef0123456789abcdef\n");
	if (!input->size)
		return;
	path = paths[take(input) % PATHS];
	world_write(path, "", NULL);
	strcpy(world->odd_path, path);
	for (i = 0; input->size && i < sizeof(world->odd); i++) {
		world->odd[i] = (char)take(input);
		if (!world->odd[i])
			break;
	}
}

/* With an xenstored of another release there is nobody to talk to: status 3. */
static bool is_stranger(void)
{
	unsigned int i;

	for (i = 0; i < WORLD_DOMAINS; i++)
		if (world->domains[i].exists && world->domains[i].stranger)
			return true;
	return false;
}

static void check(const struct run *run, int status)
{
	unsigned int i;

	MUST(status == 0 || status == 1 || status == 4 ||
	     (status == 3 && is_stranger()));
	if (run->output == JSON)
		fuzz_check_json(fuzz_out, fuzz_out_size, false);
	else if (run->output == TSV)
		fuzz_check_tsv(fuzz_out, fields() - 1);
	else
		fuzz_check_plain(fuzz_out);
	if (run->applet != &fuzz_init || *run->words[0] == 'n')
		MUST(world_is_unchanged());
	if (*world->wrong)
		fprintf(stderr, "%s\n", world->wrong);
	MUST(!*world->wrong);
	for (i = 0; i < WORLD_DOMAINS; i++)
		if (world->domains[i].exists)
			check_file(&world->domains[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	const struct run *run = &runs[take(&input) % RUNS];
	char words[3][16] = { "", "", "" };
	char *argv[] = { words[0], words[1], NULL, NULL };
	int argc = 2;
	unsigned int i, minor, state;

	if (userdata_dir != dir) {
		if (!mkdtemp(dir))
			abort();
		userdata_dir = dir;
		atexit(remove_dir);
	}
	minor = take(&input) % 2 ? 17 : 21;
	world_reset(minor);
	for (i = 1; i <= DOMAINS; i++) {
		state = take(&input) % (world_nstates + 1);
		if (state < world_nstates && world_states[state].minor == minor)
			world_states[state].make((uint16_t)i);
	}
	world->dtb_domains = DOMAINS;
	fill(&input);
	strcpy(words[0], run->applet->name);
	strcpy(words[1], run->words[0]);
	if (run->words[1]) {
		strcpy(words[2], run->words[1]);
		argv[argc++] = words[2];
	}
	world_remember();
	check(run, fuzz_run(run->applet, argc, argv));
	return 0;
}
