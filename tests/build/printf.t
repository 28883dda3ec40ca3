#!/bin/sh
# Our vfprintf() and vsnprintf() do what the libc's do, except for floats: glibc's on this
# machine, and musl's where a long has 32 bits.
. "$(dirname "$0")/tap.sh"
. tests/build/libc.sh

here_and_on_arm printf "as glibc's" "as musl's on arm" -Wno-format \
	-Dvfprintf=our_vfprintf -Dvsnprintf=our_vsnprintf \
	tests/build/printf.c src/libc/printf.c
# Anyone may delete the file: then musl's is used.
mkdir "$tmp/tree"
tar --exclude=./build --exclude=./.git -cf - . | tar -xf - -C "$tmp/tree"
rm "$tmp/tree/src/libc/printf.c"
ok "without it all is built" make -s -C "$tmp/tree" ARCH="$HOST" O="$tmp/o" \
	DL="$PWD/build/dl" SRC="$sources"
is "and says the same" "$("$tmp/o/dom0less" --help)" "$("$DOM0LESS" --help)"
is "and the same of a number that is none" \
	"$("$tmp/o/dom0less" init-dom0less -t 1x 2>&1)" "$("$DOM0LESS" init-dom0less -t 1x 2>&1)"
done_testing
