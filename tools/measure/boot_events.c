#include "boot_events.h"

#include "efi.h"
#include "hob.h"
#include "kernel.h"
#include "pe.h"

#include <string.h>

#define GLOBAL_VARIABLE "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define SECURITY_DATABASE "d719b2cb-3d3a-4596-a3bc-dad00e67656f"
#define FIRMWARE_VOLUME "7cb8bdc9-f8eb-4f34-aaea-3ee4af6516a1"
#define SETUP_APPLICATION "462caa21-7614-4503-836e-8ab6f4662331"
#define CONSTANT "constant of the firmware"

/* Their digest is that of size bytes; few bytes are kept as the event's payload. */
static int add_bytes(struct boot *boot, struct measured_event event, const void *bytes, size_t size, struct err *err)
{
	event.known = true;
	event.payload = size <= MEASURED_PAYLOAD ? bytes : NULL;
	event.payload_size = event.payload ? size : 0;
	if (digest_raw(SHA384, bytes, size, event.digest, err))
		return -1;
	return measured_add(&boot->measured, &event, err);
}

/* RTMR0 */

static int add_hob(const struct os_image *image, const struct shape *shape, struct boot *boot, struct err *err)
{
	struct hob_ranges ranges;
	cleanup_bytes struct bytes hob = {0}, source = {0};
	hob_ranges_of(&boot->tdvf, &ranges);
	if (hob_build(&ranges, shape->memory, &hob, err) ||
	    bytes_addf(&source, err, "VM shape; %s, TD_HOB and TEMP_MEM sections", image->metadata.names[OS_FIRMWARE]))
		return -1;
	struct measured_event event = {0,
				       EV_EFI_HANDOFF_TABLES2,
				       "td-hob",
				       .hashed = "list of memory ranges (TD HOB)",
				       .source = source.data,
				       .varies_with = "memory, firmware"};
	return add_bytes(boot, event, hob.data, hob.size, err);
}

static int add_cfv(const struct os_image *image, struct boot *boot, struct err *err)
{
	const struct tdvf_section *cfv = tdvf_find(&boot->tdvf, TDVF_CFV);
	cleanup_bytes struct bytes source = {0};
	if (bytes_addf(&source, err, "%s, CFV section", image->metadata.names[OS_FIRMWARE]))
		return -1;
	struct measured_event event = {0,
				       EV_EFI_PLATFORM_FIRMWARE_BLOB2,
				       "cfv",
				       .hashed = "store of EFI variables (CFV)",
				       .source = source.data,
				       .varies_with = "firmware"};
	return add_bytes(boot, event, tdvf_data(&boot->tdvf, cfv), cfv->raw_size, err);
}

/* Those that say how the firmware checks what it starts: none of them exists. spec: tdx-boot-spec.md 3.4 */
static int add_variables(struct boot *boot, struct err *err)
{
	static const char *const variables[][2] = {{"SecureBoot", GLOBAL_VARIABLE},
						   {"PK", GLOBAL_VARIABLE},
						   {"KEK", GLOBAL_VARIABLE},
						   {"db", SECURITY_DATABASE},
						   {"dbx", SECURITY_DATABASE}};
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
		cleanup_bytes struct bytes data = {0};
		struct measured_event event = {0, EV_EFI_VARIABLE_DRIVER_CONFIG, variables[i][0],
					       .hashed = "name of an EFI variable that does not exist",
					       .source = CONSTANT};
		if (efi_variable(variables[i][1], variables[i][0], NULL, 0, &data, err) ||
		    add_bytes(boot, event, data.data, data.size, err))
			return -1;
	}
	return 0;
}

static int add_separator(unsigned rtmr, struct boot *boot, struct err *err)
{
	struct measured_event event = {rtmr, EV_SEPARATOR, "separator", .hashed = "four zero bytes",
				       .source = CONSTANT};
	return add_bytes(boot, event, "\0\0\0", 4, err);
}

/* spec: tdx-boot-spec.md 3.8.5 (what varies with what) */
static int add_acpi(struct boot *boot, struct err *err)
{
	static const char layout[] = "cpus, devices, qemu, hotplug, hugepages, gpus";
	static const char content[] = "cpus, memory, devices, qemu, pic, smm, hotplug, hugepages, gpus, hole64";
	const struct {
		const char *name, *hashed, *varies_with;
		const struct bytes *bytes;
	} files[] = {
		{"acpi-loader", "fw_cfg file etc/table-loader", layout, &boot->acpi.loader},
		{"acpi-rsdp", "fw_cfg file etc/acpi/rsdp", layout, &boot->acpi.rsdp},
		{"acpi-tables", "fw_cfg file etc/acpi/tables", content, &boot->acpi.tables},
	};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct measured_event event = {0,
					       EV_PLATFORM_CONFIG_FLAGS,
					       files[i].name,
					       .hashed = files[i].hashed,
					       .source = "VM shape",
					       .varies_with = files[i].varies_with};
		if (add_bytes(boot, event, files[i].bytes->data, files[i].bytes->size, err))
			return -1;
	}
	return 0;
}

/* What the firmware would start if there were no kernel: its own setup. spec: tdx-boot-spec.md 3.1 */
static int add_boot_options(struct boot *boot, struct err *err)
{
	cleanup_bytes struct bytes option = {0};
	struct measured_event order = {0, EV_EFI_VARIABLE_BOOT, "BootOrder", .hashed = "data of the variable: Boot0000",
				       .source = CONSTANT};
	struct measured_event event = {0, EV_EFI_VARIABLE_BOOT, "Boot0000", .hashed = "data of the variable: UiApp",
				       .source = CONSTANT};
	if (efi_load_option(0x109, "UiApp", FIRMWARE_VOLUME, SETUP_APPLICATION, &option, err) ||
	    add_bytes(boot, order, "\0", 2, err))
		return -1;
	return add_bytes(boot, event, option.data, option.size, err);
}

int boot_add_rtmr0(const struct os_image *image, const struct shape *shape, struct boot *boot, struct err *err)
{
	if (add_hob(image, shape, boot, err) || add_cfv(image, boot, err) || add_variables(boot, err) ||
	    add_separator(0, boot, err) || add_acpi(boot, err))
		return -1;
	return add_boot_options(boot, err);
}

/* RTMR1 */

bool boot_kernel_varies(const struct shape *shape)
{
	return acpi_low_memory(shape->memory) != acpi_low_memory(UINT64_C(2) << 30);
}

static int digest_kernel(const struct os_image *image, const struct shape *shape, uint8_t digest[SHA384_SIZE],
			 struct boot *boot, struct err *err)
{
	uint8_t head[KERNEL_HEAD];
	const char *note;
	const struct mapped *kernel = &image->files[OS_KERNEL];
	struct kernel_boot setup = {shape->memory, image->files[OS_INITRD].size, image->metadata.cmdline};
	if (kernel_patch(kernel->data, kernel->size, &setup, head, &boot->notes, err))
		return -1;
	struct pe_file file = {head, sizeof head, kernel->data, kernel->size};
	if (pe_digest(&file, SHA384, digest, &note, err))
		return err_prefix(err, "kernel");
	return note ? bytes_addf(&boot->notes, err, "kernel: dstack's tool gets another digest: %s\n", note) : 0;
}

static int add_kernel(const struct os_image *image, const struct shape *shape, struct boot *boot, struct err *err)
{
	cleanup_bytes struct bytes source = {0};
	struct measured_event event = {1, EV_EFI_BOOT_SERVICES_APPLICATION, "kernel", .known = true,
				       .hashed = "Authenticode digest of the kernel as QEMU patches it"};
	if (digest_kernel(image, shape, event.digest, boot, err) ||
	    bytes_addf(&source, err, "%s, patched as QEMU does", image->metadata.names[OS_KERNEL]))
		return -1;
	cleanup_bytes struct bytes varies = {0};
	if (bytes_addf(&varies, err, "kernel, initrd%s%s", boot_kernel_varies(shape) ? ", memory" : "",
		       strstr(image->metadata.cmdline, "vga=") ? ", cmdline" : ""))
		return -1;
	event.source = source.data;
	event.varies_with = varies.data;
	return measured_add(&boot->measured, &event, err);
}

static int add_action(const char *name, const char *text, struct boot *boot, struct err *err)
{
	struct measured_event event = {1, EV_EFI_ACTION, name, .hashed = text, .source = CONSTANT};
	return add_bytes(boot, event, text, strlen(text), err);
}

int boot_add_rtmr1(const struct os_image *image, const struct shape *shape, struct boot *boot, struct err *err)
{
	if (add_kernel(image, shape, boot, err) ||
	    add_action("calling-efi-application", "Calling EFI Application from Boot Option", boot, err) ||
	    add_separator(1, boot, err) ||
	    add_action("exit-boot-services-invocation", "Exit Boot Services Invocation", boot, err))
		return -1;
	return add_action("exit-boot-services-returned", "Exit Boot Services Returned with Success", boot, err);
}

/* RTMR2 */

/* The firmware widens bytes and dstack's tool decodes UTF-8: only for ASCII do they agree. */
static int check_cmdline(const char *cmdline, struct err *err)
{
	for (const char *at = cmdline; *at; at++)
		if ((unsigned char)*at < 0x20 || (unsigned char)*at > 0x7e)
			return err_bad(err, "command line: a character that is not printable ASCII");
	return 0;
}

static int add_cmdline(const struct os_image *image, struct boot *boot, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	const char *cmdline = image->metadata.cmdline;
	if (check_cmdline(cmdline, err) || efi_text(cmdline, &text, err) || efi_text(" initrd=initrd", &text, err) ||
	    bytes_add(&text, "\0", 2, err))
		return -1;
	struct measured_event event = {2,
				       EV_EVENT_TAG,
				       "cmdline",
				       .hashed = "command line and \" initrd=initrd\", UTF-16LE with a NUL",
				       .source = image->folder < 0 ? "command line as given" : "metadata.json: cmdline",
				       .varies_with = "cmdline"};
	return add_bytes(boot, event, text.data, text.size, err);
}

int boot_add_rtmr2(const struct os_image *image, struct boot *boot, struct err *err)
{
	const struct mapped *initrd = &image->files[OS_INITRD];
	struct measured_event event = {2,
				       EV_EVENT_TAG,
				       "initrd",
				       .hashed = "the file",
				       .varies_with = "initrd",
				       .source = image->metadata.names[OS_INITRD]};
	if (!initrd->size)
		return err_bad(err, "initrd: empty");
	if (add_cmdline(image, boot, err))
		return -1;
	return add_bytes(boot, event, initrd->data, initrd->size, err);
}
