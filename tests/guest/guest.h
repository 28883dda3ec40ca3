/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xen/xen.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/io/xs_wire.h>

/* Everything is in one image: no global offset table is needed. */
#pragma GCC visibility push(hidden)

enum { PAGE = 4096 };

/* --- start.S, memory.c --- */

long hypercall(long arg0, long arg1, long arg2, long arg3, unsigned int op);

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
size_t strlen(const char *text);
bool same(const char *a, const char *b, size_t size);

/* --- console.c: lines on the emulated UART --- */

/* Print "tiny: FORMAT" and an end of line; knows %s, %u (unsigned) and
 * %x (uint64_t). What is not printable is shown as a dot. */
void say(const char *format, ...);

/* Print the same without anything around it. */
void put(const char *format, ...);

/* --- fdt.c: what the device tree tells --- */

struct machine {
	char args[256];		/* the kernel's command line */
	uint64_t grant_base;	/* where a grant table may be mapped, bytes */
	uint64_t grant_size;	/* 0: there is no hypervisor node */
};

void fdt_read(const void *tree, struct machine *machine);

/* --- xen.c: hypercalls in plain words; negative: -errno --- */

long xen_param(unsigned int index, uint64_t *value);

/* Put a page of Xen's, XENMAPSPACE_*, at GFN. */
long xen_place(unsigned int space, uint64_t gfn);

/* Give a page back; take one. */
long xen_give_back(uint64_t gfn);
long xen_take(uint64_t gfn);

/* Events need the page of shared info: where it shall be. */
void event_begin(uint64_t gfn);
void event_send(uint32_t port);
void event_close(uint32_t port);

/* A new port that only this domain may bind: Debian's Xen has guests offer
 * theirs to nobody else, except to dom0. */
uint32_t event_offer(void);

/* Forget that PORT has a pending event; then look; then sleep until one. */
void event_clear(uint32_t port);
void event_sleep(uint32_t port);

void xen_yield(void);
void xen_sleep(unsigned int seconds);
void xen_shut_down(unsigned int reason);
void xen_power_off(void) __attribute__((noreturn));
void xen_stop(void) __attribute__((noreturn));	/* sleep for ever */

/* --- store.c: the ring --- */

extern uint32_t store_port;
extern volatile struct xenstore_domain_interface *store_ring;

/*
 * Wait for what init-dom0less and xenstored do: a page is named, and says that
 * it is connected.
 */
void store_connect(void);

/* Send SIZE bytes as they are; false once the ring makes no sense. */
void store_send(const void *data, size_t size);

/*
 * A request and its answer: the answer's length, or -1 and its text is an
 * error's name. Watches that fire meanwhile are dropped.
 */
int store_ask(enum xsd_sockmsg_type type, const void *payload, size_t size);
extern uint32_t store_transaction;	/* that they belong to, or 0 */
extern char store_answer[XENSTORE_PAYLOAD_MAX + 1];

/* A path's value, or NULL; true if written. */
const char *store_read(const char *path);
bool store_write(const char *path, const void *value, size_t size);

/* Wait for the next watch that fires. */
void store_wait_watch(void);

/* --- modes.c --- */

/* Modes in which nothing is asked of xenstore in the usual way. */
struct mode {
	const char *name;
	void (*before)(unsigned int number);	/* the connection exists */
	void (*after)(unsigned int number);	/* behaving well */
	bool no_table;			/* sets up no grant table */
};

/* fatal.c: some of them. */
void fatal_reset(unsigned int unused);
void fatal_deletes(unsigned int unused);
void fatal_slash(unsigned int unused);

const struct mode *mode_named(const char *name, size_t size);

#pragma GCC visibility pop
#endif
