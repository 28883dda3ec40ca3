/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/loop.h>

#include "loop.h"
#include "tap.h"

/*
 * The kernel: /dev/sda is a block device, /img a file, /dev/loop0 to 2 are loop
 * devices, of which the first has the file once it is BOUND.
 */
static int claimed, configure_error, no_configure, busy;
static const char *mounts, *partitions;
static bool bound;
static unsigned int cleared;
static struct loop_config config;

int __wrap_open(const char *path, int flags, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_stat(const char *path, struct stat *st);
int __wrap_access(const char *path, int mode);

static int list(const char *text)
{
	int fd = memfd_create("list", MFD_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		abort();
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static int fail(int error)
{
	errno = error;
	return -1;
}

int __wrap_open(const char *path, int flags, ...)
{
	if (!strcmp(path, "/proc/mounts"))
		return mounts ? list(mounts) : fail(ENOENT);
	if (!strcmp(path, "/proc/partitions"))
		return partitions ? list(partitions) : fail(ENOENT);
	if (!strcmp(path, "/dev/sda") && flags & O_EXCL && claimed)
		return fail(EBUSY);
	if (!strncmp(path, "/dev/loop", 9) || !strcmp(path, "/dev/sda") ||
	    !strcmp(path, "/img"))
		return list(path);
	return fail(ENOENT);
}

/* Which of the files it is: that stands in it. */
static bool is(int fd, const char *path)
{
	char text[32] = "";

	return pread(fd, text, sizeof(text) - 1, 0) >= 0 && !strcmp(text, path);
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	struct loop_info64 *info;
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	switch (request) {
	case LOOP_CTL_GET_FREE:
		return busy > 0 ? 1 : 2;
	case LOOP_CONFIGURE:
		if (busy > 0)
			return busy--, fail(EBUSY);
		if (no_configure)
			return fail(no_configure);
		config = *(struct loop_config *)arg;
		return configure_error ? fail(configure_error) : 0;
	case LOOP_SET_STATUS64:
		config.info = *(struct loop_info64 *)arg;
		return configure_error ? fail(configure_error) : 0;
	case LOOP_GET_STATUS64:
		info = arg;
		if (!bound || !is(fd, "/dev/loop0"))
			return fail(ENXIO);
		info->lo_device = 5;
		info->lo_inode = 6;
		return 0;
	case LOOP_CLR_FD:
		cleared++;
		return 0;
	default:
		return 0;
	}
}

int __wrap_stat(const char *path, struct stat *st)
{
	memset(st, 0, sizeof(*st));
	if (!strcmp(path, "/img")) {
		st->st_mode = S_IFREG;
		st->st_dev = 5;
		st->st_ino = 6;
	} else if (!strcmp(path, "/dev/sda")) {
		st->st_mode = S_IFBLK;
		st->st_rdev = makedev(8, 0);
	} else if (!strcmp(path, "/dir")) {
		st->st_mode = S_IFDIR;
	} else {
		return fail(ENOENT);
	}
	return 0;
}

int __wrap_access(const char *path, int mode)
{
	(void)mode;
	return strcmp(path, "/sys/bus/xen-backend/devices/vbd-3-51712/"
			    "physical_device") ? fail(ENOENT) : 0;
}

static struct loop_target target;

static void looking(void)
{
	is_int(loop_look("/absent", &target), -ENOENT, "nothing there");
	is_int(loop_look("/dir", &target), -ENOTBLK, "a folder");
	is_int(loop_look("/dev/sda", &target), 0, "a device");
	ok(!target.file && target.major == 8 && !target.minor, "8:0");
	is_int(loop_look("/img", &target), 0, "a file");
	ok(target.file && target.device == 5 && target.inode == 6, "its inode");
	ok(loop_is_served(3, 51712) && !loop_is_served(3, 51728),
	   "what the backend has opened");
}

static void devices(void)
{
	static const struct {
		const char *mounts;
		bool write;
		int rc;
	} rows[] = {
		{ "/dev/sda / ext4 rw,relatime 0 0\n", false, -EBUSY },
		{ "/dev/sda / ext4 ro,relatime 0 0\n", false, 0 },
		{ "/dev/sda / ext4 ro 0 0\n", false, 0 },
		{ "/dev/sda / ext4 ro 0 0\n", true, -EBUSY },
		{ "/dev/sda / ext4 root 0 0\n", false, -EBUSY },
		{ "proc /proc proc ro 0 0\n/dev/sdb / ext4 ro 0 0\n", false,
		  -EBUSY },
		{ "\n\n/dev/sda\n", false, -EBUSY },
		{ "", false, -EBUSY }, { NULL, false, -EBUSY },
	};
	unsigned int i;

	loop_look("/dev/sda", &target);
	claimed = false;
	is_int(loop_check("/dev/sda", &target, true), 0, "nobody uses it");
	claimed = true;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		mounts = rows[i].mounts;
		is_int(loop_check("/dev/sda", &target, rows[i].write),
		       rows[i].rc, "in use, row %u", i);
	}
}

static void files(void)
{
	static char large[20000];

	loop_look("/img", &target);
	partitions = "major minor  #blocks  name\n\n   8        0       10 sda\n"
		     "   7        0       10 loop0\n";
	bound = false;
	is_int(loop_check("/img", &target, true), 0, "no loop device has it");
	bound = true;
	is_int(loop_check("/img", &target, true), -EBUSY, "one has");
	ok(loop_has(0, &target) && !loop_has(1, &target), "the first");
	partitions = "   7        1       10 loop1\n   7 0 1 loopy\n   7 0\n";
	is_int(loop_check("/img", &target, true), 0, "another one");
	memset(large, 'x', sizeof(large) - 1);
	partitions = large;
	is_int(loop_check("/img", &target, true), -E2BIG, "a list too long");
	partitions = NULL;
	is_int(loop_check("/img", &target, true), -ENOENT, "no list");
}

static int attach(bool write)
{
	int fd;

	loop_look("/img", &target);
	fd = loop_attach("/img", write, &target);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

static void attaching(void)
{
	is_int(attach(true), 0, "a loop device");
	ok(target.major == 7 && target.minor == 2, "7:2");
	is_int(config.info.lo_flags, LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO,
	       "goes away by itself");
	is_str((char *)config.info.lo_file_name, "/img", "and has its name");
	is_int(attach(false), 0, "to be read");
	ok(config.info.lo_flags & LO_FLAGS_READ_ONLY, "and only that");
	busy = 3;
	is_int(attach(true), 0, "somebody took the first three");
	busy = 1000;
	is_int(attach(true), -EBUSY, "or all");
	busy = 0;
	configure_error = ENOSPC;
	is_int(attach(true), -ENOSPC, "an error");
	configure_error = 0;
	no_configure = EINVAL;
	is_int(attach(true), 0, "a kernel before 5.8");
	is_int(config.info.lo_flags, LO_FLAGS_AUTOCLEAR, "goes away, too");
	configure_error = EPERM;
	is_int(attach(true), -EPERM, "an error there");
	is_int(cleared, 1, "leaves it free");
	loop_look("/img", &target);
	is_int(loop_attach("/absent", true, &target), -ENOENT, "no file");
}

int main(void)
{
	looking();
	devices();
	files();
	attaching();
	return done();
}
