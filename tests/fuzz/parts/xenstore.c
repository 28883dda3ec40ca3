/* SPDX-License-Identifier: GPL-2.0-only */
/* libxenstore, with the calls that fuzz.mk gives it in place of the system's. */
#include "xs.c"
#include "xs_lib.c"
#include "handlereg.c"
