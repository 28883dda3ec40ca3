# SPDX-License-Identifier: GPL-2.0-only
# Fuzzing with libFuzzer, under ASan and UBSan. A target is a file in this folder;
# corpus/TARGET holds inputs that reach far, found/TARGET those that once failed:
# tests/build/fuzz.t replays both.

## fuzz          each target for FUZZ_SECONDS=60, until something is found
FUZZ_SECONDS ?= 60
check-packages += libclang-rt-dev libjansson-dev
fuzz-targets := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
fuzzers      := $(fuzz-targets:%=$C/fuzz/%)
fuzz-cflags = -std=gnu11 -g -O2 -fno-omit-frame-pointer $(fuzz-sanitize) \
	-fno-sanitize-recover=all -Wall -Wextra -Werror -Itests/fake $(xen-cppflags) $(own-cppflags)
fuzz-sanitize = -fsanitize=fuzzer-no-link,address,undefined

# The logic and its fakes; the applets by files that include them.
fuzz-world = tests/fuzz/parts/common.c tests/fuzz/parts/wrong.c \
	$(wildcard tests/fuzz/applets/*.c) $(filter-out src/clock.c,$(unit-links))
fuzz-links.dtb     := src/dtb.c tests/unit/parts/libfdt.c tests/fuzz/parts/wrong.c
fuzz-links.options = $(fuzz-world)
fuzz-links.devices = $(fuzz-world)
fuzz-links.nodes   = $(fuzz-world)
fuzz-links.report  = $(fuzz-world)
fuzz-links.store   := src/store.c src/batch.c src/clock.c \
	tests/fuzz/parts/xenstore.c tests/fuzz/parts/wrong.c
fuzz-links = $(patsubst %.c,$C/fuzz/obj/%.o,tests/fuzz/$1.c $(fuzz-links.$1))

# A message is looked at and not written, no log is opened; store.c is alone with
# the input, and libxenstore with store.c. libfdt: see tests/unit/links.mk.
$C/fuzz/obj/src/msg.o: fuzz-cflags += -Dwrite=fuzz_message -Dopen=fuzz_no_file
$C/fuzz/obj/src/store.o: fuzz-cflags += $(foreach f,read write send recv setsockopt connect poll,-D$f=fuzz_$f)
$C/fuzz/obj/src/batch.o: fuzz-cflags += -include stdint.h
$C/fuzz/obj/tests/fuzz/parts/xenstore.o: fuzz-cflags += -w $(lib-cppflags) \
	-I$(XEN_SRC)/tools/libs/store -I$(XEN_SRC)/tools/xenstore -I$(XEN_SRC)/tools/libs/toolcore \
	$(foreach f,read connect,-D$f=store_io_$f) \
	$(foreach f,sendmsg writev,-D$f=fuzz_$f)
$C/fuzz/obj/tests/unit/parts/libfdt.o: fuzz-cflags += -fno-sanitize=alignment -w

$C/fuzz/flags: flags = $(fuzz-cflags)
$C/fuzz/obj/%.o: %.c $C/fuzz/flags $(xen-include)/.done $(O)/applets.h | setup-check
	$(call say,CLANG)
	@mkdir -p $(@D)
	$(Q)clang $(fuzz-cflags) -MMD -MP -c -o $@ $<

$(foreach t,$(fuzz-targets),$(eval $C/fuzz/$t: $(call fuzz-links,$t)))
$(fuzzers):
	$(call say,CLANGLD)
	@mkdir -p $(@D)
	$(Q)clang -fsanitize=fuzzer,address,undefined -o $@ $^ -ljansson

fuzz: $(fuzzers)
	@tests/fuzz/run $(FUZZ_SECONDS) $(fuzz-targets)

# For make hardening: what is counted here, and each target once more for a while;
# and the unit tests in which every call fails once.
failing-units := attach init-dom0less dom0less-list dom0less-status dom0less-attach \
	dom0less-shutdown store privcmd
export FUZZ_SECONDS
hardening-tests += tests/build/fuzz.t tests/fuzz/hunt.t \
	$(patsubst %,$C/unit/%,$(failing-units))
hardening: $(fuzzers) $(patsubst %,$C/unit/%,$(failing-units))

ifneq ($(filter undefined,$(origin TESTS))$(filter %/fuzz.t,$(TESTS)),)
check: $(fuzzers)
endif
.PHONY: fuzz
-include $(shell find $C/fuzz/obj -name '*.d' 2>/dev/null)
