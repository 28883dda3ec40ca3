/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <sys/stat.h>

#include "applet.h"
#include "parts/ends.h"
#include "run.h"

#define NAME "dom0less-attach: "
#define F "/local/domain/1/device/"
#define B "/local/domain/0/backend/"

static int run(const char *arguments)
{
	return run_applet(dom0less_attach_main, "dom0less-attach", arguments);
}

static int detach(const char *arguments)
{
	return run_applet(dom0less_detach_main, "dom0less-detach", arguments);
}

/* Domains 1 and 2, and what dom0 needs for their devices. */
static void begin(enum ends_guest guest)
{
	world_reset(17);
	world_write("/local/domain/0/name", "Domain-0", NULL);
	world_boot(1);
	world_serve(world_find(1));
	world_boot(2);
	world_serve(world_find(2));
	world_link("xenbr0", true);
	world_link("eth0", false);
	ends_begin(guest);
}

/* How many devices there are: each has all of its three places, or the others, too,
 * are found by libxl's entry if it MAY_BE_HALF. Else -1. */
static int count_devices(bool may_be_half)
{
	unsigned int i, fronts = 0, backs = 0, entries = 0;
	const char *path;

	for (i = 0; i < world->tree.size; i++) {
		path = world->tree.nodes[i].path;
		fronts += strstr(path, "/device/v") && strstr(path, "/backend-id");
		backs += strstr(path, "/backend/v") && strstr(path, "/online");
		entries += !strncmp(path, "/libxl/", 7) &&
			   strstr(path, "/frontend-id");
	}
	if (may_be_half && fronts <= entries && backs <= entries)
		return (int)entries;
	return fronts == backs && backs == entries ? (int)fronts : -1;
}

static int devices(void)
{
	return count_devices(false);
}

static void cards(void)
{
	begin(ENDS_GOOD);
	is_int(run("web1 vif bridge=xenbr0"), 0, "a card");
	is_str(err, "", "says nothing");
	is_str(world_read(B "vif/1/0/state"), "4", "is connected");
	is_int(world->links[2].master, 1, "is in its bridge");
	is_int(run("1 vif bridge=xenbr0"), 0, "again");
	is_int(world->changes, 0, "changes nothing");
	is_int(run("1 vif"), 0, "less said");
	is_int(world->changes, 0, "changes nothing");
	is_int(run("1 vif bridge=xenbr0,devid=0,ip=1"), 1, "in another way");
	ok(one_line(NAME "d1: vif 0: attach it: ", "its ip is ''"), "is told");
	is_int(run("1 vif bridge=xenbr0,ip=1"), 0, "another card");
	is_str(world_read(B "vif/1/1/ip"), "1", "has the next number");
	is_int(devices(), 2, "two of them");
	is_int(run("1 vif bridge=nosuch"), 1, "a bridge that is not there");
	ok(one_line(NAME "d1: vif 2: find bridge nosuch: ",
		    "(the bridges are: xenbr0)"), "is told");
	is_int(run("1 vif bridge=eth0"), 1, "one that is none");
	ok(one_line(NAME, "that is no bridge"), "is told");
	is_int(run("1 vif vifname=eth0,ip=2"), 1, "a name that is taken");
	is_int(devices(), 2, "and nothing is left of these");
	begin(ENDS_GOOD);
	is_int(run("1 vif bridge=xenbr0,devid=3"), 0, "one with a number");
	is_str(world_read(B "vif/1/3/handle"), "3", "has it");
	is_int(run("1 vif bridge=xenbr0,devid=1"), 0, "another");
	is_str(world_read(B "vif/1/1/state"), "4", "is another card");
	is_int(devices(), 2, "two of them");
	is_int(run("1 vif bridge=xenbr0,devid=3"), 0, "the first again");
	is_int(world->changes, 0, "changes nothing");
	begin(ENDS_GOOD);
	is_int(run("-n 1 vif bridge=xenbr0"), 0, "a dry run");
	is_str(out, "d1: vif 0: write its nodes\n"
	       "d1: vif 0: put it into bridge xenbr0\n"
	       "d1: vif 0: wait for both ends\n", "says its steps");
	is_int(world->changes, 0, "and takes none");
	is_int(run("-n 1 disk phy:/dev/\033[2J/a,xvda,w"), 0, "an odd path");
	ok(strstr(out, "d1: disk xvda: open /dev/\\x1b[2J/a\n"),
	   "is not printed raw");
}

/* Another run writes the same card while this one is about to. */
static struct world_tree others;

static void other_writes(void)
{
	world->tree = others;
}

static void same_time(void)
{
	int at, bad = 0;

	begin(ENDS_GOOD);
	run("1 vif");
	others = world->tree;
	for (at = 1; at < 20; at++) {
		begin(ENDS_GOOD);
		world->later = world->now + at;
		world->happens = other_writes;
		bad += run("1 vif") != 0 || devices() != 1;
	}
	is_int(bad, 0, "two runs at the same time attach one card");
}

static void disks(void)
{
	begin(ENDS_GOOD);
	is_int(run("1 disk phy:/dev/a,xvda,w"), 0, "a disk");
	is_str(world_read(B "vbd/1/51712/physical-device"), "fd:61", "is it");
	is_int(run("1 disk phy:/dev/a,xvda,w"), 0, "again");
	is_int(world->changes, 0, "changes nothing");
	is_int(run("1 disk phy:/dev/a,xvda,r"), 1, "to be read");
	ok(one_line(NAME "d1: disk xvda: attach it: ", "its mode is 'w'"),
	   "is another");
	is_int(run("2 disk phy:/dev/a,xvda,r"), 1, "for another guest");
	ok(one_line(NAME "d2: disk xvda: take /dev/a: ",
		    "domain 1 has it as device 51712"), "is refused");
	is_int(run("2 disk phy:/dev/a,xvda,r!"), 0, "unless it is meant");
	is_int(run("1 disk phy:/dev/mounted,xvdb,w"), 1, "one in use");
	ok(one_line(NAME, "it is in use in this domain"), "is refused");
	is_int(run("1 disk /absent,,xvdb,w"), 1, "one that is not there");
	is_int(run("1 disk /file,,xvdb,w"), 0, "a file");
	is_str(world_read(B "vbd/1/51728/physical-device"), "7:0", "is a loop");
	is_int(run("1 disk /file,,xvdb,w"), 0, "again");
	is_int((int)world->loops, 1, "the same loop");
	is_int(devices(), 3, "three of them");
}

static void script_done(void)
{
	world_remove("/local/domain/2/backend/vbd/1/51712");
}

/* A backend in another domain has closed, and its script runs there. */
static void driver_domain_closes(void)
{
	static const char place[] = "/local/domain/2/backend/vbd/1/51712/state";
	int64_t began;
	int i;

	for (i = 0; i < 2; i++) {
		begin(ENDS_SILENT);
		run("-t 1 1 disk backend=2,vdev=xvda,target=/dev/b");
		world_write(place, "6", NULL);
		began = world->now;
		world->later = i ? 0 : began + 4000;
		world->happens = script_done;
		is_int(detach("-t 30 1 disk xvda"), 0, "its end has closed");
		is_int((int)(world->now - began) / 1000, i ? 10 : 4, i ?
		       "who never removes it has as long as with xl" :
		       "it is waited until its nodes are removed");
		is_int(devices(), 0, "then it is gone");
	}
}

/* Nobody serves a backend in another domain but what runs there. */
static void driver_domain(void)
{
	static const char place[] = "/local/domain/2/backend/vbd/1/51712";
	char path[64];

	begin(ENDS_SILENT);
	is_int(run("-t 2 1 disk backend=2,vdev=xvda,target=/dev/b"), 4,
	       "a disk of another domain, that nobody serves there");
	ok(one_line(NAME "d1: disk xvda: wait for both ends: ",
		    "does xl devd run in domain 2, and Xen with xsm=dummy?"),
	   "is told");
	is_str(world_perms(place), "n2,r1", "its nodes are that domain's");
	is_int((int)world->loops, 0, "nothing is opened here");
	snprintf(path, sizeof(path), "%s/physical-device", place);
	is_str(world_read(path), NULL, "nor noted");
	is_int(run("1 disk phy:/dev/a,xvda,w"), 1, "one of dom0's there");
	ok(one_line(NAME "d1: disk xvda: attach it: ",
		    "its backend is 'vbd in domain 2'"), "is another");
	is_int(detach("--force 1 disk xvda"), 0, "it is detached");
	is_str(world_read(place), NULL, "and leaves nothing");
	/* the other domain removes what it served: none but that */
	run("-t 1 1 disk backend=2,vdev=xvda,target=/dev/b");
	run("-t 1 1 disk backend=2,vdev=xvdb,target=/dev/b");
	world_remove(place);
	is_int(detach("1 disk xvda"), 0, "one of two, and its backend gone");
	is_str(world_read("/local/domain/2/backend/vbd/1/51728/mode"), "w",
	       "the other is as it was");
	world_remove("/local/domain/2/backend/vbd/1/51728");
	is_int(detach("1 disk xvdb"), 0, "the other in the same way");
	is_str(world_read("/local/domain/2/backend/vbd"), NULL,
	       "and not a folder is left");
	is_int(run("1 vif backend=9"), 1, "a domain that is not there");
	ok(one_line(NAME "9: ", "no such domain"), "is told");
}

static void guests(void)
{
	int64_t began;

	begin(ENDS_SILENT);
	is_int(run("-t 2 1 vif"), 4, "a guest without the driver");
	ok(one_line(NAME "d1: vif 0: wait for both ends: ",
		    "the guest's end is 1 (initialising), the backend's 2"),
	   "is told");
	is_int(devices(), 1, "its device may stay");
	is_int(run("-t 2 -N 1 vif"), 0, "nobody waits for it");
	ends_guest = ENDS_GOOD;
	is_int(run("1 vif"), 0, "until it comes");
	begin(ENDS_GOOD);
	world->later = 0;
	is_int(run("-t 2 1 vif"), 4, "a guest that nobody serves");
	ok(one_line(NAME "d1: vif 0: wait for its backend: ",
		    "the backend's 1 (initialising)"), "is told");
	begin(ENDS_GOOD);
	ends_late = true;
	began = world->now;
	is_int(run("1 disk phy:/dev/a,xvda,w"), 0,
	       "one that listens only after it came");
	ok(world->now - began < 200, "has its attention called to it");
	is_int(devices(), 1, "and there is one");
	begin(ENDS_SILENT);
	is_int(run("-t 4 1 disk phy:/dev/a,xvda,w"), 4, "one that never sees it");
	ok(world->changes < 20, "is not pestered");
	is_int(run("9 vif"), 1, "no such domain");
	is_int(run("nobody vif"), 1, "no such name");
	is_int(run("0 vif"), 1, "dom0 itself");
	world_boot_plain(3);
	is_int(run("3 vif"), 1, "one without a xenstore");
	ok(one_line(NAME "3: ", "without a xenstore"), "is told");
	world_boot(4);
	is_int(run("-t 1 4 vif"), 4, "one that is not attached yet");
	ok(one_line(NAME "4: ", "init-dom0less"), "is waited for");
	is_int(run("-t 1 later vif"), 4, "so is a name that may come");
	world->daemon_at = -1;
	is_int(run("-t 1 1 vif"), 3, "no xenstored");
	world->hyp_rc = -ENODEV;
	is_int(run("1 vif"), 3, "no Xen");
}

/* A guest that looks late never misses a device: detaching waits until it has let
 * go, and attaching waits for it. Nothing that was given to it is taken away. */
static void slow_guests(void)
{
	static const int64_t slow[] = { 0, 100, 1000, 4500 };
	unsigned int i;
	int64_t began;

	for (i = 0; i < 8; i++) {
		begin(ENDS_GOOD);
		ends_slow = slow[i % 4];
		ends_portless = i / 4;
		run("1 vif");
		is_int(detach("1 vif 0"), 0, "a guest that looks after %d ms",
		       (int)ends_slow);
		is_int(run("1 vif"), 0, "sees the next one");
		is_str(err, "", "says nothing");
		is_int(devices(), 1, "as one device");
	}
	begin(ENDS_GOOD);
	run("1 vif");
	began = world->now;
	detach("1 vif 0");
	ok(world->now - began < 100, "one that gives its port back is not "
	   "waited for any longer");
	begin(ENDS_GOOD);
	ends_busy = ends_portless = true;
	run("1 vif");
	began = world->now;
	is_int(detach("1 vif 0"), 0, "one that is always busy");
	ok(world->now - began < 6000, "is waited for, but not for ever");
	begin(ENDS_GOOD);
	run("1 vif");
	world_find(1)->info.flags |= HYP_PAUSED;
	ends_slow = 1000000;
	began = world->now;
	is_int(detach("--force 1 vif 0"), 0, "one that is paused");
	ok(world->now - began < 3000, "is not");
	for (i = 0; i < 2; i++) {
		begin(ENDS_SILENT);
		ends_busy = i;
		ends_driver = world->now + 25000;
		is_int(run("-t 60 1 vif"), 0, "one that boots for 25 s");
		ok(world->now - ends_driver < 1000, "has it then");
		is_int((int)world_count("batch_remove " F "vif/0"), 1,
		       "and it was written once");
	}
}

/* A guest whose driver was unloaded, and loaded again: both ends stay closed. */
static void reloaded(void)
{
	begin(ENDS_GOOD);
	ends_slow = 200;
	run("1 vif bridge=xenbr0");
	run("1 disk /file,,xvda,w");
	world_write(B "vif/1/0/state", "6", NULL);
	world_write(F "vif/0/state", "6", NULL);
	world_write(B "vbd/1/51712/state", "6", NULL);
	world_write(F "vbd/51712/state", "6", NULL);
	is_int(run("1 vif bridge=xenbr0,devid=0,ip=1"), 1, "another card");
	ok(one_line(NAME "d1: vif 0: attach it: ", "its ip is ''"), "is told");
	is_int(run("-n 1 vif bridge=xenbr0"), 0, "a dry run");
	is_str(out, "d1: vif 0: begin anew\n"
	       "d1: vif 0: write its nodes\n"
	       "d1: vif 0: put it into bridge xenbr0\n"
	       "d1: vif 0: wait for both ends\n", "says its steps");
	is_int((int)world->changes, 0, "and takes none");
	is_int(run("1 vif bridge=xenbr0"), 0, "the same card");
	is_str(world_read(B "vif/1/0/state"), "4", "is connected again");
	is_int(run("1 disk /file,,xvda,w"), 0, "the same disk");
	is_str(world_read(B "vbd/1/51712/state"), "4", "is, too");
	is_int(devices(), 2, "two devices, as before");
	is_int(run("1 vif bridge=xenbr0"), 0, "again");
	is_int((int)world->changes, 0, "changes nothing");
}

static void usage(void)
{
	static const char *const bad[] = {
		"", "1", "1 vif birdge=x", "1 disk", "1 disk /a", "1 9pfs",
		"1 9pfs x", "1 9pfs 0 path=x", "1 9pfs 0 back:path",
		"1 9pfs 0 side:a=b", "1 9pfs 0 back:a%b=c", "1 vbd 0", "1 a/b 0",
		"a/b vif", "-f /nonexistent", "-f /dev/null 1 vif", "-t x 1 vif",
	};
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		begin(ENDS_GOOD);
		is_int(run(bad[i]), 2, "'%s' is a usage error", bad[i]);
		is_int((int)world->calls, 0, "and nothing is attempted");
	}
	begin(ENDS_GOOD);
	is_int(run("-f /dev/null"), 0, "no devices at all");
}

static void files(void)
{
	char path[64], arguments[96];
	FILE *f;

	snprintf(path, sizeof(path), "%s/devices", run_dir);
	f = fopen(path, "w");
	if (!f)
		abort();
	fputs("# all\n\nbridge br7 eth0\r\n 1 vif bridge=xenbr0\n"
	      "1\tvif bridge=br7\n2 disk vdev=xvda,target=/a b\n"
	      "2 9pfs 0 front:tag=x back:path=/s backend=1\n", f);
	fclose(f);
	begin(ENDS_GOOD);
	snprintf(arguments, sizeof(arguments), "-t 3 -N -f %s", path);
	is_int(run(arguments), 0, "a file of devices");
	is_str(err, "", "says nothing");
	is_str(world_read(B "vif/1/1/bridge"), "br7", "two cards");
	is_str(world_read(B "vbd/2/51712/params"), "/a b", "a disk");
	is_str(world_read("/local/domain/1/backend/9pfs/2/0/path"), "/s",
	       "another device, of a driver domain");
	is_int(world->links[1].master, 3, "a card of dom0's is in the bridge");
	world_pass(100);
	is_int(run(arguments), 0, "again");
	is_int((int)world->changes, 0, "changes nothing");
	f = fopen(path, "a");
	if (!f)
		abort();
	fputs("1 vif x=y\n", f);
	fclose(f);
	begin(ENDS_GOOD);
	is_int(run(arguments), 2, "a bad line");
	ok(strstr(err, "devices:8: x: "), "is told with its number");
	is_int((int)world->calls, 0, "and nothing is attempted");
	unlink(path);
}

static void going(void)
{
	begin(ENDS_GOOD);
	run("1 vif ip=1");
	run("1 vif ip=2");
	is_int(detach("1 vif 0"), 0, "one of two cards is detached");
	ok(world_read(F "vif/1/state"), "the other one is there");
	is_int(devices(), 1, "as a whole");
	begin(ENDS_GOOD);
	run("1 vif");
	run("1 disk /file,,xvda,w");
	is_int(detach("1 vif 0"), 0, "a card is detached");
	is_int(devices(), 1, "the disk is there");
	is_int(detach("1 vif 0"), 0, "again");
	is_str(err, "", "nothing to say");
	is_int(detach("-n --all"), 0, "a dry run");
	is_int((int)world->changes, 0, "takes no step");
	is_int(detach("--all"), 0, "all");
	is_int(devices(), 0, "nothing is there");
	ends_guest = ENDS_GOOD;
	run("1 disk /file,,xvda,w");
	ends_guest = ENDS_STUCK;
	is_int(detach("-t 3 1 disk xvda"), 4, "a guest that holds on");
	ok(one_line("dom0less-detach: d1: disk xvda: wait until it has closed",
		    "the guest's end is 4 (connected), the backend's 5"),
	   "is told");
	is_int(run("-t 1 1 disk /file,,xvda,w"), 4, "it is being detached");
	is_int(detach("--force 1 disk xvda"), 0, "it is taken");
	is_int(devices(), 0, "nothing is there");
	is_int(detach("1 disk"), 2, "which?");
	is_int(detach("1 disk xyz"), 2, "no disk");
	is_int(detach("1 vif 0 1"), 2, "too much");
	is_int(detach("9 vif 0"), 1, "no such domain");
}

/* What scripts have done is undone by them, where it would stay. */
static void scripts(void)
{
	static const char script[] = "script /etc/xen/scripts/block remove";

	begin(ENDS_GOOD);
	is_int(run("1 disk /file,,xvda,w"), 0, "a disk without a script");
	is_int(detach("1 disk xvda"), 0, "is detached");
	is_int((int)world_count("script"), 0, "by no script");
	is_int(run("-N 1 disk script=/mine,vdev=xvda,target=x"), 0, "one with");
	is_int((int)world_count("script /mine add"), 1, "is made by it");
	is_int(detach("1 disk xvda"), 0, "is detached");
	is_int((int)world_count("script /mine remove"), 1, "by it, too");
	run("1 disk /file,,xvda,w");
	world_write(B "vbd/1/51712/node", "/dev/loop0", NULL);
	is_int(detach("1 disk xvda"), 0, "one of xl's with a loop device");
	is_int((int)world_count(script), 1, "is detached by xl's script");
	run("1 disk phy:/dev/a,xvda,w");
	is_int(detach("1 disk xvda"), 0, "one of xl's without");
	is_int((int)world_count("script"), 0, "by no script");
}

/* What is killed, and fails, at each of its calls; and is then done again. */
static const struct deed {
	const char *name;
	int (*run)(const char *arguments);
	const char *arguments;
	enum ends_guest guest;
	bool there;	/* a card and a disk of domain 1's, when it begins */
	int devices;	/* there are when it is done */
} deeds[] = {
	{ "dom0less-attach", run, "-t 5 1 vif", ENDS_GOOD, false, 1 },
	{ "dom0less-attach", run, "-t 5 1 disk /file,,xvda,w", ENDS_GOOD, false,
	  1 },
	{ "dom0less-detach", detach, "-t 5 1 vif 0", ENDS_GOOD, true, 1 },
	{ "dom0less-detach", detach, "-t 5 --all 1", ENDS_GOOD, true, 0 },
	{ "dom0less-detach", detach, "-t 5 -f --all", ENDS_STUCK, true, 0 },
};

enum { DEEDS = sizeof(deeds) / sizeof(*deeds) };

/* The world as it is before a deed: made once, since it is needed so often. */
static void begin_deed(const struct deed *deed)
{
	static struct world made[2];
	static bool is_made;

	if (!is_made) {
		begin(ENDS_GOOD);
		made[false] = *world;
		run("1 vif");
		run("1 disk /file,,xvda,w");
		made[true] = *world;
		is_made = true;
	}
	*world = made[deed->there];
	ends_begin(deed->guest);
}

/* Somebody else writes at the same time, up to a few times in a row. */
static void conflicts(const struct deed *deed)
{
	unsigned int n, bad = 0;

	for (n = 1; n < 8; n++) {
		begin_deed(deed);
		world->conflicts = n;
		bad += deed->run(deed->arguments) != 0 || world->conflicts ||
		       *err || devices() != deed->devices;
	}
	is_int(bad, 0, "%s %s: conflicts end", deed->name, deed->arguments);
}

/* It dies at each call; the next run finishes. */
static void deaths(const struct deed *deed)
{
	unsigned int at, bad = 0;
	bool more = true;

	for (at = 1; more; at++) {
		begin_deed(deed);
		world->fault = (struct world_fault){
			.at = at, .how = at % 2 ? DIE_BEFORE : DIE_AFTER };
		deed->run(deed->arguments);
		more = world->fault.fired;
		world->served = false;
		if (deed->run(deed->arguments) || *err ||
		    devices() != deed->devices) {
			bad++;
			printf("# %s %s, at call %u: %s\n", deed->name,
			       deed->arguments, at, err);
		}
	}
	ok(at > 20, "%s %s dies at %u calls", deed->name, deed->arguments,
	   at - 2);
	is_int(bad, 0, "and the next run finishes");
	printf("# sum: %u calls at which dom0less-attach or -detach was killed\n",
	       at - 2);
}

/*
 * One call fails, each in some ways: a deed makes many, of few kinds. The status is
 * a documented one. A device is not there by halves, but while it is detached; then
 * it is still found.
 */
enum { FEWER = 3 };

static void failures(const struct deed *deed)
{
	unsigned int at, i, n = 0, bad = 0, half = 0, later = 0;
	bool more = true;
	int status;

	for (at = 1; more; at++)
		for (i = at % FEWER; i < RUN_ERRORS; i += FEWER) {
			begin_deed(deed);
			world->fault = (struct world_fault){
				.at = at, .rc = -run_errors[i] };
			status = deed->run(deed->arguments);
			more = world->fault.fired;
			if (!more)
				break;
			n++;
			bad += (status != 0 && status != 1 && status != 3 &&
				status != 4) || !said_by(deed->name);
			half += count_devices(deed->there) < 0;
			later += deed->run(deed->arguments) != 0 ||
				 devices() != deed->devices;
		}
	ok(n > 200, "one call of it fails in %u ways", n);
	is_int(bad, 0, "the status is one of those documented");
	is_int(half, 0, "no device is half there, or lost");
	is_int(later, 0, "and the next run finishes");
	printf("# sum: %u calls failed once\n", n);
}

int main(void)
{
	unsigned int i;

	if (!mkdtemp(run_dir))
		abort();
	cards();
	same_time();
	disks();
	driver_domain_closes();
	driver_domain();
	guests();
	slow_guests();
	reloaded();
	usage();
	files();
	going();
	scripts();
	for (i = 0; i < DEEDS; i++) {
		conflicts(&deeds[i]);
		deaths(&deeds[i]);
		failures(&deeds[i]);
	}
	rmdir(run_dir);
	return done();
}
