#!/bin/sh
# Who may know the libraries, who may print and exit, and who may include whom.
. "$(dirname "$0")/tap.sh"

# Lines of our code that match, without comments, as "FILE: LINE".
code() # REGEX FILE...
{
	regex=$1
	shift
	for f; do
		cpp -fpreprocessed -dD -P "$f" 2>/dev/null | grep -E -- "$regex" |
			sed "s|^|$f: |"
	done
}

none() # REGEX FILE...
{
	found=$(code "$@")
	[ -z "$found" ] || { echo "$found"; false; }
}

files() # find's arguments
{
	find src applets -name '*.[ch]' ! -path 'src/libc/*' "$@" | sort
}

library='^ *# *include *[<"](xen|xs|libfdt|fdt)[^"]*[>"]'
stdout='\<(printf|vprintf|puts|putchar|putc_unlocked|perror) *\(|\<stdout\>|STDOUT_FILENO|\<(write|dprintf) *\(1,'
leave='\<(exit|_exit|_Exit|abort|quick_exit|errx?|verrx?) *\('
heap='\<(malloc|calloc|realloc|reallocarray|strn?dup|v?asprintf|open_memstream) *\('

wrappers='src/hyp.[ch] src/store.[ch] src/batch.[ch] src/dtb.[ch]'
ok "only the wrappers include Xen's or libfdt's headers" none "$library" \
	$(files ! -path 'src/hyp.[ch]' ! -path 'src/store.[ch]' ! -path 'src/batch.[ch]' ! -path 'src/dtb.[ch]')
ok "and these do, so the search works" matches "$(code "$library" $wrappers)" xenctrl.h
kernel='^ *# *include *<linux/'
kernel_wrappers='src/link.c src/loop.c'
ok "only two wrappers include the kernel's headers" none "$kernel" \
	$(files ! -path src/link.c ! -path src/loop.c)
ok "and these do" matches "$(code "$kernel" $kernel_wrappers)" linux/loop.h
# plugs.c says steps for applets, script.c does in its child
ok "only applets and main.c print to stdout" none "$stdout" \
	$(files -path 'src/*' ! -name main.c ! -name applet.c ! -name plugs.c \
		! -name script.c)
ok "only applets and main.c exit" none "$leave" \
	$(files -path 'src/*' ! -name main.c ! -name applet.c ! -name script.c)
start='\<(v?fork|clone|system|popen|posix_spawnp?|exec[vl]p?e?) *\('
ok "only script.c starts programs" none "$start" $(files ! -path src/script.c)
ok "and it does" matches "$(code "$start" src/script.c)" fork
ok "no heap in our code" none "$heap" $(files)

# src/README's layers, topmost first: "RANK MODULE". A module is a .c and its .h.
layers()
{
	awk '/^Layers$/ { on = 1 } /^Files$/ { on = 0 }
	on && /^\t[a-z]+\t/ { rank++ }
	on && /^\t/ { for (i = 1 + /^\t[a-z]/; i <= NF; i++) print rank, $i }' src/README
}

# Who includes whose header: "MODULE MODULE", of the tree that is here. What the
# build makes of the applets belongs to no layer.
includes()
{
	grep -H '^ *# *include *"' $(find src applets -name '*.[ch]') |
		sed 's|^.*/\([^/]*\)\.[ch]:.*"\(.*\)\.h"$|\1 \2|' |
		awk '$1 != $2 && $2 != "applets"' | sort -u
}

# Arrows that lead upwards, or out of the table, of lines "MODULE MODULE".
upwards()
{
	layers >"$tmp/layers"
	awk 'NR == FNR { rank[$2] = $1; next }
	!($1 in rank) || !($2 in rank) || rank[$2] < rank[$1] { print $1 " -> " $2 }' \
		"$tmp/layers" -
}

# Circles among them.
circles()
{
	tsort 2>&1 >/dev/null | sed 's/^tsort: //' | grep -v '^-: input contains a loop:$'
}

has "the layers are found" "$(layers)" '^5 parse$'
has "the includes are found" "$(includes)" '^plug device$'
is "no include leads upwards" "$(includes | upwards)" ""
is "none is part of a circle" "$(includes | circles)" ""
is "an arrow upwards would be found" "$(echo 'clock store' | upwards)" "clock -> store"
is "and a circle in one layer" \
	"$({ includes; echo 'store batch'; } | circles | sort | xargs)" 'batch store'
done_testing
