/* pe ALGORITHM FILE [HEAD]: the Authenticode digest of a file, of which the first bytes are those of HEAD, and behind
 * it what is noted of dstack's tool. ALGORITHM is sha256 or sha384. pe flip FILE: for each byte what happens when it is
 * changed: `=` the same digest, `!` another one, `x` refused. */
#include "pe.h"

#include "bytes.h"
#include "file.h"
#include "hex.h"
#include "program.h"

#include <string.h>

static void flip(struct bytes *file)
{
	struct err err;
	uint8_t before[DIGEST_MAX], after[DIGEST_MAX];
	const char *note;
	struct pe_file pe = {.data = (uint8_t *)file->data, .size = file->size};
	if (pe_digest(&pe, SHA384, before, &note, &err))
		die_err(NULL, &err);
	for (size_t i = 0; i < file->size; i++) {
		file->data[i] = (char)(file->data[i] ^ 0x55);
		if (pe_digest(&pe, SHA384, after, &note, &err))
			putchar('x');
		else
			putchar(memcmp(before, after, SHA384_SIZE) ? '!' : '=');
		file->data[i] = (char)(file->data[i] ^ 0x55);
	}
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes file = {0}, head = {0};
	uint8_t digest[DIGEST_MAX];
	char digits[DIGEST_HEX_MAX];
	const char *note;
	program_start("pe");
	if (argc < 3 || argc > 4)
		die_usage("ALGORITHM FILE [HEAD], or flip FILE");
	enum digest_algorithm algorithm = strcmp(argv[1], "sha256") ? SHA384 : SHA256;
	if (file_load(argv[2], 64 << 20, &file, &err) || (argc > 3 && file_load(argv[3], file.size, &head, &err)))
		die_err(argv[2], &err);
	if (!strcmp(argv[1], "flip")) {
		flip(&file);
		return finish(STATUS_OK);
	}
	struct pe_file pe = {(uint8_t *)head.data, head.size, (uint8_t *)file.data, file.size};
	if (pe_digest(&pe, algorithm, digest, &note, &err))
		die_err(argv[2], &err);
	hex_write(digest, digest_size(algorithm), digits);
	printf("%s%s%s\n", digits, note ? " " : "", note ? note : "");
	return finish(STATUS_OK);
}
