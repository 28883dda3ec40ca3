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
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "applet.h"
#include "batch.h"
#include "clock.h"
#include "hyp.h"
#include "msg.h"
#include "parse.h"
#include "plug.h"
#include "store.h"

enum {
	TIMEOUT_MS = 10000,	/* LIBXL_DESTROY_TIMEOUT */
	POLL_MS = 2, POLL_MAX_MS = 64,
	JOBS_MAX = 24,
	KINDS_MAX = 1024,	/* bytes of their names */
};

struct opts {
	bool all, dry, force, kmsg;
	int64_t timeout;		/* ms */
	struct applet_args args;
};

static struct opts opts;
static struct plug jobs[JOBS_MAX];
static unsigned int njobs;
static int64_t deadline;

/* Which devices of one domain are wanted, while they are gathered. */
struct wanted {
	const struct domain *domain;
	const char *kind;
	int status;
};

static const struct applet_option options[] = {
	{ 'a', APPLET_FLAG, "all", .flag = &opts.all },
	{ 'f', APPLET_FLAG, "force", .flag = &opts.force },
	{ 'k', APPLET_FLAG, "kmsg", .flag = &opts.kmsg },
	{ 'n', APPLET_FLAG, "dry-run", .flag = &opts.dry },
	{ 't', APPLET_SECONDS, "timeout", .ms = &opts.timeout },
	{ 0 },
};

static void detach_say_step(const struct plug *plug, const char *step)
{
	if (plug->dry)
		printf("d%u: %s\n", plug->device.guest, step);
	else
		msg(MSG_STEP, plug->device.guest, "%s", step);
}

/* A device for which there is no room is left to the next run. */
static bool add_job(void *context, uint32_t devid)
{
	struct wanted *wanted = context;
	struct plug *plug = &jobs[njobs];

	if (njobs == JOBS_MAX) {
		msg(MSG_ERROR, wanted->domain->info.domid,
		    "more than %d devices: run this again", JOBS_MAX);
		wanted->status = APPLET_FAILED;
		return false;
	}
	*plug = (struct plug){
		.self = hyp_about()->self, .dry = opts.dry,
		.force = opts.force, .deadline = deadline,
		.said = detach_say_step,
	};
	device_begin(&plug->device, wanted->domain->info.domid, plug->self,
		     wanted->kind, devid);
	njobs++;
	return true;
}

/* Gather all devices of one kind. Consoles and the like are left out: they have
 * no two ends that close. */
static void add_kind(struct wanted *wanted)
{
	int rc;

	if (!strcmp(wanted->kind, "console") || !strcmp(wanted->kind, "vuart"))
		return;
	rc = device_each(wanted->domain->info.domid, wanted->kind, add_job,
			 wanted);
	if (rc)
		wanted->status = applet_explain(wanted->domain, rc,
						"list its devices", NULL);
}

static int add_all(const struct domain *domain)
{
	struct wanted wanted = { .domain = domain };
	char path[STORE_PATH_MAX], kinds[KINDS_MAX], *kind, *end;
	struct batch_answer answer = { kinds, sizeof(kinds), 0 };
	int rc;

	snprintf(path, sizeof(path), "/libxl/%u/device", domain->info.domid);
	batch_list(0, path, &answer);
	rc = batch_flush();
	if (!rc && answer.rc < 0)
		rc = answer.rc;
	if (rc)
		return rc == -ENOENT ? APPLET_DONE
				     : applet_explain(domain, rc, "list its "
						      "devices", NULL);
	for (kind = kinds; (end = strchr(kind, '/')); kind = end + 1) {
		*end = '\0';
		wanted.kind = kind;
		add_kind(&wanted);
	}
	return wanted.status;
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

static void detach_finish(struct plug *plug, int rc, int *status)
{
	struct domain domain = { .info.domid = plug->device.guest };
	char name[64];

	plug->over = true;
	if (!rc && !plug->there)
		msg(MSG_STEP, plug->device.guest, "%s: there is none",
		    plug_name(name, plug));
	if (!rc)
		return;
	rc = applet_explain(&domain, rc, plug->step,
			    *plug->hint ? plug->hint : NULL);
	*status = applet_worse(*status, rc);
}

static unsigned int detach_progress(int *status)
{
	unsigned int left = 0;
	struct plug *plug;
	int rc, broken;

	for (plug = jobs; plug < jobs + njobs; plug++)
		if (!plug->over && plug->next)
			plug_ask(plug);
	broken = batch_flush();
	for (plug = jobs; plug < jobs + njobs; plug++) {
		if (plug->over)
			continue;
		rc = broken ? broken : plug_out(plug);
		if (rc == -EAGAIN)
			left++;
		else
			detach_finish(plug, rc, status);
	}
	return left;
}

static int detach_all(void)
{
	unsigned int left, before = njobs;
	int status = APPLET_DONE, nap = POLL_MS;

	while ((left = detach_progress(&status))) {
		nap = left < before ? POLL_MS : 2 * nap;
		if (nap > POLL_MAX_MS)
			nap = POLL_MAX_MS;
		clock_nap(nap, deadline);
		before = left;
	}
	return status;
}

static int detach_work(const char *kind, uint32_t number)
{
	struct wanted wanted = { .kind = kind };
	int status = applet_list_domains();

	if (status)
		return status;
	domain_read_names(applet_domains, applet_ndomains);
	if (opts.all) {
		status = gather();
		return applet_worse(status, detach_all());
	}
	wanted.domain = applet_find_domain(*opts.args.operands);
	if (!wanted.domain) {
		msg(MSG_ERROR, MSG_NO_DOMAIN, "%s: no such domain",
		    *opts.args.operands);
		return APPLET_FAILED;
	}
	add_job(&wanted, number);
	return detach_all();
}

int dom0less_detach_main(int argc, char **argv)
{
	const char *kind = NULL;
	uint32_t number = 0;
	int rc;

	signal(SIGPIPE, SIG_IGN);
	opts.timeout = TIMEOUT_MS;
	opts.args.own = true;
	rc = applet_parse(options, argc, argv, &opts.args);
	if (rc >= 0)
		return rc;
	rc = take_operands(&kind, &number);
	if (rc)
		return rc;
	if (opts.kmsg && msg_kmsg())
		msg(MSG_NOTE, MSG_NO_DOMAIN, "/dev/kmsg: cannot be written");
	deadline = clock_ms() + opts.timeout;
	rc = applet_open_hyp();
	if (!rc)
		rc = applet_open_store(deadline);
	if (rc)
		return rc;
	rc = detach_work(kind, number);
	store_close();
	return rc;
}
