# SPDX-License-Identifier: GPL-2.0-only
# A whole dom0 in an initramfs, for arm64: busybox, xenstored, dom0less and /init.
#
## initramfs     build/arm64/dom0.cpio.gz: a whole dom0 in a megabyte, see README
##               BUSYBOX=FILE       a static busybox, by default Debian's
##               XEN=4.17           whose xenstored: 4.14 (patched), 4.17 or 4.20;
##                                  own: that of the tree that XEN_SRC names
##               XENSTORED=FILE     a static xenstored, of the hypervisor's release
##               KERNEL_MODULES=DIR /lib/modules/RELEASE of dom0's kernel; the image
##                                  gets those of Xen that are not built in

XEN       ?= 4.17
BUSYBOX   ?= $(SRC)/busybox-arm64/bin/busybox
XENSTORED ?= $R/xenstored-$(XEN)
image := $(if $(filter arm64,$(ARCH)),$O,build/arm64)/dom0.cpio.gz
# The same with modules of the kernel that the tests boot.
test-image := $C/dom0.cpio.gz
initramfs-packages := cpio gzip kmod xz-utils zstd

initramfs: $(image)
check check-fast: setup-initramfs $(image)
check check-system: $(test-image)

setup: setup-initramfs
setup-initramfs: setup-build
	@xen/setup $(initramfs-packages)

.PHONY: initramfs setup-initramfs

# Any other architecture's make leaves it to one for arm64.
ifneq ($(ARCH),arm64)
$(image) $(test-image): FORCE
	$(Q)$(MAKE) --no-print-directory ARCH=arm64 O=build/arm64 $@
else

$(SRC)/busybox-arm64/bin/busybox: | setup-build
	$(call say,FETCH)
	@$(fetch) debs bookworm arm64 $(SRC)/busybox-arm64 busybox-static && touch $@

# README's card, word by word.
$O/initramfs/recovery: README
	$(call say,GEN)
	@mkdir -p $(@D)
	@sed -n '/^Recovery from the console$$/,/^How it works$$/p' $< | sed '$$d' >$@
	@grep -q init-dom0less $@

linux := build/parts/linux-6.1
$(linux)/stamp: FORCE | setup-system
	@tests/system/parts linux 6.1 >/dev/null

image-parts := $O/dom0less $(BUSYBOX) $(XENSTORED) $O/initramfs/recovery \
	$(addprefix initramfs/,files init inittab kernel modules pack profile shutdown)
pack-image   = initramfs/pack $@ dom0less=$O/dom0less busybox=$(BUSYBOX) \
	xenstored=$(XENSTORED) recovery=$O/initramfs/recovery
MODULES     ?=
test-modules = virtio_mmio virtio_net virtio_blk ext4
$O/initramfs/flags: flags = $(pack-image) $(KERNEL_MODULES) $(MODULES)

$(image): $(image-parts) $(wildcard $(KERNEL_MODULES)) $O/initramfs/flags | setup-initramfs
	$(call say,PACK)
	$(Q)$(pack-image) $(addprefix modules=,$(KERNEL_MODULES)) \
		$(addprefix module=,$(MODULES))
$(test-image): $(image-parts) $(linux)/stamp | setup-initramfs
	$(call say,PACK)
	$(Q)mkdir -p $(@D) && $(pack-image) modules=$(linux)/modules \
		$(addprefix module=,$(test-modules))
endif
