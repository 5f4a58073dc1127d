/* Where the passphrase of a key comes from: a file's one line, or a person at the terminal. */
#ifndef RELEASE_PASSPHRASE_H
#define RELEASE_PASSPHRASE_H

#include "signature.h"

struct passphrase_source {
	const char *path;   /* NULL: the terminal is asked */
	const char *object; /* what it is for, as it is shown there */
};

/* A struct passphrase's ask(), with such a source as context. STATUS_BAD when the file has not one line of 1 to 1023
 * bytes; EX_OSERR when there is no terminal. */
int passphrase_ask(void *source, char into[PASSPHRASE_SIZE], struct err *err);

/* Wipes one. */
void passphrase_wipe(char (*passphrase)[PASSPHRASE_SIZE]);
#define cleanup_passphrase cleanup(passphrase_wipe)

#endif
