#include "efi.h"

#include "hex.h"
#include "little.h"

enum { GUID_BYTES = 16, PATH_NODE = 4 }; /* of a device path: type, subtype, length */

/* For each byte of the wire form, where its digits are in the text. */
static const uint8_t guid_digits[GUID_BYTES] = {6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34};

int efi_guid(const char *text, struct bytes *into, struct err *err)
{
	uint8_t wire[GUID_BYTES];
	if (strlen(text) != 36)
		return err_set(err, EX_SOFTWARE, "%s: not a GUID", text);
	for (size_t i = 0; i < GUID_BYTES; i++)
		wire[i] = (uint8_t)(hex_digit(text[guid_digits[i]]) << 4 | hex_digit(text[guid_digits[i] + 1]));
	return bytes_add(into, wire, sizeof wire, err);
}

int efi_text(const char *text, struct bytes *into, struct err *err)
{
	for (; *text; text++) {
		const char unit[2] = {*text, 0};
		if (bytes_add(into, unit, sizeof unit, err))
			return -1;
	}
	return 0;
}

/* spec: tdx-boot-spec.md 3.4 */
int efi_variable(const char *vendor, const char *name, const void *data, size_t size, struct bytes *into,
		 struct err *err)
{
	uint8_t lengths[16];
	put_u64(lengths, strlen(name));
	put_u64(lengths + 8, size);
	if (efi_guid(vendor, into, err) || bytes_add(into, lengths, sizeof lengths, err) || efi_text(name, into, err))
		return -1;
	return bytes_add(into, data, size, err);
}

static int add_node(uint8_t type, uint8_t subtype, const char *guid, struct bytes *into, struct err *err)
{
	uint8_t head[PATH_NODE] = {type, subtype};
	put_u16(head + 2, PATH_NODE + (guid ? GUID_BYTES : 0));
	if (bytes_add(into, head, sizeof head, err))
		return -1;
	return guid ? efi_guid(guid, into, err) : 0;
}

/* spec: tdx-boot-spec.md 3.1 (Boot0000) */
int efi_load_option(uint32_t attributes, const char *description, const char *volume, const char *file,
		    struct bytes *into, struct err *err)
{
	uint8_t head[6];
	put_u32(head, attributes);
	put_u16(head + 4, 3 * PATH_NODE + 2 * GUID_BYTES);
	if (bytes_add(into, head, sizeof head, err) || efi_text(description, into, err) ||
	    bytes_add(into, "\0", 2, err))
		return -1;
	if (add_node(4, 7, volume, into, err) || add_node(4, 6, file, into, err))
		return -1;
	return add_node(0x7f, 0xff, NULL, into, err);
}
