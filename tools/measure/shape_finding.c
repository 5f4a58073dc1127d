/* What shape_find() found, in words and as JSON. */
#include "shape_find.h"

static const char *style_of(struct version qemu)
{
	if (qemu.part[0] >= 10)
		return "QEMU 10";
	return qemu.part[0] == 9 && qemu.part[1] >= 2 ? "QEMU 9.2 or later below 10" : "QEMU below 9.2";
}

static int add_memory(uint64_t memory, struct bytes *into, struct err *err)
{
	return memory % (1 << 30) ? bytes_addf(into, err, "%llu MiB", (unsigned long long)memory >> 20)
				  : bytes_addf(into, err, "%llu GiB", (unsigned long long)memory >> 30);
}

/* `4 CPUs instead of 2` */
static int add_number(const char *what, unsigned found, unsigned expected, struct bytes *into, struct err *err)
{
	if (found == expected)
		return 0;
	return bytes_addf(into, err, "%s%s %u instead of %u", into->size ? ", " : "", what, found, expected);
}

static int add_switch(const char *what, bool found, bool expected, struct bytes *into, struct err *err)
{
	if (found == expected)
		return 0;
	return bytes_addf(into, err, "%s%s %s instead of %s", into->size ? ", " : "", what, found ? "on" : "off",
			  expected ? "on" : "off");
}

static int add_memories(const struct shape_finding *finding, struct bytes *into, struct err *err)
{
	const struct shape *found = &finding->result.shape;
	if (!finding->result.is_memory_seen || found->memory == finding->expected.memory)
		return 0;
	return bytes_addf(into, err, "%smemory ", into->size ? ", " : "") || add_memory(found->memory, into, err) ||
			       bytes_addf(into, err, " instead of ") || add_memory(finding->expected.memory, into, err)
		       ? -1
		       : 0;
}

static int add_differences(const struct shape_finding *finding, struct bytes *into, struct err *err)
{
	const struct shape *found = &finding->result.shape, *expected = &finding->expected;
	if (add_memories(finding, into, err) || add_number("cpus", found->cpus, expected->cpus, into, err))
		return -1;
	if (style_of(found->qemu) != style_of(expected->qemu) &&
	    bytes_addf(into, err, "%s%s instead of %s", into->size ? ", " : "", style_of(found->qemu),
		       style_of(expected->qemu)))
		return -1;
	if (found->hole64 != expected->hole64 &&
	    bytes_addf(into, err, "%shole64 %llu GiB instead of %llu GiB", into->size ? ", " : "",
		       (unsigned long long)found->hole64 >> 30, (unsigned long long)expected->hole64 >> 30))
		return -1;
	return add_switch("pic", found->pic, expected->pic, into, err) ||
			       add_switch("smm", found->smm, expected->smm, into, err) ||
			       add_switch("hotplug_off", found->hotplug_off, expected->hotplug_off, into, err) ||
			       add_switch("hugepages", found->hugepages, expected->hugepages, into, err) ||
			       add_switch("cdrom", found->cdrom, expected->cdrom, into, err) ||
			       add_number("volumes", found->volumes, expected->volumes, into, err) ||
			       add_number("nics", found->nics, expected->nics, into, err) ||
			       add_number("gpus", found->gpus, expected->gpus, into, err) ||
			       add_number("nvswitches", found->nvswitches, expected->nvswitches, into, err)
		       ? -1
		       : 0;
}

static int add_shape(const struct shape_finding *finding, struct bytes *into, struct err *err)
{
	const struct shape *shape = &finding->result.shape;
	if (bytes_addf(into, err, "%u CPU(s), ", shape->cpus) ||
	    (finding->result.is_memory_seen ? add_memory(shape->memory, into, err)
					    : bytes_addf(into, err, "any memory of 2816 MiB or more, or 2 GiB")))
		return -1;
	return bytes_addf(into, err, ", %s, pic %s%s%s%s%s, %u volume(s), %u NIC(s), %u GPU(s), %u NVSwitch(es)",
			  style_of(shape->qemu), shape->pic ? "on" : "off", shape->smm ? ", smm on" : "",
			  shape->hotplug_off ? ", hotplug_off" : "", shape->hugepages ? ", huge pages" : "",
			  shape->cdrom ? ", root on a CD-ROM" : "", shape->volumes, shape->nics, shape->gpus,
			  shape->nvswitches);
}

int shape_finding_text(const struct shape_finding *finding, struct bytes *into, struct err *err)
{
	cleanup_bytes struct bytes differences = {0};
	unsigned long long tried = finding->result.count.shapes;
	if (!finding->found)
		return bytes_addf(into, err, "shape: none of %llu that were tried gives what was observed", tried) ||
				       (finding->memory && (bytes_addf(into, err, ", whose memory is ") ||
							    add_memory(finding->memory, into, err))) ||
				       bytes_addf(into, err, "\n")
			       ? -1
			       : 0;
	if (add_differences(finding, &differences, err) || bytes_addf(into, err, "shape: ") ||
	    add_shape(finding, into, err))
		return -1;
	return differences.size ? bytes_addf(into, err, "\nshape: %s\n", differences.data)
				: bytes_addf(into, err, "\nshape: as expected\n");
}

struct json *shape_finding_json(const struct shape_finding *finding)
{
	struct err err;
	cleanup_bytes struct bytes differences = {0};
	struct json *json = json_object(), *vm = finding->found ? shape_json(&finding->result.shape) : json_null();
	bool failed = finding->found && add_differences(finding, &differences, &err);
	if (finding->found && !finding->result.is_memory_seen)
		json_set(vm, "memory", json_null());
	json_set(json, "found", json_boolean(finding->found));
	if (finding->memory)
		json_set(json, "memory", json_number(finding->memory));
	json_set(json, "shapes", json_number(finding->result.count.shapes));
	json_set(json, "vm", vm);
	json_set(json, "differs",
		 failed           ? NULL
		 : finding->found ? json_string(differences.size ? differences.data : "")
				  : json_null());
	return json;
}
