/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>

/* The first line of the small file PATH, cut at SIZE - 1 bytes; false: it has
 * none, or cannot be read. */
bool line_read(const char *path, char *line, size_t size);

#endif
