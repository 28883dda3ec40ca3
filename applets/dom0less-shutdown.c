/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dom0less-shutdown - ask domains to power off or to reboot, without xl
 *
 * usage: dom0less-shutdown [OPTION]... DOMAIN...
 *        dom0less-shutdown [OPTION]... --all
 *
 * DOMAIN is a domid or a name; --all are those that Xen created at boot. Xen does
 * not start such a domain again: after a reboot, too, it is only stopped.
 *
 *   -a, --all            all of them
 *   -f, --force          wait, and destroy what has not stopped by then: at once
 *                        with --timeout 0
 *   -k, --kmsg           log to /dev/kmsg, too
 *   -n, --dry-run        print the steps it would take, and take none
 *   -r, --reboot         ask to reboot
 *   -t, --timeout SECS   how long -w and -f wait, 30 by default
 *   -w, --wait           wait until Xen says that they have stopped
 *   -h, --help  -q, --quiet  -v, --verbose  -V, --version
 *
 * Exit status: 0 done; 1 some domain does not offer it, or has crashed; 2 usage
 * error; 3 nothing to talk to; 4 the deadline passed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "applet.h"
#include "batch.h"
#include "clock.h"
#include "forget.h"
#include "hyp.h"
#include "msg.h"
#include "store.h"

enum {
	POLL_MS = 50,
	DESTROY_MS = 10000,	/* that Xen may take to destroy a domain */
};

struct opts {
	bool all, dry, force, reboot, wait;
	struct applet_args args;
};

static struct opts opts;
static int64_t deadline;

/* What has become of a domain. */
enum fate { LEFT_ALONE, ASKED, REFUSED, STOPPED };
static unsigned char fates[APPLET_DOMAINS_MAX];

static const struct applet_option options[] = {
	{ 'a', APPLET_FLAG, "all", .flag = &opts.all },
	{ 'f', APPLET_FLAG, "force", .flag = &opts.force },
	{ 'k', APPLET_FLAG, "kmsg", .flag = &opts.args.kmsg },
	{ 'n', APPLET_FLAG, "dry-run", .flag = &opts.dry },
	{ 'r', APPLET_FLAG, "reboot", .flag = &opts.reboot },
	{ 't', APPLET_SECONDS, "timeout", .ms = &opts.args.timeout },
	{ 'w', APPLET_FLAG, "wait", .flag = &opts.wait },
	{ 0 },
};

/* Announce a step. True: take it; false: this is a dry run. */
static bool shutdown_take(const struct domain *domain, const char *step)
{
	if (opts.dry)
		printf("d%u: %s\n", domain->info.domid, step);
	else
		msg(MSG_STEP, domain->info.domid, "%s", step);
	return !opts.dry;
}

static bool is_going(uint32_t flags)
{
	return flags & (HYP_SHUTDOWN | HYP_DYING);
}

/* With --all, xl's guests and dom0 are left alone. */
static bool shutdown_is_wanted(struct domain *domain)
{
	if (!opts.all)
		return applet_selects(opts.args.operands, domain);
	return domain->info.domid != hyp_about()->self &&
	       !is_going(domain->info.flags) && !domain_glance(domain) &&
	       domain_is_enhanced(domain);
}

static int shutdown_node(const struct domain *domain, const char *node,
			 char *path, char *value, size_t size)
{
	snprintf(path, STORE_PATH_MAX, "/local/domain/%u/control/%s",
		 domain->info.domid, node);
	return store_read(path, value, size);
}

static int write_request(const char *path, const char *value)
{
	batch_write(0, path, value);
	return batch_flush();
}

static int shutdown_ask(struct domain *domain, unsigned char *fate)
{
	const char *what = opts.reboot ? "reboot" : "poweroff";
	const char *step = opts.reboot ? "ask it to reboot"
				       : "ask it to power off";
	char path[STORE_PATH_MAX], feature[32], value[8];
	int rc;

	*fate = REFUSED;
	if (domain->info.domid == hyp_about()->self) {
		msg(MSG_ERROR, domain->info.domid,
		    "that is this domain itself");
		*fate = LEFT_ALONE;
		return APPLET_FAILED;
	}
	snprintf(feature, sizeof(feature), "feature-%s", what);
	rc = shutdown_node(domain, feature, path, value, sizeof(value));
	if (rc < 0 && rc != -ENOENT && rc != -E2BIG && rc != -EILSEQ)
		return applet_explain(domain, rc, step, NULL);
	if (rc < 0 || strcmp(value, "1")) {
		msg(opts.force ? MSG_STEP : MSG_ERROR, domain->info.domid,
		    "%s: the guest does not offer that", step);
		return opts.force ? APPLET_DONE : APPLET_FAILED;
	}
	*fate = ASKED;
	if (!shutdown_take(domain, step))
		return APPLET_DONE;
	snprintf(path, sizeof(path), "/local/domain/%u/control/shutdown",
		 domain->info.domid);
	rc = write_request(path, what);
	if (!rc)
		return APPLET_DONE;
	*fate = REFUSED;
	return applet_explain(domain, rc, step, NULL);
}

static const char *reason_of(uint32_t flags)
{
	static const char *const words[] = {
		[HYP_POWEROFF] = "powered off", [HYP_REBOOT] = "rebooted",
		[HYP_SUSPEND] = "suspended", [HYP_CRASH] = "crashed",
		[HYP_WATCHDOG] = "stopped by its watchdog",
	};
	uint32_t reason = flags >> HYP_REASON_SHIFT & HYP_REASON_MASK;

	if (!(flags & HYP_SHUTDOWN))
		return "destroyed";
	return reason < sizeof(words) / sizeof(*words) ? words[reason]
						       : "stopped";
}

/* Say how a domain has stopped. Was that asked for? */
static int shutdown_tell(const struct domain *domain, uint32_t flags)
{
	uint32_t reason = flags >> HYP_REASON_SHIFT & HYP_REASON_MASK;
	bool good = !(flags & HYP_SHUTDOWN) || reason == HYP_POWEROFF ||
		    reason == HYP_REBOOT;

	msg(good ? MSG_STEP : MSG_ERROR, domain->info.domid, "it has %s%s",
	    good || reason == HYP_CRASH ? "" : "been ", reason_of(flags));
	return good ? APPLET_DONE : APPLET_FAILED;
}

/* Look at the domains that have been asked. Returns how many are running. */
static unsigned int shutdown_look(int *status)
{
	unsigned int i, left = 0;
	struct hyp_domain now;
	int rc;

	for (i = 0; i < applet_ndomains; i++) {
		if (fates[i] != ASKED)
			continue;
		rc = domain_ask(&applet_domains[i], &now);
		if (rc == -ESRCH)
			now.flags = HYP_DYING;
		if ((rc && rc != -ESRCH) || !is_going(now.flags)) {
			left++;
			continue;
		}
		fates[i] = STOPPED;
		*status = applet_worse(*status,
				       shutdown_tell(&applet_domains[i],
						     now.flags));
	}
	return left;
}

/*
 * Destroy a domain: what is known of it goes first, as libxl does it. So a run
 * after one that died still finds it, paused. Xen destroys it piece by piece,
 * and is called again until all is done.
 */
static int destroy(const struct domain *domain)
{
	int64_t end = clock_ms() + DESTROY_MS;
	uint16_t domid = domain->info.domid;
	const char *step = "destroy it";
	int rc;

	if (!shutdown_take(domain, step))
		return APPLET_DONE;
	rc = hyp_pause(domid);
	if (!rc || rc == -ESRCH) {
		step = "remove its nodes";
		rc = store_open(end, hyp_about()->self, applet_elsewhere);
		if (!rc)
			rc = forget_domain(domid, end);
	}
	if (!rc) {
		step = "destroy it";
		while ((rc = hyp_destroy(domid)) == -EAGAIN && clock_left(end))
			;
	}
	return rc && rc != -ESRCH ? applet_explain(domain, rc, step, NULL)
				  : APPLET_DONE;
}

static int late(const struct domain *domain, bool asked)
{
	char path[STORE_PATH_MAX], value[16];

	if (opts.force)
		return destroy(domain);
	if (!asked)
		return APPLET_DONE;	/* why was said when it refused */
	if (shutdown_node(domain, "shutdown", path, value, sizeof(value)) > 0)
		msg(MSG_ERROR, domain->info.domid,
		    "the guest has not answered");
	else
		msg(MSG_ERROR, domain->info.domid,
		    "the guest has answered, and not stopped");
	return APPLET_DEADLINE;
}

static int shutdown_wait(void)
{
	int status = APPLET_DONE;
	unsigned int i;

	while (shutdown_look(&status) && clock_left(deadline)) {
		hyp_give_back();
		clock_nap(POLL_MS, deadline);
	}
	for (i = 0; i < applet_ndomains; i++)
		if (fates[i] == ASKED || fates[i] == REFUSED)
			status = applet_worse(status,
					      late(&applet_domains[i],
						   fates[i] == ASKED));
	return status;
}

static int shutdown_work(void)
{
	int status = applet_list_domains();
	struct domain *domain;
	unsigned int i;

	if (status)
		return status;
	domain_read_names(applet_domains, applet_ndomains);
	status = applet_find_operands(opts.args.operands);
	for (i = 0; i < applet_ndomains; i++) {
		domain = &applet_domains[i];
		if (!shutdown_is_wanted(domain))
			continue;
		if (is_going(domain->info.flags))
			shutdown_tell(domain, domain->info.flags);
		else
			status = applet_worse(status,
					      shutdown_ask(domain, &fates[i]));
	}
	if (opts.dry && opts.force)
		for (i = 0; i < applet_ndomains; i++)
			if (fates[i])
				destroy(&applet_domains[i]);
	if (!opts.dry && (opts.wait || opts.force))
		status = applet_worse(status, shutdown_wait());
	return status;
}

int dom0less_shutdown_main(int argc, char **argv)
{
	int rc;

	rc = applet_begin(options, argc, argv, &opts.args, &deadline);
	if (rc >= 0)
		return rc;
	if (opts.all && *opts.args.operands)
		return applet_bad("not together with --all",
				  *opts.args.operands);
	if (!opts.all && !*opts.args.operands)
		return applet_bad("is missing", "DOMAIN");
	rc = applet_open_hyp();
	if (!rc)
		rc = applet_open_store(deadline);
	if (rc)
		return rc;
	rc = shutdown_work();
	store_close();
	return rc;
}
