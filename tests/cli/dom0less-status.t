#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# dom0less-status: what it is given has to be good before anything is touched.
. "$(dirname "$0")/observers.sh"

for option in -t --timeout; do
	for value in x -1 +1 1x '' ' 1' 1.5 0x10 86401 99999999999999999999; do
		bad "$value" $option "$value"
		bad "$value" -w $option "$value"
	done
done

no_xen "" -q -v -w --wait -W --watch -p -j "-o domid" "-t 0" "-w -t 86400" "-jpv -o advice" \
	1 web "-- web" "0 32751"
done_testing
