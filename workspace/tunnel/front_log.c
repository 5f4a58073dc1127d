#include "front_log.h"

#include <stdio.h>
#include <string.h>

/* The line of that text, or the first free one, or the last. */
static size_t find(const struct front_log *log, const char *text)
{
	size_t i = 0;
	while (i + 1 < FRONT_LOG_TEXTS && *log->lines[i].text && strcmp(log->lines[i].text, text) != 0)
		i++;
	return i;
}

void front_log_add(struct front_log *log, int64_t now, const char *text)
{
	char cut[FRONT_LOG_SIZE], with_count[FRONT_LOG_SIZE + 64];
	snprintf(cut, sizeof cut, "%s", text);
	size_t i = find(log, cut);
	bool is_new = !*log->lines[i].text;
	if (!is_new && now - log->lines[i].since < FRONT_LOG_MILLISECONDS) {
		log->lines[i].more++;
		return;
	}
	snprintf(with_count, sizeof with_count, "%s (%u more since the last time)", cut, log->lines[i].more);
	if (log->write)
		log->write(log->context, log->lines[i].more ? with_count : cut);
	memcpy(log->lines[i].text, cut, sizeof cut);
	log->lines[i].since = now;
	log->lines[i].more = 0;
}
