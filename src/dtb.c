/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libfdt.h>

#include "dtb.h"

/* Bytes: MAX_FDT_SIZE of Linux on arm64. Pages that nothing is read into cost
 * no memory. */
enum { DTB_MAX = 2 << 20, DOMAINS_MAX = 1024 };

static char tree[DTB_MAX] __attribute__((aligned(8)));	/* as libfdt wants it */
static int nodes[DOMAINS_MAX];		/* of the domains, in order */
static unsigned int count;

/* Read the file into BUF. How many bytes, or -errno. */
static int read_file(const char *path, char *buf, size_t size)
{
	size_t have = 0;
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return -errno;
	while (have < size && (n = read(fd, buf + have, size - have)) != 0) {
		if (n > 0)
			have += (size_t)n;
		else if (errno != EINTR)
			break;
	}
	n = n < 0 ? -errno : 0;
	close(fd);
	return n ? (int)n : (int)have;
}

/* The children of /chosen that are domains. */
static void find_domains(void)
{
	int node, chosen = fdt_path_offset(tree, "/chosen");

	if (chosen < 0)
		return;
	fdt_for_each_subnode(node, tree, chosen)
		if (count < DOMAINS_MAX &&
		    !fdt_node_check_compatible(tree, node, "xen,domain"))
			nodes[count++] = node;
}

int dtb_load(const char *path, bool check)
{
	int size = read_file(path, tree, DTB_MAX);

	count = 0;
	if (size < 0)
		return size;
	if (size == DTB_MAX)
		return -EFBIG;
	/* libfdt does not check where the structure begins, and reads cells
	 * there as if they were aligned */
	if (fdt_check_header(tree) || fdt_totalsize(tree) > (size_t)size ||
	    fdt_off_dt_struct(tree) % 4 ||
	    (check && fdt_check_full(tree, (size_t)size)))
		return -EINVAL;
	find_domains();
	return 0;
}

unsigned int dtb_domains(void)
{
	return count;
}

/* An unsigned number of one or two cells; 0 if it has another size. */
static uint64_t dtb_number(const void *cells, int size)
{
	const fdt32_t *cell = cells;

	if (size == 4)
		return fdt32_ld(cell);
	if (size == 8)
		return (uint64_t)fdt32_ld(cell) << 32 | fdt32_ld(cell + 1);
	return 0;
}

static enum dtb_enhanced enhanced(const char *value, int size)
{
	static const struct {
		const char *value;
		enum dtb_enhanced meaning;
	} values[] = {
		{ "", DTB_ENHANCED },
		{ "enabled", DTB_ENHANCED },
		{ "no-xenstore", DTB_NO_XENSTORE },
		{ "legacy", DTB_LEGACY },
		{ "disabled", DTB_PLAIN },
	};
	unsigned int i;

	if (!size)
		return DTB_ENHANCED;
	for (i = 0; i < sizeof(values) / sizeof(*values); i++)
		if ((size_t)size == strlen(values[i].value) + 1 &&
		    !memcmp(value, values[i].value, (size_t)size))
			return values[i].meaning;
	return DTB_UNKNOWN;
}

static void dtb_take(struct dtb_domain *domain, const char *name,
		     const void *value, int size)
{
	if (!strcmp(name, "memory"))
		domain->memory = dtb_number(value, size);
	else if (!strcmp(name, "cpus"))
		domain->cpus = (uint32_t)dtb_number(value, size);
	else if (!strcmp(name, "xen,enhanced"))
		domain->enhanced = enhanced(value, size);
	else if (!strcmp(name, "direct-map"))
		domain->direct_map = true;
	else if (!strcmp(name, "xen,static-mem"))
		domain->static_mem = true;
}

const char *dtb_name(uint16_t domid)
{
	return domid && domid <= count
	       ? fdt_get_name(tree, nodes[domid - 1], NULL) : NULL;
}

/* One pass over all properties: to find one by its name, libfdt reads all that
 * stand before it. */
int dtb_domain(uint16_t domid, struct dtb_domain *domain)
{
	const char *name = dtb_name(domid);
	int property, size;
	const void *value;

	if (!domid || domid > count)
		return -ENOENT;
	*domain = (struct dtb_domain){ .enhanced = DTB_PLAIN };
	snprintf(domain->name, sizeof(domain->name), "%s", name ? name : "");
	fdt_for_each_property_offset(property, tree, nodes[domid - 1]) {
		value = fdt_getprop_by_offset(tree, property, &name, &size);
		if (value)
			dtb_take(domain, name, value, size);
	}
	return 0;
}
