# SPDX-License-Identifier: GPL-2.0-only
# What tests are linked with, where it is not the logic and the fakes alone.
# Time passes in the fakes only while somebody sleeps.
unit-links := $(filter-out src/clock.c,$(unit-links))
links.clock := src/clock.c
$(foreach a,$(applet-names),$(eval links.$a := $(unit-links) applets/$a.c))
links.wire := src/wire.c
links.dtb := src/dtb.c tests/unit/parts/libfdt.c

# libfdt reads cells where a broken tree says they are, aligned or not, which
# every machine that Xen runs on lets it do.
$C/obj/tests/unit/parts/libfdt.o: unit-cflags += -fno-sanitize=alignment

# musl's <sys/types.h> has uint32_t, which <xen/io/xs_wire.h> takes for granted.
$C/obj/src/wire.o: unit-cflags += -include stdint.h
links.hyp := src/hyp.c
