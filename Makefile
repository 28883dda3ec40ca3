# SPDX-License-Identifier: GPL-2.0-only
# dom0less: one static multicall binary. `make help` lists what can be made.

VERSION := 0.1

## Settings, on the command line:
##   ARCH=arm64           or arm, x86_64
##   O=build/$(ARCH)      where the results go
##   CROSS_COMPILE=       compiler prefix; CC= names the compiler itself
##   CFLAGS= CPPFLAGS= LDFLAGS=   appended to ours
##   WERROR=1             warnings are errors
##   V=1                  show the commands
##   DESTDIR= prefix=/usr sbindir=/sbin   for install
##   SETUP=install        or name: what to do about missing packages, see setup
##   DL= SRC= XEN_SRC= LIBFDT_SRC=   downloads and sources, see xen/libs.mk
##
ARCH   ?= arm64
O      ?= build/$(ARCH)
prefix ?= /usr
sbindir ?= /sbin

# ARCH, as the compiler, musl and Debian spell it.
triplets := arm64:aarch64-linux-gnu:aarch64-linux-musl:arm64 \
	arm:arm-linux-gnueabihf:arm-linux-musleabihf:armhf \
	x86_64:x86_64-linux-gnu:x86_64-linux-musl:amd64
arches  := $(foreach t,$(triplets),$(firstword $(subst :, ,$t)))
spelled  = $(word $1,$(subst :, ,$(filter $(ARCH):%,$(triplets))))
gnu     := $(call spelled,2)
$(if $(gnu),,$(error ARCH=$(ARCH): not one of $(arches)))

HOST := $(patsubst armv7%,arm,$(patsubst aarch64,arm64,$(shell uname -m)))
CROSS_COMPILE ?= $(if $(filter $(HOST),$(ARCH)),,$(gnu)-)
ifneq ($(filter default undefined,$(origin CC)),)
CC := $(CROSS_COMPILE)gcc
endif
AR      := $(CROSS_COMPILE)ar
NM      := $(CROSS_COMPILE)nm
OBJCOPY := $(CROSS_COMPILE)objcopy
STRIP   := $(CROSS_COMPILE)strip
HOSTCC  ?= gcc

Q   := $(if $(V),,@)
say  = $(if $(V),,@printf '  %-7s %s\n' $1 $@)

all: $(O)/dom0less

include xen/libs.mk

# What a bare Debian 12 lacks, by purpose. A compiler that the caller names is
# the caller's.
compiler = $(if $(filter $(HOST),$(ARCH)),gcc,gcc-$(subst _,-,$(gnu)))
build-packages  := xz-utils $(if $(filter file,$(origin CC)),$(compiler))
check-packages  := gcc libc6-dev perl jq clang clang-tidy cppcheck qemu-user strace
system-packages := qemu-system-arm device-tree-compiler cpio kmod e2fsprogs

# A tree that is only built leaves the machine as it is: packages are installed for
# who asks for setup or for a test. Any other make names those that are missing.
export SETUP ?= $(if $(filter demo check% setup%,$(MAKECMDGOALS)),install,name)

## setup         install the Debian packages that all this needs (as root); demo and
##               check do that, too, any other make only names what is missing
setup: setup-build setup-check setup-system
setup-build setup-check setup-system: setup-%:
	@xen/setup $($*-packages)

# musl for ARCH, with the kernel's headers, from Debian's packages.
MUSL := $(SRC)/musl-$(ARCH)/usr
$(MUSL)/.done: | setup-build
	$(call say,FETCH)
	@$(fetch) debs bookworm $(call spelled,4) $(SRC)/musl-$(ARCH) \
		musl-dev linux-libc-dev && touch $@

musl-lib := $(MUSL)/lib/$(call spelled,3)
libc-cppflags = -nostdinc -isystem $(MUSL)/include/$(call spelled,3) \
	-isystem $$($(CC) -print-file-name=include) \
	-isystem $(MUSL)/include -isystem $(MUSL)/include/$(gnu)

# Nothing here computes with floats, and src/libc/printf.c prints none: on arm64
# the compiler checks that, and need not save their registers.
machine-arm64 := -mgeneral-regs-only

# Small first; no unwind tables (nobody unwinds), no padding; no path of this machine.
base-cflags = -std=gnu11 -Os -g -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-pie \
	-fstack-protector-strong -fno-strict-aliasing $(machine-$(ARCH)) \
	-ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(O)=build \
	-ffile-prefix-map=$(SRC)=. -ffile-prefix-map=$(XEN_SRC)=xen \
	-ffile-prefix-map=$(LIBFDT_SRC)=dtc
warnings := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wformat=2 -Wundef \
	$(if $(WERROR),-Werror)
own-cppflags := -Isrc -I$(O) -D_GNU_SOURCE -DVERSION='"$(VERSION)"'
base-ldflags := -static -nostdlib -Wl,--gc-sections -Wl,--build-id=none \
	-Wl,-z,noexecstack,-z,norelro,--fatal-warnings

# All objects depend on these files, which change only when the flags do.
flags = $(CC) $(base-cflags) $(warnings) $(own-cppflags) $(lib-cppflags) \
	$(base-ldflags) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)
FORCE:
%/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(flags))' >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

applet-sources := $(sort $(wildcard applets/*.c))
applet-names   := $(patsubst applets/%.c,%,$(applet-sources))
own-sources    := $(sort $(wildcard src/*.c src/libc/*.c)) $(applet-sources)
own-objects    := $(own-sources:%.c=$(O)/obj/%.o)
archives       := $(libs:%=$(O)/lib/%.a)
objects        += $(own-objects)
$(objects): $(O)/flags $(MUSL)/.done

$(own-objects): $(O)/obj/%.o: %.c $(xen-include)/.done | $(O)/applets.h
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(base-cflags) $(warnings) $(own-cppflags) $(xen-cppflags) \
		$(libc-cppflags) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(O)/applets.h: src/applets.awk $(applet-sources) $(O)/link/flags
	$(call say,GEN)
	$(Q)awk -v out=header -f $< $(applet-sources) >$@

# musl's own start files and libc by name: no wrapper, no specs file.
$(O)/link/flags: flags = $(own-objects)
$(O)/dom0less.elf: $(own-objects) $(archives) $(O)/link/flags
	$(call say,LD)
	$(Q)$(CC) $(base-cflags) $(CFLAGS) $(base-ldflags) -Wl,-Map,$(O)/dom0less.map \
		$(LDFLAGS) -o $@ $(musl-lib)/crt1.o $(musl-lib)/crti.o $(filter %.o %.a,$^) \
		-Wl,--start-group $(musl-lib)/libc.a -lgcc -Wl,--end-group $(musl-lib)/crtn.o

## all           $(O)/dom0less, static and stripped; .elf and .map beside it
$(O)/dom0less: $(O)/dom0less.elf
	$(call say,STRIP)
	$(Q)$(STRIP) -s -R .comment -o $@ $<

## xen-4.14      build/xen: Xen 4.14 with our patches and its xenstored, see xen/README
## xenstored     build/xen: static xenstoreds of the pinned releases, or with XEN_SRC=
##               xenstored-own, of that tree
include xen/releases.mk

## man           build/man/*.8, out of the applets' opening comments
SOURCE_DATE_EPOCH ?= $(shell git --git-dir=.git log -1 --format=%ct 2>/dev/null || \
	stat -c %Y Makefile)
man-pages := $(applet-names:%=build/man/%.8)
man: $(man-pages)
$(man-pages): build/man/%.8: applets/%.c src/applets.awk
	$(call say,MAN)
	@mkdir -p $(@D)
	$(Q)awk -v out=man -v version='$(VERSION)' -v date="$$(date -u +%F \
		-d @$(SOURCE_DATE_EPOCH))" -f src/applets.awk $< >$@

## size          text+data and compressed size of every binary built so far
size: $(O)/dom0less
	@for f in build/*/dom0less; do printf '%-24s text+data %6d  xz %6d\n' $$f \
		$$(size $$f | awk 'NR == 2 { print $$1 + $$2 }') $$(xz -9e <$$f | wc -c); done

## baseline      remember the symbol sizes of this build
## bloatcheck    compare the symbol sizes with those remembered
BASELINE ?= build/baseline/$(ARCH)
baseline bloatcheck: $(O)/dom0less
baseline:
	@mkdir -p $(dir $(BASELINE))
	$(NM) -S -t d --size-sort $(O)/dom0less.elf >$(BASELINE)
bloatcheck:
	@$(NM) -S -t d --size-sort $(O)/dom0less.elf | tests/bloatcheck $(BASELINE) -

# The architectures that this make does not build: each by one of its own,
# once the sources are here.
others := $(filter-out $(patsubst build/%,%,$(filter build/$(ARCH),$(O))),$(arches))
$(others:%=arch-%): arch-%: setup-check $(pins)
	$(Q)$(MAKE) --no-print-directory ARCH=$* O=build/$*

# Unit tests run on this machine, under the sanitizers. Each is one file,
# linked with all of the logic and with fakes for the wrappers; a test that
# needs others says links.NAME := FILE... in tests/unit/links.mk.
C := build/check
wrappers := $(patsubst %,src/%.c,main hyp store batch dtb link loop script)
unit-links := $(filter-out $(wrappers),$(wildcard src/*.c)) $(wildcard tests/fake/*.c)
# What else belongs to one folder is made by a .mk file there.
include $(sort $(wildcard initramfs/*.mk src/*/*.mk tests/*/*.mk))
units := $(patsubst tests/unit/%.c,$C/unit/%,$(wildcard tests/unit/*.c))
unit-objects = $(patsubst %.c,$C/obj/%.o,tests/unit/$1.c $(or $(links.$1),$(unit-links)))
unit-sanitize = -fsanitize=address,undefined -fno-sanitize-recover=all
unit-cflags = -std=gnu11 -g -O1 -fno-omit-frame-pointer $(unit-sanitize) $(warnings) \
	-Itests/fake $(xen-cppflags) $(own-cppflags)

$C/flags: flags = $(HOSTCC) $(unit-cflags)

$C/obj/%.o: %.c $C/flags $(xen-include)/.done $(O)/applets.h | setup-check
	$(call say,HOSTCC)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(unit-cflags) -MMD -MP -c -o $@ $<

.SECONDEXPANSION:
.PRECIOUS: $C/obj/%.o
$(units): $C/unit/%: $$(call unit-objects,%)
	$(call say,HOSTLD)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(unit-cflags) -o $@ $^

slow-tests   = $(addprefix tests/build/,dist.t fuzz.t reproducible.t sources.t static.t \
	xenstored.t)
fast-tests   = $(units) $(filter-out $(slow-tests),$(sort $(wildcard tests/cli/*.t tests/build/*.t)))
system-tests = $(sort $(wildcard tests/system/scenarios/*))
DOM0LESS     = $(CURDIR)/build/$(HOST)/dom0less
export SRC HOST DOM0LESS

## demo          boot Xen and two guests, and tell what happens; starts here
demo: setup-system $(or $(filter arch-arm64,$(others:%=arch-%)),$(O)/dom0less)
	@tests/system/demo

## check         every test: check-fast, check-system, and what takes a build
##               or an analysis of everything
## check-fast    unit tests, command lines, the build itself: seconds
## check-system  real Xen with a Linux dom0 and guests, under QEMU
##               TESTS='FILE...' runs only those
check: setup-system
check check-fast: $(units)
check check-fast check-system: $(O)/dom0less $(others:%=arch-%) man
check:        TESTS ?= $(slow-tests) $(fast-tests) $(system-tests)
check-fast:   TESTS ?= $(fast-tests)
check-system: TESTS ?= $(system-tests)
check check-fast check-system:
	@tests/prove -j2 $(TESTS)

## clean         remove what was built, keep downloads and sources
## distclean     remove build/
clean:
	rm -rf $(O) $(arches:%=build/%) build/man $C
distclean:
	rm -rf build

## help          this text
help:
	@sed -n 's/^## \{0,1\}//p' $(filter Makefile %.mk,$(MAKEFILE_LIST))

.DELETE_ON_ERROR:
.PHONY: all setup setup-build setup-check setup-system man size \
	baseline bloatcheck check check-fast check-system demo clean distclean help \
	FORCE $(others:%=arch-%)
-include $(objects:.o=.d) $(shell find $C/obj -name '*.d' 2>/dev/null)
