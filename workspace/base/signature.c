#include "signature.h"

#include "file.h"
#include "hex.h"

/* OpenSSL has functions called as our constants are. */
#define SHA256 openssl_sha256
#define SHA384 openssl_sha384
#define SHA512 openssl_sha512
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>
#undef SHA256
#undef SHA384
#undef SHA512

#include <string.h>

CLEANUP_DEFINE(pkey, EVP_PKEY *, NULL, EVP_PKEY_free)
CLEANUP_DEFINE(md_context, EVP_MD_CTX *, NULL, EVP_MD_CTX_free)
CLEANUP_DEFINE(bio, BIO *, NULL, BIO_free_all)
CLEANUP_DEFINE(store, OSSL_STORE_CTX *, NULL, OSSL_STORE_close)
CLEANUP_DEFINE(info, OSSL_STORE_INFO *, NULL, OSSL_STORE_INFO_free)
CLEANUP_DEFINE(method, UI_METHOD *, NULL, UI_destroy_method)
CLEANUP_DEFINE(pkcs8, PKCS8_PRIV_KEY_INFO *, NULL, PKCS8_PRIV_KEY_INFO_free)
CLEANUP_DEFINE(encrypted, X509_SIG *, NULL, X509_SIG_free)

enum { PREFIX_SIZE = 28 };

struct key {
	enum key_kind kind;
	EVP_PKEY *private; /* NULL: only the public half is known */
	EVP_PKEY *public;
	char id[KEY_ID_SIZE];
};

/* The SubjectPublicKeyInfo of a kind is its prefix and then the key: an algorithm identifier, the head of a bit string,
 * and for a curve the mark of an uncompressed point.
 *
 * spec: RFC 5480 2.1.1, 2.2; RFC 8410 3, 4 */
static const struct kind {
	const char *name, *type, *group, *digest; /* as OpenSSL calls them; NULL: none to choose */
	size_t spki_size, prefix_size;
	uint8_t prefix[PREFIX_SIZE];
} kinds[] = {
	[KEY_ED25519] = {"ed25519", "ED25519", NULL, NULL, 44, 12, "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"},
	[KEY_P256] =
		{"p256", "EC", "P-256", "SHA256", 91, 27,
		 "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42"
		 "\x00\x04"},
	[KEY_P384] =
		{"p384", "EC", "P-384", "SHA384", 120, 24,
		 "\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00\x04"},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

const char *key_kind_name(enum key_kind kind)
{
	return kinds[kind].name;
}

int key_kind_find(const char *name, enum key_kind *kind)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (strcmp(name, kinds[i].name))
			continue;
		*kind = (enum key_kind)i;
		return 0;
	}
	return -1;
}

void key_free(struct key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->private);
	EVP_PKEY_free(key->public);
	free(key);
}

enum key_kind key_kind(const struct key *key)
{
	return key->kind;
}

const char *key_id(const struct key *key)
{
	return key->id;
}

bool key_is_private(const struct key *key)
{
	return key->private;
}

/* OpenSSL's own words for what failed last; what it has queued is forgotten. */
static const char *library_reason(void)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());
	ERR_clear_error();
	return reason ? reason : "no reason given";
}

static int refuse(const EVP_PKEY *pkey, struct err *err)
{
	char group[64] = "";
	const char *type = EVP_PKEY_get0_type_name(pkey);
	bool is_curve = EVP_PKEY_is_a(pkey, "EC") && EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL) == 1;
	ERR_clear_error();
	if (is_curve && (!strcmp(group, "prime256v1") || !strcmp(group, "secp384r1")))
		return err_bad(err, "an EC key on %s with explicit parameters or a compressed point", group);
	return err_bad(err, "a key of another kind (%s%s%s): Ed25519, P-256 and P-384 are taken", type ? type : "?",
		       *group ? " " : "", group);
}

/* Which kind an encoding is of, when it is one of those taken and its only encoding. */
static const struct kind *kind_of(const uint8_t *spki, int size)
{
	for (size_t i = 0; i < KINDS; i++)
		if (size == (int)kinds[i].spki_size && !memcmp(spki, kinds[i].prefix, kinds[i].prefix_size))
			return &kinds[i];
	return NULL;
}

static int adopt_public(struct key *key, const EVP_PKEY *pkey, struct err *err)
{
	uint8_t *spki = NULL, digest[SHA256_SIZE] = {0};
	int size = i2d_PUBKEY(pkey, &spki);
	const struct kind *kind = size > 0 ? kind_of(spki, size) : NULL;
	const uint8_t *at = spki;
	int status = 0;
	if (kind) {
		key->kind = (enum key_kind)(kind - kinds);
		key->public = d2i_PUBKEY(NULL, &at, size); /* from the bytes, so that no token is asked to verify */
		status = digest_raw(SHA256, spki, (size_t)size, digest, err);
		hex_write(digest, sizeof digest, key->id);
	}
	OPENSSL_free(spki);
	if (size <= 0)
		return err_bad(err, "its public half cannot be had: %s", library_reason());
	if (!kind)
		return refuse(pkey, err);
	return key->public ? status : err_bad(err, "not a public key: %s", library_reason());
}

/* Takes pkey over, in any case. */
static struct key *adopt(EVP_PKEY *pkey, bool is_private, struct err *err)
{
	cleanup_key struct key *key = calloc(1, sizeof *key);
	if (!key) {
		EVP_PKEY_free(pkey);
		err_system(err, EX_OSERR, "key");
		return NULL;
	}
	int status = adopt_public(key, pkey, err);
	if (is_private)
		key->private = pkey;
	else
		EVP_PKEY_free(pkey);
	return status ? NULL : steal(&key);
}

/* Public keys. */

/* spec: RFC 7468 13; one block, and its DER to the last byte */
static EVP_PKEY *read_spki(BIO *bio, struct err *err)
{
	char *name = NULL, *header = NULL;
	uint8_t *der = NULL;
	long size = 0;
	EVP_PKEY *pkey = NULL;
	if (PEM_read_bio(bio, &name, &header, &der, &size) != 1)
		err_bad(err, "no public key in PEM");
	else if (strstr(name, "PRIVATE"))
		err_bad(err, "a private key, where a public one is wanted");
	else if (strcmp(name, "PUBLIC KEY") || *header)
		err_bad(err, "PEM has '%s', not 'PUBLIC KEY'", name);
	else {
		const uint8_t *at = der;
		pkey = d2i_PUBKEY(NULL, &at, size);
		if (!pkey)
			err_bad(err, "not a public key: %s", library_reason());
		else if (at != der + size) {
			EVP_PKEY_free(pkey);
			pkey = NULL;
			err_bad(err, "not a public key: something is behind it");
		}
	}
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_clear_free(der, (size_t)size);
	ERR_clear_error();
	return pkey;
}

struct key *key_read_public(const char *pem, size_t size, struct err *err)
{
	if (size > KEY_CAP) {
		err_bad(err, "larger than %d bytes", KEY_CAP);
		return NULL;
	}
	cleanup(cleanup_bio_at) BIO *bio = BIO_new_mem_buf(pem, (int)size);
	cleanup(cleanup_pkey_at) EVP_PKEY *pkey = bio ? read_spki(bio, err) : NULL;
	if (!bio)
		err_set(err, EX_OSERR, "PEM: memory is out");
	if (!pkey)
		return NULL;
	static const char begin[] = "-----BEGIN ";
	const char *first = memmem(pem, size, begin, strlen(begin));
	if (memmem(first + 1, size - (size_t)(first + 1 - pem), begin, strlen(begin))) {
		err_bad(err, "more than one block of PEM");
		return NULL;
	}
	return adopt(steal(&pkey), false, err);
}

struct key *key_load_public(const char *path, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (file_load(path, KEY_CAP, &text, err) || bytes_add(&text, "", 0, err))
		return NULL;
	return key_read_public(text.data, text.size, err);
}

int key_write_public(const struct key *key, struct bytes *into, struct err *err)
{
	cleanup(cleanup_bio_at) BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	if (!bio || PEM_write_bio_PUBKEY(bio, key->public) != 1)
		return err_set(err, EX_SOFTWARE, "public key: %s", library_reason());
	long size = BIO_get_mem_data(bio, &text);
	return bytes_add(into, text, (size_t)size, err);
}

/* Private keys. */

struct asking {
	const struct passphrase *passphrase;
	struct err *err;
	bool was_asked, has_failed;
};

static int ask(char *into, int size, int is_writing, void *context)
{
	struct asking *asking = context;
	char text[PASSPHRASE_SIZE] = "";
	(void)is_writing;
	asking->was_asked = true;
	if (!asking->passphrase || !asking->passphrase->ask)
		asking->has_failed = err_bad(asking->err, "wants a passphrase, and none is given");
	else
		asking->has_failed = asking->passphrase->ask(asking->passphrase->context, text, asking->err);
	size_t length = strnlen(text, sizeof text);
	if (!asking->has_failed && length <= (size_t)size)
		memcpy(into, text, length);
	else
		length = 0;
	OPENSSL_cleanse(text, sizeof text);
	return asking->has_failed ? -1 : (int)length;
}

/* Why no key came out. */
static int fail_pem(const struct asking *asking, struct err *err)
{
	const char *reason = library_reason();
	if (asking->has_failed)
		return -1;
	if (asking->was_asked)
		return err_bad(err, "not opened by the passphrase, or damaged: %s", reason);
	return err_bad(err, "no private key in PEM: %s", reason);
}

static struct key *load_pem(const char *path, struct asking *asking, struct err *err)
{
	char *text = malloc(KEY_CAP + 1);
	cleanup_fd int fd = text ? file_open(path, err) : err_system(err, EX_OSERR, "key");
	ssize_t size = fd < 0 ? -1 : file_fill(fd, text, KEY_CAP + 1, err);
	if (size > KEY_CAP)
		size = err_bad(err, "larger than %d bytes", KEY_CAP);
	cleanup(cleanup_bio_at) BIO *bio = size < 0 ? NULL : BIO_new_mem_buf(text, (int)size);
	EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, ask, asking) : NULL;
	if (bio && !pkey)
		fail_pem(asking, err);
	else if (!bio && size >= 0)
		err_set(err, EX_OSERR, "key: memory is out");
	if (text)
		OPENSSL_cleanse(text, KEY_CAP + 1);
	free(text);
	return pkey ? adopt(pkey, true, err) : NULL;
}

static EVP_PKEY *only_key(OSSL_STORE_CTX *store, struct asking *asking, struct err *err)
{
	cleanup(cleanup_pkey_at) EVP_PKEY *found = NULL;
	while (!OSSL_STORE_eof(store)) {
		cleanup(cleanup_info_at) OSSL_STORE_INFO *info = OSSL_STORE_load(store);
		if (!info && (OSSL_STORE_error(store) || asking->has_failed))
			break;
		if (!info || OSSL_STORE_INFO_get_type(info) != OSSL_STORE_INFO_PKEY)
			continue;
		if (found) {
			err_bad(err, "names more than one private key");
			return NULL;
		}
		found = OSSL_STORE_INFO_get1_PKEY(info);
	}
	if (!found && !asking->has_failed)
		err_bad(err, "names no private key%s", asking->was_asked ? ", or none that the PIN opens" : "");
	return steal(&found);
}

static struct key *load_uri(const char *uri, struct asking *asking, struct err *err)
{
	cleanup_free char *scheme = strndup(uri, strcspn(uri, ":"));
	cleanup(cleanup_method_at) UI_METHOD *method = UI_UTIL_wrap_read_pem_callback(ask, 0);
	if (!scheme || !method) {
		err_set(err, EX_OSERR, "key: memory is out");
		return NULL;
	}
	if (strcmp(scheme, "file") && !OSSL_PROVIDER_available(NULL, scheme))
		OSSL_PROVIDER_try_load(NULL, scheme, 1);
	ERR_clear_error();
	cleanup(cleanup_store_at) OSSL_STORE_CTX *store =
		OSSL_STORE_open_ex(uri, NULL, NULL, method, asking, NULL, NULL, NULL);
	if (!store || OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY) != 1) {
		err_set(err, EX_OSFILE, "OpenSSL has no way to %s: keys: %s", scheme, library_reason());
		return NULL;
	}
	EVP_PKEY *pkey = only_key(store, asking, err);
	return pkey ? adopt(pkey, true, err) : NULL;
}

/* spec: RFC 3986 3.1 */
static bool has_scheme(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char more[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
	return strspn(name, letters) && name[strspn(name, more)] == ':';
}

struct key *key_load_private(const char *name, const struct passphrase *passphrase, struct err *err)
{
	struct asking asking = {.passphrase = passphrase, .err = err};
	return has_scheme(name) ? load_uri(name, &asking, err) : load_pem(name, &asking, err);
}

struct key *key_generate(enum key_kind kind, struct err *err)
{
	const char *group = kinds[kind].group;
	EVP_PKEY *pkey = group ? EVP_PKEY_Q_keygen(NULL, NULL, kinds[kind].type, group)
			       : EVP_PKEY_Q_keygen(NULL, NULL, kinds[kind].type);
	if (pkey)
		return adopt(pkey, true, err);
	err_set(err, EX_OSERR, "no key generated: %s", library_reason());
	return NULL;
}

/* spec: RFC 8018 4.2: the count is what makes a guess expensive */
enum { PBKDF2_COUNT = 600000 };

static int write_encrypted(BIO *bio, const EVP_PKEY *pkey, const char *passphrase)
{
	cleanup(cleanup_pkcs8_at) PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(pkey);
	cleanup(cleanup_encrypted_at) X509_SIG *encrypted =
		plain ? PKCS8_encrypt(-1, EVP_aes_256_cbc(), passphrase, (int)strlen(passphrase), NULL, 0, PBKDF2_COUNT,
				      plain)
		      : NULL;
	return encrypted ? PEM_write_bio_PKCS8(bio, encrypted) : 0;
}

int key_write_private(const struct key *key, const char *passphrase, int fd, struct err *err)
{
	cleanup(cleanup_bio_at) BIO *bio = BIO_new_fd(fd, BIO_NOCLOSE);
	if (!bio || !key->private)
		return err_set(err, EX_SOFTWARE, "private key: nothing to write");
	int written = passphrase ? write_encrypted(bio, key->private, passphrase)
				 : PEM_write_bio_PKCS8PrivateKey(bio, key->private, NULL, NULL, 0, NULL, NULL);
	return written == 1 ? 0 : err_set(err, EX_IOERR, "private key: cannot write: %s", library_reason());
}

/* Signatures. */

static const char *digest_for(const struct key *key, enum signature_hash hash)
{
	return hash == SIGNATURE_SHA256 && kinds[key->kind].digest ? "SHA256" : kinds[key->kind].digest;
}

/* "nonce-type" 1 is RFC 6979's. A library before 3.2, or a token, does not know it, and takes a random one. */
static bool set_nonce(EVP_PKEY_CTX *context)
{
	unsigned deterministic = 1;
	const OSSL_PARAM params[] = {OSSL_PARAM_construct_uint("nonce-type", &deterministic), OSSL_PARAM_END};
	const OSSL_PARAM *known = EVP_PKEY_CTX_settable_params(context);
	return !known || !OSSL_PARAM_locate_const(known, "nonce-type") || EVP_PKEY_CTX_set_params(context, params) == 1;
}

static bool sign_init(EVP_MD_CTX *context, const struct key *key, enum signature_hash hash)
{
	EVP_PKEY_CTX *inner = NULL; /* context's own */
	return EVP_DigestSignInit_ex(context, &inner, digest_for(key, hash), NULL, NULL, key->private, NULL) == 1 &&
	       set_nonce(inner);
}

int signature_make(const struct key *key, enum signature_hash hash, const void *data, size_t size, struct bytes *into,
		   struct err *err)
{
	cleanup(cleanup_md_context_at) EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t signature[SIGNATURE_MAX];
	size_t length = sizeof signature;
	bool holds = false;
	if (!context || !key->private || !sign_init(context, key, hash) ||
	    EVP_DigestSign(context, signature, &length, data, size) != 1)
		return err_set(err, EX_OSERR, "cannot sign: %s", library_reason());
	if (signature_verify(key, hash, data, size, signature, length, &holds, err))
		return -1;
	if (!holds) /* a fault while signing may give the key away */
		return err_set(err, EX_OSERR, "cannot sign: the signature made does not hold");
	return bytes_add(into, signature, length, err);
}

int signature_verify(const struct key *key, enum signature_hash hash, const void *data, size_t size,
		     const void *signature, size_t signature_size, bool *holds, struct err *err)
{
	cleanup(cleanup_md_context_at) EVP_MD_CTX *context = EVP_MD_CTX_new();
	*holds = false;
	if (!context ||
	    EVP_DigestVerifyInit_ex(context, NULL, digest_for(key, hash), NULL, NULL, key->public, NULL) != 1)
		return err_set(err, EX_OSERR, "cannot verify: %s", library_reason());
	*holds = EVP_DigestVerify(context, signature, signature_size, data, size) == 1;
	ERR_clear_error();
	return 0;
}
