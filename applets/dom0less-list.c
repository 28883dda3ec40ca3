/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dom0less-list - list all domains, as xl list does, without xl or xenstored
 *
 * usage: dom0less-list [OPTION]... [DOMAIN]...
 *
 * DOMAIN is a domid or a name; without one, every domain. The columns are
 * those of xl list and one more, Xenstore: the word that dom0less-status
 * explains.
 *
 *   -d, --dtb FILE     also list what this device tree declares and Xen does
 *                      not run, and what it declares of the others
 *   -D, --devices      not the domains, but their devices: what is behind each
 *                      of them, and the state of both ends
 *   -j, --json         a JSON array, an object for each domain
 *   -l, --long         more columns: UUID, limits, event channel, ring
 *   -o, --output FIELD,...   only these fields, a TAB between them, or JSON
 *   -p, --parsable     all fields, a TAB between them, "-" for an absent one
 *   -h, --help  -q, --quiet  -v, --verbose  -V, --version
 *
 * Exit status: 0 done; 1 some domain is not there or could not be looked at,
 * or xenstored failed on the way; 2 usage error; 3 nothing to talk to (no Xen,
 * no privilege, no device tree; for devices, no xenstored).
 */
#include <errno.h>
#include <stdio.h>

#include "applet.h"
#include "devices.h"
#include "dtb.h"
#include "msg.h"
#include "store.h"

struct opts {
	struct applet_output output;
	bool longer, devices;
	const char *dtb, *fields;
	struct applet_args args;
};

static struct opts opts;

static const struct applet_option options[] = {
	{ 'd', APPLET_TEXT, "dtb", .text = &opts.dtb },
	{ 'D', APPLET_FLAG, "devices", .flag = &opts.devices },
	{ 'j', APPLET_FLAG, "json", .flag = &opts.output.json },
	{ 'l', APPLET_FLAG, "long", .flag = &opts.longer },
	{ 'o', APPLET_TEXT, "output", .text = &opts.fields },
	{ 'p', APPLET_FLAG, "parsable", .flag = &opts.output.tsv },
	{ 0 },
};

/* Print the columns of a domain; of NULL, their headings. */
static void print_columns(const struct report *report)
{
	char line[REPORT_LINE_MAX];

	puts(report_xl(line, report, (opts.longer ? REPORT_LONG : 0) |
				     (opts.dtb ? REPORT_DECLARED : 0)));
}

static void list_print(const struct report *report)
{
	if (opts.output.tsv || opts.output.json)
		applet_write(&opts.output, report);
	else
		print_columns(report);
}

/*
 * A tree tells only of domains that Xen made at boot. The kernel's own tree
 * gives a domain its name only if xenstored cannot be asked: xl prints "(null)"
 * there.
 */
static void print_domain(const struct domain *domain, bool store)
{
	struct report report = { .domain = domain };
	struct dtb_domain declared;

	if (domain->rule->state == DOMAIN_GONE)
		return;
	if ((opts.dtb || !store) && domain->rule->state != DOMAIN_XL &&
	    !dtb_domain(domain->info.domid, &declared))
		report.declared = &declared;
	list_print(&report);
}

/* What the tree declares, and is not in the list. */
static void list_print_absent(uint16_t domid)
{
	struct domain domain = { .info.domid = domid };
	struct dtb_domain declared;
	struct report report = {
		.domain = &domain, .declared = &declared, .absent = true,
	};

	if (!dtb_domain(domid, &declared))
		list_print(&report);
}

/* Show each domain as soon as it was looked at: nobody waits for the last to
 * see the first. */
static int list_all(bool store)
{
	bool worked = store;
	int status = APPLET_DONE;
	unsigned int i = 0, seen = 0;
	uint16_t absent = 1;

	if (!opts.output.tsv && !opts.output.json)
		print_columns(NULL);
	while (seen < applet_ndomains) {
		status = applet_worse(status, applet_observe_some(&seen, &store,
								  true));
		for (; i < seen; i++)
			if (applet_selects(opts.args.operands,
					   &applet_domains[i]))
				print_domain(&applet_domains[i], store);
		fflush(stdout);
	}
	status = applet_worse(status, applet_find_operands(opts.args.operands));
	if (opts.dtb && !*opts.args.operands)
		for (; applet_next_absent(&absent); absent++)
			list_print_absent(absent);
	applet_write_end(&opts.output);
	fflush(stdout);
	/* last, for who reads only the exit status and the last line */
	if (!worked)
		msg(MSG_NOTE, MSG_NO_DOMAIN, "%s: names and nodes are not "
		    "known", applet_store_missing());
	else if (!store)
		msg(MSG_ERROR, MSG_NO_DOMAIN, "xenstored failed on the way: "
		    "from there on names and nodes are not known");
	return status;
}

/* What the devices of one domain are printed with. */
struct listing {
	const struct domain *domain;
	int rc;
};

static bool print_device(void *context, const char *kind, uint32_t devid)
{
	struct listing *listing = context;
	struct devices_one one;
	struct report report = { .domain = listing->domain, .device = &one };
	char line[REPORT_LINE_MAX];
	int rc = devices_look(&one, listing->domain->info.domid, kind, devid);

	if (rc && rc != -ENOENT)
		listing->rc = rc;
	if (rc)
		return rc == -ENOENT || rc == -EPROTO;
	if (opts.output.tsv || opts.output.json)
		applet_write(&opts.output, &report);
	else
		puts(report_device(line, &report));
	return true;
}

static int list_devices_of(const struct domain *domain)
{
	struct listing listing = { .domain = domain };
	int rc = -EPIPE;

	if (applet_try_store())
		rc = devices_each(domain->info.domid, false, print_device,
				  &listing);
	if (!rc)
		rc = listing.rc;
	fflush(stdout);
	if (!rc)
		return APPLET_DONE;
	applet_explain(domain, rc, "look at its devices", NULL);
	return APPLET_FAILED;
}

static int list_devices(void)
{
	int status = applet_list_domains();
	char line[REPORT_LINE_MAX];
	unsigned int i;

	if (!applet_try_store()) {
		msg(MSG_ERROR, MSG_NO_DOMAIN, "%s: devices are "
		    "not known", applet_store_missing());
		return APPLET_NOTHING;
	}
	domain_read_names(applet_domains, applet_ndomains);
	if (!opts.output.tsv && !opts.output.json)
		puts(report_device(line, NULL));
	for (i = 0; i < applet_ndomains; i++)
		if (applet_selects(opts.args.operands, &applet_domains[i]))
			status = applet_worse(status, list_devices_of(
						&applet_domains[i]));
	applet_write_end(&opts.output);
	return applet_worse(status, applet_find_operands(opts.args.operands));
}

static int check_options(void)
{
	opts.output.fields.devices = opts.devices;
	if (opts.devices && (opts.longer || opts.dtb))
		return applet_bad("not together with --devices",
				  opts.longer ? "--long" : "--dtb");
	return opts.fields ? applet_choose_fields(&opts.output, opts.fields)
			   : APPLET_DONE;
}

static int list_domains(void)
{
	int status;

	applet_note_domctl("states, vCPUs, times and UUIDs are left out");
	status = applet_list_domains();
	return applet_worse(status, list_all(applet_try_store()));
}

int dom0less_list_main(int argc, char **argv)
{
	int rc = applet_parse(options, argc, argv, &opts.args);

	if (rc >= 0)
		return rc;
	rc = check_options();
	if (!rc)
		rc = applet_load_dtb(opts.dtb);
	if (!rc)
		rc = applet_open_hyp();
	if (rc)
		return rc;
	rc = opts.devices ? list_devices() : list_domains();
	store_close();
	return rc;
}
