#!/bin/sh
# Who may know the libraries, and who may print and exit.
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
done_testing
