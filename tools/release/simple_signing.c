#include "simple_signing.h"

#include "json.h"

#include <stdbool.h>
#include <string.h>

/* spec: distribution/reference, "Grammar": tag */
static bool is_tag(const char *text)
{
	return *text && *text != '.' && *text != '-' && strlen(text) <= 128 && !strpbrk(text, ":/[]");
}

/* spec: distribution/reference, "Grammar": domain and path, each of its characters */
static int check_reference(const char *reference, struct err *err)
{
	const char *slash = strchr(reference, '/'), *last = strrchr(reference, '/'),
		   *colon = slash ? strchr(slash, ':') : NULL;
	size_t taken = strspn(reference, "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ._-:/[]");
	if (!slash || slash == reference || !last[1] || reference[taken] ||
	    (colon && (colon <= last + 1 || !is_tag(colon + 1))))
		return err_bad(err, "'%.200s' is not HOST/NAME or HOST/NAME:TAG", reference);
	return 0;
}

int simple_signing_payload(const char *reference, const char *digest, struct bytes *into, struct err *err)
{
	if (check_reference(reference, err))
		return -1;
	struct json *identity = json_object(), *image = json_object(), *critical = json_object();
	cleanup_json struct json *json = json_object();
	json_set(identity, "docker-reference", json_string(reference));
	json_set(image, "docker-manifest-digest", json_string(digest));
	json_set(critical, "identity", identity);
	json_set(critical, "image", image);
	json_set(critical, "type", json_string("cosign container image signature"));
	json_set(json, "critical", critical);
	json_set(json, "optional", json_object());
	return json_write(json, false, into, err);
}
