/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UUID_H
#define UUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A UUID is 16 bytes in network order, as in a domain's handle. */
enum { UUID_SIZE = 16, UUID_TEXT = 37 };

bool uuid_is_nil(const uint8_t uuid[UUID_SIZE]);

/* As 8-4-4-4-12 lower-case hex digits, NUL-terminated. Returns TEXT. */
char *uuid_format(char text[UUID_TEXT], const uint8_t uuid[UUID_SIZE]);

/* False if TEXT is anything but a UUID. */
bool uuid_parse(uint8_t uuid[UUID_SIZE], const char *text);

/* Version 5 (RFC 4122 4.3): SHA-1 of the name space and SIZE bytes of NAME. */
void uuid_v5(uint8_t uuid[UUID_SIZE], const uint8_t space[UUID_SIZE],
	     const void *name, size_t size);

/* What tells the board from others has been read. Only tests change this. */
extern bool uuid_board_known;

/*
 * The UUID of a domain called NAME on this board: the same after every boot
 * if the board has a serial number (device tree) or a machine-id. False: it
 * has neither, and the UUID is random, made without waiting for entropy.
 */
bool uuid_for_domain(uint8_t uuid[UUID_SIZE], const char *name);

#endif
