/* Quotes over X25519 keys, and the quote service: what the worker asks for a TDX quote over a key of its own, as
 * env.QUOTE_SERVICE. The tunnel's keys are quoted by the same function.
 *
 * Who has a quote over a key of his own making can pose as this app: a client that verifies it then talks to him. So
 * the service must be reachable by the worker alone. The published kettle has it at a port on every address, and
 * anybody gets a genuine quote over any key (spec: tunnel-spec.md 2.3, "Hole"). Here it is a unix socket of mode 0600
 * in a folder of mode 0700, never a port; that the app does not hand the service on is for the app to see to. The
 * report data begin with a tag that names the use, so that a quote for another purpose is none for this one.
 *
 *     POST /quote {"publicKey": [32 numbers], "nonce": [32 numbers]}       nonce may be absent
 *     200 {"event_log": TEXT, "quote": BASE64, "runtime_data": null,
 *          "tee_type": "tdx", "verifier_data": null, "vm_config": TEXT}
 *
 *     GET /healthz
 *     200 {"agent": TEXT, "service": "quote", "status": "ok", "tee_type": "tdx"}
 *
 * event_log and vm_config are JSON in text, as the agent gives them; vm_config is null when it gives none. agent is
 * "present", "absent" or "simulator".
 *
 * Anything else is answered with {"error": TEXT}: 400 for a request that is not exactly so (the text names the member),
 * 404, 405, 413 for more than QUOTE_REQUEST_CAP; 501 when there is no guest agent, 502 when it answers what cannot be
 * right, 504 when it does not answer in time or says no (the same request may succeed later), 500 for a fault here; and
 * what http_server.h says.
 *
 * Nothing is kept between requests, and the agent is looked for at each: it may come up later than the app.
 *
 * Sources: spec: tunnel-spec.md 2.3 (names of the published service), 4 (report data, event_log, vm_config).
 */
#ifndef KETTLE_QUOTE_H
#define KETTLE_QUOTE_H

#include "agent.h"

enum {
	X25519_KEY_SIZE = 32,
	QUOTE_NONCE_SIZE = 32,
	QUOTE_REQUEST_CAP = 16 << 10, /* bytes: written without blanks the longest has 290 */
};

struct quote_request {
	uint8_t key[X25519_KEY_SIZE];
	uint8_t nonce[QUOTE_NONCE_SIZE];
	bool has_nonce;
};

/* The body of POST /quote: strict JSON (json.h), no other members, whole numbers from 0 to 255. STATUS_BAD names the
 * member. */
int quote_request_parse(const char *text, size_t size, struct quote_request *request, struct err *err);

/* A quote of this machine's that binds the key and the nonce (NULL: none). EX_UNAVAILABLE: there is no guest
 * agent to be asked; else as agent_quote(). */
int quote_make(const uint8_t key[X25519_KEY_SIZE], const uint8_t *nonce, struct agent_quote *quote, struct err *err);

struct quote_service {
	const char *socket;                  /* its path, in a folder nobody else can enter */
	int stop;                            /* http_server.h */
	void (*on_listening)(void *context); /* NULL: nobody wants to know */
	void *context;
};

/* Serves until told to stop: 0. -1 as http_serve(). It parses what others send and waits for the agent, one request
 * after the other: run it in a process of its own (child.h, `run`). */
int quote_serve(const struct quote_service *service, struct err *err);

#endif
