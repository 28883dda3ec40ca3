#!/bin/sh
# Our malloc(), on this machine and where a pointer has 32 bits.
. "$(dirname "$0")/tap.sh"
. tests/build/libc.sh

here_and_on_arm malloc "gives memory, and takes it back" "the same on arm" -Wall -Werror \
	-Dmalloc=our_malloc -Dcalloc=our_calloc -Drealloc=our_realloc -Dfree=our_free \
	tests/build/malloc.c src/libc/malloc.c
done_testing
