#include "dcap_quote.h"

#include "hex.h"

/* spec: quote-spec.md 1.1 */
static const uint8_t intel_vendor_id[16] = {
	0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07,
};
enum { KEY_ECDSA_P256 = 2 };

#define refuse(quote, code, err, ...) ((quote)->reason = (code), err_bad((err), __VA_ARGS__))

/* Where a structure does not fit, the reason is the reader's, and the code the caller's. */
static int fits(const struct reader *r, struct quote *quote, enum quote_reason reason, struct err *err)
{
	if (!r->short_of)
		return 0;
	quote->reason = reason;
	return reader_check(r, err);
}

const char *quote_reason_name(enum quote_reason reason)
{
	static const char *const names[QUOTE_REASONS] = {
		[QUOTE_FINE] = "fine",
		[QUOTE_TOO_LARGE] = "too-large",
		[QUOTE_CUT_SHORT] = "cut-short",
		[QUOTE_VERSION] = "version",
		[QUOTE_KEY_TYPE] = "key-type",
		[QUOTE_TEE_TYPE] = "tee-type",
		[QUOTE_QE_VENDOR] = "qe-vendor",
		[QUOTE_BODY_TYPE] = "body-type",
		[QUOTE_BODY_SIZE] = "body-size",
		[QUOTE_CERTIFICATION_TYPE] = "certification-type",
		[QUOTE_CERTIFICATION_LENGTH] = "certification-length",
		[QUOTE_LENGTH] = "length",
		[QUOTE_TRAILING_BYTES] = "trailing-bytes",
	};
	return names[reason];
}

const char *quote_body_name(enum quote_body body)
{
	static const char *const names[] = {[BODY_SGX] = "sgx", [BODY_TD10] = "td-1.0", [BODY_TD15] = "td-1.5"};
	return names[body];
}

const char *quote_certification_name(unsigned type)
{
	static const char *const names[] = {
		[CERTIFICATION_PPID] = "PPID in clear",
		[CERTIFICATION_PPID_RSA2048] = "PPID encrypted with RSA-2048",
		[CERTIFICATION_PPID_RSA3072] = "PPID encrypted with RSA-3072",
		[CERTIFICATION_PCK_LEAF] = "PCK certificate",
		[CERTIFICATION_PCK_CHAIN] = "PCK certificate chain",
		[CERTIFICATION_QE_REPORT_DATA] = "QE report data",
	};
	return type < sizeof names / sizeof *names ? names[type] : NULL;
}

/* spec: quote-spec.md 1.1, 2.1, 7.4 */
static int check_header(struct quote *quote, struct err *err)
{
	const struct quote_header *header = &quote->header;
	unsigned key_type = (unsigned)view_little(header->key_type), tee = (unsigned)view_little(header->tee_type);
	if (quote->version < 3 || quote->version > 5)
		return refuse(quote, QUOTE_VERSION, err, "version %u, and 3, 4 and 5 are known", quote->version);
	if (key_type != KEY_ECDSA_P256)
		return refuse(quote, QUOTE_KEY_TYPE, err, "attestation key of type %u%s, not 2, ECDSA P-256", key_type,
			      key_type == 3 ? ", ECDSA P-384" : "");
	if (quote->version == 3 && tee != TEE_SGX)
		return refuse(quote, QUOTE_TEE_TYPE, err, "TEE type 0x%x in version 3, which is for SGX (0) alone",
			      tee);
	if (tee != TEE_SGX && tee != TEE_TDX)
		return refuse(quote, QUOTE_TEE_TYPE, err, "TEE type 0x%x, neither 0, SGX, nor 0x81, TDX", tee);
	if (!view_is(header->vendor_id, view_of(intel_vendor_id, sizeof intel_vendor_id))) {
		char digits[2 * sizeof intel_vendor_id + 1];
		hex_write(header->vendor_id.data, header->vendor_id.size, digits);
		return refuse(quote, QUOTE_QE_VENDOR, err, "QE of vendor %s, which is not Intel", digits);
	}
	return 0;
}

static int read_header(struct reader *r, struct quote *quote, struct err *err)
{
	struct quote_header *header = &quote->header;
	header->version = reader_take(r, 2, "version");
	header->key_type = reader_take(r, 2, "attestation key type");
	header->tee_type = reader_take(r, 4, "TEE type");
	header->qe_svn = reader_take(r, 2, "QE SVN");
	header->pce_svn = reader_take(r, 2, "PCE SVN");
	header->vendor_id = reader_take(r, 16, "QE vendor id");
	header->user_data = reader_take(r, 20, "user data");
	quote->version = (unsigned)view_little(header->version);
	return fits(r, quote, QUOTE_CUT_SHORT, err) || check_header(quote, err) ? -1 : 0;
}

/* spec: quote-spec.md 1.2, SGX report: the size of bytes is right already */
static void split_sgx(struct view bytes, struct sgx_report *report)
{
	struct reader r = {.all = bytes};
	report->bytes = bytes;
	report->cpu_svn = reader_take(&r, 16, "cpu_svn");
	report->misc_select = reader_take(&r, 4, "misc_select");
	report->reserved1 = reader_take(&r, 28, "reserved");
	report->attributes = reader_take(&r, 16, "attributes");
	report->mr_enclave = reader_take(&r, 32, "mr_enclave");
	report->reserved2 = reader_take(&r, 32, "reserved");
	report->mr_signer = reader_take(&r, 32, "mr_signer");
	report->reserved3 = reader_take(&r, 96, "reserved");
	report->isv_prod_id = reader_take(&r, 2, "isv_prod_id");
	report->isv_svn = reader_take(&r, 2, "isv_svn");
	report->reserved4 = reader_take(&r, 60, "reserved");
	report->report_data = reader_take(&r, 64, "report_data");
}

/* spec: quote-spec.md 1.2, TD report */
static void split_td(struct view bytes, struct td_report *report)
{
	struct reader r = {.all = bytes};
	report->bytes = bytes;
	report->tee_tcb_svn = reader_take(&r, 16, "tee_tcb_svn");
	report->mr_seam = reader_take(&r, 48, "mr_seam");
	report->mr_signer_seam = reader_take(&r, 48, "mr_signer_seam");
	report->seam_attributes = reader_take(&r, 8, "seam_attributes");
	report->td_attributes = reader_take(&r, 8, "td_attributes");
	report->xfam = reader_take(&r, 8, "xfam");
	report->mr_td = reader_take(&r, 48, "mr_td");
	report->mr_config_id = reader_take(&r, 48, "mr_config_id");
	report->mr_owner = reader_take(&r, 48, "mr_owner");
	report->mr_owner_config = reader_take(&r, 48, "mr_owner_config");
	for (size_t i = 0; i < QUOTE_RTMRS; i++)
		report->rtmr[i] = reader_take(&r, 48, "rtmr");
	report->report_data = reader_take(&r, 64, "report_data");
	if (bytes.size == TD10_REPORT_SIZE)
		return;
	report->tee_tcb_svn_2 = reader_take(&r, 16, "tee_tcb_svn_2");
	report->mr_service_td = reader_take(&r, 48, "mr_service_td");
}

static size_t size_of_body(enum quote_body body)
{
	return body == BODY_SGX ? SGX_REPORT_SIZE : body == BODY_TD10 ? TD10_REPORT_SIZE : TD15_REPORT_SIZE;
}

/* spec: quote-spec.md 1.2: version 5 says what its body is */
static int read_descriptor(struct reader *r, struct quote *quote, struct err *err)
{
	quote->body_type = reader_take(r, 2, "body type");
	quote->body_size = reader_take(r, 4, "body size");
	if (fits(r, quote, QUOTE_CUT_SHORT, err))
		return -1;
	unsigned type = (unsigned)view_little(quote->body_type), size = (unsigned)view_little(quote->body_size);
	bool is_sgx = view_little(quote->header.tee_type) == TEE_SGX;
	if (type < BODY_SGX || type > BODY_TD15)
		return refuse(quote, QUOTE_BODY_TYPE, err, "body of type %u, and 1, 2 and 3 are known", type);
	if ((type == BODY_SGX) != is_sgx)
		return refuse(quote, QUOTE_BODY_TYPE, err, "body of type %u, %s, in a quote of %s", type,
			      quote_body_name((enum quote_body)type), is_sgx ? "SGX" : "TDX");
	quote->body = (enum quote_body)type;
	if (size != size_of_body(quote->body))
		return refuse(quote, QUOTE_BODY_SIZE, err, "body of type %u and %u bytes, and such have %zu", type,
			      size, size_of_body(quote->body));
	return 0;
}

static int read_body(struct reader *r, struct quote *quote, struct err *err)
{
	quote->body = view_little(quote->header.tee_type) == TEE_SGX ? BODY_SGX : BODY_TD10;
	if (quote->version == 5 && read_descriptor(r, quote, err))
		return -1;
	struct view body = reader_take(r, size_of_body(quote->body), "body");
	if (fits(r, quote, QUOTE_CUT_SHORT, err))
		return -1;
	if (quote->body == BODY_SGX)
		split_sgx(body, &quote->sgx);
	else
		split_td(body, &quote->td);
	quote->signed_bytes = view_of(r->all.data, r->at);
	return 0;
}

/* spec: quote-spec.md 1.3, types 1 to 3: a PPID, and the TCB of the PCK */
static int split_ppid(struct quote *quote, struct err *err)
{
	static const size_t ppid_sizes[] = {
		[CERTIFICATION_PPID] = 16, [CERTIFICATION_PPID_RSA2048] = 256, [CERTIFICATION_PPID_RSA3072] = 384};
	struct quote_certification *it = &quote->certification;
	size_t size = ppid_sizes[it->type] + 16 + 2 + 2;
	struct reader r = {.all = it->data};
	if (it->data.size != size)
		return refuse(quote, QUOTE_CERTIFICATION_LENGTH, err, "%zu bytes, and type %u has %zu", it->data.size,
			      it->type, size);
	it->ppid = reader_take(&r, ppid_sizes[it->type], "ppid");
	it->cpu_svn = reader_take(&r, 16, "cpu_svn");
	it->pce_svn = reader_take(&r, 2, "pce_svn");
	it->pce_id = reader_take(&r, 2, "pce_id");
	return 0;
}

static int check_certification(struct quote *quote, struct err *err)
{
	unsigned type = quote->certification.type;
	if (type < CERTIFICATION_PPID || type > CERTIFICATION_PCK_CHAIN)
		return refuse(quote, QUOTE_CERTIFICATION_TYPE, err, "type %u, and here 1 to 5 are known", type);
	return type <= CERTIFICATION_PPID_RSA3072 ? split_ppid(quote, err) : 0;
}

/* What proves the attestation key: to the end of r. spec: quote-spec.md 1.3, 7.4 */
static int read_qe(struct reader *r, struct quote *quote, struct err *err)
{
	struct quote_certification *certification = &quote->certification;
	struct view report = reader_take(r, SGX_REPORT_SIZE, "QE report");
	quote->qe_report_signature = reader_take(r, QUOTE_SIGNATURE_SIZE, "QE report's signature");
	quote->qe_auth_size = reader_take(r, 2, "QE authentication data's size");
	quote->qe_auth_data = reader_take(r, view_little(quote->qe_auth_size), "QE authentication data");
	certification->type_bytes = reader_take(r, 2, "certification data's type");
	certification->size_bytes = reader_take(r, 4, "certification data's size");
	certification->data = reader_take(r, view_little(certification->size_bytes), "certification data");
	if (fits(r, quote, QUOTE_LENGTH, err))
		return -1;
	if (reader_left(r))
		return refuse(quote, QUOTE_LENGTH, err, "%zu bytes behind the certification data", reader_left(r));
	split_sgx(report, &quote->qe_report);
	certification->type = (unsigned)view_little(certification->type_bytes);
	return check_certification(quote, err) ? err_prefix(err, "certification data") : 0;
}

/* Versions 4 and 5: certification data of type 6 around it, to the end of r. */
static int read_wrapped(struct reader *r, struct quote *quote, struct err *err)
{
	quote->outer_type = reader_take(r, 2, "outer certification data's type");
	quote->outer_size = reader_take(r, 4, "outer certification data's size");
	if (fits(r, quote, QUOTE_LENGTH, err))
		return -1;
	unsigned type = (unsigned)view_little(quote->outer_type);
	uint64_t size = view_little(quote->outer_size);
	if (type != CERTIFICATION_QE_REPORT_DATA)
		return refuse(quote, QUOTE_CERTIFICATION_TYPE, err,
			      "outer certification data: type %u, not 6, QE report data", type);
	if (size != reader_left(r))
		return refuse(quote, QUOTE_LENGTH, err, "outer certification data: size is %llu, and %zu are left",
			      (unsigned long long)size, reader_left(r));
	return read_qe(r, quote, err);
}

static int read_signature_part(struct reader *r, struct quote *quote, struct err *err)
{
	quote->signature_length = reader_take(r, 4, "signature part's length");
	struct reader inside = {.all = reader_take(r, view_little(quote->signature_length), "signature part")};
	if (fits(r, quote, QUOTE_CUT_SHORT, err))
		return -1;
	quote->signature = reader_take(&inside, QUOTE_SIGNATURE_SIZE, "signature");
	quote->key = reader_take(&inside, QUOTE_KEY_SIZE, "attestation key");
	if (fits(&inside, quote, QUOTE_LENGTH, err) ||
	    (quote->version == 3 ? read_qe : read_wrapped)(&inside, quote, err))
		return err_prefix(err, "signature part");
	return 0;
}

int quote_parse_padded(const void *data, size_t size, struct quote *quote, struct err *err)
{
	struct reader r = {.all = view_of(data, size)};
	*quote = (struct quote){.bytes = r.all};
	if (size > QUOTE_CAP)
		return refuse(quote, QUOTE_TOO_LARGE, err, "larger than %d bytes", QUOTE_CAP);
	if (read_header(&r, quote, err))
		return err_prefix(err, "header");
	if (read_body(&r, quote, err) || read_signature_part(&r, quote, err))
		return -1;
	quote->padding = reader_take(&r, reader_left(&r), "padding");
	return 0;
}

int quote_parse(const void *data, size_t size, struct quote *quote, struct err *err)
{
	if (quote_parse_padded(data, size, quote, err))
		return -1;
	/* spec: quote-spec.md 7.1: nothing signs it */
	if (!view_is_zero(quote->padding))
		return refuse(quote, QUOTE_TRAILING_BYTES, err, "%zu bytes behind the quote, and not all are zero",
			      quote->padding.size);
	return 0;
}
