#include "message_shape.h"

#define AT(member) offsetof(struct message, member)
#define ANY 0, UINT32_MAX

#define REQUEST_ID                                                                                                     \
	{                                                                                                              \
		"requestId", MEMBER_TEXT, true, AT(id), 1, MESSAGE_ID                                                  \
	}
#define CONNECTION_ID                                                                                                  \
	{                                                                                                              \
		"connectionId", MEMBER_TEXT, true, AT(id), 1, MESSAGE_ID                                               \
	}
#define HEADERS                                                                                                        \
	{                                                                                                              \
		"headers", MEMBER_HEADERS, true, 0, ANY                                                                \
	}
#define BODY                                                                                                           \
	{                                                                                                              \
		"body", MEMBER_CONTENT, false, AT(body), ANY                                                           \
	}
#define IS_STREAMED                                                                                                    \
	{                                                                                                              \
		"is_streamed", MEMBER_FLAG, false, AT(is_streamed), ANY                                                \
	}
#define VERSION_OF(high)                                                                                               \
	{                                                                                                              \
		"version", MEMBER_NUMBER, false, AT(version), 1, high                                                  \
	}
#define SHARE                                                                                                          \
	{                                                                                                              \
		"share", MEMBER_BYTES, false, AT(share), TUNNEL_KEY_SIZE, TUNNEL_KEY_SIZE                              \
	}
#define CODE                                                                                                           \
	{                                                                                                              \
		"code", MEMBER_NUMBER, false, AT(code), 1000, 4999                                                     \
	}
#define REASON                                                                                                         \
	{                                                                                                              \
		"reason", MEMBER_TEXT, false, AT(reason), ANY                                                          \
	}
#define ERROR_TEXT                                                                                                     \
	{                                                                                                              \
		"error", MEMBER_TEXT, false, AT(error), ANY                                                            \
	}

/* clang-format off: tables */
static const struct shape shapes[MESSAGE_TYPES] = {
	/* spec: tunnel-spec.md 1.2 */
	[CLIENT_KX_READY] = {"client_kx_ready",
			     {
				     VERSION_OF(255),
				     {"nonce", MEMBER_BYTES, false, AT(nonce), TUNNEL_NONCE_SIZE, TUNNEL_NONCE_SIZE},
			     }},
	[SERVER_KX] = {"server_kx",
		       {
			       {"x25519PublicKey", MEMBER_BYTES, true, AT(public_key), TUNNEL_KEY_SIZE,
				TUNNEL_KEY_SIZE},
			       {"quote", MEMBER_BYTES, true, AT(quote), ANY},
			       {"runtime_data", MEMBER_NULL, false, 0, ANY},
			       {"verifier_data", MEMBER_NULL, false, 0, ANY},
			       {"sev_snp_data", MEMBER_NULL, false, 0, ANY},
			       {"event_log", MEMBER_TEXT, false, AT(event_log), ANY},
			       {"vm_config", MEMBER_TEXT, false, AT(vm_config), ANY},
			       VERSION_OF(255),
			       SHARE,
		       }},
	[CLIENT_KX] = {"client_kx",
		       {
			       {"sealedSymmetricKey", MEMBER_BYTES, true, AT(sealed_key), SEALED_KEY_SIZE,
				SEALED_KEY_SIZE},
			       SHARE,
		       }},
	/* spec: tunnel-spec.md 1.4 */
	[ENC] = {"enc",
		 {
			 {"nonce", MEMBER_BYTES, true, AT(box_nonce), BOX_NONCE_SIZE, BOX_NONCE_SIZE},
			 {"ciphertext", MEMBER_BYTES, true, AT(ciphertext), BOX_TAG_SIZE, UINT32_MAX},
		 }},
	[HTTP_REQUEST] = {"http_request",
			  {
				  REQUEST_ID,
				  {"method", MEMBER_TEXT, true, AT(method), 1, 64},
				  {"url", MEMBER_TEXT, true, AT(url), 1, UINT32_MAX},
				  HEADERS,
				  BODY,
				  IS_STREAMED,
				  {"timeout", MEMBER_TIMEOUT, false, AT(timeout), ANY},
			  }},
	[HTTP_RESPONSE] = {"http_response",
			   {
				   REQUEST_ID,
				   {"status", MEMBER_NUMBER, true, AT(status), 100, 599},
				   {"statusText", MEMBER_TEXT, true, AT(status_text), ANY},
				   HEADERS,
				   BODY,
				   IS_STREAMED,
				   ERROR_TEXT,
			   }},
	[WS_CONNECT] = {"ws_connect",
			{
				CONNECTION_ID,
				{"url", MEMBER_TEXT, true, AT(url), 1, UINT32_MAX},
				{"protocols", MEMBER_PROTOCOLS, false, 0, ANY},
			}},
	[WS_MESSAGE] = {"ws_message",
			{
				CONNECTION_ID,
				{"data", MEMBER_CONTENT, true, AT(body), ANY},
				{"dataType", MEMBER_DATA_TYPE, true, 0, ANY},
			}},
	[WS_CLOSE] = {"ws_close", {CONNECTION_ID, CODE, REASON}},
	[WS_EVENT] = {"ws_event",
		      {
			      CONNECTION_ID,
			      {"eventType", MEMBER_EVENT, true, AT(event), ANY},
			      CODE,
			      REASON,
			      ERROR_TEXT,
		      }},
	/* docs/tunnel-protocol.md, "Bodies in chunks" */
	[HTTP_CHUNK] = {"http_chunk",
			{
				REQUEST_ID,
				{"data", MEMBER_DATA, true, AT(body), 0, MESSAGE_CHUNK},
				{"last", MEMBER_FLAG, true, AT(is_last), ANY},
			}},
	[HTTP_WINDOW] = {"http_window",
			 {
				 REQUEST_ID,
				 {"credit", MEMBER_NUMBER, true, AT(credit), 1, MESSAGE_CREDIT},
			 }},
	[HTTP_CANCEL] = {"http_cancel", {REQUEST_ID, REASON}},
};
/* clang-format on */

const struct shape *message_shape(enum message_type type)
{
	return &shapes[type];
}

const char *message_name(enum message_type type)
{
	return type >= 0 && type < MESSAGE_TYPES ? shapes[type].name : "none";
}

const char *message_event_name(enum ws_event event)
{
	static const char *const names[] = {
		[WS_EVENT_OPEN] = "open", [WS_EVENT_CLOSE] = "close", [WS_EVENT_ERROR] = "error"};
	return names[event];
}

int message_agrees(const struct message *message, struct err *err)
{
	if (message->is_streamed && message->body.kind != CONTENT_NONE)
		return err_bad(err, "body: there, and is_streamed too");
	/* Else chunks of nothing would cost no credit. */
	if (message->type == HTTP_CHUNK && !message->is_last && !message->body.bytes.size)
		return err_bad(err, "data: none, and not the last");
	return 0;
}
