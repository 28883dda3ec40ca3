/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef USERDATA_H
#define USERDATA_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The file in which libxl keeps a domain's configuration, as JSON. Without it
 * xl attaches no device. It belongs to the domain's handle.
 */
struct userdata {
	uint16_t domid;
	const char *uuid;	/* the handle, as text */
	const char *name;	/* NULL: leave it and the UUID out */
	uint64_t memory;	/* KiB, 0: leave it out */
	uint32_t vcpus;		/* 0: leave it out */
	bool settled;		/* what comes after it is done: a lock that is
				 * left harms nobody, and is not looked for */
};

/* Where libxl keeps it: XEN_LIB_DIR. Only tests change this. */
extern const char *userdata_dir;

/*
 * Why there is no folder to keep it in, writable, and by nobody else; NULL:
 * there is. One that is missing can be made, which counts as being there, or
 * with MAKE is made, as Xen's own installation does.
 */
const char *userdata_obstacle(bool make);

/* Is the file missing, or a trace left of a writer that died? */
bool userdata_needed(const struct userdata *userdata);

/*
 * Remove what an earlier boot of the board has left under the same UUID: it
 * tells of that boot's devices. Only for a domain that has no handle yet:
 * nobody else can know the file's name.
 */
void userdata_discard(const struct userdata *userdata);

/*
 * Write it, if it is needed, under libxl's lock; what a writer that died has
 * left is taken away. 0; -ETIMEDOUT: the lock was not free before DEADLINE;
 * -ELOOP: a symbolic link is in the lock's place; else what the file system
 * said.
 */
int userdata_store(const struct userdata *userdata, int64_t deadline);

/* Remove it, and what a writer that died has left, of a domain that is gone. */
void userdata_remove(uint16_t domid, const char *uuid);

#endif
