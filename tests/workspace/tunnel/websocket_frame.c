/* websocket_frame read FILE...: what is in each file's frames, joined by commas, or why they are refused; a line each.
 * websocket_frame write OPCODE MASK: standard input as a client's frame; the mask is 8 hexadecimal digits. It is masked
 * at once, and in parts, which has to be the same. */
#include "file.h"
#include "program.h"
#include "websocket_frames.h"

#include <stdio.h>

static size_t all(size_t from, size_t size)
{
	(void)from;
	return size;
}

static void read_one(const char *path)
{
	cleanup_bytes struct bytes data = {0};
	struct frames_seen seen;
	struct err err;
	if (file_load(path, 1 << 20, &data, &err))
		die_err(path, &err);
	frames_see((uint8_t *)data.data, data.size, all, &seen);
	for (size_t i = 0; i < seen.events.size; i++)
		seen.events.data[i] = seen.events.data[i] == '\n' ? ',' : seen.events.data[i];
	puts(seen.status ? seen.err.text : seen.events.size ? seen.events.data : "nothing");
	frames_seen_free(&seen);
}

static void write_one(enum frame_opcode opcode, const char *hex)
{
	static uint8_t data[1 << 20], parts[1 << 20];
	uint8_t header[FRAME_HEADER_MAX], mask[FRAME_MASK_SIZE];
	size_t size = fread(data, 1, sizeof data, stdin);
	for (size_t i = 0; i < sizeof mask; i++)
		mask[i] = (uint8_t)strtoul((char[]){hex[2 * i], hex[2 * i + 1], '\0'}, NULL, 16);
	memcpy(parts, data, size);
	frame_mask(data, size, mask);
	for (size_t at = 0, part = 4; at < size; at += part, part += 4)
		frame_mask(parts + at, size - at < part ? size - at : part, mask);
	if (memcmp(parts, data, size) != 0)
		die(EX_SOFTWARE, "masked in parts it is another");
	fwrite(header, 1, frame_header_write(opcode, size, mask, header), stdout);
	fwrite(data, 1, size, stdout);
}

int main(int argc, char **argv)
{
	program_start("websocket_frame");
	if (argc == 4 && !strcmp(argv[1], "write") && strlen(argv[3]) == 8)
		write_one((enum frame_opcode)atoi(argv[2]), argv[3]);
	else if (argc > 2 && !strcmp(argv[1], "read"))
		for (int i = 2; i < argc; i++)
			read_one(argv[i]);
	else
		die_usage("read FILE..., or write OPCODE MASK");
	return finish(0);
}
