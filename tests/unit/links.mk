# SPDX-License-Identifier: GPL-2.0-only
# What tests are linked with, where it is not the logic and the fakes alone.
# Time passes in the fakes only while somebody sleeps.
unit-links := $(filter-out src/clock.c,$(unit-links))
links.clock := src/clock.c
$(foreach a,$(applet-names),$(eval links.$a := $(unit-links) applets/$a.c))
links.dom0less-attach += applets/dom0less-detach.c
links.batch := src/batch.c src/clock.c
links.dtb := src/dtb.c tests/unit/parts/libfdt.c

# libfdt reads cells where a broken tree says they are, aligned or not, which
# every machine that Xen runs on lets it do.
$C/obj/tests/unit/parts/libfdt.o: unit-cflags += -fno-sanitize=alignment

# musl's <sys/types.h> has uint32_t, which <xen/io/xs_wire.h> takes for granted.
$C/obj/src/batch.o: unit-cflags += -include stdint.h
links.hyp := src/hyp.c

# Xen's own libraries, with the calls that they and the wrapper beside them make
# of the system renamed: the test has those first.
wrap = $C/unit/$1: private unit-cflags += $(foreach f,$2,-Wl,--wrap=$f)
links.store := src/store.c src/batch.c src/clock.c \
	tests/fuzz/parts/xenstore.c tests/unit/parts/xenstored.c
$(eval $(call wrap,store,malloc free strdup setenv geteuid lstat stat access open \
	socket connect close setsockopt fcntl recv read send sendmsg writev poll \
	clock_gettime nanosleep))
$C/obj/tests/fuzz/parts/xenstore.o: unit-cflags += -w $(lib-cppflags) \
	-I$(XEN_SRC)/tools/libs/store -I$(XEN_SRC)/tools/xenstore -I$(XEN_SRC)/tools/libs/toolcore \
	$(foreach f,read connect,-D$f=store_io_$f)

links.link := src/link.c
$(eval $(call wrap,link,socket send recv))

links.script := src/script.c src/clock.c
links.loop := src/loop.c src/parse.c
$(eval $(call wrap,loop,open ioctl stat access))

privcmd-libs := libxenctrl libxencall libxenforeignmemory libxendevicemodel \
	libxentoollog libxentoolcore
links.privcmd := src/hyp.c $(foreach l,$(privcmd-libs),$(addprefix lib/,$($l.c)))
$(eval $(call wrap,privcmd,open close ioctl mmap munmap madvise flock usleep \
	malloc calloc free))
$C/unit/privcmd: private unit-cflags += -Wl,--gc-sections
$C/obj/lib/%.o: $(XEN_SRC)/tools/%.c $C/flags $(xen-include)/.done | setup-check
	$(call say,HOSTCC)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(unit-cflags) -w -ffunction-sections $(lib-cppflags) -MMD -MP -c -o $@ $<
