/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HYP_H
#define HYP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The hypervisor in plain types. Every function that returns int gives 0 or
 * -errno, Xen's own error number where Xen refused, and prints nothing.
 * A domid is 0 to HYP_DOMID_LAST; a gfn is a guest frame number in 4 KiB.
 */

/* The last domid a domain can have: DOMID_FIRST_RESERVED - 1, public/xen.h. */
#define HYP_DOMID_LAST 0x7fefu

/* A frame number that stands for "none": HVM_PARAM_STORE_PFN before the late
 * initialisation (docs/features/dom0less.pandoc). */
#define HYP_NO_FRAME (~(uint64_t)0)

/* The domctl interface versions that can be spoken: Xen 4.12 to 4.22. */
#define HYP_DOMCTL_KNOWN "0x11 to 0x18"

/* A page of Xen has four KiB on Arm, whatever one of the kernel has. */
enum { HYP_PAGE_KIB = 4 };

/* HVM parameters, public/hvm/params.h. */
enum hyp_param {
	HYP_STORE_PFN = 1,
	HYP_MAGIC_PFN = 3,	/* only some vendors' Xen has it */
	HYP_STORE_EVTCHN = 2,
	HYP_CONSOLE_PFN = 17,
};

/* Bits of struct hyp_domain.flags: XEN_DOMINF_*, public/domctl.h. */
enum {
	HYP_DYING = 1 << 0,
	HYP_SHUTDOWN = 1 << 2,
	HYP_PAUSED = 1 << 3,
	HYP_BLOCKED = 1 << 4,
	HYP_RUNNING = 1 << 5,
	HYP_XS_DOMAIN = 1 << 7,
	/* where they say why it shut down */
	HYP_REASON_SHIFT = 16,
	HYP_REASON_MASK = 0xff,
};

/* SHUTDOWN_*, public/sched.h: why a domain shut down. */
enum hyp_reason {
	HYP_POWEROFF = 0,
	HYP_REBOOT = 1,
	HYP_SUSPEND = 2,
	HYP_CRASH = 3,
	HYP_WATCHDOG = 4,
	HYP_SOFT_RESET = 5,
};

/* What Xen tells of a domain. */
struct hyp_domain {
	uint16_t domid;
	bool full;		/* false: no domctl, only domid and pages */
	uint32_t flags;
	uint64_t tot_pages;	/* 4 KiB pages it has */
	uint64_t max_pages;	/* 4 KiB pages it may have */
	uint64_t outstanding_pages;
	uint64_t cpu_time;	/* ns, all vCPUs together */
	uint32_t online_vcpus;
	uint32_t max_vcpu_id;	/* an id, not a count; ~0: no vCPU */
	uint32_t cpupool;	/* an id */
	uint8_t handle[16];	/* the UUID, all zero if nobody set one */
};

/* Where we are. */
struct hyp_about {
	unsigned int major, minor;	/* of Xen */
	char extra[16];			/* ".7", Debian's suffix... */
	unsigned int domctl;		/* interface version, 0: unknown */
	unsigned int domctl_met;	/* if DOMCTL is 0: Xen's, or 0, too */
	unsigned int sysctl;		/* interface version, 0: unknown */
	uint16_t self;			/* our own domid */
};

/* State of a domain's event channel: EVTCHNSTAT_*, public/event_channel.h. */
enum hyp_evtchn_state {
	HYP_EVTCHN_CLOSED = 0,
	HYP_EVTCHN_UNBOUND = 1,
	HYP_EVTCHN_BOUND = 2,	/* interdomain */
	HYP_EVTCHN_OTHER,
};

struct hyp_evtchn {
	enum hyp_evtchn_state state;
	uint16_t remote;	/* domid at the other end, or allowed there */
	uint32_t remote_port;	/* if bound: the other end's port */
};

/* Entry of a version 1 grant table, public/grant_table.h. */
struct hyp_grant {
	uint16_t flags;		/* GTF_* */
	uint16_t domid;		/* who may map it */
	uint32_t gfn;
};

/* GTF_permit_access, and the bits Xen sets while it is mapped. */
#define HYP_GRANT_TYPE 3u
#define HYP_GRANT_ACCESS 1u
#define HYP_GRANT_IN_USE (3u << 3)

/*
 * The xenstore ring page, public/io/xs_wire.h. The guest can write all of it:
 * a snapshot is data, never an index into anything.
 */
struct hyp_ring {
	uint32_t req_cons, req_prod, rsp_cons, rsp_prod;
	uint32_t features;	/* that the server advertises */
	uint32_t connection;	/* 0: connected, 1: reconnect */
	uint32_t error;
	uint32_t port;		/* evtchn_port, from Xen 4.21 on: see below */
};

/*
 * Open the hypervisor and learn what struct hyp_about tells. -ENODEV: no Xen;
 * -EPERM: this is no control domain; else what /dev/xen/privcmd answered.
 * An interface version nobody has seen is not an error here.
 */
int hyp_open(void);
/* Not needed before the process ends: its end does the same in less time. */
void hyp_close(void);
const struct hyp_about *hyp_about(void);

/*
 * Be the only process with this lock until hyp_unlock() or death; it is a lock
 * on the device, so nothing is left behind. -EWOULDBLOCK: another has it.
 */
int hyp_lock(void);
void hyp_unlock(void);

/* True if Xen is at least MAJOR.MINOR. */
bool hyp_at_least(unsigned int major, unsigned int minor);

/*
 * Fill OUT with up to MAX domains, FIRST and above, in domid order. Returns
 * how many, 0 after the last, or -errno.
 */
int hyp_domains(uint16_t first, struct hyp_domain *out, unsigned int max);

/* -ESRCH: no such domain. */
int hyp_param_get(uint16_t domid, enum hyp_param param, uint64_t *value);
int hyp_param_set(uint16_t domid, enum hyp_param param, uint64_t value);

/* COUNT of them, HYP_PARAMS_MAX at most, one after the other, in one call. */
enum { HYP_PARAMS_MAX = 3 };
int hyp_params_get(uint16_t domid, const enum hyp_param *params,
		   uint64_t *values, unsigned int count);

/* The domain's own PORT. Changes nothing. */
int hyp_evtchn_status(uint16_t domid, uint32_t port, struct hyp_evtchn *status);

/* Raise an event at the other end of our own domain's PORT. */
int hyp_evtchn_send(uint32_t port);

/*
 * The id of the first CPU pool from *ID on, in *ID. -ENOENT: there is none;
 * -EPROTONOSUPPORT: no sysctl.
 */
int hyp_cpupool(uint32_t *id);

/* Let the domain have PAGES pages of 4 KiB. -EPROTONOSUPPORT: no domctl. */
int hyp_set_max_pages(uint16_t domid, uint64_t pages);

/* Set the domain's handle. -EPROTONOSUPPORT: no domctl. */
int hyp_set_handle(uint16_t domid, const uint8_t handle[16]);

/* Stop all of its vCPUs; destroy it. -EAGAIN: Xen has more of that to do, call
 * again. -EPROTONOSUPPORT: no domctl. */
int hyp_pause(uint16_t domid);
int hyp_destroy(uint16_t domid);

/*
 * Give the domain one page at GFN. Xen names no reason: -ENOMEM if refused.
 * -EADDRINUSE: Xen reported success and added no page, so what is at GFN is the
 * guest's own RAM, which must not be touched.
 */
int hyp_populate(uint16_t domid, uint64_t gfn);

/*
 * Map one frame of the domain, read-only unless WRITE. -EINVAL or -ENOENT:
 * there is no page at GFN. To be unmapped soon: it costs dom0 a page.
 */
int hyp_map(uint16_t domid, uint64_t gfn, bool write, void **page);

/*
 * What is unmapped, and grant tables that have been looked at, is given back
 * later. A domain that is destroyed stays in Xen's list until then (xen/FACTS,
 * dying).
 */
void hyp_unmap(void *page);
void hyp_give_back(void);

/* Each field of the mapped ring PAGE, read once. */
void hyp_ring_get(const void *page, struct hyp_ring *ring);

/* Zero the mapped ring PAGE and set its connection field to reconnect. Only
 * for a page that no guest and no xenstored can be using yet. */
void hyp_ring_clear(void *page);

/* Store VALUE in the connection field, after all that was stored before. */
void hyp_ring_set_connection(void *page, uint32_t value);

/*
 * Store PORT in the evtchn_port field (offset 2076), after all that was stored
 * before. C xenstored from 4.21 on takes a domain's event channel from there,
 * if it is not 0, and not from the introduction: introduce_domain(),
 * tools/xenstored/domain.c:1125 in 4.22. Older ones do not look.
 */
void hyp_ring_set_port(void *page, uint32_t port);

/*
 * Read or write entry REF (< 512) of the domain's grant table. -EOPNOTSUPP:
 * this Xen or this kernel cannot reach it; -EAGAIN: the guest has not set its
 * table up yet. A write stores the flags last, so that Xen and the guest never
 * see half an entry; it leaves one alone that says the same, and -EBUSY one
 * that says something else while somebody uses it.
 */
int hyp_grant_get(uint16_t domid, unsigned int ref, struct hyp_grant *grant);
int hyp_grant_set(uint16_t domid, unsigned int ref,
		  const struct hyp_grant *grant);

#endif
