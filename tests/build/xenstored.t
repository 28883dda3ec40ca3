#!/bin/sh
# A xenstored of a Xen tree that the user names. From 4.21 on it links
# libxenmanage in the place of libxenctrl. No Debian has such a release: the tree
# here is the pinned 4.20 with a libxenmanage that stands in for all that this
# daemon calls.
. "$(dirname "$0")/tap.sh"

copy_tree "$tmp/w"
mkdir -p "$tmp/tree/tools/libs" "$tmp/tree/xen"
from=$sources/xen-4.20
cp -r "$from/tools/include" "$from/tools/xenstored" "$tmp/tree/tools"
for lib in toolcore toollog call foreignmemory devicemodel evtchn gnttab ctrl; do
	cp -r "$from/tools/libs/$lib" "$tmp/tree/tools/libs"
done
cp -r "$from/xen/include" "$tmp/tree/xen"
mkdir "$tmp/tree/tools/libs/manage"
cat >"$tmp/tree/tools/libs/manage/core.c" <<'END'
#include <stddef.h>
#include <xenctrl.h>
xc_interface *xc_interface_open(xentoollog_logger *logger,
	xentoollog_logger *dombuild_logger, unsigned int flags)
{
	return NULL;
}
int xc_interface_close(xc_interface *xch)
{
	return 0;
}
int xc_domain_getinfo_single(xc_interface *xch, uint32_t domid,
	xc_domaininfo_t *info)
{
	return -1;
}
const char *the_one_that_is_linked = "libxenmanage, not libxenctrl";
END

make_own() # GOAL...
{
	make -C "$tmp/w" -s ARCH=arm64 O=build/arm64 XEN_SRC=../tree \
		SRC="$sources" "$@"
}

own=$tmp/w/build/xen/xenstored-own
ok "make xenstored XEN_SRC=DIR" make_own xenstored
is "makes that tree's and no other" "$(ls "$tmp/w/build/xen" | grep '^xenstored' | xargs)" \
	'xenstored-own xenstored-own.include'
has "for arm64, static" "$(file "$own")" 'ARM aarch64.*statically linked'
has "with its own checks" "$(strings "$own")" 'conn->transaction == NULL'
is "without libxenctrl" "$(strings "$own" | grep -c "allocate new xc_")" 0

made() { make_own xenstored && stat -c %y "$own"; }
first=$(stat -c %y "$own")
is "it is not made again" "$(made)" "$first"
touch "$tmp/tree/tools/xenstored/core.c"
ok "but when the tree has changed" fails same "$(made)" "$first"
has "the image takes it" "$(make_own -n initramfs XEN=own)" \
	'xenstored=build/xen/xenstored-own'

# Before 4.21 there is no libxenmanage.
has "an older one has libxenctrl" "$(xen/xenstored "$from" "$tmp/include")" \
	'libs/ctrl/xc_domain\.c'
done_testing
