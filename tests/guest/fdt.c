/* SPDX-License-Identifier: GPL-2.0-only */
#include "guest.h"

/*
 * The device tree that Xen makes for a domain, in one walk: the bootargs of
 * /chosen, and the first range of the node compatible with "xen,xen", which
 * is room for a grant table. The tree is Xen's, so it is taken to be sound.
 */

enum { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOP = 4, END = 9 };

struct header {
	uint32_t magic, totalsize, structure, strings;
};

struct property {
	const char *name;
	const uint8_t *data;
	uint32_t size;
};

static uint32_t cell(const void *at)
{
	return __builtin_bswap32(*(const uint32_t *)at);
}

static uint64_t cells(const uint8_t *at, unsigned int count)
{
	return count == 2 ? (uint64_t)cell(at) << 32 | cell(at + 4) : cell(at);
}

static bool is(const char *name, const char *wanted)
{
	return same(name, wanted, strlen(wanted) + 1);
}

/* Is WORD one of the strings in the property? */
static bool lists(const struct property *property, const char *word)
{
	const char *at = (const char *)property->data;
	const char *end = at + property->size;

	for (; at < end; at += strlen(at) + 1)
		if (is(at, word))
			return true;
	return false;
}

struct walk {
	struct machine *machine;
	unsigned int depth;
	unsigned int address_cells, size_cells;	/* of the root */
	bool chosen, hypervisor;		/* the node we are in */
	const uint8_t *range;
};

static void take_range(struct walk *walk)
{
	struct machine *machine = walk->machine;

	if (!walk->hypervisor || !walk->range || machine->grant_size)
		return;
	machine->grant_base = cells(walk->range, walk->address_cells);
	machine->grant_size = cells(walk->range + 4 * walk->address_cells,
				    walk->size_cells);
}

static void take_property(struct walk *walk, const struct property *property)
{
	struct machine *machine = walk->machine;
	uint32_t size = property->size;

	if (walk->depth == 1 && is(property->name, "#address-cells"))
		walk->address_cells = cell(property->data);
	if (walk->depth == 1 && is(property->name, "#size-cells"))
		walk->size_cells = cell(property->data);
	if (walk->chosen && is(property->name, "bootargs") &&
	    size <= sizeof(machine->args))
		memcpy(machine->args, property->data, size);
	if (walk->depth != 2)
		return;
	if (is(property->name, "compatible"))
		walk->hypervisor = lists(property, "xen,xen");
	if (is(property->name, "reg"))
		walk->range = property->data;
	take_range(walk);
}

static uint32_t align(size_t size)
{
	return (uint32_t)(size + 3) & ~3u;
}

void fdt_read(const void *tree, struct machine *machine)
{
	const struct header *header = tree;
	const char *strings = (const char *)tree + cell(&header->strings);
	const uint8_t *at = (const uint8_t *)tree + cell(&header->structure);
	struct walk walk = { .machine = machine };
	struct property property;
	uint32_t token;

	while ((token = cell(at)) != END) {
		at += 4;
		switch (token) {
		case BEGIN_NODE:
			walk.depth++;
			walk.chosen = walk.depth == 2 &&
				      is((const char *)at, "chosen");
			walk.hypervisor = false;
			walk.range = NULL;
			at += align(strlen((const char *)at) + 1);
			break;
		case END_NODE:
			walk.depth--;
			walk.chosen = false;
			break;
		case PROPERTY:
			property.size = cell(at);
			property.name = strings + cell(at + 4);
			property.data = at + 8;
			take_property(&walk, &property);
			at += 8 + align(property.size);
			break;
		case NOP:
			break;
		default:
			return;
		}
	}
}
