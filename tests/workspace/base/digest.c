/* digest ALGORITHM: the digest of standard input, fed in pieces of growing size, as the coreutils print it. */
#include "digest.h"
#include "file.h"
#include "hex.h"
#include "program.h"

#include <stdio.h>
#include <string.h>

static struct hasher *named(const char *name, struct err *err)
{
	for (enum digest_algorithm algorithm = SHA256; algorithm <= SHA512; algorithm++)
		if (!strcmp(name, digest_name(algorithm)))
			return hasher_new(algorithm, err);
	die_usage("ALGORITHM: '%s' is unknown", name);
}

int main(int argc, char **argv)
{
	struct err err;
	char block[4096], streamed[DIGEST_HEX_MAX], again[DIGEST_HEX_MAX];
	uint8_t peeked[DIGEST_MAX] = {0};
	cleanup_bytes struct bytes whole = {0};
	program_start("digest");
	if (argc != 2)
		die_usage("one ALGORITHM");
	cleanup_hasher struct hasher *hasher = named(argv[1], &err);
	ssize_t n = 0;
	for (size_t size = 1; hasher && (n = file_fill(STDIN_FILENO, block, size, &err)) > 0; size = size % 4096 + 1) {
		hasher_update(hasher, block, (size_t)n);
		if (bytes_add(&whole, block, (size_t)n, &err))
			die_err(NULL, &err);
	}
	if (!hasher || n < 0)
		die_err(NULL, &err);
	if (hasher_peek(hasher, peeked, &err))
		die_err(NULL, &err);
	hasher_final_hex(hasher, streamed);
	hex_write(peeked, strlen(streamed) / 2, again);
	if (strcmp(streamed, again))
		die(EX_SOFTWARE, "a hasher that was peeked at says %s, then %s", again, streamed);
	hasher_update(hasher, whole.data, whole.size); /* it starts afresh */
	hasher_final_hex(hasher, again);
	if (strcmp(streamed, again))
		die(EX_SOFTWARE, "a hasher does not start afresh: %s, then %s", streamed, again);
	puts(streamed);
	return finish(STATUS_OK);
}
