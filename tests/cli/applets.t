#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What every applet owes its users, whatever it does.
. "$(dirname "$0")/t.sh"

version=$(sed -n 's/^VERSION := //p' Makefile)

# Nobody, in an empty root without /proc: help is for those who have nothing.
bare()
{
	mkdir -p "$tmp/root"
	cp "$DOM0LESS" "$tmp/root/dom0less"
	unshare -r --root="$tmp/root" /dom0less "$@" 2>&1 ||
		chroot "$tmp/root" /dom0less "$@"
}

for a in $(dom0less --list); do
	t "$a --help" 0 ... "$a" --help
	cp "$tmp/out" "$tmp/help"
	err_lines 0
	ok "$a: the usage comes first" same "$(head -n 1 "$tmp/help" | cut -c1-$((7 + ${#a})))" "usage: $a"
	ok "$a: help fits 24 x 80" awk 'length > 80 || NR > 24 { exit 1 }' "$tmp/help"
	ok "$a: help is plain ASCII" sh -c '! LC_ALL=C grep -q "[^ -~]" "$1"' - "$tmp/help"
	t "$a -h" 0 "$(cat "$tmp/help")" "$a" -h
	ok "$a: help without root, /proc or anything" same "$(bare "$a" --help)" "$(cat "$tmp/help")"
	# only who waits can miss a deadline
	last=3
	! grep -q -- --timeout "$tmp/help" || last=4
	for status in $(seq 0 $last); do
		ok "$a: exit status $status is explained" \
			grep -qE "(^|[ ;:])$status [a-z]" "$tmp/help"
	done
	for option in -h -q -v -V --help --quiet --verbose --version; do
		ok "$a: help names $option" grep -qE -- "(^|[ ,])$option([ ,]|\$)" "$tmp/help"
	done
	for option in --version -V; do
		t "$a $option" 0 "dom0less $version" "$a" $option
		err_lines 0
	done
	for option in --nosuch -Z; do
		t "$a $option" 2 "" "$a" $option
		err_lines 2
		has_err "^$a: .*(nosuch|Z)"
		has_err "^$a: try '$a --help'\$"
	done
	t "$a --help=x" 2 "" "$a" --help=x
	err_lines 2
	# each long option that takes an argument, without one
	for option in $(grep -oE -- '--[a-z][a-z-]* [A-Z]+' "$tmp/help" | sed 's/ .*//' | sort -u); do
		t "$a $option without its argument" 2 "" "$a" "$option"
		err_lines 2
		has_err "^$a: .*${option#--}"
	done
	t "$a: the first bad option decides" 2 "" "$a" --nosuch --help
	"$a" --help >/dev/full 2>"$tmp/err"
	ok "$a --help >/dev/full" [ $? -eq 1 ]
	ok "$a --help >/dev/full: one line" same "$(cat "$tmp/err")" \
		"$a: cannot write to stdout: No space left on device"
done
done_testing
