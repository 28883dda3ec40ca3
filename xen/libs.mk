# SPDX-License-Identifier: GPL-2.0-only
# Static libraries out of Xen's and dtc's own sources, with our own flags.
#
# Xen's build system would configure the whole tree, wants Python, and makes
# shared libraries for the host's libc. What we need is two dozen plain C
# files: they are compiled here, out of tree, and the tree is left untouched.
#
#   SRC=DIR          where the pinned sources are unpacked (build/src)
#   XEN_SRC=DIR      a Xen tree of your own (4.17 or later) in their place
#   LIBFDT_SRC=DIR   likewise a tree of dtc

SRC        ?= build/src
XEN_SRC    ?= $(SRC)/xen-4.20
LIBFDT_SRC ?= $(SRC)/dtc
export DL  ?= build/dl
fetch      := $(dir $(lastword $(MAKEFILE_LIST)))fetch

# The pinned trees among the two. $(SRC)/NAME.pin repeats NAME's line of
# xen/pins, so that a moved pin is fetched again and everything rebuilt.
xen-pin := $(patsubst %,%.pin,$(filter $(SRC)/xen-4.20,$(XEN_SRC)))
fdt-pin := $(patsubst %,%.pin,$(filter $(SRC)/dtc,$(LIBFDT_SRC)))
pins    := $(xen-pin) $(fdt-pin)

$(foreach tree,$(if $(xen-pin),,$(XEN_SRC)/tools/libs/ctrl) \
	       $(if $(fdt-pin),,$(LIBFDT_SRC)/libfdt),\
	$(if $(wildcard $(tree)),,$(error $(tree): no such directory)))

$(SRC)/%.pin: xen/pins | setup-build
	@mkdir -p $(@D)
	@grep '^$* ' $< | cmp -s - $@ || { echo '  FETCH   $*' && \
		$(fetch) source $* $(SRC)/$* && grep '^$* ' $< >$@; }

# Files that only some releases have: xs_lib.c moved into xs.c, xc_version.c
# out of xc_domain.c. The pinned release may not be unpacked yet, so what it
# lacks is known, not looked up.
some-releases = $(if $(xen-pin),$(filter-out %/xs_lib.c,$1),\
	$(patsubst $(XEN_SRC)/tools/%,%,$(wildcard $(addprefix $(XEN_SRC)/tools/,$1))))

libs := libxenstore libxenctrl libxencall libxenforeignmemory \
	libxendevicemodel libxentoollog libxentoolcore libfdt

files = $(patsubst %,libs/$1/%.c,$2)
libxentoolcore.c      := $(call files,toolcore,handlereg)
libxentoollog.c       := $(call files,toollog,xtl_core xtl_logger_stdio)
libxencall.c          := $(call files,call,core buffer linux)
libxenforeignmemory.c := $(call files,foreignmemory,core linux)
libxendevicemodel.c   := $(call files,devicemodel,core common)
libxenctrl.c          := $(call files,ctrl,xc_private xc_linux xc_hcall_buf \
	xc_domain xc_evtchn xc_foreign_memory xc_memshr xc_misc xc_gnttab) \
	$(call some-releases,libs/ctrl/xc_version.c)
libxenstore.c         := $(call files,store,xs) \
	$(call some-releases,xenstore/xs_lib.c)
libfdt.c              := $(patsubst %,libfdt/%.c,fdt fdt_ro fdt_wip fdt_rw \
	fdt_sw fdt_strerror fdt_empty_tree fdt_addresses fdt_check)

# tools/include expects its neighbours xen/, which is Xen's public headers,
# and xen/sys, the Linux devices. On x86 xenctrl.h also wants headers that a
# Python script generates; their types stand in unions that nobody uses.
xen-include  := $(O)/include
xen-cppflags := -isystem $(xen-include) -isystem $(XEN_SRC)/tools/include \
	-isystem $(LIBFDT_SRC)/libfdt
lib-cppflags  = $(xen-cppflags) -iquote $(XEN_SRC)/tools/xenstore \
	-D_GNU_SOURCE -D__XEN_TOOLS__ -DNDEBUG \
	-DXEN_RUN_STORED='"/var/run/xenstored"'

$(xen-include)/.done: $(pins) $(O)/flags
	@rm -rf $(@D) && mkdir -p $(@D)/xen/foreign
	@ln -s $(abspath $(XEN_SRC))/xen/include/public/* $(@D)/xen
	@ln -s $(abspath $(XEN_SRC))/tools/include/xen-sys/Linux $(@D)/xen/sys
	@for bits in 32 64; do \
		for type in vcpu_guest_context shared_info start_info; do \
			echo "typedef $${type}_t $${type}_x86_$${bits}_t;"; \
		done >$(@D)/xen/foreign/x86_$$bits.h; \
	done
	@touch $@

# The deadline seam. libxenstore waits for as long as xenstored likes in connect()
# and read() (xen/FACTS, blocks). In our copy of the library these two are renamed, after compilation,
# so that the sources need not know: src/store.c has both, with a deadline. What
# it writes is short of a socket's buffer, and SO_SNDTIMEO bounds it. A release
# that would block in yet another call stops the build. On a machine of 32 bit musl
# has __NAME_time64 of those that are told a time.
store-io       := connect read
store-io-other := accept recv recvfrom recvmsg recvmmsg readv sendto sendfile \
	select pselect poll ppoll sleep usleep nanosleep clock_nanosleep
store-io-guard := (__)?($(subst $() ,|,$(strip $(store-io-other))))(_time64)?$$

define rename-store-io
	$(Q)$(OBJCOPY) $(foreach f,$(store-io),--redefine-sym $f=store_io_$f) $@
	$(Q)! $(NM) -u $@ | grep -wE '$(store-io-guard)' || \
		{ echo 'libxenstore: this call has no deadline' >&2; false; }
endef

define library
$1.o := $$(patsubst %.c,$(O)/obj/$2/%.o,$$($1.c))
$$($1.o): $(O)/obj/$2/%.o: $3/%.c $4 xen/libs.mk $(xen-include)/.done
	$$(call say,CC)
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(base-cflags) $$(cflags-$1) -w $$(lib-cppflags) $$(libc-cppflags) $$(CPPFLAGS) $$(CFLAGS) -fno-lto -MMD -MP -c -o $$@ $$<
	$$(post-$1)
$(addprefix $3/,$($1.c)): | $4 ;
$(O)/lib/$1.a: $$($1.o)
	$$(call say,AR)
	@mkdir -p $$(@D) && rm -f $$@
	$(Q)$$(AR) rcD $$@ $$^
objects += $$($1.o)
endef

cflags-libfdt = -O2
post-libxenstore = $(rename-store-io)
$(foreach lib,$(filter libxen%,$(libs)),$(eval \
	$(call library,$(lib),xen,$(XEN_SRC)/tools,$(xen-pin))))
$(eval $(call library,libfdt,dtc,$(LIBFDT_SRC),$(fdt-pin)))
