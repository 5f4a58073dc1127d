#include "shape.h"

#include <stdio.h>
#include <string.h>

enum kind { NUMBER, SIZE, VERSION_NUMBER, SWITCH, ORDER };

enum { NUMBER_MAX = 65536 }; /* of processors or devices; how many a machine may have others say */

/* A setting's name here and in VmConfig. spec: tdx-boot-spec.md 6.3 */
static const struct {
	const char *name;
	const char *member; /* NULL: VmConfig has none */
	enum kind kind;
	bool optional; /* the member may be null, and so not given */
} table[SETTINGS] = {
	[SET_CPUS] = {"cpus", "cpu_count", NUMBER, false},
	[SET_MEMORY] = {"memory", "memory_size", SIZE, false},
	[SET_QEMU] = {"qemu", "qemu_version", VERSION_NUMBER, true},
	[SET_PIC] = {"pic", "pic", SWITCH, true},
	[SET_SMM] = {"smm", NULL, SWITCH, false},
	[SET_HOTPLUG_OFF] = {"hotplug_off", "hotplug_off", SWITCH, false},
	[SET_HUGEPAGES] = {"hugepages", "hugepages", SWITCH, false},
	[SET_GPUS] = {"gpus", "num_gpus", NUMBER, false},
	[SET_NVSWITCHES] = {"nvswitches", "num_nvswitches", NUMBER, false},
	[SET_NICS] = {"nics", "num_nics", NUMBER, false},
	[SET_VOLUMES] = {"volumes", "num_verity_volumes", NUMBER, false},
	[SET_HOLE64] = {"hole64", "pci_hole64_size", SIZE, false},
	/* Its name says the contrary of what it does: true is two-pass. spec: tdx-boot-spec.md 2.1 */
	[SET_PAGE_ORDER] = {"page_order", "qemu_single_pass_add_pages", ORDER, true},
};

static const char *const order_names[] = {[SINGLE_PASS] = "single", [TWO_PASS] = "two"};

/* Values and their texts. */

static int parse_digits(const char **text, uint64_t max, uint64_t *value)
{
	const char *at = *text;
	*value = 0;
	for (; *at >= '0' && *at <= '9'; at++) {
		*value = *value * 10 + (unsigned)(*at - '0');
		if (*value > max)
			return -1;
	}
	int none = at == *text;
	*text = at;
	return none ? -1 : 0;
}

int shape_version(const char *text, struct version *version, struct err *err)
{
	const char *at = text;
	for (int i = 0; i < 3; i++) {
		uint64_t part;
		if (parse_digits(&at, 999, &part) || *at != (i < 2 ? '.' : '\0'))
			return err_bad(err, "'%s': not a version, such as 9.2.1", text);
		version->part[i] = (unsigned)part;
		at++;
	}
	return 0;
}

bool shape_version_from(struct version version, unsigned x, unsigned y)
{
	return version.part[0] != x ? version.part[0] > x : version.part[1] >= y;
}

static int parse_version(const char *text, uint64_t *value, struct err *err)
{
	struct version version;
	if (shape_version(text, &version, err))
		return -1;
	*value = version.part[0] * 1000000u + version.part[1] * 1000 + version.part[2];
	return 0;
}

static struct version to_version(uint64_t value)
{
	return (struct version){
		{(unsigned)(value / 1000000), (unsigned)(value / 1000 % 1000), (unsigned)(value % 1000)}};
}

/* A unit is asked for, since QEMU's own -m takes a bare number for MiB and VmConfig has bytes. */
static int parse_size(const char *text, uint64_t *value, struct err *err)
{
	static const char units[] = "MGT";
	const char *at = text;
	if (!strcmp(text, "0")) {
		*value = 0;
		return 0;
	}
	if (!parse_digits(&at, UINT32_MAX, value) && *at && !at[1]) {
		const char *unit = strchr(units, *at);
		unsigned shift = unit ? 20 + 10 * (unsigned)(unit - units) : 0;
		if (unit && *value <= (uint64_t)JSON_WHOLE >> shift) {
			*value <<= shift;
			return 0;
		}
	}
	return err_bad(err, "'%s': not a size, such as 512M or 2G, of at most 8192T", text);
}

static int parse_choice(const char *text, const char *zero, const char *one, uint64_t *value, struct err *err)
{
	*value = !strcmp(text, one);
	return *value || !strcmp(text, zero) ? 0 : err_bad(err, "'%s': neither %s nor %s", text, zero, one);
}

static int parse_text(enum kind kind, const char *text, uint64_t *value, struct err *err)
{
	const char *at = text;
	switch (kind) {
	case SIZE:
		return parse_size(text, value, err);
	case VERSION_NUMBER:
		return parse_version(text, value, err);
	case SWITCH:
		return parse_choice(text, "off", "on", value, err);
	case ORDER:
		return parse_choice(text, order_names[SINGLE_PASS], order_names[TWO_PASS], value, err);
	default:
		if (parse_digits(&at, NUMBER_MAX, value) || *at)
			return err_bad(err, "'%s': not a number from 0 to %d", text, NUMBER_MAX);
		return 0;
	}
}

static const char *value_text(enum kind kind, uint64_t value, char into[32])
{
	struct version version = to_version(value);
	if (kind == SWITCH)
		return value ? "on" : "off";
	if (kind == ORDER)
		return order_names[value];
	if (kind == VERSION_NUMBER)
		snprintf(into, 32, "%u.%u.%u", version.part[0], version.part[1], version.part[2]);
	else
		snprintf(into, 32, "%llu", (unsigned long long)value);
	return into;
}

/* Settings. */

static int set(struct shape_settings *settings, enum shape_setting setting, uint64_t value, struct err *err)
{
	char now[32], before[32];
	enum kind kind = table[setting].kind;
	if (settings->given[setting] && settings->value[setting] != value)
		return err_bad(err, "%s contradicts %s, given before", value_text(kind, value, now),
			       value_text(kind, settings->value[setting], before));
	settings->given[setting] = true;
	settings->value[setting] = value;
	return 0;
}

int shape_set_text(struct shape_settings *settings, enum shape_setting setting, const char *text, struct err *err)
{
	uint64_t value = 0;
	if (parse_text(table[setting].kind, text, &value, err))
		return -1;
	return set(settings, setting, value, err);
}

/* Of a VmConfig. */

static int parse_member(enum kind kind, const struct json *member, uint64_t *value, struct err *err)
{
	static const enum json_kind kinds[] = {JSON_NUMBER, JSON_NUMBER, JSON_STRING, JSON_BOOLEAN, JSON_BOOLEAN};
	if (json_kind(member) != kinds[kind])
		return err_bad(err, "not %s", json_kind_name(kinds[kind]));
	if (kind == VERSION_NUMBER)
		return parse_version(json_text(member), value, err);
	if (kind == SWITCH || kind == ORDER) {
		*value = json_true(member);
		return 0;
	}
	double number = json_double(member), max = kind == NUMBER ? NUMBER_MAX : JSON_WHOLE;
	if (!(number >= 0 && number <= max) || number != (double)(uint64_t)number)
		return err_bad(err, "not a whole number up to %.0f", max);
	*value = (uint64_t)number;
	return 0;
}

static int set_member(struct shape_settings *settings, enum shape_setting setting, const struct json *config,
		      struct err *err)
{
	uint64_t value = 0;
	cleanup_json struct json *member = table[setting].member ? json_get(config, table[setting].member) : NULL;
	if (!member || (table[setting].optional && json_kind(member) == JSON_NULL))
		return 0;
	if (parse_member(table[setting].kind, member, &value, err) || set(settings, setting, value, err))
		return err_prefix(err, "%s", table[setting].member);
	return 0;
}

/* spec: tdx-boot-spec.md 3.6 */
static int check_rest(const struct json *config, struct err *err)
{
	static const char *const modes[] = {"", "9p", "vvfat", "vhd"};
	cleanup_json struct json *swtpm = json_get(config, "swtpm"), *share = json_get(config, "host_share_mode");
	if (swtpm && (json_kind(swtpm) != JSON_BOOLEAN || json_true(swtpm)))
		return err_bad(err, "swtpm: a VM with a software TPM cannot be predicted");
	if (!share)
		return 0;
	for (size_t i = 0; json_kind(share) == JSON_STRING && i < sizeof modes / sizeof *modes; i++)
		if (!strcmp(json_text(share), modes[i]))
			return 0;
	return err_bad(err, "host_share_mode: none of \"\", 9p, vvfat, vhd");
}

struct json *shape_config(const struct json *config, struct err *err)
{
	if (json_kind(config) != JSON_OBJECT) {
		err_bad(err, "not an object");
		return NULL;
	}
	cleanup_json struct json *inner = json_get(config, "vm_config");
	cleanup_json struct json *parsed = NULL;
	if (inner && json_kind(inner) == JSON_STRING) {
		parsed = json_parse(json_text(inner), strlen(json_text(inner)), err);
		if (!parsed) {
			err_prefix(err, "vm_config");
			return NULL;
		}
	}
	const struct json *found = parsed ? parsed : inner ? inner : config;
	if (json_kind(found) != JSON_OBJECT) {
		err_bad(err, "vm_config: neither an object nor its text");
		return NULL;
	}
	struct json *copy = json_copy(found);
	if (!copy)
		err_system(err, EX_OSERR, "vm_config");
	return copy;
}

int shape_set_config(struct shape_settings *settings, const struct json *config, struct err *err)
{
	cleanup_json struct json *vm = shape_config(config, err);
	if (!vm || check_rest(vm, err))
		return -1;
	for (enum shape_setting i = 0; i < SETTINGS; i++)
		if (set_member(settings, i, vm, err))
			return -1;
	return 0;
}

/* The shape. */

static uint64_t or_else(const struct shape_settings *settings, enum shape_setting setting, uint64_t otherwise)
{
	return settings->given[setting] ? settings->value[setting] : otherwise;
}

static int check_given(const struct shape_settings *settings, struct err *err)
{
	static const enum shape_setting needed[] = {SET_CPUS, SET_MEMORY};
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!settings->given[needed[i]])
			return err_bad(err, "%s: not given", table[needed[i]].name);
	return 0;
}

/* spec: tdx-boot-spec.md 2.1, 3.10 note 13 */
static int check_qemu(struct version qemu, struct err *err)
{
	if (!shape_version_from(qemu, 8, 0))
		return err_bad(err, "qemu: older than 8.0.0, which had no TDX");
	if (shape_version_from(qemu, 11, 0))
		return err_bad(err, "qemu: not known from 11.0.0 on");
	return 0;
}

int shape_resolve(const struct shape_settings *settings, struct shape *shape, struct err *err)
{
	struct version qemu = to_version(or_else(settings, SET_QEMU, 9001000));
	uint64_t hole64 = or_else(settings, SET_HOLE64, 0);
	bool old = !shape_version_from(qemu, 9, 0);
	if (check_given(settings, err) || check_qemu(qemu, err))
		return -1;
	*shape = (struct shape){
		.cpus = (unsigned)settings->value[SET_CPUS],
		.memory = settings->value[SET_MEMORY],
		.qemu = qemu,
		.pic = or_else(settings, SET_PIC, old),
		.smm = or_else(settings, SET_SMM, false),
		.hotplug_off = or_else(settings, SET_HOTPLUG_OFF, false),
		.hugepages = or_else(settings, SET_HUGEPAGES, false),
		.volumes = (unsigned)or_else(settings, SET_VOLUMES, 0),
		.nics = (unsigned)or_else(settings, SET_NICS, 1),
		.gpus = (unsigned)or_else(settings, SET_GPUS, 0),
		.nvswitches = (unsigned)or_else(settings, SET_NVSWITCHES, 0),
		.hole64 = hole64 ? hole64 : SHAPE_HOLE64,
		.order = (enum page_order)or_else(settings, SET_PAGE_ORDER, old ? TWO_PASS : SINGLE_PASS),
	};
	return 0;
}

struct json *shape_json(const struct shape *shape)
{
	struct json *json = json_object();
	char qemu[32];
	snprintf(qemu, sizeof qemu, "%u.%u.%u", shape->qemu.part[0], shape->qemu.part[1], shape->qemu.part[2]);
	json_set(json, "cpus", json_number(shape->cpus));
	json_set(json, "memory", json_number(shape->memory));
	json_set(json, "qemu", json_string(qemu));
	json_set(json, "pic", json_boolean(shape->pic));
	json_set(json, "smm", json_boolean(shape->smm));
	json_set(json, "hotplug_off", json_boolean(shape->hotplug_off));
	json_set(json, "hugepages", json_boolean(shape->hugepages));
	json_set(json, "gpus", json_number(shape->gpus));
	json_set(json, "nvswitches", json_number(shape->nvswitches));
	json_set(json, "nics", json_number(shape->nics));
	json_set(json, "volumes", json_number(shape->volumes));
	json_set(json, "hole64", json_number(shape->hole64));
	json_set(json, "page_order", json_string(order_names[shape->order]));
	return json;
}
