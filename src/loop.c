/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/loop.h>

#include "loop.h"
#include "parse.h"

enum {
	/* How often to ask for a free device: another process may take it
	 * first. */
	TRIES = 64,
	TEXT_MAX = 8192,	/* bytes, of a list of the kernel's */
	LOOP_MAJOR_NUMBER = 7,
	MINORS = 1 << 20,
};

int loop_look(const char *path, struct loop_target *target)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (!S_ISBLK(st.st_mode) && !S_ISREG(st.st_mode))
		return -ENOTBLK;
	*target = (struct loop_target){
		.file = S_ISREG(st.st_mode),
		.major = S_ISBLK(st.st_mode) ? major(st.st_rdev) : 0,
		.minor = S_ISBLK(st.st_mode) ? minor(st.st_rdev) : 0,
		.device = st.st_dev, .inode = st.st_ino,
	};
	return 0;
}

/* Read all of a list of the kernel's, NUL-terminated. 0 or -errno. */
static int read_list(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
	size_t used = 0;
	ssize_t n = 1;

	if (fd < 0)
		return -errno;
	while (n && !rc) {
		n = read(fd, buf + used, size - 1 - used);
		if (n < 0 && errno != EINTR)
			rc = -errno;
		used += n > 0 ? (size_t)n : 0;
		if (n && used == size - 1)
			rc = -E2BIG;
	}
	close(fd);
	buf[used] = '\0';
	return rc;
}

static char text[TEXT_MAX];		/* such a list */

/* Copy the next word of *LINE, SIZE bytes at most, to WORD. *LINE becomes what
 * follows. */
static bool next_word(char **line, char *word, size_t size)
{
	size_t n;

	*line += strspn(*line, " \t");
	n = strcspn(*line, " \t\n");
	if (!n || n >= size)
		return false;
	memcpy(word, *line, n);
	word[n] = '\0';
	*line += n;
	return true;
}

/* The line after LINE, or the end of the text. */
static char *next_line(char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

/* "DEVICE PLACE TYPE OPTIONS..." of a device that nobody may write to. */
static bool is_read_only(char *line, const struct loop_target *target)
{
	char device[256], options[256], skipped[4096];
	struct stat st;

	return next_word(&line, device, sizeof(device)) && *device == '/' &&
	       next_word(&line, skipped, sizeof(skipped)) &&
	       next_word(&line, skipped, sizeof(skipped)) &&
	       next_word(&line, options, sizeof(options)) &&
	       !stat(device, &st) && S_ISBLK(st.st_mode) &&
	       major(st.st_rdev) == target->major &&
	       minor(st.st_rdev) == target->minor &&
	       !strncmp(options, "ro", 2) && strchr(",", options[2]);
}

/* A line that was cut by the size of the text does not count. */
static bool is_mounted_read_only(const struct loop_target *target)
{
	char *line;

	if (read_list("/proc/mounts", text, sizeof(text)))
		return false;
	for (line = text; *line; line = next_line(line))
		if (is_read_only(line, target))
			return true;
	return false;
}

/* -EBUSY: somebody in dom0 uses the device. Whoever does has claimed it from
 * the kernel, so opening it exclusively fails. */
static int check_device(const char *path, const struct loop_target *target,
			bool write)
{
	int fd = open(path, (write ? O_RDWR : O_RDONLY) | O_EXCL | O_CLOEXEC |
			    O_NONBLOCK), rc = fd < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	if (rc == -EBUSY && !write && is_mounted_read_only(target))
		return 0;
	return rc;
}

static void loop_name(char name[32], uint32_t minor)
{
	snprintf(name, 32, "/dev/loop%" PRIu32, minor);
}

bool loop_has(uint32_t minor, const struct loop_target *target)
{
	struct loop_info64 info;
	char name[32];
	bool same;
	int fd;

	loop_name(name, minor);
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	same = !ioctl(fd, LOOP_GET_STATUS64, &info) &&
	       info.lo_device == target->device &&
	       info.lo_inode == target->inode;
	close(fd);
	return same;
}

/* Is LINE, "MAJOR MINOR BLOCKS NAME", about a loop device? Its number is in the
 * name. */
static bool is_loop(char *line, uint64_t *number)
{
	char word[32];
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (!next_word(&line, word, sizeof(word)))
			return false;
	return !strncmp(word, "loop", 4) &&
	       parse_number(word + 4, MINORS - 1, number);
}

static int check_file(const struct loop_target *target)
{
	uint64_t number;
	char *line;
	int rc = read_list("/proc/partitions", text, sizeof(text));

	if (rc)
		return rc;
	for (line = text; *line; line = next_line(line))
		if (is_loop(line, &number) &&
		    loop_has((uint32_t)number, target))
			return -EBUSY;
	return 0;
}

int loop_check(const char *path, const struct loop_target *target, bool write)
{
	return target->file ? check_file(target)
			    : check_device(path, target, write);
}

/* Kernels before 5.8 need several calls. Nobody else may get the device while
 * it is half made. */
static int configure_old(int loop, const struct loop_config *config)
{
	int rc;

	if (ioctl(loop, LOOP_SET_FD, config->fd))
		return -errno;
	if (ioctl(loop, LOOP_SET_STATUS64, &config->info)) {
		rc = -errno;
		ioctl(loop, LOOP_CLR_FD, 0);
		return rc;
	}
	/* this fails where the file system cannot, which is no failure */
	ioctl(loop, LOOP_SET_DIRECT_IO, 1L);
	return 0;
}

static int configure(int loop, int file, const char *path, bool write)
{
	struct loop_config config = { .fd = (uint32_t)file };

	config.info.lo_flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO |
			       (write ? 0 : LO_FLAGS_READ_ONLY);
	snprintf((char *)config.info.lo_file_name,
		 sizeof(config.info.lo_file_name), "%s", path);
	if (!ioctl(loop, LOOP_CONFIGURE, &config))
		return 0;
	if (errno != EINVAL && errno != ENOTTY)
		return -errno;
	config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
	return configure_old(loop, &config);
}

/* One try. -EBUSY: somebody else has taken the free device first. */
static int try_attach(int control, int file, const char *path, bool write,
		      uint32_t *minor)
{
	int fd, rc, number = ioctl(control, LOOP_CTL_GET_FREE);
	char name[32];

	if (number < 0)
		return -errno;
	loop_name(name, (uint32_t)number);
	fd = open(name, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = configure(fd, file, path, write);
	if (rc) {
		close(fd);
		return rc;
	}
	*minor = (uint32_t)number;
	return fd;
}

static int attach_file(int file, const char *path, bool write, uint32_t *minor)
{
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	int rc = -EBUSY, i;

	if (control < 0)
		return -errno;
	for (i = 0; i < TRIES && rc == -EBUSY; i++)
		rc = try_attach(control, file, path, write, minor);
	close(control);
	return rc;
}

int loop_attach(const char *path, bool write, struct loop_target *target)
{
	int file = open(path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	uint32_t minor = 0;
	int rc;

	if (file < 0)
		return -errno;
	rc = attach_file(file, path, write, &minor);
	close(file);
	if (rc < 0)
		return rc;
	target->major = LOOP_MAJOR_NUMBER;
	target->minor = minor;
	return rc;
}

bool loop_is_served(uint16_t guest, uint32_t devid)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/bus/xen-backend/devices/"
		 "vbd-%u-%" PRIu32 "/physical_device", guest, devid);
	return !access(path, F_OK);
}
