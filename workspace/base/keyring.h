/* The public keys that somebody trusts: a folder with a file for each.
 *
 * Every file of the folder is one public key as PEM (signature.h), whatever its name; names that begin with a dot are
 * passed over. Anything else in it is refused by name, since a key that is silently left out moves a threshold. A key
 * in two files is one key.
 */
#ifndef BASE_KEYRING_H
#define BASE_KEYRING_H

#include "signature.h"

enum { KEYRING_MAX = 1024 }; /* files of a folder */

struct keyring {
	struct keyring_key {
		struct key *key;
		char *name; /* of the file; of the first by name, when there are more of this key */
	} * keys;           /* sorted by name */
	size_t count;
};

void keyring_free(struct keyring *ring);
#define cleanup_keyring cleanup(keyring_free)

/* The text of an error begins with the name of the file. A folder without a key is STATUS_BAD. */
int keyring_load(const char *folder, struct keyring *ring, struct err *err);

/* NULL when there is none of that id. */
const struct keyring_key *keyring_find(const struct keyring *ring, const char *id);

#endif
