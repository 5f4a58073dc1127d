#include "http_refusal.h"

#include <libwebsockets.h>
#include <string.h>

static char refusal[HTTP_REFUSAL_SIZE];

static void take_log(int level, const char *line)
{
	static const char mark[] = "SSL error: ";
	const char *text = strstr(line, mark);
	(void)level;
	if (!text)
		return;
	text += strlen(mark);
	const char *end = strstr(text, " (preverify_ok");
	snprintf(refusal, sizeof refusal, "%.*s", (int)(end ? (size_t)(end - text) : strlen(text)), text);
}

void http_refusal_watch(void)
{
	*refusal = '\0';
	lws_set_log_level(LLL_ERR, take_log);
}

bool http_refusal_take(char text[HTTP_REFUSAL_SIZE])
{
	bool was_refused = *refusal;
	memcpy(text, refusal, sizeof refusal);
	*refusal = '\0';
	return was_refused;
}
