#include "channel_state.h"

#include "key_slot.h"

#include <string.h>

/* spec: tunnel-spec.md 4, "Sizes" */
static void set_defaults(struct channel_settings *settings)
{
	if (!settings->clear_cap)
		settings->clear_cap = 1 << 20;
	if (!settings->sealed_cap)
		settings->sealed_cap = 16 << 20;
	if (!settings->refused_cap)
		settings->refused_cap = 32;
	if (!settings->frames_cap)
		settings->frames_cap = 1 << 20;
}

struct channel *channel_new(const struct channel_settings *settings, struct err *err)
{
	if (seal_start(err))
		return NULL;
	struct channel *channel = calloc(1, sizeof *channel);
	if (!channel) {
		err_system(err, EX_OSERR, "a channel");
		return NULL;
	}
	channel->settings = *settings;
	set_defaults(&channel->settings);
	if (settings->key)
		tunnel_key_hold(settings->key);
	if (settings->nonce) {
		memcpy(channel->nonce, settings->nonce, sizeof channel->nonce);
		channel->has_nonce = true;
	}
	seal_random(channel->own, sizeof channel->own);
	channel->secret = key_slot_new(err);
	if (!channel->secret) {
		channel_free(channel);
		return NULL;
	}
	return channel;
}

void channel_free(struct channel *channel)
{
	if (!channel)
		return;
	tunnel_key_free(channel->settings.key);
	key_slot_free(channel->secret);
	transcript_free(channel->transcript);
	seen_free(channel->seen);
	free(channel);
}

void channel_rekey(struct channel *channel, struct tunnel_key *key)
{
	if (channel->stage >= STAGE_OFFERED)
		return;
	tunnel_key_hold(key);
	tunnel_key_free(channel->settings.key);
	channel->settings.key = key;
}

void channel_open(struct channel *channel)
{
	channel->stage = STAGE_OPEN;
	transcript_free(channel->transcript);
	channel->transcript = NULL;
	tunnel_key_free(channel->settings.key);
	channel->settings.key = NULL;
}

bool channel_is_open(const struct channel *channel)
{
	return channel->stage == STAGE_OPEN;
}

int channel_version(const struct channel *channel)
{
	return channel->version;
}

size_t channel_frame_cap(const struct channel *channel)
{
	return channel->stage == STAGE_OPEN ? channel->settings.sealed_cap : channel->settings.clear_cap;
}

size_t channel_refused(const struct channel *channel)
{
	return channel->refused;
}

int channel_end(struct channel *channel, struct channel_taken *taken, int code)
{
	channel->stage = STAGE_OVER;
	taken->code = code;
	return CHANNEL_OVER;
}

int channel_count(struct channel *channel, struct channel_taken *taken, struct err *err)
{
	if (++channel->refused < channel->settings.refused_cap)
		return CHANNEL_IGNORED;
	err_prefix(err, "%zu messages were refused, the last", channel->refused);
	return channel_end(channel, taken, CLOSE_POLICY);
}

int channel_refuse(struct channel *channel, struct channel_taken *taken, struct err *err)
{
	if (err->status != STATUS_BAD)
		return -1;
	if (channel->version != 2)
		return channel_count(channel, taken, err);
	channel->refused++;
	return channel_end(channel, taken, CLOSE_PROTOCOL);
}

int channel_take(struct channel *channel, uint8_t *frame, size_t size, struct channel_taken *taken, struct err *err)
{
	message_free(&taken->message);
	*taken = (struct channel_taken){0};
	if (channel->stage == STAGE_OVER) {
		err_bad(err, "the connection is over");
		return channel_end(channel, taken, CLOSE_POLICY);
	}
	if (size > channel_frame_cap(channel)) {
		channel->refused++;
		err_bad(err, "a frame of %zu bytes, more than %zu", size, channel_frame_cap(channel));
		return channel_end(channel, taken, CLOSE_TOO_LARGE);
	}
	if (channel->stage != STAGE_OPEN)
		return channel_take_clear(channel, view_of(frame, size), taken, err);
	return channel_take_sealed(channel, frame, size, taken, err);
}
