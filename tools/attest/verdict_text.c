#include "verdict_report.h"

#include "digest.h"
#include "hex.h"
#include "program.h"

#include <ctype.h>
#include <string.h>

static int add_head(const struct verdict_report *report, struct bytes *into, struct err *err)
{
	char time[TIME_TEXT_SIZE], digest[DIGEST_HEX_MAX], root[DIGEST_HEX_MAX];
	const struct quote *quote = &report->given->quote;
	const struct trust *trust = report->trust;
	verdict_time(report->now, time);
	if (digest_bytes(SHA256, quote->bytes.data, quote->bytes.size, digest, err) ||
	    digest_bytes(SHA256, trust->root.data, trust->root.size, root, err))
		return -1;
	if (bytes_addf(into, err, "quote  version %u, %s, %zu bytes, sha256 %s\n", quote->version,
		       quote_body_name(quote->body), quote->bytes.size, digest) ||
	    bytes_addf(into, err, "at     %s\n", time))
		return -1;
	if (trust->is_intel)
		return bytes_addf(into, err, "root   Intel SGX Root CA%s\n",
				  trust->allow_no_crls ? "; revocation may be left unchecked" : "");
	return bytes_addf(into, err, "root   NOT INTEL'S: sha256 %s%s\n", root,
			  trust->allow_no_crls ? "; revocation may be left unchecked" : "");
}

static int add_place(const struct place *place, struct bytes *into, struct err *err)
{
	if (!place->source)
		return 0;
	if (place->has_event)
		return bytes_addf(into, err, "  (%s, event %zu)", place->source, place->event);
	if (place->has_offset)
		return bytes_addf(into, err, "  (%s, bytes %zu to %zu)", place->source, place->offset,
				  place->offset + (place->size ? place->size - 1 : 0));
	return place->size ? bytes_addf(into, err, "  (%s, %zu bytes)", place->source, place->size)
			   : bytes_addf(into, err, "  (%s)", place->source);
}

/* Text that a value in hexadecimal is, as that of a key provider's event. */
static int add_meaning(const char *value, struct bytes *into, struct err *err)
{
	size_t size = strlen(value) / 2;
	cleanup_free uint8_t *raw = malloc(size + 1);
	if (!raw)
		return err_system(err, EX_OSERR, "value");
	if (size < 3 || hex_read(value, raw, size))
		return 0;
	for (size_t i = 0; i < size; i++)
		if (raw[i] < 0x20 || raw[i] > 0x7e)
			return 0;
	return bytes_addf(into, err, "  '%.*s'", (int)size, (const char *)raw);
}

static int add_value(const char *what, const char *value, struct bytes *into, struct err *err)
{
	if (!value)
		return 0;
	return bytes_addf(into, err, "%47s  ", what) || bytes_add_plain(into, value, err) ||
			       add_meaning(value, into, err) || bytes_addf(into, err, "\n")
		       ? -1
		       : 0;
}

static int add_line(const struct line *line, struct bytes *into, struct err *err)
{
	char state[16] = "";
	const char *name = state_name(line->state);
	for (size_t i = 0; name[i]; i++)
		state[i] = (char)(line->state == STATE_FAILS ? toupper((unsigned char)name[i]) : name[i]);
	if (bytes_addf(into, err, "  %-14s %-32s ", state, printable(line->name)) ||
	    bytes_add_plain(into, line->text, err) || (line->reason && bytes_addf(into, err, " [%s]", line->reason)) ||
	    add_place(&line->place, into, err) || bytes_addf(into, err, "\n"))
		return -1;
	bool same = line->expected && line->found && !strcmp(line->expected, line->found);
	return (!same && add_value("expected", line->expected, into, err)) ||
			       add_value(line->expected ? "found" : "is", line->found, into, err)
		       ? -1
		       : 0;
}

/* "verify  holds: UpToDate" */
static int add_word(const struct verdict_report *report, enum word word, struct bytes *into, struct err *err)
{
	const struct answer *answer = report->answer;
	const struct verification *verification = word == WORD_VERIFY ? report->verification : NULL;
	const char *left_out = answer->left_out[word];
	if (bytes_addf(into, err, "\n%s  %s", word_name(word), state_name(answer_word(answer, word))))
		return -1;
	if (verification && verification->has_status &&
	    bytes_addf(into, err, "; TCB status %s", tcb_status_name(verification->status)))
		return -1;
	for (size_t i = 0; verification && verification->has_status && i < verification->advisory_count; i++)
		if (bytes_addf(into, err, "%s ", i ? "," : ", advisories") ||
		    bytes_add_plain(into, verification->advisories[i], err))
			return -1;
	if ((left_out && bytes_addf(into, err, " [%s]", left_out)) || bytes_addf(into, err, "\n"))
		return -1;
	for (size_t i = 0; i < answer->count; i++)
		if (answer->lines[i].word == word && add_line(&answer->lines[i], into, err))
			return -1;
	return 0;
}

/* The last line: what it comes to, because of what, and what nobody looked at. */
static int add_end(const struct answer *answer, struct bytes *into, struct err *err)
{
	const char *between = "; not checked: ";
	const struct line *why = NULL;
	for (unsigned word = 0; word < WORDS && !why; word++)
		why = answer_failed(answer, (enum word)word);
	if (bytes_addf(into, err, "\n%s", answer_holds(answer) ? "holds" : "does not hold"))
		return -1;
	if (why && (bytes_addf(into, err, ": %s: %s: ", word_name(why->word), printable(why->name)) ||
		    bytes_add_plain(into, why->text, err)))
		return -1;
	for (unsigned word = 0; word < WORDS && !why; word++)
		if (answer->required[word] && answer_word(answer, (enum word)word) == STATE_OPEN &&
		    bytes_addf(into, err, ": %s is required, and was not checked", word_name((enum word)word)))
			return -1;
	for (unsigned word = 0; word < WORDS; word++) {
		if (answer_word(answer, (enum word)word) != STATE_OPEN)
			continue;
		if (bytes_addf(into, err, "%s%s", between, word_name((enum word)word)))
			return -1;
		between = ", ";
	}
	return bytes_addf(into, err, "\n");
}

int verdict_text(const struct verdict_report *report, struct bytes *into, struct err *err)
{
	if (add_head(report, into, err))
		return -1;
	for (unsigned word = 0; word < WORDS; word++)
		if (add_word(report, (enum word)word, into, err))
			return -1;
	return add_end(report->answer, into, err);
}
