/* rtmr-extend: a register from the digests that extend it. docs/man/rtmr-extend.1 */
#include "event_log.h"
#include "file.h"
#include "hex.h"
#include "program.h"

#include <getopt.h>
#include <string.h>

static const char help[] =
	"Usage: rtmr-extend [--initial HEX] [OPTION | DIGEST | @FILE | -]...\n"
	"Extends a TDX register by digests, one after the other, and prints what it then holds.\n"
	"\n"
	"What is given extends the register in the order it is given in:\n"
	"      DIGEST              96 hexadecimal digits\n"
	"      @FILE, --file FILE  the SHA-384 of a file\n"
	"      --event NAME=HEX    a runtime event of dstack: its name and payload\n"
	"      -                   digests from standard input, one a line\n"
	"\n"
	"      --initial HEX       what the register holds to begin with, instead of zeros\n"
	"      --event-version N   how the events behind this are digested: 1, as all releases do, or 2\n"
	"      --help              print this text\n"
	"      --version           print versions\n"
	"\n"
	"Example: RTMR2 from the digests of command line and initrd\n"
	"  rtmr-extend \"$(printf '%s initrd=initrd\\0' \"$cmdline\" | iconv -t UTF-16LE | sha384sum | cut -c-96)\" "
	"@initrd\n"
	"\n"
	"Exit status: 0 done, 2 a digest or event is malformed, 64 used wrongly, 70-75 the system failed.\n";

enum { LINES_CAP = 64 << 20 }; /* bytes of standard input */

struct work {
	uint8_t value[REGISTER_SIZE];
	unsigned version; /* of events */
	size_t given;     /* that extend */
	bool has_initial, has_input;
};

static void extend(struct work *work, const uint8_t *digest)
{
	struct err err;
	if (register_extend(work->value, digest, &err))
		die_err(NULL, &err);
}

static void take_digest(struct work *work, const char *digits)
{
	uint8_t digest[REGISTER_SIZE];
	if (hex_read(digits, digest, sizeof digest))
		die(STATUS_BAD, "'%s': not a digest of %d hexadecimal digits", digits, 2 * REGISTER_SIZE);
	extend(work, digest);
}

static void take_file(struct work *work, const char *path)
{
	struct err err;
	static char block[1 << 16];
	uint8_t digest[REGISTER_SIZE];
	cleanup_hasher struct hasher *hasher = hasher_new(SHA384, &err);
	cleanup_fd int fd = hasher ? file_open(path, &err) : -1;
	ssize_t size = fd >= 0 ? 1 : -1;
	while (size > 0 && (size = file_fill(fd, block, sizeof block, &err)) > 0)
		hasher_update(hasher, block, (size_t)size);
	if (size < 0)
		die_err(path, &err);
	hasher_final(hasher, digest);
	extend(work, digest);
}

/* The last '=' ends the name: a payload in hexadecimal has none. */
static void take_event(struct work *work, const char *text)
{
	struct err err;
	uint8_t digest[REGISTER_SIZE];
	cleanup_free char *name = strdup(text);
	char *equals = name ? strrchr(name, '=') : NULL;
	if (!name)
		die(EX_OSERR, "memory is out");
	if (!equals || equals == name)
		die(STATUS_BAD, "'%s': not an event's name, '=' and its payload in hexadecimal", text);
	*equals = '\0';
	size_t size = strlen(equals + 1) / 2;
	cleanup_free uint8_t *payload = malloc(size + 1);
	if (!payload)
		die(EX_OSERR, "memory is out");
	if (hex_read(equals + 1, payload, size))
		die(STATUS_BAD, "event '%s': payload: not hexadecimal digits, two a byte", name);
	if (!bytes_are_utf8(name, strlen(name)))
		die(STATUS_BAD, "event '%s': name is not UTF-8", name);
	/* spec: rtmr3-spec.md 1.2 */
	if (work->version == 1 && strchr(name, ':'))
		die(STATUS_BAD, "event '%s': a name with a colon has the digest of another event", name);
	if (event_digest(work->version, name, payload, size, digest, &err))
		die_err(name, &err);
	extend(work, digest);
}

static void take_lines(struct work *work)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	if (work->has_input)
		die_usage("'-' given more than once");
	work->has_input = true;
	if (file_read(STDIN_FILENO, LINES_CAP, &text, &err))
		die_err("-", &err);
	if (text.size && memchr(text.data, '\0', text.size))
		die(STATUS_BAD, "-: not text");
	for (char *rest = text.data, *line; rest && *rest;) {
		line = strsep(&rest, "\n");
		take_digest(work, line);
	}
}

static void take_operand(struct work *work, const char *text)
{
	if (!strcmp(text, "-"))
		take_lines(work);
	else if (*text == '@')
		take_file(work, text + 1);
	else
		take_digest(work, text);
	work->given++;
}

static void take_initial(struct work *work, const char *digits)
{
	if (work->has_initial || work->given)
		die_usage("--initial comes once, and before what extends");
	work->has_initial = true;
	if (hex_read(digits, work->value, sizeof work->value))
		die(STATUS_BAD, "--initial '%s': not %d hexadecimal digits", digits, 2 * REGISTER_SIZE);
}

static void take_option(int option, struct work *work)
{
	switch (option) {
	case 1: /* in its place among the options */
		take_operand(work, optarg);
		break;
	case 'f':
		take_file(work, optarg);
		work->given++;
		break;
	case 'e':
		take_event(work, optarg);
		work->given++;
		break;
	case 'i':
		take_initial(work, optarg);
		break;
	case 'n':
		work->version = (unsigned)option_number("--event-version", optarg, 2);
		if (!work->version)
			die_usage("--event-version: neither 1 nor 2");
		break;
	case 'h':
		print_help(help);
	case 'v':
		print_version(digest_library());
	default:
		die_option();
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"file", required_argument, NULL, 'f'},
		{"event", required_argument, NULL, 'e'},
		{"initial", required_argument, NULL, 'i'},
		{"event-version", required_argument, NULL, 'n'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{NULL, 0, NULL, 0},
	};
	struct work work = {.version = 1};
	char digits[2 * REGISTER_SIZE + 1];
	program_start("rtmr-extend");
	for (int option; (option = getopt_long(argc, argv, "-", options, NULL)) != -1;)
		take_option(option, &work);
	for (; optind < argc; optind++)
		take_operand(&work, argv[optind]);
	if (!work.given)
		die_usage("nothing that extends");
	hex_write(work.value, sizeof work.value, digits);
	puts(digits);
	return finish(STATUS_OK);
}
