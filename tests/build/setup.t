#!/bin/sh
# Who installs packages: make demo, check and setup; any other make names what is
# missing, and the command that gets it.
. "$(dirname "$0")/tap.sh"

# A bare machine, and we are root on it.
mkdir "$tmp/bin"
cat >"$tmp/bin/dpkg-query" <<'END'
#!/bin/sh
exit 1
END
cat >"$tmp/bin/id" <<'END'
#!/bin/sh
echo 0
END
cat >"$tmp/bin/apt-get" <<'END'
#!/bin/sh
echo "$*" >>"$CALLS"
exit 1
END
chmod +x "$tmp/bin"/*
CALLS=$tmp/calls
export CALLS

copy_tree "$tmp/w"

# Sets $out and $status; what apt-get was asked to install is in $asked.
bare() # MAKE-ARGUMENT...
{
	: >"$CALLS"
	out=$(env -u SETUP PATH="$tmp/bin:$PATH" make -C "$tmp/w" -s "$@" 2>&1)
	status=$?
	asked=$(sed -n 's/.* install .*--no-install-recommends //p' "$CALLS")
}

for goal in '' install initramfs dist bench static; do
	bare $goal
	is "make $goal: fails" "$status" 2
	is "make $goal: calls no apt-get" "$(cat "$CALLS")" ""
	has "make $goal: names what is missing, and the one command" "$out" \
		'^setup: missing packages: ([a-z].*); as root: apt-get install --no-install-recommends \1$'
done
bare
has "make: a compiler is among it" "$out" '^setup: missing packages:.* gcc'
for goal in demo check check-fast check-system setup; do
	bare $goal
	has "make $goal: installs" "$asked" '[a-z]'
done
bare check SETUP=name
is "make check SETUP=name: does not" "$asked" ""
bare SETUP=install
has "make SETUP=install: does" "$asked" 'gcc'
done_testing
