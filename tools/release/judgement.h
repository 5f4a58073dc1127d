/* What judging a release knows while it goes on, and the checks, in the order in which they are made.
 *
 * Each check adds findings; what it could not read it says there, and what later checks need of it stays empty. Only
 * when the system fails (memory, a file that cannot be read), or what was supplied beside the release is malformed,
 * does a check return -1.
 *
 * The rules are docs/verify.md's; the forms docs/release.md's.
 */
#ifndef RELEASE_JUDGEMENT_H
#define RELEASE_JUDGEMENT_H

#include "difference.h"
#include "keyring.h"
#include "oci.h"
#include "release.h"
#include "sums.h"
#include "verdict.h"

/* What was asked. NULL: not given. */
struct question {
	const char *folder;
	const char *subject; /* 64 digits */
	const char *keys, *rebuilder_keys;
	unsigned threshold, rebuilders;
	const char *checkout; /* a file: the inputs of a checkout, as measurements.json has them */
	const char *rebuilt;  /* a release folder, of which the next four are parts */
	const char *rebuilt_image, *rebuilt_measurements, *rebuilt_sbom, *rebuilt_provenance;
};

struct judgement {
	const struct question *question;
	struct findings findings;
	struct keyring keys, rebuilders; /* empty: not given */
	struct release release;
	struct sums sums;
	char manifest[2 * SHA256_SIZE + 1]; /* digest the index gives; empty: not known */
	struct oci_manifest image;
	struct oci_config config;               /* without an architecture: the image could not be read */
	struct json *measurements, *provenance; /* NULL: not there or malformed */
	char *version, *commit;                 /* as signed; NULL: not known */
	const struct keyring_key **signers;     /* who signed any of the release's statements */
	size_t signers_count;
	bool *has_rebuilt; /* for each key of rebuilders */
	uint64_t bytes;    /* hashed */
};

void judgement_free(struct judgement *judgement);
#define cleanup_judgement cleanup(judgement_free)

/* Reads the folder and the keys, and computes every digest. Of what cannot be read at all: STATUS_BAD. */
int judgement_open(const struct question *question, struct judgement *judgement, struct err *err);

/* All checks. */
int judge(struct judgement *judgement, struct err *err);

int check_files(struct judgement *judgement, struct err *err);
int check_image(struct judgement *judgement, struct err *err);
int check_measurements(struct judgement *judgement, struct err *err);
int check_sbom(struct judgement *judgement, struct err *err);
int check_provenance(struct judgement *judgement, struct err *err);
int check_signatures(struct judgement *judgement, struct err *err);
int check_sigstore(struct judgement *judgement, struct err *err);
int check_inputs(struct judgement *judgement, struct err *err);
int check_rebuilders(struct judgement *judgement, struct err *err);
int check_source(struct judgement *judgement, struct err *err);
int check_rebuilt_image(struct judgement *judgement, struct err *err);
int check_rebuilt_documents(struct judgement *judgement, struct err *err);
int check_rebuilt_files(struct judgement *judgement, bool has_os_image, struct err *err);

/* The text of a file of the release; *text is NULL when it is not there, which is no error. */
int judgement_text(struct judgement *judgement, const char *path, const struct bytes **text, struct err *err);

/* The same as JSON. *json stays NULL when it is not there or not JSON, which is then said for the check. */
int judgement_json(struct judgement *judgement, const char *check, const char *path, struct json **json,
		   struct err *err);

/* A file of the oci/ folder by its digest, or NULL. */
struct release_file *judgement_blob(const struct judgement *judgement, const char *sha256);

/* The key signed a statement of the release. */
void judgement_signed(struct judgement *judgement, const struct keyring_key *key);

/* A document of the release and the rebuilt one: 0 when the bytes are the same (or, with paths left out, the values); 1
 * when not, which is said with the first difference; -1. */
int compare_texts(struct judgement *judgement, const char *check, const char *what, const struct bytes *released,
		  const struct bytes *rebuilt, const char *const without[], struct err *err);

#endif
