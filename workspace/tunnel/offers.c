#include "offers.h"

#include "key.h"

/* One who waits: with a nonce for a quote of his own, else with others. */
struct offer_call {
	struct offers *offers;
	struct offer_call *next, **before;
	struct offer *offer;        /* being made; of one with a nonce */
	struct quoter_call *quoter; /* the same */
	void (*done)(void *context, struct offer *offer, const struct err *err);
	void *context;
};

struct offers {
	struct quoter *quoter;
	int64_t key_life; /* ms */
	int64_t key_made;
	struct offer *today;             /* NULL: there is no key yet */
	bool is_ready;                   /* today has its evidence */
	struct offer *asked;             /* whose evidence is being asked for without a nonce; an old key's, maybe */
	struct quoter_call *quoter_call; /* for it */
	struct offer_call *first;
};

void offer_hold(struct offer *offer)
{
	offer->holders++;
}

void offer_drop(struct offer *offer)
{
	if (!offer || --offer->holders)
		return;
	tunnel_key_free(offer->key);
	tunnel_evidence_free(&offer->evidence);
	free(offer);
}

static struct offer *offer_new(struct tunnel_key *key, struct err *err)
{
	struct offer *offer = calloc(1, sizeof *offer);
	if (offer) {
		offer->holders = 1;
		offer->key = key;
	} else {
		err_system(err, EX_OSERR, "offer");
	}
	return offer;
}

struct offers *offers_new(struct quoter *quoter, unsigned key_seconds, struct err *err)
{
	struct offers *offers = calloc(1, sizeof *offers);
	if (!offers) {
		err_system(err, EX_OSERR, "offers");
		return NULL;
	}
	offers->quoter = quoter;
	offers->key_life = (int64_t)key_seconds * 1000;
	if (!offers_key(offers, err)) {
		offers_free(offers);
		return NULL;
	}
	return offers;
}

void offers_free(struct offers *offers)
{
	if (!offers)
		return;
	while (offers->first)
		offers_drop(offers->first);
	quoter_drop(offers->quoter_call);
	offer_drop(offers->asked);
	offer_drop(offers->today);
	free(offers);
}

static bool is_old(const struct offers *offers)
{
	return loop_now() - offers->key_made >= offers->key_life || tunnel_key_is_worn(offers->today->key);
}

static void key_make(struct offers *offers, struct err *err)
{
	struct tunnel_key *key = tunnel_key_new(err);
	struct offer *offer = key ? offer_new(key, err) : NULL;
	if (!offer) {
		tunnel_key_free(key);
		return;
	}
	offer_drop(offers->today);
	offers->today = offer;
	offers->is_ready = false;
	offers->key_made = loop_now();
}

struct tunnel_key *offers_key(struct offers *offers, struct err *err)
{
	if (!offers->today || is_old(offers))
		key_make(offers, err);
	return offers->today ? offers->today->key : NULL;
}

struct offer *offers_ready(struct offers *offers)
{
	struct err err;
	return offers_key(offers, &err) && offers->is_ready ? offers->today : NULL;
}

static void call_free(struct offer_call *call)
{
	*call->before = call->next;
	if (call->next)
		call->next->before = call->before;
	offer_drop(call->offer);
	free(call);
}

static void evidence_take(struct offer *offer, struct tunnel_evidence *evidence)
{
	offer->evidence = *evidence;
	*evidence = (struct tunnel_evidence){0};
}

static void with_nonce_done(void *context, struct tunnel_evidence *evidence, const struct err *err)
{
	struct offer_call *call = context;
	call->quoter = NULL;
	if (evidence)
		evidence_take(call->offer, evidence);
	void (*done)(void *, struct offer *, const struct err *) = call->done;
	struct offer *offer = steal(&call->offer);
	void *whom = call->context;
	call_free(call);
	done(whom, evidence ? offer : NULL, err);
	offer_drop(offer);
}

/* The first of those who wait for the quote without a nonce. */
static struct offer_call *waiting(const struct offers *offers)
{
	struct offer_call *call = offers->first;
	while (call && call->offer)
		call = call->next;
	return call;
}

static void without_nonce_done(void *context, struct tunnel_evidence *evidence, const struct err *err)
{
	struct offers *offers = context;
	struct offer *offer = steal(&offers->asked);
	struct offer_call *call;
	offers->quoter_call = NULL;
	if (evidence) {
		evidence_take(offer, evidence);
		offers->is_ready |= offer == offers->today;
	}
	while ((call = waiting(offers))) {
		void (*done)(void *, struct offer *, const struct err *) = call->done;
		void *whom = call->context;
		call_free(call);
		done(whom, evidence ? offer : NULL, err);
		if (offers->asked) /* whoever asks again from done() waits for the next one */
			break;
	}
	offer_drop(offer);
}

static int ask_without_nonce(struct offers *offers, struct err *err)
{
	if (offers->asked)
		return 0;
	const uint8_t *key = tunnel_key_public(offers->today->key);
	offers->quoter_call = quoter_ask(offers->quoter, key, NULL, without_nonce_done, offers, err);
	if (!offers->quoter_call)
		return -1;
	offers->asked = offers->today;
	offer_hold(offers->asked);
	return 0;
}

static int ask_with_nonce(struct offer_call *call, const uint8_t *nonce, struct err *err)
{
	struct tunnel_key *key = call->offers->today->key;
	call->offer = offer_new(key, err);
	if (!call->offer)
		return -1;
	tunnel_key_hold(key);
	call->quoter = quoter_ask(call->offers->quoter, tunnel_key_public(key), nonce, with_nonce_done, call, err);
	return call->quoter ? 0 : -1;
}

struct offer_call *offers_ask(struct offers *offers, const uint8_t *nonce,
			      void (*done)(void *context, struct offer *offer, const struct err *err), void *context,
			      struct err *err)
{
	if (!offers_key(offers, err))
		return NULL;
	struct offer_call *call = calloc(1, sizeof *call);
	if (!call) {
		err_system(err, EX_OSERR, "offer");
		return NULL;
	}
	*call = (struct offer_call){.offers = offers, .next = offers->first, .before = &offers->first};
	call->done = done;
	call->context = context;
	if (call->next)
		call->next->before = &call->next;
	offers->first = call;
	if (nonce ? ask_with_nonce(call, nonce, err) : ask_without_nonce(offers, err)) {
		call_free(call);
		return NULL;
	}
	return call;
}

void offers_drop(struct offer_call *call)
{
	if (!call)
		return;
	quoter_drop(call->quoter);
	call_free(call);
}
