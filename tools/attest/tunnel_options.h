/* How to reach a tunnel's other end and what to believe of it: the options that tunnel-fetch and tunnel-ws have in
 * common.
 */
#ifndef ATTEST_TUNNEL_OPTIONS_H
#define ATTEST_TUNNEL_OPTIONS_H

#include "judge_options.h"

enum {
	TUNNEL_NO_NONCE = 600,
	TUNNEL_VERSION_1,
	TUNNEL_INSECURE,
	TUNNEL_ANY_CODE,
	TUNNEL_CACERT,
	TUNNEL_SOCKET,
	TUNNEL_VERBOSE = 'v',
};

/* clang-format off */
#define TUNNEL_OPTIONS \
	JUDGE_OPTIONS, \
	{"no-nonce", no_argument, NULL, TUNNEL_NO_NONCE}, \
	{"allow-version-1", no_argument, NULL, TUNNEL_VERSION_1}, \
	{"insecure-no-verify", no_argument, NULL, TUNNEL_INSECURE}, \
	{"any-code", no_argument, NULL, TUNNEL_ANY_CODE}, \
	{"cacert", required_argument, NULL, TUNNEL_CACERT}, \
	{"unix-socket", required_argument, NULL, TUNNEL_SOCKET}, \
	{"verbose", no_argument, NULL, TUNNEL_VERBOSE}
/* clang-format on */

/* Of --help. */
#define TUNNEL_HELP                                                                                                    \
	"      --collateral PLACE    what Intel publishes, as a file or folder of collateral-fetch\n"                  \
	"      --release PLACE       a release's folder, or its measurements.json: what the machine must run\n"        \
	"      --expected NAME=VALUE a field of the quote, or an event of its log, as quote-verify has it; may be\n"   \
	"                            repeated\n"                                                                       \
	"      --expected FILE       a JSON object of such\n"                                                          \
	"      --any-code            any machine will do that is genuine, whatever it runs\n"                          \
	"      --policy FILE         statuses, advisories and attributes that are accepted, as JSON\n"                 \
	"      --at TIME             when: seconds since 1970, or RFC 3339; else now\n"                                \
	"      --root FILE           PEM of another root than Intel's, for tests\n"                                    \
	"      --require WORDS       what must hold besides verify and judge: check\n"                                 \
	"      --no-nonce            take a quote of any age, as servers of the published kind have it\n"              \
	"      --allow-version-1     take the tunnel's first version, which does not bind frames to their order\n"     \
	"      --insecure-no-verify  believe anyone: for tests\n"                                                      \
	"      --cacert FILE         certificates to trust for https://, besides the system's\n"                       \
	"      --unix-socket PATH    connect to this socket instead of the URL's host\n"                               \
	"  -v, --verbose             the verdict on the machine, on standard error\n"

struct tunnel_options {
	struct judge_options judge;
	const char *ca_file, *socket;
	bool no_nonce, version_1, insecure, any_code, verbose;
};

void tunnel_options_free(struct tunnel_options *options);

/* As judge_option(). */
int tunnel_option(int option, const char *value, struct tunnel_options *options, struct err *err);

/* Is there enough to judge by? EX_USAGE says what to give. Sets what is required, and the time. */
int tunnel_options_check(struct tunnel_options *options, struct err *err);

#endif
