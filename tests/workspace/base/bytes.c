/* bytes: growing, text, and UTF-8. err: context in front. hex: both ways. */
#include "bytes.h"
#include "hex.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static void test_add(void)
{
	struct err err;
	cleanup_bytes struct bytes bytes = {0};
	CHECK(bytes_add(&bytes, NULL, 0, &err) == 0);
	CHECK(bytes.size == 0 && bytes.data && bytes.data[0] == '\0');
	for (int i = 0; i < 1000; i++)
		CHECK(bytes_add(&bytes, "abc", 3, &err) == 0 && bytes.data[bytes.size] == '\0');
	CHECK(bytes.size == 3000 && strlen(bytes.data) == 3000 && !memcmp(bytes.data + 2997, "abc", 3));
	CHECK(bytes_add(&bytes, "\0x", 2, &err) == 0 && bytes.size == 3002);
	CHECK(bytes_addf(&bytes, &err, "%s-%d", "n", 42) == 0 && !strcmp(bytes.data + 3002, "n-42"));
	bytes_free(&bytes);
	CHECK(!bytes.data && !bytes.size && !bytes.capacity);
}

/* Fills exactly up to each capacity, where an off-by-one would put the NUL outside. */
static void test_edges(void)
{
	static char block[512];
	struct err err;
	for (size_t size = 0; size < sizeof block; size++) {
		cleanup_bytes struct bytes bytes = {0};
		CHECK(bytes_add(&bytes, block, size, &err) == 0 && bytes.capacity > bytes.size);
		while (bytes.size + 1 < bytes.capacity)
			CHECK(bytes_add(&bytes, "x", 1, &err) == 0);
		CHECK(bytes.data[bytes.size] == '\0');
	}
}

/* spec: RFC 3629 section 4 (syntax) and the bounds of each row of its table */
static void test_utf8(void)
{
	static const char *const good[] = {
		"",
		"a",
		"\x7f",
		"\xc2\x80",
		"\xdf\xbf",
		"\xe0\xa0\x80",
		"\xed\x9f\xbf",
		"\xee\x80\x80",
		"\xef\xbf\xbf",
		"\xf0\x90\x80\x80",
		"\xf4\x8f\xbf\xbf",
	};
	static const char *const bad[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xc2",
		"\xc2\x7f",
		"\xc2\xc0",
		"\xe0\x9f\xbf",
		"\xe1\x80",
		"\xe1\x80\x7f",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xf0\x90\x80",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xff",
		"a\xfe",
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		CHECK(bytes_are_utf8(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(!bytes_are_utf8(bad[i], strlen(bad[i])));
	CHECK(bytes_are_utf8("a\0b", 3));
	CHECK(!bytes_are_utf8("\xe2\x82\xac", 2)); /* what follows the end is not looked at */
}

static void test_hex(void)
{
	char text[9];
	uint8_t raw[4];
	hex_write("\x00\x9f\xa0\xff", 4, text);
	CHECK(!strcmp(text, "009fa0ff"));
	CHECK(hex_read("009FA0ff", raw, 4) == 0 && !memcmp(raw, "\x00\x9f\xa0\xff", 4));
	CHECK(hex_read("009fa0f", raw, 4) && hex_read("009fa0ff0", raw, 4) && hex_read("009fa0ff00", raw, 4));
	CHECK(hex_read("009fa0fg", raw, 4) && hex_read("009fa0f ", raw, 4) && hex_read("0x9fa0ff", raw, 4));
	CHECK(hex_read("", raw, 0) == 0 && hex_read("00", raw, 0));
	hex_write("", 0, text);
	CHECK(!*text);
}

static void test_err(void)
{
	struct err err;
	char long_text[2000];
	memset(long_text, 'x', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	CHECK(err_bad(&err, "name %s", "missing") == -1 && err.status == STATUS_BAD);
	CHECK(err_prefix(&err, "layers: %d", 2) == -1 && !strcmp(err.text, "layers: 2: name missing"));
	errno = ENOENT;
	CHECK(err_system(&err, EX_IOERR, "cannot open") == -1 && err.status == EX_IOERR);
	CHECK(!strcmp(err.text, "cannot open: No such file or directory"));
	CHECK(err_set(&err, EX_SOFTWARE, "%s", long_text) == -1 && strlen(err.text) == sizeof err.text - 1);
	CHECK(err_prefix(&err, "front") == -1 && !strncmp(err.text, "front: xxx", 10));
	/* A long place loses its end, the reason nothing. */
	err_bad(&err, "not found");
	CHECK(err_prefix(&err, "%s", long_text) == -1 && strlen(err.text) == sizeof err.text - 1);
	CHECK(!strncmp(err.text, "xxx", 3) && strstr(err.text, "x...: not found"));
	CHECK(strlen(err.text) == sizeof err.text - 1);
}

int main(void)
{
	test_add();
	test_edges();
	test_utf8();
	test_hex();
	test_err();
	return unit_end();
}
