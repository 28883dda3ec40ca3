#!/bin/sh
# The mistakes of tests/mutate: each still changes its file. Whether a test notices
# them tests/mutate itself tells, by hand.
. "$(dirname "$0")/tap.sh"

sed -nE '/^[a-z]+\/[^ ]*\.[ch] s/p' tests/mutate >"$tmp/mistakes"
while read -r file mistake; do
	sed "$mistake" "$file" 2>/dev/null | cmp -s - "$file" && echo "$file $mistake"
done <"$tmp/mistakes" >"$tmp/stale"
has "there are some" "$(wc -l <"$tmp/mistakes")" '^[0-9]{3}$'
is "each changes its file" "$(cat "$tmp/stale")" ""
done_testing
