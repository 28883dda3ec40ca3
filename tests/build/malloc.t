#!/bin/sh
# Our malloc(), on this machine and where a pointer has 32 bits.
. "$(dirname "$0")/tap.sh"

files='tests/build/malloc.c src/libc/malloc.c'
flags='-std=gnu11 -D_GNU_SOURCE -g -Wall -Werror -Dmalloc=our_malloc -Dcalloc=our_calloc
	-Drealloc=our_realloc -Dfree=our_free'
gcc $flags -fsanitize=address,undefined -fno-sanitize-recover=all -o "$tmp/malloc" $files
ok "gives memory, and takes it back" "$tmp/malloc"

cc=arm-linux-gnueabihf-gcc
musl=$sources/musl-arm/usr
lib=$musl/lib/arm-linux-musleabihf
$cc $flags -fno-pie -static -nostdlib -nostdinc -isystem "$musl/include/arm-linux-musleabihf" \
	-isystem "$($cc -print-file-name=include)" -o "$tmp/malloc-arm" \
	"$lib/crt1.o" "$lib/crti.o" $files \
	-Wl,--start-group "$lib/libc.a" -lgcc -Wl,--end-group "$lib/crtn.o"
ok "the same on arm" qemu-arm "$tmp/malloc-arm"
done_testing
