/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Look at a domain's memory from dom0, or fill it, through nothing of what is
 * under test.
 *
 * usage: frames DOMID GFN COUNT [BYTE]
 *
 * Without BYTE the frames go to stdout as they are.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <xen/xen.h>
#include <xen/sys/privcmd.h>

enum { PAGE = 4096, COUNT_MAX = 16 };

static int map_failed(const char *what)
{
	perror(what);
	return 1;
}

int main(int argc, char **argv)
{
	uint64_t gfns[COUNT_MAX];
	int errors[COUNT_MAX], fd, i, count;
	privcmd_mmapbatch_v2_t batch = { .arr = gfns, .err = errors };
	uint8_t *memory;

	if (argc < 4 || argc > 5)
		return 2;
	count = (int)strtol(argv[3], NULL, 0);
	if (count < 1 || count > COUNT_MAX)
		return 2;
	for (i = 0; i < count; i++)
		gfns[i] = strtoull(argv[2], NULL, 0) + (unsigned int)i;
	fd = open("/dev/xen/privcmd", O_RDWR);
	memory = mmap(NULL, (size_t)count * PAGE, PROT_READ | PROT_WRITE,
		      MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return map_failed("mmap");
	batch.num = (unsigned int)count;
	batch.dom = (domid_t)strtoul(argv[1], NULL, 0);
	batch.addr = (uintptr_t)memory;
	if (ioctl(fd, IOCTL_PRIVCMD_MMAPBATCH_V2, &batch))
		return map_failed("map the frames");
	/* who touches one that is not there makes dom0's kernel oops */
	for (i = 0; i < count; i++)
		if (errors[i]) {
			errno = -errors[i];
			return map_failed("map a frame");
		}
	if (argc == 5)
		memset(memory, (int)strtol(argv[4], NULL, 0),
		       (size_t)count * PAGE);
	else
		fwrite(memory, PAGE, (size_t)count, stdout);
	return fflush(stdout) ? map_failed("write") : 0;
}
