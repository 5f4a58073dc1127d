/* Lines of a log that peers can cause at will: each text once a minute, with how often it came meanwhile. */
#ifndef TUNNEL_FRONT_LOG_H
#define TUNNEL_FRONT_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum {
	FRONT_LOG_TEXTS = 64, /* that are told apart; further ones are one */
	FRONT_LOG_SIZE = 128, /* with its NUL */
	FRONT_LOG_MILLISECONDS = 60000,
};

struct front_log {
	struct {
		char text[FRONT_LOG_SIZE];
		int64_t since;
		unsigned more;
	} lines[FRONT_LOG_TEXTS];
	void (*write)(void *context, const char *text);
	void *context;
};

/* now: loop_now(). The text has nothing of a peer's. */
void front_log_add(struct front_log *log, int64_t now, const char *text);

#endif
