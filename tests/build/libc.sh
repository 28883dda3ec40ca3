# SPDX-License-Identifier: GPL-2.0-only
# For the tests of src/libc, after tap.sh: a piece of it under other names, beside the
# libc's own.

# The same program here, with glibc and the sanitizers, and on arm, where a long and a
# pointer have 32 bits, with musl.
here_and_on_arm() # NAME DESC DESC-ON-ARM FLAG... FILE...
{
	program=$tmp/$1 here=$2 on_arm=$3
	shift 3
	set -- -std=gnu11 -D_GNU_SOURCE -g "$@"
	gcc -fsanitize=address,undefined -fno-sanitize-recover=all -o "$program" "$@"
	ok "$here" "$program"

	cc=arm-linux-gnueabihf-gcc
	musl=$sources/musl-arm/usr
	lib=$musl/lib/arm-linux-musleabihf
	$cc -fno-pie -static -nostdlib -nostdinc \
		-isystem "$musl/include/arm-linux-musleabihf" \
		-isystem "$($cc -print-file-name=include)" -o "$program-arm" \
		"$lib/crt1.o" "$lib/crti.o" "$@" \
		-Wl,--start-group "$lib/libc.a" -lgcc -Wl,--end-group "$lib/crtn.o"
	ok "$on_arm" qemu-arm "$program-arm"
}
