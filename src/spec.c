/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "parse.h"
#include "spec.h"

enum {
	MTU_LEAST = 68, MTU_MOST = 65535,
	DEVID_MOST = 65535,	/* the interface's name has no room for more */
	RATE_USECS = 50000,	/* of a rate without a time: xlu_vif.c */
	MILLION = 1000000,
	/* Numbers of virtual disks. */
	XVD_MAJOR = 202, IDE0_MAJOR = 3, IDE1_MAJOR = 22, SD_MAJOR = 8,
	EXTENDED = 1 << 28, EXTENDED_DISKS = 1 << 20, EXTENDED_PARTS = 256,
};

static bool copy(char *to, size_t size, const char *text, size_t length)
{
	if (length >= size)
		return false;
	memcpy(to, text, length);
	to[length] = '\0';
	return true;
}

/* take_*(): check VALUE and write it to TO, which has SIZE bytes. False: it is
 * not a value of its key. */

static bool take_text(char *to, size_t size, const char *value)
{
	return *value && copy(to, size, value, strlen(value));
}

/* Any value: the key has no effect. */
static bool take_nothing(char *to, size_t size, const char *value)
{
	(void)to, (void)size, (void)value;
	return true;
}

/* A name that the kernel accepts for an interface. */
static bool take_ifname(char *to, size_t size, const char *value)
{
	return !strpbrk(value, "/: \t") && strcmp(value, ".") &&
	       strcmp(value, "..") && take_text(to, size, value);
}

/* An address: six numbers of one or two digits, and no group address. */
static bool take_mac(char *to, size_t size, const char *value)
{
	unsigned int i, bytes[6];

	for (i = 0; i < 6; i++) {
		if (i && *value++ != ':')
			return false;
		if (parse_hex_digit(*value) < 0)
			return false;
		bytes[i] = (unsigned int)parse_hex_digit(*value++);
		if (parse_hex_digit(*value) >= 0)
			bytes[i] = bytes[i] * 16 +
				   (unsigned int)parse_hex_digit(*value++);
	}
	snprintf(to, size, "%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1],
		 bytes[2], bytes[3], bytes[4], bytes[5]);
	return !*value && !(bytes[0] & 1);
}

static bool spec_number(char *to, size_t size, const char *value,
			uint64_t least, uint64_t most)
{
	uint64_t number;

	if (!parse_number(value, most, &number) || number < least)
		return false;
	snprintf(to, size, "%" PRIu64, number);
	return true;
}

static bool take_mtu(char *to, size_t size, const char *value)
{
	return spec_number(to, size, value, MTU_LEAST, MTU_MOST);
}

static bool take_devid(char *to, size_t size, const char *value)
{
	return spec_number(to, size, value, 0, DEVID_MOST);
}

/* Read the number that TEXT begins with. *REST becomes what follows. */
static bool leading_number(const char *text, const char **rest,
			   uint64_t *number)
{
	char digits[11];
	size_t n = strspn(text, "0123456789");

	*rest = text + n;
	return copy(digits, sizeof(digits), text, n) &&
	       parse_number(digits, UINT32_MAX, number) && *number;
}

/* A suffix of a number, and its factor. */
struct unit {
	const char *text;
	uint64_t times;
};

static bool take_unit(const struct unit *units, const char *text,
		      uint64_t *number)
{
	for (; units->text; units++)
		if (!strcmp(units->text, text)) {
			*number *= units->times;
			return true;
		}
	return false;
}

/* "10Mb/s", or with the time in which it is granted: "10Mb/s@20ms". */
static bool take_rate(char *to, size_t size, const char *value)
{
	static const struct unit speeds[] = {	/* bits a second */
		{ "b/s", 1 }, { "B/s", 8 },
		{ "Kb/s", 1000 }, { "KB/s", 8000 },
		{ "Mb/s", MILLION }, { "MB/s", 8ULL * MILLION },
		{ "Gb/s", 1000ULL * MILLION }, { "GB/s", 8000ULL * MILLION },
		{ NULL, 0 },
	}, times[] = {				/* microseconds */
		{ "us", 1 }, { "u", 1 }, { "ms", 1000 }, { "m", 1000 },
		{ "s", MILLION }, { "", MILLION }, { NULL, 0 },
	};
	const char *at = strchr(value, '@'), *rest;
	char speed[32];
	uint64_t bits, usecs = RATE_USECS, bytes;

	if (!copy(speed, sizeof(speed), value,
		  at ? (size_t)(at - value) : strlen(value)) ||
	    !leading_number(speed, &rest, &bits) ||
	    !take_unit(speeds, rest, &bits))
		return false;
	if (at && (!leading_number(at + 1, &rest, &usecs) ||
		   !take_unit(times, rest, &usecs)))
		return false;
	bytes = bits / 8;
	if (usecs > UINT32_MAX || bytes > UINT64_MAX / usecs ||
	    bytes * usecs / MILLION > UINT32_MAX)
		return false;
	snprintf(to, size, "%" PRIu64 ",%" PRIu64, bytes * usecs / MILLION,
		 usecs);
	return true;
}

/* One of WORDS, which are all that a key knows. With each stands what to
 * write. */
static bool spec_word(char *to, size_t size, const char *value,
		      const char *const (*words)[2])
{
	for (; (*words)[0]; words++)
		if (!strcmp((*words)[0], value))
			return copy(to, size, (*words)[1],
				    strlen((*words)[1]));
	return false;
}

static bool take_vif_type(char *to, size_t size, const char *value)
{
	static const char *const words[][2] = { { "vif", "" }, { NULL } };

	return spec_word(to, size, value, words);
}

static bool take_format(char *to, size_t size, const char *value)
{
	static const char *const words[][2] = {
		{ "raw", "" }, { "", "" }, { NULL },
	};

	return spec_word(to, size, value, words);
}

static bool take_backendtype(char *to, size_t size, const char *value)
{
	static const char *const words[][2] = { { "phy", "" }, { NULL } };

	return spec_word(to, size, value, words);
}

static bool take_specification(char *to, size_t size, const char *value)
{
	static const char *const words[][2] = { { "xen", "" }, { NULL } };

	return spec_word(to, size, value, words);
}

static bool take_devtype(char *to, size_t size, const char *value)
{
	static const char *const words[][2] = {
		{ "disk", "disk" }, { "cdrom", "cdrom" }, { NULL },
	};

	return spec_word(to, size, value, words);
}

/* Write two fields that stand side by side: the mode, and whether to share. */
static bool take_access(char *to, size_t size, const char *value)
{
	static const char *const words[][2] = {
		{ "r", "r" }, { "ro", "r" }, { "w", "w" }, { "rw", "w" },
		{ "", "w" }, { NULL },
	};
	size_t n = strcspn(value, "!");
	char word[3];

	if (!copy(word, sizeof(word), value, n) ||
	    !spec_word(to, size, word, words))
		return false;
	strcpy(to + size, value[n] ? "1" : "");
	return !value[n] || !value[n + 1];
}
_Static_assert(offsetof(struct spec_disk, shared) ==
	       offsetof(struct spec_disk, mode) + 2, "take_access()");

static bool take_vdev(char *to, size_t size, const char *value)
{
	uint32_t number;

	return spec_vdev_number(value, &number) && take_text(to, size, value);
}

struct key {
	const char *name;
	const char *flag;	/* the value of a key that stands alone */
	bool (*take)(char *to, size_t size, const char *value);
	size_t at, size;	/* of the field; no size: not served */
};

#define FIELD(type, field) \
	offsetof(struct type, field), sizeof(((struct type *)0)->field)
#define VIF(field) FIELD(spec_vif, field)
#define DISK(field) FIELD(spec_disk, field)

static const struct key vif_keys[] = {
	{ "mac", NULL, take_mac, VIF(mac) },
	{ "bridge", NULL, take_ifname, VIF(bridge) },
	{ "vifname", NULL, take_ifname, VIF(name) },
	{ "script", NULL, take_text, VIF(script) },
	{ "ip", NULL, take_text, VIF(ip) },
	{ "backend", NULL, take_text, VIF(backend) },
	{ "mtu", NULL, take_mtu, VIF(mtu) },
	{ "rate", NULL, take_rate, VIF(rate) },
	{ "devid", NULL, take_devid, VIF(devid) },
	{ "trusted", "1", NULL, VIF(trusted) },
	{ "untrusted", "0", NULL, VIF(trusted) },
	{ "type", NULL, take_vif_type, VIF(nothing) },
	/* this key is for an emulated card, which no PV guest has */
	{ "model", NULL, take_nothing, VIF(nothing) },
	{ NULL, NULL, NULL, 0, 0 },
};

static const struct key disk_keys[] = {
	{ "target", NULL, take_text, DISK(target) },
	{ "format", NULL, take_format, DISK(nothing) },
	{ "vdev", NULL, take_vdev, DISK(vdev) },
	{ "access", NULL, take_access, DISK(mode) },
	{ "script", NULL, take_text, DISK(script) },
	{ "backend", NULL, take_text, DISK(backend) },
	{ "backendtype", NULL, take_backendtype, DISK(nothing) },
	{ "specification", NULL, take_specification, DISK(nothing) },
	{ "devtype", NULL, take_devtype, DISK(type) },
	{ "cdrom", "cdrom", NULL, DISK(type) },
	{ "discard", "1", NULL, DISK(discard) },
	{ "no-discard", "0", NULL, DISK(discard) },
	{ "direct-io-safe", "1", NULL, DISK(direct_io_safe) },
	{ "trusted", "1", NULL, DISK(trusted) },
	{ "untrusted", "0", NULL, DISK(trusted) },
	{ "colo", "1", NULL, 0, 0 },
	{ "no-colo", "0", NULL, 0, 0 },
	{ NULL, NULL, NULL, 0, 0 },
};

static bool refuse(struct spec_error *error, const char *what,
		   const char *part, size_t size)
{
	error->what = what;
	snprintf(error->part, sizeof(error->part), "%.*s", (int)size, part);
	return false;
}

static const struct key *find_key(const struct key *keys, const char *text,
				  size_t size, bool flag)
{
	for (; keys->name; keys++)
		if (strlen(keys->name) == size && flag == !!keys->flag &&
		    !strncmp(keys->name, text, size))
			return keys;
	return NULL;
}

/* Read one piece of SIZE bytes, "KEY=VALUE" or "FLAG", into SPEC. */
static bool take_piece(const struct key *keys, void *spec, const char *piece,
		       size_t size, struct spec_error *error)
{
	const char *equals = memchr(piece, '=', size);
	size_t n = equals ? (size_t)(equals - piece) : size;
	const struct key *key = find_key(keys, piece, n, !equals);
	char value[SPEC_PATH_MAX], *to;

	if (!key || !key->size)
		return refuse(error, "not served, or unknown", piece, n);
	to = (char *)spec + key->at;
	if (key->flag)
		return copy(to, key->size, key->flag, strlen(key->flag));
	if (!copy(value, sizeof(value), equals + 1, size - n - 1))
		return refuse(error, "too long", piece, size);
	if (!key->take(to, key->size, value))
		return refuse(error, "not served, or not a value of this key",
			      piece, size);
	return true;
}

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

bool spec_vif(struct spec_vif *spec, char *const *words,
	      struct spec_error *error)
{
	const char *text;
	size_t size;

	memset(spec, 0, sizeof(*spec));
	for (; *words; words++)
		for (text = *words; *text; text += size + !!text[size]) {
			text = skip_blanks(text);
			size = strcspn(text, ",");
			if (size && !take_piece(vif_keys, spec, text, size,
						error))
				return false;
		}
	return true;
}

/* A disk, and which of its values without a key have been read. */
struct disk {
	struct spec_disk *spec;
	struct spec_error *error;
	bool prefix, format, access;	/* it has been read */
};

/* "phy:" and the like may stand in front of the first value. */
static bool take_prefix(struct disk *disk, const char **text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t n = strspn(*text, letters);

	if (!n || (*text)[n] != ':' || *disk->spec->target)
		return true;
	if ((n == 3 && !strncmp(*text, "phy", n)) ||
	    (n == 3 && !strncmp(*text, "raw", n)) ||
	    (n == 4 && !strncmp(*text, "file", n))) {
		disk->prefix = true;
		*text += n + 1;
		return true;
	}
	return refuse(disk->error, "not served, or unknown", *text, n + 1);
}

/* "VDEV" or "VDEV:cdrom". */
static bool take_vdev_and_type(struct disk *disk, char *value)
{
	struct spec_disk *spec = disk->spec;
	char *colon = strrchr(value, ':');

	if (colon && !take_devtype(spec->type, sizeof(spec->type), colon + 1))
		return false;
	if (colon)
		*colon = '\0';
	return take_vdev(spec->vdev, sizeof(spec->vdev), value);
}

/* Read the next value without a key. */
static bool take_positional(struct disk *disk, const char *piece, size_t size)
{
	struct spec_disk *spec = disk->spec;
	char value[SPEC_PATH_MAX];
	bool good;

	if (!copy(value, sizeof(value), piece, size))
		return refuse(disk->error, "too long", piece, size);
	if (!*spec->target) {
		good = take_text(spec->target, sizeof(spec->target), value);
	} else if (!disk->prefix && !disk->format) {
		disk->format = true;
		good = take_format(spec->nothing, sizeof(spec->nothing), value);
	} else if (!*spec->vdev) {
		good = take_vdev_and_type(disk, value);
	} else {
		good = !disk->access &&
		       take_access(spec->mode, sizeof(spec->mode), value);
		disk->access = true;
	}
	return good ||
	       refuse(disk->error, "not served, or not understood here", piece,
		      size);
}

/* Read the next piece of a word. *TEXT becomes what follows. */
static bool take_disk_piece(struct disk *disk, const char **text)
{
	static const char target[] = "target=";
	const char *piece = skip_blanks(*text);
	bool keyed;
	size_t size;

	if (!take_prefix(disk, &piece))
		return false;
	size = strcspn(piece, ",");
	if (!strncmp(piece, target, sizeof(target) - 1))
		size = strlen(piece);
	*text = piece + size + !!piece[size];
	keyed = memchr(piece, '=', size) || find_key(disk_keys, piece, size,
						     true);
	if (!keyed)
		return take_positional(disk, piece, size);
	if (*disk->spec->target && !strncmp(piece, target, sizeof(target) - 1))
		return refuse(disk->error, "there is one already", piece, size);
	disk->format = disk->format || !strncmp(piece, "format=", 7);
	disk->access = disk->access || !strncmp(piece, "access=", 7);
	return take_piece(disk_keys, disk->spec, piece, size, disk->error);
}

static void set_default(char *field, const char *value)
{
	if (!*field)
		strcpy(field, value);
}

bool spec_disk(struct spec_disk *spec, char *const *words,
	       struct spec_error *error)
{
	struct disk disk = { .spec = spec, .error = error };
	const char *text;

	memset(spec, 0, sizeof(*spec));
	for (; *words; words++)
		for (text = *words; *skip_blanks(text); )
			if (!take_disk_piece(&disk, &text))
				return false;
	if (!*spec->target)
		return refuse(error, "is missing", "target", 6);
	if (!spec_vdev_number(spec->vdev, &spec->number))
		return refuse(error, "is missing", "vdev", 4);
	set_default(spec->mode, "w");
	set_default(spec->type, "disk");
	set_default(spec->discard, *spec->mode == 'w' ? "1" : "0");
	return true;
}

/* Read letters as a number: a is 0, aa is 26. *TEXT becomes what follows. */
static bool take_letters(const char **text, uint32_t *number)
{
	uint32_t n = 0;
	const char *c;

	for (c = *text; *c >= 'a' && *c <= 'z'; c++) {
		n = n * 26 + (uint32_t)(*c - 'a') + 1;
		if (n > EXTENDED_DISKS)
			return false;
	}
	*number = n - 1;
	*text = c;
	return n;
}

/* Read the number of a partition: it begins with no 0. Without TEXT it is 0,
 * the whole disk. */
static bool take_partition(const char *text, uint32_t *number)
{
	uint64_t n = 0;

	if (*text && (*text == '0' || !parse_number(text, EXTENDED_PARTS - 1,
						    &n)))
		return false;
	*number = (uint32_t)n;
	return true;
}

static uint32_t xvd_number(uint32_t disk, uint32_t part)
{
	if (disk < 16 && part < 16)
		return XVD_MAJOR << 8 | disk << 4 | part;
	return EXTENDED | disk << 8 | part;
}

static uint32_t hd_number(uint32_t disk, uint32_t part)
{
	return (uint32_t)(disk < 2 ? IDE0_MAJOR : IDE1_MAJOR) << 8 |
	       (disk & 1) << 6 | part;
}

static uint32_t sd_number(uint32_t disk, uint32_t part)
{
	return SD_MAJOR << 8 | disk << 4 | part;
}

/* "dDISK" or "dDISKpPART". */
static bool take_d_name(const char *text, uint32_t *number)
{
	size_t n = strcspn(text, "p");
	uint64_t disk, part = 0;
	char digits[8];

	if (!copy(digits, sizeof(digits), text, n) ||
	    !parse_number(digits, EXTENDED_DISKS - 1, &disk) ||
	    (text[n] && !parse_number(text + n + 1, EXTENDED_PARTS - 1, &part)))
		return false;
	*number = xvd_number((uint32_t)disk, (uint32_t)part);
	return true;
}

/* A number as strtoul() reads it: 0x for hexadecimal, 0 for octal. */
static bool take_bare(const char *text, uint32_t *number)
{
	unsigned int base = 10;
	uint64_t n = 0;

	if (text[0] == '0' && text[1]) {
		base = text[1] == 'x' ? 16 : 8;
		text += base == 16 ? 2 : 1;
	}
	if (!*text)
		return false;
	for (; *text; text++) {
		int digit = parse_hex_digit(*text);

		if (digit < 0 || digit >= (int)base)
			return false;
		n = n * base + (unsigned int)digit;
		if (n > SPEC_VDEV_LAST)
			return false;
	}
	*number = (uint32_t)n;
	return true;
}

bool spec_vdev_number(const char *text, uint32_t *number)
{
	static const struct {
		const char *prefix;
		uint32_t disks, parts;
		uint32_t (*number)(uint32_t disk, uint32_t part);
	} names[] = {
		{ "xvd", EXTENDED_DISKS, EXTENDED_PARTS, xvd_number },
		{ "hd", 4, 64, hd_number },
		{ "sd", 16, 16, sd_number },
	};
	uint32_t disk, part;
	unsigned int i;
	const char *rest;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		rest = text + strlen(names[i].prefix);
		if (strncmp(text, names[i].prefix, strlen(names[i].prefix)))
			continue;
		if (!take_letters(&rest, &disk) ||
		    !take_partition(rest, &part) ||
		    disk >= names[i].disks || part >= names[i].parts)
			return false;
		*number = names[i].number(disk, part);
		return true;
	}
	return *text == 'd' ? take_d_name(text + 1, number)
			    : take_bare(text, number);
}

/* Add the letters of a disk: 0 is a, 26 is aa. */
static char *add_letters(char *to, uint32_t disk)
{
	char letters[8];
	unsigned int n = 0;

	for (disk++; disk; disk = (disk - 1) / 26)
		letters[n++] = (char)('a' + (disk - 1) % 26);
	while (n)
		*to++ = letters[--n];
	return to;
}

char *spec_vdev_name(char name[SPEC_VDEV_MAX], uint32_t number)
{
	static const struct {
		uint32_t major, shift, first;
		const char *prefix;
	} majors[] = {
		{ XVD_MAJOR, 4, 0, "xvd" }, { SD_MAJOR, 4, 0, "sd" },
		{ IDE0_MAJOR, 6, 0, "hd" }, { IDE1_MAJOR, 6, 2, "hd" },
		{ EXTENDED >> 8, 8, 0, "xvd" },
	};
	uint32_t minor = number & 0xff, major = number >> 8, part;
	enum { DIGITS = sizeof("4294967295") };
	unsigned int i;
	char *end;

	if (number & EXTENDED) {
		major = EXTENDED >> 8;
		minor = number & (EXTENDED - 1);
	}
	for (i = 0; i < sizeof(majors) / sizeof(*majors); i++) {
		if (majors[i].major != major)
			continue;
		part = minor & ((1u << majors[i].shift) - 1);
		end = add_letters(stpcpy(name, majors[i].prefix),
				  (minor >> majors[i].shift) +
				  majors[i].first);
		*end = '\0';
		if (part)
			snprintf(end, DIGITS, "%" PRIu32, part);
		return name;
	}
	snprintf(name, SPEC_VDEV_MAX, "%" PRIu32, number);
	return name;
}
