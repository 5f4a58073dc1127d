/* An image as data: what image.json says, strictly read.
 *
 * docs/image-json.md describes the format. A refusal begins with the path to what is wrong,
 * `config: Env: 2: 'x': not NAME=value`.
 *
 * Sources: OCI image-spec 1.1: config.md, annotations.md.
 */
#ifndef IMAGE_DEFINITION_H
#define IMAGE_DEFINITION_H

#include "json.h"

struct definition {
	char *name;
	struct json *platform;
	struct json *config;      /* the member `config` as it goes into the OCI config; NULL: none */
	struct json *annotations; /* as they go into the manifest; NULL: none */
};

int definition_load(const char *path, struct definition *definition, struct err *err);
int definition_parse(const char *text, size_t size, struct definition *definition, struct err *err);
void definition_free(struct definition *definition);
#define cleanup_definition cleanup(definition_free)

#endif
