/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "link.h"

_Static_assert(LINK_NAME_MAX == IFNAMSIZ, "linux/if.h");

enum {
	ATTRIBUTES_MAX = 128,	/* bytes: all that this file adds fits */
	ANSWER_MAX = 16384,	/* bytes; the kernel cuts its answer to fit */
};

static int netlink = -1;

struct request {
	struct nlmsghdr head;
	struct ifinfomsg info;
	char attributes[ATTRIBUTES_MAX];
};

static int open_netlink(void)
{
	if (netlink < 0)
		netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
				 NETLINK_ROUTE);
	return netlink < 0 ? -errno : 0;
}

static void request_begin(struct request *request, uint16_t type,
			  uint16_t flags)
{
	*request = (struct request){
		.head = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | flags,
		},
		.info.ifi_family = AF_UNSPEC,
	};
}

/* Add an attribute; there is always room for it. Returns where it begins. */
static struct rtattr *request_add(struct request *request, uint16_t type,
				  const void *data, size_t size)
{
	char *end = (char *)request + NLMSG_ALIGN(request->head.nlmsg_len);
	struct rtattr *attribute = (struct rtattr *)(void *)end;

	attribute->rta_type = type;
	attribute->rta_len = (uint16_t)RTA_LENGTH(size);
	if (size)
		memcpy(RTA_DATA(attribute), data, size);
	request->head.nlmsg_len = NLMSG_ALIGN(request->head.nlmsg_len) +
				  RTA_ALIGN(attribute->rta_len);
	return attribute;
}

static void request_name(struct request *request, const char *name)
{
	request_add(request, IFLA_IFNAME, name,
		    strnlen(name, LINK_NAME_MAX - 1) + 1);
}

static void add_number(struct request *request, uint16_t type, uint32_t number)
{
	if (number)
		request_add(request, type, &number, sizeof(number));
}

/* An attribute that is not as long as it should be is left out. */
static void take_u32(const struct rtattr *attribute, uint32_t *number)
{
	if (RTA_PAYLOAD(attribute) == sizeof(*number))
		memcpy(number, RTA_DATA(attribute), sizeof(*number));
}

static bool is_bridge(const struct rtattr *info)
{
	const struct rtattr *inner = RTA_DATA(info);
	int left = (int)RTA_PAYLOAD(info);

	for (; RTA_OK(inner, left); inner = RTA_NEXT(inner, left))
		if (inner->rta_type == IFLA_INFO_KIND)
			return RTA_PAYLOAD(inner) >= sizeof("bridge") - 1 &&
			       !memcmp(RTA_DATA(inner), "bridge",
				       sizeof("bridge") - 1);
	return false;
}

static void take_attribute(struct link *link, const struct rtattr *attribute)
{
	size_t size = RTA_PAYLOAD(attribute);

	switch (attribute->rta_type & NLA_TYPE_MASK) {
	case IFLA_IFNAME:
		if (size <= sizeof(link->name))
			memcpy(link->name, RTA_DATA(attribute), size);
		link->name[sizeof(link->name) - 1] = '\0';
		break;
	case IFLA_MTU:
		take_u32(attribute, &link->mtu);
		break;
	case IFLA_MASTER:
		take_u32(attribute, &link->master);
		break;
	case IFLA_LINKINFO:
		link->bridge = is_bridge(attribute);
		break;
	default:
		break;
	}
}

/* Read a message into LINK. False: it is about no interface. */
static bool take_link(struct link *link, const struct nlmsghdr *message)
{
	const struct ifinfomsg *info = NLMSG_DATA(message);
	const struct rtattr *attribute = IFLA_RTA(info);
	int left;

	*link = (struct link){ 0 };
	if (message->nlmsg_type != RTM_NEWLINK ||
	    message->nlmsg_len < NLMSG_LENGTH(sizeof(*info)))
		return false;
	link->index = (uint32_t)info->ifi_index;
	link->up = info->ifi_flags & IFF_UP;
	left = (int)IFLA_PAYLOAD(message);
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
		take_attribute(link, attribute);
	return true;
}

/* Called for each interface in an answer. */
typedef void see_link(void *context, const struct link *link);

/* Read one piece of an answer. 1: more is to come; 0 or -errno: the end. */
static int take_answers(const void *buffer, size_t size, see_link *see,
			void *context)
{
	const struct nlmsghdr *message = buffer;
	const struct nlmsgerr *error;
	struct link link;
	int left = (int)size;

	for (; NLMSG_OK(message, (unsigned int)left);
	     message = NLMSG_NEXT(message, left)) {
		if (message->nlmsg_type == NLMSG_DONE)
			return 0;
		if (message->nlmsg_type == NLMSG_ERROR) {
			error = NLMSG_DATA(message);
			return message->nlmsg_len <
			       NLMSG_LENGTH(sizeof(error->error)) ? -EPROTO
								: error->error;
		}
		if (see && take_link(&link, message))
			see(context, &link);
	}
	return 1;
}

/* Send a request and read its answer. The kernel answers before send() returns,
 * so nothing is waited for and no deadline is needed. */
static int talk(const struct request *request, see_link *see, void *context)
{
	static _Alignas(struct nlmsghdr) char buffer[ANSWER_MAX];
	ssize_t n;
	int rc = open_netlink();

	if (rc)
		return rc;
	if (send(netlink, request, request->head.nlmsg_len, 0) < 0)
		return -errno;
	do {
		n = recv(netlink, buffer, sizeof(buffer), MSG_DONTWAIT);
		if (n < 0 && errno != EINTR)
			return -errno;
		rc = n < 0 ? 1 : take_answers(buffer, (size_t)n, see, context);
	} while (rc > 0);
	return rc;
}

static void keep_link(void *context, const struct link *link)
{
	*(struct link *)context = *link;
}

int link_find(const char *name, struct link *link)
{
	struct request request;
	int rc;

	request_begin(&request, RTM_GETLINK, NLM_F_ACK);
	request_name(&request, name);
	*link = (struct link){ 0 };
	rc = talk(&request, keep_link, link);
	if (rc)
		return rc;
	return link->index ? 0 : -ENODEV;
}

struct names {
	char *text;
	size_t size;
};

static void add_bridge(void *context, const struct link *link)
{
	struct names *names = context;
	size_t used = strlen(names->text), size = strlen(link->name);

	if (!link->bridge || used + 1 + size >= names->size)
		return;
	if (used)
		names->text[used++] = ' ';
	memcpy(names->text + used, link->name, size + 1);
}

int link_bridges(char *names, size_t size)
{
	struct names context = { names, size };
	struct request request;

	*names = '\0';
	request_begin(&request, RTM_GETLINK, NLM_F_DUMP);
	return talk(&request, add_bridge, &context);
}

int link_set_up(const struct link_change *change)
{
	struct request request;

	request_begin(&request, RTM_NEWLINK, NLM_F_ACK);
	request.info.ifi_index = (int)change->index;
	request.info.ifi_flags = request.info.ifi_change = IFF_UP;
	if (change->name)
		request_name(&request, change->name);
	add_number(&request, IFLA_MTU, change->mtu);
	add_number(&request, IFLA_MASTER, change->master);
	return talk(&request, NULL, NULL);
}

int link_make_bridge(const char *name)
{
	struct request request;
	struct rtattr *info;

	request_begin(&request, RTM_NEWLINK,
		      NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
	request_name(&request, name);
	info = request_add(&request, IFLA_LINKINFO, NULL, 0);
	request_add(&request, IFLA_INFO_KIND, "bridge", sizeof("bridge") - 1);
	info->rta_len = (uint16_t)((char *)&request +
				   request.head.nlmsg_len - (char *)info);
	return talk(&request, NULL, NULL);
}
