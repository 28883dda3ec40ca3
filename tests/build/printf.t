#!/bin/sh
# Our vfprintf() does what the libc's does, except for floats: glibc's on this
# machine, and musl's where a long has 32 bits.
. "$(dirname "$0")/tap.sh"

files='tests/build/printf.c src/libc/vfprintf.c'
flags='-std=gnu11 -D_GNU_SOURCE -g -Wno-format -Dvfprintf=our_vfprintf'
gcc $flags -fsanitize=address,undefined -fno-sanitize-recover=all -o "$tmp/printf" $files
ok "as glibc's" "$tmp/printf"

cc=arm-linux-gnueabihf-gcc
musl=$sources/musl-arm/usr
lib=$musl/lib/arm-linux-musleabihf
$cc $flags -fno-pie -static -nostdlib -nostdinc -isystem "$musl/include/arm-linux-musleabihf" \
	-isystem "$($cc -print-file-name=include)" -o "$tmp/printf-arm" \
	"$lib/crt1.o" "$lib/crti.o" $files \
	-Wl,--start-group "$lib/libc.a" -lgcc -Wl,--end-group "$lib/crtn.o"
ok "as musl's on arm" qemu-arm "$tmp/printf-arm"
done_testing
