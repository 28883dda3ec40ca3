/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* libFuzzer calls this with one input after the other. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What has to hold whatever the input is. Says which, and dies. */
#define MUST(what) do { if (!(what)) fuzz_wrong(__FILE__, __LINE__, #what); } while (0)
_Noreturn void fuzz_wrong(const char *file, int line, const char *what);

/* An input is used up from its front; when it is empty, all is 0. */
struct input {
	const uint8_t *data;
	size_t size;
};

static inline unsigned int take(struct input *input)
{
	if (!input->size)
		return 0;
	input->size--;
	return *input->data++;
}

/* Bytes up to a NUL or newline, at most SIZE - 1, as a string in BUF. */
static inline char *take_text(struct input *input, char *buf, size_t size)
{
	size_t n = 0;

	while (input->size && n < size - 1) {
		buf[n] = (char)take(input);
		if (!buf[n] || buf[n] == '\n')
			break;
		n++;
	}
	buf[n] = '\0';
	return buf;
}

/* One applet in the model world, as if it had just been started. */
struct fuzz_applet {
	const char *name;
	int (*main)(int argc, char **argv);
	void (*reset)(void);
};
extern const struct fuzz_applet fuzz_list, fuzz_status, fuzz_init, fuzz_attach,
	fuzz_detach;

/* Run it: its exit status. What it printed stands in fuzz_out until the next. */
int fuzz_run(const struct fuzz_applet *applet, int argc, char **argv);
extern char *fuzz_out;
extern size_t fuzz_out_size;

/* TEXT is JSON of such domains, as jansson reads it; LINES: one on each line. */
void fuzz_check_json(const char *text, size_t size, bool lines);

/* Plain ASCII, as many TABs in each line, nothing else but ends of lines. */
void fuzz_check_tsv(const char *text, unsigned int tabs);
void fuzz_check_plain(const char *text);

#endif
