/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "link.h"
#include "world.h"

/* The interfaces of dom0. */

static struct link *find(const char *name)
{
	unsigned int i;

	for (i = 0; i < WORLD_LINKS; i++)
		if (*world->links[i].name &&
		    !strcmp(world->links[i].name, name))
			return &world->links[i];
	return NULL;
}

struct link *world_link(const char *name, bool bridge)
{
	struct link *link = find(name);
	unsigned int i;

	for (i = 0; !link && i < WORLD_LINKS; i++)
		if (!*world->links[i].name)
			link = &world->links[i];
	if (!link)
		return NULL;
	*link = (struct link){ .mtu = 1500, .bridge = bridge };
	snprintf(link->name, sizeof(link->name), "%s", name);
	link->index = (uint32_t)(link - world->links) + 1;
	return link;
}

int link_find(const char *name, struct link *link)
{
	int rc = world_call(CALL_READ, "link_find %s", name);
	const struct link *found = find(name);

	if (!rc && !found)
		rc = -ENODEV;
	if (!rc)
		*link = *found;
	return world_done(rc);
}

int link_bridges(char *names, size_t size)
{
	int rc = world_call(CALL_READ, "link_bridges");
	unsigned int i;

	*names = '\0';
	for (i = 0; i < WORLD_LINKS; i++)
		if (*world->links[i].name && world->links[i].bridge)
			snprintf(names + strlen(names), size - strlen(names),
				 "%s%s", *names ? " " : "",
				 world->links[i].name);
	return world_done(rc);
}

int link_set_up(const struct link_change *change)
{
	int rc = world_call(CALL_CHANGE, "link_set_up %u %s master %u mtu %u",
			    change->index, change->name ? change->name : "-",
			    change->master, change->mtu);
	struct link *link = &world->links[change->index - 1];

	if (rc)
		return world_done(rc);
	link->up = true;
	if (change->name)
		snprintf(link->name, sizeof(link->name), "%s", change->name);
	if (change->master)
		link->master = change->master;
	if (change->mtu)
		link->mtu = change->mtu;
	return world_done(0);
}

int link_make_bridge(const char *name)
{
	int rc = world_call(CALL_CHANGE, "link_make_bridge %s", name);

	if (!rc && find(name))
		rc = -EEXIST;
	if (!rc && !world_link(name, true))
		rc = -ENOMEM;
	return world_done(rc);
}
