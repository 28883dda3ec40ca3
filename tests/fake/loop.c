/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "loop.h"
#include "world.h"

/*
 * What dom0 has to make disks of: a path that begins with /dev is a block device,
 * whose minor number its last letter is, any other a file; one with "absent" in it
 * is not there.
 */
int loop_look(const char *path, struct loop_target *target)
{
	int rc = world_call(CALL_READ, "loop_look %s", path);

	*target = (struct loop_target){ .inode = strlen(path) };
	target->file = strncmp(path, "/dev/", 5) != 0;
	if (!target->file) {
		target->major = 253;
		target->minor = (uint8_t)path[strlen(path) - 1];
	}
	if (!rc && strstr(path, "absent"))
		rc = -ENOENT;
	return world_done(rc);
}

int loop_check(const char *path, const struct loop_target *target, bool write)
{
	int rc = world_call(CALL_READ, "loop_check %s %d", path, write);

	(void)target;
	if (!rc && strstr(path, "mounted"))
		rc = -EBUSY;
	return world_done(rc);
}

static int open_nothing(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fd;
}

int loop_attach(const char *path, bool write, struct loop_target *target)
{
	int rc = world_call(CALL_CHANGE, "loop_attach %s %d", path, write);

	if (rc)
		return world_done(rc);
	target->major = 7;
	target->minor = world->loops++;
	return world_done(open_nothing());
}

bool loop_has(uint32_t minor, const struct loop_target *target)
{
	world_sure(CALL_READ, "loop_has %u", minor);
	(void)target;
	return minor < world->loops;
}

bool loop_is_served(uint16_t guest, uint32_t devid)
{
	world_sure(CALL_READ, "loop_is_served d%u %u", guest, devid);
	return world->served;
}
