#include "given_quote.h"

#include "certificate.h"
#include "json_view.h"
#include "pem.h"

#include <string.h>

/* 1.3.6.1.4.1.62397.1.2; spec: rtmr3-spec.md 8 */
static const uint8_t log_oid[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xe7, 0x3d, 0x01, 0x02};

void given_quote_free(struct given_quote *given)
{
	bytes_free(&given->bytes);
	bytes_free(&given->log);
	bytes_free(&given->key_info);
}

/* quote_input_read() has taken it for one, so it is the first in PEM, or DER. */
static int take_certificate(struct view data, struct given_quote *given, struct err *err)
{
	cleanup_bytes struct bytes der = {0};
	struct certificate certificate;
	struct view value, log;
	while (data.size && strchr(" \t\r\n", *data.data))
		data = view_of(data.data + 1, data.size - 1);
	if (pem_is(data) ? pem_take(&data, &der, err) : bytes_add(&der, data.data, data.size, err))
		return -1;
	if (certificate_parse(view_of(der.data, der.size), &certificate, err) ||
	    bytes_add(&given->key_info, certificate.public_key.data, certificate.public_key.size, err))
		return -1;
	if (!certificate_find(&certificate, view_of(log_oid, sizeof log_oid), &value))
		return 0;
	if (der_take(&value, DER_OCTET_STRING, "event log", &log, err) || der_end(value, "event log", err))
		return -1;
	return bytes_add(&given->log, log.data, log.size, err);
}

/* The answer itself is a form of a log. */
static int take_answer(struct view data, struct given_quote *given, struct err *err)
{
	struct json_view object;
	if (json_view((const char *)data.data, data.size, &object, err))
		return -1;
	return json_view_member(object, "event_log").text ? bytes_add(&given->log, data.data, data.size, err) : 0;
}

int given_quote_read(const void *data, size_t size, bool allow_padding, struct given_quote *given, struct err *err)
{
	struct view all = view_of(data, size);
	if (quote_input_read(data, size, &given->form, &given->bytes, err))
		return -1;
	if (given->form == QUOTE_CERTIFICATE && take_certificate(all, given, err))
		return err_prefix(err, "certificate");
	if (given->form == QUOTE_JSON && take_answer(all, given, err))
		return -1;
	return (allow_padding ? quote_parse_padded : quote_parse)(given->bytes.data, given->bytes.size, &given->quote,
								  err);
}

struct view quote_report_data(const struct quote *quote)
{
	return quote->body == BODY_SGX ? quote->sgx.report_data : quote->td.report_data;
}
