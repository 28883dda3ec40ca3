#!/bin/sh
# A function's name means one thing: grep, gdb and a map find one place.
. "$(dirname "$0")/tap.sh"

# The static functions that FILEs define, a line "NAME FILE" each.
statics() # FILE...
{
	awk '/^static [^=;{]*[ *][a-z_0-9]+\(/ && !/;$/ {
		match($0, /[a-z_0-9]+\(/)
		print substr($0, RSTART, RLENGTH - 1), FILENAME
	}' "$@"
}

# Those that more than one file has.
twice()
{
	sort -u | awk '{
		if ($1 == name)
			print name ": " file ", " $2
		name = $1
		file = $2
	}'
}

sources=$(find src applets -name '*.c')
is "no two files have static functions of one name" \
	"$(statics $sources | twice)" ""
has "all are seen" "$(statics $sources)" '^fail src/domain.c'
is "one that is there twice would be found" \
	"$(printf '%s\n' 'fail b.c' 'fail a.c' 'work a.c' | twice)" "fail: a.c, b.c"
done_testing
