/* The dstack guest agent, asked over its unix socket: quotes, and events that extend RTMR3.
 *
 * What it answers is a claim. Only what can be checked here is believed: a quote is one of TDX and carries the report
 * data that was asked for. Signatures are for whoever verifies the quote.
 *
 * A call takes AGENT_SECONDS at most. Since an agent may hang, and its answers are parsed where the call is made,
 * whoever also has something better to do makes the call in a child.
 *
 * Sources: spec: rtmr3-spec.md section 9 (sockets, calls), section 8 (report data); quote-spec.md 1 (where report data
 * and RTMR3 are).
 */
#ifndef DSTACK_AGENT_H
#define DSTACK_AGENT_H

#include "bytes.h"
#include "event_log.h"

#include <stdbool.h>

enum {
	REPORT_DATA_SIZE = 64,
	AGENT_SECONDS = 10,
	AGENT_ANSWER_CAP =
		8 << 20, /* bytes: the log, as a string, and in newer versions twice more within an attestation */
	AGENT_LOG_CAP = 2 << 20,    /* bytes of JSON */
	AGENT_QUOTE_CAP = 64 << 10, /* bytes: those seen have 5006 to 8000 */
	VM_CONFIG_CAP = 256 << 10,
};

struct agent {
	char *socket;      /* path of a unix socket, or NULL */
	char *url;         /* of a simulator reached by http://, or NULL; both NULL: there is no agent */
	bool is_simulator; /* DSTACK_SIMULATOR_ENDPOINT named it: nothing it says is worth anything */
};

void agent_free(struct agent *agent);
#define cleanup_agent cleanup(agent_free)

/* Looks for the agent: $DSTACK_SIMULATOR_ENDPOINT (http://… on loopback, unix:PATH, or a path that begins with '/' or
 * '.'), else the first socket that is there of the specification's list. None is no error. STATUS_BAD: the variable is
 * anything else. */
int agent_find(struct agent *agent, struct err *err);

/* Where it is, for messages; NULL when there is none. */
const char *agent_place(const struct agent *agent);

struct agent_quote {
	struct bytes quote;           /* raw */
	struct bytes event_log;       /* JSON text, an array; nothing else about it is checked here */
	struct bytes vm_config;       /* JSON text; empty when the agent gives none */
	uint8_t rtmr3[REGISTER_SIZE]; /* as the quote has it */
};

void agent_quote_free(struct agent_quote *quote);
#define cleanup_agent_quote cleanup(agent_quote_free)

/* EX_TEMPFAIL: no answer in time, or the agent says no. STATUS_BAD: an answer that cannot be right, such as a quote
 * with other report data. Both begin with the agent's place and the call. */
int agent_quote(const struct agent *agent, const uint8_t report_data[REPORT_DATA_SIZE], struct agent_quote *quote,
		struct err *err);

/* The same of what GetQuote has answered, without the agent's place. What was read is left for agent_quote_free(). */
int agent_quote_parse(const char *text, size_t size, const uint8_t report_data[REPORT_DATA_SIZE],
		      struct agent_quote *quote, struct err *err);

/* Extends RTMR3 by an event. EX_UNAVAILABLE: this agent has no such call; else as agent_quote(). After any other
 * failure the event may have been taken or not. */
int agent_emit(const struct agent *agent, const char *event, const void *payload, size_t size, struct err *err);

#endif
