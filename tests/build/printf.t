#!/bin/sh
# Our vfprintf() does what the libc's does, except for floats.
. "$(dirname "$0")/tap.sh"

gcc -std=gnu11 -D_GNU_SOURCE -g -Wno-format -fsanitize=address,undefined \
	-fno-sanitize-recover=all -Dvfprintf=our_vfprintf -o "$tmp/printf" \
	tests/build/printf.c src/libc/vfprintf.c && "$tmp/printf"
