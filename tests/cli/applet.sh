# SPDX-License-Identifier: GPL-2.0-only
# What the command lines of all applets share; each test is called like its applet
# and sources this first.
. "$(dirname "$0")/t.sh"
applet=${0##*/}
applet=${applet%.t}

bad() # NAMED ARGUMENT...
{
	named=$(printf '%s' "$1" | sed 's/\\/\\\\/g')	# for sed
	shift
	t "$applet $*" 2 "" $applet "$@"
	ok "$applet $*: one line, and where help is" same \
		"$(sed "1s|^$applet: $named: .*|good|" "$tmp/err")" "good
$applet: try '$applet --help'"
}

# Without Xen, after all of it was understood.
no_xen() # ARGUMENTS...
{
	for arguments; do
		t "no Xen: $applet $arguments" 3 "" $applet $arguments
		err_lines 1
		has_err "^$applet: no Xen"
	done
}

# A device tree that is none.
broken_trees()
{
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
}

# What is no domain.
for value in 70000 32752 1x a/b 'a b' ''; do
	bad "$value" "$value"
	bad "$value" 1 "$value"
	bad "$value" -- "$value"
done
bad 'a\x07' "$(printf 'a\007')"
bad 'a\xc3\xa4' "$(printf 'a\303\244')"
