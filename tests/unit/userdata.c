/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "tap.h"
#include "userdata.h"
#include "world.h"

#define UUID "2ed6657d-e927-568b-95e1-2665a8aea6a2"
#define DATA "userdata-d.5." UUID ".libxl-json"
#define NEW "userdata-n.5." UUID ".libxl-json"
#define LOCK "userdata-l.5." UUID ".domain-userdata-lock"

static char dir[] = "/tmp/dom0less-userdata-XXXXXX";

static struct userdata userdata = {
	.domid = 5, .uuid = UUID, .name = "web", .memory = 262144, .vcpus = 3,
};

static const char *path(const char *name)
{
	static char paths[2][512];
	static int turn;

	turn = !turn;
	snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", dir, name);
	return paths[turn];
}

static bool is_there(const char *name)
{
	struct stat st;

	return !lstat(path(name), &st);
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(path(name), "w");

	if (!f)
		abort();
	fputs(text, f);
	fclose(f);
}

static bool is_link(const char *name)
{
	struct stat st;

	return !lstat(path(name), &st) && S_ISLNK(st.st_mode);
}

static char content[8192];

/* The bytes in the file; what they are in .content. */
static size_t get(const char *name)
{
	FILE *f = fopen(path(name), "r");
	size_t n = f ? fread(content, 1, sizeof(content) - 1, f) : 0;

	content[n] = '\0';
	if (f)
		fclose(f);
	return n;
}

static void begin(void)
{
	remove(path(DATA));
	remove(path(NEW));
	remove(path(LOCK));
	remove(path("elsewhere"));
	world_reset(17);
	world->file_calls = true;
}

static int store(int64_t ms)
{
	return userdata_store(&userdata, clock_ms() + ms);
}

/* What jq makes of the file, its keys sorted. */
static const char *parsed(void)
{
	static char out[8192];
	char command[600];
	size_t n;
	FILE *f;

	snprintf(command, sizeof(command), "tr -d '\\000' <%s | jq -cS .",
		 path(DATA));
	f = popen(command, "r");
	n = fread(out, 1, sizeof(out) - 1, f);
	out[n] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return pclose(f) ? "no JSON" : out;
}

static bool userdata_possible(void)
{
	return !userdata_obstacle(false);
}

static void contents(void)
{
	struct stat st;
	size_t size;
	char *vcpus;

	begin();
	umask(0);
	ok(userdata_possible(), "a folder to keep it in");
	ok(userdata_needed(&userdata), "needed");
	is_int(store(0), 0, "stored");
	umask(022);
	ok(!userdata_needed(&userdata), "needed no more");
	is_str(parsed(), "{\"b_info\":{\"arch_arm\":{},\"arch_x86\":{},"
	       "\"avail_vcpus\":[0,1,2],\"max_memkb\":262144,"
	       "\"max_vcpus\":3,\"sched_params\":{},\"target_memkb\":262144,"
	       "\"tpm\":\"False\",\"type.pvh\":{}},\"c_info\":{\"name\":\"web\",\"type\":\"pvh\""
	       ",\"uuid\":\"" UUID "\"}}", "valid JSON");
	size = get(DATA);
	is_int((int64_t)strlen(content), (int64_t)size - 1,
	       "with one NUL at the end");
	stat(path(DATA), &st);
	is_int(st.st_mode & 07777, 0600, "for nobody else");
	ok(!is_there(LOCK) && !is_there(NEW), "no other file is left");
	is_int(world_count("write"), ((int64_t)size + 99) / 100,
	       "short writes are continued");

	begin();
	userdata.name = NULL;
	userdata.memory = userdata.vcpus = 0;
	store(0);
	is_str(parsed(), "{\"b_info\":{\"arch_arm\":{},\"arch_x86\":{},"
	       "\"sched_params\":{},\"tpm\":\"False\",\"type.pvh\":{}},"
	       "\"c_info\":{\"type\":"
	       "\"pvh\"}}", "what is not known is left "
	       "out");
	begin();
	userdata.vcpus = 1;
	store(0);
	ok(strstr(parsed(), "\"avail_vcpus\":[0]"), "one vCPU");
	begin();
	userdata.vcpus = 128;
	store(0);
	vcpus = strstr(parsed(), ",126,127]");
	ok(vcpus != NULL, "128 vCPUs");
	begin();
	userdata.vcpus = 129;
	is_int(store(0), 0, "many vCPUs");
	ok(!strstr(parsed(), "vcpus"), "are left to libxl");
	userdata.vcpus = 3;
	userdata.memory = UINT64_MAX;
	begin();
	store(0);
	get(DATA);
	ok(strstr(content, ":18446744073709551615,"), "memory is an integer");
	userdata.name = "web";
	userdata.memory = 262144;
}

static void leftovers(void)
{
	begin();
	put(DATA, "libxl's own");
	ok(!userdata_needed(&userdata), "a file that is there");
	is_int(store(0), 0, "stored all the same");
	get(DATA);
	is_str(content, "libxl's own", "is left as it was");
	ok(!is_there(LOCK), "no lock is left");

	put(NEW, "half a fi");
	put(LOCK, "");
	ok(userdata_needed(&userdata), "half a new file");
	is_int(store(0), 0, "is taken away");
	ok(!is_there(NEW) && !is_there(LOCK), "and nothing is left");
	get(DATA);
	is_str(content, "libxl's own", "and the old one is as it was");

	put(LOCK, "");
	userdata.settled = true;
	ok(!userdata_needed(&userdata), "a lock that does not matter");
	userdata.settled = false;
	ok(userdata_needed(&userdata), "a lock that nobody holds");
	is_int(store(0), 0, "is taken away");
	ok(!is_there(LOCK), "and nothing is left");

	begin();
	put(NEW, "half a file, and a long one: longer than what we have to "
	    "put there by far, to see that it is cut before it is written to"
	    "......................................................."
	    "......................................................."
	    "......................................................."
	    "......................................................."
	    ".......................................................");
	is_int(store(0), 0, "half a new file and no old one");
	ok(strstr(parsed(), "\"web\"") != NULL, "is written anew");
}

/* What an earlier boot has left, while no handle leads to it yet. */
static void discarded(void)
{
	begin();
	put(DATA, "the devices of another boot");
	put("elsewhere", "precious");
	userdata_discard(&userdata);
	ok(!is_there(DATA), "a file of an earlier boot is removed");
	userdata_discard(&userdata);
	ok(userdata_needed(&userdata), "and is missed then");
	if (symlink(path("elsewhere"), path(DATA)))
		abort();
	userdata_discard(&userdata);
	get("elsewhere");
	ok(!is_link(DATA) && !strcmp(content, "precious"),
	   "a symbolic link is removed, not what it leads to");
}

/* Another process, with or without its lock file. */
static void locked(void)
{
	int64_t start;
	int ready[2];
	pid_t pid;
	char c;

	begin();
	if (pipe(ready))
		abort();
	pid = fork();
	if (!pid) {
		int fd = open(path(LOCK), O_RDWR | O_CREAT, 0600);

		flock(fd, LOCK_EX);
		if (write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	if (read(ready[0], &c, 1) != 1)
		abort();
	start = clock_ms();
	is_int(store(2000), -ETIMEDOUT, "locked by another");
	ok(clock_ms() - start >= 2000 && clock_ms() - start < 2100,
	   "waited until the deadline");
	ok(!is_there(DATA) && !is_there(NEW), "and wrote nothing");
	ok(is_there(LOCK), "and left the other's lock");
	is_int(store(-1), -ETIMEDOUT, "no time: one try");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	is_int(store(2000), 0, "the other has died");
	ok(is_there(DATA) && !is_there(LOCK), "all is well");
	close(ready[0]);
	close(ready[1]);
}

static void links(void)
{
	begin();
	put("elsewhere", "precious");
	if (symlink(path("elsewhere"), path(LOCK)))
		abort();
	is_int(store(0), -ELOOP, "the lock is a symbolic link");
	ok(is_there(LOCK) && !is_there(DATA), "nothing is done");
	remove(path(LOCK));
	if (symlink(path("elsewhere"), path(NEW)))
		abort();
	is_int(store(0), 0, "the new file is a symbolic link");
	ok(strstr(parsed(), "\"web\"") && !is_link(DATA), "which is replaced");
	get("elsewhere");
	is_str(content, "precious", "what it leads to is as it was");

	remove(path(DATA));
	if (link(path("elsewhere"), path(NEW)))
		abort();
	is_int(store(0), 0, "the new file is another name of somebody's");
	get("elsewhere");
	is_str(content, "precious", "which is as it was");
	ok(strstr(parsed(), "\"web\"") && !is_there(NEW), "all is well");
	remove(path("elsewhere"));
}

/* Every call fails once; nothing but a failed clean-up may remain. */
static void failures(void)
{
	static const int rcs[] = { -ENOSPC, -EROFS, -EIO, -EACCES, -EDQUOT };
	unsigned int at, silent = 0, left = 0, bad = 0, half = 0, n = 0;
	int rc;

	for (at = 1; ; at++) {
		begin();
		world->fault = (struct world_fault){ .at = at,
						     .rc = rcs[at % 5] };
		rc = store(1000);
		if (!world->fault.fired)
			break;
		n++;
		silent += !rc && !is_there(DATA);
		half += is_there(DATA) && strcmp(parsed(), "no JSON") == 0;
		left += is_there(LOCK) || is_there(NEW);
		world->fault.at = 0;
		bad += userdata_needed(&userdata) && store(1000);
		bad += userdata_needed(&userdata);
	}
	ok(n >= 8, "%u calls", n);
	is_int(silent, 0, "no failure is silent");
	is_int(half, 0, "none leaves half a file");
	/* flock() and the unlink() of the lock */
	ok(left <= 2, "none but two leave a lock, and none a new file");
	is_int(bad, 0, "the next time all is well");

	begin();
	world->fault = (struct world_fault){ .at = 1, .call = "flock",
					     .rc = -EINTR };
	is_int(store(1000), 0, "a lock that was interrupted");
	begin();
	world->fault = (struct world_fault){ .at = 2, .call = "write",
					     .rc = -EINTR };
	is_int(store(1000), 0, "a write that was interrupted");
	ok(strstr(parsed(), "\"web\"") != NULL, "is continued");
	begin();
	world->fault = (struct world_fault){ .at = 1, .call = "close",
					     .rc = -EIO };
	is_int(store(1000), -EIO, "what close() says counts");
	ok(!is_there(DATA) && !is_there(NEW), "and nothing is kept");
}

static void folders(void)
{
	char made[64];
	struct stat st;

	begin();
	userdata_dir = "/nonexistent/xen";
	is_str(userdata_obstacle(false), "No such file or directory",
	       "no folder, and none above it");
	is_str(userdata_obstacle(true), "No such file or directory",
	       "which is not made, either");
	is_int(store(0), -ENOENT, "nothing to be stored there");
	snprintf(made, sizeof(made), "%s/made", dir);
	userdata_dir = made;
	ok(userdata_possible(), "one that can be made");
	ok(stat(made, &st), "is not made to find that out");
	world->fault = (struct world_fault){ .at = 1, .call = "mkdir",
					     .rc = -EROFS };
	is_str(userdata_obstacle(true), "Read-only file system",
	       "nor where it cannot be");
	begin();
	ok(!userdata_obstacle(true) && !stat(made, &st), "but where it can");
	is_int(st.st_mode & 07777, 0755, "as Xen's own installation does it");
	ok(!userdata_obstacle(true), "once");
	is_int(world_count("mkdir"), 1, "is enough");
	rmdir(made);
	ok(!symlink("/nonexistent", made) && userdata_obstacle(true),
	   "a link that leads nowhere");
	unlink(made);
	userdata_dir = "/dev/null";
	ok(!userdata_possible(), "a file is no folder");
	is_int(store(0), -ENOTDIR, "nor can anything be stored there");
	userdata_dir = dir;
	ok(userdata_possible(), "a folder of ours");
	chmod(dir, 0770);
	is_str(userdata_obstacle(true), "not only its owner may write there",
	       "one where a group may write is none");
	chmod(dir, 01777);
	ok(!userdata_possible(), "nor is one where all may, like /tmp");
	chmod(dir, 0755);
	ok(userdata_possible(), "but where all may only read");
	if (!geteuid()) {
		ok(!chown(dir, 65534, 0), "another user's");
		is_str(userdata_obstacle(true), "it is not root's",
		       "is none, either");
		ok(!chown(dir, 0, 0) && userdata_possible(), "root's is");
	}
	chmod(dir, 0700);
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	userdata_dir = dir;
	contents();
	leftovers();
	discarded();
	locked();
	links();
	failures();
	folders();
	begin();
	ok(!rmdir(dir), "nothing is left behind");
	return done();
}
