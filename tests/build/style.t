#!/bin/sh
# The layout of C that .editorconfig and HACKING promise, as far as grep can tell.
. "$(dirname "$0")/tap.sh"

sources=$(find src applets -name '*.[ch]')

# Lines of over 80 columns, a tab being 8, as "FILE:LINE". The help that opens an
# applet is 80 columns by itself, behind " * ".
wide() # FILE...
{
	for file; do
		expand "$file" | awk -v file="$file" '
			/^#include/ { help = 0 }
			NR == 2 && /^\/\*$/ && file ~ /^applets/ { help = 3 }
			length($0) > 80 + help { print file ":" NR }'
	done
}

# Lines that match, as "FILE:LINE".
lines() # ERE FILE...
{
	grep -nHE -- "$@" | cut -d : -f 1,2
}

is "no line is over 80 columns" "$(wide $sources)" ""
is "no line ends with a blank" "$(lines '[[:space:]]$' $sources)" ""
is "no line begins with blanks where a tab is meant" "$(lines '^ {8}' $sources)" ""
is "no banner" "$(lines '/\* *(---|===|\*\*\*)' $sources)" ""
is "no comment of C++" "$(lines '^([^"]*[^":])?//' $sources)" ""
printf '\t%073d\n%080d\n' 0 0 >"$tmp/wide.c"
is "a line that is too wide would be found" "$(wide "$tmp/wide.c")" "$tmp/wide.c:1"
done_testing
