/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "hyp.h"
#include "world.h"

enum { PAGE = 4096, BATCH = 2, BUCKET = 64 };

extern int world_memory;

int hyp_open(void)
{
	int rc = world_call(CALL_READ, "hyp_open");

	return world_done(rc ? rc : world->hyp_rc);
}

void hyp_close(void)
{
	world_sure(CALL_READ, "hyp_close");
	if (world->mapped)
		world_wrong("%u pages still mapped", world->mapped);
}

void hyp_give_back(void)
{
	world_sure(CALL_READ, "hyp_give_back");
}

const struct hyp_about *hyp_about(void)
{
	return &world->about;
}

bool hyp_at_least(unsigned int major, unsigned int minor)
{
	return world->about.major > major ||
	       (world->about.major == major && world->about.minor >= minor);
}

int hyp_lock(void)
{
	int rc = world_call(CALL_READ, "hyp_lock");

	if (!rc && world->locked_until > world->now)
		rc = -EWOULDBLOCK;
	return world_done(rc);
}

void hyp_unlock(void)
{
	world_sure(CALL_READ, "hyp_unlock");
	world_done(0);
}

/* The domain with the lowest id from ID on. */
static struct world_domain *from(unsigned int id)
{
	struct world_domain *d, *found = NULL;

	for (d = world->domains; d < world->domains + WORLD_DOMAINS; d++)
		if (d->exists && d->info.domid >= id &&
		    (!found || d->info.domid < found->info.domid))
			found = d;
	return found;
}

/* xen/common/sysctl.c:77@4.17 XEN_SYSCTL_getdomaininfolist */
int hyp_domains(uint16_t first, struct hyp_domain *out, unsigned int max)
{
	unsigned int n = 0;
	struct world_domain *d;
	int rc = world_call(CALL_READ, "domains %u", first);

	/* few at a time: who asks has to go on asking */
	max = max < BATCH ? max : BATCH;
	for (d = from(first); !rc && d && n < max; d = from(d->info.domid + 1u))
		out[n++] = d->info;
	return world_done(rc ? rc : (int)n);
}

static uint64_t *param_of(struct world_domain *d, enum hyp_param param)
{
	switch (param) {
	case HYP_STORE_PFN:
		return &d->pfn;
	case HYP_STORE_EVTCHN:
		return &d->evtchn;
	case HYP_CONSOLE_PFN:
		return &d->console;
	case HYP_MAGIC_PFN:
		return &d->magic;
	}
	abort();
}

/* xen/arch/arm/hvm.c:101@4.17 -ESRCH
 * xen/arch/arm/hvm.c:55@4.17 -EINVAL */
int hyp_param_get(uint16_t domid, enum hyp_param param, uint64_t *value)
{
	int rc = world_call(CALL_READ, "param_get d%u %d", domid, param);
	struct world_domain *d = world_find(domid);

	if (!rc && !d)
		rc = -ESRCH;
	/* hvm_allow_get_param(), xen/arch/arm/hvm.c@4.17 */
	if (!rc && param == HYP_MAGIC_PFN && !d->magic)
		rc = -EINVAL;
	if (!rc)
		*value = *param_of(d, param);
	return world_done(rc);
}

int hyp_params_get(uint16_t domid, const enum hyp_param *params,
		   uint64_t *values, unsigned int count)
{
	unsigned int i;
	int rc = 0;

	for (i = 0; i < count && !rc; i++)
		rc = hyp_param_get(domid, params[i], &values[i]);
	return rc;
}

/* xen/arch/arm/hvm.c:101@4.17 -ESRCH */
int hyp_param_set(uint16_t domid, enum hyp_param param, uint64_t value)
{
	int rc = world_call(CALL_CHANGE, "param_set d%u %d %#llx", domid,
			    param, (unsigned long long)value);
	struct world_domain *d = world_find(domid);

	if (!rc && !d)
		rc = -ESRCH;
	if (rc)
		return world_done(rc);
	if (param != HYP_STORE_PFN || d->console || !d->evtchn)
		world_wrong("param %d of d%u is none of ours", param, domid);
	if (!world_page(d, value))
		world_wrong("d%u told of a page it has not", domid);
	if (d->pfn != HYP_NO_FRAME)
		world_wrong("d%u told of its page twice", domid);
	*param_of(d, param) = value;
	if (world_ring(d, RING_CONNECTION))
		world_wrong("d%u told of a page that is not connected", domid);
	return world_done(0);
}

/* xen/common/event_channel.c:1010@4.17 -ESRCH
 * xen/common/event_channel.c:1016@4.17 -EINVAL
 * xen/common/event_channel.c:1037@4.17 ECS_UNBOUND */
int hyp_evtchn_status(uint16_t domid, uint32_t port, struct hyp_evtchn *status)
{
	int rc = world_call(CALL_READ, "evtchn_status d%u %u", domid, port);
	struct world_domain *d = world_find(domid);

	if (!rc && !d)
		rc = -ESRCH;
	if (!rc && port >= WORLD_GUEST_PORT && port < WORLD_GUEST_PORT + 32) {
		*status = (struct hyp_evtchn){ HYP_EVTCHN_CLOSED, 0, 0 };
		if (d->ports & 1u << (port - WORLD_GUEST_PORT))
			status->state = HYP_EVTCHN_UNBOUND;
		return world_done(0);
	}
	/* a domain has room for its ports in buckets of 64, the first from the
	 * start: xen/include/xen/sched.h:79@4.17 EVTCHNS_PER_BUCKET */
	if (!rc && port >= BUCKET)
		rc = -EINVAL;
	if (!rc)
		*status = port && port == (uint32_t)d->evtchn ? d->channel :
			  (struct hyp_evtchn){ .state = HYP_EVTCHN_CLOSED };
	return world_done(rc);
}

/* xen/common/event_channel.c:791@4.17 -EINVAL */
int hyp_evtchn_send(uint32_t port)
{
	int rc = world_call(CALL_CHANGE, "evtchn_send %u", port);
	struct world_domain *d;

	if (rc)
		return world_done(rc);
	for (d = world->domains; d < world->domains + WORLD_DOMAINS; d++)
		if (d->exists && d->channel.state == HYP_EVTCHN_BOUND &&
		    d->channel.remote_port == port)
			break;
	if (d == world->domains + WORLD_DOMAINS)
		return world_done(-EINVAL);
	if (world_ring(d, RING_CONNECTION))
		world_wrong("d%u notified, and connection is not 0",
			    d->info.domid);
	if (d->pfn == HYP_NO_FRAME)
		world_wrong("d%u notified of no page", d->info.domid);
	world->kicks++;
	world_event(d);
	return world_done(0);
}

/* xen/common/domctl.c:393@4.17 XEN_DOMCTL_pausedomain
 * xen/common/domctl.c:318@4.17 -ESRCH */
int hyp_pause(uint16_t domid)
{
	int rc = world_call(CALL_CHANGE, "pause d%u", domid);
	struct world_domain *d = world_find(domid);

	if (!rc && !d)
		rc = -ESRCH;
	if (!rc)
		d->info.flags |= HYP_PAUSED;
	return world_done(rc);
}

/* It takes Xen a few calls, and until the last nobody sees it (xen/FACTS, dying).
 * xen/common/domctl.c:504@4.17 XEN_DOMCTL_destroydomain
 */
int hyp_destroy(uint16_t domid)
{
	int rc = world_call(CALL_CHANGE, "destroy d%u", domid);
	struct world_domain *d = world_find(domid);

	if (!rc && !d)
		rc = -ESRCH;
	if (rc)
		return world_done(rc);
	if (d->destroys++ < 2)
		return world_done(-EAGAIN);
	d->exists = d->introduced = false;
	return world_done(0);
}

/* xen/common/sched/cpupool.c:853@4.17 -ENOENT */
int hyp_cpupool(uint32_t *id)
{
	int rc = world_call(CALL_READ, "cpupool %u", *id);
	unsigned int i;

	if (!rc && !world->about.sysctl)
		rc = -EPROTONOSUPPORT;
	for (i = 0; !rc && i < world->npools; i++)
		if (world->pools[i] >= *id)
			break;
	if (!rc && i == world->npools)
		rc = -ENOENT;
	if (!rc)
		*id = world->pools[i];
	return world_done(rc);
}

/* xen/common/domctl.c:652@4.17 XEN_DOMCTL_max_mem */
int hyp_set_max_pages(uint16_t domid, uint64_t pages)
{
	int rc = world_call(CALL_CHANGE, "set_max_pages d%u %llu", domid,
			    (unsigned long long)pages);
	struct world_domain *d = world_find(domid);

	if (!rc && !world->about.domctl)
		rc = -EPROTONOSUPPORT;
	if (!rc && !d)
		rc = -ESRCH;
	if (!rc && pages < d->info.max_pages && pages != d->limit)
		world_wrong("d%u may have less than before", domid);
	if (!rc) {
		d->limit = d->info.max_pages;
		d->info.max_pages = pages;
	}
	return world_done(rc);
}

/* xen/common/domctl.c:667@4.17 XEN_DOMCTL_setdomainhandle */
int hyp_set_handle(uint16_t domid, const uint8_t handle[16])
{
	static const uint8_t nil[16];
	int rc = world_call(CALL_CHANGE, "set_handle d%u", domid);
	struct world_domain *d = world_find(domid);

	if (!rc && !world->about.domctl)
		rc = -EPROTONOSUPPORT;
	if (!rc && !d)
		rc = -ESRCH;
	if (rc)
		return world_done(rc);
	if (memcmp(d->info.handle, nil, 16))
		world_wrong("the handle of d%u changed", domid);
	memcpy(d->info.handle, handle, 16);
	return world_done(0);
}

int hyp_populate(uint16_t domid, uint64_t gfn)
{
	int rc = world_call(CALL_CHANGE, "populate d%u %#llx", domid,
			    (unsigned long long)gfn);
	struct world_domain *d = world_find(domid);

	/* XENMEM_current_reservation, which hyp.c asks first, knows no such
	 * domain: xen/common/memory.c:1505@4.17 ESRCH */
	if (!rc && !d)
		rc = -ESRCH;
	/* populate tells only how many pages it has added */
	if (rc || d->info.tot_pages >= d->info.max_pages)
		return world_done(rc ? rc : -ENOMEM);
	/* xen/common/memory.c:262@4.17 acquire_reserved_page: what the domain
	 * released, and at boot nothing; a vendor's Xen has more */
	if (d->pinned && !d->reserve)
		return world_done(-ENOMEM);
	/* xen/FACTS, direct: the frame must be the domain's, and then nothing
	 * is added, which the real hyp.c tells by the count of its pages. */
	if (d->direct)
		return world_done(world_page(d, gfn) ? -EADDRINUSE : -ENOMEM);
	if (world_page(d, gfn)) {
		world_wrong("d%u has a page there and loses it", domid);
		d->info.tot_pages++;
	} else {
		memset(world_add_page(d, gfn), 0x5a, PAGE);
	}
	d->reserve -= !!d->reserve;
	return world_done(0);
}

/* What is mapped where, in this process. */
static struct {
	void *page;
	struct world_domain *domain;
} mappings[4 * WORLD_DOMAINS];

enum { MAPPINGS = sizeof(mappings) / sizeof(*mappings) };

static struct world_domain *owner(const void *page)
{
	unsigned int i = 0;

	while (i < MAPPINGS && mappings[i].page != page)
		i++;
	return i < MAPPINGS ? mappings[i].domain : NULL;
}

/* A process that dies in the model forgets its mappings: who maps the place
 * again, or another when all are taken, has it. */
static void remember_mapping(void *page, struct world_domain *domain)
{
	static unsigned int turn;
	unsigned int i;

	for (i = 0; i < MAPPINGS && mappings[i].page != page; i++)
		;
	if (i == MAPPINGS)
		i = turn++ % MAPPINGS;
	mappings[i].page = page;
	mappings[i].domain = domain;
}

/* A real mapping: who writes through a read-only one, or after, crashes.
 * xen/arch/arm/mm.c:1360@4.17 -ESRCH
 * xen/arch/arm/mm.c:1381@4.17 -EINVAL
 */
int hyp_map(uint16_t domid, uint64_t gfn, bool write, void **page)
{
	int prot = write ? PROT_READ | PROT_WRITE : PROT_READ;
	int rc = world_call(CALL_READ, "map d%u %#llx %s", domid,
			    (unsigned long long)gfn, write ? "rw" : "ro");
	struct world_domain *d = world_find(domid);
	unsigned int i = 0;

	*page = NULL;
	if (!rc && !d)
		rc = -ESRCH;
	if (!rc && !world_page(d, gfn))
		rc = -EINVAL;
	if (rc)
		return world_done(rc);
	while (d->gfns[i] != gfn)
		i++;
	i += (unsigned int)(d - world->domains) * WORLD_PAGES;
	*page = mmap(NULL, PAGE, prot, MAP_SHARED, world_memory,
		     (off_t)i * PAGE);
	if (*page == MAP_FAILED)
		abort();
	remember_mapping(*page, d);
	world->mapped++;
	return world_done(0);
}

void hyp_unmap(void *page)
{
	if (!page)
		return;
	world_sure(CALL_READ, "unmap");
	munmap(page, PAGE);
	world->mapped--;
	world_done(0);
}

static uint32_t field(const void *page, unsigned int offset)
{
	uint32_t value;

	memcpy(&value, (const uint8_t *)page + offset, sizeof(value));
	return value;
}

void hyp_ring_get(const void *page, struct hyp_ring *ring)
{
	*ring = (struct hyp_ring){
		.req_cons = field(page, RING_REQ_CONS),
		.req_prod = field(page, RING_REQ_PROD),
		.rsp_cons = field(page, RING_RSP_CONS),
		.rsp_prod = field(page, RING_RSP_PROD),
		.connection = field(page, RING_CONNECTION),
		.error = field(page, RING_ERROR),
		.port = field(page, RING_PORT),
	};
}

static void connection(void *page, uint32_t value)
{
	memcpy((uint8_t *)page + RING_CONNECTION, &value, sizeof(value));
}

void hyp_ring_clear(void *page)
{
	struct world_domain *d = owner(page);

	world_sure(CALL_CHANGE, "ring_clear");
	if (d && d->pfn != HYP_NO_FRAME)
		world_wrong("ring of d%u cleared, which knows it",
			    d->info.domid);
	if (d && d->introduced)
		world_wrong("ring of d%u cleared under xenstored",
			    d->info.domid);
	memset(page, 0, PAGE);
	connection(page, 1);
	world_done(0);
}

void hyp_ring_set_connection(void *page, uint32_t value)
{
	world_sure(CALL_CHANGE, "ring_set_connection %u", value);
	if (value && (field(page, RING_REQ_PROD) || field(page, RING_REQ_CONS)))
		world_wrong("ring in use set to reconnect");
	connection(page, value);
	world_done(0);
}

void hyp_ring_set_port(void *page, uint32_t port)
{
	world_sure(CALL_CHANGE, "port_in_page %u", port);
	memcpy((uint8_t *)page + RING_PORT, &port, sizeof(port));
	world_done(0);
}

static int grant_rc(struct world_domain *d, unsigned int ref)
{
	if (!d)
		return -ESRCH;
	if (ref >= WORLD_GRANTS)
		abort();
	return d->grant_rc;
}

/* xen/include/public/grant_table.h:135@4.17 GNTTAB_RESERVED_XENSTORE */
int hyp_grant_get(uint16_t domid, unsigned int ref, struct hyp_grant *grant)
{
	int rc = world_call(CALL_READ, "grant_get d%u %u", domid, ref);
	struct world_domain *d = world_find(domid);

	if (!rc)
		rc = grant_rc(d, ref);
	if (!rc)
		*grant = d->grants[ref];
	return world_done(rc);
}

/* xen/include/public/grant_table.h:155@4.17 GTF_reading */
int hyp_grant_set(uint16_t domid, unsigned int ref,
		  const struct hyp_grant *grant)
{
	int rc = world_call(CALL_CHANGE, "grant_set d%u %u %u d%u %#x", domid,
			    ref, grant->flags, grant->domid, grant->gfn);
	struct world_domain *d = world_find(domid);
	struct hyp_grant *old;

	if (!rc)
		rc = grant_rc(d, ref);
	if (rc)
		return world_done(rc);
	old = &d->grants[ref];
	if ((old->flags & HYP_GRANT_TYPE) == grant->flags &&
	    old->domid == grant->domid && old->gfn == grant->gfn)
		return world_done(0);
	if (old->flags & HYP_GRANT_IN_USE)
		return world_done(-EBUSY);
	*old = *grant;
	return world_done(0);
}
