/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "applet.h"
#include "parts/shown.h"
#include "run.h"
#include "userdata.h"
#include "uuid.h"

#define GROUND(store) "Xen 4.21.0, domctl 0x17; control domain 0; " store "\n"
#define GOOD GROUND("C xenstored answers; its own nodes are there")
#define NONE GROUND("no xenstored answers")
#define ELSEWHERE "dom0less-status: xenstored runs in another domain, and was " \
	"not reached through /dev/xen/xenbus: the states are what Xen " \
	"alone knows\n"
#define NO_STORE "dom0less-status: no xenstored answers (does it run?): the " \
	"states are what Xen alone knows\n"

static char lib[64];

static int run(const char *arguments)
{
	return run_applet(dom0less_status_main, "dom0less-status", arguments);
}

/* What is said without xenstored. */
static const char *without_store(void)
{
	return shown_elsewhere() ? ELSEWHERE : NO_STORE;
}

static struct world_domain *begin(void)
{
	world_reset(21);
	world_write("/local/domain/0/name", "Domain-0", NULL);
	world_write("/local/domain/0/domid", "0", NULL);
	return world_boot(1);
}

static struct world_domain *serve(uint16_t domid)
{
	world_serve(world_find(domid));
	return world_find(domid);
}

/* Domains 1 and 3 are connected, 2 is ready. */
static void three(void)
{
	begin();
	world_boot(2);
	world_boot(3);
	world_speak(serve(1));
	serve(2);
	world_speak(serve(3));
}

static char documents[1 << 22], wanted[1 << 16];
static unsigned int ndocuments;

static void add_document(const char *domids)
{
	strcat(documents, out);
	strcat(wanted, domids);
	ndocuments++;
}

/* --- every state --- */

/* TEXT begins with "dN NAME: WORD: " and has MEANS before its end. */
static bool line_is(const char *text, unsigned int domid, const char *name,
		    const char *word, const char *means, const char *next)
{
	char start[128], end[128] = "\n", text_[1024];
	size_t n = strcspn(text, "\n") + 1;

	snprintf(text_, sizeof(text_), "%.*s", (int)n, text);
	snprintf(start, sizeof(start), "d%u %s: %s: ", domid, name, word);
	if (next)
		snprintf(end, sizeof(end), "; next step: %s\n", next);
	if (!strncmp(text_, start, strlen(start)) &&
	    (!means || strstr(text_ + strlen(start), means)) &&
	    strlen(text_) > strlen(end) &&
	    !strcmp(text_ + strlen(text_) - strlen(end), end) &&
	    (next || !strstr(text_, "next step")))
		return true;
	tap_note("got", text_);
	printf("# wanted %s...%s...%s", start, means ? means : "", end);
	return false;
}

static const char *name_of(unsigned int domid, bool store)
{
	static char text[64];
	const char *name;

	snprintf(text, sizeof(text), "/local/domain/%u/name", domid);
	name = world_read(text);
	if (store)
		return name ? name : "(null)";
	snprintf(text, sizeof(text), "node%u", domid);
	return text;
}

/* One domain, asked for: its line and the exit status. */
static void one_state(unsigned int domid, const struct world_state *s,
		      bool store)
{
	const char *word = store ? s->word : s->blind_word, *line;
	char operand[16];
	int status;

	snprintf(operand, sizeof(operand), "%u", domid);
	status = run(operand);
	line = strchr(out, '\n');
	is_int(status, !store || world_is_bad(s, word),
	       "%s: status", s->what);
	ok(line && lines(out) == 2 && line_is(line + 1, domid,
		name_of(domid, store), word, store ? s->means : NULL,
		store ? s->next : s->blind_next), "%s: its line", s->what);
	is_str(err, store ? "" : without_store(), "%s: stderr", s->what);
	snprintf(operand, sizeof(operand), "-q %u", domid);
	is_int(run(operand), !store || world_is_bad(s, word),
	       "%s: -q: status", s->what);
	ok(!*out && !*err, "%s: -q: silent", s->what);
}

static void every_state(bool store)
{
	unsigned int from, n, i, rows;
	char domids[256], *d;
	bool bad, shown;
	const char *word;

	for (from = 0; from < world_nstates; from += n) {
		n = world_begin(from);
		if (!store)
			world->daemon_at = -1;
		bad = !store;
		d = domids + sprintf(domids, "[");
		for (i = 1, rows = 0; i <= n; i++) {
			one_state(i, &world_states[from + i - 1], store);
			word = store ? world_states[from + i - 1].word
				     : world_states[from + i - 1].blind_word;
			bad = bad || world_is_bad(&world_states[from + i - 1],
						  word);
			shown = strcmp(word, "xl") && strcmp(word, "control");
			if (shown)
				d += sprintf(d, "%s[%u,\"%s\"]", rows++ ? "," :
					     "", i, word);
		}
		strcpy(d, "]\n");
		is_int(run(""), bad, "from %s: status",
		       world_states[from].what);
		is_int(lines(out), rows + 1, "from %s: a line each",
		       world_states[from].what);
		is_str(err, store ? "" : without_store(), "from %s: stderr",
		       world_states[from].what);
		is_int(run("--json"), bad, "from %s: JSON",
		       world_states[from].what);
		add_document(domids);
		run("-jv");
		add_document(domids);
		run("-j -o state,domid");
		add_document(domids);
	}
}

/* As libxl calls them: 'd' its data, 'l' what it locks. */
static const char *libxl_path(const struct world_domain *d, char which)
{
	static char path[256];
	char uuid[UUID_TEXT];

	snprintf(path, sizeof(path), "%s/userdata-%c.%u.%s.%s", lib, which,
		 d->info.domid, uuid_format(uuid, d->info.handle),
		 which == 'd' ? "libxl-json" : "domain-userdata-lock");
	return path;
}

static void make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		abort();
	close(fd);
}

static void libxl_file(void)
{
	struct world_domain *d;

	begin();
	d = serve(1);
	world_speak(d);
	userdata_dir = lib;
	is_int(run("-p -o next_step"), 0, "connected, no file of libxl's");
	is_str(out, "store libxl's configuration\n", "the next step");
	ok(!rmdir(lib) && !mkdir(lib, 0700), "which is not taken");
	make_file(libxl_path(d, 'd'));
	make_file(libxl_path(d, 'l'));
	run("-p -o next_step");
	is_str(out, "-\n", "there is one: libxl may lock it, that is no step");
	unlink(libxl_path(d, 'd'));
	unlink(libxl_path(d, 'l'));
	userdata_dir = "/nonexistent/xen";
}

/* --- nothing is touched, whatever is asked and found --- */

static bool is_touched(const char *arguments)
{
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
	else if (world_count("hyp_lock"))
		why = "the lock was taken";
	if (why)
		printf("# dom0less-status %s: %s\n", arguments, why);
	return why;
}

static void touches_nothing(void)
{
	static const char *const options[] = {
		"-j ", "-o domid,name,uuid ", "-p ", "-q ", "-v ",
	};
	static const char *const who[] = { "", "1 4", "web2 5 nosuch" };
	enum { N = sizeof(options) / sizeof(*options) };
	unsigned int from, n, set, i, ran = 0, bad = 0, crashed = 0, store;
	char arguments[256];
	int status;

	userdata_dir = lib;
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
				/* ten looks instead of one */
				if (set % 5 == 0)
					strcat(arguments, "-w -t 1 ");
				strcat(arguments, who[(set + from) % 3]);
				status = run(arguments);
				crashed += status != 0 && status != 1 &&
					   status != 4;
				bad += is_touched(arguments);
				ran++;
			}
			world->fault = (struct world_fault){
				.at = 4, .call = "domains 0",
				.how = DIE_BEFORE };
			run("--watch -v");
			bad += is_touched("--watch");
			ok(!rmdir(lib) && !mkdir(lib, 0700), "no file is made");
		}
	is_int(bad, 0, "nothing is touched in %u runs", ran);
	is_int(crashed, 0, "all of which end well");
	userdata_dir = "/nonexistent/xen";
}

/* --- the ground --- */

static void ground(void)
{
	begin();
	run("");
	ok(!strncmp(out, GOOD, strlen(GOOD)), "C xenstored");
	world_write("/tool/xenstored", "", NULL);
	run("");
	ok(!strncmp(out, GOOD, strlen(GOOD)), "C xenstored's empty node");
	world_write("/tool/xenstored", "/usr/sbin/oxenstored", NULL);
	run("");
	ok(strstr(out, "0; oxenstored answers; its own nodes are there\n"),
	   "oxenstored");
	world_remove("/local/domain/0/domid");
	run("");
	ok(strstr(out, "answers; its own nodes are missing (init-dom0less "
		  "--dom0)\n"), "no domid");
	world_remove("/local/domain/0/name");
	world_write("/local/domain/0/domid", "0", NULL);
	run("");
	ok(strstr(out, "answers; its own nodes are missing (init-dom0less "
		  "--dom0)\n"), "no name");
	world->daemon_at = -1;
	run("");
	ok(!strncmp(out, NONE, strlen(NONE)), "no xenstored");
	is_str(err, NO_STORE, "which the last line says, too");
	world->odd_socket = true;
	is_int(run("1"), 1, "a socket that is not trusted");
	ok(one_line("dom0less-status: xenstored's socket is a link, or not ",
		    "not asked: the states are what Xen alone knows"),
	   "one line");
	world->odd_socket = false;

	begin();
	world->about = (struct hyp_about){ .major = 5, .minor = 123,
		.extra = ".7-p\x1b[2J", .self = 5 };
	world_find(0)->info.domid = 5;
	run("");
	ok(!strncmp(out, "Xen 5.123.7-p\\x1b[2J, domctl unknown (those known "
		    "are 0x11 to 0x18); control domain 5; ", 86),
	   "another Xen, of which little is known");
	ok(strstr(out, "missing"), "the nodes are those of our domain");
	ok(world_count("store_open bus") > 0, "by the bus");

	begin();
	is_int(run("-p"), 1, "for programs");
	is_int(lines(out), 1, "there is no such line");
	/* what cannot be read is not missing */
	world->fault = (struct world_fault){ .at = 1, .rc = -EIO,
		.call = "batch_read /local/domain/0/domid" };
	run("");
	ok(!strstr(out, "missing"), "its own nodes cannot be read");
	world->fault = (struct world_fault){ .at = 1, .rc = -EIO,
		.always = true, .call = "store_read /tool/xenstored" };
	run("");
	ok(!strstr(out, "C xenstored"), "its kind cannot be read");
}

static void no_domctl(void)
{
	begin();
	world->about.domctl = 0;
	world_find(0)->info.full = world_find(1)->info.full = false;
	world_speak(serve(1));
	is_int(run("-p -o domid,state,vcpus,uuid,next_step"), 0,
	       "an unknown domctl");
	is_str(out, "1\tconnected\t-\t-\t-\n", "what is known");
	world->about.domctl_met = 0x19;
	is_int(run(""), 0, "in words");
	ok(!strncmp(out, "Xen 4.21.0, domctl 0x19 (those known are 0x11 to "
		    "0x18); ", 56), "the interface it met, and those it knows");
}

static void nothing_to_talk_to(void)
{
	static const int rcs[] = { -ENODEV, -EPERM, -EIO };
	static const char *const says[] = { "no Xen", "control domain",
					    "Input/output error" };
	static const char *const all[] = { "", "-j", "-q", "-w", "-W", "1" };
	unsigned int i, j;

	for (i = 0; i < 3; i++)
		for (j = 0; j < sizeof(all) / sizeof(*all); j++) {
			begin();
			world->hyp_rc = rcs[i];
			is_int(run(all[j]), 3, "%s: %s", all[j], says[i]);
			ok(one_line("dom0less-status: ", says[i]), "one line");
			is_str(out, "", "nothing on stdout");
		}
}

/* --- what breaks --- */

/* What Xen booted with: up to 4.17 the kernel shows it, later the user has it. */
static void tree(void)
{
	three();
	world->dtb_rc = -EINVAL;
	run("");
	ok(strstr(out, "d1 "), "no tree of the kernel's is no harm");
	is_int(world_count("dtb_load /sys/firmware/fdt"), 1, "it is looked for");
	is_int(run("-d /tree"), 3, "a broken one of the user's is");
	ok(one_line("dom0less-status: /tree: ", "device tree"), "one line");
	is_int(world_count("hyp_open"), 0, "nothing was touched");
	world->dtb_rc = -ENOENT;
	is_int(run("--dtb=/tree"), 3, "so is none");
	ok(one_line("dom0less-status: /tree: ", "No such file"), "one line");
	world_reset(20);
	world_boot(1)->pinned = true;
	world_boot(2);
	run("-o state");
	is_str(out, "waiting\nwaiting\n", "without a tree static memory is not seen");
	world->dtb_domains = 2;
	is_int(run("-d /tree -o state"), 1, "with one: status");
	is_str(out, "unsupported\nwaiting\n", "it is");
	is_int(world_count("dtb_load"), 1, "no other is read");
	world->dtb_domains = 0;
	run("-d /tree");
	ok(one_line("dom0less-status: /tree: ", "no domain in it"),
	   "one that declares no domain");
}

#define ABSENT ": absent: declared by the device tree, but Xen does not run it\n"
#define VCPUS "dom0less-status: d2: 2 vCPUs of those that the device tree " \
	"declares are absent: Xen has not made them\n"

/* Declared, and not there. */
static void absent(void)
{
	three();
	world_speak(world_find(2));
	world->dtb_domains = 5;
	is_int(run(""), 1, "two domains that the tree declares are not there");
	ok(strstr(out, "\nd4 node4" ABSENT "d5 node5" ABSENT), "a line each");
	is_str(err, "", "no other");
	is_int(run("-o domid,state,declared_name,xenstored"), 1, "for programs");
	ok(strstr(out, "\n4\tabsent\tnode4\t-\n5\tabsent\tnode5\t-\n"),
	   "a line each");
	is_int(run("-j -o domid,state"), 1, "JSON");
	is_str(jq("map([.domid,.state])[3:]", out),
	       "[[4,\"absent\"],[5,\"absent\"]]\n", "an object each");
	is_int(run("-q"), 1, "-q");
	is_str(out, "", "silent");
	is_int(run("-w"), 1, "-w");
	ok(world->now == 1000000, "does not wait for them");
	is_int(run("1 2 3"), 0, "others were asked for");
	world_xl(4);
	is_int(run(""), 1, "one of xl's has the domid");
	ok(!strstr(out, "d4 ") && strstr(out, "d5 node5" ABSENT),
	   "the other is absent");
	world->fault = (struct world_fault){ .at = 3, .call = "domains 0",
					     .how = DIE_BEFORE };
	run("-W");
	ok(strstr(out, "\nd5 node5" ABSENT) && lines(out) == 4, "-W: once");
	world->dtb_domains = 3;
	is_int(run(""), 0, "all are there");
	world->dtb_cpus = 1;
	is_int(run(""), 0, "and their vCPUs");
	world->dtb_cpus = 3;
	world_find(1)->info.max_vcpu_id = 2;
	world_find(3)->info.max_vcpu_id = 3;
	is_int(run(""), 1, "one lacks two of its three");
	is_str(err, VCPUS, "a line");
	is_int(run("-q"), 1, "-q");
	is_int(run("-w"), 1, "-w");
	world_find(2)->info.full = false;
	is_int(run(""), 0, "where Xen does not tell, nothing is said");
}

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
	bool more;
	int status;

	for (i = 0; i < 6; i++)
		for (at = 1, more = true; more; at++) {
			three();
			world_speak(world_find(2));
			world->fault = (struct world_fault){
				.at = at, .rc = rcs[i / 2], .always = true };
			strcpy(world->fault.call, calls[i % 2]);
			world_remember();
			status = run("");
			bad += status != is_lost(i % 2, at) || lines(out) != 4 ||
			       strcmp(err, status ? NO_STORE : "") ||
			       is_touched("") || !strstr(out, "\nd3 ");
			more = world->fault.fired && at < 100;
			n++;
		}
	ok(n > 30, "xenstored breaks at %u points", n);
	is_int(bad, 0, "what is known is shown, and the status is 1");
	three();
	world->fault = (struct world_fault){ .at = 1, .rc = -EIO,
		.always = true, .call = "batch_introduced" };
	run("");
	ok(!strncmp(out, NONE, strlen(NONE)), "which the first line says");
	three();
	world->stopped = true;
	is_int(run("3"), 1, "xenstored is stopped");
	ok(!strncmp(out, NONE, strlen(NONE)), "which is said");
	ok(world->now < 1005000, "in time");
	is_int(run("-q 3"), 1, "nor does -q say that all is well");
	is_int(run("-o domid,state,xenstored 3"), 1, "for programs");
	is_str(out, "3\tconnected\tno\n", "what the word was told from");
	is_str(err, NO_STORE, "and a line for who started them");
	is_int(run("-w -t 5 3"), 4, "-w");
	ok(world->now < 1030000, "and that in time");
}

static void vanishing(void)
{
	unsigned int at, bad = 0, stale = 0, calls;

	three();
	world_speak(world_find(2));
	run("");
	calls = world->calls;
	for (at = 1; at <= calls; at++) {
		three();
		world_speak(world_find(2));
		world_find(2)->vanish = at;
		stale += run("") != 0 || strstr(out, "stale") ||
			 strstr(out, "nameless");
		bad += *err || !strstr(out, "\nd1 web1: connected: ") ||
		       !strstr(out, "\nd3 web3: connected: ") ||
		       world->mapped || strstr(out, "gone") ||
		       (lines(out) != 3 && lines(out) != 4);
	}
	ok(calls > 20, "a domain vanishes at each of %u calls", calls);
	is_int(bad, 0, "the others are shown");
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
		ok(one_line("dom0less-status: d2: ", "Input/output error"),
		   "%s: one line", calls[i]);
		ok(strstr(out, "d1 web1: ") && strstr(out, "d3 web3: "),
		   "%s: the others are shown", calls[i]);
		ok(!strstr(out, ": plain: ") && !strstr(out, ": closed: ") &&
		   !strstr(out, ": unsupported: "), "%s: no state is made up "
		   "of it", calls[i]);
		world->fault.at = 1;
		world->fault.seen = 0;
		ok(run("-w -t 5") == 4 || world->now < 1001000,
		   "%s: -w ends as it should", calls[i]);
		is_int(lines(err), 1, "%s: -w says it once", calls[i]);
	}
	begin();
	world->fault = (struct world_fault){ .at = 1, .call = "domains",
					     .rc = -EACCES };
	is_int(run(""), 1, "domains cannot be listed");
	ok(one_line("dom0less-status: ", "cannot list the domains"),
	   "one line");
}

/* --- choices --- */

static void operands(void)
{
	three();
	world_xl(4);
	is_int(run("-o domid"), 1, "all of ours");
	is_str(out, "1\n2\n3\n", "and no others");
	is_int(run("-o domid 1 web3"), 0, "by domid and by name");
	is_str(out, "1\n3\n", "those, and they decide");
	is_int(run("-o domid 2"), 1, "another");
	is_int(run("-o domid,state 4 0"), 0, "asked for, any");
	is_str(out, "0\tcontrol\n4\txl\n", "is shown");
	is_int(run("-o domid 1 9 nosuch"), 1, "some are missing");
	is_str(out, "1\n", "the others are shown");
	is_str(err, "dom0less-status: 9: no such domain\n"
	       "dom0less-status: nosuch: no such domain\n", "a line for each");
	is_int(run("-q nosuch"), 1, "silent, and missing");
	begin()->exists = false;
	is_int(run("-p"), 0, "no domain at all");
	is_str(out, "", "no line");
	is_int(run("-j"), 0, "nor as JSON");
	is_str(out, "[]\n", "an empty array");
}

static void output(void)
{
	char want[16384], *w, *c, *rest;
	unsigned int i;

	three();
	run("-p 2");
	strcpy(documents, out);
	run("2");
	w = want + snprintf(want, sizeof(want) / 2, "%s", out);
	for (i = 0, c = strtok_r(documents, "\t\n", &rest); c; i++) {
		if (strcmp(c, "-"))
			w += sprintf(w, "    %-20s %s\n", report_name(false, i), c);
		c = strtok_r(NULL, "\t\n", &rest);
	}
	*documents = '\0';
	ok(report_name(false, i - 1) && !report_name(false, i), "-p: every field");
	is_int(run("-v 2"), 1, "-v");
	is_str(out, want, "-v: every value there is");
	run("-j 1 2");
	is_str(jq("map([.schema,.domid,.state,.introduced,.next_step])", out),
	       "[[1,1,\"connected\",\"yes\",null],[1,2,\"ready\",\"yes\","
	       "\"notify the guest\"]]\n", "-j: values");
	is_int(run("-q -j"), 1, "-q -j");
	is_str(out, "", "is silent, too");
	run("-q -p");
	is_str(out, "", "-q -p: silent");
	run("-q -v");
	is_str(out, "", "-q -v: silent");
	is_int(run("-o nosuch"), 2, "-o nosuch");
	is_int(run("-t x"), 2, "-t x");
	is_int(run("-t 86401 -w"), 2, "-t too long");
	is_int(run("a/b"), 2, "no name");
	is_int(run("-h"), 0, "help");
	is_str(out, "help\n", "on stdout");
	is_int(run("-V"), 0, "version");
	is_int(world->calls, 0, "nothing was touched");
}

static void hostile(void)
{
	unsigned int i;
	const char *c;

	for (i = 1; i < 256; i++) {
		begin();
		strcpy(world->odd_path, "/local/domain/1/name");
		memset(world->odd, (int)i, i % 3 ? sizeof(world->odd) : 1);
		if (i & 4) {
			run("-j");
			add_document("[[1,\"partial\"]]\n");
		} else {
			run(i & 8 ? "" : "-v");
		}
		for (c = out; *c; c++)
			if ((*c < ' ' || *c > '~') && *c != '\n')
				break;
		if (*c || (!(i & 4) && !strstr(out, "d1 ")))
			ok(false, "a name of byte %u", i);
	}
	ok(true, "names of every byte, one and 4096 of them");
}

/* --- waiting --- */

static void reaches(void)
{
	world_serve(world_find(2));
	world_find(2)->wake = world->now + 400;
}

static void crashes(void)
{
	world_find(1)->info.flags = HYP_SHUTDOWN | HYP_CRASH << 16;
}

static void waiting(void)
{
	struct world_domain *d;

	begin();
	serve(1)->wake = world->now + 700;
	is_int(run("-w"), 0, "-w: a guest that speaks later");
	ok(world->now >= 1000700 && world->now <= 1000900, "is waited for");
	ok(strstr(out, "d1 web1: connected: ") && lines(out) == 2,
	   "then all is said, once");
	is_str(err, "", "and nothing else");
	is_int(run("-w"), 0, "-w again");
	ok(world->now <= 1000900, "at once");

	begin();
	serve(1);
	is_int(run("-w -t 3"), 4, "-w: a guest that never speaks");
	ok(world->now >= 1003000 && world->now < 1003200, "until the deadline");
	ok(strstr(out, "d1 web1: ready: "), "what it came to");
	is_int(world_count("hyp_give_back"), 30, "no domain is held meanwhile");
	is_str(err, "", "and nothing else");
	begin();
	is_int(run("-w -q"), 4, "-w: nobody initialises it");
	ok(world->now >= 1030000 && world->now < 1031000, "30 s by default");
	is_str(out, "", "-q");
	begin();
	is_int(run("-w -t 0"), 4, "-w -t 0");
	ok(world->now == 1000000, "one look");

	begin();
	serve(1);
	world->later = world->now + 300;
	world->happens = crashes;
	is_int(run("-w"), 1, "-w: the guest crashes meanwhile");
	ok(world->now >= 1000300 && world->now <= 1000500, "is a failure at once");
	ok(strstr(out, "d1 web1: dying: the guest crashed"), "with the reason");
	begin();
	world_speak(serve(1));
	world_find(1)->info.flags = HYP_SHUTDOWN | HYP_SUSPEND << 16;
	is_int(run("-w -t 3"), 4, "-w: a guest that suspended itself");
	ok(strstr(out, "d1 web1: suspended: "), "is not done");

	d = begin();
	world_boot(2);
	world_speak(serve(1));
	world->later = world->now + 1500;
	world->happens = reaches;
	is_int(run("-w"), 0, "-w: another is initialised meanwhile");
	ok(world->now >= 1001900 && world->now <= 1002100, "is waited for");
	world_find(2)->channel.state = HYP_EVTCHN_CLOSED;
	is_int(run("-w -t 2 1"), 0, "-w: of one alone");
	is_int(run("-w -t 2 1 9"), 1, "-w: one is missing");
	is_int(run("-w -t 2"), 4, "-w: one cannot be");
	ok(d != NULL, "the worst status counts");

	begin();
	world_speak(serve(1));
	world->daemon_at = world->now + 1000;
	is_int(run("-w"), 0, "-w: xenstored is waited for");
	ok(world->now >= 1001000 && world->now <= 1001200, "and no longer");
	world->daemon_at = -1;
	is_int(run("-w -t 2"), 4, "-w: no xenstored");
	is_str(err, NO_STORE, "which is said");
	/* what only xenstored knows is known as long as it answers */
	begin();
	world_speak(serve(1));
	world_remove("/local/domain/1/vm");
	is_int(run("-w -t 5"), 4, "-w: nameless to the end");
	ok(strstr(out, "d1 web1: nameless: "), "which is said");
	begin();
	serve(1)->wake = world->now + 2000;
	world->daemon_at = world->now + 1000;
	is_int(run("-w"), 0, "-w: xenstored comes meanwhile");
	ok(!strncmp(out, GOOD, strlen(GOOD)), "and is asked then");
}

/* --- watching --- */

static void second(void)
{
	world_speak(world_find(1));
	world_xl(4);
}

static void first(void)
{
	world_serve(world_find(1));
	world->later = world->now + 300;
	world->happens = second;
}

static void no_store(void)
{
	world->daemon_at = -1;
}

static void no_first(void)
{
	world_find(1)->exists = false;
}

static void no_nodes(void)
{
	world_find(1)->info.flags = HYP_DYING;
	world_remove("/local/domain/1");
	world->later = world->now + 300;
	world->happens = no_first;
}

static void die(void)
{
	_exit(137);
}

/* A domain that was watched, and is no more. */
static void watching_gone(void)
{
	three();
	world_boot_plain(7);
	world->later = world->now + 300;
	world->happens = no_first;
	world->fault = (struct world_fault){ .at = 20, .call = "domains 0",
					     .how = DIE_BEFORE };
	run("-W");
	is_int(lines(out), 5, "a line for the end of a domain");
	ok(strstr(out, "\nd1 web1: gone: it is in Xen's list no more"), "that "
	   "says which");

	three();
	world->later = world->now + 300;
	world->happens = no_first;
	world->fault = (struct world_fault){ .at = 20, .call = "domains 0",
					     .how = DIE_BEFORE };
	run("-W -p -o domid,state,name,memory_mib,xenstored web1");
	ok(strstr(out, "\n1\tgone\tweb1\t-\t-\n") && lines(out) == 2,
	   "fields");

	three();
	world->later = world->now + 300;
	world->happens = no_nodes;
	world->fault = (struct world_fault){ .at = 20, .call = "domains 0",
					     .how = DIE_BEFORE };
	run("-W -o state,name web1");
	is_str(out, "connected\tweb1\ndying\tweb1\ngone\tweb1\n",
	       "the name is known to the end");

	three();
	world->later = world->now + 300;
	world->happens = no_store;
	world->fault = (struct world_fault){ .at = 20, .call = "domains 0",
					     .how = DIE_BEFORE };
	run("-W web1");
	is_int(lines(out), 1, "whose name is not to be had is not gone");

	three();
	world->fault = (struct world_fault){ .at = 3, .call = "domains 0",
					     .rc = -EIO };
	world->later = world->now + 1000;
	world->happens = die;
	run("-W");
	is_int(lines(out), 3, "nor is anybody where Xen shows no list");
}

static void watching(void)
{
	begin();
	world_boot_plain(2);
	world->later = world->now + 300;
	world->happens = first;
	world->fault = (struct world_fault){ .at = 20, .call = "domains 0",
					     .how = DIE_BEFORE };
	is_int(run("--watch"), 137, "--watch goes on until it is interrupted");
	is_int(lines(out), 4, "a line for each change");
	ok(!strncmp(out, "d1 (null): waiting: ", 20), "at first");
	ok(strstr(out, "\nd2 (null): plain: "), "of each");
	ok(strstr(out, "\nd1 web1: ready: "), "then");
	ok(strstr(out, "\nd1 web1: connected: "), "at last");
	ok(world->now >= 1001800 && world->now <= 1002100, "ten looks a "
	   "second");
	is_str(err, "", "nothing else");
	is_int(world_count("hyp_give_back"), 19, "no domain is held meanwhile");

	begin();
	world->later = world->now + 300;
	world->happens = first;
	world->fault = (struct world_fault){ .at = 20, .call = "domains 0",
					     .how = DIE_BEFORE };
	run("-W -o state 1");
	is_str(out, "waiting\nready\nconnected\n", "fields, and an operand");

	begin();
	world->later = world->now + 300;
	world->happens = first;
	world->fault = (struct world_fault){ .at = 20, .call = "domains 0",
					     .how = DIE_BEFORE };
	run("-W -j -o state");
	is_str(jq("if type == \"array\" then .[] else . end | .state", out),
	       "\"waiting\"\n\"ready\"\n\"connected\"\n", "JSON, for who reads "
	       "on the way");

	begin();
	world_speak(serve(1));
	world_remove("/local/domain/1/vm");
	world->fault = (struct world_fault){ .at = 100, .call = "domains 0",
					     .how = DIE_BEFORE };
	run("-W -o state");
	is_str(out, "nameless\n", "nothing changes in ten seconds");

	begin();
	world->later = world->now + 300;
	world->happens = no_store;
	world->fault = (struct world_fault){ .at = 20, .call = "domains 0",
					     .how = DIE_BEFORE };
	run("-W -o state");
	is_str(err, NO_STORE, "xenstored goes: told once");

	begin();
	run_stdout = "/dev/full";
	is_int(run("--watch"), 0, "ends when nobody can read it");
	run_stdout = NULL;

	three();
	world->fault = (struct world_fault){ .at = 1, .call = "map d2",
					     .rc = -EIO, .always = true };
	run_stdout = "/dev/full";
	run("--watch");
	run_stdout = NULL;
	ok(one_line("dom0less-status: d2: ", "map"), "what fails is said");
}

/* --- devices --- */

static void some_devices(void)
{
	three();
	world_speak(world_find(2));
	shown_devices();
}

static void connect(void)
{
	world_write("/local/domain/3/device/vif/0/state", "4", NULL);
	world_write("/local/domain/0/backend/vif/3/0/state", "4", NULL);
}

static int run_devices(const char *arguments)
{
	char all[256];

	snprintf(all, sizeof(all), "-D %s", arguments);
	return run(all);
}

#define STUCK "vif 0: the guest's end is 1 (initialising), the backend's 2 " \
	"(waiting); does the guest have the driver?"

static void devices(void)
{
	some_devices();
	is_int(run(""), 0, "a device is stuck: the domains are connected");
	ok(strstr(out, "\nd3 web3: connected: ") &&
	   strstr(out, "; stuck: " STUCK "\n"), "it is told which, and why");
	is_int(lines(out), 4, "a line each");
	run("-o domid,stuck_devices");
	is_str(out, "1\t-\n2\t-\n3\t" STUCK "\n", "for programs");
	is_int(run("-D"), 1, "--devices: the answer is no");
	is_int(run("-D 1"), 0, "--devices: the others are well");
	is_int(run("-qD 3"), 1, "--devices: -q");
	is_str(out, "", "says nothing");
	world_write("/local/domain/0/error/backend/vif/3/0/error",
		    "22 x\033[1m", NULL);
	world_write("/local/domain/0/backend/vif/3/0/state", "5", NULL);
	run("3");
	ok(strstr(out, "the backend's 5 (closing): 22 x\\x1b[1m\n"),
	   "the kernel's own words, escaped");
	is_int(run("-w -t 1 -D 3"), 4, "it is waited for");
	is_int(run("-w -t 1 3"), 0, "but not without --devices");
	world->later = world->now + 500;
	world->happens = connect;
	is_int(run("-w -t 5 -D"), 0, "until it is connected");
	ok(!strstr(out, "stuck"), "then there is nothing to say");
	world_write("/libxl/3/device/vif/0/backend", "/local/domain/0", NULL);
	is_int(run("-D 3"), 1, "an entry that is rubbish");
	ok(strstr(out, "; stuck: vif 0: libxl's entry of it is rubbish\n"),
	   "is told");
	run_fail_anywhere("dom0less-status", some_devices, run_devices);
}

int main(void)
{
	if (!mkdtemp(run_dir))
		return 1;
	snprintf(lib, sizeof(lib), "%s/lib", run_dir);
	mkdir(lib, 0700);
	/* no file of libxl's, and no step to make one */
	userdata_dir = "/nonexistent/xen";
	every_state(true);
	every_state(false);
	libxl_file();
	touches_nothing();
	ground();
	no_domctl();
	nothing_to_talk_to();
	tree();
	absent();
	store_breaks();
	run_fail_anywhere("dom0less-status", three, run);
	vanishing();
	failing();
	operands();
	waiting();
	watching();
	watching_gone();
	hostile();
	devices();
	is_str(jq("map([.domid,.state])", documents), wanted,
	       "jq reads the JSON of %u runs", ndocuments);
	output();
	ok(!rmdir(lib) && !rmdir(run_dir), "nothing is left behind");
	return done();
}
