/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Xen gives dom0 when it starts it, for a domU that serves a xenstore: an
 * event channel to itself, which xenstored binds.
 *
 *   loopback DOMID FILE   make one, write its port to FILE, hold it for ever
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <xen/xen.h>
#include <xen/sys/evtchn.h>

int main(int argc, char **argv)
{
	struct ioctl_evtchn_bind_unbound_port bind;
	static int fd;		/* held until the end */
	int port;
	FILE *out;

	fd = open("/dev/xen/evtchn", O_RDWR | O_CLOEXEC);
	if (argc != 3 || fd < 0)
		return 1;
	bind.remote_domain = (unsigned int)strtoul(argv[1], NULL, 10);
	port = ioctl(fd, IOCTL_EVTCHN_BIND_UNBOUND_PORT, &bind);
	out = fopen(argv[2], "w");
	if (port < 0 || !out || fprintf(out, "%d\n", port) < 0 || fclose(out))
		return 1;
	for (;;)
		pause();
}
