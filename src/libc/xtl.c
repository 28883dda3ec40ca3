/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each of Xen's libraries makes itself a logger on stderr when it is given
 * none. We always give one (hyp.c), so that this logger is never made. The real
 * one brings strftime(), time zones and the locale: 8,576 bytes on arm64. This
 * one is found first by the linker.
 */
#include <stdio.h>

#include <xentoollog.h>

xentoollog_logger_stdiostream *
xtl_createlogger_stdiostream(FILE *f, xentoollog_level min, unsigned int flags)
{
	(void)f;
	(void)min;
	(void)flags;
	return NULL;
}
