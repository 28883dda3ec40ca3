/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "batch.h"
#include "device.h"
#include "hyp.h"
#include "parse.h"

enum { LIST_MAX = STORE_VALUE_MAX };

/* Where xl looks for a script that is given without a path. */
static const char script_dir[] = "/etc/xen/scripts/";

/* The answers of struct device_look, in this order. */
enum { ENTRY, FRONT, BACK, ONLINE, PLUG, ERROR };

/*
 * A node of a device, in libxl's order: libxl__set_xenstore_nic(),
 * device_disk_add(). Its value is the field of the spec that is AT this offset.
 * If the field is empty, the value is the literal. If that is NULL, there is no
 * node.
 */
struct row {
	enum device_place place;
	const char *key;
	size_t at;
	const char *literal;
	bool read_only;
};

#define NO_FIELD (~(size_t)0)
#define VIF(field) offsetof(struct spec_vif, field)
#define DISK(field) offsetof(struct spec_disk, field)

static const struct row vif_rows[] = {
	{ DEVICE_BACK, "vifname", VIF(name), NULL, false },
	{ DEVICE_BACK, "ip", VIF(ip), NULL, false },
	{ DEVICE_BACK, "rate", VIF(rate), NULL, false },
	{ DEVICE_BACK, "mtu", VIF(mtu), NULL, false },
	{ DEVICE_BACK, "bridge", VIF(bridge), "xenbr0", false },
	{ DEVICE_BACK, "type", NO_FIELD, "vif", false },
	{ DEVICE_BACK, "hotplug-status", NO_FIELD, "", false },
	{ DEVICE_FRONT, "mtu", VIF(mtu), "1500", true },
	{ DEVICE_FRONT, "trusted", VIF(trusted), "1", false },
};

static const struct row disk_rows[] = {
	{ DEVICE_BACK, "params", DISK(target), NULL, false },
	{ DEVICE_BACK, "bootable", NO_FIELD, "1", false },
	{ DEVICE_BACK, "dev", DISK(vdev), NULL, false },
	{ DEVICE_BACK, "type", NO_FIELD, "phy", false },
	{ DEVICE_BACK, "mode", DISK(mode), NULL, false },
	{ DEVICE_BACK, "device-type", DISK(type), NULL, false },
	{ DEVICE_BACK, "direct-io-safe", DISK(direct_io_safe), NULL, false },
	{ DEVICE_BACK, "discard-enable", DISK(discard), NULL, false },
	{ DEVICE_FRONT, "device-type", DISK(type), NULL, false },
	{ DEVICE_FRONT, "trusted", DISK(trusted), "1", false },
};

void device_begin(struct device *device, uint16_t guest, uint16_t host,
		  const char *kind, uint32_t devid)
{
	*device = (struct device){
		.guest = guest, .host = host, .devid = devid,
	};
	snprintf(device->kind, sizeof(device->kind), "%s", kind);
	strcpy(device->host_kind, device->kind);
	snprintf(device->devid_text, sizeof(device->devid_text), "%" PRIu32,
		 devid);
}

bool device_add(struct device *device, const struct device_pair *pair)
{
	if (device->npairs == DEVICE_PAIRS_MAX)
		return false;
	device->pairs[device->npairs++] = *pair;
	return true;
}

/* Add a pair. libxl's tables have fewer than there is room for. */
static void add_pair(struct device *device, enum device_place place,
		     const char *key, const char *value, bool said)
{
	device_add(device, &(struct device_pair){
		.place = place, .key = key, .value = value, .said = said });
}

static void add_rows(struct device *device, const struct row *rows,
		     unsigned int count, const void *spec)
{
	const struct row *row;
	const char *said;

	for (row = rows; row < rows + count; row++) {
		said = row->at == NO_FIELD ? "" : (const char *)spec + row->at;
		if (!*said && !row->literal)
			continue;
		device_add(device, &(struct device_pair){
			.place = row->place, .key = row->key,
			.value = *said ? said : row->literal,
			.said = *said, .read_only = row->read_only });
	}
}

static void add_script(struct device *device, const char *said,
		       const char *usual)
{
	const char *name = *said ? said : usual;

	snprintf(device->script, sizeof(device->script), "%s%s",
		 *name == '/' ? "" : script_dir, name);
	add_pair(device, DEVICE_BACK, "script", device->script, *said);
}

/* An address of Xen's, 00:16:3e. The bit that follows is 0, as in libxl's. */
static void choose_mac(struct device *device, const uint8_t uuid[UUID_SIZE])
{
	uint8_t hash[UUID_SIZE];
	char name[24];

	snprintf(name, sizeof(name), "vif-%s", device->devid_text);
	uuid_v5(hash, uuid, name, strlen(name));
	snprintf(device->mac, sizeof(device->mac),
		 "00:16:3e:%02x:%02x:%02x", hash[0] & 0x7f, hash[1], hash[2]);
}

void device_add_vif(struct device *device, const struct spec_vif *spec,
		    const uint8_t uuid[UUID_SIZE])
{
	bool said = *spec->mac;

	if (said)
		strcpy(device->mac, spec->mac);
	else
		choose_mac(device, uuid);
	add_script(device, spec->script, "vif-bridge");
	add_pair(device, DEVICE_BACK, "mac", device->mac, said);
	add_pair(device, DEVICE_BACK, "handle", device->devid_text, false);
	add_pair(device, DEVICE_FRONT, "handle", device->devid_text, false);
	add_pair(device, DEVICE_FRONT, "mac", device->mac, said);
	add_rows(device, vif_rows, sizeof(vif_rows) / sizeof(*vif_rows), spec);
}

void device_add_disk(struct device *device, const struct spec_disk *spec)
{
	bool cdrom = !strcmp(spec->type, "cdrom");

	add_script(device, spec->script, "block");
	add_pair(device, DEVICE_BACK, "removable", cdrom ? "1" : "0", false);
	add_pair(device, DEVICE_FRONT, "virtual-device", device->devid_text,
		 false);
	add_rows(device, disk_rows, sizeof(disk_rows) / sizeof(*disk_rows),
		 spec);
	/* libxl from 4.17 on asks for it */
	if (hyp_at_least(4, 17))
		add_pair(device, DEVICE_BACK, "specification", "xen", false);
}

char *device_path(char path[STORE_PATH_MAX], const struct device *device,
		  enum device_place place, const char *key)
{
	const char *slash = *key ? "/" : "";

	switch (place) {
	case DEVICE_LIBXL:
		snprintf(path, STORE_PATH_MAX, "/libxl/%u/device/%s/%s%s%s",
			 device->guest, device->kind, device->devid_text, slash,
			 key);
		break;
	case DEVICE_FRONT:
		snprintf(path, STORE_PATH_MAX,
			 "/local/domain/%u/device/%s/%s%s%s", device->guest,
			 device->kind, device->devid_text, slash, key);
		break;
	case DEVICE_BACK:
		snprintf(path, STORE_PATH_MAX,
			 "/local/domain/%u/backend/%s/%u/%s%s%s", device->host,
			 device->host_kind, device->guest, device->devid_text,
			 slash, key);
		break;
	}
	return path;
}

/* Copy the part of a path that *TEXT begins with to PART. *TEXT becomes what
 * follows the slash. */
static bool take_part(const char **text, char *part, size_t size)
{
	size_t n = strcspn(*text, "/");

	if (!n || n >= size)
		return false;
	memcpy(part, *text, n);
	part[n] = '\0';
	*text += n + ((*text)[n] == '/');
	return true;
}

static bool take_domid(const char **text, uint16_t *domid)
{
	char part[8];
	uint64_t number;

	if (!take_part(text, part, sizeof(part)) ||
	    !parse_number(part, HYP_DOMID_LAST, &number))
		return false;
	*domid = (uint16_t)number;
	return true;
}

/* Read "/local/domain/HOST/backend/KIND/GUEST/DEVID". False: TEXT is anything
 * else, or of another device. */
static bool understand_backend(struct device *device, const char *text)
{
	static const char home[] = "/local/domain/";
	char part[16];
	uint16_t guest;

	if (strncmp(text, home, sizeof(home) - 1))
		return false;
	text += sizeof(home) - 1;
	return take_domid(&text, &device->host) &&
	       take_part(&text, part, sizeof(part)) &&
	       !strcmp(part, "backend") &&
	       take_part(&text, device->host_kind,
			 sizeof(device->host_kind)) &&
	       take_domid(&text, &guest) && guest == device->guest &&
	       !strcmp(text, device->devid_text);
}

int device_find(struct device *device)
{
	char path[STORE_PATH_MAX], text[DEVICE_TEXT_MAX];
	int rc = store_read(device_path(path, device, DEVICE_LIBXL, "backend"),
			    text, sizeof(text));

	if (rc < 0)
		return rc == -E2BIG || rc == -EILSEQ ? -EPROTO : rc;
	return understand_backend(device, text) ? 0 : -EPROTO;
}

static int differs(const char **key, const char *which)
{
	*key = which;
	return -EEXIST;
}

int device_compare(const struct device *device, const char **key,
		   char text[DEVICE_TEXT_MAX])
{
	struct device found = *device;
	char path[STORE_PATH_MAX], value[STORE_VALUE_MAX + 1];
	const struct device_pair *pair;
	int rc = device_find(&found);

	if (rc)
		return rc;
	snprintf(text, DEVICE_TEXT_MAX, "%s in domain %u", found.host_kind,
		 found.host);
	if (found.host != device->host ||
	    strcmp(found.host_kind, device->host_kind))
		return differs(key, "backend");
	for (pair = device->pairs; pair < device->pairs + device->npairs;
	     pair++) {
		if (!pair->said || pair->place != DEVICE_BACK)
			continue;
		rc = store_read(device_path(path, device, DEVICE_LIBXL,
					    pair->key), value, sizeof(value));
		if (rc < 0 && rc != -ENOENT)
			return rc;
		if (rc < 0)
			*value = '\0';
		snprintf(text, DEVICE_TEXT_MAX, "%.*s", DEVICE_TEXT_MAX - 1,
			 value);
		if (strcmp(value, pair->value))
			return differs(key, pair->key);
	}
	return 0;
}

/* Find the lowest number in the list that is at least FIRST. False: there is
 * none. */
static bool next_number(const char *list, uint32_t first, uint32_t *number)
{
	uint64_t n, best = UINT64_MAX;
	char part[16];

	while (*list) {
		if (!take_part(&list, part, sizeof(part))) {
			list += strcspn(list, "/");
			list += *list == '/';
			continue;
		}
		if (parse_number(part, SPEC_VDEV_LAST, &n) && n >= first &&
		    n < best)
			best = n;
	}
	*number = (uint32_t)best;
	return best != UINT64_MAX;
}

int device_names(const char *path, char *list, size_t size)
{
	struct batch_answer answer = { list, size, 0 };
	int rc;

	*list = '\0';
	batch_list(0, path, &answer);
	rc = batch_flush();
	if (!rc && answer.rc < 0)
		rc = answer.rc;
	if (rc)
		return rc == -ENOENT ? 0 : rc;
	return answer.rc < (int)size ? answer.rc : -E2BIG;
}

/* Call SEE for each node of PATH that is called by a number, lowest first. */
static int each_number(const char *path,
		       bool (*see)(void *context, uint32_t devid),
		       void *context)
{
	char list[LIST_MAX + 1];
	uint32_t devid = 0;
	int rc = device_names(path, list, sizeof(list));

	if (rc <= 0)
		return rc;
	for (; next_number(list, devid, &devid); devid++)
		if (!see(context, devid))
			break;
	return 0;
}

int device_each(uint16_t guest, const char *kind,
		bool (*see)(void *context, uint32_t devid), void *context)
{
	char path[STORE_PATH_MAX];

	snprintf(path, sizeof(path), "/libxl/%u/device/%s", guest, kind);
	return each_number(path, see, context);
}

/* A search through all disks of a host, for another one with the same
 * number. */
struct search {
	const struct device *device;
	const char *number;
	bool write, found;
	struct device at;
	int rc;
};

static bool has_number(struct search *search)
{
	char path[STORE_PATH_MAX], text[DEVICE_TEXT_MAX];
	int rc = store_read(device_path(path, &search->at, DEVICE_BACK,
					"physical-device"), text, sizeof(text));

	if (rc < 0 || strcmp(text, search->number))
		return false;
	if (search->write)
		return true;
	rc = store_read(device_path(path, &search->at, DEVICE_BACK, "mode"),
			text, sizeof(text));
	return rc < 0 || *text != 'r';
}

static bool see_disk(void *context, uint32_t devid)
{
	struct search *search = context;

	if (search->at.guest == search->device->guest &&
	    devid == search->device->devid)
		return true;
	device_begin(&search->at, search->at.guest, search->device->host, "vbd",
		     devid);
	search->found = has_number(search);
	return !search->found;
}

static bool see_guest(void *context, uint32_t guest)
{
	struct search *search = context;
	char path[STORE_PATH_MAX];

	search->at.guest = (uint16_t)guest;
	snprintf(path, sizeof(path), "/local/domain/%u/backend/vbd/%" PRIu32,
		 search->device->host, guest);
	search->rc = each_number(path, see_disk, search);
	return !search->rc && !search->found;
}

int device_check_disk(const struct device *device, const char *number,
		      bool write, struct device *user)
{
	struct search search = {
		.device = device, .number = number, .write = write,
	};
	char path[STORE_PATH_MAX];
	int rc;

	snprintf(path, sizeof(path), "/local/domain/%u/backend/vbd",
		 device->host);
	rc = each_number(path, see_guest, &search);
	if (rc || search.rc)
		return rc ? rc : search.rc;
	*user = search.at;
	return search.found ? -EBUSY : 0;
}

static void write_at(uint32_t tx, const struct device *device,
		     enum device_place place, const char *key,
		     const char *value)
{
	char path[STORE_PATH_MAX];

	batch_write(tx, device_path(path, device, place, key), value);
}

/* Make a place with its permissions. Nodes that are written below inherit
 * them. */
static void make_place(uint32_t tx, const struct device *device,
		       enum device_place place)
{
	char path[STORE_PATH_MAX];

	device_path(path, device, place, "");
	batch_remove(tx, path);
	batch_make(tx, path);
	if (place == DEVICE_LIBXL)
		batch_perms(tx, path, BATCH_TOOLS, 0);
	else if (place == DEVICE_FRONT)
		batch_share(tx, path, device->guest, device->host);
	else
		batch_share(tx, path, device->host, device->guest);
}

/* Write a node of the backend's place, and libxl's copy of it. */
static void write_back(uint32_t tx, const struct device *device,
		       const char *key, const char *value)
{
	write_at(tx, device, DEVICE_BACK, key, value);
	write_at(tx, device, DEVICE_LIBXL, key, value);
}

static void write_ends(uint32_t tx, const struct device *device)
{
	char front[STORE_PATH_MAX], back[STORE_PATH_MAX], number[8];

	device_path(front, device, DEVICE_FRONT, "");
	device_path(back, device, DEVICE_BACK, "");
	write_at(tx, device, DEVICE_LIBXL, "frontend", front);
	write_at(tx, device, DEVICE_LIBXL, "backend", back);
	write_at(tx, device, DEVICE_FRONT, "backend", back);
	snprintf(number, sizeof(number), "%u", device->host);
	write_at(tx, device, DEVICE_FRONT, "backend-id", number);
	write_at(tx, device, DEVICE_FRONT, "state", "1");
	write_at(tx, device, DEVICE_BACK, "frontend", front);
	snprintf(number, sizeof(number), "%u", device->guest);
	write_back(tx, device, "frontend-id", number);
	write_back(tx, device, "online", "1");
	write_back(tx, device, "state", "1");
}

static void write_pair(uint32_t tx, const struct device *device,
		       const struct device_pair *pair)
{
	char path[STORE_PATH_MAX];

	if (pair->place == DEVICE_BACK) {
		write_back(tx, device, pair->key, pair->value);
		return;
	}
	write_at(tx, device, pair->place, pair->key, pair->value);
	if (pair->read_only)
		batch_share(tx, device_path(path, device, pair->place,
					    pair->key),
			    device->host, device->guest);
}

/* Where the backend's kernel writes its errors. */
static char *error_path(char path[STORE_PATH_MAX], const struct device *device)
{
	snprintf(path, STORE_PATH_MAX,
		 "/local/domain/%u/error/backend/%s/%u/%s/error", device->host,
		 device->host_kind, device->guest, device->devid_text);
	return path;
}

static void write_all(uint32_t tx, const struct device *device)
{
	const struct device_pair *pair;
	char path[STORE_PATH_MAX];

	batch_remove(tx, error_path(path, device));

	make_place(tx, device, DEVICE_LIBXL);
	make_place(tx, device, DEVICE_FRONT);
	make_place(tx, device, DEVICE_BACK);
	write_ends(tx, device);
	for (pair = device->pairs; pair < device->pairs + device->npairs;
	     pair++)
		write_pair(tx, device, pair);
}

/* Read a node in the open transaction TX. Its length, or -errno. */
static int see(uint32_t tx, const char *path, struct batch_answer *answer)
{
	int rc;

	batch_read(tx, path, answer);
	rc = batch_flush();
	return rc ? rc : answer->rc;
}

int device_write(const struct device *device)
{
	char path[STORE_PATH_MAX], online[4];
	struct batch_answer answer = { online, sizeof(online), 0 };
	uint32_t tx;
	int there, rc = store_begin(&tx);

	if (rc)
		return rc;
	there = see(tx, device_path(path, device, DEVICE_BACK, "online"),
		    &answer);
	if (there == -ENOENT || (there >= 0 && *online != '1'))
		write_all(tx, device);
	else
		there = there < 0 ? there : -EEXIST;
	rc = batch_commit(tx);
	return rc || there >= 0 || there == -ENOENT ? rc : there;
}

int device_note(const struct device *device, const struct device_pair *pairs,
		unsigned int count)
{
	char path[STORE_PATH_MAX], state[DEVICE_TEXT_MAX];
	struct batch_answer answer = { state, sizeof(state), 0 };
	unsigned int i;
	uint32_t tx;
	int there, rc = store_begin(&tx);

	if (rc)
		return rc;
	there = see(tx, device_path(path, device, pairs->place, "state"),
		    &answer);
	for (i = 0; there >= 0 && i < count; i++)
		write_at(tx, device, pairs->place, pairs[i].key,
			 pairs[i].value);
	rc = batch_commit(tx);
	return rc || there >= 0 ? rc : there;
}

/* A backend that has closed must not be told to close: it would begin anew. */
int device_close(const struct device *device, int64_t deadline)
{
	char path[STORE_PATH_MAX], state[DEVICE_TEXT_MAX];
	struct batch_answer answer = { state, sizeof(state), 0 };
	uint32_t tx;
	int rc, there;

	device_path(path, device, DEVICE_BACK, "state");
	do {
		rc = store_begin(&tx);
		if (rc)
			return rc;
		there = see(tx, path, &answer);
		if (there >= 0)
			write_at(tx, device, DEVICE_BACK, "online", "0");
		if (there >= 0 && strcmp(state, "6"))
			write_at(tx, device, DEVICE_BACK, "state", "5");
	} while (batch_commit_again(tx, deadline, &rc));
	return there < 0 ? there : rc;
}

/* Is there anything in a list, LENGTH bytes long, but NAME? */
static bool has_others(const char *list, int length, const char *name)
{
	size_t n = strlen(name);

	return length && (strncmp(list, name, n) || (size_t)length != n + 1);
}

/* How many parents of PATH would be empty without it, DEPTH at most; or -errno.
 * It may be gone: what serves a backend in another domain removes that. */
static int count_empty(uint32_t tx, const char *path, int depth)
{
	char parent[STORE_PATH_MAX], list[DEVICE_TEXT_MAX] = "", *name;
	struct batch_answer answer;
	int count, rc;

	strcpy(parent, path);
	for (count = 0; count < depth; count++) {
		name = strrchr(parent, '/');
		*name++ = '\0';
		answer = (struct batch_answer){ list, sizeof(list), 0 };
		batch_list(tx, parent, &answer);
		rc = batch_flush();
		if (!rc && answer.rc < 0 && answer.rc != -ENOENT)
			rc = answer.rc;
		if (rc)
			return rc;
		if (answer.rc < 0 || has_others(list, answer.rc, name))
			break;
	}
	return count;
}

/*
 * Remove PATH, then its next PARENTS parents, one after the other. Whoever
 * watches devices is told which node was removed. Linux takes no notice if that
 * is a parent of the device's.
 */
static void remove_up(uint32_t tx, char *path, int parents)
{
	batch_remove(tx, path);
	while (parents--) {
		*strrchr(path, '/') = '\0';
		batch_remove(tx, path);
	}
}

/* Remove a device's places FIRST to LAST, and the parents that become empty, up
 * to the folder of the kind, or of all backends. */
static int remove_places(const struct device *device, enum device_place first,
			 enum device_place last, int64_t deadline)
{
	static const unsigned char depths[] = {
		[DEVICE_LIBXL] = 1, [DEVICE_FRONT] = 1, [DEVICE_BACK] = 3,
	};
	char path[DEVICE_BACK + 1][STORE_PATH_MAX];
	int parents[DEVICE_BACK + 1];
	enum device_place i;
	uint32_t tx;
	int rc, failed;

	do {
		rc = store_begin(&tx);
		if (rc)
			return rc;
		for (i = first, failed = 0; failed >= 0 && i <= last; i++)
			parents[i] = failed = count_empty(tx,
				device_path(path[i], device, i, ""), depths[i]);
		for (i = first; failed >= 0 && i <= last; i++)
			remove_up(tx, path[i], parents[i]);
	} while (batch_commit_again(tx, deadline, &rc));
	return failed < 0 ? failed : rc;
}

uint32_t device_port(const struct device *device)
{
	/* public/io/blkif.h, netif.h: one queue, or the first of many */
	static const char *const keys[] = {
		"event-channel", "event-channel-tx", "queue-0/event-channel",
		"queue-0/event-channel-tx",
	};
	char path[STORE_PATH_MAX], text[DEVICE_TEXT_MAX];
	uint64_t port;
	unsigned int i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (store_read(device_path(path, device, DEVICE_FRONT,
					   keys[i]), text, sizeof(text)) > 0 &&
		    parse_number(text, UINT32_MAX, &port))
			return (uint32_t)port;
	return 0;
}

/* Its own nodes the guest can change all the time, and so keep a transaction
 * from ever ending: they go alone. */
int device_cut(const struct device *device, int64_t deadline)
{
	char path[STORE_PATH_MAX];
	int rc;

	batch_remove(0, device_path(path, device, DEVICE_FRONT, ""));
	rc = batch_flush();
	return rc ? rc : remove_places(device, DEVICE_FRONT, DEVICE_FRONT,
					 deadline);
}

int device_remove(const struct device *device, int64_t deadline)
{
	return remove_places(device, DEVICE_LIBXL, DEVICE_BACK, deadline);
}

/* Ask for a node. A longer value is cut: no state is that long, and so much of
 * an error is enough. */
static void ask_node(struct device_look *look, unsigned int which,
		     const char *path)
{
	struct batch_answer *answer = &look->answers[which];

	answer->text = which == ERROR ? look->said : look->text[which];
	answer->size = which == ERROR ? sizeof(look->said)
				      : sizeof(look->text[which]);
	*answer->text = '\0';
	batch_read(0, path, answer);
}

void device_ask(const struct device *device, struct device_look *look)
{
	const char *plug = strcmp(device->kind, "vbd") ? "hotplug-status"
						       : "physical-device";
	char path[STORE_PATH_MAX];

	ask_node(look, ENTRY,
		 device_path(path, device, DEVICE_LIBXL, "backend"));
	ask_node(look, FRONT, device_path(path, device, DEVICE_FRONT, "state"));
	ask_node(look, BACK, device_path(path, device, DEVICE_BACK, "state"));
	ask_node(look, ONLINE,
		 device_path(path, device, DEVICE_BACK, "online"));
	ask_node(look, PLUG, device_path(path, device, DEVICE_BACK, plug));
	ask_node(look, ERROR, error_path(path, device));
}

static int state_of(const struct device_look *look, unsigned int which)
{
	const char *text = look->text[which];

	if (look->answers[which].rc == -ENOENT)
		return DEVICE_NONE;
	if (look->answers[which].rc != 1 || *text < '0' ||
	    *text >= '0' + DEVICE_STATES)
		return DEVICE_RUBBISH;
	return *text - '0';
}

void device_understand(struct device_look *look)
{
	look->entry = look->answers[ENTRY].rc < 0 ? look->answers[ENTRY].rc : 0;
	look->front = state_of(look, FRONT);
	look->back = state_of(look, BACK);
	look->online = look->answers[ONLINE].rc == 1 &&
		       *look->text[ONLINE] == '1';
	look->plug = look->answers[PLUG].rc > 0 ? look->text[PLUG] : "";
	look->error = look->answers[ERROR].rc > 0 ? look->said : "";
}

const char *device_state_word(int state)
{
	static const char *const words[DEVICE_STATES] = {
		"0 (unknown)", "1 (initialising)", "2 (waiting)",
		"3 (initialised)", "4 (connected)", "5 (closing)",
		"6 (closed)", "7 (reconfiguring)", "8 (reconfigured)",
	};

	if (state == DEVICE_RUBBISH)
		return "no known state";
	return state < 0 || state >= DEVICE_STATES ? "none" : words[state];
}

bool device_is_stuck(const struct device_look *look)
{
	return look->front != DEVICE_CONNECTED ||
	       look->back != DEVICE_CONNECTED;
}

void device_explain(char *text, size_t size, const struct device_look *look)
{
	const char *more = *look->error ? ": " : "";

	if (look->front == DEVICE_INITIALISING &&
	    look->back == DEVICE_INIT_WAIT)
		more = "; does the guest have the driver?";
	if (look->front == DEVICE_CLOSED && look->back == DEVICE_CLOSED)
		more = "; attach it once more";
	snprintf(text, size, "the guest's end is %s, the backend's %s%s%s",
		 device_state_word(look->front), device_state_word(look->back),
		 more, *more == ':' ? look->error : "");
}

const char *device_kind_word(const struct device *device)
{
	return strcmp(device->kind, "vbd") ? device->kind : "disk";
}

char *device_word(char word[SPEC_VDEV_MAX], const struct device *device)
{
	if (!strcmp(device->kind, "vbd"))
		return spec_vdev_name(word, device->devid);
	return strcpy(word, device->devid_text);
}
