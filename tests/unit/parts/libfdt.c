/* SPDX-License-Identifier: GPL-2.0-only */
/* What src/dtb.c needs of libfdt, for this machine and under the sanitizers. */
#include "fdt.c"
#include "fdt_check.c"
#include "fdt_ro.c"
