# SPDX-License-Identifier: GPL-2.0-only
# TAP for command lines; each test in this folder sources it first and ends with
# "done_testing". $DOM0LESS is the binary.

set -u
cd "$(dirname "$0")/../.."
case ${DOM0LESS-} in
'')	DOM0LESS=$PWD/build/$(uname -m | sed 's/aarch64/arm64/; s/^armv7.*/arm/')/dom0less ;;
/*)	;;
*)	DOM0LESS=$PWD/$DOM0LESS ;;
esac
. tests/tap.sh
bin=$tmp/bin
mkdir "$bin" "$tmp/run"
ln -s "$DOM0LESS" "$bin/dom0less"
for applet in $("$DOM0LESS" --list); do
	ln -s "$DOM0LESS" "$bin/$applet"
done
PATH=$bin:$PATH
# whatever this machine is, the binary finds nothing to talk to
XENSTORED_RUNDIR=$tmp/run
export XENSTORED_RUNDIR
unset XENSTORED_PATH

ran()
{
	[ "$status" -eq "$1" ] || { echo "status $status, wanted $1"; cat "$tmp/err"; return 1; }
	[ "$2" = ... ] || same "$(cat "$tmp/out")" "$2"
}

# t DESC STATUS STDOUT CMD...: exact status and stdout ("..." for any); stderr
# is kept in $tmp/err.
t()
{
	desc=$1 want=$2 text=$3
	shift 3
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	status=$?
	ok "$desc" ran "$want" "$text"
}

matches()
{
	grep -qE -- "$1" "$2" || { echo "no /$1/ in:"; cat "$2"; false; }
}

# has_err REGEX, has_out REGEX: what the last command of t said
has_err()
{
	ok "$desc: stderr has $1" matches "$1" "$tmp/err"
}

has_out()
{
	ok "$desc: stdout has $1" matches "$1" "$tmp/out"
}

# err_lines N: it said exactly so many lines on stderr
err_lines()
{
	ok "$desc: $1 lines on stderr" same "$(wc -l <"$tmp/err" | tr -d ' ')" "$1"
}

# with_args NAME ARG...: run the binary with NAME as its argv[0]; without any
# argument, with an empty argv.
with_args()
{
	perl -e 'my $f = shift; exec { $f } @ARGV; exit 126' "$DOM0LESS" "$@"
}
