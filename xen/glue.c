/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Xen's libraries expect of their surroundings, in as far as we have
 * other ideas. Built and linked beside them, see libs.mk.
 */
#include <stdio.h>
#include <sys/auxv.h>
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
