/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Batches, against a xenstored made for them: it answers what has come in over
 * a socket pair whenever an answer is waited for. The connection is made here,
 * too: tests/unit/store.c has the real one.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <xen/io/xs_wire.h>

#include "batch.h"
#include "clock.h"
#include "store.h"
#include "tap.h"

enum { REQUESTS = 512, HEADER = sizeof(struct xsd_sockmsg), ALL = 1 << 20 };

/* What the daemon has read, and how it answers. */
static struct request {
	struct xsd_sockmsg header;
	char payload[XENSTORE_PAYLOAD_MAX];
	unsigned int batch;	/* how many times it was woken before */
} requests[REQUESTS];
static unsigned int received, batches;
static void (*answer)(unsigned int n, struct xsd_sockmsg *header, char *text);
static int ours = -1, daemons = -1;

/* How the connection behaves, in bytes. */
static size_t read_most, read_split, read_end;
static size_t write_end;
static int end_errno;		/* 0: the other side has closed */
static size_t bytes_read, bytes_written;
static unsigned int reads, writes;
static size_t asked_least;	/* bytes, the most that a read waited for */
static bool bus, broken;

static void take(void *data, size_t size)
{
	if (recv(daemons, data, size, MSG_WAITALL) != (ssize_t)size)
		perror("the daemon reads");
}

static void serve_one(void)
{
	struct request *request = &requests[received];
	char text[2 * XENSTORE_PAYLOAD_MAX] = "OK";
	struct xsd_sockmsg header;
	size_t size;

	take(&request->header, HEADER);
	take(request->payload, request->header.len);
	request->batch = batches;
	header = request->header;
	header.len = 3;
	if (answer)
		answer(received, &header, text);
	received++;
	size = header.len > sizeof(text) ? sizeof(text) : header.len;
	if (write(daemons, &header, HEADER) != HEADER ||
	    write(daemons, text, size) != (ssize_t)size)
		perror("the daemon writes");
}

static bool has_whole_request(void)
{
	static char data[HEADER + XENSTORE_PAYLOAD_MAX];
	struct xsd_sockmsg header;
	ssize_t n = recv(daemons, data, sizeof(data), MSG_PEEK | MSG_DONTWAIT);

	if (n < HEADER)
		return false;
	memcpy(&header, data, HEADER);
	return n - HEADER >= header.len;
}

static void serve(void)
{
	while (received < REQUESTS && has_whole_request())
		serve_one();
	batches++;
}

static size_t least(size_t one, size_t other)
{
	return one < other ? one : other;
}

static int ending(void)
{
	broken = true;
	return end_errno ? -end_errno : -EPIPE;
}

ssize_t store_receive(void *buf, size_t want, size_t size)
{
	ssize_t n;

	if (broken)
		return -ENOTCONN;
	asked_least = want > asked_least ? want : asked_least;
	serve();
	size = least(least(bus ? size : want, read_most), read_end - bytes_read);
	if (bytes_read < read_split)
		size = least(size, read_split - bytes_read);
	if (!size)
		return ending();
	n = recv(ours, buf, size, MSG_DONTWAIT);
	reads++;
	bytes_read += n > 0 ? (size_t)n : 0;
	return n;
}

int store_send(const void *data, size_t size)
{
	if (broken)
		return -ENOTCONN;
	if (bytes_written + size > write_end)
		return ending();
	writes++;
	bytes_written += size;
	return send(ours, data, size, MSG_NOSIGNAL) == (ssize_t)size ? 0 : -EIO;
}

void store_break(void)
{
	broken = true;
}

bool store_is_bus(void)
{
	return bus;
}

uint16_t store_self(void)
{
	return 5;
}

static unsigned int commits, aborts;
static int commit_rc;

int store_commit(uint32_t tx)
{
	commits += tx == 7;
	return commit_rc;
}

void store_abort(uint32_t tx)
{
	aborts += tx == 7;
}

/* A new connection on which nothing goes wrong. */
static void begin(bool is_bus)
{
	int pair[2];

	if (ours >= 0) {
		close(ours);
		close(daemons);
	}
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		perror("socketpair");
	ours = pair[0];
	daemons = pair[1];
	answer = NULL;
	received = batches = reads = writes = 0;
	bytes_read = bytes_written = asked_least = 0;
	read_most = read_end = write_end = ALL;
	read_split = 0;
	end_errno = 0;
	bus = is_bus;
	broken = false;
}

static void put_two(void)
{
	batch_make(7, "/local/domain/1");
	batch_write(7, "/local/domain/1/name", "web");
}

/* Three different requests, none of whose answers is wanted. */
static void put_three(void)
{
	put_two();
	batch_make(7, "/c");
}

/* The third one's answer, which is to be "third", goes to TEXT. */
static struct batch_answer third;

static void put_three_for(char *text, size_t size)
{
	third = (struct batch_answer){ .text = text, .size = size, .rc = 99 };
	put_two();
	batch_read(0, "/c", &third);
}

/* A request of SIZE bytes. */
static void put_big(size_t size)
{
	static char text[2 * XENSTORE_PAYLOAD_MAX];

	memset(text, 'y', size - 2);
	text[size - 2] = '\0';
	batch_write(1, "/", text);
}

static void say_third(unsigned int n, struct xsd_sockmsg *header, char *text)
{
	if (n % 3 == 2)
		header->len = (uint32_t)sprintf(text, "third") + 1;
}

/* The text of a request that came in, with its numbers in front. */
static const char *request(unsigned int n)
{
	static char line[64];
	const struct request *got = &requests[n];

	if (n >= received)
		return NULL;
	snprintf(line, sizeof(line), "type %u, id %u, tx %u, %u bytes: %.20s",
		 got->header.type, got->header.req_id, got->header.tx_id,
		 got->header.len, got->payload);
	return line;
}

static void test_coalescing(void)
{
	char reply[16] = "";

	begin(false);
	answer = say_third;
	put_three_for(reply, sizeof(reply));
	is_int(writes, 0, "nothing is sent before it has to be");
	is_int(batch_flush(), 0, "three requests");
	is_int(writes, 1, "go out in one write");
	is_int(received, 3, "and arrive");
	is_str(request(0), "type 12, id 1, tx 7, 16 bytes: /local/domain/1",
	       "the first as it was put");
	is_str(request(1), "type 11, id 2, tx 7, 24 bytes: /local/domain/1/name",
	       "the second");
	is_str(request(2), "type 2, id 3, tx 0, 3 bytes: /c", "the third");
	is_str(reply, "third", "who wants an answer's text has it");
	is_int(third.rc, 5, "and its length, without the NUL");
	is_int(batch_flush(), 0, "nothing queued, nothing to do");
	is_int(writes, 1, "and nothing sent");
	answer = NULL;
	put_three_for(reply, 2);
	is_int(batch_flush(), 0, "another round on the same connection");
	is_str(reply, "O", "whose answer is cut to fit");
	is_int(third.rc, 3, "and told to be longer");
}

static void test_splits(void)
{
	/* two answers "OK", one "third", NUL and header each */
	const size_t total = 3 * HEADER + 3 + 3 + 6;
	unsigned int bad = 0;
	char reply[16];
	size_t at;

	for (at = 1; at < total; at++) {
		begin(false);
		answer = say_third;
		read_split = at;
		put_three_for(reply, sizeof(reply));
		bad += batch_flush() || strcmp(reply, "third");
	}
	is_int(bad, 0, "answers in two pieces, parted at any byte");
	begin(false);
	answer = say_third;
	read_most = 1;
	put_three_for(reply, sizeof(reply));
	is_int(batch_flush(), 0, "byte by byte");
	is_str(reply, "third", "the reply is the same");
	is_int(reads, (int64_t)total, "and no byte is asked for in vain");
}

static const char *error_name;
static unsigned int error_at;

static void refuse(unsigned int n, struct xsd_sockmsg *header, char *text)
{
	if (n != error_at)
		return;
	header->type = XS_ERROR;
	header->len = (uint32_t)sprintf(text, "%s", error_name) + 1;
}

static void refuse_two(unsigned int n, struct xsd_sockmsg *header, char *text)
{
	error_at = n;
	error_name = n == 1 ? "EACCES" : "ENOENT";
	if (n)
		refuse(n, header, text);
}

/* No NUL at the end: not what xenstored does, but what it says is clear. */
static void refuse_bare(unsigned int n, struct xsd_sockmsg *header, char *text)
{
	error_at = n;
	error_name = "EPERM";
	refuse(n, header, text);
	header->len--;
}

static void refuse_mutely(unsigned int n, struct xsd_sockmsg *header,
			  char *text)
{
	error_at = n;
	error_name = "";
	refuse(n, header, text);
	header->len = 0;
}

static void test_errors(void)
{
	unsigned int i, bad = 0;

	for (i = 0; i < sizeof(xsd_errors) / sizeof(*xsd_errors); i++) {
		begin(false);
		answer = refuse;
		error_name = xsd_errors[i].errstring;
		error_at = i % 3;
		put_three();
		bad += batch_flush() != -xsd_errors[i].errnum;
	}
	is_int(bad, 0, "every error that xenstored has a name for");
	ok(i > 10, "there are %u of them", i);

	begin(false);
	answer = refuse;
	error_name = "EWHATEVER";
	error_at = 1;
	put_three();
	is_int(batch_flush(), -EIO, "a name that nobody knows");
	put_three();
	is_int(batch_flush(), 0, "an error is told once");

	begin(false);
	answer = refuse_two;
	put_three();
	is_int(batch_flush(), -EACCES, "of two errors the first");

	begin(false);
	answer = refuse_bare;
	put_three();
	is_int(batch_flush(), -EPERM, "a name without its NUL");
	begin(false);
	answer = refuse_mutely;
	put_three();
	is_int(batch_flush(), -EIO, "an error without a name");
}

static void other_id(unsigned int n, struct xsd_sockmsg *header, char *text)
{
	(void)text;
	header->req_id += n == 1;
}

static uint32_t answer_size;

static void long_answer(unsigned int n, struct xsd_sockmsg *header, char *text)
{
	if (n != 2)
		return;
	memset(text, 'x', XENSTORE_PAYLOAD_MAX);
	header->len = answer_size;
}

/* After a failure of the connection it is not used again. */
static void is_broken(const char *how)
{
	unsigned int before;

	serve();
	before = received;
	put_three();
	is_int(batch_flush(), -ENOTCONN, "%s: no use after that", how);
	serve();
	is_int(received, before, "%s: nothing more is sent", how);
	begin(false);
	put_three();
	is_int(batch_flush(), 0, "%s: a new connection works", how);
	is_int(received, 3, "%s: and carries nothing old", how);
}

static void test_protocol(void)
{
	char reply[32];

	begin(false);
	answer = other_id;
	put_three();
	is_int(batch_flush(), -EPROTO, "an answer to another request");
	is_broken("another request's answer");

	begin(false);
	answer = long_answer;
	answer_size = XENSTORE_PAYLOAD_MAX;
	put_three_for(reply, sizeof(reply));
	is_int(batch_flush(), 0, "the longest answer");
	is_int(third.rc, XENSTORE_PAYLOAD_MAX, "has its length");
	is_int((int64_t)strlen(reply), sizeof(reply) - 1, "is cut");
	put_three();
	is_int(batch_flush(), 0, "and passed over to its end");

	begin(false);
	answer = long_answer;
	answer_size = XENSTORE_PAYLOAD_MAX + 1;
	put_three_for(reply, sizeof(reply));
	is_int(batch_flush(), 0, "one byte longer: the connection goes on");
	is_int(third.rc, -E2BIG, "that answer is refused");
	put_three_for(reply, sizeof(reply));
	is_int(batch_flush(), 0, "the next ones");
	ok(third.rc >= 0, "are good");

	begin(false);
	answer = long_answer;
	answer_size = XENSTORE_PAYLOAD_MAX + 1;
	put_three();
	is_int(batch_flush(), -E2BIG, "one that nobody waits for");
	begin(false);
	answer = long_answer;
	answer_size = (1 << 20) + 1;
	put_three();
	is_int(batch_flush(), -EPROTO, "more than 1 MiB");
	begin(false);
	answer = long_answer;
	answer_size = UINT32_MAX;
	put_three();
	is_int(batch_flush(), -EPROTO, "4 GiB longer");
	is_broken("too long an answer");

	broken = true;
	put_three();
	is_int(batch_flush(), -ENOTCONN, "no connection at all");
}

/* Answers that end after every possible byte. */
static unsigned int ends_badly(int error, int wanted)
{
	const size_t total = 3 * HEADER + 9;
	unsigned int bad = 0;
	size_t at;

	for (at = 0; at < total; at++) {
		begin(false);
		read_end = at;
		end_errno = error;
		put_three();
		bad += batch_flush() != wanted;
	}
	return bad;
}

static void test_ends(void)
{
	unsigned int bad = 0;
	size_t at;

	is_int(ends_badly(0, -EPIPE), 0, "xenstored dies after any byte");
	is_broken("a dead xenstored");
	is_int(ends_badly(ETIMEDOUT, -ETIMEDOUT), 0,
	       "the deadline passes after any byte");
	is_broken("a deadline that passed");
	for (at = 0; at < 80; at++) {
		begin(false);
		write_end = at;
		end_errno = ETIMEDOUT;
		put_three();
		bad += batch_flush() != -ETIMEDOUT || reads;
	}
	is_int(bad, 0, "it passes while the requests go out");
	begin(false);
	write_end = 40;
	put_three();
	is_int(batch_flush(), -EPIPE, "a connection that takes no more");
	is_broken("a full connection");
}

static void test_overflow(void)
{
	const size_t half = XENSTORE_PAYLOAD_MAX - HEADER;

	begin(false);
	put_big(half);
	put_big(half);
	is_int(writes, 0, "8 KiB of requests fit the queue");
	batch_make(1, "/a");
	is_int(received, 2, "one more sends them, and reads their answers");
	is_int(batch_flush(), 0, "the flush sends it as well");
	is_int(received, 3, "and it arrives");
	is_str(request(2), "type 12, id 1, tx 1, 3 bytes: /a", "as it was put");

	begin(false);
	put_big(half);
	put_big(half + 1);
	is_int(received, 1, "a byte more than 8 KiB does not fit");
	is_int(batch_flush(), 0, "and goes out in two");

	begin(false);
	answer = refuse;
	error_name = "ENOSPC";
	error_at = 1;
	put_big(half);
	put_big(half);
	batch_make(1, "/a");
	is_int(batch_flush(), -ENOSPC,
	       "an error on the way is told by the flush");

	begin(false);
	read_end = HEADER;
	put_big(half);
	put_big(half);
	batch_make(1, "/a");
	ok(batch_flush() < 0, "so is a connection that broke on the way");
	is_int(received, 2, "and what came after is not sent");
}

static void test_too_big(void)
{
	begin(false);
	put_big(XENSTORE_PAYLOAD_MAX);
	is_int(batch_flush(), 0, "a payload of 4096 bytes");
	is_int(requests[0].header.len, XENSTORE_PAYLOAD_MAX, "arrives whole");

	begin(false);
	answer = refuse;
	error_name = "ENOSPC";
	error_at = 1;
	batch_make(1, "/a");
	put_big(XENSTORE_PAYLOAD_MAX + 1);
	batch_make(1, "/b");
	is_int(batch_flush(), -E2BIG, "one of 4097 is refused");
	is_int(received, 2, "and never sent; the others are");
	batch_make(1, "/c");
	is_int(batch_flush(), 0, "the connection is as good as before");
}

static void test_bus(void)
{
	unsigned int i, bad = 0;
	char reply[16];

	begin(true);
	answer = say_third;
	put_three_for(reply, sizeof(reply));
	is_int(received, 2, "the kernel's device gets each request at once");
	is_int(batch_flush(), 0, "the flush sends the last");
	is_str(reply, "third", "and has its answer");
	is_int(writes, 3, "each is one write");
	for (i = 0; i < 3; i++)
		bad += requests[i].batch != i;
	is_int(bad, 0, "sent when the one before is answered");

	begin(true);
	answer = refuse;
	error_name = "EEXIST";
	error_at = 0;
	put_three();
	is_int(batch_flush(), -EEXIST, "its first error is kept");
	is_int(received, 3, "while the others go their way");
}

/* Answers that are not like each other, among them no text. */
static void say_many(unsigned int n, struct xsd_sockmsg *header, char *text)
{
	static const struct {
		const char *text;
		uint32_t size;
	} says[] = { { "web", 3 }, { "", 0 }, { "a\0b", 3 }, { "17", 3 },
		     { "ENOENT", 7 } };

	memcpy(text, says[n % 5].text, says[n % 5].size);
	header->len = says[n % 5].size;
	if (n % 5 == 4)
		header->type = XS_ERROR;
}

static void test_answers(void)
{
	static const int rcs[] = { 3, 0, -EILSEQ, 2, -ENOENT };
	static struct batch_answer many[300];
	static char texts[300][8], big[XENSTORE_PAYLOAD_MAX + 1];
	unsigned int i, bad = 0;

	begin(false);
	answer = say_many;
	for (i = 0; i < 5; i++) {
		many[i] = (struct batch_answer){ texts[i], 8, 99 };
		batch_read(0, "/a", &many[i]);
	}
	is_int(batch_flush(), 0, "an error that somebody waits for is his");
	for (i = 0; i < 5; i++)
		is_int(many[i].rc, rcs[i], "answer %u", i);
	is_str(texts[0], "web", "a value");
	is_str(texts[1], "", "an empty one");
	is_str(texts[3], "17", "one with a NUL that does not count");
	is_int((int64_t)asked_least, HEADER + 4 * HEADER,
	       "what must come is waited for in one go");

	begin(false);
	answer = say_many;
	for (i = 0; i < 300; i++) {
		many[i] = (struct batch_answer){ texts[i], 8, 99 };
		batch_read(0, "/a", &many[i]);
	}
	is_int(batch_flush(), 0, "300 questions");
	for (i = 0; i < 300; i++)
		bad += many[i].rc != rcs[i % 5];
	is_int(bad, 0, "each has its own answer");
	ok(writes <= 3, "in few rounds");

	begin(false);
	memset(big, 'y', XENSTORE_PAYLOAD_MAX);
	batch_read(0, big, &many[0]);
	is_int(batch_flush(), 0, "a question that is too long");
	is_int(many[0].rc, -E2BIG, "has that as its answer");
	is_int(writes, 0, "and is not sent");
}

/* Nothing of what fails on the way may be committed. */
static void test_commits(void)
{
	int rc;

	begin(false);
	put_two();
	is_int(batch_commit(7), 0, "what went well");
	ok(commits == 1 && !aborts, "is committed");
	answer = refuse;
	error_name = "ENOSPC";
	error_at = received;
	put_two();
	is_int(batch_commit(7), -ENOSPC, "what did not");
	ok(commits == 1 && aborts == 1, "is given up");
	error_name = "EAGAIN";
	error_at = received;
	put_two();
	is_int(batch_commit(7), -EIO, "a request that is to be tried again is "
	       "no conflict");
	answer = NULL;
	commit_rc = -EAGAIN;
	ok(batch_commit_again(7, clock_ms() + 1000, &rc), "a conflict: again");
	ok(!batch_commit_again(7, clock_ms(), &rc) && rc == -ETIMEDOUT,
	   "until the deadline");
	commit_rc = -EIO;
	ok(!batch_commit_again(7, clock_ms() + 1000, &rc) && rc == -EIO,
	   "an error is one");
	commit_rc = 0;
	ok(!batch_commit_again(7, clock_ms() + 1000, &rc) && !rc, "and done");
}

/* What is not there is found out by who looks. */
static void test_removal(void)
{
	begin(false);
	answer = refuse;
	error_name = "ENOENT";
	error_at = 0;
	batch_remove(7, "/local/domain/1");
	is_int(batch_flush(), 0, "a node that is not there is removed");
	is_str(request(0), "type 13, id 1, tx 7, 16 bytes: /local/domain/1",
	       "by such a request");
}

int main(void)
{
	test_coalescing();
	test_splits();
	test_errors();
	test_answers();
	test_protocol();
	test_ends();
	test_overflow();
	test_too_big();
	test_bus();
	test_commits();
	test_removal();
	return done();
}
