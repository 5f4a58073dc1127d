/* crl show FILE: what is in a CRL, `NAME VALUE` a line each: bytes in hex, and a line `revoked SERIAL` for each entry.
 * crl why FILE...: the reason why each is refused, or `accepted`.
 * crl revokes FILE SERIAL...: of each serial, in hex, `yes` or `no`.
 * crl cuts FILE: how many lengths that a CRL may be cut to are still one. */
#include "crl.h"

#include "certificate.h"
#include "file.h"
#include "hex.h"
#include "program.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void line(const char *name, struct view view)
{
	printf("%s ", name);
	for (size_t i = 0; i < view.size; i++)
		printf("%02x", view.data[i]);
	putchar('\n');
}

static void show_time(const char *name, struct view time)
{
	struct err err;
	char text[CERTIFICATE_TIME_SIZE + 1];
	int64_t seconds;
	if (certificate_time(time, text, &seconds, &err))
		die_err(name, &err);
	printf("%s %s %" PRId64 "\n", name, text, seconds);
}

static void show(struct view der)
{
	struct err err;
	struct crl it;
	struct view entry, serial;
	if (crl_parse(der, &it, &err))
		die_err(NULL, &err);
	line("signed", it.signed_bytes);
	line("algorithm", it.algorithm);
	line("issuer", it.issuer);
	show_time("this_update", it.this_update);
	show_time("next_update", it.next_update);
	line("authority_key_id", it.authority_key_id);
	line("signature", it.signature);
	printf("count %zu\n", it.revoked_count);
	for (struct view rest = it.revoked; rest.size;) {
		if (der_take(&rest, DER_SEQUENCE, "entry", &entry, &err) ||
		    der_take_integer(&entry, "serial", &serial, &err))
			die_err(NULL, &err);
		line("revoked", serial);
	}
}

static void why(char **paths)
{
	for (; *paths; paths++) {
		struct err err;
		struct crl it;
		cleanup_bytes struct bytes file = {0};
		if (file_load(*paths, CRL_CAP + 1, &file, &err))
			die_err(*paths, &err);
		if (!crl_parse(view_of(file.data, file.size), &it, &err))
			puts("accepted");
		else if (err.status == STATUS_BAD)
			puts(err.text);
	}
}

static void revokes(struct view der, char **serials)
{
	struct err err;
	struct crl it;
	uint8_t serial[64];
	if (crl_parse(der, &it, &err))
		die_err(NULL, &err);
	for (; *serials; serials++) {
		size_t size = strlen(*serials) / 2;
		if (size > sizeof serial || hex_read(*serials, serial, size))
			die_usage("SERIAL");
		puts(crl_revokes(&it, view_of(serial, size)) ? "yes" : "no");
	}
}

/* In memory of its own, so that a sanitizer sees one byte too far. */
static void cuts(struct view all)
{
	struct err err;
	struct crl it;
	unsigned count = 0;
	for (size_t size = 0; size < all.size; size++) {
		cleanup_free uint8_t *exact = malloc(size + 1);
		if (!exact)
			die(EX_OSERR, "memory");
		memcpy(exact + 1, all.data, size);
		count += !crl_parse(view_of(exact + 1, size), &it, &err);
	}
	printf("%u\n", count);
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes file = {0};
	program_start("crl");
	if (argc > 2 && !strcmp(argv[1], "why")) {
		why(argv + 2);
		return finish(STATUS_OK);
	}
	if (argc < 3)
		die_usage("show, why, revokes or cuts, and FILE");
	if (file_load(argv[2], CRL_CAP + 1, &file, &err))
		die_err(argv[2], &err);
	struct view der = view_of(file.data, file.size);
	if (!strcmp(argv[1], "show"))
		show(der);
	if (!strcmp(argv[1], "revokes"))
		revokes(der, argv + 3);
	if (!strcmp(argv[1], "cuts"))
		cuts(der);
	return finish(STATUS_OK);
}
