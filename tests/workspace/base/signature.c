/* signature sign KEY [sha256]: standard input signed, in hexadecimal.
 * signature verify PUBLIC HEX [sha256]: "holds" or "does not hold", of standard input.
 * signature id PUBLIC: the key's id and kind.
 * signature private KEY [PASSPHRASE]: the same of a private key.
 * signature p256 POINT SIGNATURE [TIMES]: "holds" or "does not hold", of standard input; both raw, in hexadecimal. */
#include "signature.h"

#include "file.h"
#include "hex.h"
#include "p256.h"
#include "program.h"

#include <string.h>

static int give(void *context, char into[PASSPHRASE_SIZE], struct err *err)
{
	if (!context)
		return err_set(err, EX_OSERR, "nobody is asked");
	strncpy(into, context, PASSPHRASE_SIZE - 1);
	return 0;
}

static struct key *private_key(const char *name, char *text)
{
	struct err err;
	struct passphrase passphrase = {.ask = give, .context = text};
	struct key *key = key_load_private(name, &passphrase, &err);
	if (!key)
		die_err(name, &err);
	return key;
}

static struct key *public_key(const char *path)
{
	struct err err;
	struct key *key = key_load_public(path, &err);
	if (!key)
		die_err(path, &err);
	return key;
}

static void print_id(const struct key *key)
{
	printf("%s %s %s\n", key_id(key), key_kind_name(key_kind(key)), key_is_private(key) ? "private" : "public");
}

static void sign(const char *name, enum signature_hash hash, const struct bytes *in)
{
	struct err err;
	char hex[2 * SIGNATURE_MAX + 1];
	cleanup_bytes struct bytes out = {0};
	cleanup_key struct key *key = private_key(name, NULL);
	if (signature_make(key, hash, in->data, in->size, &out, &err))
		die_err(name, &err);
	hex_write(out.data, out.size, hex);
	puts(hex);
}

static void verify(const char *path, const char *hex, enum signature_hash hash, const struct bytes *in)
{
	struct err err;
	bool holds;
	uint8_t signature[1024];
	cleanup_key struct key *key = public_key(path);
	size_t size = strlen(hex) / 2;
	if (size > sizeof signature || hex_read(hex, signature, size))
		die_usage("HEX");
	if (signature_verify(key, hash, in->data, in->size, signature, size, &holds, &err))
		die_err(path, &err);
	puts(holds ? "holds" : "does not hold");
}

static void verify_p256(char **arguments, const struct bytes *in, unsigned long times)
{
	struct err err;
	bool holds = false;
	uint8_t point[P256_POINT_SIZE], signature[P256_SIGNATURE_SIZE];
	if (hex_read(arguments[0], point, sizeof point) || hex_read(arguments[1], signature, sizeof signature))
		die_usage("POINT SIGNATURE");
	for (unsigned long i = 0; i < times; i++)
		if (p256_verify(point, signature, in->data, in->size, &holds, &err))
			die_err("p256", &err);
	puts(holds ? "holds" : "does not hold");
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes in = {0};
	program_start("signature");
	enum signature_hash hash = !strcmp(argv[argc - 1], "sha256") ? SIGNATURE_SHA256 : SIGNATURE_OF_KIND;
	if (argc == 3 && !strcmp(argv[1], "id")) {
		cleanup_key struct key *key = public_key(argv[2]);
		print_id(key);
	} else if (argc >= 3 && !strcmp(argv[1], "private")) {
		cleanup_key struct key *key = private_key(argv[2], argv[3]);
		print_id(key);
	} else if (argc < 3 || file_read(STDIN_FILENO, 1 << 20, &in, &err) || bytes_add(&in, "", 0, &err))
		die_usage("WHAT?");
	else if (!strcmp(argv[1], "sign"))
		sign(argv[2], hash, &in);
	else if (argc >= 4 && !strcmp(argv[1], "verify"))
		verify(argv[2], argv[3], hash, &in);
	else if (argc >= 4 && !strcmp(argv[1], "p256"))
		verify_p256(argv + 2, &in, argc > 4 ? strtoul(argv[4], NULL, 10) : 1);
	else
		die_usage("WHAT?");
	return finish(STATUS_OK);
}
