/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "hyp.h"
#include "nodes.h"
#include "store.h"

/* Where a node's path begins. */
enum base { HOME, VM, LIBXL, BASES };

/* Where its value comes from; LITERAL is the text in the row. */
enum value {
	EMPTY, LITERAL, NAME, UUID, VM_PATH, DOMID, MEMORY, PORT, GFN, START,
	MADE,			/* by one above it, for which it is the way */
	CPUS,			/* a directory with one for each vCPU */
};

enum {
	RETRY_MS = 1,
	POOLS_MAX = 1024,	/* more than there are CPUs */
};

/*
 * The nodes that libxl gives a PVH domain (libxl__domain_make,
 * libxl__build_post and store_libxl_entry). An empty one is made rather than
 * written, so that what a running guest has put into its own nodes stays.
 * Scripts wait for /libxl/N/type: all this appears at once.
 *
 * xenstored makes the way to a node, and gives a new one its parent's
 * permissions. So the domain first owns its home, where most of its own nodes
 * are made, and then only reads it: that spares a request for each of them.
 */
static const struct row {
	enum base base;
	const char *path;
	enum value value;
	const char *literal;
	enum store_perm perm;
	bool driver_domain;	/* for those only */
} rows[] = {
	{ HOME, "", EMPTY, NULL, STORE_PERM_OWN, false },
	{ HOME, "/control/shutdown", EMPTY, NULL, STORE_PERM_OWN, false },
	{ HOME, "/control/feature-poweroff", EMPTY, NULL,
	  STORE_PERM_OWN, false },
	{ HOME, "/control/feature-reboot", EMPTY, NULL, STORE_PERM_OWN, false },
	{ HOME, "/control/feature-suspend", EMPTY, NULL,
	  STORE_PERM_OWN, false },
	{ HOME, "/control/sysrq", EMPTY, NULL, STORE_PERM_OWN, false },
	{ HOME, "/data", EMPTY, NULL, STORE_PERM_OWN, false },
	{ HOME, "/drivers", EMPTY, NULL, STORE_PERM_OWN, false },
	{ HOME, "/feature", EMPTY, NULL, STORE_PERM_OWN, false },
	{ HOME, "/attr", EMPTY, NULL, STORE_PERM_OWN, false },
	{ HOME, "/error", EMPTY, NULL, STORE_PERM_OWN, false },
	{ HOME, "/libxl", EMPTY, NULL, STORE_PERM_OWN, true },
	{ HOME, "/device-model", EMPTY, NULL, STORE_PERM_OWN, true },
	{ HOME, "/control", MADE, NULL, STORE_PERM_READ, false },
	{ HOME, "", MADE, NULL, STORE_PERM_READ, false },
	{ HOME, "/device/suspend/event-channel", EMPTY, NULL,
	  STORE_PERM_OWN, false },
	{ HOME, "/device", MADE, NULL, STORE_PERM_READ, false },
	{ HOME, "/device/suspend", MADE, NULL, STORE_PERM_READ, false },
	{ HOME, "/control/platform-feature-multiprocessor-suspend",
	  LITERAL, "1", STORE_PERM_READ, false },
	{ HOME, "/control/platform-feature-xs_reset_watches",
	  LITERAL, "1", STORE_PERM_READ, false },
	{ HOME, "/vm", VM_PATH, NULL, STORE_PERM_READ, false },
	{ HOME, "/name", NAME, NULL, STORE_PERM_READ, false },
	{ HOME, "/domid", DOMID, NULL, STORE_PERM_READ, false },
	{ HOME, "/cpu", CPUS, "online", STORE_PERM_READ, false },
	{ HOME, "/memory/static-max", MEMORY, NULL, STORE_PERM_READ, false },
	{ HOME, "/memory/target", MEMORY, NULL, STORE_PERM_READ, false },
	{ HOME, "/memory/videoram", LITERAL, "0", STORE_PERM_READ, false },
	{ HOME, "/memory", MADE, NULL, STORE_PERM_READ, false },
	{ HOME, "/store/port", PORT, NULL, STORE_PERM_READ, false },
	{ HOME, "/store/ring-ref", GFN, NULL, STORE_PERM_READ, false },
	{ HOME, "/store", MADE, NULL, STORE_PERM_READ, false },
	{ VM, "", EMPTY, NULL, STORE_PERM_READ, false },
	{ VM, "/uuid", UUID, NULL, STORE_PERM_READ, false },
	{ VM, "/name", NAME, NULL, STORE_PERM_READ, false },
	{ VM, "/start_time", START, NULL, STORE_PERM_READ, false },
	{ LIBXL, "", EMPTY, NULL, STORE_PERM_TOOLS, false },
	{ LIBXL, "/device", EMPTY, NULL, STORE_PERM_TOOLS, false },
	{ LIBXL, "/dm-version", LITERAL, "qemu_xen", STORE_PERM_TOOLS, false },
	{ LIBXL, "/type", LITERAL, "pvh", STORE_PERM_TOOLS, false },
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

/* What is being written. */
struct write {
	const struct nodes *nodes;
	struct {
		char path[STORE_PATH_MAX];	/* of the base, then of a node */
		char *end;			/* of the base's */
		enum store_perm perm;		/* the base's, as of now */
	} place[BASES];
};

static void write_node(struct write *write, const struct row *row,
		       const char *value)
{
	enum store_perm *perm = &write->place[row->base].perm;
	const char *path = write->place[row->base].path;

	strcpy(write->place[row->base].end, row->path);
	if (value)
		store_write(path, value);
	else if (row->value != MADE)
		store_make(path);
	if (!write->nodes->fresh || !*row->path || row->perm != *perm)
		store_perms(path, row->perm, write->nodes->domid);
	if (!*row->path)
		*perm = row->perm;
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
	case MADE:
	case CPUS:
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

static void write_cpus(struct write *write, const struct row *all)
{
	char path[64];
	struct row row = *all;
	uint32_t cpu;

	row.path = path;
	row.value = LITERAL;
	for (cpu = 0; cpu < write->nodes->vcpus; cpu++) {
		snprintf(path, sizeof(path), "%s/%" PRIu32 "/availability",
			 all->path, cpu);
		write_node(write, &row, row.literal);
	}
	row.path = all->path;
	row.value = cpu ? MADE : EMPTY;
	write_node(write, &row, NULL);
}

static void write_all(struct write *write)
{
	const struct nodes *nodes = write->nodes;
	char value[STORE_PATH_MAX];
	const struct row *row;

	for (row = rows; row < rows + ROWS; row++)
		if (row->value == CPUS)
			write_cpus(write, row);
		else if (!row->driver_domain || nodes->driver_domain)
			write_node(write, row, value_of(nodes, row, value,
							sizeof(value)));
}

/* Commit. True: somebody interfered, and there is time to begin again. */
static bool commit_again(bool more, struct store_answer *answer,
			 int64_t deadline, int *rc)
{
	*rc = store_commit(more, answer);
	if (*rc != -EAGAIN)
		return false;
	clock_nap(RETRY_MS, deadline);
	if (clock_left(deadline))
		return true;
	*rc = -ETIMEDOUT;
	return false;
}

int nodes_write(const struct nodes *nodes, struct store_answer *answer,
		int64_t deadline)
{
	static const char *const tops[BASES] = {
		[HOME] = "/local/domain/", [VM] = "/vm/", [LIBXL] = "/libxl/",
	};
	char domid[8];
	const char *const keys[BASES] = {
		[HOME] = domid, [VM] = nodes->uuid, [LIBXL] = domid,
	};
	struct write write = { .nodes = nodes };
	enum base base;
	int rc;

	snprintf(domid, sizeof(domid), "%u", nodes->domid);
	for (base = HOME; base < BASES; base++)
		write.place[base].end = stpcpy(stpcpy(write.place[base].path,
						      tops[base]), keys[base]);
	do {
		rc = store_begin(nodes->more);
		if (rc)
			return rc;
		write_all(&write);
	} while (commit_again(nodes->more, answer, deadline, &rc));
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
	char path[STORE_PATH_MAX], value[32], text[4];
	struct store_answer answer = { text, sizeof(text), 0 };
	int rc;

	do {
		rc = store_begin(false);
		if (rc)
			return rc;
		snprintf(path, sizeof(path), "/local/domain/%u/domid", domid);
		snprintf(value, sizeof(value), "%u", domid);
		store_write(path, value);
		snprintf(path, sizeof(path), "/local/domain/%u/name", domid);
		snprintf(value, sizeof(value), "Domain-%u", domid);
		store_write(path, value);
		write_pools();
	} while (commit_again(false, &answer, deadline, &rc));
	return rc;
}
