/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "line.h"
#include "parse.h"
#include "uuid.h"

#ifndef GRND_INSECURE
#define GRND_INSECURE 4		/* Linux 5.6: never waits */
#endif

enum { SHA1_BLOCK = 64, SHA1_SIZE = 20, IDENTITY_MAX = 128 };

struct sha1 {
	uint32_t state[5];
	uint64_t size;		/* bytes so far */
	uint8_t block[SHA1_BLOCK];
};

/* The name space of this project's domains, a random UUID made for it. */
static const uint8_t domains[UUID_SIZE] = {
	0x2f, 0xc3, 0x42, 0x37, 0xae, 0x7d, 0x47, 0xf0,
	0x9f, 0x8c, 0x4c, 0xd5, 0x76, 0xbd, 0x5f, 0x25,
};

static uint32_t rotate(uint32_t word, int bits)
{
	return word << bits | word >> (32 - bits);
}

/* RFC 3174 section 6.2: a word of the round's function and constant. */
static uint32_t sha1_round(size_t t, uint32_t b, uint32_t c, uint32_t d)
{
	if (t < 20)
		return ((b & c) | (~b & d)) + 0x5a827999;
	if (t < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (t < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void sha1_block(struct sha1 *sha)
{
	uint32_t w[80], h[5], next;
	size_t t;

	for (t = 0; t < 16; t++)
		w[t] = (uint32_t)sha->block[4 * t] << 24 |
		       (uint32_t)sha->block[4 * t + 1] << 16 |
		       (uint32_t)sha->block[4 * t + 2] << 8 |
		       (uint32_t)sha->block[4 * t + 3];
	for (; t < 80; t++)
		w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	memcpy(h, sha->state, sizeof(h));
	for (t = 0; t < 80; t++) {
		next = rotate(h[0], 5) + sha1_round(t, h[1], h[2], h[3]) +
		       h[4] + w[t];
		h[4] = h[3];
		h[3] = h[2];
		h[2] = rotate(h[1], 30);
		h[1] = h[0];
		h[0] = next;
	}
	for (t = 0; t < 5; t++)
		sha->state[t] += h[t];
}

static void sha1_add(struct sha1 *sha, const void *data, size_t size)
{
	const uint8_t *byte = data;

	while (size--) {
		sha->block[sha->size++ % SHA1_BLOCK] = *byte++;
		if (sha->size % SHA1_BLOCK == 0)
			sha1_block(sha);
	}
}

/* The last block ends with the length in bits, big-endian. */
static void sha1_end(struct sha1 *sha, uint8_t digest[SHA1_SIZE])
{
	uint64_t bits = sha->size * 8;
	uint8_t tail[8];
	int i;

	for (i = 0; i < 8; i++)
		tail[i] = (uint8_t)(bits >> (56 - 8 * i));
	sha1_add(sha, "\x80", 1);
	while (sha->size % SHA1_BLOCK != SHA1_BLOCK - sizeof(tail))
		sha1_add(sha, "", 1);
	sha1_add(sha, tail, sizeof(tail));
	for (i = 0; i < SHA1_SIZE; i++)
		digest[i] = (uint8_t)(sha->state[i / 4] >> (24 - i % 4 * 8));
}

bool uuid_is_nil(const uint8_t uuid[UUID_SIZE])
{
	static const uint8_t nil[UUID_SIZE];

	return !memcmp(uuid, nil, UUID_SIZE);
}

char *uuid_format(char text[UUID_TEXT], const uint8_t uuid[UUID_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	char *next = text;
	int i;

	for (i = 0; i < UUID_SIZE; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*next++ = '-';
		*next++ = digits[uuid[i] >> 4];
		*next++ = digits[uuid[i] & 15];
	}
	*next = '\0';
	return text;
}

bool uuid_parse(uint8_t uuid[UUID_SIZE], const char *text)
{
	int i, high, low;

	for (i = 0; i < UUID_SIZE; i++) {
		if ((i == 4 || i == 6 || i == 8 || i == 10) && *text++ != '-')
			return false;
		high = parse_hex_digit(text[0]);
		low = high < 0 ? -1 : parse_hex_digit(text[1]);
		if (low < 0)
			return false;
		uuid[i] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	return !*text;
}

static void stamp(uint8_t uuid[UUID_SIZE], int version)
{
	uuid[6] = (uint8_t)((uuid[6] & 0x0f) | version << 4);
	uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
}

void uuid_v5(uint8_t uuid[UUID_SIZE], const uint8_t space[UUID_SIZE],
	     const void *name, size_t size)
{
	struct sha1 sha = { .state = { 0x67452301, 0xefcdab89, 0x98badcfe,
				       0x10325476, 0xc3d2e1f0 } };
	uint8_t digest[SHA1_SIZE];

	sha1_add(&sha, space, UUID_SIZE);
	sha1_add(&sha, name, size);
	sha1_end(&sha, digest);
	memcpy(uuid, digest, UUID_SIZE);
	stamp(uuid, 5);
}

/* Is ID 32 digits? A fresh image may say "uninitialized" there. */
static bool is_machine_id(const char *id)
{
	return strlen(id) == 32 && strspn(id, "0123456789abcdef") == 32;
}

bool uuid_board_known;

/* What only this board has: its serial number, or its machine-id; else "". */
static const char *board_identity(void)
{
	static char id[IDENTITY_MAX];

	if (!uuid_board_known &&
	    !(line_read("/proc/device-tree/serial-number", id, sizeof(id)) &&
	      *id) &&
	    !(line_read("/etc/machine-id", id, sizeof(id)) &&
	      is_machine_id(id)))
		*id = '\0';
	uuid_board_known = true;
	return id;
}

static int64_t nanoseconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/*
 * A random UUID. A board without entropy gives the same "random" bytes at every
 * boot, or none. So the clocks and the name are hashed in: at least two domains
 * differ.
 */
static void uuid_random(uint8_t uuid[UUID_SIZE], const char *name)
{
	struct seed {
		int64_t now, wall;		/* ns */
		char name[IDENTITY_MAX];
	} seed = { 0 };
	uint8_t random[UUID_SIZE] = { 0 };
	ssize_t n = getrandom(random, UUID_SIZE, GRND_INSECURE);

	if (n < 0 && errno == EINVAL)
		n = getrandom(random, UUID_SIZE, GRND_NONBLOCK);
	(void)n;
	seed.now = nanoseconds(CLOCK_MONOTONIC);
	seed.wall = nanoseconds(CLOCK_REALTIME);
	snprintf(seed.name, sizeof(seed.name), "%s", name);
	uuid_v5(uuid, random, &seed,
		offsetof(struct seed, name) + strlen(seed.name));
	stamp(uuid, 4);
}

bool uuid_for_domain(uint8_t uuid[UUID_SIZE], const char *name)
{
	const char *id = board_identity();
	char board[2 * IDENTITY_MAX];

	if (!*id) {
		uuid_random(uuid, name);
		return false;
	}
	snprintf(board, sizeof(board), "%s/%s", id, name);
	uuid_v5(uuid, domains, board, strlen(board));
	return true;
}
