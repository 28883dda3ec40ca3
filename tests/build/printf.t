#!/bin/sh
# Our vfprintf() and vsnprintf() do what the libc's do, except for floats: glibc's on this
# machine, and musl's where a long has 32 bits.
. "$(dirname "$0")/tap.sh"
. tests/build/libc.sh

here_and_on_arm printf "as glibc's" "as musl's on arm" -Wno-format \
	-Dvfprintf=our_vfprintf -Dvsnprintf=our_vsnprintf \
	tests/build/printf.c src/libc/printf.c
done_testing
