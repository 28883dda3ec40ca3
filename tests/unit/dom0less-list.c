/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "applet.h"
#include "parts/shown.h"
#include "run.h"
#include "userdata.h"

#define HEADING "Name                                        ID   Mem VCPUs" \
	"\tState\tTime(s)"
#define ELSEWHERE "dom0less-list: xenstored runs in another domain, and was " \
	"not reached through /dev/xen/xenbus: names and nodes are " \
	"not known\n"
#define NO_STORE "dom0less-list: no xenstored answers (does it run?): names " \
	"and nodes are not known\n"
#define LOST_STORE "dom0less-list: xenstored failed on the way: from there on " \
	"names and nodes are not known\n"

static int run(const char *arguments)
{
	return run_applet(dom0less_list_main, "dom0less-list", arguments);
}

/* What is said without xenstored. */
static const char *without_store(void)
{
	return shown_elsewhere() ? ELSEWHERE : NO_STORE;
}

static void begin(unsigned int minor)
{
	world_reset(minor);
	world_write("/local/domain/0/name", "Domain-0", NULL);
	world_write("/local/domain/0/domid", "0", NULL);
}

/* Domains 1, connected, 2, fresh, and 3, connected. */
static void three(void)
{
	begin(21);
	world_boot(1);
	world_serve(world_find(1));
	world_speak(world_find(1));
	world_boot(2);
	world_boot(3);
	world_serve(world_find(3));
	world_speak(world_find(3));
}

/* JSON of many runs, for one jq: what all are to be, a line each. */
static char documents[1 << 22], wanted[1 << 16];
static unsigned int ndocuments;

static void add_document(const char *domids)
{
	strcat(documents, out);
	strcat(wanted, domids);
	ndocuments++;
}

/* A line as xl's, and the state. */
static char *add_line(char *to, unsigned int domid, const char *name,
		      const char *word)
{
	const struct hyp_domain *i = &world_find((uint16_t)domid)->info;

	return to + sprintf(to, "%-40s %5u %5u %5u     %c%c%c%c%c%c  %8.1f  "
			    "%s\n", name, domid, (unsigned int)
			    ((i->tot_pages + i->outstanding_pages) / 256),
			    i->online_vcpus, i->flags & HYP_RUNNING ? 'r' : '-',
			    i->flags & HYP_BLOCKED ? 'b' : '-',
			    i->flags & HYP_PAUSED ? 'p' : '-',
			    i->flags & HYP_SHUTDOWN ? 's' : '-',
			    !(i->flags & HYP_SHUTDOWN) ? '-' :
			    i->flags >> 16 < 6 ? "-rscwS"[i->flags >> 16] : '?',
			    i->flags & HYP_DYING ? 'd' : '-',
			    (double)i->cpu_time / 1e9, word);
}

static const char *name_of(unsigned int domid)
{
	char path[64];
	const char *name;

	snprintf(path, sizeof(path), "/local/domain/%u/name", domid);
	name = world_read(path);
	return name ? name : "(null)";
}

static void every_state(bool store)
{
	char want[8192], domids[256], name[16], *w, *d;
	unsigned int from, n, i;
	const struct world_state *s;
	const char *with = store ? "with xenstored" : "without xenstored";

	for (from = 0; from < world_nstates; from += n) {
		n = world_begin(from);
		if (!store)
			world->daemon_at = -1;
		world_find(0)->info.flags = HYP_RUNNING;
		w = want + sprintf(want, HEADING "  Xenstore\n");
		w = add_line(w, 0, store ? "Domain-0" : "(null)", "control");
		d = domids + sprintf(domids, "[[0,\"control\"]");
		for (i = 1; i <= n; i++) {
			s = &world_states[from + i - 1];
			snprintf(name, sizeof(name), "node%u", i);
			if (!strcmp(s->blind_word, "xl"))
				strcpy(name, "(null)");
			w = add_line(w, i, store ? name_of(i) : name,
				     store ? s->word : s->blind_word);
			d += sprintf(d, ",[%u,\"%s\"]", i, store ? s->word
				     : s->blind_word);
		}
		strcpy(d, "]\n");
		is_int(run(""), 0, "%s, from %s: status", with,
		       world_states[from].what);
		is_str(out, want, "%s, from %s", with, world_states[from].what);
		is_str(err, store ? "" : without_store(), "%s, from %s: stderr", with,
		       world_states[from].what);
		run("-q");
		is_str(err, "", "%s, from %s: -q", with,
		       world_states[from].what);
		run("--json");
		add_document(domids);
		run("-j -d /tree");
		add_document(domids);
		run("-jl -o domid,state");
		add_document(domids);
	}
}

/* --- nothing is touched, whatever is asked and found --- */

static bool is_touched(const char *applet, const char *arguments)
{
	unsigned int maps = world_count("map ");
	const char *why = NULL;
	char changes[512];

	if (world->changes)
		why = world_changes(changes, sizeof(changes));
	else if (*world->wrong)
		why = world->wrong;
	else if (!world_is_unchanged())
		why = "the world is another";
	else if (world->mapped || strstr(world->journal, " rw\n"))
		why = "a page is mapped still, or to write";
	else if (maps < world_count("unmap"))
		why = "more was unmapped than mapped";
	else if (world_count("hyp_lock"))
		why = "the lock was taken";
	if (why)
		printf("# %s %s: %s\n", applet, arguments, why);
	return why;
}

static void touches_nothing(void)
{
	static const char *const options[] = {
		"-d /tree ", "-j ", "-l ", "-o domid,name,uuid ", "-p ", "-v ",
	};
	static const char *const who[] = { "", "1 4", "web2 5 nosuch" };
	enum { N = sizeof(options) / sizeof(*options) };
	unsigned int from, n, set, i, ran = 0, bad = 0, crashed = 0, store;
	char arguments[256];
	int status;

	for (store = 0; store < 2; store++)
		for (from = 0; from < world_nstates; from += n) {
			n = world_begin(from);
			if (!store)
				world->daemon_at = -1;
			world->file_calls = true;
			world_remember();
			for (set = 0; set < 1 << N; set++) {
				*arguments = '\0';
				for (i = 0; i < N; i++)
					if (set & 1u << i)
						strcat(arguments, options[i]);
				strcat(arguments, who[(set + from) % 3]);
				status = run(arguments);
				crashed += status != 0 && status != 1;
				bad += is_touched("dom0less-list", arguments);
				ran++;
			}
		}
	is_int(bad, 0, "nothing is touched in %u runs", ran);
	is_int(crashed, 0, "all of which end well");
}

/* --- what breaks --- */

/* Nothing but closing the connection is left after the last answer. */
static bool is_lost(bool batch, unsigned int at)
{
	if (batch)
		return at <= world_count("batch_");
	return at <= world_count("store_") - world_count("store_close");
}

static void store_breaks(void)
{
	static const int rcs[] = { -EIO, -ETIMEDOUT, -ENOTCONN };
	static const char *const calls[] = { "store_", "batch_" };
	unsigned int at, i, bad = 0, n = 0;
	bool more = true;
	int status;

	for (i = 0; i < 6; i++)
		for (at = 1, more = true; more; at++) {
			three();
			world->fault = (struct world_fault){
				.at = at, .rc = rcs[i / 2], .always = true };
			strcpy(world->fault.call, calls[i % 2]);
			world_remember();
			status = run("");
			bad += lines(out) != 5 || !strstr(out, "  waiting\n") ||
			       is_touched("at", "") || world->mapped;
			/* at the first call there is no connection to lose */
			if (at > 1 || i % 2)
				bad += status != is_lost(i % 2, at) ||
				       strcmp(err, status ? LOST_STORE : "");
			else
				bad += status || strcmp(err, without_store());
			more = world->fault.fired && at < 100;
			n++;
		}
	ok(n > 30, "xenstored breaks at %u points", n);
	is_int(bad, 0, "what is known is listed, and what is not is said");
	three();
	world->fault = (struct world_fault){ .at = 1, .rc = -EIO,
		.always = true, .call = "batch_introduced d3" };
	is_int(run("-o domid,name,xenstored"), 1, "xenstored dies on the way");
	is_str(out, "0\tDomain-0\tyes\n1\tweb1\tyes\n2\t-\tyes\n3\t-\tno\n",
	       "of whom it was asked");
	is_str(err, LOST_STORE, "one line");

	three();
	world->stopped = true;
	is_int(run(""), 0, "xenstored is stopped");
	is_str(err, NO_STORE, "which is said");
	ok(world->now < 1005000, "in time");
	is_int(lines(out), 5, "all are listed");
	run("-j -o xenstored");
	is_str(jq("map(.xenstored)", out), "[\"no\",\"no\",\"no\",\"no\"]\n",
	       "and for programs, too");
}

static void vanishing(void)
{
	unsigned int at, bad = 0, stale = 0, calls;
	const char *two;

	three();
	world_serve(world_find(2));
	run("");
	calls = world->calls;
	for (at = 1; at <= calls; at++) {
		three();
		world_serve(world_find(2));
		world_find(2)->vanish = at;
		bad += run("") || *err || !strstr(out, "web1 ") ||
		       !strstr(out, "web3 ") || world->mapped ||
		       strstr(out, "gone") ||
		       (lines(out) != 4 && lines(out) != 5);
		two = strstr(out, "     2   256");
		stale += two && (strstr(two, "stale") ||
				 strstr(two, "nameless"));
	}
	ok(calls > 20, "a domain vanishes at each of %u calls", calls);
	is_int(bad, 0, "the others are listed");
	is_int(stale, 0, "it is never said to be in a state it was not in");
}

static void failing(void)
{
	static const char *const calls[] = {
		"param_get d2 2", "param_get d2 17", "param_get d2 1",
		"evtchn_status d2", "map d2",
	};
	unsigned int i;

	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		three();
		world->fault = (struct world_fault){ .at = 1, .rc = -EIO,
						     .always = true };
		strcpy(world->fault.call, calls[i]);
		is_int(run(""), 1, "%s fails", calls[i]);
		ok(one_line("dom0less-list: d2: ", "Input/output error"),
		   "%s: one line", calls[i]);
		ok(strstr(out, "web1 ") && strstr(out, "web3 "),
		   "%s: the others are listed", calls[i]);
		ok(!strstr(out, "  plain\n") && !strstr(out, "  closed\n") &&
		   !strstr(out, "  unsupported\n"), "%s: no state is made "
		   "up of it", calls[i]);
	}
	three();
	world->fault = (struct world_fault){ .at = 1, .call = "domains",
					     .rc = -EACCES };
	is_int(run(""), 1, "domains cannot be listed");
	ok(one_line("dom0less-list: ", "cannot list the domains"), "one line");
	world->fault.at = 1;
	world->fault.seen = 0;
	is_int(run("-j"), 1, "nor as JSON");
	is_str(jq(".", out), "[]\n", "an empty array");
	three();
	world->fault = (struct world_fault){ .at = 2, .call = "domains",
					     .rc = -EIO };
	is_int(run("-p -o domid"), 1, "not all of them");
	is_str(out, "0\n1\n", "the first ones are there");
}

static void nothing_to_talk_to(void)
{
	static const int rcs[] = { -ENODEV, -EPERM, -EIO };
	static const char *const says[] = { "no Xen", "control domain",
					    "Input/output error" };
	unsigned int i;

	for (i = 0; i < 3; i++) {
		begin(17);
		world->hyp_rc = rcs[i];
		is_int(run("-j"), 3, "%s", says[i]);
		ok(one_line("dom0less-list: ", says[i]), "one line");
		is_str(out, "", "nothing on stdout");
	}
	three();
	world->dtb_rc = -EINVAL;
	is_int(run(""), 0, "no tree of the kernel's is no harm");
	is_int(run("-d /tree"), 3, "a broken one of the user's is");
	ok(one_line("dom0less-list: /tree: ", "device tree"), "one line");
	is_int(world_count("hyp_open"), 0, "nothing was touched");
	world->dtb_rc = -ENOENT;
	is_int(run("--dtb=/tree"), 3, "so is none");
	ok(one_line("dom0less-list: /tree: ", "No such file"), "one line");
}

static void no_domctl(void)
{
	char want[512];

	begin(17);
	world->about.domctl = 0;
	world->about.domctl_met = 0x2a;
	world_find(0)->info.full = false;
	world_boot(1);
	is_int(run(""), 0, "an unknown domctl");
	snprintf(want, sizeof(want), HEADING "  Xenstore\n"
		 "%-40s %5d %5d %5s     ------  %8.1f  control\n"
		 "%-40s %5d %5d %5s     ------  %8.1f  waiting\n",
		 "Domain-0", 0, 256, "-", 0.0, "(null)", 1, 256, "-", 0.0);
	is_str(out, want, "what is known");
	is_str(err, "dom0less-list: Xen 4.17: its domctl interface is 0x2a, "
	       "those known are 0x11 to 0x18: states, vCPUs, times and UUIDs "
	       "are left out\n", "why no more is");
	run("-j");
	is_str(jq("map([.memory_mib,.vcpus,.uuid,.time_s,.flags])", out),
	       "[[256,null,null,null,null],[256,null,null,null,null]]\n",
	       "the rest is null");
}

/* --- choices --- */

/* A slow xenstored has three seconds for a domain, not for all of them. */
static void slow_store(void)
{
	three();
	world->slow_ms = 500;
	is_int(run("-o name,state"), 0, "a slow xenstored");
	is_str(out, "Domain-0\tcontrol\nweb1\tconnected\n-\twaiting\n"
	       "web3\tconnected\n", "is asked about all of them");
	is_str(err, "", "with patience");
}

static void operands(void)
{
	three();
	is_int(run("-o domid 3"), 0, "by domid");
	is_str(out, "3\n", "that one");
	is_int(run("-o domid,name web3 1"), 0, "by name and domid");
	is_str(out, "1\tweb1\n3\tweb3\n", "in domid order");
	is_int(run("-o domid 1 web1"), 0, "twice");
	is_str(out, "1\n", "once");
	is_int(run("-o domid web3 9 nosuch 2"), 1, "some are missing");
	is_str(out, "2\n3\n", "the others are listed");
	is_str(err, "dom0less-list: 9: no such domain\n"
	       "dom0less-list: nosuch: no such domain\n", "a line for each");
	is_int(run("nosuch"), 1, "none of them");
	is_str(out, HEADING "  Xenstore\n", "the heading");
	is_int(run("-j nosuch"), 1, "none of them, JSON");
	is_str(out, "[]\n", "an empty array");
	is_int(run("Domain-0 -o state"), 0, "the control domain");
	is_str(out, "control\n", "is a domain");
	world->dtb_domains = 6;
	is_int(run("-d /tree -o domid 2"), 0, "operands and a tree");
	is_str(out, "2\n", "that one");
	/* without xenstored nobody has a name */
	three();
	world->daemon_at = -1;
	is_int(run("-o domid web1 2"), 1, "by name, without xenstored");
	is_str(out, "2\n", "by domid that works");
}

static void trees(void)
{
	char want[2048], *w = want;

	three();
	world_xl(4);
	world->dtb_domains = 6;
	world->dtb_cpus = 3;
	is_int(run("-d /tree"), 0, "a tree");
	is_str(err, "", "nothing to say");
	w += sprintf(w, HEADING "  Xenstore     DeclMem(k)  DeclVCPUs\n");
	w = add_line(w, 0, "Domain-0", "control    " "  -           -");
	w = add_line(w, 1, "web1", "connected    65536       3");
	w = add_line(w, 2, "node2", "waiting      65536       3");
	w = add_line(w, 3, "web3", "connected    65536       3");
	w = add_line(w, 4, "(null)", "xl           -           -");
	sprintf(w, "%-40s %5d %5d %5s     ------  %8.1f  absent       65536"
		"       3\n%-40s %5d %5d %5s     ------  %8.1f  absent       "
		"65536       3\n", "node5", 5, 0, "-", 0.0, "node6", 6, 0,
		"-", 0.0);
	is_str(out, want, "with what it declares, and who is absent");
	run("-j -d /tree");
	is_str(jq("map([.domid,.state,.name,.declared_name,"
		  ".declared_memory_kib,.declared_vcpus,.memory_mib])", out),
	       "[[0,\"control\",\"Domain-0\",null,null,null,256],"
	       "[1,\"connected\",\"web1\",\"node1\",65536,3,256],"
	       "[2,\"waiting\",null,\"node2\",65536,3,256],"
	       "[3,\"connected\",\"web3\",\"node3\",65536,3,256],"
	       "[4,\"xl\",null,null,null,null,256],"
	       "[5,\"absent\",null,\"node5\",65536,3,null],"
	       "[6,\"absent\",null,\"node6\",65536,3,null]]\n", "and as JSON");
	is_int(world_count("dtb_load /tree, all of it"), 1,
	       "the user's is read");
	is_int(world_count("dtb_load"), 1, "and no other");
	run("-o domid,declared_name");
	is_str(out, "0\t-\n1\t-\n2\t-\n3\t-\n4\t-\n", "without -d, none");
	is_int(world_count("dtb_load /sys/firmware/fdt"), 1,
	       "though the kernel's is read");
	world->daemon_at = -1;
	run("-o domid,declared_name");
	is_str(out, "0\t-\n1\tnode1\n2\tnode2\n3\tnode3\n4\t-\n",
	       "unless there is no xenstored");
	begin(21);
	world->dtb_domains = 2;
	is_int(run("-d /tree -p -o domid,state"), 0, "none of them runs");
	is_str(out, "0\tcontrol\n1\tabsent\n2\tabsent\n", "all are absent");
}

static void output(void)
{
	char uuid[64], want[512];
	unsigned int i, tabs, rows;

	three();
	run("-l");
	ok(strstr(out, "  Xenstore     UUID    ") && lines(out) == 5,
	   "-l: a heading, all domains");
	strcpy(uuid, "  2ed6657d-e927-568b-95e1-2665a8aea601  ");
	ok(strstr(out, uuid) && strstr(out, "  0x39001  ") &&
	   strstr(out, "  bound  ") && strstr(out, "  unbound  "), "-l: more");
	run("-p");
	for (i = tabs = 0; out[i]; i++)
		tabs += out[i] == '\t';
	rows = lines(out);
	is_int(rows, 4, "-p: no heading");
	for (i = 0; report_name(false, i); i++)
		;
	is_int(tabs, rows * (i - 1), "-p: as many columns in each");
	run("-o name,domid,state");
	is_str(out, "Domain-0\t0\tcontrol\nweb1\t1\tconnected\n-\t2\twaiting\n"
	       "web3\t3\tconnected\n", "-o: these fields");
	run("-j -o name 2");
	is_str(out, "[{\"schema\":1,\"name\":null}]\n", "-j -o: these fields");
	run("-j 1 2");
	is_str(jq("map(keys_unsorted[0:3])", out), "[[\"schema\",\"domid\","
	       "\"name\"],[\"schema\",\"domid\",\"name\"]]\n", "-j: in order");

	is_int(run("-o nosuch"), 2, "-o nosuch");
	is_str(out, "", "nothing on stdout");
	snprintf(want, sizeof(want), "dom0less-list: nosuch: no such field");
	ok(!strncmp(err, want, strlen(want)), "says so");
	for (i = 0; report_name(false, i); i++) {
		snprintf(want, sizeof(want), "\ndom0less-list:   %s\n",
			 report_name(false, i));
		ok(strstr(err, want) != NULL, "and names %s", report_name(false, i));
	}
	is_int(world->calls, 0, "nothing was touched");
	is_int(run("-o domid,bad\x1b,name"), 2, "a field with an escape");
	ok(!strchr(err, '\x1b') && strstr(err, "bad\\x1b: no such field"),
	   "is escaped, and cut at its comma");
	is_int(run("70000"), 2, "a large domid");
	is_int(run("-h"), 0, "help");
	is_str(out, "help\n", "on stdout");
	is_int(run("-V"), 0, "version");
	is_int(world->calls, 0, "nothing was touched");
}

static void hostile(void)
{
	static const char *const names[] = {
		"a\tb\nc", "\x1b[2J\x1b]0;x\x07", "\"}],[\"", "\\u0000\\",
		"\xff\xfe\xc0\x80", "\xed\xa0\x80", "\xc3\xa4\xf0\x9f\x98\x80",
	};
	enum { N = sizeof(names) / sizeof(*names) };
	unsigned int i;
	const char *c;

	for (i = 0; i <= N; i++) {
		three();
		strcpy(world->odd_path, "/local/domain/2/name");
		/* at last, as much as a node can hold */
		memset(world->odd, 0x9b, sizeof(world->odd));
		if (i < N)
			strcpy(world->odd, names[i]);
		is_int(run(""), 0, "name %u", i);
		is_int(lines(out), 5, "name %u: a line each", i);
		for (c = strchr(out, '\n'); *c; c++)
			if ((*c < ' ' || *c > '~') && *c != '\n')
				break;
		is_int(*c, 0, "name %u: nothing but text", i);
		run("-p");
		is_int(lines(out), 4, "name %u: a line each for programs", i);
		run("-j");
		add_document("[[0,\"control\"],[1,\"connected\"],[2,\"partial"
			     "\"],[3,\"connected\"]]\n");
		three();
		strcpy(world->odd_path, "/local/domain/3/vm");
		memset(world->odd, 0x9b, sizeof(world->odd));
		if (i < N)
			strcpy(world->odd, names[i]);
		run("-j");
		add_document("[[0,\"control\"],[1,\"connected\"],[2,\"waiting"
			     "\"],[3,\"connected\"]]\n");
	}
}

/* --- devices --- */

#define DEVICE_HEADING "Name                  ID     Kind  Device  Backend  " \
	"Guest's end       Backend's end     Target\n"

static void some_devices(void)
{
	three();
	shown_devices();
}

static int run_devices(const char *arguments)
{
	char all[256];

	snprintf(all, sizeof(all), "--devices %s", arguments);
	return run(all);
}

static void devices(void)
{
	three();
	is_int(run("--devices"), 0, "no devices");
	is_str(out, DEVICE_HEADING, "the heading alone");
	run("--devices --json");
	is_str(out, "[]\n", "an empty array");
	some_devices();
	is_int(run("--devices"), 0, "devices");
	is_str(out, DEVICE_HEADING
	       "web1                  1      disk  xvdb    0        "
	       "4 (connected)     4 (connected)     /dev/a\n"
	       "web1                  1      vif   0       0        "
	       "4 (connected)     4 (connected)     xenbr0\n"
	       "web3                  3      vif   0       0        "
	       "1 (initialising)  2 (waiting)       xenbr0\n", "a table");
	is_int(run("-p -D 1"), 0, "one domain's, for programs");
	is_str(out, "1\tweb1\tdisk\txvdb\t51728\t0\tvbd\t/dev/a\t4\t4\t"
	       "2 was\\x0anot there\n"
	       "1\tweb1\tvif\t0\t0\t0\tvif\txenbr0\t4\t4\t-\n",
	       "by its number");
	is_int(run("-o device,front_state,back_state -D web3"), 0, "fields");
	is_str(out, "0\t1\t2\n", "chosen before it is said of what");
	is_int(run("-D -o device,vcpus"), 2, "a domain's field");
	is_int(run("-o device"), 2, "a device's field");
	is_int(run("-D -l"), 2, "together with --long");
	is_int(run("-D -d /tree"), 2, "together with a tree");
	is_int(run("-D 9"), 1, "a domain that is not there");
	run("-jD 1");
	is_str(jq("map([.domid,.device,.devid,.front_state,.error])", out),
	       "[[1,\"xvdb\",51728,4,\"2 was\\nnot there\"],"
	       "[1,\"0\",0,4,null]]\n", "JSON");
}

/* What guests write of their own ends. */
static void odd_devices(void)
{
	static const char *const odd[] = {
		"9", "44", "", "-1", "4\n", "\x1b[31m", "connected",
	};
	unsigned int i;

	for (i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		some_devices();
		world_write("/local/domain/1/device/vif/0/state", odd[i], NULL);
		is_int(run("-D"), 0, "state %u", i);
		ok(strstr(out, " 0        no known state    4 (connected) "),
		   "state %u is none", i);
		is_int(lines(out), 4, "state %u: a line each", i);
		run("-D -o front_state");
		is_str(out, "4\n-\n1\n", "state %u: no number", i);
	}
	some_devices();
	world_write("/local/domain/1/device/vif/0/backend",
		    "/local/domain/3/backend/vif/1/0", NULL);
	world_remove("/local/domain/1/device/vif/0/state");
	is_int(run("-D -o device,backend_domid,front_state"), 0,
	       "a guest that points elsewhere");
	is_str(out, "xvdb\t0\t4\n0\t0\t-\n0\t0\t1\n", "is not followed");
	world_write("/libxl/1/device/vif/0/backend", "/local/domain/0", NULL);
	is_int(run("-D -o device"), 1, "an entry that is rubbish");
	is_str(out, "xvdb\n0\n", "the others are listed");
	ok(one_line("dom0less-list: d1: look at its devices: ", ""), "told");
}

static void no_devices(void)
{
	some_devices();
	world->daemon_at = -1;
	is_int(run("-D"), 3, "no xenstored");
	is_str(err, "dom0less-list: no xenstored answers (does it run?): devices "
	       "are not known\n", "is told");
	run_fail_anywhere("dom0less-list", some_devices, run_devices);
}

int main(void)
{
	char lib[64];

	if (!mkdtemp(run_dir))
		return 1;
	snprintf(lib, sizeof(lib), "%s/lib", run_dir);
	mkdir(lib, 0700);
	userdata_dir = lib;
	every_state(true);
	every_state(false);
	touches_nothing();
	store_breaks();
	run_fail_anywhere("dom0less-list", three, run);
	vanishing();
	failing();
	nothing_to_talk_to();
	no_domctl();
	slow_store();
	operands();
	trees();
	output();
	hostile();
	devices();
	odd_devices();
	no_devices();
	is_str(jq("map([.domid,.state])", documents), wanted,
	       "jq reads the JSON of %u runs", ndocuments);
	ok(!rmdir(lib) && !rmdir(run_dir), "nothing is left behind");
	return done();
}
