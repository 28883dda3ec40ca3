/* SPDX-License-Identifier: GPL-2.0-only */
#include "guest.h"

#include <xen/hvm/hvm_op.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/vcpu.h>

static struct shared_info *shared;

static long call(unsigned int op, unsigned int cmd, void *arg)
{
	return hypercall(cmd, (long)arg, 0, 0, op);
}

long xen_param(unsigned int index, uint64_t *value)
{
	struct xen_hvm_param param = { .domid = DOMID_SELF, .index = index };
	long rc = call(__HYPERVISOR_hvm_op, HVMOP_get_param, &param);

	*value = param.value;
	return rc;
}

long xen_place(unsigned int space, uint64_t gfn)
{
	struct xen_add_to_physmap place = {
		.domid = DOMID_SELF, .space = space, .gpfn = gfn,
	};

	return call(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, &place);
}

static long reservation(unsigned int cmd, uint64_t gfn)
{
	xen_pfn_t frame = gfn;
	struct xen_memory_reservation one = {
		.nr_extents = 1, .domid = DOMID_SELF,
	};

	set_xen_guest_handle(one.extent_start, &frame);
	return call(__HYPERVISOR_memory_op, cmd, &one) == 1 ? 0 : -1;
}

long xen_give_back(uint64_t gfn)
{
	return reservation(XENMEM_decrease_reservation, gfn);
}

long xen_take(uint64_t gfn)
{
	return reservation(XENMEM_populate_physmap, gfn);
}

/*
 * Nobody handles interrupts here: all channels are masked, so that an event
 * is no more than a bit, which SCHEDOP_poll waits for.
 */
void event_begin(uint64_t gfn)
{
	xen_place(XENMAPSPACE_shared_info, gfn);
	shared = (struct shared_info *)(gfn * PAGE);
	memset(shared->evtchn_mask, 0xff, sizeof(shared->evtchn_mask));
}

void event_send(uint32_t port)
{
	struct evtchn_send send = { .port = port };

	call(__HYPERVISOR_event_channel_op, EVTCHNOP_send, &send);
}

void event_close(uint32_t port)
{
	struct evtchn_close close = { .port = port };

	call(__HYPERVISOR_event_channel_op, EVTCHNOP_close, &close);
}

/* Xen takes the lowest port that is free. */
uint32_t event_offer(void)
{
	struct evtchn_alloc_unbound offer = {
		.dom = DOMID_SELF, .remote_dom = DOMID_SELF,
	};

	call(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, &offer);
	return offer.port;
}

void event_clear(uint32_t port)
{
	__atomic_fetch_and(&shared->evtchn_pending[port / 64],
			   ~(1ul << port % 64), __ATOMIC_SEQ_CST);
}

static void poll(uint32_t *port, uint64_t until)
{
	struct sched_poll poll = {
		.nr_ports = port ? 1 : 0, .timeout = until,
	};

	set_xen_guest_handle(poll.ports, port);
	call(__HYPERVISOR_sched_op, SCHEDOP_poll, &poll);
}

void event_sleep(uint32_t port)
{
	poll(&port, 0);
}

void xen_yield(void)
{
	call(__HYPERVISOR_sched_op, SCHEDOP_yield, NULL);
}

/*
 * Xen wants the time to wake up at in its own clock. What it tells of a vCPU
 * has the time in it when that began to run, which was a moment ago.
 */
void xen_sleep(unsigned int seconds)
{
	static struct vcpu_runstate_info state;
	struct vcpu_register_runstate_memory_area area;
	uint64_t until;

	set_xen_guest_handle(area.addr.h, &state);
	hypercall(VCPUOP_register_runstate_memory_area, 0, (long)&area, 0,
		  __HYPERVISOR_vcpu_op);
	until = state.state_entry_time + seconds * 1000000000ull;
	while (state.state_entry_time < until)
		poll(NULL, until);
}

/* Goes on only after a suspend, when somebody has resumed the domain. */
void xen_shut_down(unsigned int reason)
{
	struct sched_shutdown shutdown = { .reason = reason };

	call(__HYPERVISOR_sched_op, SCHEDOP_shutdown, &shutdown);
}

void xen_power_off(void)
{
	xen_shut_down(SHUTDOWN_poweroff);
	xen_stop();
}

void xen_stop(void)
{
	for (;;)
		poll(NULL, 0);
}

void fault(uint64_t syndrome, uint64_t at, uint64_t address);

void fault(uint64_t syndrome, uint64_t at, uint64_t address)
{
	say("exception %x at %x, address %x", syndrome, at, address);
	xen_stop();
}
