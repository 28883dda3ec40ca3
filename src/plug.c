/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "hyp.h"
#include "parse.h"
#include "plug.h"
#include "script.h"

enum {
	NUMBERS_MAX = 256,
	/* to take back what was begun, if it is late; and for any change of
	 * nodes that somebody else keeps changing */
	UNDO_MS = 2000,
	FORCE_MS = 2000,	/* that a backend has to close, without guest */
	/* that a guest has at least to see that a device is gone, and at most,
	 * see has_let_go(): a frontend of Linux waits up to 5 s */
	LETTING_GO_MS = 300, HOLDING_MS = 5000,
	ENDING_MS = 1000,	/* that a loop device has to go away */
	SERVER_MS = 10000,	/* that another domain has to remove a backend:
				 * LIBXL_DESTROY_TIMEOUT, libxl_internal.h */
	ANEW_MAX = 3,		/* times that a device is given once more */
	/* A guest's attention is called to its device after so long, then after
	 * twice that, and so on: each costs xenstored four answers. */
	NUDGE_MS = 50,
	/* Names of interfaces are shorter (IFNAMSIZ). A longer one is found to
	 * be no interface's. */
	CARD_NAME_MAX = 32,
};

char *plug_name(char name[64], const struct plug *plug)
{
	char word[SPEC_VDEV_MAX];

	snprintf(name, 64, "%s %s", device_kind_word(&plug->device),
		 plug->disk ? plug->disk->vdev
			    : device_word(word, &plug->device));
	return name;
}

__attribute__((format(printf, 3, 4)))
static int plug_hint(struct plug *plug, int rc, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(plug->hint, sizeof(plug->hint), format, args);
	va_end(args);
	return rc;
}

__attribute__((format(printf, 2, 0)))
static void vname_step(struct plug *plug, const char *format, va_list args)
{
	char name[64], what[sizeof(plug->step) - sizeof(name) - 2];

	vsnprintf(what, sizeof(what), format, args);
	snprintf(plug->step, sizeof(plug->step), "%s: %s",
		 plug_name(name, plug), what);
	*plug->hint = '\0';
}

/* Name a step that only looks. It is said only if it fails. */
__attribute__((format(printf, 2, 3)))
static void name_step(struct plug *plug, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vname_step(plug, format, args);
	va_end(args);
}

/* Name and announce a step. True: take it; false: this is a dry run. */
__attribute__((format(printf, 2, 3)))
static bool plug_take(struct plug *plug, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vname_step(plug, format, args);
	va_end(args);
	if (!plug->announced)
		plug->said(plug, plug->step);
	plug->announced = true;
	return !plug->dry;
}

static bool is_local(const struct plug *plug)
{
	return plug->device.host == plug->self;
}

static int plug_look(struct plug *plug)
{
	int rc;

	device_ask(&plug->device, &plug->look);
	rc = batch_flush();
	if (!rc)
		device_understand(&plug->look);
	return rc;
}

/* At first it is not known where it is. */
void plug_ask(struct plug *plug)
{
	if (plug->next)
		device_ask(&plug->device, &plug->look);
}

/* Fill in the device as it is to be, with number DEVID. */
static void make(struct plug *plug, uint32_t devid)
{
	struct device *device = &plug->device;

	if (!plug->vif && !plug->disk)
		return;
	device_begin(device, device->guest, device->host,
		     plug->vif ? "vif" : "vbd", devid);
	if (plug->vif)
		device_add_vif(device, plug->vif, plug->uuid);
	else
		device_add_disk(device, plug->disk);
}

/* Has the guest still the event channel that its end of the device had? */
static bool holds_port(const struct plug *plug)
{
	struct hyp_evtchn port;

	return plug->port &&
	       !hyp_evtchn_status(plug->device.guest, plug->port, &port) &&
	       (port.state == HYP_EVTCHN_UNBOUND ||
		port.state == HYP_EVTCHN_BOUND) &&
	       port.remote == plug->device.host;
}

/* The guest's nodes are about to be removed. By what will be seen that the
 * guest has let go? */
static void begin_parting(struct plug *plug)
{
	plug->port = device_port(&plug->device);
	if (!holds_port(plug))
		plug->port = 0;
	plug->parted = clock_ms();
}

/*
 * When a guest sees that its nodes are gone, it unregisters the device. If a
 * device with this number is there again before it has looked, it misses both,
 * the going and the coming: xenbus_dev_changed(), xenbus_probe.c of Linux 6.1.
 * Linux gives the event channel back when it unregisters the device. Where it
 * is not that which can be seen, the guest has looked when it has nothing more
 * to do.
 */
static bool has_let_go(const struct plug *plug)
{
	static const uint32_t still = HYP_DYING | HYP_SHUTDOWN | HYP_PAUSED;
	int64_t waited = clock_ms() - plug->parted;
	struct hyp_domain guest;

	if (waited >= HOLDING_MS || !clock_left(plug->deadline) ||
	    hyp_domains(plug->device.guest, &guest, 1) != 1 ||
	    guest.domid != plug->device.guest || guest.flags & still)
		return true;
	if (plug->port)
		return !holds_port(plug);
	return waited >= LETTING_GO_MS &&
	       (guest.flags & HYP_BLOCKED || !guest.full);
}

/* Hold the loop device no more: without a backend it goes away. */
static void close_loop(struct plug *plug)
{
	if (plug->loop)
		close(plug->loop - 1);
	plug->loop = 0;
}

/* Who changes nodes of a device all the time, as a backend in another domain
 * can, must not keep us from the other devices. */
static int64_t soon(const struct plug *plug)
{
	int64_t limit = clock_ms() + UNDO_MS;

	return limit < plug->deadline ? limit : plug->deadline;
}

static int take_away(const struct plug *plug, int64_t deadline)
{
	int rc = device_cut(&plug->device, deadline);

	return rc ? rc : device_remove(&plug->device, deadline);
}

/* Take the device away; it is written anew when the guest has let go. */
static int begin_anew(struct plug *plug)
{
	int rc;

	begin_parting(plug);
	rc = take_away(plug, soon(plug));
	if (rc)
		return rc;
	close_loop(plug);
	plug->written = plug->plugged = plug->announced = false;
	plug->busy = 0;
	plug->fresh = true;
	plug->anew++;
	plug->next = 0;
	return -EAGAIN;
}

static bool both_closed(const struct plug *plug)
{
	return plug->look.front == DEVICE_CLOSED &&
	       plug->look.back == DEVICE_CLOSED;
}

/*
 * Compare with what is there. 0: this very device is; -ENOENT: nothing is, or
 * only what was left of a device; -EAGAIN: a device is that is being detached;
 * -EEXIST: another device is; -ESTALE: this one is, and both ends have closed
 * it, as after the guest's driver was unloaded. No driver takes it again.
 */
static int compare(struct plug *plug)
{
	struct device *device = &plug->device;
	char text[DEVICE_TEXT_MAX], kind[DEVICE_KIND_MAX];
	uint16_t host = device->host;
	const char *key = "";
	int seen, rc = device_compare(device, &key, text);

	if (rc && rc != -EEXIST)
		return rc == -EPROTO ? -ENOENT : rc;
	/* another device may have its backend in another domain */
	strcpy(kind, device->host_kind);
	seen = device_find(device);
	if (!seen)
		seen = plug_look(plug);
	device->host = host;
	strcpy(device->host_kind, kind);
	if (seen)
		return seen;
	if (plug->look.back < 0 ||
	    (!plug->look.online && plug->look.back == DEVICE_CLOSED))
		return -ENOENT;
	if (!plug->look.online)
		return plug_hint(plug, -EAGAIN, "it is being detached");
	if (rc)
		plug_hint(plug, rc, "it is attached in another way: its %s is "
			  "'%s'", key, text);
	return rc || !both_closed(plug) ? rc : -ESTALE;
}

struct numbers {
	uint32_t number[NUMBERS_MAX];
	unsigned int count;
};

static bool see_number(void *context, uint32_t devid)
{
	struct numbers *numbers = context;

	numbers->number[numbers->count++] = devid;
	return numbers->count < NUMBERS_MAX;
}

static bool is_among(const struct numbers *numbers, uint32_t devid)
{
	unsigned int i;

	for (i = 0; i < numbers->count; i++)
		if (numbers->number[i] == devid)
			return true;
	return false;
}

/* By another line of this run? */
static bool is_claimed(const struct plug *plug, uint32_t devid)
{
	const struct plug_claims *claims = plug->claims;
	unsigned int i;

	for (i = 0; i < claims->count; i++)
		if (claims->of[i].devid == devid && claims->of[i].by != plug &&
		    claims->of[i].by->device.guest == plug->device.guest)
			return true;
	return false;
}

static void claim(struct plug *plug, uint32_t devid)
{
	struct plug_claims *claims = plug->claims;
	unsigned int i = 0;

	if (!claims)
		return;
	while (i < claims->count && claims->of[i].by != plug)
		i++;
	if (i == PLUG_CLAIMS_MAX)
		return;
	claims->of[i].by = plug;
	claims->of[i].devid = devid;
	if (i == claims->count)
		claims->count++;
}

/*
 * Find the number of a card that was not given one: that of the first card
 * which is there, as it is to be, and belongs to no other line of this run. If
 * there is none, it is a new card, with the lowest number that is free.
 */
static int find_card(struct plug *plug)
{
	struct numbers numbers = { .count = 0 };
	uint32_t devid = 0;
	unsigned int i;
	int rc = device_each(plug->device.guest, "vif", see_number, &numbers);

	if (rc)
		return rc;
	for (i = 0; i < numbers.count; i++) {
		if (is_claimed(plug, numbers.number[i]))
			continue;
		make(plug, numbers.number[i]);
		rc = compare(plug);
		if (!rc || (rc != -EEXIST && rc != -ENOENT && rc != -EAGAIN))
			return rc;
	}
	while (is_among(&numbers, devid) || is_claimed(plug, devid))
		devid++;
	make(plug, devid);
	return -ENOENT;
}

static int plug_find(struct plug *plug)
{
	uint64_t devid = plug->disk ? plug->disk->number : 0;
	int rc;

	if (plug->parted)
		return has_let_go(plug) ? 0 : -EAGAIN;
	snprintf(plug->step, sizeof(plug->step), "look at its devices");
	if (plug->vif && !*plug->vif->devid) {
		rc = find_card(plug);
	} else {
		if (plug->vif)
			parse_number(plug->vif->devid, UINT32_MAX, &devid);
		make(plug, (uint32_t)devid);
		name_step(plug, "attach it");
		rc = compare(plug);
	}
	if (rc && rc != -ENOENT && rc != -ESTALE)
		return rc;
	*plug->hint = '\0';
	plug->fresh = rc;
	claim(plug, plug->device.devid);
	if (rc == -ESTALE && plug_take(plug, "begin anew"))
		return begin_anew(plug);
	return 0;
}

static int check_bridge(struct plug *plug)
{
	const char *name = *plug->vif->bridge ? plug->vif->bridge : "xenbr0";
	char names[256];
	int rc = link_find(name, &plug->bridge);

	if (!rc && plug->bridge.bridge)
		return 0;
	name_step(plug, "find bridge %s", name);
	if (!rc)
		return plug_hint(plug, -EINVAL, "that is no bridge");
	if (rc != -ENODEV || link_bridges(names, sizeof(names)))
		return rc;
	return plug_hint(plug, rc, "%s%s", *names ? "the bridges are: " :
			 "there is no bridge at all", names);
}

static int check_card(struct plug *plug)
{
	struct link link;

	if (*plug->vif->script)
		return 0;
	if (plug->fresh && *plug->vif->name &&
	    !link_find(plug->vif->name, &link)) {
		name_step(plug, "call its interface %s", plug->vif->name);
		return -EEXIST;
	}
	return check_bridge(plug);
}

static void number_of(char number[24], const struct loop_target *target)
{
	snprintf(number, 24, "%" PRIx32 ":%" PRIx32, target->major,
		 target->minor);
}

/* Is the file in use by the loop device of a disk that was just detached, which
 * goes away in a moment? */
static bool is_ending(struct plug *plug)
{
	int64_t now = clock_ms();

	if (!plug->busy)
		plug->busy = now;
	return plug->target.file && now - plug->busy < ENDING_MS &&
	       clock_left(plug->deadline);
}

/* -EBUSY: somebody else uses what the disk is made of. */
static int check_sharing(struct plug *plug)
{
	bool write = *plug->disk->mode == 'w';
	struct device user;
	char number[24];
	int rc = loop_check(plug->disk->target, &plug->target, write);

	if (rc == -EBUSY && is_ending(plug))
		return -EAGAIN;
	if (rc == -EBUSY)
		return plug_hint(plug, rc, "it is in use in this domain; "
				 "access %s! takes it all the same",
				 plug->disk->mode);
	if (rc || plug->target.file)
		return rc;
	number_of(number, &plug->target);
	rc = device_check_disk(&plug->device, number, write, &user);
	if (rc == -EBUSY)
		plug_hint(plug, rc, "domain %u has it as device %" PRIu32
			  "; access %s! takes it all the same", user.guest,
			  user.devid, plug->disk->mode);
	return rc;
}

static int check_disk(struct plug *plug)
{
	int rc;

	if (*plug->disk->script)
		return 0;
	name_step(plug, "take %.80s", plug->disk->target);
	rc = loop_look(plug->disk->target, &plug->target);
	if (!rc && plug->fresh && !*plug->disk->shared)
		rc = check_sharing(plug);
	return rc;
}

/* A run that died may have left the number of a loop device in the nodes. If
 * that device is gone, or has another file by now, begin anew. */
static int check_loop(struct plug *plug)
{
	static const char loops[] = "7:";
	const char *number = plug->look.plug;
	char *end;

	if (plug->fresh || !plug->target.file || !*plug->look.plug ||
	    plug->look.back == DEVICE_CONNECTED ||
	    loop_is_served(plug->device.guest, plug->device.devid))
		return 0;
	if (!strncmp(number, loops, sizeof(loops) - 1) &&
	    loop_has((uint32_t)strtoul(number + sizeof(loops) - 1, &end, 16),
		     &plug->target) && !*end)
		return 0;
	plug->fresh = true;
	if (plug_take(plug, "begin anew"))
		return take_away(plug, soon(plug));
	return 0;
}

static int check(struct plug *plug)
{
	int rc = 0;

	if (!is_local(plug))
		return 0;
	if (plug->vif)
		rc = check_card(plug);
	if (plug->disk)
		rc = check_disk(plug);
	return rc || !plug->disk ? rc : check_loop(plug);
}

static int write_nodes(struct plug *plug)
{
	int rc;

	if (!plug->fresh || !plug_take(plug, "write its nodes"))
		return 0;
	rc = device_write(&plug->device);
	if (rc == -EEXIST) {
		/* somebody else has written a device first: look again */
		plug->next = 0;
		return -EAGAIN;
	}
	plug->written = !rc;
	plug->since = clock_ms();
	plug->nudges = 0;
	/* what was seen before belonged to another device, or to none */
	plug->look.front = plug->look.back = DEVICE_INITIALISING;
	plug->look.entry = 0;
	plug->look.plug = plug->look.error = "";
	return rc;
}

/* The name that the kernel gives a card's interface. */
static void card_name(char name[CARD_NAME_MAX], const struct plug *plug)
{
	snprintf(name, CARD_NAME_MAX, "vif%u.%s", plug->device.guest,
		 plug->device.devid_text);
}

/* Run a hotplug script with the arguments and variables of libxl_linux.c. */
static int run_script(struct plug *plug, bool on, int64_t deadline)
{
	bool card = !strcmp(plug->device.kind, "vif");
	const char *action = card ? on ? "online" : "offline"
				  : on ? "add" : "remove";
	char path[96], name[CARD_NAME_MAX];
	const char *const argv[] = {
		plug->device.script, action, card ? "type_if=vif" : NULL, NULL,
	};
	const char *const env[] = {
		"script", plug->device.script,
		"XENBUS_TYPE", plug->device.host_kind,
		"XENBUS_PATH", path, "XENBUS_BASE_PATH", "backend",
		card ? "vif" : NULL, name, "INTERFACE", name, NULL,
	};

	card_name(name, plug);
	snprintf(path, sizeof(path), "backend/%s/%u/%s",
		 plug->device.host_kind, plug->device.guest,
		 plug->device.devid_text);
	return script_run(argv, env, deadline);
}

static int note_connected(struct plug *plug)
{
	static const struct device_pair connected = {
		.place = DEVICE_BACK, .key = "hotplug-status",
		.value = "connected",
	};

	return device_note(&plug->device, &connected, 1);
}

/* Find the card's interface in dom0. The kernel makes it with the backend; it
 * may have been renamed already. */
static int find_interface(const struct plug *plug, struct link *link)
{
	char name[CARD_NAME_MAX];
	int rc = -ENODEV;

	if (*plug->vif->name)
		rc = link_find(plug->vif->name, link);
	if (rc != -ENODEV)
		return rc;
	card_name(name, plug);
	return link_find(name, link);
}

static int bridge_card(struct plug *plug)
{
	struct link_change change = { .master = plug->bridge.index };
	uint64_t mtu = plug->bridge.mtu;
	struct link link;
	int rc = find_interface(plug, &link);

	if (rc)
		return rc == -ENODEV ? -EAGAIN : rc;
	if (*plug->vif->mtu)
		parse_number(plug->vif->mtu, UINT32_MAX, &mtu);
	change.index = link.index;
	change.mtu = mtu == link.mtu ? 0 : (uint32_t)mtu;
	if (*plug->vif->name && strcmp(plug->vif->name, link.name))
		change.name = plug->vif->name;
	rc = link_set_up(&change);
	return rc ? rc : note_connected(plug);
}

/* The node physical-device comes last: when the backend sees it, it opens the
 * disk. */
static int open_disk(struct plug *plug)
{
	bool write = *plug->disk->mode == 'w';
	char number[24], path[32];
	struct device_pair pairs[] = {
		{ DEVICE_BACK, .key = "hotplug-status", .value = "connected" },
		{ DEVICE_BACK, .key = "physical-device-path", .value = path },
		{ DEVICE_BACK, .key = "physical-device", .value = number },
	};
	int rc;

	if (plug->target.file) {
		int fd = loop_attach(plug->disk->target, write, &plug->target);

		if (fd < 0)
			return fd;
		plug->loop = fd + 1;
		snprintf(path, sizeof(path), "/dev/loop%" PRIu32,
			 plug->target.minor);
	} else {
		pairs[1].value = plug->disk->target;
	}
	number_of(number, &plug->target);
	rc = device_note(&plug->device, pairs, 3);
	if (rc == -EAGAIN)
		close_loop(plug);
	return rc;
}

/* Is there nothing left for dom0 to do? */
static bool is_served(const struct plug *plug)
{
	if (!is_local(plug) || plug->plugged || (!plug->vif && !plug->disk))
		return true;
	return !plug->dry && (plug->look.back == DEVICE_CONNECTED ||
			      (plug->disk && *plug->look.plug));
}

static int serve(struct plug *plug)
{
	bool script, begun = plug->look.back >= DEVICE_INIT_WAIT;
	int rc;

	if (is_served(plug))
		return 0;
	script = plug->vif ? *plug->vif->script : *plug->disk->script;
	if (!plug->dry && !begun && (script || plug->vif)) {
		name_step(plug, "wait for its backend");
		device_explain(plug->hint, sizeof(plug->hint), &plug->look);
		return -EAGAIN;
	}
	if (script && plug_take(plug, "run %.90s", plug->device.script))
		rc = run_script(plug, true, plug->deadline);
	else if (!script && plug->vif &&
		 plug_take(plug, "put it into bridge %s", plug->bridge.name))
		rc = bridge_card(plug);
	else if (!script && plug->disk &&
		 plug_take(plug, "open %.90s", plug->disk->target))
		rc = open_disk(plug);
	else
		rc = 0;
	plug->plugged = !rc;
	return rc;
}

/* The backend has opened the loop device, which nobody else has to hold now. */
static void let_loop_go(struct plug *plug)
{
	if (!plug->loop)
		return;
	if (plug->look.back != DEVICE_CONNECTED &&
	    !loop_is_served(plug->device.guest, plug->device.devid))
		return;
	close_loop(plug);
}

/* Has the guest taken the new device for the last one with this number, which
 * it was letting go of, and closed it? */
static bool is_mistaken(const struct plug *plug)
{
	return plug->written && is_local(plug) && plug->anew < ANEW_MAX &&
	       both_closed(plug);
}

/* Is the backend ready, and the guest's end as it was written? */
static bool is_unseen(const struct plug *plug)
{
	return plug->look.front == DEVICE_INITIALISING &&
	       plug->look.back == DEVICE_INIT_WAIT;
}

/*
 * A guest that has just got its xenstore looks for devices, then begins to
 * listen for more, and misses one that comes between. Linux looks at a device
 * of which any node is written (xenbus_dev_changed): one is written again, as
 * it is.
 */
static int call_attention(struct plug *plug)
{
	int64_t after = (int64_t)NUDGE_MS << plug->nudges;
	char host[8];
	const struct device_pair same = {
		.place = DEVICE_FRONT, .key = "backend-id", .value = host,
	};
	int rc;

	if (!plug->written || !is_unseen(plug) ||
	    clock_ms() - plug->since < after)
		return 0;
	plug->nudges++;
	snprintf(host, sizeof(host), "%u", plug->device.host);
	rc = device_note(&plug->device, &same, 1);
	return rc == -ENOENT ? 0 : rc;
}

static int wait_for_ends(struct plug *plug)
{
	const struct device_look *l = &plug->look;
	int rc;

	if (plug->dry && plug->no_wait)
		return 0;
	let_loop_go(plug);
	if (!device_is_stuck(l))
		return 0;
	if (plug->no_wait && !plug->loop)
		return 0;
	if (!plug_take(plug, "wait for both ends"))
		return 0;
	device_explain(plug->hint, sizeof(plug->hint), l);
	/* what dom0 does for its own backends others do there, and Xen's SILO
	 * policy, usual on Arm, leaves guests no channel to each other */
	if (!is_local(plug) && !*l->error)
		plug_hint(plug, 0, "the guest's end is %s, the backend's %s; "
			  "does xl devd run in domain %u, and Xen with "
			  "xsm=dummy?", device_state_word(l->front),
			  device_state_word(l->back), plug->device.host);
	if (l->entry == -ENOENT)
		return plug_hint(plug, -ENODEV, "it was detached meanwhile");
	if (is_mistaken(plug))
		return begin_anew(plug);
	if (*l->error && l->back >= DEVICE_CLOSING)
		return -EIO;
	rc = call_attention(plug);
	return rc ? rc : -EAGAIN;
}

static int find_there(struct plug *plug)
{
	char path[STORE_PATH_MAX];
	int rc = device_find(&plug->device);

	name_step(plug, "find it");
	if (rc == -ENOENT)
		return 0;
	if (rc)
		return rc;
	plug->there = true;
	rc = store_read(device_path(path, &plug->device, DEVICE_LIBXL,
				    "script"), plug->device.script,
			sizeof(plug->device.script));
	if (rc < 0)
		*plug->device.script = '\0';
	return plug_look(plug);
}

/* Remove the guest's nodes, before all others. */
static int part(struct plug *plug)
{
	begin_parting(plug);
	return device_cut(&plug->device, soon(plug));
}

static int ask_to_close(struct plug *plug)
{
	int rc = 0;

	if (!plug->there || plug->look.back < 0)
		return 0;
	if (plug->force && plug_take(plug, "take it from the guest"))
		rc = part(plug);
	if (!rc && plug_take(plug, "ask it to close"))
		rc = device_close(&plug->device, soon(plug));
	plug->since = clock_ms();
	return rc == -ENOENT ? 0 : rc;
}

/*
 * What serves a backend in another domain, as xl devd, has a script to run, and
 * removes the backend's nodes after that. It gets the time that xl gives it.
 * False: it is to be waited for.
 */
static bool is_left_to_us(struct plug *plug)
{
	int64_t now = clock_ms();

	if (!plug->busy)
		plug->busy = now;
	return is_local(plug) || now - plug->busy >= SERVER_MS ||
	       !clock_left(plug->deadline);
}

static int wait_closed(struct plug *plug)
{
	const struct device_look *l = &plug->look;

	if (!plug->there || l->back < 0 ||
	    (l->back == DEVICE_CLOSED && is_left_to_us(plug)))
		return 0;
	if (!plug_take(plug, "wait until it has closed"))
		return 0;
	device_explain(plug->hint, sizeof(plug->hint), l);
	/* a backend without its guest closes at once, or never */
	return plug->force && clock_ms() - plug->since >= FORCE_MS ? 0
								   : -EAGAIN;
}

/*
 * Does what the script has done end with the device? That of xl's own scripts
 * does, but for a loop device, whose name the script leaves in "node": it stays
 * until somebody tells it to go (tools/hotplug/Linux/block, 4.14 to 4.20).
 */
static bool ends_with_it(const struct plug *plug)
{
	static const char *const usual[] = {
		"", "/etc/xen/scripts/vif-bridge", "/etc/xen/scripts/block",
	};
	char path[STORE_PATH_MAX], text[DEVICE_TEXT_MAX];
	unsigned int i;

	for (i = 0; i < sizeof(usual) / sizeof(*usual); i++)
		if (!strcmp(plug->device.script, usual[i]))
			return store_read(device_path(path, &plug->device,
						      DEVICE_BACK, "node"),
					  text, sizeof(text)) < 0;
	return false;
}

static int undo(struct plug *plug)
{
	if (!plug->there || !is_local(plug) || ends_with_it(plug))
		return 0;
	if (plug_take(plug, "run %.90s", plug->device.script))
		run_script(plug, false, plug->deadline);
	return 0;
}

static int let_go(struct plug *plug)
{
	int rc = 0;

	if (!plug->there || (plug->look.front == DEVICE_NONE && !plug->parted))
		return 0;
	if (!plug_take(plug, "let the guest unregister it"))
		return 0;
	if (!plug->parted)
		rc = part(plug);
	return rc || has_let_go(plug) ? rc : -EAGAIN;
}

static int plug_remove(struct plug *plug)
{
	if (!plug->there || !plug_take(plug, "remove its nodes"))
		return 0;
	return device_remove(&plug->device, soon(plug));
}

typedef int plug_step(struct plug *plug);

/* Take back what this run has begun: nothing is left half done. */
static void take_back(struct plug *plug)
{
	int64_t deadline = clock_ms() + UNDO_MS;

	if (plug->written) {
		device_close(&plug->device, deadline);
		take_away(plug, deadline);
	}
	close_loop(plug);
}

static int walk(struct plug *plug, plug_step *const *steps)
{
	int rc;

	if (plug->next)
		device_understand(&plug->look);
	for (; steps[plug->next]; plug->next++) {
		rc = steps[plug->next](plug);
		if (rc == -EAGAIN && !clock_left(plug->deadline))
			return -ETIMEDOUT;
		if (rc)
			return rc;
		plug->announced = false;
	}
	return 0;
}

int plug_in(struct plug *plug)
{
	static plug_step *const steps[] = {
		plug_find, check, write_nodes, serve, wait_for_ends, NULL,
	};
	int rc = walk(plug, steps);

	/* if the guest is late the device may stay, unless we would have to
	 * hold its loop device */
	if (rc && rc != -EAGAIN && (rc != -ETIMEDOUT || plug->loop))
		take_back(plug);
	return rc;
}

int plug_out(struct plug *plug)
{
	static plug_step *const steps[] = {
		find_there, ask_to_close, wait_closed, let_go, undo,
		plug_remove, NULL,
	};

	return walk(plug, steps);
}
