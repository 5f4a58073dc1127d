/* An OCI layout's documents, read strictly: index.json, an image manifest, an image config.
 *
 * A release's layout has one image and nothing else, so the index has one manifest, descriptors have sha256 digests and
 * no members but mediaType, digest, size, annotations and platform, and the manifest is one of an image. Anything else
 * is STATUS_BAD. Of the config only what names layers and platform is read.
 *
 * Sources: OCI image-spec 1.1: image-layout.md, image-index.md, manifest.md, config.md, descriptor.md.
 */
#ifndef RELEASE_OCI_H
#define RELEASE_OCI_H

#include "digest.h"
#include "json.h"

enum { OCI_LAYERS = 127 }; /* what overlay file systems take */

struct oci_blob {
	char *media_type;
	char sha256[2 * SHA256_SIZE + 1];
	uint64_t size;
};

struct oci_manifest {
	struct oci_blob config, *layers;
	size_t count;
};

struct oci_config {
	char *architecture, *os;
	char (*diff_ids)[2 * SHA256_SIZE + 1];
	char **names; /* of the layers, from history; an item is NULL where there is none */
	size_t count;
};

void oci_blob_free(struct oci_blob *blob);
void oci_manifest_free(struct oci_manifest *manifest);
void oci_config_free(struct oci_config *config);
#define cleanup_oci_blob cleanup(oci_blob_free)
#define cleanup_oci_manifest cleanup(oci_manifest_free)
#define cleanup_oci_config cleanup(oci_config_free)

/* Each fills its last but one, which the caller frees in any case. */
int oci_layout(const char *text, size_t size, struct err *err);
int oci_index(const char *text, size_t size, struct oci_blob *manifest, struct err *err);
int oci_manifest(const char *text, size_t size, struct oci_manifest *manifest, struct err *err);
int oci_config(const char *text, size_t size, struct oci_config *config, struct err *err);

/* `sha256:` and 64 digits of lower-case hexadecimal, which are copied; else -1. */
int oci_digest(const char *text, char sha256[2 * SHA256_SIZE + 1]);

#endif
