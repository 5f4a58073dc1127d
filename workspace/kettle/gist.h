/* GitHub's gists: a file is uploaded as a secret gist, and what can then be downloaded is compared with it.
 *
 * Sources: GitHub's REST API, version 2022-11-28: "Create a gist", "Get the authenticated user", "Rate limits", "Scopes
 * for OAuth apps". GitHub Enterprise has the same below https://HOST/api/v3.
 */
#ifndef KETTLE_GIST_H
#define KETTLE_GIST_H

#include "digest.h"
#include "http.h"
#include "token.h"

#define GIST_API "https://api.github.com"

/* Where gists are made, and with whose token. */
struct gist_service {
	char *api;     /* without a final slash */
	char *host;    /* of api, lower-case, with its port unless that is the scheme's own */
	bool is_plain; /* http://, on this machine */
	char *page;    /* where its users make tokens with the scope that is needed */
	struct token token;
};

void gist_service_free(struct gist_service *service);
#define cleanup_gist_service cleanup(gist_service_free)

/* api: its URL. EX_USAGE when that is none. No token yet. */
int gist_service_open(const char *api, struct gist_service *service, struct err *err);

/* Asks the service whether it knows the token and, where it tells, whether the token may make gists. */
int gist_token_check(const struct gist_service *service, struct err *err);

/* One file of a gist. */
struct gist_file {
	const char *name;
	const char *text; /* UTF-8, not empty */
	const char *description;
};

/* Makes a secret gist. The URL of the file's bytes, owned by the caller; or NULL. STATUS_BAD: the token or the file is
 * refused, or the answer cannot be understood. EX_TEMPFAIL: too many requests, no connection, a fault of theirs. */
char *gist_create(const struct gist_service *service, const struct gist_file *file, struct err *err);

/* Downloads url until its SHA-256 is the one given, a few times, as a new file may take a moment to appear.
 * STATUS_FALSE: there are other bytes. EX_TEMPFAIL: there are none. */
int gist_confirm(const char *url, const char *sha256, struct err *err);

/* Does the path of a gist's URL name a revision, so that a later edit is found at another one? */
bool gist_url_is_fixed(const char *url);

/* Of the answer to "Create a gist": the raw_url of the file called name, owned by the caller; or NULL and STATUS_BAD.
 * It is https, or http when is_plain; it has no fragment, and its extension is the name's, by which a launcher goes. */
char *gist_raw_url(const char *text, size_t size, const char *name, bool is_plain, struct err *err);

/* 0 when gist is among the scopes that a service told of the token, as "gist, repo"; else STATUS_BAD. */
int gist_scope_check(const struct gist_service *service, const char *scopes, struct err *err);

/* Says in plain words what an answer means that is not a success. Returns -1. */
int gist_refusal(const struct gist_service *service, const struct http_answer *answer, struct err *err);

#endif
