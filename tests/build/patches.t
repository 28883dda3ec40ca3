#!/bin/sh
# The patches for Xen: they apply exactly where they are meant to, and look as
# patches for Xen should.
. "$(dirname "$0")/tap.sh"

later=$sources/xen-4.17
patches=$(ls xen/patches/4.14/*)

# Which of the pinned sources the patches of each folder are made for.
folders='4.14:4.14 4.17:4.17 4.19:4.20
	xenstored-4.14:4.14 xenstored-4.17:4.17'

# The files that patches touch, alone.
copy_files() # TREE DIR PATCH...
{
	tree=$1 copy=$2
	shift 2
	mkdir -p "$copy" &&
		tar -C "$tree" -cf - $(sed -n 's|^--- a/||p' "$@" | sort -u) |
			tar -xf - -C "$copy"
}

applies() # DIR PATCH...
{
	dir=$1
	shift
	for patch; do
		patch -p1 -F0 -d "$dir" <"$patch" || return
	done
}

git_ams() # DIR PATCH...
{
	git="git -C $1 -c user.name=x -c user.email=x@example.org"
	shift
	$git init -q && $git add . && $git commit -q -m x || return
	for patch; do
		$git am -q -3 "$top/$patch" || return
	done
}

# patch says so when a hunk was found elsewhere, or only without its context.
applies_exactly() # DIR PATCH...
{
	applies "$@" >"$tmp/patch.out" || { cat "$tmp/patch.out"; return 1; }
	! grep -E 'fuzz|offset' "$tmp/patch.out"
}

git_applies() # DIR PATCH...
{
	git -C "$1" init -q
	dir=$1
	shift
	for patch; do
		git -C "$dir" apply --whitespace=error "$top/$patch" || return
	done
}

is "the folders of patches are those that are tested" \
	"$(ls xen/patches | grep -vx 4.21 | xargs)" \
	"$(echo "$folders" | sed 's/:[^ ]*//g' | xargs)"
for folder in $folders; do
	pin=${folder#*:} folder=${folder%:*}
	all=$(ls xen/patches/$folder/*)
	copy_files "$sources/xen-$pin" "$tmp/patch-$folder" $all
	copy_files "$sources/xen-$pin" "$tmp/git-$folder" $all
	ok "$folder: the patches apply to the pinned $pin without offset or fuzz" \
		applies_exactly "$tmp/patch-$folder" $all
	ok "$folder: git apply takes them, and likes their white space" \
		git_applies "$tmp/git-$folder" $all
	ok "$folder: with the same result" \
		diff -r -x .git "$tmp/patch-$folder" "$tmp/git-$folder"
	copy_files "$sources/xen-$pin" "$tmp/am-$folder" $all
	ok "$folder: so does git am -3" git_ams "$tmp/am-$folder" $all
done

# Only 4.14 is pinned of the releases the patches are for; no Debian has 4.15
# or 4.16. What surrounds the hunks in the hypervisor's code, and in what the
# device tree may hold, is found in 4.17, too: so it should be in between.
hypervisor=$(ls xen/patches/4.14/0001-*)
copy_files "$later" "$tmp/later" $patches
git -C "$tmp/later" init -q
ok "each hunk of the hypervisor's code finds its place in 4.17, too" \
	git -C "$tmp/later" apply --exclude='docs/features/*' "$top/$hypervisor"

# Nor is there 4.18 or 4.19, which saw code move to a file of its own. What did
# not move is found at both ends, and what moved says the same there.
static17=$(ls xen/patches/4.17/0001-*)
static19=$(ls xen/patches/4.19/0001-*)
copy_files "$later" "$tmp/between" "$static17"
git -C "$tmp/between" init -q
ok "what the patch for 4.19 changes beside the file that is new finds its place in 4.17" \
	git -C "$tmp/between" apply --exclude='*/dom0less-build.c' "$top/$static19"
code() # PATCH: what it changes, without where, and without headers
{
	sed -n '/^diff --git/,$p' "$1" | grep '^[+-]' |
		grep -v -e '^---' -e '^+++' -e '^+#include' -e '^+$' | sort
}
is "and both do the same" "$(code "$static17")" "$(code "$static19")"

# Those that make a hypervisor for the tests.
shapes=$(ls tests/system/patches/4.20/*)
legacy=$(ls xen/patches/4.21/0001-*)
copy_files "$sources/xen-4.20" "$tmp/shapes" $shapes
ok "the tests' own patches apply to the pinned 4.20 without offset or fuzz" \
	applies_exactly "$tmp/shapes" $shapes
ok "and are all that there is for that hypervisor" \
	same "$(ls tests/system/patches)" 4.20

# No Debian has 4.21. What the patch for it changes is in one of those for 4.20.
ok "that for 4.21 finds the code of 4.21 that these bring" \
	patch -F0 "$tmp/shapes/xen/arch/arm/dom0less-build.c" "$legacy"
is "and is the only one for 4.21" "$(ls xen/patches/4.21)" "${legacy##*/}"

# What a maintainer would say at first sight.
header() { sed '/^---$/q' "$1"; }
added() { sed -n '/^diff --git/,$s/^+\([^+]\|$\)/\1/p' "$1"; }
hunks() # PATCH: the number of lines of context of each hunk
{
	awk '/^@@/ { if (hunk) print n; hunk = 1; n = 0; next }
		/^diff / { if (hunk) print n; hunk = 0 }
		hunk && /^ / { n++ }
		END { if (hunk) print n }' "$1"
}

for patch in xen/patches/*/*; do
	name=${patch#xen/patches/}
	number=${name%%-*}
	has "$number: the subject names the part of Xen" "$(header "$patch")" \
		'^Subject: \[PATCH\] [a-z/0-9]+: [a-z]'
	is "$number: the subject is one line of at most 72 characters" \
		"$(sed -n 's/^Subject: \[PATCH\] //p; /^$/q' "$patch" |
			awk 'length > 72')" ""
	is "$number: the message keeps to 72 columns" \
		"$(header "$patch" | sed '1,/^$/d' | awk 'length > 72')" ""
	# of whoever sends it: git am makes the one of the other
	is "$number: one sign-off, at the end of the message, to be filled in" \
		"$(header "$patch" | sed '1,/^$/d' | grep . | tail -n 2 | head -n 1)" \
		'Signed-off-by: YOUR NAME <your.address@example.org>'
	is "$number: as is the author" "$(sed -n 's/^From: //p' "$patch")" \
		'YOUR NAME <your.address@example.org>'
	is "$number: no blanks at line ends" \
		"$(added "$patch" | grep -nE '[[:space:]]$')" ""
	is "$number: no line over 80 columns but messages and the like" \
		"$(added "$patch" | expand | awk 'length > 80 && !/"/')" ""
	is "$number: at most one line of context on either side" \
		"$(hunks "$patch" | awk '$1 > 2')" ""
done

is "the hypervisor's patch changes one source file" \
	"$(sed -n 's|^+++ b/||p' "$hypervisor" | grep -c '\.[chS]$')" 1
for patch in "$hypervisor" "$static17" "$static19"; do
	name=${patch#xen/patches/}
	is "${name%%-*} indents by blanks, as Xen does" \
		"$(added "$patch" | grep -c "$(printf '\t')")" 0
	is "${name%%-*} puts blanks inside the parentheses of its conditions" \
		"$(added "$patch" | grep -nE '\<(if|while|for|switch) ?\([^ ]|\<(if|while|for|switch)\(')" ""
done
has "the property is documented" "$(added "$hypervisor")" '^- xen,enhanced'
# how to use it, how it works, old kernels, what is no limitation any more
for text in '    +xen,enhanced = "enabled";' 'HVM_PARAM_STORE_PFN to ~0' \
	'Linux does since 5\.19' '- PV drivers only with "xen,enhanced"'; do
	has "the feature is documented: $text" \
		"$(added "$hypervisor" | tr -s '\n')" "$text"
done

# Only the guest that waits is told.
is "xenstored's notifies nobody but under its condition" \
	"$(added xen/patches/4.14/0002-* | sed -n '/if (.*connection == XENSTORE_RECONNECT) {/,/^\t}/!p' |
		grep -E 'notify|connection')" ""
has "and does under it" "$(added xen/patches/4.14/0002-*)" 'xenevtchn_notify'

# What make xen-4.14 made stays until a patch changes.
copy_tree "$tmp/w"
made=$tmp/w/build/xen
mkdir -p "$made/src-4.14"
touch "$made/src-4.14/.done" "$made/xen-4.14"
plan() { make -C "$tmp/w" -n SRC="$sources" build/xen/xen-4.14 2>&1; }
is "a hypervisor that is there is not made again" "$(plan | grep -E 'patch -s|defconfig')" ""
touch -d 'next minute' "$tmp/w/$hypervisor"
has "but when a patch has changed" "$(plan)" 'patch -s -p1.*'
has "from its configuration on" "$(plan)" 'defconfig'

done_testing
