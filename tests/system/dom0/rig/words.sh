# The words of a scenario that only mean something to the host.

plan() { :; }
host() { :; }
domu() { :; }
domus() { :; }
file() { :; }
root_disk() { :; }
console_has() { :; }
same_file() { :; }
root_disk() { :; }

use() # FILE
{
	. "/rig/scenarios/$1"
}
