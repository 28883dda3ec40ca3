#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# init-dom0less: what it is given has to be good before anything is touched.
. "$(dirname "$0")/t.sh"

bad() # NAMED ARGUMENT...
{
	named=$(printf '%s' "$1" | sed 's/\\/\\\\/g')	# for sed
	shift
	t "init-dom0less $*" 2 "" init-dom0less "$@"
	ok "init-dom0less $*: one line, and where help is" same \
		"$(sed "1s|^init-dom0less: $named: .*|good|" "$tmp/err")" "good
init-dom0less: try 'init-dom0less --help'"
}

bad 70000 70000
bad 32752 32752
bad a/b a/b
bad 'a b' 'a b'
bad '' ''
bad 'a\x07' "$(printf 'a\007')"
bad 'a\xc3\xa4' "$(printf 'a\303\244')"
bad a/b 1 a/b
for option in -t --timeout; do
	for value in x -1 +1 1x '' ' 1' 1.5 0x10 86401 99999999999999999999; do
		bad "$value" $option "$value"
	done
done
for option in -N --name; do
	bad 1 $option 1
	bad a/b $option 1=a/b
	bad '' $option 1=
	bad 2 $option 1=2
	bad '' $option =web
	bad x $option x=web
	bad 1x $option 1x=web
	bad 70000 $option 70000=web
	bad "a'b" $option "1=a'b"
	bad "$(printf '%0128d' 0 | tr 0 n)" $option "1=$(printf '%0128d' 0 | tr 0 n)"
done
for option in -D --driver-domain; do
	for value in 0 70000 1x web -1 ''; do
		bad "$value" $option "$value"
	done
done

for value in 70000 32752 1x a/b 'a b' ''; do
	bad "$value" -- "$value"
done
t "an operand with a line break" 2 "" init-dom0less "$(printf 'a\nb')"
err_lines 2
has_err '^init-dom0less: a\\x0ab: '

# A device tree that is none.
printf '\320\015\376\355\000\000' >"$tmp/short.dtb"
: >"$tmp/empty.dtb"
echo "a text" >"$tmp/text.dtb"
head -c 4096 /dev/zero >"$tmp/zero.dtb"
head -c 3000000 /dev/zero >"$tmp/large.dtb"
for tree in /nonexistent "$tmp" "$tmp/short.dtb" "$tmp/empty.dtb" "$tmp/text.dtb" \
	"$tmp/zero.dtb" "$tmp/large.dtb" /dev/null; do
	for option in -d --dtb; do
		t "init-dom0less $option $(basename "$tree")" 3 "" init-dom0less $option "$tree"
		err_lines 1
		has_err "^init-dom0less: $tree: "
	done
done

# Without Xen, after all of it was understood.
for arguments in "" -n --dry-run -0 --dom0 -q -v -w -u "-t 0" "-t 86400" 1 web \
	"-N 1=web" "-N 1=web -N 2=db 1 2" "-D 1 -D 32751" "-- web"; do
	t "no Xen: init-dom0less $arguments" 3 "" init-dom0less $arguments
	err_lines 1
	has_err '^init-dom0less: no Xen'
done
t "no Xen: help all the same" 0 ... init-dom0less -v --help
done_testing
