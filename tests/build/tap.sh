# SPDX-License-Identifier: GPL-2.0-only
# TAP for the tests in this folder; each sources it first and ends with "done_testing".

set -u
cd "$(dirname "$0")/../.."
top=$PWD
absolute()
{
	case $1 in /*) echo "$1" ;; *) echo "$top/$1" ;; esac
}
sources=$(absolute "${SRC:-build/src}")
DL=$(absolute "${DL:-build/dl}")
export DL
unset SRC MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES	# of the make that runs us
. tests/tap.sh

# is DESC GOT WANTED
is()
{
	ok "$1" same "$2" "$3"
}

# has DESC TEXT REGEX
has()
{
	ok "$1" matches "$2" "$3"
}

matches()
{
	printf '%s\n' "$1" | grep -qE -- "$2" ||
		{ printf 'no /%s/ in:\n%s\n' "$2" "$1"; false; }
}

fails()
{
	! "$@"
}

# The work tree without what was built in it, in a folder of its own.
copy_tree() # DIR
{
	mkdir -p "$1" && tar --exclude=./build --exclude=./.git -cf - . |
		tar -xf - -C "$1"
}
