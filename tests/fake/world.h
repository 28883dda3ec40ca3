/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WORLD_H
#define WORLD_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hyp.h"
#include "link.h"

/*
 * A host in one structure: Xen, xenstored, guests, a clock, and somebody who
 * breaks things. The fakes of hyp.h, store.h, dtb.h and clock.h act on it.
 * It stands in memory that children share, so that a test can run an applet
 * in a child and look at what it left.
 */

enum {
	WORLD_DOMAINS = 8,
	WORLD_PAGES = 4,		/* a domain */
	WORLD_GRANTS = 8,
	WORLD_RAM_BYTE = 0xa5,		/* what a guest has in its RAM */
	WORLD_NODES = 400,
	WORLD_LINKS = 16,
	WORLD_JOURNAL = 1 << 20,
	WORLD_RAM = 65536,		/* pages: 256 MiB */
	WORLD_PORT = 100,		/* xenstored's port for domain N: + N */
	WORLD_GUEST_PORT = 200,		/* a guest's port N, for a device: + N */
	WORLD_SPOKEN = 20,		/* the guest's first request, bytes */
};

/* How a xenstored behaves when it is told of a domain. */
enum world_daemon {
	DAEMON_C,		/* 4.17.3 and later */
	DAEMON_C_EARLY,		/* 4.17.0: notifies before it resets */
	DAEMON_C_OLD,		/* up to 4.16: never clears connection */
	DAEMON_OCAML,		/* finishes a moment after the reply */
};

enum world_guest {
	GUEST_LINUX,		/* wakes up on an event and speaks */
	GUEST_SILENT,		/* never does anything */
};

struct world_domain {
	bool exists;
	struct hyp_domain info;
	uint64_t evtchn, pfn, console;
	uint64_t magic;		/* the first magic page, which vendors' Xen
				 * tells; 0: Xen's own, which does not */
	struct hyp_evtchn channel;
	uint32_t ports;		/* of devices, which dom0 may bind: a bit each */
	struct hyp_grant grants[WORLD_GRANTS];
	int grant_rc;		/* the table cannot be reached: why */
	int64_t grant_at;	/* ... until then, 0: for ever */
	uint64_t gfns[WORLD_PAGES];	/* besides RAM; 0: none */
	bool pinned;		/* static-mem, says the tree */
	unsigned int reserve;	/* pages that a vendor's Xen has for that */
	uint64_t limit;		/* of its pages, before it was last changed */
	bool direct;		/* direct-map, says the tree: its RAM, as far
				 * as it is modelled, is in GFNS */
	bool introduced;
	bool stranger;		/* xenstored is of another release than Xen
				 * and does not find it there */
	bool loses_port;	/* xenstored dies when it is introduced */
	enum world_guest guest;
	int deaf;		/* events that wake nobody */
	int slow;		/* ms from an event to the first request */
	unsigned int vanish;	/* at this call; 0: never */
	/* what happened */
	unsigned int events, speeches, destroys;
	int64_t wake, handshake;	/* when it is due, 0: not */
};

struct world_node {
	char path[128], value[160], perms[24];
};

struct world_tree {
	unsigned int size;
	struct world_node nodes[WORLD_NODES];
};

/* What goes wrong: the AT-th call, of those whose journal line begins with
 * CALL if that is not empty, gives RC, or is where the process dies. */
struct world_fault {
	unsigned int at;	/* 0: nothing goes wrong */
	char call[48];
	int rc;
	enum { FAIL, DIE_BEFORE, DIE_AFTER } how;
	bool always;		/* and all that follow, too */
	/* what happened */
	unsigned int seen;
	bool fired;
};

struct world {
	int64_t now;		/* ms */
	struct hyp_about about;
	int hyp_rc;		/* hyp_open */
	int64_t locked_until;	/* somebody else has the lock */
	uint32_t pools[4];
	unsigned int npools;
	struct world_domain domains[WORLD_DOMAINS];

	enum world_daemon daemon;
	bool stopped;		/* by SIGSTOP: there, and does not answer */
	bool bus;		/* /dev/xen/xenbus leads to one elsewhere */
	bool odd_socket;	/* what stands in its place is not trusted */
	int slow_ms;		/* what each request takes it */
	int64_t daemon_at;	/* when it comes up, -1: never */
	int daemon_ms;		/* handshake of DAEMON_OCAML */
	struct world_tree tree, tx;
	struct world_tree begun;	/* as it was when TX began */
	bool open, in_tx;
	unsigned int conflicts;	/* commits that will find interference */
	uint32_t port_seen;	/* in the page, at the latest introduction */
	char odd_path[64], odd[4096];	/* a node outside of the tree */

	struct link links[WORLD_LINKS];	/* dom0's; no name: none */
	unsigned int loops;		/* devices that were made of files */
	bool served;			/* the backends have opened all disks */

	char identity_file[64], identity[256];	/* of the board */
	char kernel_line[512];	/* /proc/cmdline; "": there is none */
	bool file_calls;	/* those below userdata_dir are calls, too */
	int dtb_rc;
	unsigned int dtb_domains;
	uint32_t dtb_cpus;	/* that it declares; 0: what they have */

	void (*meanwhile)(void);	/* after Xen was asked, and before
				 * xenstored is; once */
	int64_t later;		/* when this happens, 0: never */
	void (*happens)(void);

	struct world_fault fault;
	unsigned int calls, changes, mapped, kicks, introductions;
	size_t journal_size;
	char journal[WORLD_JOURNAL];
	char wrong[256];	/* the first rule that was broken, "" none */
	bool can_jump;
};

extern struct world *world;
extern jmp_buf world_death;	/* where dying leads if .can_jump */

/* Xen 4.MINOR, xenstored running, domain 0 alone. */
void world_reset(unsigned int minor);

/* A domain as this Xen makes it at boot, enhanced. */
struct world_domain *world_boot(uint16_t domid);
/* A direct-mapped one before 4.21, whose RAM spans the frame at which others
 * have their xenstore page, and BESIDE; is that RAM as it was? */
struct world_domain *world_boot_direct(uint16_t domid, uint64_t beside);
bool world_ram_is_whole(struct world_domain *domain);
/* One without xen,enhanced; one of xl. */
struct world_domain *world_boot_plain(uint16_t domid);
struct world_domain *world_xl(uint16_t domid);

struct world_domain *world_find(uint16_t domid);

/* The 4 KiB at GFN, NULL if there is none; add one. */
uint8_t *world_page(struct world_domain *domain, uint64_t gfn);
uint8_t *world_add_page(struct world_domain *domain, uint64_t gfn);

/* A network interface, and it again; NULL: there are too many. */
struct link *world_link(const char *name, bool bridge);

/* Fields of a ring page by their offsets, public/io/xs_wire.h. */
enum {
	RING_REQ_CONS = 2048, RING_REQ_PROD = 2052, RING_RSP_CONS = 2056,
	RING_RSP_PROD = 2060, RING_CONNECTION = 2068, RING_ERROR = 2072,
	RING_PORT = 2076,
};
uint32_t world_ring(struct world_domain *domain, unsigned int offset);
void world_ring_set(struct world_domain *domain, unsigned int offset,
		    uint32_t value);

/* Raise an event in the guest. */
void world_event(struct world_domain *domain);

/* Nodes as they are committed. NULL: there is no such node. */
const char *world_read(const char *path);
const char *world_perms(const char *path);
int world_write(const char *path, const char *value, const char *perms);
void world_remove(const char *path);	/* with all below */
int tree_put(struct world_tree *tree, const char *path, const char *value,
	     bool keep);
struct world_node *tree_find(struct world_tree *tree, const char *path);

/* The clock goes on, and what is due happens. */
void world_pass(int64_t ms);

/*
 * One call of a wrapper. What it returns, if not 0, the wrapper returns. The
 * kind is the first letter of its line in the journal.
 */
enum world_kind {
	CALL_READ = ' ',
	CALL_CHANGE = '!',	/* something outside the process changes */
};
int world_call(enum world_kind kind, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int world_done(int rc);		/* the wrapper returns RC */
/* One that cannot fail. */
int world_sure(enum world_kind kind, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A rule was broken. */
void world_wrong(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* Forget the journal, the counters and the fault; the world stays. */
void world_forget(void);

/* The lines of all changes since, in BUF. */
char *world_changes(char *buf, size_t size);

/* How many lines of the journal begin with this. */
unsigned int world_count(const char *call);

/* No node of DOMID but these is there, and they are as libxl would have made
 * them. NULL, or what is wrong. */
struct nodes;
const char *world_check_nodes(const struct nodes *nodes);

/* xenstored serves the domain, which is called webN; its guest has spoken. */
void world_serve(struct world_domain *domain);
void world_speak(struct world_domain *domain);

/*
 * Every state a domain can be in, some in more than one way: the word, what
 * its sentence says, and the step that is next, with xenstored and without.
 */
struct world_state {
	unsigned int minor;
	const char *what, *word, *means, *next, *blind_word, *blind_next;
	void (*make)(uint16_t domid);
};
extern const struct world_state world_states[];
extern const unsigned int world_nstates;

/* A new world with domains 1, 2... in states FROM and following; how many. */
unsigned int world_begin(unsigned int from);

/* Is all not well with a domain in this state, which is called WORD? */
bool world_is_bad(const struct world_state *state, const char *word);

/* All that an observer must leave alone, in a buffer of its own until the
 * next call; true if it is the same as then. */
void world_remember(void);
bool world_is_unchanged(void);

/* What dies with a process: mappings, files, connections. */
void world_process_ends(void);
void files_close_all(void);

#endif
