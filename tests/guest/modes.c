/* SPDX-License-Identifier: GPL-2.0-only */
/* How a guest can misbehave. Each of these is described in README. */
#include "guest.h"

#include <xen/hvm/params.h>
#include <xen/sched.h>

enum { FLOOD_NODES = 1100, FLOOD_WATCHES = 200 };

/* --- before there is a connection --- */

static void silent(unsigned int unused)
{
	(void)unused;
	xen_stop();
}

static void late(unsigned int seconds)
{
	xen_sleep(seconds);
	say("waited %u s", seconds);
}

/* As Linux does it when events come before it listens: they wake nobody, and then
 * it sleeps until the next. */
static void sleeps(unsigned int seconds)
{
	xen_sleep(seconds);
	event_clear(store_port);
	say("listens after %u s", seconds);
	event_sleep(store_port);
	say("was woken up");
}

static void busy(unsigned int unused)
{
	(void)unused;
	say("works for ever");
	for (;;)
		__asm__ volatile("" ::: "memory");
}

static void suspends(unsigned int seconds)
{
	xen_sleep(seconds);
	say("suspends itself");
	xen_shut_down(SHUTDOWN_suspend);
	say("was resumed");
}

static void crashes(unsigned int seconds)
{
	xen_sleep(seconds);
	say("crashes");
	xen_shut_down(SHUTDOWN_crash);
	xen_stop();
}

static void closes(unsigned int unused)
{
	(void)unused;
	event_close(store_port);
	say("closed its event channel");
	xen_stop();
}

static void foreign(unsigned int unused)
{
	(void)unused;
	event_close(store_port);
	say("offered itself port %u in place of %u", event_offer(), store_port);
	xen_stop();
}

/* Half a request in the ring, and a connection that nobody has made. */
static void scribble(void)
{
	static const struct xsd_sockmsg request = {
		.type = XS_READ, .len = 6,
	};

	memcpy((void *)store_ring->req, &request, sizeof(request));
	store_ring->req_prod = sizeof(request);
	store_ring->rsp_prod = XENSTORE_RING_SIZE * 3;
	store_ring->connection = XENSTORE_CONNECTED;
	event_send(store_port);
}

/*
 * Answer before being told to. Where Xen has made the page, it is used at once;
 * else the guest makes it itself, in exchange for another of its own, where
 * the page is going to be. That goes on until the page is named and in use.
 */
static void early(unsigned int unused)
{
	uint64_t gfn = GUEST_MAGIC_BASE / PAGE + 1, page = 0;

	(void)unused;
	xen_param(HVM_PARAM_STORE_PFN, &page);
	if (page && page != ~(uint64_t)0)
		gfn = page;
	else if (xen_give_back(GUEST_RAM_BASE / PAGE + 1024) || xen_take(gfn))
		say("cannot make the page itself");
	store_ring = (void *)(gfn * PAGE);
	scribble();
	say("answered early");
	do {
		store_ring->connection = XENSTORE_CONNECTED;
		xen_yield();
		xen_param(HVM_PARAM_STORE_PFN, &page);
	} while (page == ~(uint64_t)0);
}

/* Where xenstored from 4.21 on looks for the event channel, in a page of Xen's. */
static volatile uint32_t *port_field(void)
{
	uint64_t page = 0;

	xen_param(HVM_PARAM_STORE_PFN, &page);
	return (volatile uint32_t *)(page * PAGE + 2076);
}

static void port_once(unsigned int port)
{
	*port_field() = port;
	say("wrote port %u into its page", port);
}

static void port_again(unsigned int port)
{
	volatile uint32_t *field = port_field();

	say("writes port %u into its page, for ever", port);
	for (;;)
		*field = port;
}

/* --- after it --- */

static void hangup(unsigned int unused)
{
	(void)unused;
	event_close(store_port);
	say("hung up");
	xen_stop();
}

static void half(unsigned int unused)
{
	const struct xsd_sockmsg request = { .type = XS_WRITE, .len = 1000 };

	(void)unused;
	store_send(&request, sizeof(request));
	store_send("data/x", 3);
	say("sent half a request");
	xen_stop();
}

static uint32_t random(void)
{
	static uint32_t state = 2463534242u;

	state ^= state << 13;
	state ^= state >> 17;
	return state ^= state << 5;
}

/* Requests whose answers fill the ring, and then xenstored's own memory. */
static void deaf(unsigned int unused)
{
	static const char root[] = "/local/domain";
	const struct xsd_sockmsg request = {
		.type = XS_DIRECTORY, .len = sizeof(root),
	};

	(void)unused;
	say("takes no answers");
	for (;;) {
		store_send(&request, sizeof(request));
		store_send(root, sizeof(root));
	}
}

/*
 * In and out of range, while xenstored reads them. It is told now and then: all
 * the time would be no more than many events.
 */
static void indices(unsigned int unused)
{
	unsigned int i;

	(void)unused;
	say("plays with the indices");
	for (i = 1;; i++) {
		store_ring->req_prod = random();
		store_ring->rsp_cons = random();
		store_ring->req_cons = random();
		store_ring->rsp_prod = random() % 4096;
		store_ring->connection = random();
		if (i % 65536)
			continue;
		event_send(store_port);
		xen_yield();
	}
}

/* data/flood/NUMBER */
static void flood_path(char path[32], uint32_t number)
{
	char *at = path + 11;

	memcpy(path, "data/flood/", 12);
	do {
		*at++ = (char)('a' + number % 16);
		number /= 16;
	} while (number);
	*at = '\0';
}

/* More of both than xenstored wants a domain to have; then for ever. */
static void flood(unsigned int unused)
{
	char path[32], watch[48];
	uint32_t i, nodes = 0, watches = 0;
	size_t size;

	(void)unused;
	say("floods");
	for (i = 0; i < FLOOD_NODES; i++) {
		flood_path(path, i);
		nodes += store_write(path, path, strlen(path));
	}
	for (i = 0; i < FLOOD_WATCHES; i++) {
		flood_path(path, i);
		size = strlen(path) + 1;
		memcpy(watch, path, size);
		memcpy(watch + size, "x", 2);
		watches += store_ask(XS_WATCH, watch, size + 2) >= 0;
	}
	say("flooded: %u nodes, %u watches", nodes, watches);
	for (;; i++) {
		flood_path(path, i % 256);
		store_write(path, store_answer, 1500);
	}
}

static void trespass_on(const char *path, unsigned int *done)
{
	static const char perms[] = "n0\0b0";
	char payload[128];
	size_t size = strlen(path) + 1;

	if (store_write(path, "trespass", 8)) {
		say("could write %s", path);
		++*done;
	}
	memcpy(payload, path, size);
	memcpy(payload + size, perms, sizeof(perms));
	if (store_ask(XS_SET_PERMS, payload, size + sizeof(perms)) >= 0) {
		say("could give away %s", path);
		++*done;
	}
	if (!same(path, "/", 2) && store_ask(XS_RM, path, size) >= 0) {
		say("could remove %s", path);
		++*done;
	}
}

/* Requests that only a toolstack may make, about domain 1. */
static void trespass_requests(unsigned int *done)
{
	static const struct {
		enum xsd_sockmsg_type type;
		char name[16];
		char payload[24];
		size_t size;
	} requests[] = {
		{ XS_INTRODUCE, "introduce", "1\000233473\0001", 11 },
		{ XS_RELEASE, "release", "1", 2 },
		{ XS_RESUME, "resume", "1", 2 },
		{ XS_SET_TARGET, "set target", "1\0000", 4 },
		{ XS_CONTROL, "control", "log\0on", 7 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		if (store_ask(requests[i].type, requests[i].payload,
			      requests[i].size) < 0)
			continue;
		say("could %s", requests[i].name);
		++*done;
	}
}

static void trespass(unsigned int unused)
{
	static const char paths[] =
		"name\0" "vm\0" "domid\0" "memory\0" "memory/target\0"
		"memory/static-max\0" "memory/videoram\0" "store\0"
		"store/port\0" "store/ring-ref\0" "cpu\0"
		"cpu/0/availability\0" "device\0" "device/vif\0" "control\0"
		"control/new\0" "new\0"
		"control/platform-feature-xs_reset_watches\0" "/\0"
		"/local\0" "/local/domain\0" "/local/domain/0\0"
		"/local/domain/0/name\0" "/local/domain/0/new\0"
		"/local/domain/1/name\0" "/local/domain/1/data\0"
		"/local/domain/1/data/new\0" "/local/domain/2/name\0"
		"/local/domain/2/data\0" "/local/domain/2/control/shutdown\0"
		"/local/domain/3/name\0" "/local/domain/3/data\0"
		"/local/domain/100/data\0" "/libxl\0" "/libxl/1\0"
		"/libxl/1/type\0" "/libxl/2/type\0" "/vm\0" "/vm/new\0"
		"/tool\0" "/tool/new\0" "/local/pool\0" "/new\0";
	const char *path;
	unsigned int done = 0;

	(void)unused;
	for (path = paths; path < paths + sizeof(paths) - 1;
	     path += strlen(path) + 1)
		trespass_on(path, &done);
	trespass_requests(&done);
	say("trespassed %u times", done);
}

/*
 * Frontends of a card and a disk. What each writes into its device's folder, KEY then
 * VALUE, every second; no key is to remove it all, no value are 2 KiB. Domain 1's devices are another's. Who
 * never rests keeps xenstored busy, which is what flood is for.
 */
static const struct {
	const char *name;
	const char *pairs[2 * 5];
} frontends[] = {
	{ "jumps between states",
	  { "state", "1", "state", "6", "state", "4", "state", "3" } },
	{ "is connected at once", { "state", "4" } },
	{ "is closed at once", { "state", "6" } },
	{ "has other backends",
	  { "backend", "/local/domain/0/backend/vif/1/0", "backend-id", "1",
	    "state", "4", "backend", "/local/domain/0/backend/vbd/1/51712",
	    "state", "6" } },
	{ "removes its ends", { "", "" } },
	{ "has ends that are rubbish",
	  { "state", "\033[2J\033[31m4\r\nd1: all is well\n", "backend",
	    "\033[2J\377\376", "backend-id", "-1", "state", NULL } },
};

static void write_end(const char *folder, const char *key, const char *value)
{
	char path[64];
	size_t size = strlen(folder);

	memcpy(path, folder, size + 1);
	if (!*key) {
		store_ask(XS_RM, path, size + 1);
		return;
	}
	path[size] = '/';
	memcpy(path + size + 1, key, strlen(key) + 1);
	store_write(path, value ? value : store_answer,
		    value ? strlen(value) : 2000);
}

static void ends(unsigned int number)
{
	const char *const *pair;
	unsigned int i;

	number %= sizeof(frontends) / sizeof(*frontends);
	say("%s", frontends[number].name);
	for (;; xen_sleep(1))
		for (i = 0; i < 2 * 5 && frontends[number].pairs[i]; i += 2) {
			pair = &frontends[number].pairs[i];
			write_end("device/vif/0", pair[0], pair[1]);
			write_end("device/vbd/51712", pair[0], pair[1]);
		}
}

/* Whoever changes several nodes of its card in one transaction meets a change of one in
 * between, every time. */
static void scribbles(unsigned int unused)
{
	(void)unused;
	say("scribbles");
	for (;;)
		write_end("device/vif/0", "state", "4");
}

/* The last of these values stays for a second: name and vm are here in case that
 * somebody gave them to the guest, as Xen's own init-dom0less does. */
static void rubbish(unsigned int unused)
{
	static const char controls[] =
		"\033[2J\033[31m\r\n\t\007\177\001 name\nd0: all is well\n";
	static const char bytes[] = "\377\376\300\200\355\240\200\364\220\200";
	static const char paths[] =
		"data\0" "data/name\0" "drivers\0" "drivers/x\0" "feature\0"
		"feature/x\0" "attr\0" "attr/os/name\0" "error\0" "error/x\0"
		"device/suspend/event-channel\0" "control/sysrq\0"
		"control/shutdown\0" "control/feature-poweroff\0"
		"control/feature-reboot\0" "control/feature-suspend\0"
		"libxl\0" "libxl/x\0" "device-model\0" "device-model/x\0"
		"vm\0" "name\0";
	static char large[2048];
	const char *path;
	unsigned int i, done, before = 0;

	(void)unused;
	for (i = 0; i < sizeof(large); i++)
		large[i] = (char)random();
	for (;; xen_sleep(1)) {
		done = 0;
		for (path = paths; path < paths + sizeof(paths) - 1;
		     path += strlen(path) + 1) {
			done += store_write(path, large, sizeof(large));
			done += store_write(path, bytes, sizeof(bytes));
			done += store_write(path, controls, sizeof(controls));
		}
		store_write("data", large, sizeof(large));
		store_write("attr", bytes, sizeof(bytes));
		if (done != before)
			say("wrote rubbish %u times", done);
		before = done;
	}
}

static const struct mode modes[] = {
	{ .name = "behave" },
	{ .name = "notable", .no_table = true },
	{ .name = "silent", .before = silent },
	{ .name = "late", .before = late },
	{ .name = "sleeps", .before = sleeps },
	{ .name = "busy", .before = busy },
	{ .name = "suspend", .before = suspends },
	{ .name = "crash", .before = crashes },
	{ .name = "early", .before = early },
	{ .name = "port", .before = port_once },
	{ .name = "ports", .before = port_again },
	{ .name = "close", .before = closes },
	{ .name = "foreign", .before = foreign },
	{ .name = "hangup", .after = hangup },
	{ .name = "half", .after = half },
	{ .name = "deaf", .after = deaf },
	{ .name = "indices", .after = indices },
	{ .name = "flood", .after = flood },
	{ .name = "trespass", .after = trespass },
	{ .name = "rubbish", .after = rubbish },
	{ .name = "ends", .after = ends },
	{ .name = "scribbles", .after = scribbles },
	{ .name = "reset", .after = fatal_reset },
	{ .name = "deletes", .after = fatal_deletes },
	{ .name = "slash", .after = fatal_slash },
};

const struct mode *mode_named(const char *name, size_t size)
{
	const struct mode *mode;

	for (mode = modes; mode < modes + sizeof(modes) / sizeof(*modes);
	     mode++)
		if (strlen(mode->name) == size && same(name, mode->name, size))
			return mode;
	return NULL;
}
