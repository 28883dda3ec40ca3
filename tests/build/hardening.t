#!/bin/sh
# README shows what make hardening counts: in the same words, all of it, and
# nothing else.
. "$(dirname "$0")/tap.sh"

# A row is a number and what was counted; the fuzz targets have a row each.
sed -n '/^\tmake hardening/,/^[^\t]/s/^\t *[0-9][0-9]*  //p' README >"$tmp/rows"
# What may follow the words in a source: a quote, a backslash, a slash.
sed -e 's/\(fuzz target \).*/\1/' -e "s|.*| &[\"'\\\\/]|" "$tmp/rows" | sort -u >"$tmp/words"
has "README has rows" "$(wc -l <"$tmp/rows")" '^[0-9]{2}$'

# Where tests count something. What they print begins with a number of theirs.
grep -rE '"?# ?sum: |(note|say) .sum: |/# sum: ' tests/unit tests/fuzz tests/system/scenarios \
	>"$tmp/sums"
while IFS= read -r words; do
	ok "a test counts:${words%%[*}" grep -qE -- "$words" "$tmp/sums"
done <"$tmp/words"
is "README has a row for everything that is counted" "$(grep -vE -f "$tmp/words" "$tmp/sums")" ""
is "and for each fuzz target" "$(sed -n 's/.*fuzz target //p' "$tmp/rows" | sort | xargs)" \
	"$(basename -s .c tests/fuzz/*.c | sort | xargs)"

# -n: tell what would be run.
make -n hardening 2>/dev/null | grep '^tests/prove ' >"$tmp/runs"
for file in $(grep -lE 'sum: ' tests/system/scenarios/* tests/fuzz/*.t); do
	ok "make hardening runs $file" grep -qF " $file " "$tmp/runs"
done
done_testing
