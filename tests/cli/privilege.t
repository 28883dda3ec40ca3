#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the binary opens, and whom it serves. How far it gets here, without Xen;
# tests/unit/hyp.c sees what it opens where there is one.
. "$(dirname "$0")/t.sh"

# A copy that runs as its owner for whoever starts it. /tmp may be mounted so
# that this means nothing, and only root can make one for others.
own=$PWD/build/check/privilege
rm -rf "$own" && mkdir -p "$own"
trap 'rm -rf "$own"; chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
if [ "$(id -u)" = 0 ]; then
	for mode in 4755 2755; do
		cp "$DOM0LESS" "$own/dom0less"
		chmod $mode "$own/dom0less"
		# whatever the folders above it let nobody do
		exec 8<"$own/dom0less"
		for arguments in --version --help init list; do
			t "mode $mode: $arguments" 3 "" $nobody /proc/self/fd/8 $arguments
			ok "mode $mode: $arguments: one line" same "$(cat "$tmp/err")" \
				"dom0less: refusing to run setuid"
		done
		chmod 755 "$own/dom0less"
		t "mode 755: it runs" 0 "$(dom0less --list)" $nobody perl -e \
			'exec { "/proc/self/fd/8" } @ARGV' dom0less --list
		exec 8<&-
	done
fi

# "FLAGS PATH" of everything that is opened, but for the flag of 32-bit days.
opened() # CMD...
{
	strace -qq -f -o "$tmp/trace" -e trace=open,openat,openat2,creat,socket,memfd_create "$@" \
		>"$tmp/out" 2>"$tmp/err" </dev/null
	sed -E 's/^[0-9]+ +//; s/O_LARGEFILE\|//; s/^open(at)?\((AT_FDCWD, )?"([^"]*)", ([A-Z_|]*)\).*/\4 \3/' \
		"$tmp/trace" | LC_ALL=C sort -u
}

streams='O_RDONLY|O_CLOEXEC|O_PATH /'
tree='O_RDONLY|O_NOCTTY|O_CLOEXEC'
xen='O_RDWR|O_CLOEXEC /dev/xen/privcmd
O_RDWR|O_CLOEXEC /proc/xen/privcmd'
for a in $(dom0less --list); do
	opens="$streams
$tree /sys/firmware/fdt
$xen"
	[ "$a" != init-dom0less ] || opens="O_RDONLY|O_CLOEXEC /proc/cmdline
$opens"
	# these three want a domain, and no device tree
	operands=
	case $a in
	dom0less-attach) operands='1 vif' ;;
	dom0less-detach) operands='1 vif 0' ;;
	dom0less-shutdown) operands=1 ;;
	esac
	[ -z "$operands" ] || opens="$streams
$xen"
	ok "$a opens the device tree, if it needs that, and Xen" same \
		"$(opened "$a" $operands)" "$opens"
	ok "$a --help opens nothing" same "$(opened "$a" --help)" "$streams"
	ok "$a with a usage error opens nothing" same "$(opened "$a" --nosuch)" "$streams"
done

# With its streams closed the first file would be one of them.
: >"$tmp/tree"
for a in init-dom0less dom0less-list; do
	for closed in '<&-' '>&-' '2>&-' '<&- >&- 2>&-'; do
		opened sh -c "exec $a --dtb '$tmp/tree' $closed" >/dev/null
		ok "$a $closed: no file becomes a stream" \
			matches '/tree", .* = [3-9]$' "$tmp/trace"
	done
done
done_testing
