/* What kettle adds to RTMR3 before the app starts, so that a quote says which app runs and how.
 *
 * Three events, in this order, each extended once per start (docs/measured.md has a worked example):
 *
 *	kettle-manifest   payload: SHA-256 of the manifest's bytes, 32 raw bytes
 *	kettle-app        payload: SHA-256 of the app's bytes, 32 raw bytes
 *	kettle-config     payload: the settings that change what the app does, as canonical JSON (base/json, no white
 *	                  space): {"db_dir":TEXT,"port":NUMBER,"require_measured":BOOL,"static_sha256":HEX or null}
 *
 * They are extended by the guest agent's EmitEvent, which writes them into its event log too; where there is no such
 * call, through the kernel's own file of the register, and then they are in no log but kettle's.
 * Nothing is called measured that was not read back.
 *
 * Sources: spec: rtmr3-spec.md 1 (digest, extension), 2.3 (EmitEvent), 9 (calls); Linux,
 * Documentation/ABI/testing/sysfs-devices-virtual-misc-tdx_guest (since 6.16).
 */
#ifndef KETTLE_MEASURE_H
#define KETTLE_MEASURE_H

#include "agent.h"
#include "supervise.h"

enum { MEASURE_EVENTS = 3 };

/* What is measured. Digests are SHA-256 in lower-case hex. */
struct measured {
	const char *manifest_sha256;
	const char *app_sha256;
	const char *static_sha256; /* of the static files; NULL: there are none */
	const char *data;          /* the data folder: absolute, links resolved */
	unsigned port;
	bool is_required; /* --require-measured */
};

struct measure_event {
	const char *name;
	struct bytes payload;
	uint8_t digest[REGISTER_SIZE]; /* of version 1: what the kernel's file is given, and agents extend by default */
};

void measure_free(struct measure_event events[MEASURE_EVENTS]);

/* Fills events, zeroed by the caller, who frees them in any case. Depends on *what alone, so that a prediction can be
 * made anywhere. STATUS_BAD: a name that is not UTF-8, or a digest that is none. */
int measure_events(const struct measured *what, struct measure_event events[MEASURE_EVENTS], struct err *err);

/* Appends what the log says of an event: `event NAME payload HEX digest HEX`. */
int measure_line(const struct measure_event *event, struct bytes *into, struct err *err);

/* A register that a file stands for. */
struct measure_register {
	const char *path;
	/* 0 or -1; extend writes REGISTER_SIZE bytes at once, and the register becomes SHA-384(register ‖ digest). */
	int (*read)(const char *path, uint8_t value[REGISTER_SIZE], struct err *err);
	int (*extend)(const char *path, const uint8_t digest[REGISTER_SIZE], struct err *err);
};

/* The kernel's file of RTMR3. */
extern const struct measure_register measure_kernel;

enum measure_how { MEASURED_BY_AGENT, MEASURED_BY_KERNEL };

/* Extends RTMR3 by the events and reads back that it was. The agent is asked for a quote over fresh report data:
 * SHA-512("kettle-measured-v1:" ‖ 32 random bytes), which is thrown away.
 *
 * MEASURED_BY_AGENT: the agent's log replays to RTMR3 of the quote and ends with the three events; the quote's
 * signature is not verified, so that an agent that invents both is believed. MEASURED_BY_KERNEL: the register's value
 * before, extended by the three digests, is its value after, and in the quote if there is an agent. -1: not measured,
 * and err says why, with STATUS_FALSE; some of the events may be in RTMR3 nevertheless. A simulator that
 * DSTACK_SIMULATOR_ENDPOINT names is given the events, and that is never called measured. */
int measure_extend(const struct agent *agent, const struct measure_register *kernel,
		   const struct measure_event events[MEASURE_EVENTS], enum measure_how *how, struct err *err);

/* measure_extend() with measure_kernel in a child of its own, since an agent may hang or answer with hostile bytes, for
 * MEASURE_SECONDS at most. Also -1: stopped by a signal, with 128 + its number; the child could not start. */
enum { MEASURE_SECONDS = 45 }; /* four calls, each with its own limit */
int measure_supervised(const struct supervisor *supervisor, const struct agent *agent,
		       const struct measure_event events[MEASURE_EVENTS], enum measure_how *how, struct err *err);

#endif
