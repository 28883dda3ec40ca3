/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dtb.h"
#include "tap.h"

/* --- a writer of flattened trees, as the Devicetree Specification has them */

enum { HEADER = 40, RESERVED = 16, BEGIN = 1, END = 2, PROP = 3, FINISH = 9 };

static struct {
	uint8_t structure[4096], strings[512];
	size_t nstructure, nstrings;
} fdt;

static void put32(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16);
	at[2] = (uint8_t)(value >> 8);
	at[3] = (uint8_t)value;
}

static void cell(size_t value)
{
	put32(fdt.structure + fdt.nstructure, value);
	fdt.nstructure += 4;
}

static void bytes(const void *data, size_t size)
{
	if (size)
		memcpy(fdt.structure + fdt.nstructure, data, size);
	fdt.nstructure += size;
	while (fdt.nstructure % 4)
		fdt.structure[fdt.nstructure++] = 0;
}

static void begin(const char *name)
{
	cell(BEGIN);
	bytes(name, strlen(name) + 1);
}

static void end(void)
{
	cell(END);
}

static void prop(const char *name, const void *value, size_t size)
{
	cell(PROP);
	cell(size);
	cell(fdt.nstrings);
	bytes(value, size);
	strcpy((char *)fdt.strings + fdt.nstrings, name);
	fdt.nstrings += strlen(name) + 1;
}

static void text(const char *name, const char *value)
{
	prop(name, value, strlen(value) + 1);
}

static void number(const char *name, size_t high, size_t low, size_t size)
{
	uint8_t value[8];

	put32(value, high);
	put32(value + 4, low);
	prop(name, size == 8 ? value : value + 4, size);
}

/* The blob; its size in *SIZE. */
static uint8_t *finish(size_t *size)
{
	static uint8_t blob[8192];
	size_t at = HEADER + RESERVED, strings;
	const size_t header[] = {
		0xd00dfeed, 0, at, 0, HEADER, 17, 16, 0, 0, 0,
	};
	unsigned int i;

	cell(FINISH);
	strings = at + fdt.nstructure;
	*size = strings + fdt.nstrings;
	memset(blob, 0, sizeof(blob));
	for (i = 0; i < 10; i++)
		put32(blob + 4 * i, header[i]);
	put32(blob + 4, *size);
	put32(blob + 12, strings);
	put32(blob + 32, fdt.nstrings);
	put32(blob + 36, fdt.nstructure);
	memcpy(blob + at, fdt.structure, fdt.nstructure);
	memcpy(blob + strings, fdt.strings, fdt.nstrings);
	memset(&fdt, 0, sizeof(fdt));
	return blob;
}

/* --- */

static char path[] = "/tmp/dom0less-dtb-XXXXXX";

static void store(const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

static int load(void)
{
	size_t size;
	uint8_t *blob = finish(&size);

	store(blob, size);
	return dtb_load(path, true);
}

static void domu(const char *name, const char *enhanced)
{
	begin(name);
	text("compatible", "xen,domain");
	if (enhanced)
		text("xen,enhanced", enhanced);
}

static void board(void)
{
	begin("");
	begin("cpus");
	end();
	begin("chosen");
	text("bootargs", "console=hvc0");
	begin("module@40000000");
	text("compatible", "xen,linux-zimage");
	end();
	domu("web", "enabled");
	number("memory", 0, 0x40000, 8);
	number("cpus", 0, 4, 4);
	begin("module@50000000");
	text("compatible", "multiboot,kernel");
	end();
	end();
	begin("domU2@2");
	prop("compatible", "acme,guest\0xen,domain", 22);
	prop("xen,enhanced", NULL, 0);
	number("memory", 1, 2, 8);
	number("cpus", 0, 2, 4);
	prop("direct-map", NULL, 0);
	end();
	domu("plain", NULL);
	number("memory", 0, 7, 4);
	prop("cpus", "odd", 3);
	number("xen,static-mem", 1, 2, 8);
	end();
	end();
	begin("domU4");		/* not below /chosen */
	text("compatible", "xen,domain");
	end();
	end();
}

static void domains(void)
{
	struct dtb_domain d;
	uint16_t id;

	is_int((int)dtb_domains(), 0, "no tree is loaded yet");
	is_int(dtb_domain(1, &d), -ENOENT, "nor a domain known");
	board();
	is_int(load(), 0, "a board with three domains");
	is_int((int)dtb_domains(), 3, "is one");
	is_int(dtb_domain(0, &d), -ENOENT, "no domain 0");
	is_int(dtb_domain(4, &d), -ENOENT, "no domain 4");
	is_int(dtb_domain(UINT16_MAX, &d), -ENOENT, "no last domain");
	ok(!dtb_name(0) && !dtb_name(4), "and no names of such");

	is_int(dtb_domain(1, &d), 0, "the first");
	is_str(d.name, "web", "name");
	is_str(dtb_name(1), "web", "which can be had alone");
	is_int((int64_t)d.memory, 0x40000, "memory of two cells");
	is_int(d.cpus, 4, "vCPUs");
	is_int(d.enhanced, DTB_ENHANCED, "enhanced");
	ok(!d.direct_map && !d.static_mem, "not static");
	is_int(dtb_domain(2, &d), 0, "the second");
	is_str(d.name, "domU2@2", "name with an address");
	is_int((int64_t)d.memory, 0x100000002, "a lot of memory");
	is_int(d.cpus, 2, "vCPUs");
	is_int(d.enhanced, DTB_ENHANCED, "an empty property");
	ok(d.direct_map && !d.static_mem, "direct-map");
	is_int(dtb_domain(3, &d), 0, "the third");
	is_int((int64_t)d.memory, 7, "memory of one cell");
	is_int(d.cpus, 0, "an odd number is none");
	is_int(d.enhanced, DTB_PLAIN, "not enhanced");
	ok(!d.direct_map && d.static_mem, "static-mem");
	for (id = 1; id <= 3; id++)
		is_int(dtb_domain(id, &d), 0, "domain %u again", id);
}

static void enhanced(void)
{
	static const struct {
		const char *value;
		size_t size;
		enum dtb_enhanced meaning;
	} rows[] = {
		{ "", 0, DTB_ENHANCED }, { "", 1, DTB_ENHANCED },
		{ "enabled", 8, DTB_ENHANCED }, { "disabled", 9, DTB_PLAIN },
		{ "no-xenstore", 12, DTB_NO_XENSTORE },
		{ "legacy", 7, DTB_LEGACY }, { "Enabled", 8, DTB_UNKNOWN },
		{ "enabled", 7, DTB_UNKNOWN }, { "enable", 7, DTB_UNKNOWN },
		{ "enabled\0x", 10, DTB_UNKNOWN }, { "evtchn", 7, DTB_UNKNOWN },
	};
	struct dtb_domain d;
	unsigned int i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin("");
		begin("chosen");
		domu("u", NULL);
		prop("xen,enhanced", rows[i].value, rows[i].size);
		end();
		end();
		end();
		is_int(load(), 0, "xen,enhanced %u", i);
		dtb_domain(1, &d);
		is_int(d.enhanced, rows[i].meaning, "xen,enhanced %u: means",
		       i);
	}
}

static void odd_trees(void)
{
	char name[100];
	struct dtb_domain d;

	begin("");
	end();
	is_int(load(), 0, "a tree without /chosen");
	is_int((int)dtb_domains(), 0, "declares no domain");
	begin("");
	begin("chosen");
	end();
	end();
	is_int(load(), 0, "an empty /chosen");
	is_int((int)dtb_domains(), 0, "declares no domain");
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	begin("");
	begin("chosen");
	domu(name, NULL);
	end();
	end();
	end();
	load();
	dtb_domain(1, &d);
	is_int((int64_t)strlen(d.name), sizeof(d.name) - 1,
	       "a long name is cut");
}

static void files(void)
{
	static char zeros[(2 << 20) + 1];

	is_int(dtb_load("/nonexistent", true), -ENOENT, "no file");
	is_int(dtb_load("/", true), -EISDIR, "a folder");
	is_int(dtb_load("/dev/null", true), -EINVAL, "an empty file");
	store("d00dfeed", 8);
	is_int(dtb_load(path, true), -EINVAL, "a short file");
	store(zeros, 4096);
	is_int(dtb_load(path, true), -EINVAL, "zeros");
	store(zeros, sizeof(zeros));
	is_int(dtb_load(path, true), -EFBIG, "a large file");
	is_int(dtb_load("/dev/zero", true), -EFBIG, "an endless file");
	board();
	load();
	is_int((int)dtb_domains(), 3, "a good one");
	dtb_load("/nonexistent", true);
	is_int((int)dtb_domains(), 0, "is forgotten by the next that is not");
}

/* Ask for everything; the sanitizers look on. True: it is a tree. */
static bool survive_one(bool check)
{
	struct dtb_domain d;
	unsigned int i, n;
	int rc = dtb_load(path, check);

	n = dtb_domains();
	for (i = 0; i < n && i < 10; i++)
		if (dtb_domain((uint16_t)(i + 1), &d))
			return false;
	return rc ? rc == -EINVAL && !n : true;
}

/* A file of the user's is checked, the kernel's own is not. */
static bool survive(void)
{
	return survive_one(false) && survive_one(true);
}

static void broken(void)
{
	unsigned int bad = 0, same = 0, bit;
	uint8_t blob[8192];
	size_t size, cut;

	board();
	memcpy(blob, finish(&size), sizeof(blob));
	for (cut = 0; cut < size; cut++) {
		store(blob, cut);
		bad += !survive();
		same += dtb_domains() != 0 || !dtb_load(path, false);
	}
	is_int(bad, 0, "cut at each of %zu bytes", size);
	is_int(same, 0, "none of them is a tree");
	for (bit = 0; bit < size * 8; bit++) {
		blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
		store(blob, size);
		blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
		bad += !survive();
	}
	is_int(bad, 0, "each of %u bits flipped", bit);
	store(blob, size);
	ok(survive() && dtb_domains() == 3, "and as it was");
	put32(blob + 56, 0xdeadbeef);
	store(blob, size);
	is_int(dtb_load(path, true), -EINVAL, "no tree inside a good header");
	is_int(dtb_load(path, false), 0, "is not looked for in the kernel's");
	is_int((int)dtb_domains(), 0, "and then has no domains");
}

int main(void)
{
	int fd = mkstemp(path);

	close(fd);
	domains();
	enhanced();
	odd_trees();
	files();
	broken();
	unlink(path);
	return done();
}
