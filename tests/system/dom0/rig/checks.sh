# What must hold of a domain that has been attached, whoever did it.

# Run in a guest: print each thing it can do and must not, or cannot and must.
# control/shutdown and control/sysrq are the guest's own as well, but what it
# writes there itself its kernel obeys, so they are left out.
rights_script='
for node in name vm domid memory/target memory/static-max memory/videoram \
		store/port store/ring-ref cpu/0/availability \
		control/platform-feature-xs_reset_watches new-node; do
	xenstore-write $node x 2>/dev/null && echo "could write $node"
	[ $node = new-node ] || xenstore-read $node >/dev/null 2>&1 ||
		echo "could not read $node"
done
for node in $others; do
	xenstore-write $node x 2>/dev/null && echo "could write $node"
done
for node in data/x drivers/x feature/x attr/x error/x \
		device/suspend/event-channel control/feature-suspend; do
	xenstore-write $node 1 2>/dev/null || echo "could not write $node"
done
holds=$(xenstore-list "/local/domain/$(xenstore-read domid)" | sort | xargs)
[ "$holds" = "$home" ] || echo "home holds: $holds"
echo checked
'
home='attr control cpu data device domid drivers error feature memory name store vm'

# A guest can list and read its home, write what libxl lets it, and no more.
guest_has_its_rights() # DOMID OTHER-DOMID
{
	run guest "$1" "home='$home'; others='/local/domain/$2/name
		/local/domain/$2/data /local/domain/$2/memory/target
		/local/domain/0/name /vm/x /libxl/$1/type /tool/x'
		$rights_script"
	is "$rc $out" '0 checked' "guest $1 can do with the store what libxl lets it, and no more"
}

all_cpus_online() # DOMID CPUS
{
	wanted=0
	[ "$2" -eq 1 ] || wanted=0-$(($2 - 1))
	is "$(guest "$1" cat /sys/devices/system/cpu/online)" "$wanted" \
		"guest $1 keeps its $2 CPUs online"
}

# The states of all domains but dom0 and those of xl, in order of domid. A look
# gives up on a xenstored that needs more than three seconds, which a busy
# emulator may make any, so it is repeated.
states_are() # STATES DESCRIPTION
{
	wait_for 30 see_states "$1"
	is "$seen" "$1" "$2"
}

see_states() # STATES
{
	seen=$(dom0less-status -o state | xargs)
	[ "$seen" = "$1" ]
}

# A guest that was attached, and whose kernel does not know of a late xenstore.
too_old_is_told() # DOMID
{
	run dom0less-status "$1"
	is "$rc" 1 'dom0less-status asked for it: status 1'
	like "$out" "^d$1 .*: ready: .*has not used it.*Linux 5\\.19" \
		'it says what its kernel should be'
	run init-dom0less --wait --timeout 3 "$1"
	is "$rc" 4 'init-dom0less --wait: status 4'
	like "$err" "^init-dom0less: d$1: wait for the guest: .*Linux 5\\.19" \
		'it says so, too'
}

no_loss() # TEXT DESCRIPTION
{
	like "$1" '^10 packets transmitted, 10 packets received, 0% packet loss' "$2"
}

# Print what is wrong with each of the tiny guests 1 to COUNT: nothing, if it was
# attached once, however often that was tried. One that is connected has got its
# page; one that has room for no other has got one.
not_attached_once() # COUNT
{
	{
		xenstore-ls -f | grep -E '^/vm/[^/]*(/uuid)? |/(vm|data/tiny) '
		ls -A /var/lib/xen | sed 's/^/file /'
		cat /var/lib/xen/userdata-d.* | tr '\0\n' '\n?' | sed 's/^/json /'
		dom0less-list -p -o domid,state,uuid,max_memory_kib |
			sed '1d; s/^/domain /'
	} | awk -v count="$1" '
	$2 == "=" { gsub("\"", "", $3); node[$1] = $3; vms += $1 ~ "^/vm/[^/]*$" }
	$1 == "file" { files++; file[$2] = 1 }
	$1 == "json" { whole += $2 ~ /^[{]"c_info":[{].*[}][}]$/ }
	$1 == "domain" && $2 <= count {
		id = $2; uuid = $4; home = "/local/domain/" id; listed++
		if ($3 != "connected") print id ": is " $3
		if ($5 != 6148) print id ": may have " $5 " KiB"
		if (!file["userdata-d." id "." uuid ".libxl-json"])
			print id ": has no file of " uuid
		if (node[home "/vm"] != "/vm/" uuid ||
		    node["/vm/" uuid "/uuid"] != uuid)
			print id ": is not " uuid " in xenstore"
		if (node[home "/data/tiny"] != "ok") print id ": has not said ok"
	}
	END {
		if (listed != count) print "-: listed " listed
		if (vms != count) print "-: there are " vms " /vm"
		if (files != count) print "-: there are " files " files"
		if (whole != count) print "-: there are " whole " whole files"
	}'
}

# Network and disk, attached by xl while the guest runs.
devices_work() # DOMID
{
	attach_net "$1"
	ok $? "xl network-attach gives guest $1 an interface"
	run ping_guest "$1"
	no_loss "$out" "ten pings to guest $1 come back"
	run ping_from_guest "$1"
	no_loss "$out" "ten pings from guest $1 come back"
	attach_disk "$1"
	ok $? "xl block-attach gives guest $1 a disk"
	is "$(disk_sum_in_guest "$1")" "$(disk_sum "$1")" \
		"guest $1 reads the disk that dom0 wrote"
}

# All of an initialisation on the machine of the scenario attach-c.
attach_script() # c|ocaml
{
	start_xenstored "$1"
	ok $? 'xenstored starts'
	# seven booting vCPUs on two emulated CPUs leave dom0 next to nothing
	for id in 1 2 3; do
		wait_for 120 guest_said $id 'rig: booted'
	done
	run init-dom0less --dom0
	is "$rc $out $err" '0  ' 'init-dom0less is silent and exits 0'
	note "took $took/100 s"
	for id in 1 2 3; do
		guest_ready $id
		ok $? "guest $id finds its xenstore"
	done
	is "$(xl list | awk 'NR > 1 { print $1, $2 }' | xargs)" \
		'Domain-0 0 one 1 two 2 four 3 (null) 4 (null) 5' \
		'xl list has the names from the device tree'
	guest_has_its_rights 1 2
	guest_has_its_rights 2 1
	guest_has_its_rights 3 1
	all_cpus_online 1 1
	all_cpus_online 2 2
	all_cpus_online 3 4
	before=$(xs_dump; cat /var/lib/xen/userdata-d.*; ls /var/lib/xen)
	run init-dom0less --dom0
	is "$rc $out $err" '0  ' 'a second run is silent and exits 0'
	is "$(xs_dump; cat /var/lib/xen/userdata-d.*; ls /var/lib/xen)" \
		"$before" 'and changes nothing'
	run init-dom0less -n
	is "$rc $out $err" '0  ' 'a dry run then has nothing to do'
	run init-dom0less 4 five 9
	is "$rc" 1 'domains that cannot be attached, asked for by hand: status 1'
	like "$err" 'd4: plain: not enhanced' 'one line says why for the plain one'
	like "$err" 'five: no such domain' 'one for a name that nobody has'
	like "$err" '9: no such domain' 'one for a domid that nobody has'
	is "$(ls /var/lib/xen | grep -c -v '^userdata-d')" 0 \
		'no lock and no temporary file is left'
	bridge_up
	devices_work 2
}
