/* The process for quotes: what it is told, what it answers, over a stream socket. */
#ifndef TUNNEL_QUOTER_PROCESS_H
#define TUNNEL_QUOTER_PROCESS_H

#include "quoter.h"

struct quoter_question {
	uint8_t key[TUNNEL_KEY_SIZE], nonce[TUNNEL_NONCE_SIZE];
	bool has_nonce;
};

/* In front of the parts. status 0: it is evidence; else an err's. */
struct quoter_head {
	int status;
	uint32_t quote, event_log, vm_config; /* bytes; together within QUOTER_ANSWER_CAP */
	char text[256];                       /* of an err */
};

/* Serves the socket until the other end is closed, and exits. */
_Noreturn void quoter_process(int socket, const struct quoter_settings *settings);

#endif
