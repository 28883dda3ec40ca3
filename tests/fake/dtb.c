/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dtb.h"
#include "world.h"

/* A tree whose domains are called node1, node2..., of 64 MiB and as many vCPUs as
 * they have. */

int dtb_load(const char *path, bool check)
{
	int rc = world_call(CALL_READ, "dtb_load %s%s", path,
			    check ? ", all of it" : "");

	return world_done(rc ? rc : world->dtb_rc);
}

unsigned int dtb_domains(void)
{
	return world->dtb_rc ? 0 : world->dtb_domains;
}

const char *dtb_name(uint16_t domid)
{
	static char name[16];

	snprintf(name, sizeof(name), "node%u", domid);
	return domid && domid <= dtb_domains() ? name : NULL;
}

int dtb_domain(uint16_t domid, struct dtb_domain *domain)
{
	struct world_domain *d = world_find(domid);

	if (!domid || domid > dtb_domains())
		return -ENOENT;
	memset(domain, 0, sizeof(*domain));
	domain->memory = 65536;
	domain->cpus = world->dtb_cpus;
	if (d && !world->dtb_cpus)
		domain->cpus = d->info.max_vcpu_id + 1;
	domain->static_mem = d && (d->pinned || d->direct);
	domain->direct_map = d && d->direct;
	snprintf(domain->name, sizeof(domain->name), "node%u", domid);
	domain->enhanced = DTB_ENHANCED;
	return 0;
}
