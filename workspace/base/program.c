#include "program.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef VERSION
#error VERSION comes from mk/config.mk
#endif

static const char *program = "?";

void program_start(const char *name)
{
	program = name;
	/* Else the next file to be opened would get the number, and then our messages. The wrong way round, so that
	 * using it is an error still. */
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd ? O_RDONLY : O_WRONLY);
	setlocale(LC_CTYPE, "C.UTF-8");
	signal(SIGPIPE, SIG_IGN); /* a closed pipe is then an error that is reported */
}

/* C0, DEL, and both bytes of a C1 control in UTF-8: a terminal may obey each of them. */
static bool is_control(const char *text, size_t at)
{
	unsigned char before = at ? (unsigned char)text[at - 1] : 0, c = (unsigned char)text[at];
	unsigned char after = c ? (unsigned char)text[at + 1] : 0;
	return c < 0x20 || c == 0x7f || (c == 0xc2 && (after & 0xe0) == 0x80) || (before == 0xc2 && (c & 0xe0) == 0x80);
}

const char *printable(const char *text)
{
	static char ring[4][1100];
	static unsigned turn;
	char *out = ring[turn++ % 4];
	size_t n = 0;
	for (; text[n] && n < sizeof ring[0] - 1; n++)
		out[n] = is_control(text, n) ? '?' : text[n];
	out[n] = '\0';
	return out;
}

__attribute__((format(printf, 1, 0))) static void say(const char *format, va_list args)
{
	char text[1100];
	vsnprintf(text, sizeof text, format, args);
	fprintf(stderr, "%s: %s\n", program, printable(text));
}

void warn(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(format, args);
	va_end(args);
}

void die(int status, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(format, args);
	va_end(args);
	exit(status);
}

void die_err(const char *object, const struct err *err)
{
	if (object)
		die(err->status, "%s: %s", object, err->text);
	die(err->status, "%s", err->text);
}

void die_option(void)
{
	fprintf(stderr, "Try '%s --help'.\n", program);
	exit(EX_USAGE);
}

void die_usage(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(format, args);
	va_end(args);
	die_option();
}

void print_help(const char *text)
{
	fputs(text, stdout);
	exit(finish(STATUS_OK));
}

void print_version(const char *libraries)
{
	printf("%s %s", program, VERSION);
	if (libraries)
		printf(" (%s)", libraries);
	putchar('\n');
	exit(finish(STATUS_OK));
}

void print_bytes(const struct bytes *text)
{
	if (text->size > 0) /* without, data may be NULL */
		fwrite(text->data, 1, text->size, stdout);
}

int finish(int status)
{
	if (fflush(stdout) || ferror(stdout))
		die(EX_IOERR, "standard output: %m");
	return status;
}

unsigned long long option_number(const char *option, const char *text, unsigned long long max)
{
	unsigned long long value = 0;
	const char *at = text;
	for (; *at >= '0' && *at <= '9'; at++) {
		unsigned digit = (unsigned)(*at - '0');
		if (digit > max || value > (max - digit) / 10)
			break;
		value = value * 10 + digit;
	}
	if (at == text || *at)
		die_usage("%s: '%s' is not a number from 0 to %llu", option, text, max);
	return value;
}
