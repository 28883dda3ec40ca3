/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device tree reader: the input is the file. With FUZZ_BEND=N in the
 * environment so is every beginning of it, and it with each N-th bit turned.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dtb.h"
#include "fuzz.h"
#include "hyp.h"

static void try_one(const uint8_t *data, size_t size, bool check)
{
	static char path[64];
	static int fd = -1;
	struct dtb_domain domain;
	unsigned int i, n;
	int rc;

	if (fd < 0) {
		fd = memfd_create("tree", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	if (ftruncate(fd, (off_t)size) ||
	    pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	rc = dtb_load(path, check);
	MUST(!rc || rc == -EINVAL || rc == -EFBIG);
	n = dtb_domains();
	MUST(!rc || !n);
	for (i = 1; i <= n && i <= HYP_DOMID_LAST; i++) {
		memset(&domain, 0xff, sizeof(domain));
		MUST(!dtb_domain((uint16_t)i, &domain));
		MUST(!dtb_name((uint16_t)i) ||
		     !strncmp(dtb_name((uint16_t)i), domain.name,
			      sizeof(domain.name) - 1));
		MUST(memchr(domain.name, '\0', sizeof(domain.name)));
		if (i == 64)
			i = n - (n > 1);	/* of very many, the last */
	}
	MUST(dtb_domain((uint16_t)(n + 1), &domain) == -ENOENT ||
	     n >= HYP_DOMID_LAST);
	MUST(dtb_domain(0, &domain) == -ENOENT);
}

/* As a user's file and as the kernel's own, which is not checked. */
static void try(const uint8_t *data, size_t size)
{
	try_one(data, size, false);
	try_one(data, size, true);
}

static void bend(const uint8_t *data, size_t size, size_t step)
{
	uint8_t *bent = malloc(size);
	size_t i;

	if (!bent)
		abort();
	for (i = 0; i < size; i++)
		try(data, i);
	memcpy(bent, data, size);
	for (i = 0; i < 8 * size; i += step) {
		bent[i / 8] ^= (uint8_t)(1 << i % 8);
		try(bent, size);
		bent[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	free(bent);
	printf("%zu trees bent\n", size + (8 * size + step - 1) / step);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *step = getenv("FUZZ_BEND");

	try(data, size);
	if (size && step)
		bend(data, size, strtoul(step, NULL, 10));
	return 0;
}
