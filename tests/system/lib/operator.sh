# The other kind of scenario: dom0 is the image of `make initramfs`, nothing of
# the rig in it, and operator() sits at its console, QEMU's serial port, which is
# a pseudo-terminal. It may switch the machine on as often as it likes.

. "$here/dom0/rig/tap.sh"

image=${DOM0_IMAGE:-$top/build/check/dom0.cpio.gz}
prompt='dom0:/# '

# tap.sh's results need no console to pass through here.
frame() # KIND TEXT
{
	case $1 in
	ok)
		tests=$((tests + 1))
		echo "ok $tests - $scenario: $2"
		;;
	not)
		tests=$((tests + 1)) failed=1
		echo "not ok $tests - $scenario: $2"
		;;
	*) echo "# $2" ;;
	esac
}

# What OVERLAY, a function, puts into its folder replaces what the image has.
# cpio archives that follow one another are one to the kernel.
make_image_ramdisk() # OVERLAY|-
{
	[ -e "$image" ] || die "$image is missing, make it first"
	rm -f "$work/qemu.log"	# of the last boot
	dom0_ramdisk=$work/dom0-$boots.cpio
	cp "$image" "$dom0_ramdisk"
	[ "$1" != - ] || return 0
	mkdir -p "$work/overlay-$boots"
	(cd "$work/overlay-$boots" && "$1") || die "$1 failed"
	pack "$work/overlay-$boots" "$work/overlay.cpio"
	gzip -n <"$work/overlay.cpio" >>"$dom0_ramdisk"
}

# QEMU tells its terminal's name. What the machine prints there, and when, goes
# to $work/heard-N: somebody has to read it all, or the machine would stop.
attach_console()
{
	wait_for 30 grep -q 'redirected to /dev/' "$work/qemu.log" ||
		die "QEMU gave no terminal: $(cat "$work/qemu.log")"
	terminal=$(sed -n 's|.*redirected to \(/dev/[^ ]*\).*|\1|p' "$work/qemu.log")
	heard=$work/heard-$boots
	"$here/lib/listen" "$terminal" >"$heard" 2>&1 &
	listener=$!
	exec 7>"$terminal"
	read_from=$(stat -c %s "$log")
}

# OVERLAY is the name of a function, or "-"; WORDs go to dom0's command line.
power_on() # OVERLAY [WORD...]
{
	boots=$((boots + 1))
	make_image_ramdisk "$1"
	shift
	host_dom0_args=$*
	make_dtb
	start_machine -chardev "pty,id=console,logfile=$log,logappend=on" \
		-serial chardev:console
	attach_console
}

# The same image on the bare machine, without Xen.
power_on_without_xen()
{
	boots=$((boots + 1))
	make_image_ramdisk -
	part linux "$host_linux"
	timeout -k 5 "$host_deadline" qemu-system-aarch64 $(board) -machine virt \
		-accel tcg,thread=multi -no-reboot -kernel "$part/vmlinuz" \
		-initrd "$dom0_ramdisk" -append 'rdinit=/init quiet panic=1' \
		-chardev "pty,id=console,logfile=$log,logappend=on" \
		-serial chardev:console >"$work/qemu.log" 2>&1 &
	emulator=$!
	attach_console
}

is_on()
{
	kill -0 "$emulator" 2>/dev/null
}

# Wait until the machine is off, and note if it had to be killed.
powered_off() # SECONDS
{
	wait_for "$1" fails is_on
	off=$?
	is_on && kill "$emulator"
	ended=0
	wait "$emulator" || ended=$?
	[ "$ended" -eq 0 ] || status=$ended
	emulator=
	exec 7>&-
	wait "$listener" || :
	listener=
	return $off
}

fails() # COMMAND...
{
	! "$@"
}

# What the console showed since the operator last typed something, without what
# other domains say and what moves the cursor.
shown()
{
	tail -c +$((read_from + 1)) "$log" | tr -d '\r' |
		sed 's/\x1b\[[0-9;]*[A-Za-z]//g; /^(XEN)/d; s/(XEN) .*//'
}

shows() # ERE
{
	shown | grep -q -E -e "$1"
}

# Wait for a line on the console; at once in vain if the machine is off.
see() # SECONDS ERE
{
	wait_for "$1" shows_or_off "$2" && shows "$2"
}

shows_or_off() # ERE
{
	shows "$1" || ! is_on
}

at_prompt()
{
	[ "$(shown | tail -n 1)" = "$prompt" ] || ! is_on
}

# Type a line, as a human would, and Enter. Keys are typed as printf knows them.
type() # LINE
{
	read_from=$(stat -c %s "$log")
	printf '%s\r' "$*" >&7
}

keys() # TEXT
{
	read_from=$(stat -c %s "$log")
	printf "$1" >&7
}

# Type a command and wait until the prompt is there again. Sets $out.
enter() # LINE
{
	type "$*"
	wait_for 90 at_prompt
	out=$(shown | sed '1d;$d')
}

# Wait for a line of anybody's, Xen and its other guests included, since the
# machine was switched on.
hear() # SECONDS ERE
{
	wait_for "$1" heard_or_off "$2" && grep -q -E -e "$2" "$heard"
}

heard_or_off() # ERE
{
	grep -q -E -e "$1" "$heard" || ! is_on
}

# Set $moment to the time, in ms, when a line was first heard; 0: it was not.
moment_of() # ERE
{
	moment=$(sed -n -E "s/^([0-9]+) .*$1.*/\\1/p" "$heard" | head -n 1)
	[ "${moment:=0}" -gt 0 ]
}

operate()
{
	boots=0
	status=0
	: >"$log"
	operator || :	# so that a failed test does not end it: set -e
	[ -z "$emulator" ] || powered_off 0 || :
}
