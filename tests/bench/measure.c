/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For dom0 while the bench runs:
 *
 *   measure cost FILE COMMAND...   run it; what it cost goes to FILE
 *   measure evtchn PORT ID...      set HVM_PARAM_STORE_EVTCHN: with port 0 a
 *                                  domain is none of init-dom0less's business
 *
 * FILE gets a line: wall time and user+system time in microseconds, context
 * switches, the most memory it ever had in KiB, exit status.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <xen/xen.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/sys/privcmd.h>

static int64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t us(struct timeval time)
{
	return (int64_t)time.tv_sec * 1000000 + time.tv_usec;
}

/* vfork: what the child had before exec counts as its memory, too. */
static int cost(const char *file, char **argv)
{
	FILE *out = fopen(file, "w");
	int64_t start = now_us();
	struct rusage usage;
	int status;
	pid_t pid;

	if (!out)
		return 1;
	/* NOLINTNEXTLINE(*.insecureAPI.vfork): see above */
	pid = vfork();
	if (!pid) {
		execvp(*argv, argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
		fclose(out);
		return 1;
	}
	fprintf(out, "%" PRId64 " %" PRId64 " %ld %ld %d\n", now_us() - start,
		us(usage.ru_utime) + us(usage.ru_stime),
		usage.ru_nvcsw + usage.ru_nivcsw, usage.ru_maxrss,
		WIFEXITED(status) ? WEXITSTATUS(status) : 255);
	return fclose(out) ? 1 : 0;
}

/* The hypercall's argument must be in memory that cannot go away. */
static int evtchn(const char *port, char **domids)
{
	static _Alignas(4096) struct xen_hvm_param param;
	privcmd_hypercall_t call = {
		.op = __HYPERVISOR_hvm_op,
		.arg = { HVMOP_set_param, (uintptr_t)&param },
	};
	int fd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC), bad = 0;

	for (; *domids; domids++) {
		param.domid = (domid_t)strtoul(*domids, NULL, 10);
		param.index = HVM_PARAM_STORE_EVTCHN;
		param.value = strtoul(port, NULL, 10);
		if (ioctl(fd, IOCTL_PRIVCMD_HYPERCALL, &call)) {
			perror(*domids);
			bad = 1;
		}
	}
	close(fd);
	return bad;
}

int main(int argc, char **argv)
{
	if (argc > 3 && !strcmp(argv[1], "cost"))
		return cost(argv[2], argv + 3);
	if (argc > 2 && !strcmp(argv[1], "evtchn"))
		return evtchn(argv[2], argv + 3);
	fputs("usage: measure cost FILE COMMAND... | evtchn PORT ID...\n", stderr);
	return 2;
}
