/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "batch.h"
#include "domain.h"
#include "dtb.h"
#include "parse.h"
#include "store.h"
#include "uuid.h"

static const char *const words[DOMAIN_STATES] = {
	[DOMAIN_GONE] = "gone",
	[DOMAIN_UNKNOWN] = "unknown",
	[DOMAIN_SELF] = "control",
	[DOMAIN_DYING] = "dying",
	[DOMAIN_SUSPENDED] = "suspended",
	[DOMAIN_PLAIN] = "plain",
	[DOMAIN_XL] = "xl",
	[DOMAIN_FOREIGN] = "foreign",
	[DOMAIN_CLOSED] = "closed",
	[DOMAIN_UNSUPPORTED] = "unsupported",
	[DOMAIN_STALE] = "stale",
	[DOMAIN_WAITING] = "waiting",
	[DOMAIN_PARTIAL] = "partial",
	[DOMAIN_INTRODUCED] = "introduced",
	[DOMAIN_NAMELESS] = "nameless",
	[DOMAIN_READY] = "ready",
	[DOMAIN_CONNECTED] = "connected",
};

/*
 * The decision table: facts that must hold, facts that must not, the state. The
 * first row that fits decides, so a row may rely on the rows above it not to
 * fit. Where xenstored cannot be asked, a domain with a bound event channel
 * counts as introduced, with all of its nodes.
 */
static const struct domain_rule rules[] = {
	{ FACT_SELF, 0, DOMAIN_SELF, DOMAIN_IGNORE,
	  "a control domain, or xenstore's: nothing to do" },
	{ FACT_DYING, 0, DOMAIN_DYING, DOMAIN_IGNORE,
	  "shut down or being destroyed: Xen does not restart it" },
	{ FACT_CONSOLE, 0, DOMAIN_XL, DOMAIN_IGNORE,
	  "built by the toolstack (xl), which also sets up its xenstore" },
	{ 0, FACT_EVTCHN, DOMAIN_PLAIN, DOMAIN_IGNORE,
	  "not enhanced, Xen gave it no xenstore: put xen,enhanced in its "
	  "device tree node (Xen 4.14 to 4.16 need a patch of xen/patches; "
	  "\"legacy\" is broken in Xen 4.21 and later, which need one, too, "
	  "or use \"enabled\")" },
	{ FACT_FOREIGN, FACT_REACHED, DOMAIN_FOREIGN, DOMAIN_REFUSE,
	  "another domain serves its xenstore: run init-dom0less there, or in "
	  "a control domain whose /dev/xen/xenbus leads there" },
	{ FACT_STRANGER, 0, DOMAIN_UNSUPPORTED, DOMAIN_REFUSE,
	  "this xenstored is of another release than Xen, so it takes the "
	  "domain for dead and would refuse it its own nodes: run the "
	  "xenstored that belongs to this Xen" },
	{ 0, FACT_UNBOUND | FACT_BOUND, DOMAIN_CLOSED, DOMAIN_REFUSE,
	  "the guest closed its xenstore event channel (kexec, or a kernel "
	  "without xenstore): only a reboot of the host brings it back" },
	{ 0, FACT_PFN | FACT_NO_PFN, DOMAIN_UNSUPPORTED, DOMAIN_REFUSE,
	  "its xenstore page number is 0, which no release of Xen gives: "
	  "check the patches of this Xen" },
	{ FACT_PFN, FACT_PAGE, DOMAIN_UNSUPPORTED, DOMAIN_REFUSE,
	  "the xenstore page it names is not in its memory: reboot the host" },
	{ FACT_BOUND, FACT_INTRODUCED, DOMAIN_STALE, DOMAIN_REFUSE,
	  "something holds its event channel, but xenstored does not know "
	  "it: was another tool at work? Reboot the host" },
	{ FACT_UNBOUND | FACT_INTRODUCED, 0, DOMAIN_STALE, DOMAIN_REFUSE,
	  "xenstored lost its event channel: reboot the host" },
	{ FACT_PFN | FACT_UNBOUND | FACT_SPOKEN, FACT_RECONNECT,
	  DOMAIN_STALE, DOMAIN_REFUSE,
	  "xenstored was restarted under it, the guest's watches and "
	  "requests are lost: reboot the host" },
	{ FACT_RAM, 0, DOMAIN_UNSUPPORTED, DOMAIN_REFUSE,
	  "direct-mapped, and its own memory is where the xenstore page would "
	  "be: only Xen can give it one, 4.17 to 4.20 with a patch of "
	  "xen/patches" },
	{ FACT_UNBOUND | FACT_NO_PFN | FACT_STATIC, FACT_PAGE,
	  DOMAIN_UNSUPPORTED, DOMAIN_ATTACH,
	  "direct-map and static-mem domains only get a xenstore page from Xen "
	  "itself, 4.17 to 4.20 need a patch of xen/patches for it; where a "
	  "vendor's Xen can add one, init-dom0less has it do that" },
	{ FACT_SUSPENDED | FACT_UNBOUND, 0, DOMAIN_SUSPENDED, DOMAIN_ATTACH,
	  "the guest suspended itself before it had a xenstore: run "
	  "init-dom0less, then xl resume" },
	{ FACT_UNBOUND | FACT_NO_PFN | FACT_PAGE, 0,
	  DOMAIN_PARTIAL, DOMAIN_ATTACH,
	  "a run of init-dom0less ended early: run init-dom0less again" },
	{ FACT_UNBOUND | FACT_SOME_NODES, 0,
	  DOMAIN_PARTIAL, DOMAIN_ATTACH,
	  "a run of init-dom0less ended early: run init-dom0less again" },
	{ FACT_UNBOUND | FACT_HANDLE, 0,
	  DOMAIN_PARTIAL, DOMAIN_ATTACH,
	  "a run of init-dom0less ended early: run init-dom0less again" },
	{ FACT_PFN | FACT_UNBOUND | FACT_SPOKEN, 0,
	  DOMAIN_WAITING, DOMAIN_ATTACH_NOTE,
	  "the guest spoke before it was told to, and its requests get lost: "
	  "its kernel is too old for this Xen (needs Linux 6.10, 6.9.4, "
	  "6.6.33 or 6.1.93)" },
	{ FACT_UNBOUND, 0, DOMAIN_WAITING, DOMAIN_ATTACH,
	  "enhanced, and nobody has initialised it: run init-dom0less" },
	/* bound and introduced from here on */
	{ FACT_NO_PFN, FACT_PAGE, DOMAIN_UNSUPPORTED, DOMAIN_REFUSE,
	  "introduced with a page that cannot be found: reboot the host" },
	{ FACT_SUSPENDED, 0, DOMAIN_SUSPENDED, DOMAIN_ATTACH,
	  "the guest suspended itself: xl resume wakes it" },
	{ FACT_RECONNECT, 0, DOMAIN_INTRODUCED, DOMAIN_ATTACH,
	  "introduced, and xenstored has not finished the handshake: run "
	  "init-dom0less again" },
	{ FACT_NO_PFN, 0, DOMAIN_PARTIAL, DOMAIN_ATTACH,
	  "introduced, but the guest was not told its page: run "
	  "init-dom0less again" },
	{ 0, FACT_NODES, DOMAIN_NAMELESS, DOMAIN_ATTACH,
	  "connected, but its xenstore nodes are missing: run "
	  "init-dom0less again" },
	{ FACT_OWNED, 0, DOMAIN_PARTIAL, DOMAIN_ATTACH_NOTE,
	  "the guest may change its own name and vm nodes, as Xen's own "
	  "init-dom0less leaves them: ours takes them back" },
	{ 0, FACT_DONE, DOMAIN_PARTIAL, DOMAIN_ATTACH,
	  "served, but the node that says so is missing: run init-dom0less "
	  "again" },
	{ 0, FACT_SPOKEN, DOMAIN_READY, DOMAIN_ATTACH,
	  "all is set up; the guest has not used it yet: is its kernel "
	  "Linux 5.19 or later, with CONFIG_XEN?" },
	{ 0, 0, DOMAIN_CONNECTED, DOMAIN_ATTACH,
	  "the guest uses its xenstore" },
};

/* What a guest that should be served, and has ended, makes of its domain. */
#define END(why, text) \
	[why] = { FACT_ENDED, 0, DOMAIN_DYING, DOMAIN_IGNORE, text ": Xen " \
		  "does not start it again, only a reboot of the host does" }
static const struct domain_rule ends[] = {
	END(HYP_POWEROFF, "the guest powered off"),
	END(HYP_REBOOT, "the guest wanted to reboot"),
	END(HYP_CRASH, "the guest crashed (see its console)"),
	END(HYP_WATCHDOG, "the guest's watchdog fired (see its console)"),
	END(HYP_SOFT_RESET, "the guest wanted a soft reset (kexec)"),
	END(HYP_SOFT_RESET + 1, "the guest shut down"),
};

enum { ENDS = sizeof(ends) / sizeof(*ends) };

static unsigned int reason(const struct hyp_domain *info)
{
	return info->flags >> HYP_REASON_SHIFT & HYP_REASON_MASK;
}

/* Shut down, and not being destroyed. */
static bool is_shut_down(const struct hyp_domain *info)
{
	return (info->flags & (HYP_SHUTDOWN | HYP_DYING)) == HYP_SHUTDOWN;
}

const struct domain_rule *domain_end(const struct hyp_domain *info)
{
	unsigned int why = reason(info);

	if (!is_shut_down(info) || why == HYP_SUSPEND)
		return NULL;
	return &ends[why < ENDS ? why : ENDS - 1];
}

const char *domain_state_word(enum domain_state state)
{
	return words[state];
}

const char *domain_sentence(const struct domain *domain)
{
	static char text[256];

	if (domain->rule->state != DOMAIN_FOREIGN)
		return domain->rule->sentence;
	snprintf(text, sizeof(text), "%s (d%u)", domain->rule->sentence,
		 domain->channel.remote);
	return text;
}

const struct domain_rule *domain_decide(uint32_t facts)
{
	const struct domain_rule *rule = rules;

	while ((facts & rule->need) != rule->need || facts & rule->lack)
		rule++;		/* the last row fits everything */
	return rule;
}

static void fact(struct domain *domain, uint32_t bit, bool holds)
{
	domain->facts = holds ? domain->facts | bit : domain->facts & ~bit;
}

static int fail(struct domain *domain, const char *step, int rc)
{
	domain->step = step;
	domain->rc = rc;
	return rc;
}

/*
 * Can a domain have these numbers? 2^48 bytes of memory and 8192 vCPUs are as
 * much as Xen allows. Larger numbers would make loops without end, or overflow
 * and set a limit to next to nothing.
 */
static bool is_possible(const struct hyp_domain *info)
{
	return info->tot_pages <= 1ull << 36 && info->max_vcpu_id + 1 <= 8192;
}

/*
 * STORE_EVTCHN is read before CONSOLE_PFN. libxl writes them the other way
 * round (xen/FACTS, order), so a domain that libxl is building never looks like
 * one that Xen made at boot. A guest cannot set them (xen/FACTS, params).
 */
static int look_at_params(struct domain *domain)
{
	static const enum hyp_param params[] = {
		HYP_STORE_EVTCHN, HYP_CONSOLE_PFN, HYP_STORE_PFN,
	};
	uint64_t values[] = { 0, 0, 0 };
	int rc = hyp_params_get(domain->info.domid, params, values, 3);

	/* Xen itself says EPERM, and to one that is allowed it never does */
	if (rc)
		return fail(domain, rc == -EACCES ? "read the HVM parameters "
			    "(a policy of Xen's Flask)"
			    : "read the HVM parameters", rc);
	domain->evtchn = values[0];
	domain->console = values[1];
	domain->pfn = values[2];
	fact(domain, FACT_EVTCHN, domain->evtchn);
	fact(domain, FACT_CONSOLE, domain->console);
	fact(domain, FACT_NO_PFN, domain->pfn == HYP_NO_FRAME);
	fact(domain, FACT_PFN, domain->pfn && domain->pfn != HYP_NO_FRAME);
	domain->gfn = domain->facts & FACT_PFN ? domain->pfn
					       : DOMAIN_MAGIC_GFN;
	return 0;
}

/*
 * The Xen of some board vendors, 4.17 to 4.20, gives even a direct-mapped
 * domain its magic pages, tells the first of them in a parameter of its own,
 * and leaves STORE_PFN as it was. The second is xenstore's. Xen's own answers
 * EINVAL or 0.
 */
static void look_for_magic(struct domain *domain)
{
	uint64_t magic;

	if (domain->facts & FACT_NO_PFN &&
	    !hyp_param_get(domain->info.domid, HYP_MAGIC_PFN, &magic) &&
	    magic && magic < HYP_NO_FRAME - 1)
		domain->gfn = magic + 1;
}

static int look_at_channel(struct domain *domain)
{
	struct hyp_evtchn *channel = &domain->channel;
	int rc = -EINVAL;

	if (domain->evtchn <= UINT32_MAX)
		rc = hyp_evtchn_status(domain->info.domid,
				       (uint32_t)domain->evtchn, channel);
	/* a port that the domain does not have counts as closed */
	if (rc == -EINVAL) {
		memset(channel, 0, sizeof(*channel));
		rc = 0;
	}
	if (rc)
		return fail(domain, "read the event channel", rc);
	fact(domain, FACT_UNBOUND, channel->state == HYP_EVTCHN_UNBOUND);
	fact(domain, FACT_BOUND, channel->state == HYP_EVTCHN_BOUND);
	fact(domain, FACT_FOREIGN,
	     domain->facts & (FACT_UNBOUND | FACT_BOUND) &&
	     channel->remote != hyp_about()->self);
	return 0;
}

void domain_look_at_ring(struct domain *domain)
{
	const struct hyp_ring *ring = &domain->ring;

	hyp_ring_get(domain->page, &domain->ring);
	fact(domain, FACT_RECONNECT, ring->connection);
	fact(domain, FACT_SPOKEN, ring->req_cons || ring->req_prod ||
	     ring->rsp_cons || ring->rsp_prod);
}

/*
 * Is it sure that no page was ever added to the domain? Then nobody needs to
 * map one to find out. Xen creates a domain with whole MiB, and this is also
 * its limit. To add a page, somebody has to raise the limit first. No guest
 * can, and we never raise it to whole MiB. Where the tree tells of static
 * memory, the domain's own RAM may be there, so one looks.
 */
static bool is_as_created(const struct domain *domain)
{
	const struct hyp_domain *info = &domain->info;

	return (domain->facts & (FACT_NO_PFN | FACT_UNBOUND | FACT_STATIC)) ==
	       (FACT_NO_PFN | FACT_UNBOUND) && info->max_pages &&
	       info->tot_pages == info->max_pages &&
	       !(info->max_pages % DOMAIN_MIB) &&
	       domain->gfn == DOMAIN_MAGIC_GFN;
}

/* Mapping a frame failed: was the frame not there? Releases of Linux differ in
 * the error. */
static bool is_no_frame(int rc)
{
	return rc == -EINVAL || rc == -ENOENT || rc == -EFAULT || rc == -ENXIO;
}

/* 1: the domain has a page at GFN, 0: none, or -errno. */
static int has_frame(const struct domain *domain, uint64_t gfn)
{
	void *page;
	int rc = hyp_map(domain->info.domid, gfn, false, &page);

	if (!rc)
		hyp_unmap(page);
	return rc ? is_no_frame(rc) ? 0 : rc : 1;
}

/*
 * Was the page that is found added to the domain, or is it RAM that the guest
 * uses? Memory of a direct-mapped domain that spans the magic frames goes on
 * below or above them. Any other domain has its RAM elsewhere (xen/FACTS,
 * magic). From Xen 4.21 on a page that STORE_PFN names was given by Xen (boot).
 */
static int look_beside_page(struct domain *domain)
{
	int rc;

	if (domain->gfn != DOMAIN_MAGIC_GFN ||
	    (!(domain->facts & FACT_NO_PFN) &&
	     (!(domain->facts & FACT_UNBOUND) || hyp_at_least(4, 21))))
		return 0;
	rc = has_frame(domain, DOMAIN_BELOW_MAGIC);
	if (!rc)
		rc = has_frame(domain, DOMAIN_ABOVE_MAGIC);
	if (rc < 0)
		return fail(domain, "look beside the xenstore page", rc);
	fact(domain, FACT_RAM, rc);
	return 0;
}

static int look_at_page(struct domain *domain, bool write)
{
	int rc;

	if (!(domain->facts & (FACT_PFN | FACT_NO_PFN)) ||
	    is_as_created(domain))
		return 0;
	rc = hyp_map(domain->info.domid, domain->gfn, write, &domain->page);
	if (is_no_frame(rc))
		return 0;
	if (rc)
		return fail(domain, "map the xenstore page", rc);
	fact(domain, FACT_PAGE, true);
	domain_look_at_ring(domain);
	return look_beside_page(domain);
}

bool domain_grant_is_good(const struct domain *domain,
			  const struct hyp_grant *grant)
{
	return (grant->flags & HYP_GRANT_TYPE) == HYP_GRANT_ACCESS &&
	       grant->domid == domain->channel.remote &&
	       grant->gfn == domain->gfn;
}

/* If the grant cannot be read, that is no failure: not every Xen can show it,
 * nor can it for every guest yet. */
static void look_at_grant(struct domain *domain)
{
	domain->grant_known = !hyp_grant_get(domain->info.domid,
					     DOMAIN_GRANT_REF, &domain->grant);
	fact(domain, FACT_GRANT, domain->grant_known &&
	     domain_grant_is_good(domain, &domain->grant));
}

/*
 * Does Xen's own release add no page to the domain (xen/FACTS, static and
 * direct)? Xen does not tell. The host's device tree does, where dom0 has it;
 * without it, no. A vendor's may add one all the same, so it is tried.
 */
static bool is_static(const struct domain *domain)
{
	struct dtb_domain node;

	return hyp_at_least(4, 17) && !hyp_at_least(4, 21) &&
	       !dtb_domain(domain->info.domid, &node) &&
	       (node.direct_map || node.static_mem);
}

/* Everything that Xen tells of the domain. */
static int look_at_xen(struct domain *domain, unsigned int look)
{
	int rc = domain_glance(domain);

	if (rc || !domain_is_enhanced(domain))
		return rc;
	if (!is_possible(&domain->info))
		return fail(domain, "believe what Xen tells of it", -EPROTO);
	look_for_magic(domain);
	fact(domain, FACT_STATIC, is_static(domain));
	fact(domain, FACT_INTRODUCED | FACT_NODES | FACT_DONE,
	     domain->facts & FACT_BOUND);
	rc = look_at_page(domain, look & DOMAIN_LOOK_WRITE);
	/* without a page there is nothing to grant */
	if ((domain->facts & FACT_UNBOUND) && domain->facts & FACT_PAGE)
		look_at_grant(domain);
	return rc;
}

int domain_glance(struct domain *domain)
{
	struct hyp_domain info = domain->info;
	int rc;

	memset(domain, 0, sizeof(*domain));
	domain->info = info;
	/* Xen never makes domain 0 from a node of the device tree */
	fact(domain, FACT_SELF, info.domid == hyp_about()->self ||
	     !info.domid || info.flags & HYP_XS_DOMAIN);
	fact(domain, FACT_ENDED, domain_end(&info));
	fact(domain, FACT_DYING, info.flags & HYP_DYING || domain_end(&info));
	fact(domain, FACT_SUSPENDED, is_shut_down(&info) &&
	     reason(&info) == HYP_SUSPEND);
	fact(domain, FACT_HANDLE, info.full && !uuid_is_nil(info.handle));
	/* the parameters of a domain that has ended tell whether it should be
	 * served */
	if (domain->facts & FACT_SELF ||
	    (domain->facts & FACT_DYING && !(domain->facts & FACT_ENDED)))
		return 0;
	rc = look_at_params(domain);
	return rc || !domain_is_enhanced(domain) ? rc : look_at_channel(domain);
}

int domain_ask(const struct domain *domain, struct hyp_domain *now)
{
	int n = hyp_domains(domain->info.domid, now, 1);

	if (n < 0)
		return n;
	return n && now->domid == domain->info.domid ? 0 : -ESRCH;
}

bool domain_is_going(const struct domain *domain)
{
	struct hyp_domain now;
	int rc = domain_ask(domain, &now);

	return rc ? rc == -ESRCH : now.flags & HYP_DYING || domain_end(&now);
}

/* The three folders in which a domain has nodes. */
enum top { HOMES, LIBXL, UUIDS, TOPS };

static const char *const tops[] = {
	[HOMES] = "/local/domain", [LIBXL] = "/libxl", [UUIDS] = "/vm",
};

static const struct node {
	enum top top;		/* in it the domid, then NAME */
	const char *name;
	size_t at, size;
} nodes[] = {
#define NODE(top, member) { top, #member, offsetof(struct domain, member), \
			    sizeof(((struct domain *)0)->member) }
	NODE(HOMES, name),
	NODE(HOMES, vm),
	NODE(LIBXL, type),
#undef NODE
};

enum {
	NAME_ONLY = 1, NODES = sizeof(nodes) / sizeof(*nodes),
	GUARDED = 2,		/* the first ones: who may change them? */
	WHO_MAX = 64,		/* bytes; the owner and some more */
};

/* What is asked of xenstored about one domain. */
static struct questions {
	unsigned int count;	/* how many of the nodes, from the first on */
	bool listed[TOPS];	/* that folder may have something of it */
	char served[4];
	char may[GUARDED][WHO_MAX];
	struct batch_answer introduced, node[NODES], who[GUARDED];
} questions[DOMAIN_BATCH];

/* The names in these folders, by which most domains need not be asked about. */
static char names[TOPS][STORE_VALUE_MAX + 1];
static struct batch_answer lists[TOPS];

/* Whether a domain is introduced is asked first: who introduces it has written
 * its nodes before. */
static void ask_first(const struct domain *domains, unsigned int count)
{
	enum top top;
	unsigned int i;

	for (i = 0; i < count; i++) {
		questions[i].introduced.text = questions[i].served;
		questions[i].introduced.size = sizeof(questions[i].served);
		if (questions[i].count == NODES)
			batch_introduced(domains[i].info.domid,
					     &questions[i].introduced);
	}
	for (top = 0; top < TOPS; top++) {
		lists[top].text = names[top];
		lists[top].size = sizeof(names[top]);
		batch_list(0, tops[top], &lists[top]);
	}
}

/* Any domain may be in a list that could not be read, for instance for its
 * length. */
static bool may_hold_all(enum top top)
{
	return lists[top].rc < 0 && lists[top].rc != -ENOENT;
}

static void take_list(enum top top, const struct domain *domains,
		      unsigned int count)
{
	char *rest = names[top], *name;
	unsigned int i;
	uint64_t id;

	for (i = 0; i < count; i++)
		questions[i].listed[top] = may_hold_all(top);
	while (lists[top].rc >= 0 && (name = strsep(&rest, "/")))
		if (parse_number(name, HYP_DOMID_LAST, &id))
			for (i = 0; i < count; i++)
				questions[i].listed[top] |=
					domains[i].info.domid == id;
}

bool domain_uuid_is_listed(const char *uuid)
{
	const char *at = lists[UUIDS].rc < 0 ? NULL : names[UUIDS];
	size_t size = strlen(uuid);

	while (at && *at && (strncmp(at, uuid, size) || at[size] != '/')) {
		at = strchr(at, '/');
		at += !!at;
	}
	return may_hold_all(UUIDS) || (at && *at);
}

static void ask_nodes(struct domain *domain, struct questions *asked)
{
	uint16_t domid = domain->info.domid;
	char path[STORE_PATH_MAX];
	unsigned int i;

	fact(domain, FACT_LISTED, asked->listed[HOMES] ||
	     asked->listed[LIBXL]);
	for (i = 0; i < GUARDED; i++) {
		*asked->may[i] = '\0';
		asked->who[i].text = asked->may[i];
		asked->who[i].size = WHO_MAX;
	}
	for (i = 0; i < asked->count; i++) {
		asked->node[i].text = (char *)domain + nodes[i].at;
		asked->node[i].size = nodes[i].size;
		asked->node[i].rc = -ENOENT;
		if (!asked->listed[nodes[i].top])
			continue;
		snprintf(path, sizeof(path), "%s/%u/%s", tops[nodes[i].top],
			 domid, nodes[i].name);
		batch_read(0, path, &asked->node[i]);
		if (i < GUARDED)
			batch_who(0, path, &asked->who[i]);
	}
}

/* May the domain change a node of which WHO, batch_who(), is said? */
static bool may_change(char *who, uint16_t domid)
{
	bool owner = true, writes, meant;
	uint64_t id;
	char *one;

	for (; (one = strsep(&who, "/")) && *one; owner = false) {
		writes = *one == 'w' || *one == 'b';
		meant = parse_number(one + 1, HYP_DOMID_LAST, &id) &&
			id == domid;
		if (owner ? writes || meant : writes && meant)
			return true;
	}
	return false;
}

/* A node that is not there, or holds no text, has the value "". */
static void take_nodes(struct domain *domain, const struct questions *asked)
{
	const struct batch_answer *node;

	for (node = asked->node; node < asked->node + asked->count; node++) {
		if (node->rc >= 0)
			fact(domain, FACT_SOME_NODES, true);
		else
			*node->text = '\0';
		if (node->rc < 0 && node->rc != -ENOENT && node->rc != -EILSEQ)
			fail(domain, "read its xenstore nodes", node->rc);
	}
}

static void take_answer(struct domain *domain, struct questions *asked)
{
	uint16_t domid = domain->info.domid;
	unsigned int i;
	int rc;

	fact(domain, FACT_ASKED, true);
	take_nodes(domain, asked);
	/* a control domain's name is its own */
	for (i = 0; i < GUARDED && domid && domid != hyp_about()->self; i++)
		if (may_change(asked->may[i], domid))
			fact(domain, FACT_OWNED, true);
	if (asked->count < NODES)
		return;
	if (asked->introduced.rc < 0)
		fail(domain, "ask xenstored about it", asked->introduced.rc);
	fact(domain, FACT_STORE, true);
	/* what Xen has given needs nobody but xenstored to be told of it */
	fact(domain, FACT_REACHED, domain->facts & FACT_FOREIGN &&
	     store_is_bus() && domain->facts & FACT_PFN);
	fact(domain, FACT_INTRODUCED, *asked->served == 'T');
	fact(domain, FACT_NODES, *domain->name && *domain->vm);
	fact(domain, FACT_DONE, *domain->type);
	rc = *asked->served == 'T' ? 1 : store_finds(domid);
	if (rc < 0)
		fail(domain, "ask xenstored about it", rc);
	fact(domain, FACT_STRANGER, !rc);
}

/* The questions about all COUNT domains go out together. */
static int look_at_store(struct domain *domains, unsigned int count,
			 unsigned int most)
{
	unsigned int i;
	int rc;

	for (i = 0; i < count; i++)
		questions[i].count = !domains[i].rc &&
			domain_is_enhanced(&domains[i]) ? most : NAME_ONLY;
	ask_first(domains, count);
	rc = batch_flush();
	take_list(HOMES, domains, count);
	take_list(LIBXL, domains, count);
	for (i = 0; i < count && !rc; i++)
		ask_nodes(&domains[i], &questions[i]);
	if (!rc)
		rc = batch_flush();
	for (i = 0; i < count; i++)
		if (rc)
			fail(&domains[i], "ask xenstored about it", rc);
		else
			take_answer(&domains[i], &questions[i]);
	return rc;
}

int domain_read_names(struct domain *domains, unsigned int count)
{
	unsigned int n;
	int rc = 0;

	for (; count && !rc; domains += n, count -= n) {
		n = count < DOMAIN_BATCH ? count : DOMAIN_BATCH;
		rc = look_at_store(domains, n, NAME_ONLY);
	}
	return rc;
}

static void observe(struct domain *domains, unsigned int count,
		    unsigned int look)
{
	static const struct domain_rule gone = {
		.state = DOMAIN_GONE, .action = DOMAIN_IGNORE,
		.sentence = "it vanished while it was looked at",
	}, unknown = {
		.state = DOMAIN_UNKNOWN, .action = DOMAIN_REFUSE,
		.sentence = "it could not be looked at",
	};
	struct domain *domain, *end = domains + count;

	for (domain = domains; domain < end; domain++)
		look_at_xen(domain, look);
	if (look & DOMAIN_LOOK_STORE)
		look_at_store(domains, count, NODES);
	for (domain = domains; domain < end; domain++) {
		if (domain->rc)
			domain->rule = &unknown;
		else if (domain_is_lost(domain))
			domain->rule = domain_end(&domain->info);
		else
			domain->rule = domain_decide(domain->facts);
		if (domain->rc != -ESRCH)
			continue;
		domain_release(domain);
		domain->rule = &gone;
		domain->rc = 0;
	}
}

/*
 * A domain that changes while it is looked at, or is being destroyed, may look
 * as if xenstored had failed it. So before such a verdict is given, Xen is
 * asked again.
 */
static void look_again(struct domain *domain, unsigned int look)
{
	enum hyp_evtchn_state before = domain->channel.state;
	struct hyp_domain now;
	int rc;

	if (domain->rc || (domain->rule->action != DOMAIN_REFUSE &&
			   domain->rule->state != DOMAIN_NAMELESS))
		return;
	rc = domain_ask(domain, &now);
	if (!rc && !(now.flags & HYP_DYING) && !domain_end(&now) &&
	    !look_at_channel(domain) && domain->channel.state == before)
		return;
	domain_release(domain);
	if (!rc)
		domain->info = now;
	observe(domain, 1, look);
}

void domain_observe(struct domain *domains, unsigned int count,
		    unsigned int look)
{
	struct domain *domain;

	observe(domains, count, look);
	for (domain = domains; domain < domains + count; domain++)
		look_again(domain, look);
}

void domain_release(struct domain *domain)
{
	hyp_unmap(domain->page);
	domain->page = NULL;
}
