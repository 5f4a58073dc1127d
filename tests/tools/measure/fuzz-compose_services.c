/* corpus: vectors/compose-text
 * A docker-compose text may be written to hide what it runs. What the scan gives lies in the text, line by line, and
 * pinning changes only what it gave. */
#include "compose_services.h"
#include "compose_warn.h"
#include "compose_write.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct services *services, size_t size)
{
	size_t before = 0;
	for (size_t i = 0; i < services->count; i++) {
		const struct service_line *line = &services->lines[i];
		if (line->offset < before || line->offset > size || line->size > size - line->offset || !line->line)
			abort();
		before = line->offset + line->size;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char image[] = "a/nginx@sha256:0000000000000000000000000000000000000000000000000000000000000000";
	struct err err = {0};
	cleanup_bytes struct bytes text = {0}, pinned = {0}, again = {0};
	cleanup_services struct services services = {0};
	cleanup_warnings struct warnings warnings = {0};
	if (memchr(data, '\0', size) || bytes_add(&text, data, size, &err))
		return 0;
	if (services_scan(text.data, &services, &err) || compose_warn_text(text.data, &warnings, &err))
		abort();
	check(&services, size);
	if (compose_pin(text.data, image, &pinned, &err))
		return 0;
	/* What is pinned already stays as it is. */
	if (services.unsure || compose_pin(pinned.data, image, &again, &err) || strcmp(pinned.data, again.data))
		abort();
	return 0;
}
