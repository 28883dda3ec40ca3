/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SPEC_H
#define SPEC_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What an xl configuration says of a network card or of a disk, as text that
 * goes into nodes as it is; "" is what was not said.
 * xl-network-configuration(5) and xl-disk-configuration(5) tell what it may
 * say.
 */
enum {
	SPEC_IFNAME_MAX = 16,	/* bytes, IFNAMSIZ */
	SPEC_WORD_MAX = 128,
	SPEC_SCRIPT_MAX = 256,
	SPEC_PATH_MAX = 512,
	SPEC_VDEV_MAX = 32,
	SPEC_VDEV_LAST = (1 << 29) - 1,
};

struct spec_vif {
	char mac[18];
	char bridge[SPEC_IFNAME_MAX];
	char name[SPEC_IFNAME_MAX];	/* of the interface in dom0 */
	char script[SPEC_SCRIPT_MAX];
	char ip[SPEC_WORD_MAX];
	char backend[SPEC_WORD_MAX];	/* a domid or a name */
	char mtu[6];
	char rate[40];			/* "BYTES,MICROSECONDS" */
	char devid[6];
	char trusted[2];		/* "0" or "1" */
	char nothing[2];		/* what has no effect on a PV card */
};

struct spec_disk {
	char target[SPEC_PATH_MAX];
	char vdev[SPEC_VDEV_MAX];
	char script[SPEC_SCRIPT_MAX];
	char backend[SPEC_WORD_MAX];
	char mode[2];			/* "r" or "w" */
	char shared[2];			/* "1": whoever else uses it */
	char type[6];			/* "disk" or "cdrom" */
	char discard[2], direct_io_safe[2], trusted[2];
	char nothing[2];		/* what says only what is so */
	uint32_t number;		/* of VDEV, the device's id */
};

/* Why it was refused. */
struct spec_error {
	const char *what;
	char part[64];			/* of what was said; cut */
};

/*
 * Read WORDS, which end with NULL, each as long and as many as one likes, every
 * one "KEY=VALUE,..." in any order. A later one wins. False: see ERROR. A key
 * that is not served is refused, too: nothing that was said is ignored.
 */
bool spec_vif(struct spec_vif *spec, char *const *words,
	      struct spec_error *error);

/*
 * The same for a disk, whose target, format, vdev and access may also stand
 * without a key, in this order. "target=" takes the rest of its word.
 */
bool spec_disk(struct spec_disk *spec, char *const *words,
	       struct spec_error *error);

/*
 * The number of a virtual disk: xvda1, d0p1, hda, sda, or the number itself,
 * decimal, octal or hexadecimal. docs/man/xen-vbd-interface.7.pandoc.
 */
bool spec_vdev_number(const char *text, uint32_t *number);

/* The name by which a guest's Linux knows it. Returns NAME. */
char *spec_vdev_name(char name[SPEC_VDEV_MAX], uint32_t number);

#endif
