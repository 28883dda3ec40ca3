/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "applet.h"
#include "clock.h"
#include "dtb.h"
#include "msg.h"
#include "parse.h"
#include "store.h"

enum {
	TIMEOUT_MS = 30000,		/* unless the applet, or -t, says more
					 * or less */
	TIMEOUT_MAX = 24 * 60 * 60,	/* s */
	OPTIONS_MAX = 16,		/* of one applet */
};

struct domain applet_domains[APPLET_DOMAINS_MAX];
unsigned int applet_ndomains;

int applet_worse(int one, int other)
{
	return one > other ? one : other;
}

int applet_bad(const char *what, const char *value)
{
	msg(MSG_ERROR, MSG_NO_DOMAIN, "%s: %s", value, what);
	return applet_usage();
}

int applet_fatal(int status, const char *what, int rc)
{
	msg(MSG_ERROR, MSG_NO_DOMAIN, "%s: %s", what, strerror(-rc));
	return status;
}

int applet_explain(const struct domain *domain, int rc, const char *step,
		   const char *hint)
{
	msg(MSG_ERROR, domain->info.domid, "%s: %s%s%s%s", step, strerror(-rc),
	    hint ? " (" : "", hint ? hint : "", hint ? ")" : "");
	return rc == -ETIMEDOUT ? APPLET_DEADLINE : APPLET_FAILED;
}

bool applet_parse_domid(const char *text, uint16_t *domid)
{
	uint64_t number;

	if (!parse_number(text, HYP_DOMID_LAST, &number))
		return false;
	*domid = (uint16_t)number;
	return true;
}

static int take_seconds(const char *text, int64_t *ms)
{
	uint64_t seconds;

	if (!parse_number(text, TIMEOUT_MAX, &seconds))
		return applet_bad("not a number of seconds", text);
	*ms = (int64_t)seconds * 1000;
	return APPLET_DONE;
}

int applet_check_domain(const char *operand)
{
	uint16_t domid;

	if (applet_parse_domid(operand, &domid) || parse_is_name(operand))
		return APPLET_DONE;
	return applet_bad("neither a domid nor a name", operand);
}

static int check_operands(char **operand)
{
	int rc = APPLET_DONE;

	for (; !rc && *operand; operand++)
		rc = applet_check_domain(*operand);
	return rc;
}

/* OPTIONS as getopt_long() wants them: in LONGS, and their letters. */
static void tell_getopt(const struct applet_option *options,
			struct option *longs, char *letters)
{
	static const struct option common[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};

	for (; options->letter; options++) {
		*longs++ = (struct option){
			.name = options->name, .val = options->letter,
			.has_arg = options->kind ? required_argument
						 : no_argument,
		};
		*letters++ = options->letter;
		if (options->kind)
			*letters++ = ':';
	}
	memcpy(longs, common, sizeof(common));
	strcpy(letters, "hqvV");
}

/* The argument of -o: TSV with these fields, unless --json says otherwise. */
int applet_choose_fields(struct applet_output *output, const char *names)
{
	size_t size;
	const char *unknown = report_choose(&output->fields, names, &size);
	const char *name;
	unsigned int i;

	output->tsv = true;
	if (!unknown)
		return APPLET_DONE;
	msg(MSG_ERROR, MSG_NO_DOMAIN,
	    "%.*s: no such field, or named twice; these are:", (int)size,
	    unknown);
	for (i = 0; (name = report_name(output->fields.devices, i)); i++)
		msg(MSG_ERROR, MSG_NO_DOMAIN, "  %s", name);
	return applet_usage();
}

static int take_option(const struct applet_option *option, int letter)
{
	while (option->letter && option->letter != letter)
		option++;
	if (!option->letter)
		return applet_usage();
	switch ((enum applet_kind)option->kind) {
	case APPLET_FLAG:
		*option->flag = true;
		break;
	case APPLET_TEXT:
		*option->text = optarg;
		break;
	case APPLET_SECONDS:
		return take_seconds(optarg, option->ms);
	case APPLET_FIELDS:
		return applet_choose_fields(option->output, optarg);
	case APPLET_TAKE:
		return option->take(optarg);
	}
	return APPLET_DONE;
}

int applet_parse(const struct applet_option *options, int argc, char **argv,
		 struct applet_args *args)
{
	struct option longs[OPTIONS_MAX + 1];
	char letters[2 * OPTIONS_MAX + 1];
	int c, rc = APPLET_DONE;

	if (!args->timeout)
		args->timeout = TIMEOUT_MS;
	tell_getopt(options, longs, letters);
	while (!rc && (c = getopt_long(argc, argv, letters, longs, NULL)) != -1)
		switch (c) {
		case 'h':
			return applet_help();
		case 'V':
			return applet_version();
		case 'q':
			args->quiet = true;
			msg_verbosity(MSG_ERROR);
			break;
		case 'v':
			args->verbose = true;
			msg_verbosity(MSG_STEP);
			break;
		default:
			rc = take_option(options, c);
		}
	args->operands = argv + optind;
	if (!rc && !args->own)
		rc = check_operands(args->operands);
	return rc ? rc : -1;
}

int applet_begin(const struct applet_option *options, int argc, char **argv,
		 struct applet_args *args, int64_t *deadline)
{
	int rc;

	signal(SIGPIPE, SIG_IGN);
	rc = applet_parse(options, argc, argv, args);
	if (args->kmsg && rc < 0 && msg_kmsg())
		msg(MSG_NOTE, MSG_NO_DOMAIN, "/dev/kmsg: cannot be written");
	*deadline = clock_ms() + args->timeout;
	return rc;
}

static bool is_meant(const char *operand, const struct domain *domain)
{
	uint16_t domid;

	if (applet_parse_domid(operand, &domid))
		return domid == domain->info.domid;
	return !strcmp(operand, domain->name);
}

bool applet_selects(char **operands, const struct domain *domain)
{
	char **operand;

	for (operand = operands; *operand; operand++)
		if (is_meant(*operand, domain))
			return true;
	return !*operands;
}

struct domain *applet_find_domain(const char *operand)
{
	unsigned int i;

	for (i = 0; i < applet_ndomains; i++)
		if (is_meant(operand, &applet_domains[i]))
			return &applet_domains[i];
	return NULL;
}

int applet_find_operands(char **operand)
{
	int status = APPLET_DONE;

	for (; *operand; operand++) {
		if (applet_find_domain(*operand))
			continue;
		msg(MSG_ERROR, MSG_NO_DOMAIN, "%s: no such domain", *operand);
		status = APPLET_FAILED;
	}
	return status;
}

int applet_load_dtb(const char *file)
{
	/* the kernel runs on its own tree: no need to check that one */
	int rc = dtb_load(file ? file : "/sys/firmware/fdt", file);

	if (file && !rc && !dtb_domains())
		msg(MSG_NOTE, MSG_NO_DOMAIN, "%s: no domain in it: a boot "
		    "loader that makes them does so in its own copy", file);
	if (!file || !rc)
		return APPLET_DONE;
	if (rc != -EINVAL)
		return applet_fatal(APPLET_NOTHING, file, rc);
	msg(MSG_ERROR, MSG_NO_DOMAIN, "%s: not a device tree, or a broken one",
	    file);
	return APPLET_NOTHING;
}

static bool is_running(uint16_t domid)
{
	unsigned int i;

	for (i = 0; i < applet_ndomains; i++)
		if (applet_domains[i].info.domid == domid)
			return true;
	return false;
}

bool applet_next_absent(uint16_t *domid)
{
	while (*domid <= dtb_domains() && is_running(*domid))
		++*domid;
	return *domid <= dtb_domains();
}

uint32_t applet_lacks_vcpus(const struct domain *domain)
{
	uint32_t made = domain->info.max_vcpu_id + 1;
	struct dtb_domain declared;

	/* a domain of xl's may have got the id of one that has ended */
	if (!domain->info.full || domain->rule->state == DOMAIN_XL ||
	    dtb_domain(domain->info.domid, &declared) || declared.cpus <= made)
		return 0;
	return declared.cpus - made;
}

int applet_say_vcpus(const struct domain *domain)
{
	uint32_t lacks = applet_lacks_vcpus(domain);

	if (!lacks)
		return APPLET_DONE;
	msg(MSG_ERROR, domain->info.domid, "%u vCPUs of those that the device "
	    "tree declares are absent: Xen has not made them", lacks);
	return APPLET_FAILED;
}

int applet_open_hyp(void)
{
	int rc = hyp_open();

	if (rc == -ENODEV)
		msg(MSG_ERROR, MSG_NO_DOMAIN, "no Xen here: there is no "
		    "/dev/xen/privcmd (module xen-privcmd?)");
	else if (rc == -EPERM)
		msg(MSG_ERROR, MSG_NO_DOMAIN, "not the control domain: Xen "
		    "refuses. Run it in dom0, or in the domain that has "
		    "the capability \"control\"");
	else if (rc)
		return applet_fatal(APPLET_NOTHING, "cannot open Xen", rc);
	return rc ? APPLET_NOTHING : APPLET_DONE;
}

const char *applet_domctl(void)
{
	static char text[sizeof("0xffffffff")];
	const struct hyp_about *about = hyp_about();
	unsigned int version = about->domctl ? about->domctl
					     : about->domctl_met;

	snprintf(text, sizeof(text), "0x%x", version);
	return version ? text : "unknown";
}

void applet_note_domctl(const char *what)
{
	const struct hyp_about *about = hyp_about();

	if (!about->domctl)
		msg(MSG_NOTE, MSG_NO_DOMAIN, "Xen %u.%u: its domctl interface "
		    "is %s, those known are " HYP_DOMCTL_KNOWN ": %s",
		    about->major, about->minor, applet_domctl(), what);
}

bool applet_elsewhere;

static int store_rc;		/* of the last try to connect to xenstored */

static int open_store(int64_t deadline)
{
	store_rc = store_open(deadline, hyp_about()->self, applet_elsewhere);
	return store_rc;
}

const char *applet_store_missing(void)
{
	if (store_rc == -ELOOP)
		return "xenstored's socket is a link, or not root's, so it was "
		       "not asked";
	return applet_elsewhere ? "xenstored runs in another domain, and was "
				  "not reached through /dev/xen/xenbus"
				: "no xenstored answers (does it run?)";
}

int applet_open_store(int64_t deadline)
{
	/* the device of dom0's kernel may lead to no xenstored for ever */
	bool once = applet_elsewhere && !hyp_about()->self;
	int rc = open_store(once ? clock_ms() : deadline);

	if (!rc && once)
		rc = open_store(deadline);
	if (rc == -ELOOP || (rc && applet_elsewhere)) {
		msg(MSG_ERROR, MSG_NO_DOMAIN, "%s", applet_store_missing());
		return APPLET_NOTHING;
	}
	if (rc == -ENOENT) {
		msg(MSG_ERROR, MSG_NO_DOMAIN, "no xenstored: its socket is "
		    "not there (is it running?)");
		return APPLET_NOTHING;
	}
	if (rc == -ETIMEDOUT) {
		msg(MSG_ERROR, MSG_NO_DOMAIN, "xenstored does not answer");
		return APPLET_DEADLINE;
	}
	return rc ? applet_fatal(APPLET_NOTHING, "xenstored", rc)
		  : APPLET_DONE;
}

/* False: there is no room for it. */
static bool add_domain(const struct hyp_domain *info)
{
	if (applet_ndomains == APPLET_DOMAINS_MAX)
		return false;
	if (info->flags & HYP_XS_DOMAIN && info->domid != hyp_about()->self)
		applet_elsewhere = true;
	memset(&applet_domains[applet_ndomains], 0, sizeof(struct domain));
	applet_domains[applet_ndomains++].info = *info;
	return true;
}

int applet_list_domains(void)
{
	struct hyp_domain batch[DOMAIN_BATCH];
	unsigned int first = 0;
	int i, n;

	applet_ndomains = 0;
	applet_elsewhere = false;
	while (first <= HYP_DOMID_LAST) {
		n = hyp_domains((uint16_t)first, batch, DOMAIN_BATCH);
		if (n < 0)
			return applet_fatal(APPLET_FAILED,
					    "cannot list the domains", n);
		if (!n)
			break;
		for (i = 0; i < n; i++) {
			if (add_domain(&batch[i]))
				continue;
			msg(MSG_ERROR, MSG_NO_DOMAIN, "more than %d domains",
			    APPLET_DOMAINS_MAX);
			return APPLET_FAILED;
		}
		first = batch[n - 1].domid + 1u;
	}
	return APPLET_DONE;
}

bool applet_try_store(void)
{
	return !open_store(clock_ms());
}

/* Look at a domain without xenstored, after looking with it failed. True: this
 * worked, so xenstored was the reason. */
static bool observe_without(struct domain *domain)
{
	domain_release(domain);
	domain_observe(domain, 1, 0);
	return !domain->rc;
}

int applet_observe_some(unsigned int *at, bool *store, bool say)
{
	struct domain *domain = &applet_domains[*at], *end;
	unsigned int left = applet_ndomains - *at;
	int status = APPLET_DONE;
	bool asked, worked = *store;

	/* each batch of domains has the time of a single try */
	asked = *store = *store && applet_try_store();
	if (left > DOMAIN_BATCH)
		left = DOMAIN_BATCH;
	domain_observe(domain, left, asked ? DOMAIN_LOOK_STORE : 0);
	for (end = domain + left; domain < end; domain++) {
		if (domain->rc && asked && observe_without(domain))
			*store = false;
		domain_release(domain);
		if (!domain->rc)
			continue;
		if (say)
			applet_explain(domain, domain->rc, domain->step, NULL);
		status = APPLET_FAILED;
	}
	*at += left;
	return worked && !*store ? APPLET_FAILED : status;
}

int applet_observe_all(bool *store, bool say)
{
	int status = APPLET_DONE;
	unsigned int at = 0;

	while (at < applet_ndomains)
		status = applet_worse(status,
				      applet_observe_some(&at, store, say));
	return status;
}

void applet_write(struct applet_output *output, const struct report *report)
{
	char line[REPORT_LINE_MAX];

	if (!output->fields.count)
		report_choose_all(&output->fields);
	if (output->json && output->endless)
		puts(report_json(line, &output->fields, report));
	else if (output->json)
		printf("%s%s", output->written++ ? ",\n" : "[",
		       report_json(line, &output->fields, report));
	else
		puts(report_tsv(line, &output->fields, report));
}

void applet_write_end(const struct applet_output *output)
{
	if (output->json)
		puts(output->written ? "]" : "[]");
}
