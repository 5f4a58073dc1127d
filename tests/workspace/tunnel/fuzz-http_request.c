/* corpus: vectors/http-head
 * A request comes from anybody. Where it ends must not depend on how its bytes come, nor on who reads it; and no way to
 * read a path may be overlooked that a path written plainly has. */
#include "http_fuzz.h"

#include "http_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const everything[] = {"/", NULL}, *const some[] = {"/secret", NULL};
	check_message(MESSAGE_REQUEST, data, size);
	struct view path = view_of(data, size < 4096 ? size : 4096);
	if (!path.size || *path.data != '/')
		return 0;
	if (!http_path_is_of(path, everything))
		abort();
	if (path.size > 7 && !strncasecmp((const char *)path.data, "/secret?", 8) && !http_path_is_of(path, some))
		abort();
	return 0;
}
