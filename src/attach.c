/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>

#include "attach.h"
#include "clock.h"
#include "hyp.h"
#include "nodes.h"
#include "store.h"
#include "userdata.h"

enum {
	/*
	 * How long xenstored may take to finish the handshake (xen/FACTS,
	 * greet). oxenstored finishes it milliseconds after it has answered. C
	 * xenstored before 4.17 never does: after this time we do.
	 */
	HANDSHAKE_MS = 5000,
	/* A single try must give oxenstored that moment. */
	ANSWER_MS = 1000,
	/*
	 * A Linux guest that found no page early in its boot sleeps from late
	 * in its boot until an event comes. An event in between wakes nobody
	 * (xen/FACTS, late), so the guest is notified again: every KICK_MS for
	 * SETTLE_MS, which is as long as most guests boot, and then, by a run
	 * that waits, every KICK_SELDOM_MS.
	 */
	SETTLE_MS = 2000,
	KICK_MS = 100,
	KICK_SELDOM_MS = 1000,
	/* How long a caller may sleep, at most, while something happens. */
	PATIENCE_MS = 16,
};

static bool has(const struct attach *attach, uint32_t facts)
{
	return (attach->domain->facts & facts) == facts;
}

static int hint(struct attach *attach, int rc, const char *text)
{
	attach->hint = text;
	return rc;
}

/* KiB of RAM as the guest counts it: without the xenstore page. By the time
 * this is asked the domain has that page, from Xen or from us. */
static uint64_t memory_kib(const struct attach *attach)
{
	uint64_t pages = attach->domain->info.tot_pages;

	return pages ? (pages - 1) * HYP_PAGE_KIB : 0;
}

static uint32_t vcpus(const struct attach *attach)
{
	const struct hyp_domain *info = &attach->domain->info;

	return info->full ? info->max_vcpu_id + 1 : 0;
}

/* From 4.21 on Xen itself gives the page (xen/FACTS, boot). */
static bool page_needed(const struct attach *attach)
{
	return !has(attach, FACT_PAGE);
}

static int page_take(struct attach *attach)
{
	struct domain *domain = attach->domain;
	struct hyp_domain *info = &domain->info;
	uint64_t pages = info->tot_pages + 1;
	int rc = 0;

	if (!(pages % DOMAIN_MIB))
		pages++;	/* whole MiB would look as Xen created it */
	/* Xen takes any limit (xen/FACTS, limit): never lower it */
	if (info->max_pages < pages)
		rc = hyp_set_max_pages(info->domid, pages);
	if (rc == -EPROTONOSUPPORT)
		return hint(attach, rc, "Xen's domctl interface is none of "
			    HYP_DOMCTL_KNOWN ", which this tool knows");
	if (rc)
		return rc;
	rc = hyp_populate(info->domid, domain->gfn);
	/* The limit that is not needed is taken back; but where the guest's own
	 * RAM is at the frame, it makes everybody look there from now on. */
	if (rc && rc != -EADDRINUSE && info->max_pages < pages)
		hyp_set_max_pages(info->domid, info->max_pages);
	if (rc == -EADDRINUSE)
		return hint(attach, rc, "the domain is direct-mapped, and its "
			    "own memory is there");
	if (rc)
		return hint(attach, rc, hyp_at_least(4, 21) ?
			    "direct-map and static-mem domains cannot be "
			    "\"legacy\"; else Xen has no memory left" :
			    "direct-map and static-mem domains only get one "
			    "from Xen itself, 4.17 to 4.20 need a patch of "
			    "xen/patches for it; else Xen has no memory left");
	info->tot_pages++;
	rc = hyp_map(info->domid, domain->gfn, true, &domain->page);
	if (rc)
		return rc;
	domain->facts |= FACT_PAGE;
	/* what the new page holds is no ring's */
	domain->facts &= ~(uint32_t)(FACT_RECONNECT | FACT_SPOKEN);
	return 0;
}

/* The flag "reconnect" in the ring tells the guest to wait for xenstored. */
static bool ring_needed(const struct attach *attach)
{
	if (has(attach, FACT_INTRODUCED))
		return false;
	return has(attach, FACT_NO_PFN) || !has(attach, FACT_RECONNECT);
}

/*
 * A page that the guest has not been told of is cleared: a run that died may
 * have left anything in it. A page that the guest knows only gets the flag. The
 * guest has not used it, or the decision table would have refused the domain;
 * one that begins to just now would lose what it has asked.
 */
static int ring_take(struct attach *attach)
{
	domain_look_at_ring(attach->domain);
	if (has(attach, FACT_NO_PFN))
		hyp_ring_clear(attach->domain->page);
	else if (has(attach, FACT_SPOKEN))
		return hint(attach, -EBUSY, "the guest has begun to use it");
	else
		hyp_ring_set_connection(attach->domain->page, 1);
	domain_look_at_ring(attach->domain);
	return 0;
}

/* C xenstored maps the ring by grant reference 1 (xen/FACTS, grant). */
static bool grant_needed(const struct attach *attach)
{
	return !has(attach, FACT_INTRODUCED) && !has(attach, FACT_GRANT);
}

static int grant_take(struct attach *attach)
{
	struct domain *domain = attach->domain;
	struct hyp_grant good = {
		.flags = HYP_GRANT_ACCESS,
		.domid = domain->channel.remote,
		.gfn = (uint32_t)domain->gfn,
	};
	int rc = -EOVERFLOW;

	/* an entry of version 1 has 32 bits for the frame number */
	if (domain->gfn <= UINT32_MAX)
		rc = hyp_grant_set(domain->info.domid, DOMAIN_GRANT_REF, &good);
	if (rc == -EAGAIN)
		return hint(attach, rc, "the guest has not set up its grant "
			    "table yet");
	if (rc == -EBUSY)
		return hint(attach, rc, "somebody has mapped another page by "
			    "it");
	return rc;
}

static bool nodes_needed(const struct attach *attach)
{
	return !has(attach, FACT_NODES) || has(attach, FACT_OWNED);
}

/* -EAGAIN: somebody else wrote at the same time, and the next try writes all
 * nodes again. */
static int nodes_take(struct attach *attach)
{
	struct domain *domain = attach->domain;
	struct nodes nodes = {
		.domid = domain->info.domid,
		.name = attach->name,
		.uuid = attach->uuid_text,
		.memory = memory_kib(attach),
		.vcpus = vcpus(attach),
		.port = (uint32_t)domain->evtchn,
		.gfn = domain->gfn,
		.driver_domain = attach->driver_domain,
		.fresh = !has(attach, FACT_LISTED) &&
			 !domain_uuid_is_listed(attach->uuid_text),
	};

	return nodes_write(&nodes);
}

/* libxl's file about the domain. */
static struct userdata userdata_of(const struct attach *attach)
{
	return (struct userdata){
		.domid = attach->domain->info.domid,
		.uuid = attach->uuid_text,
		.name = attach->name,
		.memory = memory_kib(attach),
		.vcpus = vcpus(attach),
		.settled = attach->dry && has(attach, FACT_INTRODUCED),
	};
}

static bool handle_needed(const struct attach *attach)
{
	return attach->domain->info.full &&
	       memcmp(attach->domain->info.handle, attach->uuid, UUID_SIZE);
}

static int handle_take(struct attach *attach)
{
	struct hyp_domain *info = &attach->domain->info;
	struct userdata userdata = userdata_of(attach);
	int rc;

	if (attach->userdata && uuid_is_nil(info->handle))
		userdata_discard(&userdata);
	rc = hyp_set_handle(info->domid, attach->uuid);
	if (!rc)
		memcpy(info->handle, attach->uuid, UUID_SIZE);
	return rc;
}

/* libxl finds its file by the handle. Where no handle can be set, libxl would
 * not find the file. */
static bool file_needed(const struct attach *attach)
{
	struct userdata userdata = userdata_of(attach);

	return attach->userdata && attach->domain->info.full &&
	       userdata_needed(&userdata);
}

static int file_take(struct attach *attach)
{
	struct userdata userdata = userdata_of(attach);

	return userdata_store(&userdata, attach->deadline);
}

static bool intro_needed(const struct attach *attach)
{
	return !has(attach, FACT_INTRODUCED);
}

static int intro_take(struct attach *attach)
{
	struct domain *domain = attach->domain;
	uint32_t port = (uint32_t)domain->evtchn;
	int rc;

	/* From 4.21 on xenstored takes the port from the page, which the guest
	 * can write (xen/FACTS, port). Afterwards the field is 0, or a
	 * xenstored that was restarted would take the guest for a new one. */
	hyp_ring_set_port(domain->page, port);
	rc = store_introduce(domain->info.domid, domain->gfn, port);
	domain_look_at_ring(domain);
	hyp_ring_set_port(domain->page, 0);
	if (rc && domain->ring.port != port)
		return hint(attach, rc, "the guest changes the event channel "
			    "in its xenstore page");
	if (rc)
		return rc;
	domain->facts |= FACT_INTRODUCED;
	domain_look_at_ring(domain);
	attach->acted = true;
	return 0;
}

/* When the connection field is 0, xenstored has reset the ring. */
static bool greet_needed(const struct attach *attach)
{
	return has(attach, FACT_RECONNECT) ||
	       (attach->dry && !has(attach, FACT_INTRODUCED));
}

static int greet_take(struct attach *attach)
{
	domain_look_at_ring(attach->domain);
	if (!has(attach, FACT_RECONNECT))
		return 0;
	if (clock_ms() - attach->since < HANDSHAKE_MS)
		return -EAGAIN;
	hyp_ring_set_connection(attach->domain->page, 0);
	domain_look_at_ring(attach->domain);
	return 0;
}

/* From here on the guest may use the ring. */
static bool publish_needed(const struct attach *attach)
{
	return has(attach, FACT_NO_PFN);
}

static int publish_take(struct attach *attach)
{
	struct domain *domain = attach->domain;
	struct hyp_grant grant;
	int rc;

	/* a run that died introduced it: was it with this very page? */
	if (!attach->acted && !hyp_grant_get(domain->info.domid,
					     DOMAIN_GRANT_REF, &grant) &&
	    !domain_grant_is_good(attach->domain, &grant))
		return hint(attach, -EBUSY, "xenstored has mapped another "
			    "page");
	rc = hyp_param_set(domain->info.domid, HYP_STORE_PFN, domain->gfn);
	if (rc)
		return rc;
	domain->facts = (domain->facts & ~(uint32_t)FACT_NO_PFN) | FACT_PFN;
	attach->acted = true;
	return 0;
}

/* The guest sleeps until an event comes. */
static bool notify_needed(const struct attach *attach)
{
	return !has(attach, FACT_SPOKEN) && !has(attach, FACT_FOREIGN);
}

/* xenstored's end of the channel belongs to our own domain, so we may raise
 * events on it, too. If it is another domain's only xenstored may, and does so
 * when the guest is introduced. */
static int notify_take(struct attach *attach)
{
	struct domain *domain = attach->domain;
	int rc;

	if (has(attach, FACT_FOREIGN))
		return 0;
	rc = hyp_evtchn_status(domain->info.domid, (uint32_t)domain->evtchn,
			       &domain->channel);
	if (rc)
		return rc;
	attach->kicked = clock_ms();
	if (domain->channel.state != HYP_EVTCHN_BOUND)
		return -ENOTCONN;
	return hyp_evtchn_send(domain->channel.remote_port);
}

/* Scripts wait for the last node, so it comes after all that they rely on. */
static bool finish_needed(const struct attach *attach)
{
	return !has(attach, FACT_DONE);
}

static int finish_take(struct attach *attach)
{
	int rc = nodes_finish(attach->domain->info.domid);

	if (!rc)
		attach->domain->facts |= FACT_DONE;
	return rc;
}

/* Is the guest to be waited for, and notified again meanwhile? */
static bool answer_needed(const struct attach *attach)
{
	if (attach->domain->page)
		domain_look_at_ring(attach->domain);
	return !has(attach, FACT_SPOKEN) &&
	       (attach->wait || attach->acted);
}

/* Has the guest taken longer than most guests do? */
static bool is_late(const struct attach *attach)
{
	return clock_ms() - attach->since >= SETTLE_MS;
}

/*
 * Look at the ring. -ESRCH: the domain is gone, or going. The ring of a guest
 * that is late does not stay mapped between two looks, because a mapping keeps
 * a destroyed domain in Xen's list (xen/FACTS, dying).
 */
static int answer_look(struct attach *attach)
{
	struct domain *domain = attach->domain;
	struct hyp_domain info;
	int rc = 0;

	if (domain_ask(domain, &info) || info.flags & HYP_DYING ||
	    domain_end(&info) || memcmp(info.handle, domain->info.handle,
					sizeof(info.handle)))
		return -ESRCH;
	if (!domain->page)
		rc = hyp_map(domain->info.domid, domain->gfn, false,
			     &domain->page);
	if (rc)
		return rc;
	domain_look_at_ring(domain);
	if (is_late(attach))
		domain_release(domain);
	return 0;
}

static int answer_take(struct attach *attach)
{
	int64_t now = clock_ms();
	int rc = answer_look(attach);

	if (rc || has(attach, FACT_SPOKEN))
		return rc;
	if (!attach->wait && (is_late(attach) || !clock_left(attach->deadline)))
		return 0;
	if (now - attach->kicked >= (is_late(attach) ? KICK_SELDOM_MS
						     : KICK_MS))
		notify_take(attach);
	return hint(attach, -EAGAIN, "is its kernel Linux 5.19 or later, with "
		    "CONFIG_XEN?");
}

enum {
	PREP = ATTACH_PREPARE, SERVE = ATTACH_SERVE, WAIT = ATTACH_WAIT,
};

/* What -EAGAIN of a step means. ONCE: it failed. POLL: take it again later,
 * until the deadline. ANSWER: until xenstored had a moment for it, too. */
enum { ONCE, POLL, ANSWER };

/*
 * The order is safe for every Xen, xenstored and guest kernel. The handle and
 * libxl's file are there before anybody can act on the nodes. The nodes are
 * there before the guest can read them. The guest learns of its page late
 * (xen/FACTS, late). tests/bench/README counts what that costs in calls.
 */
static const struct step {
	const char *name;
	bool (*needed)(const struct attach *attach);
	int (*take)(struct attach *attach);
	unsigned int phase, again;
} steps[] = {
	{ "allocate the xenstore page", page_needed, page_take, PREP, ONCE },
	{ "prepare the ring", ring_needed, ring_take, PREP, ONCE },
	{ "grant the page to xenstored", grant_needed, grant_take,
	  PREP, POLL },
	{ "set the UUID", handle_needed, handle_take, PREP, ONCE },
	{ "store libxl's configuration", file_needed, file_take, PREP, ONCE },
	{ "write the xenstore nodes", nodes_needed, nodes_take, PREP, POLL },
	{ "introduce it to xenstored", intro_needed, intro_take, SERVE, ONCE },
	{ "finish the handshake", greet_needed, greet_take, SERVE, ANSWER },
	{ "tell the guest its page", publish_needed, publish_take,
	  SERVE, ONCE },
	{ "notify the guest", notify_needed, notify_take, SERVE, ONCE },
	{ "write the last node", finish_needed, finish_take, SERVE, ONCE },
	{ "wait for the guest", answer_needed, answer_take, WAIT, POLL },
};

enum { STEPS = sizeof(steps) / sizeof(*steps) };

/* The UUID: the handle that the domain has, else that in its vm node, unless
 * the guest may change that, else a new one. */
static void choose_uuid(struct attach *attach)
{
	const struct domain *domain = attach->domain;
	const char *vm = domain->vm;

	if (domain->facts & FACT_HANDLE) {
		memcpy(attach->uuid, domain->info.handle, UUID_SIZE);
		return;
	}
	/* Xen's own tool leaves out the leading slash */
	vm += *vm == '/';
	if (domain->facts & FACT_OWNED || strncmp(vm, "vm/", 3) ||
	    !uuid_parse(attach->uuid, vm + 3))
		uuid_for_domain(attach->uuid, attach->name);
}

void attach_begin(struct attach *attach)
{
	attach->next = 0;
	choose_uuid(attach);
	uuid_format(attach->uuid_text, attach->uuid);
}

static void announce(struct attach *attach, const struct step *step)
{
	if (attach->said)
		attach->said(attach, step->name);
	attach->step = step->name;
	attach->since = clock_ms();
}

static int take_step(struct attach *attach, const struct step *step)
{
	int rc;

	if (attach->step != step->name)
		announce(attach, step);
	attach->hint = NULL;
	if (attach->dry)
		return 0;
	rc = step->take(attach);
	if (rc != -EAGAIN)
		return rc;
	if (step->again == ONCE)
		return -EBUSY;
	if (clock_left(attach->deadline) ||
	    (step->again == ANSWER && clock_ms() - attach->since < ANSWER_MS))
		return -EAGAIN;
	return -ETIMEDOUT;
}

const char *attach_next_step(struct attach *attach)
{
	const struct step *step;

	for (step = steps; step < steps + STEPS; step++)
		if (step->needed(attach))
			return step->name;
	return NULL;
}

int attach_run(struct attach *attach, enum attach_phase phase)
{
	const struct step *step;
	int rc;

	for (; attach->next < STEPS; attach->next++) {
		step = &steps[attach->next];
		if (step->phase > phase)
			return 0;
		/* a step that has begun is taken until it is done, even if it
		 * is not needed any more */
		if (attach->step != step->name && !step->needed(attach))
			continue;
		rc = take_step(attach, step);
		if (rc)
			return rc;
	}
	return 0;
}

bool attach_is_waiting(const struct attach *attach)
{
	return attach->next < STEPS &&
	       steps[attach->next].phase == ATTACH_WAIT;
}

int attach_patience(const struct attach *attach)
{
	return attach_is_waiting(attach) && is_late(attach) ? KICK_SELDOM_MS
							    : PATIENCE_MS;
}
