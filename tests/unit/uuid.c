/* SPDX-License-Identifier: GPL-2.0-only */
#include "tap.h"
#include "uuid.h"
#include "world.h"

#define TEXT "2ed6657d-e927-568b-95e1-2665a8aea6a2"

static const uint8_t bytes[UUID_SIZE] = {
	0x2e, 0xd6, 0x65, 0x7d, 0xe9, 0x27, 0x56, 0x8b,
	0x95, 0xe1, 0x26, 0x65, 0xa8, 0xae, 0xa6, 0xa2,
};

/* RFC 4122 appendix C: the name space of domain names. */
static const uint8_t dns[UUID_SIZE] = {
	0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1,
	0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
};

static void version_5(void)
{
	static const struct {
		const char *name, *text;
	} names[] = {
		{ "www.example.com", TEXT },
		{ "python.org", "886313e1-3b8a-5372-9b90-0c9aee199e5d" },
		{ "a", "4f3f2898-69e3-5a0d-820a-c4e87987dbce" },
	};
	/* SIZE times x: around the ends of SHA-1's blocks, by Python's uuid5 */
	static const struct {
		size_t size;
		const char *text;
	} sizes[] = {
		{ 0, "4ebd0208-8328-5d69-8c44-ec50939c0967" },
		{ 1, "05b16a01-46c6-56dd-bd6e-c6dfb4a1427a" },
		{ 38, "f3ddef67-6e5b-53ca-baa2-12b379ef6ced" },
		{ 39, "2f80c0d1-1c62-579f-8d68-e61ad5592c9b" },
		{ 40, "e56fd57a-7633-5e1d-8f80-70e05ac413e5" },
		{ 47, "a112377b-8258-5ef7-b5b0-d2540bc03abb" },
		{ 48, "83993b6c-dea9-55ca-be5b-9989c85943fc" },
		{ 49, "a0f0b33b-afbf-5cad-b334-d8140d5af575" },
		{ 102, "9b74c28c-4c1b-522f-b4bb-4f0654217884" },
		{ 103, "69b5a616-6ae8-5c37-8b46-37d527314c4d" },
		{ 104, "c917ca2c-8395-5e00-8f28-a898d41a4b8d" },
		{ 111, "1a48738a-dc98-5032-bf56-974c361d949d" },
		{ 112, "0243b19e-8bd4-5b57-95a2-1fcacc3142a0" },
		{ 113, "4e772fc6-7f5c-5655-afd4-f6e0a2e8e912" },
		{ 176, "a4987bba-ff5e-5aab-bcd8-4e0d5304b858" },
		{ 1000, "f6d12730-a238-51ed-bf69-3689855f9bbf" },
	};
	char text[UUID_TEXT], x[1000];
	uint8_t uuid[UUID_SIZE];
	unsigned int i;

	memset(x, 'x', sizeof(x));
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		uuid_v5(uuid, dns, names[i].name, strlen(names[i].name));
		is_str(uuid_format(text, uuid), names[i].text, "version 5 of "
		       "%s", names[i].name);
	}
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		uuid_v5(uuid, dns, x, sizes[i].size);
		is_str(uuid_format(text, uuid), sizes[i].text, "version 5 of "
		       "%zu bytes", sizes[i].size);
	}
}

static void text(void)
{
	static const char *const bad[] = {
		"", "-", "2", "2ed6657d", TEXT "0", TEXT "-", TEXT " ",
		" " TEXT, "{" TEXT "}", "2ed6657de927568b95e12665a8aea6a2",
		"2ed6657d-e927-568b-95e1-2665a8aea6a",
		"2ed6657d-e927-568b-95e1-2665a8aea6ag",
		"2ed6657d-e927-568b-95e12-665a8aea6a2",
		"2ed6657-de927-568b-95e1-2665a8aea6a2",
		"2ed6657d e927-568b-95e1-2665a8aea6a2",
		"2ed6657d-e927 568b-95e1-2665a8aea6a2",
		"2ed6657d-e927-568b 95e1-2665a8aea6a2",
		"2ed6657d-e927-568b-95e1 2665a8aea6a2",
		"2ed6657d--e927-568b-95e1-2665a8aea6a2",
		"+ed6657d-e927-568b-95e1-2665a8aea6a2",
		"2ed6657d-e927-568b-95e1-2665a8aea6\xe1\xe1",
		"0xd6657d-e927-568b-95e1-2665a8aea6a2",
	};
	uint8_t uuid[UUID_SIZE], nil[UUID_SIZE] = { 0 };
	char out[UUID_TEXT], cut[UUID_TEXT];
	unsigned int i, parsed = 0;

	is_str(uuid_format(out, bytes), TEXT, "formatted");
	ok(uuid_parse(uuid, TEXT), "parsed");
	ok(!memcmp(uuid, bytes, UUID_SIZE), "to the same bytes");
	ok(uuid_parse(uuid, "2ED6657D-E927-568B-95E1-2665A8AEA6A2"),
	   "capitals, too");
	ok(!memcmp(uuid, bytes, UUID_SIZE), "to the same bytes");
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(!uuid_parse(uuid, bad[i]), "not a UUID: %u", i);
	for (i = 0; i < UUID_TEXT - 1; i++) {
		memcpy(cut, TEXT, i);
		cut[i] = '\0';
		parsed += uuid_parse(uuid, cut);
	}
	is_int(parsed, 0, "nor is any beginning of one");
	ok(uuid_is_nil(nil), "nil");
	for (i = 0; i < UUID_SIZE; i++) {
		memset(nil, 0, sizeof(nil));
		nil[i] = 1;
		ok(!uuid_is_nil(nil), "not nil: byte %u", i);
	}
}

/* What a domain gets must not change from one release of ours to the next. */
static void boards(void)
{
	static const struct {
		const char *file, *identity, *name, *text;
	} rows[] = {
		{ "/etc/machine-id", "0123456789abcdef0123456789abcdef\n",
		  "web", "aa2072fc-5bc9-5ec8-85e0-ee26a9a13087" },
		{ "/etc/machine-id", "0123456789abcdef0123456789abcdef",
		  "db", "04daf2d6-1d1a-5c2f-b647-ad1d5d35b3cd" },
		{ "/proc/device-tree/serial-number", "SN-4711\n", "web",
		  "2437a9ce-ae98-50dd-83e8-3e43d776af87" },
	};
	uint8_t uuid[UUID_SIZE], other[UUID_SIZE];
	char out[UUID_TEXT];
	unsigned int i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		world_reset(17);
		strcpy(world->identity_file, rows[i].file);
		strcpy(world->identity, rows[i].identity);
		ok(uuid_for_domain(uuid, rows[i].name), "board %u", i);
		is_str(uuid_format(out, uuid), rows[i].text, "board %u: the "
		       "UUID", i);
	}
	strcpy(world->identity, "SN-4712\n");
	ok(uuid_for_domain(other, rows[i - 1].name), "its identity");
	ok(!memcmp(uuid, other, UUID_SIZE), "is read once");
	uuid_board_known = false;
	memset(world->identity, 'x', sizeof(world->identity) - 1);
	ok(uuid_for_domain(uuid, "web"), "a board of a long identity");

	uuid_board_known = false;
	*world->identity = '\0';
	ok(!uuid_for_domain(uuid, "web"), "a board without any");
	is_int(uuid[6] >> 4, 4, "version 4");
	is_int(uuid[8] >> 6, 2, "variant 1");
	uuid_for_domain(other, "web");
	ok(memcmp(uuid, other, UUID_SIZE), "another each time");
	uuid_board_known = false;
	strcpy(world->identity, "\n");
	ok(!uuid_for_domain(uuid, "web"), "an empty identity is none");
}

int main(void)
{
	version_5();
	text();
	boards();
	return done();
}
