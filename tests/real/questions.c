/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Questions to Xen and xenstored, by src/'s own wrappers, with an answer a line.
 * Linked with the fakes it says what they claim; linked with the wrappers it
 * runs in a dom0 of the real ones: scenarios/fakes compares. Where the release
 * leaves an answer open (the port of a channel, the order of a list) a question
 * is put so that it does not matter.
 *
 * There are domain 1, enhanced and not attached yet, and domain 2, which is
 * plain; both stay idle. Domain 9 is not there.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "clock.h"
#include "hyp.h"
#include "questions.h"
#include "store.h"

enum {
	WAITING = 1, PLAIN = 2, NOBODY = 9,
	GFN = 0x39001,
	PATIENCE_MS = 60000,
	FAR_PORT = 100000,	/* more than a domain can have */
	LONG_NAMES = 60, LONG_NAME = 80,	/* more than 4096 bytes */
};

#define TOP "/tool/questions"

static uint32_t port;		/* of domain 1 */

/* --- how an answer is said --- */

static const char *name_of(int rc)
{
	static const struct {
		int rc;
		const char *name;
	} names[] = {
		{ 0, "done" }, { -EACCES, "EACCES" }, { -EADDRINUSE, "EADDRINUSE" },
		{ -EAGAIN, "EAGAIN" }, { -EBUSY, "EBUSY" }, { -E2BIG, "E2BIG" },
		{ -EEXIST, "EEXIST" }, { -EINVAL, "EINVAL" }, { -ENOENT, "ENOENT" },
		{ -ENOMEM, "ENOMEM" }, { -EPERM, "EPERM" }, { -ESRCH, "ESRCH" },
		{ -EIO, "EIO" }, { -EILSEQ, "EILSEQ" },
	};
	static char number[16];
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].rc == rc)
			return names[i].name;
	snprintf(number, sizeof(number), "%d", rc);
	return number;
}

__attribute__((format(printf, 1, 2)))
static void question(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf(" = ");
}

static void answer(int rc)
{
	printf("%s\n", name_of(rc));
}

/* --- Xen --- */

static void params(void)
{
	static const struct {
		uint16_t domid;
		enum hyp_param param;
		const char *name;
	} asked[] = {
		{ WAITING, HYP_STORE_PFN, "STORE_PFN" },
		{ WAITING, HYP_CONSOLE_PFN, "CONSOLE_PFN" },
		{ WAITING, HYP_MAGIC_PFN, "parameter 3" },
		{ PLAIN, HYP_STORE_PFN, "STORE_PFN" },
		{ PLAIN, HYP_STORE_EVTCHN, "STORE_EVTCHN" },
		{ PLAIN, HYP_CONSOLE_PFN, "CONSOLE_PFN" },
		{ NOBODY, HYP_STORE_PFN, "STORE_PFN" },
	};
	static const enum hyp_param both[] = { HYP_STORE_EVTCHN, HYP_MAGIC_PFN };
	uint64_t value, values[2];
	unsigned int i;
	int rc;

	for (i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		question("%s of d%u", asked[i].name, asked[i].domid);
		rc = hyp_param_get(asked[i].domid, asked[i].param, &value);
		if (rc)
			answer(rc);
		else
			printf("%#llx\n", (unsigned long long)value);
	}
	question("two at once, one of them unknown");
	answer(hyp_params_get(WAITING, both, values, 2));
	question("a channel of d%u", WAITING);
	rc = hyp_param_get(WAITING, HYP_STORE_EVTCHN, &value);
	port = (uint32_t)value;
	printf("%s\n", rc ? name_of(rc) : port ? "there" : "none");
	question("set STORE_PFN of d%u", NOBODY);
	answer(hyp_param_set(NOBODY, HYP_STORE_PFN, GFN));
}

static void one_channel(const char *what, uint16_t domid, uint32_t which)
{
	struct hyp_evtchn status;
	int rc = hyp_evtchn_status(domid, which, &status);

	question("channel of d%u, %s", domid, what);
	if (rc)
		answer(rc);
	else if (status.state == HYP_EVTCHN_UNBOUND)
		printf("unbound, for d%u\n", status.remote);
	else if (status.state == HYP_EVTCHN_BOUND)
		printf("bound, to d%u, port %s\n", status.remote,
		       status.remote_port ? "there" : "0");
	else
		printf("%s\n", status.state == HYP_EVTCHN_CLOSED ? "closed"
								 : "other");
}

static void channels(void)
{
	one_channel("xenstore's", WAITING, port);
	one_channel("0", WAITING, 0);
	one_channel("the 63rd", WAITING, 63);
	one_channel("the 100th", WAITING, 100);
	one_channel("out of reach", WAITING, FAR_PORT);
	one_channel("the 100th", PLAIN, 100);
	one_channel("1", NOBODY, 1);
	question("raise one of dom0's that it has not");
	answer(hyp_evtchn_send(FAR_PORT));
}

/* Domain DOMID is what was asked for, or -ESRCH. */
static int see(uint16_t domid, struct hyp_domain *info)
{
	int n = hyp_domains(domid, info, 1);

	if (n < 0)
		return n;
	return n && info->domid == domid ? 0 : -ESRCH;
}

static void domains(void)
{
	static const uint16_t domids[] = { WAITING, PLAIN, NOBODY };
	struct hyp_domain info;
	uint32_t pool;
	unsigned int i;
	int rc;

	for (i = 0; i < 3; i++) {
		question("d%u in the list", domids[i]);
		rc = see(domids[i], &info);
		if (rc) {
			answer(rc);
			continue;
		}
		printf("%s%s%s, %s, %u vCPUs, pool %u\n",
		       info.flags & HYP_DYING ? "dying " : "",
		       info.flags & HYP_SHUTDOWN ? "shut down " : "",
		       info.tot_pages == info.max_pages ? "all it may have"
							: "less or more",
		       info.handle[0] ? "a handle" : "no handle",
		       info.max_vcpu_id + 1, info.cpupool);
	}
	question("the list after the last");
	answer(hyp_domains(NOBODY, &info, 1));
	for (pool = 0; pool < 2; pool++) {
		uint32_t id = pool;

		question("the pool from %u on", pool);
		answer(hyp_cpupool(&id));
	}
	question("pause d%u", NOBODY);
	answer(hyp_pause(NOBODY));
	question("destroy d%u", NOBODY);
	answer(hyp_destroy(NOBODY));
	question("a handle for d%u", NOBODY);
	answer(hyp_set_handle(NOBODY, (const uint8_t *)"0123456789abcdef"));
	question("more pages for d%u", NOBODY);
	answer(hyp_set_max_pages(NOBODY, 1000));
}

static void one_map(uint16_t domid, uint64_t gfn)
{
	void *page;
	int rc = hyp_map(domid, gfn, false, &page);

	question("map frame %#llx of d%u", (unsigned long long)gfn, domid);
	answer(rc);
	if (!rc)
		hyp_unmap(page);
}

static void one_page_more(const char *what)
{
	struct hyp_domain before, after;
	int rc = see(WAITING, &before);

	question("a page at %#x, %s", GFN, what);
	if (!rc)
		rc = hyp_populate(WAITING, GFN);
	printf("%s", name_of(rc));
	if (!see(WAITING, &after))
		printf(", %llu pages more",
		       (unsigned long long)(after.tot_pages - before.tot_pages));
	printf("\n");
}

static void pages(void)
{
	struct hyp_domain info = { 0 };

	one_map(WAITING, GFN);
	one_map(NOBODY, GFN);
	question("a page for d%u", NOBODY);
	answer(hyp_populate(NOBODY, GFN));
	one_page_more("with no room for it");
	see(WAITING, &info);
	question("room for it");
	answer(hyp_set_max_pages(WAITING, info.max_pages + 1));
	one_page_more("with room");
	one_page_more("once more, with no room");
	one_map(WAITING, GFN);
}

static void say_ring(const char *what, const struct hyp_ring *ring)
{
	question("the ring %s", what);
	printf("%u %u %u %u, connection %u, error %u, port %u\n",
	       ring->req_cons, ring->req_prod, ring->rsp_cons, ring->rsp_prod,
	       ring->connection, ring->error, ring->port);
}

static void *ring_page(void)
{
	static void *page;
	int rc = page ? 0 : hyp_map(WAITING, GFN, true, &page);

	if (rc)
		exit(1);
	return page;
}

static void rings(void)
{
	struct hyp_ring ring;

	hyp_ring_clear(ring_page());
	hyp_ring_get(ring_page(), &ring);
	say_ring("cleared", &ring);
	hyp_ring_set_port(ring_page(), 5);
	hyp_ring_get(ring_page(), &ring);
	say_ring("with a port", &ring);
	hyp_ring_set_port(ring_page(), 0);
}

static void one_grant(const char *what, uint16_t domid)
{
	struct hyp_grant grant;
	int rc = hyp_grant_get(domid, 1, &grant);

	question("grant 1 of d%u, %s", domid, what);
	if (rc)
		answer(rc);
	else
		printf("type %u, %s, for d%u, frame %#x\n",
		       grant.flags & HYP_GRANT_TYPE,
		       grant.flags & HYP_GRANT_IN_USE ? "in use" : "not in use",
		       grant.domid, grant.gfn);
}

static void set_grant(const char *what, uint16_t domid, uint32_t gfn)
{
	struct hyp_grant grant = {
		.flags = HYP_GRANT_ACCESS, .domid = 0, .gfn = gfn,
	};

	question("grant frame %#x of d%u, %s", gfn, domid, what);
	answer(hyp_grant_set(domid, 1, &grant));
}

static void grants(void)
{
	one_grant("at first", WAITING);
	one_grant("at first", NOBODY);
	set_grant("which is not there", NOBODY, GFN);
	set_grant("at first", WAITING, GFN);
	set_grant("again", WAITING, GFN);
	one_grant("then", WAITING);
}

/* --- xenstored's nodes --- */

static char text[2 * STORE_VALUE_MAX];

typedef void put(uint32_t tx, const char *path, struct batch_answer *answer);

static void one_node(const char *what, put *ask, uint32_t tx, const char *path)
{
	struct batch_answer said = { text, sizeof(text), 0 };
	int rc;

	*text = '\0';
	ask(tx, path, &said);
	rc = batch_flush();
	question("%s%s %.60s", tx ? "in a transaction, " : "", what, path);
	if (rc || said.rc < 0)
		answer(rc ? rc : said.rc);
	else
		printf("%d bytes '%.60s'\n", said.rc, text);
}

static void one_read(uint32_t tx, const char *path)
{
	one_node("read", batch_read, tx, path);
}

static void one_who(const char *path)
{
	one_node("permissions of", batch_who, 0, path);
}

static void done(const char *what, const char *path)
{
	int rc = batch_flush();

	question("%s %.60s", what, path);
	answer(rc);
}

static void paths(void)
{
	static const char *const odd[] = {
		"//", "/tool/", "/tool//a", "/tool/a b", "/tool/a.b", "/tool/\xe4",
		"/tool/-a_B9@", "/tool/a:b",
	};
	static char endless[3600] = "/";
	char value[16];
	unsigned int i;

	for (i = 0; i < sizeof(odd) / sizeof(*odd); i++)
		one_read(0, odd[i]);
	memset(endless + 1, 'a', sizeof(endless) - 2);
	one_read(0, endless);
	question("read it alone");
	answer(store_read(TOP "/none", value, sizeof(value)));
	batch_write(0, TOP "/a b", "x");
	done("write", TOP "/a b");
	batch_make(0, TOP "//b");
	done("make", TOP "//b");
}

static void values(void)
{
	char value[4];

	one_read(0, TOP "/none");
	one_node("list", batch_list, 0, TOP "/none");
	one_who(TOP "/none");
	batch_write(0, TOP "/one/two", "value");
	done("write", TOP "/one/two");
	one_read(0, TOP "/one/two");
	one_read(0, TOP "/one");
	question("read five bytes into four");
	answer(store_read(TOP "/one/two", value, sizeof(value)));
	batch_make(0, TOP "/one/two");
	done("make, which is there", TOP "/one/two");
	one_read(0, TOP "/one/two");
	batch_make(0, TOP "/one/three");
	done("make", TOP "/one/three");
	one_read(0, TOP "/one/three");
	one_node("list", batch_list, 0, TOP);
	one_node("list", batch_list, 0, TOP "/one/three");
	batch_remove(0, TOP "/none");
	done("remove, which is not there", TOP "/none");
	batch_remove(0, TOP "/none/none");
	done("remove, nor its parent", TOP "/none/none");
	batch_remove(0, TOP "/one");
	done("remove, with what is below", TOP "/one");
	one_read(0, TOP "/one/two");
	one_node("list", batch_list, 0, TOP);
}

static void long_list(void)
{
	char path[STORE_PATH_MAX];
	unsigned int i;

	for (i = 0; i < LONG_NAMES; i++) {
		snprintf(path, sizeof(path), TOP "/l/%0*u", LONG_NAME, i);
		batch_write(0, path, "");
	}
	done("write many nodes", TOP "/l");
	one_node("list", batch_list, 0, TOP "/l");
	batch_remove(0, TOP "/l");
	done("remove", TOP "/l");
}

static void one_perm(const char *path, enum batch_perm perm, uint16_t domid)
{
	static const char *const names[BATCH_PERMS] = {
		"for the tools", "readable", "owned",
	};

	batch_perms(0, path, perm, domid);
	question("%s by d%u: %s", names[perm], domid, path);
	answer(batch_flush());
	one_who(path);
}

static void permissions(void)
{
	one_who("/tool");
	batch_write(0, TOP "/p", "");
	done("write", TOP "/p");
	one_who(TOP "/p");
	one_perm(TOP "/p", BATCH_READ, WAITING);
	batch_write(0, TOP "/p/a/b", "");
	done("write", TOP "/p/a/b");
	one_who(TOP "/p/a");
	one_who(TOP "/p/a/b");
	one_perm(TOP "/p/a", BATCH_OWN, WAITING);
	batch_make(0, TOP "/p/a/c");
	done("make", TOP "/p/a/c");
	one_who(TOP "/p/a/c");
	one_who(TOP "/p/a/b");
	batch_share(0, TOP "/p/a", WAITING, PLAIN);
	done("shared with d2", TOP "/p/a");
	one_who(TOP "/p/a");
	one_perm(TOP "/p/a", BATCH_TOOLS, 0);
	one_perm(TOP "/p/a", BATCH_OWN, NOBODY);
	one_perm(TOP "/p/a", BATCH_READ, NOBODY);
	batch_share(0, TOP "/p/a", NOBODY, WAITING);
	done("shared by d9", TOP "/p/a");
	one_perm(TOP "/p/none", BATCH_READ, WAITING);
	question("does it find d%u", WAITING);
	answer(store_finds(WAITING) == 1 ? 0 : -ESRCH);
}

/* --- transactions --- */

static uint32_t begin(void)
{
	uint32_t tx = 0;
	int rc = store_begin(&tx);

	question("begin a transaction");
	answer(rc);
	return tx;
}

static void commit(const char *what, uint32_t tx)
{
	int rc = batch_commit(tx);

	question("commit it, %s", what);
	answer(rc);
}

static void transactions(void)
{
	uint32_t tx;

	batch_write(0, TOP "/t/a", "old");
	done("write", TOP "/t/a");
	tx = begin();
	commit("empty", tx);
	tx = begin();
	batch_write(tx, TOP "/t/a", "new");
	batch_write(tx, TOP "/t/b", "new");
	one_read(tx, TOP "/t/a");
	one_read(0, TOP "/t/a");
	one_read(0, TOP "/t/b");
	commit("with two nodes", tx);
	one_read(0, TOP "/t/a");
	tx = begin();
	batch_remove(tx, TOP "/t/a");
	one_read(tx, TOP "/t/a");
	question("abort it");
	answer(batch_flush());
	store_abort(tx);
	one_read(0, TOP "/t/a");
	tx = begin();
	one_read(tx, TOP "/t/a");
	batch_write(0, TOP "/t/a", "others");
	done("write meanwhile", TOP "/t/a");
	batch_write(tx, TOP "/t/b", "ours");
	commit("after somebody wrote what it has read", tx);
	one_read(0, TOP "/t/a");
	one_read(0, TOP "/t/b");
	tx = begin();
	one_read(tx, TOP "/t/c");
	batch_write(0, TOP "/t/c", "others");
	done("write meanwhile", TOP "/t/c");
	batch_write(tx, TOP "/t/c", "ours");
	commit("after somebody made what it had not found", tx);
	one_read(0, TOP "/t/c");
	tx = begin();
	batch_write(tx, TOP "/t/a b", "x");
	commit("with a request that fails", tx);
}

/* --- introducing --- */

static void one_introduced(uint16_t domid)
{
	struct batch_answer said = { text, sizeof(text), 0 };
	int rc;

	batch_introduced(domid, &said);
	rc = batch_flush();
	question("is d%u introduced", domid);
	printf("%s\n", rc || said.rc < 0 ? name_of(rc ? rc : said.rc) : text);
}

static void one_introduction(const char *what, uint16_t domid, uint32_t to)
{
	int rc = store_introduce(domid, GFN, to);

	question("introduce d%u, %s", domid, what);
	answer(rc);
}

/* oxenstored does the rest a moment after its answer. */
static void wait_for_handshake(struct hyp_ring *ring)
{
	int64_t deadline = clock_ms() + PATIENCE_MS;

	do {
		clock_nap(10, deadline);
		hyp_ring_get(ring_page(), ring);
	} while (ring->connection && clock_left(deadline));
}

static void introductions(void)
{
	struct hyp_ring ring;
	struct hyp_evtchn status;
	uint64_t value = 0;

	one_introduced(0);
	one_introduced(WAITING);
	one_introduced(NOBODY);
	one_introduction("which is not there", NOBODY, 1);
	batch_write(0, "/local/domain/1/name", "one");
	done("write", "/local/domain/1/name");
	one_introduction("by a channel that it has not", WAITING, FAR_PORT);
	one_introduction("by its own", WAITING, port);
	wait_for_handshake(&ring);
	say_ring("then", &ring);
	one_introduced(WAITING);
	one_channel("xenstore's, then", WAITING, port);
	one_grant("then", WAITING);
	hyp_evtchn_status(WAITING, port, &status);
	question("tell it its page");
	answer(hyp_param_set(WAITING, HYP_STORE_PFN, GFN));
	question("STORE_PFN, then");
	hyp_param_get(WAITING, HYP_STORE_PFN, &value);
	printf("%#llx\n", (unsigned long long)value);
	question("raise its event");
	answer(hyp_evtchn_send(status.remote_port));
}

static void ends(void)
{
	int64_t deadline = clock_ms() + PATIENCE_MS;
	struct hyp_domain info = { 0 };
	uint64_t value;
	int rc;

	question("a handle for d%u", WAITING);
	answer(hyp_set_handle(WAITING, (const uint8_t *)"0123456789abcdef"));
	see(WAITING, &info);
	question("the handle of d%u", WAITING);
	printf("%.16s\n", (const char *)info.handle);
	question("pause d%u", PLAIN);
	rc = hyp_pause(PLAIN);
	see(PLAIN, &info);
	printf("%s, %s\n", name_of(rc),
	       info.flags & HYP_PAUSED ? "paused" : "not paused");
	while ((rc = hyp_destroy(PLAIN)) == -EAGAIN && clock_left(deadline))
		clock_nap(1, deadline);
	question("destroy d%u", PLAIN);
	answer(rc);
	hyp_give_back();
	while (!see(PLAIN, &info) && clock_left(deadline))
		clock_nap(10, deadline);
	question("d%u in the list, then", PLAIN);
	answer(see(PLAIN, &info));
	question("its STORE_PFN, then");
	answer(hyp_param_get(PLAIN, HYP_STORE_PFN, &value));
}

int main(int argc, char **argv)
{
	int rc;

	questions_begin(argc > 1 ? argv[1] : "c");
	rc = hyp_open();
	if (!rc)
		rc = store_open(clock_ms() + 10LL * PATIENCE_MS, 0, false);
	question("open");
	answer(rc);
	if (rc)
		return 1;
	params();
	channels();
	domains();
	pages();
	rings();
	grants();
	batch_make(0, TOP);
	done("make", TOP);
	paths();
	values();
	long_list();
	permissions();
	transactions();
	introductions();
	ends();
	hyp_unmap(ring_page());
	store_close();
	hyp_close();
	return questions_end();
}
