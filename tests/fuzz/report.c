/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The writers: the input is a domain, byte by byte, and what the tree declares of
 * it. Whatever it is, what is printed must parse.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "report.h"

static void fill(struct input *input, void *to, size_t size)
{
	size_t n = input->size < size ? input->size : size;

	memset(to, 0, size);
	memcpy(to, input->data, n);
	input->data += n;
	input->size -= n;
}

static unsigned int tabs(const struct report_fields *fields)
{
	return fields->count - 1;
}

static void check(const struct report *report, unsigned int extra)
{
	struct report_fields all = { .count = 0 }, one = { .count = 1 };
	char line[REPORT_LINE_MAX], text[REPORT_LINE_MAX + 1];
	unsigned int i;

	report_choose_all(&all);
	report_json(line, &all, report);
	MUST(strlen(line) < REPORT_LINE_MAX - 1);
	snprintf(text, sizeof(text), "%s\n", line);
	fuzz_check_json(text, strlen(text), true);
	report_tsv(line, &all, report);
	MUST(strlen(line) < REPORT_LINE_MAX - 1);
	snprintf(text, sizeof(text), "%s\n", line);
	fuzz_check_tsv(text, tabs(&all));
	for (i = 0; report_name(false, i); i++) {
		one.field[0] = (unsigned char)i;
		MUST(*report_tsv(line, &one, report));
		fuzz_check_tsv(line, 0);
	}
	report_xl(line, report, extra);
	fuzz_check_plain(line);
	MUST(!strpbrk(line, "\n\t"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	static struct domain domain;
	static struct dtb_domain declared;
	struct report report = { .domain = &domain };
	unsigned int flags = take(&input);
	uint32_t bits = 0;
	size_t n;

	memset(&domain, 0, sizeof(domain));
	fill(&input, &bits, sizeof(bits));
	fill(&input, &domain.info.flags, sizeof(domain.info.flags));
	fill(&input, &domain.info.tot_pages, 4 * sizeof(uint64_t));
	fill(&input, &domain.info.online_vcpus, 3 * sizeof(uint32_t) + 16);
	fill(&input, &domain.evtchn, 4 * sizeof(uint64_t));
	fill(&input, &domain.channel.remote_port, sizeof(uint32_t));
	fill(&input, &domain.ring, sizeof(domain.ring));
	fill(&input, &domain.grant, sizeof(domain.grant));
	domain.info.domid = (uint16_t)(take(&input) % 0x7ff0);
	domain.channel.state = take(&input) % 4;
	/* a name first, then the name in the tree, then the path in vm */
	n = take(&input);
	fill(&input, domain.name, n < sizeof(domain.name) ? n : sizeof(domain.name) - 1);
	n = take(&input) % sizeof(declared.name);
	memset(&declared, 0, sizeof(declared));
	fill(&input, declared.name, n);
	fill(&input, domain.vm, sizeof(domain.vm) - 1);
	declared.memory = domain.info.tot_pages;
	declared.cpus = domain.info.online_vcpus;
	domain.facts = bits;
	domain.rule = domain_decide(bits);
	domain.info.full = flags & 1;
	domain.grant_known = flags & 2;
	report.declared = flags & 4 ? &declared : NULL;
	report.absent = flags & 8 && report.declared;
	report.next_step = flags & 16 ? "write the xenstore nodes" : NULL;
	check(&report, flags >> 5);
	return 0;
}
