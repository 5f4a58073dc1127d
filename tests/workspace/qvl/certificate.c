/* certificate show FILE: what is in a certificate, `NAME VALUE` a line each: bytes in hex.
 * certificate extension FILE: the same of an SGX extension; certificate chain FILE, or leaf FILE for a PCK alone:
 * SHA-256 of each certificate, in PEM or DER, and the PCK's FMSPC.
 * certificate why show|extension|chain FILE...: the reason why each is refused, or `accepted`.
 * certificate cuts FILE: how many lengths that a certificate or extension may be cut to are still one. */
#include "certificate.h"

#include "digest.h"
#include "file.h"
#include "pck_chain.h"
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
	struct certificate it;
	struct certificate_extension extension;
	char oid[64];
	if (certificate_parse(der, &it, &err))
		die_err(NULL, &err);
	line("serial", it.serial);
	line("signed", it.signed_bytes);
	line("algorithm", it.algorithm);
	line("issuer", it.issuer);
	line("subject", it.subject);
	show_time("not_before", it.not_before);
	show_time("not_after", it.not_after);
	line("public_key", it.public_key);
	line("signature", it.signature);
	struct view name = certificate_common_name(it.subject);
	printf("common_name %.*s\n", (int)name.size, (const char *)name.data);
	for (struct view rest = it.extensions; certificate_extension(&rest, &extension);) {
		der_oid_text(extension.oid, oid, sizeof oid);
		printf("%s%s ", oid, extension.is_critical ? " critical" : "");
		line("", extension.value);
	}
}

static void show_extension(struct view value)
{
	struct err err;
	struct pck_extension it;
	if (pck_extension_parse(value, &it, &err))
		die_err(NULL, &err);
	line("ppid", it.ppid);
	line("svns", view_of(it.component_svns, sizeof it.component_svns));
	printf("pce_svn %u\n", it.pce_svn);
	line("cpu_svn", it.cpu_svn);
	line("pce_id", it.pce_id);
	line("fmspc", it.fmspc);
	printf("type %u\n", it.sgx_type);
	if (!it.is_platform)
		return;
	line("instance", it.platform_instance_id);
	printf("configuration %s%s%s\n", it.has_dynamic_platform ? it.dynamic_platform ? "1" : "0" : "-",
	       it.has_cached_keys ? it.cached_keys ? "1" : "0" : "-", it.has_smt ? it.smt ? "1" : "0" : "-");
}

static int parse_chain(struct view data, bool is_leaf, struct pck_chain *chain, struct err *err)
{
	struct quote_certification certification = {.type = is_leaf ? CERTIFICATION_PCK_LEAF : CERTIFICATION_PCK_CHAIN,
						    .data = data};
	return pck_chain_is_der(data) ? pck_chain_parse_der(data, chain, err)
				      : pck_chain_parse(&certification, chain, err);
}

static void show_chain(struct view data, bool is_leaf)
{
	struct err err;
	char digest[DIGEST_HEX_MAX];
	cleanup_pck_chain struct pck_chain chain = {0};
	if (parse_chain(data, is_leaf, &chain, &err))
		die_err(NULL, &err);
	for (size_t i = 0; i < chain.count; i++) {
		struct view der = chain.certificates[i].bytes;
		if (digest_bytes(SHA256, der.data, der.size, digest, &err))
			die_err(NULL, &err);
		puts(digest);
	}
	line("fmspc", chain.extension.fmspc);
}

static int parse(const char *what, struct view data, struct err *err)
{
	struct certificate certificate;
	struct pck_extension extension;
	cleanup_pck_chain struct pck_chain chain = {0};
	if (!strcmp(what, "show"))
		return certificate_parse(data, &certificate, err);
	if (!strcmp(what, "extension"))
		return pck_extension_parse(data, &extension, err);
	return parse_chain(data, false, &chain, err);
}

static void why(const char *what, char **paths)
{
	for (; *paths; paths++) {
		struct err err;
		cleanup_bytes struct bytes file = {0};
		if (file_load(*paths, 1 << 20, &file, &err))
			die_err(*paths, &err);
		if (!parse(what, view_of(file.data, file.size), &err))
			puts("accepted");
		else if (err.status == STATUS_BAD)
			puts(err.text);
	}
}

/* In memory of its own, so that a sanitizer sees one byte too far. */
static void cuts(struct view all)
{
	struct err err;
	struct certificate certificate;
	struct pck_extension extension;
	unsigned count = 0;
	for (size_t size = 0; size < all.size; size++) {
		cleanup_free uint8_t *exact = malloc(size + 1);
		if (!exact)
			die(EX_OSERR, "memory");
		uint8_t *from = exact + 1;
		memcpy(from, all.data, size);
		count += !certificate_parse(view_of(from, size), &certificate, &err);
		count += !pck_extension_parse(view_of(from, size), &extension, &err);
	}
	printf("%u\n", count);
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes file = {0};
	program_start("certificate");
	if (argc > 3 && !strcmp(argv[1], "why")) {
		why(argv[2], argv + 3);
		return finish(STATUS_OK);
	}
	if (argc != 3)
		die_usage("show, extension, chain, leaf or cuts, and FILE");
	if (file_load(argv[2], 1 << 20, &file, &err))
		die_err(argv[2], &err);
	struct view data = view_of(file.data, file.size);
	if (!strcmp(argv[1], "show"))
		show(data);
	if (!strcmp(argv[1], "extension"))
		show_extension(data);
	if (!strcmp(argv[1], "chain") || !strcmp(argv[1], "leaf"))
		show_chain(data, *argv[1] == 'l');
	if (!strcmp(argv[1], "cuts"))
		cuts(data);
	return finish(STATUS_OK);
}
