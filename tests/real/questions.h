/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef QUESTIONS_H
#define QUESTIONS_H

/* Make what is asked: a world with the fakes, nothing where all is real. FLAVOUR
 * is xenstored's, "c" or "ocaml". */
void questions_begin(const char *flavour);

/* What the program exits with. */
int questions_end(void);

#endif
