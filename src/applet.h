/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef APPLET_H
#define APPLET_H

#include <stdbool.h>
#include <stdint.h>

#include "domain.h"
#include "report.h"

/* What every applet's exit status means; the worst over all domains wins. */
enum applet_status {
	APPLET_DONE = 0,	/* done, or nothing to do */
	APPLET_FAILED = 1,	/* some domain failed, or the answer is no */
	APPLET_USAGE = 2,	/* usage error; nothing attempted */
	APPLET_NOTHING = 3,	/* nothing to talk to; nothing attempted */
	APPLET_DEADLINE = 4,	/* the deadline passed */
	APPLET_UNKNOWN = 127,	/* no such applet */
};

/* Every applet's main function; the build makes applets.h of the applets. */
#define APPLET(name, main, summary, help) int main(int argc, char **argv);
#include "applets.h"
#undef APPLET

/* main.c's: */

/* Print the running applet's help or the version; APPLET_DONE. */
int applet_help(void);
int applet_version(void);

/* Say where help is; APPLET_USAGE. The error itself has been said. */
int applet_usage(void);

/*
 * applet.c's: what all applets do in the same way. Functions that return int
 * return an exit status and have said why it is not APPLET_DONE.
 */

enum { APPLET_DOMAINS_MAX = 1024 };

/* All domains, in domid order: applet_list_domains() fills in .info. */
extern struct domain applet_domains[APPLET_DOMAINS_MAX];
extern unsigned int applet_ndomains;

/* The worse of two statuses. */
int applet_worse(int one, int other);

/* Say that VALUE is WHAT. APPLET_USAGE. */
int applet_bad(const char *what, const char *value);

/* Say that WHAT failed with RC, -errno. Returns STATUS. */
int applet_fatal(int status, const char *what, int rc);

/* Say that STEP failed with RC, -errno, for one domain. HINT: what to do, or
 * NULL. */
int applet_explain(const struct domain *domain, int rc, const char *step,
		   const char *hint);

/* Read TEXT as a domid. False: it is none. */
bool applet_parse_domid(const char *text, uint16_t *domid);

/* What an option does; all but the first have an argument. */
enum applet_kind {
	APPLET_FLAG,		/* sets .flag */
	APPLET_TEXT,		/* is kept in .text */
	APPLET_SECONDS,		/* a number of them, which become .ms */
	APPLET_FIELDS,		/* chooses the fields of .output */
	APPLET_TAKE,		/* is given to .take, which gives a status */
};

/* One option of an applet. */
struct applet_option {
	char letter;
	unsigned char kind;
	const char *name;
	union {
		bool *flag;
		const char **text;
		int64_t *ms;
		struct applet_output *output;
		int (*take)(char *argument);
	};
};

/* What every applet's command line has. */
struct applet_args {
	bool quiet, verbose;		/* messages go by the last of the two */
	bool kmsg;			/* log to /dev/kmsg, too */
	int64_t timeout;		/* ms; 0 before parsing: 30 s */
	bool own;			/* the applet checks the operands */
	char **operands;		/* else each is a domid or a name */
};

/*
 * Parse a command line by OPTIONS, which end with an empty row, and by those
 * that every applet has. -1: go on; else the exit status: help was wanted, or
 * an error has been said.
 */
int applet_parse(const struct applet_option *options, int argc, char **argv,
		 struct applet_args *args);

/*
 * The same for an applet that changes something: it goes on if nobody reads its
 * messages any more. *DEADLINE (clock.h) is when its time is over.
 */
int applet_begin(const struct applet_option *options, int argc, char **argv,
		 struct applet_args *args, int64_t *deadline);

/* Choose the fields that NAMES, a list with commas, names. An unknown one:
 * APPLET_USAGE, after all have been said. */
int applet_choose_fields(struct applet_output *output, const char *names);

/* Can OPERAND be a domid or a domain's name? If not, say so: APPLET_USAGE. */
int applet_check_domain(const char *operand);

/* The domain that OPERAND names. NULL: it is not in the list. */
struct domain *applet_find_domain(const char *operand);

/* Say which operands name no domain: APPLET_FAILED. The other domains are
 * served all the same. */
int applet_find_operands(char **operands);

/* Does an operand select the domain? Without operands all are selected. */
bool applet_selects(char **operands, const struct domain *domain);

/* Load the device tree in FILE, which must be a good one. NULL: load the
 * kernel's own, if there is one. */
int applet_load_dtb(const char *file);

/*
 * What the loaded tree declares and Xen has not made: the next such domain from
 * *DOMID on, false if there is none; and how many vCPUs DOMAIN lacks.
 */
bool applet_next_absent(uint16_t *domid);
uint32_t applet_lacks_vcpus(const struct domain *domain);

/* Say so of a domain that lacks vCPUs; APPLET_FAILED then. */
int applet_say_vcpus(const struct domain *domain);

int applet_open_hyp(void);

/* The version of Xen's domctl interface as text, "unknown" if nobody knows
 * it. */
const char *applet_domctl(void);

/* If Xen's domctl interface is not known, say so in a note, and WHAT is left
 * out. */
void applet_note_domctl(const char *what);

/* Connect to xenstored, until DEADLINE (clock.h). */
int applet_open_store(int64_t deadline);

/* Why xenstored was not asked, for who goes on without it. */
const char *applet_store_missing(void);

/* xenstored runs in another domain: so Xen says of one that was listed, or the
 * event channels of all guests. */
extern bool applet_elsewhere;

int applet_list_domains(void);

/*
 * Observe the next domains, from *AT on, reading only. *AT becomes the first
 * that was not observed. *STORE says whether xenstored is connected. If
 * xenstored fails on the way *STORE becomes false, less is known from there on,
 * and the status is APPLET_FAILED. SAY which domains cannot be looked at.
 */
int applet_observe_some(unsigned int *at, bool *store, bool say);
int applet_observe_all(bool *store, bool say);

/* Connect to xenstored, if it is there and answers. A connection that is there
 * gets new time. Says nothing. */
bool applet_try_store(void);

/* What -p, -o and --json have chosen. */
struct applet_output {
	bool tsv, json;
	bool endless;		/* JSON objects, a line each, in no array */
	struct report_fields fields;
	unsigned int written;
};

/* Write one domain for a program. After the last one, write the end. */
void applet_write(struct applet_output *output, const struct report *report);
void applet_write_end(const struct applet_output *output);

#endif
