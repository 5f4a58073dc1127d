/* A new key as two files: NAME.pem has the private half (mode 0600), NAME.pub the public one. */
#ifndef RELEASE_KEYPAIR_H
#define RELEASE_KEYPAIR_H

#include "signature.h"

/* path ends in .pem. Neither file may be there (EX_CANTCREAT): a key that is overwritten is lost. Both are whole, or
 * neither is left. passphrase NULL: the private key is not encrypted. */
int keypair_save(const struct key *key, const char *path, const char *passphrase, struct err *err);

/* Does the name end in .pem, with something before it? */
bool keypair_is_name(const char *path);

#endif
