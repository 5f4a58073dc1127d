/* The two texts that describe a dstack OS image: metadata.json and sha256sum.txt. Neither touches a file.
 *
 * Sources: spec: tdx-boot-spec.md 6.1, 6.2.
 */
#ifndef MEASURE_OS_METADATA_H
#define MEASURE_OS_METADATA_H

#include "digest.h"
#include "json.h"

enum os_file { OS_FIRMWARE, OS_KERNEL, OS_INITRD, OS_FILES };

enum { OS_SUMS = 64 }; /* lines that sha256sum.txt may have */

struct os_metadata {
	char *names[OS_FILES]; /* of files in the folder: no paths */
	char *cmdline;         /* has one dstack.rootfs_hash, which binds the root file system */
	char *version;         /* "" when there is none */
	bool is_dev;
};

struct os_sums {
	struct os_sum {
		char *name; /* of a file in the folder; no two are the same */
		char sha256[DIGEST_HEX_MAX];
	} sums[OS_SUMS];
	size_t count;
};

/* Has the name no control character, be it one of C1 in UTF-8? A terminal may obey each of them. */
bool os_name_is_plain(const char *name);

void os_metadata_free(struct os_metadata *metadata);
void os_sums_free(struct os_sums *sums);
#define cleanup_os_metadata cleanup(os_metadata_free)
#define cleanup_os_sums cleanup(os_sums_free)

/* Both fill what the caller frees in any case. STATUS_BAD: `MEMBER: reason`; `line N: reason`. */
int os_metadata_parse(const void *text, size_t size, struct os_metadata *metadata, struct err *err);
int os_sums_parse(const void *text, size_t size, struct os_sums *sums, struct err *err);

/* The digest listed for a name, or NULL. */
const char *os_sums_find(const struct os_sums *sums, const char *name);

/* Refuses a firmware layout other than the one that can be predicted. spec: tdx-boot-spec.md 3.5 */
int os_variant_check(const char *variant, struct err *err);

#endif
