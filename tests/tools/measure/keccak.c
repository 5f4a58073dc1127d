/* keccak: Keccak-256 of standard input, in hexadecimal. */
#include "keccak.h"

#include "file.h"
#include "hex.h"
#include "program.h"

int main(void)
{
	struct err err;
	cleanup_bytes struct bytes input = {0};
	uint8_t digest[KECCAK256_SIZE];
	char text[2 * KECCAK256_SIZE + 1];
	program_start("keccak");
	if (file_load("-", 1 << 20, &input, &err))
		die_err(NULL, &err);
	keccak256(input.data, input.size, digest);
	hex_write(digest, sizeof digest, text);
	puts(text);
	return finish(STATUS_OK);
}
