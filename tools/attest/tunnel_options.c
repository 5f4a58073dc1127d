#include "tunnel_options.h"

#include <string.h>
#include <time.h>

void tunnel_options_free(struct tunnel_options *options)
{
	judge_options_free(&options->judge);
}

int tunnel_option(int option, const char *value, struct tunnel_options *options, struct err *err)
{
	switch (option) {
	case TUNNEL_NO_NONCE:
		options->no_nonce = true;
		return 1;
	case TUNNEL_VERSION_1:
		options->version_1 = true;
		return 1;
	case TUNNEL_INSECURE:
		options->insecure = true;
		return 1;
	case TUNNEL_ANY_CODE:
		options->any_code = true;
		return 1;
	case TUNNEL_VERBOSE:
		options->verbose = true;
		return 1;
	case TUNNEL_CACERT:
		options->ca_file = value;
		return 1;
	case TUNNEL_SOCKET:
		options->socket = value;
		return 1;
	default:
		return judge_option(option, value, &options->judge, err);
	}
}

/* What depends on the code that runs, and not on the machine, its configuration or its day alone. */
static bool names_code(const struct demands *demands)
{
	static const char *const names[] = {"mr_td",         "rtmr0",           "rtmr1",     "rtmr2",        "rtmr3",
					    "mr_config_id",  "mr_enclave",      "mr_signer", "compose-hash", "app-id",
					    "os-image-hash", "kettle-manifest", "kettle-app"};
	for (size_t i = 0; i < demands->count; i++)
		for (size_t name = 0; name < sizeof names / sizeof *names; name++)
			if (!strcmp(demands->list[i].name, names[name]))
				return true;
	return false;
}

int tunnel_options_check(struct tunnel_options *options, struct err *err)
{
	struct judge_options *judge = &options->judge;
	judge->words[WORD_VERIFY] = judge->words[WORD_JUDGE] = true;
	if (!judge->has_time)
		judge->now = time(NULL);
	if (options->insecure && (judge->collateral || judge->release || judge->demands.count || judge->policy ||
				  judge->has_words || options->any_code))
		return err_set(err, EX_USAGE, "--insecure-no-verify, and something to verify by: one or the other");
	if (options->insecure)
		return 0;
	if (!judge->collateral)
		return err_set(err, EX_USAGE,
			       "no --collateral given: what collateral-fetch has written, by which a quote is "
			       "verified");
	if (!judge->release && !options->any_code && !names_code(&judge->demands))
		return err_set(err, EX_USAGE,
			       "no --release given, and no --expected of the code, as compose-hash or mrtd: without, "
			       "any TDX machine would do (--any-code)");
	return 0;
}
