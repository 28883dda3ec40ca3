#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# dom0less --install: links that lead to it, and nothing of others destroyed.
. "$(dirname "$0")/t.sh"

applets=$(dom0less --list)
first=$(echo "$applets" | head -n 1)

# A copy of its own, so that hard links stay on one file system.
own=$tmp/own
mkdir "$own" "$tmp/hard" "$tmp/soft"
cp "$DOM0LESS" "$own/dom0less"

t "hard links" 0 "" "$own/dom0less" --install "$tmp/hard"
err_lines 0
for a in $applets; do
	ok "$a is the same file" [ "$tmp/hard/$a" -ef "$own/dom0less" -a ! -L "$tmp/hard/$a" ]
	ok "$a runs" "$tmp/hard/$a" --help
done
t "hard links again" 0 "" "$own/dom0less" --install "$tmp/hard"
err_lines 0

t "symbolic links" 0 "" "$own/dom0less" --install -s "$tmp/soft"
err_lines 0
for a in $applets; do
	ok "$a leads to it" same "$(readlink "$tmp/soft/$a")" "$own/dom0less"
	ok "$a runs" "$tmp/soft/$a" --help
done
t "symbolic links again" 0 "" "$own/dom0less" --install -s "$tmp/soft"
err_lines 0
t "hard links over symbolic ones" 0 "" "$own/dom0less" --install "$tmp/soft"
ok "which stay" [ -L "$tmp/soft/$first" ]
ok "nothing else is made" same "$(ls "$tmp/soft" | sort)" "$applets"

t "beside itself" 0 "" "$own/dom0less" --install
ok "every applet" same "$(ls "$own")" "$(printf '%s\ndom0less\n' "$applets" | LC_ALL=C sort)"
t "beside itself again" 0 "" "$own/dom0less" --install -s

# What is somebody else's stays as it is, and the rest is done.
mkdir "$tmp/foreign"
echo precious >"$tmp/foreign/$first"
t "a foreign file" 1 "" "$own/dom0less" --install "$tmp/foreign"
err_lines 1
has_err "^dom0less: $tmp/foreign/$first: .*exists"
ok "is not overwritten" same "$(cat "$tmp/foreign/$first")" precious
t "a foreign file, symbolic" 1 "" "$own/dom0less" --install -s "$tmp/foreign"
ok "is not overwritten" same "$(cat "$tmp/foreign/$first")" precious
ok "the others are made" same "$(ls "$tmp/foreign")" "$applets"
ln -sf /nonexistent "$tmp/foreign/$first"
t "a dangling link" 1 "" "$own/dom0less" --install -s "$tmp/foreign"
ok "is not overwritten" same "$(readlink "$tmp/foreign/$first")" /nonexistent
rm "$tmp/foreign/$first"
mkdir "$tmp/foreign/$first"
t "a folder in its place" 1 "" "$own/dom0less" --install "$tmp/foreign"

for dir in /nonexistent /proc "$own/dom0less" "$(head -c 5000 /dev/zero | tr '\0' x)"; do
	t "no folder for links: $(echo "$dir" | cut -c1-20)" 1 "" "$own/dom0less" --install "$dir"
	err_lines "$(echo "$applets" | wc -l)"
	t "no folder for symbolic links: $(echo "$dir" | cut -c1-20)" 1 "" \
		"$own/dom0less" --install -s "$dir"
done
t "an unknown option" 2 "" "$own/dom0less" --install -x "$tmp/soft"
t "too many folders" 2 "" "$own/dom0less" --install -s "$tmp/soft" "$tmp/hard"
done_testing
