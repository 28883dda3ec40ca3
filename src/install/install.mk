# SPDX-License-Identifier: GPL-2.0-only
# What is put where. What starts init-dom0less at boot is for who wants it: INIT=

## install       the binary, a link for each applet, the man pages
links = $(addprefix $(DESTDIR)$(sbindir)/,$(applet-names)) \
	$(DESTDIR)$(prefix)/lib/xen/bin/init-dom0less
mandir = $(DESTDIR)$(prefix)/share/man/man8
install: $(O)/dom0less man
	install -d $(sort $(dir $(links))) $(mandir)
	install -m 555 $(O)/dom0less $(DESTDIR)$(sbindir)/dom0less
	for l in $(links); do ln -sfr $(DESTDIR)$(sbindir)/dom0less $$l; done
	install -m 644 $(man-pages) $(mandir)

## uninstall     undoes install
uninstall:
	rm -f $(links) $(DESTDIR)$(sbindir)/dom0less $(man-pages:build/man/%=$(mandir)/%)

sysconfdir ?= /etc
unitdir    ?= $(prefix)/lib/systemd/system

## install INIT=...   and what starts it at boot: systemd, openrc, busybox or several.
##               uninstall with the same INIT= takes that away, too; install-systemd
##               (-openrc, -busybox) puts only that there. sysconfdir=/etc unitdir=
##               systemd   the unit xen-init-dom0less.service, not enabled
##               openrc    /etc/init.d/xen-init-dom0less, in no runlevel
##               busybox   lines in /etc/inittab, which must be there: see them in
##                         src/install/busybox/inittab
# systemd-analyze and systemctl, for the tests
check-packages += systemd
check check-system: setup-check

inits := systemd openrc busybox
$(foreach i,$(filter-out $(inits),$(INIT)),$(error INIT=$i: not one of $(inits)))
install: $(INIT:%=install-%)
uninstall: $(INIT:%=uninstall-%)

units-of-ours := $(addprefix xen-init-dom0less,.service -late.service)
unit    = $(addprefix $(DESTDIR)$(unitdir)/,$(units-of-ours))
rc      = $(DESTDIR)$(sysconfdir)/init.d/xen-init-dom0less
inittab = $(DESTDIR)$(sysconfdir)/inittab
filled-in = sed 's|@sbindir@|$(sbindir)|'

install-systemd:
	install -d $(DESTDIR)$(unitdir)
	for u in $(units-of-ours); do $(filled-in) src/install/systemd/$$u | \
		install -m 644 /dev/stdin $(DESTDIR)$(unitdir)/$$u || exit; done
uninstall-systemd:
	rm -f $(unit)

install-openrc:
	install -d $(dir $(rc))
	$(filled-in) src/install/openrc/$(notdir $(rc)) | install -m 755 /dev/stdin $(rc)
uninstall-openrc:
	rm -f $(rc)

install-busybox uninstall-busybox:
	sed -i '/^# dom0less: begin$$/,/^# dom0less: end$$/d' $(inittab)
	$(if $(filter install-%,$@),$(filled-in) src/install/busybox/inittab >>$(inittab))

.PHONY: install uninstall $(inits:%=install-%) $(inits:%=uninstall-%)
