#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 0))) static int fill(struct err *err, int status, const char *format, va_list args)
{
	err->status = status;
	vsnprintf(err->text, sizeof err->text, format, args);
	return -1;
}

int err_bad(struct err *err, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fill(err, STATUS_BAD, format, args);
	va_end(args);
	return -1;
}

int err_set(struct err *err, int status, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fill(err, status, format, args);
	va_end(args);
	return -1;
}

int err_system(struct err *err, int status, const char *format, ...)
{
	int cause = errno;
	va_list args;
	va_start(args, format);
	fill(err, status, format, args);
	va_end(args);
	size_t used = strlen(err->text);
	snprintf(err->text + used, sizeof err->text - used, ": %s", strerror(cause));
	return -1;
}

int err_prefix(struct err *err, const char *format, ...)
{
	static const char cut[] = "...";
	char inner[sizeof err->text];
	memcpy(inner, err->text, sizeof inner);
	va_list args;
	va_start(args, format);
	vsnprintf(err->text, sizeof err->text, format, args);
	va_end(args);
	/* What is too long for both is the place, such as a URL: the reason stays whole, with the beginning of that. */
	size_t used = strlen(err->text), wanted = strlen(inner) + strlen(": ");
	if (used + wanted >= sizeof err->text && wanted + sizeof cut < sizeof err->text) {
		used = sizeof err->text - 1 - wanted;
		memcpy(err->text + used - strlen(cut), cut, strlen(cut));
	}
	snprintf(err->text + used, sizeof err->text - used, ": %s", inner);
	return -1;
}
