/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The heap of Xen's libraries, in the place of musl's: they keep their handles
 * there and a message of xenstored at a time; our own code has none. The first
 * fit in an array makes no system call, and on arm64 7 KiB less. Found first by
 * the linker.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* It stands in front of what it describes. */
struct block {
	_Alignas(max_align_t) uint32_t count;	/* of units, with this one */
	bool used;
};

enum { UNIT = sizeof(struct block), UNITS = 65536 / UNIT };

static struct block heap[UNITS];

/* Give the block COUNT units; what is left of it is a free one. */
static void *take(struct block *block, uint32_t count)
{
	if (block->count > count) {
		block[count].count = block->count - count;
		block[count].used = false;
	}
	block->count = count;
	block->used = true;
	return block + 1;
}

/* Free blocks that follow one another become one on the way. */
static void *find(size_t size)
{
	struct block *block, *next, *const end = heap + UNITS;
	uint32_t count = (uint32_t)(1 + (size + UNIT - 1) / UNIT);

	if (!heap->count)
		heap->count = UNITS;
	for (block = heap; block < end && size < sizeof(heap); block = next) {
		next = block + block->count;
		if (block->used)
			continue;
		for (; next < end && !next->used; next += next->count)
			block->count += next->count;
		if (block->count >= count)
			return take(block, count);
	}
	errno = ENOMEM;
	return NULL;
}

void *malloc(size_t size)
{
	return find(size);
}

void *calloc(size_t n, size_t size)
{
	size_t all;
	void *data = find(__builtin_mul_overflow(n, size, &all) ? SIZE_MAX
								: all);

	return data ? memset(data, 0, all) : NULL;
}

void *realloc(void *old, size_t size)
{
	void *data = find(size);
	size_t before;

	if (!data || !old)
		return data;
	before = (((struct block *)old)[-1].count - 1) * (size_t)UNIT;
	memcpy(data, old, before < size ? before : size);
	free(old);
	return data;
}

void free(void *data)
{
	if (data)
		((struct block *)data)[-1].used = false;
}
