/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>

#include <xenctrl.h>
#include <xencall.h>
#include <xenforeignmemory.h>
#include <xentoollog.h>
#include <xen/domctl.h>
#include <xen/event_channel.h>
#include <xen/features.h>
#include <xen/grant_table.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/io/xs_wire.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/sysctl.h>
#include <xen/version.h>

#include "hyp.h"

/*
 * libxenctrl serves the calls whose ABI never changes. domctl and sysctl have
 * an interface version (xen/FACTS, abi). They go through libxencall, with the
 * version that is found at run time. This file touches only bytes of their
 * structures that stand in the same place in every release, so the release of
 * the headers that it was compiled with does not matter.
 */
#define GDI(field) offsetof(struct xen_domctl_getdomaininfo, field)
_Static_assert(offsetof(struct xen_domctl, u) == 16, "domctl header");
_Static_assert(sizeof(((struct xen_domctl *)0)->u) == 128, "domctl payload");
_Static_assert(GDI(flags) == 4 && GDI(tot_pages) == 8, "getdomaininfo");
_Static_assert(GDI(outstanding_pages) == 24, "getdomaininfo");
_Static_assert(GDI(cpu_time) == 56 && GDI(handle) == 76, "getdomaininfo");
_Static_assert(GDI(cpupool) == 92, "getdomaininfo");
_Static_assert(sizeof(struct evtchn_status) == 24, "EVTCHNOP_status");
_Static_assert(sizeof(struct evtchn_alloc_unbound) == 8, "alloc_unbound");
_Static_assert(sizeof(struct grant_entry_v1) == 8, "grant entry v1");

/*
 * On Arm a frame number and a pointer in a hypercall have 64 bits, for a
 * program of 32 bits, too. So the layout of a hypercall is the same for both.
 */
_Static_assert(sizeof(xen_pfn_t) == 8, "frame number");
#define LIST(field) offsetof(struct xen_sysctl, u.getdomaininfolist.field)
_Static_assert(LIST(first_domain) == 8 && LIST(max_domains) == 12, "sysctl");
_Static_assert(LIST(buffer) == 16 && LIST(num_domains) == 24, "sysctl");
_Static_assert(offsetof(struct gnttab_setup_table, status) == 8 &&
	       offsetof(struct gnttab_setup_table, frame_list) == 16 &&
	       sizeof(struct gnttab_setup_table) == 24, "setup_table");
_Static_assert(offsetof(struct xenstore_domain_interface, req_cons) == 2048 &&
	       offsetof(struct xenstore_domain_interface, connection) == 2068 &&
	       offsetof(struct xenstore_domain_interface, error) == 2072,
	       "ring");

/* The public numbers that hyp.h promises in plain form. */
_Static_assert(HYP_DOMID_LAST == DOMID_FIRST_RESERVED - 1, "last domid");
_Static_assert(HYP_STORE_PFN == HVM_PARAM_STORE_PFN, "param");
_Static_assert(HYP_STORE_EVTCHN == HVM_PARAM_STORE_EVTCHN, "param");
_Static_assert(HYP_CONSOLE_PFN == HVM_PARAM_CONSOLE_PFN, "param");
_Static_assert(HYP_DYING == XEN_DOMINF_dying, "flag");
_Static_assert(HYP_SHUTDOWN == XEN_DOMINF_shutdown, "flag");
_Static_assert(HYP_PAUSED == XEN_DOMINF_paused, "flag");
_Static_assert(HYP_BLOCKED == XEN_DOMINF_blocked, "flag");
_Static_assert(HYP_RUNNING == XEN_DOMINF_running, "flag");
_Static_assert(HYP_XS_DOMAIN == XEN_DOMINF_xs_domain, "flag");
_Static_assert(HYP_REASON_SHIFT == XEN_DOMINF_shutdownshift &&
	       HYP_REASON_MASK == XEN_DOMINF_shutdownmask, "flags");
_Static_assert(HYP_POWEROFF == SHUTDOWN_poweroff, "reason");
_Static_assert(HYP_REBOOT == SHUTDOWN_reboot, "reason");
_Static_assert(HYP_SUSPEND == SHUTDOWN_suspend, "reason");
_Static_assert(HYP_CRASH == SHUTDOWN_crash, "reason");
_Static_assert(HYP_WATCHDOG == SHUTDOWN_watchdog, "reason");
_Static_assert(HYP_SOFT_RESET == SHUTDOWN_soft_reset, "reason");
_Static_assert(HYP_GRANT_ACCESS == GTF_permit_access, "grant flags");
_Static_assert(HYP_GRANT_IN_USE == (GTF_reading | GTF_writing), "grant flags");

/* The interface versions of every release of Xen 4 (xen/FACTS, abi). */
static const struct abi {
	uint8_t minor, domctl, sysctl;
} abis[] = {
	{ 12, 0x11, 0x12 }, { 13, 0x12, 0x12 }, { 14, 0x12, 0x13 },
	{ 15, 0x13, 0x13 }, { 16, 0x14, 0x14 }, { 17, 0x15, 0x15 },
	{ 18, 0x16, 0x15 }, { 19, 0x17, 0x15 }, { 20, 0x17, 0x15 },
	{ 21, 0x17, 0x16 }, { 22, 0x18, 0x16 },
};

enum {
	ABIS = sizeof(abis) / sizeof(*abis),
	BUFFER_SIZE = 4096,
	PAGE = 4096,
	UNNEEDED_MAX = 256,
	/* getdomaininfo grew by 8 bytes in 4.16, sysctl 0x14 */
	GDI_OLD = 112, GDI_NEW = 120, SYSCTL_GDI_NEW = 0x14,
	/* The last version that is tried. Twenty years of Xen made 0x18. */
	DOMCTL_MET_MAX = 0xff,
	PRIVILEGE_TRIES = 64,	/* domains that Flask may deny */
	LIST_AT = 256,		/* where in the buffer a list stands */
	PORT_AT = 2076,		/* evtchn_port, xs_wire.h of 4.21 and later */
};
_Static_assert(HYP_PARAMS_MAX * sizeof(multicall_entry_t) <= LIST_AT,
	       "calls stand in front of their arguments");

static xc_interface *xc;
static xencall_handle *xcall;
static xenforeignmemory_handle *fmem;
static void *buffer;		/* one page that Xen may read and write */
static struct hyp_about about;

/* A library logs nothing. A failure comes back as a number, and the applet
 * tells the user. */
static void say_nothing(struct xentoollog_logger *logger,
			xentoollog_level level, int errnoval,
			const char *context, const char *format, va_list al)
{
	(void)logger, (void)level, (void)errnoval;
	(void)context, (void)format, (void)al;
}

static struct xentoollog_logger silent = { .vmessage = say_nothing };

/* A call of a library failed: why, as -errno. */
static int hyp_failure(void)
{
	return errno ? -errno : -EIO;
}

/* A hypercall OP(CMD, pointer to ARG); ARG is copied in and out. */
static int call(unsigned int op, unsigned int cmd, void *arg, size_t size)
{
	int r;

	memcpy(buffer, arg, size);
	r = xencall2(xcall, op, cmd, (uintptr_t)buffer);
	if (r < 0)
		return hyp_failure();
	memcpy(arg, buffer, size);
	return r;
}

/* A domctl has its command inside the structure. */
static int domctl_as(unsigned int version, struct xen_domctl *op)
{
	int r;

	op->interface_version = version;
	memcpy(buffer, op, sizeof(*op));
	r = xencall1(xcall, __HYPERVISOR_domctl, (uintptr_t)buffer);
	if (r < 0)
		return hyp_failure();
	memcpy(op, buffer, sizeof(*op));
	return 0;
}

static int domctl(struct xen_domctl *op)
{
	return about.domctl ? domctl_as(about.domctl, op) : -EPROTONOSUPPORT;
}

static int domctl_info(unsigned int version, uint16_t domid,
		       struct xen_domctl *op)
{
	*op = (struct xen_domctl){
		.cmd = XEN_DOMCTL_getdomaininfo, .domain = domid,
	};
	return domctl_as(version, op);
}

/* Where the list of a call that takes one stands in the buffer. */
static void *list_at(void)
{
	return (uint8_t *)buffer + LIST_AT;
}

/* Returns how many domains the list holds, or -errno. */
static int sysctl_domains(unsigned int version, uint16_t first,
			  unsigned int max)
{
	struct xen_sysctl *op = buffer;
	int r;

	memset(buffer, 0, LIST_AT);
	op->cmd = XEN_SYSCTL_getdomaininfolist;
	op->interface_version = version;
	op->u.getdomaininfolist.first_domain = first;
	op->u.getdomaininfolist.max_domains = max;
	set_xen_guest_handle_raw(op->u.getdomaininfolist.buffer,
				 list_at());
	r = xencall1(xcall, __HYPERVISOR_sysctl, (uintptr_t)buffer);
	if (r < 0)
		return hyp_failure();
	if (op->u.getdomaininfolist.num_domains > max)
		return -EPROTO;
	return (int)op->u.getdomaininfolist.num_domains;
}

/* Is VERSION the one of this Xen? A wrong one changes nothing: Xen refuses it
 * first, with EACCES (xen/FACTS, abi). */
static bool domctl_works(unsigned int version)
{
	struct xen_domctl op;
	int rc = domctl_info(version, 0, &op);

	return !rc || rc == -ESRCH;
}

static bool sysctl_works(unsigned int version)
{
	return sysctl_domains(version, 0, 1) >= 0;
}

/*
 * Which version has a Xen whose version is not known here? Try all of them,
 * with a command that no release has: Xen compares the version before it looks
 * at the command. 0: it has none of them.
 */
static unsigned int meet_domctl(void)
{
	struct xen_domctl op = { .cmd = ~0u, .domain = DOMID_INVALID };
	unsigned int version;

	if (domctl_as(~0u, &op) != -EACCES)
		return 0;
	for (version = 1; version <= DOMCTL_MET_MAX; version++)
		if (domctl_as(version, &op) != -EACCES)
			return version;
	return 0;
}

/*
 * Find the interface versions. The first turn tries those of the release that
 * Xen says it is, the second turn all. The second tries the first ones again,
 * in case the call had failed for another reason.
 */
static void probe_abis(void)
{
	unsigned int i, turn;

	for (turn = 0; turn < 2; turn++) {
		for (i = 0; i < ABIS; i++) {
			bool own = about.major == 4 &&
				   abis[i].minor == about.minor;

			if (!own && !turn)
				continue;
			if (!about.domctl && domctl_works(abis[i].domctl))
				about.domctl = abis[i].domctl;
			if (!about.sysctl && sysctl_works(abis[i].sysctl))
				about.sysctl = abis[i].sysctl;
		}
	}
	if (!about.domctl)
		about.domctl_met = meet_domctl();
}

/* No call tells our own domid. The status of an event channel to ourselves
 * does. */
static int probe_self(void)
{
	struct evtchn_alloc_unbound alloc = {
		.dom = DOMID_SELF, .remote_dom = DOMID_SELF,
	};
	struct evtchn_status status = { .dom = DOMID_SELF };
	struct evtchn_close close;
	int rc;

	rc = call(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound,
		  &alloc, sizeof(alloc));
	if (rc < 0)
		return rc;
	status.port = close.port = alloc.port;
	rc = call(__HYPERVISOR_event_channel_op, EVTCHNOP_status, &status,
		  sizeof(status));
	if (!rc)
		about.self = status.u.unbound.dom;
	call(__HYPERVISOR_event_channel_op, EVTCHNOP_close, &close,
	     sizeof(close));
	return rc;
}

static int probe_version(void)
{
	struct xen_feature_info features = { .submap_idx = 0 };
	int r = xc_version(xc, XENVER_version, NULL);

	if (r < 0)
		return hyp_failure();
	about.major = (unsigned int)r >> 16;
	about.minor = (unsigned int)r & 0xffff;
	r = xc_version(xc, XENVER_extraversion, about.extra);
	about.extra[sizeof(about.extra) - 1] = '\0';
	if (r < 0)
		return hyp_failure();
	/* before 4.21 the hardware domain is always domain 0 */
	if (xc_version(xc, XENVER_get_features, &features) < 0)
		return hyp_failure();
	if (features.submap & (1u << XENFEAT_dom0) && !hyp_at_least(4, 21))
		return 0;
	return probe_self();
}

/*
 * Are we a control domain? Anybody may ask for Xen's version, but only a
 * control domain for the parameter of another domain: Xen says EPERM to the
 * rest. A policy of Flask says EACCES (avc_has_perm()), and may deny one
 * domain and allow the next.
 */
static int probe_privilege(void)
{
	bool denied = false;
	unsigned int domid;
	uint64_t value;
	int rc;

	for (domid = 1; domid <= PRIVILEGE_TRIES; domid++) {
		if (domid == about.self)
			continue;
		rc = hyp_param_get((uint16_t)domid, HYP_STORE_EVTCHN, &value);
		if (rc == -EPERM)
			return rc;
		/* one that is not there tells nothing about the policy */
		if (rc != -EACCES && !(rc == -ESRCH && denied))
			return 0;
		denied = true;
	}
	return -EPERM;
}

int hyp_open(void)
{
	int rc;

	errno = 0;
	xc = xc_interface_open(&silent, &silent, XC_OPENFLAG_NON_REENTRANT);
	if (!xc) {
		if (errno == ENOENT || errno == ENXIO || !errno)
			return -ENODEV;
		return hyp_failure();
	}
	xcall = xc_interface_xcall_handle(xc);
	fmem = xc_interface_fmem_handle(xc);
	buffer = xencall_alloc_buffer(xcall, BUFFER_SIZE);
	rc = buffer ? probe_version() : hyp_failure();
	if (!rc)
		rc = probe_privilege();
	if (!rc)
		probe_abis();
	else
		hyp_close();
	return rc;
}

/*
 * Mappings that nobody needs any more, and that are not given back yet. When
 * one is given back, the kernel at once asks Xen for a page to take its place.
 * So all are given back together, when there is time or at the end of the
 * process.
 */
static struct mapping {
	xenforeignmemory_resource_handle *resource;	/* or, without one, */
	void *page;
} unneeded[UNNEEDED_MAX];
static unsigned int nunneeded;

void hyp_give_back(void)
{
	struct mapping *mapping;

	for (; nunneeded; nunneeded--) {
		mapping = &unneeded[nunneeded - 1];
		if (mapping->resource)
			xenforeignmemory_unmap_resource(fmem,
							mapping->resource);
		else
			xenforeignmemory_unmap(fmem, mapping->page, 1);
	}
}

static void give_back_later(const struct mapping *mapping)
{
	if (nunneeded == UNNEEDED_MAX)
		hyp_give_back();
	unneeded[nunneeded++] = *mapping;
}

void hyp_close(void)
{
	if (!xc)
		return;
	hyp_give_back();
	if (buffer)
		xencall_free_buffer(xcall, buffer);
	xc_interface_close(xc);
	memset(&about, 0, sizeof(about));
	xc = NULL;
	buffer = NULL;
}

int hyp_lock(void)
{
	return flock(xencall_fd(xcall), LOCK_EX | LOCK_NB) ? hyp_failure() : 0;
}

void hyp_unlock(void)
{
	flock(xencall_fd(xcall), LOCK_UN);
}

const struct hyp_about *hyp_about(void)
{
	return &about;
}

bool hyp_at_least(unsigned int major, unsigned int minor)
{
	return about.major > major ||
	       (about.major == major && about.minor >= minor);
}

static void decode(struct hyp_domain *out, const void *raw)
{
	struct xen_domctl_getdomaininfo info = { 0 };

	memcpy(&info, raw, GDI(cpupool) + sizeof(info.cpupool));
	out->domid = info.domain;
	out->full = true;
	out->flags = info.flags;
	out->tot_pages = info.tot_pages;
	out->max_pages = info.max_pages;
	out->outstanding_pages = info.outstanding_pages;
	out->cpu_time = info.cpu_time;
	out->online_vcpus = info.nr_online_vcpus;
	out->max_vcpu_id = info.max_vcpu_id;
	out->cpupool = info.cpupool;
	memcpy(out->handle, info.handle, sizeof(out->handle));
}

/* Can DOMID be what Xen answers, when it was asked for domains from FIRST
 * on? */
static bool is_domid(uint16_t domid, uint16_t first)
{
	return domid >= first && domid <= HYP_DOMID_LAST;
}

/* XENMEM_current_reservation or _maximum_reservation, in pages. They are no
 * domctl, so every Xen answers them. */
static int reservation(unsigned int cmd, domid_t domid, uint64_t *pages)
{
	int r = call(__HYPERVISOR_memory_op, cmd, &domid, sizeof(domid));

	*pages = r < 0 ? 0 : (uint64_t)r;
	return r < 0 ? r : 0;
}

/*
 * One domain by its id. If there is none of that id, Xen up to 4.17 answers
 * with the next one (xen/FACTS, next).
 */
static int one_domain(uint16_t domid, struct hyp_domain *out)
{
	struct xen_domctl op;
	uint64_t value;
	int rc;

	memset(out, 0, sizeof(*out));
	if (about.domctl) {
		rc = domctl_info(about.domctl, domid, &op);
		if (rc)
			return rc;
		decode(out, &op.u.getdomaininfo);
		return is_domid(out->domid, domid) ? 0 : -EPROTO;
	}
	rc = hyp_param_get(domid, HYP_STORE_EVTCHN, &value);
	/* Xen may refuse to tell of our own domain */
	if (rc && domid != about.self)
		return rc;
	out->domid = domid;
	reservation(XENMEM_current_reservation, domid, &out->tot_pages);
	reservation(XENMEM_maximum_reservation, domid, &out->max_pages);
	return 0;
}

/* Get as many domains as the buffer holds, by one sysctl. */
static int listed_domains(uint16_t first, struct hyp_domain *out,
			  unsigned int max)
{
	size_t stride = about.sysctl < SYSCTL_GDI_NEW ? GDI_OLD : GDI_NEW;
	int i, n;

	if (max > (BUFFER_SIZE - LIST_AT) / stride)
		max = (BUFFER_SIZE - LIST_AT) / stride;
	n = sysctl_domains(about.sysctl, first, max);
	for (i = 0; i < n; i++) {
		decode(&out[i], (uint8_t *)list_at() + (size_t)i * stride);
		if (!is_domid(out[i].domid, first))
			return i ? i : -EPROTO;
		first = out[i].domid + 1;
	}
	return n;
}

int hyp_domains(uint16_t first, struct hyp_domain *out, unsigned int max)
{
	unsigned int id, n = 0;
	int rc;

	if (about.sysctl)
		return listed_domains(first, out, max);
	for (id = first; n < max && id <= HYP_DOMID_LAST; id++) {
		rc = one_domain((uint16_t)id, &out[n]);
		if (rc == -ESRCH)
			continue;
		if (rc)
			return n ? (int)n : rc;
		id = out[n++].domid;
	}
	return (int)n;
}

int hyp_cpupool(uint32_t *id)
{
	struct xen_sysctl *op = buffer;

	if (!about.sysctl)
		return -EPROTONOSUPPORT;
	memset(op, 0, sizeof(*op));
	op->cmd = XEN_SYSCTL_cpupool_op;
	op->interface_version = about.sysctl;
	op->u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_INFO;
	op->u.cpupool_op.cpupool_id = *id;
	if (xencall1(xcall, __HYPERVISOR_sysctl, (uintptr_t)buffer) < 0)
		return hyp_failure();
	if (op->u.cpupool_op.cpupool_id < *id)
		return -EPROTO;
	*id = op->u.cpupool_op.cpupool_id;
	return 0;
}

int hyp_param_get(uint16_t domid, enum hyp_param param, uint64_t *value)
{
	return xc_hvm_param_get(xc, domid, param, value) < 0 ? hyp_failure()
							     : 0;
}

int hyp_params_get(uint16_t domid, const enum hyp_param *params,
		   uint64_t *values, unsigned int count)
{
	multicall_entry_t *entry = buffer;
	xen_hvm_param_t *param = list_at();
	unsigned int i;
	int rc = 0;

	for (i = 0; i < count; i++) {
		param[i] = (xen_hvm_param_t){
			.domid = domid, .index = params[i],
		};
		entry[i] = (multicall_entry_t){
			.op = __HYPERVISOR_hvm_op,
			.args = { HVMOP_get_param, (uintptr_t)&param[i] },
		};
	}
	if (xencall2(xcall, __HYPERVISOR_multicall, (uintptr_t)buffer,
		     count) < 0)
		return hyp_failure();
	for (i = 0; i < count && !rc; i++) {
		/* a hypervisor of 32 bits gives results of 32 bits */
		rc = (int)entry[i].result;
		values[i] = param[i].value;
	}
	return rc;
}

int hyp_param_set(uint16_t domid, enum hyp_param param, uint64_t value)
{
	return xc_hvm_param_set(xc, domid, param, value) < 0 ? hyp_failure()
							     : 0;
}

int hyp_evtchn_status(uint16_t domid, uint32_t port, struct hyp_evtchn *status)
{
	struct evtchn_status raw = { .dom = domid, .port = port };

	if (xc_evtchn_status(xc, &raw) < 0)
		return hyp_failure();
	memset(status, 0, sizeof(*status));
	switch (raw.status) {
	case EVTCHNSTAT_closed:
		status->state = HYP_EVTCHN_CLOSED;
		break;
	case EVTCHNSTAT_unbound:
		status->state = HYP_EVTCHN_UNBOUND;
		status->remote = raw.u.unbound.dom;
		break;
	case EVTCHNSTAT_interdomain:
		status->state = HYP_EVTCHN_BOUND;
		status->remote = raw.u.interdomain.dom;
		status->remote_port = raw.u.interdomain.port;
		break;
	default:
		status->state = HYP_EVTCHN_OTHER;
	}
	return 0;
}

int hyp_evtchn_send(uint32_t port)
{
	struct evtchn_send send = { .port = port };

	return call(__HYPERVISOR_event_channel_op, EVTCHNOP_send, &send,
		    sizeof(send));
}

int hyp_set_max_pages(uint16_t domid, uint64_t pages)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_max_mem, .domain = domid };

	op.u.max_mem.max_memkb = pages * (PAGE / 1024);
	return domctl(&op);
}

int hyp_set_handle(uint16_t domid, const uint8_t handle[16])
{
	struct xen_domctl op = {
		.cmd = XEN_DOMCTL_setdomainhandle, .domain = domid,
	};

	memcpy(op.u.setdomainhandle.handle, handle, 16);
	return domctl(&op);
}

int hyp_pause(uint16_t domid)
{
	struct xen_domctl op = {
		.cmd = XEN_DOMCTL_pausedomain, .domain = domid,
	};

	return domctl(&op);
}

/* Xen destroys a domain piece by piece. ERESTART, a number that no libc knows,
 * says that there is more to do. */
int hyp_destroy(uint16_t domid)
{
	enum { XEN_ERESTART = 85 };
	struct xen_domctl op = {
		.cmd = XEN_DOMCTL_destroydomain, .domain = domid,
	};
	int rc = domctl(&op);

	return rc == -XEN_ERESTART ? -EAGAIN : rc;
}

int hyp_populate(uint16_t domid, uint64_t gfn)
{
	struct xen_memory_reservation page = {
		.nr_extents = 1, .domid = domid,
	};
	xen_pfn_t *frame = list_at();
	uint64_t before, after;
	int r = reservation(XENMEM_current_reservation, domid, &before);

	if (r)
		return r;
	*frame = gfn;
	set_xen_guest_handle_raw(page.extent_start, frame);
	r = call(__HYPERVISOR_memory_op, XENMEM_populate_physmap, &page,
		 sizeof(page));
	if (r != 1)
		return r < 0 ? r : -ENOMEM;
	/*
	 * Success proves nothing: of a direct-mapped domain Xen 4.17 to 4.20
	 * only asks whether the frame is its own (xen/FACTS, direct). If no
	 * page was added, the frame is RAM that the guest is using.
	 */
	r = reservation(XENMEM_current_reservation, domid, &after);
	if (!r && after <= before)
		r = -EADDRINUSE;
	return r;
}

int hyp_map(uint16_t domid, uint64_t gfn, bool write, void **page)
{
	int prot = write ? PROT_READ | PROT_WRITE : PROT_READ;
	xen_pfn_t frame = gfn;
	int err = 0;

	*page = xenforeignmemory_map(fmem, domid, prot, 1, &frame, &err);
	if (!*page)
		return hyp_failure();
	if (err) {
		hyp_unmap(*page);
		*page = NULL;
		return err < 0 ? err : -EIO;
	}
	return 0;
}

void hyp_unmap(void *page)
{
	if (page)
		give_back_later(&(struct mapping){ .page = page });
}

void hyp_ring_get(const void *page, struct hyp_ring *ring)
{
	const volatile struct xenstore_domain_interface *raw = page;

	ring->req_cons = raw->req_cons;
	ring->req_prod = raw->req_prod;
	ring->rsp_cons = raw->rsp_cons;
	ring->rsp_prod = raw->rsp_prod;
	ring->features = raw->server_features;
	ring->connection = raw->connection;
	ring->error = raw->error;
	ring->port = *(const volatile uint32_t *)((const char *)page + PORT_AT);
}

void hyp_ring_clear(void *page)
{
	memset(page, 0, PAGE);
	hyp_ring_set_connection(page, XENSTORE_RECONNECT);
}

void hyp_ring_set_connection(void *page, uint32_t value)
{
	volatile struct xenstore_domain_interface *raw = page;

	atomic_thread_fence(memory_order_seq_cst);
	raw->connection = value;
	atomic_thread_fence(memory_order_seq_cst);
}

void hyp_ring_set_port(void *page, uint32_t port)
{
	volatile uint32_t *field = (void *)((char *)page + PORT_AT);

	atomic_thread_fence(memory_order_seq_cst);
	*field = port;
	atomic_thread_fence(memory_order_seq_cst);
}

/*
 * Xen up to 4.14 on Arm, and Linux before 4.18, cannot hand out the table
 * (xen/FACTS, table). They can tell where the guest has mapped its first frame.
 * A guest that has mapped none is waited for: a table that was made or moved
 * for it would not be where the guest expects it.
 */
static int table_map_guest(uint16_t domid, bool write, struct mapping *table)
{
	struct gnttab_setup_table *op = buffer;
	xen_pfn_t *list = list_at();

	memset(op, 0, sizeof(*op));
	op->dom = domid;
	op->nr_frames = 1;
	*list = ~(xen_pfn_t)0;
	set_xen_guest_handle_raw(op->frame_list, list);
	if (xencall3(xcall, __HYPERVISOR_grant_table_op, GNTTABOP_setup_table,
		     (uintptr_t)buffer, 1) < 0)
		return hyp_failure();
	if (op->status != GNTST_okay)
		return -EOPNOTSUPP;
	if (*list == ~(xen_pfn_t)0)
		return -EAGAIN;
	return hyp_map(domid, *list, write, &table->page);
}

/*
 * Map the first frame of a domain's grant table: as a resource, where Xen (4.15
 * and later on Arm) and the kernel offer that, else as the guest has mapped it.
 */
static int table_map(uint16_t domid, bool write, struct mapping *table)
{
	int prot = write ? PROT_READ | PROT_WRITE : PROT_READ;

	memset(table, 0, sizeof(*table));
	table->resource = xenforeignmemory_map_resource(fmem, domid,
			XENMEM_resource_grant_table,
			XENMEM_resource_grant_table_id_shared, 0, 1,
			&table->page, prot, 0);
	if (table->resource)
		return 0;
	return errno == EOPNOTSUPP ? table_map_guest(domid, write, table)
				   : hyp_failure();
}

static void entry_get(const volatile grant_entry_v1_t *entry,
		      struct hyp_grant *grant)
{
	grant->flags = entry->flags;
	grant->domid = entry->domid;
	grant->gfn = entry->frame;
}

static void entry_set(volatile grant_entry_v1_t *entry,
		      const struct hyp_grant *grant)
{
	entry->flags = 0;
	atomic_thread_fence(memory_order_seq_cst);
	entry->domid = grant->domid;
	entry->frame = grant->gfn;
	atomic_thread_fence(memory_order_seq_cst);
	entry->flags = grant->flags;
}

int hyp_grant_get(uint16_t domid, unsigned int ref, struct hyp_grant *grant)
{
	struct mapping table;
	int rc = table_map(domid, false, &table);

	if (rc)
		return rc;
	entry_get((grant_entry_v1_t *)table.page + ref, grant);
	give_back_later(&table);
	return 0;
}

int hyp_grant_set(uint16_t domid, unsigned int ref,
		  const struct hyp_grant *grant)
{
	grant_entry_v1_t *entry;
	struct hyp_grant old;
	struct mapping table;
	int rc = table_map(domid, true, &table);

	if (rc)
		return rc;
	entry = (grant_entry_v1_t *)table.page + ref;
	entry_get(entry, &old);
	if ((old.flags & HYP_GRANT_TYPE) == (grant->flags & HYP_GRANT_TYPE) &&
	    old.domid == grant->domid && old.gfn == grant->gfn)
		rc = 0;
	else if (old.flags & HYP_GRANT_IN_USE)
		rc = -EBUSY;
	else
		entry_set(entry, grant);
	give_back_later(&table);
	return rc;
}
