/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Resume a domain that suspended itself, as xl resume does where there is one.
 *
 * usage: resume DOMID DOMCTL-INTERFACE
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#define __XEN_TOOLS__ 1		/* for domctl.h */
#include <xen/xen.h>
#include <xen/domctl.h>
#include <xen/sys/privcmd.h>

int main(int argc, char **argv)
{
	static struct xen_domctl op = { .cmd = XEN_DOMCTL_resumedomain };
	privcmd_hypercall_t call = {
		.op = __HYPERVISOR_domctl, .arg = { (uintptr_t)&op },
	};

	if (argc != 3)
		return 2;
	op.domain = (domid_t)strtoul(argv[1], NULL, 0);
	op.interface_version = (uint32_t)strtoul(argv[2], NULL, 0);
	if (ioctl(open("/dev/xen/privcmd", O_RDWR), IOCTL_PRIVCMD_HYPERCALL,
		  &call) < 0) {
		perror("resume");
		return 1;
	}
	return 0;
}
