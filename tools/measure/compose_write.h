/* Writes an app-compose.json, byte for byte as one of the programs does with which dstack VMs are deployed, since the
 * hash is of the bytes.
 *
 * The forms, spec: rtmr3-spec.md 4.2, 12.12:
 *
 *     sdk      members sorted, no white space: dstack's SDK (JavaScript, Python)
 *     vmm-cli  members in that program's order, indented by four; `near-mpc` among the captured composes is of this
 * form phala    members sorted, indented by four, no blank behind the colon: Phala Cloud's backend
 *
 * No capture confirms `sdk` and `phala`. None has a newline at its end.
 */
#ifndef MEASURE_COMPOSE_WRITE_H
#define MEASURE_COMPOSE_WRITE_H

#include "bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum compose_form { FORM_SDK, FORM_VMM_CLI, FORM_PHALA };

/* By name; -1 when there is no such form. */
int compose_form_find(const char *name, enum compose_form *form);

struct compose_plan {
	const char *name;
	const char *docker_compose; /* UTF-8 */
	bool kms, gateway, local_key_provider, public_logs, public_sysinfo, no_instance_id, secure_time;
	const char *const *allowed_envs;
	size_t allowed_env_count;
	const char *key_provider_id; /* "": none */
	/* Written only when given: NULL or 0 is not. */
	const char *key_provider, *pre_launch_script, *storage_fs;
	uint64_t swap_size;
	unsigned event_log_version;
};

/* Appends. What the texts say is not checked: compose_parse() does that. STATUS_BAD: not UTF-8. */
int compose_write(const struct compose_plan *plan, enum compose_form form, struct bytes *into, struct err *err);

/* Appends the docker-compose text with each image whose repository's last name is that of image replaced by it; all
 * else stays as it is. image is NAME@sha256:HEX. STATUS_BAD: image is not; the text names none such; its images cannot
 * all be seen (compose_services.h). */
int compose_pin(const char *text, const char *image, struct bytes *into, struct err *err);

#endif
