/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "uuid.h"
#include "world.h"

enum { MAGIC = 0x39001, AT_ONCE = 6, PAGE = 4096 };

/* --- a domain that is served --- */

static void node(const char *top, uint16_t domid, const char *name,
		 const char *value)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%u/%s", top, domid, name);
	world_write(path, value, NULL);
}

void world_serve(struct world_domain *d)
{
	char name[16], vm[64];
	uint16_t domid = d->info.domid;

	if (!world_page(d, MAGIC))
		world_add_page(d, MAGIC);
	d->pfn = MAGIC;
	world_ring_set(d, RING_CONNECTION, 0);
	d->grants[1] = (struct hyp_grant){
		HYP_GRANT_ACCESS | HYP_GRANT_IN_USE, 0, MAGIC };
	d->channel.state = HYP_EVTCHN_BOUND;
	d->channel.remote_port = WORLD_PORT + domid;
	d->introduced = true;
	snprintf(name, sizeof(name), "web%u", domid);
	snprintf(vm, sizeof(vm), "/vm/2ed6657d-e927-568b-95e1-2665a8aea6%02x",
		 domid);
	uuid_parse(d->info.handle, vm + 4);
	node("/local/domain", domid, "name", name);
	node("/local/domain", domid, "vm", vm);
	node("/libxl", domid, "type", "pvh");
}

static struct world_domain *served(uint16_t domid)
{
	struct world_domain *d = world_boot(domid);

	world_serve(d);
	return d;
}

/* --- every state --- */

static void fresh(uint16_t domid) { world_boot(domid); }
static void plain(uint16_t domid) { world_boot_plain(domid); }
static void of_xl(uint16_t domid) { world_xl(domid); }
static void ready(uint16_t domid) { served(domid); }
static void connected(uint16_t domid) { world_speak(served(domid)); }
static void dying(uint16_t domid) { served(domid)->info.flags = HYP_DYING; }
/* Shut down for a reason, public/sched.h. */
static void ended(struct world_domain *d, enum hyp_reason reason)
{
	d->info.flags = HYP_SHUTDOWN | reason << 16;
}
static void off(uint16_t domid) { ended(served(domid), HYP_POWEROFF); }
static void rebooted(uint16_t domid) { ended(served(domid), HYP_REBOOT); }
static void crashed(uint16_t domid) { ended(served(domid), HYP_CRASH); }
static void watchdog(uint16_t domid) { ended(served(domid), HYP_WATCHDOG); }
static void reset(uint16_t domid) { ended(served(domid), HYP_SOFT_RESET); }
static void odd_end(uint16_t domid) { ended(served(domid), 77); }
static void crashed_plain(uint16_t domid)
{
	ended(world_boot_plain(domid), HYP_CRASH);
}
static void crashed_xl(uint16_t domid) { ended(world_xl(domid), HYP_CRASH); }
static void crashed_gone(uint16_t domid)
{
	crashed(domid);
	world_find(domid)->info.flags |= HYP_DYING;
}
static void suspended(uint16_t domid) { ended(world_boot(domid), HYP_SUSPEND); }
static void sleeps(uint16_t domid)
{
	connected(domid);
	ended(world_find(domid), HYP_SUSPEND);
}
static void sleeps_cut_off(uint16_t domid)
{
	sleeps(domid);
	world_find(domid)->channel.state = HYP_EVTCHN_CLOSED;
}
static void xs_domain(uint16_t domid)
{
	world_boot(domid)->info.flags = HYP_XS_DOMAIN;
}
static void foreign(uint16_t domid) { world_boot(domid)->channel.remote = 9; }
static void stranger(uint16_t domid) { world_boot(domid)->stranger = true; }
static void closed(uint16_t domid)
{
	served(domid)->channel.state = HYP_EVTCHN_CLOSED;
}
static void reused(uint16_t domid)
{
	served(domid)->channel.state = HYP_EVTCHN_OTHER;
}
static void odd_page(uint16_t domid) { world_boot(domid)->pfn = 0; }
static void no_page(uint16_t domid) { world_boot(domid)->pfn = 0x77; }
static void pinned(uint16_t domid) { world_boot(domid)->pinned = true; }
static void lost_page(uint16_t domid)
{
	struct world_domain *d = served(domid);

	d->pfn = HYP_NO_FRAME;
	d->gfns[0] = 0;
}
static void not_told(uint16_t domid) { served(domid)->pfn = HYP_NO_FRAME; }
static void has_page(uint16_t domid)
{
	world_add_page(world_boot(domid), MAGIC);
}
static void has_handle(uint16_t domid)
{
	world_boot(domid)->info.handle[3] = 1;
}
static void has_name(uint16_t domid)
{
	world_boot(domid);
	node("/local/domain", domid, "name", "early");
}
static void too_early(uint16_t domid)
{
	world_ring_set(world_boot(domid), RING_REQ_PROD, 9);
}
static void unknown(uint16_t domid) { served(domid)->introduced = false; }
static void lost_port(uint16_t domid)
{
	served(domid)->channel.state = HYP_EVTCHN_UNBOUND;
}
static void restarted(uint16_t domid)
{
	lost_port(domid);
	world_find(domid)->introduced = false;
	world_speak(world_find(domid));
}
static void handshake(uint16_t domid)
{
	world_ring_set(served(domid), RING_CONNECTION, 1);
}
static void without(uint16_t domid, const char *top, const char *name)
{
	char path[64];

	connected(domid);
	snprintf(path, sizeof(path), "%s/%u/%s", top, domid, name);
	world_remove(path);
}
static void no_name(uint16_t domid) { without(domid, "/local/domain", "name"); }
static void no_vm(uint16_t domid) { without(domid, "/local/domain", "vm"); }
static void no_type(uint16_t domid) { without(domid, "/libxl", "type"); }
static void give(uint16_t domid, const char *name, const char *perms)
{
	char path[64], value[64];

	snprintf(path, sizeof(path), "/local/domain/%u/%s", domid, name);
	snprintf(value, sizeof(value), "%s", world_read(path));
	world_write(path, value, perms);
}
/* As Xen's own leaves it: do_xs_write_dom(), helpers/init-dom0less.c@4.17. */
static void owned(uint16_t domid)
{
	char perms[8];

	connected(domid);
	snprintf(perms, sizeof(perms), "n%u", domid);
	give(domid, "name", perms);
	give(domid, "vm", perms);
}
static void may_write(uint16_t domid)
{
	char perms[16];

	connected(domid);
	snprintf(perms, sizeof(perms), "n0,r9,b%u", domid);
	give(domid, "vm", perms);
}
static void all_write(uint16_t domid)
{
	connected(domid);
	give(domid, "name", "w0");
}
static void all_read(uint16_t domid)
{
	connected(domid);
	give(domid, "name", "r0,w9");
	give(domid, "vm", "n7,r1,r2,r3,r4,r5,r6");
}
static void no_handle(uint16_t domid)
{
	connected(domid);
	memset(world_find(domid)->info.handle, 0, 16);
}

#define ALLOCATE "allocate the xenstore page"
#define PREPARE "prepare the ring"
#define GRANT "grant the page to xenstored"
#define NODES "write the xenstore nodes"
#define UUID "set the UUID"
#define FINISH "finish the handshake"
#define TELL "tell the guest its page"
#define NOTIFY "notify the guest"
#define LAST "write the last node"

const struct world_state world_states[] = {
	{ 16, "4.16, static-mem", "waiting", "nobody has initialised it",
	  ALLOCATE, "waiting", ALLOCATE, pinned },
	{ 17, "4.17", "waiting", "nobody has initialised it", ALLOCATE,
	  "waiting", ALLOCATE, fresh },
	{ 17, "4.17, page", "partial", "ended early", PREPARE,
	  "partial", PREPARE, has_page },
	{ 17, "4.17, handle", "partial", "ended early", ALLOCATE,
	  "partial", ALLOCATE, has_handle },
	{ 17, "not told", "partial", "not told its page", TELL,
	  "partial", TELL, not_told },
	{ 17, "static-mem", "unsupported", "static-mem", ALLOCATE,
	  "unsupported", ALLOCATE, pinned },
	{ 17, "page lost", "unsupported", "page that cannot be found", NULL,
	  "unsupported", NULL, lost_page },
	{ 17, "4.17, ready", "ready", "not used it yet", NOTIFY,
	  "ready", NOTIFY, ready },
	{ 17, "4.17, connected", "connected", "uses its xenstore", NULL,
	  "connected", NULL, connected },
	{ 21, "4.21", "waiting", "nobody has initialised it", UUID,
	  "waiting", UUID, fresh },
	{ 21, "spoke too early", "waiting", "kernel is too old", UUID,
	  "waiting", UUID, too_early },
	{ 21, "4.21, handle", "partial", "ended early", NODES,
	  "partial", NODES, has_handle },
	{ 21, "named", "partial", "ended early", UUID,
	  "waiting", UUID, has_name },
	{ 21, "plain", "plain", "xen,enhanced", NULL, "plain", NULL, plain },
	{ 21, "of xl", "xl", "toolstack", NULL, "xl", NULL, of_xl },
	{ 21, "xenstore's", "control", "nothing to do", NULL,
	  "control", NULL, xs_domain },
	{ 21, "dying", "dying", "being destroyed", NULL, "dying", NULL, dying },
	{ 21, "powered off", "dying", "powered off: Xen does not start it again",
	  NULL, "dying", NULL, off },
	{ 21, "rebooted", "dying", "wanted to reboot", NULL, "dying", NULL,
	  rebooted },
	{ 21, "crashed", "dying", "crashed", NULL, "dying", NULL, crashed },
	{ 21, "watchdog", "dying", "watchdog", NULL, "dying", NULL, watchdog },
	{ 21, "soft reset", "dying", "soft reset", NULL, "dying", NULL, reset },
	{ 21, "ended", "dying", "the guest shut down: Xen", NULL, "dying", NULL,
	  odd_end },
	{ 21, "plain, crashed", "dying", "shut down", NULL, "dying", NULL,
	  crashed_plain },
	{ 21, "of xl, crashed", "dying", "shut down", NULL, "dying", NULL,
	  crashed_xl },
	{ 21, "crashed, destroyed", "dying", "being destroyed", NULL, "dying",
	  NULL, crashed_gone },
	{ 17, "4.17, suspended", "suspended", "run init-dom0less, then xl "
	  "resume", ALLOCATE, "suspended", ALLOCATE, suspended },
	{ 21, "suspended", "suspended", "run init-dom0less, then xl resume",
	  UUID, "suspended", UUID, suspended },
	{ 21, "suspended, connected", "suspended", "xl resume wakes it", NULL,
	  "suspended", NULL, sleeps },
	{ 21, "suspended, closed", "closed", "guest closed", NULL,
	  "closed", NULL, sleeps_cut_off },
	{ 21, "foreign", "foreign", "leads there (d9)", NULL,
	  "foreign", NULL, foreign },
	{ 21, "stranger", "unsupported", "of another release than Xen", NULL,
	  "waiting", UUID, stranger },
	{ 21, "closed", "closed", "guest closed", NULL,
	  "closed", NULL, closed },
	{ 21, "port reused", "closed", "guest closed", NULL,
	  "closed", NULL, reused },
	{ 21, "page 0", "unsupported", "page number is 0", NULL,
	  "unsupported", NULL, odd_page },
	{ 21, "no page", "unsupported", "not in its memory", NULL,
	  "unsupported", NULL, no_page },
	{ 21, "not introduced", "stale", "does not know", NULL,
	  "ready", NOTIFY, unknown },
	{ 21, "port lost", "stale", "lost its event channel", NULL,
	  "partial", PREPARE, lost_port },
	{ 21, "xenstored restarted", "stale", "was restarted", NULL,
	  "stale", NULL, restarted },
	{ 21, "handshake", "introduced", "not finished the handshake", FINISH,
	  "introduced", FINISH, handshake },
	{ 21, "no name", "nameless", "nodes are missing", NODES,
	  "connected", NULL, no_name },
	{ 21, "no vm", "nameless", "nodes are missing", NODES,
	  "connected", NULL, no_vm },
	{ 21, "no type", "partial", "says so is missing", LAST,
	  "connected", NULL, no_type },
	{ 21, "owned", "partial", "ours takes them back", NODES,
	  "connected", NULL, owned },
	{ 21, "written to", "partial", "ours takes them back", NODES,
	  "connected", NULL, may_write },
	{ 21, "written to by all", "partial", "ours takes them back", NODES,
	  "connected", NULL, all_write },
	{ 21, "read by all", "connected", "uses its xenstore", NULL,
	  "connected", NULL, all_read },
	{ 21, "ready", "ready", "not used it yet", NOTIFY,
	  "ready", NOTIFY, ready },
	{ 21, "no handle", "connected", "uses its xenstore", UUID,
	  "connected", UUID, no_handle },
	{ 21, "connected", "connected", "uses its xenstore", NULL,
	  "connected", NULL, connected },
};
const unsigned int world_nstates = sizeof(world_states) /
				   sizeof(*world_states);

unsigned int world_begin(unsigned int from)
{
	const struct world_state *s = &world_states[from];
	unsigned int n = 0;

	world_reset(s->minor);
	world_write("/local/domain/0/name", "Domain-0", NULL);
	world_write("/local/domain/0/domid", "0", NULL);
	for (; n < AT_ONCE && from + n < world_nstates &&
	     s[n].minor == s->minor; n++)
		s[n].make((uint16_t)(n + 1));
	world->dtb_domains = n;
	return n;
}

bool world_is_bad(const struct world_state *state, const char *word)
{
	static const char *const good[] = { "connected", "plain", "xl",
					    "control", "dying", "gone" };
	/* they should be served, and have ended */
	static void (*const lost[])(uint16_t domid) = {
		off, rebooted, crashed, watchdog, reset, odd_end };
	unsigned int i;

	for (i = 0; i < sizeof(lost) / sizeof(*lost); i++)
		if (state->make == lost[i])
			return true;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!strcmp(word, good[i]))
			return false;
	return true;
}

/* --- is it as it was? --- */

static struct {
	struct world_domain domains[WORLD_DOMAINS];
	struct world_tree tree;
	uint8_t pages[WORLD_DOMAINS][WORLD_PAGES][PAGE];
} then;

static uint8_t *page(unsigned int domain, unsigned int i)
{
	return world_page(&world->domains[domain],
			  world->domains[domain].gfns[i]);
}

void world_remember(void)
{
	unsigned int d, i;

	memcpy(then.domains, world->domains, sizeof(then.domains));
	then.tree = world->tree;
	for (d = 0; d < WORLD_DOMAINS; d++)
		for (i = 0; i < WORLD_PAGES; i++)
			if (page(d, i))
				memcpy(then.pages[d][i], page(d, i), PAGE);
}

bool world_is_unchanged(void)
{
	unsigned int d, i;

	for (d = 0; d < WORLD_DOMAINS; d++)
		for (i = 0; i < WORLD_PAGES; i++)
			if (page(d, i) &&
			    memcmp(then.pages[d][i], page(d, i), PAGE))
				return false;
	return !memcmp(then.domains, world->domains, sizeof(then.domains)) &&
	       !memcmp(&then.tree, &world->tree, sizeof(then.tree));
}
