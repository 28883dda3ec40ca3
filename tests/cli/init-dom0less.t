#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# init-dom0less: what it is given has to be good before anything is touched.
. "$(dirname "$0")/applet.sh"

for option in -t --timeout; do
	for value in x -1 +1 1x '' ' 1' 1.5 0x10 86401 99999999999999999999; do
		bad "$value" $option "$value"
	done
done
for option in -N --name; do
	bad 1 $option 1
	bad a/b $option 1=a/b
	bad '' $option 1=
	bad 2 $option 1=2
	bad '' $option =web
	bad x $option x=web
	bad 1x $option 1x=web
	bad 70000 $option 70000=web
	bad "a'b" $option "1=a'b"
	bad "$(printf '%0128d' 0 | tr 0 n)" $option "1=$(printf '%0128d' 0 | tr 0 n)"
done
for option in -D --driver-domain; do
	for value in 0 70000 1x web -1 ''; do
		bad "$value" $option "$value"
	done
done

t "an operand with a line break" 2 "" init-dom0less "$(printf 'a\nb')"
err_lines 2
has_err '^init-dom0less: a\\x0ab: '

broken_trees
no_xen "" -n --dry-run -0 --dom0 -q -v -w -u "-t 0" "-t 86400" 1 web "-N 1=web" \
	"-N 1=web -N 2=db 1 2" "-D 1 -D 32751" "-- web"
t "no Xen: help all the same" 0 ... $applet -v --help
done_testing
