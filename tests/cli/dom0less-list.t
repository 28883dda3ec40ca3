#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# dom0less-list: what it is given has to be good before anything is touched.
. "$(dirname "$0")/observers.sh"

no_xen "" -l --long -q -v -p --parsable -j --json "-o domid" "--output name,state" \
	"-jlp -o advice" 1 web "-- web" "0 32751"
done_testing
