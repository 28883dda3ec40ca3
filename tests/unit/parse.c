/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse.h"
#include "tap.h"

static void numbers(void)
{
	static const struct {
		const char *text;
		uint64_t max, number;
		bool good;
	} rows[] = {
		{ "0", 0, 0, true },
		{ "7", 7, 7, true },
		{ "8", 7, 0, false },
		{ "32751", 32751, 32751, true },
		{ "32752", 32751, 0, false },
		{ "70000", 32751, 0, false },
		{ "00000000000000000000000012", 32751, 12, true },
		{ "18446744073709551615", UINT64_MAX, UINT64_MAX, true },
		{ "18446744073709551616", UINT64_MAX, 0, false },
		{ "18446744073709551625", UINT64_MAX, 0, false },
		{ "99999999999999999999", UINT64_MAX, 0, false },
		{ "184467440737095516150", UINT64_MAX, 0, false },
		{ "4294967297", 1, 0, false },
		{ "10", 9, 0, false },
		{ "19", 18, 0, false },
		{ "", 9, 0, false }, { " 1", 9, 0, false },
		{ "1 ", 9, 0, false }, { "1x", 9, 0, false },
		{ "+1", 9, 0, false }, { "-1", 9, 0, false },
		{ "0x1", 9, 0, false }, { "1.0", 9, 0, false },
		{ "1\n", 9, 0, false }, { "/", 9, 0, false },
		{ ":", 9, 0, false }, { "\xb2", 9, 0, false },
	};
	unsigned int i;
	uint64_t number;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		number = 4711;
		is_int(parse_number(rows[i].text, rows[i].max, &number),
		       rows[i].good, "number %u is %sone", i,
		       rows[i].good ? "" : "n");
		is_int((int64_t)number, rows[i].good ?
		       (int64_t)rows[i].number : 4711, "number %u", i);
	}
}

static void hex_digits(void)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at;
	int c, wrong = 0;

	for (c = 0; c < 256; c++) {
		at = c ? strchr(digits, c) : NULL;
		wrong += parse_hex_digit((char)c) !=
			 (at ? (int)((at - digits) % 16) : -1);
	}
	is_int(wrong, 0, "each byte is the hexadecimal digit that it is, or none");
}

static void names(void)
{
	static const struct {
		const char *name;
		bool good;
	} rows[] = {
		{ "web", true }, { "1x", false }, { "x1", true },
		{ "dom0less-1", true }, { "a.b_c:d@e=f+g,h~!#$%", true },
		{ "-", true }, { "", false }, { "1", false },
		{ "0123456789", false }, { "a b", false }, { " a", false },
		{ "a/b", false }, { "/", false }, { "a\"b", false },
		{ "a'b", false }, { "a\\b", false }, { "a\tb", false },
		{ "a\n", false }, { "a\x7f", false }, { "a\x01", false },
		{ "\xc3\xa4", false }, { "a\xff", false },
	};
	char name[130];
	unsigned int i;
	int c, good = 0;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		is_int(parse_is_name(rows[i].name), rows[i].good,
		       "name %u is %sone", i, rows[i].good ? "" : "n");
	memset(name, 'n', sizeof(name));
	name[127] = '\0';
	ok(parse_is_name(name), "127 bytes");
	name[127] = 'n';
	name[128] = '\0';
	ok(!parse_is_name(name), "and no more");
	for (c = 1; c < 256; c++) {
		snprintf(name, sizeof(name), "n%c", c);
		good += parse_is_name(name);
	}
	is_int(good, '~' - ' ' - 4, "bytes that a name can have");
}

int main(void)
{
	numbers();
	hex_digits();
	names();
	return done();
}
