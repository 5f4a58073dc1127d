#include "checks.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* A list that is full would lose a failure: that is a fault of ours, and no verdict may come of it. */
static struct check *next(struct checks *checks)
{
	if (checks->count == CHECKS_MAX)
		abort();
	return &checks->list[checks->count++];
}

__attribute__((format(printf, 3, 0))) static void add(struct checks *checks, struct check check, const char *format,
						      va_list arguments)
{
	vsnprintf(check.text, sizeof check.text, format, arguments);
	*next(checks) = check;
}

void checks_hold(struct checks *checks, enum verify_step step, const char *name, struct evidence evidence,
		 const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add(checks,
	    (struct check){
		    .step = step,
		    .name = name,
		    .state = CHECK_HOLDS,
		    .source = evidence.source,
		    .bytes = evidence.bytes,
	    },
	    format, arguments);
	va_end(arguments);
}

int checks_fail(struct checks *checks, enum verify_step step, const char *name, const char *reason,
		struct evidence evidence, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add(checks,
	    (struct check){
		    .step = step,
		    .name = name,
		    .state = CHECK_FAILS,
		    .reason = reason,
		    .source = evidence.source,
		    .bytes = evidence.bytes,
	    },
	    format, arguments);
	va_end(arguments);
	return -1;
}

void checks_skip(struct checks *checks, enum verify_step step, const char *name, const char *reason, const char *format,
		 ...)
{
	va_list arguments;
	va_start(arguments, format);
	add(checks, (struct check){.step = step, .name = name, .state = CHECK_SKIPPED, .reason = reason}, format,
	    arguments);
	va_end(arguments);
}

const struct check *checks_failed(const struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++) {
		if (checks->list[i].state == CHECK_FAILS)
			return &checks->list[i];
	}
	return NULL;
}

void checks_join(struct checks *checks, const struct checks *more)
{
	for (size_t i = 0; i < more->count; i++)
		*next(checks) = more->list[i];
}

const char *verify_step_name(enum verify_step step)
{
	static const char *const names[] = {
		[STEP_PARSE] = "parse",
		[STEP_ROOT] = "root",
		[STEP_PCK_CHAIN] = "pck-chain",
		[STEP_CRLS] = "crls",
		[STEP_PCK_EXTENSION] = "pck-extension",
		[STEP_QE_REPORT] = "qe-report",
		[STEP_KEY_BINDING] = "key-binding",
		[STEP_QE_IDENTITY] = "qe-identity",
		[STEP_QUOTE_SIGNATURE] = "quote-signature",
		[STEP_TCB_INFO] = "tcb-info",
		[STEP_TDX_MODULE] = "tdx-module",
		[STEP_TCB_LEVEL] = "tcb-level",
		[STEP_MERGE] = "merge",
		[STEP_RELAUNCH] = "relaunch",
		[STEP_TD_POLICY] = "td-policy",
		[STEP_STATUS_POLICY] = "status-policy",
	};
	return names[step];
}

const char *check_source_name(enum check_source source)
{
	static const char *const names[SOURCES] = {
		[SOURCE_NONE] = "none",
		[SOURCE_QUOTE] = "quote",
		[SOURCE_CERTIFICATES] = "certificates",
		[SOURCE_ROOT_CRL] = "root-crl",
		[SOURCE_PCK_CRL] = "pck-crl",
		[SOURCE_TCB_INFO] = "tcb-info",
		[SOURCE_QE_IDENTITY] = "qe-identity",
		[SOURCE_EVENT_LOG] = "event-log",
		[SOURCE_RELEASE] = "release",
		[SOURCE_POLICY] = "policy",
	};
	return names[source];
}
