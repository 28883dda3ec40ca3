/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "userdata.h"

enum {
	FILE_PATH_MAX = 256,
	JSON_MAX = 4096,
	JSON_VCPUS_MAX = 128,	/* with more, libxl uses its own default */
	RETRY_MS = 5,		/* between two tries to get the lock */
};

const char *userdata_dir = "/var/lib/xen";

/* libxl's three files (xen/FACTS, userdata): the data, the new data before they
 * are renamed, the lock. */
enum which { DATA, NEW, LOCK };

static const char *userdata_path(char path[FILE_PATH_MAX],
				 const struct userdata *userdata,
				 enum which which)
{
	static const struct {
		char letter;
		const char *suffix;
	} names[] = {
		[DATA] = { 'd', "libxl-json" },
		[NEW] = { 'n', "libxl-json" },
		[LOCK] = { 'l', "domain-userdata-lock" },
	};

	snprintf(path, FILE_PATH_MAX, "%s/userdata-%c.%u.%s.%s", userdata_dir,
		 names[which].letter, userdata->domid, userdata->uuid,
		 names[which].suffix);
	return path;
}

static bool exists(const struct userdata *userdata, enum which which)
{
	char path[FILE_PATH_MAX];
	struct stat st;

	return !lstat(userdata_path(path, userdata, which), &st);
}

/* Only the folder itself is made, not those above it. */
static const char *obstacle_to_make(bool make)
{
	char above[FILE_PATH_MAX];

	if (make)
		return mkdir(userdata_dir, 0755) ? strerror(errno) : NULL;
	snprintf(above, sizeof(above), "%s", userdata_dir);
	*strrchr(above, '/') = '\0';
	return access(above, W_OK) ? strerror(errno) : NULL;
}

const char *userdata_obstacle(bool make)
{
	struct stat st;

	if (stat(userdata_dir, &st))
		return errno == ENOENT ? obstacle_to_make(make)
				       : strerror(errno);
	if (!S_ISDIR(st.st_mode))
		return strerror(ENOTDIR);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return "not only its owner may write there";
	if (st.st_uid && st.st_uid != geteuid())
		return "it is not root's";
	return access(userdata_dir, W_OK) ? strerror(errno) : NULL;
}

bool userdata_needed(const struct userdata *userdata)
{
	/* a lock that is left tells of a writer that died, maybe before it had
	 * removed the new data */
	return !exists(userdata, DATA) ||
	       (!userdata->settled && exists(userdata, LOCK));
}

/* Is the file that FD locks still the one that the name leads to? */
static bool is_open_at(int fd, const char *path)
{
	struct stat opened, named;

	return !fstat(fd, &opened) && !lstat(path, &named) &&
	       opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/* One try. The descriptor, or -errno; -EAGAIN: somebody else has the lock. */
static int try_lock(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB))
		rc = errno == EWOULDBLOCK || errno == EINTR ? -EAGAIN : -errno;
	else if (!is_open_at(fd, path))
		rc = -EAGAIN;	/* its owner has just removed it */
	if (!rc)
		return fd;
	close(fd);
	return rc;
}

static int lock(const char *path, int64_t deadline)
{
	int fd;

	while ((fd = try_lock(path)) == -EAGAIN && clock_left(deadline))
		clock_nap(RETRY_MS, deadline);
	return fd == -EAGAIN ? -ETIMEDOUT : fd;
}

/* Remove the file, then give up its lock, as libxl does. In the other order
 * somebody could lock a file that is removed a moment later. */
static void unlock(const char *path, int fd)
{
	unlink(path);
	close(fd);
}

struct json {
	size_t size;		/* of the text, whether it fits or not */
	char text[JSON_MAX];
};

__attribute__((format(printf, 2, 3)))
static void json_add(struct json *json, const char *format, ...)
{
	size_t used = json->size < JSON_MAX ? json->size : JSON_MAX;
	va_list args;

	va_start(args, format);
	json->size += (size_t)vsnprintf(json->text + used, JSON_MAX - used,
					format, args);
	va_end(args);
}

static void add_vcpus(struct json *json, uint32_t vcpus)
{
	uint32_t cpu;

	json_add(json, "\"max_vcpus\":%" PRIu32 ",\"avail_vcpus\":[0", vcpus);
	for (cpu = 1; cpu < vcpus; cpu++)
		json_add(json, ",%" PRIu32, cpu);
	json_add(json, "],");
}

/*
 * What libxl's parser takes on every release: the type in c_info, the key of
 * the same type in b_info, and the keys whose value is known. A name is plain
 * ASCII without quotes by the time it comes here.
 */
static bool make_json(struct json *json, const struct userdata *userdata)
{
	json->size = 0;
	json_add(json, "{\"c_info\":{\"type\":\"pvh\"");
	if (userdata->name)
		json_add(json, ",\"name\":\"%s\",\"uuid\":\"%s\"",
			 userdata->name, userdata->uuid);
	json_add(json, "},\"b_info\":{");
	if (userdata->vcpus && userdata->vcpus <= JSON_VCPUS_MAX)
		add_vcpus(json, userdata->vcpus);
	if (userdata->memory)
		json_add(json, "\"max_memkb\":%" PRIu64 ",\"target_memkb\":%"
			 PRIu64 ",", userdata->memory, userdata->memory);
	/* the libxl of some board vendors wants to be told; Xen's own ignores
	 * a key that it does not know */
	json_add(json, "\"tpm\":\"False\",");
	json_add(json, "\"sched_params\":{},\"type.pvh\":{},"
		 "\"arch_arm\":{},\"arch_x86\":{}}}");
	return json->size < JSON_MAX;
}

/* The file ends with a NUL: libxl wants that. */
static int write_json(int fd, const char *json, size_t left)
{
	ssize_t n;

	while (left) {
		n = write(fd, json, left);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		json += n;
		left -= (size_t)n;
	}
	return 0;
}

/* A file that is there already was left by a writer that died, or put there by
 * somebody who must not: remove it. */
static int open_new(const char *path)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
	int fd = open(path, flags, 0600);

	if (fd < 0 && errno == EEXIST && !unlink(path))
		fd = open(path, flags, 0600);
	if (fd < 0)
		return -errno;
	return fd;
}

/* Write to another name, and rename the file: nobody ever reads half of it. */
static int write_file(const struct userdata *userdata)
{
	char new[FILE_PATH_MAX], data[FILE_PATH_MAX];
	struct json json;
	int fd, rc;

	if (!make_json(&json, userdata))
		return -E2BIG;
	userdata_path(new, userdata, NEW);
	fd = open_new(new);
	if (fd < 0)
		return fd;
	rc = write_json(fd, json.text, json.size + 1);
	if (close(fd) && !rc)
		rc = -errno;
	if (!rc && rename(new, userdata_path(data, userdata, DATA)))
		rc = -errno;
	if (rc)
		unlink(new);
	return rc;
}

void userdata_discard(const struct userdata *userdata)
{
	char path[FILE_PATH_MAX];

	unlink(userdata_path(path, userdata, DATA));
}

int userdata_store(const struct userdata *userdata, int64_t deadline)
{
	char path[FILE_PATH_MAX], new[FILE_PATH_MAX];
	int fd, rc = 0;

	fd = lock(userdata_path(path, userdata, LOCK), deadline);
	if (fd < 0)
		return fd;
	if (!exists(userdata, DATA))
		rc = write_file(userdata);
	else
		unlink(userdata_path(new, userdata, NEW));
	unlock(path, fd);
	return rc;
}

void userdata_remove(uint16_t domid, const char *uuid)
{
	struct userdata userdata = { .domid = domid, .uuid = uuid };
	char path[FILE_PATH_MAX];
	enum which which;

	for (which = DATA; which <= LOCK; which++)
		unlink(userdata_path(path, &userdata, which));
}
