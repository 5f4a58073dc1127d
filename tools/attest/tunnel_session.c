#include "tunnel_session.h"

#include <string.h>

enum { PING_SECONDS = 20, SILENT_SECONDS = 60, READ_SIZE = 64 << 10 };

void tunnel_session_free(struct tunnel_session *session)
{
	websockets_free(session->all);
	loop_free(session->loop);
	tunnel_judge_free(&session->judge);
}

int tunnel_session_load(struct tunnel_session *session, struct err *err)
{
	const struct websockets_settings settings = {
		.connections = 1, .ping_seconds = PING_SECONDS, .silent_seconds = SILENT_SECONDS, .read_size = READ_SIZE};
	session->judge.options = session->options;
	if (judge_inputs_load(&session->options->judge, &session->judge.inputs, err))
		return -1;
	session->loop = loop_new(err);
	session->all = session->loop ? websockets_new(session->loop, &settings, err) : NULL;
	return session->all ? 0 : -1;
}

static int judge(void *context, const struct message *offer, const uint8_t report_data[BINDING_SIZE], bool is_fresh,
		 struct err *err)
{
	struct tunnel_session *session = context;
	return tunnel_judge_offer(&session->judge, offer, report_data, is_fresh, err);
}

static void opened(void *context)
{
	struct tunnel_session *session = context;
	session->version = tunnel_client_version(session->client);
	session->opened(session->context);
}

static void closed(void *context, const struct err *err)
{
	struct tunnel_session *session = context;
	session->client = NULL;
	if (err && !session->failed) {
		session->failed = true;
		session->why = *err;
	}
	websockets_stop(session->all);
}

int tunnel_session_run(struct tunnel_session *session, struct err *err)
{
	const struct tunnel_options *options = session->options;
	const struct tunnel_client_settings settings = {
		.url = session->url,
		.socket = options->socket,
		.ca_file = options->ca_file,
		.sends_nonce = !options->no_nonce,
		.only_version_2 = !options->version_1,
		.seconds = session->seconds,
		.silent_seconds = session->seconds,
		.judge = judge,
		.opened = opened,
		.closed = closed,
		.context = session,
	};
	session->client = tunnel_client_new(session->all, session->loop, &settings, err);
	if (!session->client || websockets_run(session->all, err))
		return -1;
	if (session->failed)
		*err = session->why;
	return session->failed ? -1 : 0;
}

void tunnel_session_end(struct tunnel_session *session, const struct err *err)
{
	if (err && !session->failed) {
		session->failed = true;
		session->why = *err;
	}
	if (session->client)
		tunnel_client_close(session->client);
}
