/* authority [OPTION...] FOLDER: a test authority: it makes whatever it takes to verify a quote, and the quote. Its root
 * is its own, its keys are no secret, and nothing it makes is worth anything outside of tests.
 *
 * FOLDER gets quote.bin, collateral.json (dcap-qvl's form), collateral/ (the answers of a PCS, as collateral.h names
 * them), root.pem and root.der (what is to be trusted), attestation.pem (the private key that signed the quote, for who
 * signs others with it), at (the time at which all is valid) and expected: `STEP REASON`, or `0 UpToDate` of a good
 * set, options that change statuses aside.
 *
 * --kind KIND           sgx-3, sgx-4, sgx-5, td10-4 (the default), td10-5, td15-5: body, and version of the quote
 * --at TIME             seconds since 1970; all windows lie around it (default 1768478400, 2026-01-15 12:00)
 * --certification TYPE  1 to 5
 * --auth-size BYTES     of the authentication data
 * --padding BYTES       zeros behind the quote
 * --ca CA               platform or processor
 * --tcb-version N       of the TCB info
 * --evaluation N        evaluation number of both documents
 * --status STATUS       of the TCB level that the platform meets; --module-status and --qe-status likewise
 * --set FIELD=HEX       bytes of the body, by name: mr_td, rtmr0, report_data, td_attributes, ...; may be repeated
 * --variant NAME        a set that is good in another way; --list-variants has them
 * --break NAME          broken in this one way; --list-breaks has them: `NAME STEP REASON KINDS TEXT`, with tabs
 * --all                 every variant and break of the kind: FOLDER/NAME, FOLDER/variant-NAME, and FOLDER/good
 *
 * The same arguments give the same bytes.
 *
 * spec: quote-spec.md 1 to 4, 7.
 */
#include "authority/quote.h"
#include "file.h"
#include "json.h"

#include <getopt.h>
#include <sys/stat.h>

enum { SGX = 1 << SGX_3 | 1 << SGX_4 | 1 << SGX_5, TD15 = 1 << TD15_5, TDX = 1 << TD10_4 | 1 << TD10_5 | TD15 };
enum { ANY = SGX | TDX, FIVE = 1 << SGX_5 | 1 << TD10_5 | TD15, WRAPPED = ANY & ~(1 << SGX_3) };

#define ZEROS_16 "0000000000000000"
#define ZEROS_96 ZEROS_16 ZEROS_16 ZEROS_16 ZEROS_16 ZEROS_16 ZEROS_16
#define EDIT(document, at, from, to) (p->document.before[at] = (struct edit){from, to})

struct change {
	const char *name; /* with _ for - */
	unsigned kinds;
	unsigned step; /* 0: it is good */
	const char *reason, *text;
	void (*apply)(struct plan *p);
};

#define BREAK(name, kinds, step, reason, text, change)                                                                 \
	static void break_##name(struct plan *p)                                                                       \
	{                                                                                                              \
		change;                                                                                                \
	}
#define VARIANT(name, kinds, text, change)                                                                             \
	static void variant_##name(struct plan *p)                                                                     \
	{                                                                                                              \
		change;                                                                                                \
	}
#include "authority/breaks-collateral.h"
#include "authority/breaks.h"
#include "authority/variants.h"
#undef BREAK
#undef VARIANT

#define BREAK(name, kinds, step, reason, text, change) {#name, kinds, step, reason, text, break_##name},
#define VARIANT(name, kinds, text, change) {#name, kinds, 0, "UpToDate", text, variant_##name},
static const struct change breaks[] = {
#include "authority/breaks.h"

#include "authority/breaks-collateral.h"
};
static const struct change variants[] = {
#include "authority/variants.h"
};
enum { BREAKS = sizeof breaks / sizeof *breaks, VARIANTS = sizeof variants / sizeof *variants };
static const struct change good = {"good", ANY, 0, "UpToDate", "nothing is broken", NULL};

/* With - for _, in a static buffer. */
static const char *change_name(const struct change *change)
{
	static char name[64];
	snprintf(name, sizeof name, "%s", change->name);
	for (char *at = name; *at; at++)
		*at = *at == '_' ? '-' : *at;
	return name;
}

static const struct change *change_find(const struct change *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(change_name(&list[i]), name))
			return &list[i];
	}
	die_usage("there is no '%s'", name);
}

static void list_changes(const struct change *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		printf("%s\t%u\t%s\t", change_name(&list[i]), list[i].step, list[i].reason);
		const char *comma = "";
		for (unsigned kind = 0; kind < KINDS; kind++) {
			if (list[i].kinds & 1u << kind) {
				printf("%s%s", comma, kind_names[kind]);
				comma = ",";
			}
		}
		printf("\t%s\n", list[i].text);
	}
	exit(finish(0));
}

struct field {
	const char *name;
	size_t at, size;
};

/* spec: quote-spec.md 1.2 */
static const struct field td_fields[] = {
	{"tee_tcb_svn", 0, 16},       {"mr_seam", 16, 48},        {"mr_signer_seam", 64, 48},
	{"seam_attributes", 112, 8},  {"td_attributes", 120, 8},  {"xfam", 128, 8},
	{"mr_td", 136, 48},           {"mr_config_id", 184, 48},  {"mr_owner", 232, 48},
	{"mr_owner_config", 280, 48}, {"rtmr0", 328, 48},         {"rtmr1", 376, 48},
	{"rtmr2", 424, 48},           {"rtmr3", 472, 48},         {"report_data", 520, 64},
	{"tee_tcb_svn_2", 584, 16},   {"mr_service_td", 600, 48}, {NULL, 0, 0}};
static const struct field sgx_fields[] = {{"cpu_svn", 0, 16},     {"misc_select", 16, 4},   {"attributes", 48, 16},
					  {"mr_enclave", 64, 32}, {"mr_signer", 128, 32},   {"isv_prod_id", 256, 2},
					  {"isv_svn", 258, 2},    {"report_data", 320, 64}, {NULL, 0, 0}};

static void set_field(struct plan *p, const char *text)
{
	const char *equals = strchrnul(text, '=');
	for (const struct field *it = p->is_tdx ? td_fields : sgx_fields; it->name; it++) {
		if (strlen(it->name) != (size_t)(equals - text) || strncmp(it->name, text, strlen(it->name)) != 0)
			continue;
		if (!*equals || hex_read(equals + 1, p->body + it->at, it->size))
			die_usage("--set: %s has %zu bytes", it->name, it->size);
		return;
	}
	die_usage("--set: there is no '%s'", text);
}

/* What is chosen for a set, beside the change. */
struct options {
	enum kind kind;
	int64_t at;
	const char *set[32];
	size_t sets;
	const char *ca, *status, *module_status, *qe_status;
	int certification, auth_size, padding, tcb_version, evaluation; /* -1: as it is */
};

static void apply_options(struct plan *p, const struct options *options)
{
	if (options->ca)
		plan_ca(p, !strcmp(options->ca, "platform"));
	for (size_t i = 0; i < options->sets; i++)
		set_field(p, options->set[i]);
	p->status = options->status ? options->status : p->status;
	p->module_status = options->module_status ? options->module_status : p->module_status;
	p->qe_status = options->qe_status ? options->qe_status : p->qe_status;
	p->certification = options->certification < 0 ? p->certification : (unsigned)options->certification;
	p->auth_size = options->auth_size < 0 ? p->auth_size : (size_t)options->auth_size;
	p->padding_size = options->padding < 0 ? p->padding_size : (size_t)options->padding;
	p->tcb_version = options->tcb_version < 0 ? p->tcb_version : (unsigned)options->tcb_version;
	p->evaluation_number = options->evaluation < 0 ? p->evaluation_number : (unsigned)options->evaluation;
}

struct set {
	struct bytes quote, root_der, root_pem, root_crl, pck_crl, pck_chain, attestation;
	struct document tcb_info, qe_identity;
};

static void set_free(struct set *set)
{
	struct bytes *all[] = {&set->quote,   &set->root_der,  &set->root_pem,   &set->root_crl,
			       &set->pck_crl, &set->pck_chain, &set->attestation};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		bytes_free(all[i]);
	document_free(&set->tcb_info);
	document_free(&set->qe_identity);
}
#define cleanup_set cleanup(set_free)

static void set_make(const struct plan *p, struct set *set)
{
	struct plan beside = *p; /* the chain beside the quote may be another PCK's */
	beside.pck.serial[19] ^= p->has_other_leaf;
	if (p->certification != 5)
		put_chain(&set->pck_chain, &beside);
	quote_make(p, &set->quote);
	put_certificate(&set->root_der, &p->root, NULL);
	put_pem(&set->root_pem, &set->root_der);
	if (!p->root_crl.is_missing)
		put_crl(&set->root_crl, &p->root_crl);
	if (!p->pck_crl.is_missing)
		put_crl(&set->pck_crl, &p->pck_crl);
	document_make(p, true, &set->tcb_info);
	document_make(p, false, &set->qe_identity);
	key_write(p->attestation, &set->attestation);
}

/* What the set does not have is removed: it may be that of a set before. */
static void save(const char *folder, const char *name, const struct bytes *data)
{
	struct err err;
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	if (!data->size)
		unlink(path);
	else if (file_save(path, data->data, data->size, &err))
		die_err(path, &err);
}

static void set_text(struct json *object, const char *name, const struct bytes *text)
{
	if (text->size)
		json_set(object, name, json_string(text->data));
}

static void set_bytes(struct json *object, const char *name, const void *data, size_t size)
{
	if (size)
		json_set(object, name, json_hex(data, size));
}

/* spec: quote-spec.md 3.2 */
static void save_collateral(const char *folder, const struct set *set)
{
	struct err err;
	cleanup_json struct json *it = json_object();
	cleanup_bytes struct bytes text = {0};
	set_text(it, "pck_crl_issuer_chain", &set->tcb_info.chain); /* ignored by all */
	set_bytes(it, "root_ca_crl", set->root_crl.data, set->root_crl.size);
	set_bytes(it, "pck_crl", set->pck_crl.data, set->pck_crl.size);
	set_text(it, "tcb_info_issuer_chain", &set->tcb_info.chain);
	set_text(it, "tcb_info", &set->tcb_info.text);
	set_bytes(it, "tcb_info_signature", set->tcb_info.signature, SIGNATURE);
	set_text(it, "qe_identity_issuer_chain", &set->qe_identity.chain);
	set_text(it, "qe_identity", &set->qe_identity.text);
	set_bytes(it, "qe_identity_signature", set->qe_identity.signature, SIGNATURE);
	set_text(it, "pck_certificate_chain", &set->pck_chain);
	if (json_write(it, true, &text, &err))
		die_err("collateral.json", &err);
	save(folder, "collateral.json", &text);
}

static void save_answer(const char *folder, const char *name, const char *member, const struct document *document)
{
	cleanup_bytes struct bytes text = {0};
	char path[64];
	putf(&text, "{\"%s\":", member);
	put_bytes(&text, &document->text);
	putf(&text, ",\"signature\":\"");
	put_hex(&text, document->signature, SIGNATURE);
	putf(&text, "\"}");
	snprintf(path, sizeof path, "collateral/%s.json", name);
	save(folder, path, &text);
	snprintf(path, sizeof path, "collateral/%s.pem", name);
	save(folder, path, &document->chain);
}

static void make_folder(const char *path)
{
	if (mkdir(path, 0777) && errno != EEXIST)
		die(EX_CANTCREAT, "%s: %m", path);
}

static void set_save(const char *folder, const struct set *set, const struct plan *p, const struct change *change)
{
	char path[PATH_MAX];
	cleanup_bytes struct bytes at = {0}, expected = {0};
	snprintf(path, sizeof path, "%s/collateral", folder);
	make_folder(folder);
	make_folder(path);
	putf(&at, "%lld\n", (long long)p->at);
	putf(&expected, "%u %s\n", change->step, change->reason);
	save(folder, "quote.bin", &set->quote);
	save(folder, "root.der", &set->root_der);
	save(folder, "root.pem", &set->root_pem);
	save(folder, "attestation.pem", &set->attestation);
	save(folder, "at", &at);
	save(folder, "expected", &expected);
	save(folder, "collateral/root-ca.crl", &set->root_crl);
	save(folder, "collateral/pck.crl", &set->pck_crl);
	save(folder, "collateral/pck.pem", &set->pck_chain);
	save_answer(folder, "tcb-info", "tcbInfo", &set->tcb_info);
	save_answer(folder, "qe-identity", "enclaveIdentity", &set->qe_identity);
	save_collateral(folder, set);
}

static void make(const char *folder, const struct options *options, const struct change *change)
{
	struct plan plan;
	cleanup_set struct set set = {0};
	plan_default(&plan, options->kind, options->at);
	apply_options(&plan, options);
	if (change->apply)
		change->apply(&plan);
	set_make(&plan, &set);
	set_save(folder, &set, &plan, change);
}

static void make_list(const char *folder, const struct options *options, const char *prefix, const struct change *list,
		      size_t count)
{
	char path[PATH_MAX];
	for (size_t i = 0; i < count; i++) {
		if (!(list[i].kinds & 1u << options->kind))
			continue;
		snprintf(path, sizeof path, "%s/%s%s", folder, prefix, change_name(&list[i]));
		make(path, options, &list[i]);
	}
}

static void make_all(const char *folder, const struct options *options)
{
	make_folder(folder);
	make_list(folder, options, "", &good, 1);
	make_list(folder, options, "variant-", variants, VARIANTS);
	make_list(folder, options, "", breaks, BREAKS);
}

static enum kind kind_of(const char *name)
{
	for (enum kind kind = 0; kind < KINDS; kind++) {
		if (!strcmp(kind_names[kind], name))
			return kind;
	}
	die_usage("--kind: there is no '%s'", name);
}

static int number(const char *option, const char *text, int max)
{
	return (int)option_number(option, text, (unsigned long long)max);
}

enum { LIST_BREAKS = 256, LIST_VARIANTS, ALL, CERTIFICATION, AUTH_SIZE, PADDING, TCB_VERSION, EVALUATION, CA };
enum { STATUS = 512, MODULE_STATUS, QE_STATUS };

static const struct option long_options[] = {{"kind", required_argument, NULL, 'k'},
					     {"at", required_argument, NULL, 't'},
					     {"set", required_argument, NULL, 's'},
					     {"break", required_argument, NULL, 'b'},
					     {"variant", required_argument, NULL, 'v'},
					     {"list-breaks", no_argument, NULL, LIST_BREAKS},
					     {"list-variants", no_argument, NULL, LIST_VARIANTS},
					     {"all", no_argument, NULL, ALL},
					     {"certification", required_argument, NULL, CERTIFICATION},
					     {"auth-size", required_argument, NULL, AUTH_SIZE},
					     {"padding", required_argument, NULL, PADDING},
					     {"tcb-version", required_argument, NULL, TCB_VERSION},
					     {"evaluation", required_argument, NULL, EVALUATION},
					     {"ca", required_argument, NULL, CA},
					     {"status", required_argument, NULL, STATUS},
					     {"module-status", required_argument, NULL, MODULE_STATUS},
					     {"qe-status", required_argument, NULL, QE_STATUS},
					     {0}};

static void take_value(struct options *it, int option)
{
	switch (option) {
	case CERTIFICATION:
		it->certification = number("--certification", optarg, 5);
		break;
	case AUTH_SIZE:
		it->auth_size = number("--auth-size", optarg, 1 << 12);
		break;
	case PADDING:
		it->padding = number("--padding", optarg, 1 << 16);
		break;
	case TCB_VERSION:
		it->tcb_version = number("--tcb-version", optarg, 9);
		break;
	case EVALUATION:
		it->evaluation = number("--evaluation", optarg, 1 << 30);
		break;
	case CA:
		it->ca = optarg;
		break;
	case STATUS:
		it->status = optarg;
		break;
	case MODULE_STATUS:
		it->module_status = optarg;
		break;
	case QE_STATUS:
		it->qe_status = optarg;
		break;
	default:
		die_option();
	}
}

static bool take_option(struct options *it, int option, const struct change **change)
{
	switch (option) {
	case 'k':
		it->kind = kind_of(optarg);
		return false;
	case 't':
		it->at = (int64_t)option_number("--at", optarg, (unsigned long long)1 << 36);
		return false;
	case 's':
		if (it->sets == sizeof it->set / sizeof *it->set)
			die_usage("--set: too many");
		it->set[it->sets++] = optarg;
		return false;
	case 'b':
		*change = change_find(breaks, BREAKS, optarg);
		return false;
	case 'v':
		*change = change_find(variants, VARIANTS, optarg);
		return false;
	case LIST_BREAKS:
		list_changes(breaks, BREAKS);
		return false;
	case LIST_VARIANTS:
		list_changes(variants, VARIANTS);
		return false;
	case ALL:
		return true;
	default:
		take_value(it, option);
		return false;
	}
}

int main(int argc, char **argv)
{
	struct options options = {.kind = TD10_4, .at = 1768478400, .certification = -1, .auth_size = -1};
	const struct change *change = &good;
	bool is_all = false;
	int option;
	program_start("authority");
	options.padding = options.tcb_version = options.evaluation = -1;
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		is_all |= take_option(&options, option, &change);
	if (argc - optind != 1)
		die_usage("one argument: FOLDER");
	if (is_all)
		make_all(argv[optind], &options);
	else if (!(change->kinds & 1u << options.kind))
		die_usage("%s: not of %s", change_name(change), kind_names[options.kind]);
	else
		make(argv[optind], &options, change);
	return finish(0);
}
