/* TCB info and QE identity of the test authority, and their signatures. Source: spec: quote-spec.md 4, 7.6, 7.9. */
#ifndef AUTHORITY_DOCUMENTS_H
#define AUTHORITY_DOCUMENTS_H

#include "x509.h"

#include <stdarg.h>

__attribute__((format(printf, 2, 3))) static void putf(struct bytes *into, const char *format, ...)
{
	char text[2048];
	va_list arguments;
	va_start(arguments, format);
	int size = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	put(into, text, (size_t)size);
}

/* Puts `to` in the place of the first `from`, which must be there. */
static void apply_edit(struct bytes *text, struct edit edit)
{
	if (!edit.from)
		return;
	char *found = strstr(text->data, edit.from);
	if (!found)
		die(EX_SOFTWARE, "there is no '%s' to change", edit.from);
	cleanup_bytes struct bytes old = *text;
	*text = (struct bytes){0};
	put(text, old.data, (size_t)(found - old.data));
	put(text, edit.to, strlen(edit.to));
	put(text, found + strlen(edit.from), strlen(found + strlen(edit.from)));
}

static void put_hex(struct bytes *into, const void *data, size_t size)
{
	char text[2 * 4096 + 1];
	for (const uint8_t *at = data; size;) {
		size_t part = size < 4096 ? size : 4096;
		hex_write(at, part, text);
		put(into, text, 2 * part);
		at += part;
		size -= part;
	}
}

static void put_date(struct bytes *into, const char *name, int64_t seconds)
{
	char text[32];
	struct tm tm;
	time_t time = seconds;
	gmtime_r(&time, &tm);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	putf(into, "\"%s\":\"%s\",", name, text);
}

static void put_components(struct bytes *into, const char *name, const uint8_t *svns)
{
	putf(into, "\"%s\":[", name);
	for (size_t i = 0; i < COMPONENTS; i++)
		putf(into, "%s{\"svn\":%u}", i ? "," : "", svns[i]);
	putf(into, "],");
}

static void put_components_2(struct bytes *into, const uint8_t *svns)
{
	for (unsigned i = 0; i < COMPONENTS; i++)
		putf(into, "\"sgxtcbcomp%02usvn\":%u,", i + 1, svns[i]);
}

struct level_plan {
	uint8_t sgx[COMPONENTS], tdx[COMPONENTS];
	unsigned pce_svn;
	const char *status, *advisories, *date;
};

static void put_level(struct bytes *into, const struct plan *p, const struct level_plan *level)
{
	putf(into, "{\"tcb\":{");
	if (p->tcb_version == 2)
		put_components_2(into, level->sgx);
	else
		put_components(into, "sgxtcbcomponents", level->sgx);
	if (p->is_tdx)
		put_components(into, "tdxtcbcomponents", level->tdx);
	putf(into, "\"pcesvn\":%u},\"tcbDate\":\"%s\",\"tcbStatus\":\"%s\"%s}", level->pce_svn, level->date,
	     level->status, level->advisories);
}

/* The platform of the plan meets the first. */
static void put_levels(struct bytes *into, const struct plan *p)
{
	const char *advisories = strcmp(p->status, "UpToDate") ? ",\"advisoryIDs\":[\"INTEL-SA-00001\"]" : "";
	const struct level_plan levels[] = {
		{{2, 2, 2, 2, 3, 1, 0, 5}, {5, 0, 2}, 11, p->status, advisories, "2024-03-13T00:00:00Z"},
		{{2, 2, 2, 2, 3, 1, 0, 5},
		 {5, 0, 2},
		 5,
		 "OutOfDate",
		 ",\"advisoryIDs\":[\"INTEL-SA-00106\",\"INTEL-SA-00115\"]",
		 "2018-01-04T00:00:00Z"},
		{{1, 1, 1, 1, 1, 1, 0, 1}, {2, 0, 1}, 5, "Revoked", "", "2017-01-04T00:00:00Z"},
	};
	putf(into, "\"tcbLevels\":[");
	for (size_t i = 0; i < 3; i++) {
		putf(into, "%s", i ? "," : "");
		put_level(into, p, &levels[p->has_levels_reversed ? 2 - i : i]);
	}
	putf(into, "]");
}

static void put_isv_level(struct bytes *into, unsigned svn, const char *status, const char *advisory)
{
	putf(into, "{\"tcb\":{\"isvsvn\":%u},\"tcbDate\":\"2024-03-13T00:00:00Z\",\"tcbStatus\":\"%s\"", svn, status);
	if (advisory)
		putf(into, ",\"advisoryIDs\":[\"%s\"]", advisory);
	putf(into, "}");
}

static void put_module(struct bytes *into)
{
	putf(into, "\"mrsigner\":\"%096d\",\"attributes\":\"%016d\",\"attributesMask\":\"FFFFFFFFFFFFFFFF\"", 0, 0);
}

static void put_modules(struct bytes *into, const struct plan *p)
{
	const char *advisory = strcmp(p->module_status, "UpToDate") ? "INTEL-SA-00002" : NULL;
	putf(into, "\"tdxModule\":{");
	put_module(into);
	putf(into, "},\"tdxModuleIdentities\":[{\"id\":\"TDX_03\",");
	put_module(into);
	putf(into, ",\"tcbLevels\":[");
	put_isv_level(into, 3, "UpToDate", NULL);
	putf(into, "]},{\"id\":\"TDX_01\",");
	put_module(into);
	putf(into, ",\"tcbLevels\":[");
	put_isv_level(into, 4, p->module_status, advisory);
	putf(into, ",");
	put_isv_level(into, 2, "OutOfDate", "INTEL-SA-00003");
	putf(into, "]}],");
}

static void put_tcb_info(struct bytes *into, const struct plan *p)
{
	putf(into, "{");
	if (p->tcb_version > 2)
		putf(into, "\"id\":\"%s\",", p->is_tdx ? "TDX" : "SGX");
	putf(into, "\"version\":%u,", p->tcb_version);
	put_date(into, "issueDate", p->tcb_info.issued);
	put_date(into, "nextUpdate", p->tcb_info.next_update);
	putf(into, "\"fmspc\":\"");
	put_hex(into, p->tcb_fmspc, sizeof p->tcb_fmspc);
	putf(into, "\",\"pceId\":\"");
	put_hex(into, p->tcb_pce_id, sizeof p->tcb_pce_id);
	putf(into, "\",\"tcbType\":0,\"tcbEvaluationDataNumber\":%u,", p->evaluation_number);
	if (p->is_tdx)
		put_modules(into, p);
	put_levels(into, p);
	putf(into, "}");
}

/* spec: quote-spec.md 4: what real identities say. */
static void put_qe_identity(struct bytes *into, const struct plan *p)
{
	const char *advisory = strcmp(p->qe_status, "UpToDate") ? "INTEL-SA-00004" : NULL;
	putf(into, "{\"id\":\"%s\",\"version\":2,", p->is_tdx ? "TD_QE" : "QE");
	put_date(into, "issueDate", p->qe_identity.issued);
	put_date(into, "nextUpdate", p->qe_identity.next_update);
	putf(into, "\"tcbEvaluationDataNumber\":%u,\"miscselect\":\"00000000\",\"miscselectMask\":\"FFFFFFFF\",",
	     p->evaluation_number);
	putf(into, "\"attributes\":\"11%030d\",\"attributesMask\":\"FBFFFFFFFFFFFFFF%016d\",", 0, 0);
	putf(into, "\"mrsigner\":\"%s\",\"isvprodid\":%d,\"tcbLevels\":[",
	     p->is_tdx ? "DC9E2A7C6F948F17474E34A7FC43ED030F7C1563F1BABDDF6340C82E0E54A8C5"
		       : "8C4F5775D796503E96137F77C68A829A0056AC8DED70140B081B094490C57BFF",
	     p->is_tdx ? 2 : 1);
	put_isv_level(into, p->is_tdx ? 4 : 8, p->qe_status, advisory);
	putf(into, ",");
	put_isv_level(into, 2, "OutOfDate", "INTEL-SA-00615");
	putf(into, "]}");
}

struct document {
	struct bytes text, chain;
	uint8_t signature[SIGNATURE];
};

static void document_make(const struct plan *p, bool is_tcb_info, struct document *it)
{
	const struct document_plan *plan = is_tcb_info ? &p->tcb_info : &p->qe_identity;
	if (is_tcb_info)
		put_tcb_info(&it->text, p);
	else
		put_qe_identity(&it->text, p);
	for (size_t i = 0; i < sizeof plan->before / sizeof *plan->before; i++)
		apply_edit(&it->text, plan->before[i]);
	key_sign(plan->signer.key, it->text.data, it->text.size, it->signature);
	it->signature[SIGNATURE - 1] ^= plan->has_bad_signature;
	apply_edit(&it->text, plan->after);
	put_certificate_pem(&it->chain, &plan->signer, &p->platform);
	if (plan->has_third)
		put_certificate_pem(&it->chain, &p->intermediate, NULL);
	if (!plan->has_no_root)
		put_certificate_pem(&it->chain, &p->root, NULL);
}

static void document_free(struct document *it)
{
	bytes_free(&it->text);
	bytes_free(&it->chain);
}
#define cleanup_document cleanup(document_free)

#endif
