# xenstore and the toolstack in dom0.

xen_bin=/usr/lib/xen-$xen/bin

# Start a xenstored, C or OCaml, and return when it answers. Its parent exits
# before it does, and before there is a socket; without one the clients ask
# the kernel's device instead, and that blocks. Its process is in
# /run/xenstored.pid.
start_xenstored() # [c|ocaml]
{
	case ${1-c} in
	c) "$xen_bin/xenstored" --pid-file /run/xenstored.pid ;;
	ocaml) "$xen_bin/oxenstored" ;;
	esac
	wait_for 60 test -S /run/xenstored/socket &&
		wait_for 60 timeout 5 xenstore-list /
}

# What xl needs: dom0's own nodes.
init_dom0()
{
	"$xen_bin/xen-init-dom0"
}

# xl create waits for a guest's console to have a tty. What guests print goes
# to /var/log/xen/console/guest-NAME.log.
start_consoled()
{
	"$xen_bin/xenconsoled" --pid-file=/run/xenconsoled.pid --log=guest
}

upstream_init()
{
	"$xen_bin/init-dom0less" "$@"
}

# Every path with its value and permissions: PATH = "VALUE"   (n0,r1)
# Not the nodes of the rig itself.
xs_dump() # [PATH]
{
	xenstore-ls -f -p ${1+"$1"} | grep -v '/data/rig[ /]'
}
