#!/bin/sh
# make dist: what is in the folder, and that anyone can make it again from the
# tarball and the sources beside it, without a network.
. "$(dirname "$0")/tap.sh"

version=$(sed -n 's/^VERSION := //p' Makefile)
name=dom0less-$version
d=$tmp/release
bill=$d/$name.spdx.json
arches='arm64 arm x86_64'

# From what is built already, whatever flags make was given for it.
dist() # DIR
{
	make -s SRC="$sources" RELEASE="$1" -o build/arm64/dom0less \
		$(printf -- '-o arch-%s ' $arches) dist
}
tracked=$(git --git-dir=.git ls-files 2>/dev/null | LC_ALL=C sort)
[ -n "$tracked" ] || tracked=$(find . \( -path ./build -o -path ./.git \) -prune -o \
	! -type d -printf '%P\n' | LC_ALL=C sort)

ok "make dist" dist "$d"
is "the tarball has the files of the tree, in one folder" \
	"$(tar -tf "$d/$name.tar.xz" | sed "s|^$name/||")" "$tracked"
is "that belong to root, and to nobody's umask" \
	"$(tar --numeric-owner -tvf "$d/$name.tar.xz" | awk '{ print $1, $2 }' | sort -u | xargs)" \
	'-rw-r--r-- 0/0 -rwxr-xr-x 0/0'
is "beside it there is nothing but" "$(ls "$d" | xargs)" \
	"SHA256SUMS $name-arm $name-arm64 $name-x86_64 $name.spdx.json $name.tar.xz licenses sources"
for arch in $arches; do
	ok "the binary for $arch is the one that was built" \
		cmp "$d/$name-$arch" "build/$arch/dom0less"
done
has "this machine's runs" "$("$d/$name-$HOST" --version)" "$version\$"
sums()
{
	(cd "$d" && sha256sum --quiet --strict -c SHA256SUMS)
}
ok "the checksums are right" sums
is "and leave out nothing" "$(cd "$d" && sed 's/^[0-9a-f]*  //' SHA256SUMS)" \
	"$(cd "$d" && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort)"

# The bill of materials: the form first, by the text of SPDX 2.3.
bill() # DESC FILTER
{
	ok "bill: $1" jq -e "$2" "$bill"
}
bill "version, licence and identity of the document" '
	.spdxVersion == "SPDX-2.3" and .dataLicense == "CC0-1.0"
	and .SPDXID == "SPDXRef-DOCUMENT" and (.name | length > 0)
	and (.documentNamespace | test("^https://[^#]+$"))
	and (.creationInfo.created | test("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$"))
	and (.creationInfo.creators | length > 0 and all(test("^(Person|Organization|Tool): .")))'
bill "each thing in it has an id of its own, in the right letters" '
	[.. | .SPDXID? // empty] | length > 8 and length == (unique | length)
	and all(test("^SPDXRef-[A-Za-z0-9.-]+$"))'
bill "each package has a name and an origin" '
	.packages | length > 0 and all(.name != "" and .versionInfo != ""
	and .downloadLocation == "NOASSERTION" and .filesAnalyzed == false)'
bill "each file has a name and its checksums" '
	.files | length == 3 and all((.fileName | startswith("./"))
	and ([.checksums[].algorithm] == ["SHA1", "SHA256"]))'
bill "each checksum has its length" '
	[.. | .checksums? // empty | .[]] | length > 8
	and all({SHA1: 40, SHA256: 64}[.algorithm] as $length
	| .checksumValue | test("^[0-9a-f]+$") and length == $length)'
bill "relations are known ones, between things in it" '
	([.. | .SPDXID? // empty]) as $ids | .relationships | length > 0 and all(
	(.relationshipType | IN("DESCRIBES", "GENERATED_FROM", "STATIC_LINK"))
	and (.spdxElementId | IN($ids[])) and (.relatedSpdxElement | IN($ids[])))'

# SPDX's own list of licences, as Debian has it.
ok "SPDX's lists come" xen/fetch debs bookworm arm64 "$tmp/lists" \
	node-spdx-license-ids node-spdx-exceptions
ids=$(find "$tmp/lists" -path '*/spdx-license-ids/index.json')
exceptions=$(find "$tmp/lists" -path '*/spdx-exceptions/index.json')
ok "bill: every licence is in SPDX's list, combined as it says" jq -e \
	--slurpfile ids "$ids" --slurpfile exceptions "$exceptions" '
	def simple: split(" WITH ") | (.[0] | IN($ids[0][]))
		and (length == 1 or (length == 2 and (.[1] | IN($exceptions[0][]))));
	[.packages[], .files[] | .licenseConcluded, .licenseDeclared // empty]
	| length > 8 and all(gsub("[()]"; "") | split(" (AND|OR) "; "") | all(simple))' "$bill"

# Then the matter.
for arch in $arches; do
	file=./$name-$arch
	is "bill: $arch has the checksums of the file" "$(jq -r --arg f "$file" \
		'.files[] | select(.fileName == $f).checksums[].checksumValue' "$bill" | xargs)" \
		"$(sha1sum <"$d/$file" | cut -d ' ' -f 1) $(sha256sum <"$d/$file" | cut -d ' ' -f 1)"
	is "bill: $arch has the archives of the linker's map linked in" \
		"$(jq -r --arg f "$file" '(.files[] | select(.fileName == $f).SPDXID) as $id
		| [.relationships[] | select(.spdxElementId == $id
			and .relationshipType == "STATIC_LINK").relatedSpdxElement] as $libs
		| .packages[] | select(.SPDXID | IN($libs[])).name | sub(".*/"; "")' "$bill" | sort | xargs)" \
		"$(grep -oE '[a-z]+\.a\(' "build/$arch/dom0less.map" | sed 's/\.a(//' | sort -u | xargs)"
done
is "bill: a package that is in sources/ has its checksum" "$(jq -r '.packages[]
	| select(.packageFileName // "" | test("orig|deb$"))
	| "\(.checksums[0].checksumValue) \(.packageFileName)"' "$bill" | sort -u)" \
	"$(cd "$d/sources" && find . -name '*.tar.xz' -o -name 'musl*.deb' | xargs sha256sum |
		sed 's|  .*/| |' | sort)"
for arch in $arches; do
	deb=$(case $arch in arm) echo armhf ;; x86_64) echo amd64 ;; *) echo "$arch" ;; esac)
	ok "the musl for $arch in sources/ is the one that was linked" sh -c '
		dpkg --fsys-tarfile "$1"/*/bookworm-$2/cache/musl-dev_*.deb | tar -xO --wildcards \
		"*/libc.a" | cmp - "$3"/musl-$4/usr/lib/*-linux-musl*/libc.a' \
		- "$d/sources" "$deb" "$sources" "$arch"
done
text() # DESC FILE ERE
{
	has "licenses/$2: $1" "$(cat "$d/licenses/$2")" "$3"
}
text "the GPL" dom0less 'GNU GENERAL PUBLIC LICENSE'
text "the LGPL, version 2.1" xen-libraries 'only\* v2\.1'
text "Xen's headers" xen-public-headers 'Permission is hereby granted'
text "BSD" libfdt 'Redistribution and use in source and binary forms'
text "or GPL" libfdt 'GNU GENERAL PUBLIC LICENSE'
text "MIT" musl '^License: MIT'
text "the GPL, version 3" libgcc 'Version 3, 29 June 2007'
text "with the exception" libgcc '^GCC RUNTIME LIBRARY EXCEPTION'
text "Linux" linux-headers 'GPL-2'

# Elsewhere, by somebody else, at another time, without a network and with an
# apt that knows no archive: from the tarball and sources/ to the same folder.
# A machine without root makes a network namespace as a user.
alone='unshare -n'
[ "$(id -u)" = 0 ] || alone='unshare -rn'
if ! $alone true 2>/dev/null; then
	echo "# no network namespace to be had: only apt is kept from the network"
	alone=
fi
mkdir "$tmp/elsewhere" "$tmp/apt"
cp -r "$d/sources" "$tmp/elsewhere/sources"
tar -xf "$d/$name.tar.xz" -C "$tmp/elsewhere"
cat >"$tmp/apt.conf" <<END
Dir::State "$tmp/apt";
Dir::Cache "$tmp/apt";
Dir::Etc "$tmp/apt";
END
offline()
{
	(cd "$tmp/elsewhere/$name" && umask 077 && env -i PATH="$PATH" HOME=/nonexistent \
		TZ=Asia/Tokyo LC_ALL=C.UTF-8 APT_CONFIG="$tmp/apt.conf" $alone "$@")
}
is "apt knows no archive then" "$(offline apt-get indextargets 2>/dev/null)" ""
[ -z "$alone" ] || is "nor is there a way to one" "$(offline sed -n 's/^ *\(.*\):.*/\1/p' /proc/net/dev)" lo
ok "the tarball builds with the sources beside it" \
	offline make -j2 dist DL=../sources
ok "and makes the same release, bit for bit" \
	diff -r "$d" "$tmp/elsewhere/$name/build/release"
done_testing
