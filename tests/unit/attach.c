/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach.h"
#include "clock.h"
#include "nodes.h"
#include "store.h"
#include "tap.h"
#include "userdata.h"
#include "world.h"

enum { DIED = 1, REFUSED = 2, PORT = 1, GFN = 0x39001 };

static char dir[] = "/tmp/dom0less-attach-XXXXXX";

/* --- a run, as the applet makes one --- */

static struct {
	bool dry, wait, driver, no_userdata;
	int timeout;		/* ms */
} want;

static struct {
	int rc;			/* of attach_run(), or DIED, or REFUSED */
	const char *step, *hint;
	enum domain_state state;
	char said[1024];
} got;

static struct domain domain;
static struct attach attach;

static void say(const struct attach *a, const char *step)
{
	(void)a;
	if (strlen(got.said) + strlen(step) + 2 < sizeof(got.said))
		strcat(strcat(got.said, step), "\n");
}

static int attach_domain(int64_t deadline)
{
	int rc;

	attach = (struct attach){
		.domain = &domain, .name = "web", .dry = want.dry,
		.wait = want.wait,
		.userdata = !want.no_userdata && !userdata_obstacle(false),
		.driver_domain = want.driver, .deadline = deadline,
		.said = say,
	};
	attach_begin(&attach);
	while ((rc = attach_run(&attach, ATTACH_WAIT)) == -EAGAIN)
		clock_nap(5, clock_left(deadline) ? deadline
						  : clock_ms() + 5);
	got.step = attach.step;
	got.hint = attach.hint;
	return rc;
}

static int run_all(void)
{
	int64_t deadline = clock_ms() + (want.timeout ? want.timeout : 30000);
	int rc = hyp_open();

	if (!rc)
		rc = store_open(deadline, world->about.self, false);
	memset(&domain, 0, sizeof(domain));
	if (!rc)
		rc = hyp_domains(1, &domain.info, 1);
	if (rc != 1)
		return rc < 0 ? rc : -ESRCH;
	domain_observe(&domain, 1, DOMAIN_LOOK_STORE |
		       (want.dry ? 0 : DOMAIN_LOOK_WRITE));
	got.step = domain.step;
	if (domain.rc)
		return domain.rc;
	got.state = domain.rule->state;
	return domain.rule->action == DOMAIN_ATTACH ||
	       domain.rule->action == DOMAIN_ATTACH_NOTE ? attach_domain(deadline)
						    : REFUSED;
}

static int run(void)
{
	memset(&got, 0, sizeof(got));
	world->can_jump = true;
	got.rc = DIED;
	if (!setjmp(world_death)) {
		got.rc = run_all();
		if (got.rc < 0 && !got.step)
			got.step = "before any";
		domain_release(&domain);
		store_close();
		hyp_close();
	}
	world->can_jump = false;
	return got.rc;
}

/* --- the files --- */

static unsigned int files(void)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	unsigned int n = 0;

	if (!d)
		abort();
	while ((entry = readdir(d)))
		n += *entry->d_name != '.';
	closedir(d);
	return n;
}

static void remove_files(void)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	char path[512];

	if (!d)
		abort();
	while ((entry = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (*entry->d_name != '.')
			remove(path);
	}
	closedir(d);
}

static bool has_file(const char *uuid)
{
	char path[512];
	struct stat st;

	snprintf(path, sizeof(path), "%s/userdata-d.1.%s.libxl-json", dir,
		 uuid);
	return !stat(path, &st) && st.st_size > 100;
}

/* --- the worlds --- */

static const struct shape {
	const char *name;
	unsigned int minor;
	enum world_daemon daemon;
} shapes[] = {
	{ "4.17", 17, DAEMON_C },
	{ "4.17.0", 17, DAEMON_C_EARLY },
	{ "4.17, oxenstored", 17, DAEMON_OCAML },
	{ "4.16, patched", 16, DAEMON_C_OLD },
	{ "4.21", 21, DAEMON_C },
	{ "4.21, oxenstored", 21, DAEMON_OCAML },
	{ "4.21, xenstored 4.16", 21, DAEMON_C_OLD },
};

enum { SHAPES = sizeof(shapes) / sizeof(*shapes) };

static struct world_domain *begin(const struct shape *shape)
{
	struct world_domain *d;

	memset(&want, 0, sizeof(want));
	remove_files();
	world_reset(shape->minor);
	world->daemon = shape->daemon;
	world->file_calls = true;
	d = world_boot(1);
	d->info.max_vcpu_id = 1;
	world_forget();
	return d;
}

/* All that has to hold of an attached domain; NULL, or what does not. */
static const char *problem(void)
{
	static char text[256];
	struct world_domain *d = world_find(1);
	char uuid[UUID_TEXT];
	struct nodes nodes = {
		.domid = 1, .name = "web", .memory = 4 * WORLD_RAM,
		.vcpus = 2, .port = PORT, .gfn = GFN,
		.uuid = uuid_format(uuid, d->info.handle),
		.driver_domain = want.driver,
	};
	const char *wrong = world_check_nodes(&nodes);

	if (*world->wrong || wrong)
		return *world->wrong ? world->wrong : wrong;
	if (!d->introduced || d->channel.state != HYP_EVTCHN_BOUND)
		return "not introduced";
	if (d->pfn != GFN || world_ring(d, RING_CONNECTION))
		return "not connected";
	if (d->guest == GUEST_LINUX && d->speeches != 1)
		return "the guest has not spoken";
	if (uuid_is_nil(d->info.handle))
		return "no handle";
	if (d->evtchn != PORT || d->console || world->mapped)
		return "something else";
	snprintf(text, sizeof(text), "%u pages of %u, grant %x d%u %x, "
		 "%u files, %shas the right one",
		 (unsigned int)d->info.tot_pages,
		 (unsigned int)d->info.max_pages, d->grants[1].flags & 3u,
		 d->grants[1].domid, d->grants[1].gfn, files(),
		 has_file(uuid) ? "" : "not ");
	return strcmp(text, "65537 pages of 65537, grant 1 d0 39001, 1 files, "
		      "has the right one") ? text : NULL;
}

static const char *changes(void)
{
	static char text[8192];

	return world_changes(text, sizeof(text));
}

#define FILE_CHANGES \
	"unlink userdata-d\n" "set_handle d1\n" \
	"open userdata-l\n" "open userdata-n\n" "write\n" "write\n" \
	"write\n" "rename userdata-d\n" "unlink userdata-l\n"

#define LAST_NODE \
	"batch_write /libxl/1/type = pvh\n" "batch_perms /libxl/1/type 0 d1\n"

/* In this order, and nothing else. */
static const char *const order_17 =
	"set_max_pages d1 65537\n"
	"populate d1 0x39001\n"
	"ring_clear\n"
	"grant_set d1 1 1 d0 0x39001\n"
	FILE_CHANGES
	"store_commit\n"
	"port_in_page 1\n" "introduce d1 0x39001 1\n" "port_in_page 0\n"
	"param_set d1 1 0x39001\n"
	"evtchn_send 101\n"
	LAST_NODE;

static const char *const order_21 =
	FILE_CHANGES
	"store_commit\n"
	"port_in_page 1\n" "introduce d1 0x39001 1\n" "port_in_page 0\n"
	"evtchn_send 101\n"
	LAST_NODE;

static void happy(void)
{
	const struct shape *s;

	for (s = shapes; s < shapes + SHAPES; s++) {
		begin(s);
		is_int(run(), 0, "%s: attached", s->name);
		is_str(problem(), NULL, "%s: all is as it should be", s->name);
		ok(world_find(1)->speeches == 1, "%s: the guest has spoken "
		   "when it ends", s->name);
		world_forget();
		is_int(run(), 0, "%s: again", s->name);
		is_str(changes(), "", "%s: changes nothing", s->name);
		is_str(got.said, "", "%s: takes no step", s->name);
		is_int(got.state, DOMAIN_CONNECTED, "%s: connected", s->name);
	}
}

static void orders(void)
{
	begin(&shapes[0]);
	run();
	is_str(changes(), order_17, "4.17: the order of the changes");
	is_str(got.said, "allocate the xenstore page\nprepare the ring\n"
	       "grant the page to xenstored\nset the UUID\n"
	       "store libxl's configuration\nwrite the xenstore nodes\n"
	       "introduce it to xenstored\ntell the guest its page\n"
	       "notify the guest\nwrite the last node\nwait for the guest\n",
	       "4.17: the steps");
	begin(&shapes[4]);
	run();
	is_str(changes(), order_21, "4.21: the order of the changes");
	is_str(got.said, "set the UUID\n"
	       "store libxl's configuration\nwrite the xenstore nodes\n"
	       "introduce it to xenstored\n"
	       "notify the guest\nwrite the last node\nwait for the guest\n",
	       "4.21: the steps");
}

/* --- dying --- */

static void die_everywhere(const struct shape *s)
{
	unsigned int at, how, n = 0, bad = 0;
	const char *why = NULL;

	for (at = 1; ; at++) {
		for (how = DIE_BEFORE; how <= DIE_AFTER; how++) {
			begin(s);
			world->fault.at = at;
			world->fault.how = how;
			if (run() != DIED)
				goto end;
			n++;
			world_pass(50);
			if (*world->wrong)
				why = world->wrong;
			else if (run())
				why = "the next run fails";
			world_pass(50);
			if (!why)
				why = problem();
			if (!why && world->introductions != 1)
				why = "introduced again";
			if (why && !bad++)
				printf("# call %u, %s: %s (%s)\n", at, how ==
				       DIE_BEFORE ? "before" : "after", why,
				       got.step ? got.step : "");
			world_forget();
			run();
			if (world->changes && !bad++)
				printf("# call %u: the third changes: %s\n",
				       at, changes());
		}
	}
end:
	is_int(got.rc, 0, "%s: lives at last", s->name);
	ok(n > 130, "%s: dies in %u ways", s->name, n);
	is_int(bad, 0, "%s: and the next run finishes the job", s->name);
}

/* Twice, at any two places that are not too near. */
static void die_twice(void)
{
	unsigned int at, bad = 0, n = 0;
	const struct shape *s = &shapes[0];

	for (at = 1; ; at += 3) {
		begin(s);
		world->fault.at = at;
		world->fault.how = DIE_AFTER;
		if (run() != DIED)
			break;
		world->fault = (struct world_fault){ .at = 12 + at / 2,
						     .how = DIE_AFTER };
		run();
		world->fault.at = 0;
		world_pass(50);
		run();
		bad += got.rc || problem();
		n++;
	}
	is_int(bad, 0, "dying twice, %u times", n);
}

/* --- failing --- */

static void fail_everywhere(const struct shape *s)
{
	static const int rcs[] = {
		-EIO, -EPERM, -EACCES, -ENOMEM, -ENOSPC, -EINVAL, -EAGAIN,
		-ENOENT, -ETIMEDOUT, -EBUSY, -EROFS, -EPIPE, -EOPNOTSUPP,
		-EPROTONOSUPPORT,
	};
	enum { RCS = sizeof(rcs) / sizeof(*rcs) };
	/* every error in two of the shapes, every fifth in the others */
	unsigned int step = s == &shapes[0] || s == &shapes[4] ? 1 : 5;
	unsigned int at = 1, i, n = 0, bad = 0;
	struct world_domain *d;
	const char *why;

	for (i = 0; ; i += step) {
		if (i >= RCS)
			i = at++ % step;
		d = begin(s);
		world->fault.at = at;
		world->fault.rc = rcs[i];
		run();
		if (!world->fault.fired)
			break;
		n++;
		why = *world->wrong ? world->wrong : NULL;
		if (!why && got.rc == 0) {
			world_pass(50);
			why = problem();
			/* what is left of a file is cleaned by the next */
			if (why && strstr(why, " files"))
				why = NULL;
		}
		if (!why && got.rc < 0 && !got.step)
			why = "no step";
		if (!why && got.rc && d->pfn == GFN && s->minor < 21 &&
		    (world_ring(d, RING_CONNECTION) || !d->introduced))
			why = "published too early";
		if (!why && world->mapped)
			why = "page kept";
		world->fault.at = 0;
		if (!why && run())
			why = "the next run fails";
		world_pass(50);
		if (!why)
			why = problem();
		if (!why && world->introductions != 1)
			why = "introduced again";
		if (why && bad++ < 5)
			printf("# call %u gives %s: %s (%s)\n", at,
			       strerror(-rcs[i]), why,
			       got.step ? got.step : "");
	}
	ok(n > 190, "%s: fails in %u ways", s->name, n);
	is_int(bad, 0, "%s: each is reported and repaired", s->name);
	printf("# sum: %u calls failed once\n", n);
}

/* The step that failed is the one that is named. */
static void steps_named(void)
{
	static const struct {
		const char *call, *step;
		int rc;
	} faults[] = {
		{ "set_max_pages", "allocate the xenstore page", -EPERM },
		{ "populate", "allocate the xenstore page", -ENOMEM },
		{ "grant_set", "grant the page to xenstored", -EOPNOTSUPP },
		{ "grant_set", "grant the page to xenstored", -EIO },
		{ "store_begin", "write the xenstore nodes", -EIO },
		{ "batch_perms", "write the xenstore nodes", -EACCES },
		{ "store_commit", "write the xenstore nodes", -ENOSPC },
		{ "set_handle", "set the UUID", -EPERM },
		{ "open userdata-n", "store libxl's configuration", -EACCES },
		{ "write", "store libxl's configuration", -ENOSPC },
		{ "introduce", "introduce it to xenstored", -EINVAL },
		{ "introduce", "introduce it to xenstored", -ETIMEDOUT },
		{ "param_set", "tell the guest its page", -EPERM },
		{ "evtchn_send", "notify the guest", -EINVAL },
	};
	unsigned int i;

	for (i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		begin(&shapes[0]);
		world->fault.at = 1;
		world->fault.always = true;
		world->fault.rc = faults[i].rc;
		strcpy(world->fault.call, faults[i].call);
		is_int(run(), faults[i].rc, "%s: %s", faults[i].call,
		       strerror(-faults[i].rc));
		is_str(got.step, faults[i].step, "%s: the step",
		       faults[i].call);
	}
}

/* Who finds a domain by its handle may be at work on its file. */
static void handle_first(void)
{
	struct world_domain *d = begin(&shapes[0]);

	d->info.handle[0] = 1;
	is_int(run(), 0, "a domain with a handle, without a file");
	ok(strstr(changes(), "open userdata-l\nopen userdata-n\n") &&
	   strstr(changes(), "rename userdata-d\nunlink userdata-l\n"),
	   "gets it whole, and under the lock");
	d = begin(&shapes[0]);
	d->info.handle[0] = 1;
	world->fault = (struct world_fault){ .at = 1, .rc = -EIO,
					     .call = "rename" };
	is_int(run(), -EIO, "one that cannot be renamed");
	is_str(got.step, "store libxl's configuration", "is of this step");
	d = begin(&shapes[0]);
	d->info.handle[0] = 1;
	world->fault = (struct world_fault){ .at = 1, .rc = -EROFS,
					     .call = "open userdata-l" };
	is_int(run(), -EROFS, "a lock that cannot be had");
	is_str(got.step, "store libxl's configuration", "is of this step");
}

/* --- the page --- */

/* The same with a tree in sight as without, whether Xen can add a page or not. */
static void static_memory(void)
{
	struct world_domain *d;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		d = begin(&shapes[0]);
		d->pinned = true;
		d->reserve = i & 1;
		world->dtb_domains = i & 2 ? 1 : 0;
		is_int(run(), i & 1 ? 0 : -ENOMEM, "static, %u: tried", i);
		is_int(got.state, i & 2 ? DOMAIN_UNSUPPORTED : DOMAIN_WAITING,
		       "static, %u: what was expected", i);
		if (i & 1) {
			is_str(problem(), NULL, "static, %u: attached", i);
			world_forget();
			run();
			is_str(changes(), "", "static, %u: for good", i);
			continue;
		}
		is_int((int)d->info.max_pages, WORLD_RAM,
		       "static, %u: the limit is as it was", i);
		is_int((int)world->changes, 3, "static, %u: nothing else", i);
	}
}

static void pages(void)
{
	struct world_domain *d = begin(&shapes[0]);

	d->info.max_pages = WORLD_RAM + 8;
	run();
	is_int(world_count("set_max_pages"), 0, "room for a page is used");
	is_int(got.rc, 0, "and enough");

	d = begin(&shapes[0]);
	d->pinned = true;
	is_int(run(), -ENOMEM, "a domain that takes no page");
	ok(got.hint && strstr(got.hint, "xen/patches"), "is explained");
	ok(!world_count("introduce") && !world_count("store_begin"),
	   "and not introduced");
	is_int((int)d->info.max_pages, WORLD_RAM, "its limit is as it was");
	static_memory();

	d = begin(&shapes[0]);
	world->about.domctl = 0;
	d->info.full = false;
	is_int(run(), -EPROTONOSUPPORT, "no domctl");
	ok(got.hint && strstr(got.hint, "domctl"), "is explained");

	d = begin(&shapes[4]);
	world->about.domctl = 0;
	d->info.full = false;
	d->info.max_vcpu_id = 0;
	is_int(run(), 0, "no domctl is needed on 4.21");
	is_int(d->speeches, 1, "the guest has spoken");
	is_int(files(), 0, "no file without a handle");
	ok(!world_read("/local/domain/1/cpu/0"), "no vCPU nodes");
	world_forget();
	is_int(run(), 0, "no domctl: again");
	is_str(changes(), "", "changes nothing");

	/* a crash of another tool: a dirty page that is nobody's ring */
	d = begin(&shapes[0]);
	memset(world_add_page(d, GFN), 0xa5, 4096);
	is_int(run(), 0, "a page of a run that died");
	is_int(world_count("populate"), 0, "is used again");
	is_int(world_count("ring_clear"), 1, "after it was cleared");
	is_str(problem(), NULL, "and all is well");
}

/*
 * Xen reports success for a page that it does not add: the frame is RAM that a
 * direct-mapped guest is using. With a tree and without, whole MiB and not, RAM
 * below the frame and above.
 */
static void ram(void)
{
	static const uint64_t beside[] = { 0x38ff0, 0x39010 };
	struct world_domain *d;
	unsigned int i;

	for (i = 0; i < 16; i++) {
		world_reset(i & 1 ? 20 : 17);
		world->dtb_domains = i & 2 ? 1 : 0;
		d = world_boot_direct(1, beside[i >> 3]);
		d->info.tot_pages -= i & 4 ? 3 : 0;
		d->info.max_pages = d->info.tot_pages;
		memset(&want, 0, sizeof(want));
		ok(run() < 0 || got.rc == REFUSED, "%u: refused", i);
		ok(got.rc != -EADDRINUSE || (got.hint &&
		   strstr(got.hint, "direct-mapped")), "%u: explained", i);
		ok(world_ram_is_whole(d), "%u: its RAM is as it was", i);
		ok(!(i & 2) || !world->changes, "%u: a tree tells before", i);
		ok(!world_count("introduce") && !world_count("grant_set") &&
		   d->pfn == HYP_NO_FRAME, "%u: nothing else is done", i);
		d->info.max_pages++;
		ok(run() == REFUSED || got.rc == -EADDRINUSE, "%u: again", i);
		d->pfn = GFN;
		is_int(run(), REFUSED, "%u: told its own RAM", i);
		ok(world_ram_is_whole(d), "%u: which is as it was", i);
	}
}

/* --- the ring --- */

static void speaks(void)
{
	world_speak(world_find(1));
}

/* The guest begins to use its page after it was looked at. */
static void ring_just_used(void)
{
	begin(&shapes[4]);
	world_ring_set(world_find(1), RING_CONNECTION, 0);
	world->meanwhile = speaks;
	is_int(run(), -EBUSY, "a guest that speaks just now");
	is_str(got.step, "prepare the ring", "is of this step");
	is_str(world->wrong, "", "and its ring is left alone");
}

static void rings(void)
{
	static const uint32_t odd[] = { 5, 0xffffffff, 1024, 1025, 0x80000000 };
	struct world_domain *d;
	unsigned int i;

	for (i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		d = begin(&shapes[4]);
		world_ring_set(d, RING_REQ_PROD, odd[i]);
		world_ring_set(d, RING_RSP_CONS, ~odd[i]);
		is_int(run(), 0, "a guest that spoke too early: %#x", odd[i]);
		is_int(world_count("ring_"), 0, "its ring is xenstored's to "
		       "reset");
		is_str(world->wrong, "", "no rule broken");
	}
	d = begin(&shapes[4]);
	world_ring_set(d, RING_CONNECTION, 0);
	world_ring_set(d, RING_REQ_PROD, 9);
	is_int(run(), REFUSED, "in use and not introduced");
	is_int(got.state, DOMAIN_STALE, "is stale");
	is_str(changes(), "", "and not touched");

	d = begin(&shapes[4]);
	world_ring_set(d, RING_CONNECTION, 0);
	is_int(run(), 0, "an idle ring without the flag");
	is_int(world_count("ring_set_connection 1"), 1, "gets it");
	is_int(world_count("ring_clear"), 0, "and is not cleared");
	is_str(problem(), NULL, "and all is well");

	/* the field from which xenstored 4.21 takes the port */
	d = begin(&shapes[4]);
	world_ring_set(d, RING_PORT, 0xdead);
	is_int(run(), 0, "rubbish in the place of the port");
	is_int(world->port_seen, PORT, "is put right for the introduction");
	is_int(world_ring(d, RING_PORT), 0, "and is gone afterwards");
	is_str(problem(), NULL, "and all is well");
	d = begin(&shapes[4]);
	world->fault = (struct world_fault){ .at = 1, .rc = -EINVAL,
					     .call = "introduce" };
	run();
	is_int(world_ring(d, RING_PORT), 0, "after a failure, too");

	/* a connected guest puts the flag back */
	d = begin(&shapes[4]);
	run();
	world_ring_set(d, RING_CONNECTION, 1);
	world_forget();
	is_int(run(), 0, "a guest that plays with the flag");
	is_str(changes(), "ring_set_connection 0\n", "only the flag");
	is_int(world_count("introduce"), 0, "not introduced again");
}

/* --- the UUID --- */

/* Another domain had it: what is left of that one's permissions must go. */
static void used_uuids(void)
{
	struct world_domain *d = begin(&shapes[0]);
	char uuid[UUID_TEXT], path[64];

	memset(d->info.handle, 0xab, UUID_SIZE);
	uuid_format(uuid, d->info.handle);
	snprintf(path, sizeof(path), "/vm/%s/name", uuid);
	world_write(path, "other", "n7");
	is_int(run(), 0, "a UUID that was used before");
	is_str(problem(), NULL, "is used as if it were new");
}

/* --- the grant --- */

static void grants(void)
{
	struct world_domain *d = begin(&shapes[0]);

	d->grant_rc = -EAGAIN;
	d->grant_at = clock_ms() + 700;
	is_int(run(), 0, "the grant table comes later");
	is_str(problem(), NULL, "and is waited for");

	d = begin(&shapes[2]);
	d->grant_rc = -EAGAIN;
	d->grant_at = clock_ms() + 3000;
	world->daemon_ms = 4000;
	is_int(run(), 0, "it comes late, and so does xenstored");
	is_int(world_count("ring_set"), 0, "who has all of its own time");

	d = begin(&shapes[0]);
	d->grant_rc = -EAGAIN;
	want.timeout = 1000;
	is_int(run(), -ETIMEDOUT, "the grant table never comes");
	is_str(got.step, "grant the page to xenstored", "the step");
	ok(got.hint && strstr(got.hint, "grant table"), "with a hint");
	is_int(world_count("introduce"), 0, "not introduced");

	d = begin(&shapes[0]);
	d->grant_rc = -EOPNOTSUPP;
	is_int(run(), -EOPNOTSUPP, "the grant table cannot be reached");

	d = begin(&shapes[0]);
	d->grants[1] = (struct hyp_grant){ HYP_GRANT_ACCESS | 8, 0, 0x777 };
	is_int(run(), -EBUSY, "another page is mapped by it");
	ok(got.hint != NULL, "with a hint");
	is_int(d->grants[1].gfn, 0x777, "which is left alone");

	d = begin(&shapes[0]);
	d->grants[1] = (struct hyp_grant){ HYP_GRANT_ACCESS | 16, 3, GFN };
	is_int(run(), -EBUSY, "another domain has it mapped");

	d = begin(&shapes[4]);
	d->grants[1].flags |= 24;
	is_int(run(), 0, "our page is mapped by it already");
	is_int(world_count("grant_set"), 0, "nothing to set");

	d = begin(&shapes[4]);
	d->grants[1].domid = 3;
	run();
	is_str(problem(), NULL, "a grant to another domain is replaced");
	d = begin(&shapes[4]);
	d->grants[1].gfn++;
	run();
	is_str(problem(), NULL, "a grant of another page is replaced");
	d = begin(&shapes[4]);
	d->grants[1].flags = 2;
	run();
	is_str(problem(), NULL, "a grant of another type is replaced");

	/* the domain Xen lets bind the port is who may map the page */
	begin(&shapes[0]);
	world->about.self = world_find(1)->channel.remote = 4;
	run();
	is_int(world_count("grant_set d1 1 1 d4 0x39001"), 1,
	       "the grant is for us");
}

/* --- is there a page already? --- */

/*
 * Only a domain that has whole MiB, and may have no more, is known to have none
 * without a look. However much it has, a page that a run before has added is
 * found.
 */
static void looked_for(void)
{
	static const struct {
		unsigned int pages, most, looks;
	} sizes[] = {
		{ WORLD_RAM, WORLD_RAM, 1 },
		{ WORLD_RAM + 1, WORLD_RAM + 1, 2 },
		{ WORLD_RAM + 255, WORLD_RAM + 255, 2 },
		{ WORLD_RAM - 1, WORLD_RAM, 2 },
		{ WORLD_RAM - 1, WORLD_RAM - 1, 2 },
		{ WORLD_RAM, WORLD_RAM + 1, 2 },
		{ WORLD_RAM, UINT32_MAX, 2 },
		{ 0, 0, 2 },
	};
	struct world_domain *d;
	unsigned int i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		d = begin(&shapes[0]);
		d->info.tot_pages = sizes[i].pages;
		d->info.max_pages = sizes[i].most;
		world->fault.at = 1;
		world->fault.how = DIE_AFTER;
		strcpy(world->fault.call, "populate");
		run();
		is_int(world_count("map d1"), sizes[i].looks - 1,
		       "%u pages of %u: looked for", sizes[i].pages,
		       sizes[i].most);
		is_int(run(), 0, "after a run that died");
		is_str(world->wrong, "", "no page is lost");
		is_int((int64_t)d->info.tot_pages, sizes[i].pages + 1,
		       "but one added");
	}
}

/* --- xenstored --- */

static void daemons(void)
{
	struct world_domain *d;
	int64_t start;

	begin(&shapes[5]);
	world->daemon_ms = 4000;
	start = clock_ms();
	is_int(run(), 0, "oxenstored takes four seconds");
	ok(clock_ms() - start >= 4000, "which is waited for");
	is_int(world_count("ring_"), 0, "and done by nobody else");
	is_str(problem(), NULL, "and all is well");

	begin(&shapes[3]);
	start = clock_ms();
	is_int(run(), 0, "a daemon that never clears the flag");
	ok(clock_ms() - start >= 4000 && clock_ms() - start < 9000,
	   "has it cleared after a bounded wait");
	is_str(problem(), NULL, "and all is well");

	begin(&shapes[3]);
	want.timeout = 1000;
	is_int(run(), -ETIMEDOUT, "unless the deadline is sooner");
	is_str(got.step, "finish the handshake", "the step");
	want.timeout = 0;
	is_int(run(), 0, "the next run");
	is_str(problem(), NULL, "finishes it");

	begin(&shapes[4]);
	world->fault.at = 1;
	world->fault.rc = -EIO;
	strcpy(world->fault.call, "batch_introduced");
	is_int(run(), -EIO, "is it introduced? No answer");
	is_str(changes(), "", "is no No");

	d = begin(&shapes[4]);
	run();
	d->introduced = false;
	world_forget();
	is_int(run(), REFUSED, "xenstored lost a bound domain");
	is_str(changes(), "", "which is not touched");

	d = begin(&shapes[4]);
	run();
	d->channel.state = HYP_EVTCHN_UNBOUND;
	world_forget();
	is_int(run(), REFUSED, "xenstored lost a port");
	is_str(changes(), "", "which is not touched");

	/* it goes away between introducing and notifying */
	begin(&shapes[4]);
	world->fault = (struct world_fault){ .at = 2, .rc = -EINVAL,
					     .call = "evtchn_status" };
	is_int(run(), -EINVAL, "the port goes away");
	is_str(got.step, "notify the guest", "the step");

	d = begin(&shapes[4]);
	d->loses_port = true;
	is_int(run(), -ENOTCONN, "xenstored dies");
	is_str(got.step, "notify the guest", "the step");
	is_int(world_count("evtchn_send"), 0, "nobody is notified");

	begin(&shapes[4]);
	world->stopped = true;
	ok(run() < 0, "a stopped xenstored");
	is_str(changes(), "", "nothing is changed");
	ok(clock_ms() < 1000000 + 31000, "in time");
}

/* --- the guest --- */

static void guests(void)
{
	struct world_domain *d;
	int64_t start;

	d = begin(&shapes[0]);
	d->guest = GUEST_SILENT;
	start = clock_ms();
	is_int(run(), 0, "a silent guest");
	ok(clock_ms() - start >= 1900 && clock_ms() - start < 3000,
	   "is done with after two seconds");
	ok(world->kicks >= 15 && world->kicks <= 25, "notified %u times",
	   world->kicks);
	world_forget();
	start = clock_ms();
	is_int(run(), 0, "a silent guest: again");
	is_int(clock_ms() - start, 0, "without waiting");
	is_str(changes(), "evtchn_send 101\n", "it is notified once more");

	d = begin(&shapes[0]);
	d->guest = GUEST_SILENT;
	want.wait = true;
	is_int(run(), -ETIMEDOUT, "a silent guest that is waited for");
	is_str(got.step, "wait for the guest", "the step");
	ok(clock_ms() >= 1000000 + 30000, "until the deadline");
	is_int(world_find(1)->pfn == GFN, 1, "and all is set up");

	d = begin(&shapes[0]);
	d->guest = GUEST_SILENT;
	want.timeout = 500;
	start = clock_ms();
	is_int(run(), 0, "not waited for longer than the deadline");
	ok(clock_ms() - start < 700, "which was near");
}

static void deaf_guests(void)
{
	struct world_domain *d = begin(&shapes[0]);

	d->deaf = 1;
	is_int(run(), 0, "the first wake-up is lost");
	is_str(problem(), NULL, "the second is not");
	ok(world->kicks >= 2, "notified again");

	d = begin(&shapes[4]);
	d->deaf = 6;
	is_int(run(), 0, "six are lost");
	is_str(problem(), NULL, "the seventh is not");

	d = begin(&shapes[0]);
	d->deaf = 80;
	want.wait = true;
	want.timeout = 100000;
	is_int(run(), 0, "eighty are lost, and it is waited for");
	is_str(problem(), NULL, "it has spoken");
	ok(clock_ms() >= 1000000 + 58000, "after a minute");
	ok(world->kicks < 85, "in which it was seldom notified");
	is_int(attach_patience(&attach), 16, "and it is done with");

	/* an event that comes when it is too late for others */
	d = begin(&shapes[0]);
	d->guest = GUEST_SILENT;
	want.wait = true;
	want.timeout = 10000;
	is_int(run(), -ETIMEDOUT, "one that never listens");
	is_int(attach_patience(&attach), 1000, "may be looked at once a second");
	is_int(world->mapped, 0, "and is not kept mapped meanwhile");

	d = begin(&shapes[0]);
	d->guest = GUEST_SILENT;
	run();
	d->guest = GUEST_LINUX;
	want.wait = true;
	is_int(run(), 0, "ready, then waited for");
	is_str(problem(), NULL, "it has spoken");
}

/* Nothing to be done for them. */
static void lost_guests(void)
{
	struct world_domain *d = begin(&shapes[4]);

	d->channel.state = HYP_EVTCHN_CLOSED;
	is_int(run(), REFUSED, "a closed port");
	is_str(changes(), "", "nothing is changed");

	d = begin(&shapes[4]);
	d->channel.remote = 2;
	is_int(run(), REFUSED, "served elsewhere");
	is_str(changes(), "", "nothing is changed");
}

/* --- the UUID --- */

static void uuids(void)
{
	static const uint8_t handle[16] = { 0x2e, 0xd6, 0x65, 0x7d, 0xe9,
		0x27, 0x56, 0x8b, 0x95, 0xe1, 0x26, 0x65, 0xa8, 0xae, 0xa6,
		0xa2 };
	static const char *const vms[] = {
		"/vm/2ed6657d-e927-568b-95e1-2665a8aea6a2",
		"vm/2ed6657d-e927-568b-95e1-2665a8aea6a2",
	};
	static const char *const odd[] = { "", "/", "/vm/", "/vm/x",
		"2ed6657d-e927-568b-95e1-2665a8aea6a2", "//vm/2ed6657d-e927-"
		"568b-95e1-2665a8aea6a2", "/vm/2ed6657d-e927-568b-95e1-"
		"2665a8aea6a2/", "/wm/2ed6657d-e927-568b-95e1-2665a8aea6a2" };
	struct world_domain *d;
	uint8_t own[16];
	unsigned int i;

	begin(&shapes[0]);
	run();
	uuid_for_domain(own, "web");
	ok(!memcmp(world_find(1)->info.handle, own, 16),
	   "derived from the board and the name");

	d = begin(&shapes[0]);
	memcpy(d->info.handle, handle, 16);
	run();
	is_str(problem(), NULL, "one that the domain has is kept");
	is_int(world_count("set_handle"), 0, "and not set again");
	is_str(world_read("/local/domain/1/vm"), vms[0], "and in its nodes");

	for (i = 0; i < 2; i++) {
		d = begin(&shapes[0]);
		world_write("/local/domain/1/vm", vms[i], "n0,r1");
		run();
		ok(!memcmp(d->info.handle, handle, 16),
		   "one that %s names is kept", vms[i]);
		is_str(problem(), NULL, "and all is well");
	}
	for (i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		d = begin(&shapes[0]);
		world_write("/local/domain/1/vm", odd[i], "n0,r1");
		run();
		ok(!memcmp(d->info.handle, own, 16), "\"%s\" names none",
		   odd[i]);
	}
	d = begin(&shapes[0]);
	world_write("/local/domain/1/vm", vms[0], "n1");
	run();
	ok(!memcmp(d->info.handle, own, 16), "nor does what the guest may change");
	begin(&shapes[0]);
	*world->identity = '\0';
	uuid_board_known = false;
	is_int(run(), 0, "a board without identity");
	is_str(problem(), NULL, "gets a random one");
	is_int(world_find(1)->info.handle[6] >> 4, 4, "of version 4");
}

/* --- the rest --- */

static void driver(void)
{
	begin(&shapes[0]);
	want.driver = true;
	is_int(run(), 0, "a driver domain");
	is_str(problem(), NULL, "has two nodes more");
}

static void no_file(void)
{
	begin(&shapes[0]);
	want.no_userdata = true;
	is_int(run(), 0, "without userdata");
	is_int(files(), 0, "there is no file");

	begin(&shapes[0]);
	userdata_dir = "/nonexistent/dom0less";
	is_int(run(), 0, "no folder for it");
	is_int(world_count("introduce"), 1, "is no reason to stop");
	userdata_dir = dir;
}

static void nameless(void)
{
	struct world_domain *d = begin(&shapes[4]);

	run();
	world_remove("/local/domain/1/name");
	world_remove("/libxl");
	world_forget();
	is_int(run(), 0, "connected, without some nodes");
	is_str(changes(), "store_commit\n" LAST_NODE,
	       "gets these and nothing else");
	is_str(problem(), NULL, "and all is well");
	is_int(d->speeches, 1, "the guest did not notice");
}

/* The same steps, and nothing is done. Whether a wait will be needed can only
 * be guessed. */
static void dry_run(void)
{
	char dry[sizeof(got.said)], *line, *rest;
	const struct shape *s;
	unsigned int bad;

	for (s = shapes; s < shapes + SHAPES; s++) {
		begin(s);
		want.dry = true;
		is_int(run(), 0, "%s: dry run", s->name);
		is_str(changes(), "", "%s: changes nothing", s->name);
		is_int(world_count("map d1 0x39001 rw"), 0,
		       "%s: maps nothing to write", s->name);
		is_int(files(), 0, "%s: makes no file", s->name);
		strcpy(dry, got.said);
		want.dry = false;
		run();
		bad = 0;
		for (line = strtok_r(got.said, "\n", &rest); line;
		     line = strtok_r(NULL, "\n", &rest))
			bad += strcmp(line, "wait for the guest") &&
			       !strstr(dry, line);
		is_int(bad, 0, "%s: says all that the real one does", s->name);
		is_str(problem(), NULL, "%s: which then works", s->name);
		want.dry = true;
		world_forget();
		is_int(run(), 0, "%s: dry again", s->name);
		is_str(got.said, "", "%s: has nothing to say", s->name);
	}
}

int main(void)
{
	const struct shape *s;

	if (!mkdtemp(dir))
		return 1;
	userdata_dir = dir;
	happy();
	orders();
	for (s = shapes; s < shapes + SHAPES; s++) {
		die_everywhere(s);
		fail_everywhere(s);
	}
	die_twice();
	steps_named();
	handle_first();
	pages();
	ram();
	rings();
	ring_just_used();
	used_uuids();
	grants();
	looked_for();
	daemons();
	guests();
	deaf_guests();
	lost_guests();
	uuids();
	driver();
	no_file();
	nameless();
	dry_run();
	remove_files();
	rmdir(dir);
	return done();
}
