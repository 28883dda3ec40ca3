/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "clock.h"
#include "hyp.h"
#include "nodes.h"
#include "store.h"

/* Where a node's path begins. */
enum base { HOME, VM, LIBXL };

/* Where its value comes from; LITERAL is the text in the row. */
enum value { EMPTY, LITERAL, NAME, UUID, VM_PATH, DOMID, MEMORY, PORT, GFN, START };

enum {
	DRIVER_DOMAIN = 1,	/* a row for driver domains only */
	RETRY_MS = 1,
	POOLS_MAX = 1024,	/* more than there are CPUs */
};

/*
 * The nodes that libxl gives a PVH domain (libxl__domain_make,
 * libxl__build_post and store_libxl_entry), parents first. An empty one is
 * made rather than written, so that what a running guest has put into its own
 * nodes stays. Scripts wait for /libxl/N/type: all this appears at once.
 */
static const struct row {
	enum base base;
	const char *path;
	enum value value;
	const char *literal;
	enum store_perm perm;
	int when;
} rows[] = {
	{ HOME, "", EMPTY, NULL, STORE_PERM_READ, 0 },
	{ VM, "", EMPTY, NULL, STORE_PERM_READ, 0 },
	{ LIBXL, "", EMPTY, NULL, STORE_PERM_TOOLS, 0 },
	{ LIBXL, "/device", EMPTY, NULL, STORE_PERM_TOOLS, 0 },
	{ VM, "/uuid", UUID, NULL, STORE_PERM_READ, 0 },
	{ VM, "/name", NAME, NULL, STORE_PERM_READ, 0 },
	{ VM, "/start_time", START, NULL, STORE_PERM_READ, 0 },
	{ HOME, "/vm", VM_PATH, NULL, STORE_PERM_READ, 0 },
	{ HOME, "/name", NAME, NULL, STORE_PERM_READ, 0 },
	{ HOME, "/domid", DOMID, NULL, STORE_PERM_READ, 0 },
	{ HOME, "/cpu", EMPTY, NULL, STORE_PERM_READ, 0 },
	{ HOME, "/memory", EMPTY, NULL, STORE_PERM_READ, 0 },
	{ HOME, "/memory/static-max", MEMORY, NULL, STORE_PERM_READ, 0 },
	{ HOME, "/memory/target", MEMORY, NULL, STORE_PERM_READ, 0 },
	{ HOME, "/memory/videoram", LITERAL, "0", STORE_PERM_READ, 0 },
	{ HOME, "/device", EMPTY, NULL, STORE_PERM_READ, 0 },
	{ HOME, "/device/suspend", EMPTY, NULL, STORE_PERM_READ, 0 },
	{ HOME, "/device/suspend/event-channel", EMPTY, NULL,
	  STORE_PERM_OWN, 0 },
	{ HOME, "/control", EMPTY, NULL, STORE_PERM_READ, 0 },
	{ HOME, "/control/shutdown", EMPTY, NULL, STORE_PERM_OWN, 0 },
	{ HOME, "/control/feature-poweroff", EMPTY, NULL, STORE_PERM_OWN, 0 },
	{ HOME, "/control/feature-reboot", EMPTY, NULL, STORE_PERM_OWN, 0 },
	{ HOME, "/control/feature-suspend", EMPTY, NULL, STORE_PERM_OWN, 0 },
	{ HOME, "/control/sysrq", EMPTY, NULL, STORE_PERM_OWN, 0 },
	{ HOME, "/control/platform-feature-multiprocessor-suspend",
	  LITERAL, "1", STORE_PERM_READ, 0 },
	{ HOME, "/control/platform-feature-xs_reset_watches",
	  LITERAL, "1", STORE_PERM_READ, 0 },
	{ HOME, "/data", EMPTY, NULL, STORE_PERM_OWN, 0 },
	{ HOME, "/drivers", EMPTY, NULL, STORE_PERM_OWN, 0 },
	{ HOME, "/feature", EMPTY, NULL, STORE_PERM_OWN, 0 },
	{ HOME, "/attr", EMPTY, NULL, STORE_PERM_OWN, 0 },
	{ HOME, "/error", EMPTY, NULL, STORE_PERM_OWN, 0 },
	{ HOME, "/libxl", EMPTY, NULL, STORE_PERM_OWN, DRIVER_DOMAIN },
	{ HOME, "/device-model", EMPTY, NULL, STORE_PERM_OWN, DRIVER_DOMAIN },
	{ HOME, "/store", EMPTY, NULL, STORE_PERM_READ, 0 },
	{ HOME, "/store/port", PORT, NULL, STORE_PERM_READ, 0 },
	{ HOME, "/store/ring-ref", GFN, NULL, STORE_PERM_READ, 0 },
	{ LIBXL, "/dm-version", LITERAL, "qemu_xen", STORE_PERM_TOOLS, 0 },
	{ LIBXL, "/type", LITERAL, "pvh", STORE_PERM_TOOLS, 0 },
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

static void write_node(const struct nodes *nodes, enum base base,
		       const char *path, const char *value,
		       enum store_perm perm)
{
	char full[STORE_PATH_MAX];

	if (base == VM)
		snprintf(full, sizeof(full), "/vm/%s%s", nodes->uuid, path);
	else
		snprintf(full, sizeof(full), "%s/%u%s",
			 base == HOME ? "/local/domain" : "/libxl",
			 nodes->domid, path);
	if (value)
		store_write(full, value);
	else
		store_make(full);
	store_perms(full, perm, nodes->domid);
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

static void write_all(const struct nodes *nodes)
{
	char path[64], value[STORE_PATH_MAX];
	const struct row *row;
	uint32_t cpu;

	for (row = rows; row < rows + ROWS; row++) {
		if (row->when == DRIVER_DOMAIN && !nodes->driver_domain)
			continue;
		write_node(nodes, row->base, row->path,
			   value_of(nodes, row, value, sizeof(value)),
			   row->perm);
	}
	for (cpu = 0; cpu < nodes->vcpus; cpu++) {
		snprintf(path, sizeof(path), "/cpu/%" PRIu32 "/availability",
			 cpu);
		write_node(nodes, HOME, path, "online", STORE_PERM_READ);
	}
}

/* Commit. True: somebody interfered, and there is time to begin again. */
static bool commit_again(int64_t deadline, int *rc)
{
	*rc = store_commit();
	if (*rc != -EAGAIN)
		return false;
	clock_nap(RETRY_MS, deadline);
	if (clock_left(deadline))
		return true;
	*rc = -ETIMEDOUT;
	return false;
}

int nodes_write(const struct nodes *nodes, int64_t deadline)
{
	int rc;

	do {
		rc = store_begin();
		if (rc)
			return rc;
		write_all(nodes);
	} while (commit_again(deadline, &rc));
	return rc;
}

/* xl shows the CPU pools by these names. */
static void write_pools(void)
{
	char path[STORE_PATH_MAX], value[32];
	uint32_t id = 0, n;

	for (n = 0; n < POOLS_MAX && !hyp_cpupool(&id); n++, id++) {
		snprintf(path, sizeof(path), "/local/pool/%" PRIu32 "/name",
			 id);
		snprintf(value, sizeof(value), "Pool-%" PRIu32, id);
		store_write(path, value);
	}
}

int nodes_write_control(uint16_t domid, int64_t deadline)
{
	char path[STORE_PATH_MAX], value[32];
	int rc;

	do {
		rc = store_begin();
		if (rc)
			return rc;
		snprintf(path, sizeof(path), "/local/domain/%u/domid", domid);
		snprintf(value, sizeof(value), "%u", domid);
		store_write(path, value);
		snprintf(path, sizeof(path), "/local/domain/%u/name", domid);
		snprintf(value, sizeof(value), "Domain-%u", domid);
		store_write(path, value);
		write_pools();
	} while (commit_again(deadline, &rc));
	return rc;
}
