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

rm -rf "$d"
ok "as a Xen that is built by hand does" install install prefix=/usr/local
ok "is used" test -x "$d/usr/local/lib/xen/bin/init-dom0less"
rm -rf "$d"

# What starts it at boot. That each does is for tests/system/scenarios/boot-*.
all='systemd openrc busybox'
unit=$d/usr/lib/systemd/system/xen-init-dom0less.service
rc=$d/etc/init.d/xen-init-dom0less
rm -rf "$d"
out=$(install install INIT=vax 2>&1)
has "an init that nobody knows is refused" "$out" 'INIT=vax: not one of systemd openrc busybox'
ok "before anything is installed" [ ! -e "$d" ]
ok "no inittab, nothing to add lines to" fails install install-busybox
mkdir -p "$d/etc"
printf '::sysinit:/bin/mount -a\n::respawn:/bin/sh\n' >"$d/etc/inittab"
cp "$d/etc/inittab" "$tmp/inittab"
ok "install INIT=" install install INIT="$all" sbindir=/usr/sbin
ok "and again" install install INIT="$all" sbindir=/usr/sbin
is "the unit runs what was installed" "$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$unit")" \
	/usr/sbin/init-dom0less
is "so does the script of OpenRC" "$(grep -o '[^	]*/init-dom0less' "$rc" | uniq)" /usr/sbin/init-dom0less
ok "which can be executed" [ -x "$rc" ]
is "so does the inittab, once" "$(grep -c 'exec /usr/sbin/init-dom0less --dom0' "$d/etc/inittab")" 1
for late in "${unit%.service}-late.service" "$rc" "$d/etc/inittab"; do
	ok "${late##*/} notifies guests that listen late" \
		grep -q '/usr/sbin/init-dom0less --wait --timeout 86400 --kmsg' "$late"
done
is "whose other lines come first" "$(head -n 2 "$d/etc/inittab")" "$(cat "$tmp/inittab")"
is "no command there is too long for busybox" \
	"$(sed -n 's/^::[a-z]*://p' "$d/etc/inittab" | awk 'length > 200')" ""
is "nothing is left to be filled in" "$(grep -r @ "${unit%/*}" "$rc" "$d/etc/inittab")" ""

# Builders of images have the files put there where nothing can be compiled.
copy_tree "$tmp/tree"
ok "the files alone want no compiler and no network" \
	env -i PATH=/usr/bin:/bin make -s -C "$tmp/tree" install-systemd install-openrc \
	DESTDIR="$tmp/root" CC=false HOSTCC=false
is "and leave the tree as it is" "$(diff -rq -x build -x .git . "$tmp/tree" 2>&1; ls "$tmp/tree/build" 2>/dev/null)" ""
is "they are what they say" "$(cd "$tmp/root" && find . -type f | sort | xargs)" \
	'./etc/init.d/xen-init-dom0less ./usr/lib/systemd/system/xen-init-dom0less-late.service ./usr/lib/systemd/system/xen-init-dom0less.service'

# systemd's own opinion, among Xen's own units: they come as templates.
units=${unit%/*}
for from in "$sources"/xen-4.17/tools/hotplug/Linux/systemd/*.in; do
	sed 's|@[^ ]*@|/usr/lib/xen|g' "$from" >"$units/$(basename "$from" .in)"
done
cp /lib/systemd/system/*.target "$units"
mkdir "$d/bin"
cp /bin/grep "$d/bin"
verify()
{
	systemd-analyze verify --man=no --root="$d" "${unit##*/}" 2>&1
}
is "systemd-analyze verify has nothing to say" "$(verify)" ""
sed -i.orig 's/^Before=/Befor=/' "$unit"
has "it would have" "$(verify)" 'Befor'
mv "$unit.orig" "$unit"
find "$units" "$d/bin" ! -type d ! -path "$unit" -exec rm {} +
ok "uninstall INIT=" install uninstall INIT="$all" sbindir=/usr/sbin
is "leaves only the inittab" "$(find "$d" ! -type d)" "$d/etc/inittab"
ok "as it was" cmp "$d/etc/inittab" "$tmp/inittab"
done_testing
