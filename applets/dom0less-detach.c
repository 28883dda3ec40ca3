/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dom0less-detach - take a network card or a disk from a domain, without xl
 *
 * usage: dom0less-detach [OPTION]... DOMAIN vif DEVID
 *        dom0less-detach [OPTION]... DOMAIN disk VDEV
 *        dom0less-detach [OPTION]... DOMAIN KIND DEVID
 *        dom0less-detach [OPTION]... --all [DOMAIN]...
 *
 * DOMAIN is a domid or a name; with --all and without one, every domain that
 * Xen created at boot. Asks the guest to let go of the device, waits until it
 * has, and removes every trace, whoever attached it. A device that is not there
 * is none to detach.
 *
 *   -a, --all            all devices
 *   -f, --force          take it from the guest, whatever it does
 *   -k, --kmsg           log to /dev/kmsg, too
 *   -n, --dry-run        print the steps it would take, and take none
 *   -t, --timeout SECS   give up after SECS, 10 by default; 0: try once
 *   -h, --help  -q, --quiet  -v, --verbose  -V, --version
 *
 * Exit status: 0 done, or nothing to do; 1 some device failed; 2 usage error;
 * 3 nothing to talk to; 4 the deadline passed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "applet.h"
#include "clock.h"
#include "devices.h"
#include "hyp.h"
#include "msg.h"
#include "parse.h"
#include "plugs.h"
#include "store.h"

enum { TIMEOUT_MS = 10000 };	/* LIBXL_DESTROY_TIMEOUT */

struct opts {
	bool all, dry, force;
	struct applet_args args;
};

static struct opts opts;
static int64_t deadline;

/* Which devices of one domain are wanted, while they are gathered. */
struct wanted {
	const struct domain *domain;
	int status;
};

static const struct applet_option options[] = {
	{ 'a', APPLET_FLAG, "all", .flag = &opts.all },
	{ 'f', APPLET_FLAG, "force", .flag = &opts.force },
	{ 'k', APPLET_FLAG, "kmsg", .flag = &opts.args.kmsg },
	{ 'n', APPLET_FLAG, "dry-run", .flag = &opts.dry },
	{ 't', APPLET_SECONDS, "timeout", .ms = &opts.args.timeout },
	{ 0 },
};

/* Devices that do not fit are next time's. */
static bool add_job(void *context, const char *kind, uint32_t devid)
{
	struct wanted *wanted = context;
	struct plug *plug = plugs_add();

	if (!plug) {
		msg(MSG_ERROR, wanted->domain->info.domid,
		    "more than %d devices: run this again", PLUGS_MAX);
		wanted->status = APPLET_FAILED;
		return false;
	}
	plug->self = hyp_about()->self;
	plug->begun = true;
	plug->dry = opts.dry;
	plug->force = opts.force;
	plug->deadline = deadline;
	device_begin(&plug->device, wanted->domain->info.domid, plug->self,
		     kind, devid);
	return true;
}

static int add_all(const struct domain *domain)
{
	struct wanted wanted = { .domain = domain };
	int rc = devices_each(domain->info.domid, false, add_job, &wanted);

	return rc ? applet_explain(domain, rc, "list its devices", NULL)
		  : wanted.status;
}

/* Without operands, xl's guests and dom0 are left alone. */
static bool detach_is_wanted(struct domain *domain)
{
	if (*opts.args.operands)
		return applet_selects(opts.args.operands, domain);
	return !domain_glance(domain) && domain_is_enhanced(domain);
}

static int gather(void)
{
	int status = applet_find_operands(opts.args.operands);
	unsigned int i;

	for (i = 0; i < applet_ndomains; i++)
		if (detach_is_wanted(&applet_domains[i]))
			status = applet_worse(status,
					      add_all(&applet_domains[i]));
	return status;
}

/* Read the device's number. *KIND becomes libxl's name for the kind. */
static int detach_number(const char **kind, const char *text, uint32_t *number)
{
	uint64_t n;

	if (!strcmp(*kind, "disk")) {
		*kind = "vbd";
		return spec_vdev_number(text, number)
		       ? APPLET_DONE : applet_bad("not a virtual disk", text);
	}
	if (strlen(*kind) >= DEVICE_KIND_MAX || strchr(*kind, '/') || !**kind)
		return applet_bad("not a kind of device", *kind);
	if (!parse_number(text, SPEC_VDEV_LAST, &n))
		return applet_bad("not a device's number", text);
	*number = (uint32_t)n;
	return APPLET_DONE;
}

/* Check the operands: DOMAIN KIND DEVID, or with --all only domains. */
static int take_operands(const char **kind, uint32_t *number)
{
	char **operand = opts.args.operands;
	int rc = APPLET_DONE;

	if (opts.all) {
		for (; !rc && *operand; operand++)
			rc = applet_check_domain(*operand);
		return rc;
	}
	if (!operand[0] || !operand[1] || !operand[2])
		return applet_bad("is missing", !operand[0] ? "DOMAIN" :
				  !operand[1] ? "KIND" : "DEVID");
	if (operand[3])
		return applet_bad("one device too many", operand[3]);
	*kind = operand[1];
	rc = applet_check_domain(operand[0]);
	return rc ? rc : detach_number(kind, operand[2], number);
}

static int detach_work(const char *kind, uint32_t number)
{
	struct wanted wanted = { .status = APPLET_DONE };
	int status = applet_list_domains();

	if (status)
		return status;
	domain_read_names(applet_domains, applet_ndomains);
	if (opts.all) {
		status = gather();
		return applet_worse(status, plugs_run(plug_out, NULL,
						      deadline));
	}
	wanted.domain = applet_find_domain(*opts.args.operands);
	if (!wanted.domain) {
		msg(MSG_ERROR, MSG_NO_DOMAIN, "%s: no such domain",
		    *opts.args.operands);
		return APPLET_FAILED;
	}
	add_job(&wanted, kind, number);
	return plugs_run(plug_out, NULL, deadline);
}

int dom0less_detach_main(int argc, char **argv)
{
	const char *kind = NULL;
	uint32_t number = 0;
	int rc;

	opts.args.timeout = TIMEOUT_MS;
	opts.args.own = true;
	rc = applet_begin(options, argc, argv, &opts.args, &deadline);
	if (rc >= 0)
		return rc;
	rc = take_operands(&kind, &number);
	if (rc)
		return rc;
	rc = applet_open_hyp();
	if (!rc)
		rc = applet_open_store(deadline);
	if (rc)
		return rc;
	rc = detach_work(kind, number);
	store_close();
	return rc;
}
