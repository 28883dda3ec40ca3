# From the serial log to TAP, and what to show when something went wrong.

# What a broken hypervisor or kernel prints, in words no test uses. Not the
# warnings: Debian's 6.1 has a harmless one when dom0 first maps a page.
panic_text='Panic on CPU|Xen BUG at|Assertion .* failed at|Kernel panic|kernel BUG at|BUG: |Internal error: |Unable to handle kernel|Oops'

explain() # TEXT
{
	echo "# $scenario: $*"
	failed=1
}

# The frames of the log as TAP, numbered from $((tests + 1)).
dom0_tests()
{
	awk -v first=$((tests + 1)) -v "scenario=$scenario" \
		-f "$here/lib/frames.awk" "$log" >"$work/tap" || failed=1
	tests=$((tests + $(grep -E '^(not )?ok ' "$work/tap" | wc -l)))
	! grep -q '^not ok' "$work/tap" || failed=1
	cat "$work/tap"
}

console_tests()
{
	while IFS='	' read -r regex text; do
		tests=$((tests + 1))
		if tr -d '\r' <"$log" | grep -q -E -e "$regex"; then
			echo "ok $tests - $scenario: $text"
		else
			echo "not ok $tests - $scenario: $text"
			explain "the console never showed /$regex/"
		fi
	done <"$work/console-tests"
}

# Tests that never ran are failures, not a shorter run.
missing_tests() # LAST
{
	[ "$tests" -eq "$1" ] || explain "planned up to test $1, ran to $tests"
	while [ "$tests" -lt "$1" ]; do
		tests=$((tests + 1))
		echo "not ok $tests - $scenario: not run"
	done
}

boot_problems()
{
	case $status in
	0) ;;
	124 | 137) explain "hung: killed after $host_deadline seconds" ;;
	*) explain "QEMU ended with status $status" \
		"$(tail -n 1 "$work/qemu.log")" ;;
	esac
	panics=$(tr -d '\r' <"$log" | grep -n -E "$panic_text" |
		grep -v -E -e "${host_tolerate:-^$}" | head -n 5)
	if [ -n "$panics" ]; then
		explain "a hypervisor or kernel broke down:"
		echo "$panics" | sed 's/^/#   /'
	fi
}

log_tail()
{
	echo "# the last lines of build/system/$scenario.log:"
	tr -d '\r' <"$log" | grep -v -E '@rig@|vGIC[DR]:' |
		tail -n 40 | sed 's/^/#   /'
}

# Print the TAP of the boot that just ended; set $failed if all is not well.
report() # LAST-TEST
{
	[ "$host_boots" = no ] || [ "$host_dom0" != rig ] || dom0_tests
	console_tests
	missing_tests "$1"
	boot_problems
	[ "$failed" -eq 0 ] || log_tail
}
