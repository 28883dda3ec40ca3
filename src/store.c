/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <xenstore.h>

#include "clock.h"
#include "parse.h"
#include "store.h"
#include "wire.h"

_Static_assert(STORE_VALUE_MAX == XENSTORE_PAYLOAD_MAX, "xs_wire.h");

enum {
	RETRY_MS = 20,		/* between two looks for xenstored */
	ONE_TRY_MS = 3000,	/* what a single try may take */
	LATE_MS = 1000,
	PACE_BYTES = 4096, PACE_LEAST = 512,
	PACE_MAX = 50,		/* ms: it may have been busy just once */
};

static const char device[] = "/dev/xen/xenbus";

static struct xs_handle *xs;
static int batch = -1;		/* our own connection, for many requests */
static uint32_t tx;		/* the open one */
static bool bus;		/* they lead to the kernel's device */
static uint16_t own;		/* the domid we run in */
static bool finds;		/* xenstored can ask Xen about domains */
static int64_t limit;

/*
 * xenstored's pace, as of late: who wakes up for each piece of an answer takes
 * the CPU from it, so most of the time that it will take is slept through, less
 * what it has had already; not all of it, or sometimes both slept.
 */
static int64_t pace;		/* ms to sleep for PACE_BYTES of requests */
static size_t unanswered;	/* bytes, on our own connection, */
static int64_t asked;		/* the first of them at this time */

/*
 * libxenstore waits for ever in read(), write() and connect(). The build gives
 * it the ones below instead (xen/libs.mk), which end at the deadline. It writes
 * a request in up to six pieces and reads an answer in two: each but the last
 * two would be a system call for nothing.
 */

/* 0 when FD is ready, -1 and errno when the deadline passed. */
static int io_wait(int fd, short events)
{
	struct pollfd poller = { .fd = fd, .events = events };
	int r;

	do {
		r = poll(&poller, 1, clock_left(limit));
	} while (r < 0 && errno == EINTR && clock_left(limit));
	if (r > 0)
		return 0;
	if (!r)
		errno = ETIMEDOUT;
	return -1;
}

static bool io_again(ssize_t n)
{
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

/* What libxenstore has written of a request; it goes out when it reads. */
static char request[16 + STORE_VALUE_MAX];	/* struct xsd_sockmsg, payload */
static size_t written;

static ssize_t send_some(int fd, const char *buf, size_t size)
{
	ssize_t n;

	/* a xenstored that has died is an error to be told, no SIGPIPE */
	while (io_again(n = bus ? write(fd, buf, size)
				: send(fd, buf, size,
				       MSG_DONTWAIT | MSG_NOSIGNAL)))
		if (io_wait(fd, POLLOUT))
			return -1;
	return n;
}

ssize_t store_io_write(int fd, const void *buf, size_t size)
{
	ssize_t n;

	if (fd == batch) {
		if (!unanswered)
			asked = clock_ms();
		n = send_some(fd, buf, size);
		unanswered += n > 0 ? (size_t)n : 0;
		return n;
	}
	if (size > sizeof(request) - written) {
		errno = E2BIG;
		return -1;
	}
	memcpy(request + written, buf, size);
	written += size;
	return (ssize_t)size;
}

static int send_request(int fd)
{
	size_t sent = 0, all = written;
	ssize_t n;

	for (written = 0; sent < all; sent += (size_t)n) {
		n = send_some(fd, request + sent, all - sent);
		if (n < 0)
			return -1;
	}
	return 0;
}

/*
 * Let reading from a socket, which blocks, wait until the deadline, give or take
 * LATE_MS: as often as not by what was set before.
 */
static int64_t waits[2];	/* ms, as set, the batch's last; 0: not yet */

static bool io_may_wait(int fd)
{
	int left = clock_left(limit);
	int64_t *set = &waits[fd == batch];
	struct timeval time = {
		.tv_sec = left / 1000, .tv_usec = left % 1000 * 1000L,
	};

	if (!left)
		return false;	/* 0 would be for ever */
	if (left <= *set && *set - left < LATE_MS)
		return true;
	*set = left;
	return !setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
}

static ssize_t receive(int fd, void *buf, size_t size, int flags)
{
	ssize_t n;

	do {
		n = recv(fd, buf, size, io_may_wait(fd) ? flags : MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (io_again(n))
		errno = ETIMEDOUT;
	return n;
}

/* The kernel's device cannot be told how long to wait. */
static ssize_t read_bus(int fd, void *buf, size_t size)
{
	ssize_t n = -1;

	do {
		if (io_wait(fd, POLLIN))
			return -1;
	} while (io_again(n = read(fd, buf, size)));
	return n;
}

ssize_t store_io_read(int fd, void *buf, size_t size)
{
	if (send_request(fd))
		return -1;
	return bus ? read_bus(fd, buf, size) : receive(fd, buf, size, 0);
}

static void rest(void)
{
	int64_t ms = pace * (int64_t)unanswered / PACE_BYTES;

	/* it may have had the CPU at once */
	ms -= clock_ms() - asked;
	if (unanswered >= PACE_LEAST && ms > 0)
		clock_nap((int)ms, limit);
	unanswered = 0;
}

ssize_t store_io_take(int fd, void *buf, size_t least, size_t size)
{
	ssize_t n, more = 0;

	if (bus)
		return read_bus(fd, buf, size);
	rest();
	n = receive(fd, buf, least, MSG_WAITALL);
	if (n == (ssize_t)least && size > least)
		more = recv(fd, (char *)buf + n, size - least, MSG_DONTWAIT);
	return more > 0 ? n + more : n;
}

/* A full backlog (EAGAIN) cannot be polled for; look again until it is not. */
int store_io_connect(int fd, const struct sockaddr *addr, socklen_t size)
{
	int r;

	fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
	while ((r = connect(fd, addr, size)) && errno == EAGAIN) {
		if (!clock_left(limit)) {
			errno = ETIMEDOUT;
			break;
		}
		clock_nap(RETRY_MS, limit);
	}
	if (!r)
		fcntl(fd, F_SETFL, O_RDWR);	/* see io_may_wait() */
	return r;
}

static bool is_socket(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISSOCK(st.st_mode);
}

/* No link, and not of another user, who might answer in xenstored's place. */
static bool is_trusted_socket(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISSOCK(st.st_mode) &&
	       (!st.st_uid || st.st_uid == geteuid());
}

/*
 * Where xenstored's socket is, if it is: the two places that a xenstored can
 * have been built for, unless the environment names one.
 */
static bool find_socket(char *path, size_t size)
{
	static const char *const rundirs[] = {
		"/run/xenstored", "/var/run/xenstored",
	};
	const char *dir = getenv("XENSTORED_RUNDIR");
	unsigned int i;

	if (dir) {
		snprintf(path, size, "%s/socket", dir);
		return is_trusted_socket(path);
	}
	for (i = 0; i < sizeof(rundirs) / sizeof(*rundirs); i++) {
		snprintf(path, size, "%s/socket", rundirs[i]);
		if (is_trusted_socket(path))
			return true;
	}
	return false;
}

/*
 * XENSTORED_PATH is what the library tries both as a socket and in place of
 * /dev/xen/xenbus, which would block in dom0 for as long as there is no
 * xenstored: naming the path here keeps it from ever falling back to that.
 */
static int find_daemon(bool bus_too)
{
	static bool ours;
	char path[STORE_PATH_MAX];
	const char *named = ours ? NULL : getenv("XENSTORED_PATH");

	if (named) {
		bus = !is_socket(named);
		return access(named, F_OK) ? -ENOENT : 0;
	}
	bus = !find_socket(path, sizeof(path));
	if (bus && (!bus_too || access(device, F_OK)))
		return -ENOENT;
	ours = true;
	return setenv("XENSTORED_PATH", bus ? device : path, 1) ? -errno : 0;
}

/* A socket may belong to a dead or stopped xenstored: only an answer counts. */
static int try_open(bool bus_too)
{
	char root[STORE_VALUE_MAX];
	int rc = find_daemon(bus_too);

	if (rc)
		return rc;
	written = 0;
	waits[false] = 0;
	xs = xs_open(0);
	if (!xs)
		return -errno;
	rc = store_read("/", root, sizeof(root));
	if (rc >= 0 || rc == -ENOENT || rc == -EACCES)
		return 0;
	store_close();
	return rc;
}

/*
 * xenstored answers in pieces, and a wake-up for each would take the CPU from
 * it: a batch process waits until it rests.
 */
static void be_patient(void)
{
	struct sched_param param = { 0 };

	/* musl's own function refuses; that the kernel may do so, too, is no
	 * harm */
	syscall(SYS_sched_setscheduler, 0, SCHED_BATCH, &param);
}

int store_open(int64_t deadline, uint16_t self)
{
	int64_t start = clock_ms();
	int rc;

	limit = deadline > start + ONE_TRY_MS ? deadline : start + ONE_TRY_MS;
	if (xs)
		return 0;
	own = self;
	be_patient();
	while ((rc = try_open(self != 0))) {
		if (rc == -EACCES || rc == -EPERM || rc == -ETIMEDOUT ||
		    !clock_left(deadline))
			break;
		clock_nap(RETRY_MS, deadline);
	}
	return rc == -ECONNREFUSED ? -ENOENT : rc;
}

/* Transactions that have been begun, the next one first. */
enum { AHEAD = 2 };
static struct begun {
	char id[16];
	struct store_answer answer;
} begun[AHEAD];
static unsigned int nbegun, next_begun;
static const struct store_answer *before;	/* to the commit before, or NULL */
static bool late;		/* none ahead any more: to oxenstored, what is committed
				 * after a transaction has begun is a conflict */

static void close_batch(void)
{
	int saved = errno;

	if (batch >= 0)
		close(batch);
	batch = -1;
	nbegun = 0;
	before = NULL;
	late = false;
	waits[true] = 0;
	unanswered = 0;
	errno = saved;
}

void store_close(void)
{
	finds = false;
	close_batch();
	wire_use(-1, false);
	xs_close(xs);
	xs = NULL;
}

/* A request failed: why, as -errno. */
static int failure(void)
{
	return errno ? -errno : -EIO;
}

static int not_open(void)
{
	if (!xs)
		return -ENOTCONN;
	return clock_left(limit) ? 0 : -ETIMEDOUT;
}

int store_read(const char *path, char *buf, size_t size)
{
	unsigned int len = 0;
	char *value;
	int rc = not_open();

	if (rc)
		return rc;
	value = xs_read(xs, XBT_NULL, path, &len);
	if (!value)
		return failure();
	if (len >= size)
		rc = -E2BIG;
	else if (memchr(value, '\0', len))
		rc = -EILSEQ;
	else
		memcpy(buf, value, len + 1);
	free(value);
	return rc ? rc : (int)len;
}

/*
 * A transaction belongs to a connection, and libxenstore keeps its own to
 * itself. Ours leads to the same place.
 */
static int open_batch(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const char *path;

	if (batch >= 0)
		return 0;
	path = getenv("XENSTORED_PATH");
	if (!path || strlen(path) >= sizeof(addr.sun_path))
		return path ? -ENAMETOOLONG : -ENOENT;
	strcpy(addr.sun_path, path);
	batch = bus ? open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)
		    : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (batch < 0)
		return -errno;
	if (!bus && store_io_connect(batch, (struct sockaddr *)&addr,
				     sizeof(addr))) {
		close_batch();
		return failure();
	}
	wire_use(batch, bus);
	return 0;
}

/* A connection that broke when the deadline passed is late, not broken. */
static int flush(void)
{
	int64_t start = clock_ms();
	size_t size = wire_queued();
	int rc = wire_flush();

	if (size >= PACE_LEAST)
		pace = (clock_ms() - start) * 3 / 4 * PACE_BYTES /
		       (int64_t)size;
	if (pace > PACE_MAX)
		pace = PACE_MAX;
	return rc == -ENOTCONN && !clock_left(limit) ? -ETIMEDOUT : rc;
}

/* Without a connection its answer is why there is none. */
static void ask(enum xsd_sockmsg_type type, const char *payload, size_t size,
		struct store_answer *answer)
{
	answer->rc = open_batch();
	if (!answer->rc)
		wire_put(type, 0, payload, size, answer);
}

void store_ask(const char *path, struct store_answer *answer)
{
	ask(XS_READ, path, strlen(path) + 1, answer);
}

void store_ask_list(const char *path, struct store_answer *answer)
{
	ask(XS_DIRECTORY, path, strlen(path) + 1, answer);
}

/* Numbers go as text, each with its NUL. */
void store_ask_introduced(uint16_t domid, struct store_answer *answer)
{
	char payload[8];
	int size = snprintf(payload, sizeof(payload), "%u", domid) + 1;

	ask(XS_IS_DOMAIN_INTRODUCED, payload, (size_t)size, answer);
}

void store_ask_introduce(uint16_t domid, uint64_t gfn, uint32_t port,
			 struct store_answer *answer)
{
	char payload[64];
	int size = snprintf(payload, sizeof(payload),
			    "%u%c%" PRIu64 "%c%" PRIu32, domid, 0, gfn, 0,
			    port) + 1;

	answer->rc = not_open();
	if (!answer->rc)
		ask(XS_INTRODUCE, payload, (size_t)size, answer);
}

int store_answers(void)
{
	return flush();
}

static void put_begin(void)
{
	struct begun *one = &begun[(next_begun + nbegun++) % AHEAD];

	one->answer = (struct store_answer){ one->id, sizeof(one->id),
					     -EINPROGRESS };
	wire_put(XS_TRANSACTION_START, 0, "", 1, &one->answer);
}

static int take_begun(uint32_t *transaction)
{
	struct begun *one = &begun[next_begun];
	uint64_t id = 0;

	next_begun = (next_begun + 1) % AHEAD;
	nbegun--;
	if (one->answer.rc < 0)
		return one->answer.rc;
	if (!parse_number(one->id, UINT32_MAX, &id) || !id)
		return -EPROTO;
	*transaction = (uint32_t)id;
	return 0;
}

int store_begin(bool more)
{
	int rc = not_open();

	if (!rc)
		rc = open_batch();
	if (rc)
		return rc;
	if (!nbegun)
		put_begin();
	if (more && !late && nbegun < AHEAD)
		put_begin();
	if (begun[next_begun].answer.rc == -EINPROGRESS)
		rc = flush();
	if (rc)
		nbegun = 0;
	return rc ? rc : take_begun(&tx);
}

/* None of those that were begun ahead is used. */
static void drop_begun(void)
{
	static char text[4];
	static struct store_answer nobodys = { text, sizeof(text), 0 };
	uint32_t unused;

	while (nbegun)
		if (!take_begun(&unused))
			wire_put(XS_TRANSACTION_END, unused, "F", 2, &nobodys);
}

/* PATH, its NUL, and MORE; what does not fit is refused for its size. */
static void put_node(enum xsd_sockmsg_type type, const char *path,
		     const char *more, size_t size)
{
	char payload[STORE_VALUE_MAX];
	size_t at = strlen(path) + 1, all = at + size;

	if (all <= sizeof(payload)) {
		memcpy(payload, path, at);
		memcpy(payload + at, more, size);
	}
	wire_put(type, tx, payload, all, NULL);
}

void store_write(const char *path, const char *value)
{
	put_node(XS_WRITE, path, value, strlen(value));
}

void store_make(const char *path)
{
	wire_put(XS_MKDIR, tx, path, strlen(path) + 1, NULL);
}

/* Each with its NUL: as numbers go. Returns its end. */
static char *add_perm(char *text, char letter, uint16_t domid)
{
	return text + sprintf(text, "%c%u", letter, domid) + 1;
}

/*
 * Owner first, with what everybody else may do; then one other domain. All nodes
 * of a domain want the same few.
 */
void store_perms(const char *path, enum store_perm perm, uint16_t domid)
{
	static char text[STORE_PERMS][16], *end[STORE_PERMS];
	static uint32_t whose = ~0u;		/* no domain's, yet */
	uint32_t both = (uint32_t)own << 16 | domid;

	if (whose != both) {
		end[STORE_PERM_TOOLS] = add_perm(text[STORE_PERM_TOOLS], 'n', own);
		end[STORE_PERM_OWN] = add_perm(text[STORE_PERM_OWN], 'n', domid);
		end[STORE_PERM_READ] = add_perm(text[STORE_PERM_READ], 'n', own);
		end[STORE_PERM_READ] = add_perm(end[STORE_PERM_READ], 'r', domid);
		whose = both;
	}
	put_node(XS_SET_PERMS, path, text[perm],
		 (size_t)(end[perm] - text[perm]));
}

/* What failed on the way must not be committed, so that is known first. */
int store_commit(bool more, struct store_answer *answer)
{
	int failed = flush(), rc;

	late = late || (before && before->rc == -EAGAIN);
	before = NULL;
	answer->rc = -EINPROGRESS;
	wire_put(XS_TRANSACTION_END, tx, failed ? "F" : "T", 2, answer);
	if (late || !more)
		drop_begun();
	if (more)
		put_begin();
	if (more && !late && !failed) {
		before = answer;
		return -EINPROGRESS;
	}
	rc = flush();
	if (failed || rc)
		return failed ? failed : rc;
	return answer->rc < 0 ? answer->rc : 0;
}

/*
 * C xenstored (4.14.6, 4.17, 4.20: do_set_perms()) asks Xen about a domain that
 * is to own a node before it looks at the node's name, which here can never be
 * one. So this fails whatever it finds, and changes nothing.
 */
int store_finds(uint16_t domid)
{
	int rc = not_open();

	if (!rc && !finds)
		rc = open_batch();
	if (rc || finds)
		return rc ? rc : 1;
	tx = 0;
	store_perms("//", STORE_PERM_OWN, domid);
	rc = flush();
	finds = rc == -EINVAL;
	if (finds || rc == -ENOENT)
		return finds;
	return rc ? rc : -EPROTO;
}
