#!/bin/sh
# What make bench makes of its measurements: the table, the verdicts, the files. The
# boots are real ones only there; here is what they might have measured.
. "$(dirname "$0")/tap.sh"

cat >"$tmp/raw" <<'END'
no cost ours 4 no 160000 40000 40 200 0 1
no cost upstream 4 no 6000000 800000 1200 2900 0 1
no cost upstream 4 no 9000000 1200000 1200 2900 0 2
no cost ours 4 no 320000 100000 60 210 0 2
no cost ours 4 no 170000 44000 40 205 0 3
no cost upstream 4 no 6000000 800000 1200 2900 0 3
no cost ours 4 no 10000 1000 40 205 0 4
no cost upstream 4 yes 900000 800000 1200 2900 0 4
no calls ours 12 600 60 610 0
no calls upstream 12 7200 720 800 0
no bytes ours 100000 1
no bytes upstream 4126520 1
yes cost ours 4 yes 160000 40000 40 200 0 1
yes cost upstream 4 yes 900000 800000 1200 2900 0 1
yes calls ours 12 600 60 610 0
yes calls upstream 12 7200 720 800 0
yes bytes ours 100000 1
yes bytes upstream 4126520 1
counted cost ours 4 yes 40000 8000 40 200 0 0
counted cost upstream 4 yes 200000 48000 1200 2900 0 0
counted curve 1 60000 30000 20 200 0 0
counted curve 16 640000 320000 90 220 0 0
counted curve 128 5120000 2560000 700 300 0 0
counted looks dom0less-list 16 220 5 40 0
counted looks dom0less-status 16 260 5 40 0
counted looks dom0less-list 128 1024 9 20 0
counted looks dom0less-status 128 1088 9 20 0
real device card upstream 1800000 900000 300 7000 0 1 0
real device card ours 100000 30000 20 240 0 1 0
real device disk upstream 2000000 950000 320 7000 0 1 0
real device disk ours 100000 30000 20 250 0 1 0
real traced card upstream 9000 51 8000000 0
real traced card ours 300 1 160000 0
real traced disk upstream 9500 60 8000000 0
real traced disk ours 400 1 160000 0
no whole ours 1500 500 3000000 0
no whole upstream 6000 5000 16000000 0
yes whole ours 1500 500 3000000 0
yes whole upstream 3000 2000 16000000 0
END

# Judge the measurements after SED has changed them: sets $table and $status.
judge() # SED
{
	sed "$1" "$tmp/raw" >"$tmp/changed"
	table=$(awk -v json="$tmp/json" -v svg="$tmp/svg" -v boots=1 \
		-f tests/bench/judge.awk -f tests/bench/plot.awk "$tmp/changed")
	status=$?
}

missed() # DESC SED REGEX
{
	judge "$2"
	is "$1: exit status" "$status" 1
	has "$1: is said" "$table" "$3"
	[ "${3#problem}" != "$3" ] ||
		ok "$1: and written" matches "$(cat "$tmp/json")" '"verdict":"MISSED"'
}

judge ''
is "all targets met: exit status" "$status" 0
ok "nothing is missed" fails matches "$table" 'MISSED|problem'
has "medians of several boots, by domain, and of their ratios" "$table" \
	'^wall time, us a domain +1500000 +41250 +35\.3 +30 met$'
has "what is counted has no target" "$table" '^user.system time, us a domain +12000 +2000 +6\.0 +- -$'
has "without a target there is no verdict" "$table" '^context switches a domain +300 +10 +30\.0 +- -$'
has "system calls" "$table" '^system calls a domain +600 +50 +12\.0 +10 met$'
has "requests" "$table" '^requests to xenstored a domain +67 +51 '
has "bytes" "$table" '^bytes of the files +4126520 +100000 +41\.3 +40 met$'
has "the curve" "$table" '^wall time of one of 128 +0\.67 times that of 1, slope 39\.9 ms a domain: met$'
has "those that look" "$table" '^dom0less-list +8\.0 system calls a domain of 128: met; first output after 20%$'
is "JSON: the rows" "$(jq -r '.[] | select(.what == "wall") |
	"\(.rng_seed) \(.ours) \(.ratio) \(.target) \(.verdict)"' "$tmp/json")" \
	"no 41250 35.29 30 met
yes 40000 5.62 null -
counted 10000 5 null -
card 100000 18 null -
disk 100000 20 null -
whole-no 1500 4 3 met
whole-yes 1500 2 null -"
has "a card" "$table" '^user.system time, us +900000 +30000 +30\.0 +5 met$'
has "the processes of a disk" "$table" '^processes +60 +1 +60\.0 +- -$'
has "the whole" "$table" '^ms from /init to a block read +6000 +1500 +4\.0 +3 met$'
has "what of it is not the kernel's" "$table" '^ms of it, without the modules +2000 +500 +4\.0 +- -$'
is "JSON: all of it" "$(jq length "$tmp/json")" 42
is "SVG: each element is closed" "$(perl -0ne '
	@open = (); $bad = !/^<svg /;
	while (/<(\/?)(\w+)[^<>]*?(\/?)>/g) {
		if ($1) { $bad ||= pop @open ne $2 } elsif (!$3) { push @open, $2 }
	}
	s/<[^<>]*>//g; $bad ||= @open || /[<>&]/; print $bad ? "bad" : "good"' "$tmp/svg")" good
is "SVG: a point for each number of domains" \
	"$(grep -c '<polyline' "$tmp/svg") $(sed -n 's/.*points="\(.*\)"\/>/\1/p' "$tmp/svg" |
		wc -w)" "2 6"

missed "too slow" 's/ours 4 no [13][67]0000/ours 4 no 990000/; s/ours 4 no 320000/ours 4 no 1490000/' 'wall time.* 6\.1 +30 MISSED'
missed "too much CPU" 's/^yes cost ours 4 yes 160000 40000/yes cost ours 4 yes 160000 80001/' 'user.* 10\.0 +10 MISSED'
missed "too many calls" 's/ours 12 600/ours 12 721/' 'system calls a domain .* MISSED'
missed "too much memory" 's/ 2900 0/ 1500 0/' 'memory.* MISSED'
missed "too large" 's/bytes ours .*/bytes ours 103300/' 'bytes .* MISSED'
missed "not flat" 's/curve 128 5120000/curve 128 9999999/' 'wall time of one of 128 .*: MISSED'
missed "not flat in CPU" 's/ 2560000 / 5000000 /' 'system time of one of 128 .*: MISSED'
missed "list asks too much" 's/list 128 1024/list 128 1281/' 'list +10\.0 .*: MISSED'
missed "status asks too much" 's/status 128 1088/status 128 1400/' 'status +10\.9 .*: MISSED'
missed "nothing was measured" '/^no calls upstream/d' 'problem: nothing .* system calls .* no$'
missed "upstream had entropy" 's/upstream 4 no/upstream 4 yes/' 'problem: nothing .* wall'
missed "it failed" 's/ 205 0/ 205 1/' 'problem: ours exits 1'
missed "it failed on many" 's/ 700 300 0/ 700 300 4/' 'problem: of 128 domains: exits 4'
missed "a card takes long" 's/card ours 100000 30000/card ours 100000 200000/' 'system time, us .* 4\.5 +5 MISSED'
missed "a disk takes many calls" 's/disk ours 400/disk ours 480/' 'system calls .* 19\.8 +20 MISSED'
missed "xl fails" 's/ 7000 0 1 0/ 7000 1 1 0/' 'problem: a card by upstream: exits 1'
missed "the whole takes long" 's/no whole ours 1500/no whole ours 2010/' 'ms from /init to a block read .* 3\.0 +3 MISSED'
missed "the whole was not measured" '/whole ours/d' 'problem: nothing .* ms from /init to a block read, rng seed: whole-no$'
missed "no curve" '/curve/d' 'problem: no curve'
done_testing
