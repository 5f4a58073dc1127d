#include "log_check.h"

#include <string.h>

/* spec: rtmr3-spec.md 2, the table; 12.6: mr-kms and init-script-hash may come several times, so they are not here */
static const char *const once[] = {
	"system-preparing", "rootfs-hash",     "app-id",          "upgraded-app-id", "compose-hash",
	"ca-cert-hash",     "gpu-policy-hash", "gpu-attestation", "instance-id",     "boot-mr-done",
	"os-image-hash",    "key-provider",    "storage-fs",      "system-ready",    NULL,
};

static int find(const char *const names[], const char *name)
{
	for (int i = 0; names[i]; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

static bool is_ready(const struct event *event)
{
	return event->imr == 3 && !strcmp(event->name, "system-ready");
}

size_t log_boot_end(const struct event_log *log)
{
	size_t i = 0;
	while (i < log->count && !is_ready(&log->events[i]))
		i++;
	return i;
}

/* spec: rtmr3-spec.md 12.7; C1 controls and the like are no danger here: they are bytes above 0x7f */
static int check_name(const struct event *event, struct err *err)
{
	if (event->version != 1)
		return 0;
	for (const char *at = event->name; *at; at++)
		if (*at == ':' || (unsigned char)*at < 0x20 || *at == 0x7f)
			return err_bad(err, "event: a name with %s, so its digest may be that of another event",
				       *at == ':' ? "a colon" : "a control character");
	return 0;
}

static int check_boot_event(const struct event *event, unsigned *seen, struct err *err)
{
	if (check_name(event, err))
		return -1;
	int index = find(once, event->name);
	if (index >= 0 && *seen & 1u << index)
		return err_bad(err, "event: a second %s before system-ready", event->name);
	if (index >= 0)
		*seen |= 1u << index;
	return 0;
}

static int check_event(const struct event *event, bool booted, unsigned *seen, struct err *err)
{
	if (!event_type_name(event->type))
		return err_bad(err, "event_type: 0x%x, which is in no specification", event->type);
	if (event->imr != 3 || event->type != EVENT_RUNTIME)
		return 0;
	if (booted)
		return is_ready(event) ? err_bad(err, "event: a second system-ready") : 0;
	return check_boot_event(event, seen, err);
}

int log_check_unfinished(const struct event_log *log, struct err *err)
{
	unsigned seen = 0;
	size_t end = log_boot_end(log);
	for (size_t i = 0; i < log->count; i++)
		if (check_event(&log->events[i], i > end, &seen, err))
			return err_prefix(err, "event %zu", i);
	return 0;
}

/* spec: rtmr3-spec.md 12.6 */
int log_check(const struct event_log *log, struct err *err)
{
	if (log_check_unfinished(log, err))
		return -1;
	if (log_boot_end(log) < log->count)
		return 0;
	for (size_t i = 0; i < log->count; i++) {
		if (log->events[i].imr != 3)
			continue;
		return strcmp(log->events[i].name, "system-preparing")
			       ? 0
			       : err_bad(err, "a boot that begins with system-preparing and has no system-ready");
	}
	return 0;
}
