# SPDX-License-Identifier: GPL-2.0-only
# A kernel of a few KiB for domains that only talk to xenstore: see README.
# Freestanding; the headers are the public ones of Xen's sources.

## guest         build/guest/tiny: a kernel that only uses its xenstore

guest-sources := $(sort $(wildcard tests/guest/*.c tests/guest/*.S))
guest-objects := $(patsubst tests/guest/%,build/guest/%.o,$(basename $(guest-sources)))
guest-cflags := -std=gnu11 -Os -g -ffreestanding -fpie -mgeneral-regs-only \
	-mno-outline-atomics -fno-asynchronous-unwind-tables -fno-stack-protector -fno-builtin \
	-ffunction-sections -fdata-sections $(warnings) -D__XEN_TOOLS__ -isystem $(xen-include)

guest: build/guest/tiny
check check-system: guest
.PHONY: guest

# Any other architecture's make leaves it to one for arm64.
ifneq ($(ARCH),arm64)
build/guest/tiny: FORCE
	$(Q)$(MAKE) --no-print-directory ARCH=arm64 O=build/arm64 $@
else
build/guest/flags: flags = $(CC) $(guest-cflags)

build/guest/%.o: tests/guest/%.c build/guest/flags $(xen-include)/.done
	$(call say,CC)
	$(Q)$(CC) $(guest-cflags) -MMD -MP -c -o $@ $<

build/guest/%.o: tests/guest/%.S build/guest/flags
	$(call say,AS)
	$(Q)$(CC) $(guest-cflags) -MMD -MP -c -o $@ $<

build/guest/tiny.elf: tests/guest/guest.lds $(guest-objects)
	$(call say,LD)
	$(Q)$(CC) -nostdlib -static-pie -Wl,--no-dynamic-linker -Wl,-z,norelro \
		-Wl,--gc-sections -Wl,--build-id=none -Wl,--no-warn-rwx-segments -T $^ -o $@

build/guest/tiny: build/guest/tiny.elf
	$(call say,OBJCOPY)
	$(Q)$(OBJCOPY) -O binary $< $@

-include $(guest-objects:.o=.d)
endif
