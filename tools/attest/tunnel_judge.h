/* The judge of a tunnel (tunnel_client.h): the offer of a server is to quote-verify's three words what a quote in a
 * file is.
 *
 * Sources: spec: tunnel-spec.md 1.2, 4; quote-spec.md 2; rtmr3-spec.md 10, 12.
 */
#ifndef ATTEST_TUNNEL_JUDGE_H
#define ATTEST_TUNNEL_JUDGE_H

#include "message.h"
#include "quote_judge.h"
#include "tunnel_options.h"

struct tunnel_judge {
	const struct tunnel_options *options;
	struct judge_inputs inputs;

	/* What came of it. */
	bool has_offer;
	uint8_t public_key[TUNNEL_KEY_SIZE];
	bool has_answer; /* there is a verdict */
	bool is_bare;    /* it holds, and not all of firmware and kernel was expected */
	struct given_quote given;
	struct bytes log;
	struct quote_finding finding;
	struct answer answer;
};

void tunnel_judge_free(struct tunnel_judge *judge);
#define cleanup_tunnel_judge cleanup(tunnel_judge_free)

/* A judge for tunnel_client_settings; context is a struct tunnel_judge whose options and inputs are set. Refusing is
 * STATUS_FALSE, or STATUS_BAD where nothing could be read; the text is the first line that does not hold. */
int tunnel_judge_offer(void *context, const struct message *offer, const uint8_t report_data[BINDING_SIZE],
		       bool is_fresh, struct err *err);

/* The verdict as quote-verify gives it; of one that there is. */
int tunnel_judge_text(const struct tunnel_judge *judge, struct bytes *into, struct err *err);
struct json *tunnel_judge_json(const struct tunnel_judge *judge, struct err *err);

#endif
