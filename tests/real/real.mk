# SPDX-License-Identifier: GPL-2.0-only
# Questions to Xen and xenstored, once for the fakes and once for real ones: see
# scenarios/fakes, which compares the answers.

questions := build/guest/questions
answers   := $C/real/answers-c $C/real/answers-ocaml

check check-system: $(questions) $(answers)

real-objects := $(patsubst %.c,$C/obj/%.o,tests/real/questions.c tests/real/fakes.c \
	$(filter-out src/clock.c,$(unit-links)))

$C/real/questions: $(real-objects)
	$(call say,HOSTLD)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(unit-cflags) -o $@ $^

$(answers): $C/real/answers-%: $C/real/questions
	$(call say,ASK)
	$(Q)$< $* >$@

# Any other architecture's make leaves it to one for arm64.
ifneq ($(ARCH),arm64)
$(questions): FORCE
	$(Q)$(MAKE) --no-print-directory ARCH=arm64 O=build/arm64 $@
else
real-sources := tests/real/questions.c tests/real/real.c src/hyp.c src/store.c \
	src/batch.c src/clock.c $(wildcard src/libc/*.c)

$(O)/obj/tests/real/%.o: tests/real/%.c $(O)/flags $(xen-include)/.done $(MUSL)/.done
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(base-cflags) $(warnings) $(own-cppflags) $(libc-cppflags) -MMD -MP -c -o $@ $<

$(questions): $(real-sources:%.c=$(O)/obj/%.o) $(archives)
	$(call say,LD)
	@mkdir -p $(@D)
	$(Q)$(CC) $(base-cflags) $(base-ldflags) -s -o $@ $(musl-lib)/crt1.o $(musl-lib)/crti.o \
		$(filter %.o %.a,$^) -Wl,--start-group $(musl-lib)/libc.a -lgcc -Wl,--end-group \
		$(musl-lib)/crtn.o
endif
-include $(wildcard $(O)/obj/tests/real/*.d)
