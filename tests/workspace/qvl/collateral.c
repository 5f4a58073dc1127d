/* collateral parts PATH FOLDER: each part of collateral into a file of that folder; signatures and CRLs in hex.
 * collateral answer MEMBER FILE: the exact bytes of the inner object, then its signature in hex behind a line feed.
 * collateral write PATH: its JSON form; collateral folder PATH FOLDER: its files.
 * collateral crl FILE: a CRL's DER in hex.
 * collateral why json|answer|crl FILE...: the reason why each is refused, or `accepted`. */
#include "collateral.h"

#include "file.h"
#include "hex.h"
#include "program.h"

#include <stdio.h>
#include <string.h>

static void load(const char *path, struct bytes *file)
{
	struct err err;
	if (file_load(path, COLLATERAL_CAP, file, &err))
		die_err(path, &err);
}

static void put(const char *folder, const char *name, const void *data, size_t size)
{
	struct err err;
	cleanup_free char *path = NULL;
	if (asprintf(&path, "%s/%s", folder, name) < 0 || file_save(path, data, size, &err))
		die_err(name, &err);
}

static char *digits(const void *data, size_t size)
{
	char *text = malloc(2 * size + 1);
	if (!text)
		die(EX_OSERR, "memory");
	hex_write(data, size, text);
	return text;
}

static void put_hex(const char *folder, const char *name, const void *data, size_t size)
{
	cleanup_free char *text = digits(data, size);
	put(folder, name, text, strlen(text));
}

static void parts(const struct collateral *it, const char *folder)
{
	put(folder, "tcb_info", it->tcb_info.text.data, it->tcb_info.text.size);
	put_hex(folder, "tcb_info_signature", it->tcb_info.signature, COLLATERAL_SIGNATURE_SIZE);
	put(folder, "tcb_info_issuer_chain", it->tcb_info.issuer_chain.data, it->tcb_info.issuer_chain.size);
	put(folder, "qe_identity", it->qe_identity.text.data, it->qe_identity.text.size);
	put_hex(folder, "qe_identity_signature", it->qe_identity.signature, COLLATERAL_SIGNATURE_SIZE);
	put(folder, "qe_identity_issuer_chain", it->qe_identity.issuer_chain.data, it->qe_identity.issuer_chain.size);
	put_hex(folder, "root_ca_crl", it->root_crl.data, it->root_crl.size);
	put_hex(folder, "pck_crl", it->pck_crl.data, it->pck_crl.size);
	put(folder, "pck_crl_issuer_chain", it->pck_crl_chain.data, it->pck_crl_chain.size);
	put(folder, "pck_certificate_chain", it->pck_chain.data, it->pck_chain.size);
}

static void answer(const char *member, const char *path)
{
	struct err err;
	cleanup_bytes struct bytes file = {0};
	cleanup(signed_document_free) struct signed_document document = {0};
	load(path, &file);
	if (signed_document_parse(file.data, file.size, member, &document, &err))
		die_err(path, &err);
	cleanup_free char *signature = digits(document.signature, sizeof document.signature);
	fwrite(document.text.data, 1, document.text.size, stdout);
	printf("\n%s\n", signature);
}

static void crl(const char *path)
{
	struct err err;
	cleanup_bytes struct bytes file = {0}, der = {0};
	load(path, &file);
	if (crl_decode(file.data, file.size, &der, &err))
		die_err(path, &err);
	cleanup_free char *text = digits(der.data, der.size);
	puts(text);
}

static int parse(const char *what, const struct bytes *file, struct err *err)
{
	cleanup_collateral struct collateral collateral = {0};
	cleanup(signed_document_free) struct signed_document document = {0};
	cleanup_bytes struct bytes der = {0};
	if (!strcmp(what, "json"))
		return collateral_parse(file->data, file->size, &collateral, err);
	if (!strcmp(what, "answer"))
		return signed_document_parse(file->data, file->size, "tcbInfo", &document, err);
	return crl_decode(file->data, file->size, &der, err);
}

static void why(const char *what, char **paths)
{
	for (; *paths; paths++) {
		struct err err;
		cleanup_bytes struct bytes file = {0};
		load(*paths, &file);
		if (!parse(what, &file, &err))
			puts("accepted");
		else if (err.status == STATUS_BAD)
			puts(err.text);
	}
}

static void with_collateral(const char *what, const char *path, const char *folder)
{
	struct err err;
	cleanup_collateral struct collateral collateral = {0};
	cleanup_bytes struct bytes text = {0};
	if (collateral_load(path, &collateral, &err))
		die_err(path, &err);
	if (!strcmp(what, "parts") && folder)
		parts(&collateral, folder);
	if (!strcmp(what, "folder") && folder && collateral_write_folder(&collateral, folder, &err))
		die_err(folder, &err);
	if (!strcmp(what, "write") && collateral_write(&collateral, &text, &err))
		die_err(path, &err);
	if (text.size)
		fwrite(text.data, 1, text.size, stdout);
}

int main(int argc, char **argv)
{
	program_start("collateral");
	if (argc > 3 && !strcmp(argv[1], "why"))
		why(argv[2], argv + 3);
	else if (argc == 4 && !strcmp(argv[1], "answer"))
		answer(argv[2], argv[3]);
	else if (argc == 3 && !strcmp(argv[1], "crl"))
		crl(argv[2]);
	else if (argc == 3 || argc == 4)
		with_collateral(argv[1], argv[2], argv[3]);
	else
		die_usage("parts, answer, write, folder, crl or why, and what they take");
	return finish(STATUS_OK);
}
