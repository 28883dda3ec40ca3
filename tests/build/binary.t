#!/bin/sh
# What the linked files are, and how large.
. "$(dirname "$0")/tap.sh"

# Bytes that the program brings into memory from its file.
loaded()
{
	size "$1" | awk 'NR == 2 { print $1 + $2 }'
}

not_in() # REGEX TEXT
{
	! printf '%s\n' "$2" | grep -E -- "$1"
}

for arch in arm64:AArch64 arm:ARM x86_64:X86-64; do
	f=build/${arch%:*}/dom0less
	arch=${arch%:*}
	segments=$(readelf -lW "$f")
	header=$(readelf -hW "$f")
	ok "$arch: an executable, not to be relocated" matches "$header" 'Type: +EXEC'
	case $arch in
	arm64) machine=AArch64 ;;
	arm) machine=ARM ;;
	x86_64) machine=X86-64 ;;
	esac
	ok "$arch: for this machine" matches "$header" "Machine: .*$machine"
	ok "$arch: has segments" matches "$segments" 'LOAD .* R E '
	ok "$arch: no interpreter" not_in INTERP "$segments"
	ok "$arch: needs no library" not_in 'DYNAMIC|NEEDED' \
		"$segments$(readelf -dW "$f")"
	ok "$arch: says that its stack is not executable" \
		matches "$segments" 'GNU_STACK .* RW '
	ok "$arch: no executable stack" not_in 'GNU_STACK.*E ' "$segments"
	ok "$arch: nothing both writable and executable" not_in ' RWE ' "$segments"
	ok "$arch: stripped" not_in '\.(symtab|debug|comment)' "$(readelf -SW "$f")"
	ok "$arch: symbols are beside it" matches "$(nm "$f.elf")" ' T main$'
	ok "$arch: no path of this machine in it" fails \
		grep -aqE "$top/+(src|applets|xen|build)/" "$f"
done

# The build stops if libxenstore calls what could block, by any name that it has.
guard=$(make -s --eval="guard: ; @echo '\$(store-io-guard)'" guard)
for call in recvmsg select nanosleep __select_time64 __ppoll_time64 __nanosleep_time64; do
	ok "libxenstore must not call $call" matches "                 U $call" " $guard"
done
for call in store_io_read readlink __select_time64_x; do
	ok "it may call $call" not_in " $guard" "                 U $call"
done

f=build/arm64/dom0less
size=$(loaded "$f")
packed=$(xz -9e <"$f" | wc -c)
ok "arm64: text+data $size <= 180224 (176 KiB)" [ "$size" -le 180224 ]
ok "arm64: xz $packed <= 79872 (78 KiB)" [ "$packed" -le 79872 ]
file=$(wc -c <"$f")
ok "arm64: the file, $file <= 183400, 2/45 of Xen's own with its libraries" \
	[ "$file" -le 183400 ]

done_testing
