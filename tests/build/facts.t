#!/bin/sh
# xen/FACTS: each line of Xen's sources that is cited says so, and each comment
# that cites a fact finds it.
. "$(dirname "$0")/tap.sh"

# The lines that FILE cites: "FILE LINE RELEASE WORD".
citations() # FILE
{
	sed -nE 's/^		([^ :]+):([0-9]+)@(4\.[0-9]+) ([^ ]+)$/\1 \2 \3 \4/p' "$1"
}

# Those of lines like these in which WORD does not stand.
wrong()
{
	while read -r file line release word; do
		tree=$sources/xen-$release
		sed -n "${line}p" "$tree/$file" 2>&1 | grep -qF -e "$word" ||
			echo "$file:$line@$release $word"
	done
}

labels=$(sed -nE 's/^\[([a-z]+)\]	.*/\1/p' xen/FACTS)
# a comment may break between the two words
cited=$(cat src/*.[ch] applets/*.c tests/fake/*.[ch] xen/*.mk | sed 's/^[[:space:]]*[*#] / /' |
	tr '\n' ' ' | grep -oE 'xen/FACTS, +[a-z]+' | sed 's/.*, *//' | sort -u)

has "facts are found" "$labels" '^direct$'
has "citations are found" "$(citations xen/FACTS | wc -l)" '^[4-9][0-9]$'
is "each line of Xen's that is cited says so" "$(citations xen/FACTS | wrong)" ""
is "one that does not would be found" \
	"$(echo 'xen/common/memory.c 1 4.17 nonsense' | wrong)" "xen/common/memory.c:1@4.17 nonsense"
is "no two facts have one label" "$(echo "$labels" | sort | uniq -d)" ""
echo "$cited" >"$tmp/cited"
has "comments cite facts" "$(echo "$cited" | wc -l)" '^[1-9][0-9]$'
is "and each of these is there" "$(for label in $cited; do
	echo "$labels" | grep -qx "$label" || echo "$label"
done)" ""
is "and no fact is without one" "$(echo "$labels" | sort | comm -23 - "$tmp/cited")" ""
# "Relies on it:" and "Fake:" name files, each in src, applets or by its path.
files=$(grep -oE '(Relies on it|Fake): [^:]*\.( |$)' xen/FACTS |
	sed 's/.*: //; s/\. *$//; s/,//g' | xargs -n 1 | sort -u)
has "facts name the files that rely on them" "$files" '^attach.c$'
is "each file that relies on one is there" "$(for file in $files; do
	[ -e "src/$file" ] || [ -e "applets/$file" ] || [ -e "$file" ] || echo "$file"
done)" ""
# What the fakes answer is somebody's answer: each function of theirs cites a fact or
# a line as above, but for those that only look at memory, or end something.
sed -nE 's/.*[ *]([a-z]+\/[^ :]+):([0-9]+)@(4\.[0-9]+) ([^ ]*[^ :;,.]).*/\1 \2 \3 \4/p' \
	tests/fake/*.c >"$tmp/lines"
has "lines are cited in the fakes" "$(wc -l <"$tmp/lines")" '^[3-9][0-9]$'
is "and each says so" "$(wrong <"$tmp/lines")" ""
answers='hyp_(domains|param_.et|evtchn|pause|destroy|cpupool|set|populate|map|grant)'
answers="^(int|void) ($answers|store_(read|finds|introduce|begin|commit)|batch_(read|list|who|introduced|write|make|perms|share|remove))[a-z_]*[(]"
is "each of their answers cites a line" "$(awk -v answers="$answers" '
	/^\/\*/ { text = "" }
	{ text = text $0 }
	$0 ~ answers { name = $2 }
	/^}/ {
		if (name && text !~ /@4[.]|xen.FACTS/) print name
		text = name = ""
	}' tests/fake/hyp.c tests/fake/store.c)" ""
done_testing
