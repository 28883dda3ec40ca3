/* SPDX-License-Identifier: GPL-2.0-only */
/* tiny: a guest that uses its xenstore as Linux does, or worse. See README. */
#include "guest.h"

#include <xen/hvm/params.h>
#include <xen/memory.h>

static struct machine machine;

/* What follows "tiny=" in the command line up to a blank. */
static const char *argument(void)
{
	const char *at;

	for (at = machine.args; *at; at++)
		if (same(at, "tiny=", 5) &&
		    (at == machine.args || at[-1] == ' '))
			return at + 5;
	return "behave";
}

static size_t word(const char *text)
{
	size_t n = 0;

	while (text[n] && text[n] != ' ' && text[n] != ',')
		n++;
	return n;
}

static unsigned int number(const char *text)
{
	unsigned int value = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (unsigned int)(*text - '0');
	return value;
}

/* An answer to XS_DIRECTORY: names, each with a NUL at its end. */
static void say_names(int length)
{
	const char *at = store_answer;

	put("tiny: home:");
	for (; at < store_answer + length; at += strlen(at) + 1)
		put(" %s", at);
	put("\n");
}

static void read_home(void)
{
	const char *domid = store_read("domid"), *name;
	char home[64] = "/local/domain/";
	int length;

	if (!domid) {
		say("cannot read its domid: %s", store_answer);
		return;
	}
	memcpy(home + strlen(home), domid, strlen(domid) + 1);
	name = store_read("name");
	say("domain %s, %s", home + 14, name ? name : "no name");
	length = store_ask(XS_DIRECTORY, home, strlen(home) + 1);
	if (length >= 0)
		say_names(length);
	if (store_write("data/tiny", "ok", 2))
		say("connected");
	else
		say("cannot write its data: %s", store_answer);
}

/* Until the toolstack wants it to end. */
static void obey(void)
{
	static const char watch[] = "control/shutdown\0tiny";
	const char *order;

	store_ask(XS_WATCH, watch, sizeof(watch));
	for (;;) {
		order = store_read("control/shutdown");
		if (order && *order) {
			say("is to %s", order);
			store_write("control/shutdown", "", 0);
			xen_power_off();
		}
		store_wait_watch();
	}
}

static void begin(const struct mode *mode)
{
	uint64_t port = 0, gfn = machine.grant_base / PAGE;

	if (!machine.grant_size) {
		say("no hypervisor node, so no xenstore");
		xen_stop();
	}
	event_begin((machine.grant_base + machine.grant_size) / PAGE - 1);
	if (!mode->no_table && xen_place(XENMAPSPACE_grant_table, gfn))
		say("cannot map its grant table");
	xen_param(HVM_PARAM_STORE_EVTCHN, &port);
	store_port = (uint32_t)port;
	if (!port) {
		say("no event channel for a xenstore");
		xen_stop();
	}
}

void guest_main(const void *tree);

void guest_main(const void *tree)
{
	const struct mode *mode;
	const char *name;
	unsigned int parameter = 0;
	size_t size;

	fdt_read(tree, &machine);
	name = argument();
	size = word(name);
	mode = mode_named(name, size);
	if (!mode) {
		say("unknown mode");
		xen_stop();
	}
	if (name[size] == ',')
		parameter = number(name + size + 1);
	say("booted, %s", mode->name);
	/* an event channel is asked for before anything else happens */
	begin(mode);
	if (mode->before)
		mode->before(parameter);
	store_connect();
	read_home();
	if (mode->after)
		mode->after(parameter);
	obey();
}
