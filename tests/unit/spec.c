/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "spec.h"
#include "tap.h"

enum { WORDS = 8 };

/* TEXT, whose words have a "|" between, as words of their own memory. */
static char **words_of(const char *text)
{
	static char *words[WORDS + 1], *copy;
	unsigned int n = 0;
	char *rest, *word;

	free(copy);
	copy = strdup(text);
	for (word = strtok_r(copy, "|", &rest); word;
	     word = strtok_r(NULL, "|", &rest))
		words[n++] = word;
	words[n] = NULL;
	return words;
}

static void vifs(void)
{
	static const struct {
		const char *text, *fields, *part;
	} rows[] = {
		{ "", ",,,,,,,,,", NULL },
		{ "bridge=xenbr0", ",xenbr0,,,,,,,,", NULL },
		{ "mac=00:16:3E:1:2:f,bridge=br,vifname=web0",
		  "00:16:3e:01:02:0f,br,web0,,,,,,,", NULL },
		{ "vifname=a, bridge=b,,mtu=9000,", ",b,a,,,,9000,,,", NULL },
		{ "bridge=a|bridge=b|ip=10.0.0.1", ",b,,,10.0.0.1,,,,,", NULL },
		{ "type=vif,model=e1000", ",,,,,,,,,", NULL },
		{ "script=/x/y=z,backend=net", ",,,/x/y=z,,net,,,,", NULL },
		{ "rate=8b/s", ",,,,,,,0,50000,,", NULL },
		{ "rate=10Mb/s", ",,,,,,,62500,50000,,", NULL },
		{ "rate=10MB/s@20ms", ",,,,,,,200000,20000,,", NULL },
		{ "rate=1GB/s@1s", ",,,,,,,1000000000,1000000,,", NULL },
		{ "rate=240000b/s@3", ",,,,,,,90000,3000000,,", NULL },
		{ "rate=1KB/s@5u", ",,,,,,,0,5,,", NULL },
		{ "devid=3,untrusted", ",,,,,,,,3,0", NULL },
		{ "trusted", ",,,,,,,,,1", NULL },
		{ "type=ioemu", NULL, "type=ioemu" },
		{ "mac=00:16:3e:1:2", NULL, "mac=00:16:3e:1:2" },
		{ "mac=00:16:3e:1:2:3:4", NULL, "mac=00:16:3e:1:2:3:4" },
		{ "mac=01:16:3e:1:2:3", NULL, "mac=01:16:3e:1:2:3" },
		{ "mac=00:16:3e:1:2:300", NULL, "mac=00:16:3e:1:2:300" },
		{ "mac=", NULL, "mac=" },
		{ "mac", NULL, "mac" },
		{ "trusted=1", NULL, "trusted" },
		{ "bridge=a/b", NULL, "bridge=a/b" },
		{ "bridge=..", NULL, "bridge=.." },
		{ "bridge=0123456789abcde", ",0123456789abcde,,,,,,,,", NULL },
		{ "bridge=0123456789abcdef", NULL, "bridge=0123456789abcdef" },
		{ "mtu=67", NULL, "mtu=67" },
		{ "mtu=65536", NULL, "mtu=65536" },
		{ "rate=10", NULL, "rate=10" },
		{ "rate=0Mb/s", NULL, "rate=0Mb/s" },
		{ "rate=5000000000b/s", NULL, "rate=5000000000b/s" },
		{ "rate=1Mb/s@", NULL, "rate=1Mb/s@" },
		{ "rate=1Mb/s@0", NULL, "rate=1Mb/s@0" },
		{ "rate=9Gb/s@4294967295s", NULL, "rate=9Gb/s@4294967295s" },
		{ "devid=65536", NULL, "devid=65536" },
		{ "colo_checkpoint_port=1", NULL, "colo_checkpoint_port" },
		{ "gatewaydev=eth0", NULL, "gatewaydev" },
		{ "bridge=a,nonsense", NULL, "nonsense" },
		{ "=", NULL, "" },
	};
	struct spec_error error;
	struct spec_vif v;
	char got[4096];
	unsigned int i;
	bool good;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		good = spec_vif(&v, words_of(rows[i].text), &error);
		if (!rows[i].fields) {
			is_str(good ? "taken" : error.part, rows[i].part,
			       "vif '%s' is refused", rows[i].text);
			continue;
		}
		snprintf(got, sizeof(got), "%s,%s,%s,%s,%s,%s,%s,%s,%s,%s",
			 v.mac, v.bridge, v.name, v.script, v.ip, v.backend,
			 v.mtu, v.rate, v.devid, v.trusted);
		is_str(good ? got : error.part, rows[i].fields, "vif '%s'",
		       rows[i].text);
	}
}

static void disks(void)
{
	static const struct {
		const char *text, *fields, *part;
	} rows[] = {
		{ "phy:/dev/vg/a,xvda,w", "/dev/vg/a;xvda;w;;disk;1;;;", NULL },
		{ "phy:/dev/vg/a|xvda|r", "/dev/vg/a;xvda;r;;disk;0;;;", NULL },
		{ "file:/a b,xvda1,ro", "/a b;xvda1;r;;disk;0;;;", NULL },
		{ "/img,raw,xvdb,rw", "/img;xvdb;w;;disk;1;;;", NULL },
		{ "/img,,xvdb,", "/img;xvdb;w;;disk;1;;;", NULL },
		{ "/img,,xvdb,w!", "/img;xvdb;w;1;disk;1;;;", NULL },
		{ "/img,,xvdb,r!", "/img;xvdb;r;1;disk;0;;;", NULL },
		{ "/img,,xvdb", "/img;xvdb;w;;disk;1;;;", NULL },
		{ "/img,,hdc:cdrom,r", "/img;hdc;r;;cdrom;0;;;", NULL },
		{ "/img,,hda:disk", "/img;hda;w;;disk;1;;;", NULL },
		{ "vdev=xvda, access=ro, target=/a,b=c,d",
		  "/a,b=c,d;xvda;r;;disk;0;;;", NULL },
		{ "vdev=xvda,no-discard,direct-io-safe,untrusted,target=/a",
		  "/a;xvda;w;;disk;0;1;0;", NULL },
		{ "format=raw,vdev=d3p4,discard,cdrom,access=r,target=/a",
		  "/a;d3p4;r;;cdrom;1;;;", NULL },
		{ "vdev=xvda,backendtype=phy,specification=xen,target=/a",
		  "/a;xvda;w;;disk;1;;;", NULL },
		{ "/a,vdev=xvda,format=raw,access=r",
		  "/a;xvda;r;;disk;0;;;", NULL },
		{ "backend=store,script=s,vdev=51712,target=/a",
		  "/a;51712;w;;disk;1;;;store", NULL },
		{ "phy:vdev=xvda,target=/a", "/a;xvda;w;;disk;1;;;", NULL },
		{ "", NULL, "target" },
		{ "/img", NULL, "vdev" },
		{ "vdev=xvda", NULL, "target" },
		{ "/img,qcow2,xvda", NULL, "qcow2" },
		{ "tap:aio:/img,xvda,w", NULL, "tap:" },
		{ "nbd:1.2.3.4,xvda,w", NULL, "nbd:" },
		{ "format=vhd,vdev=xvda,target=/a", NULL, "format=vhd" },
		{ "backendtype=qdisk,vdev=xvda,target=/a", NULL,
		  "backendtype=qdisk" },
		{ "specification=virtio,vdev=xvda,target=/a", NULL,
		  "specification=virtio" },
		{ "colo,vdev=xvda,target=/a", NULL, "colo" },
		{ "/b,vdev=xvda,target=/a", NULL, "target=/a" },
		{ "/a,,vdev=xvda,colo-host=x", NULL, "colo-host" },
		{ "/a,,xvda,w,w", NULL, "w" },
		{ "/a,,xvda,x", NULL, "x" },
		{ "/a,,xvda,w!!", NULL, "w!!" },
		{ "/a,,xvda,access=rw!x", NULL, "access=rw!x" },
		{ "/a,,xvda,access=rww", NULL, "access=rww" },
		{ "/a,,yvda,w", NULL, "yvda" },
		{ "/a,,xvda:tape,w", NULL, "xvda:tape" },
		{ "devtype=tape,vdev=xvda,target=/a", NULL, "devtype=tape" },
		{ "vdev=xvda,target=", NULL, "target=" },
		{ ",,xvda,w", NULL, "" },
	};
	struct spec_error error;
	struct spec_disk d;
	char got[4096];
	unsigned int i;
	bool good;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		good = spec_disk(&d, words_of(rows[i].text), &error);
		if (!rows[i].fields) {
			is_str(good ? "taken" : error.part, rows[i].part,
			       "disk '%s' is refused", rows[i].text);
			continue;
		}
		snprintf(got, sizeof(got), "%s;%s;%s;%s;%s;%s;%s;%s;%s",
			 d.target, d.vdev, d.mode, d.shared, d.type, d.discard,
			 d.direct_io_safe, d.trusted, d.backend);
		is_str(good ? got : error.part, rows[i].fields, "disk '%s'",
		       rows[i].text);
	}
}

/* Nothing is too long to be refused. */
static void lengths(void)
{
	static char text[SPEC_PATH_MAX + 64];
	char *words[] = { text, NULL };
	struct spec_error error;
	struct spec_disk d;
	struct spec_vif v;
	size_t n, room = SPEC_PATH_MAX;

	for (n = room - 2; n < room + 2; n++) {
		sprintf(text, "vdev=xvda,target=%0*d", (int)n, 0);
		is_int(spec_disk(&d, words, &error), n < room,
		       "a target of %zu bytes", n);
		sprintf(text, "phy:%0*d,xvda", (int)n, 0);
		is_int(spec_disk(&d, words, &error), n < room,
		       "one without its key");
	}
	for (n = SPEC_SCRIPT_MAX - 2; n < SPEC_SCRIPT_MAX + 2; n++) {
		sprintf(text, "script=%0*d", (int)n, 0);
		is_int(spec_vif(&v, words, &error), n < SPEC_SCRIPT_MAX,
		       "a script of %zu bytes", n);
	}
	sprintf(text, "%0*d=1", 500, 0);
	ok(!spec_vif(&v, words, &error), "a key of 500 bytes");
	is_int((int64_t)strlen(error.part), sizeof(error.part) - 1, "is cut");
}

static void vdevs(void)
{
	static const struct {
		const char *text;
		int64_t number;		/* -1: none */
		const char *name;	/* NULL: TEXT */
	} rows[] = {
		{ "xvda", 51712, NULL }, { "xvda1", 51713, NULL },
		{ "xvda15", 51727, NULL }, { "xvdb", 51728, NULL },
		{ "xvdp15", 51967, NULL },
		{ "xvda16", 1 << 28 | 16, NULL },
		{ "xvdq", 1 << 28 | 16 << 8, NULL },
		{ "xvdz255", 1 << 28 | 25 << 8 | 255, NULL },
		{ "xvdaa", 1 << 28 | 26 << 8, NULL },
		{ "xvdba1", 1 << 28 | 52 << 8 | 1, NULL },
		{ "xvdbgqcv", 1 << 28 | 0xfffffLL << 8, NULL },
		{ "xvdbgqcw", -1, NULL },
		{ "xvdzzzzzzzzzzzzzzzzzzzz", -1, NULL },
		{ "hda", 768, NULL }, { "hdb5", 837, NULL },
		{ "hdc", 5632, NULL }, { "hdd63", 5759, NULL },
		{ "hde", -1, NULL }, { "hda64", -1, NULL },
		{ "sda", 2048, NULL }, { "sdp15", 2303, NULL },
		{ "sdq", -1, NULL }, { "sda16", -1, NULL },
		{ "d0", 51712, "xvda" }, { "d0p0", 51712, "xvda" },
		{ "d1p2", 51730, "xvdb2" },
		{ "d536p37", 1 << 28 | 536 << 8 | 37, "xvdtq37" },
		{ "d1048575p255", 1 << 28 | 1048575LL << 8 | 255,
		  "xvdbgqcv255" },
		{ "d1048576", -1, NULL }, { "d0p256", -1, NULL },
		{ "d", -1, NULL }, { "d0p", -1, NULL }, { "dp1", -1, NULL },
		{ "51712", 51712, "xvda" }, { "0xca00", 51712, "xvda" },
		{ "0145000", 51712, "xvda" }, { "0", 0, "0" },
		{ "0x", -1, NULL }, { "08", -1, NULL }, { "9a", -1, NULL },
		{ "99999999999999999999", -1, NULL },
		{ "xvd", -1, NULL }, { "xvda01", -1, NULL },
		{ "xvda0", -1, NULL }, { "xvda256", -1, NULL },
		{ "xvdA", -1, NULL }, { "xvda1x", -1, NULL },
		{ "hd", -1, NULL }, { "", -1, NULL }, { "-1", -1, NULL },
		{ " 1", -1, NULL }, { "vda", -1, NULL },
		{ "10240", 10240, "10240" },
	};
	char name[SPEC_VDEV_MAX];
	uint32_t number, again;
	unsigned int i, part, wrong = 0;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		number = 4711;
		is_int(spec_vdev_number(rows[i].text, &number) ?
		       (int64_t)number : -1, rows[i].number, "vdev '%s'",
		       rows[i].text);
		if (rows[i].number >= 0)
			is_str(spec_vdev_name(name, number), rows[i].name ?
			       rows[i].name : rows[i].text, "and its name");
	}
	for (i = 0; i < 1 << 20; i += 97)
		for (part = 0; part < 256; part += 15) {
			sprintf(name, "d%up%u", i, part);
			spec_vdev_number(name, &number);
			again = ~0u;
			spec_vdev_number(spec_vdev_name(name, number), &again);
			wrong += again != number;
		}
	is_int(wrong, 0, "a name leads back to its number");
	for (number = 0; number <= SPEC_VDEV_LAST - 4099; number += 4099)
		spec_vdev_name(name, number);
	ok(true, "every number has a name that fits");
}

int main(void)
{
	vifs();
	disks();
	lengths();
	vdevs();
	return done();
}
