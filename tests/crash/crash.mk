# SPDX-License-Identifier: GPL-2.0-only
# dom0less that dies at the N-th thing it does, for the scenarios crash*: the
# objects of the ordinary one, with die.c between them and their system calls.

crash-wrapped := ioctl mmap munmap socket connect send recv read write open access stat lstat fstat \
	rename unlink flock close \
	hyp_ring_clear hyp_ring_set_connection hyp_grant_set attach_begin

## crash         build/arm64-crash/dom0less: dies at the call it is told
crash: build/arm64-crash/dom0less
check check-system: crash
.PHONY: crash hardening

## hardening     only the tests that kill, attack and race, and what they counted
hardening-tests += $(wildcard $(addprefix tests/system/scenarios/,crash* hostile races beside-xl*))
hardening: setup-system crash guest $(O)/dom0less $(others:%=arch-%)
	@tests/prove -j2 $(hardening-tests)

ifneq ($(ARCH),arm64)
build/arm64-crash/dom0less: FORCE
	$(Q)$(MAKE) --no-print-directory ARCH=arm64 O=build/arm64 $@
else
build/arm64-crash/die.o: tests/crash/die.c $(O)/flags $(xen-include)/.done
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(base-cflags) $(warnings) $(own-cppflags) $(xen-cppflags) $(libc-cppflags) -MMD -MP -c -o $@ $<

build/arm64-crash/dom0less: build/arm64-crash/die.o $(own-objects) $(archives) tests/crash/crash.mk
	$(call say,LD)
	$(Q)$(CC) $(base-cflags) $(base-ldflags) -s $(crash-wrapped:%=-Wl,--wrap=%) -o $@ \
		$(musl-lib)/crt1.o $(musl-lib)/crti.o $(filter %.o %.a,$^) \
		-Wl,--start-group $(musl-lib)/libc.a -lgcc -Wl,--end-group $(musl-lib)/crtn.o

-include build/arm64-crash/die.d
endif
