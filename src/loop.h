/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Block devices, and files that become one by a loop device. Functions give 0
 * or -errno and print nothing.
 */

/* What a disk is made of. */
struct loop_target {
	bool file;		/* else a block device */
	uint32_t major, minor;	/* its number */
	uint64_t device, inode;	/* where the file is */
};

/* -ENOTBLK: neither a block device nor a file. */
int loop_look(const char *path, struct loop_target *target);

/*
 * -EBUSY: dom0 uses the device, which WRITE or somebody's writing does not go
 * with: it is mounted, or part of something; or another loop device has the
 * file.
 */
int loop_check(const char *path, const struct loop_target *target, bool write);

/*
 * Make a loop device of the file at PATH, which goes away by itself when nobody
 * has it open any more; its number becomes TARGET's. The descriptor, which is
 * to be kept until somebody else has opened it, or -errno.
 */
int loop_attach(const char *path, bool write, struct loop_target *target);

/* Is loop device MINOR one of that file? */
bool loop_has(uint32_t minor, const struct loop_target *target);

/* Has this kernel's backend opened what it serves the guest as DEVID? */
bool loop_is_served(uint16_t guest, uint32_t devid);

#endif
