#!/bin/sh
# The READMEs that are maps name all that there is, and nothing that there is not.
. "$(dirname "$0")/tap.sh"

# The words of a README, one a line.
words()
{
	tr -s '[:space:](),;:`' '[\n*]' <"$1" | sed "s/[.']*\$//" | sort -u
}

# All FILEs whose name is no word of README.
unnamed() # README FILE...
{
	words "$1" >"$tmp/words"
	shift
	for file; do
		grep -qxF -e "$file" -e "${file%/}" "$tmp/words" || echo "$file"
	done
}

# The files of DIR as its README calls them, the folders with a slash.
listing() # DIR
{
	(cd "$1" && ls -p | grep -vx README)
}

sources=$(cd src && ls *.c *.awk libc/*.c; ls -d */ | grep -vx libc/)
is "src/README names each source file" "$(unnamed src/README $sources)" ""
is "and each applet" "$(unnamed src/README $(cd applets && ls | sed 's/\.c$//'))" ""
is "and no other file" "$(sed -n '/^Files$/,/^Each/s/^	\([a-z/]*\.[a-z]*\)	.*/\1/p' src/README | sort)" \
	"$(cd src && ls *.c *.awk libc/*.c | sort)"
is "its steps are those of attach.c, in order" \
	"$(sed -n '/^	phase/,/^	waiting/p' src/README |
		sed -n 's/^	[A-Z]*	 \([a-z].*[a-zA-Z]\)		*[a-z].*/\1/p' | grep -v '^step$')" \
	"$(sed -n '/^} steps/,/^};/s/^	{ "\([^"]*\)".*/\1/p' src/attach.c)"
is "it has each state's word" "$(unnamed src/README \
	$(sed -n 's/^	\[DOMAIN_[A-Z]*\] = "\(.*\)",$/\1/p' src/domain.c) absent)" ""
for dir in src/install src/dist xen initramfs tests; do
	is "$dir/README names all that is in its folder" \
		"$(unnamed $dir/README $(listing $dir))" ""
done
touch "$tmp/new.c"
is "a new file would be missed" "$(unnamed src/README new.c main.c)" "new.c"
done_testing
