# Domains other than dom0: commands inside them, devices for them.

# Xen keeps what the domUs print; a guest that has no xenstore yet can be
# heard only there.
guest_said() # DOMID ERE
{
	xl dmesg | grep -q -E "DOM$1: $2"
}

# How many tiny guests have said this?
tiny_said() # ERE
{
	xl dmesg | grep -E -o "DOM[0-9]+: tiny: $1" | cut -d : -f 1 |
		sort -u | wc -l
}

# Wait until COUNT of them have.
tiny_say() # SECONDS COUNT ERE
{
	wait_for "$1" eval "[ \"\$(tiny_said '$3')\" -ge $2 ]"
}

guest_ready() # DOMID [SECONDS]
{
	wait_for "${2-60}" xenstore-exists "/local/domain/$1/data/rig/ready"
}

# Run a command in a guest: print its output, return its status. 124 means
# that the guest did not answer within $guest_timeout seconds.
guest_timeout=180
guest() # DOMID COMMAND...
{
	rig=/local/domain/$1/data/rig
	shift
	read -r sequence </run/rig/commands
	sequence=$((sequence + 1))
	echo "$sequence" >/run/rig/commands
	xenstore-write "$rig/command" \
		"$sequence $(echo "$*" | base64 -w 0)"
	wait_for "$guest_timeout" guest_answered "$rig" "$sequence" ||
		return 124
	set -- $(xenstore-read "$rig/done")
	chunk=0
	while [ "$chunk" -lt "$3" ]; do
		xenstore-read "$rig/out/$chunk"
		chunk=$((chunk + 1))
	done | base64 -d
	return "$2"
}

guest_answered() # RIG-NODE SEQUENCE
{
	xenstore-read "$1/done" | grep -q "^$2 "
}

# A bridge for the guests' network; dom0 is 10.0.0.254 on it.
bridge_up()
{
	brctl addbr xenbr0
	ip addr add 10.0.0.254/24 dev xenbr0
	ip link set xenbr0 up
}

# What dom0 has of guests' devices: nodes, interfaces, loop devices.
device_traces()
{
	xenstore-ls -f | grep -v '^/local/domain/0/error/' |
		grep -E '/(backend|device)/(vif|vbd|9pfs)' || :
	ls /sys/class/net | grep '^vif' || :
	losetup -a
}

# Give guest N a network interface: 10.0.0.N on eth0.
attach_net() # DOMID
{
	xl network-attach "$1" bridge=xenbr0 &&
		wait_for 60 backend_connected vif "$1" 0 &&
		guest "$1" "ip link set eth0 up; ip addr add 10.0.0.$1/24 dev eth0"
}

backend_connected() # CLASS DOMID DEVICE
{
	xenstore-read "/local/domain/0/backend/$1/$2/$3/state" | grep -qx 4
}

ping_guest() # DOMID
{
	ping -c 10 -i 0.2 -W 2 "10.0.0.$1"
}

ping_from_guest() # DOMID
{
	guest "$1" ping -c 10 -i 0.2 -W 2 10.0.0.254
}

# Give guest N a disk of 1 MiB of noise as /dev/xvda; the image is
# /tmp/disk-N.img.
attach_disk() # DOMID
{
	dd if=/dev/urandom "of=/tmp/disk-$1.img" bs=64k count=16 2>/dev/null
	device=$(losetup -f)
	losetup "$device" "/tmp/disk-$1.img" &&
		xl block-attach "$1" "phy:$device" xvda w &&
		wait_for 60 backend_connected vbd "$1" 51712
}

disk_sum() # DOMID
{
	sha256sum "/tmp/disk-$1.img" | cut -d ' ' -f 1
}

disk_sum_in_guest() # DOMID
{
	guest "$1" 'sha256sum /dev/xvda' | cut -d ' ' -f 1
}

# A configuration for xl create, of a guest that only exists: created in a
# second or two. Prints the file's name. As everything that uses xl create, it
# wants init_dom0 and start_consoled first.
xl_idle_cfg() # NAME VCPUS
{
	cat >"/tmp/$1.cfg" <<-END
	name = "$1"
	type = "pvh"
	vcpus = $2
	memory = 16
	kernel = "/rig/idle"
	END
	echo "/tmp/$1.cfg"
}

# The same of a guest like the domUs. The scenario must have declared
# "host guest_files=yes".
xl_guest_cfg() # NAME VCPUS
{
	cat >"/tmp/$1.cfg" <<-END
	name = "$1"
	type = "pvh"
	vcpus = $2
	memory = 128
	kernel = "/boot/vmlinuz"
	ramdisk = "/boot/guest.cpio"
	extra = "console=hvc0 rdinit=/init quiet"
	END
	echo "/tmp/$1.cfg"
}
