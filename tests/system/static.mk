# SPDX-License-Identifier: GPL-2.0-only
# Hypervisors that know static memory, which Debian's do not: 4.17 as it is, 4.17 and
# 4.20 with the patches of xen/patches. The scenarios that say
# xen_image=build/xen/xen-4.17-static and the like boot them.

static := $(addprefix $R/xen-,4.17-static-unpatched 4.17-static 4.20-static)

check check-system: $(static)

ifneq ($(ARCH),arm64)
$(static): FORCE
	$(Q)$(MAKE) --no-print-directory ARCH=arm64 O=build/arm64 $@
else

# Static memory is unsupported in these releases.
define configure-static
	@printf 'CONFIG_%s=y\n' EXPERT UNSUPPORTED STATIC_MEMORY \
		>>$(@D)/xen/arch/arm/configs/arm64_defconfig
endef

$R/src-4.17-static-unpatched/.done: $(SRC)/xen-4.17.pin $(lastword $(MAKEFILE_LIST)) | setup-release
	@rm -rf $(@D) && mkdir -p $R && cp -R $(SRC)/xen-4.17 $(@D)
	$(configure-static)
	@touch $@

# What has been compiled already is compiled once.
$R/src-4.17-static/.done: $R/xen-4.17-static-unpatched $(call patches,4.17)
	@rm -rf $(@D) && cp -a $R/src-4.17-static-unpatched $(@D)
	$(call apply-patches,4.17)
	@touch $@

$R/src-4.20-static/.done: $(SRC)/xen-4.20.pin $(call patches,4.19) $(lastword $(MAKEFILE_LIST)) | setup-release
	@rm -rf $(@D) && mkdir -p $R && cp -R $(SRC)/xen-4.20 $(@D)
	$(configure-static)
	$(call apply-patches,4.19)
	@touch $@
endif
