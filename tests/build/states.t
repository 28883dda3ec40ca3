#!/bin/sh
# The words for a domain's state: one list in the source, the same in the help,
# and where each was seen.
. "$(dirname "$0")/tap.sh"

words=$({
	sed -n 's/^\t\[DOMAIN_[A-Z]*\] = "\(.*\)",$/\1/p' src/domain.c
	sed -n 's/^\treturn .*->absent ? "\([a-z]*\)"$/\1/p' src/report.c
} | sort)
has "the words are found" "$words" '^waiting$'

# Some have two spaces, two a line.
help=$("$DOM0LESS" dom0less-status --help | awk '/ The words:$/, /^  -j/' |
	grep '^  [a-z]' | sed 's/   */\n/g' | awk 'NF { print $0 }' |
	grep -xE '[a-z]+' | sort)
is "dom0less-status --help explains each" "$help" "$words"

# The first column of README's recovery card: words, then a tab.
card=$(sed -n '/^What each state asks for:$/,/^If /s/^\t\([a-z]\)/\1/p' README | cut -f 1 |
	tr ' ' '\n' | sort)
is "README's recovery card has each" "$card" "$words"

# So are exit statuses.
statuses=$(sed -n 's/^\tAPPLET_[A-Z]* = \([0-9]*\),.*/\1/p' src/applet.h)
card=$(sed -n '/^What the exit status says:$/,/^What each state/s/^\t\([0-9][0-9]*\)\t.*/\1/p' README)
is "and each exit status" "$card" "$statuses"

for word in $help; do
	ok "$word: shown on real Xen" grep -qE \
		"^[^#]*\<(is|like|wait_for|meets)\>.*\<$word\>" tests/system/scenarios/*
done
done_testing
