# What a program costs, counted: for the scenario cost and for the bench, which
# have tiny guests.

tiny_wait() # COUNT
{
	wait_for 120 tiny_waiting "$1"
}

tiny_waiting() # COUNT
{
	[ "$(xl dmesg | grep -c 'tiny: waits for')" -ge "$1" ]
}

tiny_connected() # ID...
{
	for id; do
		[ "$(xenstore-read "/local/domain/$id/data/tiny" 2>&1)" = ok ] ||
			return 1
	done
}

# System calls of a strace, and how often it waited for an answer of xenstored:
# sent something, then began to receive. Prints both.
calls_and_trips() # STRACE-LOG
{
	awk '
	{
		sub(/^[0-9]+ +/, "")
		name = $0
		sub(/\(.*/, "", name)
		fd = $0
		sub(/^[a-z0-9_]+\(/, "", fd)
		fd += 0
	}
	/^[a-z]/		{ calls++ }
	/^socket\(AF_UNIX/	{ store[$NF] = 1 }
	name == "close"		{ delete store[fd] }
	!(fd in store)		{ next }
	name ~ /^(write|writev|sendto|sendmsg)$/ { asked = 1 }
	name ~ /^(read|recvfrom|recvmsg)$/ && asked { trips++; asked = 0 }
	END { print calls + 0, trips + 0 }' "$1"
}

# Does the program show something before it asks xenstored for the last time?
shows_early() # STRACE-LOG
{
	awk '/ writev?\(1,/ && !shown { shown = NR }
	/ sendto\(/ { asked = NR }
	END { exit !(shown && shown < asked) }' "$1"
}
