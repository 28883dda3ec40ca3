#!/bin/sh
# make install and make uninstall.
. "$(dirname "$0")/tap.sh"

d=$tmp/dest
install()	# what is there already, whatever flags it was built with
{
	make -s -o "build/$HOST/dom0less" "$@" ARCH="$HOST" DESTDIR="$d"
}

ok "install" install install
is "the binary cannot be written through a link" "$(stat -c %a "$d/sbin/dom0less")" 555
for l in $(ls applets | sed -n 's|\(.*\)\.c$|sbin/\1|p') \
	usr/lib/xen/bin/init-dom0less; do
	is "$l is the binary" "$(readlink -f "$d/$l")" "$(readlink -f "$d/sbin/dom0less")"
	has "$l works when moved elsewhere" "$(readlink "$d/$l")" '^[^/]'
done
ok "man pages" test -s "$d/usr/share/man/man8/init-dom0less.8"
ok "install twice" install install
ok "uninstall" install uninstall
is "nothing is left" "$(find "$d" ! -type d)" ""
ok "other folders" install install prefix=/opt sbindir=/opt/bin
ok "are used" test -x "$d/opt/bin/dom0less" -a -x "$d/opt/lib/xen/bin/init-dom0less"
ok "and nothing else is" test -z "$(find "$d" ! -type d ! -path "$d/opt/*")"
done_testing
