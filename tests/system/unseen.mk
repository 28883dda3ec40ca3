# SPDX-License-Identifier: GPL-2.0-only
# Xen 4.14 once more, with interface versions that no release has: what a Xen
# looks like that is newer than dom0less. Its xenstored knows them.

unseen := $R/xen-4.14-unseen $R/xenstored-4.14-unseen

check check-system: $(unseen)

ifneq ($(ARCH),arm64)
$(unseen): FORCE
	$(Q)$(MAKE) --no-print-directory ARCH=arm64 O=build/arm64 $@
else
$R/src-4.14-unseen/.done: $R/xen-4.14 $(lastword $(MAKEFILE_LIST))
	$(call say,PATCH)
	@rm -rf $(@D) && cp -a $R/src-4.14 $(@D)
	@cd $(@D) && sed -i 's/XEN_[A-Z]*_INTERFACE_VERSION/(& + 0x60)/' \
		xen/common/domctl.c xen/common/sysctl.c tools/libxc/xc_private.h
	@touch $@

$(eval $(call xenstored,4.14-unseen,$R/src-4.14-unseen,$R/src-4.14-unseen/.done))
endif
