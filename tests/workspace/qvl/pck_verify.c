/* pck_verify quote QUOTE COLLATERAL NOW [ROOT]: every check of steps 2 to 7 and 9, then those of the collateral, a line
 * each: `holds|fails|skipped NAME REASON TEXT`; at the end `verdict holds`, or which failed. ROOT is DER; else Intel's.
 *
 * pck_verify chain PCK.PEM ROOT ROOT.CRL PCK.CRL NOW...: the same of a chain beside a quote, for each time. A CRL that
 * is `-` is missing; both are allowed to be.
 *
 * pck_verify signer SIGNERS.PEM ROOT ROOT.CRL TEXT SIGNATURE NOW: the same of a TCB info, whose signature is raw.
 *
 * pck_verify flips QUOTE COLLATERAL NOW: of the quote and of each part of its collateral, how many changes of a bit are
 * not noticed, and how many were made: one in each byte of the quote, one in every third byte of the rest.
 *
 * pck_verify window QUOTE COLLATERAL NOW: from when until when all of the collateral is valid, in seconds.
 *
 * pck_verify later QUOTE COLLATERAL NOW LATER: as quote, with collateral that was checked for NOW.
 *
 * pck_verify mixed QUOTE COLLATERAL NOW ROOT: as quote, with collateral that was checked without CRLs, which the
 * quote's verification does not allow, and then with collateral that was checked under ROOT.
 *
 * pck_verify times QUOTE COLLATERAL NOW COUNT: so many verifications, and nothing said: for those who measure.
 *
 * pck_verify root: Intel's, in DER. */
#include "pck_verify.h"

#include "file.h"
#include "program.h"

#include <inttypes.h>
#include <string.h>

enum { CAP = 1 << 24 };

/* What verifications of one program share. */
struct subject {
	struct trust trust;
	struct collateral raw;
	struct checked_collateral collateral;
	int64_t now;
};

static void load(const char *path, struct bytes *into)
{
	struct err err;
	if (file_load(path, CAP, into, &err))
		die_err(path, &err);
}

static void print_list(const struct checks *checks)
{
	static const char *const states[] = {"holds", "fails", "skipped"};
	for (size_t i = 0; i < checks->count; i++) {
		const struct check *it = &checks->list[i];
		printf("%s %s %s %s\n", states[it->state], it->name, it->reason ? it->reason : "-", it->text);
	}
}

/* A list says how it ended, too: a failure is its last line. */
static void print_verdict(const struct checks *checks, int status)
{
	const struct check *failed = checks_failed(checks);
	if (!!failed != !!status || (failed && failed != &checks->list[checks->count - 1]))
		die(EX_SOFTWARE, "the status is not that of the list");
	if (failed)
		printf("verdict %s %s\n", failed->name, failed->reason);
	else
		puts("verdict holds");
}

static int verify_steps(const struct quote *quote, const struct subject *s, struct checks *checks, struct err *err)
{
	cleanup_pck_chain struct pck_chain chain = {0};
	int status = verify_pck_chain(quote, &s->raw, &s->trust, s->now, &chain, checks, err);
	if (!status)
		status = verify_crls(&chain, &s->collateral, &s->trust, s->now, checks, err);
	if (!status)
		status = verify_pck_extension(&chain, checks, err);
	if (!status && quote->bytes.size)
		status = verify_qe_report(quote, &chain, checks, err);
	if (!status && quote->bytes.size)
		status = verify_key_binding(quote, checks, err);
	if (!status && quote->bytes.size)
		status = verify_quote_signature(quote, checks, err);
	return status;
}

static void check(struct subject *s)
{
	struct err err;
	if (collateral_check(&s->raw, &s->trust, s->now, &s->collateral, &err))
		die_err("collateral", &err);
}

static void free_subject(struct subject *s)
{
	checked_collateral_free(&s->collateral);
	collateral_free(&s->raw);
}

static void show(const struct quote *quote, const struct subject *s)
{
	struct err err;
	struct checks checks = {0};
	int status = verify_steps(quote, s, &checks, &err);
	if (status < 0)
		die_err("verification", &err);
	print_list(&checks);
	print_list(&s->collateral.qe_identity_checks);
	print_list(&s->collateral.tcb_info_checks);
	print_verdict(&checks, status);
}

static void start(struct subject *s, const char *collateral, const char *now, struct trust trust)
{
	struct err err;
	*s = (struct subject){.trust = trust, .now = strtoll(now, NULL, 10)};
	if (collateral && collateral_load(collateral, &s->raw, &err))
		die_err(collateral, &err);
}

static int parse(struct view bytes, struct quote *quote)
{
	struct err err;
	return quote_parse(bytes.data, bytes.size, quote, &err);
}

static void do_quote(char **arguments)
{
	struct subject s;
	struct quote quote;
	cleanup_bytes struct bytes file = {0}, root = {0};
	load(arguments[0], &file);
	if (arguments[3])
		load(arguments[3], &root);
	start(&s, arguments[1], arguments[2], root.size ? trust_other(view_of(root.data, root.size)) : trust_intel());
	if (parse(view_of(file.data, file.size), &quote))
		die(STATUS_BAD, "%s: no quote", arguments[0]);
	check(&s);
	show(&quote, &s);
	free_subject(&s);
}

static void do_later(char **arguments)
{
	struct subject s;
	struct quote quote;
	cleanup_bytes struct bytes file = {0};
	load(arguments[0], &file);
	start(&s, arguments[1], arguments[2], trust_intel());
	check(&s);
	if (!arguments[3])
		printf("%" PRId64 " %" PRId64 "\n", s.collateral.valid_from, s.collateral.valid_until);
	else if (parse(view_of(file.data, file.size), &quote))
		die(STATUS_BAD, "%s: no quote", arguments[0]);
	else {
		s.now = strtoll(arguments[3], NULL, 10);
		show(&quote, &s);
	}
	free_subject(&s);
}

static void do_mixed(char **arguments)
{
	struct subject s;
	struct quote quote;
	cleanup_bytes struct bytes file = {0}, root = {0};
	load(arguments[0], &file);
	load(arguments[3], &root);
	if (parse(view_of(file.data, file.size), &quote))
		die(STATUS_BAD, "%s: no quote", arguments[0]);
	start(&s, arguments[1], arguments[2], trust_intel());
	s.raw.root_crl.size = s.raw.pck_crl.size = 0;
	s.trust.allow_no_crls = true;
	check(&s);
	show(&quote, &s);
	s.trust.allow_no_crls = false;
	show(&quote, &s);
	free_subject(&s);
	start(&s, arguments[1], arguments[2], trust_other(view_of(root.data, root.size)));
	check(&s);
	s.trust = trust_intel();
	show(&quote, &s);
	free_subject(&s);
}

static void load_crl(const char *path, struct bytes *into)
{
	if (strcmp(path, "-"))
		load(path, into);
}

static void do_chain(char **arguments)
{
	struct quote quote = {.certification.type = CERTIFICATION_PPID};
	cleanup_bytes struct bytes root = {0};
	load(arguments[1], &root);
	for (char **now = arguments + 4; *now; now++) {
		struct subject s;
		start(&s, NULL, *now, trust_other(view_of(root.data, root.size)));
		load(arguments[0], &s.raw.pck_chain);
		load_crl(arguments[2], &s.raw.root_crl);
		load_crl(arguments[3], &s.raw.pck_crl);
		s.trust.allow_no_crls = !strcmp(arguments[2], "-") || !strcmp(arguments[3], "-");
		check(&s);
		show(&quote, &s);
		free_subject(&s);
	}
}

static void do_signer(char **arguments)
{
	struct subject s;
	cleanup_bytes struct bytes root = {0}, signature = {0};
	load(arguments[1], &root);
	start(&s, NULL, arguments[5], trust_other(view_of(root.data, root.size)));
	load(arguments[0], &s.raw.tcb_info.issuer_chain);
	load(arguments[2], &s.raw.root_crl);
	load(arguments[3], &s.raw.tcb_info.text);
	load(arguments[4], &signature);
	if (signature.size != COLLATERAL_SIGNATURE_SIZE)
		die_usage("SIGNATURE");
	memcpy(s.raw.tcb_info.signature, signature.data, signature.size);
	check(&s);
	print_list(&s.collateral.tcb_info_checks);
	print_verdict(&s.collateral.tcb_info_checks, !!checks_failed(&s.collateral.tcb_info_checks));
	free_subject(&s);
}

static int verify(const struct bytes *file, const struct subject *s)
{
	struct err err;
	struct quote quote;
	struct checks checks = {0};
	int status = parse(view_of(file->data, file->size), &quote) ? 1 : verify_steps(&quote, s, &checks, &err);
	if (status < 0)
		die_err("verification", &err);
	return status;
}

/* All of the collateral anew. */
static int verify_all(const struct bytes *file, struct subject *s)
{
	checked_collateral_free(&s->collateral);
	check(s);
	return verify(file, s) || checks_failed(&s->collateral.tcb_info_checks) ||
	       checks_failed(&s->collateral.qe_identity_checks);
}

/* One bit of that byte, another one from byte to byte. */
static void flip(void *data, size_t at)
{
	((uint8_t *)data)[at] ^= (uint8_t)(1u << at % 8);
}

static void flip_quote(struct bytes *file, const struct subject *s)
{
	unsigned unnoticed = 0;
	for (size_t at = 0; at < file->size; at++) {
		flip(file->data, at);
		unnoticed += !verify(file, s);
		flip(file->data, at);
	}
	printf("quote %u of %zu\n", unnoticed, file->size);
}

static void flip_part(const char *name, void *data, size_t size, const struct bytes *file, struct subject *s)
{
	unsigned changed = 0, unnoticed = 0;
	for (size_t at = 0; at < size; at += 3, changed++) {
		flip(data, at);
		unnoticed += !verify_all(file, s);
		flip(data, at);
	}
	printf("%s %u of %u\n", name, unnoticed, changed);
}

static void do_flips(char **arguments)
{
	struct subject s;
	cleanup_bytes struct bytes file = {0};
	load(arguments[0], &file);
	start(&s, arguments[1], arguments[2], trust_intel());
	check(&s);
	struct signed_document *info = &s.raw.tcb_info, *identity = &s.raw.qe_identity;
	flip_quote(&file, &s);
	flip_part("root-crl", s.raw.root_crl.data, s.raw.root_crl.size, &file, &s);
	flip_part("pck-crl", s.raw.pck_crl.data, s.raw.pck_crl.size, &file, &s);
	flip_part("tcb-info", info->text.data, info->text.size, &file, &s);
	flip_part("tcb-info-signature", info->signature, sizeof info->signature, &file, &s);
	flip_part("tcb-info-chain", info->issuer_chain.data, info->issuer_chain.size, &file, &s);
	flip_part("qe-identity", identity->text.data, identity->text.size, &file, &s);
	flip_part("qe-identity-signature", identity->signature, sizeof identity->signature, &file, &s);
	flip_part("qe-identity-chain", identity->issuer_chain.data, identity->issuer_chain.size, &file, &s);
	free_subject(&s);
}

static void do_times(char **arguments)
{
	struct err err;
	struct subject s;
	struct quote quote;
	cleanup_bytes struct bytes file = {0};
	load(arguments[0], &file);
	start(&s, arguments[1], arguments[2], trust_intel());
	check(&s);
	for (long i = strtol(arguments[3], NULL, 10); i > 0; i--) {
		struct checks checks = {0};
		if (parse(view_of(file.data, file.size), &quote) || verify_steps(&quote, &s, &checks, &err))
			die(STATUS_FALSE, "does not hold");
	}
	free_subject(&s);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int least, most;
		void (*run)(char **arguments);
	} modes[] = {
		{"quote", 3, 4, do_quote}, {"chain", 5, 1000, do_chain}, {"signer", 6, 6, do_signer},
		{"flips", 3, 3, do_flips}, {"times", 4, 4, do_times},    {"window", 3, 3, do_later},
		{"later", 4, 4, do_later}, {"mixed", 4, 4, do_mixed},
	};
	program_start("pck_verify");
	for (size_t i = 0; argc > 1 && i < sizeof modes / sizeof *modes; i++) {
		if (strcmp(argv[1], modes[i].name) || argc - 2 < modes[i].least || argc - 2 > modes[i].most)
			continue;
		modes[i].run(argv + 2);
		return finish(STATUS_OK);
	}
	if (argc != 2 || strcmp(argv[1], "root"))
		die_usage("quote, chain, signer, flips, window, later, mixed, times or root");
	fwrite(trust_intel().root.data, 1, trust_intel().root.size, stdout);
	return finish(STATUS_OK);
}
