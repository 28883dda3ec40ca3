/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>

#include "clock.h"
#include "nodes.h"
#include "store.h"
#include "tap.h"
#include "world.h"

#define UUID "2ed6657d-e927-568b-95e1-2665a8aea6a2"

static struct nodes nodes;
static int64_t deadline;

static void begin(uint32_t vcpus)
{
	world_reset(17);
	world_boot(7);
	world_boot(HYP_DOMID_LAST);
	deadline = clock_ms() + 30000;
	store_open(deadline, world->about.self, false);
	nodes = (struct nodes){
		.domid = 7, .name = "web", .uuid = UUID, .memory = 262144,
		.vcpus = vcpus, .port = 3, .gfn = 0x39001,
	};
	world_forget();
}

/* All of them, as the steps write them. */
static int write_all(void)
{
	int rc = nodes_write(&nodes);

	return rc ? rc : nodes_finish(nodes.domid);
}

static void trees(void)
{
	static const uint32_t vcpus[] = { 1, 2, 4, 0, 70 };
	unsigned int i;

	for (i = 0; i < sizeof(vcpus) / sizeof(*vcpus); i++) {
		begin(vcpus[i]);
		is_int(write_all(), 0, "%u vCPUs", vcpus[i]);
		is_str(world_check_nodes(&nodes), NULL, "%u vCPUs: the tree",
		       vcpus[i]);
		is_int(world_count("store_commit"), 1, "%u vCPUs: one transaction",
		       vcpus[i]);
		is_str(world->wrong, "", "%u vCPUs: no rule broken",
		       vcpus[i]);
	}
	begin(1);
	nodes.domid = HYP_DOMID_LAST;
	nodes.memory = UINT64_MAX / 1024;
	nodes.port = 131071;
	nodes.driver_domain = true;
	is_int(write_all(), 0, "a driver domain");
	is_str(world_check_nodes(&nodes), NULL, "a driver domain: the tree");
	is_str(world_read("/local/domain/32751/store/ring-ref"), "233473",
	       "frames are decimal");
}

/* Where anything is there already, whoever made it, no permission is left. */
static void taken(void)
{
	static const char *const odd[] = {
		"/local/domain/7/memory", "/libxl/7/device",
		("/vm/" UUID "/name"),
		"/local/domain/7/device/suspend", "/local/domain/7/name",
	};
	unsigned int i;

	for (i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		begin(1);
		world_write(odd[i], "", "n7");
		is_int(write_all(), 0, "%s: written", odd[i]);
		is_str(world_check_nodes(&nodes), NULL, "%s: the tree",
		       odd[i]);
	}
	begin(1);
	nodes.fresh = true;
	write_all();
	ok(world_count("batch_") < 62, "where nothing is, children inherit");
	is_str(world_check_nodes(&nodes), NULL, "the tree, then");
}

static void interference(void)
{
	begin(2);
	world->conflicts = 1;
	is_int(nodes_write(&nodes), -EAGAIN, "somebody interferes");
	is_str(world_read("/libxl"), NULL, "nothing is written");
	is_int(write_all(), 0, "the next try");
	is_str(world_check_nodes(&nodes), NULL, "writes all");
}

/* Scripts wait for the last one. */
static void last(void)
{
	begin(2);
	is_int(nodes_write(&nodes), 0, "all but the last");
	is_str(world_read("/libxl/7/type"), NULL, "do not say that it is done");
	ok(world_read("/libxl/7/dm-version") != NULL, "but all others are there");
	world_forget();
	is_int(nodes_finish(7), 0, "the last");
	is_str(world_read("/libxl/7/type"), "pvh", "says so");
	is_str(world_perms("/libxl/7/type"), "n0", "to nobody but the toolstack");
	is_int(world_count("batch_write"), 1, "it is one");
	world->fault = (struct world_fault){ .at = 1, .call = "batch_flush",
					     .rc = -EPIPE };
	is_int(nodes_finish(7), -EPIPE, "a connection that breaks is told");
}

/* Every call of the transaction fails once. */
static void failures(void)
{
	static const int rcs[] = { -EIO, -EINVAL, -ENOSPC, -EACCES, -ETIMEDOUT,
				   -E2BIG, -EPIPE };
	unsigned int at, calls, wrong = 0, written = 0, unrepaired = 0, i;
	int rc;

	begin(4);
	nodes_write(&nodes);
	calls = world->calls;
	for (at = 1; at <= calls; at++) {
		i = at % (sizeof(rcs) / sizeof(*rcs));
		begin(4);
		world->fault = (struct world_fault){ .at = at, .rc = rcs[i] };
		rc = nodes_write(&nodes);
		wrong += rc != rcs[i];
		written += world->tree.size != 2;
		world_forget();
		unrepaired += write_all() ||
			      world_check_nodes(&nodes);
	}
	is_int(wrong, 0, "each of %u calls failing is reported", calls);
	is_int(written, 0, "and nothing is written");
	is_int(unrepaired, 0, "and the next time all is");
}

static void stopped(void)
{
	begin(1);
	world->stopped = true;
	is_int(write_all(), -ETIMEDOUT,
	       "a stopped xenstored");
	begin(1);
	store_close();
	is_int(write_all(), -ENOTCONN, "no xenstored");
}

/* What a guest has put into its own nodes stays there. */
static void running_guest(void)
{
	begin(1);
	write_all();
	world_write("/local/domain/7/data/updated", "now", "n7");
	world_write("/local/domain/7/control/shutdown", "poweroff", NULL);
	world_write("/local/domain/7/control/feature-poweroff", "1", NULL);
	world_write("/local/domain/7/device/vif/0/mac", "00:16", "n0,r7");
	world_remove("/local/domain/7/name");
	world_remove("/local/domain/7/vm");
	is_int(write_all(), 0, "a guest without a name");
	is_str(world_read("/local/domain/7/name"), "web", "has one again");
	is_str(world_read("/local/domain/7/data/updated"), "now",
	       "keeps its data");
	is_str(world_perms("/local/domain/7/data/updated"), "n7",
	       "which it owns");
	is_str(world_read("/local/domain/7/control/shutdown"), "poweroff",
	       "and what dom0 asked it to do");
	is_str(world_read("/local/domain/7/control/feature-poweroff"), "1",
	       "and what it told dom0");
	is_str(world_read("/local/domain/7/device/vif/0/mac"), "00:16",
	       "and its devices");
	is_str(world_perms("/local/domain/7/device/vif/0/mac"), "n0,r7",
	       "whose permissions stay");
}

static void control(void)
{
	begin(0);
	world->npools = 3;
	world->pools[1] = 2;
	world->pools[2] = 5;
	is_int(nodes_write_control(0), 0, "the control domain");
	is_str(world_read("/local/domain/0/name"), "Domain-0", "its name");
	is_str(world_read("/local/domain/0/domid"), "0", "its domid");
	is_str(world_read("/local/pool/0/name"), "Pool-0", "the first pool");
	is_str(world_read("/local/pool/2/name"), "Pool-2", "another");
	is_str(world_read("/local/pool/5/name"), "Pool-5", "the last");
	is_str(world_read("/local/pool/1/name"), NULL, "and no more");
	is_int(world->changes, 1, "in one transaction");

	begin(0);
	world->about.sysctl = 0;
	is_int(nodes_write_control(3), 0, "without sysctl");
	is_str(world_read("/local/domain/3/name"), "Domain-3", "its name");
	is_str(world_read("/local/pool"), NULL, "no pools");

	begin(0);
	world->conflicts = 1;
	is_int(nodes_write_control(0), -EAGAIN, "somebody interferes");
	is_int(nodes_write_control(0), 0, "the next try");
	begin(0);
	world->fault = (struct world_fault){ .at = 1, .rc = -EPERM };
	is_int(nodes_write_control(0), -EPERM, "refused");
	begin(0);
	world->fault = (struct world_fault){ .at = 1, .call = "batch_write",
					     .rc = -EIO };
	is_int(nodes_write_control(0), -EIO, "a write fails");
	is_str(world_read("/local"), NULL, "and nothing is written");
}

int main(void)
{
	trees();
	taken();
	interference();
	last();
	failures();
	stopped();
	running_guest();
	control();
	return done();
}
