/* A dstack OS image: a folder with metadata.json and what it names; or single files, for who has no such folder.
 *
 * Files are mapped, not read. In a folder no links are followed.
 *
 * Sources: spec: tdx-boot-spec.md 6.1 (metadata.json), 6.2 (sha256sum.txt, digest.txt, os_image_hash).
 */
#ifndef MEASURE_OS_IMAGE_H
#define MEASURE_OS_IMAGE_H

#include "mapped.h"
#include "os_metadata.h"

struct os_image {
	int folder;                  /* a descriptor; -1: the image is single files */
	struct os_metadata metadata; /* of single files: their names, and a command line of any kind */
	struct os_sums sums;
	struct mapped text; /* of metadata.json */
	struct mapped files[OS_FILES];
	char hash[DIGEST_HEX_MAX]; /* os_image_hash; "": not known, for want of sha256sum.txt */
	struct bytes notes;        /* lines: what a reader should know */
};

void os_image_free(struct os_image *image);
#define cleanup_os_image cleanup(os_image_free)

/* Fills *image, which the caller frees in any case. The list of checksums is read and nothing compared with it.
 * STATUS_BAD: `FILE: reason`. */
int os_image_open(const char *folder, struct os_image *image, struct err *err);

/* The same from single files, whose paths are in the order of enum os_file. */
int os_image_from_files(const char *const paths[OS_FILES], const char *cmdline, struct os_image *image,
			struct err *err);

/* Reads every file of the list and compares. It takes almost as long as a prediction, and changes nothing, so that it
 * may run beside one. STATUS_BAD: `FILE: reason`. */
int os_image_check(const struct os_image *image, struct err *err);

/* A further file of the folder, which the list has: *file is the caller's. 0: it is not listed, 1, or -1. */
int os_image_listed(const struct os_image *image, const char *name, size_t cap, struct mapped *file, struct err *err);

/* An object: version, is_dev, os_image_hash (null when not known), cmdline, and firmware, kernel, initrd with name,
 * size, and sha256 when the list has it. */
struct json *os_image_json(const struct os_image *image);

#endif
