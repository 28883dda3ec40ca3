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

# On real Xen, in what a scenario expects; with fakes, in
# which an error of Xen's is easily made.
for word in $help; do
	case $word in
	unknown)
		ok "$word: shown with fakes" grep -qE "\"$word\"" tests/unit/*.c
		;;
	*)
		ok "$word: shown on real Xen" grep -qE \
			"^[^#]*\<(is|like|wait_for)\>.*\<$word\>" tests/system/scenarios/*
		;;
	esac
done
done_testing
