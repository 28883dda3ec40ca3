/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * init-dom0less - attach the domains that Xen created at boot to xenstore
 *
 * usage: init-dom0less [OPTION]... [DOMAIN]...
 *
 * DOMAIN is a domid or a name; without one, every domain that Xen created at
 * boot with xen,enhanced. Running it again is safe: it does what is missing.
 *
 *   -0, --dom0               first do xen-init-dom0's job for this domain
 *   -d, --dtb FILE           take the domains' names from this device tree
 *   -D, --driver-domain ID   this domain will run backends (repeatable)
 *   -k, --kmsg               log to /dev/kmsg, too
 *   -n, --dry-run            print the steps it would take, and take none
 *   -N, --name ID=NAME       name this domain (repeatable); it wins over
 *                            dom0less.name.ID=NAME on the kernel's command
 *                            line, and that over the device tree
 *   -t, --timeout SECS       give up after SECS, 30 by default; 0: try once
 *   -u, --no-userdata        leave out libxl's file in /var/lib/xen
 *   -w, --wait               wait until every guest has spoken to xenstore
 *   -h, --help  -q, --quiet  -v, --verbose  -V, --version
 *
 * Exit status: 0 done, or nothing to do; 1 some domain failed; 2 usage error;
 * 3 nothing to talk to (no Xen, no privilege, no xenstored, no device tree);
 * 4 the deadline passed.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "applet.h"
#include "attach.h"
#include "clock.h"
#include "domain.h"
#include "dtb.h"
#include "hyp.h"
#include "line.h"
#include "msg.h"
#include "nodes.h"
#include "parse.h"
#include "store.h"
#include "userdata.h"

enum {
	NAMES_MAX = 256,
	KERNEL_LINE_MAX = 4096,	/* bytes: twice what arm64 takes */
	/* How long to sleep while something is waited for: twice as long each
	 * time that nothing has happened. */
	POLL_MS = 1,
	POLL_MAX_MS = 16,
};

struct opts {
	bool control, dry, no_userdata, wait;
	const char *dtb;
	struct {
		uint16_t domid;
		const char *name;
	} names[NAMES_MAX];
	unsigned int named;
	uint8_t driver[(HYP_DOMID_LAST + 8) / 8];	/* a bit a domid */
	struct applet_args args;
};

static struct opts opts;
static struct attach attaches[APPLET_DOMAINS_MAX];
static char names[APPLET_DOMAINS_MAX][DOMAIN_NAME_MAX];
static bool over[APPLET_DOMAINS_MAX];	/* attached, or failed */
static unsigned int attached;
static bool unspoken;		/* a domain needed a domctl, and Xen's
				 * interface is not known */
static int64_t deadline;

/* Read TEXT, ID=NAME. NULL, or what is wrong, and *AT with which part. */
static const char *init_add_name(char *text, const char **at)
{
	char *name = strchr(text, '=');
	unsigned int n = opts.named;

	*at = text;
	if (n == NAMES_MAX)
		return "too many names";
	if (!name)
		return "not of the form ID=NAME";
	*name++ = '\0';
	if (!applet_parse_domid(text, &opts.names[n].domid))
		return "not a domid";
	*at = name;
	if (!parse_is_name(name))
		return "not a name for a domain";
	opts.names[n].name = name;
	opts.named++;
	return NULL;
}

static int take_name(char *text)
{
	const char *at, *why = init_add_name(text, &at);

	return why ? applet_bad(why, at) : APPLET_DONE;
}

/*
 * Take names from our own kernel's command line: often a boot loader has no
 * other way to tell us. Of several names for a domain there the last one
 * counts, since a script that makes the line adds at its end. One from --name
 * comes before all.
 */
static void take_kernel_names(void)
{
	static const char key[] = "dom0less.name.";
	static char line[KERNEL_LINE_MAX];
	const char *at, *why;
	char *word;

	if (!line_read("/proc/cmdline", line + 1, sizeof(line) - 1))
		return;
	*line = ' ';
	while ((word = strrchr(line, ' '))) {
		*word++ = '\0';
		if (strncmp(word, key, strlen(key)))
			continue;
		why = init_add_name(word + strlen(key), &at);
		if (why)
			msg(MSG_NOTE, MSG_NO_DOMAIN, "%s: %s, on the command "
			    "line of the kernel", at, why);
	}
}

static int take_driver(char *text)
{
	uint16_t domid;

	if (!applet_parse_domid(text, &domid) || !domid)
		return applet_bad("not the domid of a guest", text);
	opts.driver[domid / 8] |= (uint8_t)(1 << domid % 8);
	return APPLET_DONE;
}

static const struct applet_option options[] = {
	{ '0', APPLET_FLAG, "dom0", .flag = &opts.control },
	{ 'd', APPLET_TEXT, "dtb", .text = &opts.dtb },
	{ 'D', APPLET_TAKE, "driver-domain", .take = take_driver },
	{ 'k', APPLET_FLAG, "kmsg", .flag = &opts.args.kmsg },
	{ 'n', APPLET_FLAG, "dry-run", .flag = &opts.dry },
	{ 'N', APPLET_TAKE, "name", .take = take_name },
	{ 't', APPLET_SECONDS, "timeout", .ms = &opts.args.timeout },
	{ 'u', APPLET_FLAG, "no-userdata", .flag = &opts.no_userdata },
	{ 'w', APPLET_FLAG, "wait", .flag = &opts.wait },
	{ 0 },
};

/* Two runs at once would both add a page. With the lock, the second one finds
 * nothing to do. */
static int take_lock(void)
{
	int rc;

	while ((rc = hyp_lock()) == -EWOULDBLOCK && clock_left(deadline))
		clock_nap(10, deadline);
	if (rc != -EWOULDBLOCK)
		return rc ? applet_fatal(APPLET_NOTHING, "cannot lock", rc)
			  : APPLET_DONE;
	msg(MSG_ERROR, MSG_NO_DOMAIN, "another init-dom0less is running");
	return APPLET_DEADLINE;
}

/* Does any domain want a xenstore, and if so one that our domain serves? */
static bool any_enhanced(void)
{
	struct domain *domain = applet_domains;
	bool any = false;
	int rc;

	for (; domain < applet_domains + applet_ndomains; domain++) {
		rc = domain_glance(domain);
		if (rc == -ESRCH || (!rc && !domain_is_enhanced(domain)))
			continue;
		any = true;
		/* a domain that could not be read is told of later */
		if (rc || !(domain->facts & FACT_FOREIGN)) {
			applet_elsewhere = false;
			return true;
		}
	}
	applet_elsewhere = applet_elsewhere || any;
	return any;
}

static const char *wanted_name(const struct domain *domain)
{
	uint16_t domid = domain->info.domid;
	const char *node = dtb_name(domid);
	unsigned int i;

	for (i = 0; i < opts.named; i++)
		if (opts.names[i].domid == domid)
			return opts.names[i].name;
	if (parse_is_name(domain->name) && !(domain->facts & FACT_OWNED))
		return domain->name;
	return node && parse_is_name(node) ? node : NULL;
}

static bool is_taken(const char *name, const struct domain *except)
{
	unsigned int i;

	for (i = 0; i < applet_ndomains; i++)
		if (&applet_domains[i] != except &&
		    ((!strcmp(name, applet_domains[i].name) &&
		      !(applet_domains[i].facts & FACT_OWNED)) ||
		     !strcmp(name, names[i])))
			return true;
	return false;
}

/*
 * Choose a name that no other domain has, as near as can be to the one that is
 * wanted. UUIDs are made of names, so two domains must never share one.
 */
static const char *choose_name(const struct domain *domain)
{
	char *name = names[domain - applet_domains], fallback[32];
	unsigned int domid = domain->info.domid, more;
	const char *wanted = wanted_name(domain);

	snprintf(fallback, sizeof(fallback), "dom0less-%u", domid);
	if (!wanted)
		wanted = fallback;
	snprintf(name, DOMAIN_NAME_MAX, "%s", wanted);
	if (!is_taken(name, domain))
		return name;
	snprintf(name, DOMAIN_NAME_MAX, "%s-%u", wanted, domid);
	for (more = 2; is_taken(name, domain); more++)
		snprintf(name, DOMAIN_NAME_MAX, "%s-%u-%u", wanted, domid,
			 more);
	msg(MSG_NOTE, (int)domid, "name %s is in use: %s instead", wanted,
	    name);
	return name;
}

/*
 * A domain that has its nodes keeps the name in them, if it can be a name and
 * is not the guest's to change, as Xen's own tool leaves it: the name goes
 * into libxl's file.
 */
static const char *init_name(const struct domain *domain)
{
	return domain->facts & FACT_NODES && parse_is_name(domain->name) &&
	       !(domain->facts & FACT_OWNED) ?
	       domain->name : choose_name(domain);
}

static void init_say_step(const struct attach *attach, const char *step)
{
	int domid = attach->domain->info.domid;

	if (attach->dry)
		printf("d%d: %s\n", domid, step);
	else
		msg(MSG_STEP, domid, "%s", step);
}

/* Say why a domain is not attached: RULE's sentence. FAILED: it is an error,
 * else only -v shows it. */
static int init_tell(const struct domain *domain,
		     const struct domain_rule *rule, bool failed)
{
	msg(failed ? MSG_ERROR : MSG_STEP, domain->info.domid, "%s: %s",
	    domain_state_word(rule->state),
	    rule == domain->rule ? domain_sentence(domain) : rule->sentence);
	if (failed && domain->facts & FACT_STRANGER)
		return APPLET_NOTHING;
	return failed ? APPLET_FAILED : APPLET_DONE;
}

/*
 * A domain is not attached. This is a failure if it should have worked, if the
 * user named the domain, or if -w was to wait for it and it has ended.
 */
static int init_refuse(const struct domain *domain)
{
	return init_tell(domain, domain->rule,
			 domain->rule->action != DOMAIN_IGNORE ||
			 *opts.args.operands ||
			 (opts.wait && domain_is_lost(domain)));
}

static void init_begin(struct attach *attach, struct domain *domain)
{
	uint16_t domid = domain->info.domid;

	*attach = (struct attach){
		.domain = domain, .name = init_name(domain),
		.said = init_say_step,
		.dry = opts.dry, .wait = opts.wait,
		.userdata = !opts.no_userdata,
		.driver_domain = opts.driver[domid / 8] & 1 << domid % 8,
		.deadline = deadline,
	};
	attach_begin(attach);
}

/*
 * Prepare to attach a domain that was observed. True: there is something to
 * attach. False: the user was told why not, and *STATUS is the worse for it.
 */
static bool consider(struct domain *domain, struct attach *attach, int *status)
{
	int rc = domain->rc;

	if (!rc)
		*status = applet_worse(*status, applet_say_vcpus(domain));
	if (!rc && domain->rule->action == DOMAIN_ATTACH_NOTE)
		msg(MSG_NOTE, domain->info.domid, "%s", domain->rule->sentence);
	/* a run that died may have left the right port; a page that its guest
	 * does not know of is cleared anyway */
	if (!rc && domain->ring.port && domain->ring.port != domain->evtchn &&
	    !(domain->facts & (FACT_INTRODUCED | FACT_NO_PFN)))
		msg(MSG_NOTE, domain->info.domid, "event channel %" PRIu32
		    " in its xenstore page, which is none of Xen's: put right",
		    domain->ring.port);
	if (!rc && (domain->rule->action == DOMAIN_ATTACH ||
		    domain->rule->action == DOMAIN_ATTACH_NOTE)) {
		init_begin(attach, domain);
		return true;
	}
	rc = rc ? applet_explain(domain, rc, domain->step, NULL)
		: init_refuse(domain);
	*status = applet_worse(*status, rc);
	domain_release(domain);
	return false;
}

/* How has the guest ended meanwhile? NULL: it has not, or the domain is
 * gone. */
static const struct domain_rule *end_of(const struct domain *domain)
{
	struct hyp_domain now;

	return domain_ask(domain, &now) ? NULL : domain_end(&now);
}

/* A domain is attached, or has failed with RC: tell the user. */
static void init_finish(const struct attach *attach, int rc, int *status)
{
	struct domain *domain = attach->domain;
	const struct domain_rule *end = rc ? end_of(domain) : NULL;

	attached += !rc;
	if (!rc && !opts.dry &&
	    !(domain->facts & (FACT_SPOKEN | FACT_SUSPENDED)))
		msg(MSG_NOTE, domain->info.domid, "it was not heard from yet: "
		    "init-dom0less -w waits for it and notifies it");
	unspoken = unspoken || rc == -EPROTONOSUPPORT;
	if (end)
		*status = applet_worse(*status,
				       init_tell(domain, end, opts.wait ||
						 *opts.args.operands));
	/* a step that fails because the domain is being destroyed is none */
	else if (rc == -ESRCH || (rc && domain_is_going(domain)))
		msg(MSG_STEP, domain->info.domid, "it vanished");
	/* what was to be feared, and tried all the same */
	else if (rc && domain->rule->state == DOMAIN_UNSUPPORTED)
		*status = applet_worse(*status,
				       init_tell(domain, domain->rule, true));
	else if (rc)
		*status = applet_worse(*status,
				       applet_explain(domain, rc, attach->step,
						      attach->hint));
	domain_release(domain);
}

/* Take domains FROM up to TO as far as they can go now, to the end of PHASE at
 * most. Returns how many have not finished it. */
static unsigned int init_progress(unsigned int from, unsigned int to,
				  enum attach_phase phase, int *status)
{
	unsigned int i, left = 0;
	int rc;

	for (i = from; i < to; i++) {
		if (over[i])
			continue;
		rc = attach_run(&attaches[i], phase);
		left += rc == -EAGAIN;
		over[i] = rc != -EAGAIN && (rc || phase == ATTACH_WAIT);
		if (over[i])
			init_finish(&attaches[i], rc, status);
	}
	return left;
}

/* Find the next domains that are selected and stand together, from *AT on. *AT
 * becomes the first. Returns how many, 0: there are no more. */
static unsigned int next_selected(unsigned int *at)
{
	unsigned int n = 0;

	while (*at < applet_ndomains &&
	       !applet_selects(opts.args.operands, &applet_domains[*at]))
		++*at;
	while (n < DOMAIN_BATCH && *at + n < applet_ndomains &&
	       applet_selects(opts.args.operands, &applet_domains[*at + n]))
		n++;
	return n;
}

/* If only guests are left to wait for: how many ms to sleep at most. Else 0. */
static int patience(unsigned int count)
{
	unsigned int i;
	int least = INT_MAX, one;

	for (i = 0; i < count; i++) {
		if (over[i])
			continue;
		if (!attach_is_waiting(&attaches[i]))
			return 0;
		one = attach_patience(&attaches[i]);
		least = one < least ? one : least;
	}
	return least;
}

/*
 * Wait until all of the first COUNT have finished. While only guests are waited
 * for, the lock and the connection to xenstored are free for others.
 */
static void init_wait(unsigned int count, int *status)
{
	unsigned int left, before = count;
	int nap = POLL_MS, most;

	while ((left = init_progress(0, count, ATTACH_WAIT, status))) {
		most = patience(count);
		if (most) {
			hyp_unlock();
			store_close();
		}
		nap = left < before ? POLL_MS : 2 * nap;
		if (nap > (most ? most : POLL_MAX_MS)) {
			nap = most ? most : POLL_MAX_MS;
			hyp_give_back();
		}
		/* after the deadline only xenstored's answer is waited for */
		clock_nap(nap, clock_left(deadline) ? deadline
						    : clock_ms() + POLL_MS);
		before = left;
	}
}

/*
 * First all domains are prepared. C xenstored spends time on each node that is
 * written for each domain that it serves (xen/FACTS, watches), so no domain is
 * introduced before the nodes of all are written. Then each domain goes as far
 * as it can. One that has to wait is asked again.
 */
static int init_attach(void)
{
	unsigned int at, i, n, count = 0, first;
	int status = APPLET_DONE;

	for (at = 0; (n = next_selected(&at)); at += n) {
		domain_observe(&applet_domains[at], n, DOMAIN_LOOK_STORE |
			       (opts.dry ? 0 : DOMAIN_LOOK_WRITE));
		for (i = at, first = count; i < at + n; i++)
			count += consider(&applet_domains[i], &attaches[count],
					  &status);
		init_progress(first, count,
			      opts.dry ? ATTACH_WAIT : ATTACH_PREPARE, &status);
	}
	init_wait(count, &status);
	return status;
}

/* 0 if the control domain's node exists, else -errno. */
static int init_control_node(const char *node)
{
	char path[STORE_PATH_MAX], value[DOMAIN_NAME_MAX];
	int rc;

	snprintf(path, sizeof(path), "/local/domain/%u/%s", hyp_about()->self,
		 node);
	rc = store_read(path, value, sizeof(value));
	return rc < 0 ? rc : 0;
}

static int control_userdata(const struct domain *control)
{
	char uuid[UUID_TEXT];
	struct userdata userdata = {
		.domid = control->info.domid,
		.uuid = uuid_format(uuid, control->info.handle),
	};

	if (opts.dry || opts.no_userdata || !control->info.full ||
	    !userdata_needed(&userdata))
		return 0;
	return userdata_store(&userdata, deadline);
}

static int write_control(uint16_t domid)
{
	int rc;

	while ((rc = nodes_write_control(domid)) == -EAGAIN &&
	       clock_left(deadline))
		clock_nap(POLL_MS, deadline);
	return rc == -EAGAIN ? -ETIMEDOUT : rc;
}

/* Do what xen-init-dom0 does, if nobody has done it. */
static int init_control(const struct domain *control)
{
	int rc = init_control_node("name");

	if (!rc)
		rc = init_control_node("domid");
	if (rc == -ENOENT) {
		rc = 0;
		if (opts.dry)
			printf("d%u: write the control domain's nodes\n",
			       control->info.domid);
		else
			rc = write_control(control->info.domid);
	}
	if (!rc)
		rc = control_userdata(control);
	if (!rc)
		return APPLET_DONE;
	return applet_explain(control, rc, "set up the control domain", NULL);
}

/* No domain wants a xenstore: say why, with -v. */
static int refuse_all(void)
{
	int status = APPLET_DONE;
	struct domain *domain;
	unsigned int i;
	int rc;

	for (i = 0; i < applet_ndomains; i++) {
		domain = &applet_domains[i];
		domain_observe(domain, 1, 0);
		rc = domain->rc;
		rc = rc ? applet_explain(domain, rc, domain->step, NULL)
			: init_refuse(domain);
		status = applet_worse(status, rc);
		domain_release(domain);
	}
	return status;
}

/* Make the folder for libxl's files: a dom0 whose /var is new at each boot has
 * none. */
static void prepare_userdata(void)
{
	const char *why = userdata_obstacle(!opts.dry);

	if (!why)
		return;
	msg(MSG_NOTE, MSG_NO_DOMAIN, "%s: %s: libxl's files are left out, and "
	    "xl will not attach devices", userdata_dir, why);
	opts.no_userdata = true;
}

/* Get what all domains need, and say what cannot be had and is left out. */
static int prepare(void)
{
	int rc = applet_open_store(deadline);

	if (rc)
		return rc;
	if (!opts.no_userdata)
		prepare_userdata();
	applet_note_domctl("UUIDs and vCPUs are left out");
	/* names must differ; a domain whose name cannot be read is told of
	 * later */
	domain_read_names(applet_domains, applet_ndomains);
	return APPLET_DONE;
}

/* What the tree declares, and Xen has not made. */
static int note_absent(void)
{
	int status = APPLET_DONE;
	uint16_t domid = 1;

	for (; !*opts.args.operands && applet_next_absent(&domid); domid++) {
		msg(MSG_ERROR, domid, "absent: the device tree declares it "
		    "(%s), but Xen does not run it", dtb_name(domid));
		status = APPLET_FAILED;
	}
	return status;
}

static int init_work(void)
{
	const struct domain *domain;
	int status, rc;
	unsigned int i;
	bool any;

	status = applet_list_domains();
	status = applet_worse(status, note_absent());
	any = any_enhanced();
	if (!any && !opts.control && !*opts.args.operands)
		return applet_worse(status, refuse_all());
	rc = prepare();
	if (rc)
		return any && applet_elsewhere ?
		       applet_worse(status, refuse_all()) : rc;
	status = applet_worse(status, applet_find_operands(opts.args.operands));
	for (i = 0; opts.control && i < applet_ndomains; i++) {
		domain = &applet_domains[i];
		if (domain->info.domid == hyp_about()->self)
			status = applet_worse(status, init_control(domain));
	}
	status = applet_worse(status, init_attach());
	store_close();
	/* status 3 if Xen's interface is not known and was needed for all */
	if (status == APPLET_FAILED && unspoken && !attached && !opts.control)
		status = APPLET_NOTHING;
	msg(MSG_LOG, MSG_NO_DOMAIN, "%u domains attached to xenstore",
	    attached);
	return status;
}

int init_dom0less_main(int argc, char **argv)
{
	int rc;

	rc = applet_begin(options, argc, argv, &opts.args, &deadline);
	if (rc >= 0)
		return rc;
	take_kernel_names();
	rc = applet_load_dtb(opts.dtb);
	if (!rc)
		rc = applet_open_hyp();
	if (rc)
		return rc;
	if (!opts.dry)
		rc = take_lock();
	if (!rc)
		rc = init_work();
	return rc;
}
