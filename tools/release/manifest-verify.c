/* manifest-verify: does a statement hold: who signed it, of what, and what it says. docs/man/manifest-verify.1 */
#include "program.h"
#include "quorum.h"

#include <getopt.h>
#include <string.h>

static const char help[] =
	"Usage: manifest-verify --keys DIR [OPTION]... ENVELOPE...\n"
	"Judges signed statements, DSSE envelopes as manifest-sign writes them; '-' is standard input.\n"
	"\n"
	"It holds when all envelopes have the same payload and enough keys of the folder have signed it. A key counts "
	"once,\n"
	"however often it signed; signatures by other keys count for nothing.\n"
	"\n"
	"      --keys DIR        the public keys that are trusted, each a file in PEM\n"
	"      --threshold K     how many of them must have signed (1)\n"
	"      --type URI        the type that the predicate must have\n"
	"      --subject DIGEST  what the statement must be about, as sha256:HEX\n"
	"      --predicate       print the predicate and nothing else, and nothing unless it holds\n"
	"      --json            print the verdict as JSON\n"
	"      --help            print this text\n"
	"      --version         print versions\n"
	"\n"
	"Example: the measurements of an image, if two of the keys agree on them\n"
	"  manifest-verify --keys keys --threshold 2 --type urn:kettle-dstack:measurements:1 --predicate \\\n"
	"    measurements.dsse.json other.dsse.json >measurements.json\n"
	"\n"
	"Exit status: 0 it holds, 1 it does not, 2 an envelope or a key is malformed, 64 used wrongly, 70-75 the "
	"system\n"
	"failed.\n";

enum { ENVELOPES_MAX = 256 };

struct command {
	const char *keys, *type, *subject;
	size_t threshold;
	bool predicate, json;
	char **paths;
	size_t count;
};

struct judged {
	struct keyring ring;
	struct quorum_envelope envelopes[ENVELOPES_MAX];
	struct quorum quorum;
	struct statement statement; /* read when the quorum held */
};

static void load(const struct command *command, struct judged *judged)
{
	struct err err;
	if (keyring_load(command->keys, &judged->ring, &err))
		die_err(command->keys, &err);
	for (size_t i = 0; i < command->count; i++) {
		judged->envelopes[i].name = command->paths[i];
		judged->envelopes[i].dsse = dsse_load(command->paths[i], &err);
		if (!judged->envelopes[i].dsse)
			die_err(command->paths[i], &err);
	}
}

static void judge(const struct command *command, struct judged *judged)
{
	struct err err;
	if (quorum_count(&judged->ring, judged->envelopes, command->count, command->threshold, &judged->quorum, &err))
		die_err(NULL, &err);
	if (!judged->quorum.holds)
		return;
	/* All payloads are the same, and enough keys have signed some of them: one envelope at least gives it away. */
	int status = -1;
	for (size_t i = 0; status && i < command->count; i++) {
		statement_free(&judged->statement);
		status = statement_read(judged->envelopes[i].dsse, &judged->statement, &err);
		if (status && err.status != STATUS_FALSE)
			die_err(command->paths[i], &err);
	}
	if (status || quorum_demand(&judged->quorum, &judged->statement, command->type, command->subject, &err))
		die_err(NULL, &err);
}

/* Telling. */

static const char *verdict(const struct quorum *quorum)
{
	return quorum->holds ? "holds" : "does not hold";
}

static void print_text(const struct command *command, const struct judged *judged)
{
	const struct quorum *quorum = &judged->quorum;
	const struct statement *statement = &judged->statement;
	puts(verdict(quorum));
	for (size_t i = 0; i < quorum->count; i++)
		printf("reason %s: %s\n", quorum->reasons[i].code, printable(quorum->reasons[i].text));
	for (size_t i = 0; i < judged->ring.count; i++)
		if (quorum->has_signed[i])
			printf("signed by %s %s\n", key_id(judged->ring.keys[i].key),
			       printable(judged->ring.keys[i].name));
	if (!statement->type)
		return;
	printf("predicate type %s\n", statement->type);
	for (size_t i = 0; i < statement->count; i++)
		printf("subject sha256:%s %s\n", statement->subjects[i].sha256, printable(statement->subjects[i].name));
	if (!command->subject)
		puts("not checked: whether this is about what you have (--subject)");
	if (!command->type)
		puts("not checked: whether it is the kind of statement you want (--type)");
}

static struct json *subjects_json(const struct statement *statement)
{
	struct json *array = statement->type ? json_array() : json_null();
	for (size_t i = 0; i < statement->count; i++) {
		struct json *subject = json_object();
		json_set(subject, "name", json_string(statement->subjects[i].name));
		json_set(subject, "sha256", json_string(statement->subjects[i].sha256));
		json_add(array, subject);
	}
	return array;
}

static struct json *not_checked_json(const struct command *command, const struct statement *statement)
{
	struct json *array = json_array();
	if (!command->subject || !statement->type)
		json_add(array, json_string("subject"));
	if (!command->type || !statement->type)
		json_add(array, json_string("predicate_type"));
	return array;
}

static void print_json(const struct command *command, const struct judged *judged)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	cleanup_json struct json *json = json_object();
	const char *type = judged->statement.type;
	json_set(json, "verdict", json_string(verdict(&judged->quorum)));
	json_set(json, "reasons", quorum_reasons_json(&judged->quorum));
	json_set(json, "signed_by", quorum_signers_json(&judged->quorum));
	json_set(json, "threshold", json_number(command->threshold));
	json_set(json, "predicate_type", type ? json_string(type) : json_null());
	json_set(json, "subjects", subjects_json(&judged->statement));
	json_set(json, "not_checked", not_checked_json(command, &judged->statement));
	if (json_write(json, true, &text, &err))
		die_err(NULL, &err);
	print_bytes(&text);
}

static void print_predicate(const struct judged *judged)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	for (size_t i = 0; i < judged->quorum.count; i++)
		warn("does not hold: %s: %s", judged->quorum.reasons[i].code, judged->quorum.reasons[i].text);
	if (!judged->quorum.holds)
		return;
	if (json_write(judged->statement.predicate, true, &text, &err))
		die_err(NULL, &err);
	print_bytes(&text);
}

static void print(const struct command *command, const struct judged *judged)
{
	if (command->json)
		print_json(command, judged);
	else if (command->predicate)
		print_predicate(judged);
	else
		print_text(command, judged);
}

/* Options. */

static const struct option options[] = {
	{"keys", required_argument, NULL, 'k'},
	{"threshold", required_argument, NULL, 'n'},
	{"type", required_argument, NULL, 't'},
	{"subject", required_argument, NULL, 's'},
	{"predicate", no_argument, NULL, 'p'},
	{"json", no_argument, NULL, 'j'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'v'},
	{NULL, 0, NULL, 0},
};

static void take_option(int option, struct command *command)
{
	switch (option) {
	case 'k':
		command->keys = optarg;
		break;
	case 'n':
		command->threshold = (size_t)option_number("--threshold", optarg, KEYRING_MAX);
		break;
	case 't':
		command->type = optarg;
		break;
	case 's':
		if (!statement_is_digest(optarg))
			die_usage("--subject: '%s' is not sha256: and 64 lower-case hexadecimal digits", optarg);
		command->subject = optarg;
		break;
	case 'p':
		command->predicate = true;
		break;
	case 'j':
		command->json = true;
		break;
	case 'h':
		print_help(help);
	case 'v':
		print_version(digest_library());
	default:
		die_option();
	}
}

static void check_command(const struct command *command)
{
	size_t inputs = 0;
	if (!command->keys)
		die_usage("--keys is missing: the folder of public keys that are trusted");
	if (!command->threshold)
		die_usage("--threshold: 0 signatures prove nothing");
	if (command->json && command->predicate)
		die_usage("--json and --predicate are two forms of output");
	if (!command->count || command->count > ENVELOPES_MAX)
		die_usage("%zu envelopes, not 1 to %d", command->count, ENVELOPES_MAX);
	for (size_t i = 0; i < command->count; i++) {
		inputs += !strcmp(command->paths[i], "-");
		if (!bytes_are_utf8(command->paths[i], strlen(command->paths[i])))
			die(STATUS_BAD, "%s: name is not UTF-8, which JSON wants", command->paths[i]);
	}
	if (inputs > 1)
		die_usage("'-' given more than once");
}

int main(int argc, char **argv)
{
	struct command command = {.threshold = 1};
	static struct judged judged;
	program_start("manifest-verify");
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
		take_option(option, &command);
	command.paths = argv + optind;
	command.count = (size_t)(argc - optind);
	check_command(&command);
	load(&command, &judged);
	judge(&command, &judged);
	print(&command, &judged);
	int status = judged.quorum.holds ? STATUS_OK : STATUS_FALSE;
	quorum_free(&judged.quorum);
	statement_free(&judged.statement);
	for (size_t i = 0; i < command.count; i++)
		dsse_free(judged.envelopes[i].dsse);
	keyring_free(&judged.ring);
	return finish(status);
}
