#include "search.h"

#include "acpi.h"
#include "search_space.h"

#include <string.h>
#include <time.h>

enum { MEMORIES = 1024, PROGRESS_EVERY = 256, MIB = 1 << 20 };

struct memory {
	uint64_t bytes;
	size_t twin; /* the first size with which the tables are the same, unless there are huge pages */
	uint8_t prefix[SHA384_SIZE]; /* the register before the ACPI events */
	uint8_t tables[SHA384_SIZE];
	uint64_t build; /* the candidate that tables is of */
};

struct state {
	const struct search *search;
	struct search_result *result;
	struct err *err;
	struct hasher *hasher;
	struct acpi acpi;
	struct memory *memories; /* the usual ones first */
	size_t usual, count;
	uint64_t build;
	struct timespec began;
	bool stopped;
};

static void digest(struct state *state, const struct bytes *bytes, uint8_t into[SHA384_SIZE])
{
	hasher_update(state->hasher, bytes->data, bytes->size);
	hasher_final(state->hasher, into);
}

static void extend(struct state *state, uint8_t value[SHA384_SIZE], const uint8_t *with)
{
	hasher_update(state->hasher, value, SHA384_SIZE);
	hasher_update(state->hasher, with, SHA384_SIZE);
	hasher_final(state->hasher, value);
}

/* Is it what was observed, or was nothing? */
static bool is_as(const uint8_t *observed, const uint8_t *value)
{
	return !observed || !memcmp(observed, value, SHA384_SIZE);
}

static double seconds_since(const struct timespec *began)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - began->tv_sec) + (double)(now.tv_nsec - began->tv_nsec) / 1e9;
}

/* A size that the firmware cannot have, or whose TD HOB is not the one observed, is left out: 0. */
static int memory_prefix(struct state *state, struct memory *memory)
{
	const struct search *search = state->search;
	cleanup_bytes struct bytes hob = {0};
	uint8_t hashed[SHA384_SIZE];
	if (!search->rtmr0 && !search->hob)
		return 1;
	if (hob_build(search->ranges, memory->bytes, &hob, state->err))
		return state->err->status == STATUS_BAD ? 0 : -1;
	digest(state, &hob, hashed);
	extend(state, memory->prefix, hashed);
	for (size_t i = 0; i < search->before_count; i++)
		extend(state, memory->prefix, search->before[i]);
	return is_as(search->hob, hashed);
}

static int memory_add(struct state *state, uint64_t bytes)
{
	size_t twin = state->count;
	for (size_t i = state->count; i--;) {
		if (state->memories[i].bytes == bytes)
			return 0;
		if (acpi_low_memory(state->memories[i].bytes) == acpi_low_memory(bytes))
			twin = i;
	}
	struct memory memory = {.bytes = bytes, .twin = twin};
	int usable = state->count < MEMORIES ? memory_prefix(state, &memory) : 0;
	if (usable > 0)
		state->memories[state->count++] = memory;
	return usable < 0 ? -1 : 0;
}

static int memories_fill(struct state *state)
{
	state->memories = calloc(MEMORIES, sizeof *state->memories);
	if (!state->memories)
		return err_system(state->err, EX_OSERR, "memory sizes");
	if (memory_add(state, state->search->start.memory))
		return -1;
	for (size_t i = 0; i < search_memories.count; i++)
		if (memory_add(state, (uint64_t)search_memories.at[i] * MIB))
			return -1;
	state->usual = state->count;
	for (uint64_t mib = SEARCH_MEMORY_STEP; mib <= SEARCH_MEMORY_MAX_HIGH;
	     mib += mib < SEARCH_MEMORY_MAX ? SEARCH_MEMORY_STEP : SEARCH_MEMORY_STEP_HIGH)
		if (memory_add(state, mib * MIB))
			return -1;
	if (!state->usual) /* the TD HOB is known, and says something else */
		state->usual = state->count;
	return 0;
}

static int build(struct state *state, struct shape *shape, uint64_t memory)
{
	shape->memory = memory;
	return acpi_build(shape, &state->acpi, state->err);
}

/* The digest of the tables with that memory, made when it is not there yet. state->acpi is of shape as it comes. */
static const uint8_t *tables_digest(struct state *state, struct shape *shape, const struct memory *memory)
{
	struct memory *made = &state->memories[shape->hugepages ? (size_t)(memory - state->memories) : memory->twin];
	if (made->build == state->build)
		return made->tables;
	if (shape->memory != memory->bytes && build(state, shape, memory->bytes))
		return NULL;
	digest(state, &state->acpi.tables, made->tables);
	made->build = state->build;
	state->result->count.tables++;
	return made->tables;
}

struct acpi_digests {
	uint8_t loader[SHA384_SIZE], rsdp[SHA384_SIZE];
};

static bool register_is_as(struct state *state, const struct memory *memory, const struct acpi_digests *acpi,
			   const uint8_t *tables)
{
	const struct search *search = state->search;
	uint8_t value[SHA384_SIZE];
	if (!search->rtmr0)
		return true;
	memcpy(value, memory->prefix, sizeof value);
	extend(state, value, acpi->loader);
	extend(state, value, acpi->rsdp);
	extend(state, value, tables);
	for (size_t i = 0; i < search->after_count; i++)
		extend(state, value, search->after[i]);
	return is_as(search->rtmr0, value);
}

/* 1: this is it, and the result has it. */
static int try_memory(struct state *state, struct shape *shape, const struct memory *memory,
		      const struct acpi_digests *acpi)
{
	const struct search *search = state->search;
	const uint8_t *tables = tables_digest(state, shape, memory);
	if (!tables)
		return state->err->status == STATUS_BAD ? 0 : -1;
	state->result->count.shapes++;
	if (!is_as(search->tables, tables) || !register_is_as(state, memory, acpi, tables))
		return 0;
	shape->memory = memory->bytes;
	state->result->shape = *shape;
	state->result->is_memory_seen =
		search->rtmr0 || search->hob ||
		(search->tables && (shape->hugepages || acpi_low_memory(memory->bytes) != 2048u * MIB));
	return 1;
}

static void progress(struct state *state)
{
	const struct search *search = state->search;
	state->result->count.seconds = seconds_since(&state->began);
	if (search->progress && !search->progress(search->context, &state->result->count))
		state->stopped = true;
}

/* A shape without its memory: all sizes of it. */
static int try_shape(struct state *state, struct shape *shape, bool all_memories)
{
	const struct search *search = state->search;
	struct acpi_digests acpi;
	if (++state->build % PROGRESS_EVERY == 0)
		progress(state);
	if (!state->count)
		return 0;
	if (build(state, shape, state->memories->bytes))
		return state->err->status == STATUS_BAD ? 0 : -1;
	digest(state, &state->acpi.loader, acpi.loader);
	digest(state, &state->acpi.rsdp, acpi.rsdp);
	if (!is_as(search->loader, acpi.loader) || !is_as(search->rsdp, acpi.rsdp)) {
		state->result->count.shapes++;
		return 0;
	}
	int found = 0;
	for (size_t i = 0; !found && i < (all_memories ? state->count : state->usual); i++)
		found = try_memory(state, shape, &state->memories[i], &acpi);
	return found;
}

/* spec: tdx-boot-spec.md 3.8.1 (ndev) */
static void set_endpoints(struct shape *shape, unsigned endpoints)
{
	if (endpoints == acpi_endpoints(shape))
		return;
	shape->cdrom = endpoints < 5;
	shape->nics = endpoints > 3;
	shape->volumes = endpoints > 5 ? endpoints - 5 : 0;
}

static enum style style_of(const struct shape *shape)
{
	const unsigned *part = shape->qemu.part;
	return part[0] >= 10 ? STYLE_10 : part[0] == 9 && part[1] >= 2 ? STYLE_9_2 : STYLE_8;
}

/* The version of the start says more than its style, where the style is the same. */
static void set_style(struct shape *shape, enum style style)
{
	static const struct version versions[] = {
		[STYLE_8] = {{8, 2, 2}}, [STYLE_9_2] = {{9, 2, 1}}, [STYLE_10] = {{10, 0, 2}}};
	if (style != style_of(shape))
		shape->qemu = versions[style];
}

static void set_flags(struct shape *shape, unsigned flags)
{
	shape->pic = flags & FLAG_PIC;
	shape->hotplug_off = flags & FLAG_HOTPLUG_OFF;
	shape->hugepages = flags & FLAG_HUGEPAGES;
	shape->smm = flags & FLAG_SMM;
}

/* The n-th shape of a pass, counted as a number whose digits are the lists' positions; false when there is none. */
static bool shape_at(const struct pass *pass, size_t n, struct shape *shape)
{
	const struct values *lists[] = {&pass->styles,    &pass->flags, &pass->cpus,
					&pass->endpoints, &pass->holes, &pass->accelerators};
	uint32_t chosen[6] = {0};
	for (size_t i = 0; i < 6; i++)
		if (lists[i]->count) {
			chosen[i] = lists[i]->at[n % lists[i]->count];
			n /= lists[i]->count;
		}
	if (pass->styles.count)
		set_style(shape, chosen[0]);
	if (pass->flags.count)
		set_flags(shape, chosen[1]);
	if (pass->cpus.count)
		shape->cpus = chosen[2];
	if (pass->endpoints.count)
		set_endpoints(shape, chosen[3]);
	if (pass->holes.count)
		shape->hole64 = (uint64_t)chosen[4] << 30;
	if (pass->accelerators.count) {
		shape->gpus = chosen[5] >> 8;
		shape->nvswitches = chosen[5] & 0xff;
	}
	return n == 0;
}

static int try_pass(struct state *state, const struct pass *pass)
{
	int found = 0;
	for (size_t n = 0; !found && !state->stopped; n++) {
		struct shape shape = state->search->start;
		if (!shape_at(pass, n, &shape))
			break;
		found = try_shape(state, &shape, pass->all_memories);
	}
	return found;
}

static int try_all(struct state *state)
{
	int found = memories_fill(state);
	for (size_t i = 0; !found && !state->stopped && i < search_pass_count; i++)
		found = try_pass(state, &search_passes[i]);
	state->result->count.seconds = seconds_since(&state->began);
	return found;
}

int search_shape(const struct search *search, struct search_result *result, struct err *err)
{
	struct err inner = {0}; /* what makes one shape impossible is nobody's error */
	struct state state = {.search = search, .result = result, .err = &inner};
	*result = (struct search_result){0};
	if (!search->rtmr0 && !search->hob && !search->loader && !search->rsdp && !search->tables)
		return err_bad(err, "no observed value to search for");
	if ((search->rtmr0 || search->hob) && !search->ranges)
		return err_bad(err, "RTMR0 or the TD HOB is observed, but not the firmware's memory ranges known");
	cleanup_hasher struct hasher *hasher = hasher_new(SHA384, err);
	if (!hasher)
		return -1;
	state.hasher = hasher;
	clock_gettime(CLOCK_MONOTONIC, &state.began);
	int found = try_all(&state);
	free(state.memories);
	acpi_free(&state.acpi);
	if (found < 0)
		*err = inner;
	return found;
}
