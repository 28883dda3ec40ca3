#!/bin/sh
# The demo tells what happens while it happens, and its status tells whether it
# worked. The boot itself is the scenario "demo"; here a script stands for it.
. "$(dirname "$0")/tap.sh"

# tests/system/run as far as the demo knows it: console on stderr, TAP on stdout.
cat >"$tmp/run" <<'END'
#!/bin/sh
echo "$*" >"${0%/*}/arguments"
printf '%s\r\n' '(XEN) Xen version 4.17.7 (Debian' '(XEN) I/O virtualisation disabled' \
	'(XEN) DOM3: root: /dev/xvda is waited for' '(XEN) DOM3: disk: EXT4-fs: mounted' \
	'(XEN) DOM2: rig: booted, 1 CPUs' '(XEN) DOM2: [    0.1] a kernel message' >&2
printf '%s\r\n' '@rig@ 1 note sums@end' '@rig@ 2 say Two words@end' '@rig@ 3 say @end' \
	'@rig@ 4 ok the first thing@end' >&2
until [ -e "${0%/*}/go" ]; do sleep 0.1; done
printf '%s\r\n' '(XEN) d1: x@rig@ 5 say in the % middle \n@end' "@rig@ 6 $KIND the second@end" \
	'@rig@ 7 done 0@end' >&2
printf '%s\n' 1..2 'ok 1 - demo: the first thing' "${VERDICT}ok 2 - demo: the second" '# a reason'
exit "$STATUS"
END
chmod +x "$tmp/run"
cp -R tests/system "$tmp/system"
export RUN="$tmp/run" KIND VERDICT STATUS

demo()
{
	"$tmp/system/demo" >"$tmp/shown" 2>&1
	echo $? >"$tmp/status"
}

KIND=ok VERDICT='' STATUS=0
rm -f "$tmp/go"
demo &
waited=0
until grep -q 'the first thing' "$tmp/shown" 2>/dev/null || [ $waited -ge 100 ]; do
	waited=$((waited + 1))
	sleep 0.1
done
ok "what happened is shown while it goes on" grep -q 'the first thing' "$tmp/shown"
ok "and nothing of what comes later" fails grep -q 'the second' "$tmp/shown"
touch "$tmp/go"
wait
is "a tour that worked: status" "$(cat "$tmp/status")" 0
is "it runs the scenario, with the console on" "$(cat "$tmp/arguments")" '-v demo'
is "Xen's, the guests' and dom0's words, in order, and no others" \
	"$(sed -e '1,/switched on/d' -e '/^That/,$d' -e '/^$/d' "$tmp/shown")" \
	'  | Xen says: Xen version 4.17.7 (Debian
  | guest 3 says: /dev/xvda is waited for
  | guest 2 says: booted, 1 CPUs
Two words
  [worked] the first thing
in the % middle \n
  [worked] the second'
has "in the end it says that all worked" "$(cat "$tmp/shown")" '^That was all of it: 2 things'

KIND=not VERDICT='not ' STATUS=1
demo
is "a tour on which something failed: status" "$(cat "$tmp/status")" 1
shown=$(cat "$tmp/shown")
has "shows where" "$shown" '^  \[FAILED\] the second$'
has "and why" "$shown" '^# a reason$'
ok "and does not call it a success" fails grep -q '^That was all' "$tmp/shown"

KIND=ok VERDICT='' STATUS=143
demo
is "a boot that was killed: status" "$(cat "$tmp/status")" 1
ok "make demo runs it, with a binary" matches \
	"$(make -n DOM0LESS= demo 2>&1 | tail -n 3)" '^tests/system/demo$'
done_testing
