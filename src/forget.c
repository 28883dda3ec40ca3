/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "batch.h"
#include "devices.h"
#include "forget.h"
#include "store.h"
#include "userdata.h"
#include "uuid.h"

/* One domain, while its devices are gone through. */
struct forget {
	uint16_t domid;
	int64_t deadline;
	int rc;
};

/* An entry of libxl's whose backend cannot be found needs no removal of its
 * own: the domain's whole entry is removed in the end. */
static bool forget_device(void *context, const char *kind, uint32_t devid)
{
	struct forget *forget = context;
	struct device device;

	device_begin(&device, forget->domid, 0, kind, devid);
	if (!device_find(&device))
		forget->rc = device_remove(&device, forget->deadline);
	return !forget->rc;
}

/* The UUID as text, "" if its vm node does not hold one. */
static void read_uuid(uint16_t domid, char text[UUID_TEXT])
{
	char path[STORE_PATH_MAX], vm[64];
	uint8_t uuid[UUID_SIZE];

	*text = '\0';
	snprintf(path, sizeof(path), "/local/domain/%u/vm", domid);
	if (store_read(path, vm, sizeof(vm)) > 4 && !strncmp(vm, "/vm/", 4) &&
	    uuid_parse(uuid, vm + 4))
		uuid_format(text, uuid);
}

static int remove_nodes(uint16_t domid, const char *uuid, int64_t deadline)
{
	char path[STORE_PATH_MAX];
	uint32_t tx;
	int rc;

	do {
		rc = store_begin(&tx);
		if (rc)
			return rc;
		snprintf(path, sizeof(path), "/local/domain/%u", domid);
		batch_remove(tx, path);
		snprintf(path, sizeof(path), "/libxl/%u", domid);
		batch_remove(tx, path);
		snprintf(path, sizeof(path), "/vm/%s", uuid);
		if (*uuid)
			batch_remove(tx, path);
	} while (batch_commit_again(tx, deadline, &rc));
	return rc;
}

int forget_domain(uint16_t domid, int64_t deadline)
{
	struct forget forget = { .domid = domid, .deadline = deadline };
	char uuid[UUID_TEXT];
	int rc;

	read_uuid(domid, uuid);
	rc = devices_each(domid, true, forget_device, &forget);
	if (!rc)
		rc = forget.rc;
	/* the file first: without the nodes nobody knows its name */
	if (!rc && *uuid)
		userdata_remove(domid, uuid);
	return rc ? rc : remove_nodes(domid, uuid, deadline);
}
