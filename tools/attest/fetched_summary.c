#include "fetched.h"

#include "digest.h"
#include "hex.h"
#include "json.h"

#include <inttypes.h>
#include <time.h>

enum { TIME_SIZE = 32 };

static void time_text(int64_t seconds, char text[TIME_SIZE])
{
	time_t at = seconds;
	struct tm tm;
	if (!gmtime_r(&at, &tm) || !strftime(text, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(text, TIME_SIZE, "%" PRId64, seconds);
}

static int root_digest(const struct fetched *it, char digest[DIGEST_HEX_MAX], struct err *err)
{
	return digest_bytes(SHA256, it->checked.root.data, it->checked.root.size, digest, err);
}

static bool is_intel(const struct fetched *it)
{
	return view_is(it->checked.root, trust_intel().root);
}

int fetched_text(const struct fetched *it, const struct platform *platform, const char *from, struct bytes *into,
		 struct err *err)
{
	char fmspc[2 * FMSPC_SIZE + 1], since[TIME_SIZE], until[TIME_SIZE], digest[DIGEST_HEX_MAX];
	hex_write(platform->fmspc, FMSPC_SIZE, fmspc);
	time_text(it->checked.valid_from, since);
	time_text(it->checked.valid_until, until);
	if (root_digest(it, digest, err))
		return -1;
	return bytes_addf(into, err,
			  "from                %s\n"
			  "platform            %s, FMSPC %s, %s CA\n"
			  "valid from          %s\n"
			  "valid until         %s\n"
			  "evaluation numbers  %" PRIu32 " (TCB info), %" PRIu32 " (QE identity)\n"
			  "root                %s%s\n",
			  from, platform_tee(platform), fmspc, platform_ca(platform), since, until,
			  it->checked.tcb_info.evaluation_number, it->checked.qe_identity.evaluation_number,
			  is_intel(it) ? "Intel SGX Root CA" : "NOT INTEL'S: ", is_intel(it) ? "" : digest);
}

static struct json *window(int64_t seconds)
{
	char text[TIME_SIZE];
	struct json *json = json_object();
	time_text(seconds, text);
	json_set(json, "text", json_string(text));
	json_set(json, "unix", json_number((uint64_t)seconds));
	return json;
}

static struct json *root(const struct fetched *it, const char *digest)
{
	struct json *json = json_object();
	json_set(json, "intel", json_boolean(is_intel(it)));
	json_set(json, "sha256", json_string(digest));
	return json;
}

int fetched_json(const struct fetched *it, const struct platform *platform, const char *from, struct bytes *into,
		 struct err *err)
{
	char digest[DIGEST_HEX_MAX];
	cleanup_json struct json *json = json_object();
	if (root_digest(it, digest, err))
		return -1;
	json_set(json, "schema", json_string("kettle-dstack/collateral-fetch/1"));
	json_set(json, "from", json_string(from));
	json_set(json, "tee", json_string(platform_tee(platform)));
	json_set(json, "fmspc", json_hex(platform->fmspc, FMSPC_SIZE));
	json_set(json, "ca", json_string(platform_ca(platform)));
	json_set(json, "valid_from", window(it->checked.valid_from));
	json_set(json, "valid_until", window(it->checked.valid_until));
	json_set(json, "tcb_evaluation_number", json_number(it->checked.tcb_info.evaluation_number));
	json_set(json, "qe_evaluation_number", json_number(it->checked.qe_identity.evaluation_number));
	json_set(json, "root", root(it, digest));
	return json_write(json, true, into, err);
}
