# SPDX-License-Identifier: GPL-2.0-only
# TAP for tests in shell, which run in the tree's top folder. They are in tests/cli and
# tests/build, and each of these has what they need besides.

tmp=$(mktemp -d)
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM
asserted=0
missed=0

# ok DESC COMMAND...: the command succeeds. What it prints is shown if not.
ok()
{
	desc=$1
	shift
	asserted=$((asserted + 1))
	if "$@" >"$tmp/says" 2>&1; then
		echo "ok $asserted - $desc"
	else
		missed=$((missed + 1))
		echo "not ok $asserted - $desc"
		{
			printf '$ %s\n' "$*" | head -n 3
			tail -n 20 "$tmp/says"
		} | sed 's/^/# /'
	fi
}

same()
{
	[ "$1" = "$2" ] || { printf 'got:    %s\nwanted: %s\n' "$1" "$2"; false; }
}

done_testing()
{
	echo "1..$asserted"
	[ "$missed" -eq 0 ]
	exit
}
