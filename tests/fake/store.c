/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "clock.h"
#include "store.h"
#include "world.h"

enum { ONE_TRY_MS = 3000, LISTED_MAX = 65536, SEEN_MAX = 256 };

static int64_t limit;
static uint16_t own;		/* who asks */

/* --- the tree, with xenstored's rules --- */

/* is_valid_nodename(): absolute, no empty component, few characters. */
static bool is_path(const char *path)
{
	size_t size = strlen(path);
	const char *c;

	if (*path != '/' || size >= sizeof(((struct world_node *)0)->path))
		return false;
	if (size > 1 && path[size - 1] == '/')
		return false;
	for (c = path; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-/_@", *c))
			return false;
	return !strstr(path, "//");
}

struct world_node *tree_find(struct world_tree *tree, const char *path)
{
	unsigned int i;

	for (i = 0; i < tree->size; i++)
		if (!strcmp(tree->nodes[i].path, path))
			return &tree->nodes[i];
	return NULL;
}

/* A new node has its parent's permissions; so have the parents it needs. */
static struct world_node *tree_make(struct world_tree *tree, const char *path)
{
	struct world_node *node = tree_find(tree, path), *up;
	char parent[sizeof(node->path)];
	char *slash;

	if (node)
		return node;
	strcpy(parent, path);
	slash = strrchr(parent, '/');
	slash[slash == parent] = '\0';
	up = strcmp(path, "/") ? tree_make(tree, parent) : NULL;
	if (tree->size == WORLD_NODES)
		abort();
	node = &tree->nodes[tree->size++];
	memset(node, 0, sizeof(*node));
	strcpy(node->path, path);
	strcpy(node->perms, up ? up->perms : "n0");
	return node;
}

/* KEEP: as mkdir does, an existing node stays as it is. */
int tree_put(struct world_tree *tree, const char *path, const char *value,
	     bool keep)
{
	struct world_node *node;

	if (!is_path(path))
		return -EINVAL;
	if (keep && tree_find(tree, path))
		return 0;
	node = tree_make(tree, path);
	snprintf(node->value, sizeof(node->value), "%s", value);
	return 0;
}

const char *world_read(const char *path)
{
	struct world_node *node = tree_find(&world->tree, path);

	return node ? node->value : NULL;
}

const char *world_perms(const char *path)
{
	struct world_node *node = tree_find(&world->tree, path);

	return node ? node->perms : NULL;
}

int world_write(const char *path, const char *value, const char *perms)
{
	int rc = tree_put(&world->tree, path, value, false);

	if (!rc && perms)
		strcpy(tree_find(&world->tree, path)->perms, perms);
	return rc;
}

static void tree_remove(struct world_tree *tree, const char *path)
{
	size_t size = strlen(path);
	unsigned int from, to = 0;

	for (from = 0; from < tree->size; from++)
		if (strncmp(tree->nodes[from].path, path, size) ||
		    (tree->nodes[from].path[size] &&
		     tree->nodes[from].path[size] != '/'))
			tree->nodes[to++] = tree->nodes[from];
	tree->size = to;
}

void world_remove(const char *path)
{
	tree_remove(&world->tree, path);
}

/* --- the connection --- */

/* Where xenstored runs: with who asks, or where Xen says that it does. */
static uint16_t place(void)
{
	const struct world_domain *d;

	for (d = world->domains; d < world->domains + WORLD_DOMAINS; d++)
		if (world->bus && d->exists && d->info.flags & HYP_XS_DOMAIN)
			return d->info.domid;
	return own;
}

static int up(bool elsewhere)
{
	if (elsewhere && world->bus)
		return world->stopped ? -ETIMEDOUT : 0;
	if (world->odd_socket)
		return -ELOOP;
	if (world->daemon_at < 0 || world->daemon_at > world->now)
		return -ENOENT;
	return world->stopped ? -ETIMEDOUT : 0;
}

bool store_is_bus(void)
{
	return world->bus;
}

int store_open(int64_t deadline, uint16_t self, bool elsewhere)
{
	int rc = world_call(CALL_READ, "store_open%s", self || elsewhere ?
			    " bus" : "");

	limit = world->now + ONE_TRY_MS;
	if (limit < deadline)
		limit = deadline;
	while (!rc && (rc = up(elsewhere)) == -ENOENT && !elsewhere &&
	       clock_left(deadline)) {
		clock_nap(20, deadline);
		rc = 0;
	}
	if (rc == -ETIMEDOUT)
		world_pass(limit - world->now);
	world->open = !rc;
	own = self;
	return world_done(rc);
}

void store_close(void)
{
	world_sure(CALL_READ, "store_close");
	world->open = world->in_tx = false;
}

/* What questions meet that only go out together. */
static int connection(void)
{
	return world->open ? 0 : -ENOTCONN;
}

/* What every request meets. A stopped xenstored takes all there is of time. */
static int request(void)
{
	if (!world->open)
		return -ENOTCONN;
	if (world->stopped)
		world_pass(limit - world->now);
	else if (world->slow_ms)
		world_pass(world->slow_ms);
	return clock_left(limit) ? 0 : -ETIMEDOUT;
}

uint16_t store_self(void)
{
	return own;
}

/* What the connection, or a request without an answer, has met since the last
 * flush. An error that a test puts in the place of an answer is that answer's. */
static int met;

enum { TX = 17 };

/* The nodes that a request of TX sees. */
static struct world_tree *tree_of(uint32_t tx)
{
	if (tx && (tx != TX || !world->in_tx))
		world_wrong("no transaction");
	return tx ? &world->tx : &world->tree;
}

/* What the transaction has seen:
 * tools/xenstore/xenstored_transaction.c:241@4.17 access_node */
static struct {
	char path[SEEN_MAX][sizeof(((struct world_node *)0)->path)];
	unsigned int count;
} seen;

static void see_path(const char *path)
{
	unsigned int i = 0;

	while (i < seen.count && strcmp(seen.path[i], path))
		i++;
	if (i < seen.count || strlen(path) >= sizeof(*seen.path))
		return;
	if (i == SEEN_MAX)
		abort();
	strcpy(seen.path[seen.count++], path);
}

/* The nodes of a request of TX for PATH. If it may CHANGE which nodes there
 * are, those above that hold their names are seen, too. */
static struct world_tree *tree_for(uint32_t tx, const char *path, bool change)
{
	struct world_tree *tree = tree_of(tx);
	char above[sizeof(*seen.path)];
	char *slash;

	if (!tx || !is_path(path))
		return tree;
	see_path(path);
	strcpy(above, path);
	while (change && (slash = strrchr(above, '/')) && slash > above) {
		*slash = '\0';
		see_path(above);
		change = !tree_find(tree, above);
	}
	return tree;
}

static bool is_child(const char *path, const char *of)
{
	size_t size = strlen(of);

	return !strncmp(path, of, size) && path[size] == '/' &&
	       !strchr(path + size + 1, '/');
}

/* Has ONE every child of PATH that OTHER has? */
static bool has_children(struct world_tree *one, struct world_tree *other,
			 const char *path)
{
	unsigned int i;

	for (i = 0; i < other->size; i++)
		if (is_child(other->nodes[i].path, path) &&
		    !tree_find(one, other->nodes[i].path))
			return false;
	return true;
}

/* Is a node as it was when the transaction began: value, permissions, names of
 * its children? */
static bool is_as_begun(const char *path)
{
	struct world_node *now = tree_find(&world->tree, path);
	struct world_node *then = tree_find(&world->begun, path);

	if (!now || !then)
		return !now && !then;
	return !strcmp(now->value, then->value) &&
	       !strcmp(now->perms, then->perms) &&
	       has_children(&world->tree, &world->begun, path) &&
	       has_children(&world->begun, &world->tree, path);
}

/* Has somebody changed what the transaction has seen? */
static bool is_conflict(void)
{
	unsigned int i;

	if (!memcmp(&world->tree, &world->begun, sizeof(world->tree)))
		return false;
	for (i = 0; i < seen.count; i++)
		if (!is_as_begun(seen.path[i]))
			return true;
	return false;
}

/* The value of a node: its length, and what fits into BUF of it. */
static int value_of(struct world_tree *tree, const char *path, char *buf,
		    size_t size)
{
	const char *value = world->odd;
	struct world_node *node;
	int length;

	if (!is_path(path))
		return -EINVAL;
	if (strcmp(path, world->odd_path)) {
		node = tree_find(tree, path);
		value = node ? node->value : NULL;
	}
	if (!value)
		return -ENOENT;
	/* the longest of all has no NUL */
	length = (int)strnlen(value, STORE_VALUE_MAX);
	snprintf(buf, size, "%.*s", length, value);
	return length;
}

/* tools/xenstore/xenstored_core.c:1339@4.17 XS_READ */
void batch_read(uint32_t tx, const char *path, struct batch_answer *answer)
{
	int rc = world_call(CALL_READ, "batch_read %s", path);

	met = met ? met : connection();
	if (!rc)
		rc = value_of(tree_for(tx, path, false), path, answer->text,
			      answer->size);
	answer->rc = world_done(rc);
}

/* The child of PATH that PLACE is, or is below of, goes to the list's end, unless
 * it is there: xenstored's lists have no order, and nothing twice. */
static void list_child(struct batch_answer *list, const char *path,
		       const char *place)
{
	size_t size = strlen(path), used = strlen(list->text), name;
	char *at;

	if (strncmp(place, path, size) || place[size] != '/')
		return;
	place += size + 1;
	name = strcspn(place, "/");
	for (at = list->text; *at; at = strchr(at, '/') + 1)
		if (!strncmp(at, place, name) && at[name] == '/')
			return;
	if (used + name + 1 >= LISTED_MAX)
		abort();
	sprintf(list->text + used, "%.*s/", (int)name, place);
}

/* tools/xenstore/xenstored_core.c:1268@4.17 XS_DIRECTORY */
void batch_list(uint32_t tx, const char *path, struct batch_answer *answer)
{
	int rc = world_call(CALL_READ, "batch_list %s", path);
	struct world_tree *tree = tree_for(tx, path, false);
	static char text[LISTED_MAX];
	struct batch_answer list = { text, sizeof(text), 0 };
	unsigned int i;

	met = met ? met : connection();
	*answer->text = *text = '\0';
	list_child(&list, path, world->odd_path);
	for (i = tree->size; i--; )
		list_child(&list, path, tree->nodes[i].path);
	if (!rc && !tree_find(tree, path) && !*text)
		rc = -ENOENT;
	/* tools/xenstore/xenstored_core.c:1054@4.17 E2BIG; of oxenstored's
	 * longer answer batch.c says the same */
	if (!rc && strlen(text) > STORE_VALUE_MAX)
		rc = -E2BIG;
	if (!rc)
		snprintf(answer->text, answer->size, "%s", text);
	answer->rc = world_done(rc ? rc : (int)strlen(text));
}

/* C xenstored's:
 * tools/xenstore/xenstored_core.c:1750@4.17 perms_to_strings
 */
void batch_who(uint32_t tx, const char *path, struct batch_answer *answer)
{
	int rc = world_call(CALL_READ, "batch_who %s", path);
	const struct world_node *node = tree_find(tree_for(tx, path, false),
						  path);
	char *at;

	met = met ? met : connection();
	*answer->text = '\0';
	if (!rc && !node)
		rc = -ENOENT;
	if (!rc)
		rc = snprintf(answer->text, answer->size, "%s/", node->perms);
	for (at = answer->text; (at = strchr(at, ',')); )
		*at = '/';
	answer->rc = world_done(rc);
}

/* tools/xenstore/xenstored_domain.c:800@4.17 find_domain_by_domid(domid) */
void batch_introduced(uint16_t domid, struct batch_answer *answer)
{
	void (*meanwhile)(void) = world->meanwhile;
	int rc = world_call(CALL_READ, "batch_introduced d%u", domid);
	struct world_domain *d = world_find(domid);

	world->meanwhile = NULL;
	if (meanwhile)
		meanwhile();
	met = met ? met : connection();
	/* whoever xenstored runs with is: dom0_init(), xenstored_domain.c */
	snprintf(answer->text, answer->size, domid == place() ||
		 (d && d->introduced) ? "T" : "F");
	answer->rc = world_done(rc ? rc : 1);
}

/* tools/xenstore/xenstored_core.c:1339@4.17 XS_READ */
int store_read(const char *path, char *buf, size_t size)
{
	int rc = world_call(CALL_READ, "store_read %s", path);

	if (!rc)
		rc = request();
	if (!rc)
		rc = value_of(&world->tree, path, buf, size);
	return world_done(rc >= (int)size ? -E2BIG : rc);
}

/* tools/xenstore/xenstored_core.c:1783@4.17 domain_alloc_permrefs(&perms) */
int store_finds(uint16_t domid)
{
	int rc = world_call(CALL_READ, "store_finds d%u", domid);
	struct world_domain *d = world_find(domid);

	if (!rc)
		rc = request();
	return world_done(rc ? rc : (d && !d->stranger));
}

/* --- introducing --- */

static void reset_indices(struct world_domain *d)
{
	unsigned int i;

	for (i = RING_REQ_CONS; i <= RING_RSP_PROD; i += 4)
		world_ring_set(d, i, 0);
}

static void greet(struct world_domain *d)
{
	world_ring_set(d, RING_CONNECTION, 0);
	world_event(d);
}

/* What each does to the ring (xen/FACTS, greet), as measured with the real ones. */
static void meet(struct world_domain *d)
{
	switch (world->daemon) {
	case DAEMON_C_EARLY:
		greet(d);
		/* fall through */
	case DAEMON_C_OLD:
		reset_indices(d);
		break;
	case DAEMON_C:
		reset_indices(d);
		if (world_ring(d, RING_CONNECTION) == 1)
			greet(d);
		break;
	case DAEMON_OCAML:
		d->handshake = world->now + world->daemon_ms;
		break;
	}
}

/* C xenstored maps grant 1, oxenstored the frame it is told (xen/FACTS, grant). */
static bool can_map(struct world_domain *d, uint64_t gfn)
{
	struct hyp_grant *grant = &d->grants[1];

	if (world->daemon == DAEMON_OCAML)
		return world_page(d, gfn);
	if ((grant->flags & HYP_GRANT_TYPE) != HYP_GRANT_ACCESS ||
	    grant->domid != place() || !world_page(d, grant->gfn))
		return false;
	grant->flags |= HYP_GRANT_IN_USE;
	return true;
}

static bool has_nodes(uint16_t domid)
{
	char path[64];

	snprintf(path, sizeof(path), "/local/domain/%u/name", domid);
	return world_read(path);
}

/* What xenstored does and says when it gets the request. */
static int introduction(uint16_t domid, uint64_t gfn, uint32_t port)
{
	struct world_domain *d = world_find(domid);
	uint32_t there = d ? world_ring(d, RING_PORT) : 0;

	/* tools/xenstored/domain.c:1125 in 4.22; oxenstored does not look */
	if (world->about.minor >= 21 && world->daemon != DAEMON_OCAML && there)
		port = there;
	if (!d || port != d->evtchn)
		return -EINVAL;
	world->port_seen = there;
	if (d->introduced || d->channel.state != HYP_EVTCHN_UNBOUND)
		world_wrong("d%u introduced twice", domid);
	if (!has_nodes(domid))
		world_wrong("d%u introduced before its nodes", domid);
	if (d->channel.state != HYP_EVTCHN_UNBOUND ||
	    d->channel.remote != place() ||
	    !can_map(d, gfn))
		return -EINVAL;
	d->channel.state = HYP_EVTCHN_BOUND;
	d->channel.remote_port = WORLD_PORT + domid;
	d->introduced = true;
	world->introductions++;
	meet(d);
	if (d->loses_port)
		d->channel = (struct hyp_evtchn){ HYP_EVTCHN_UNBOUND,
						  place(), 0 };
	return 0;
}

/* A request whose answer comes too late has been read all the same, unless xenstored
 * is stopped.
 * tools/xenstore/xenstored_domain.c:661@4.17 introduce_domain
 */
int store_introduce(uint16_t domid, uint64_t gfn, uint32_t port)
{
	int rc = world_call(CALL_CHANGE, "introduce d%u %#llx %u", domid,
			    (unsigned long long)gfn, port);
	int said;

	if (rc || !clock_left(limit))
		return world_done(rc ? rc : -ETIMEDOUT);
	rc = request();
	if (rc && (rc != -ETIMEDOUT || world->stopped))
		return world_done(rc);
	said = introduction(domid, gfn, port);
	return world_done(rc ? rc : said);
}

/* What was put has its effect at once: nobody can tell. */
int batch_flush(void)
{
	int rc = world_call(CALL_READ, "batch_flush");

	if (!rc)
		rc = met ? met : request();
	met = 0;
	return world_done(rc);
}

/* --- transactions --- */

/* tools/xenstore/xenstored_transaction.c:479@4.17 do_transaction_start */
int store_begin(uint32_t *tx)
{
	int rc = world_call(CALL_READ, "store_begin");

	if (!rc)
		rc = request();
	*tx = TX;
	world->in_tx = !rc;
	world->tx = world->begun = world->tree;
	seen.count = 0;
	return world_done(rc);
}

/* What the transaction has changed becomes so; what others have meanwhile stays. */
static void take_over(void)
{
	struct world_node *node, *then, *now;
	unsigned int i;

	if (!memcmp(&world->tree, &world->begun, sizeof(world->tree))) {
		world->tree = world->tx;
		return;
	}
	for (i = 0; i < world->begun.size; i++) {
		node = &world->begun.nodes[i];
		if (!tree_find(&world->tx, node->path))
			tree_remove(&world->tree, node->path);
	}
	for (i = 0; i < world->tx.size; i++) {
		node = &world->tx.nodes[i];
		then = tree_find(&world->begun, node->path);
		if (then && !strcmp(then->value, node->value) &&
		    !strcmp(then->perms, node->perms))
			continue;
		now = tree_make(&world->tree, node->path);
		*now = *node;
	}
}

static void put_done(int rc)
{
	if (rc && !met)
		met = rc;
	world_done(0);
}

static enum world_kind kind_of(uint32_t tx)
{
	return tx ? CALL_READ : CALL_CHANGE;
}

/* tools/xenstore/xenstored_core.c:1417@4.17 parent->perms.num */
void batch_write(uint32_t tx, const char *path, const char *value)
{
	int rc = world_call(kind_of(tx), "batch_write %s = %s", path, value);

	if (!rc)
		rc = request();
	if (!rc)
		rc = tree_put(tree_for(tx, path, true), path, value, false);
	put_done(rc);
}

/* tools/xenstore/xenstored_core.c:1583@4.17 already */
void batch_make(uint32_t tx, const char *path)
{
	int rc = world_call(kind_of(tx), "batch_make %s", path);

	if (!rc)
		rc = request();
	if (!rc)
		rc = tree_put(tree_for(tx, path, true), path, "", true);
	put_done(rc);
}

/* May nobody own a node as this domain? C xenstored asks Xen for it, oxenstored
 * does not: tools/xenstore/xenstored_core.c:1785@4.17 XS_PERM_IGNORE */
static bool is_nobody(uint16_t domid)
{
	struct world_domain *d = world_find(domid);

	return world->daemon != DAEMON_OCAML && (!d || d->stranger);
}

/* tools/xenstore/xenstored_core.c:1783@4.17 domain_alloc_permrefs(&perms) */
void batch_perms(uint32_t tx, const char *path, enum batch_perm perm,
		 uint16_t domid)
{
	int rc = world_call(kind_of(tx), "batch_perms %s %d d%u", path, perm,
			    domid);
	struct world_node *node = tree_find(tree_for(tx, path, false), path);

	if (!rc)
		rc = request();
	if (!rc && !node)
		rc = -ENOENT;
	if (!rc && perm == BATCH_OWN && is_nobody(domid))
		rc = -ENOENT;
	if (!rc)
		snprintf(node->perms, sizeof(node->perms),
			 perm == BATCH_READ ? "n%u,r%u" : "n%u",
			 perm == BATCH_OWN ? domid : own, domid);
	put_done(rc);
}

/* tools/xenstore/xenstored_core.c:1706@4.17 Fine */
void batch_remove(uint32_t tx, const char *path)
{
	int rc = world_call(kind_of(tx), "batch_remove %s", path);

	if (!rc)
		rc = request();
	if (!rc)
		tree_remove(tree_for(tx, path, true), path);
	put_done(rc);
}

/* tools/xenstore/xenstored_core.c:1783@4.17 domain_alloc_permrefs(&perms) */
void batch_share(uint32_t tx, const char *path, uint16_t owner, uint16_t reader)
{
	int rc = world_call(kind_of(tx), "batch_share %s d%u d%u", path, owner,
			    reader);
	struct world_node *node = tree_find(tree_for(tx, path, false), path);

	if (!rc)
		rc = request();
	if (!rc && (!node || is_nobody(owner)))
		rc = -ENOENT;
	if (!rc)
		snprintf(node->perms, sizeof(node->perms), "n%u,r%u", owner,
			 reader);
	put_done(rc);
}

/* tools/xenstore/xenstored_transaction.c:393@4.17 EAGAIN */
int store_commit(uint32_t tx)
{
	int rc = world_call(CALL_CHANGE, "store_commit");

	tree_of(tx);
	if (!rc)
		rc = request();
	world->in_tx = false;
	/* requests take time: else who begins again would never end */
	world_pass(1);
	if (!rc && world->conflicts) {
		world->conflicts--;
		rc = -EAGAIN;
	}
	if (!rc && is_conflict())
		rc = -EAGAIN;
	if (!rc)
		take_over();
	return world_done(rc);
}

void store_abort(uint32_t tx)
{
	world_call(CALL_READ, "store_abort");
	tree_of(tx);
	world->in_tx = false;
	world_done(0);
}

/* As in src/batch.c. */
int batch_commit(uint32_t tx)
{
	int rc = batch_flush();

	if (!rc)
		return store_commit(tx);
	store_abort(tx);
	return rc == -EAGAIN ? -EIO : rc;
}

bool batch_commit_again(uint32_t tx, int64_t deadline, int *rc)
{
	*rc = batch_commit(tx);
	if (*rc != -EAGAIN)
		return false;
	clock_nap(1, deadline);
	if (clock_left(deadline))
		return true;
	*rc = -ETIMEDOUT;
	return false;
}
