#!/bin/sh
# make size, baseline, bloatcheck: what they say of the binary that is there.
. "$(dirname "$0")/tap.sh"

f=build/arm64/dom0less

# Without building anything: other tests use it meanwhile.
say() # TARGET
{
	make -s ARCH=arm64 -o "$f" BASELINE="$tmp/baseline" "$1" 2>&1
}

loaded=$(size "$f" | awk 'NR == 2 { print $1 + $2 }')
has "make size" "$(say size)" \
	"^$f +text.data +$loaded +xz +$(xz -9e <"$f" | wc -c)\$"
has "make bloatcheck without a baseline" "$(say bloatcheck)" 'make baseline first'
ok "and fails" fails say bloatcheck
is "make baseline" "$(say baseline)" ""
is "make bloatcheck of the same" "$(say bloatcheck | xargs)" "+0 bytes in all"
was=$(sed -n 's/^[0-9]* 0*\([0-9]*\) T main$/\1/p' "$tmp/baseline")
sed -i -e "s/^\([0-9]*\) 0*$was T main\$/\1 $((was - 16)) T main/" -e '/ T nodes_write$/d' \
	"$tmp/baseline"
now=$(say bloatcheck)
has "a function that has grown" "$now" "^ +$((was - 16)) +$was +.16 main\$"
has "one that is new" "$now" '^ +0 +[0-9]+ +[+][0-9]+ nodes_write$'
new=$(echo "$now" | sed -n 's/.*+\([0-9]*\) nodes_write$/\1/p')
has "and all of them" "$now" "^ +.$((new + 16)) bytes in all\$"
done_testing
