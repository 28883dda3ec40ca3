/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * No part of anything. What the analysers say of it shows that they run, and
 * look for what they are to look for.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int bad_use_after_free(void);
int bad_narrowing(const char *text);
void bad_format(int n);

int bad_use_after_free(void)
{
	int *p = malloc(sizeof(*p));

	if (!p)
		return -1;
	*p = 1;
	free(p);
	return *p;
}

int bad_narrowing(const char *text)
{
	char c = getchar();

	return c == text[0];
}

void bad_format(int n)
{
	printf("%u\n", n);
}
