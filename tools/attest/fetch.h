/* One request through a tunnel, and its answer: what tunnel-fetch does between its options and its last line.
 */
#ifndef ATTEST_FETCH_H
#define ATTEST_FETCH_H

#include "feed.h"
#include "fetch_headers.h"
#include "file.h"
#include "json.h"
#include "tunnel_session.h"

enum {
	FETCH_DATA_CAP = 64 << 20, /* bytes of a body in memory */
	FETCH_TEXT_CAP = 8 << 20,  /* of one for version 1, which has them in one frame */
	FETCH_KEPT_CAP = 64 << 20, /* of an answer that is kept for the document */
};

struct fetch {
	/* What is asked. */
	const char *method, *target; /* path and query */
	struct fetch_headers headers;
	bool has_data;
	struct bytes data;
	int file; /* a body to read from here; -1: none */

	/* What is done with the answer. */
	bool shows_head, fails_by_status, keeps_body;
	struct output output;                        /* open, but when it keeps the body */
	unsigned milliseconds;                       /* for all of it; 0: for ever */
	void (*progress)(const struct fetch *fetch); /* from a second on, twice a second; NULL: none */

	/* What came. */
	struct tunnel_session session;
	bool has_head, is_whole;
	int status;
	struct bytes status_text, body;
	struct json *answer_headers; /* from name to array of texts */
	uint64_t sent, received;     /* bytes of bodies */

	struct tunnel_request *request;
	struct feed *feed;
	struct loop_timer *timer, *end;
	size_t data_at;
};

void fetch_free(struct fetch *fetch);
#define cleanup_fetch cleanup(fetch_free)

/* The rest of session is set here. 0: the answer is there, whole. -1: it is not; STATUS_FALSE: refused, or by status.
 */
int fetch_run(struct fetch *fetch, struct err *err);

/* The answer, the verdict and the tunnel's facts, by docs/schema/tunnel-fetch-1.json. */
struct json *fetch_json(const struct fetch *fetch, struct err *err);

#endif
