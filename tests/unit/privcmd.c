/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * src/hyp.c and Xen's own libxenctrl, libxencall and libxenforeignmemory at a
 * /dev/xen/privcmd made for them, behind which is a Xen with one domain. Each
 * system call passes here first and can be made to fail.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xenctrl.h>
#include <xen/domctl.h>
#include <xen/event_channel.h>
#include <xen/features.h>
#include <xen/grant_table.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/memory.h>
#include <xen/sys/privcmd.h>
#include <xen/sysctl.h>
#include <xen/version.h>

#include "hyp.h"
#include "parts/fault.h"
#include "tap.h"

enum {
	FDS = 64, PAGE = 4096, SELF = 0, GUEST = 1, PORT = 3,
	RING = 0x39001, TABLE = 0x38000, GDI = 120,
};

/* What this Xen and this kernel can do. */
static const struct kind {
	const char *name;
	unsigned int minor, domctl, sysctl;
	bool resource;		/* XENMEM_acquire_resource */
	bool hypercall;		/* /dev/xen/hypercall */
	bool dom0;		/* we are the hardware domain */
} kinds[] = {
	{ "4.17", 17, 0x15, 0x15, true, true, true },
	{ "4.14, an older kernel", 14, 0x12, 0x13, false, false, true },
	{ "4.22", 22, 0x18, 0x16, true, true, true },
	{ "no interface that is known, not in dom0", 40, 0x99, 0x99, true, true,
	  false },
};

static const struct kind *kind;

static bool is_known(void)
{
	return kind->domctl < 0x99;
}

static struct {
	uint64_t params[32];
	uint64_t pages, max_pages;
	bool direct;		/* the guest's RAM is machine memory of its own */
	uint8_t handle[16];
	unsigned int events;
	unsigned int ports;	/* of ours, open */
	bool locked, seeded, paused, destroyed;
} xen;

static int guest = -1;		/* its memory: the ring, then the table */
static int live, mapped;	/* allocations, mappings */
static int device_fds[FDS];	/* 1: open on the device */

/* --- the hypervisor --- */

static int64_t xen_version(uint64_t command, void *arg)
{
	switch (command) {
	case XENVER_version:
		return 4 << 16 | (int)kind->minor;
	case XENVER_extraversion:
		strcpy(arg, ".7");
		return 0;
	case XENVER_get_features:
		((struct xen_feature_info *)arg)->submap =
			kind->dom0 ? 1u << XENFEAT_dom0 : 0;
		return 0;
	}
	return -ENOSYS;
}

static void describe(struct xen_domctl_getdomaininfo *info, uint16_t domid)
{
	memset(info, 0, 96);
	info->domain = domid;
	info->tot_pages = xen.pages;
	info->max_pages = xen.max_pages;
	memcpy(info->handle, xen.handle, sizeof(info->handle));
}

static int64_t xen_domctl(struct xen_domctl *op)
{
	if (op->interface_version != kind->domctl)
		return -EACCES;
	if (op->domain > GUEST)
		return -ESRCH;
	switch (op->cmd) {
	case XEN_DOMCTL_getdomaininfo:
		describe(&op->u.getdomaininfo, op->domain);
		return 0;
	case XEN_DOMCTL_max_mem:
		xen.max_pages = op->u.max_mem.max_memkb / 4;
		return 0;
	case XEN_DOMCTL_setdomainhandle:
		memcpy(xen.handle, op->u.setdomainhandle.handle, 16);
		return 0;
	case XEN_DOMCTL_pausedomain:
		xen.paused = true;
		return 0;
	case XEN_DOMCTL_destroydomain:
		/* xen/common/domain.c, domain_kill(): -ERESTART, 85, until
		 * all is given back, here always of the other domain */
		if (op->domain != GUEST)
			return -85;
		xen.destroyed = true;
		return 0;
	}
	return -ENOSYS;
}

static int64_t xen_sysctl(struct xen_sysctl *op)
{
	struct xen_sysctl_getdomaininfolist *list = &op->u.getdomaininfolist;
	size_t stride = kind->sysctl < 0x14 ? 112 : GDI;
	unsigned int domid, n = 0;

	if (op->interface_version != kind->sysctl)
		return -EACCES;
	if (op->cmd == XEN_SYSCTL_cpupool_op) {
		if (op->u.cpupool_op.cpupool_id)
			return -ENOENT;
		return 0;
	}
	for (domid = list->first_domain;
	     domid <= GUEST && n < list->max_domains; domid++)
		describe((void *)((uint8_t *)list->buffer.p + n++ * stride),
			 (uint16_t)domid);
	list->num_domains = n;
	return 0;
}

static int64_t xen_event_channel(uint64_t command, void *arg)
{
	struct evtchn_status *status = arg;

	switch (command) {
	case EVTCHNOP_alloc_unbound:
		((struct evtchn_alloc_unbound *)arg)->port = 9;
		xen.ports++;
		return 0;
	case EVTCHNOP_close:
		return 0;
	case EVTCHNOP_send:
		xen.events++;
		return 0;
	case EVTCHNOP_status:
		status->status = EVTCHNSTAT_unbound;
		status->u.unbound.dom = SELF;
		return 0;
	}
	return -ENOSYS;
}

static int64_t xen_hvm(uint64_t command, struct xen_hvm_param *arg)
{
	if (arg->domid > GUEST)
		return -ESRCH;
	if (arg->index >= 32)
		return -EINVAL;
	if (command == HVMOP_set_param)
		xen.params[arg->index] = arg->value;
	else
		arg->value = xen.params[arg->index];
	return 0;
}

static int64_t xen_memory(uint64_t command)
{
	switch (command) {
	case XENMEM_populate_physmap:
		/* a direct-mapped domain's own frame: success, and no page,
		 * xen/common/memory.c:222-247 in 4.17 */
		xen.pages += !xen.direct;
		return 1;
	case XENMEM_current_reservation:
		return (int64_t)xen.pages;
	case XENMEM_maximum_reservation:
		return (int64_t)xen.max_pages;
	}
	return -ENOSYS;
}

static int64_t xen_setup_table(struct gnttab_setup_table *op)
{
	op->status = GNTST_okay;
	*(xen_pfn_t *)op->frame_list.p = TABLE;
	return 0;
}

static int64_t one_call(uint64_t op, const uint64_t *args);

static int64_t xen_multicall(multicall_entry_t *entry, uint64_t count)
{
	for (; count--; entry++)
		entry->result = kind->dom0 ?
			(xen_ulong_t)one_call(entry->op, entry->args) :
			(uint32_t)one_call(entry->op, entry->args);
	return 0;
}

static int64_t one_call(uint64_t op, const uint64_t *args)
{
	bool is_versioned = op == __HYPERVISOR_domctl ||
			    op == __HYPERVISOR_sysctl;
	void *arg = (void *)(uintptr_t)args[!is_versioned];

	switch (op) {
	case __HYPERVISOR_xen_version:
		return xen_version(args[0], arg);
	case __HYPERVISOR_domctl:
		return xen_domctl(arg);
	case __HYPERVISOR_sysctl:
		return xen_sysctl(arg);
	case __HYPERVISOR_event_channel_op:
		return xen_event_channel(args[0], arg);
	case __HYPERVISOR_hvm_op:
		return xen_hvm(args[0], arg);
	case __HYPERVISOR_memory_op:
		return xen_memory(args[0]);
	case __HYPERVISOR_grant_table_op:
		return xen_setup_table(arg);
	case __HYPERVISOR_multicall:
		return xen_multicall((void *)(uintptr_t)args[0], args[1]);
	}
	return -ENOSYS;
}

/* Does this one fail? */
static bool fails(uint64_t op, uint64_t command)
{
	static const struct {
		unsigned int op;
		const char *name;
	} ops[] = {
		{ __HYPERVISOR_xen_version, "xen_version" },
		{ __HYPERVISOR_domctl, "domctl" },
		{ __HYPERVISOR_sysctl, "sysctl" },
		{ __HYPERVISOR_event_channel_op, "event_channel" },
		{ __HYPERVISOR_hvm_op, "hvm_op" },
		{ __HYPERVISOR_memory_op, "memory_op" },
		{ __HYPERVISOR_grant_table_op, "grant_table_op" },
		{ __HYPERVISOR_multicall, "multicall" },
	};
	size_t i;

	/* a version that is not Xen's is refused before anything else */
	if (!is_known() && (op == __HYPERVISOR_domctl ||
			    op == __HYPERVISOR_sysctl))
		return false;
	/* what is not closed is lost, but not by us */
	if (op == __HYPERVISOR_event_channel_op && command == EVTCHNOP_close) {
		xen.ports--;
		return FAULT_IN("close a channel", EPERM, EINVAL, EINTR);
	}
	for (i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		if (ops[i].op == op)
			return FAULT_IN(ops[i].name, EPERM, EACCES, ESRCH,
					ENOMEM, EFAULT, EINVAL, ENOSYS, EBUSY,
					EIO, EAGAIN, EINTR);
	abort();
}

static int64_t hypercall(const privcmd_hypercall_t *call)
{
	uint64_t args[] = { call->arg[0], call->arg[1] };

	return fails(call->op, args[0]) ? -errno : one_call(call->op, args);
}

/* --- the kernel --- */

WRAP(void *, mmap, void *addr, size_t size, int prot, int flags, int fd,
     off_t offset);

/* The guest's FRAME comes to be at ADDR. */
static int64_t map_frame(uint64_t addr, uint64_t frame)
{
	void *page = (void *)(uintptr_t)addr;

	if (frame != RING && frame != TABLE)
		return -EINVAL;
	return __real_mmap(page, PAGE, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_FIXED, guest, frame == RING ? 0 :
			   PAGE) == page ? 0 : -ENOMEM;
}

/* One frame at a time; what is wrong with it stands beside it. */
static int64_t map_batch(const privcmd_mmapbatch_v2_t *batch)
{
	int how = FAULT_IN("mmapbatch", EPERM, EACCES, ENOMEM, EFAULT, EINVAL,
			   ENOSYS, EIO, EAGAIN, EINTR, ENOENT, FAULT_SHORT);

	*batch->err = how == ENOENT ? -ENOENT : how == FAULT_SHORT ? -EIO :
		(int)map_frame(batch->addr, *batch->arr);
	return how > 0 ? -how : 0;
}

static int64_t map_resource(const privcmd_mmap_resource_t *resource)
{
	if (FAULT_IN("mmap_resource", EPERM, EACCES, ENOMEM, EFAULT, EINVAL,
		     EIO, EAGAIN, EINTR, ESRCH, EOPNOTSUPP, ENOTTY))
		return -errno;
	return kind->resource ? map_frame(resource->addr, TABLE) : -ENOTTY;
}

static int64_t device_call(unsigned long request, const void *arg)
{
	const privcmd_mmapbatch_t *batch = arg;

	switch (request) {
	case IOCTL_PRIVCMD_HYPERCALL:
		return hypercall(arg);
	case IOCTL_PRIVCMD_MMAPBATCH_V2:
		return map_batch(arg);
	case IOCTL_PRIVCMD_MMAPBATCH:
		return map_frame(batch->addr, *batch->arr);
	case IOCTL_PRIVCMD_MMAP_RESOURCE:
		return map_resource(arg);
	}
	/* IOCTL_PRIVCMD_UNIMPLEMENTED, and the device model's */
	FAULT_IN("ioctl", EINVAL);
	return -ENOTTY;
}

WRAP(int, ioctl, int fd, unsigned long request, ...)
{
	va_list args;
	int64_t rc;

	if (fd < 0 || fd >= FDS || !device_fds[fd])
		abort();
	va_start(args, request);
	rc = device_call(request, va_arg(args, void *));
	va_end(args);
	if (rc >= 0)
		return (int)rc;
	errno = (int)-rc;
	return -1;
}

/* Both places of privcmd are there. */
WRAP(int, open, const char *path, int flags, ...)
{
	int fd;

	if (!(flags & O_CLOEXEC))
		abort();
	if (FAULT_IN(path, ENOENT, ENXIO, ENODEV, EACCES, EPERM, EMFILE, ENFILE,
		     ENOMEM, EINTR))
		return -1;
	if (!strcmp(path, "/dev/xen/hypercall") && !kind->hypercall) {
		errno = ENOENT;
		return -1;
	}
	fd = __real_open("/dev/null", O_RDWR | O_CLOEXEC);
	device_fds[fd] = true;
	return fd;
}

WRAP(int, close, int fd)
{
	int how = FAULT_IN("close", EIO, EINTR);

	/* Linux closes it all the same */
	__real_close(fd);
	device_fds[fd] = false;
	if (how > 0)
		errno = how;
	return how ? -1 : 0;
}

/* Without the limits that this machine may set to memory that is locked. */
WRAP(void *, mmap, void *addr, size_t size, int prot, int flags, int fd,
     off_t offset)
{
	void *p;

	(void)fd;
	if (FAULT_IN("mmap", ENOMEM, EAGAIN, EPERM, ENODEV))
		return MAP_FAILED;
	p = __real_mmap(addr, size, prot, (flags & ~(MAP_LOCKED | MAP_SHARED)) |
			MAP_PRIVATE | MAP_ANONYMOUS, -1, offset);
	mapped += p != MAP_FAILED;
	return p;
}

WRAP(int, munmap, void *addr, size_t size)
{
	int how = FAULT_IN("munmap", EINVAL, ENOMEM);

	/* or this test would run out of memory; what it loses is counted */
	mapped -= !__real_munmap(addr, size);
	if (how > 0)
		errno = how;
	return how ? -1 : 0;
}

WRAP(int, madvise, void *addr, size_t size, int advice)
{
	return FAULT_IN("madvise", ENOMEM, EINVAL, EAGAIN) ? -1
		: __real_madvise(addr, size, advice);
}

WRAP(int, flock, int fd, int operation)
{
	if (operation != (LOCK_EX | LOCK_NB) || !device_fds[fd])
		abort();
	if (FAULT_IN("flock", EWOULDBLOCK, EINTR, ENOLCK))
		return -1;
	xen.locked = true;
	return 0;
}

WRAP(int, usleep, useconds_t us)
{
	(void)us;
	return 0;
}

WRAP(void *, malloc, size_t size)
{
	void *p = FAULT_IN("malloc", ENOMEM) ? NULL : __real_malloc(size);

	live += p != NULL;
	return p;
}

WRAP(void *, calloc, size_t n, size_t size)
{
	void *p = FAULT_IN("malloc", ENOMEM) ? NULL : __real_calloc(n, size);

	live += p != NULL;
	return p;
}

WRAP(void, free, void *p)
{
	live -= p != NULL;
	__real_free(p);
}

/* --- what is done with a hypervisor --- */

static int open_it(void)
{
	return hyp_open();
}

/* Which interface was found, or which that nobody knows. */
static int versions(void)
{
	const struct hyp_about *about = hyp_about();

	return about->major == 4 && about->minor == kind->minor &&
	       about->domctl == (is_known() ? kind->domctl : 0) &&
	       about->domctl_met == (is_known() ? 0 : kind->domctl) &&
	       about->sysctl == (is_known() ? kind->sysctl : 0) &&
	       about->self == SELF && !strcmp(about->extra, ".7") ?
	       0 : -EBADMSG;
}

static int lock(void)
{
	int rc = hyp_lock();

	return rc || xen.locked ? rc : -EBADMSG;
}

/* Without a domctl, a number of pages that is not told is 0. */
static bool is_right(uint64_t pages, uint64_t right)
{
	return pages == right || (!pages && !is_known());
}

static int list(void)
{
	struct hyp_domain domains[2];
	int n = hyp_domains(0, domains, 2);

	return n < 2 || (domains[1].domid == GUEST &&
			 is_right(domains[1].tot_pages, xen.pages) &&
			 is_right(domains[1].max_pages, xen.max_pages)) ?
	       n : -EBADMSG;
}

static int get(void)
{
	uint64_t value = 99;
	int rc = hyp_param_get(GUEST, HYP_STORE_EVTCHN, &value);

	return rc || value == PORT ? rc : -EBADMSG;
}

/* Each in its place. */
static int get_all(void)
{
	static const enum hyp_param params[] = {
		HYP_STORE_EVTCHN, HYP_CONSOLE_PFN, HYP_STORE_PFN,
	};
	uint64_t values[] = { 99, 99, 99 };
	int rc = hyp_params_get(GUEST, params, values, 3);

	return rc || (values[0] == PORT && !values[1] &&
		      values[2] == xen.params[HVM_PARAM_STORE_PFN]) ?
		rc : -EBADMSG;
}

/* What one of them says, in a hypervisor of 32 bits, too. */
static int get_none(void)
{
	static const enum hyp_param params[] = { HYP_STORE_EVTCHN };
	uint64_t value;

	return hyp_params_get(GUEST + 1, params, &value, 1);
}

/* A change that is told to have been made has been made, and no other. */
static int changed(int rc, bool is)
{
	return !rc == is ? rc : -EBADMSG;
}

static int set(void)
{
	int rc = hyp_param_set(GUEST, HYP_STORE_PFN, RING);

	return changed(rc, xen.params[HVM_PARAM_STORE_PFN] == RING);
}

static int channel(void)
{
	struct hyp_evtchn status;
	int rc = hyp_evtchn_status(GUEST, PORT, &status);

	return rc || (status.state == HYP_EVTCHN_UNBOUND &&
		      status.remote == SELF) ? rc : -EBADMSG;
}

static int notify(void)
{
	unsigned int before = xen.events;

	int rc = hyp_evtchn_send(7);

	return changed(rc, xen.events == before + 1);
}

static int pool(void)
{
	uint32_t id = 0;

	return hyp_cpupool(&id);
}

static int allow(void)
{
	int rc = hyp_set_max_pages(GUEST, 1001);

	return changed(rc, xen.max_pages == 1001);
}

static int name(void)
{
	static const uint8_t handle[16] = "a handle of it";
	int rc = hyp_set_handle(GUEST, handle);

	return changed(rc, !memcmp(xen.handle, handle, 16));
}

static int populate(void)
{
	uint64_t before = xen.pages;

	int rc = hyp_populate(GUEST, RING);

	/* that it was added may not be known: the next run finds it */
	return rc ? rc : changed(rc, xen.pages == before + 1);
}

static int prepare(void)
{
	struct hyp_ring ring;
	void *page;
	int rc = hyp_map(GUEST, RING, true, &page);

	if (rc)
		return page ? -EBADMSG : rc;
	hyp_ring_clear(page);
	hyp_ring_get(page, &ring);
	hyp_unmap(page);
	return ring.connection == 1 && !ring.req_prod ? 0 : -EBADMSG;
}

static int seed(void)
{
	static const struct hyp_grant wanted = { HYP_GRANT_ACCESS, 0, RING };

	int rc = hyp_grant_set(GUEST, 1, &wanted);

	xen.seeded = !rc;
	return rc;
}

static int check_seed(void)
{
	struct hyp_grant grant;
	int rc = hyp_grant_get(GUEST, 1, &grant);

	if (rc || (!xen.seeded && !grant.flags))
		return rc;
	return grant.flags == HYP_GRANT_ACCESS && grant.gfn == RING ? 0
		: -EBADMSG;
}

static int destroy_slowly(void)
{
	return changed(hyp_destroy(SELF), false);
}

static int stop(void)
{
	int rc = hyp_pause(GUEST);

	return changed(rc, xen.paused);
}

static int destroy(void)
{
	int rc = hyp_destroy(GUEST);

	return changed(rc, xen.destroyed);
}

enum { NEEDS_DOMCTL = 1 };

static const struct step {
	int (*run)(void);
	int good;
	unsigned int flags;
} steps[] = {
	{ open_it, 0, 0 }, { versions, 0, 0 }, { lock, 0, 0 }, { list, 2, 0 },
	{ get, 0, 0 }, { get_all, 0, 0 }, { get_none, -ESRCH, 0 }, { set, 0, 0 }, { channel, 0, 0 }, { notify, 0, 0 },
	{ pool, 0, NEEDS_DOMCTL }, { allow, 0, NEEDS_DOMCTL },
	{ name, 0, NEEDS_DOMCTL }, { populate, 0, 0 }, { prepare, 0, 0 },
	{ seed, 0, 0 }, { check_seed, 0, 0 },
	{ destroy_slowly, -EAGAIN, NEEDS_DOMCTL }, { stop, 0, NEEDS_DOMCTL },
	{ destroy, 0, NEEDS_DOMCTL },
};

enum { STEPS = sizeof(steps) / sizeof(*steps), OPEN = 0, LIST = 3 };

static int good(unsigned int step)
{
	return steps[step].flags & NEEDS_DOMCTL && !is_known() ?
	       -EPROTONOSUPPORT : steps[step].good;
}

/* What else comes of a call that fails than its errno. OPENS: so is it while it
 * is opened, else later. */
static const struct outcome {
	const char *call;
	int how;		/* 0: any */
	bool opens;
	int rc;
} outcomes[] = {
	/* there is another place for it */
	{ "/dev/xen/privcmd", ENOENT, true, 0 },
	{ "/dev/xen/privcmd", ENXIO, true, 0 },
	{ "/dev/xen/privcmd", ENODEV, true, 0 },
	{ "/dev/xen/hypercall", ENOENT, true, 0 },
	{ "/dev/xen/hypercall", ENXIO, true, -ENODEV },
	/* what the kernel does not know */
	{ "ioctl", 0, true, 0 },
	{ "mmapbatch", EINVAL, false, 0 },
	{ "mmapbatch", ENOENT, false, 0 },
	{ "mmapbatch", FAULT_SHORT, false, -EIO },
	{ "mmap_resource", EOPNOTSUPP, false, 0 },
	{ "mmap_resource", ENOTTY, false, 0 },
	/* no matter */
	{ "close", 0, true, 0 },
	{ "close a channel", 0, true, 0 },
	{ "munmap", 0, true, 0 },
	{ "munmap", 0, false, 0 },
	/* may we? Of other errors none says so. */
	{ "hvm_op", EPERM, true, -EPERM },
	{ "hvm_op", EACCES, true, -EPERM },
	{ "hvm_op", 0, true, 0 },
	/* asked once more */
	{ "domctl", 0, true, 0 },
	{ "sysctl", 0, true, 0 },
};

static int outcome(unsigned int step)
{
	size_t i;

	for (i = 0; i < sizeof(outcomes) / sizeof(*outcomes); i++)
		if (!strcmp(outcomes[i].call, fault.call) &&
		    outcomes[i].opens == (step == OPEN) &&
		    (!outcomes[i].how || outcomes[i].how == fault.how))
			return outcomes[i].rc;
	return -fault.how;
}

static void reset(void)
{
	memset(&xen, 0, sizeof(xen));
	xen.params[HVM_PARAM_STORE_EVTCHN] = PORT;
	xen.params[HVM_PARAM_STORE_PFN] = ~0ull;
	xen.pages = xen.max_pages = 1000;
	if (ftruncate(guest, 0) || ftruncate(guest, 2 * PAGE))
		abort();
}

static int open_fds(void)
{
	int fd, n = 0;

	for (fd = 0; fd < FDS; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static unsigned int wrong, left_over, unrepaired;

/* True if this step is not what it should be. */
static bool judge(unsigned int i, int rc, bool here, bool *failed)
{
	int wanted = here ? outcome(i) : 0;

	if (rc == good(i) && !wanted)
		return false;
	/* asked for one by one: the next call tells why this one ended early */
	if (i == LIST && here && !is_known())
		return rc != 1 && rc != 2 && rc != wanted;
	if (*failed)
		return rc >= 0;
	if (!here)
		return true;
	*failed = i == OPEN;
	return rc != wanted;
}

static void run_all(void)
{
	bool failed = false, bad = false, met;
	unsigned int i;
	int fds, rc;

	reset();
	fds = open_fds();
	for (i = 0; i < STEPS && !failed; i++) {
		met = fault.call;
		rc = steps[i].run();
		if (judge(i, rc, fault.call && !met, &failed)) {
			printf("# step %u gave %d\n", i, rc);
			bad = true;
		}
	}
	hyp_close();
	if (bad)
		fault_note("unexpected");
	wrong += bad;
	if (open_fds() != fds || live || mapped || xen.ports) {
		fault_note("something is left");
		printf("# %d descriptors, %d allocations, %d mappings, "
		       "%u ports\n", open_fds() - fds, live, mapped, xen.ports);
		left_over++;
	}
	live = mapped = 0;
}

/* With one call that fails; then again, with none. */
static void run_twice(void)
{
	struct fault met;
	unsigned int before;

	run_all();
	met = fault;
	fault = (struct fault){ 0 };
	before = wrong + left_over;
	run_all();
	unrepaired += wrong + left_over != before;
	fault = met;
}

/* What is not needed is kept for later, but not without end. */
static void many(void)
{
	unsigned int i, bad = 0;
	void *page;

	kind = kinds;
	fault = (struct fault){ 0 };
	reset();
	bad += hyp_open() || populate();
	for (i = 0; i < 1000 && !bad; i++) {
		bad += hyp_map(GUEST, RING, false, &page) != 0;
		hyp_unmap(page);
	}
	ok(!bad && mapped > 10 && mapped < 300, "of 1000 mappings %d are left",
	   mapped);
	hyp_give_back();
	hyp_close();
	is_int(mapped, 0, "and none when they are given back");
}

/* Xen's word for success is not enough. */
static void direct(void)
{
	kind = kinds;
	fault = (struct fault){ 0 };
	reset();
	is_int(hyp_open(), 0, "Xen with a direct-mapped domain");
	xen.direct = true;
	is_int(hyp_populate(GUEST, RING), -EADDRINUSE,
	       "a page that was not added is not taken for one that was");
	hyp_close();
}

int main(void)
{
	unsigned int n = 0;

	guest = memfd_create("guest", MFD_CLOEXEC);
	for (kind = kinds; kind < kinds + sizeof(kinds) / sizeof(*kinds);
	     kind++) {
		wrong = left_over = unrepaired = 0;
		fault = (struct fault){ 0 };
		run_all();
		ok(!wrong && !left_over, "%s: all of it works", kind->name);
		n += fault_everywhere(run_twice);
		is_int(wrong, 0, "each call failing once is told as it is");
		is_int(left_over, 0, "no descriptor, memory, mapping is left");
		is_int(unrepaired, 0, "another run does it all");
	}
	many();
	direct();
	ok(n > 1000, "%u calls failed once", n);
	printf("# sum: %u calls failed once\n", n);
	return done();
}
