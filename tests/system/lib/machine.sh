# From what a scenario declares to a running machine: the files to load, the
# device tree that names them, QEMU.

# Where modules go: QEMU puts the device tree of virt at 0x48000000 and Xen below
# it; that of versal, whose RAM begins at 0, below 0x10000000.
first_module()
{
	case $host_board in
	virt) next_module=0x50000000 ;;
	versal) next_module=0x10000000 ;;
	*) die "$scenario: board=$host_board: there are virt and versal" ;;
	esac
}

# Set $addr to where FILE gets loaded. Domains may share one copy.
place() # FILE
{
	addr=$(awk -v file="$1" '$2 == file { print $1 }' "$work/modules")
	[ -z "$addr" ] || return 0
	[ -n "$next_module" ] || first_module
	addr=$next_module
	size=$(stat -c %s "$1")
	next_module=$(printf '0x%x' \
		$(((addr + size + 0x1fffff) / 0x200000 * 0x200000)))
	echo "$addr $1" >>"$work/modules"
}

# Xen believes the tree about a module's size, so it must be exact.
module_node() # kernel|ramdisk FILE [BOOTARGS]
{
	echo "module@${addr#0x} {"
	echo "compatible = \"multiboot,$1\", \"multiboot,module\";"
	printf 'reg = <0x0 %s 0x0 0x%x>;\n' "$addr" "$(stat -c %s "$2")"
	[ -z "${3-}" ] || echo "bootargs = \"$3\";"
	echo '};'
}

# Set $part to the folder of a part, fetching it if need be.
part() # xen|linux VERSION, tool NAME
{
	[ "$host_arch" = arm64 ] || set -- "$@" "$host_arch"
	part=$("$here/parts" "$@") || exit 1
}

# The same kernel, started late.
slow_kernel()
{
	[ -e "$work/slow-$domu_linux" ] || {
		"$here/slow-guest"
		cat "$kernel"
	} >"$work/slow-$domu_linux"
	kernel=$work/slow-$domu_linux
}

bad_kernel()
{
	kernel=$work/$domu_kernel
	[ -e "$kernel" ] || "$here/bad-guest" "$domu_kernel" >"$kernel"
}

# What dom0 has, for a domU to act as a toolstack, or to serve devices.
like_dom0_ramdisk() # NAME INIT
{
	ramdisk=$work/$1.cpio
	[ ! -e "$ramdisk" ] || return 0
	mkdir -p "$work/$1"
	cp -R "$here/dom0/etc" "$work/$1/"
	cp "$here/domu/$2" "$work/$1/init"
	install_dom0less "$work/$1"
	cp "$top/build/guest/loopback" "$work/$1/sbin/"
	pack "$work/$1" "$work/$1-overlay.cpio"
	part linux "$domu_linux"
	modules=$part/dom0.cpio
	part xen "$host_xen"
	cat "$part/dom0.cpio" "$modules" "$work/$1-overlay.cpio" >"$ramdisk"
}

# A guest that obeys root=, by domu/root, see there.
root_ramdisk()
{
	ramdisk=$work/root.cpio
	[ ! -e "$ramdisk" ] || return 0
	mkdir -p "$work/root"
	cp "$here/domu/root" "$work/root/init"
	part linux "$domu_linux"
	"$top/initramfs/modules" "$part/modules" "$work/root/modules" \
		xen-blkfront xen-netfront ext4
	pack "$work/root" "$work/root-overlay.cpio"
	part xen "$host_xen"
	cat "$part/domu.cpio" "$work/root-overlay.cpio" >"$ramdisk"
}

# A disk with the files of FOLDER.
make_disk() # FILE FOLDER
{
	truncate -s 8M "$1"
	PATH=$PATH:/sbin mke2fs -q -t ext4 -d "$2" "$1"
}

# One with the root file system that such a guest looks for.
make_root_disk() # FILE
{
	rm -rf "$work/disk"
	mkdir -p "$work/disk"
	part xen "$host_xen"
	(
		cd "$work/disk"
		cpio -i -d --quiet bin/busybox <"$part/domu.cpio"
		mkdir dev etc proc sbin sys
		ln -s ../bin/busybox sbin/init
		cp "$here/domu/disk/"* etc
	)
	make_disk "$1" "$work/disk"
}

# Set $kernel and $ramdisk to what this domU boots.
domu_files()
{
	part linux "$domu_linux"
	kernel=$part/vmlinuz
	ramdisk=$work/domu-$domu_linux.cpio
	if [ ! -e "$ramdisk" ]; then
		part xen "$host_xen"
		cat "$part/domu.cpio" "${kernel%/*}/domu.cpio" \
			"$work/domu.cpio" >"$ramdisk"
	fi
	case $domu_kernel in
	'') ;;
	idle) kernel=$work/dom0/rig/idle ;;
	tiny) kernel=$top/build/guest/tiny ramdisk= ;;
	slow) slow_kernel ;;
	off | close) bad_kernel ;;
	*) kernel=$top/$domu_kernel ;;
	esac
	case $domu_ramdisk in
	'') ;;
	tools) like_dom0_ramdisk tools tools ;;
	driver) like_dom0_ramdisk driver init ;;
	root) root_ramdisk ;;
	*) ramdisk=$top/$domu_ramdisk ;;
	esac
}

# enhanced=none leaves the property out, enhanced= makes it an empty one.
domu_properties()
{
	case $domu_enhanced in
	none) ;;
	'') echo 'xen,enhanced;' ;;
	*) echo "xen,enhanced = \"$domu_enhanced\";" ;;
	esac
	[ "$domu_vpl011" = no ] || echo 'vpl011;'
	[ "$domu_direct_map" = no ] || echo 'direct-map;'
	[ -z "$domu_static_mem" ] ||
		echo "xen,static-mem = <$domu_static_mem>;"
	echo "$domu_dts"
}

# Xen keeps 32 command lines in all: whoever needs none gets none.
kernel_arguments()
{
	[ "$domu_kernel" = tiny ] ||
		echo "console=ttyAMA0 rdinit=/init quiet nowatchdog $domu_bootargs"
	[ "$domu_kernel" != tiny ] || echo "$domu_bootargs"
}

domu_node()
{
	domu_files
	cat <<-END
	$domu_name {
		compatible = "xen,domain";
		#address-cells = <2>;
		#size-cells = <2>;
		memory = <0 $((domu_memory * 1024))>;
		cpus = <$domu_cpus>;
		$(domu_properties)
	END
	place "$kernel"
	module_node kernel "$kernel" "$(kernel_arguments)"
	if [ -n "$ramdisk" ]; then
		place "$ramdisk"
		module_node ramdisk "$ramdisk"
	fi
	echo '};'
}

# With a dozen guests or more credit2, Xen's default, may come to leave dom0, which
# could run, in its queue for ever, with all CPUs idle: debug key r shows it.
scheduler()
{
	[ "$domus" -lt 12 ] || echo sched=credit
}

chosen_node()
{
	part linux "$host_linux"
	cat <<-END
	/ { /delete-node/ chosen; };
	$([ -z "$host_serial" ] || echo "/ { serial-number = \"$host_serial\"; };")
	/ { chosen {
		#address-cells = <2>;
		#size-cells = <2>;
		stdout-path = "$uart";
		xen,xen-bootargs = "console=dtuart dtuart=$uart dom0_mem=$host_dom0_mem dom0_max_vcpus=$host_dom0_max_vcpus bootscrub=0 conring_size=256k $(scheduler) $host_xen_args";
		$([ "$host_rng_seed" = no ] || rng_seed)
	END
	place "$part/vmlinuz"
	module_node kernel "$part/vmlinuz" \
		"console=hvc0 rdinit=${host_init:+/sbin}/init quiet nowatchdog panic=1 $host_dom0_args"
	place "$dom0_ramdisk"
	module_node ramdisk "$dom0_ramdisk"
	cat "$work/domus.dts"
	echo '}; };'
}

rng_seed()
{
	echo "rng-seed = [$(od -An -tx1 -N32 /dev/urandom | tr -d '\n')];"
}

# Set what differs between the boards, of 64 and of 32 bit. dom0's kernel hangs at
# the latter's PCI bridge; nothing needs it.
choose_board()
{
	case $host_arch in
	arm64)
		qemu=qemu-system-aarch64 cpu=cortex-a57 gic=${host_gic:-3}
		changes=
		;;
	arm)
		qemu=qemu-system-arm cpu=cortex-a15 gic=${host_gic:-2}
		changes='/ { /delete-node/ pcie@10000000; };'
		;;
	*) die "$scenario: arch=$host_arch: there are arm64 and arm" ;;
	esac
	uart=/pl011@9000000
	machine=virt,virtualization=on,gic-version=$gic
	[ "$host_board" = virt ] || {
		uart=/serial@ff000000
		machine=xlnx-versal-virt
	}
	case $host_clock in
	real) accel="-accel tcg,thread=$host_threads" ;;
	instructions) accel='-icount shift=2' host_smp=1 ;;
	*) die "$scenario: clock=$host_clock: there are real and instructions" ;;
	esac
}

board()
{
	case $host_board in
	# versal has a fixed number of CPUs, of which its tree names two
	versal) echo "-smp 4 -m $host_memory -display none -monitor none" ;;
	*) echo "-cpu $cpu -smp $host_smp -m $host_memory -nic none
		-display none -monitor none" ;;
	esac
}

# QEMU's own description of the machine, with our /chosen in it.
make_dtb()
{
	[ "$host_board" = versal ] ||
		$qemu $(board) -machine "$machine,dumpdtb=$work/machine.dtb" \
			>"$work/dumpdtb.log" 2>&1 ||
		die "QEMU cannot describe the machine: $(cat "$work/dumpdtb.log")"
	{
		if [ "$host_board" = versal ]; then
			cat "$here/versal.dts"
		else
			dtc -q -I dtb -O dts "$work/machine.dtb"
		fi
		echo "$changes"
		chosen_node
	} >"$work/host.dts"
	dtc -q -I dts -O dtb -o "$work/host.dtb" "$work/host.dts" ||
		die "$scenario: its device tree does not compile"
}

# An archive of a tree's files only adds to what earlier archives unpacked.
pack() # TREE ARCHIVE
{
	(cd "$1" && find . ! -name . | cpio --quiet -o -H newc -R 0:0) >"$2"
}

make_domu_overlay()
{
	mkdir -p "$work/domu"
	cp "$here/domu/init" "$work/domu/"
	pack "$work/domu" "$work/domu.cpio"
}

# The binary under test, under all its names. /usr/lib/xen/bin is where
# upstream's scripts look; upstream's own is in /usr/lib/xen-VERSION/bin.
install_dom0less() # TREE
{
	binary=$dom0less
	[ "$host_arch" = arm64 ] || binary=$dom0less_arm
	[ -e "$binary" ] ||
		die "$binary is missing, build it first: make ARCH=$host_arch"
	mkdir -p "$1/sbin" "$1/usr/lib/xen/bin"
	cp "$binary" "$1/sbin/dom0less"
	for applet in init-dom0less dom0less-attach dom0less-detach dom0less-list \
		dom0less-shutdown dom0less-status; do
		ln -s dom0less "$1/sbin/$applet"
	done
	ln -s /sbin/dom0less "$1/usr/lib/xen/bin/init-dom0less"
}

# The kernel and the ramdisk of a domU, for xl create to use inside dom0.
install_guest_files()
{
	domu_linux=$host_linux domu_kernel= domu_ramdisk=
	domu_files
	mkdir -p "$work/dom0/boot"
	cp "$kernel" "$work/dom0/boot/vmlinuz"
	cp "$ramdisk" "$work/dom0/boot/guest.cpio"
}

# What a dom0 has that is not run by the rig's own /init: the services of inits/,
# our integration files as make install puts them there. Sets $init_archive to
# the init's own files.
install_init()
{
	init_archive=
	[ -n "$host_init" ] || return 0
	part linux "$host_linux"
	{
		cp -R "$here/inits/$host_init/." "$work/dom0"
		env -u MAKEFLAGS -u MFLAGS -u MAKEOVERRIDES make -C "$top" \
			"install-$host_init" DESTDIR="$work/dom0"
		"$here/inits/enable" "$host_init" "$work/dom0" "$part/dom0.cpio"
	} >"$work/init.log" 2>&1 || die "$host_init: $(cat "$work/init.log")"
	[ "$host_init" != busybox ] || return 0
	part init "$host_init"
	init_archive=$part/dom0.cpio
}

# The domUs as the boot loader describes them to Xen, as a file in dom0.
install_dtb()
{
	mkdir -p "$work/dom0/boot"
	{
		echo '/dts-v1/; / { chosen {'
		echo '#address-cells = <2>; #size-cells = <2>;'
		cat "$work/domus.dts"
		echo '}; };'
	} | dtc -q -I dts -O dtb -o "$work/dom0/boot/host.dtb" ||
		die "$scenario: its device tree does not compile"
}

make_dom0_ramdisk()
{
	cp -R "$scenarios" "$work/dom0/rig/scenarios"
	echo "scenario=$scenario xen=${host_xen%-un*}" \
		>"$work/dom0/rig/settings"
	[ "$host_dom0less" = no ] || install_dom0less "$work/dom0"
	[ "$host_guest_files" = no ] || install_guest_files
	install_init
	[ "$host_dtb" = no ] || install_dtb
	[ "$host_scripts" = rig ] || rm -r "$work/dom0/etc/xen/scripts"
	pack "$work/dom0" "$work/overlay.cpio"
	part linux "$host_linux"
	set -- "$part/dom0.cpio"
	if [ "$host_scripts" != rig ]; then
		part tool scripts
		set -- "$@" "$part/dom0.cpio"
	fi
	if [ "$host_strace" = yes ]; then
		part tool strace
		set -- "$@" "$part/dom0.cpio"
	fi
	part xen "$host_xen"
	dom0_ramdisk=$work/dom0.cpio
	cat "$part/dom0.cpio" "$@" $init_archive "$work/overlay.cpio" \
		>"$dom0_ramdisk"
}

# With two physical CPUs a guest may lose its timer for ever. It runs out on the CPU that
# the guest has left; before Xen has masked it there, the guest runs on the other CPU,
# sets it anew and is scheduled out. Then Xen masks the new one, and Linux, told too
# early, leaves it so: virt_timer_expired() of Xen's arch/arm/vtimer.c, for which
# stop_timer() does not wait. Such a guest has no RCU, and its devices hang. QEMU's one
# thread for all CPUs stays with each up to 100 ms: seen in one of ten boots.
choose_smp()
{
	[ -z "$host_smp" ] || return 0
	case $host_threads in
	single) host_smp=1 ;;
	*) host_smp=2 ;;
	esac
}

# Read a scenario and make all that QEMU needs, in $work.
make_machine()
{
	rm -rf "$work"
	mkdir -p "$work/dom0"
	cp -R "$here/dom0/." "$work/dom0"
	"$here/idle-guest" >"$work/dom0/rig/idle"
	: >"$work/domus.dts"
	: >"$work/console-tests"
	: >"$work/modules"
	next_module=
	host_defaults
	make_domu_overlay
	. "$scenarios/$scenario"
	case $host_xen in
	4.14*) host_threads=multi ;;
	esac
	choose_smp
	choose_board
	if [ "$host_dom0" = rig ]; then
		make_dom0_ramdisk
		make_dtb
	fi
	part xen "$host_xen"
	hypervisor=$part/xen
	[ -z "$host_xen_image" ] || hypervisor=$top/$host_xen_image
}

# Set $emulator to QEMU's process. Threads of one machine wait for each other: they
# go before other work, where we may say so.
start_machine() # QEMU-OPTION...
{
	prefer=
	[ "$host_threads" = single ] || prefer='nice -n -10'
	set -- "$@" -machine "$machine" $accel -no-reboot \
		-kernel "$hypervisor" -dtb "$work/host.dtb"
	while read -r addr file; do
		set -- "$@" -device \
			"loader,file=$file,addr=$addr,force-raw=on"
	done <"$work/modules"
	$prefer timeout -k 5 "$host_deadline" $qemu $(board) $host_qemu "$@" \
		>"$work/qemu.log" 2>&1 &
	emulator=$!
}

# With many domains it happens that dom0's kernel, preempted in its first moments,
# never runs again: Xen's CPUs are idle and QEMU uses no time at all. That is
# before anything that is tested has run. True: such a boot, now ended.
never_starts()
{
	idle=0 used=
	while [ "$idle" -lt 15 ]; do
		sleep 2
		child=$(cat "/proc/$emulator/task/$emulator/children")
		[ "$child" ] && read -r stat <"/proc/${child% }/stat" || return 1
		tr -d '\r' <"$log" | grep -v '^(XEN)' | grep -q . && return 1
		set -- $stat
		[ "${14} ${15}" = "$used" ] || idle=0
		used="${14} ${15}"
		idle=$((idle + 1))
	done 2>/dev/null
	kill "$emulator"
	wait "$emulator" || :
}

# Set $status to QEMU's, or to 124 if the deadline ended it.
boot_once()
{
	: >"$log"
	start_machine -serial "file:$log"
	status=0
	if never_starts; then
		status=125
	else
		wait "$emulator" || status=$?
	fi
	emulator=
}

boot()
{
	for try in 1 2 3; do
		boot_once
		[ "$status" -eq 125 ] || return 0
		echo "# $scenario: Xen never went on with dom0: boot $try again"
	done
}
