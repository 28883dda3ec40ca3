# SPDX-License-Identifier: GPL-2.0-only
# Xen 4.20 with the patches of tests/system/patches/4.20: it can give a domain
# what later releases give it, and knows static memory. It decides about "legacy"
# as 4.21 does, and has the patch of xen/patches/4.21 for that, in the file that
# the code is in here. The scenarios that say xen_image=build/xen/xen-4.20-shapes
# boot it. Its xenstored takes event channels from where 4.21's does.

shapes := $R/xen-4.20-shapes $R/xenstored-4.20-shapes
shape-patches := $(sort $(wildcard tests/system/patches/4.20/*))

# A program for a domU that serves a xenstore, see the scenario not-dom0.
loopback := build/guest/loopback

# A program for dom0 that looks at a domain's memory, see direct-map-ram.
frames := build/guest/frames

# One that resumes a domain, see ended.
resume := build/guest/resume

check check-system: $(shapes) $(loopback) $(frames) $(resume)
check check-fast: $(SRC)/xen-4.20.pin

# Any other architecture's make leaves it to one for arm64.
ifneq ($(ARCH),arm64)
$(shapes) $(loopback) $(frames) $(resume): FORCE
	$(Q)$(MAKE) --no-print-directory ARCH=arm64 O=build/arm64 $@
else

# xen/releases.mk knows how to make a hypervisor of a tree.
$R/src-4.20-shapes/.done: $(SRC)/xen-4.20.pin $(shape-patches) $(call patches,4.21) | setup-release
	$(call say,PATCH)
	@rm -rf $(@D) && mkdir -p $R && cp -R $(SRC)/xen-4.20 $(@D)
	@for patch in $(shape-patches); do \
		patch -s -p1 -F0 -d $(@D) <$$patch || exit; done
	@patch -s -F0 $(@D)/xen/arch/arm/dom0less-build.c <$(call patches,4.21)
	@touch $@

$(loopback) $(frames) $(resume): build/guest/%: tests/system/%.c $(xen-include)/.done $(MUSL)/.done
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(base-cflags) $(warnings) $(libc-cppflags) -D__XEN_TOOLS__ -isystem $(xen-include) \
		$(base-ldflags) -s -o $@ $(musl-lib)/crt1.o $(musl-lib)/crti.o $< \
		-Wl,--start-group $(musl-lib)/libc.a -lgcc -Wl,--end-group $(musl-lib)/crtn.o

$(eval $(call xenstored,4.20-shapes,$R/src-4.20-shapes,$R/src-4.20-shapes/.done))
endif
