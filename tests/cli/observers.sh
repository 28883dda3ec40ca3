# SPDX-License-Identifier: GPL-2.0-only
# What the command lines of dom0less-list and dom0less-status share.
. "$(dirname "$0")/applet.sh"

# Fields that nobody knows: named up to their comma, and those that there are.
unknown() # NAMED FIELDS
{
	for option in -o --output; do
		t "$applet $option $2" 2 "" $applet $option "$2"
		ok "$applet $option $2: said first" same "$(head -n 1 "$tmp/err")" \
			"$applet: $1: no such field, or named twice; these are:"
		ok "$applet $option $2: where help is, last" same "$(tail -n 1 "$tmp/err")" \
			"$applet: try '$applet --help'"
		has_err "^$applet:   domid\$"
		has_err "^$applet:   advice\$"
	done
}

unknown nosuch nosuch
unknown nosuch domid,nosuch,name
unknown '' ''
unknown '' domid,
unknown '' ,domid
unknown DOMID DOMID
unknown 'a\x1b[2J' "$(printf 'a\033[2J')"
unknown 'a\x0ab' "$(printf 'a\nb')"

broken_trees
t "a broken tree as JSON" 3 "" $applet -j -d "$tmp/text.dtb"
