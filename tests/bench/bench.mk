# SPDX-License-Identifier: GPL-2.0-only
# What init-dom0less costs, beside upstream's: see run.

## bench         measure init-dom0less beside upstream's: build/bench.json, bench.svg
bench: setup-system setup-check guest build/bench/measure $(if $(filter arm64,$(ARCH)),$(O)/dom0less,arch-arm64)
	@tests/bench/run
check check-system: build/bench/measure
.PHONY: bench

# Any other architecture's make leaves it to one for arm64.
ifneq ($(ARCH),arm64)
build/bench/measure: FORCE
	$(Q)$(MAKE) --no-print-directory ARCH=arm64 O=build/arm64 $@
else
build/bench/measure: tests/bench/measure.c $(O)/flags $(xen-include)/.done
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -mgeneral-regs-only,$(base-cflags)) $(warnings) \
		-D__XEN_TOOLS__ -D_GNU_SOURCE $(libc-cppflags) -isystem $(xen-include) \
		$(base-ldflags) -s -o $@ $(musl-lib)/crt1.o $(musl-lib)/crti.o $< \
		-Wl,--start-group $(musl-lib)/libc.a -lgcc -Wl,--end-group $(musl-lib)/crtn.o
endif
