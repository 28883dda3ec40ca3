/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "applet.h"
#include "parts/shown.h"
#include "run.h"
#include "userdata.h"

#define NAME "dom0less-shutdown: "

static int run(const char *arguments)
{
	return run_applet(dom0less_shutdown_main, "dom0less-shutdown",
			  arguments);
}

static char *node(unsigned int domid, const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "/local/domain/%u/control/%s", domid,
		 name);
	return path;
}

static const char *asked(unsigned int domid)
{
	return world_read(node(domid, "shutdown"));
}

/* Domains 1 and 2, which offer both, 3, which offers nothing, and xl's 4. */
static void begin(void)
{
	unsigned int domid;

	world_reset(17);
	world_write("/local/domain/0/name", "Domain-0", NULL);
	for (domid = 1; domid <= 3; domid++) {
		world_boot((uint16_t)domid);
		world_serve(world_find((uint16_t)domid));
	}
	for (domid = 1; domid <= 2; domid++) {
		world_write(node(domid, "feature-poweroff"), "1", NULL);
		world_write(node(domid, "feature-reboot"), "1", NULL);
	}
	world_xl(4);
	world_write(node(4, "feature-poweroff"), "1", NULL);
}

/* Each guest that was asked stops, for the reason it has. */
static unsigned int reason;

static void stop(void)
{
	unsigned int domid;

	for (domid = 1; domid <= 2; domid++)
		if (asked(domid) && *asked(domid)) {
			world_write(node(domid, "shutdown"), "", NULL);
			world_find((uint16_t)domid)->info.flags =
				HYP_SHUTDOWN | reason << HYP_REASON_SHIFT;
		}
	world->later = world->now + 100;
}

static void stop_with(unsigned int why)
{
	begin();
	reason = why;
	world->happens = stop;
	world->later = world->now + 100;
}

static void asking(void)
{
	begin();
	is_int(run("1"), 0, "a guest is asked");
	ok(!*out && !*err, "silently");
	is_str(asked(1), "poweroff", "to power off");
	is_int(run("-r web2"), 0, "another, by its name");
	is_str(asked(2), "reboot", "to reboot");
	is_int(run("3"), 1, "one that does not offer it");
	ok(one_line(NAME "d3: ", "does not offer that"), "is told of");
	ok(!asked(3), "and not asked");
	world_write(node(3, "feature-poweroff"), "0", NULL);
	is_int(run("3"), 1, "one that says no");
	is_int(run("0"), 1, "this domain itself");
	ok(one_line(NAME "d0: ", "itself"), "is told of");
	is_int(run("9 1"), 1, "one that is not there");
	is_str(asked(1), "poweroff", "the other is asked");
	begin();
	is_int(run("--all"), 1, "all");
	ok(asked(1) && asked(2) && !asked(4), "are those of the board");
	is_int(run("4"), 0, "xl's, by its number");
	is_str(asked(4), "poweroff", "is asked");
	begin();
	is_int(run("-n -f 1"), 0, "a dry run");
	is_str(out, "d1: ask it to power off\nd1: destroy it\n", "says both");
	is_int(world->changes, 0, "and does nothing");
	is_int(run(""), 2, "nobody");
	is_int(run("--all 1"), 2, "all and one");
	is_int(run("-t x 1"), 2, "no number");
	world->daemon_at = -1;
	is_int(run("-t 0 1"), 3, "no xenstored");
}

static void waiting(void)
{
	static const struct {
		unsigned int reason;
		int status;
		const char *word;
	} ways[] = {
		{ 0, 0, "powered off" }, { 1, 0, "rebooted" },
		{ 2, 1, "been suspended" }, { 3, 1, "crashed" },
		{ 4, 1, "been stopped by its watchdog" },
		{ 200, 1, "been stopped" },
	};
	unsigned int i;
	char want[128];

	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		stop_with(ways[i].reason);
		is_int(run("-v -w 1"), ways[i].status, "it has %s",
		       ways[i].word);
		snprintf(want, sizeof(want), NAME "d1: it has %s\n",
			 ways[i].word);
		ok(strstr(err, want), "which is said");
	}
	stop_with(0);
	is_int(run("-w --all"), 1, "all: one does not offer it");
	ok(world_find(1)->info.flags & world_find(2)->info.flags & HYP_SHUTDOWN,
	   "the others have stopped");
	begin();
	is_int(run("-w -t 1 1"), 4, "a guest that does not answer");
	ok(one_line(NAME "d1: ", "has not answered"), "is told of");
	world_write(node(1, "shutdown"), "", NULL);
	is_int(run("-w -t 1 2"), 4, "the other one");
	stop_with(0);
	is_int(run("-w 1"), 0, "it stops");
	is_int(run("-w 1"), 0, "once more: it has");
	ok(!*asked(1), "and is not asked");
}

static bool is_gone(uint16_t domid)
{
	char home[32], entry[32], files[64];
	unsigned int i;

	snprintf(home, sizeof(home), "/local/domain/%u", domid);
	snprintf(entry, sizeof(entry), "/libxl/%u", domid);
	snprintf(files, sizeof(files), "/backend/vif/%u/", domid);
	for (i = 0; i < world->tree.size; i++)
		if (!strncmp(world->tree.nodes[i].path, home, strlen(home)) ||
		    !strncmp(world->tree.nodes[i].path, entry, strlen(entry)) ||
		    strstr(world->tree.nodes[i].path, files))
			return false;
	return !world_find(domid);
}

static void forcing(void)
{
	begin();
	shown_devices();
	is_int(run("-f -t 1 3"), 0, "one that does not offer it, by force");
	ok(is_gone(3), "nothing is left of it");
	ok(world_find(1) && !is_gone(1), "the others are there");
	is_int(run("-f -t 1 1"), 0, "one that does not answer");
	ok(is_gone(1), "is gone, too");
	is_int(world_count("pause d1"), 1, "first it is paused");
	is_int(world_count("destroy d1"), 3, "Xen is told until it is done");
	stop_with(0);
	is_int(run("-f 2"), 0, "one that stops");
	ok(world_find(2), "is not destroyed");
	begin();
	world->fault = (struct world_fault){ .at = 1, .call = "pause",
					     .rc = -EPERM, .always = true };
	is_int(run("-f -t 1 1"), 1, "Xen refuses");
	ok(one_line(NAME "d1: destroy it: ", ""), "is told");
	ok(world_read("/local/domain/1/name"), "its nodes stay");
	world->fault = (struct world_fault){ .at = 1, .call = "destroy",
					     .rc = -EPERM, .always = true };
	is_int(run("-f -t 1 1"), 1, "Xen refuses later");
	ok(one_line(NAME "d1: destroy it: ", ""), "is told");
	is_int(run("-f -t 1 1"), 0, "and destroys it in the next run");
}

/* Any call of all fails once: a status that is documented, no half domain. */
static void failures(void)
{
	unsigned int at, bad = 0, n = 0;
	bool more = true;
	int status;

	for (at = 1; more; at++) {
		begin();
		world->fault = (struct world_fault){ .at = at, .rc = -EIO };
		status = run("-f -t 1 1 2");
		more = world->fault.fired;
		n++;
		bad += status < 0 || status > 4 || status == 2 ||
		       (status && !*err) || !said_by("dom0less-shutdown") ||
		       (!status && !(is_gone(1) && is_gone(2))) ||
		       !world_find(3);
	}
	ok(n > 30, "one of %u calls fails", n);
	is_int(bad, 0, "each time it is told, or it makes no difference");
	printf("# sum: %u calls failed once\n", n);
}

/* What libxl has in a file of domain 1. */
static const char *file_of_domain(void)
{
	static char path[192];

	snprintf(path, sizeof(path), "%s/userdata-d.1.%s.libxl-json",
		 userdata_dir, world_read("/local/domain/1/vm") + 4);
	return path;
}

/* A run is killed at each call; the next one destroys what that has left, and
 * removes what is known of it. */
static void deaths(void)
{
	static const char all[] = "-f -t 0 1 2 3";
	unsigned int at, bad = 0;
	const char *file;
	bool more = true;

	for (at = 1; more; at++) {
		begin();
		shown_devices();
		file = file_of_domain();
		close(open(file, O_CREAT | O_WRONLY, 0600));
		world->file_calls = true;
		world->fault = (struct world_fault){
			.at = at, .how = at % 2 ? DIE_BEFORE : DIE_AFTER };
		run(all);
		more = world->fault.fired;
		/* some may be gone, of which it is told */
		run(all);
		if (!said_by("dom0less-shutdown") || !access(file, F_OK) ||
		    !is_gone(1) || !is_gone(2) || !is_gone(3) ||
		    !world_find(4)) {
			bad++;
			printf("# at call %u: %s\n", at, err);
		}
		unlink(file);
	}
	ok(at > 100, "it dies at %u calls", at - 2);
	is_int(bad, 0, "and the next run finishes");
	printf("# sum: %u calls at which dom0less-shutdown was killed\n",
	       at - 2);
}

int main(void)
{
	static char lib[64];

	if (!mkdtemp(run_dir))
		return 1;
	snprintf(lib, sizeof(lib), "%s/lib", run_dir);
	mkdir(lib, 0700);
	userdata_dir = lib;
	asking();
	waiting();
	forcing();
	failures();
	deaths();
	ok(!rmdir(lib) && !rmdir(run_dir), "nothing is left behind");
	return done();
}
