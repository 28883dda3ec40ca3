/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <jansson.h>

#include "../fuzz.h"
#include "msg.h"
#include "world.h"

char *fuzz_out;
size_t fuzz_out_size;

/* What msg.c calls in place of write() and open(): a message is one line. */
ssize_t fuzz_message(int fd, const void *buf, size_t size);
int fuzz_no_file(const char *path, int flags, ...);

ssize_t fuzz_message(int fd, const void *buf, size_t size)
{
	const char *text = buf;
	size_t i;

	(void)fd;
	MUST(size && size <= 768);
	for (i = 0; i + 1 < size; i++)
		MUST(text[i] >= ' ' && text[i] <= '~');
	/* one that is too long is cut, and its end with it */
	MUST(text[i] == '\n' || size == 767);
	return (ssize_t)size;
}

int fuzz_no_file(const char *path, int flags, ...)
{
	(void)path;
	(void)flags;
	errno = ENOENT;
	return -1;
}

int fuzz_run(const struct fuzz_applet *applet, int argc, char **argv)
{
	FILE *kept = stdout;
	int status;

	free(fuzz_out);
	fuzz_out = NULL;
	stdout = open_memstream(&fuzz_out, &fuzz_out_size);
	applet->reset();
	msg_verbosity(MSG_NOTE);
	optind = 0;
	world_forget();
	status = applet->main(argc, argv);
	fclose(stdout);
	stdout = kept;
	world_process_ends();
	return status;
}

static void check_object(const json_t *object)
{
	MUST(json_is_object(object));
	MUST(json_number_value(json_object_get(object, "schema")) == 1);
}

void fuzz_check_json(const char *text, size_t size, bool lines)
{
	/* jansson's own integers end at 2^63 */
	const size_t how = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL |
			   JSON_DECODE_INT_AS_REAL;
	json_t *json;
	size_t i, n;

	fuzz_check_plain(text);
	for (; lines && size; text += n + 1, size -= n + 1) {
		n = strcspn(text, "\n");
		json = json_loadb(text, n, how, NULL);
		check_object(json);
		json_decref(json);
	}
	if (lines)
		return;
	json = json_loadb(text, size, how, NULL);
	MUST(json_is_array(json));
	for (i = 0; i < json_array_size(json); i++)
		check_object(json_array_get(json, i));
	json_decref(json);
}

void fuzz_check_plain(const char *text)
{
	for (; *text; text++)
		MUST((*text >= ' ' && *text <= '~') || *text == '\n' ||
		     *text == '\t');
}

void fuzz_check_tsv(const char *text, unsigned int tabs)
{
	unsigned int n = 0;

	fuzz_check_plain(text);
	for (; *text; text++) {
		n += *text == '\t';
		if (*text != '\n')
			continue;
		MUST(n == tabs);
		n = 0;
	}
	MUST(!n);
}
