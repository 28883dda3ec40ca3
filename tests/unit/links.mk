# SPDX-License-Identifier: GPL-2.0-only
# What tests are linked with, where it is not the logic and the fakes alone.
# Time passes in the fakes only while somebody sleeps.
unit-links := $(filter-out src/clock.c,$(unit-links))
links.clock := src/clock.c
links.init-dom0less := $(unit-links) applets/init-dom0less.c
links.dtb := src/dtb.c tests/unit/parts/libfdt.c

# libfdt reads cells where a broken tree says they are, aligned or not, which
# every machine that Xen runs on lets it do.
$C/obj/tests/unit/parts/libfdt.o: unit-cflags += -fno-sanitize=alignment
