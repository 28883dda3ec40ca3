# The words of a scenario that only mean something to the host.

plan() { :; }
host() { :; }
domu() { :; }
domus() { :; }
file() { :; }
console_has() { :; }
same_file() { :; }

use() # FILE
{
	. "/rig/scenarios/$1"
}
