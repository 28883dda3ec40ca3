/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "link.h"
#include "tap.h"

/* The kernel's side: what was sent, and what it answers, in pieces. */
static _Alignas(struct nlmsghdr) char sent[512], answer[4][1024];
static size_t nsent, answer_size[4];
static unsigned int nanswers, next;
static int socket_error, send_error;

int __wrap_socket(int domain, int type, int protocol);
ssize_t __wrap_send(int fd, const void *buf, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *buf, size_t size, int flags);

int __wrap_socket(int domain, int type, int protocol)
{
	(void)domain, (void)type, (void)protocol;
	errno = socket_error;
	return socket_error ? -1 : 77;
}

ssize_t __wrap_send(int fd, const void *buf, size_t size, int flags)
{
	(void)fd, (void)flags;
	errno = send_error;
	if (send_error)
		return -1;
	memcpy(sent, buf, size);
	nsent = size;
	return (ssize_t)size;
}

ssize_t __wrap_recv(int fd, void *buf, size_t size, int flags)
{
	size_t n;

	(void)fd, (void)flags;
	if (next == nanswers) {
		errno = EAGAIN;
		return -1;
	}
	n = answer_size[next] < size ? answer_size[next] : size;
	memcpy(buf, answer[next++], n);
	return (ssize_t)n;
}

static void forget(void)
{
	nanswers = next = 0;
	send_error = 0;
}

/* One message more in the last piece. */
static struct nlmsghdr *message(uint16_t type, size_t size)
{
	char *at = answer[nanswers - 1] + answer_size[nanswers - 1];
	struct nlmsghdr *head = (struct nlmsghdr *)(void *)at;

	memset(head, 0, NLMSG_SPACE(size));
	head->nlmsg_len = (uint32_t)NLMSG_LENGTH(size);
	head->nlmsg_type = type;
	answer_size[nanswers - 1] += NLMSG_SPACE(size);
	return head;
}

static void piece(void)
{
	answer_size[nanswers++] = 0;
}

static void end(uint16_t type, int error)
{
	struct nlmsgerr *e = NLMSG_DATA(message(type, sizeof(*e)));

	e->error = error;
}

static void put(struct nlmsghdr *head, uint16_t type, const void *data,
		size_t size)
{
	char *at = (char *)head + NLMSG_ALIGN(head->nlmsg_len);
	struct rtattr *attribute = (struct rtattr *)(void *)at;
	size_t room = RTA_SPACE(size);

	memset(attribute, 0, room);
	attribute->rta_type = type;
	attribute->rta_len = (uint16_t)RTA_LENGTH(size);
	memcpy(RTA_DATA(attribute), data, size);
	head->nlmsg_len = NLMSG_ALIGN(head->nlmsg_len) + (uint32_t)room;
	answer_size[nanswers - 1] += room;
}

static void interface(int index, const char *name, const char *kind,
		      uint32_t mtu, uint32_t master)
{
	struct nlmsghdr *head = message(RTM_NEWLINK, sizeof(struct ifinfomsg));
	struct ifinfomsg *info = NLMSG_DATA(head);
	struct {
		struct rtattr head;
		char text[12];
	} inner = { { (uint16_t)RTA_LENGTH(strlen(kind)), IFLA_INFO_KIND },
		    "" };

	info->ifi_index = index;
	info->ifi_flags = IFF_UP;
	put(head, IFLA_IFNAME, name, strlen(name) + 1);
	put(head, IFLA_MTU, &mtu, sizeof(mtu));
	if (master)
		put(head, IFLA_MASTER, &master, sizeof(master));
	memcpy(inner.text, kind, strlen(kind));
	put(head, IFLA_LINKINFO, &inner, sizeof(inner));
}

static void finding(void)
{
	struct link link;
	size_t cut, whole;
	unsigned int good = 0;

	forget();
	piece();
	interface(7, "xenbr0", "bridge", 9000, 0);
	piece();
	end(NLMSG_ERROR, 0);
	is_int(link_find("xenbr0", &link), 0, "a bridge");
	ok(link.index == 7 && link.mtu == 9000 && link.bridge && link.up &&
	   !link.master, "and what it is");
	is_str(link.name, "xenbr0", "and its name");
	forget();
	piece();
	interface(9, "vif1.0", "vif", 1500, 7);
	end(NLMSG_ERROR, 0);
	is_int(link_find("vif1.0", &link), 0, "an interface");
	ok(!link.bridge && link.master == 7, "in a bridge, and none");
	forget();
	piece();
	end(NLMSG_ERROR, -ENODEV);
	is_int(link_find("nosuch", &link), -ENODEV, "one that is not there");
	forget();
	is_int(link_find("a", &link), -EAGAIN, "no answer");
	forget();
	send_error = EPERM;
	is_int(link_find("a", &link), -EPERM, "refused");
	forget();
	piece();
	end(NLMSG_ERROR, 0);
	is_int(link_find("a", &link), -ENODEV, "an answer without one");
	/* what is cut anywhere does no harm */
	forget();
	piece();
	interface(7, "0123456789abcde", "bridge", 9000, 3);
	whole = answer_size[0];
	for (cut = 0; cut < whole; cut++) {
		next = 0;
		answer_size[0] = cut;
		good += link_find("a", &link) != -EAGAIN;
	}
	is_int(good, 0, "answers that are cut");
}

static void bridges(void)
{
	char names[32];

	forget();
	piece();
	interface(1, "lo", "", 65536, 0);
	interface(2, "br0", "bridge", 1500, 0);
	piece();
	interface(3, "br1", "bridge", 1500, 0);
	interface(4, "br2", "bridges", 1500, 0);
	end(NLMSG_DONE, 0);
	is_int(link_bridges(names, sizeof(names)), 0, "bridges");
	ok(!strncmp(names, "br0 br1", 7), "are these: %s", names);
	next = 0;
	is_int(link_bridges(names, 7), 0, "with little room");
	is_str(names, "br0", "some of them");
}

static bool has_sent(uint16_t type, const void *data, size_t size)
{
	const struct nlmsghdr *head = (const void *)sent;
	const struct ifinfomsg *info = NLMSG_DATA(head);
	const struct rtattr *attribute = IFLA_RTA(info);
	int left = (int)IFLA_PAYLOAD(head);

	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
		if (attribute->rta_type == type)
			return RTA_PAYLOAD(attribute) == size &&
			       !memcmp(RTA_DATA(attribute), data, size);
	return false;
}

static void changing(void)
{
	const struct nlmsghdr *head = (const void *)sent;
	const struct ifinfomsg *info = NLMSG_DATA(head);
	uint32_t number;

	forget();
	piece();
	end(NLMSG_ERROR, 0);
	is_int(link_set_up(&(struct link_change){
		.index = 9, .mtu = 9000, .master = 7, .name = "web0" }), 0,
	       "renamed, into a bridge, its MTU, and up");
	ok(head->nlmsg_type == RTM_NEWLINK && head->nlmsg_len == nsent &&
	   info->ifi_index == 9 && info->ifi_flags == IFF_UP &&
	   info->ifi_change == IFF_UP, "in one message");
	number = 9000;
	ok(has_sent(IFLA_MTU, &number, 4), "the MTU");
	number = 7;
	ok(has_sent(IFLA_MASTER, &number, 4), "the bridge");
	ok(has_sent(IFLA_IFNAME, "web0", 5), "the name");
	next = 0;
	link_set_up(&(struct link_change){ .index = 9 });
	is_int((int64_t)nsent, NLMSG_LENGTH(sizeof(*info)), "only up");
	forget();
	piece();
	end(NLMSG_ERROR, -EEXIST);
	is_int(link_make_bridge("br0"), -EEXIST, "a bridge that is there");
	ok(head->nlmsg_flags & NLM_F_EXCL && head->nlmsg_flags & NLM_F_CREATE,
	   "is not taken");
	ok(has_sent(IFLA_LINKINFO, "\x0a\0\1\0bridge\0\0", 12), "its kind");
}

int main(void)
{
	struct link link;

	socket_error = EPERM;
	is_int(link_find("a", &link), -EPERM, "no socket");
	socket_error = 0;
	finding();
	bridges();
	changing();
	return done();
}
