/* What a server answers to a client's first message: its key of the day with a quote that binds it.
 *
 * A key is made in memory, lives as long as was said, and goes with the last channel that has offered it. Without a
 * nonce there is one quote for a key, asked for when the first client wants it; with one there is a quote for each.
 */
#ifndef TUNNEL_OFFERS_H
#define TUNNEL_OFFERS_H

#include "channel.h"
#include "quoter.h"

struct offer {
	size_t holders;
	struct tunnel_key *key;
	struct tunnel_evidence evidence;
};
void offer_hold(struct offer *offer);
void offer_drop(struct offer *offer); /* NULL is none */

struct offers;
struct offers *offers_new(struct quoter *quoter, unsigned key_seconds, struct err *err);
void offers_free(struct offers *offers); /* before the quoter; whoever still waits is not told */

/* The key of today, held by offers as long as offers_key() gives no other. NULL: it cannot be made. */
struct tunnel_key *offers_key(struct offers *offers, struct err *err);

/* The quote without a nonce, when it is there: held by offers as long as the key. NULL: there is none yet. */
struct offer *offers_ready(struct offers *offers);

/* done() is called from the loop, once, with an offer that it may hold, or NULL and why there is none. nonce: NULL for
 * none. As quoter_ask(). */
struct offer_call;
struct offer_call *offers_ask(struct offers *offers, const uint8_t *nonce,
			      void (*done)(void *context, struct offer *offer, const struct err *err), void *context,
			      struct err *err);
void offers_drop(struct offer_call *call); /* nobody wants it any more; NULL is none */

#endif
