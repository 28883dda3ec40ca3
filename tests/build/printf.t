#!/bin/sh
# Our vfprintf() does what the libc's does, except for floats: glibc's on this
# machine, and musl's where a long has 32 bits.
. "$(dirname "$0")/tap.sh"
. tests/build/libc.sh

here_and_on_arm printf "as glibc's" "as musl's on arm" -Wno-format \
	-Dvfprintf=our_vfprintf tests/build/printf.c src/libc/vfprintf.c
done_testing
