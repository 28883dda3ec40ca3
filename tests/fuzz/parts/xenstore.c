/* SPDX-License-Identifier: GPL-2.0-only */
/* libxenstore, with the calls that fuzz.mk gives it in place of the system's. */
#include "xs.c"
#if __has_include("xs_lib.c")	/* up to 4.19 */
#include "xs_lib.c"
#endif
#include "handlereg.c"
