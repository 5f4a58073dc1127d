/* compose_write.h: the image's reference in a docker-compose text. */
#include "compose_services.h"
#include "compose_write.h"
#include "digest.h"
#include "hex.h"

#include <string.h>

/* The last name of a repository: `kettle-launcher` of `registry:5000/a/kettle-launcher:tag@sha256:…`. */
static void last_name(const char *image, size_t size, const char **name, size_t *length)
{
	const char *digest = memchr(image, '@', size);
	const char *end = digest ? digest : image + size;
	const char *slash = memrchr(image, '/', (size_t)(end - image));
	*name = slash ? slash + 1 : image;
	const char *tag = memchr(*name, ':', (size_t)(end - *name));
	*length = (size_t)((tag ? tag : end) - *name);
}

static int check_image(const char *image, struct err *err)
{
	const char *at = strstr(image, "@sha256:");
	uint8_t digest[SHA256_SIZE];
	if (!at || at == image || at != strchr(image, '@') || hex_read(at + strlen("@sha256:"), digest, sizeof digest))
		return err_bad(err, "'%.200s' is not NAME@sha256:HEX", image);
	for (const char *c = image; *c; c++)
		if (*c != '/' && !strchr("abcdefghijklmnopqrstuvwxyz0123456789._-:@", *c))
			return err_bad(err, "'%.200s' has a character that no image's name has", image);
	return 0;
}

int compose_pin(const char *text, const char *image, struct bytes *into, struct err *err)
{
	cleanup_services struct services services = {0};
	const char *wanted, *name;
	size_t wanted_size, size, from = 0, pinned = 0;
	if (check_image(image, err) || services_scan(text, &services, err))
		return -1;
	if (services.unsure)
		return err_bad(err, "line %zu: %s: its images cannot all be seen", services.unsure_line,
			       services.unsure);
	last_name(image, strlen(image), &wanted, &wanted_size);
	for (size_t i = 0; i < services.count; i++) {
		const struct service_line *line = &services.lines[i];
		if (strcmp(line->key, "image"))
			continue;
		last_name(text + line->offset, line->size, &name, &size);
		if (size != wanted_size || memcmp(name, wanted, size))
			continue;
		if (bytes_add(into, text + from, line->offset - from, err) || bytes_addf(into, err, "%s", image))
			return -1;
		from = line->offset + line->size;
		pinned++;
	}
	if (!pinned)
		return err_bad(err, "no image of it is named '%.*s'", (int)wanted_size, wanted);
	return bytes_addf(into, err, "%s", text + from);
}
