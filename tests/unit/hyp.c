/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's wrapper against a hypervisor that may be out of its mind:
 * libxenctrl and libxencall are faked, and what they answer is chosen here. No
 * real Xen answers so, but one that is broken, or later than anybody knows.
 */
#include <errno.h>
#include <sys/mman.h>

#include <xenctrl.h>
#include <xencall.h>
#include <xenforeignmemory.h>
#include <xen/domctl.h>
#include <xen/event_channel.h>
#include <xen/features.h>
#include <xen/grant_table.h>
#include <xen/memory.h>
#include <xen/sysctl.h>
#include <xen/version.h>

#include "hyp.h"
#include "tap.h"

enum { MOST = 64, PAGE = 4096, OLD = 112, NEW = 120 };

static struct xen {
	unsigned int minor, domctl, sysctl;	/* versions; 0: none at all */
	unsigned int stride;
	uint16_t self;
	bool dom0_feature;
	uint16_t domids[MOST];
	unsigned int domains;
	unsigned int told;	/* num_domains of a list, 0: the truth */
	bool next;		/* up to 4.17: the next domain of a missing one,
				 * do_domctl(), common/domctl.c@4.17 */
	bool first;		/* of no release: the first, whoever is meant */
	int domctl_rc;		/* -errno of a domctl with the right version */
	int param_rc;
	uint16_t denied;	/* by Flask: the domains up to this one */
	uint32_t pool;		/* the id that is answered */
	uint64_t setup_gfn;
	int setup_status, resource_errno;
	unsigned int calls, domctls;
} xen;

static _Alignas(PAGE) uint8_t page[PAGE];
static grant_entry_v1_t table[512];

/* --- the libraries --- */

static int fails(int error)
{
	errno = error;
	return -1;
}

xc_interface *xc_interface_open(xentoollog_logger *logger,
				xentoollog_logger *dombuild, unsigned int flags)
{
	(void)logger, (void)dombuild, (void)flags;
	return (xc_interface *)&xen;
}

int xc_interface_close(xc_interface *xc)
{
	(void)xc;
	return 0;
}

struct xencall_handle *xc_interface_xcall_handle(xc_interface *xc)
{
	return (struct xencall_handle *)xc;
}

struct xenforeignmemory_handle *xc_interface_fmem_handle(xc_interface *xc)
{
	return (struct xenforeignmemory_handle *)xc;
}

void *xencall_alloc_buffer(xencall_handle *xcall, size_t size)
{
	(void)xcall;
	return size <= PAGE ? page : NULL;
}

void xencall_free_buffer(xencall_handle *xcall, void *p)
{
	(void)xcall, (void)p;
}

int xencall_fd(xencall_handle *xcall)
{
	(void)xcall;
	return -1;
}

int xc_version(xc_interface *xc, int cmd, void *arg)
{
	(void)xc;
	switch (cmd) {
	case XENVER_version:
		return 4 << 16 | (int)xen.minor;
	case XENVER_extraversion:	/* not terminated */
		memset(arg, 'x', sizeof(xen_extraversion_t));
		return 0;
	case XENVER_get_features:
		((struct xen_feature_info *)arg)->submap =
			xen.dom0_feature ? 1u << XENFEAT_dom0 : 0;
		return 0;
	}
	return fails(ENOSYS);
}

int xc_hvm_param_get(xc_interface *xc, uint32_t domid, uint32_t param,
		     uint64_t *value)
{
	(void)xc, (void)param;
	*value = 0;
	/* rcu_lock_domain_by_any_id() comes before xsm_hvm_param(), hvm.c */
	if (domid >= xen.domains)
		return fails(ESRCH);
	if (domid <= xen.denied && domid != xen.self)
		return fails(EACCES);
	return xen.param_rc ? fails(-xen.param_rc) : 0;
}

int xc_hvm_param_set(xc_interface *xc, uint32_t domid, uint32_t param,
		     uint64_t value)
{
	(void)xc, (void)domid, (void)param, (void)value;
	return 0;
}

int xc_evtchn_status(xc_interface *xc, xc_evtchn_status_t *status)
{
	(void)xc;
	status->status = 77;	/* none that anybody knows */
	return 0;
}

void *xenforeignmemory_map(xenforeignmemory_handle *fmem, uint32_t domid,
			   int prot, size_t pages, const xen_pfn_t *frames,
			   int *errors)
{
	(void)fmem, (void)domid, (void)prot, (void)pages;
	*errors = *frames == 0x38000 ? 0 : -22;
	return table;
}

int xenforeignmemory_unmap(xenforeignmemory_handle *fmem, void *addr,
			   size_t pages)
{
	(void)fmem, (void)addr, (void)pages;
	return 0;
}

xenforeignmemory_resource_handle *xenforeignmemory_map_resource(
	xenforeignmemory_handle *fmem, domid_t domid, unsigned int type,
	unsigned int id, unsigned long frame, unsigned long n, void **addr,
	int prot, int flags)
{
	(void)fmem, (void)domid, (void)type, (void)id, (void)frame, (void)n;
	(void)prot, (void)flags;
	*addr = table;
	errno = xen.resource_errno;
	return errno ? NULL : (xenforeignmemory_resource_handle *)&xen;
}

int xenforeignmemory_unmap_resource(xenforeignmemory_handle *fmem,
				    xenforeignmemory_resource_handle *resource)
{
	(void)fmem, (void)resource;
	return 0;
}

/* --- the versioned calls --- */

static void describe(struct xen_domctl_getdomaininfo *info, uint16_t domid)
{
	memset(info, 0, OLD);
	info->domain = domid;
	info->tot_pages = domid * 10u;
	info->cpupool = 7;
}

static int domctl(struct xen_domctl *op)
{
	unsigned int i;

	xen.domctls++;
	if (op->interface_version != xen.domctl)
		return fails(EACCES);
	if (xen.domctl_rc)
		return fails(-xen.domctl_rc);
	for (i = 0; i < xen.domains; i++)
		if (xen.domids[i] == op->domain || xen.first ||
		    (xen.next && xen.domids[i] > op->domain))
			break;
	if (i == xen.domains)
		return fails(ESRCH);
	op->domain = xen.domids[i];
	describe(&op->u.getdomaininfo, xen.domids[i]);
	return 0;
}

static int sysctl(struct xen_sysctl *op)
{
	struct xen_sysctl_getdomaininfolist *list = &op->u.getdomaininfolist;
	uint8_t *entry;
	unsigned int i;

	if (op->interface_version != xen.sysctl)
		return fails(EACCES);
	if (op->cmd == XEN_SYSCTL_cpupool_op) {
		op->u.cpupool_op.cpupool_id = xen.pool;
		return 0;
	}
	entry = (uint8_t *)list->buffer.p;
	for (i = 0; i < xen.domains && i < list->max_domains; i++) {
		memset(entry, 0xee, xen.stride);
		describe((void *)entry, xen.domids[i]);
		entry += xen.stride;
	}
	list->num_domains = xen.told ? xen.told : i;
	return 0;
}

static uint8_t *at(uint64_t address)
{
	return (uint8_t *)(uintptr_t)address;
}

int xencall1(xencall_handle *xcall, unsigned int op, uint64_t arg)
{
	(void)xcall;
	xen.calls++;
	if (op == __HYPERVISOR_domctl)
		return domctl((struct xen_domctl *)at(arg));
	return sysctl((struct xen_sysctl *)at(arg));
}

int xencall2(xencall_handle *xcall, unsigned int op, uint64_t cmd, uint64_t arg)
{
	struct evtchn_status *status = (void *)at(arg);
	struct evtchn_alloc_unbound *alloc = (void *)at(arg);

	(void)xcall;
	if (op == __HYPERVISOR_memory_op)
		return 1234;	/* pages, even where there is only one */
	if (cmd == EVTCHNOP_alloc_unbound)
		alloc->port = 9;
	if (cmd == EVTCHNOP_status) {
		status->status = EVTCHNSTAT_unbound;
		status->u.unbound.dom = xen.self;
	}
	return 0;
}

int xencall3(xencall_handle *xcall, unsigned int op, uint64_t cmd,
	     uint64_t arg, uint64_t n)
{
	struct gnttab_setup_table *setup = (void *)at(arg);

	(void)xcall, (void)op, (void)cmd, (void)n;
	setup->status = (int16_t)xen.setup_status;
	*(xen_pfn_t *)setup->frame_list.p = xen.setup_gfn;
	return 0;
}

/* --- the tests --- */

static void reset(unsigned int minor, unsigned int domctl_version,
		  unsigned int sysctl_version)
{
	unsigned int i;

	hyp_close();
	xen = (struct xen){
		.minor = minor, .domctl = domctl_version,
		.sysctl = sysctl_version, .stride = NEW, .dom0_feature = true,
		.domains = 5,
	};
	for (i = 0; i < xen.domains; i++)
		xen.domids[i] = (uint16_t)i;
}

static void versions(void)
{
	reset(17, 0x15, 0x15);
	is_int(hyp_open(), 0, "4.17 opens");
	is_int(hyp_about()->domctl, 0x15, "its domctl");
	is_int(xen.domctls, 1, "is the first that is tried");
	is_int((int64_t)strlen(hyp_about()->extra), 15,
	       "the extra version has an end");
	reset(18, 0x15, 0x15);
	is_int(hyp_open(), 0, "4.18 with 4.17's interface opens");
	is_int(hyp_about()->domctl, 0x15, "whose domctl is found");
	reset(40, 0x99, 0x99);
	is_int(hyp_open(), 0, "a Xen that nobody knows opens");
	is_int(hyp_about()->domctl, 0, "its domctl is unknown");
	is_int(hyp_set_max_pages(1, 5), -EPROTONOSUPPORT, "and is not called");
	is_int(hyp_cpupool(&(uint32_t){ 0 }), -EPROTONOSUPPORT,
	       "nor its sysctl");
	reset(17, 0x15, 0x15);
	xen.param_rc = -EPERM;
	is_int(hyp_open(), -EPERM, "no privilege");
}

/* Flask's policy may deny one domain, and Xen denies all. */
static void privilege(void)
{
	reset(17, 0x15, 0x15);
	xen.denied = 3;
	is_int(hyp_open(), 0, "three domains are denied, the next is not");
	reset(17, 0x15, 0x15);
	xen.denied = 3;
	xen.domains = 4;
	is_int(hyp_open(), -EPERM, "all that are there are");
	reset(17, 0x15, 0x15);
	xen.denied = MOST;
	is_int(hyp_open(), -EPERM, "no privilege for any");
	reset(17, 0x15, 0x15);
	xen.domains = 1;
	is_int(hyp_open(), 0, "there is no other domain");
	reset(21, 0x17, 0x16);
	xen.self = 1;
	xen.denied = 2;
	is_int(hyp_open(), 0, "our own is not asked about");
}

static void who_we_are(void)
{
	reset(17, 0x15, 0x15);
	xen.self = 9;
	hyp_open();
	is_int(hyp_about()->self, 0, "the hardware domain of 4.17 is 0");
	xen.dom0_feature = false;
	hyp_close();
	hyp_open();
	is_int(hyp_about()->self, 9, "another asks Xen");
	reset(21, 0x17, 0x16);
	xen.self = 3;
	hyp_open();
	is_int(hyp_about()->self, 3, "from 4.21 on the hardware domain, too");
}

static struct hyp_domain got[MOST];

/* How many are listed, or the error. */
static int list(uint16_t first, unsigned int max)
{
	memset(got, 0, sizeof(got));
	return hyp_domains(first, got, max);
}

static void in_order(void)
{
	reset(17, 0x15, 0x15);
	hyp_open();
	is_int(list(0, MOST), 5, "a good list");
	ok(got[4].domid == 4 && got[4].tot_pages == 40 &&
	   got[4].cpupool == 7, "is decoded");
	reset(15, 0x13, 0x13);
	xen.stride = OLD;
	hyp_open();
	is_int(list(0, MOST), 5, "an old list");
	ok(got[4].domid == 4 && got[4].tot_pages == 40, "is decoded");

	reset(17, 0x15, 0x15);
	hyp_open();
	xen.domids[3] = 1;
	is_int(list(0, MOST), 3, "one that goes back ends there");
	xen.domids[3] = 2;
	is_int(list(0, MOST), 3, "so does one that repeats a domain");
	is_int(list(1, MOST), -EPROTO, "one that begins too early is refused");
	xen.domids[3] = 0x7ff0;
	is_int(list(0, MOST), 3, "DOMID_SELF is no domain");
	xen.domids[0] = 0xffff;
	is_int(list(0, MOST), -EPROTO, "nor is the last number that there is");
}

/* Are the three domains listed, and described as they are? */
static bool are_listed(void)
{
	static const uint16_t domids[] = { 0, 2, 7 };
	unsigned int i;

	if (list(0, MOST) != 3)
		return false;
	for (i = 0; i < 3; i++)
		if (got[i].domid != domids[i] ||
		    got[i].tot_pages != domids[i] * 10u || got[i].cpupool != 7)
			return false;
	return true;
}

/*
 * Each release of Xen, as its own headers have it: XEN_DOMCTL_INTERFACE_VERSION,
 * XEN_SYSCTL_INTERFACE_VERSION, the size of xen_domctl_getdomaininfo, and what
 * getdomaininfo of a domain that is missing gives (xen/FACTS has the lines).
 */
static void releases(void)
{
	static const struct {
		unsigned int minor, domctl, sysctl, stride;
		bool next;
	} rows[] = {
		{ 12, 0x11, 0x12, 112, true }, { 13, 0x12, 0x12, 112, true },
		{ 14, 0x12, 0x13, 112, true }, { 15, 0x13, 0x13, 112, true },
		{ 16, 0x14, 0x14, 120, true }, { 17, 0x15, 0x15, 120, true },
		{ 18, 0x16, 0x15, 120, false }, { 19, 0x17, 0x15, 120, false },
		{ 20, 0x17, 0x15, 120, false }, { 21, 0x17, 0x16, 120, false },
		{ 22, 0x18, 0x16, 120, false },
	};
	unsigned int i, minor;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		minor = rows[i].minor;
		reset(minor, rows[i].domctl, rows[i].sysctl);
		xen.stride = rows[i].stride;
		xen.next = rows[i].next;
		xen.domains = 3;
		xen.domids[1] = 2;
		xen.domids[2] = 7;
		is_int(hyp_open(), 0, "Xen 4.%u opens", minor);
		is_int(xen.domctls, 1, "4.%u: its domctl is tried first", minor);
		is_int(hyp_about()->domctl, rows[i].domctl, "4.%u: and is it",
		       minor);
		is_int(hyp_about()->sysctl, rows[i].sysctl, "4.%u: the sysctl",
		       minor);
		ok(are_listed(), "4.%u: a list", minor);
		hyp_close();
		xen.sysctl = 0;
		hyp_open();
		ok(are_listed(), "4.%u: one domain after the other", minor);
	}
}

static void counts(void)
{
	static const unsigned int wrong[] = { 6, 33, 1000, 0x80000000u, ~0u };
	unsigned int i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		reset(17, 0x15, 0x15);
		hyp_open();
		xen.told = wrong[i];
		is_int(list(0, 5), -EPROTO, "%u domains where 5 fit",
		       wrong[i]);
	}
	reset(17, 0x15, 0x15);
	hyp_open();
	for (i = 0; i < MOST; i++)
		xen.domids[i] = (uint16_t)i;
	xen.domains = MOST;
	is_int(list(0, MOST), 32, "no more than the buffer holds");
	is_int(hyp_populate(1, 0x39001), -ENOMEM, "1234 of one page are none");
}

/* Without a sysctl each is asked for. */
static void one_by_one(void)
{
	reset(17, 0x15, 0);
	hyp_open();
	xen.domids[4] = 0x7fef;
	is_int(list(0, MOST), 5, "without a list");
	is_int(got[4].domid, 0x7fef, "the last that there can be is found");
	xen.first = true;
	is_int(list(1, MOST), -EPROTO, "an earlier domain is no answer");
	xen.domids[0] = 0x7ff0;
	is_int(list(0, MOST), -EPROTO, "DOMID_SELF is none");
	xen.domctl_rc = -EIO;
	is_int(list(0, MOST), -EIO, "an error is one");
	reset(40, 0, 0);
	hyp_open();
	is_int(list(0, 3), 3, "without any of both");
	ok(!got[2].full && got[2].tot_pages == 1234, "little is known");
	xen.param_rc = -ESRCH;
	is_int(list(0, 3), 1, "our own domain is there");
	is_int(list(1, 3), 0, "others that are not are not listed");
	xen.param_rc = -EIO;
	is_int(list(1, 3), -EIO, "an error is one");
}

static void odds(void)
{
	struct hyp_evtchn channel;
	struct hyp_grant grant;
	uint32_t id = 4;

	reset(17, 0x15, 0x15);
	hyp_open();
	xen.pool = 3;
	is_int(hyp_cpupool(&id), -EPROTO, "an earlier CPU pool is no answer");
	xen.pool = 6;
	is_int(hyp_cpupool(&id), 0, "a later one is");
	is_int(id, 6, "namely this");
	is_int(hyp_evtchn_status(1, 1, &channel), 0, "a port in a new state");
	is_int(channel.state, HYP_EVTCHN_OTHER, "is in no known one");

	xen.resource_errno = EOPNOTSUPP;
	xen.setup_gfn = 0x38000;
	table[1] = (grant_entry_v1_t){ .flags = 1, .domid = 5, .frame = 6 };
	is_int(hyp_grant_get(1, 1, &grant), 0, "a table where the guest has it");
	ok(grant.domid == 5 && grant.gfn == 6, "is read");
	xen.setup_gfn = ~(uint64_t)0;
	is_int(hyp_grant_get(1, 1, &grant), -EAGAIN, "one that it has not yet");
	xen.setup_gfn = 0xdeadbeef;
	is_int(hyp_grant_get(1, 1, &grant), -22, "one that is nowhere");
	xen.setup_status = -2;
	is_int(hyp_grant_get(1, 1, &grant), -EOPNOTSUPP, "one that is refused");
	xen.resource_errno = EIO;
	is_int(hyp_grant_get(1, 1, &grant), -EIO, "an error is one");

	xen.resource_errno = 0;
	table[1] = (grant_entry_v1_t){ .flags = 0 };
	grant = (struct hyp_grant){ HYP_GRANT_ACCESS, 3, 0x39001 };
	is_int(hyp_grant_set(1, 1, &grant), 0, "an empty entry");
	ok(table[1].flags == 1 && table[1].domid == 3 &&
	   table[1].frame == 0x39001, "is written");
	table[1].flags |= GTF_reading | GTF_writing;
	is_int(hyp_grant_set(1, 1, &grant), 0, "one that is used as it should be");
	is_int(table[1].flags, 1 | GTF_reading | GTF_writing, "stays");
	table[1].frame = 0x777;
	is_int(hyp_grant_set(1, 1, &grant), -EBUSY, "one in use otherwise");
	is_int(table[1].frame, 0x777, "is left alone");
}

int main(void)
{
	versions();
	privilege();
	who_we_are();
	in_order();
	releases();
	counts();
	one_by_one();
	odds();
	return done();
}
