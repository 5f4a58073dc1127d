/* tcb_info show FILE: what is in TCB info, a line each; see tcb_info.bats, whose jq writes the same lines.
 * tcb_info identity FILE: the same of a QE identity.
 * tcb_info why show|identity FILE...: the reason why each is refused, or `accepted`.
 * tcb_info cuts FILE: how many lengths that either may be cut to are still one. */
#include "tcb_info.h"

#include "file.h"
#include "hex.h"
#include "program.h"
#include "qe_identity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void hex(const char *name, const void *bytes, size_t size)
{
	char digits[2 * MR_SIGNER_SEAM_SIZE + 1];
	hex_write(bytes, size, digits);
	printf("%s %s\n", name, digits);
}

static void svns(const uint16_t svn[TCB_COMPONENTS])
{
	for (size_t i = 0; i < TCB_COMPONENTS; i++)
		printf("%s%u", i ? "," : " ", svn[i]);
}

static void status(enum tcb_status tcb_status, const char *date, const struct advisories *advisories)
{
	printf(" %s %s", tcb_status_name(tcb_status), date);
	for (size_t i = 0; i < advisories->count; i++)
		printf(" %s", advisories->ids[i]);
	putchar('\n');
}

static void show_isv_levels(const struct isv_levels *levels)
{
	for (size_t i = 0; i < levels->count; i++) {
		printf("isv %u", levels->list[i].isv_svn);
		status(levels->list[i].status, levels->list[i].date, &levels->list[i].advisories);
	}
}

static void show_module(const struct tdx_module *module)
{
	printf("module %s\n", module->id);
	hex("mrsigner", module->mr_signer, sizeof module->mr_signer);
	hex("attributes", module->attributes, sizeof module->attributes);
	hex("attributesMask", module->attributes_mask, sizeof module->attributes_mask);
	show_isv_levels(&module->levels);
}

static void show_info(const struct tcb_info *it)
{
	printf("%s %u\n", it->is_tdx ? "TDX" : "SGX", it->version);
	printf("from %s %" PRId64 " to %s %" PRId64 "\n", it->issued_text, it->issued, it->next_update_text,
	       it->next_update);
	hex("fmspc", it->fmspc, sizeof it->fmspc);
	hex("pceId", it->pce_id, sizeof it->pce_id);
	printf("type %" PRIu32 " number %" PRIu32 "\n", it->tcb_type, it->evaluation_number);
	if (it->has_module)
		show_module(&it->module);
	printf("identities %s\n", it->has_identities ? "yes" : "no");
	for (size_t i = 0; i < it->identity_count; i++)
		show_module(&it->identities[i]);
	for (size_t i = 0; i < it->level_count; i++) {
		printf("level");
		svns(it->levels[i].sgx);
		printf(" %u", it->levels[i].pce_svn);
		svns(it->levels[i].tdx);
		status(it->levels[i].status, it->levels[i].date, &it->levels[i].advisories);
	}
}

static void show_identity(const struct qe_identity *it)
{
	printf("%s\n", it->is_tdx ? "TD_QE" : "QE");
	printf("from %s %" PRId64 " to %s %" PRId64 "\n", it->issued_text, it->issued, it->next_update_text,
	       it->next_update);
	printf("number %" PRIu32 "\n", it->evaluation_number);
	hex("miscselect", it->misc_select, sizeof it->misc_select);
	hex("miscselectMask", it->misc_select_mask, sizeof it->misc_select_mask);
	hex("attributes", it->attributes, sizeof it->attributes);
	hex("attributesMask", it->attributes_mask, sizeof it->attributes_mask);
	hex("mrsigner", it->mr_signer, sizeof it->mr_signer);
	printf("isvprodid %u\n", it->isv_prod_id);
	show_isv_levels(&it->levels);
}

static int parse(const char *what, const char *text, size_t size, bool is_shown, struct err *err)
{
	cleanup_tcb_info struct tcb_info info = {0};
	cleanup_qe_identity struct qe_identity identity = {0};
	if (*what == 'i' ? qe_identity_parse(text, size, &identity, err) : tcb_info_parse(text, size, &info, err))
		return -1;
	if (is_shown && *what == 'i')
		show_identity(&identity);
	else if (is_shown)
		show_info(&info);
	return 0;
}

static void why(const char *what, char **paths)
{
	for (; *paths; paths++) {
		struct err err;
		cleanup_bytes struct bytes file = {0};
		if (file_load(*paths, 1 << 22, &file, &err))
			die_err(*paths, &err);
		if (!parse(what, file.data, file.size, false, &err))
			puts("accepted");
		else if (err.status == STATUS_BAD)
			puts(err.text);
	}
}

/* In memory of its own, so that a sanitizer sees one byte too far. */
static void cuts(const struct bytes *all)
{
	struct err err;
	unsigned count = 0;
	for (size_t size = 0; size < all->size; size++) {
		cleanup_free char *exact = malloc(size + 1);
		if (!exact)
			die(EX_OSERR, "memory");
		memcpy(exact + 1, all->data, size);
		count += !parse("show", exact + 1, size, false, &err);
		count += !parse("identity", exact + 1, size, false, &err);
	}
	printf("%u\n", count);
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes file = {0};
	program_start("tcb_info");
	if (argc > 3 && !strcmp(argv[1], "why")) {
		why(argv[2], argv + 3);
		return finish(STATUS_OK);
	}
	if (argc != 3)
		die_usage("show, identity or cuts, and FILE");
	if (file_load(argv[2], 1 << 22, &file, &err))
		die_err(argv[2], &err);
	if (!strcmp(argv[1], "cuts"))
		cuts(&file);
	else if (parse(argv[1], file.data, file.size, true, &err))
		die_err(argv[2], &err);
	return finish(STATUS_OK);
}
