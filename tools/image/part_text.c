#include "bytes.h"
#include "partform.h"

#include <string.h>

/* Is this what editors show: UTF-8 with no control characters but those that place text? */
static bool is_text(struct span file)
{
	for (size_t i = 0; i < file.size; i++)
		if (file.data[i] < ' ' && !strchr("\t\n\f\r\033", file.data[i] ? file.data[i] : 1))
			return false;
	return bytes_are_utf8(file.data, file.size);
}

bool text_part(struct span file, uint64_t offset, struct naming *naming)
{
	uint64_t line = 1, start = 0, column = 0;
	if (!is_text(file))
		return false;
	for (const uint8_t *end; (end = memchr(file.data + start, '\n', offset - start)); line++)
		start = (uint64_t)(end - file.data) + 1;
	for (uint64_t i = start; i <= offset; i++)
		column += (file.data[i] & 0xc0) != 0x80;
	const uint8_t *end = memchr(file.data + start, '\n', file.size - start);
	naming_range(naming, start, end ? (uint64_t)(end - file.data) - start : file.size - start);
	naming_add(naming, "line %llu, column %llu", (unsigned long long)line, (unsigned long long)column);
	return true;
}
