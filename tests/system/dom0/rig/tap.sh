# Test results, printed as frames on the console (see lib/frames.awk).
#
# Xen mixes the lines of dom0, of the domUs and of its own into one log. It
# takes up to 127 bytes from dom0 at a time and never breaks into those: a
# frame that short, written at once and not processed by the tty, stays whole.

begin_report()
{
	stty -F /dev/hvc0 -opost
	echo 0 >/run/rig/frames
	echo 0 >/run/rig/commands
}

frame() # KIND TEXT
{
	read -r frames </run/rig/frames
	frames=$((frames + 1))
	echo "$frames" >/run/rig/frames
	printf '@rig@ %d %s %.100s@end\r\n' "$frames" "$1" "$2" >/dev/hvc0
}

# Neither another frame's mark nor control characters may get into a frame.
clean()
{
	tr '@\t' '? ' | tr -cd '\12\40-\176'
}

end_report() # STATUS
{
	frame 'done' 0
}

note() # TEXT, or standard input
{
	{ [ $# -eq 0 ] && cat || echo "$*"; } | frames_of note
}

# A note that tests/system/demo shows to its visitor.
say() # TEXT, or standard input
{
	{ [ $# -eq 0 ] && cat || echo "$*"; } | frames_of say
}

frames_of() # KIND
{
	clean | fold -w 100 | while IFS= read -r line; do
		frame "$1" "$line"
	done
}

ok() # STATUS DESCRIPTION
{
	text=$(echo "$2" | clean)
	[ "$1" -eq 0 ] && frame ok "$text" || frame not "$text"
	[ "$1" -eq 0 ]
}

is() # GOT WANTED DESCRIPTION
{
	[ "$1" = "$2" ]
	ok $? "$3" || note "    got: $1
 wanted: $2"
}

isnt() # GOT UNWANTED DESCRIPTION
{
	[ "$1" != "$2" ]
	ok $? "$3" || note "    got: $1"
}

like() # GOT ERE DESCRIPTION
{
	echo "$1" | grep -q -E -e "$2"
	ok $? "$3" || note "    got: $1
 wanted: /$2/"
}

unlike() # GOT ERE DESCRIPTION
{
	! echo "$1" | grep -q -E -e "$2"
	ok $? "$3" || note "    got: $1
 wanted: not /$2/"
}

# Run a command, set $out, $err, $rc and $took (in 1/100 s). Which guests are heard
# in time depends on the machine: lines on those that were not are no part of $err,
# $unheard has their domids.
run() # COMMAND...
{
	uptime_now
	took=$now
	rc=0
	"$@" >/tmp/run.out 2>/tmp/run.err || rc=$?
	uptime_now
	took=$((now - took))
	out=$(cat /tmp/run.out)
	unheard=$(sed -n '/: it was not heard from yet: /s/^[^ ]* d\([0-9]*\): .*/\1/p' \
		/tmp/run.err | xargs)
	err=$(sed '/: it was not heard from yet: /d' /tmp/run.err)
}

# Set $now to the time since boot in 1/100 s.
uptime_now()
{
	read -r now _ </proc/uptime
	now=${now%.*}${now#*.}
}

# Wait until COMMAND succeeds, looking every tenth of a second.
# It may wait itself, so the limit is a local of each call.
wait_for() # SECONDS COMMAND...
{
	uptime_now
	local limit=$((now + $1 * 100))
	shift
	until "$@" >/dev/null 2>&1; do
		uptime_now
		[ "$now" -lt "$limit" ] || return 1
		sleep 0.1
	done
}
