# SPDX-License-Identifier: GPL-2.0-only
# Programs of whole releases of Xen, for arm64: what the tests boot and what an
# initramfs may carry. None of this gets into dom0less.
#
#   build/xen/xen-4.14         hypervisor, with the patches of xen/patches/4.14
#   build/xen/xenstored-4.14   C xenstored, static, with these and those of
#                              xen/patches/xenstored-4.14
#   build/xen/xenstored-4.17   the same, with xen/patches/xenstored-4.17
#   build/xen/xenstored-4.20   the same, of the pinned sources as they are
#   build/xen/xenstored-own    the same, of a tree that XEN_SRC names
#
# Each is made once, and again when its pin or its patches change.

R := build/xen
xenstoreds := $(addprefix $R/xenstored-,4.14 4.17 4.20)
release-programs := $R/xen-4.14 $(xenstoreds)
release-packages := bison flex gcc libc6-dev patch perl

xen-4.14: $R/xen-4.14 $R/xenstored-4.14
xenstored: $(if $(xen-pin),$(xenstoreds),$R/xenstored-own)

setup: setup-release
setup-release: setup-build
	@xen/setup $(release-packages)

check check-fast: setup-release $(SRC)/xen-4.14.pin $(SRC)/xen-4.17.pin
check check-system: $(release-programs)

clean: clean-release
clean-release:
	rm -rf $R

.PHONY: xen-4.14 xenstored setup-release clean-release

# Any other architecture's make leaves them to one for arm64.
ifneq ($(ARCH),arm64)
$(release-programs) $R/xenstored-own: FORCE
	$(Q)$(MAKE) --no-print-directory ARCH=arm64 O=build/arm64 $@
else

# The patches of a folder of xen/patches, and a command line of a rule that
# applies them to the tree that the target is in.
patches = $(sort $(wildcard xen/patches/$1/*))
define apply-patches
	$(call say,PATCH)
	@for patch in $(call patches,$1); do \
		patch -s -p1 -F0 -d $(@D) <$$patch || exit; done
endef

# A copy is patched: the tree of the pin stays as it came.
$R/src-4.14/.done: $(SRC)/xen-4.14.pin $(call patches,4.14) $(call patches,xenstored-4.14) \
		| setup-release
	@rm -rf $(@D) && mkdir -p $R && cp -R $(SRC)/xen-4.14 $(@D)
	$(call apply-patches,4.14)
	$(call apply-patches,xenstored-4.14)
	@touch $@

# What a daemon needs of a tree.
$R/src-xenstored-4.17/.done: $(SRC)/xen-4.17.pin $(call patches,xenstored-4.17) | setup-release
	@rm -rf $(@D) && mkdir -p $(@D)/xen
	@cp -R $(SRC)/xen-4.17/tools $(@D) && cp -R $(SRC)/xen-4.17/xen/include $(@D)/xen
	$(call apply-patches,xenstored-4.17)
	@touch $@

# Xen's own makefiles shall see nothing of ours.
$R/xen-%: $R/src-%/.done
	$(call say,XEN)
	@cd $R/src-$*/xen && for goal in defconfig build; do \
		env -i PATH="$$PATH" make -j$$(nproc) XEN_TARGET_ARCH=arm64 \
			CROSS_COMPILE=$(CROSS_COMPILE) $$goal || exit; \
	done >../build.log 2>&1 || { tail -n 20 ../build.log; exit 1; }
	@cp $R/src-$*/xen/xen $@

# RELEASE, TREE, the file that says that the tree is there. The daemon's own checks
# are on, as in Xen's own build: what they find would otherwise do harm elsewhere.
define xenstored
$R/xenstored-$1: $3 xen/xenstored $(MUSL)/.done | setup-release
	$$(call say,CC)
	@mkdir -p $R
	$(Q)$$(CC) $$(base-cflags) -w $$(libc-cppflags) $$(base-ldflags) -s -o $$@ \
		$$(musl-lib)/crt1.o $$(musl-lib)/crti.o $$$$(xen/xenstored $2 $$@.include) \
		-Wl,--start-group $$(musl-lib)/libc.a -lgcc -Wl,--end-group $$(musl-lib)/crtn.o
endef
$(eval $(call xenstored,4.14,$R/src-4.14,$R/src-4.14/.done))
$(eval $(call xenstored,4.17,$R/src-xenstored-4.17,$R/src-xenstored-4.17/.done))
$(eval $(call xenstored,4.20,$(SRC)/xen-4.20,$(SRC)/xen-4.20.pin))

# Which tree it is may change, and what is in it.
$R/own/flags: flags = $(abspath $(XEN_SRC))
own-xenstored := $(wildcard $(addprefix $(XEN_SRC)/tools/,xenstore/*.[ch] xenstored/*.[ch]))
$(eval $(call xenstored,own,$(XEN_SRC),$R/own/flags $(own-xenstored)))
endif
