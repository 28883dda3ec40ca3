#!/bin/sh
# What README says of waiting is what the source does: each figure is a constant there.
. "$(dirname "$0")/tap.sh"

# README's part about waiting, in one line.
waiting=$(awk '/^What is waited for/ { on = 1 } /^Network and disks/ { on = 0 } on' README |
	tr -s '\n ' ' ')

# NAME of FILE, in ms.
constant()
{
	sed -nE "s/.*\<$1 = ([0-9]+)[,; ].*/\1/p" "$2"
}

says() # NAME FILE MS SENTENCE
{
	is "$1 of $2" "$(constant "$1" "$2")" "$3"
	has "README says so: $4" "$waiting" "$4"
}

says TIMEOUT_MS src/applet.c 30000 'init-dom0less, with SECS of --timeout, 30 by default'
says HANDSHAKE_MS src/attach.c 5000 'After 5 seconds it finishes the handshake itself'
says KICK_MS src/attach.c 100 'ten times a second'
says SETTLE_MS src/attach.c 2000 'for two seconds\. Then it says so in a line, and exits with 0'
says KICK_SELDOM_MS src/attach.c 1000 'such a guest once a second'
says ONE_TRY_MS src/store.c 3000 'makes one try of everything\. xenstored still has three seconds'
says TIMEOUT_MS src/applet.c 30000 'dom0less-status -w waits up to SECS, 30 by default'
says TIMEOUT_MS src/applet.c 30000 'dom0less-attach waits up to SECS, 30 by default'
says TIMEOUT_MS applets/dom0less-detach.c 10000 'dom0less-detach waits up to SECS, 10 by default'
says TIMEOUT_MS src/applet.c 30000 'only with -w or -f, up to SECS, 30 by default'
is 'no other applet has a time of its own' "$(grep -l 'timeout = ' applets/*)" applets/dom0less-detach.c
says DESTROY_MS applets/dom0less-shutdown.c 10000 'Xen may take ten seconds more'
done_testing
