#!/bin/sh
# The image of a whole dom0: what is in it, how large it is, whose modules it takes.
# That two builds of it are the same is in reproducible.t; it is booted by the
# scenarios image*.
. "$(dirname "$0")/tap.sh"

image=$top/build/arm64/dom0.cpio.gz

unpacked() # IMAGE FOLDER
{
	rm -rf "$2" && mkdir -p "$2" && zcat "$1" | (cd "$2" && cpio -idm --quiet --no-absolute-filenames)
}

packed() # FILE...
{
	for file; do
		gzip -9n <"$file"
	done | wc -c
}

not_in() # REGEX TEXT
{
	! printf '%s\n' "$2" | grep -E -- "$1"
}

# Programs that are not static, links that lead nowhere.
strangers()
{
	find "$tmp/root" -type f | while read -r file; do
		readelf -lW "$file" 2>/dev/null | grep -E 'INTERP|DYNAMIC' |
			sed "s|^|$file: |"
	done
	find "$tmp/root" -type l | while read -r link; do
		target=$(readlink "$link")
		case $target in
		/*) target=$tmp/root$target ;;
		*) target=${link%/*}/$target ;;
		esac
		[ -e "$target" ] || [ "$target" = "$tmp/root/run/lock" ] || echo "$link"
	done
}

unpacked "$image" "$tmp/root"
list=$(zcat "$image" | cpio -itv --quiet)
size=$(wc -c <"$image")
ok "without modules: $size <= 1363148 bytes (1.3 MiB)" [ "$size" -le 1363148 ]
size=$(packed "$tmp/root/sbin/dom0less" "$tmp/root/sbin/xenstored")
ok "dom0less and xenstored in it: $size <= 196608 bytes (192 KiB), by gzip" \
	[ "$size" -le 196608 ]
ok "the binary is the one that was built" cmp build/arm64/dom0less "$tmp/root/sbin/dom0less"
ok "the xenstored is that of 4.17" cmp build/xen/xenstored-4.17 "$tmp/root/sbin/xenstored"
for link in /sbin/init-dom0less /sbin/dom0less-list /sbin/dom0less-status \
	/usr/lib/xen/bin/init-dom0less; do
	has "$link is a link" "$list" " ${link#/} -> (/sbin/)?dom0less\$"
done
ok "no library, no bash, no libxl" not_in '\.so|bash|libxl|/xl$' "$list"
is "every program is static, every link leads somewhere" "$(strangers)" ""
is "nobody else may write, nothing is setuid" \
	"$(find "$tmp/root" ! -type l -perm /6022 ! -name tmp)" ""
is "all is root's" "$(printf '%s\n' "$list" | awk '{ print $3, $4 }' | sort -u)" "root root"
is "no modules" "$(printf '%s\n' "$list" | grep -c modules)" 0
is "the recovery card is README's" "$(cat "$tmp/root/etc/recovery")" \
	"$(awk '/^How it works/ { card = 0 } /^Recovery from/ { card = 1 } card' README)"
ok "/init is shell" sh -n "$tmp/root/init"
ok "/init is executable" [ -x "$tmp/root/init" ]
ok "so is what switches the board off" [ -x "$tmp/root/etc/shutdown" ]
ok "and shell, too" sh -n "$tmp/root/etc/shutdown"
has "which busybox's init runs" "$(cat "$tmp/root/etc/inittab")" '^::shutdown:/etc/shutdown$'
for option in $(sed -n 's/^#   \(dom0less\.[^ ]*\).*/\1/p' initramfs/init); do
	ok "README has $option" grep -q "^	$option	" README
done

# The user's own parts.
make_image() # SETTING...
{
	make -s -o build/arm64/dom0less SRC="$sources" image="$tmp/own.cpio.gz" \
		initramfs "$@"
}

echo busybox >"$tmp/busybox"
echo xenstored >"$tmp/xenstored"
ok "BUSYBOX= XENSTORED=" make_image BUSYBOX="$tmp/busybox" XENSTORED="$tmp/xenstored"
unpacked "$tmp/own.cpio.gz" "$tmp/own"
is "are taken" "$(cat "$tmp/own/bin/busybox" "$tmp/own/sbin/xenstored" | xargs)" \
	"busybox xenstored"
has "XEN= picks the xenstored of a release" "$(make_image -n XEN=4.20)" \
	'xenstored=build/xen/xenstored-4\.20'

# A kernel's modules. depmod reads of a module only what it exports and lacks.
module() # NAME EXPORTED LACKING
{
	mkdir -p "$tmp/kernel/kernel/xen"
	echo "const char names[] __attribute__((section(\"__ksymtab_strings\"))) = \"$2\";
		extern int $3; int *used = &$3;" |
		gcc -x c -c -o "$tmp/kernel/kernel/xen/$1.ko" -
}

modules() # KERNEL
{
	rm -rf "$tmp/taken"
	kernel=$1
	shift
	initramfs/modules "$kernel" "$tmp/taken" $(sed 's/#.*//' initramfs/kernel) "$@"
}

module xen-privcmd privcmd printk
module xen-evtchn evtchn printk
module xen-gntdev gntdev deep
module helper helps printk
module deeper deep helps
module xenfs xenfs privcmd
module xen-netback netback helps
module llc llc printk
module bridge bridge llc
module loop loop printk
module card card deep
module unrelated nothing printk
xz "$tmp/kernel/kernel/xen/deeper.ko"
zstd -q --rm "$tmp/kernel/kernel/xen/xen-netback.ko"
echo kernel/drivers/xen/xen-gntalloc.ko >"$tmp/kernel/modules.builtin"
: >"$tmp/kernel/modules.order"
ok "modules of a kernel" modules "$tmp/kernel"
order="xen-privcmd.ko xen-evtchn.ko helper.ko deeper.ko xen-gntdev.ko xenfs.ko xen-netback.ko \
	llc.ko bridge.ko loop.ko"
order=$(echo $order)
is "those that are wanted, after what they depend on" "$(xargs <"$tmp/taken/order")" "$order"
is "and no others" "$(cd "$tmp/taken" && ls | sort | xargs)" \
	"$(echo $order order | xargs -n 1 | sort | xargs)"
ok "none is compressed" matches "$(readelf -h "$tmp"/taken/*.ko 2>&1 | grep -c REL)" '^10$'
ok "the kernel's folder stays as it was" [ ! -e "$tmp/kernel/modules.dep" ]
ok "they get into the image" make_image BUSYBOX="$tmp/busybox" \
	XENSTORED="$tmp/xenstored" KERNEL_MODULES="$tmp/kernel"
unpacked "$tmp/own.cpio.gz" "$tmp/own"
ok "as they are" diff -r "$tmp/taken" "$tmp/own/modules"
ok "and more of them" make_image BUSYBOX="$tmp/busybox" XENSTORED="$tmp/xenstored" \
	KERNEL_MODULES="$tmp/kernel" MODULES="card -nosuch"
unpacked "$tmp/own.cpio.gz" "$tmp/own"
is "that MODULES names" "$(xargs <"$tmp/own/modules/order")" "$order card.ko"
rm "$tmp/kernel/kernel/xen/xen-evtchn.ko"
ok "one that dom0 cannot do without is missed" fails modules "$tmp/kernel"
has "by name" "$(modules "$tmp/kernel" 2>&1)" '^modules: .*: has no xen-evtchn'
for name in $(sed 's/#.*//; s/^-//' initramfs/kernel); do
	echo "kernel/drivers/xen/$name.ko"
done >"$tmp/kernel/modules.builtin"
rm "$tmp"/kernel/kernel/xen/*
ok "a kernel that has all of them built in" modules "$tmp/kernel"
ok "gives none" [ ! -e "$tmp/taken" ]
has "what is no kernel's folder is refused" "$(modules "$tmp" 2>&1)" 'no modules\.builtin'
done_testing
