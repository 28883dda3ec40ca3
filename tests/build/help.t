#!/bin/sh
# One text for each applet: its opening comment. What --help prints, the man
# page and README show must be the same, for every applet that the binary has.
. "$(dirname "$0")/tap.sh"

# The lines of the comment, from the usage on.
comment() # FILE
{
	sed -n '/^\/\*$/,/^ \*\/$/p' "$1" | sed -e '/^ \*\/$/,$d' -e '1,3d' \
		-e 's/^ \* \{0,1\}//'
}

# The text of a man page: what it calls NAME, then everything else, as plain
# text without empty lines.
man_text() # FILE
{
	sed -n '/^\.SH SYN/,$p' "$1" | grep -v -e '^\.' -e '^$' |
		sed -e 's/\\&//; s/\\-/-/g; s/\\(aq/'\''/g; s/\\(ti/~/g' \
			-e 's/\\(ga/`/g; s/\\(ha/^/g; s/\\e/\\/g'
}

# README's text between "--- APPLET --help" and "--- end".
readme_text() # APPLET
{
	awk -v "from=--- $1 --help" '$0 == "--- end" { on = 0 } on; $0 == from { on = 1 }' \
		README
}

as_in_man() # TEXT
{
	printf '%s\n' "$1" | sed -e '1s/^usage: //' -e '/^$/d'
}

applets=$(ls applets/*.c | sed 's|.*/||; s|\.c$||')
is "the binary has the applets of the tree" "$("$DOM0LESS" --list | sort)" "$(echo "$applets" | sort)"
for name in $applets; do
	help=$("$DOM0LESS" "$name" --help)
	has "$name --help says something" "$help" "^usage: $name "
	is "$name: the comment in the source is the same" "$(comment "applets/$name.c")" "$help"
	is "$name: so is the man page" "$(man_text "build/man/$name.8")" "$(as_in_man "$help")"
	has "$name: and is called the same" "$(sed -n '/^\.SH NAME/,/^\.SH SYN/p' "build/man/$name.8" |
		sed 's/\\-/-/g')" "^$name - $("$DOM0LESS" --help | sed -n "s/^ *$name  *//p")\$"
	is "$name: so is README" "$(readme_text "$name")" "$help"
done
is "README shows no other applet" "$(sed -n 's/^--- \(.*\) --help$/\1/p' README | sort)" \
	"$(echo "$applets" | sort)"
done_testing
