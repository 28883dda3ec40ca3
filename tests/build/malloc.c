/* SPDX-License-Identifier: GPL-2.0-only */
/* src/libc/malloc.c, under other names: what it gives is used to the last byte. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECES = 64, ROUNDS = 200000, LARGEST = 65536 - _Alignof(max_align_t) };

static struct piece {
	unsigned char *data;
	size_t size;
	unsigned char fill;
} pieces[PIECES];

static int missed;

static void check(int holds, const char *what)
{
	if (!holds && missed++ < 10)
		printf("# %s\n", what);
}

/* The same at every run. */
static unsigned int below(unsigned int limit)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned int)(state >> 33) % limit;
}

static int holds(const unsigned char *data, size_t size, unsigned char fill)
{
	while (size--)
		if (*data++ != fill)
			return 0;
	return 1;
}

static void fill(struct piece *piece, void *data, size_t size)
{
	static unsigned char last;

	check((uintptr_t)data % _Alignof(max_align_t) == 0, "it is aligned");
	*piece = (struct piece){ data, data ? size : 0, ++last };
	if (data)
		memset(data, piece->fill, size);
}

static void let_go(struct piece *piece)
{
	check(holds(piece->data, piece->size, piece->fill), "nobody else wrote");
	free(piece->data);
	*piece = (struct piece){ 0 };
}

static void resize(struct piece *piece, size_t size)
{
	size_t kept = size < piece->size ? size : piece->size;
	unsigned char *data = realloc(piece->data, size);

	if (!data)
		return;
	check(holds(data, kept, piece->fill), "realloc() keeps what was there");
	fill(piece, data, size);
}

static void use(struct piece *piece)
{
	size_t size = below(below(16) ? 200 : 5000);
	unsigned char *data;

	switch (piece->data ? 2 + below(3) : below(2)) {
	case 0:
		fill(piece, malloc(size), size);
		break;
	case 1:
		data = calloc(1 + size / 8, 8);
		check(!data || holds(data, size, 0), "calloc() clears");
		fill(piece, data, size);
		break;
	case 2:
		resize(piece, size);
		break;
	default:
		let_go(piece);
	}
}

static void refuses(size_t n, size_t size)
{
	void *data;

	errno = 0;
	data = n == 1 ? malloc(size) : calloc(n, size);
	check(!data && errno == ENOMEM, "what is too much is refused");
	free(data);
}

static void reach_the_end(void)
{
	unsigned char *all = malloc(LARGEST);
	const size_t many = SIZE_MAX / 4;

	check(all != NULL, "what was given back is one piece again");
	refuses(1, 1);
	free(all);
	refuses(1, LARGEST + 1);
	refuses(1, SIZE_MAX);
	refuses(1, SIZE_MAX - 8);
	refuses(1, SIZE_MAX / 2 + 1);
	refuses(1, ((uint64_t)UINT32_MAX * 16 + 1) & SIZE_MAX);
	refuses(many, 8);
	free(NULL);
}

/* What it is moved from ends where the heap does. */
static void move_the_last(void)
{
	void *first = malloc(LARGEST - 4096 - _Alignof(max_align_t));
	void *last = malloc(4096);

	check(first && last, "two pieces fill it");
	free(first);
	first = realloc(last, 8192);
	check(first != NULL, "realloc() takes what is free before");
	if (!first)
		free(last);
	free(first);
}

int main(void)
{
	int i;

	reach_the_end();
	move_the_last();
	for (i = 0; i < ROUNDS; i++)
		use(&pieces[below(PIECES)]);
	for (i = 0; i < PIECES; i++)
		let_go(&pieces[i]);
	reach_the_end();
	return missed != 0;
}
