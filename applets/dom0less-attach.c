/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dom0less-attach - give a domain a network card or a disk, without xl
 *
 * usage: dom0less-attach [OPTION]... DOMAIN vif [SPEC]...
 *        dom0less-attach [OPTION]... DOMAIN disk SPEC...
 *        dom0less-attach [OPTION]... DOMAIN KIND DEVID [backend=DOMAIN]
 *                                    [front:KEY=VALUE | back:KEY=VALUE]...
 *        dom0less-attach [OPTION]... --file FILE
 *
 * DOMAIN is a domid or a name, SPEC what an xl configuration says: bridge=br0,
 * phy:/dev/sda,xvda,w ... Waits for the guest, and until both ends are connected.
 * A device that is there already is left as it is.
 *
 *   -f, --file FILE      a device a line, as above; "bridge NAME [CARD]" makes
 *                        a bridge; # begins a comment; - is standard input
 *   -k, --kmsg           log to /dev/kmsg, too
 *   -n, --dry-run        print the steps it would take, and take none
 *   -N, --no-wait        do not wait until the guest uses it
 *   -t, --timeout SECS   give up after SECS, 30 by default; 0: try once
 *   -h, --help  -q, --quiet  -v, --verbose  -V, --version
 *
 * Exit status: 0 done; 1 some device failed; 2 usage error; 3 nothing to talk to;
 * 4 the deadline passed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "clock.h"
#include "hyp.h"
#include "msg.h"
#include "parse.h"
#include "plugs.h"
#include "store.h"

enum {
	BRIDGES_MAX = 8,
	WORDS_MAX = DEVICE_PAIRS_MAX + 4,
	FILE_MAX = 8192,
};

struct opts {
	bool dry, no_wait;
	const char *file;
	struct applet_args args;
};

/* One device that is wanted. */
struct job {
	const char *domain, *backend;	/* as the user calls them */
	union {
		struct spec_vif vif;
		struct spec_disk disk;
	};
	struct plug *plug;		/* it begins when the domain is there */
	const char *waits;		/* until then, for what */
};

static struct opts opts;
static struct job jobs[PLUGS_MAX];	/* a plug each */
static struct plug_claims claims;
static struct {
	const char *name, *card;
} bridges[BRIDGES_MAX];
static unsigned int nbridges;
static int64_t deadline;

static const struct applet_option options[] = {
	{ 'f', APPLET_TEXT, "file", .text = &opts.file },
	{ 'k', APPLET_FLAG, "kmsg", .flag = &opts.args.kmsg },
	{ 'n', APPLET_FLAG, "dry-run", .flag = &opts.dry },
	{ 'N', APPLET_FLAG, "no-wait", .flag = &opts.no_wait },
	{ 't', APPLET_SECONDS, "timeout", .ms = &opts.args.timeout },
	{ 0 },
};

/* Functions that return bool give false with what is wrong, and of which part,
 * in *ERROR. */

static bool wrong(struct spec_error *error, const char *what, const char *part)
{
	error->what = what;
	snprintf(error->part, sizeof(error->part), "%s", part);
	return false;
}

static bool is_word(const char *text, const char *more, size_t max)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	size_t n = 0;

	while (text[n] && (strchr(plain, text[n]) || strchr(more, text[n])))
		n++;
	return n && n < max && !text[n];
}

/* "front:KEY=VALUE", "back:KEY=VALUE". */
static bool take_pair(struct job *job, char *word, struct spec_error *error)
{
	struct device_pair pair = { .place = DEVICE_BACK, .said = true };
	char *key = strchr(word, ':'), *value = key ? strchr(key, '=') : NULL;

	if (!value)
		return wrong(error, "not front:KEY=VALUE or back:KEY=VALUE",
			     word);
	*key++ = '\0';
	*value++ = '\0';
	if (!strcmp(word, "front"))
		pair.place = DEVICE_FRONT;
	else if (strcmp(word, "back"))
		return wrong(error, "neither front nor back", word);
	if (!is_word(key, "/ABCDEFGHIJKLMNOPQRSTUVWXYZ", DEVICE_KEY_MAX))
		return wrong(error, "not a key", key);
	pair.key = key;
	pair.value = value;
	return device_add(&job->plug->device, &pair) ||
	       wrong(error, "too many nodes", key);
}

static bool take_other(struct job *job, const char *kind, char **words,
		       struct spec_error *error)
{
	static const char backend[] = "backend=";
	uint64_t devid;

	if (!is_word(kind, "", DEVICE_KIND_MAX))
		return wrong(error, "not a kind of device", kind);
	if (!strcmp(kind, "vbd"))
		return wrong(error, "say disk, and its SPEC", kind);
	if (!*words || !parse_number(*words, SPEC_VDEV_LAST, &devid))
		return wrong(error, "not a device's number", *words ? *words
							    : kind);
	device_begin(&job->plug->device, 0, 0, kind, (uint32_t)devid);
	while (*++words)
		if (!strncmp(*words, backend, sizeof(backend) - 1))
			job->backend = *words + sizeof(backend) - 1;
		else if (!take_pair(job, *words, error))
			return false;
	return true;
}

/* WORDS are "DOMAIN KIND SPEC...", and must stay. */
static bool take_job(char **words, struct spec_error *error)
{
	struct plug *plug = plugs_add();
	struct job *job = &jobs[nplugs - 1];
	uint16_t domid;

	if (!plug)
		return wrong(error, "too many devices at once", words[0]);
	*job = (struct job){
		.domain = words[0], .backend = "", .plug = plug,
	};
	if (!applet_parse_domid(words[0], &domid) && !parse_is_name(words[0]))
		return wrong(error, "neither a domid nor a name", words[0]);
	if (!words[1])
		return wrong(error, "no device for it", words[0]);
	if (!strcmp(words[1], "vif")) {
		job->plug->vif = &job->vif;
		job->backend = job->vif.backend;
		return spec_vif(&job->vif, words + 2, error);
	}
	if (strcmp(words[1], "disk"))
		return take_other(job, words[1], words + 2, error);
	job->plug->disk = &job->disk;
	job->backend = job->disk.backend;
	return spec_disk(&job->disk, words + 2, error);
}

static bool take_bridge(char **words, struct spec_error *error)
{
	if (nbridges == BRIDGES_MAX)
		return wrong(error, "too many bridges", words[1]);
	if (strlen(words[1]) >= LINK_NAME_MAX ||
	    (words[2] && (strlen(words[2]) >= LINK_NAME_MAX || words[3])))
		return wrong(error, "not \"bridge NAME [CARD]\"", words[1]);
	bridges[nbridges].name = words[1];
	bridges[nbridges++].card = words[2];
	return true;
}

/*
 * Split a line into words. Of a vif or a disk the third word is all the rest,
 * as in an xl configuration. False: there are too many.
 */
static bool split(char *line, char **words)
{
	unsigned int n = 0;

	for (;;) {
		line += strspn(line, " \t\r");
		if (!*line)
			break;
		if (n == WORDS_MAX)
			return false;
		words[n++] = line;
		if (n == 3 && (!strcmp(words[1], "vif") ||
			       !strcmp(words[1], "disk"))) {
			line[strcspn(line, "\r")] = '\0';
			break;
		}
		line += strcspn(line, " \t\r");
		if (*line)
			*line++ = '\0';
	}
	words[n] = NULL;
	return true;
}

static bool take_line(char *line, struct spec_error *error)
{
	char *words[WORDS_MAX + 1];

	if (!split(line, words))
		return wrong(error, "too many words", line);
	if (!*words || **words == '#')
		return true;
	if (!strcmp(*words, "bridge") && words[1] && strcmp(words[1], "vif") &&
	    strcmp(words[1], "disk"))
		return take_bridge(words, error);
	return take_job(words, error);
}

/* Read all of FD into TEXT, NUL-terminated. 0 or -errno. */
static int read_all(int fd, char *text, size_t size)
{
	size_t used = 0;
	ssize_t n;

	do {
		n = read(fd, text + used, size - used);
		if (n < 0 && errno != EINTR)
			return -errno;
		used += n > 0 ? (size_t)n : 0;
		if (used == size)
			return -EFBIG;
	} while (n);
	text[used] = '\0';
	return strlen(text) == used ? 0 : -EILSEQ;
}

static int read_job_file(char *text, size_t size)
{
	bool standard = !strcmp(opts.file, "-");
	int rc, fd = standard ? STDIN_FILENO
			      : open(opts.file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	rc = read_all(fd, text, size);
	if (!standard)
		close(fd);
	return rc;
}

static int take_lines(char *line)
{
	struct spec_error error;
	unsigned int number = 1;
	char *end;

	for (; *line; line = end, number++) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		if (take_line(line, &error))
			continue;
		msg(MSG_ERROR, MSG_NO_DOMAIN, "%s:%u: %s: %s", opts.file,
		    number, error.part, error.what);
		return APPLET_USAGE;
	}
	return APPLET_DONE;
}

static int take_wanted(void)
{
	static char text[FILE_MAX];
	struct spec_error error;
	int rc;

	if (opts.file && *opts.args.operands)
		return applet_bad("not together with --file",
				  *opts.args.operands);
	if (opts.file) {
		rc = read_job_file(text, sizeof(text));
		return rc ? applet_fatal(APPLET_USAGE, opts.file, rc)
			  : take_lines(text);
	}
	if (!*opts.args.operands)
		return applet_bad("is missing", "DOMAIN");
	if (take_job(opts.args.operands, &error))
		return APPLET_DONE;
	return applet_bad(error.what, error.part);
}

static int set_up(const char *name, uint32_t master)
{
	struct link link;
	int rc = link_find(name, &link);

	if (!rc && link.up && (!master || link.master == master))
		return 0;
	if (!rc)
		rc = link_set_up(&(struct link_change){
			.index = link.index, .master = master });
	return rc;
}

static int make_bridge(const char *name, const char *card)
{
	struct link bridge;
	int rc = link_find(name, &bridge);

	if (rc == -ENODEV) {
		rc = link_make_bridge(name);
		if (!rc)
			rc = link_find(name, &bridge);
	}
	if (!rc && !bridge.bridge)
		rc = -EEXIST;
	if (!rc)
		rc = set_up(name, 0);
	if (!rc && card)
		rc = set_up(card, bridge.index);
	return rc;
}

static int make_bridges(void)
{
	int status = APPLET_DONE, rc;
	char step[64], text[4 * sizeof(step)];
	unsigned int i;

	for (i = 0; i < nbridges; i++) {
		snprintf(step, sizeof(step), "bridge %s%s%s", bridges[i].name,
			 bridges[i].card ? " over " : "",
			 bridges[i].card ? bridges[i].card : "");
		if (opts.dry)
			puts(msg_escape(text, sizeof(text), step));
		else
			msg(MSG_STEP, MSG_NO_DOMAIN, "%s", step);
		rc = opts.dry ? 0 : make_bridge(bridges[i].name,
						bridges[i].card);
		if (rc)
			status = applet_fatal(APPLET_FAILED, step, rc);
	}
	return status;
}

/* It is over with a job: it says why. */
static int fail_job(struct job *job, const char *who, const char *why)
{
	job->plug->over = true;
	msg(MSG_ERROR, MSG_NO_DOMAIN, "%s: %s", who, why);
	return APPLET_FAILED;
}

/* Is there a domain that has no name yet, and may get one from
 * init-dom0less? */
static bool somebody_is_nameless(void)
{
	struct domain *domain;
	unsigned int i;

	for (i = 0; i < applet_ndomains; i++) {
		domain = &applet_domains[i];
		if (!*domain->name && !domain_glance(domain) &&
		    domain_is_enhanced(domain))
			return true;
	}
	return false;
}

/* Read the UUID in the domain's vm node. If it lies, only the addresses of the
 * domain's own cards are others. */
static void read_job_uuid(struct job *job, uint16_t domid)
{
	char path[STORE_PATH_MAX], text[64];

	snprintf(path, sizeof(path), "/local/domain/%u/vm", domid);
	if (store_read(path, text, sizeof(text)) < 0 ||
	    strncmp(text, "/vm/", 4) || !uuid_parse(job->plug->uuid, text + 4))
		memset(job->plug->uuid, 0, sizeof(job->plug->uuid));
}

/* Does xenstore have the domain's nodes? libxl's entry is written last. */
static int find_nodes(struct job *job, struct domain *domain)
{
	char path[STORE_PATH_MAX], type[16];
	uint16_t domid = domain->info.domid;
	int rc;

	snprintf(path, sizeof(path), "/libxl/%u/type", domid);
	rc = store_read(path, type, sizeof(type));
	if (rc >= 0)
		return APPLET_DONE;
	if (rc != -ENOENT) {
		job->plug->over = true;
		return applet_explain(domain, rc, "read its type", NULL);
	}
	job->waits = "it is not attached to xenstore (init-dom0less?)";
	if (domain->facts & FACT_EVTCHN || domain_glance(domain) ||
	    domain_is_enhanced(domain))
		return APPLET_DONE;
	return fail_job(job, job->domain, "it was made without a xenstore");
}

/* Begin a job, if its domain is there. dom0 itself gets no device. */
static int begin_job(struct job *job)
{
	struct domain *guest = applet_find_domain(job->domain);
	struct domain *host = *job->backend ? applet_find_domain(job->backend)
					    : NULL;
	struct plug *plug = job->plug;
	uint16_t domid;
	int rc;

	job->waits = "there is no such domain";
	if (!guest) {
		if (!applet_parse_domid(job->domain, &domid) &&
		    somebody_is_nameless())
			return APPLET_DONE;
		return fail_job(job, job->domain, "no such domain");
	}
	if (*job->backend && !host)
		return fail_job(job, job->backend, "no such domain");
	plug->self = hyp_about()->self;
	if (guest->info.domid == plug->self)
		return fail_job(job, job->domain, "that is this domain itself");
	job->waits = NULL;
	rc = find_nodes(job, guest);
	if (rc || job->waits)
		return rc;
	read_job_uuid(job, guest->info.domid);
	plug->device.guest = guest->info.domid;
	plug->device.host = host ? host->info.domid : plug->self;
	plug->claims = &claims;
	plug->dry = opts.dry;
	plug->no_wait = opts.no_wait;
	plug->deadline = deadline;
	plug->begun = true;
	return APPLET_DONE;
}

static int begin_some(void)
{
	int status = APPLET_DONE;
	struct job *job;
	bool wanted = false;

	for (job = jobs; job < jobs + nplugs; job++)
		wanted = wanted || (!job->plug->begun && !job->plug->over);
	if (!wanted)
		return APPLET_DONE;
	hyp_give_back();
	status = applet_list_domains();
	if (!status)
		domain_read_names(applet_domains, applet_ndomains);
	for (job = jobs; !status && job < jobs + nplugs; job++)
		if (!job->plug->begun && !job->plug->over)
			status = begin_job(job);
	return status;
}

/* Those whose domain has not come. */
static int say_late(void)
{
	int status = APPLET_DONE;
	struct job *job;

	for (job = jobs; job < jobs + nplugs; job++) {
		if (job->plug->over || job->plug->begun)
			continue;
		msg(MSG_ERROR, MSG_NO_DOMAIN, "%s: %s", job->domain,
		    job->waits ? job->waits : "");
		status = APPLET_DEADLINE;
	}
	return status;
}

static int attach_jobs(void)
{
	int status = plugs_run(plug_in, begin_some, deadline);

	return applet_worse(status, say_late());
}

int dom0less_attach_main(int argc, char **argv)
{
	int rc;

	opts.args.own = true;
	rc = applet_begin(options, argc, argv, &opts.args, &deadline);
	if (rc >= 0)
		return rc;
	rc = take_wanted();
	if (rc)
		return rc;
	rc = applet_open_hyp();
	if (rc)
		return rc;
	rc = make_bridges();
	if (nplugs) {
		int opened = applet_open_store(deadline);

		rc = applet_worse(rc, opened ? opened : attach_jobs());
		store_close();
	}
	return rc;
}
