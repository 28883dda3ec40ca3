/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * src/store.c, src/batch.c and Xen's own libxenstore at the socket of a
 * xenstored made for it. Each system call passes here first and can be made to
 * fail; time passes only while somebody waits for something that does not come.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "batch.h"
#include "clock.h"
#include "parts/fault.h"
#include "parts/xenstored.h"
#include "store.h"
#include "tap.h"

enum { FDS = 256, ONE_TRY = 3000, LATE = 100000 };

static char place[] = "/tmp/dom0less-unit-XXXXXX";
static char socket_path[64], empty[64];
static const char device[] = "/dev/xen/xenbus";

/* The world around. */
static int64_t now = 1000000;		/* ms */
static int wait;			/* ms, SO_RCVTIMEO of the one socket; 0: for ever */
static unsigned int hangs;		/* waits without an end */
static bool has_device;			/* /dev/xen/xenbus */
static uid_t user, owner;		/* who we are, whose socket it is */
static int live;			/* allocations */

/* --- the system calls --- */

WRAP(void *, malloc, size_t size)
{
	void *p = FAULT_IN("malloc", ENOMEM) ? NULL : __real_malloc(size);

	live += p != NULL;
	return p;
}

WRAP(void, free, void *p)
{
	live -= p != NULL;
	__real_free(p);
}

WRAP(char *, strdup, const char *text)
{
	char *copy = FAULT_IN("strdup", ENOMEM) ? NULL : __real_strdup(text);

	live += copy != NULL;
	return copy;
}

WRAP(int, setenv, const char *name, const char *value, int overwrite)
{
	return FAULT_IN("setenv", ENOMEM) ? -1
		: __real_setenv(name, value, overwrite);
}

WRAP(uid_t, geteuid, void)
{
	return user;
}

WRAP(int, lstat, const char *path, struct stat *st)
{
	if (FAULT_IN("lstat", EACCES, ENOMEM, ELOOP, EIO))
		return -1;
	if (__real_lstat(path, st))
		return -1;
	st->st_uid = owner;
	return 0;
}

WRAP(int, stat, const char *path, struct stat *st)
{
	if (FAULT_IN("stat", EACCES, ENOMEM, ELOOP, EIO, ENOENT))
		return -1;
	if (strcmp(path, device))
		return __real_stat(path, st);
	*st = (struct stat){ .st_mode = S_IFCHR | 0600 };
	return 0;
}

WRAP(int, access, const char *path, int mode)
{
	if (FAULT_IN("access", EACCES, ENOENT, ENOMEM, EIO))
		return -1;
	if (strcmp(path, device))
		return __real_access(path, mode);
	errno = ENOENT;
	return has_device ? 0 : -1;
}

/* Nothing but the device is opened. */
WRAP(int, open, const char *path, int flags, ...)
{
	int pair[2];

	if (FAULT_IN("open", EACCES, EMFILE, ENFILE, ENOMEM, ENODEV, ENXIO,
		     EINTR))
		return -1;
	if (strcmp(path, device) || !(flags & O_CLOEXEC))
		abort();
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
		       (flags & O_NONBLOCK), 0, pair))
		abort();
	xenstored_adopt(pair[1]);
	wait = 0;
	return pair[0];
}

WRAP(int, socket, int domain, int type, int protocol)
{
	int fd;

	if (FAULT_IN("socket", EMFILE, ENFILE, ENOMEM, EACCES, EAFNOSUPPORT))
		return -1;
	fd = __real_socket(domain, type, protocol);
	if (fd >= FDS || !(type & SOCK_CLOEXEC))
		abort();
	wait = 0;
	return fd;
}

WRAP(int, close, int fd)
{
	int how = FAULT_IN("close", EIO, EINTR);

	/* Linux closes it all the same */
	__real_close(fd);
	if (how > 0)
		errno = how;
	return how ? -1 : 0;
}

WRAP(int, setsockopt, int fd, int level, int option, const void *value,
     socklen_t size)
{
	const struct timeval *time = value;

	if (level != SOL_SOCKET || size != sizeof(*time) ||
	    (option != SO_RCVTIMEO && option != SO_SNDTIMEO))
		abort();
	(void)fd;
	if (FAULT_IN("setsockopt", ENOMEM, EDOM))
		return -1;
	wait = (int)(time->tv_sec * 1000 + time->tv_usec / 1000);
	return 0;
}

WRAP(int, fcntl, int fd, int command, ...)
{
	va_list args;
	int value;

	va_start(args, command);
	value = va_arg(args, int);
	va_end(args);
	return __real_fcntl(fd, command, value);
}

static bool blocks(int fd)
{
	return !(__real_fcntl(fd, F_GETFL) & O_NONBLOCK);
}

/* Nothing comes for MS, 0 for ever. */
static void pass(int ms)
{
	hangs += !ms;
	now += ms ? ms : LATE;
}

/* A full backlog is waited for as long as the socket may wait. */
WRAP(int, connect, int fd, const struct sockaddr *addr, socklen_t size)
{
	int how = FAULT_IN("connect", ECONNREFUSED, EACCES, EPERM, EAGAIN,
			   ENOENT, ENOMEM);

	if (how == EAGAIN)
		pass(wait);
	errno = how;
	return how ? -1 : __real_connect(fd, addr, size);
}

WRAP(ssize_t, recv, int fd, void *buf, size_t size, int flags)
{
	bool whole = flags & MSG_WAITALL;
	int how = FAULT_IN("recv", EINTR, EAGAIN, ECONNRESET, ENOMEM, FAULT_END,
			   FAULT_SHORT);
	ssize_t n;

	if (how > 0 || how == FAULT_END)
		return how > 0 ? -1 : 0;
	xenstored_serve();
	n = __real_recv(fd, buf, how == FAULT_SHORT ? 1 : size, MSG_DONTWAIT);
	if ((n < 0 || (whole && n && n < (ssize_t)size)) &&
	    !(flags & MSG_DONTWAIT) && blocks(fd) && !how)
		pass(wait);
	return n;
}

/* libxenstore's, from the socket or the device. */
WRAP(ssize_t, read, int fd, void *buf, size_t size)
{
	int how = FAULT_IN("read", EINTR, EAGAIN, ECONNRESET, EIO, FAULT_END,
			   FAULT_SHORT);
	ssize_t n;

	if (how > 0 || how == FAULT_END)
		return how > 0 ? -1 : 0;
	xenstored_serve();
	n = __real_recv(fd, buf, how == FAULT_SHORT ? 1 : size, MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN && blocks(fd))
		pass(wait);
	return n;
}

WRAP(ssize_t, send, int fd, const void *buf, size_t size, int flags)
{
	int how = FAULT_IN("send", EINTR, EAGAIN, EPIPE, ECONNRESET, ENOBUFS,
			   ENOMEM, FAULT_SHORT);

	if (how > 0)
		return -1;
	return __real_send(fd, buf, how == FAULT_SHORT ? 1 : size, flags);
}

/* Requests are shorter than a socket's buffer: none has to wait. */
WRAP(ssize_t, sendmsg, int fd, const struct msghdr *message, int flags)
{
	int how = FAULT_IN("sendmsg", EINTR, EAGAIN, EPIPE, ECONNRESET, ENOBUFS,
			   ENOMEM, FAULT_SHORT);

	if (how == EAGAIN)
		pass(wait);
	if (how > 0)
		return -1;
	if (how == FAULT_SHORT)
		return __real_send(fd, message->msg_iov->iov_base, 1, flags);
	return __real_sendmsg(fd, message, flags);
}

/* To the device, for which a socket stands here. */
WRAP(ssize_t, writev, int fd, const struct iovec *parts, int count)
{
	const struct msghdr message = { .msg_iov = (struct iovec *)parts,
					.msg_iovlen = (size_t)count };
	int how = FAULT_IN("writev", EINTR, EIO, ENOMEM, EFAULT, FAULT_SHORT);

	if (how > 0)
		return -1;
	if (how == FAULT_SHORT)
		return __real_send(fd, parts->iov_base, 1, MSG_NOSIGNAL);
	return __real_sendmsg(fd, &message, MSG_NOSIGNAL);
}

WRAP(int, poll, struct pollfd *polled, nfds_t n, int ms)
{
	int r;

	if (FAULT_IN("poll", EINTR, ENOMEM))
		return -1;
	xenstored_serve();
	r = __real_poll(polled, n, 0);
	if (!r && ms)
		pass(ms > 0 ? ms : 0);
	return r;
}

WRAP(int, clock_gettime, clockid_t id, struct timespec *ts)
{
	(void)id;
	if (FAULT_IN("clock_gettime", FAULT_LATE))
		now += LATE;
	ts->tv_sec = now / 1000;
	ts->tv_nsec = now % 1000 * 1000000;
	return 0;
}

WRAP(int, nanosleep, const struct timespec *ts, struct timespec *rest)
{
	(void)rest;
	if (FAULT_IN("nanosleep", EINTR))
		return -1;
	now += ts->tv_sec * 1000 + ts->tv_nsec / 1000000;
	return 0;
}

/* --- what is done with a xenstored --- */

enum { OPS = 5 };

static int open_it(void)
{
	return store_open(now + 1000, has_device, false);
}

static int find(void)
{
	return store_finds(1);
}

static int read_name(void)
{
	char text[32];
	int rc = store_read("/local/domain/1/name", text, sizeof(text));

	return rc >= 0 && strcmp(text, "web") ? -EBADMSG : rc;
}

/* The worst of them; what no answer was put into is wrong. */
static int ask(void)
{
	static const int lengths[] = { 5, 1, -ENOENT };
	char texts[3][16];
	struct batch_answer answers[] = {
		{ texts[0], sizeof(texts[0]), 99 },
		{ texts[1], sizeof(texts[1]), 99 },
		{ texts[2], sizeof(texts[2]), 99 },
	};
	unsigned int i;
	int rc;

	batch_read(0, "/local/domain/1/vm", &answers[0]);
	batch_introduced(1, &answers[1]);
	batch_read(0, "/local/domain/2", &answers[2]);
	rc = batch_flush();
	for (i = 0; i < 3 && !rc; i++)
		if (answers[i].rc != lengths[i])
			rc = answers[i].rc < 0 ? answers[i].rc : -EBADMSG;
	return rc || (!strcmp(texts[0], "/vm/1") && *texts[1] == 'T') ?
		rc : -EBADMSG;
}

static int write_some(void)
{
	uint32_t tx;
	int rc = store_begin(&tx);

	if (rc)
		return rc;
	batch_make(tx, "/local/domain/1");
	batch_write(tx, "/local/domain/1/name", "web");
	batch_perms(tx, "/local/domain/1", BATCH_READ, 1);
	batch_make(tx, "/local/domain/1/data");
	batch_perms(tx, "/local/domain/1/data", BATCH_OWN, 1);
	rc = batch_flush();
	if (!rc)
		return store_commit(tx);
	store_abort(tx);
	return rc;
}

static int introduce(void)
{
	return store_introduce(1, 0x39001, 1);
}

static const struct step {
	int (*run)(void);
	int good;
} steps[] = {
	{ open_it, 0 }, { ask, 0 }, { find, 1 }, { read_name, 3 },
	{ write_some, 0 }, { introduce, 0 }, { ask, 0 }, { write_some, 0 },
};

enum { STEPS = sizeof(steps) / sizeof(*steps), OPEN = 0 };

/* What else comes of a call that fails while it is being opened, or later. */
static const struct outcome {
	const char *call;
	int how;
	int rc;
} outcomes[] = {
	/* done again, or done without */
	{ "read", EINTR, 0 }, { "read", FAULT_SHORT, 0 },
	{ "recv", EINTR, 0 }, { "recv", FAULT_SHORT, 0 },
	{ "send", EINTR, 0 }, { "send", FAULT_SHORT, 0 },
	{ "sendmsg", EINTR, 0 }, { "sendmsg", FAULT_SHORT, 0 },
	{ "writev", EINTR, 0 }, { "writev", FAULT_SHORT, 0 },
	{ "poll", EINTR, 0 },
	{ "nanosleep", 0, 0 },
	{ "close", 0, 0 },
	/* under another name */
	{ "recv", EAGAIN, -ETIMEDOUT }, { "read", EAGAIN, -ETIMEDOUT },
	{ "send", EAGAIN, -ETIMEDOUT }, { "sendmsg", EAGAIN, -ETIMEDOUT },
	{ "connect", EAGAIN, -ETIMEDOUT },
	{ "clock_gettime", FAULT_LATE, -ETIMEDOUT },
	/* libxenstore forgets why */
	{ "malloc", ENOMEM, -EIO },
	/* or looks at another pointer than at the one it got: 4.20, xs.c:964 */
	{ "strdup", ENOMEM, -EFAULT },
};

/* What a step is to give when the call that failed did so in it. */
static int outcome(unsigned int step)
{
	size_t i;

	if (step == OPEN && fault.how != FAULT_LATE && fault.how != EAGAIN)
		return 0;	/* another try */
	for (i = 0; i < sizeof(outcomes) / sizeof(*outcomes); i++)
		if (!strcmp(outcomes[i].call, fault.call) &&
		    (!outcomes[i].how || outcomes[i].how == fault.how))
			return outcomes[i].rc;
	return fault.how == FAULT_END ? -EPIPE : -fault.how;
}

static int open_fds(void)
{
	int fd, n = 0;

	for (fd = 0; fd < FDS; fd++)
		n += __real_fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void use_device(bool device_too)
{
	has_device = device_too;
	setenv("XENSTORED_RUNDIR", device_too ? empty : place, 1);
}

static bool is_bad(bool bad, const char *what)
{
	if (bad)
		fault_note(what);
	return bad;
}

/* Nothing is left of a connection, and time has not run away. */
static bool is_left(int64_t since, int fds)
{
	struct fault met = fault;
	bool bad;

	store_close();
	xenstored_drop();
	fault = (struct fault){ 0 };
	bad = open_fds() != fds || live || hangs ||
	      (met.how != FAULT_LATE && now > since + ONE_TRY + 100);
	if (bad)
		printf("# %d descriptors, %d allocations, %u hangs, %d ms\n",
		       open_fds() - fds, live, hangs, (int)(now - since));
	fault = met;
	return bad;
}

static unsigned int wrong;	/* outcomes */
static unsigned int partial;	/* transactions */
static unsigned int left_over, unrepaired;

/* True if this step is not what it should be; FAILED tells of those before. */
static bool judge(unsigned int i, int rc, bool here, bool *failed)
{
	int wanted = here ? outcome(i) : 0;

	if (rc == steps[i].good && !wanted)
		return false;
	/* late is late whenever it is seen */
	if (*failed || (fault.call && fault.how == FAULT_LATE))
		return rc >= 0 && rc != steps[i].good;
	*failed = true;
	return !here || rc != wanted;
}

static void all_steps(void)
{
	unsigned int i, commits;
	bool failed = false, bad = false, met, half = false;
	int rc;

	for (i = 0; i < STEPS; i++) {
		met = fault.call;
		commits = xenstored.commits;
		rc = steps[i].run();
		if (judge(i, rc, fault.call && !met, &failed)) {
			printf("# step %u gave %d\n", i, rc);
			bad = true;
		}
		if (steps[i].run != write_some)
			continue;
		half |= (xenstored.commits != commits &&
			 xenstored.ops != OPS) ||
			(!rc && xenstored.commits == commits);
	}
	wrong += is_bad(bad, "unexpected");
	partial += is_bad(half, "partial state");
}

static void run_all(void)
{
	int64_t start = now;
	int fds;

	xenstored_reset();
	fds = open_fds();
	all_steps();
	left_over += is_bad(is_left(start, fds), "something is left");
}

/* With one call that fails; then again, with none. */
static void run_twice(void)
{
	struct fault met;
	unsigned int before;

	run_all();
	met = fault;
	fault = (struct fault){ 0 };
	before = wrong + partial + left_over;
	run_all();
	unrepaired += is_bad(wrong + partial + left_over != before ||
			     xenstored.commits != 2,
			     "another run does not work");
	fault = met;
}

static void test_once(void)
{
	unsigned int with_device, n = 0;

	for (with_device = 0; with_device < 2; with_device++) {
		use_device(with_device);
		wrong = partial = left_over = unrepaired = 0;
		fault = (struct fault){ 0 };
		run_all();
		ok(!wrong && !partial && !left_over && xenstored.commits == 2 &&
		   xenstored.introduced == 1, "all of it works, %s",
		   with_device ? "by the device" : "at the socket");
		n += fault_everywhere(run_twice);
		fault = (struct fault){ 0 };
		is_int(wrong, 0, "each call failing once is told as it is");
		is_int(partial, 0, "no transaction is written in part");
		is_int(left_over, 0, "no descriptor, memory or wait is left");
		is_int(unrepaired, 0, "another run does it all");
	}
	ok(n > 650, "%u calls failed once", n);
	printf("# sum: %u calls failed once\n", n);
}

/* How often what never works is tried, and what is said of it in the end. */
static const struct {
	const char *call;
	int how;
	bool device;
	int rc;
} lasting[] = {
	{ "lstat", EACCES, false, -ENOENT },
	{ "setenv", ENOMEM, false, -ENOMEM },
	{ "malloc", ENOMEM, false, -ENOMEM },
	{ "stat", EACCES, false, -EACCES },
	{ "stat", ENOENT, false, -ENOENT },
	{ "socket", EMFILE, false, -EMFILE },
	{ "connect", ECONNREFUSED, false, -ENOENT },
	{ "connect", ENOENT, false, -ENOENT },
	{ "connect", EACCES, false, -EACCES },
	{ "connect", EPERM, false, -EPERM },
	{ "connect", EAGAIN, false, -ETIMEDOUT },
	{ "setsockopt", ENOMEM, false, -ENOMEM },
	{ "sendmsg", ENOMEM, false, -ENOMEM },
	{ "sendmsg", FAULT_SHORT, false, 0 },
	{ "read", ECONNRESET, false, -ECONNRESET },
	{ "read", FAULT_END, false, -EPIPE },
	{ "read", FAULT_SHORT, false, 0 },
	{ "access", ENOENT, true, -ENOENT },
	{ "open", EACCES, true, -EACCES },
	{ "open", ENXIO, true, -ENXIO },
	{ "poll", ENOMEM, true, -ENOMEM },
	{ "read", ECONNRESET, true, -ECONNRESET },
	{ "read", FAULT_END, true, -EPIPE },
	{ "read", FAULT_SHORT, true, 0 },
	{ "writev", EIO, true, -EIO },
	{ "writev", FAULT_SHORT, true, 0 },
};

static void test_lasting(void)
{
	size_t i;
	int64_t start;
	int fds, rc;

	for (i = 0; i < sizeof(lasting) / sizeof(*lasting); i++) {
		use_device(lasting[i].device);
		xenstored_reset();
		fds = open_fds();
		start = now;
		fault = (struct fault){ .all = lasting[i].call,
					.all_how = lasting[i].how };
		rc = open_it();
		is_int(rc, lasting[i].rc, "%s never works: %s", lasting[i].call,
		       lasting[i].how > 0 ? strerror(lasting[i].how) :
		       lasting[i].how == FAULT_END ? "end" : "short");
		is_int(now - start >= 1000, rc && rc != -EACCES && rc != -EPERM,
		       "%s", rc && rc != -EACCES && rc != -EPERM ?
		       "after the time it was given" : "at once");
		ok(fault.call && !is_left(start, fds), "nothing is left");
		fault = (struct fault){ 0 };
		ok(!open_it() && read_name() == 3, "then it works");
		store_close();
	}
}

/* A xenstored that says nothing more after any of the requests. */
static void test_mute(void)
{
	unsigned int device_too, most, n, bad, i;
	int64_t start;
	int fds, rc;

	for (device_too = 0; device_too < 2; device_too++) {
		use_device(device_too);
		xenstored_reset();
		run_all();
		n = xenstored.requests;
		for (most = 1, bad = 0; most < n; most++) {
			xenstored_reset();
			xenstored.most = most;
			start = now;
			fds = open_fds();
			for (i = 0; i < STEPS; i++) {
				rc = steps[i].run();
				bad += rc != steps[i].good && rc != -ETIMEDOUT;
			}
			bad += rc != -ETIMEDOUT || is_left(start, fds);
		}
		is_int(bad, 0, "silence after each of %u requests is late", n);
		ok(n > 20, "there are that many");
	}
}

static volatile sig_atomic_t signals;

static void count(int number)
{
	(void)number;
	signals++;
}

/* What was lost is not called done. */
static bool is_pretended(const struct step *step, int rc, unsigned int commits,
			 unsigned int introduced)
{
	if (step->run == write_some)
		return !rc != (xenstored.commits != commits);
	if (step->run == introduce)
		return !rc != (xenstored.introduced != introduced);
	return false;
}

/* All steps, xenstored being another one after step LAST. */
static unsigned int survive(unsigned int last)
{
	unsigned int i, commits, introduced, bad = 0, lost = 0;
	int rc;

	for (i = 0; i < STEPS; i++) {
		commits = xenstored.commits;
		introduced = xenstored.introduced;
		rc = steps[i].run();
		bad += ((i <= last || rc >= 0) && rc != steps[i].good) ||
		       is_pretended(&steps[i], rc, commits, introduced);
		lost += rc != steps[i].good;
		if (i == last)
			xenstored_drop();
	}
	return bad + !lost;
}

static void test_death(void)
{
	unsigned int last, bad = 0;
	int64_t start;
	int fds;

	signal(SIGPIPE, count);
	use_device(false);
	wrong = partial = left_over = 0;
	for (last = 0; last + 1 < STEPS; last++) {
		xenstored_reset();
		start = now;
		fds = open_fds();
		bad += survive(last) || is_left(start, fds);
		run_all();
	}
	is_int(bad, 0, "xenstored dies after each step: that is told");
	is_int(signals, 0, "and is no SIGPIPE");
	is_int(wrong + partial + left_over, 0, "the next connection works");
	ok(signal(SIGPIPE, SIG_DFL) == count, "SIGPIPE is treated as before");
}

/* Somebody else's socket is none, nor is a link to one. */
static void test_trust(void)
{
	static const struct {
		uid_t user, owner;
		int rc;
	} cases[] = {
		{ 0, 0, 0 }, { 0, 1000, -ELOOP }, { 1000, 1000, 0 },
		{ 1000, 0, 0 }, { 1000, 1001, -ELOOP },
	};
	char moved[80];
	size_t i;

	use_device(false);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		xenstored_reset();
		user = cases[i].user;
		owner = cases[i].owner;
		is_int(open_it(), cases[i].rc, "user %u, socket of %u", user,
		       owner);
		xenstored_serve();
		is_int(xenstored.accepted, !cases[i].rc, "is %s",
		       cases[i].rc ? "not connected to" : "used");
		store_close();
	}
	owner = user;
	snprintf(moved, sizeof(moved), "%s/moved", place);
	if (rename(socket_path, moved) || symlink(moved, socket_path))
		perror("symlink");
	is_int(open_it(), -ELOOP, "a link to a socket");
	if (unlink(socket_path))
		perror("unlink");
	is_int(open_it(), -ENOENT, "no socket");
	if (symlink(place, socket_path))
		perror("symlink");
	is_int(open_it(), -ELOOP, "a link to a folder");
	if (unlink(socket_path) || mkdir(socket_path, 0700))
		perror("mkdir");
	is_int(open_it(), -ENOENT, "a folder");
	rmdir(socket_path);
	if (rename(moved, socket_path))
		perror("rename");
	is_int(open_it(), 0, "the socket itself again");
	store_close();
}

/* What is sent for who may do what, byte by byte. */
static void test_perms(void)
{
#define SENT(text) text, sizeof(text)	/* the last NUL is sent, too */
	static const struct {
		enum batch_perm perm;
		uint16_t domid, self;
		const char *sent;
		size_t size;
	} cases[] = {
		{ BATCH_TOOLS, 5, 0, SENT("/a/b\0n0") },
		{ BATCH_READ, 5, 0, SENT("/a/b\0n0\0r5") },
		{ BATCH_OWN, 5, 0, SENT("/a/b\0n5") },
		{ BATCH_TOOLS, 32751, 7, SENT("/a/b\0n7") },
		{ BATCH_READ, 32751, 7, SENT("/a/b\0n7\0r32751") },
		{ BATCH_OWN, 32751, 7, SENT("/a/b\0n32751") },
		{ BATCH_READ, 0, 32751, SENT("/a/b\0n32751\0r0") },
	};
	char path[STORE_PATH_MAX];
	uint32_t tx;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		xenstored_reset();
		store_open(now + 1000, cases[i].self, false);
		store_begin(&tx);
		batch_perms(tx, "/a/b", cases[i].perm, cases[i].domid);
		is_int(batch_flush(), 0, "permissions %zu", i);
		is_int((int64_t)xenstored.perms_size, (int64_t)cases[i].size,
		       "so many bytes");
		ok(!memcmp(xenstored.perms, cases[i].sent, cases[i].size),
		   "are %s...", cases[i].sent + 5);
		store_close();
	}
	xenstored_reset();
	store_open(now + 1000, 32751, false);
	store_begin(&tx);
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	batch_perms(tx, path, BATCH_READ, 32751);
	is_int(batch_flush(), 0, "those of the longest path");
	ok(!memcmp(xenstored.perms + sizeof(path), "n32751\0r32751", 14) &&
	   xenstored.perms_size == sizeof(path) + 14, "are all there");
	store_close();
}

/* What does not fit, and what is no text. */
static void test_values(void)
{
	static const char *const ids[] = { "0", "", "x", "4294967296" };
	static char big[STORE_VALUE_MAX];
	char text[4];
	uint32_t tx;
	size_t i;

	xenstored_reset();
	open_it();
	is_int(store_read("/local/domain/1/name", text, 4), 3, "it just fits");
	is_int(store_read("/local/domain/1/name", text, 3), -E2BIG,
	       "it does not");
	is_int(store_read("/with-nul", text, 4), -EILSEQ, "it is no text");
	is_int(store_read("/nosuch", text, 4), -ENOENT, "it is not there");
	memset(big, 'x', sizeof(big) - 1);
	store_begin(&tx);
	batch_write(tx, "/a", big);
	is_int(batch_flush(), -E2BIG, "a value that is too long");
	batch_write(tx, "/a", big + 3);
	is_int(batch_flush(), 0, "the longest is not");
	store_abort(tx);
	is_int(xenstored.aborted, 1, "a transaction that is given up");
	is_int(xenstored.commits, 0, "is not committed");
	for (i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		xenstored.begins = ids[i];
		is_int(store_begin(&tx), -EIO, "no transaction: \"%s\"",
		       ids[i]);
	}
	store_close();
}

/* A deadline that has passed. */
static void test_late(void)
{
	char text[4];
	struct batch_answer answer = { text, sizeof(text), 0 };

	xenstored_reset();
	is_int(store_open(now - 1, 0, false), 0, "there is time for one try");
	is_int(read_name(), 3, "and what follows");
	is_int(ask(), 0, "in one go, too");
	xenstored.most = xenstored.requests;
	now += ONE_TRY;
	is_int(read_name(), -ETIMEDOUT, "then there is none");
	is_int(write_some(), -ETIMEDOUT, "for a transaction either");
	is_int(ask(), -ETIMEDOUT, "nor for an answer");
	is_int(ask(), -ETIMEDOUT, "and it is late ever after");
	is_int(hangs, 0, "which is not waited for");
	xenstored.most = 0;
	is_int(store_open(now + 1000, 0, false), 0, "with another deadline");
	is_int(read_name(), 3, "there is");
	store_close();
	is_int(read_name(), -ENOTCONN, "not connected");
	open_it();
	batch_read(0, "/", &answer);
	store_close();
	is_int(batch_flush(), -ENOTCONN, "what was asked before is gone");
}

/* Lists end each name with a NUL, which a text does not have. */
static void test_lists(void)
{
	static const char names[] = "1\0002\00010", full[4097] = "";
	char text[16], small[4], large[4097];
	struct batch_answer answers[] = {
		{ text, sizeof(text), 99 }, { small, sizeof(small), 99 },
		{ large, sizeof(large), 99 },
	};

	xenstored_reset();
	open_it();
	batch_list(0, "/libxl", &answers[0]);
	is_int(batch_flush(), 0, "a list of a node that is not there");
	is_int(answers[0].rc, -ENOENT, "is none");
	xenstored.children = names;
	xenstored.children_size = sizeof(names);
	batch_list(0, "/libxl", &answers[0]);
	batch_list(0, "/libxl", &answers[1]);
	is_int(batch_flush(), 0, "a list");
	is_str(text, "1/2/10/", "each name ends with a slash");
	is_int(answers[0].rc, 7, "its length");
	is_str(small, "1/2", "one for which there is no room is cut");
	is_int(answers[1].rc, 7, "which its length tells");
	xenstored.children_size = 0;
	batch_list(0, "/libxl", &answers[0]);
	is_int(batch_flush(), 0, "a node without children");
	is_str(text, "", "has none");
	is_int(answers[0].rc, 0, "which is no failure");
	xenstored.children = full;
	xenstored.children_size = 4096;
	batch_list(0, "/libxl", &answers[2]);
	is_int(batch_flush(), 0, "the longest list");
	ok(answers[2].rc == 4096 && strlen(large) == 4096, "has its place");
	store_close();
}

/* Permissions do, too. */
static void test_who(void)
{
	char text[16], none[16];
	struct batch_answer answers[] = {
		{ text, sizeof(text), 99 }, { none, sizeof(none), 99 },
	};

	xenstored_reset();
	open_it();
	batch_who(0, "/local/domain/1/name", &answers[0]);
	batch_who(0, "/local/domain/1/vm", &answers[1]);
	is_int(batch_flush(), 0, "who may do what");
	is_str(text, "n0/r1/", "with a node");
	is_int(answers[0].rc, 6, "as long as it is");
	is_int(answers[1].rc, -ENOENT, "that is there");
	store_close();
}

/* The environment names it: this has to come first. */
static void test_named(void)
{
	use_device(true);
	setenv("XENSTORED_PATH", "/nonexistent", 1);
	is_int(open_it(), -ENOENT, "a socket that is named, and not there");
	setenv("XENSTORED_PATH", socket_path, 1);
	is_int(open_it(), 0, "one that is");
	is_int(read_name(), 3, "is used");
	is_int(write_some(), 0, "for all");
	store_close();
	unsetenv("XENSTORED_PATH");
}

/* Can xenstored ask Xen? It is asked until it once could. */
static void test_finds(void)
{
	static const struct {
		const char *owns;
		int rc;
	} cases[] = {
		{ "ENOENT", 0 }, { "EACCES", -EACCES }, { "", -EPROTO },
		{ "ENOENT", 0 }, { NULL, 1 }, { "ENOENT", 1 },
	};
	unsigned int before;
	size_t i;

	xenstored_reset();
	open_it();
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		before = xenstored.requests;
		xenstored.owns = cases[i].owns;
		is_int(store_finds(5), cases[i].rc, "a new owner: %s",
		       cases[i].owns ? cases[i].owns : "EINVAL");
		is_int(xenstored.requests - before, i < 5, "asked");
		ok(xenstored.perms_size == sizeof("//\0n5") &&
		   !memcmp(xenstored.perms, "//\0n5", sizeof("//\0n5")),
		   "of a node that cannot be");
	}
	store_close();
	open_it();
	is_int(store_finds(5), 0, "another connection is asked anew");
	store_close();
}

/* Somebody interferes, or xenstored refuses. */
static void test_commits(void)
{
	unsigned int again = 0;
	int fds, rc;

	xenstored_reset();
	fds = open_fds();
	open_it();
	xenstored.again = 1000;
	while ((rc = write_some()) == -EAGAIN)
		again++;
	is_int(rc, 0, "in the end it is committed");
	is_int(again, 1000, "after a thousand times EAGAIN");
	ok(xenstored.begun == 1001 && !xenstored.aborted &&
	   xenstored.commits == 1 && xenstored.ops == OPS,
	   "which wrote nothing");
	ok(!is_left(now, fds), "and left nothing");

	xenstored_reset();
	open_it();
	xenstored.refuses = "ENOSPC";
	is_int(write_some(), -ENOSPC, "a write that is refused");
	ok(!xenstored.commits && xenstored.aborted == 1,
	   "is not followed by a commit, but by the end");
	is_int(write_some(), 0, "the next transaction works");
	is_int(xenstored.commits, 1, "and is committed");
	store_close();
}

/*
 * An answer that libxenstore did not wait for any more is not taken for the next
 * one's: it has no memory for the first, which stays on the connection.
 */
static void test_leftover(void)
{
	int rc;

	xenstored_reset();
	open_it();
	fault = (struct fault){ .all = "malloc", .all_how = ENOMEM };
	is_int(read_name(), -EIO, "no memory for an answer");
	fault = (struct fault){ 0 };
	rc = ask();
	ok(rc == -EPROTO || rc == -ENOTCONN || rc == -EPIPE,
	   "the next request does not get it");
	is_int(open_it(), 0, "a new connection");
	is_int(ask(), 0, "works");
	store_close();
}

int main(void)
{
	user = owner = geteuid();
	if (!mkdtemp(place))
		return 1;
	snprintf(empty, sizeof(empty), "%s/empty", place);
	snprintf(socket_path, sizeof(socket_path), "%s/socket", place);
	mkdir(empty, 0700);
	xenstored_start(socket_path);
	test_named();
	test_once();
	test_lasting();
	test_mute();
	test_death();
	test_trust();
	test_perms();
	test_values();
	test_finds();
	test_lists();
	test_who();
	test_late();
	test_commits();
	test_leftover();
	unlink(socket_path);
	rmdir(empty);
	rmdir(place);
	return done();
}
