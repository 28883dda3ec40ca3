/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <sys/stat.h>

#include "applet.h"
#include "nodes.h"
#include "run.h"
#include "userdata.h"
#include "uuid.h"

static int run(const char *arguments)
{
	return run_applet(init_dom0less_main, "init-dom0less", arguments);
}

/* Remove what is in userdata_dir; how many files that was. */
static int empty(void)
{
	char path[512];
	DIR *d = opendir(userdata_dir);
	struct dirent *entry;
	int n = 0;

	if (!d)
		abort();
	while ((entry = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", userdata_dir,
			 entry->d_name);
		if (*entry->d_name != '.')
			n += !remove(path);
	}
	closedir(d);
	return n;
}

static void begin(unsigned int minor)
{
	empty();
	world_reset(minor);
	world_write("/local/domain/0/name", "Domain-0", NULL);
	world_write("/local/domain/0/domid", "0", NULL);
}

/* Is the domain served, in every respect, under this name? */
static bool is_served(uint16_t domid, const char *name)
{
	struct world_domain *d = world_find(domid);
	char uuid[UUID_TEXT];
	struct nodes nodes = {
		.domid = domid, .name = name, .memory = 4 * WORLD_RAM,
		.vcpus = 1, .port = 1, .gfn = 0x39001,
		.uuid = uuid_format(uuid, d->info.handle),
	};
	const char *wrong = world_check_nodes(&nodes);

	if (!wrong && *world->wrong)
		wrong = world->wrong;
	if (!wrong && (!d->introduced || d->speeches != 1 ||
		       d->info.tot_pages != WORLD_RAM + 1))
		wrong = "is not served";
	if (wrong)
		printf("# d%u: %s\n", domid, wrong);
	return !wrong;
}

/* --- */

static void good(unsigned int minor)
{
	begin(minor);
	world_boot(1);
	world_boot_plain(2);
	world_boot(3);
	world_xl(4);
	is_int(run(""), 0, "4.%u: two domains of ours", minor);
	is_str(out, "", "nothing on stdout");
	is_str(err, "", "nothing on stderr");
	ok(is_served(1, "dom0less-1"), "the first is served");
	ok(is_served(3, "dom0less-3"), "the second is served");
	ok(!world_find(4)->introduced && !world_find(2)->introduced,
	   "the others are left alone");
	is_int(run("-v"), 0, "again");
	ok(!strstr(err, "d1: ") && !strstr(err, "d3: "), "has nothing to do");
	is_int(world->changes, 0, "changes nothing");
	is_int(run("1 3"), 0, "by operands");
	is_int(world->changes, 0, "changes nothing either");
	is_str(err, "", "silently");
}

/* Where the last line that begins with CALL stands in the journal, or the first. */
static size_t place(const char *call, bool last)
{
	char *found = NULL, *at = world->journal, line[64];

	snprintf(line, sizeof(line), "!%s", call);
	while ((at = strstr(at, line))) {
		found = at++;
		if (!last)
			break;
	}
	return found ? (size_t)(found - world->journal) : SIZE_MAX;
}

/* What becomes of a domain's nodes is known when the next one's are written. */
static void told_later(void)
{
	unsigned int id;

	begin(17);
	for (id = 1; id <= 4; id++)
		world_boot((uint16_t)id);
	world->conflicts = 2;
	is_int(run(""), 0, "somebody else writes at the same time");
	is_int(world_count("store_commit"), 6, "so two domains' nodes are written "
	       "again");
	is_int(world_count("introduce"), 4, "all are introduced");
	is_str(world->wrong, "", "no rule is broken");

	begin(17);
	for (id = 1; id <= 4; id++)
		world_boot((uint16_t)id);
	world->fault = (struct world_fault){ .at = 2, .rc = -ENOSPC,
					     .call = "store_commit" };
	is_int(run(""), 1, "one whose nodes are refused");
	is_str(err, "init-dom0less: d2: write the xenstore nodes: "
	       "No space left on device\n", "is told by its own name");
	is_int(world_count("introduce"), 3, "the others are introduced");
	ok(!world_find(2)->introduced, "and it is not");
	is_int(run(""), 0, "the next run");
	ok(world_find(2)->introduced, "introduces it");
}

/* xenstored works less for nodes while it serves nobody. */
static void together(void)
{
	unsigned int id, served = 0;

	begin(17);
	for (id = 1; id <= 6; id++)
		world_boot((uint16_t)id);
	is_int(run(""), 0, "six domains");
	is_int(world_count("introduce"), 6, "are introduced");
	ok(place("introduce", false) > place("store_commit", true),
	   "when all have their nodes");
	is_int(world_count("batch_flush"), 4 + 2 * 6, "two waits for the names, two "
	       "for the rest, two for the nodes of each");

	begin(17);
	for (id = 1; id <= 6; id++)
		world_boot((uint16_t)id);
	world->slow_ms = 30;		/* for each request */
	is_int(run("-t 4"), 4, "when there is not enough time");
	world->slow_ms = 0;
	is_int(run(""), 0, "the next run");
	for (id = 1; id <= 6; id++)
		served += world_find((uint16_t)id)->introduced;
	is_int(served, 6, "serves all");
}

/* What a guest has written into its page where xenstored looks for the port. */
static void rubbish(void)
{
	begin(21);
	world_ring_set(world_boot(1), RING_PORT, 7);
	is_int(run(""), 0, "another port in the page");
	ok(one_line("init-dom0less: d1: event channel 7 ", "put right"),
	   "one line names it");
	ok(is_served(1, "dom0less-1"), "and the guest is served");
}

/* Guests that are not heard from hold up nobody, and are told of. */
static void not_heard(void)
{
	begin(17);
	world_boot(1);
	world_boot(2)->guest = GUEST_SILENT;
	is_int(run(""), 0, "a guest that says nothing");
	ok(world->now < 1003000, "is done with in three seconds");
	ok(one_line("init-dom0less: d2: it was not heard from yet", "-w"),
	   "one line says so");
	is_int(run("-q"), 0, "again");
	is_str(err, "", "with -q not even that");
	ok(is_served(1, "dom0less-1"), "the other is served");
	is_int(run("-w -t 60"), 4, "waited for in vain");
	is_int(world_count("hyp_unlock") > 0, 1, "without the lock");
	ok(world_count("evtchn_send 102") < 85, "notified seldom: %u times",
	   world_count("evtchn_send 102"));
	ok(world_count("store_close") > 2, "nor a connection to xenstored");
	is_int(world->mapped, 0, "and no page stays mapped");
}

/* One for which somebody always interferes keeps nobody else from being served. */
static void conflict(void)
{
	begin(17);
	world_boot(1);
	world_boot(2);
	world_boot(3);
	world->fault = (struct world_fault){ .at = 2, .rc = -EAGAIN,
					     .call = "store_commit" };
	is_int(run(""), 0, "somebody interferes with the second");
	is_int(world_count("store_commit"), 4, "it alone is written again");
	ok(place("store_commit", true) > place("introduce d1", false),
	   "when the others go on");
	ok(is_served(2, "dom0less-2"), "and it is served");
	begin(17);
	world_boot(1);
	world->conflicts = ~0u;
	is_int(run("-t 2"), 4, "for ever: the deadline");
	ok(one_line("init-dom0less: d1: write the xenstore nodes: ", ""),
	   "one line");
	world->conflicts = 0;
	is_int(run(""), 0, "the next run");
	ok(is_served(1, "dom0less-1"), "serves it");
}

/* --- one bad domain between two good ones --- */

static void make_plain(struct world_domain *d) { d->evtchn = 0; }
static void make_xl(struct world_domain *d) { d->console = 0x39000; }
static void make_dying(struct world_domain *d)
{
	d->info.flags = HYP_DYING;
}
static void make_shut(struct world_domain *d)
{
	d->info.flags = HYP_SHUTDOWN;
}
static void make_suspended(struct world_domain *d)
{
	d->info.flags = HYP_SHUTDOWN | HYP_SUSPEND << HYP_REASON_SHIFT;
}
static void make_foreign(struct world_domain *d) { d->channel.remote = 1; }
static void make_closed(struct world_domain *d)
{
	d->channel.state = HYP_EVTCHN_CLOSED;
}
static void make_stale(struct world_domain *d)
{
	d->channel.state = HYP_EVTCHN_BOUND;
}
static void make_odd(struct world_domain *d) { d->pfn = 0; }
static void make_pinned(struct world_domain *d) { d->pinned = true; }
static void make_gone(struct world_domain *d) { d->vanish = 18; }
static void make_no_grant(struct world_domain *d) { d->grant_rc = -EIO; }

/* What no Xen that is well would tell. */
static void make_vast(struct world_domain *d) { d->info.tot_pages = ~0ull; }
static void make_vcpus(struct world_domain *d)
{
	d->info.max_vcpu_id = 0xfffffff0;
}
static void make_port(struct world_domain *d) { d->evtchn = 1ull << 32 | 1; }
static void make_far(struct world_domain *d)
{
	d->pfn = 1ull << 32 | 0x39001;
	d->channel.state = HYP_EVTCHN_UNBOUND;
	memset(world_add_page(d, d->pfn), 0, 4096);
	world_ring_set(d, RING_CONNECTION, 1);
}

static const struct {
	const char *what;
	void (*make)(struct world_domain *d);
	int status;
	const char *start, *part;	/* of the line, NULL: none */
} kinds[] = {
	{ "plain", make_plain, 0, NULL, NULL },
	{ "xl", make_xl, 0, NULL, NULL },
	{ "dying", make_dying, 0, NULL, NULL },
	{ "shut down", make_shut, 0, NULL, NULL },
	{ "suspended", make_suspended, 0, NULL, NULL },
	{ "vanishing", make_gone, 0, NULL, NULL },
	{ "foreign", make_foreign, 1, "init-dom0less: d2: foreign: ",
	  "another domain serves" },
	{ "closed", make_closed, 1, "init-dom0less: d2: closed: ",
	  "closed its xenstore event channel" },
	{ "stale", make_stale, 1, "init-dom0less: d2: stale: ",
	  "another tool" },
	{ "unsupported", make_odd, 1, "init-dom0less: d2: unsupported: ",
	  "number is 0" },
	{ "static-mem", make_pinned, 1, "init-dom0less: d2: allocate the "
	  "xenstore page: ", "static-mem" },
	{ "of all memory", make_vast, 1, "init-dom0less: d2: believe what "
	  "Xen tells of it: ", "Protocol error" },
	{ "of 4 billion vCPUs", make_vcpus, 1, "init-dom0less: d2: believe "
	  "what Xen tells of it: ", "Protocol error" },
	{ "no port number", make_port, 1, "init-dom0less: d2: closed: ", "" },
	{ "a frame out of reach", make_far, 1, "init-dom0less: d2: grant the "
	  "page to xenstored: ", "Value too large" },
	{ "no grant table", make_no_grant, 1, "init-dom0less: d2: grant the "
	  "page to xenstored: ", "Input/output error" },
};

static void bad_in_the_middle(unsigned int minor)
{
	unsigned int i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		/* from 4.21 on Xen gives every domain its page */
		if (kinds[i].make == make_pinned && minor >= 21)
			continue;
		begin(minor);
		world_boot(1);
		kinds[i].make(world_boot(2));
		world_boot(3);
		is_int(run(""), kinds[i].status, "4.%u, %s: status", minor,
		       kinds[i].what);
		if (kinds[i].start)
			ok(one_line(kinds[i].start, kinds[i].part),
			   "4.%u, %s: one line", minor, kinds[i].what);
		else
			is_str(err, "", "4.%u, %s: no line", minor,
			       kinds[i].what);
		is_int(world->mapped, 0, "4.%u, %s: no page stays mapped",
		       minor, kinds[i].what);
		*world->wrong = '\0';
		ok(is_served(1, "dom0less-1") && is_served(3, "dom0less-3"),
		   "4.%u, %s: the others are served", minor, kinds[i].what);
	}
}

/* "legacy" on a 4.21 that knows it: as up to 4.20, there is no page. */
static void legacy_static(void)
{
	begin(20);
	world_boot(1)->pinned = true;
	world->about.minor = 21;
	is_int(run(""), 1, "4.21, \"legacy\", static-mem: status");
	ok(one_line("init-dom0less: d1: allocate the xenstore page: ",
		    "static-mem domains cannot be \"legacy\""),
	   "4.21, \"legacy\", static-mem: one line, nothing of 4.20");
}

/* The tree tells of static memory: it is tried, as without a tree. */
static void static_in_sight(void)
{
	begin(20);
	world_boot(1)->pinned = true;
	world->dtb_domains = 1;
	is_int(run(""), 1, "static memory, with the tree: status");
	ok(one_line("init-dom0less: d1: unsupported: ", "patch of xen/patches"),
	   "static memory, with the tree: one line, and the remedy");
	is_int(world_count("populate"), 1, "which is said after a try");
	world_find(1)->reserve = 1;
	is_int(run(""), 0, "a vendor's Xen can: status");
	is_str(err, "", "and nothing to tell");
	ok(is_served(1, "node1"), "it is served");
}

/* A domain goes between any two calls; no other notices. */
static void vanishing(unsigned int minor)
{
	unsigned int at, bad = 0, said = 0, calls;

	begin(minor);
	world_boot(1), world_boot(2), world_boot(3);
	run("");
	calls = world->calls;
	for (at = 1; at <= calls; at++) {
		begin(minor);
		world_boot(1), world_boot(2), world_boot(3);
		world_find(2)->vanish = at;
		said += run("") || *err;
		bad += !is_served(1, "dom0less-1") ||
		       !is_served(3, "dom0less-3") || world->mapped;
	}
	ok(calls > 100, "4.%u: a domain vanishes at each of %u calls", minor,
	   calls);
	is_int(bad, 0, "the others are served");
	is_int(said, 0, "and there is nothing to say");
}

static void asked_for(void)
{
	unsigned int i;

	/* asked for by the user, each is worth a line */
	for (i = 0; i < 4; i++) {
		begin(17);
		kinds[i].make(world_boot(2));
		is_int(run("2"), 1, "%s: asked for", kinds[i].what);
		ok(one_line("init-dom0less: d2: ", ": "), "%s: one line",
		   kinds[i].what);
	}
}

/* Any call about domain 2 fails: the others never suffer. */
static void fail_in_the_middle(void)
{
	static const char *const calls[] = {
		"param_get d2", "evtchn_status d2", "map d2",
		"batch_introduced d2", "store_finds d2", "batch_read /local/domain/2/name",
		"batch_read /libxl/2/type", "set_max_pages d2", "populate d2",
		"grant_set d2", "batch_write /libxl/2/type",
		"set_handle d2", "introduce d2", "param_set d2",
		"evtchn_send 102",
	};
	unsigned int i;

	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		begin(17);
		world_boot(1);
		world_boot(2);
		world_boot(3);
		world_write("/local/domain/2/data", "", NULL);
		world_write("/libxl/2/device", "", NULL);
		world->fault = (struct world_fault){ .at = 1, .rc = -EIO,
						     .always = true };
		strcpy(world->fault.call, calls[i]);
		is_int(run(""), 1, "%s fails", calls[i]);
		ok(one_line("init-dom0less: d2: ", "Input/output error"),
		   "%s: one line", calls[i]);
		ok(is_served(1, "dom0less-1") && is_served(3, "dom0less-3"),
		   "%s: the others are served", calls[i]);
		is_int(run(""), 0, "%s: the next run", calls[i]);
		ok(is_served(2, "dom0less-2"), "%s: serves it", calls[i]);
	}
}

/*
 * Any one call fails, in any way: the exit status tells, with one line; nothing
 * is half done in a way that the next run does not finish.
 */
static void fail_anywhere(unsigned int minor)
{
	unsigned int at, i, n = 0, bad = 0, mute = 0, left = 0;
	bool more = true;
	int status;

	/* every fourth error here: tests/unit/attach.c takes all of them */
	for (at = 1; more; at++) {
		for (i = at % 4; i < RUN_ERRORS; i += 4) {
			begin(minor);
			world_boot(1);
			world->fault = (struct world_fault){
				.at = at, .rc = -run_errors[i] };
			status = run("");
			more = world->fault.fired;
			if (!more)
				break;
			n++;
			bad += status < 0 || status > 4 || status == 2 ||
			       !said_by("init-dom0less");
			/* a broken connection is told of each domain */
			mute += status ? lines(err) < 1 || lines(err) > 2
				       : lines(err) > 1;
			left += run("");
			world_pass(50);
			left += !is_served(1, "dom0less-1");
		}
	}
	ok(n > 300, "4.%u: one call fails in %u ways", minor, n);
	is_int(bad, 0, "the status is one of those documented");
	is_int(mute, 0, "and there is one line");
	is_int(left, 0, "the next run does what is missing");
	printf("# sum: %u calls failed once\n", n);
}

/* --- names --- */

static void names(void)
{
	begin(17);
	world_boot(1);
	world_boot(2);
	world->dtb_domains = 1;
	is_int(run("--name 2=web"), 0, "names");
	is_str(err, "", "nothing to say");
	ok(is_served(1, "node1"), "of the device tree");
	ok(is_served(2, "web"), "of the command line");

	begin(17);
	world_boot(1);
	world->dtb_domains = 1;
	run("-N 1=mine");
	ok(is_served(1, "mine"), "the command line's comes first");
}

/* On the command line of dom0's kernel. */
static void names_of_kernel(void)
{
	begin(21);
	world_boot(1);
	world_boot(2);
	world_boot(3);
	world_boot(4);
	world->dtb_domains = 4;
	strcpy(world->kernel_line, "console=hvc0 dom0less.name.1=web "
	       "dom0less.name.2=db xdom0less.name.4=no dom0less.name.2=store "
	       "quiet dom0less.name.3=cam\n");
	is_int(run("-N 3=mine"), 0, "the kernel's command line names three");
	is_str(err, "", "nothing to say");
	ok(is_served(1, "web"), "it wins over the tree");
	ok(is_served(2, "store"), "the last of two counts");
	ok(is_served(3, "mine"), "--name wins over it");
	ok(is_served(4, "node4"), "the tree names the rest");
	strcpy(world->kernel_line, "dom0less.name.1=other\n");
	run("");
	is_str(world_read("/local/domain/1/name"), "web",
	       "who is attached keeps the name");

	begin(21);
	world_boot(1);
	strcpy(world->kernel_line, "dom0less.name.x=web");
	is_int(run(""), 0, "not a domid");
	ok(one_line("init-dom0less: x: not a domid, on the command line", ""),
	   "a note");
	strcpy(world->kernel_line, "dom0less.name.1=a\033/b");
	run("");
	ok(one_line("init-dom0less: a\\x1b/b: not a name", "of the kernel"),
	   "what is no name is one, too");
	run("-q");
	is_str(err, "", "not with -q");
	strcpy(world->kernel_line, "dom0less.name. dom0less.name.1");
	run("");
	is_int(lines(err), 2, "nor what is only half of it");
}

/* None is given twice. */
static void names_in_use(void)
{
	begin(17);
	world_boot(1);
	world_boot(2);
	world_xl(3);
	world_write("/local/domain/3/name", "db", NULL);
	is_int(run("-N 1=web -N 2=web"), 0, "two of a name");
	ok(one_line("init-dom0less: d2: ", "web-2"), "one note");
	ok(is_served(1, "web") && is_served(2, "web-2"), "both are served");
	run("");
	is_str(err, "", "the second run is silent");
	is_int(world->changes, 0, "and changes nothing");

	begin(17);
	world_boot(1);
	world_xl(3);
	world_write("/local/domain/3/name", "db", NULL);
	is_int(run("-q -N 1=db"), 0, "the name of one of xl");
	is_str(err, "", "no note with -q");
	ok(is_served(1, "db-1"), "gets a number");

	begin(17);
	world_boot(1);
	run("-N 1=dom0less-2");
	world_boot(2);
	run("");
	ok(is_served(1, "dom0less-2"), "a name like the default one");
	ok(strcmp(world_read("/local/domain/2/name"), "dom0less-2") != 0,
	   "is not given twice");

	begin(17);
	world_boot(1);
	world_xl(3);
	world_write("/local/domain/3/name", "web-1", NULL);
	world_xl(4);
	world_write("/local/domain/4/name", "web", NULL);
	run("-N 1=web");
	ok(strcmp(world_read("/local/domain/1/name"), "web-1") != 0,
	   "nor is one with a number");

	begin(17);
	world_boot(1);
	run("-N 1=web");
	world_xl(3);
	world_write("/local/domain/3/name", "web", NULL);
	run("");
	is_str(err, "", "a name that is in use and stays is no news");
}

/* Nodes that the guest may change, as Xen's own tool leaves them. */
static void names_of_guests(void)
{
	begin(21);
	world_boot(1);
	world_boot(2);
	run("");
	world_write("/local/domain/1/name", "dom0less-2", "n1,r0");
	world_write("/local/domain/1/vm", "/vm/2", "n1,r0");
	world->dtb_domains = 2;
	is_int(run(""), 0, "a guest owns its name and its vm node");
	ok(one_line("init-dom0less: d1: the guest may change its own name ",
		    "takes them back"), "one line");
	ok(is_served(1, "node1"), "it is called what the tree says");
	ok(is_served(2, "dom0less-2"), "the other keeps its name");
	run("");
	is_str(err, "", "the second run is silent");
	is_int(world->changes, 0, "and changes nothing");
	world_write("/local/domain/1/name", "node2", "w0");
	world_write("/local/domain/2/name", "dom0less-2", "n2");
	run("-N 1=web");
	ok(is_served(1, "web"), "--name names it anew, too");
	ok(is_served(2, "node2"), "nor is another's name in use for it");
	/* one that is not looked at now, as those of a later batch */
	begin(17);
	world_boot(1);
	world_boot(2);
	run("2");
	world_write("/local/domain/2/name", "web", "n2");
	is_int(run("-N 1=web 1"), 0, "nor for who is not looked at yet");
	is_str(err, "", "there is nothing to tell");
	ok(is_served(1, "web"), "so a guest cannot take a name beforehand");
	world_write("/local/domain/0/name", "Domain-0", "n0");
	run("-N 2=Domain-0 2");
	ok(strstr(err, "d2: name Domain-0 is in use: Domain-0-2"),
	   "the control domain's name is its own");
}

/* What a domain is called already. */
static void names_there(void)
{
	/* a run that died after it had named the domain */
	begin(17);
	world_boot(1);
	world_write("/local/domain/1/name", "old", "n0,r1");
	world->dtb_domains = 1;
	run("");
	ok(is_served(1, "old"), "an existing name is kept");

	/* written by upstream's tool, owned and spoiled by the guest */
	begin(17);
	world_boot(1);
	world_write("/local/domain/1/name", "a/b\"", "n1");
	run("");
	ok(is_served(1, "dom0less-1"), "unless it is none");
}

/* With Xen's own tool the guest owns its name. libxl's file is missing. */
static void name_in_file(void)
{
	char path[512], uuid[UUID_TEXT];
	struct world_domain *d;

	begin(17);
	d = world_boot(1);
	run("-u");
	world_write("/local/domain/1/name", "x\",\"y\":\"z", "n1");
	is_int(run(""), 0, "a name that is not one, in nodes that are complete");
	snprintf(path, sizeof(path), "%s/userdata-d.1.%s.libxl-json", run_dir,
		 uuid_format(uuid, d->info.handle));
	slurp(open(path, O_RDONLY), out, sizeof(out));
	is_str(jq(".c_info.name", out), "\"dom0less-1\"\n",
	       "does not get into libxl's file");
}

/* Its messages lead to a pipe that nobody reads any more. */
static void unheard(void)
{
	char name[] = "init-dom0less", loud[] = "-v";
	char *argv[] = { name, loud, NULL };
	int pipes[2], status;
	pid_t pid;

	begin(17);
	world_boot(1);
	fflush(stdout);
	if (pipe(pipes))
		abort();
	pid = fork();
	if (!pid) {
		close(pipes[0]);
		dup2(pipes[1], STDERR_FILENO);
		_exit(init_dom0less_main(2, argv));
	}
	close(pipes[0]);
	close(pipes[1]);
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && !WEXITSTATUS(status),
	   "nobody reads its messages: status %#x", (unsigned int)status);
	ok(is_served(1, "dom0less-1"), "it does its work all the same");
}

static void operands(void)
{
	begin(17);
	world_boot(1);
	world_boot(2);
	world_boot(3);
	is_int(run("2"), 0, "by domid");
	ok(is_served(2, "dom0less-2"), "is served");
	ok(!world_find(1)->introduced && !world_find(3)->introduced,
	   "and no other");
	is_int(run("dom0less-2 3"), 0, "by name");
	ok(is_served(3, "dom0less-3") && !world_find(1)->introduced,
	   "and no other");
	is_int(run("7 1 nosuch"), 1, "some are missing");
	ok(is_served(1, "dom0less-1"), "the others are served");
	is_str(err, "init-dom0less: 7: no such domain\n"
	       "init-dom0less: nosuch: no such domain\n", "a line for each");
	begin(17);
	is_int(run("5"), 1, "the only one is missing");
}

/* --- what is there to talk to --- */

static void nothing_to_talk_to(void)
{
	int64_t now;

	begin(17);
	world->hyp_rc = -ENODEV;
	is_int(run(""), 3, "no Xen");
	ok(one_line("init-dom0less: ", "no Xen"), "one line");
	begin(17);
	world->hyp_rc = -EPERM;
	is_int(run(""), 3, "not the control domain");
	ok(one_line("init-dom0less: ", "control domain"), "one line");
	begin(17);
	world->hyp_rc = -EIO;
	is_int(run(""), 3, "privcmd is broken");
	ok(one_line("init-dom0less: ", "Input/output error"), "one line");

	begin(17);
	world_boot(1);
	world->daemon_at = -1;
	world->odd_socket = true;
	now = world->now;
	is_int(run(""), 3, "a socket that is not trusted");
	ok(one_line("init-dom0less: xenstored's socket is a link, or not ",
		    "not asked"), "one line");
	ok(world->now == now, "at once");
	world->odd_socket = false;
	is_int(run("-t 5"), 3, "no xenstored");
	ok(one_line("init-dom0less: ", "no xenstored"), "one line");
	is_int(world->changes, 0, "nothing is changed");
	ok(world->now >= 1005000 && world->now < 1007000, "after -t seconds");

	begin(17);
	world_boot(1);
	world->daemon_at = world->now + 5000;
	is_int(run(""), 0, "xenstored comes five seconds later");
	ok(is_served(1, "dom0less-1"), "is waited for");

	begin(17);
	world_boot(1);
	world->stopped = true;
	is_int(run(""), 4, "xenstored is stopped");
	ok(one_line("init-dom0less: ", "does not answer"), "one line");
	is_int(world->changes, 0, "nothing is changed");
	ok(world->now < 1032000, "in time");

	begin(17);
	world_boot(1);
	is_int(run("-t 0"), 0, "a single try");
	ok(world_find(1)->introduced, "is enough");

	begin(17);
	world->daemon = DAEMON_OCAML;
	world_boot(1);
	is_int(run("-t 0"), 0, "oxenstored, that answers later, in a single try");
	ok(world_find(1)->pfn == 0x39001 &&
	   !strcmp(world_read("/libxl/1/type"), "pvh"), "gets to the end");
	begin(17);
	world->daemon = DAEMON_OCAML;
	world->daemon_ms = 20000;
	world_boot(1);
	is_int(run("-t 0"), 4, "one that does not finish");
	ok(one_line("init-dom0less: d1: finish the handshake: ", ""),
	   "is told");
	ok(world->now < 1001100, "after a second");

	begin(17);
	world_boot_plain(1);
	world_xl(2);
	world->daemon_at = -1;
	is_int(run(""), 0, "no domain of ours, no xenstored");
	is_str(err, "", "nothing to say");
	is_int(world_count("store_"), 0, "xenstored is not asked");

	begin(17);
	world_boot(1);
	world->about.self = 5;
	run("");
	is_int(world_count("store_open bus"), 1, "outside of domain 0 the bus "
	       "will do");
}

/* Declared by the tree, and not there. */
static void absent(void)
{
	begin(21);
	world_boot(1);
	world_boot(2);
	world->dtb_domains = 3;
	is_int(run(""), 1, "a domain that the tree declares is not there");
	ok(one_line("init-dom0less: d3: absent: ", "declares it (node3), but"),
	   "one line");
	ok(is_served(1, "node1") && is_served(2, "node2"),
	   "the others are served");
	is_int(run("1 2"), 0, "asked for others");
	world->dtb_domains = 2;
	world->dtb_cpus = 4;
	world_find(1)->info.max_vcpu_id = 3;
	is_int(run(""), 1, "one has not all its vCPUs");
	ok(one_line("init-dom0less: d2: 3 vCPUs ", "Xen has not made them"),
	   "one line");
}

static void crashes(void)
{
	world_find(2)->info.flags = HYP_SHUTDOWN | HYP_CRASH << HYP_REASON_SHIFT;
}

/* A guest that ends is a failure for who waits for it, and only for him. */
static void ending(void)
{
	static const char *const says = "dying: the guest crashed";

	begin(21);
	world_boot(1);
	world_boot(2);
	crashes();
	is_int(run("-v"), 0, "a guest has crashed");
	ok(strstr(err, says), "which -v tells");
	is_int(run("-w"), 1, "-w");
	ok(one_line("init-dom0less: d2: ", says), "one line");
	ok(is_served(1, "dom0less-1"), "the other is served");
	begin(21);
	world_boot(2);
	crashes();
	world->daemon_at = -1;
	is_int(run(""), 0, "no other: xenstored is not waited for");
	ok(world->now == 1000000, "not at all");

	begin(21);
	world_boot(1);
	world_boot(2)->guest = GUEST_SILENT;
	world->later = world->now + 800;
	world->happens = crashes;
	is_int(run("-w"), 1, "it crashes while -w waits for it");
	ok(one_line("init-dom0less: d2: ", says), "one line");
	ok(world->now < 1002000, "at once");
	begin(21);
	world_boot(1);
	world_boot(2)->guest = GUEST_SILENT;
	world->later = world->now + 800;
	world->happens = crashes;
	is_int(run("-v"), 0, "without -w");
	ok(strstr(err, says), "-v tells of it");
	begin(21);
	make_suspended(world_boot(2));
	is_int(run("-w -t 3"), 4, "-w: a guest that suspended itself");
	ok(one_line("init-dom0less: d2: wait for the guest: ", ""),
	   "has not used its xenstore");
}

/* A toolstack in domain 5, which serves xenstore to domain 1 and not to 2. */
static void elsewhere(void)
{
	static const uint16_t others[] = { 0, 2, 5 };
	struct world_domain before[3];
	struct hyp_grant *grant;
	unsigned int i;

	begin(17);
	world_remove("/local/domain/0");
	world->about.self = 5;
	world_boot(1)->channel.remote = 5;
	world_boot(2);
	world_boot_plain(5)->info.flags = HYP_RUNNING;
	for (i = 0; i < 3; i++)
		before[i] = *world_find(others[i]);
	is_int(run("-v"), 1, "outside of domain 0: status");
	ok(strstr(err, "init-dom0less: d2: foreign: "), "one is another's");
	ok(strstr(err, "d0: control: ") && strstr(err, "d5: control: "),
	   "domain 0 and our own are none of ours");
	ok(is_served(1, "dom0less-1"), "the one that is ours is served, and "
	   "its nodes are ours");
	grant = &world_find(1)->grants[1];
	ok(grant->domid == 5 && grant->gfn == 0x39001, "the grant is for us");
	is_str(world_perms("/libxl/1/type"), "n5", "a node of the tools'");
	is_str(world_perms("/local/domain/1/name"), "n5,r1", "one it can read");
	is_str(world_perms("/local/domain/1/data"), "n1", "its own");
	for (i = 0; i < 3; i++)
		ok(!memcmp(&before[i], world_find(others[i]),
			   sizeof(*before)), "d%u is as it was", others[i]);
	ok(!world_read("/local/domain/5/name") &&
	   !world_read("/local/domain/2/name"), "no other has nodes");
	is_int(run("--dom0 1"), 0, "--dom0");
	is_str(world_read("/local/domain/5/name"), "Domain-5",
	       "is about our own domain");
	is_str(world_read("/local/domain/0/name"), NULL, "and not domain 0");
	is_str(world->wrong, "", "no rule is broken");
}

/* xenstore in another domain, as from 4.21 on "capabilities" can have it. */
static void reached(void)
{
	uint16_t domid;
	int64_t now;

	begin(21);
	world->daemon_at = -1;
	world_boot(1)->info.flags = HYP_XS_DOMAIN;
	for (domid = 2; domid <= 3; domid++) {
		world_boot(domid)->channel.remote = 1;
		world_find(domid)->grants[1].domid = 1;
	}
	now = world->now;
	is_int(run("-0"), 1, "xenstore is in a domain that is not reached");
	ok(world->now == now, "nobody waits for a socket");
	ok(strstr(err, "init-dom0less: xenstored runs in another domain") &&
	   strstr(err, "init-dom0less: d2: foreign: another domain serves its "
		  "xenstore: run init-dom0less there, or in a control domain "
		  "whose /dev/xen/xenbus leads there (d1)\n"),
	   "it is told which that is");
	is_int(lines(err), 3, "and a line for each guest");
	is_int(world->changes, 0, "nothing is changed");
	world_find(1)->info.flags = 0;
	world_find(1)->channel.remote = 1;
	now = world->now;
	is_int(run(""), 1, "and Xen does not tell that it is xenstore's");
	ok(world->now == now, "the event channels do");

	world_find(1)->info.flags = HYP_XS_DOMAIN;
	world->bus = world->stopped = true;
	now = world->now;
	is_int(run(""), 1, "it does not answer");
	ok(world->now <= now + 3000, "dom0 tries once");
	world->stopped = false;
	is_int(run("-n"), 0, "it is reached: a dry run");
	ok(strstr(out, "d2: introduce it to xenstored\n") &&
	   !strstr(out, "allocate") && !strstr(out, "grant") &&
	   !strstr(out, "notify"), "what Xen has given is not made");
	is_int(run("-w"), 0, "a run");
	is_str(err, "", "has nothing to tell");
	ok(is_served(2, "dom0less-2") && is_served(3, "dom0less-3"),
	   "and serves them");
	is_int(world_count("evtchn_send"), 0, "that domain's end of a channel "
	       "is not ours to raise");
	run("");
	is_int(world->changes, 0, "the second run changes nothing");
	begin(17);
	world_boot(2)->channel.remote = 1;
	world_boot(1)->info.flags = HYP_XS_DOMAIN;
	world->bus = true;
	is_int(run(""), 1, "where Xen has given no page, nor a grant");
	ok(strstr(err, "d2: foreign: "), "it is refused");
	is_int(world->changes, 0, "and nothing is changed");
}

/* Some vendors' Xen has given a direct-mapped domain its page, and tells where. */
static void magic(void)
{
	struct world_domain *d;

	begin(19);
	d = world_boot(1);
	d->direct = true;
	d->magic = 0x48000;
	world_add_page(d, 0x48001);
	world->dtb_domains = 1;
	is_int(run(""), 0, "a page that a parameter tells of");
	is_str(err, "", "nothing to tell");
	ok(d->pfn == 0x48001 && d->introduced && d->speeches == 1, "is used");
	ok(d->grants[1].gfn == 0x48001, "and granted");
	is_int(world_count("populate"), 0, "none is made");
	run("");
	is_int(world->changes, 0, "the second run changes nothing");
	begin(19);
	d = world_boot(1);
	d->magic = HYP_NO_FRAME;
	run("");
	ok(is_served(1, "dom0less-1"), "no frame is no page");
}

/* One domain that a policy of Flask denies is no other's failure. */
static void denied(void)
{
	begin(21);
	world_boot(1);
	world_boot(2);
	world->fault = (struct world_fault){ .at = 1, .call = "param_get d1",
					     .rc = -EACCES, .always = true };
	is_int(run(""), 1, "a domain is denied");
	ok(one_line("init-dom0less: d1: read the HVM parameters (a policy of "
		    "Xen's Flask): ", "Permission denied"), "one line");
	ok(is_served(2, "dom0less-2"), "the other is served");
}

/* An error is an error, even if nothing is left to do then. */
static void silent_failures(void)
{
	begin(17);
	world_boot(1);
	world->fault = (struct world_fault){ .at = 1, .call = "param_get d1",
					     .rc = -EIO, .always = true };
	is_int(run(""), 1, "the only domain cannot be looked at");
	ok(one_line("init-dom0less: d1: ", "Input/output error"), "one line");
	begin(17);
	world_boot(1);
	world->fault = (struct world_fault){ .at = 1, .call = "domains",
					     .rc = -EACCES };
	is_int(run(""), 1, "domains cannot be listed");
	ok(one_line("init-dom0less: ", "cannot list the domains"), "one line");
}

static void locked(void)
{
	begin(17);
	world_boot(1);
	world->locked_until = world->now + 3000;
	is_int(run(""), 0, "another runs for three seconds");
	ok(is_served(1, "dom0less-1"), "is waited for");
	begin(17);
	world_boot(1);
	world->locked_until = world->now + 60000;
	is_int(run("-t 2"), 4, "another runs for ever");
	ok(one_line("init-dom0less: ", "another init-dom0less"), "one line");
	is_int(world->changes, 0, "nothing is changed");
	is_int(run("-n"), 0, "a dry run does not care");
}

static void deadlines(void)
{
	begin(17);
	world_boot(1)->guest = GUEST_SILENT;
	world_boot(2);
	is_int(run("-w -t 10"), 4, "one guest is silent");
	ok(one_line("init-dom0less: d1: wait for the guest: ",
		    "timed out (is its kernel Linux 5.19 or later"),
	   "one line, and what it may be");
	ok(is_served(2, "dom0less-2"), "the other is served");
	begin(17);
	world_boot(1)->guest = GUEST_SILENT;
	is_int(run(""), 0, "without -w that is no failure");
	begin(17);
	world->daemon = DAEMON_C_OLD;
	world_boot(1);
	world_boot(2);
	is_int(run(""), 0, "two slow handshakes");
	ok(world->now < 1009000, "are waited for together");
	begin(17);
	world_boot(1)->guest = GUEST_SILENT;
	make_closed(world_boot(2));
	is_int(run("-w -t 3"), 4, "the worst status counts");
	ok(world_count("hyp_give_back") > 0, "nothing is kept mapped meanwhile");
}

/* Without domctl there is no UUID and no vCPU to write of. */
static bool speaks(uint16_t domid)
{
	struct world_domain *d = world_find(domid);

	return d->introduced && d->speeches == 1 && !*world->wrong;
}

/* An interface that nobody has seen: what needs none of it is done. */
static void no_domctl(void)
{
#define NOTE "init-dom0less: Xen 4.%u: its domctl interface is %s, those " \
	"known are 0x11 to 0x18: UUIDs and vCPUs are left out\n"
#define REFUSED "init-dom0less: d%u: allocate the xenstore page: Protocol " \
	"not supported (Xen's domctl interface is none of 0x11 to 0x18, " \
	"which this tool knows)\n"
	char want[1024];
	unsigned int i;

	begin(17);
	world->about.domctl = 0;
	world->about.domctl_met = 0x99;
	world_boot(1);
	world_boot(2);
	is_int(run(""), 3, "unseen domctl, no page: nothing can be done");
	snprintf(want, sizeof(want), NOTE REFUSED REFUSED, 17u, "0x99", 1u,
		 2u);
	is_str(err, want, "it says what it met, and what it knows");
	ok(!world_count("populate") && !world_count("introduce") &&
	   !world_count("store_commit"), "and does nothing");
	is_int(run("--dom0"), 1, "the control domain can be done");
	is_str(world_read("/local/domain/0/name"), "Domain-0", "and is");
	is_int(run("-q 1 2"), 3, "by hand: the same");
	/* one of them has got its page before */
	world_add_page(world_find(2), 0x39001);
	is_int(run(""), 1, "one can be attached");
	ok(speaks(2), "and is");

	begin(22);
	world->about.domctl = 0;
	for (i = 1; i <= 2; i++)
		world_boot((uint16_t)i);
	is_int(run(""), 0, "4.22, unseen domctl: Xen gives the page");
	snprintf(want, sizeof(want), NOTE, 22u, "unknown");
	is_str(err, want, "a note alone");
	ok(speaks(1) && speaks(2), "all are attached");
	is_int(run("-q"), 0, "again");
	is_int(world->changes, 0, "changes nothing");
}

/* A xenstored that was made for another release. */
static void other_xenstored(void)
{
	begin(17);
	world_boot(1)->stranger = true;
	world_boot(2)->stranger = true;
	is_int(run(""), 3, "a xenstored of another release");
	ok(lines(err) == 2 && strstr(err, "init-dom0less: d1: unsupported: "
		"this xenstored is of another release than Xen"), "a line each");
	is_int(world->changes, 0, "nothing is changed");
	is_int(run("-n"), 3, "a dry run tells as well");
	is_str(out, "", "and has no steps");
	is_int(run("1"), 3, "asked for");
	world_find(1)->stranger = world_find(2)->stranger = false;
	is_int(run(""), 0, "the right xenstored");
	ok(is_served(1, "dom0less-1") && is_served(2, "dom0less-2"),
	   "all are attached");
}

static void dry_run(void)
{
	begin(17);
	world_boot(1);
	make_closed(world_boot(2));
	is_int(run("--dry-run --dom0"), 1, "a dry run");
	is_int(world->changes, 0, "changes nothing");
	ok(strstr(out, "d1: allocate the xenstore page\n") &&
	   strstr(out, "d1: introduce it to xenstored\n"), "prints the steps");
	ok(one_line("init-dom0less: d2: closed: ", ""), "explains the rest");
	is_int(world_count("hyp_lock"), 0, "needs no lock");
}

static void control(void)
{
	begin(17);
	world_remove("/local");
	is_int(run("--dom0"), 0, "the control domain");
	is_str(world_read("/local/domain/0/name"), "Domain-0", "has a name");
	is_str(world_read("/local/domain/0/domid"), "0", "and a domid");
	is_int(run("-0"), 0, "again");
	is_int(world->changes, 0, "changes nothing");
	is_str(err, "", "silently");
	world_remove("/local/domain/0/domid");
	is_int(run("-0"), 0, "without a domid");
	is_str(world_read("/local/domain/0/domid"), "0", "has one again");
	begin(17);
	world->daemon_at = -1;
	is_int(run("-0 -t 1"), 3, "no xenstored");
	begin(17);
	world_remove("/local");
	is_int(run("-0 -n"), 0, "a dry run");
	ok(strstr(out, "d0: "), "says so");
	is_int(world->changes, 0, "changes nothing");
}

static void verbose(void)
{
	begin(17);
	world_boot(1);
	world_boot_plain(2);
	run("-v");
	ok(strstr(err, "init-dom0less: d1: introduce it to xenstored\n"),
	   "-v says each step");
	ok(strstr(err, "init-dom0less: d2: plain: "), "and what is ignored");
	is_str(out, "", "on stderr");
	begin(17);
	world_boot(1);
	run("-D 1");
	ok(world_read("/local/domain/1/device-model") != NULL,
	   "a driver domain");
}

/* Where libxl keeps its files: /var/lib/xen. */
static void folder(void)
{
	static char made[64];

	begin(17);
	userdata_dir = "/nonexistent/xen";
	world_boot(1);
	is_int(run(""), 0, "no folder for userdata, and none above it");
	ok(one_line("init-dom0less: /nonexistent/xen: No such file ",
		    "xl will not attach devices"), "a note");
	ok(is_served(1, "dom0less-1"), "it is attached all the same");
	is_int(run("-q"), 0, "-q");
	is_str(err, "", "no note");
	run("-u");
	is_str(err, "", "nor with --no-userdata");
	snprintf(made, sizeof(made), "%s/made", run_dir);
	userdata_dir = made;
	is_int(run("-n"), 0, "one that can be made: dry run");
	ok(strstr(out, "d1: store libxl's configuration\n"), "the step is told");
	ok(access(made, F_OK), "nothing is made");
	is_int(run(""), 0, "a run");
	is_str(err, "", "no word");
	is_int(empty(), 1, "and the file is in it");
	rmdir(made);
	userdata_dir = run_dir;
}

static void usage(void)
{
	static const struct {
		const char *arguments, *named;
	} rows[] = {
		{ "-N 1", "1" }, { "-N 1=a/b", "a/b" }, { "-N =a", "" },
		{ "-N 70000=a", "70000" }, { "-N x=a", "x" }, { "-N 1=", "" },
		{ "-N 1=2", "2" }, { "-N 1=\x01", "\\x01" },
		{ "-N 1=a\x1b[2J", "a\\x1b[2J" }, { "-t x", "x" },
		{ "-t -1", "-1" }, { "-t 1.5", "1.5" }, { "-t 86401", "86401" },
		{ "-t 99999999999999999999", "99999999999999999999" },
		{ "-D 0", "0" }, { "-D 70000", "70000" }, { "-D web", "web" },
		{ "70000", "70000" }, { "32752", "32752" }, { "a/b", "a/b" },
	};
	char start[64];
	unsigned int i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin(17);
		world_boot(1);
		is_int(run(rows[i].arguments), 2, "%u: status", i);
		snprintf(start, sizeof(start), "init-dom0less: %s: ",
			 rows[i].named);
		ok(!strncmp(err, start, strlen(start)) && lines(err) == 2 &&
		   strstr(err, "\ninit-dom0less: try "), "%u: one line, and "
		   "where help is", i);
		is_int(world->calls, 0, "%u: nothing was touched", i);
	}
	begin(17);
	is_int(run("-h"), 0, "help");
	is_str(out, "help\n", "on stdout");
	is_int(world->calls, 0, "without Xen");
	is_int(run("-V"), 0, "version");
	is_int(run("-t 86400"), 0, "a day is the longest");
	is_int(run("-N 32751=a"), 0, "a name for a domain that is not there");
}

static void trees(void)
{
	begin(17);
	world_boot(1);
	world->dtb_rc = -EINVAL;
	is_int(run(""), 0, "no tree of the kernel's is no harm");
	begin(17);
	world_boot(1);
	world->dtb_rc = -EINVAL;
	is_int(run("-d /tree"), 3, "a broken tree of the user's is");
	ok(one_line("init-dom0less: /tree: ", "device tree"), "one line");
	is_int(world_count("hyp_open"), 0, "nothing was touched");
	world->dtb_rc = -ENOENT;
	is_int(run("--dtb=/tree"), 3, "so is none");
	ok(one_line("init-dom0less: /tree: ", "No such file"), "one line");
}

/* Dies at every call, with commits on the way; then the next run does the rest. */
static void dying(void)
{
	unsigned int at, bad = 0, n = 0;
	int status;

	for (at = 1; ; at++) {
		begin(17);
		world_boot(1);
		world_boot(2);
		world_boot(3);
		world->fault = (struct world_fault){ .at = at,
						     .how = DIE_AFTER };
		status = run("");
		if (status != 137)
			break;
		n++;
		world_process_ends();
		world_pass(50);
		bad += run("") || *err || !is_served(1, "dom0less-1") ||
		       !is_served(2, "dom0less-2") ||
		       !is_served(3, "dom0less-3");
	}
	is_int(status, 0, "lives at last");
	ok(n > 150, "dies in %u ways", n);
	is_int(bad, 0, "and the next run finishes the job");
}

int main(void)
{
	if (!mkdtemp(run_dir))
		return 1;
	userdata_dir = run_dir;
	good(17);
	good(21);
	told_later();
	together();
	conflict();
	not_heard();
	rubbish();
	bad_in_the_middle(17);
	bad_in_the_middle(21);
	legacy_static();
	static_in_sight();
	vanishing(17);
	vanishing(21);
	asked_for();
	fail_in_the_middle();
	fail_anywhere(17);
	fail_anywhere(21);
	names();
	names_of_kernel();
	names_of_guests();
	names_in_use();
	names_there();
	operands();
	unheard();
	name_in_file();
	nothing_to_talk_to();
	silent_failures();
	absent();
	ending();
	elsewhere();
	reached();
	denied();
	magic();
	locked();
	deadlines();
	no_domctl();
	other_xenstored();
	dry_run();
	control();
	verbose();
	folder();
	usage();
	trees();
	dying();
	begin(17);
	ok(!rmdir(run_dir), "nothing is left behind");
	return done();
}
