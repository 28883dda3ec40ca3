# The words a scenario declares its machine with: plan, host, domu, file,
# console_has, same_file, use. dom0 sources the same scenario with
# dom0/words.sh instead.
#
# host and domu take KEY=VALUE settings; README lists them all.

host_keys="arch board xen xen_image xen_args linux smp memory gic serial rng_seed deadline
	dom0 dom0_mem dom0_max_vcpus dom0_args dom0less guest_files dtb clock strace tolerate
	boots init qemu scripts threads"
domu_keys="name cpus memory enhanced vpl011 linux kernel ramdisk bootargs
	direct_map static_mem dts"

# Set $PREFIX$KEY for each KEY=VALUE. A misspelt key must not pass silently.
assign() # PREFIX KNOWN-KEYS KEY=VALUE...
{
	prefix=$1 known=" $(echo $2) "
	shift 2
	for setting; do
		key=${setting%%=*}
		case $known in
		*" $key "*) eval "$prefix$key=\${setting#*=}" ;;
		*) die "$scenario: unknown setting '$setting', known are:$known" ;;
		esac
	done
}

host_defaults()
{
	planned=0
	domus=0
	assign host_ "$host_keys" arch=arm64 board=virt xen=4.17 xen_image= xen_args= linux=6.1 \
		smp= memory=2048 gic= serial= rng_seed=no deadline=500 \
		dom0=rig dom0_mem=512M dom0_max_vcpus=1 dom0_args= dom0less=yes \
		guest_files=no dtb=no strace=no tolerate= boots=yes init= clock=real qemu= scripts=rig \
		threads=single
}

plan() # COUNT
{
	planned=$1
}

# Before the first domu: its settings are the defaults of the domUs.
host() # KEY=VALUE...
{
	assign host_ "$host_keys" "$@"
}

domu() # [KEY=VALUE...]
{
	domus=$((domus + 1))
	assign domu_ "$domu_keys" "name=domU$domus" cpus=1 memory=128 \
		enhanced=enabled vpl011=yes "linux=$host_linux" kernel= \
		ramdisk= bootargs= direct_map=no static_mem= dts=
	assign domu_ "$domu_keys" "$@"
	domu_node >>"$work/domus.dts"
}

# COUNT domUs that are all alike.
domus() # COUNT [KEY=VALUE...]
{
	wanted=$((domus + $1))
	shift
	while [ "$domus" -lt "$wanted" ]; do
		domu "$@"
	done
}

# Put a file of the source tree or the build into dom0.
file() # FILE PATH-IN-DOM0
{
	mkdir -p "$work/dom0$(dirname "$2")"
	cp "$top/$1" "$work/dom0$2"
}

# A test on what the serial console showed, counted in the plan.
console_has() # ERE DESCRIPTION
{
	printf '%s\t%s\n' "$1" "$2" >>"$work/console-tests"
}

# A test that dom0 runs the file that was built: so all logs name the same one.
same_file()
{
	console_has "note $(sha256sum "$dom0less" | cut -d ' ' -f 1)  dom0less" \
		'the file is the one that was built, as on every other Xen'
}

# Put a root file system for a guest with ramdisk=root into dom0, as a file.
root_disk() # PATH-IN-DOM0
{
	mkdir -p "$work/dom0$(dirname "$1")"
	make_root_disk "$work/dom0$1"
}

# Share scenario text: the file is read by the host and by dom0.
use() # FILE
{
	. "$scenarios/$1"
}
