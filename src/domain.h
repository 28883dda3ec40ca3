/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DOMAIN_H
#define DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "hyp.h"

/*
 * One domain as it can be observed, and the state that follows from it. The
 * words of the states are part of the interface: scripts read them.
 */
enum domain_state {
	DOMAIN_GONE,
	DOMAIN_UNKNOWN,		/* looking at it failed */
	DOMAIN_SELF,
	DOMAIN_DYING,
	DOMAIN_SUSPENDED,
	DOMAIN_PLAIN,
	DOMAIN_XL,
	DOMAIN_FOREIGN,
	DOMAIN_CLOSED,
	DOMAIN_UNSUPPORTED,
	DOMAIN_STALE,
	DOMAIN_WAITING,
	DOMAIN_PARTIAL,
	DOMAIN_INTRODUCED,
	DOMAIN_NAMELESS,
	DOMAIN_READY,
	DOMAIN_CONNECTED,
	DOMAIN_STATES,
};

/* What init-dom0less does about a state. */
enum domain_action {
	DOMAIN_IGNORE,		/* none of its business */
	DOMAIN_ATTACH,		/* take every step that is still needed */
	DOMAIN_ATTACH_NOTE,	/* the same, and say the sentence */
	DOMAIN_REFUSE,		/* explain; a failure */
};

/* The facts that decide, one bit each. */
enum {
	FACT_SELF = 1 << 0,	/* the domain we run in, dom0, xenstore's own */
	FACT_DYING = 1 << 1,	/* being destroyed, or it has ended */
	FACT_EVTCHN = 1 << 2,	/* HVM_PARAM_STORE_EVTCHN is not 0 */
	FACT_CONSOLE = 1 << 3,	/* HVM_PARAM_CONSOLE_PFN is not 0 */
	FACT_NO_PFN = 1 << 4,	/* HVM_PARAM_STORE_PFN is ~0 */
	FACT_PFN = 1 << 5,	/* it is a frame number */
	FACT_PAGE = 1 << 6,	/* the ring page can be mapped */
	FACT_UNBOUND = 1 << 7,	/* the event channel waits for xenstored */
	FACT_BOUND = 1 << 8,	/* xenstored holds the other end */
	FACT_FOREIGN = 1 << 9,	/* the other end is not our domain's */
	FACT_STORE = 1 << 10,	/* xenstored could be asked */
	FACT_INTRODUCED = 1 << 11, /* xenstored serves the domain */
	FACT_RECONNECT = 1 << 12, /* ring: connection is not 0 */
	FACT_SPOKEN = 1 << 13,	/* ring: an index is not 0 */
	FACT_NODES = 1 << 14,	/* its name and its vm node are there */
	FACT_SOME_NODES = 1 << 15, /* at least one node is there */
	FACT_STATIC = 1 << 16,	/* direct-map or static-mem, Xen < 4.21 */
	FACT_HANDLE = 1 << 17,	/* somebody gave it a handle: its UUID */
	FACT_GRANT = 1 << 18,	/* the grant entry gives xenstored the page */
	FACT_STRANGER = 1 << 19, /* xenstored does not find it in Xen */
	FACT_LISTED = 1 << 20,	/* something of it may be in xenstore */
	FACT_RAM = 1 << 21,	/* the page found lies amid the guest's RAM */
	FACT_ASKED = 1 << 22,	/* xenstored answered, at least for its name */
	FACT_ENDED = 1 << 23,	/* shut down for good, by itself */
	FACT_SUSPENDED = 1 << 24, /* shut down until somebody resumes it */
	FACT_DONE = 1 << 25,	/* the last node, for which scripts wait, is
				 * there */
	FACT_OWNED = 1 << 26,	/* it may itself change its name or vm node */
	FACT_REACHED = 1 << 27,	/* FOREIGN, and yet its xenstored is reached */
};

/* One row of the decision table: the first that fits a domain decides. */
struct domain_rule {
	uint32_t need;		/* facts that must hold */
	uint32_t lack;		/* facts that must not */
	enum domain_state state;
	enum domain_action action;
	const char *sentence;	/* what it means and what to do */
};

enum {
	/* Longer names are cut when read; xl's own limit is xenstore's. */
	DOMAIN_NAME_MAX = 256,
	/* The page's place in a domain that has none yet (xen/FACTS, magic):
	 * GUEST_MAGIC_BASE + one page, where Xen >= 4.21 puts it as well. */
	DOMAIN_MAGIC_GFN = 0x39001,
	/* 16 frames below and above GUEST_MAGIC_BASE. Single pages are closer:
	 * toolstacks put up to four from there on, and a small kernel has its
	 * shared info just below. No bank of RAM is as small as this. */
	DOMAIN_BELOW_MAGIC = 0x38ff0,
	DOMAIN_ABOVE_MAGIC = 0x39010,
	/* Pages. Xen gives a domain whole MiB, nearly always: what is left of
	 * them tells whether a page was added to it, domain.c. */
	DOMAIN_MIB = 256,
	/* GNTTAB_RESERVED_XENSTORE, public/grant_table.h. */
	DOMAIN_GRANT_REF = 1,
};

struct domain {
	struct hyp_domain info;
	uint64_t evtchn;	/* HVM_PARAM_STORE_EVTCHN, a port */
	uint64_t pfn;		/* HVM_PARAM_STORE_PFN, a gfn */
	uint64_t console;	/* HVM_PARAM_CONSOLE_PFN, a gfn */
	uint64_t gfn;		/* the ring page: PFN, or where it belongs */
	struct hyp_evtchn channel;
	struct hyp_ring ring;
	struct hyp_grant grant;	/* for xenstored, while it has not mapped it */
	bool grant_known;
	void *page;		/* mapped ring, NULL if it is not */
	char name[DOMAIN_NAME_MAX];	/* "" if it has none */
	char vm[64];		/* value of its vm node, "" if none */
	char type[8];		/* of its libxl entry, the last node written */
	uint32_t facts;
	const struct domain_rule *rule;
	int rc;			/* of observing it: 0, or -errno and */
	const char *step;	/* what could not be done */
};

/* How many domains are observed at once: the questions about them make one
 * round trip to xenstored. */
enum { DOMAIN_BATCH = 32 };

/* How deep to look. */
enum {
	DOMAIN_LOOK_STORE = 1 << 0,	/* ask xenstored; it is connected */
	DOMAIN_LOOK_WRITE = 1 << 1,	/* map the ring for writing */
};

/* The word for STATE. */
const char *domain_state_word(enum domain_state state);

/* What its state means and what to do, with the numbers of this domain. */
const char *domain_sentence(const struct domain *domain);

/* The row that fits FACTS; the table has one for every combination. */
const struct domain_rule *domain_decide(uint32_t facts);

/* Read DOMAIN's parameters and event channel, enough for domain_is_enhanced()
 * and FACT_FOREIGN; .info is filled in. 0, -ESRCH if it vanished, or -errno
 * with .step. */
int domain_glance(struct domain *domain);

/* Read only the names of COUNT domains, "" for none, and whether they may
 * change them themselves: FACT_OWNED. 0, or -errno with the .rc and .step of
 * those that have none for that. */
int domain_read_names(struct domain *domains, unsigned int count);

/*
 * Observe COUNT domains, DOMAIN_BATCH at most, whose .info is filled in:
 * everything else of them, ending with .rule and .rc. Changes nothing. One
 * that fails is DOMAIN_UNKNOWN; one that vanished is no failure but
 * DOMAIN_GONE.
 */
void domain_observe(struct domain *domains, unsigned int count,
		    unsigned int look);

/* May xenstore have nodes of this UUID? As of the last observation. */
bool domain_uuid_is_listed(const char *uuid);

/* Ask Xen about it anew, -ESRCH: it is gone; or whether it is gone or going.
 * One that suspended itself is neither. */
int domain_ask(const struct domain *domain, struct hyp_domain *now);
bool domain_is_going(const struct domain *domain);

/* Does GRANT give xenstored the domain's ring page? */
bool domain_grant_is_good(const struct domain *domain,
			  const struct hyp_grant *grant);

/* Read the mapped ring again, and the facts that come from it. */
void domain_look_at_ring(struct domain *domain);

/* Give back what observing holds. */
void domain_release(struct domain *domain);

/* Has a guest ended, by what Xen tells, and why? NULL: it has not. One that is
 * being destroyed is the toolstack's affair, whatever it did before. */
const struct domain_rule *domain_end(const struct hyp_domain *info);

/* True if the domain was created by Xen at boot, with a xenstore to come. */
static inline bool domain_is_enhanced(const struct domain *domain)
{
	return (domain->facts & (FACT_EVTCHN | FACT_CONSOLE | FACT_DYING)) ==
	       FACT_EVTCHN;
}

/* True if it was, and has ended: nobody serves it any more. */
static inline bool domain_is_lost(const struct domain *domain)
{
	return (domain->facts & (FACT_EVTCHN | FACT_CONSOLE | FACT_ENDED |
				 FACT_SELF)) == (FACT_EVTCHN | FACT_ENDED);
}

#endif
