#!/bin/sh
# Every fuzz target for FUZZ_SECONDS, as make fuzz runs them; how many inputs
# each was given.
cd "$(dirname "$0")/../.."

n=0
missed=0
for target in tests/fuzz/*.c; do
	target=$(basename "$target" .c)
	n=$((n + 1))
	if said=$(tests/fuzz/run "${FUZZ_SECONDS:-60}" "$target" 2>&1); then
		echo "ok $n - $target: nothing found"
		printf '%s\n' "$said" | sed -nE 's/^([a-z]+) +([0-9]+) executions.*/# sum: \2 inputs made up for fuzz target \1/p'
		printf '%s\n' "$said" | sed -nE 's/^dtb +([0-9]+) trees.*/# sum: \1 device trees, a real one cut or with a bit turned/p'
	else
		missed=$((missed + 1))
		echo "not ok $n - $target: something found"
		printf '%s\n' "$said" | tail -n 60 | sed 's/^/# /'
	fi
done
echo "1..$n"
[ "$missed" = 0 ]
