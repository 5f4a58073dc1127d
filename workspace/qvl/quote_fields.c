#include "quote_fields.h"

struct list {
	struct quote_field *fields;
	size_t count;
	const char *group;
};

/* Fields that a quote of this kind does not have are empty. */
static void add(struct list *list, enum quote_field_kind kind, const char *name, struct view value, const char *what)
{
	if (value.data && (value.size || kind != FIELD_NUMBER))
		list->fields[list->count++] = (struct quote_field){list->group, name, what, kind, value};
}

static void bytes(struct list *list, const char *name, struct view value, const char *what)
{
	add(list, FIELD_BYTES, name, value, what);
}

static void number(struct list *list, const char *name, struct view value, const char *what)
{
	add(list, FIELD_NUMBER, name, value, what);
}

static void add_header(struct list *list, const struct quote *quote)
{
	const struct quote_header *header = &quote->header;
	list->group = "header";
	number(list, "version", header->version, "layout of the quote");
	number(list, "attestation_key_type", header->key_type, "2: ECDSA P-256");
	number(list, "tee_type", header->tee_type, "0: SGX, 129: TDX");
	number(list, "qe_svn", header->qe_svn, "version 3: SVN of the quoting enclave");
	number(list, "pce_svn", header->pce_svn, "version 3: SVN of the provisioning enclave");
	bytes(list, "qe_vendor_id", header->vendor_id, "whose quoting enclave: Intel's");
	bytes(list, "user_data", header->user_data, "first 16: QE's id of the platform");
	list->group = "descriptor";
	number(list, "body_type", quote->body_type, "1: SGX, 2: TD 1.0, 3: TD 1.5");
	number(list, "body_size", quote->body_size, "bytes of the body");
}

static void add_sgx(struct list *list, const struct sgx_report *report)
{
	bytes(list, "cpu_svn", report->cpu_svn, "SVN of the processor, opaque");
	number(list, "misc_select", report->misc_select, "extended features of the enclave");
	bytes(list, "reserved1", report->reserved1, "reserved");
	bytes(list, "attributes", report->attributes, "flags, and the XFRM");
	bytes(list, "mr_enclave", report->mr_enclave, "measurement of the enclave");
	bytes(list, "reserved2", report->reserved2, "reserved");
	bytes(list, "mr_signer", report->mr_signer, "hash of the enclave signer's key");
	bytes(list, "reserved3", report->reserved3, "reserved");
	number(list, "isv_prod_id", report->isv_prod_id, "signer's product");
	number(list, "isv_svn", report->isv_svn, "signer's security version");
	bytes(list, "reserved4", report->reserved4, "reserved");
	bytes(list, "report_data", report->report_data, "what the enclave binds");
}

static void add_td(struct list *list, const struct td_report *report)
{
	static const char *const rtmrs[QUOTE_RTMRS] = {"rtmr0", "rtmr1", "rtmr2", "rtmr3"};
	static const char *const whats[QUOTE_RTMRS] = {"firmware and its configuration", "kernel",
						       "initrd and command line", "application"};
	bytes(list, "tee_tcb_svn", report->tee_tcb_svn, "SVNs of TDX: module, its version, loader");
	bytes(list, "mr_seam", report->mr_seam, "measurement of the TDX module");
	bytes(list, "mr_signer_seam", report->mr_signer_seam, "TDX module's signer; zero: Intel");
	bytes(list, "seam_attributes", report->seam_attributes, "attributes of the TDX module");
	bytes(list, "td_attributes", report->td_attributes, "attributes of the TD, debug among them");
	bytes(list, "xfam", report->xfam, "processor features the TD may use");
	bytes(list, "mr_td", report->mr_td, "measurement of the TD as it was built");
	bytes(list, "mr_config_id", report->mr_config_id, "configuration by the host, dstack's or zero");
	bytes(list, "mr_owner", report->mr_owner, "owner, by the host");
	bytes(list, "mr_owner_config", report->mr_owner_config, "owner's configuration, by the host");
	for (size_t i = 0; i < QUOTE_RTMRS; i++)
		bytes(list, rtmrs[i], report->rtmr[i], whats[i]);
	bytes(list, "report_data", report->report_data, "what the TD binds");
	bytes(list, "tee_tcb_svn_2", report->tee_tcb_svn_2, "SVNs of TDX as they are now");
	bytes(list, "mr_service_td", report->mr_service_td, "measurement of bound service TDs");
}

static void add_signature(struct list *list, const struct quote *quote)
{
	list->group = "signature";
	number(list, "length", quote->signature_length, "bytes of the signature part");
	bytes(list, "signature", quote->signature, "of the bytes before, r and s");
	bytes(list, "attestation_key", quote->key, "that made it, x and y");
	number(list, "outer_type", quote->outer_type, "6: QE report data");
	number(list, "outer_size", quote->outer_size, "bytes of them");
	list->group = "qe_report";
	add_sgx(list, &quote->qe_report);
	list->group = "qe";
	bytes(list, "report_signature", quote->qe_report_signature, "of the QE's report, by the PCK");
	number(list, "auth_size", quote->qe_auth_size, "bytes of authentication data");
	bytes(list, "auth_data", quote->qe_auth_data, "bound with the key by the QE's report");
}

static void add_certification(struct list *list, const struct quote *quote)
{
	const struct quote_certification *certification = &quote->certification;
	list->group = "certification";
	number(list, "type", certification->type_bytes, "what says which PCK it is");
	number(list, "size", certification->size_bytes, "bytes of it");
	if (!certification->ppid.size)
		add(list, FIELD_OTHER, "data", certification->data, "certificates");
	bytes(list, "ppid", certification->ppid, "id of the platform, clear or encrypted");
	bytes(list, "cpu_svn", certification->cpu_svn, "of the PCK");
	number(list, "pce_svn", certification->pce_svn, "of the PCK");
	bytes(list, "pce_id", certification->pce_id, "which provisioning enclave");
	list->group = "padding";
	if (quote->padding.size)
		add(list, FIELD_OTHER, "data", quote->padding, "nothing: neither signed nor needed");
}

size_t quote_fields(const struct quote *quote, struct quote_field fields[QUOTE_FIELDS])
{
	struct list list = {.fields = fields};
	add_header(&list, quote);
	list.group = "body";
	if (quote->body == BODY_SGX)
		add_sgx(&list, &quote->sgx);
	else
		add_td(&list, &quote->td);
	add_signature(&list, quote);
	add_certification(&list, quote);
	return list.count;
}
