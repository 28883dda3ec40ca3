# SPDX-License-Identifier: GPL-2.0-only
# What is given away, see src/dist/release.

RELEASE ?= build/release
dist-arches := $(foreach t,$(triplets),\
	$(firstword $(subst :, ,$t)):$(lastword $(subst :, ,$t)))
dist-binaries := $(if $(filter build/$(ARCH),$(O)),$(O)/dom0less)

## dist          build/release: source tarball, static binaries, licences, a bill of
##               materials, and sources/, with which "make DL=.../sources" of the
##               tarball needs no network
dist: setup-dist $(dist-binaries) $(others:%=arch-%) $(pins)
	$(if $(and $(xen-pin),$(fdt-pin)),,$(error dist: only of the pinned sources))
	$(call say,DIST)
	$(Q)SRC='$(SRC)' SOURCE_DATE_EPOCH='$(SOURCE_DATE_EPOCH)' \
		src/dist/release $(VERSION) $(RELEASE) $(dist-arches)

setup: setup-dist
setup-dist: setup-build
	@xen/setup jq xz-utils

clean: clean-dist
clean-dist:
	rm -rf $(RELEASE)

.PHONY: dist setup-dist clean-dist
