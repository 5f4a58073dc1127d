/* manifest-sign: signs what is said of an image, and makes the keys for it. docs/man/manifest-sign.1 */
#include "base64.h"
#include "file.h"
#include "keypair.h"
#include "passphrase.h"
#include "program.h"
#include "simple_signing.h"
#include "statement.h"

#include <getopt.h>
#include <string.h>

static const char help[] =
	"Usage: manifest-sign --key KEY... --type URI --subject [NAME=]DIGEST... PREDICATE\n"
	"       manifest-sign --key KEY... --add ENVELOPE\n"
	"       manifest-sign --key KEY --docker-reference HOST/NAME[:TAG] --subject DIGEST --payload FILE\n"
	"       manifest-sign --public --key KEY\n"
	"       manifest-sign keygen [--type KIND] --out NAME.pem\n"
	"Signs that a predicate (a file with a JSON object; '-' is standard input) holds of the subjects, as an "
	"in-toto\n"
	"statement in a DSSE envelope, which it prints. A DIGEST is sha256:HEX; the first is that of the image's "
	"manifest.\n"
	"\n"
	"A KEY is a private key in PEM (Ed25519, ECDSA on P-256 or P-384), or a URI such as pkcs11:token=T;object=O "
	"for an\n"
	"OpenSSL provider. It is called by the SHA-256 of its public half in DER.\n"
	"\n"
	"      --key KEY               sign with it (repeatable)\n"
	"      --passphrase-file FILE  the keys' passphrase or PIN; else the terminal is asked when there is one\n"
	"      --type URI              the type of the predicate; with keygen: ed25519 (default), p256 or p384\n"
	"      --subject [NAME=]DIGEST what is spoken of (repeatable)\n"
	"      --subjects FILE         the same, a subject for each line of sha256sum's\n"
	"      --add ENVELOPE          print this envelope with signatures added\n"
	"      --docker-reference HOST/NAME[:TAG]  print a signature for skopeo, podman and cosign instead\n"
	"      --payload FILE          and write what it is over to FILE\n"
	"      --public                print the public half in PEM\n"
	"      --out NAME.pem          keygen: the private key; NAME.pub gets the public one. Neither may exist\n"
	"      --help                  print this text\n"
	"      --version               print versions\n"
	"\n"
	"Signing the same twice gives the same bytes with Ed25519, and with ECDSA where OpenSSL is 3.2 or later.\n"
	"\n"
	"Example: a key, a statement signed with it, and the check\n"
	"  manifest-sign keygen --out me.pem && mkdir keys && cp me.pub keys\n"
	"  manifest-sign --key me.pem --type urn:example:note:1 --subject sha256:$(sha256sum <file | cut -c1-64) \\\n"
	"    note.json >note.dsse.json\n"
	"  manifest-verify --keys keys note.dsse.json\n"
	"\n"
	"Exit status: 0 done, 2 an input is malformed or a key not taken, 64 used wrongly, 70-75 the system failed.\n";

struct command {
	const char *keys[DSSE_SIGNATURES], *passphrase, *type, *add, *reference, *payload, *out;
	size_t key_count;
	bool keygen, public;
	struct statement statement; /* subjects */
};

static struct key *load_key(const struct command *command, size_t index)
{
	struct err err;
	struct passphrase_source source = {.path = command->passphrase, .object = command->keys[index]};
	const struct passphrase passphrase = {.ask = passphrase_ask, .context = &source};
	struct key *key = key_load_private(command->keys[index], &passphrase, &err);
	if (!key)
		die_err(command->keys[index], &err);
	return key;
}

/* keygen */

static void make_key(const struct command *command)
{
	struct err err;
	enum key_kind kind = KEY_ED25519;
	cleanup_passphrase char passphrase[PASSPHRASE_SIZE] = "";
	struct passphrase_source source = {.path = command->passphrase};
	if (!command->out || !keypair_is_name(command->out))
		die_usage("--out: the name of the private key, ending in .pem");
	if (command->type && key_kind_find(command->type, &kind))
		die_usage("--type: '%s' is not ed25519, p256 or p384", command->type);
	if (command->passphrase && passphrase_ask(&source, passphrase, &err))
		die_err(NULL, &err);
	cleanup_key struct key *key = key_generate(kind, &err);
	if (!key || keypair_save(key, command->out, command->passphrase ? passphrase : NULL, &err))
		die_err(NULL, &err);
	puts(key_id(key));
}

/* --public */

static void print_public(const struct command *command)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	cleanup_key struct key *key = load_key(command, 0);
	if (key_write_public(key, &text, &err))
		die_err(command->keys[0], &err);
	print_bytes(&text);
}

/* --docker-reference */

static void sign_simply(const struct command *command)
{
	struct err err;
	const struct statement *statement = &command->statement;
	char digest[sizeof "sha256:" + 2 * SHA256_SIZE];
	cleanup_bytes struct bytes payload = {0}, signature = {0}, text = {0};
	if (command->key_count != 1 || statement->count != 1 || !command->payload)
		die_usage("--docker-reference needs one --key, one --subject and --payload");
	snprintf(digest, sizeof digest, "sha256:%s", statement->subjects[0].sha256);
	if (simple_signing_payload(command->reference, digest, &payload, &err))
		die_err("--docker-reference", &err);
	cleanup_key struct key *key = load_key(command, 0);
	if (signature_make(key, SIGNATURE_SHA256, payload.data, payload.size, &signature, &err) ||
	    base64_write(signature.data, signature.size, &text, &err))
		die_err(command->keys[0], &err);
	if (file_save(command->payload, payload.data, payload.size, &err))
		die_err(command->payload, &err);
	puts(text.data);
}

/* Statements. */

static struct dsse *new_envelope(struct command *command, const char *path)
{
	struct err err;
	cleanup_bytes struct bytes payload = {0};
	struct statement *statement = &command->statement;
	if (!command->type || !statement->count)
		die_usage("--type and --subject are needed");
	statement->predicate = json_load(path, &err);
	if (!statement->predicate)
		die_err(path, &err);
	if (!(statement->type = strdup(command->type)))
		die(EX_OSERR, "%m");
	struct dsse *dsse =
		statement_write(statement, &payload, &err) ? NULL : dsse_new(payload.data, payload.size, &err);
	if (!dsse)
		die_err(path, &err);
	return dsse;
}

/* What is signed must be a statement; what it says is looked at as everywhere, once a signature holds: one of ours. */
static void check_added(struct dsse *dsse, struct key *key, const char *path)
{
	struct err err;
	struct keyring_key ours = {.key = key};
	const struct keyring ring = {.keys = &ours, .count = 1};
	cleanup_statement struct statement statement = {0};
	if (dsse_verify(dsse, &ring, &err) || statement_read(dsse, &statement, &err))
		die_err(path, &err);
}

static void sign(struct command *command, const char *predicate)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	const char *path = command->add ? command->add : predicate;
	cleanup_dsse struct dsse *dsse = command->add ? dsse_load(path, &err) : new_envelope(command, path);
	if (!dsse)
		die_err(path, &err);
	for (size_t i = 0; i < command->key_count; i++) {
		cleanup_key struct key *key = load_key(command, i);
		if (dsse_sign(dsse, key, &err))
			die_err(command->keys[i], &err);
		check_added(dsse, key, path);
	}
	if (dsse_write(dsse, &text, &err))
		die_err(path, &err);
	print_bytes(&text);
}

/* Options. */

static const struct option options[] = {
	{"key", required_argument, NULL, 'k'},
	{"passphrase-file", required_argument, NULL, 'f'},
	{"type", required_argument, NULL, 't'},
	{"subject", required_argument, NULL, 's'},
	{"subjects", required_argument, NULL, 'S'},
	{"add", required_argument, NULL, 'a'},
	{"payload", required_argument, NULL, 'p'},
	{"docker-reference", required_argument, NULL, 'd'},
	{"public", no_argument, NULL, 'P'},
	{"out", required_argument, NULL, 'o'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'v'},
	{NULL, 0, NULL, 0},
};

/* [NAME=]sha256:HEX, in which a NAME may have a '=' */
static void take_subject(struct command *command, const char *text)
{
	struct err err;
	const char *sign = strrchr(text, '=');
	cleanup_free char *name = sign ? strndup(text, (size_t)(sign - text)) : NULL;
	if (statement_add(&command->statement, name, sign ? sign + 1 : text, &err))
		die_usage("--subject: %s", err.text);
}

static void take_subjects(struct command *command, const char *path)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	if (file_load(path, JSON_CAP, &text, &err) || bytes_add(&text, "", 0, &err) ||
	    (strlen(text.data) != text.size && err_bad(&err, "has a NUL byte")) ||
	    statement_add_sums(&command->statement, text.data, &err))
		die_err(path, &err);
}

static void take_key(struct command *command, const char *name)
{
	if (command->key_count == DSSE_SIGNATURES)
		die_usage("--key: more than %d", DSSE_SIGNATURES);
	command->keys[command->key_count++] = name;
}

static void take_option(int option, struct command *command)
{
	const char **texts[] = {['f'] = &command->passphrase, ['t'] = &command->type,    ['a'] = &command->add,
				['d'] = &command->reference,  ['p'] = &command->payload, ['o'] = &command->out};
	switch (option) {
	case 'k':
		take_key(command, optarg);
		break;
	case 's':
		take_subject(command, optarg);
		break;
	case 'S':
		take_subjects(command, optarg);
		break;
	case 'P':
		command->public = true;
		break;
	case 'h':
		print_help(help);
	case 'v':
		print_version(digest_library());
	case '?':
		die_option();
	default:
		*texts[option] = optarg;
	}
}

/* Of --add, --docker-reference, --public and keygen at most one, and a PREDICATE only without them. */
static void check_command(const struct command *command, int arguments)
{
	int modes = !!command->add + !!command->reference + command->public + command->keygen;
	if (modes > 1)
		die_usage("of --add, --docker-reference, --public and keygen one at a time");
	if (arguments != !modes)
		die_usage(modes ? "no PREDICATE is taken here" : "one PREDICATE is needed");
	if (command->keygen ? command->key_count : !command->key_count)
		die_usage(command->keygen ? "keygen takes no --key" : "--key is missing: what to sign with");
	if (command->add && (command->type || command->statement.count))
		die_usage("--add: the envelope has its type and subjects");
	if (!command->reference && command->payload)
		die_usage("--payload goes with --docker-reference");
	if (!command->keygen && command->out)
		die_usage("--out goes with keygen");
}

int main(int argc, char **argv)
{
	struct command command = {0};
	program_start("manifest-sign");
	command.keygen = argc > 1 && !strcmp(argv[1], "keygen");
	optind = command.keygen ? 2 : 1;
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
		take_option(option, &command);
	check_command(&command, argc - optind);
	if (command.keygen)
		make_key(&command);
	else if (command.public)
		print_public(&command);
	else if (command.reference)
		sign_simply(&command);
	else
		sign(&command, argv[optind]);
	statement_free(&command.statement);
	return finish(STATUS_OK);
}
