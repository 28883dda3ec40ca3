/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "report.h"
#include "run.h"

static char line[REPORT_LINE_MAX];
static struct domain domain;
static struct dtb_domain declared;
static struct report report;

#define SERVED (FACT_EVTCHN | FACT_BOUND | FACT_STORE | FACT_INTRODUCED | \
		FACT_PFN | FACT_PAGE | FACT_NODES | FACT_DONE | \
		FACT_SOME_NODES | FACT_ASKED)

/* A domain of which everything is known, and no two numbers are the same. */
static void begin(uint32_t facts)
{
	domain = (struct domain){
		.info = { .domid = 7, .full = true, .flags = HYP_BLOCKED,
			  .tot_pages = 65537, .max_pages = 65600,
			  .outstanding_pages = 1024,
			  .cpu_time = 12345678901, .online_vcpus = 2,
			  .max_vcpu_id = 3, .cpupool = 5,
			  .handle = { 0x2e, 0xd6, 0x65, 0x7d, [15] = 0xff } },
		.evtchn = 11, .pfn = 0xfffffffffff39001, .console = 0x80000000,
		.channel = { HYP_EVTCHN_BOUND, 12, 113 },
		.ring = { .req_prod = 21, .req_cons = 22, .rsp_prod = 23,
			  .rsp_cons = 4294967295, .features = 25,
			  .connection = 26, .error = 27 },
		.grant_known = true, .grant = { 25, 31, 0x39001 },
		.name = "web", .vm = "/vm/x", .facts = facts,
		.rule = domain_decide(facts),
	};
	declared = (struct dtb_domain){ .name = "node7", .memory = 262144,
					.cpus = 4 };
	report = (struct report){ .domain = &domain, .declared = &declared,
				  .next_step = "the next one" };
}

/*
 * The fields in the order that scripts know, with their values in that
 * domain. WHEN: what has to be known of it, a letter each.
 */
static const struct {
	const char *name;
	char when;
	bool number;
	const char *value;
} fields[] = {
	{ "domid", 'a', true, "7" },
	{ "name", 'r', false, "web" },
	{ "state", 'a', false, NULL },
	{ "memory_mib", 'r', true, "260" },
	{ "vcpus", 'f', true, "2" },
	{ "flags", 'f', false, "-b----" },
	{ "time_s", 'f', true, "12.3" },
	{ "uuid", 'f', false, "2ed6657d-0000-0000-0000-0000000000ff" },
	{ "max_memory_kib", 'r', true, "262400" },
	{ "max_vcpus", 'f', true, "4" },
	{ "cpupool", 'f', true, "5" },
	{ "store_evtchn", 'p', true, "11" },
	{ "store_pfn", 'p', false, "0xfffffffffff39001" },
	{ "console_pfn", 'p', false, "0x80000000" },
	{ "evtchn_state", 'c', false, NULL },
	{ "evtchn_remote", 'c', true, "12" },
	{ "evtchn_remote_port", 'b', true, "113" },
	{ "ring_connection", 'g', true, "26" },
	{ "ring_req_prod", 'g', true, "21" },
	{ "ring_req_cons", 'g', true, "22" },
	{ "ring_rsp_prod", 'g', true, "23" },
	{ "ring_rsp_cons", 'g', true, "4294967295" },
	{ "ring_features", 'g', true, "25" },
	{ "ring_error", 'g', true, "27" },
	{ "grant_flags", 'G', true, "25" },
	{ "grant_domid", 'G', true, "31" },
	{ "grant_gfn", 'G', false, "0x39001" },
	{ "introduced", 's', false, NULL },
	{ "vm", 's', false, "/vm/x" },
	{ "next_step", 'n', false, "the next one" },
	{ "declared_name", 'd', false, "node7" },
	{ "declared_memory_kib", 'd', true, "262144" },
	{ "declared_vcpus", 'd', true, "4" },
	{ "advice", 'a', false, NULL },
	{ "xenstored", 'r', false, NULL },
	{ "stuck_devices", 't', false, "vif 0: it hangs" },
};

enum { FIELDS = sizeof(fields) / sizeof(*fields) };

/* A domain in a way, and the letters of what is known of it then. */
static void known(void) { }
static void no_domctl(void) { domain.info.full = false; }
static void no_step(void) { report.next_step = NULL; }
static void stuck(void) { report.stuck = "vif 0: it hangs"; }
static void no_tree(void) { report.declared = NULL; }
static void no_grant(void) { domain.grant_known = false; }
static void nobody(void) { *domain.name = *domain.vm = '\0'; }
static void unbound(void) { domain.channel.state = HYP_EVTCHN_UNBOUND; }
static void shut(void) { domain.channel.state = HYP_EVTCHN_CLOSED; }
static void other(void) { domain.channel.state = HYP_EVTCHN_OTHER; }
static void absent(void) { report.absent = true; }

static const struct {
	const char *what;
	uint32_t facts;
	void (*make)(void);
	const char *when, *state, *channel, *introduced;
} ways[] = {
	{ "connected", SERVED | FACT_SPOKEN, known, "arfpcbgGsnd",
	  "connected", "bound", "yes" },
	{ "ready", SERVED, no_grant, "arfpcbgsnd", "ready", "bound", "yes" },
	{ "no domctl", SERVED, no_domctl, "arpcbgGsnd", "ready", "bound",
	  "yes" },
	{ "no step", SERVED, no_step, "arfpcbgGsd", "ready", "bound", "yes" },
	{ "stuck", SERVED, stuck, "arfpcbgGsndt", "ready", "bound", "yes" },
	{ "no tree", SERVED, no_tree, "arfpcbgGsn", "ready", "bound", "yes" },
	{ "nameless", SERVED & ~(FACT_NODES | FACT_DONE), known, "arfpcbgGsnd", "nameless",
	  "bound", "yes" },
	{ "handshake", SERVED | FACT_RECONNECT, known, "arfpcbgGsnd",
	  "introduced", "bound", "yes" },
	{ "stale", SERVED & ~FACT_INTRODUCED, known, "arfpcbgGsnd", "stale",
	  "bound", "no" },
	{ "waiting", FACT_EVTCHN | FACT_UNBOUND | FACT_NO_PFN | FACT_STORE,
	  unbound, "arfpcGsnd", "waiting", "unbound", "no" },
	{ "partial", FACT_EVTCHN | FACT_UNBOUND | FACT_NO_PFN | FACT_PAGE,
	  unbound, "arfpcgGnd", "partial", "unbound", NULL },
	{ "closed", FACT_EVTCHN | FACT_PFN | FACT_PAGE | FACT_STORE, shut,
	  "arfpcgGsnd", "closed", "closed", "no" },
	{ "reused", FACT_EVTCHN | FACT_PFN | FACT_PAGE, other,
	  "arfpcgGnd", "closed", "other", NULL },
	{ "unsupported", FACT_EVTCHN | FACT_UNBOUND, unbound, "arfpcGnd",
	  "unsupported", "unbound", NULL },
	{ "foreign", FACT_EVTCHN | FACT_UNBOUND | FACT_FOREIGN, unbound,
	  "arfpcGnd", "foreign", "unbound", NULL },
	{ "plain", 0, no_grant, "arfpnd", "plain", NULL, NULL },
	{ "xl", FACT_EVTCHN | FACT_CONSOLE, no_grant, "arfpnd", "xl", NULL,
	  NULL },
	{ "dying", FACT_DYING, no_grant, "arfnd", "dying", NULL, NULL },
	{ "control", FACT_SELF, no_grant, "arfnd", "control", NULL, NULL },
	{ "absent", 0, absent, "ad", "absent", NULL, NULL },
};

/* NULL: absent. */
static const char *value(unsigned int field, unsigned int way)
{
	if (!strchr(ways[way].when, fields[field].when))
		return NULL;
	if (!strcmp(fields[field].name, "state"))
		return ways[way].state;
	if (!strcmp(fields[field].name, "evtchn_state"))
		return ways[way].channel;
	if (!strcmp(fields[field].name, "introduced"))
		return ways[way].introduced;
	if (!strcmp(fields[field].name, "xenstored"))
		return ways[way].facts & FACT_ASKED ? "yes" : "no";
	if (strcmp(fields[field].name, "advice"))
		return fields[field].value;
	return report.absent ? "declared by the device tree, but Xen does not "
			       "run it" : domain_sentence(&domain);
}

/* The sentences have quotes in them. */
static void quote(char *to, const char *text)
{
	*to++ = '"';
	for (; *text; *to++ = *text++)
		if (*text == '"')
			*to++ = '\\';
	strcpy(to, "\"");
}

static void every_field(void)
{
	char tsv[REPORT_LINE_MAX], json[REPORT_LINE_MAX], *t, *j;
	struct report_fields all = { .count = 0 };
	unsigned int i, way;
	const char *v;

	report_choose_all(&all);
	is_int(all.count, FIELDS, "all fields");
	for (i = 0; i < FIELDS; i++)
		is_str(report_name(false, i), fields[i].name, "field %u", i);
	ok(!report_name(false, FIELDS) && !report_name(false, FIELDS + 1),
	   "no more");
	for (way = 0; way < sizeof(ways) / sizeof(*ways); way++) {
		begin(ways[way].facts);
		ways[way].make();
		t = tsv;
		j = json + sprintf(json, "{\"schema\":1");
		for (i = 0; i < FIELDS; i++) {
			v = value(i, way);
			t += sprintf(t, "%s%s", i ? "\t" : "", v ? v : "-");
			j += sprintf(j, ",\"%s\":", fields[i].name);
			if (v && !fields[i].number)
				quote(j, v);
			else
				strcpy(j, v ? v : "null");
			j += strlen(j);
		}
		strcpy(j, "}");
		is_str(report_tsv(line, &all, &report), tsv, "%s: TSV",
		       ways[way].what);
		is_str(report_json(line, &all, &report), json, "%s: JSON",
		       ways[way].what);
		is_str(report_state(&report), ways[way].state, "%s: state",
		       ways[way].what);
		/* by a parser that is not ours: order and all */
		strcpy(j + 1, "\n");
		is_str(jq(".", line), json, "%s: for jq", ways[way].what);
	}
}

static void no_values(void)
{
	struct report_fields all = { .count = 0 };

	report_choose_all(&all);
	begin(SERVED);
	nobody();
	report_tsv(line, &all, &report);
	ok(!strncmp(line, "7\t-\tready\t", 10), "no name: -");
	ok(strstr(line, "\tyes\t-\tthe next"), "no vm: -");
	is_str(jq("[.name,.vm,.domid]", report_json(line, &all, &report)),
	       "[null,null,7]\n", "no name, no vm: null");

	/* dtb.h: 0 is what the tree does not say */
	begin(SERVED);
	declared.memory = declared.cpus = 0;
	is_str(jq("[.declared_name,.declared_memory_kib,.declared_vcpus]",
		  report_json(line, &all, &report)),
	       "[\"node7\",null,null]\n", "what the tree does not say");

	begin(SERVED);
	domain.info.max_vcpu_id = ~0u;
	domain.info.cpu_time = 0;
	domain.info.tot_pages = UINT64_C(1) << 50;
	domain.info.outstanding_pages = 255;
	domain.evtchn = UINT64_MAX;
	domain.pfn = HYP_NO_FRAME;
	/* frames are strings: not every parser has 64 bits */
	is_str(jq("[.max_vcpus,.time_s,.memory_mib,.store_pfn]",
		  report_json(line, &all, &report)),
	       "[0,0,4398046511104,\"0xffffffffffffffff\"]\n",
	       "small and large numbers");
	ok(strstr(line, "\"store_evtchn\":18446744073709551615,"),
	   "the largest port");

	begin(SERVED);
	is_str(report_domain_name(&report), "web", "its name");
	nobody();
	is_str(report_domain_name(&report), "node7", "the tree's");
	no_tree();
	is_str(report_domain_name(&report), "(null)", "none");
}

/* --- what guests write --- */

/*
 * RFC 3629's grammar, by its ranges: the bytes of the character at S, 1 for
 * what is none.
 */
static unsigned int utf8(const unsigned char *s, uint32_t *c)
{
	static const struct {
		unsigned char lead[2], second[2], more;
	} rows[] = {
		{ { 0xc2, 0xdf }, { 0x80, 0xbf }, 0 },
		{ { 0xe0, 0xe0 }, { 0xa0, 0xbf }, 1 },
		{ { 0xe1, 0xec }, { 0x80, 0xbf }, 1 },
		{ { 0xed, 0xed }, { 0x80, 0x9f }, 1 },
		{ { 0xee, 0xef }, { 0x80, 0xbf }, 1 },
		{ { 0xf0, 0xf0 }, { 0x90, 0xbf }, 2 },
		{ { 0xf1, 0xf3 }, { 0x80, 0xbf }, 2 },
		{ { 0xf4, 0xf4 }, { 0x80, 0x8f }, 2 },
	};
	unsigned int i, m;

	*c = *s;
	if (*s < 0x80)
		return 1;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (*s < rows[i].lead[0] || *s > rows[i].lead[1] ||
		    s[1] < rows[i].second[0] || s[1] > rows[i].second[1])
			continue;
		*c = *s & (0x1fu >> rows[i].more);
		*c = *c << 6 | (s[1] & 0x3f);
		for (m = 0; m < rows[i].more; m++) {
			if (s[2 + m] < 0x80 || s[2 + m] > 0xbf)
				break;
			*c = *c << 6 | (s[2 + m] & 0x3f);
		}
		if (m == rows[i].more)
			return 2 + m;
	}
	*c = 0xfffd;
	return 1;
}

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static char documents[1 << 22], wanted[1 << 22];
static char *document, *want;
static unsigned int tried, not_plain, not_tsv;

static void add_columns(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	char *to = line;

	to += sprintf(to, "7\t");
	for (; *c; c++)
		to += sprintf(to, *c >= ' ' && *c <= '~' && *c != '\\' ? "%c"
			      : "\\x%02x", *c);
	strcpy(to, "\tready");
}

/* A name of SIZE bytes as JSON, as TSV, and what has to come of it. */
static void try(const void *name, size_t size)
{
	static struct report_fields three;
	static char copy[REPORT_LINE_MAX];
	const unsigned char *c;
	uint32_t u;

	if (!three.count)
		report_choose(&three, "domid,name,state", &(size_t){ 0 });
	if (size >= DOMAIN_NAME_MAX)
		abort();
	memcpy(domain.name, name, size);
	domain.name[size] = '\0';
	tried++;
	report_json(line, &three, &report);
	not_plain += !is_plain(line);
	document += sprintf(document, "%s\n", line);
	want += sprintf(want, "[");
	for (c = (unsigned char *)domain.name; *c; c += utf8(c, &u)) {
		utf8(c, &u);
		want += sprintf(want, "%s%u", want[-1] == '[' ? "" : ",", u);
	}
	want += sprintf(want, "]\n");
	report_tsv(copy, &three, &report);
	add_columns(domain.name);
	not_tsv += strcmp(copy, line) != 0;
}

static void judge(const char *what)
{
	const char *got = jq(".name|explode", documents);
	const char *w = wanted, *g = got;
	unsigned int n = 0;

	while (*w && *g && *w == *g) {
		n += *w == '\n';
		w++;
		g++;
	}
	if (!ok(!*w && !*g, "%s: jq reads back each of %u", what, tried)) {
		printf("# number %u, got %.60s\n", n, g);
		printf("# wanted %.60s\n", w);
	}
	is_int(not_plain, 0, "%s: printable ASCII", what);
	is_int(not_tsv, 0, "%s: TSV", what);
	document = documents;
	want = wanted;
	*documents = *wanted = '\0';
	tried = not_plain = not_tsv = 0;
}

/* All pairs with this first byte, an "a" after each. */
static void pairs(unsigned int first)
{
	unsigned char name[DOMAIN_NAME_MAX];
	unsigned int second;
	size_t n = 0;

	for (second = 1; second < 256; second++) {
		if (n + 3 >= sizeof(name)) {
			try(name, n);
			n = 0;
		}
		name[n++] = (unsigned char)first;
		name[n++] = (unsigned char)second;
		name[n++] = 'a';
	}
	try(name, n);
}

/* Three and four bytes, at the borders of every range. */
static void borders(unsigned int lead)
{
	static const unsigned char bytes[] = {
		0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff, '"',
	};
	enum { N = sizeof(bytes) };
	unsigned char name[DOMAIN_NAME_MAX];
	unsigned int a, b, c;
	size_t n = 0;

	for (a = 0; a < N; a++)
		for (b = 0; b < N; b++)
			for (c = 0; c < N; c++) {
				if (n + 5 >= sizeof(name)) {
					try(name, n);
					n = 0;
				}
				name[n++] = (unsigned char)lead;
				name[n++] = bytes[a];
				name[n++] = bytes[b];
				name[n++] = bytes[c];
				if (c & 1)
					name[n++] = ' ';
			}
	try(name, n);
}

static void hostile(void)
{
	static const char *const texts[] = {
		"\x1b[2J\x1b]0;owned\x07", "a\nb\r\nc\td", "\"", "\\", "\\\\\"",
		"\\u0041\\x41", "</script>", "\x7f", "\b\f\v", "'", "`$(x)",
		"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf",
		"\xee\x80\x80", "\xef\xbf\xbd", "\xef\xbf\xbf", "\xc2\x80",
		"\xdf\xbf", "\xe0\xa0\x80", "\xf0\x90\x80\x80",
		"\xf4\x8f\xbf\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80",
		"\xe0\x9f\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
		"\xed\xa0\x80", "\xed\xbf\xbf", "\xed\xa0\xbd\xed\xb8\x80",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80",
		"\xfc\x84\x80\x80\x80\x80", "\xfe", "\xff", "\x80", "\xbf",
		"\xc3", "\xe2", "\xe2\x82", "\xf0\x9f", "\xf0\x9f\x98",
		"\xe2\x82\xac\xe2", "\xe2(\xa1", "\xf0(\x8c\xbc",
		"\xc3\xc3\xa4",
		"web", "-", "null", "[]", "{}", ",", "",
	};
	char name[DOMAIN_NAME_MAX];
	unsigned int i;

	begin(SERVED);
	document = documents;
	want = wanted;
	for (i = 1; i < 256; i++)
		try(&(char){ (char)i }, 1);
	judge("every byte");
	for (i = 0; i < sizeof(texts) / sizeof(*texts) - 1; i++)
		try(texts[i], strlen(texts[i]));
	for (i = 1; i < 256; i++) {
		memset(name, (int)i, sizeof(name));
		try(name, DOMAIN_NAME_MAX - 1);
	}
	judge("odd ones, and the longest");
	for (i = 1; i < 256; i++)
		pairs(i);
	judge("two bytes");
	for (i = 0xe0; i < 0x100; i++)
		borders(i);
	judge("three and four bytes");
}

/* Every field that holds a text of others, as long as can be. */
static void longest(void)
{
	static const char *const names[] = { "name", "vm", "advice" };
	static char choice[1024];
	struct report_fields fields_ = { .count = 0 };
	unsigned int i, n, tabs;
	const char *c;
	size_t size;

	begin(SERVED);
	memset(domain.name, 1, sizeof(domain.name) - 1);
	memset(domain.vm, 0xff, sizeof(domain.vm) - 1);
	memset(declared.name, '\\', sizeof(declared.name) - 1);
	report_choose_all(&fields_);
	report_json(line, &fields_, &report);
	ok(strlen(line) < REPORT_LINE_MAX - 2048, "all fields: there is room");
	is_str(jq("length", line), "37\n", "all fields: whole");
	for (i = 0; i < 3; i++) {
		*choice = '\0';
		for (n = 0; n < REPORT_FIELDS_MAX; n++)
			sprintf(choice + strlen(choice), "%s%s", n ? "," : "",
				names[i]);
		/* one may refuse it, and must not print half an object */
		if (report_choose(&fields_, choice, &size)) {
			ok(true, "%s and %s and %s...: refused", names[i],
			   names[i], names[i]);
			continue;
		}
		report_json(line, &fields_, &report);
		ok(strlen(line) < REPORT_LINE_MAX, "%s, often: its length",
		   names[i]);
		ok(*jq(".", line), "%s, often: whole", names[i]);
		report_tsv(line, &fields_, &report);
		ok(strlen(line) < REPORT_LINE_MAX, "%s, often: TSV's length",
		   names[i]);
		for (tabs = 0, c = line; *c; c++)
			tabs += *c == '\t';
		is_int(tabs, REPORT_FIELDS_MAX - 1, "%s, often: all columns",
		       names[i]);
	}
}

/* --- -o --- */

static void choosing(void)
{
	static const struct {
		const char *names, *unknown;
		size_t size;
	} bad[] = {
		{ "", "", 0 }, { ",", ",", 0 }, { "domid,", "", 0 },
		{ ",domid", ",domid", 0 }, { "domid,,name", ",name", 0 },
		{ "nosuch", "nosuch", 6 },
		{ "nosuch,domid", "nosuch,domid", 6 },
		{ "domid,dom", "dom", 3 }, { "domids", "domids", 6 },
		{ "DOMID", "DOMID", 5 }, { "domid ", "domid ", 6 },
		{ " domid", " domid", 6 }, { "domid\tname", "domid\tname", 10 },
		{ "0", "0", 1 }, { "schema", "schema", 6 },
	};
	struct report_fields chosen = { .count = 0 };
	const char *unknown;
	char many[1024] = "";
	unsigned int i;
	size_t size;

	for (i = 0; i < FIELDS; i++) {
		unknown = report_choose(&chosen, fields[i].name, &size);
		ok(!unknown && chosen.count == 1 && chosen.field[0] == i,
		   "%s", fields[i].name);
	}
	for (i = 0; i < FIELDS; i++)
		sprintf(many + strlen(many), "%s%s", i ? "," : "",
			fields[FIELDS - 1 - i].name);
	unknown = report_choose(&chosen, many, &size);
	ok(!unknown && chosen.count == FIELDS && !chosen.field[FIELDS - 1] &&
	   chosen.field[0] == FIELDS - 1, "all of them, backwards");
	begin(SERVED);
	report_choose(&chosen, "state,domid,vm,name", &size);
	is_str(report_tsv(line, &chosen, &report), "ready\t7\t/vm/x\tweb",
	       "in the order of the choice");
	is_str(report_json(line, &chosen, &report), "{\"schema\":1,"
	       "\"state\":\"ready\",\"domid\":7,\"vm\":\"/vm/x\","
	       "\"name\":\"web\"}", "and as JSON");
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		size = 99;
		unknown = report_choose(&chosen, bad[i].names, &size);
		is_str(unknown, bad[i].unknown, "<%s>: the one", bad[i].names);
		is_int((int64_t)size, (int64_t)bad[i].size, "<%s>: its size",
		       bad[i].names);
	}
	*many = '\0';
	for (i = 0; i < REPORT_FIELDS_MAX; i++)
		strcat(many, "domid,");
	strcat(many, "advice");
	unknown = report_choose(&chosen, many, &size);
	ok(unknown != NULL, "too many fields");
	if (unknown && !strcmp(unknown, "advice"))
		is_int((int64_t)size, 6, "too many: the size of the one");
	memset(many, 'x', sizeof(many) - 1);
	unknown = report_choose(&chosen, many, &size);
	ok(unknown == many && size == sizeof(many) - 1, "a long name");
}

/* --- as xl list --- */

/* xl's own format, xen.git tools/xl/xl_list.c, by this machine's printf. */
static void wanted_line(char *buf, const char *reason)
{
	const struct hyp_domain *i = &domain.info;
	uint64_t kib = (i->tot_pages + i->outstanding_pages) * 4;

	snprintf(buf, REPORT_LINE_MAX,
		 "%-40s %5d %5lu %5d     %c%c%c%c%c%c  %8.1f  %s",
		 domain.name, i->domid, (unsigned long)(kib / 1024),
		 (int)i->online_vcpus, i->flags & HYP_RUNNING ? 'r' : '-',
		 i->flags & HYP_BLOCKED ? 'b' : '-',
		 i->flags & HYP_PAUSED ? 'p' : '-',
		 i->flags & HYP_SHUTDOWN ? 's' : '-', *reason,
		 i->flags & HYP_DYING ? 'd' : '-',
		 (double)i->cpu_time / 1e9, domain_state_word(
		 domain.rule->state));
}

static void is_xl(const char *reason, const char *what, uint64_t number)
{
	char text[REPORT_LINE_MAX];

	wanted_line(text, reason);
	is_str(report_xl(line, &report, 0), text, "%s %" PRIu64, what, number);
}

static void xl_numbers(void)
{
	/* a tie is rounded by a double's last bit there, and up here */
	static const uint64_t times[] = {
		0, 1, 49999999, 50000001, 99999999, 100000000, 149999990,
		150000010, 249999999, 250000001, 949999999, 950000001,
		999999999, 1000000000, 9949999999, 9950000001, 9999999999,
		59999999999, 99949999999, 99950000001, 999949999999,
		999950000001, 99999900000000, 999999900000000,
		9999999900000000, 123456789012345678, 1234567890123456789,
	};
	static const uint32_t counts[] = { 0, 1, 9, 10, 99999, 100000,
					   2147483647 };
	static const uint16_t domids[] = { 0, 1, 9, 99, 999, 9999, 32751 };
	static const uint64_t pages[] = { 0, 1, 255, 256, 257, 65536, 25599999,
					  25600000, 1ull << 50 };
	unsigned int i;

	for (i = 0; i < sizeof(times) / sizeof(*times); i++) {
		begin(SERVED);
		domain.info.cpu_time = times[i];
		is_xl("-", "time", times[i]);
	}
	for (i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		begin(SERVED);
		domain.info.online_vcpus = counts[i];
		is_xl("-", "vcpus", counts[i]);
	}
	for (i = 0; i < sizeof(domids) / sizeof(*domids); i++) {
		begin(SERVED);
		domain.info.domid = domids[i];
		is_xl("-", "domid", domids[i]);
	}
	for (i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		begin(SERVED);
		domain.info.tot_pages = pages[i];
		is_xl("-", "pages", pages[i]);
		domain.info.outstanding_pages = 0;
		is_xl("-", "pages, none outstanding", pages[i]);
	}
}

static void xl_names(void)
{
	static const unsigned int sizes[] = { 0, 1, 39, 40, 41, 100, 255 };
	unsigned int i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		begin(SERVED);
		memset(domain.name, 'n', sizes[i]);
		domain.name[sizes[i]] = '\0';
		if (!sizes[i]) {
			strcpy(domain.name, "(null)");
			no_tree();
		}
		is_xl("-", "name", sizes[i]);
		if (sizes[i])
			continue;
		/* xl's printf prints that of a name that is not there */
		*domain.name = '\0';
		report_xl(line, &report, 0);
		ok(!strncmp(line, "(null)     ", 11), "no name");
	}
}

static void xl_flags(void)
{
	static const char reasons[] = "-rscwS???";
	unsigned int i;

	for (i = 0; i < 64; i++) {
		begin(SERVED);
		domain.info.flags = (i & 1 ? HYP_RUNNING : 0) |
			(i & 2 ? HYP_BLOCKED : 0) | (i & 4 ? HYP_PAUSED : 0) |
			(i & 8 ? HYP_DYING : 0) | (i & 16 ? HYP_XS_DOMAIN : 0) |
			(i & 32 ? HYP_SHUTDOWN | 1 << 16 : 3 << 16);
		is_xl(i & 32 ? "r" : "-", "flags", i);
	}
	for (i = 0; i < 256; i++) {
		begin(SERVED);
		domain.info.flags = HYP_SHUTDOWN | i << 16;
		is_xl(&reasons[i < 7 ? i : 7], "shut down for reason", i);
	}
}

#define HEADING "Name                                        ID   Mem VCPUs" \
	"\tState\tTime(s)"
#define LONG "  UUID                                  MaxMem(k)  MaxVCPUs  " \
	"Pool  Evtchn  Channel  Frame               Conn  Requests    Answers"
#define WEB "web                                          7   260     2" \
	"     -b----      12.3"
#define WEB_LONG "  2ed6657d-0000-0000-0000-0000000000ff  262400     4" \
	"         5     11      bound    0xfffffffffff39001  26    21" \
	"          23"

static void xl_columns(void)
{
	unsigned int i;

	begin(SERVED);
	is_str(report_xl(line, NULL, 0), HEADING "  Xenstore", "the heading");
	is_str(report_xl(line, &report, 0), WEB "  ready", "a line");
	is_str(report_xl(line, NULL, REPORT_LONG), HEADING "  Xenstore   "
	       LONG, "the heading of -l");
	is_str(report_xl(line, &report, REPORT_LONG), WEB "  ready      "
	       WEB_LONG, "a line of -l");
	is_str(report_xl(line, NULL, REPORT_DECLARED), HEADING "  Xenstore   "
	       "  DeclMem(k)  DeclVCPUs", "the heading with a tree");
	is_str(report_xl(line, &report, REPORT_DECLARED), WEB "  ready      "
	       "  262144      4", "a line with a tree");
	is_str(report_xl(line, &report, REPORT_LONG | REPORT_DECLARED),
	       WEB "  ready      " WEB_LONG "          262144      4", "both");
	no_tree();
	is_str(report_xl(line, &report, REPORT_DECLARED), WEB "  ready      "
	       "  -           -", "not in the tree");
	no_domctl();
	is_str(report_xl(line, &report, 0), "web                            "
	       "              7   260     -     ------      12.3  ready",
	       "no domctl");
	begin(0);
	absent();
	*domain.name = '\0';
	domain.info = (struct hyp_domain){ .domid = 4 };
	is_str(report_xl(line, &report, 0), "node7                          "
	       "              4     0     -     ------       0.0  absent",
	       "not running");
	for (i = 0; i < 4; i++) {
		begin(FACT_SELF);
		memset(domain.name, 0x1b, sizeof(domain.name) - 1);
		report_xl(line, &report, i);
		ok(is_plain(line), "escape sequences, %u", i);
		ok(!strncmp(line, "\\x1b\\x1b", 8), "are seen, %u", i);
		ok(strlen(line) < 600, "but no more than others, %u", i);
	}
}

int main(void)
{
	if (!mkdtemp(run_dir))
		return 1;
	every_field();
	no_values();
	hostile();
	longest();
	choosing();
	xl_numbers();
	xl_names();
	xl_flags();
	xl_columns();
	ok(!rmdir(run_dir), "nothing is left behind");
	return done();
}
