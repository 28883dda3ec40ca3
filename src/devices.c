/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "devices.h"

enum { KINDS_MAX = 1024 };	/* bytes of the names of all kinds */

/* Where libxl's entry says what is behind a device. */
static const struct {
	const char *kind, *key;
} targets[] = {
	{ "vif", "bridge" }, { "vbd", "params" }, { "9pfs", "path" },
};

/* A kind of devices, while its numbers are gone through. */
struct walk {
	const char *kind;
	bool (*see)(void *context, const char *kind, uint32_t devid);
	void *context;
	bool more;
};

static bool devices_see_number(void *context, uint32_t devid)
{
	struct walk *walk = context;

	walk->more = walk->see(walk->context, walk->kind, devid);
	return walk->more;
}

static bool is_console(const char *kind)
{
	return !strcmp(kind, "console") || !strcmp(kind, "vuart");
}

int devices_each(uint16_t guest, bool consoles,
		 bool (*see)(void *context, const char *kind, uint32_t devid),
		 void *context)
{
	struct walk walk = { .see = see, .context = context, .more = true };
	char path[STORE_PATH_MAX], kinds[KINDS_MAX], *kind, *end;
	int rc;

	snprintf(path, sizeof(path), "/libxl/%u/device", guest);
	rc = device_names(path, kinds, sizeof(kinds));
	if (rc <= 0)
		return rc;
	rc = 0;
	for (kind = kinds; !rc && walk.more && (end = strchr(kind, '/'));
	     kind = end + 1) {
		*end = '\0';
		walk.kind = kind;
		if (strlen(kind) < DEVICE_KIND_MAX &&
		    (consoles || !is_console(kind)))
			rc = device_each(guest, kind, devices_see_number,
					 &walk);
	}
	return rc;
}

int devices_look(struct devices_one *one, uint16_t guest, const char *kind,
		 uint32_t devid)
{
	struct batch_answer answer = { one->target, sizeof(one->target), 0 };
	char path[STORE_PATH_MAX];
	unsigned int i;
	int rc;

	device_begin(&one->device, guest, 0, kind, devid);
	rc = device_find(&one->device);
	if (rc)
		return rc;
	one->kind = device_kind_word(&one->device);
	device_word(one->name, &one->device);
	*one->target = '\0';
	device_ask(&one->device, &one->look);
	for (i = 0; i < sizeof(targets) / sizeof(*targets); i++)
		if (!strcmp(kind, targets[i].kind))
			batch_read(0, device_path(path, &one->device,
						  DEVICE_LIBXL, targets[i].key),
				   &answer);
	rc = batch_flush();
	if (!rc)
		device_understand(&one->look);
	return rc;
}
