# SPDX-License-Identifier: GPL-2.0-only
# Static analysis. Each file of the product and of the tests by gcc -fanalyzer and by
# clang-tidy, all of them by cppcheck. What they say is kept in a file for each
# and shown by tests/build/static.t; an empty one is a good one, made anew only
# when something in it has changed.

## static        only what gcc -fanalyzer, clang-tidy and cppcheck have to say
static-cc     = $(HOSTCC)
static-cflags = -std=gnu11 -O2 -Wall -Wextra $(xen-cppflags) $(own-cppflags)
# not bad.c, which is, and not what only includes files of others
static-tests   := $(filter-out tests/static/bad.c tests/fuzz/parts/xenstore.c \
	tests/unit/parts/libfdt.c,$(wildcard tests/*/*.c tests/*/*/*.c))
static-files   := $(own-sources) $(static-tests) tests/static/bad.c
static-results := $(static-files:%.c=$C/static/%.said) $C/static/cppcheck.said \
	$C/static/tests/static/bad.cppcheck

$C/static/tests/%.said: static-cflags += -Itests/fake
# The guest is for one machine only.
$C/static/tests/guest/%.said: static-cc = $(if $(filter arm64,$(HOST)),,aarch64-linux-gnu-)gcc
$C/static/tests/guest/%.said: static-cflags = $(guest-cflags)
$C/static/tests/guest/%.said: static-target = --target=aarch64-linux-gnu

$C/static/flags: flags = $(static-cflags)
$C/static/%.said: %.c .clang-tidy src/libc/.clang-tidy tests/.clang-tidy \
		$C/static/flags $(xen-include)/.done $(O)/applets.h | setup-check
	$(call say,STATIC)
	@mkdir -p $(@D)
	$(Q)$(static-cc) $(static-cflags) -fanalyzer -MMD -MP -MF $(@:.said=.d) -MT $@ \
		-c -o /dev/null $< 2>$@.new || echo 'gcc failed' >>$@.new
	$(Q)clang-tidy --quiet $< -- $(static-target) $(static-cflags) >>$@.new \
		2>/dev/null || echo 'clang-tidy failed' >>$@.new
	$(Q)mv $@.new $@

# Of the tests only what may be wrong: no advice on style. readdir() is as good
# as readdir_r() where there is one thread; memory that has no file has no descriptor.
cppcheck = cppcheck -q --enable=warning,performance,portability --inline-suppr \
	--std=c11 --library=posix --error-exitcode=1 --suppress=readdirCalled \
	--suppress=invalidFunctionArg:tests/fake/world.c --suppress=invalidFunctionArg:src/dtb.c \
	-D_GNU_SOURCE '-DVERSION="0"' -Isrc -I$(O) -Itests/fake
cppcheck-files = $(filter-out tests/static/bad.c,\
	$(wildcard tests/*/*.c tests/*/*/*.c))

$C/static/cppcheck.said: $(own-sources) $(cppcheck-files) \
		$(wildcard src/*.h tests/*/*.h) tests/static/static.mk $(O)/applets.h | setup-check
	$(call say,STATIC)
	@mkdir -p $(@D)
	$(Q)$(cppcheck) --enable=style --suppress=variableScope $(own-sources) >$@.new 2>&1; \
		$(cppcheck) $(cppcheck-files) >>$@.new 2>&1; mv $@.new $@
$C/static/%.cppcheck: %.c tests/static/static.mk | setup-check
	@mkdir -p $(@D)
	$(Q)$(cppcheck) $< >$@ 2>&1; :

static: static-results
	@cat $(filter-out %/bad.said %.cppcheck,$(static-results))
	@! cat $(filter-out %/bad.said %.cppcheck,$(static-results)) | grep -q .

# Two at a time, unless it was said how many.
static-results:
	$(Q)$(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j2) static-said
static-said: $(static-results)
	@:

# make TESTS=... has no need of them, unless it asks.
ifneq ($(filter undefined,$(origin TESTS))$(filter %/static.t,$(TESTS)),)
check: static-results
endif
.PHONY: static static-results static-said
-include $(shell find $C/static -name '*.d' 2>/dev/null)
