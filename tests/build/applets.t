#!/bin/sh
# An applet's opening comment is its registration, its help and its man page.
. "$(dirname "$0")/tap.sh"

list()
{
	awk -v out=header -f src/applets.awk "$@"
}

# The comment itself, got at in another way than the awk script does.
comment() # FILE FROM
{
	sed -n '/^\/\*$/,/^ \*\/$/p' "$1" | sed -e '/^ \*\/$/,$d' -e 1d \
		-e 's/^ \* \{0,1\}//' | sed -n "$2,\$p"
}

# A program that prints the help of an awkward applet.
cat >"$tmp/odd-name.c" <<'END'
/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * odd-name - say "100%" \n 'often'
 *
 * usage: odd-name [-x] [%s]...
 *        odd-name --help
 *
 * A "quote", a back\slash\\, %d %s %%, ??= and a	tab; `accents' ~ ^ $HOME.
 *
 * .TH 'at the start of a line'
 * '  -- likewise
 *   -x, --long   é
 */
END
ok "generates from awkward characters" list "$tmp/odd-name.c"
list "$tmp/odd-name.c" >"$tmp/applets.h"
cat >"$tmp/help.c" <<'END'
#include <stdio.h>
#define APPLET(name, function, summary, help) \
	int main(void) { return fputs(summary "\n\n" help, stdout) < 0; }
#include "applets.h"
END
ok "as C that compiles" gcc -std=gnu11 -Wall -Wextra -Werror -o "$tmp/help" "$tmp/help.c"
is "and prints the comment as it was written" "$("$tmp/help")" \
	"$(comment "$tmp/odd-name.c" 1 | sed 's/^odd-name - //')"

refused() # DESC TEXT
{
	printf '%s\n' "$2" >"$tmp/bad.c"
	ok "refused: $1" fails list "$tmp/bad.c"
}

refused "no comment" '#include <stdio.h>'
refused "a comment that does not end" "$(printf '/*\n * bad - x\n *\n * usage: bad')"
refused "another name" "$(printf '/*\n * good - x\n *\n * usage: good\n */')"
refused "no usage" "$(printf '/*\n * bad - x\n *\n * text\n */')"
refused "a line without a star" "$(printf '/*\n * bad - x\n\n * usage: bad\n */')"

is "sorted by name" "$(sed -n 's/^APPLET("\([^"]*\)".*/\1/p' build/arm64/applets.h)" \
	"$(ls applets/*.c | sed 's|.*/||; s|\.c$||' | LC_ALL=C sort)"

for f in applets/*.c; do
	name=$(basename "$f" .c)
	comment "$f" 3 >"$tmp/comment"
	ok "$name --help is the comment" [ "$("$DOM0LESS" "$name" --help)" = \
		"$(cat "$tmp/comment")" ]
	ok "$name: help fits 24 x 80" awk 'length > 80 || NR > 24 { exit 1 }' "$tmp/comment"
	man=build/man/$name.8
	ok "$name: the man page has every line of it" [ "$(
		sed -n '/^\.SH SYN/,$p' "$man" | grep -v '^\.' | sed '/^$/d' |
		sed 's/\\&//; s/\\-/-/g; s/\\(aq/'\''/g; s/\\(ti/~/g; s/\\(ga/`/g; s/\\(ha/^/g; s/\\e/\\/g'
	)" = "$(sed -e '1s/usage: //' -e '/^$/d' "$tmp/comment")" ]
done
done_testing
