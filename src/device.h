/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DEVICE_H
#define DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "spec.h"
#include "batch.h"
#include "store.h"
#include "uuid.h"

/*
 * One paravirtual device: the nodes that the toolstack writes, after which its
 * two ends find each other. It has three places: what the toolstack knows of it
 * (libxl's entry), the frontend's, which the guest owns and may fill with
 * anything, and the backend's. Only libxl's entry is believed.
 */
enum {
	DEVICE_KIND_MAX = 16,	/* bytes of a kind's name */
	DEVICE_PAIRS_MAX = 24,	/* of a device's own nodes */
	DEVICE_KEY_MAX = 64,
	DEVICE_TEXT_MAX = 256,
};

enum device_place { DEVICE_LIBXL, DEVICE_FRONT, DEVICE_BACK };

/* Each end's state: xen/include/public/io/xenbus.h. */
enum device_state {
	DEVICE_UNKNOWN, DEVICE_INITIALISING, DEVICE_INIT_WAIT,
	DEVICE_INITIALISED, DEVICE_CONNECTED, DEVICE_CLOSING, DEVICE_CLOSED,
	DEVICE_RECONFIGURING, DEVICE_RECONFIGURED, DEVICE_STATES,
};

/* A node of its own. */
struct device_pair {
	enum device_place place;
	const char *key, *value;
	bool read_only;		/* for the guest, at the frontend's place */
	bool said;		/* the user said so: one without is another */
};

struct device {
	uint16_t guest, host;	/* domids of the two ends */
	char kind[DEVICE_KIND_MAX];
	char host_kind[DEVICE_KIND_MAX];	/* or qdisk, of a vbd */
	uint32_t devid;
	struct device_pair pairs[DEVICE_PAIRS_MAX];
	unsigned int npairs;
	char devid_text[12], mac[18], script[SPEC_SCRIPT_MAX + 32];
};

/* Begin one of KIND without nodes of its own. */
void device_begin(struct device *device, uint16_t guest, uint16_t host,
		  const char *kind, uint32_t devid);

/* One node more; false: there are too many. Nothing is copied. */
bool device_add(struct device *device, const struct device_pair *pair);

/*
 * The nodes that libxl makes for a vif or a vbd; SPEC must stay. A card that
 * was not given an address gets one of the guest's UUID and its number: the
 * same after every boot.
 */
void device_add_vif(struct device *device, const struct spec_vif *spec,
		    const uint8_t uuid[UUID_SIZE]);
void device_add_disk(struct device *device, const struct spec_disk *spec);

/* Where a device's node KEY is, or with "" the device itself. Returns PATH. */
char *device_path(char path[STORE_PATH_MAX], const struct device *device,
		  enum device_place place, const char *key);

/*
 * What libxl's entry says where its backend is. 0; -ENOENT: there is no such
 * device; -EPROTO: it says rubbish; else why it could not be read.
 */
int device_find(struct device *device);

/*
 * Is what is there what DEVICE is to be? 0; -ENOENT: nothing is there; -EEXIST:
 * node KEY is another, and says TEXT.
 */
int device_compare(const struct device *device, const char **key,
		   char text[DEVICE_TEXT_MAX]);

/*
 * The names of PATH's nodes in LIST, a "/" behind each. How many bytes; 0, and
 * "", if there is no such node; -E2BIG if they are SIZE or more; or -errno.
 */
int device_names(const char *path, char *list, size_t size);

/*
 * Call SEE for each device of KIND that the guest has, lowest number first,
 * as long as it returns true. 0, also if there are none, or -errno.
 */
int device_each(uint16_t guest, const char *kind,
		bool (*see)(void *context, uint32_t devid), void *context);

/*
 * Write all nodes of it in one transaction; what is left of another gives way.
 * -EEXIST: one is there that is not to go away; -EAGAIN: somebody else, as the
 * guest, changed one of these nodes meanwhile, and nothing is written.
 */
int device_write(const struct device *device);

/* Write COUNT nodes of one place, while the device is being served. -ENOENT: it
 * is not there any more, -EAGAIN as above, and nothing is written. */
int device_note(const struct device *device, const struct device_pair *pairs,
		unsigned int count);

/*
 * Is the block device NUMBER, "fd:0", served to somebody else already? 0;
 * -EBUSY: as devid USER->devid of USER->guest, and WRITE or his writing does
 * not go with it.
 */
int device_check_disk(const struct device *device, const char *number,
		      bool write, struct device *user);

/* Ask the backend to close: -ENOENT: it is not there. */
int device_close(const struct device *device, int64_t deadline);

/* The guest's port of the event channel between the ends, as the guest itself
 * tells it; 0: it does not. */
uint32_t device_port(const struct device *device);

/* Take away the frontend's nodes, so that the guest cannot hold it. */
int device_cut(const struct device *device, int64_t deadline);

/* Remove every trace, with the folders that become empty. */
int device_remove(const struct device *device, int64_t deadline);

/* An end that is not there, or says what is no state. */
enum { DEVICE_NONE = -1, DEVICE_RUBBISH = -2 };

/* What its ends say, as they are asked together. */
struct device_look {
	int entry;		/* 0, or why libxl's entry cannot be read */
	int front, back;	/* enum device_state, or of the next two */
	bool online;
	const char *plug;	/* what dom0 has done for it, "": nothing yet */
	const char *error;	/* of the backend's kernel, or "" */

	/* device.c's own */
	char text[5][32], said[128];
	struct batch_answer answers[6];
};

/* Ask; LOOK must stay until batch_flush(). Then understand the answers. */
void device_ask(const struct device *device, struct device_look *look);
void device_understand(struct device_look *look);

/* "4 (connected)". Of a constant. */
const char *device_state_word(int state);

/* Is some end not connected? */
bool device_is_stuck(const struct device_look *look);

/* Who hangs, and what the backend's kernel has said about it. */
void device_explain(char *text, size_t size, const struct device_look *look);

/* "disk" for a vbd, or the kind itself. */
const char *device_kind_word(const struct device *device);

/* "xvda" for a vbd's number, or the number. Returns WORD. */
char *device_word(char word[SPEC_VDEV_MAX], const struct device *device);

#endif
