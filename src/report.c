/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "msg.h"
#include "report.h"
#include "uuid.h"

enum {
	SCHEMA = 1,
	NS_PER_TENTH = 100000000,
};

/* When a field has a value. */
enum when {
	ALWAYS, NAMED, RUNS, FULL, PARAMS, CHANNEL, BOUND, RING, GRANT, STORE,
	DECLARED, STEP, STUCK, DEVICE,
};

/* How the field's text is made from what stands at the row's offset. */
enum kind {
	U16, U32, U64, PAGES_KIB, COUNT, MIB, TENTHS,	/* numbers */
	FROM_TREE_KIB, FROM_TREE_CPUS, END,
	FRAME, FRAME32, UUID_BYTES, LETTERS,		/* written as texts */
	TEXT, STATE, CHANNEL_WORD, SENTENCE, INTRODUCED, NEXT_STEP,
	FROM_TREE_NAME, ASKED, STUCK_DEVICES, KIND, ERROR,
};

#define AT(member) offsetof(struct domain, member)
#define OF(member) offsetof(struct devices_one, member)

static const struct field {
	const char *name;
	enum kind kind;
	enum when when;
	size_t at;
} fields[] = {
	{ "domid", U16, ALWAYS, AT(info.domid) },
	{ "name", TEXT, NAMED, AT(name) },
	{ "state", STATE, ALWAYS, 0 },
	{ "memory_mib", MIB, RUNS, 0 },
	{ "vcpus", U32, FULL, AT(info.online_vcpus) },
	{ "flags", LETTERS, FULL, 0 },
	{ "time_s", TENTHS, FULL, AT(info.cpu_time) },
	{ "uuid", UUID_BYTES, FULL, 0 },
	{ "max_memory_kib", PAGES_KIB, RUNS, AT(info.max_pages) },
	{ "max_vcpus", COUNT, FULL, AT(info.max_vcpu_id) },
	{ "cpupool", U32, FULL, AT(info.cpupool) },
	{ "store_evtchn", U64, PARAMS, AT(evtchn) },
	{ "store_pfn", FRAME, PARAMS, AT(pfn) },
	{ "console_pfn", FRAME, PARAMS, AT(console) },
	{ "evtchn_state", CHANNEL_WORD, CHANNEL, AT(channel.state) },
	{ "evtchn_remote", U16, CHANNEL, AT(channel.remote) },
	{ "evtchn_remote_port", U32, BOUND, AT(channel.remote_port) },
	{ "ring_connection", U32, RING, AT(ring.connection) },
	{ "ring_req_prod", U32, RING, AT(ring.req_prod) },
	{ "ring_req_cons", U32, RING, AT(ring.req_cons) },
	{ "ring_rsp_prod", U32, RING, AT(ring.rsp_prod) },
	{ "ring_rsp_cons", U32, RING, AT(ring.rsp_cons) },
	{ "ring_features", U32, RING, AT(ring.features) },
	{ "ring_error", U32, RING, AT(ring.error) },
	{ "grant_flags", U16, GRANT, AT(grant.flags) },
	{ "grant_domid", U16, GRANT, AT(grant.domid) },
	{ "grant_gfn", FRAME32, GRANT, AT(grant.gfn) },
	{ "introduced", INTRODUCED, STORE, 0 },
	{ "vm", TEXT, STORE, AT(vm) },
	{ "next_step", NEXT_STEP, STEP, 0 },
	{ "declared_name", FROM_TREE_NAME, DECLARED, 0 },
	{ "declared_memory_kib", FROM_TREE_KIB, DECLARED, 0 },
	{ "declared_vcpus", FROM_TREE_CPUS, DECLARED, 0 },
	{ "advice", SENTENCE, ALWAYS, 0 },
	{ "xenstored", ASKED, RUNS, 0 },
	{ "stuck_devices", STUCK_DEVICES, STUCK, 0 },
}, device_fields[] = {
	{ "domid", U16, ALWAYS, AT(info.domid) },
	{ "name", TEXT, NAMED, AT(name) },
	{ "kind", KIND, DEVICE, 0 },
	{ "device", TEXT, DEVICE, OF(name) },
	{ "devid", U32, DEVICE, OF(device.devid) },
	{ "backend_domid", U16, DEVICE, OF(device.host) },
	{ "backend_kind", TEXT, DEVICE, OF(device.host_kind) },
	{ "target", TEXT, DEVICE, OF(target) },
	{ "front_state", END, DEVICE, OF(look.front) },
	{ "back_state", END, DEVICE, OF(look.back) },
	{ "error", ERROR, DEVICE, 0 },
};

enum {
	FIELDS = sizeof(fields) / sizeof(*fields),
	DEVICE_FIELDS = sizeof(device_fields) / sizeof(*device_fields),
};

_Static_assert((int)FIELDS <= (int)REPORT_FIELDS_MAX, "report.h");

/* The columns that follow xl's own. Each is a field. */
static const struct column {
	unsigned int extra;
	size_t width;
	const char *heading, *field;
} columns[] = {
	{ 0, 11, "Xenstore", "state" },
	{ REPORT_LONG, 36, "UUID", "uuid" },
	{ REPORT_LONG, 9, "MaxMem(k)", "max_memory_kib" },
	{ REPORT_LONG, 8, "MaxVCPUs", "max_vcpus" },
	{ REPORT_LONG, 4, "Pool", "cpupool" },
	{ REPORT_LONG, 6, "Evtchn", "store_evtchn" },
	{ REPORT_LONG, 7, "Channel", "evtchn_state" },
	{ REPORT_LONG, 18, "Frame", "store_pfn" },
	{ REPORT_LONG, 4, "Conn", "ring_connection" },
	{ REPORT_LONG, 10, "Requests", "ring_req_prod" },
	{ REPORT_LONG, 10, "Answers", "ring_rsp_prod" },
	{ REPORT_DECLARED, 10, "DeclMem(k)", "declared_memory_kib" },
	{ REPORT_DECLARED, 9, "DeclVCPUs", "declared_vcpus" },
}, device_columns[] = {
	{ 0, 20, "Name", "name" },
	{ 0, 5, "ID", "domid" },
	{ 0, 4, "Kind", "kind" },
	{ 0, 6, "Device", "device" },
	{ 0, 7, "Backend", "backend_domid" },
	{ 0, 16, "Guest's end", "front_state" },
	{ 0, 16, "Backend's end", "back_state" },
	{ 0, 0, "Target", "target" },
};

/* Is the field a number? A text is in quotes in JSON. */
static bool is_number(enum kind kind)
{
	return kind <= END;
}

/* Does the tree say so? It need not say everything. */
static bool is_declared(const struct dtb_domain *declared, enum kind kind)
{
	if (!declared)
		return false;
	return (kind != FROM_TREE_NAME || *declared->name) &&
	       (kind != FROM_TREE_KIB || declared->memory) &&
	       (kind != FROM_TREE_CPUS || declared->cpus);
}

/* The bytes it is made from. */
static const void *bytes(const struct report *report, const struct field *field)
{
	return field->when == DEVICE ? (const char *)report->device + field->at
				     : (const char *)report->domain + field->at;
}

static bool has_value(const struct report *report, const struct field *field)
{
	const struct domain *domain = report->domain;
	enum when when = field->when;

	if (field->kind == TEXT && !*(const char *)bytes(report, field))
		return false;
	if (field->kind == END)
		return *(const int *)bytes(report, field) >= 0;
	if (field->kind == ERROR)
		return *report->device->look.error;
	if (when == ALWAYS)
		return true;
	if (when == DECLARED)
		return is_declared(report->declared, field->kind);
	if (report->absent)
		return false;
	if (when == NAMED || when == DEVICE)
		return true;
	if (domain->rule->state == DOMAIN_GONE)
		return false;
	switch (when) {
	case FULL:
		return domain->info.full;
	case PARAMS:
		return !(domain->facts & (FACT_SELF | FACT_DYING)) ||
		       domain->facts & FACT_ENDED;
	case CHANNEL:
		return domain_is_enhanced(domain);
	case BOUND:
		return domain->facts & FACT_BOUND;
	case RING:
		return domain->facts & FACT_PAGE;
	case GRANT:
		return domain->grant_known;
	case STORE:
		return domain->facts & FACT_STORE;
	case STEP:
		return report->next_step != NULL;
	case STUCK:
		return report->stuck != NULL;
	default:
		return true;
	}
}

const char *report_state(const struct report *report)
{
	return report->absent ? "absent"
			      : domain_state_word(report->domain->rule->state);
}

const char *report_advice(const struct report *report)
{
	return report->absent ? "declared by the device tree, but Xen does "
				"not run it"
			      : domain_sentence(report->domain);
}

/* The letters of xl list. The fifth says why the domain shut down. */
static void letters(char *text, uint32_t flags)
{
	static const char reasons[] = "-rscwS";
	uint32_t reason = flags >> HYP_REASON_SHIFT & HYP_REASON_MASK;

	strcpy(text, "------");
	if (flags & HYP_RUNNING)
		text[0] = 'r';
	if (flags & HYP_BLOCKED)
		text[1] = 'b';
	if (flags & HYP_PAUSED)
		text[2] = 'p';
	if (flags & HYP_SHUTDOWN) {
		text[3] = 's';
		text[4] = '?';
		if (reason < sizeof(reasons) - 1)
			text[4] = reasons[reason];
	}
	if (flags & HYP_DYING)
		text[5] = 'd';
}

static const char *channel_word(enum hyp_evtchn_state state)
{
	static const char *const words[] = {
		[HYP_EVTCHN_CLOSED] = "closed",
		[HYP_EVTCHN_UNBOUND] = "unbound",
		[HYP_EVTCHN_BOUND] = "bound",
		[HYP_EVTCHN_OTHER] = "other",
	};

	return words[state];
}

static uint64_t mib(const struct hyp_domain *info)
{
	return (info->tot_pages + info->outstanding_pages) * HYP_PAGE_KIB /
	       1024;
}

/* Tenths of a second, rounded. */
static uint64_t tenths(uint64_t ns)
{
	return (ns + NS_PER_TENTH / 2) / NS_PER_TENTH;
}

/* The number in a field, 0 if the field is a text. */
static uint64_t report_number(const struct report *report,
			      const struct field *field)
{
	const void *at = bytes(report, field);
	const uint64_t *u64 = at;
	const uint32_t *u32 = at;

	switch (field->kind) {
	case U64:
	case FRAME:
		return *u64;
	case U16:
		return *(const uint16_t *)at;
	case U32:
	case FRAME32:
		return *u32;
	case COUNT:
		return *u32 + 1;
	case PAGES_KIB:
		return *u64 * HYP_PAGE_KIB;
	case TENTHS:
		return tenths(*u64);
	case MIB:
		return mib(&report->domain->info);
	case FROM_TREE_KIB:
		return report->declared->memory;
	case FROM_TREE_CPUS:
		return report->declared->cpus;
	case END:
		return (uint64_t)*(const int *)at;
	default:
		return 0;
	}
}

static const char *word(const struct report *report, const struct field *field)
{
	switch (field->kind) {
	case STATE:
		return report_state(report);
	case CHANNEL_WORD:
		return channel_word(report->domain->channel.state);
	case SENTENCE:
		return report_advice(report);
	case INTRODUCED:
		return report->domain->facts & FACT_INTRODUCED ? "yes" : "no";
	case ASKED:
		return report->domain->facts & FACT_ASKED ? "yes" : "no";
	case NEXT_STEP:
		return report->next_step;
	case FROM_TREE_NAME:
		return report->declared->name;
	case STUCK_DEVICES:
		return report->stuck;
	case KIND:
		return report->device->kind;
	case ERROR:
		return report->device->look.error;
	default:
		return bytes(report, field);
	}
}

/* The value of a field that has one, as raw text. */
static void value(char *text, const struct report *report,
		  const struct field *field)
{
	const struct hyp_domain *info = &report->domain->info;
	uint64_t n = report_number(report, field);

	if (field->kind >= TEXT)
		snprintf(text, REPORT_VALUE_MAX, "%s", word(report, field));
	else if (field->kind == UUID_BYTES)
		uuid_format(text, info->handle);
	else if (field->kind == LETTERS)
		letters(text, info->flags);
	else if (field->kind == TENTHS)
		snprintf(text, REPORT_VALUE_MAX, "%" PRIu64 ".%u", n / 10,
			 (unsigned int)(n % 10));
	else
		snprintf(text, REPORT_VALUE_MAX, is_number(field->kind) ?
			 "%" PRIu64 : "0x%" PRIx64, n);
}

/* Field number FIELD, NULL after the last. */
static const struct field *find(bool devices, unsigned int field)
{
	if (field >= (devices ? DEVICE_FIELDS : FIELDS))
		return NULL;
	return devices ? &device_fields[field] : &fields[field];
}

void report_choose_all(struct report_fields *chosen)
{
	chosen->count = 0;
	while (find(chosen->devices, chosen->count)) {
		chosen->field[chosen->count] = (unsigned char)chosen->count;
		chosen->count++;
	}
}

const char *report_name(bool devices, unsigned int field)
{
	const struct field *found = find(devices, field);

	return found ? found->name : NULL;
}

static bool is_chosen(const struct report_fields *chosen, unsigned int field)
{
	return memchr(chosen->field, (int)field, chosen->count) != NULL;
}

const char *report_choose(struct report_fields *chosen, const char *names,
			  size_t *size)
{
	const char *name;
	unsigned int i;

	for (chosen->count = 0; ; names += *size + 1) {
		*size = strcspn(names, ",");
		for (i = 0; (name = report_name(chosen->devices, i)); i++)
			if (!strncmp(name, names, *size) && !name[*size])
				break;
		if (!name || is_chosen(chosen, i))
			return names;
		chosen->field[chosen->count++] = (unsigned char)i;
		if (!names[*size])
			return NULL;
	}
}

/* Append TEXT to LINE, as much as fits. */
static void line_add(char *line, const char *text)
{
	size_t used = strlen(line);

	snprintf(line + used, REPORT_LINE_MAX - used, "%s", text);
}

char *report_tsv(char *line, const struct report_fields *chosen,
		 const struct report *report)
{
	char raw[REPORT_VALUE_MAX], text[4 * REPORT_VALUE_MAX];
	const struct field *field;
	unsigned int i;

	*line = '\0';
	for (i = 0; i < chosen->count; i++) {
		field = find(chosen->devices, chosen->field[i]);
		strcpy(raw, "-");
		if (has_value(report, field))
			value(raw, report, field);
		if (i)
			line_add(line, "\t");
		line_add(line, msg_escape(text, sizeof(text), raw));
	}
	return line;
}

/*
 * The character at TEXT if it is well-formed UTF-8, and its size; else U+FFFD
 * and 1. No overlong form, no surrogate, nothing above U+10FFFF (RFC 3629).
 */
static uint32_t utf8(const unsigned char *text, unsigned int *size)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned int i, more = *text >= 0xf0 ? 3 : *text >= 0xe0 ? 2 : 1;
	uint32_t c = *text & (0x3fu >> more);

	*size = 1;
	if (*text < 0xc2 || *text > 0xf4)
		return 0xfffd;
	for (i = 1; i <= more; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0xfffd;
		c = c << 6 | (text[i] & 0x3f);
	}
	if (c < least[more + 1] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0xfffd;
	*size = more + 1;
	return c;
}

/* TEXT as a JSON string of plain ASCII, whatever it holds. */
static void add_json_string(char *line, const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	unsigned int size = 1;
	char out[16];
	uint32_t u;

	line_add(line, "\"");
	for (; *c; c += size) {
		u = *c < 0x80 ? *c : utf8(c, &size);
		if (u < 0x80)
			size = 1;
		if (u == '"' || u == '\\')
			snprintf(out, sizeof(out), "\\%c", (char)u);
		else if (u >= ' ' && u <= '~')
			snprintf(out, sizeof(out), "%c", (char)u);
		else if (u < 0x10000)
			snprintf(out, sizeof(out), "\\u%04" PRIx32, u);
		else
			snprintf(out, sizeof(out), "\\u%04" PRIx32
				 "\\u%04" PRIx32, 0xd7c0 + (u >> 10),
				 0xdc00 + (u & 0x3ff));
		line_add(line, out);
	}
	line_add(line, "\"");
}

char *report_json(char *line, const struct report_fields *chosen,
		  const struct report *report)
{
	const struct field *field;
	char raw[REPORT_VALUE_MAX];
	unsigned int i;

	snprintf(line, REPORT_LINE_MAX, "{\"schema\":%d", SCHEMA);
	for (i = 0; i < chosen->count; i++) {
		field = find(chosen->devices, chosen->field[i]);
		line_add(line, ",\"");
		line_add(line, field->name);
		line_add(line, "\":");
		if (!has_value(report, field)) {
			line_add(line, "null");
			continue;
		}
		value(raw, report, field);
		if (is_number(field->kind))
			line_add(line, raw);
		else
			add_json_string(line, raw);
	}
	line_add(line, "}");
	return line;
}

const char *report_domain_name(const struct report *report)
{
	if (*report->domain->name)
		return report->domain->name;
	return report->declared && *report->declared->name ?
	       report->declared->name : "(null)";
}

/* What xl list prints of a domain, letter for letter. */
static void xl_line(char *line, const struct report *report)
{
	const struct hyp_domain *info = &report->domain->info;
	char name[DOMAIN_NAME_MAX], flags[8] = "------", vcpus[16] = "-";
	uint64_t time = tenths(info->cpu_time);

	if (info->full) {
		letters(flags, info->flags);
		snprintf(vcpus, sizeof(vcpus), "%" PRIu32,
			 info->online_vcpus);
	}
	msg_escape(name, sizeof(name), report_domain_name(report));
	snprintf(line, REPORT_LINE_MAX, "%-40s %5u %5" PRIu64
		 " %5s     %s  %6" PRIu64 ".%u", name, info->domid, mib(info),
		 vcpus, flags, time / 10, (unsigned int)(time % 10));
}

/* Add TEXT to LINE, with blanks up to WIDTH. */
static void add_cell(char *line, const char *text, size_t width)
{
	size_t size = strlen(text);

	if (*line)
		line_add(line, "  ");
	line_add(line, text);
	while (size++ < width)
		line_add(line, " ");
}

/* The states of a device's ends are told in words. */
static void cell(char *text, const struct report *report, bool devices,
		 const struct column *column)
{
	struct report_fields one = { .devices = devices };
	const struct field *field;
	size_t size;

	report_choose(&one, column->field, &size);
	field = find(devices, one.field[0]);
	if (field->kind == END)
		strcpy(text, device_state_word(*(const int *)bytes(report,
								   field)));
	else
		report_tsv(text, &one, report);
}

/* COUNT columns behind what LINE has. A report that is NULL: their headings. */
static char *add_columns(char *line, const struct column *column, size_t count,
			 const struct report *report, unsigned int extra,
			 bool devices)
{
	char text[REPORT_LINE_MAX];
	size_t size;

	for (; count--; column++) {
		if (column->extra & ~extra)
			continue;
		strcpy(text, column->heading);
		if (report)
			cell(text, report, devices, column);
		add_cell(line, text, column->width);
	}
	size = strlen(line);
	while (size && line[size - 1] == ' ')
		line[--size] = '\0';
	return line;
}

char *report_xl(char *line, const struct report *report, unsigned int extra)
{
	strcpy(line, "Name                                        ID   Mem "
	       "VCPUs\tState\tTime(s)");
	if (report)
		xl_line(line, report);
	return add_columns(line, columns, sizeof(columns) / sizeof(*columns),
			   report, extra, false);
}

char *report_device(char *line, const struct report *report)
{
	*line = '\0';
	return add_columns(line, device_columns, sizeof(device_columns) /
			   sizeof(*device_columns), report, 0, true);
}
