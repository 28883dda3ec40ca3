/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FORGET_H
#define FORGET_H

#include <stdint.h>

/*
 * Remove all that is known of a domain that Xen has destroyed: its devices with
 * their backends' nodes, its own nodes, its entry in /vm, libxl's entry and
 * file. 0, or -errno.
 */
int forget_domain(uint16_t domid, int64_t deadline);

#endif
