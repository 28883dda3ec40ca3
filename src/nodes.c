/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "batch.h"
#include "hyp.h"
#include "nodes.h"
#include "store.h"

/* Where a node's path begins. */
enum base { HOME, VM, LIBXL, BASES };

/* Where its value comes from; LITERAL is the text in the row. */
enum value {
	EMPTY, LITERAL, NAME, UUID, VM_PATH, DOMID, MEMORY, PORT, GFN, START,
};

/* When it is written. */
enum when {
	ALWAYS,
	DRIVER,			/* only for a domain that runs backends */
	EACH_VCPU,		/* for each vCPU, whose number replaces # */
	LAST,			/* when all else is done for the domain */
};

enum { POOLS_MAX = 1024 };	/* each has a CPU: there are fewer */

/*
 * The nodes that libxl gives a PVH domain (xen/FACTS, nodes). A row is a node,
 * with who owns it and who reads it (batch.h). A parent stands above its
 * children. An EMPTY node is made, not written: what a running guest has put
 * into its own nodes stays.
 */
static const struct row {
	enum base base;
	const char *path;
	enum batch_perm perm;
	enum value value;
	const char *literal;
	enum when when;
} rows[] = {
	{ HOME, "", BATCH_READ, EMPTY, NULL, ALWAYS },
	{ HOME, "/vm", BATCH_READ, VM_PATH, NULL, ALWAYS },
	{ HOME, "/name", BATCH_READ, NAME, NULL, ALWAYS },
	{ HOME, "/domid", BATCH_READ, DOMID, NULL, ALWAYS },
	{ HOME, "/cpu", BATCH_READ, EMPTY, NULL, ALWAYS },
	{ HOME, "/cpu/#/availability", BATCH_READ, LITERAL, "online",
	  EACH_VCPU },
	{ HOME, "/memory", BATCH_READ, EMPTY, NULL, ALWAYS },
	{ HOME, "/memory/static-max", BATCH_READ, MEMORY, NULL, ALWAYS },
	{ HOME, "/memory/target", BATCH_READ, MEMORY, NULL, ALWAYS },
	{ HOME, "/memory/videoram", BATCH_READ, LITERAL, "0", ALWAYS },
	{ HOME, "/device", BATCH_READ, EMPTY, NULL, ALWAYS },
	{ HOME, "/device/suspend", BATCH_READ, EMPTY, NULL, ALWAYS },
	{ HOME, "/device/suspend/event-channel", BATCH_OWN, EMPTY, NULL,
	  ALWAYS },
	{ HOME, "/control", BATCH_READ, EMPTY, NULL, ALWAYS },
	{ HOME, "/control/shutdown", BATCH_OWN, EMPTY, NULL, ALWAYS },
	{ HOME, "/control/feature-poweroff", BATCH_OWN, EMPTY, NULL, ALWAYS },
	{ HOME, "/control/feature-reboot", BATCH_OWN, EMPTY, NULL, ALWAYS },
	{ HOME, "/control/feature-suspend", BATCH_OWN, EMPTY, NULL, ALWAYS },
	{ HOME, "/control/sysrq", BATCH_OWN, EMPTY, NULL, ALWAYS },
	{ HOME, "/control/platform-feature-multiprocessor-suspend",
	  BATCH_READ, LITERAL, "1", ALWAYS },
	{ HOME, "/control/platform-feature-xs_reset_watches",
	  BATCH_READ, LITERAL, "1", ALWAYS },
	{ HOME, "/data", BATCH_OWN, EMPTY, NULL, ALWAYS },
	{ HOME, "/drivers", BATCH_OWN, EMPTY, NULL, ALWAYS },
	{ HOME, "/feature", BATCH_OWN, EMPTY, NULL, ALWAYS },
	{ HOME, "/attr", BATCH_OWN, EMPTY, NULL, ALWAYS },
	{ HOME, "/error", BATCH_OWN, EMPTY, NULL, ALWAYS },
	{ HOME, "/libxl", BATCH_OWN, EMPTY, NULL, DRIVER },
	{ HOME, "/device-model", BATCH_OWN, EMPTY, NULL, DRIVER },
	{ HOME, "/store", BATCH_READ, EMPTY, NULL, ALWAYS },
	{ HOME, "/store/port", BATCH_READ, PORT, NULL, ALWAYS },
	{ HOME, "/store/ring-ref", BATCH_READ, GFN, NULL, ALWAYS },
	{ VM, "", BATCH_READ, EMPTY, NULL, ALWAYS },
	{ VM, "/uuid", BATCH_READ, UUID, NULL, ALWAYS },
	{ VM, "/name", BATCH_READ, NAME, NULL, ALWAYS },
	{ VM, "/start_time", BATCH_READ, START, NULL, ALWAYS },
	{ LIBXL, "", BATCH_TOOLS, EMPTY, NULL, ALWAYS },
	{ LIBXL, "/device", BATCH_TOOLS, EMPTY, NULL, ALWAYS },
	{ LIBXL, "/dm-version", BATCH_TOOLS, LITERAL, "qemu_xen", ALWAYS },
	{ LIBXL, "/type", BATCH_TOOLS, LITERAL, "pvh", LAST },
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

/* The nearest row above ROW in the tree, or NULL. */
static const struct row *parent_of(const struct row *row)
{
	const struct row *up;
	size_t size;

	for (up = row - 1; up >= rows && up->base == row->base; up--) {
		size = strlen(up->path);
		if (!strncmp(row->path, up->path, size) &&
		    row->path[size] == '/')
			return up;
	}
	return NULL;
}

/* xenstored gives a new node its parent's permissions. Where these are right,
 * they need not be set. */
static bool inherits(const struct nodes *nodes, const struct row *row)
{
	const struct row *parent = parent_of(row);

	return nodes->fresh && parent && parent->perm == row->perm;
}

/* Seconds and hundredths since the epoch, as libxl writes them. */
static void start_time(char *buf, size_t size)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(buf, size, "%" PRId64 ".%02ld", (int64_t)now.tv_sec,
		 now.tv_nsec / 10000000);
}

static const char *value_of(const struct nodes *nodes, const struct row *row,
			    char *buf, size_t size)
{
	switch (row->value) {
	case EMPTY:
	case LITERAL:
		return row->literal;
	case NAME:
		return nodes->name;
	case UUID:
		return nodes->uuid;
	case VM_PATH:
		snprintf(buf, size, "/vm/%s", nodes->uuid);
		break;
	case DOMID:
		snprintf(buf, size, "%u", nodes->domid);
		break;
	case MEMORY:
		snprintf(buf, size, "%" PRIu64, nodes->memory);
		break;
	case PORT:
		snprintf(buf, size, "%" PRIu32, nodes->port);
		break;
	case GFN:
		snprintf(buf, size, "%" PRIu64, nodes->gfn);
		break;
	case START:
		start_time(buf, size);
		break;
	}
	return buf;
}

/* Where paths begin, with the domid or the UUID in it. */
struct tops {
	char path[BASES][STORE_PATH_MAX / 2];
};

static struct tops tops_of(const struct nodes *nodes)
{
	struct tops tops;

	snprintf(tops.path[HOME], sizeof(*tops.path), "/local/domain/%u",
		 nodes->domid);
	snprintf(tops.path[LIBXL], sizeof(*tops.path), "/libxl/%u",
		 nodes->domid);
	snprintf(tops.path[VM], sizeof(*tops.path), "/vm/%s", nodes->uuid);
	return tops;
}

/* The path of ROW's node; where there is one for each vCPU, of number VCPU. */
static void node_path(char path[STORE_PATH_MAX], const struct tops *tops,
		      const struct row *row, uint32_t vcpu)
{
	const char *which = strchr(row->path, '#');
	char *end = stpcpy(path, tops->path[row->base]);

	if (which)
		snprintf(end, STORE_PATH_MAX / 2, "%.*s%" PRIu32 "%s",
			 (int)(which - row->path), row->path, vcpu, which + 1);
	else
		strcpy(end, row->path);
}

static void write_node(uint32_t tx, const struct nodes *nodes,
		       const struct tops *tops, const struct row *row,
		       uint32_t vcpu)
{
	char path[STORE_PATH_MAX], buf[STORE_PATH_MAX];
	const char *value = value_of(nodes, row, buf, sizeof(buf));

	node_path(path, tops, row, vcpu);
	if (value)
		batch_write(tx, path, value);
	else
		batch_make(tx, path);
	if (!inherits(nodes, row))
		batch_perms(tx, path, row->perm, nodes->domid);
}

/* How many nodes ROW is, before the last. */
static uint32_t count_of(const struct nodes *nodes, const struct row *row)
{
	switch (row->when) {
	case ALWAYS:
		return 1;
	case DRIVER:
		return nodes->driver_domain;
	case EACH_VCPU:
		return nodes->vcpus;
	case LAST:
		break;
	}
	return 0;
}

int nodes_write(const struct nodes *nodes)
{
	const struct row *row;
	struct tops tops = tops_of(nodes);
	uint32_t tx, n;
	int rc = store_begin(&tx);

	if (rc)
		return rc;
	for (row = rows; row < rows + ROWS; row++)
		for (n = 0; n < count_of(nodes, row); n++)
			write_node(tx, nodes, &tops, row, n);
	return batch_commit(tx);
}

int nodes_finish(uint16_t domid)
{
	const struct nodes nodes = { .domid = domid, .uuid = "" };
	const struct tops tops = tops_of(&nodes);
	const struct row *row;

	for (row = rows; row < rows + ROWS; row++)
		if (row->when == LAST)
			write_node(0, &nodes, &tops, row, 0);
	return batch_flush();
}

/* xl shows the CPU pools by these names. */
static void write_pools(uint32_t tx)
{
	char path[STORE_PATH_MAX], value[32];
	uint32_t id = 0, n;

	for (n = 0; n < POOLS_MAX && !hyp_cpupool(&id); n++, id++) {
		snprintf(path, sizeof(path), "/local/pool/%" PRIu32 "/name",
			 id);
		snprintf(value, sizeof(value), "Pool-%" PRIu32, id);
		batch_write(tx, path, value);
	}
}

int nodes_write_control(uint16_t domid)
{
	char path[STORE_PATH_MAX], value[32];
	uint32_t tx;
	int rc = store_begin(&tx);

	if (rc)
		return rc;
	snprintf(path, sizeof(path), "/local/domain/%u/domid", domid);
	snprintf(value, sizeof(value), "%u", domid);
	batch_write(tx, path, value);
	snprintf(path, sizeof(path), "/local/domain/%u/name", domid);
	snprintf(value, sizeof(value), "Domain-%u", domid);
	batch_write(tx, path, value);
	write_pools(tx);
	return batch_commit(tx);
}
