/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "devices.h"
#include "domain.h"
#include "dtb.h"

/*
 * What is known of a domain, or of one device of it, as text: for each a fixed
 * set of fields, in one order, that only ever grows at its end. All text goes
 * to a buffer of the caller's.
 */
enum {
	REPORT_FIELDS_MAX = 40, REPORT_LINE_MAX = 8192,
	REPORT_VALUE_MAX = 512,		/* bytes of one value */
};

/* One domain, and what only some callers know of it. */
struct report {
	const struct domain *domain;
	const struct dtb_domain *declared;	/* by a tree, NULL: none */
	const char *next_step;			/* that is missing, or NULL */
	const char *stuck;			/* devices, and why, or NULL */
	const struct devices_one *device;	/* it is about this one */
	bool absent;				/* declared, but not there */
};

/* A choice of fields, by their numbers. */
struct report_fields {
	unsigned char field[REPORT_FIELDS_MAX];
	unsigned int count;
	bool devices;		/* the caller's: of a device's fields */
};

/*
 * Read "NAME,NAME..." into CHOSEN. NULL, or the name that nobody knows or
 * that stands there twice, *SIZE bytes up to its comma.
 */
const char *report_choose(struct report_fields *chosen, const char *names,
			  size_t *size);

/* Every field, in order. */
void report_choose_all(struct report_fields *chosen);

/* The name of field number FIELD, of a domain or a device; NULL after the
 * last. */
const char *report_name(bool devices, unsigned int field);

/* A line for programs: values with a TAB between, "-" for an absent one. */
char *report_tsv(char *line, const struct report_fields *chosen,
		 const struct report *report);

/* The same as a JSON object; a value that is absent is null. */
char *report_json(char *line, const struct report_fields *chosen,
		  const struct report *report);

/* What report_xl() adds to its columns. */
enum {
	REPORT_LONG = 1 << 0,
	REPORT_DECLARED = 1 << 1,
};

/*
 * The line that xl list prints, without its end, then the state word and the
 * columns of EXTRA. A report that is NULL makes the heading.
 */
char *report_xl(char *line, const struct report *report, unsigned int extra);

/* The line of a device, or the heading. */
char *report_device(char *line, const struct report *report);

/* The state word of a domain, or of one that is declared and not there, and
 * what it means. */
const char *report_state(const struct report *report);
const char *report_advice(const struct report *report);

/* "NAME" or, if it has none, the one the tree declares, or "(null)". */
const char *report_domain_name(const struct report *report);

#endif
