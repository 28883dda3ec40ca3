/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Xen's libraries expect of their surroundings, in as far as we have
 * other ideas. Built and linked beside them, see libs.mk.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <xendevicemodel.h>
#include <xentoollog.h>

/*
 * Each library makes itself a logger on stderr when it is given none. We
 * always give one, so that the stdio logger, and with it strftime and time
 * zones, need not be linked: without a logger, opening fails.
 */
xentoollog_logger_stdiostream *
xtl_createlogger_stdiostream(FILE *f, xentoollog_level min, unsigned int flags)
{
	(void)f;
	(void)min;
	(void)flags;
	return NULL;
}

/* They ask for the size of a page only, and musl's knows much more: 1 KiB. */
long sysconf(int name)
{
	return name == _SC_PAGESIZE ? (long)getauxval(AT_PAGESZ) : -1;
}

/*
 * libxenctrl also opens libxendevicemodel, which serves emulators: three calls of the
 * kernel, and 600 bytes, for nobody here.
 */
xendevicemodel_handle *xendevicemodel_open(struct xentoollog_logger *logger,
					   unsigned int flags)
{
	static char none;

	(void)logger, (void)flags;
	return (xendevicemodel_handle *)&none;
}

int xendevicemodel_close(xendevicemodel_handle *dmod)
{
	(void)dmod;
	return 0;
}

/*
 * The libxenstore of Xen 4.17 writes with write(), that of 4.20 with writev()
 * and sendmsg(). All end in the one write() that has a deadline (libs.mk):
 * they may be short, so writing the first piece is enough.
 */
ssize_t store_io_write(int fd, const void *buf, size_t size);
ssize_t store_io_writev(int fd, const struct iovec *iov, int n);
ssize_t store_io_sendmsg(int fd, const struct msghdr *msg, int flags);

ssize_t store_io_writev(int fd, const struct iovec *iov, int n)
{
	while (n > 1 && !iov->iov_len) {
		iov++;
		n--;
	}
	return n ? store_io_write(fd, iov->iov_base, iov->iov_len) : 0;
}

/* The library asks for MSG_NOSIGNAL, which store_io_write() has anyway. */
ssize_t store_io_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	(void)flags;
	return store_io_writev(fd, msg->msg_iov, (int)msg->msg_iovlen);
}

/* It turns SIGPIPE off and on around each request; here there is none. */
int store_io_sigaction(int number, const struct sigaction *action,
		       struct sigaction *old);

int store_io_sigaction(int number, const struct sigaction *action,
		       struct sigaction *old)
{
	(void)number;
	(void)action;
	(void)old;
	return 0;
}
