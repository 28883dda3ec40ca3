/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdlib.h>

#include "clock.h"
#include "device.h"
#include "tap.h"
#include "world.h"

static const uint8_t uuid[UUID_SIZE] = { 0x2e, 0xd6, 0x65, 0x7d };
static struct device device;
static struct spec_vif vif;
static struct spec_disk disk;
static int64_t deadline;

static void begin(void)
{
	unsigned int domid;

	world_reset(17);
	for (domid = 1; domid < WORLD_DOMAINS; domid++)
		world_boot((uint16_t)domid);
	deadline = clock_ms() + 30000;
	store_open(deadline, 0, false);
	world_write("/local/domain/1", "", "n0,r1");
	world_write("/local/domain/1/device/suspend", "", "n0,r1");
	world_write("/libxl/1", "", "n0");
	world_forget();
}

static char *words[2];

static void make_vif(const char *text, uint32_t devid)
{
	struct spec_error error;

	words[0] = (char *)text;
	if (!spec_vif(&vif, words, &error))
		abort();
	device_begin(&device, 1, 0, "vif", devid);
	device_add_vif(&device, &vif, uuid);
}

static void make_disk(const char *text)
{
	struct spec_error error;

	words[0] = (char *)text;
	if (!spec_disk(&disk, words, &error))
		abort();
	device_begin(&device, 1, 0, "vbd", disk.number);
	device_add_disk(&device, &disk);
}

static int by_path(const void *one, const void *other)
{
	return strcmp(((const struct world_node *)one)->path,
		      ((const struct world_node *)other)->path);
}

/* All nodes below PATH, "PATH = VALUE (PERMS)", what PATH is left out. */
static const char *dump(const char *path)
{
	static struct world_node nodes[WORLD_NODES];
	static char text[1 << 16];
	size_t size = strlen(path);
	unsigned int i;
	char *at = text;

	*at = '\0';
	memcpy(nodes, world->tree.nodes, sizeof(nodes));
	qsort(nodes, world->tree.size, sizeof(*nodes), by_path);
	for (i = 0; i < world->tree.size; i++)
		if (!strncmp(nodes[i].path, path, size))
			at += sprintf(at, "%s = %s (%s)\n",
				      nodes[i].path + size, nodes[i].value,
				      nodes[i].perms);
	return text;
}

#define F "/local/domain/1/device/"
#define B "/local/domain/0/backend/"
#define L "/libxl/1/device/"

static void cards(void)
{
	begin();
	make_vif("mac=00:16:3e:1:2:3,bridge=br,rate=8Mb/s,mtu=9000", 2);
	is_int(device_write(&device), 0, "a card");
	is_int(world->changes, 1, "in one transaction");
	is_str(dump(F "vif/2"),
	       " =  (n1,r0)\n"
	       "/backend = " B "vif/1/2 (n1,r0)\n"
	       "/backend-id = 0 (n1,r0)\n"
	       "/handle = 2 (n1,r0)\n"
	       "/mac = 00:16:3e:01:02:03 (n1,r0)\n"
	       "/mtu = 9000 (n0,r1)\n"
	       "/state = 1 (n1,r0)\n"
	       "/trusted = 1 (n1,r0)\n", "the frontend's nodes");
	is_str(dump(B "vif/1/2"),
	       " =  (n0,r1)\n"
	       "/bridge = br (n0,r1)\n"
	       "/frontend = " F "vif/2 (n0,r1)\n"
	       "/frontend-id = 1 (n0,r1)\n"
	       "/handle = 2 (n0,r1)\n"
	       "/hotplug-status =  (n0,r1)\n"
	       "/mac = 00:16:3e:01:02:03 (n0,r1)\n"
	       "/mtu = 9000 (n0,r1)\n"
	       "/online = 1 (n0,r1)\n"
	       "/rate = 50000,50000 (n0,r1)\n"
	       "/script = /etc/xen/scripts/vif-bridge (n0,r1)\n"
	       "/state = 1 (n0,r1)\n"
	       "/type = vif (n0,r1)\n", "the backend's");
	is_str(dump(L "vif/2"),
	       " =  (n0)\n"
	       "/backend = " B "vif/1/2 (n0)\n"
	       "/bridge = br (n0)\n"
	       "/frontend = " F "vif/2 (n0)\n"
	       "/frontend-id = 1 (n0)\n"
	       "/handle = 2 (n0)\n"
	       "/hotplug-status =  (n0)\n"
	       "/mac = 00:16:3e:01:02:03 (n0)\n"
	       "/mtu = 9000 (n0)\n"
	       "/online = 1 (n0)\n"
	       "/rate = 50000,50000 (n0)\n"
	       "/script = /etc/xen/scripts/vif-bridge (n0)\n"
	       "/state = 1 (n0)\n"
	       "/type = vif (n0)\n", "libxl's entry");
}

static void disks(void)
{
	begin();
	make_disk("/dev/vg/a,,xvda,r");
	is_int(device_write(&device), 0, "a disk");
	is_str(dump(F "vbd/51712"),
	       " =  (n1,r0)\n"
	       "/backend = " B "vbd/1/51712 (n1,r0)\n"
	       "/backend-id = 0 (n1,r0)\n"
	       "/device-type = disk (n1,r0)\n"
	       "/state = 1 (n1,r0)\n"
	       "/trusted = 1 (n1,r0)\n"
	       "/virtual-device = 51712 (n1,r0)\n", "the frontend's nodes");
	is_str(dump(B "vbd/1/51712"),
	       " =  (n0,r1)\n"
	       "/bootable = 1 (n0,r1)\n"
	       "/dev = xvda (n0,r1)\n"
	       "/device-type = disk (n0,r1)\n"
	       "/discard-enable = 0 (n0,r1)\n"
	       "/frontend = " F "vbd/51712 (n0,r1)\n"
	       "/frontend-id = 1 (n0,r1)\n"
	       "/mode = r (n0,r1)\n"
	       "/online = 1 (n0,r1)\n"
	       "/params = /dev/vg/a (n0,r1)\n"
	       "/removable = 0 (n0,r1)\n"
	       "/script = /etc/xen/scripts/block (n0,r1)\n"
	       "/specification = xen (n0,r1)\n"
	       "/state = 1 (n0,r1)\n"
	       "/type = phy (n0,r1)\n", "the backend's");
	begin();
	world->about.minor = 16;
	make_disk("script=/my,untrusted,cdrom,access=r,vdev=hdc,target=/a");
	device_write(&device);
	is_str(world_read(B "vbd/1/5632/specification"), NULL,
	       "before 4.17 there is no specification");
	is_str(world_read(B "vbd/1/5632/script"), "/my", "a script");
	is_str(world_read(F "vbd/5632/trusted"), "0", "a host not trusted");
	is_str(world_read(B "vbd/1/5632/removable"), "1", "a cdrom");
}

/* Of any kind, with a backend elsewhere. */
static void others(void)
{
	static const struct device_pair pairs[] = {
		{ DEVICE_FRONT, "versions", "1", false, true },
		{ DEVICE_BACK, "path", "/share", false, true },
	};
	unsigned int i;

	begin();
	device_begin(&device, 1, 5, "9pfs", 0);
	device_add(&device, &pairs[0]);
	device_add(&device, &pairs[1]);
	is_int(device_write(&device), 0, "another device");
	is_str(dump(F "9pfs"),
	       " =  (n0,r1)\n"
	       "/0 =  (n1,r5)\n"
	       "/0/backend = /local/domain/5/backend/9pfs/1/0 (n1,r5)\n"
	       "/0/backend-id = 5 (n1,r5)\n"
	       "/0/state = 1 (n1,r5)\n"
	       "/0/versions = 1 (n1,r5)\n", "is its guest's");
	is_str(world_perms("/local/domain/5/backend/9pfs/1/0/path"), "n5,r1",
	       "and its driver domain's");
	for (i = device.npairs; i < DEVICE_PAIRS_MAX; i++)
		device_add(&device, &pairs[0]);
	ok(!device_add(&device, &pairs[0]), "there is an end of nodes");
}

static void addresses(void)
{
	char first[18];

	begin();
	make_vif("", 0);
	strcpy(first, device.mac);
	ok(!strncmp(first, "00:16:3e:", 9), "an address of Xen's: %s", first);
	make_vif("", 0);
	is_str(device.mac, first, "and the same again");
	make_vif("", 1);
	ok(strcmp(device.mac, first), "another card has another");
}

static const char *compare(const char *text, uint32_t devid)
{
	static char said[DEVICE_TEXT_MAX + 64];
	char found[DEVICE_TEXT_MAX];
	const char *key;
	int rc;

	make_vif(text, devid);
	rc = device_compare(&device, &key, found);
	if (rc == -EEXIST)
		snprintf(said, sizeof(said), "%s: %s", key, found);
	else
		snprintf(said, sizeof(said), "%d", rc);
	return said;
}

static void comparing(void)
{
	begin();
	is_str(compare("bridge=a", 0), "-2", "nothing is there");
	make_vif("bridge=a,mac=00:16:3e:1:2:3", 0);
	device_write(&device);
	is_str(compare("bridge=a,mac=00:16:3e:1:2:3", 0), "0", "the same");
	is_str(compare("bridge=a", 0), "0", "less was said");
	is_str(compare("", 0), "0", "nothing was said");
	is_str(compare("bridge=b", 0), "bridge: a", "another bridge");
	is_str(compare("vifname=x", 0), "vifname: ", "a name more");
	is_str(compare("script=x", 0), "script: /etc/xen/scripts/vif-bridge",
	       "another script");
	is_str(compare("", 1), "-2", "another card");
	world_write(L "vif/0/backend", "/local/domain/5/backend/vif/1/0", NULL);
	is_str(compare("", 0), "backend: vif in domain 5", "a driver domain's");
	world_write(L "vif/0/bridge", "\033[2J", NULL);
	world_write(L "vif/0/backend", B "vif/1/0", NULL);
	is_str(compare("bridge=a", 0), "bridge: \033[2J", "rubbish is kept");
}

static void finding(void)
{
	static const char *const bad[] = {
		"", "/", "x", "/local/domain/", "/local/domain/0/backend/vif/1",
		B "vif/1/1", B "vif/2/0", B "vif/1/0/", B "vif/1/0/x",
		B "vif//0", B "a-kind-of-seventeen/1/0",
		"/local/domain/0/backing/vif/1/0",
		"/local/domain/99999/backend/vif/1/0",
		"/local/domain/x/backend/vif/1/0",
	};
	unsigned int i;

	begin();
	make_vif("", 0);
	is_int(device_find(&device), -ENOENT, "no device");
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		world_write(L "vif/0/backend", bad[i], NULL);
		is_int(device_find(&device), -EPROTO, "backend '%s'", bad[i]);
	}
	make_vif("", 0);
	world_write(L "vif/0/backend", "/local/domain/7/backend/q/1/0", NULL);
	is_int(device_find(&device), 0, "elsewhere");
	is_int(device.host, 7, "in that domain");
	is_str(device.host_kind, "q", "and of that kind");
}

static uint32_t seen[16];
static unsigned int nseen, most;

static bool see_it(void *context, uint32_t devid)
{
	*(int *)context += 1;
	seen[nseen++] = devid;
	return nseen < most;
}

static void lists(void)
{
	int calls = 0;

	begin();
	most = 16;
	is_int(device_each(1, "vif", see_it, &calls), 0, "no devices");
	is_int(nseen, 0, "none is shown");
	world_write(L "vif/11/x", "", NULL);
	world_write(L "vif/0", "", NULL);
	world_write(L "vif/7", "", NULL);
	world_write(L "vif/odd", "", NULL);
	world_write(L "vif/99999999999999999999", "", NULL);
	is_int(device_each(1, "vif", see_it, &calls), 0, "three, and rubbish");
	ok(nseen == 3 && !seen[0] && seen[1] == 7 && seen[2] == 11,
	   "in order of their numbers");
	nseen = 0;
	most = 2;
	device_each(1, "vif", see_it, &calls);
	is_int(nseen, 2, "until it is enough");
	world->fault = (struct world_fault){ .at = 1, .rc = -EIO };
	is_int(device_each(1, "vif", see_it, &calls), -EIO, "an error");
}

static void going(void)
{
	begin();
	make_vif("", 0);
	is_int(device_close(&device, deadline), -ENOENT, "nothing to close");
	device_write(&device);
	is_int(device_close(&device, deadline), 0, "it is asked to close");
	is_str(world_read(B "vif/1/0/online"), "0", "offline");
	is_str(world_read(B "vif/1/0/state"), "5", "closing");
	world_write(B "vif/1/0/state", "6", NULL);
	is_int(device_close(&device, deadline), 0, "it has closed");
	is_str(world_read(B "vif/1/0/state"), "6", "and is left so");
	is_int(device_cut(&device, deadline), 0, "it is cut off");
	is_str(dump(F "vif"), "", "the guest has none");
	ok(world_read(B "vif/1/0/state"), "the backend has");
	world_remove(B "vif/1/0");
	device_write(&device);
	make_vif("", 1);
	device_write(&device);
	is_int(device_remove(&device, deadline), 0, "the second is removed");
	ok(world_read(B "vif/1/0/state") && world_read(F "vif/0/state") &&
	   world_read(L "vif/0/backend"), "the first is there");
	ok(!world_read(B "vif/1/1") && !world_read(F "vif/1") &&
	   !world_read(L "vif/1"), "the second is not");
	make_vif("", 0);
	is_int(device_remove(&device, deadline), 0, "the first, too");
	ok(world_count("batch_remove " F "vif/0\n") &&
	   world_count("batch_remove " F "vif\n"), "and only then its folder");
	is_str(dump("/local/domain/0/backend"), "", "no backends");
	is_str(dump(L "vif"), "", "no entries");
	is_str(dump(F), "suspend =  (n0,r1)\n", "and of the guest's the rest");
	is_int(device_remove(&device, deadline), 0, "again");
	is_str(world->wrong, "", "no rule broken");
}

static const struct device_pair note = {
	.place = DEVICE_BACK, .key = "hotplug-status", .value = "connected",
};

/* Another disk of the same number, for what WRITE of two is. */
static int share(const char *first, const char *second, bool other)
{
	static const struct device_pair number = {
		.place = DEVICE_BACK, .key = "physical-device", .value = "fd:0",
	};
	struct device user = { 0 };
	int rc;

	begin();
	make_disk(first);
	if (other)
		device.guest = 7;
	device_write(&device);
	device_note(&device, &number, 1);
	make_disk(second);
	rc = device_check_disk(&device, "fd:0", *disk.mode == 'w', &user);
	if (rc == -EBUSY)
		is_int(user.devid + 100000LL * user.guest, 51712 + 100000LL *
		       (other ? 7 : 1), "who has it");
	return rc;
}

static void sharing(void)
{
	is_int(share("/a,,xvda,r", "/b,,xvdb,r", true), 0, "both read");
	is_int(share("/a,,xvda,w", "/b,,xvdb,r", true), -EBUSY, "one writes");
	is_int(share("/a,,xvda,r", "/b,,xvdb,w", true), -EBUSY, "the other");
	is_int(share("/a,,xvda,r", "/b,,xvda,w", true), -EBUSY, "another's");
	is_int(share("/a,,xvda,w", "/b,,xvdb,w", false), -EBUSY, "its own");
	is_int(share("/a,,xvda,w", "/b,,xvda,w", false), 0, "the same");
	is_int(device_check_disk(&device, "fd:1", true, &(struct device){ 0 }),
	       0, "another number");
	begin();
	is_int(device_check_disk(&device, "fd:0", true, &(struct device){ 0 }),
	       0, "no disks at all");
	world_write("/local/domain/0/backend/vbd/1/51712/physical-device",
		    "fd:0", NULL);
	device.devid = 1;
	is_int(device_check_disk(&device, "fd:0", false, &(struct device){ 0 }),
	       -EBUSY, "one that does not say how");
	world->fault = (struct world_fault){ .at = 3, .rc = -EIO };
	is_int(device_check_disk(&device, "fd:0", true, &(struct device){ 0 }),
	       -EIO, "an error");
}

/* A device of the one beside it, in the place of an old one, after conflicts. */
static void again(void)
{
	begin();
	make_vif("bridge=old,rate=8Mb/s", 0);
	device_write(&device);
	world_write(F "vif/0/feature-x", "1", NULL);
	make_vif("bridge=new", 0);
	is_int(device_write(&device), -EEXIST, "one is there");
	is_str(world_read(B "vif/1/0/bridge"), "old", "and stays");
	world_write(B "vif/1/0/online", "0", NULL);
	world->conflicts = 1;
	is_int(device_write(&device), -EAGAIN, "a conflict: not written");
	is_int(device_write(&device), 0, "another in its place");
	is_str(world_read(B "vif/1/0/rate"), NULL, "nothing of the old one");
	is_str(world_read(F "vif/0/feature-x"), NULL, "nor of its guest's");
	world->conflicts = ~0u;
	is_int(device_write(&device), -EAGAIN, "the next time, too");
	is_int(device_close(&device, clock_ms() + 100), -ETIMEDOUT, "closing");
	is_int(device_remove(&device, clock_ms() + 100), -ETIMEDOUT, "removing");
	is_int(device_note(&device, &note, 1), -EAGAIN, "noting");
	world->conflicts = 0;
	is_int(device_note(&device, &note, 1), 0, "noting");
	is_str(world_read(B "vif/1/0/hotplug-status"), "connected", "is noted");
	device_remove(&device, deadline);
	is_int(device_note(&device, &note, 1), -ENOENT,
	       "noting of one that is gone");
	is_str(world_read(B "vif/1/0"), NULL, "leaves nothing");
}

static struct device_look look;

static void look_at(void)
{
	device_ask(&device, &look);
	is_int(batch_flush(), 0, "asked");
	device_understand(&look);
}

static void looks(void)
{
	static const char *const odd[] = {
		"", "9", "44", "x", "-1", "4\n", "0x4",
	};
	char large[2 * DEVICE_TEXT_MAX];
	unsigned int i;

	begin();
	make_disk("/a,,xvda,w");
	look_at();
	ok(look.entry == -ENOENT && look.front < 0 && look.back < 0 &&
	   !look.online && !*look.plug && !*look.error, "nothing is there");
	device_write(&device);
	look_at();
	ok(!look.entry && look.front == 1 && look.back == 1 && look.online &&
	   !*look.plug, "it has been written");
	world_write(B "vbd/1/51712/physical-device", "fd:0", NULL);
	world_write("/local/domain/0/error/backend/vbd/1/51712/error",
		    "-2 opening", NULL);
	look_at();
	is_str(look.plug, "fd:0", "plugged in");
	is_str(look.error, "-2 opening", "and what the kernel said");
	for (i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		world_write(F "vbd/51712/state", odd[i], NULL);
		look_at();
		is_int(look.front, DEVICE_RUBBISH, "state '%s'", odd[i]);
	}
	world_write(F "vbd/51712/state", "6", NULL);
	world_write(B "vbd/1/51712/state", "6", NULL);
	world_remove("/local/domain/0/error");
	look_at();
	device_explain(large, sizeof(large), &look);
	is_str(large, "the guest's end is 6 (closed), the backend's 6 (closed); "
	       "attach it once more", "both have closed");
	memset(large, '4', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	strcpy(world->odd_path, F "vbd/51712/state");
	strcpy(world->odd, large);
	look_at();
	is_int(look.front, DEVICE_RUBBISH, "a state of 511 bytes");
	for (i = 0; i < DEVICE_STATES; i++)
		is_int(*device_state_word((int)i), '0' + (int)i, "word %u", i);
	is_str(device_state_word(-1), "none", "no state");
	is_str(device_state_word(9), "none", "too high a state");
}

/* Which port the guest says that it has. */
static void ports(void)
{
	static const char *const odd[] = { "", "x", "-1", "99999999999", "7 " };
	unsigned int i;

	begin();
	make_vif("", 0);
	device_write(&device);
	is_int(device_port(&device), 0, "none yet");
	world_write(F "vif/0/queue-0/event-channel-tx", "9", NULL);
	is_int(device_port(&device), 9, "that of the first queue");
	world_write(F "vif/0/event-channel", "7", NULL);
	is_int(device_port(&device), 7, "that of the device");
	world_remove(F "vif/0/queue-0");
	for (i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		world_write(F "vif/0/event-channel", odd[i], NULL);
		is_int(device_port(&device), 0, "'%s' is none", odd[i]);
	}
}

/* Every call of each function fails once; then all or nothing was written. */
static int write_it(void)
{
	return device_write(&device);
}

static int close_it(void)
{
	return device_close(&device, deadline);
}

static int remove_it(void)
{
	return device_remove(&device, deadline);
}

static int note_it(void)
{
	return device_note(&device, &note, 1);
}

static void failures(void)
{
	static int (*const functions[])(void) = {
		write_it, close_it, remove_it, note_it,
	};
	unsigned int f, at, silent, half;
	struct world_tree before;
	bool more;
	int rc;

	for (f = 0; f < sizeof(functions) / sizeof(*functions); f++) {
		silent = half = 0;
		more = true;
		for (at = 1; more; at++) {
			begin();
			make_vif("", 0);
			if (f)
				device_write(&device);
			before = world->tree;
			world_forget();
			world->fault = (struct world_fault){
				.at = at, .rc = -EIO };
			rc = functions[f]();
			more = world->fault.fired;
			silent += more && !rc;
			half += rc && world->tree.size != before.size;
		}
		ok(at > 3, "function %u: one call fails in %u ways", f, at - 2);
		is_int(silent, 0, "and that is told");
		is_int(half, 0, "and nothing is half done");
	}
}

int main(void)
{
	cards();
	disks();
	others();
	addresses();
	comparing();
	finding();
	lists();
	going();
	sharing();
	again();
	looks();
	ports();
	failures();
	return done();
}
