#include "boot_report.h"

#include "hex.h"

#include <string.h>

static const char *register_name(unsigned rtmr)
{
	static const char *const names[REGISTERS] = {"rtmr0", "rtmr1", "rtmr2", "rtmr3"};
	return names[rtmr];
}

static struct json *section_json(const struct tdvf_section *section, const struct mrtd_section *measured)
{
	struct json *json = json_object();
	json_set(json, "type", json_string(tdvf_section_name(section->type)));
	json_set(json, "address", json_number(section->address));
	json_set(json, "size", json_number(section->size));
	json_set(json, "offset", json_number(section->data_offset));
	json_set(json, "raw_size", json_number(section->raw_size));
	json_set(json, "measured", json_boolean(section->attributes & TDVF_MR_EXTEND));
	json_set(json, "sha384", json_hex(measured->data, sizeof measured->data));
	json_set(json, "mrtd_after", json_hex(measured->after, sizeof measured->after));
	return json;
}

static struct json *firmware_json(const struct shape *shape, const struct boot *boot)
{
	struct json *json = json_object(), *sections = json_array();
	for (size_t i = 0; i < boot->tdvf.count; i++)
		json_add(sections, section_json(&boot->tdvf.sections[i], &boot->mrtd.sections[i]));
	json_set(json, "sections", sections);
	json_set(json, "page_order", json_string(shape->order == TWO_PASS ? "two" : "single"));
	json_set(json, "td_hob_witness", json_hex(boot->witness.data, boot->witness.size));
	return json;
}

static void add_lines(const struct bytes *lines, struct json *array)
{
	cleanup_free char *text = strdup(lines->data ? lines->data : "");
	char *rest = text, *line;
	if (!text)
		json_add(array, NULL);
	while ((line = strsep(&rest, "\n")))
		if (*line)
			json_add(array, json_string(line));
}

static struct json *confidence_json(const struct boot *boot)
{
	struct json *json = json_object();
	for (unsigned i = 0; i < BOOT_REGISTERS; i++)
		if (boot->doubts[i])
			json_set(json, register_name(i), json_string(boot->doubts[i]));
	return json;
}

struct json *boot_json(const struct os_image *image, const struct shape *shape, const struct boot *boot)
{
	struct json *json = json_object(), *notes = json_array();
	add_lines(&image->notes, notes);
	add_lines(&boot->notes, notes);
	json_set(json, "mrtd", json_hex(boot->mrtd.value, sizeof boot->mrtd.value));
	for (unsigned i = 0; i < BOOT_REGISTERS; i++)
		json_set(json, register_name(i), json_hex(boot->rtmr[i], sizeof boot->rtmr[i]));
	json_set(json, "events", measured_json(&boot->measured));
	json_set(json, "vm", shape_json(shape));
	json_set(json, "os_image", os_image_json(image));
	json_set(json, "firmware", firmware_json(shape, boot));
	json_set(json, "notes", notes);
	if (boot->doubts[0] || boot->doubts[1] || boot->doubts[2])
		json_set(json, "confidence", confidence_json(boot));
	return json;
}

/* Text. */

static int add_register(const char *name, const uint8_t value[SHA384_SIZE], struct bytes *into, struct err *err)
{
	char digits[2 * SHA384_SIZE + 1];
	hex_write(value, SHA384_SIZE, digits);
	return bytes_addf(into, err, "%-13s %s\n", name, digits);
}

static int add_registers(const struct os_image *image, const struct boot *boot, struct bytes *into, struct err *err)
{
	if (add_register("MRTD", boot->mrtd.value, into, err) || add_register("RTMR0", boot->rtmr[0], into, err) ||
	    add_register("RTMR1", boot->rtmr[1], into, err) || add_register("RTMR2", boot->rtmr[2], into, err))
		return -1;
	return bytes_addf(into, err, "os_image_hash %s\n\n", *image->hash ? image->hash : "not computed");
}

static int add_events(const struct measured *measured, struct bytes *into, struct err *err)
{
	char digits[2 * REGISTER_SIZE + 1];
	memset(digits, '-', sizeof digits - 1);
	digits[sizeof digits - 1] = '\0';
	if (bytes_addf(into, err, "| register | %-29s | %-96s | source |\n", "event", "SHA-384") ||
	    bytes_addf(into, err, "| -------- | %.29s | %s | ------ |\n", digits, digits))
		return -1;
	for (size_t i = 0; i < measured->count; i++) {
		const struct measured_event *event = &measured->events[i];
		hex_write(event->digest, sizeof event->digest, digits);
		if (bytes_addf(into, err, "| %-8s | %-29s | %s | %s |\n", register_name(event->rtmr), event->name,
			       digits, event->source))
			return -1;
	}
	return 0;
}

static int add_notes(const struct os_image *image, const struct boot *boot, struct bytes *into, struct err *err)
{
	const struct bytes *const notes[] = {&image->notes, &boot->notes};
	for (unsigned i = 0; i < BOOT_REGISTERS; i++)
		if (boot->doubts[i] &&
		    bytes_addf(into, err, "\nLess certain: %s: %s\n", register_name(i), boot->doubts[i]))
			return -1;
	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
		for (const char *at = notes[i]->data, *end; at && (end = strchr(at, '\n')); at = end + 1)
			if (bytes_addf(into, err, "\nNote: %.*s\n", (int)(end - at), at))
				return -1;
	return 0;
}

int boot_text(const struct os_image *image, const struct boot *boot, struct bytes *into, struct err *err)
{
	if (add_registers(image, boot, into, err) || add_events(&boot->measured, into, err))
		return -1;
	return add_notes(image, boot, into, err);
}
