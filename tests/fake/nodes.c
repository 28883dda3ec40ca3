/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nodes.h"
#include "world.h"

/*
 * What libxl gives a PVH domain, as a table of its own: H is the home of the
 * domain, V its /vm, L its /libxl; r is nT,rN, w is nN, t is nT. A value of
 * "*" is looked at elsewhere.
 */
static const struct wanted {
	const char *path, *value, *perms;
	bool driver;
} wanted[] = {
	{ "H", "", "r", false },
	{ "H/attr", "", "w", false },
	{ "H/control", "", "r", false },
	{ "H/control/feature-poweroff", "", "w", false },
	{ "H/control/feature-reboot", "", "w", false },
	{ "H/control/feature-suspend", "", "w", false },
	{ "H/control/platform-feature-multiprocessor-suspend", "1", "r",
	  false },
	{ "H/control/platform-feature-xs_reset_watches", "1", "r", false },
	{ "H/control/shutdown", "", "w", false },
	{ "H/control/sysrq", "", "w", false },
	{ "H/cpu", "", "r", false },
	{ "H/data", "", "w", false },
	{ "H/device", "", "r", false },
	{ "H/device-model", "", "w", true },
	{ "H/device/suspend", "", "r", false },
	{ "H/device/suspend/event-channel", "", "w", false },
	{ "H/domid", "DOMID", "r", false },
	{ "H/drivers", "", "w", false },
	{ "H/error", "", "w", false },
	{ "H/feature", "", "w", false },
	{ "H/libxl", "", "w", true },
	{ "H/memory", "", "r", false },
	{ "H/memory/static-max", "MEMORY", "r", false },
	{ "H/memory/target", "MEMORY", "r", false },
	{ "H/memory/videoram", "0", "r", false },
	{ "H/name", "NAME", "r", false },
	{ "H/store", "", "r", false },
	{ "H/store/port", "PORT", "r", false },
	{ "H/store/ring-ref", "GFN", "r", false },
	{ "H/vm", "V", "r", false },
	{ "L", "", "t", false },
	{ "L/device", "", "t", false },
	{ "L/dm-version", "qemu_xen", "t", false },
	{ "L/type", "pvh", "t", false },
	{ "V", "", "r", false },
	{ "V/name", "NAME", "r", false },
	{ "V/start_time", "*", "r", false },
	{ "V/uuid", "UUID", "r", false },
};

static char problem[512];

static const char *expand(const struct nodes *nodes, const char *text,
			  char *buf, size_t size)
{
	switch (*text) {
	case 'H':
		snprintf(buf, size, "/local/domain/%u%s", nodes->domid,
			 text + 1);
		return buf;
	case 'L':
		snprintf(buf, size, "/libxl/%u%s", nodes->domid, text + 1);
		return buf;
	case 'V':
		snprintf(buf, size, "/vm/%s%s", nodes->uuid, text + 1);
		return buf;
	case 'r':
		snprintf(buf, size, "n%u,r%u", world->about.self,
			 nodes->domid);
		return buf;
	case 'w':
		snprintf(buf, size, "n%u", nodes->domid);
		return buf;
	}
	snprintf(buf, size, "n%u", world->about.self);
	return buf;
}

static const char *value_of(const struct nodes *nodes, const char *text,
			    char *buf, size_t size)
{
	uint64_t number = !strcmp(text, "DOMID") ? nodes->domid :
			  !strcmp(text, "MEMORY") ? nodes->memory :
			  !strcmp(text, "PORT") ? nodes->port : nodes->gfn;

	if (!strcmp(text, "NAME"))
		return nodes->name;
	if (!strcmp(text, "UUID"))
		return nodes->uuid;
	if (!strcmp(text, "V"))
		return expand(nodes, text, buf, size);
	if (*text < 'A' || *text > 'Z')
		return text;
	snprintf(buf, size, "%" PRIu64, number);
	return buf;
}

static bool check(const char *path, const char *value, const char *perms)
{
	struct world_node *node = tree_find(&world->tree, path);

	if (node && !strcmp(node->perms, perms) &&
	    (!strcmp(value, "*") || !strcmp(node->value, value)))
		return true;
	snprintf(problem, sizeof(problem), "%s: got %s %s, wanted %s %s", path,
		 node ? node->perms : "nothing", node ? node->value : "",
		 perms, value);
	return false;
}

static bool check_cpus(const struct nodes *nodes, unsigned int *seen)
{
	char path[128], perms[32];
	uint32_t i;

	for (i = 0; i < nodes->vcpus; i++) {
		snprintf(path, sizeof(path), "/local/domain/%u/cpu/%u",
			 nodes->domid, i);
		expand(nodes, "r", perms, sizeof(perms));
		if (!check(path, "", perms))
			return false;
		strcat(path, "/availability");
		if (!check(path, "online", perms))
			return false;
		*seen += 2;
	}
	return true;
}

/* Seconds and hundredths, no longer ago than a day. */
static bool check_start(const struct nodes *nodes)
{
	char path[128];
	const char *text;
	char *end;
	long long seconds;

	expand(nodes, "V/start_time", path, sizeof(path));
	text = world_read(path);
	seconds = strtoll(text, &end, 10);
	snprintf(problem, sizeof(problem), "start_time %s", text);
	return seconds > 1600000000 && *end == '.' && strlen(end) == 3;
}

static bool belongs(const struct nodes *nodes, const char *path)
{
	static const char *const tops[] = { "H", "L" };
	char top[64];
	unsigned int i;
	size_t n;

	for (i = 0; i < 2; i++) {
		expand(nodes, tops[i], top, sizeof(top));
		n = strlen(top);
		if (!strncmp(path, top, n) && (!path[n] || path[n] == '/'))
			return true;
	}
	snprintf(top, sizeof(top), "/vm/%s", nodes->uuid);
	return !strncmp(path, top, strlen(top));
}

const char *world_check_nodes(const struct nodes *nodes)
{
	char path[128], value[128], perms[32];
	unsigned int i, seen = 0, there = 0;
	const struct wanted *w;

	for (w = wanted; w < wanted + sizeof(wanted) / sizeof(*w); w++) {
		if (w->driver && !nodes->driver_domain)
			continue;
		seen++;
		if (!check(expand(nodes, w->path, path, sizeof(path)),
			   value_of(nodes, w->value, value, sizeof(value)),
			   expand(nodes, w->perms, perms, sizeof(perms))))
			return problem;
	}
	if (!check_cpus(nodes, &seen) || !check_start(nodes))
		return problem;
	if (!check("/local", "", "n0") || !check("/local/domain", "", "n0") ||
	    !check("/vm", "", "n0") || !check("/libxl", "", "n0"))
		return problem;
	for (i = 0; i < world->tree.size; i++)
		there += belongs(nodes, world->tree.nodes[i].path);
	snprintf(problem, sizeof(problem), "%u nodes, wanted %u", there, seen);
	return there == seen ? NULL : problem;
}
