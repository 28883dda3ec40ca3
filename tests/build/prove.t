#!/bin/sh
# The counter of the tests: nothing that went wrong may look right.
. "$(dirname "$0")/tap.sh"

n=0
counts() # DESC WANTED STATUS SCRIPT...
{
	what=$1
	wanted=$2
	status=$3
	shift 3
	set_of=
	for script; do
		n=$((n + 1))
		printf '#!/bin/sh\n%s\n' "$script" >"$tmp/$n.t"
		chmod +x "$tmp/$n.t"
		set_of="$set_of $tmp/$n.t"
	done
	out=$(tests/prove -j2 $set_of 2>/dev/null)
	is "$what: exit status" $? "$status"
	is "$what: last line" "$(printf '%s\n' "$out" | tail -n 1)" "$wanted"
}

counts "all is well" "3 passed, 0 failed" 0 'echo ok 1; echo 1..1' \
	'echo 1..2; echo ok 1 - a; echo ok 2 - b'
counts "one fails" "2 passed, 1 failed" 1 'echo 1..2; echo ok 1; echo not ok 2' \
	'echo 1..1; echo ok 1'
counts "fails after all was ok" "1 passed, 1 failed" 1 'echo 1..1; echo ok 1; exit 3'
counts "killed" "1 passed, 1 failed" 1 'echo 1..1; echo ok 1; kill -9 $$'
counts "ends early" "1 passed, 2 failed" 1 'echo 1..3; echo ok 1'
counts "no plan" "1 passed, 1 failed" 1 'echo ok 1'
counts "prints nothing" "0 passed, 1 failed" 1 'true'
counts "skips one" "1 passed, 1 failed" 1 'echo 1..2; echo ok 1; echo ok 2 "# SKIP why"'
counts "skips all" "0 passed, 1 failed" 1 'echo 1..0 "# SKIP why"'
counts "sums" "3 passed, 0 failed" 0 'echo 1..1; echo "# sum: 3 things, and"; echo ok 1' \
	'echo 1..2; echo "# sum: 40 things, and"; echo ok 1; echo "# sum: 5 others"; echo ok 2'
is "they are added up, each by its name" "$(echo "$out" | grep -A 1 things)" \
	"        43  things, and
         5  others"
counts "no tests at all" "0 passed, 1 failed" 1
done_testing
