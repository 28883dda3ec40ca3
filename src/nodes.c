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
enum value {
	EMPTY, LITERAL, NAME, UUID, VM_PATH, DOMID, MEMORY, PORT, GFN, START,
};

/* When a row is written. */
enum when {
	ALWAYS,
	IMPLIED,		/* what follows makes it, if it is not there */
	DRIVER_DOMAIN,		/* for driver domains only */
};

enum {
	RETRY_MS = 1,
	POOLS_MAX = 1024,	/* more than there are CPUs */
};

/* What a node has if nothing else is said: its parent's. */
static const enum store_perm inherited[] = {
	[HOME] = STORE_PERM_READ, [VM] = STORE_PERM_READ,
	[LIBXL] = STORE_PERM_TOOLS,
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
	enum when when;
} rows[] = {
	{ HOME, "", EMPTY, NULL, STORE_PERM_READ, ALWAYS },
	{ VM, "", EMPTY, NULL, STORE_PERM_READ, ALWAYS },
	{ LIBXL, "", EMPTY, NULL, STORE_PERM_TOOLS, ALWAYS },
	{ LIBXL, "/device", EMPTY, NULL, STORE_PERM_TOOLS, ALWAYS },
	{ VM, "/uuid", UUID, NULL, STORE_PERM_READ, ALWAYS },
	{ VM, "/name", NAME, NULL, STORE_PERM_READ, ALWAYS },
	{ VM, "/start_time", START, NULL, STORE_PERM_READ, ALWAYS },
	{ HOME, "/vm", VM_PATH, NULL, STORE_PERM_READ, ALWAYS },
	{ HOME, "/name", NAME, NULL, STORE_PERM_READ, ALWAYS },
	{ HOME, "/domid", DOMID, NULL, STORE_PERM_READ, ALWAYS },
	{ HOME, "/cpu", EMPTY, NULL, STORE_PERM_READ, ALWAYS },
	{ HOME, "/memory", EMPTY, NULL, STORE_PERM_READ, IMPLIED },
	{ HOME, "/memory/static-max", MEMORY, NULL, STORE_PERM_READ, ALWAYS },
	{ HOME, "/memory/target", MEMORY, NULL, STORE_PERM_READ, ALWAYS },
	{ HOME, "/memory/videoram", LITERAL, "0", STORE_PERM_READ, ALWAYS },
	{ HOME, "/device", EMPTY, NULL, STORE_PERM_READ, IMPLIED },
	{ HOME, "/device/suspend", EMPTY, NULL, STORE_PERM_READ, IMPLIED },
	{ HOME, "/device/suspend/event-channel", EMPTY, NULL,
	  STORE_PERM_OWN, ALWAYS },
	{ HOME, "/control", EMPTY, NULL, STORE_PERM_READ, IMPLIED },
	{ HOME, "/control/shutdown", EMPTY, NULL, STORE_PERM_OWN, ALWAYS },
	{ HOME, "/control/feature-poweroff", EMPTY, NULL,
	  STORE_PERM_OWN, ALWAYS },
	{ HOME, "/control/feature-reboot", EMPTY, NULL,
	  STORE_PERM_OWN, ALWAYS },
	{ HOME, "/control/feature-suspend", EMPTY, NULL,
	  STORE_PERM_OWN, ALWAYS },
	{ HOME, "/control/sysrq", EMPTY, NULL, STORE_PERM_OWN, ALWAYS },
	{ HOME, "/control/platform-feature-multiprocessor-suspend",
	  LITERAL, "1", STORE_PERM_READ, ALWAYS },
	{ HOME, "/control/platform-feature-xs_reset_watches",
	  LITERAL, "1", STORE_PERM_READ, ALWAYS },
	{ HOME, "/data", EMPTY, NULL, STORE_PERM_OWN, ALWAYS },
	{ HOME, "/drivers", EMPTY, NULL, STORE_PERM_OWN, ALWAYS },
	{ HOME, "/feature", EMPTY, NULL, STORE_PERM_OWN, ALWAYS },
	{ HOME, "/attr", EMPTY, NULL, STORE_PERM_OWN, ALWAYS },
	{ HOME, "/error", EMPTY, NULL, STORE_PERM_OWN, ALWAYS },
	{ HOME, "/libxl", EMPTY, NULL, STORE_PERM_OWN, DRIVER_DOMAIN },
	{ HOME, "/device-model", EMPTY, NULL, STORE_PERM_OWN, DRIVER_DOMAIN },
	{ HOME, "/store", EMPTY, NULL, STORE_PERM_READ, IMPLIED },
	{ HOME, "/store/port", PORT, NULL, STORE_PERM_READ, ALWAYS },
	{ HOME, "/store/ring-ref", GFN, NULL, STORE_PERM_READ, ALWAYS },
	{ LIBXL, "/dm-version", LITERAL, "qemu_xen", STORE_PERM_TOOLS, ALWAYS },
	{ LIBXL, "/type", LITERAL, "pvh", STORE_PERM_TOOLS, ALWAYS },
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

static char *full_path(char full[STORE_PATH_MAX], const struct nodes *nodes,
		       enum base base, const char *path)
{
	if (base == VM)
		snprintf(full, STORE_PATH_MAX, "/vm/%s%s", nodes->uuid, path);
	else
		snprintf(full, STORE_PATH_MAX, "%s/%u%s",
			 base == HOME ? "/local/domain" : "/libxl",
			 nodes->domid, path);
	return full;
}

/* FRESH: it cannot be there yet, so it inherits. */
static void write_node(const struct nodes *nodes, const struct row *row,
		       const char *value, bool fresh)
{
	char full[STORE_PATH_MAX];

	full_path(full, nodes, row->base, row->path);
	if (value)
		store_write(full, value);
	else
		store_make(full);
	if (!fresh || !*row->path || row->perm != inherited[row->base])
		store_perms(full, row->perm, nodes->domid);
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

/* FRESH: nothing of the domain is there. */
static void write_all(const struct nodes *nodes, bool fresh)
{
	char path[64], value[STORE_PATH_MAX];
	const struct row *row;
	struct row online = {
		HOME, path, LITERAL, "online", STORE_PERM_READ, ALWAYS,
	};
	uint32_t cpu;

	for (row = rows; row < rows + ROWS; row++) {
		if ((row->when == DRIVER_DOMAIN && !nodes->driver_domain) ||
		    (row->when == IMPLIED && fresh))
			continue;
		write_node(nodes, row, value_of(nodes, row, value,
						sizeof(value)), fresh);
	}
	for (cpu = 0; cpu < nodes->vcpus; cpu++) {
		snprintf(path, sizeof(path), "/cpu/%" PRIu32 "/availability",
			 cpu);
		write_node(nodes, &online, online.literal, fresh);
	}
}

/*
 * Begin, and see if any of the places is taken: then there may be permissions
 * that must not stay.
 */
static int begin(const struct nodes *nodes, bool *fresh)
{
	char path[STORE_PATH_MAX], text[1];
	struct store_answer answers[] = {
		[HOME] = { text, sizeof(text), 0 },
		[VM] = { text, sizeof(text), 0 },
		[LIBXL] = { text, sizeof(text), 0 },
	};
	enum base base;
	int rc;

	for (base = HOME; base <= LIBXL; base++)
		store_ask(full_path(path, nodes, base, ""), &answers[base]);
	rc = store_begin();
	*fresh = true;
	for (base = HOME; base <= LIBXL && !rc; base++) {
		*fresh &= answers[base].rc == -ENOENT;
		if (answers[base].rc < 0 && answers[base].rc != -ENOENT)
			rc = answers[base].rc;
	}
	return rc;
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
	bool fresh;
	int rc;

	do {
		rc = begin(nodes, &fresh);
		if (rc)
			return rc;
		write_all(nodes, fresh);
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
