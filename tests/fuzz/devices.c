/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What users say of devices, and what both ends of one say of it. The first byte
 * chooses: words of an xl configuration, of a card or of a disk; a file for
 * dom0less-attach; or the values of a device's nodes, a NUL or newline after each,
 * for one of the applets.
 */
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "spec.h"
#include "userdata.h"
#include "world.h"

enum { WORDS = 8, WORD = 700, OTHERS = 1 << 16 };

static const char *const paths[] = {
	"/local/domain/1/device/vif/0/state",
	"/local/domain/1/device/vif/0/backend",
	"/local/domain/0/backend/vif/1/0/state",
	"/local/domain/0/backend/vif/1/0/online",
	"/local/domain/0/backend/vif/1/0/hotplug-status",
	"/local/domain/0/error/backend/vif/1/0/error",
	"/libxl/1/device/vif/0/backend", "/libxl/1/device/vif/0/bridge",
	"/local/domain/1/vm",
	"/local/domain/1/device/vbd/51712/state",
	"/local/domain/0/backend/vbd/1/51712/state",
	"/local/domain/0/backend/vbd/1/51712/online",
	"/local/domain/0/backend/vbd/1/51712/physical-device",
	"/libxl/1/device/vbd/51712/backend", "/libxl/1/device/vbd/51712/params",
};

enum { PATHS = sizeof(paths) / sizeof(*paths) };

static const struct run {
	const struct fuzz_applet *applet;
	const char *words[4];
	enum { PLAIN, TSV, JSON } output;
	bool looks;
} runs[] = {
	{ &fuzz_list, { "-D" }, PLAIN, true },
	{ &fuzz_list, { "-pD" }, TSV, true },
	{ &fuzz_list, { "-jD" }, JSON, true },
	{ &fuzz_status, { "-D" }, PLAIN, true },
	{ &fuzz_status, { "-jD" }, JSON, true },
	{ &fuzz_detach, { "-t1", "-a", "1" }, PLAIN, false },
	{ &fuzz_detach, { "-t3", "-fa", "1" }, PLAIN, false },
	{ &fuzz_attach, { "-t1", "1", "vif" }, PLAIN, false },
	{ &fuzz_attach, { "-t1", "1", "disk", "/file,,xvda,w" }, PLAIN, false },
};

enum { RUNS = sizeof(runs) / sizeof(*runs), DEVICE_FIELDS = 11 };

static char file[] = "/dev/shm/dom0less-fuzz-XXXXXX";

static void remove_file(void)
{
	unlink(file);
}

static int run(const struct fuzz_applet *applet, const char *const *said,
	       unsigned int count)
{
	char words[5][32], *argv[6];
	unsigned int i;

	strcpy(words[0], applet->name);
	argv[0] = words[0];
	for (i = 0; i < count && said[i]; i++)
		argv[i + 1] = strcpy(words[i + 1], said[i]);
	argv[i + 1] = NULL;
	return fuzz_run(applet, (int)i + 1, argv);
}

/* --- words --- */

static bool ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

#define BYTE "[0-9a-f][0-9a-f]"

static void check_vif(const struct spec_vif *spec)
{
	/* no address of a group */
	static const char mac[] = "[0-9a-f][02468ace]:" BYTE ":" BYTE ":" BYTE
		":" BYTE ":" BYTE;

	MUST(!*spec->mac || !fnmatch(mac, spec->mac, 0));
	MUST(!strchr(spec->bridge, '/') && !strchr(spec->name, '/'));
	MUST(strspn(spec->mtu, "0123456789") == strlen(spec->mtu));
	MUST(strspn(spec->devid, "0123456789") == strlen(spec->devid));
	MUST(strspn(spec->rate, "0123456789,") == strlen(spec->rate));
	MUST(!*spec->trusted || strchr("01", *spec->trusted));
}

static void check_disk(const struct spec_disk *spec)
{
	char name[SPEC_VDEV_MAX];
	uint32_t number;

	MUST(*spec->target && spec->number <= SPEC_VDEV_LAST);
	MUST(!strcmp(spec->mode, "r") || !strcmp(spec->mode, "w"));
	MUST(!strcmp(spec->type, "disk") || !strcmp(spec->type, "cdrom"));
	MUST(!*spec->shared || !strcmp(spec->shared, "1"));
	MUST(spec_vdev_number(spec->vdev, &number) && number == spec->number);
	/* the name by which we call it is one that we understand */
	MUST(spec_vdev_number(spec_vdev_name(name, number), &number));
	MUST(number == spec->number);
}

static void say_words(struct input *input, bool disk)
{
	static char words[WORDS][WORD];
	char *said[WORDS + 1];
	struct spec_error error = { NULL, "" };
	struct spec_vif vif;
	struct spec_disk spec;
	unsigned int n = 0;
	bool good;

	while (input->size && n < WORDS) {
		said[n] = take_text(input, words[n], WORD);
		n++;
	}
	said[n] = NULL;
	good = disk ? spec_disk(&spec, said, &error)
		    : spec_vif(&vif, said, &error);
	MUST(good || (error.what && ends(error.part, sizeof(error.part))));
	if (good && disk)
		check_disk(&spec);
	else if (good)
		check_vif(&vif);
}

/* --- a file --- */

static void begin(void)
{
	world_reset(17);
	world_boot(1);
	world_serve(world_find(1));
	world_boot(2);
	world_serve(world_find(2));
	world_link("xenbr0", true);
	world_write("/local/domain/2/device/vif/0/state", "4", NULL);
	world_write("/local/domain/0/backend/vif/2/0/state", "4", NULL);
	world_write("/libxl/2/device/vif/0/backend",
		    "/local/domain/0/backend/vif/2/0", NULL);
}

/* Nothing is done, and nothing at all of a file with a bad line. */
static void give_file(const struct input *input)
{
	const char *const words[] = { "-nt1", "-f", file };
	int status, fd = open(file, O_WRONLY | O_TRUNC);

	if (fd < 0 || write(fd, input->data, input->size) !=
		      (ssize_t)input->size)
		abort();
	close(fd);
	begin();
	world_remember();
	status = run(&fuzz_attach, words, 3);
	MUST(status >= 0 && status <= 4 && status != 3);
	MUST(status != 2 || !world->calls);
	MUST(!world->changes && world_is_unchanged());
	fuzz_check_plain(fuzz_out);
}

/* --- nodes --- */

/* The nodes of others than domain 1's device. */
static void others(char *text)
{
	const struct world_node *node;
	unsigned int i;

	*text = '\0';
	for (i = 0; i < world->tree.size; i++) {
		node = &world->tree.nodes[i];
		if (strstr(node->path, "/vif/2/") ||
		    !strncmp(node->path, "/local/domain/2/", 16) ||
		    !strncmp(node->path, "/libxl/2/", 9))
			text += sprintf(text, "%s=%s %s\n", node->path,
					node->value, node->perms);
	}
}

static void write_nodes(struct input *input)
{
	char text[160];
	unsigned int i;

	world_write("/libxl/1/device/vif/0/backend",
		    "/local/domain/0/backend/vif/1/0", NULL);
	world_write("/libxl/1/device/vbd/51712/backend",
		    "/local/domain/0/backend/vbd/1/51712", NULL);
	for (i = 0; i < PATHS; i++)
		if (*take_text(input, text, sizeof(text)))
			world_write(paths[i], text, NULL);
}

static void look_at_nodes(struct input *input)
{
	static char before[OTHERS], after[OTHERS];
	const struct run *r = &runs[take(input) % RUNS];
	int status;

	begin();
	write_nodes(input);
	others(before);
	world_remember();
	status = run(r->applet, r->words, 4);
	MUST(status == 0 || status == 1 || (status == 4 && !r->looks));
	if (r->output == JSON)
		fuzz_check_json(fuzz_out, fuzz_out_size, false);
	else if (r->output == TSV)
		fuzz_check_tsv(fuzz_out, DEVICE_FIELDS - 1);
	else
		fuzz_check_plain(fuzz_out);
	MUST(!r->looks || world_is_unchanged());
	others(after);
	MUST(!strcmp(before, after));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	static bool made;

	if (!made) {
		int fd = mkstemp(file);

		if (fd < 0)
			abort();
		close(fd);
		atexit(remove_file);
		made = true;
		userdata_dir = "/nonexistent";
	}
	switch (take(&input) % 4) {
	case 0:
		say_words(&input, false);
		break;
	case 1:
		say_words(&input, true);
		break;
	case 2:
		give_file(&input);
		break;
	default:
		look_at_nodes(&input);
	}
	return 0;
}
