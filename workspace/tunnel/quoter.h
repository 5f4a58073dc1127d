/* Quotes, made by another process, so that nobody waits for the guest agent and nothing of what it answers is read
 * where the key is.
 *
 * The process is forked by quoter_new(), which is to be called before there is a key: its memory has none then, nor
 * have those it forks for each call. A call that takes too long, or breaks what reads the agent's answer, ends with its
 * own process. Calls are made one at a time, some may wait, and those with a client's nonce are rationed: who asks for
 * many keeps others of that kind waiting, and nobody else.
 *
 * Source: spec: tunnel-spec.md 4, "Binding on dstack" (quotes per connection are rate-limited).
 */
#ifndef TUNNEL_QUOTER_H
#define TUNNEL_QUOTER_H

#include "loop.h"
#include "tunnel_server.h"

enum {
	QUOTER_WAITING = 64,        /* calls that may wait */
	QUOTER_ANSWER_CAP = 4 << 20 /* bytes of an answer's parts together */
};

struct quoter;

struct quoter_settings {
	/* tunnel_server.h; called in the process of a call */
	int (*quote)(void *context, const uint8_t key[TUNNEL_KEY_SIZE], const uint8_t *nonce,
		     struct tunnel_evidence *evidence, struct err *err);
	void *context;
	unsigned seconds;  /* a call may take */
	unsigned a_minute; /* calls with a nonce, as many of them at once */
	/* The process has ended, by itself: there will be no quotes any more. */
	void (*ended)(void *context);
	void *ended_context;
};

struct quoter *quoter_new(struct loop *loop, const struct quoter_settings *settings, struct err *err);
void quoter_free(struct quoter *quoter); /* whoever still waits is not told */

void tunnel_evidence_free(struct tunnel_evidence *evidence);
#define cleanup_evidence cleanup(tunnel_evidence_free)

/* done() is called from the loop, once: with evidence, which it may take the parts of, or with NULL and why there is
 * none. The key and the nonce (NULL: none) are copied. NULL: EX_TEMPFAIL when too many wait, or too many have a nonce.
 */
struct quoter_call;
struct quoter_call *quoter_ask(struct quoter *quoter, const uint8_t key[TUNNEL_KEY_SIZE], const uint8_t *nonce,
			       void (*done)(void *context, struct tunnel_evidence *evidence, const struct err *err),
			       void *context, struct err *err);
void quoter_drop(struct quoter_call *call); /* nobody wants it any more; done() is not called; NULL is none */

#endif
