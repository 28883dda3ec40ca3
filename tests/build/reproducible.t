#!/bin/sh
# Two builds in two folders, with all that may differ different: one result.
. "$(dirname "$0")/tap.sh"

a=$tmp/a
b=$tmp/another/folder/with/a/longer/name
copy_tree "$a"
copy_tree "$b"
ln -s "$sources" "$b/sources"

( umask 022; LC_ALL=C TZ=UTC make -C "$a" SRC="$sources" \
	all initramfs >"$tmp/a.log" 2>&1 ) &
( umask 077; LC_ALL=C.UTF-8 TZ=Asia/Tokyo SOURCE_DATE_EPOCH=1 USER=nobody \
	make -C "$b" -j2 SRC=sources O=out all initramfs >"$tmp/b.log" 2>&1 )
ok "builds in a long path, with relative folders" [ -x "$b/out/dom0less" ]
[ -x "$b/out/dom0less" ] || tail -n 5 "$tmp/b.log" | sed 's/^/# /'
wait
ok "builds in a short path, with absolute folders" [ -x "$a/build/arm64/dom0less" ]
[ -x "$a/build/arm64/dom0less" ] || tail -n 5 "$tmp/a.log" | sed 's/^/# /'
ok "both are the same, bit for bit" cmp "$a/build/arm64/dom0less" "$b/out/dom0less"
ok "so is the image of a dom0" cmp "$a/build/arm64/dom0.cpio.gz" "$b/out/dom0.cpio.gz"

again()
{
	make -C "$a" --no-print-directory SRC="$sources" "$@" 2>&1
}

is "a second make does nothing" "$(again)" ""
is "nor with flags that are the same in the end" "$(again CFLAGS=)" ""
touch "$a/src/hyp.h"
out=$(again)
has "a touched header rebuilds what includes it" "$out" 'CC .*obj/src/hyp\.o'
ok "and links" matches "$out" 'LD .*dom0less'
ok "and no library" fails matches "$out" 'obj/(xen|dtc)/lib'
has "other flags rebuild" "$(again CFLAGS=-O1 build/arm64/obj/src/hyp.o)" \
	'CC .*obj/src/hyp\.o'
done_testing
