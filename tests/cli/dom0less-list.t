#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# dom0less-list: what it is given has to be good before anything is touched.
. "$(dirname "$0")/observers.sh"

# A device tree that is none.
printf '\320\015\376\355\000\000' >"$tmp/short.dtb"
: >"$tmp/empty.dtb"
echo "a text" >"$tmp/text.dtb"
head -c 4096 /dev/zero >"$tmp/zero.dtb"
head -c 3000000 /dev/zero >"$tmp/large.dtb"
for tree in /nonexistent "$tmp" "$tmp/short.dtb" "$tmp/empty.dtb" "$tmp/text.dtb" \
	"$tmp/zero.dtb" "$tmp/large.dtb" /dev/null; do
	for option in -d --dtb; do
		t "$applet $option $(basename "$tree")" 3 "" $applet $option "$tree"
		err_lines 1
		has_err "^$applet: $tree: "
	done
done
t "a broken tree as JSON" 3 "" $applet -j -d "$tmp/text.dtb"

no_xen "" -l --long -q -v -p --parsable -j --json "-o domid" "--output name,state" \
	"-jlp -o advice" 1 web "-- web" "0 32751"
done_testing
