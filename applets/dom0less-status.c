/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dom0less-status - say what is wrong with each domain, and what to do next
 *
 * usage: dom0less-status [OPTION]... [DOMAIN]...
 *
 * DOMAIN is a domid or a name; without one, all but the toolstack's. The words:
 *
 *   plain  not enhanced       waiting  not initialised  partial  only half-way
 *   introduced  no handshake  nameless  nodes missing   ready  not heard yet
 *   connected  all is well    closed  by the guest      stale  daemon restarted
 *   unsupported  cannot work  dying  ended, or ending   foreign  another serves
 *   xl  of the toolstack      control  dom0, or alike   unknown  cannot be read
 *   suspended  by itself      absent  not made by Xen  gone  only told by -W
 *
 *   -d, --dtb FILE           what Xen booted with, where dom0 is not shown it
 *   -D, --devices            a device that is not connected counts, too
 *   -j, --json               a JSON array, an object for each domain
 *   -o, --output FIELD,...   only these fields, a TAB between, or JSON
 *   -p, --parsable           all fields, a TAB between, "-" for an absent one
 *   -t, --timeout SECS       how long -w waits, 30 by default
 *   -w, --wait               wait until all enhanced domains are connected
 *   -W, --watch              print a line whenever a state changes
 *   -h, --help  -q, --quiet  -v, --verbose  -V, --version
 *
 * Exit status: 0 all enhanced domains are connected; 1 some are not, or no
 * xenstored answers; 2 usage error; 3 no Xen, no privilege or no tree to ask;
 * 4 the deadline passed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "applet.h"
#include "attach.h"
#include "clock.h"
#include "devices.h"
#include "hyp.h"
#include "msg.h"
#include "store.h"
#include "userdata.h"
#include "uuid.h"

enum { POLL_MS = 100 };

struct opts {
	struct applet_output output;
	bool wait, watch, devices;
	const char *dtb;
	struct applet_args args;
};

static struct opts opts;
static bool store;		/* xenstored is connected */
static bool userdata;		/* there is a place for libxl's files */
static bool listed;		/* Xen's list of domains is complete */
static bool stuck;		/* some device is */

static const struct applet_option options[] = {
	{ 'd', APPLET_TEXT, "dtb", .text = &opts.dtb },
	{ 'D', APPLET_FLAG, "devices", .flag = &opts.devices },
	{ 'j', APPLET_FLAG, "json", .flag = &opts.output.json },
	{ 'o', APPLET_FIELDS, "output", .output = &opts.output },
	{ 'p', APPLET_FLAG, "parsable", .flag = &opts.output.tsv },
	{ 't', APPLET_SECONDS, "timeout", .ms = &opts.args.timeout },
	{ 'w', APPLET_FLAG, "wait", .flag = &opts.wait },
	{ 'W', APPLET_FLAG, "watch", .flag = &opts.watch },
	{ 0 },
};

/* Which xenstored is it? Only oxenstored says so, in /tool/xenstored. */
static const char *daemon_name(void)
{
	char value[STORE_VALUE_MAX + 1];
	int rc;

	if (!store)
		return "no xenstored answers";
	rc = store_read("/tool/xenstored", value, sizeof(value));
	if (rc < 0 && rc != -ENOENT)
		return "xenstored answers";
	return rc > 0 ? "oxenstored answers" : "C xenstored answers";
}

/* The length of our own domain's node, or -errno. */
static int own_node(const char *node)
{
	char path[STORE_PATH_MAX], value[STORE_VALUE_MAX + 1];

	snprintf(path, sizeof(path), "/local/domain/%u/%s", hyp_about()->self,
		 node);
	return store_read(path, value, sizeof(value));
}

static const char *own_nodes(void)
{
	int name = own_node("name"), domid = own_node("domid");

	if (name >= 0 && domid >= 0)
		return "its own nodes are there";
	if (name == -ENOENT || domid == -ENOENT)
		return "its own nodes are missing (init-dom0less --dom0)";
	store = false;		/* we own them, so xenstored has failed */
	return "its own nodes cannot be read";
}

/* Print what the domains stand on, in one line: Xen, dom0, xenstored. */
static void print_ground(void)
{
	const struct hyp_about *about = hyp_about();
	char extra[4 * sizeof(about->extra)];

	printf("Xen %u.%u%s, domctl %s%s; control domain %u; %s",
	       about->major, about->minor,
	       msg_escape(extra, sizeof(extra), about->extra),
	       applet_domctl(), about->domctl ? ""
	       : " (those known are " HYP_DOMCTL_KNOWN ")",
	       about->self, daemon_name());
	printf("%s%s\n", store ? "; " : "", store ? own_nodes() : "");
}

/* The first step that init-dom0less would take. None is taken here. */
static const char *next_step(struct domain *domain)
{
	struct attach attach = {
		.domain = domain, .name = domain->name, .dry = true,
		.userdata = userdata,
	};

	if (domain->rule->action != DOMAIN_ATTACH &&
	    domain->rule->action != DOMAIN_ATTACH_NOTE)
		return NULL;
	attach_begin(&attach);
	return attach_next_step(&attach);
}

/* Every field that has a value, one a line. */
static void print_raw(const struct report *report)
{
	struct report_fields one = { .count = 1 };
	char line[REPORT_LINE_MAX];
	unsigned int i;

	for (i = 0; report_name(false, i); i++) {
		one.field[0] = (unsigned char)i;
		report_tsv(line, &one, report);
		if (strcmp(line, "-"))
			printf("    %-20s %s\n", report_name(false, i), line);
	}
}

static void print_report(const struct report *report)
{
	char name[DOMAIN_NAME_MAX], text[4 * REPORT_VALUE_MAX];

	if (opts.output.tsv || opts.output.json) {
		applet_write(&opts.output, report);
		return;
	}
	printf("d%u %s: %s: %s", report->domain->info.domid,
	       msg_escape(name, sizeof(name), report_domain_name(report)),
	       report_state(report), report_advice(report));
	if (report->next_step)
		printf("; next step: %s", report->next_step);
	if (report->stuck)
		printf("; stuck: %s", msg_escape(text, sizeof(text),
						 report->stuck));
	puts("");
	if (opts.args.verbose)
		print_raw(report);
}

/* What one domain's devices say that are stuck, "; " between. */
struct stuck {
	const struct domain *domain;
	char text[REPORT_VALUE_MAX];
	size_t used;
	int rc;
};

static bool see_device(void *context, const char *kind, uint32_t devid)
{
	struct stuck *all = context;
	struct devices_one one;
	char why[256], word[SPEC_VDEV_MAX];
	int rc = devices_look(&one, all->domain->info.domid, kind, devid);

	if (rc && rc != -ENOENT && rc != -EPROTO)
		all->rc = rc;
	if (all->rc || rc == -ENOENT || (!rc && !device_is_stuck(&one.look)))
		return !all->rc;
	strcpy(why, "libxl's entry of it is rubbish");
	if (!rc)
		device_explain(why, sizeof(why), &one.look);
	if (all->used < sizeof(all->text))
		all->used += (size_t)snprintf(all->text + all->used,
				sizeof(all->text) - all->used, "%s%s %s: %s",
				all->used ? "; " : "",
				device_kind_word(&one.device),
				device_word(word, &one.device), why);
	return true;
}

/*
 * What is wrong with the devices of ALL's domain, or NULL. A domain that ends,
 * or is gone, has no use for them. The entries are dom0's own: if they cannot
 * be read, xenstored is the reason.
 */
static const char *look_at_devices(struct stuck *all)
{
	uint16_t domid = all->domain->info.domid;

	if (!store || all->domain->rule->state == DOMAIN_DYING ||
	    all->domain->rule->state == DOMAIN_GONE)
		return NULL;
	store = applet_try_store() &&
		!devices_each(domid, false, see_device, all) && !all->rc;
	stuck = stuck || all->used;
	return all->used ? all->text : NULL;
}

static void status_print(struct domain *domain)
{
	struct stuck all = { .domain = domain };
	struct report report = {
		.domain = domain, .next_step = next_step(domain),
		.stuck = look_at_devices(&all),
	};
	struct dtb_domain declared;

	if (opts.args.quiet)
		return;
	if (!store && !dtb_domain(domain->info.domid, &declared))
		report.declared = &declared;
	print_report(&report);
}

/* What the tree declares, and Xen has not made. */
static void status_print_absent(void)
{
	struct domain domain = { .info.domid = 1 };
	struct dtb_domain declared;
	struct report report = {
		.domain = &domain, .declared = &declared, .absent = true,
	};

	if (opts.args.quiet || *opts.args.operands)
		return;
	for (; applet_next_absent(&domain.info.domid); domain.info.domid++)
		if (!dtb_domain(domain.info.domid, &declared))
			print_report(&report);
}

/* Is the domain one of those that the user wants to see? */
static bool is_shown(const struct domain *domain)
{
	enum domain_state state = domain->rule->state;

	if (state == DOMAIN_GONE ||
	    !applet_selects(opts.args.operands, domain))
		return false;
	return *opts.args.operands ||
	       (state != DOMAIN_XL && state != DOMAIN_SELF);
}

/* List all domains anew. Use xenstored, if it has come up meanwhile. */
static int status_list(void)
{
	int status = applet_list_domains();

	listed = !status;
	store = applet_try_store();
	userdata = !userdata_obstacle(false);
	return status;
}

/* Look at all domains anew. SAY which of them cannot be looked at. */
static int status_look(bool say)
{
	int status = status_list();
	struct domain *domain;

	status = applet_worse(status, applet_observe_all(&store, say));
	stuck = false;
	for (domain = applet_domains; opts.devices && domain < applet_domains +
	     applet_ndomains; domain++)
		if (is_shown(domain))
			look_at_devices(&(struct stuck){ .domain = domain });
	if (!store)
		store_close();
	return status;
}

/* Has a domain ended, or was it never made? It does not connect, however long
 * one waits. */
static bool any_lost(void)
{
	const struct domain *domain;
	uint16_t absent = 1;

	for (domain = applet_domains; domain < applet_domains +
	     applet_ndomains; domain++)
		if (is_shown(domain) && (domain_is_lost(domain) ||
					 applet_lacks_vcpus(domain)))
			return true;
	return !*opts.args.operands && applet_next_absent(&absent);
}

/* Are all guests connected? Not if xenstored does not answer: then they have no
 * xenstore, whatever their rings say. */
static int all_connected(void)
{
	const struct domain *domain;

	if (!store || any_lost() || (opts.devices && stuck))
		return APPLET_FAILED;
	for (domain = applet_domains; domain < applet_domains +
	     applet_ndomains; domain++)
		if (is_shown(domain) && domain_is_enhanced(domain) &&
		    domain->rule->state != DOMAIN_CONNECTED)
			return APPLET_FAILED;
	return APPLET_DONE;
}

/* Print those of domains FROM up to TO that are shown. */
static void print_some(unsigned int from, unsigned int to)
{
	for (; from < to; from++)
		if (is_shown(&applet_domains[from])) {
			status_print(&applet_domains[from]);
			applet_say_vcpus(&applet_domains[from]);
		}
	fflush(stdout);
}

/* Print the line above all domains. xenstored gets new time to answer for it,
 * however long it took for the domains. */
static void print_beginning(void)
{
	if (opts.args.quiet || opts.output.tsv || opts.output.json)
		return;
	store = store && applet_try_store();
	print_ground();
}

static void print_end(void)
{
	if (!opts.args.quiet)
		applet_write_end(&opts.output);
}

/* Said again at the end, for who reads only the exit status and the last
 * line. */
static void note_store(void)
{
	if (!store)
		msg(MSG_NOTE, MSG_NO_DOMAIN, "%s: the states are what Xen "
		    "alone knows", applet_store_missing());
}

static int status_wait(void)
{
	int64_t deadline = clock_ms() + opts.args.timeout;
	int status = status_look(true);

	while (all_connected() && !any_lost() && clock_left(deadline)) {
		/* a mapping keeps a destroyed domain in Xen's list */
		hyp_give_back();
		clock_nap(POLL_MS, deadline);
		status = status_look(false);
	}
	if (any_lost())
		return applet_worse(status, APPLET_FAILED);
	return all_connected() ? applet_worse(status, APPLET_DEADLINE)
			       : status;
}

/* What was shown at the last look, in the order of Xen's list, by domid. */
static struct shown {
	uint16_t domid;
	enum domain_state state;
	uint8_t handle[UUID_SIZE];
	char name[DOMAIN_NAME_MAX];
} shown[APPLET_DOMAINS_MAX];
static unsigned int nshown;

/* One that is in the list and not shown, its name being unknown, is no news. */
static void print_gone(const struct shown *one)
{
	static const struct domain_rule gone = {
		.state = DOMAIN_GONE, .action = DOMAIN_IGNORE,
		.sentence = "it is in Xen's list no more: somebody has "
			    "destroyed it",
	};
	struct domain domain = { .info.domid = one->domid, .rule = &gone };
	unsigned int i;

	for (i = 0; i < applet_ndomains; i++)
		if (applet_domains[i].info.domid == one->domid &&
		    applet_domains[i].rule->state != DOMAIN_GONE)
			return;
	strcpy(domain.name, one->name);
	status_print(&domain);
}

/* One that is being destroyed has no nodes any more, and a name still. */
static void keep_name(struct domain *domain)
{
	unsigned int i;

	for (i = 0; i < nshown && !*domain->name; i++)
		if (shown[i].domid == domain->info.domid &&
		    !memcmp(shown[i].handle, domain->info.handle, UUID_SIZE))
			strcpy(domain->name, shown[i].name);
}

static void remember_all(void)
{
	const struct domain *domain;

	nshown = 0;
	for (domain = applet_domains; domain < applet_domains +
	     applet_ndomains; domain++) {
		if (!is_shown(domain))
			continue;
		shown[nshown].domid = domain->info.domid;
		shown[nshown].state = domain->rule->state;
		memcpy(shown[nshown].handle, domain->info.handle, UUID_SIZE);
		strcpy(shown[nshown++].name, domain->name);
	}
}

/* Print the domains whose state is not the one remembered; remember it. */
static void print_changes(void)
{
	const struct shown *one = shown, *end = shown + nshown;
	struct domain *domain;
	bool known;

	for (domain = applet_domains; domain < applet_domains +
	     applet_ndomains; domain++) {
		keep_name(domain);
		if (!is_shown(domain))
			continue;
		for (; one < end && one->domid < domain->info.domid; one++)
			print_gone(one);
		known = one < end && one->domid == domain->info.domid;
		if (!known || one->state != domain->rule->state)
			status_print(domain);
		one += known;
	}
	for (; one < end; one++)
		print_gone(one);
	remember_all();
}

/* Watch until interrupted, or until nobody reads the output any more. */
static int watch(void)
{
	bool first = true, answered = true;

	opts.output.endless = true;
	while (!ferror(stdout)) {
		status_look(first);
		/* a list that could not be had tells of nobody's end */
		if (listed)
			print_changes();
		if (first)
			status_print_absent();
		first = false;
		fflush(stdout);
		if (answered)
			note_store();
		answered = store;
		hyp_give_back();
		clock_nap(POLL_MS, clock_ms() + POLL_MS);
	}
	return APPLET_DONE;
}

/* Show each domain as soon as it was looked at: nobody waits for the last to
 * see the first. */
static int look_and_print(void)
{
	unsigned int seen = 0, from;
	int status = status_list();

	do {
		from = seen;
		status = applet_worse(status,
				      applet_observe_some(&seen, &store, true));
		/* by now xenstored has been asked something */
		if (!from)
			print_beginning();
		print_some(from, seen);
	} while (seen < applet_ndomains);
	return status;
}

static int wait_and_print(void)
{
	int status = status_wait();

	print_beginning();
	print_some(0, applet_ndomains);
	return status;
}

static int show(void)
{
	int status = opts.wait ? wait_and_print() : look_and_print();

	status = applet_worse(status, applet_find_operands(opts.args.operands));
	status_print_absent();
	print_end();
	note_store();
	return applet_worse(status, all_connected());
}

int dom0less_status_main(int argc, char **argv)
{
	int rc;

	rc = applet_parse(options, argc, argv, &opts.args);
	if (rc >= 0)
		return rc;
	rc = applet_load_dtb(opts.dtb);
	if (!rc)
		rc = applet_open_hyp();
	if (rc)
		return rc;
	rc = opts.watch ? watch() : show();
	store_close();
	return rc;
}
