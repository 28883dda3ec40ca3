/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>

#include "domain.h"
#include "store.h"
#include "tap.h"
#include "world.h"

enum { FACTS = 20 };

/*
 * The decision table once more, by columns and not by rows: who is it, can
 * its page be used, who has introduced it, how far did it get.
 */
struct verdict {
	enum domain_state state;
	enum domain_action action;
};

#define VERDICT(state, action) \
	((struct verdict){ DOMAIN_##state, DOMAIN_##action })

static struct verdict unbound(uint32_t f)
{
	bool told = f & FACT_PFN, page = f & FACT_PAGE;

	if (f & FACT_INTRODUCED)
		return VERDICT(STALE, REFUSE);
	if (told && f & FACT_SPOKEN && !(f & FACT_RECONNECT))
		return VERDICT(STALE, REFUSE);
	if (f & FACT_RAM)
		return VERDICT(UNSUPPORTED, REFUSE);
	if (!told && !page && f & FACT_STATIC)
		return VERDICT(UNSUPPORTED, ATTACH);
	if (f & FACT_SUSPENDED)
		return VERDICT(SUSPENDED, ATTACH);
	if (f & (FACT_SOME_NODES | FACT_HANDLE) || (!told && page))
		return VERDICT(PARTIAL, ATTACH);
	if (told && f & FACT_SPOKEN)
		return VERDICT(WAITING, ATTACH_NOTE);
	return VERDICT(WAITING, ATTACH);
}

static struct verdict bound(uint32_t f)
{
	if (!(f & FACT_INTRODUCED))
		return VERDICT(STALE, REFUSE);
	if (f & FACT_RAM || (f & FACT_NO_PFN && !(f & FACT_PAGE)))
		return VERDICT(UNSUPPORTED, REFUSE);
	if (f & FACT_SUSPENDED)
		return VERDICT(SUSPENDED, ATTACH);
	if (f & FACT_RECONNECT)
		return VERDICT(INTRODUCED, ATTACH);
	if (f & FACT_NO_PFN)
		return VERDICT(PARTIAL, ATTACH);
	if (!(f & FACT_NODES))
		return VERDICT(NAMELESS, ATTACH);
	if (f & FACT_OWNED)
		return VERDICT(PARTIAL, ATTACH_NOTE);
	if (!(f & FACT_DONE))
		return VERDICT(PARTIAL, ATTACH);
	return f & FACT_SPOKEN ? VERDICT(CONNECTED, ATTACH)
			       : VERDICT(READY, ATTACH);
}

static struct verdict expected(uint32_t f)
{
	if (f & FACT_SELF)
		return VERDICT(SELF, IGNORE);
	if (f & FACT_DYING)
		return VERDICT(DYING, IGNORE);
	if (f & FACT_CONSOLE)
		return VERDICT(XL, IGNORE);
	if (!(f & FACT_EVTCHN))
		return VERDICT(PLAIN, IGNORE);
	if (f & FACT_FOREIGN && !(f & FACT_REACHED))
		return VERDICT(FOREIGN, REFUSE);
	if (f & FACT_STRANGER)
		return VERDICT(UNSUPPORTED, REFUSE);
	if (!(f & (FACT_UNBOUND | FACT_BOUND)))
		return VERDICT(CLOSED, REFUSE);
	if (!(f & (FACT_PFN | FACT_NO_PFN)) ||
	    (f & FACT_PFN && !(f & FACT_PAGE)))
		return VERDICT(UNSUPPORTED, REFUSE);
	return f & FACT_UNBOUND ? unbound(f) : bound(f);
}

static bool both(uint32_t f, uint32_t facts)
{
	return (f & facts) == facts;
}

/* Can a domain be like that? */
static bool possible(uint32_t f)
{
	return !both(f, FACT_UNBOUND | FACT_BOUND) &&
	       !both(f, FACT_PFN | FACT_NO_PFN) &&
	       (f & FACT_PAGE || !(f & (FACT_RECONNECT | FACT_SPOKEN))) &&
	       (f & (FACT_UNBOUND | FACT_BOUND) || !(f & FACT_FOREIGN)) &&
	       (f & FACT_SOME_NODES || !(f & FACT_NODES)) &&
	       (f & FACT_UNBOUND || !(f & FACT_GRANT));
}

/* What is never touched, however odd the facts are. */
static bool hands_off(uint32_t f)
{
	return f & (FACT_SELF | FACT_DYING | FACT_CONSOLE | FACT_STRANGER) ||
	       (f & FACT_FOREIGN && !(f & FACT_REACHED)) ||
	       !(f & FACT_EVTCHN) || !(f & (FACT_UNBOUND | FACT_BOUND)) ||
	       !(f & (FACT_PFN | FACT_NO_PFN)) ||
	       both(f, FACT_UNBOUND | FACT_INTRODUCED) ||
	       (f & FACT_BOUND && !(f & FACT_INTRODUCED));
}

static void every_combination(void)
{
	static const uint32_t more[] = {
		0, FACT_DONE, FACT_RAM, FACT_SUSPENDED, FACT_OWNED,
		FACT_REACHED,
	};
	unsigned int different = 0, touched = 0, dumb = 0, n = 0;
	const struct domain_rule *rule;
	struct verdict want;
	uint32_t i, f;

	for (i = 0; i < 6u << FACTS; i++) {
		f = (i & ((1u << FACTS) - 1)) | more[i >> FACTS];
		rule = domain_decide(f);
		dumb += !rule->sentence || !*rule->sentence ||
			strlen(rule->sentence) > 250 ||
			!domain_state_word(rule->state);
		touched += hands_off(f) && (rule->action == DOMAIN_ATTACH ||
				rule->action == DOMAIN_ATTACH_NOTE);
		if (!possible(f))
			continue;
		n++;
		want = expected(f);
		if (rule->state == want.state && rule->action == want.action)
			continue;
		if (!different++)
			printf("# %#x: got %s, wanted %s\n", f,
			       domain_state_word(rule->state),
			       domain_state_word(want.state));
	}
	is_int(different, 0, "%u possible combinations of facts", n);
	is_int(touched, 0, "no combination touches what is not ours");
	is_int(dumb, 0, "every combination has a word and a sentence");
}

#define FRESH (FACT_EVTCHN | FACT_UNBOUND | FACT_STORE)
#define SERVED (FACT_EVTCHN | FACT_BOUND | FACT_STORE | FACT_INTRODUCED)
#define SOME (FACT_LISTED | FACT_SOME_NODES)
#define NODES (FACT_NODES | SOME)
#define DONE (NODES | FACT_DONE)
/* Xen 4.21 gives the page, and the grant that leads to it. */
#define GIVEN (FACT_PFN | FACT_PAGE | FACT_RECONNECT | FACT_GRANT)

static const struct {
	const char *what;
	uint32_t facts;
	enum domain_state state;
	enum domain_action action;
} rows[] = {
	{ "the control domain", FRESH | FACT_SELF, DOMAIN_SELF, DOMAIN_IGNORE },
	{ "shut down", FRESH | FACT_NO_PFN | FACT_DYING, DOMAIN_DYING,
	  DOMAIN_IGNORE },
	{ "of xl, half built", FACT_CONSOLE, DOMAIN_XL, DOMAIN_IGNORE },
	{ "of xl", FRESH | FACT_CONSOLE | FACT_PFN | FACT_PAGE, DOMAIN_XL,
	  DOMAIN_IGNORE },
	{ "not enhanced", 0, DOMAIN_PLAIN, DOMAIN_IGNORE },
	{ "not enhanced, with a page", FACT_PFN | FACT_PAGE, DOMAIN_PLAIN,
	  DOMAIN_IGNORE },
	{ "served by another domain",
	  FRESH | FACT_PFN | FACT_PAGE | FACT_RECONNECT | FACT_FOREIGN,
	  DOMAIN_FOREIGN, DOMAIN_REFUSE },
	{ "unknown in Xen, says xenstored", FRESH | FACT_NO_PFN |
	  FACT_STRANGER, DOMAIN_UNSUPPORTED, DOMAIN_REFUSE },
	{ "port closed", FACT_EVTCHN | FACT_PFN | FACT_PAGE, DOMAIN_CLOSED,
	  DOMAIN_REFUSE },
	{ "page number 0", FRESH, DOMAIN_UNSUPPORTED, DOMAIN_REFUSE },
	{ "page not there", FRESH | FACT_PFN, DOMAIN_UNSUPPORTED,
	  DOMAIN_REFUSE },
	{ "bound, unknown to xenstored", FACT_EVTCHN | FACT_BOUND |
	  FACT_STORE | FACT_PFN | FACT_PAGE, DOMAIN_STALE, DOMAIN_REFUSE },
	{ "introduced, not bound", FRESH | FACT_INTRODUCED | FACT_PFN |
	  FACT_PAGE, DOMAIN_STALE, DOMAIN_REFUSE },
	{ "in use, not introduced", FRESH | FACT_PFN | FACT_PAGE | FACT_SPOKEN,
	  DOMAIN_STALE, DOMAIN_REFUSE },
	{ "static-mem, no page", FRESH | FACT_NO_PFN | FACT_STATIC,
	  DOMAIN_UNSUPPORTED, DOMAIN_ATTACH },
	{ "static-mem, with a page", FRESH | FACT_PFN | FACT_PAGE |
	  FACT_RECONNECT | FACT_STATIC, DOMAIN_WAITING, DOMAIN_ATTACH },
	{ "Xen 4.17, fresh", FRESH | FACT_NO_PFN, DOMAIN_WAITING,
	  DOMAIN_ATTACH },
	{ "Xen 4.17, page allocated", FRESH | FACT_NO_PFN | FACT_PAGE,
	  DOMAIN_PARTIAL, DOMAIN_ATTACH },
	{ "Xen 4.21, fresh", FRESH | FACT_PFN | FACT_PAGE | FACT_RECONNECT,
	  DOMAIN_WAITING, DOMAIN_ATTACH },
	{ "Xen 4.21, guest spoke too early", FRESH | FACT_PFN | FACT_PAGE |
	  FACT_RECONNECT | FACT_SPOKEN, DOMAIN_WAITING,
	  DOMAIN_ATTACH_NOTE },
	{ "Xen 4.17, only its handle set", FRESH | FACT_NO_PFN | FACT_HANDLE,
	  DOMAIN_PARTIAL, DOMAIN_ATTACH },
	{ "Xen 4.21, only its handle set", FRESH | FACT_PFN | FACT_PAGE |
	  FACT_RECONNECT | FACT_HANDLE, DOMAIN_PARTIAL, DOMAIN_ATTACH },
	{ "Xen 4.21, nodes written", FRESH | FACT_PFN | FACT_PAGE |
	  FACT_RECONNECT | NODES, DOMAIN_PARTIAL, DOMAIN_ATTACH },
	{ "told, flag lost, unused", FRESH | FACT_PFN | FACT_PAGE,
	  DOMAIN_WAITING, DOMAIN_ATTACH },
	{ "introduced, not told", SERVED | FACT_NO_PFN | FACT_PAGE | NODES,
	  DOMAIN_PARTIAL, DOMAIN_ATTACH },
	{ "introduced, page not there", SERVED | FACT_NO_PFN | NODES,
	  DOMAIN_UNSUPPORTED, DOMAIN_REFUSE },
	{ "handshake not finished", SERVED | FACT_PFN | FACT_PAGE |
	  FACT_RECONNECT | NODES, DOMAIN_INTRODUCED, DOMAIN_ATTACH },
	{ "not finished, nor told", SERVED | FACT_NO_PFN | FACT_PAGE |
	  FACT_RECONNECT | NODES, DOMAIN_INTRODUCED, DOMAIN_ATTACH },
	{ "connected, no nodes", SERVED | FACT_PFN | FACT_PAGE | FACT_SPOKEN,
	  DOMAIN_NAMELESS, DOMAIN_ATTACH },
	{ "connected, some nodes", SERVED | FACT_PFN | FACT_PAGE |
	  FACT_SPOKEN | FACT_SOME_NODES, DOMAIN_NAMELESS, DOMAIN_ATTACH },
	{ "not marked as done", SERVED | FACT_PFN | FACT_PAGE | FACT_SPOKEN |
	  NODES, DOMAIN_PARTIAL, DOMAIN_ATTACH },
	{ "guest silent", SERVED | FACT_PFN | FACT_PAGE | DONE, DOMAIN_READY,
	  DOMAIN_ATTACH },
	{ "guest connected", SERVED | FACT_PFN | FACT_PAGE | FACT_SPOKEN |
	  DONE, DOMAIN_CONNECTED, DOMAIN_ATTACH },
};

static void every_row(void)
{
	const struct domain_rule *rule;
	unsigned int i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		rule = domain_decide(rows[i].facts);
		is_str(domain_state_word(rule->state),
		       domain_state_word(rows[i].state), "%s: state",
		       rows[i].what);
		is_int(rule->action, rows[i].action, "%s: action",
		       rows[i].what);
	}
}

/* The words are an interface. */
static void words(void)
{
	static const char *const words[] = {
		"gone", "unknown", "control", "dying", "suspended", "plain", "xl", "foreign",
		"closed", "unsupported", "stale", "waiting", "partial",
		"introduced", "nameless", "ready", "connected",
	};
	int i;

	for (i = 0; i < DOMAIN_STATES; i++)
		is_str(domain_state_word(i), words[i], "word %d", i);
}

static struct domain domain;

static int observe(uint16_t domid, unsigned int look)
{
	struct world_domain *d = world_find(domid);

	memset(&domain, 0x5a, sizeof(domain));
	memset(&domain.info, 0, sizeof(domain.info));
	domain.info.domid = domid;
	if (d)
		domain.info = d->info;
	domain_observe(&domain, 1, look);
	return domain.rc;
}

static void serve(struct world_domain *d)
{
	char path[64];

	d->introduced = true;
	d->channel.state = HYP_EVTCHN_BOUND;
	d->channel.remote_port = WORLD_PORT + d->info.domid;
	if (d->pfn == HYP_NO_FRAME)
		return;
	world_ring_set(d, RING_CONNECTION, 0);
	snprintf(path, sizeof(path), "/local/domain/%u/name", d->info.domid);
	world_write(path, "web", NULL);
	snprintf(path, sizeof(path), "/local/domain/%u/vm", d->info.domid);
	world_write(path, "/vm/2ed6657d-e927-568b-95e1-2665a8aea6a2", NULL);
	snprintf(path, sizeof(path), "/libxl/%u/type", d->info.domid);
	world_write(path, "pvh", NULL);
}

/* What one change to a domain makes of what is observed. */
#define OBSERVE(minor, setup, want_facts, want_state, what) do { \
	struct world_domain *d; \
	world_reset(minor); \
	d = world_boot(1); \
	store_open(world->now, world->about.self, false); \
	setup; \
	(void)d; \
	is_int(observe(1, DOMAIN_LOOK_STORE), 0, "%s: observed", what); \
	is_int(domain.facts, (want_facts) | FACT_ASKED, "%s: facts", what); \
	is_str(domain_state_word(domain.rule->state), want_state, \
	       "%s: state", what); \
	is_int(world->changes, 0, "%s: nothing changed", what); \
	domain_release(&domain); \
	is_int(world->mapped, 0, "%s: all given back", what); \
} while (0)

static void observing_xen(void)
{
	OBSERVE(17, , FRESH | FACT_NO_PFN, "waiting", "4.17");
	OBSERVE(21, , FRESH | GIVEN, "waiting", "4.21");
	OBSERVE(17, world_add_page(d, 0x39001), FRESH | FACT_NO_PFN |
		FACT_PAGE, "partial", "4.17, page");
	OBSERVE(17, d->evtchn = 0, FACT_NO_PFN, "plain", "no port");
	OBSERVE(17, d->console = 5, FACT_EVTCHN | FACT_NO_PFN | FACT_CONSOLE,
		"xl", "console");
	OBSERVE(17, d->info.flags = HYP_SHUTDOWN, FACT_DYING | FACT_ENDED |
		FACT_EVTCHN | FACT_NO_PFN, "dying", "shut down");
	OBSERVE(17, d->info.flags = HYP_DYING, FACT_DYING, "dying", "dying");
	OBSERVE(17, d->info.flags = HYP_DYING | HYP_SHUTDOWN |
		HYP_SUSPEND << HYP_REASON_SHIFT, FACT_DYING, "dying",
		"suspended, and destroyed");
	OBSERVE(17, d->info.flags = HYP_SHUTDOWN |
		HYP_SUSPEND << HYP_REASON_SHIFT, FRESH | FACT_NO_PFN |
		FACT_SUSPENDED, "suspended", "suspended");
	OBSERVE(17, d->info.flags = HYP_SUSPEND << HYP_REASON_SHIFT,
		FRESH | FACT_NO_PFN, "waiting", "was suspended");
	OBSERVE(17, d->info.flags = HYP_PAUSED | HYP_RUNNING | HYP_BLOCKED,
		FRESH | FACT_NO_PFN, "waiting", "paused");
	OBSERVE(21, d->info.flags = HYP_XS_DOMAIN, FACT_SELF, "control",
		"xenstore's domain");
	OBSERVE(21, world->about.self = 1, FACT_SELF, "control", "ourselves");
	OBSERVE(21, d->channel.remote = 3, FRESH | FACT_PFN | FACT_PAGE |
		FACT_RECONNECT | FACT_FOREIGN, "foreign", "other xenstore");
	OBSERVE(21, d->channel.remote = world->about.self = 5, FRESH |
		FACT_PFN | FACT_PAGE | FACT_RECONNECT, "waiting",
		"we are not domain 0");
	OBSERVE(21, d->channel.state = HYP_EVTCHN_CLOSED, FACT_EVTCHN |
		FACT_STORE | FACT_PFN | FACT_PAGE | FACT_RECONNECT, "closed",
		"closed port");
	OBSERVE(21, d->channel.state = HYP_EVTCHN_OTHER,
		FACT_EVTCHN | FACT_STORE | FACT_PFN | FACT_PAGE |
		FACT_RECONNECT, "closed", "port used for something else");
	OBSERVE(21, world->fault = ((struct world_fault){ .at = 1,
		.call = "evtchn_status", .rc = -EINVAL, .always = true }),
		FACT_EVTCHN | FACT_STORE | FACT_PFN | FACT_PAGE |
		FACT_RECONNECT, "closed", "no such port");
	OBSERVE(21, d->pfn = 0, FRESH, "unsupported", "page 0");
	OBSERVE(21, d->pfn = 0x77, FRESH | FACT_PFN, "unsupported",
		"page missing");
}

static void observing_pages(void)
{
	OBSERVE(21, world_ring_set(d, RING_REQ_PROD, 5), FRESH | GIVEN |
		FACT_SPOKEN, "waiting", "spoke too early");
	OBSERVE(21, (world_ring_set(d, RING_CONNECTION, 0),
		     world_ring_set(d, RING_REQ_CONS, 1)), FRESH | FACT_PFN |
		FACT_PAGE | FACT_SPOKEN | FACT_GRANT, "stale", "req_cons");
	OBSERVE(21, (world_ring_set(d, RING_CONNECTION, 0),
		     world_ring_set(d, RING_RSP_CONS, 1)), FRESH | FACT_PFN |
		FACT_PAGE | FACT_SPOKEN | FACT_GRANT, "stale", "rsp_cons");
	OBSERVE(21, (world_ring_set(d, RING_CONNECTION, 0),
		     world_ring_set(d, RING_RSP_PROD, 1)), FRESH | FACT_PFN |
		FACT_PAGE | FACT_SPOKEN | FACT_GRANT, "stale", "rsp_prod");
	OBSERVE(21, world_ring_set(d, RING_CONNECTION, 0xdead), FRESH | GIVEN,
		"waiting", "odd connection");
	OBSERVE(21, d->info.handle[15] = 1, FRESH | GIVEN | FACT_HANDLE,
		"partial", "a handle");
	OBSERVE(17, d->info.handle[0] = 1, FRESH | FACT_NO_PFN | FACT_HANDLE,
		"partial", "4.17, a handle");
	OBSERVE(21, (d->info.handle[0] = 1, d->info.full = false),
		FRESH | GIVEN, "waiting", "a handle that nobody told of");
	OBSERVE(21, d->grants[1].gfn++, FRESH | (GIVEN & ~FACT_GRANT),
		"waiting", "a grant of another page");
	OBSERVE(21, d->grants[1].domid = 2, FRESH | (GIVEN & ~FACT_GRANT),
		"waiting", "a grant to another domain");
	OBSERVE(21, d->grants[1].flags = 2, FRESH | (GIVEN & ~FACT_GRANT),
		"waiting", "a grant of another type");
	OBSERVE(21, d->grant_rc = -EAGAIN, FRESH | (GIVEN & ~FACT_GRANT),
		"waiting", "no grant table yet");
	OBSERVE(21, d->grant_rc = -EOPNOTSUPP, FRESH | (GIVEN & ~FACT_GRANT),
		"waiting", "no grant table for us");
}

static void observing_nodes(void)
{
	OBSERVE(21, serve(d), SERVED | FACT_PFN | FACT_PAGE | DONE, "ready",
		"served");
	OBSERVE(17, (world_add_page(d, 0x39001), serve(d)), SERVED |
		FACT_NO_PFN | FACT_PAGE, "partial", "served, not told");
	OBSERVE(21, (serve(d), world_remove("/local/domain/1/vm")), SERVED |
		FACT_PFN | FACT_PAGE | SOME | FACT_DONE, "nameless", "no vm");
	OBSERVE(21, (serve(d), world_remove("/local/domain/1/name")), SERVED |
		FACT_PFN | FACT_PAGE | SOME | FACT_DONE, "nameless",
		"no name");
	OBSERVE(21, (serve(d), world_remove("/libxl/1/type")), SERVED |
		FACT_PFN | FACT_PAGE | NODES, "partial", "no type");
	OBSERVE(21, (serve(d), world_write("/local/domain/1/name", "", NULL)),
		SERVED | FACT_PFN | FACT_PAGE | SOME | FACT_DONE, "nameless",
		"an empty name");
	OBSERVE(21, (serve(d), d->introduced = false), FACT_EVTCHN |
		FACT_BOUND | FACT_STORE | FACT_PFN | FACT_PAGE | DONE,
		"stale", "xenstored forgot it");
}

static void contents(void)
{
	struct world_domain *d;

	world_reset(21);
	d = world_boot(1);
	serve(d);
	store_open(world->now, world->about.self, false);
	observe(1, DOMAIN_LOOK_STORE | DOMAIN_LOOK_WRITE);
	is_str(domain.name, "web", "its name");
	is_str(domain.vm, "/vm/2ed6657d-e927-568b-95e1-2665a8aea6a2",
	       "its vm node");
	is_int((int64_t)domain.evtchn, 1, "its port");
	is_int((int64_t)domain.gfn, 0x39001, "its page");
	ok(domain.page != NULL, "its page is mapped");
	is_int(world_count("map d1 0x39001 rw"), 1, "to write");
	domain_release(&domain);
	ok(!domain.page, "released");
	domain_release(&domain);
	is_int(world->mapped, 0, "twice is fine");

	d->gfns[0] = d->pfn = 0x80000;
	observe(1, DOMAIN_LOOK_STORE);
	is_int((int64_t)domain.gfn, 0x80000, "a page elsewhere");
	is_int(world_count("map d1 0x80000 ro"), 1, "mapped to read");
	domain_release(&domain);
}

/* E before C, or a domain that libxl is building looks like one of ours. */
static void order(void)
{
	world_reset(17);
	world_boot(1);
	domain.info = world_find(1)->info;
	is_int(domain_glance(&domain), 0, "a glance");
	ok(domain_is_enhanced(&domain), "is enough to know it");
	is_int(domain.info.domid, 1, "info is kept");
	is_str(world->journal, " param_get d1 2\n param_get d1 17\n"
	       " param_get d1 1\n evtchn_status d1 1\n", "the event channel is read before the "
	       "console");
	world_xl(2);
	domain.info = world_find(2)->info;
	domain_glance(&domain);
	ok(!domain_is_enhanced(&domain), "one of xl is not enhanced");
	world_boot_plain(3);
	domain.info = world_find(3)->info;
	domain_glance(&domain);
	ok(!domain_is_enhanced(&domain), "a plain one is not enhanced");
}

static void without_store(void)
{
	world_reset(21);
	world_boot(1);
	is_int(observe(1, 0), 0, "no xenstored: fresh");
	is_str(domain_state_word(domain.rule->state), "waiting", "waiting");
	domain_release(&domain);
	serve(world_find(1));
	is_int(observe(1, 0), 0, "no xenstored: bound");
	is_str(domain_state_word(domain.rule->state), "ready", "ready");
	ok(!(domain.facts & FACT_STORE), "known not to be asked");
	is_int(world_count("store_"), 0, "and not asked");
	domain_release(&domain);
}

/* The domain is gone at each of the calls. */
static void vanishing(void)
{
	unsigned int at, calls, bad = 0;
	int rc;

	world_reset(21);
	world_boot(1);
	store_open(world->now, world->about.self, false);
	world_forget();
	observe(1, DOMAIN_LOOK_STORE);
	domain_release(&domain);
	calls = world_count("");
	for (at = 1; at <= calls; at++) {
		world_reset(21);
		world_boot(1);
		store_open(world->now, world->about.self, false);
		world_forget();
		world_find(1)->vanish = at;
		rc = observe(1, DOMAIN_LOOK_STORE);
		if (rc || (domain.rule->state != DOMAIN_GONE &&
			   domain.rule->action != DOMAIN_ATTACH &&
			   domain.rule->action != DOMAIN_REFUSE))
			bad++;
		if (at <= 5 && domain.rule->state != DOMAIN_GONE)
			bad++;
		domain_release(&domain);
		bad += world->mapped || *world->wrong;
	}
	is_int(bad, 0, "vanishing at each of %u calls", calls);
	is_int(observe(1, DOMAIN_LOOK_STORE), 0, "gone from the start");
	is_int(domain.rule->state, DOMAIN_GONE, "is gone");
	is_int(domain.rule->action, DOMAIN_IGNORE, "and ignored");
}

/* Whether xenstored finds it is asked only of one that it does not serve. */
static void finding(void)
{
	world_reset(21);
	world_boot(1)->stranger = true;
	serve(world_boot(2));
	world_find(2)->stranger = true;
	store_open(world->now, false, false);
	observe(1, DOMAIN_LOOK_STORE);
	is_int(domain.rule->state, DOMAIN_UNSUPPORTED, "it does not find it");
	domain_release(&domain);
	observe(2, DOMAIN_LOOK_STORE);
	is_int(domain.rule->state, DOMAIN_READY, "it serves it");
	is_int(world_count("store_finds"), 1, "and was asked once");
	domain_release(&domain);
}

/* Another run of init-dom0less introduces it while it is looked at. */
static void introduced(void)
{
	serve(world_find(1));
}

static void dies(void)
{
	world_find(1)->info.flags |= HYP_DYING;
}

static void changing(void)
{
	world_reset(21);
	world_boot(1);
	store_open(world->now, false, false);
	world->meanwhile = introduced;
	is_int(observe(1, DOMAIN_LOOK_STORE), 0, "introduced meanwhile");
	is_int(domain.rule->state, DOMAIN_READY, "is no stale one");
	domain_release(&domain);
	is_int(world->mapped, 0, "and mapped but once");
	world_find(1)->introduced = false;
	observe(1, DOMAIN_LOOK_STORE);
	is_int(domain.rule->state, DOMAIN_STALE, "a stale one is");
	domain_release(&domain);
	world->meanwhile = dies;
	observe(1, DOMAIN_LOOK_STORE);
	is_int(domain.rule->state, DOMAIN_DYING, "dying meanwhile");
	domain_release(&domain);
}

/* Thirty-two questions and one more: each domain has its own answers. */
static void many(void)
{
	static struct domain all[WORLD_DOMAINS];
	unsigned int i, bad = 0;

	world_reset(21);
	for (i = 0; i < WORLD_DOMAINS - 1; i++) {
		world_boot((uint16_t)(i + 1));
		all[i].info = world_find((uint16_t)(i + 1))->info;
	}
	serve(world_find(3));
	store_open(world->now, false, false);
	domain_observe(all, i, DOMAIN_LOOK_STORE);
	while (i--) {
		bad += all[i].rc || all[i].info.domid != i + 1 ||
		       (all[i].rule->state == DOMAIN_WAITING) != (i != 2);
		domain_release(&all[i]);
	}
	is_int(bad, 0, "looked at together, each is what it is");
	is_int(world_count("batch_flush"), 2, "with two waits");
	is_int(world_count("batch_read"), 3, "only the one that is served has "
	       "nodes to be read");
}

/* Which domains xenstore has something of, told by lists; or by none. */
static void lists(void)
{
	static const int rcs[] = { -EIO, -E2BIG, -EACCES };
	struct domain all[3];
	unsigned int i;

	world_reset(17);
	for (i = 0; i < 3; i++)
		all[i].info = world_boot((uint16_t)(i + 1))->info;
	world_write("/local/domain/21/name", "not 1, not 2", NULL);
	world_write("/libxl/2/device", "", NULL);
	world_write("/vm/2ed6657d-e927-568b-95e1-2665a8aea6a2/name", "", NULL);
	store_open(world->now, false, false);
	domain_observe(all, 3, DOMAIN_LOOK_STORE);
	ok(!(all[0].facts & FACT_LISTED) && all[1].facts & FACT_LISTED &&
	   !(all[2].facts & FACT_LISTED), "one of three is in a list");
	is_int(world_count("batch_read"), 1, "and only asked for what may be");
	ok(domain_uuid_is_listed("2ed6657d-e927-568b-95e1-2665a8aea6a2"),
	   "a UUID that is there");
	ok(!domain_uuid_is_listed("2ed6657d-e927-568b-95e1-2665a8aea6a") &&
	   !domain_uuid_is_listed("ed6657d-e927-568b-95e1-2665a8aea6a2"),
	   "and two that are not");
	for (i = 0; i < 3; i++) {
		domain_release(&all[i]);
		world_forget();
		world->fault = (struct world_fault){
			.at = 1, .call = "batch_list", .rc = rcs[i],
			.always = true };
		is_int(observe(1, DOMAIN_LOOK_STORE), 0, "a list fails: %d",
		       rcs[i]);
		ok(domain.facts & FACT_LISTED &&
		   domain.rule->state == DOMAIN_WAITING,
		   "it may hold the domain");
		is_int(world_count("batch_read"), 3, "which is asked about");
		ok(domain_uuid_is_listed("any"), "and every UUID");
		domain_release(&domain);
	}
}

/* An error is an error and never a fact. */
static void failing(void)
{
	static const struct {
		const char *call, *step;
		int rc;
	} faults[] = {
		{ "param_get d1 2", "read the HVM parameters", -EPERM },
		{ "param_get d1 17", "read the HVM parameters", -EIO },
		{ "param_get d1 1", "read the HVM parameters", -EIO },
		{ "evtchn_status", "read the event channel", -EPERM },
		{ "map", "map the xenstore page", -ENOMEM },
		{ "map", "map the xenstore page", -EPERM },
		{ "batch_introduced", "ask xenstored about it", -EIO },
		{ "batch_introduced", "ask xenstored about it", -ETIMEDOUT },
		{ "store_finds", "ask xenstored about it", -EIO },
		{ "batch_read /local/domain/1/name",
		  "read its xenstore nodes", -EIO },
		{ "batch_read /local/domain/1/vm",
		  "read its xenstore nodes", -EACCES },
		{ "batch_read /libxl/1/type", "read its xenstore nodes",
		  -ETIMEDOUT },
		{ "batch_flush", "ask xenstored about it", -EPIPE },
	};
	unsigned int i;

	for (i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		world_reset(21);
		world_boot(1);
		world_write("/local/domain/1/data", "", NULL);
		world_write("/libxl/1/device", "", NULL);
		store_open(world->now, world->about.self, false);
		world->fault.at = 1;
		world->fault.rc = faults[i].rc;
		strcpy(world->fault.call, faults[i].call);
		is_int(observe(1, DOMAIN_LOOK_STORE), faults[i].rc,
		       "%s fails", faults[i].call);
		is_str(domain.step, faults[i].step, "%s: step",
		       faults[i].call);
		domain_release(&domain);
		is_int(world->mapped, 0, "%s: nothing kept",
		       faults[i].call);
	}
}

/* A name with a NUL is no name; one of xenstore's greatest length is cut. */
static void odd_nodes(void)
{
	static const int rcs[] = { -EILSEQ, -ENOENT };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		world_reset(21);
		serve(world_boot(1));
		store_open(world->now, world->about.self, false);
		world->fault = (struct world_fault){ .at = 1,
			.call = "batch_read /local/domain/1/name",
			.rc = rcs[i] };
		is_int(observe(1, DOMAIN_LOOK_STORE), 0, "odd name %d", i);
		is_str(domain.name, "", "is none");
		is_int(domain.rule->state, DOMAIN_NAMELESS, "nameless");
		domain_release(&domain);
	}
	world_write("/local/domain/1/vm", "/vm/2ed6657d-e927-568b-95e1-"
		    "2665a8aea6a2-and-much-more-than-has-room-in-there", NULL);
	is_int(observe(1, DOMAIN_LOOK_STORE), 0, "a long vm");
	is_int((int64_t)strlen(domain.vm), sizeof(domain.vm) - 1, "is cut");
	domain_release(&domain);
}

int main(void)
{
	every_combination();
	every_row();
	words();
	observing_xen();
	observing_pages();
	observing_nodes();
	contents();
	order();
	without_store();
	vanishing();
	finding();
	changing();
	many();
	lists();
	failing();
	odd_nodes();
	return done();
}
