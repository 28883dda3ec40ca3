#!/bin/sh
# Every input of the corpora, and every one that once failed, through the fuzz
# targets.
. "$(dirname "$0")/tap.sh"

fuzz=build/check/fuzz
for target in tests/fuzz/*.c; do
	target=$(basename "$target" .c)
	dirs=tests/fuzz/corpus/$target
	[ ! -d "tests/fuzz/found/$target" ] || dirs="$dirs tests/fuzz/found/$target"
	n=$(find $dirs -type f | wc -l)
	ok "$target: $n inputs" "$fuzz/$target" -runs=0 -timeout=20 \
		-artifact_prefix="$tmp/" $dirs
	# an input that seems to leak is run once more; one that leads nowhere new
	# is not kept: if few are, the code is out of reach
	runs=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$tmp/says")
	kept=$(sed -n 's/.*DONE .* corp: \([0-9]*\).*/\1/p' "$tmp/says")
	ok "$target: they are run" [ "${runs:-0}" -gt "$n" ]
	ok "$target: and reach different code" [ "${kept:-0}" -gt $((n / 2)) ]
done

# Every truncation of a real tree, and every flipped bit: of the large one, that of
# QEMU's board, every seventh here and all by make fuzz.
for tree in chosen:1 board:7; do
	ok "${tree%:*}: cut anywhere, and bits turned" env FUZZ_BEND=${tree#*:} "$fuzz/dtb" \
		-timeout=300 -artifact_prefix="$tmp/" tests/fuzz/corpus/dtb/${tree%:*}
	ok "${tree%:*}: which was done" matches "$(cat "$tmp/says")" '^[0-9]{4,} trees bent'
done
done_testing
