#!/bin/sh
# Where the sources come from: pinned ones with the right checksum, or a tree
# of the user's; and where the compiler comes from.
. "$(dirname "$0")/tap.sh"

copy_tree "$tmp/w"
mkdir -p "$tmp/w/build/src"
ln -s "$sources/musl-arm64" "$tmp/w/build/src"

# A pin that does not fit the tarball.
mkdir -p "$tmp/dl/src"
file=$(awk '$1 == "dtc" { print $4 }' xen/pins)
echo rubbish >"$tmp/dl/src/$file"
out=$(make -C "$tmp/w" -s DL="$tmp/dl" XEN_SRC="$sources/xen-4.17" 2>&1)
is "a wrong checksum stops the build" $? 2
has "and says so" "$out" "^fetch: $file: SHA256 is [0-9a-f]{64}, xen/pins wants [0-9a-f]{64}; remove "
is "in one line, before make's own" \
	"$(printf '%s\n' "$out" | grep -vcE '^make|FETCH')" 1
ok "and leaves nothing behind" [ ! -e "$tmp/w/build/src/dtc" ]

out=$(make -C "$tmp/w" -s XEN_SRC=/nosuch 2>&1)
has "XEN_SRC that is not there" "$out" '/nosuch.*: no such directory'
out=$(make -C "$tmp/w" -s ARCH=vax 2>&1)
has "an architecture that is not there" "$out" 'ARCH=vax: not one of arm64 arm x86_64'

# A tree of the user's own, which must come out as it went in.
mkdir "$tmp/tree"
for part in tools/libs tools/include tools/xenstore xen/include; do
	mkdir -p "$tmp/tree/${part%/*}"
	cp -r "$sources/xen-4.17/$part" "$tmp/tree/$part"
done
listing()
{
	find "$tmp/tree" -printf '%p %s %T@\n' | sort
}
before=$(listing)
ok "XEN_SRC takes a tree of the user's, by a relative name" \
	make -C "$tmp/w" -s XEN_SRC=../tree SRC="$sources" build/arm64/lib/libxenctrl.a \
	build/arm64/lib/libxenstore.a
ok "and leaves it as it is" same "$(listing)" "$before"
has "libxenstore waits only in calls that have a deadline" \
	"$(nm -u "$tmp/w/build/arm64/lib/libxenstore.a")" 'U store_io_read'
sed -i 's/done = read(fd, data, len)/done = recv(fd, data, len, 0)/' \
	"$tmp/tree/tools/libs/store/xs.c"
out=$(make -C "$tmp/w" -s XEN_SRC=../tree SRC="$sources" build/arm64/lib/libxenstore.a 2>&1)
is "one that waits in another call stops the build" $? 2
has "and says so" "$out" 'U recv'

# Packages: without root they are named, not installed.
cp xen/setup "$tmp/setup"
chmod -R a+rX "$tmp"
user=
[ "$(id -u)" != 0 ] || user='setpriv --reuid=65534 --regid=65534 --clear-groups'
out=$($user "$tmp/setup" dpkg no-such-one no-such-two 2>&1)
is "setup without root fails" $? 1
is "and names what is missing, and the remedy" "$out" "setup: missing packages:\
 no-such-one no-such-two; as root: apt-get install --no-install-recommends no-such-one no-such-two"
is "setup with nothing to do is silent" "$($user "$tmp/setup" dpkg tar 2>&1)" ""

done_testing
