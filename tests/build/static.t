#!/bin/sh
# Nothing for gcc -fanalyzer, clang-tidy and cppcheck to complain about. What they
# said was written down by tests/static/static.mk.
. "$(dirname "$0")/tap.sh"

said=build/check/static

silent() # FILE
{
	[ -f "$1" ] && [ ! -s "$1" ] || { cat "$1"; false; }
}

for file in src/*.c src/libc/*.c applets/*.c tests/*/*.c tests/*/*/*.c; do
	case $file in
	tests/static/bad.c | */parts/xenstore.c | */parts/libfdt.c) continue ;;
	esac
	ok "gcc -fanalyzer and clang-tidy: $file" silent "$said/${file%.c}.said"
done
ok "cppcheck: all of it, and the tests" silent $said/cppcheck.said

# They would have said something.
bad=$said/tests/static/bad
ok "gcc -fanalyzer finds a use after free" grep -q 'Wanalyzer-use-after-free' $bad.said
ok "clang-tidy finds it, too" grep -q 'clang-analyzer-unix.Malloc,-warnings-as-errors' $bad.said
ok "clang-tidy finds a char that is to hold EOF" \
	grep -q 'bugprone-narrowing-conversions,-warnings-as-errors' $bad.said
ok "cppcheck finds a format that does not fit" \
	grep -q 'invalidPrintfArgType' $bad.cppcheck
done_testing
