/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "uuid.h"
#include "world.h"

enum { PAGE = 4096, RUNAWAY = 4000000, WAKE_MS = 5, MAGIC = 0x39001 };

struct world *world;
jmp_buf world_death;
int world_memory = -1;		/* the guests' pages, one after the other */
static uint8_t *memory;

static void make_world(void) __attribute__((constructor));
static void make_world(void)
{
	size_t size = (size_t)WORLD_DOMAINS * WORLD_PAGES * PAGE;

	world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	world_memory = memfd_create("guests", MFD_CLOEXEC);
	if (world == MAP_FAILED || world_memory < 0 ||
	    ftruncate(world_memory, (off_t)size))
		abort();
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
		      world_memory, 0);
	if (memory == MAP_FAILED)
		abort();
}

void world_wrong(const char *format, ...)
{
	va_list args;

	if (*world->wrong)
		return;
	va_start(args, format);
	vsnprintf(world->wrong, sizeof(world->wrong), format, args);
	va_end(args);
}

/* --- domains --- */

struct world_domain *world_find(uint16_t domid)
{
	struct world_domain *d;

	for (d = world->domains; d < world->domains + WORLD_DOMAINS; d++)
		if (d->exists && d->info.domid == domid)
			return d;
	return NULL;
}

static struct world_domain *new_domain(uint16_t domid)
{
	struct world_domain *d = world->domains;

	while (d->exists)
		if (++d == world->domains + WORLD_DOMAINS)
			abort();
	memset(d, 0, sizeof(*d));
	d->exists = true;
	d->slow = WAKE_MS;
	d->info = (struct hyp_domain){
		.domid = domid, .full = world->about.domctl,
		.tot_pages = WORLD_RAM, .max_pages = WORLD_RAM,
	};
	return d;
}

struct world_domain *world_boot_plain(uint16_t domid)
{
	return new_domain(domid);
}

struct world_domain *world_xl(uint16_t domid)
{
	struct world_domain *d = new_domain(domid);

	d->console = 0x39000;
	d->pfn = MAGIC;
	d->evtchn = 1;
	d->info.handle[0] = 0xab;
	d->channel = (struct hyp_evtchn){ HYP_EVTCHN_UNBOUND, 0, 0 };
	world_add_page(d, MAGIC);
	return d;
}

struct world_domain *world_boot(uint16_t domid)
{
	struct world_domain *d = new_domain(domid);

	d->evtchn = 1;
	d->channel = (struct hyp_evtchn){ HYP_EVTCHN_UNBOUND, 0, 0 };
	d->pfn = HYP_NO_FRAME;
	if (world->about.minor < 21)
		return d;
	d->pfn = MAGIC;
	world_add_page(d, MAGIC);
	world_ring_set(d, RING_CONNECTION, 1);
	d->grants[1] = (struct hyp_grant){ HYP_GRANT_ACCESS, 0, MAGIC };
	return d;
}

struct world_domain *world_boot_direct(uint16_t domid, uint64_t beside)
{
	struct world_domain *d = world_boot(domid);

	d->direct = true;
	memset(world_add_page(d, MAGIC), WORLD_RAM_BYTE, PAGE);
	memset(world_add_page(d, beside), WORLD_RAM_BYTE, PAGE);
	/* these are of its RAM, not beside it */
	d->info.tot_pages = d->info.max_pages = WORLD_RAM;
	return d;
}

bool world_ram_is_whole(struct world_domain *domain)
{
	const uint8_t *page = world_page(domain, MAGIC);
	unsigned int i;

	for (i = 0; i < PAGE; i++)
		if (page[i] != WORLD_RAM_BYTE)
			return false;
	return true;
}

static uint8_t *slot(struct world_domain *domain, unsigned int i)
{
	return memory + ((domain - world->domains) * WORLD_PAGES + i) * PAGE;
}

uint8_t *world_page(struct world_domain *domain, uint64_t gfn)
{
	unsigned int i;

	for (i = 0; gfn && i < WORLD_PAGES; i++)
		if (domain->gfns[i] == gfn)
			return slot(domain, i);
	return NULL;
}

uint8_t *world_add_page(struct world_domain *domain, uint64_t gfn)
{
	unsigned int i = 0;

	while (domain->gfns[i])
		if (++i == WORLD_PAGES)
			abort();
	domain->gfns[i] = gfn;
	if (++domain->info.tot_pages > domain->info.max_pages)
		domain->info.max_pages = domain->info.tot_pages;
	return memset(slot(domain, i), 0, PAGE);
}

/* The page the guest would use as its ring, else where it will be. */
static uint8_t *any_ring(struct world_domain *domain)
{
	uint8_t *page = world_page(domain, domain->pfn);

	return page ? page : world_page(domain, domain->magic + 1 > 1 ?
					domain->magic + 1 : MAGIC);
}

/* That there is one is known. */
static uint8_t *ring(struct world_domain *domain)
{
	uint8_t *page = any_ring(domain);

	if (!page)
		abort();
	return page;
}

uint32_t world_ring(struct world_domain *domain, unsigned int offset)
{
	uint8_t *page = any_ring(domain);
	uint32_t value = ~0u;

	if (page)
		memcpy(&value, page + offset, sizeof(value));
	return value;
}

void world_ring_set(struct world_domain *domain, unsigned int offset,
		    uint32_t value)
{
	memcpy(ring(domain) + offset, &value, sizeof(value));
}

/* --- time, and the guests --- */

void world_event(struct world_domain *domain)
{
	domain->events++;
	if (!domain->wake)
		domain->wake = world->now + domain->slow;
}

void world_speak(struct world_domain *d)
{
	d->speeches++;
	world_ring_set(d, RING_REQ_PROD, WORLD_SPOKEN);
	world_ring_set(d, RING_REQ_CONS, WORLD_SPOKEN);
	world_ring_set(d, RING_RSP_PROD, WORLD_SPOKEN);
	world_ring_set(d, RING_RSP_CONS, WORLD_SPOKEN);
}

/* What Linux does: no page, and the event is only acknowledged. */
static void wake(struct world_domain *d)
{
	d->wake = 0;
	if (d->guest == GUEST_SILENT || !d->pfn || d->pfn == HYP_NO_FRAME ||
	    d->info.flags & HYP_SHUTDOWN)
		return;
	if (d->deaf > 0) {
		d->deaf--;
		return;
	}
	if (world_ring(d, RING_CONNECTION)) {
		world_wrong("d%u woke up and connection is not 0",
			    d->info.domid);
		return;
	}
	if (!world_ring(d, RING_REQ_PROD) &&
	    d->channel.state == HYP_EVTCHN_BOUND)
		world_speak(d);
}

/* oxenstored's main loop meets the domain. */
static void shake_hands(struct world_domain *d)
{
	d->handshake = 0;
	if (!world_ring(d, RING_CONNECTION))
		return;
	memset(ring(d), 0xff, RING_REQ_CONS);
	memset(ring(d) + RING_REQ_CONS, 0, 16);
	world_ring_set(d, RING_CONNECTION, 0);
	world_event(d);
}

static void happen(void)
{
	struct world_domain *d;

	if (world->later && world->later <= world->now) {
		world->later = 0;
		world->happens();
	}
	for (d = world->domains; d < world->domains + WORLD_DOMAINS; d++) {
		if (d->exists && d->handshake && d->handshake <= world->now)
			shake_hands(d);
		if (d->exists && d->wake && d->wake <= world->now)
			wake(d);
		if (d->grant_at && d->grant_at <= world->now)
			d->grant_rc = 0;
	}
}

/* When the next thing happens, END if nothing does before. */
static int64_t next_due(int64_t end)
{
	struct world_domain *d;
	int64_t due[3];
	unsigned int i;

	if (world->later > world->now && world->later < end)
		end = world->later;
	for (d = world->domains; d < world->domains + WORLD_DOMAINS; d++) {
		due[0] = d->handshake;
		due[1] = d->wake;
		due[2] = d->grant_at;
		for (i = 0; d->exists && i < 3; i++)
			if (due[i] > world->now && due[i] < end)
				end = due[i];
	}
	return end;
}

void world_pass(int64_t ms)
{
	int64_t end = world->now + ms;

	while (world->now < end) {
		world->now = next_due(end);
		happen();
	}
}

/* --- calls --- */

void world_process_ends(void)
{
	world->open = world->in_tx = false;
	world->mapped = 0;
	files_close_all();
}

static void die(void)
{
	world->fault.at = 0;
	world_process_ends();
	if (world->can_jump)
		longjmp(world_death, 1);
	_exit(137);
}

static bool is_due(struct world_fault *fault, const char *line)
{
	if (!fault->at || strncmp(line, fault->call, strlen(fault->call)))
		return false;
	fault->seen++;
	return fault->always ? fault->seen >= fault->at
			     : fault->seen == fault->at;
}

static void vanish(void)
{
	struct world_domain *d;

	for (d = world->domains; d < world->domains + WORLD_DOMAINS; d++)
		if (d->vanish && world->calls >= d->vanish)
			d->exists = d->introduced = false;
}

static bool die_after;

static int enter(enum world_kind kind, bool sure, const char *line)
{
	struct world_fault *fault = &world->fault;
	int n;

	if (++world->calls > RUNAWAY) {
		fprintf(stderr, "runaway: %s\n", line);
		abort();
	}
	happen();
	vanish();
	world->changes += kind == CALL_CHANGE;
	n = snprintf(world->journal + world->journal_size,
		     WORLD_JOURNAL - world->journal_size, "%c%s\n", kind, line);
	if (world->journal_size + (size_t)n < WORLD_JOURNAL)
		world->journal_size += (size_t)n;
	if (!is_due(fault, line))
		return 0;
	fault->fired = true;
	if (fault->how == DIE_BEFORE)
		die();
	die_after = fault->how == DIE_AFTER;
	return die_after || sure ? 0 : fault->rc;
}

int world_done(int rc)
{
	if (die_after) {
		die_after = false;
		die();
	}
	return rc;
}

int world_call(enum world_kind kind, const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	return enter(kind, false, line);
}

int world_sure(enum world_kind kind, const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	return enter(kind, true, line);
}

void world_forget(void)
{
	memset(&world->fault, 0, sizeof(world->fault));
	world->calls = world->changes = world->kicks = 0;
	world->introductions = 0;
	world->journal_size = 0;
	*world->journal = *world->wrong = '\0';
}

char *world_changes(char *buf, size_t size)
{
	char *line = world->journal, *end = line + world->journal_size, *next;
	size_t n = 0;

	for (; line < end; line = next) {
		next = (char *)memchr(line, '\n', (size_t)(end - line)) + 1;
		if (*line != CALL_CHANGE || n + (size_t)(next - line) > size)
			continue;
		memcpy(buf + n, line + 1, (size_t)(next - line - 1));
		n += (size_t)(next - line - 1);
	}
	buf[n] = '\0';
	return buf;
}

unsigned int world_count(const char *call)
{
	char *line = world->journal, *end = line + world->journal_size;
	unsigned int n = 0;

	for (; line < end; line = (char *)memchr(line, '\n',
				(size_t)(end - line)) + 1)
		n += !strncmp(line + 1, call, strlen(call));
	return n;
}

static unsigned int domctl_of(unsigned int minor)
{
	return minor < 18 ? 0x15 : minor == 18 ? 0x16 : 0x17;
}

void world_reset(unsigned int minor)
{
	memset(world, 0, offsetof(struct world, journal));
	*world->wrong = '\0';
	world->can_jump = uuid_board_known = false;
	world->now = 1000000;
	world->about = (struct hyp_about){
		.major = 4, .minor = minor, .domctl = domctl_of(minor),
		.sysctl = 0x15, .extra = ".0",
	};
	world->npools = 1;
	world->daemon_ms = 30;
	strcpy(world->identity_file, "/etc/machine-id");
	strcpy(world->identity, "0123456789abcdef0123456789abcdef\n");
	new_domain(0);
	tree_put(&world->tree, "/", "", false);
	tree_put(&world->tree, "/tool", "", false);
	die_after = false;
}
