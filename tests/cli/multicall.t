#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# dom0less itself: how it finds its applets, and what it says and returns.
. "$(dirname "$0")/t.sh"

applets=$(dom0less --list)
version=$(sed -n 's/^VERSION := //p' Makefile)

# Every way to be asked for help.
t "no arguments" 0 ... dom0less
cp "$tmp/out" "$tmp/overview"
err_lines 0
has_out '^usage: dom0less APPLET'
for a in $applets; do
	has_out "^ +$a +[a-z].*[^.]\$"
done
for option in --help -h; do
	t "$option" 0 "$(cat "$tmp/overview")" dom0less $option
	err_lines 0
done
ok "the overview fits 24 x 80" awk 'length > 80 || NR > 24 { exit 1 }' "$tmp/overview"

t "--list" 0 "$(ls applets | sed 's/\.c$//' | LC_ALL=C sort)" dom0less --list
err_lines 0
for option in --version -V; do
	t "$option" 0 "dom0less $version" dom0less $option
	err_lines 0
done

# What is not there.
t "unknown applet" 127 "" dom0less nosuch
ok "one line" same "$(cat "$tmp/err")" "dom0less: nosuch: applet not found"
t "an applet without a name" 127 "" dom0less ""
err_lines 1
t "a hostile name" 127 "" dom0less "$(printf 'a\033[2Jb\nc')"
ok "is escaped" same "$(cat "$tmp/err")" 'dom0less: a\x1b[2Jb\x0ac: applet not found'
t "help for an unknown applet" 127 "" dom0less --help nosuch
ok "one line" same "$(cat "$tmp/err")" "dom0less: nosuch: applet not found"
for option in --nosuch -x --; do
	t "unknown option $option" 2 "" dom0less $option
	ok "unknown option $option: one line, and where help is" same "$(cat "$tmp/err")" \
		"dom0less: $option: unknown option
dom0less: try 'dom0less --help'"
done

# Each name that leads to an applet, and to the multiplexer.
for a in $applets; do
	"$DOM0LESS" "$a" --help >"$tmp/help"
	help=$(cat "$tmp/help")
	brief=${a%-dom0less}
	brief=${brief#dom0less-}
	t "$a" 0 "$help" "$a" --help
	t "dom0less $a" 0 "$help" dom0less "$a" --help
	t "dom0less $brief" 0 "$help" dom0less "$brief" --help
	t "dom0less --help $a" 0 "$help" dom0less --help "$a"
	t "dom0less --help $brief" 0 "$help" dom0less --help "$brief"
	t "dom0less /path/to/$a" 0 "$help" dom0less "/path/to/$a" --help
	t "argv[0] is /x/y/$a" 0 "$help" with_args "/x/y/$a" --help
	t "argv[0] is $brief" 127 "" with_args "$brief" --help
done
for name in dom0less dom0less-aarch64 dom0less.old /sbin/dom0less ./dom0less-x/dom0less-y; do
	t "argv[0] is $name" 0 "$applets" with_args $name --list
done
t "argv[0] is another" 127 "" with_args busybox --list
ok "one line" same "$(cat "$tmp/err")" "dom0less: busybox: applet not found"
t "argv[0] is half a name" 127 "" with_args dom0les --list
t "argv[0] is empty" 127 "" with_args "" --list
err_lines 1
t "argv[0] is a folder" 127 "" with_args "/sbin/dom0less/" --list
err_lines 1

# Linux 5.18 and later pass an empty argument instead of none at all.
with_args >"$tmp/out" 2>"$tmp/err" </dev/null
ok "argc is 0: status $?" [ $? -eq 0 -o $? -eq 127 ]

# A result that nobody could read is no result.
for arguments in "" --list --version --help "--help init" "init --help" "init --version"; do
	dom0less $arguments >/dev/full 2>"$tmp/err"
	ok "/dev/full: dom0less $arguments" [ $? -eq 1 ]
	ok "/dev/full: dom0less $arguments: one line" same "$(sed 's/.*: cannot/cannot/' "$tmp/err")" \
		"cannot write to stdout: No space left on device"
	dom0less $arguments >&- 2>"$tmp/err"
	ok "stdout closed: dom0less $arguments" [ $? -eq 1 ]
done
dom0less --nosuch >/dev/full 2>"$tmp/err"
ok "/dev/full changes no other status" [ $? -eq 2 ]
dom0less --list 2>&- >"$tmp/out"
ok "stderr may be closed" same "$(cat "$tmp/out")" "$applets"
done_testing
