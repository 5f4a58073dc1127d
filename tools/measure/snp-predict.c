/* snp-predict: the launch digest of an SEV-SNP guest, and what went into it. docs/man/snp-predict.1 */
#include "cbor.h"
#include "file.h"
#include "guid_table.h"
#include "hex.h"
#include "json.h"
#include "kernel.h"
#include "mapped.h"
#include "program.h"
#include "snp.h"

#include <fcntl.h>
#include <getopt.h>
#include <string.h>

static const char help[] =
	"Usage: snp-predict --vcpus N --firmware FILE --kernel FILE [--initrd FILE] --cmdline TEXT\n"
	"       snp-predict --vcpus N --document FILE\n"
	"Computes the launch digest that an AMD SEV-SNP guest of dstack reports as MEASUREMENT, and prints the "
	"running\n"
	"digest after each step, a line each: digest, what was measured, its address, its pages. The last is the "
	"launch\n"
	"digest.\n"
	"\n"
	"What belongs to the image:\n"
	"      --firmware FILE        OVMF with SEV metadata\n"
	"      --kernel FILE          bzImage\n"
	"      --initrd FILE          initrd; without it, none\n"
	"      --cmdline TEXT         kernel command line, with its dstack.rootfs_hash=\n"
	"      --document FILE        instead of these: the image's measurement.snp.cbor\n"
	"      --write-document FILE  write such a document from them\n"
	"\n"
	"Without the firmware, when its digest is known (in place of --firmware):\n"
	"      --ovmf-hash HEX        the running digest after the firmware's pages\n"
	"      --hashes-table ADDRESS where it wants the table of hashes\n"
	"      --reset-eip ADDRESS    where processors after the first begin\n"
	"      --section ADDRESS,SIZE,TYPE  one of its sections; given again for each, in their order\n"
	"\n"
	"What belongs to the machine:\n"
	"      --vcpus N              processors, 1 to 512\n"
	"      --vcpu-type MODEL      QEMU's model: EPYC, EPYC-Rome, EPYC-Milan, EPYC-Genoa and versions (EPYC-v4)\n"
	"      --guest-features N     SEV_FEATURES (1)\n"
	"\n"
	"      --json                 print one JSON object\n"
	"      --help                 print this text\n"
	"      --version              print versions\n"
	"\n"
	"Numbers are decimal, or hexadecimal after 0x.\n"
	"\n"
	"Example: what a guest with 2 processors reports\n"
	"  snp-predict --vcpus 2 --document measurement.snp.cbor --json | jq -r .launch_digest\n"
	"\n"
	"Exit status: 0 done, 2 an input is malformed or not supported, 64 used wrongly, 70-75 the system failed.\n";

struct options {
	const char *firmware, *kernel, *initrd, *cmdline, *document, *write_document, *ovmf_hash, *hashes_table;
	const char *reset_eip, *vcpu_type;
	struct snp_section sections[SNP_SECTIONS];
	size_t sections_count;
	struct snp_vm vm;
	bool is_json;
};

/* A number up to what follows: end, or a comma. */
static uint64_t take_number(const char *option, const char **text, uint64_t max)
{
	char *end;
	errno = 0;
	bool is_hex = !strncmp(*text, "0x", 2);
	const char *digits = *text + (is_hex ? 2 : 0);
	uint64_t value = strtoull(digits, &end, is_hex ? 16 : 10);
	if (hex_digit(*digits) < 0 || errno || value > max || (*end && *end != ','))
		die_usage("--%s: '%s' is not a number up to 0x%jx", option, *text, (uintmax_t)max);
	*text = end;
	return value;
}

static uint64_t number(const char *option, const char *text, uint64_t max)
{
	const char *rest = text;
	uint64_t value = take_number(option, &rest, max);
	if (*rest)
		die_usage("--%s: '%s' is not one number", option, text);
	return value;
}

static void add_section(struct options *options, const char *text)
{
	uint64_t values[3];
	if (options->sections_count == SNP_SECTIONS)
		die_usage("--section: more than %d", SNP_SECTIONS);
	for (size_t i = 0; i < 3; i++) {
		values[i] = take_number("section", &text, i < 2 ? UINT64_MAX : UINT32_MAX);
		if (i < 2 ? *text++ != ',' : *text)
			die_usage("--section: not ADDRESS,SIZE,TYPE");
	}
	options->sections[options->sections_count++] = (struct snp_section){values[0], values[1], (uint32_t)values[2]};
}

enum { OPTION_SECTION = 1, OPTION_VCPUS, OPTION_FEATURES, OPTION_JSON, OPTION_HELP, OPTION_VERSION, OPTION_TEXT };

static void take_option(struct options *options, int option)
{
	switch (option) {
	case OPTION_SECTION:
		add_section(options, optarg);
		break;
	case OPTION_VCPUS:
		options->vm.vcpus = (unsigned)number("vcpus", optarg, SNP_VCPUS);
		break;
	case OPTION_FEATURES:
		options->vm.guest_features = number("guest-features", optarg, UINT64_MAX);
		break;
	case OPTION_JSON:
		options->is_json = true;
		break;
	case OPTION_HELP:
		print_help(help);
	case OPTION_VERSION:
		print_version(digest_library());
	default:
		die_option();
	}
}

static void parse_options(int argc, char **argv, struct options *options)
{
	const struct {
		const char *name;
		const char **into;
	} texts[] = {
		{"firmware", &options->firmware},   {"kernel", &options->kernel},
		{"initrd", &options->initrd},       {"cmdline", &options->cmdline},
		{"document", &options->document},   {"write-document", &options->write_document},
		{"ovmf-hash", &options->ovmf_hash}, {"hashes-table", &options->hashes_table},
		{"reset-eip", &options->reset_eip}, {"vcpu-type", &options->vcpu_type},
	};
	enum { TEXTS = sizeof texts / sizeof *texts };
	struct option known[TEXTS + 7] = {
		{"section", required_argument, NULL, OPTION_SECTION},
		{"vcpus", required_argument, NULL, OPTION_VCPUS},
		{"guest-features", required_argument, NULL, OPTION_FEATURES},
		{"json", no_argument, NULL, OPTION_JSON},
		{"help", no_argument, NULL, OPTION_HELP},
		{"version", no_argument, NULL, OPTION_VERSION},
	};
	for (int i = 0; i < TEXTS; i++)
		known[6 + i] = (struct option){texts[i].name, required_argument, NULL, OPTION_TEXT + i};
	for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
		if (option >= OPTION_TEXT && option < OPTION_TEXT + TEXTS)
			*texts[option - OPTION_TEXT].into = optarg;
		else
			take_option(options, option);
	}
	if (optind < argc)
		die_usage("'%s': there are only options", argv[optind]);
}

/* Which of the three ways was meant: mixtures are refused. */
static void check_options(const struct options *options)
{
	bool has_parts = options->ovmf_hash || options->hashes_table || options->reset_eip || options->sections_count;
	bool has_files = options->firmware || options->kernel || options->initrd || options->cmdline || has_parts;
	if (!options->vm.vcpus)
		die_usage("--vcpus is needed, and not 0");
	if (options->document && (has_files || options->write_document))
		die_usage("--document stands for the whole image: nothing else of it can be given");
	if (options->document)
		return;
	if (!options->kernel || !options->cmdline)
		die_usage("--document is needed, or --firmware, --kernel and --cmdline");
	if (options->firmware && has_parts)
		die_usage("--firmware says by itself what --ovmf-hash, --hashes-table, --reset-eip and --section do");
	if (!options->firmware && !(options->ovmf_hash && options->hashes_table && options->reset_eip))
		die_usage("--firmware is needed, or --ovmf-hash with --hashes-table, --reset-eip and --section");
}

/* Of no file: the digest of nothing. */
static void digest_file(const char *path, bool may_be_empty, uint8_t digest[SHA256_SIZE])
{
	struct err err;
	cleanup_mapped struct mapped file = {0};
	if (path && mapped_open(AT_FDCWD, path, 0, KERNEL_CAP, &file, &err))
		die_err(path, &err);
	if (!file.size && !may_be_empty)
		die(STATUS_BAD, "%s: empty", path);
	if (digest_raw(SHA256, file.size ? (const char *)file.data : "", file.size, digest, &err))
		die_err(path, &err);
}

static void load_firmware(const char *path, struct snp_image *image)
{
	struct err err;
	cleanup_bytes struct bytes firmware = {0};
	if (file_load(path, FIRMWARE_CAP, &firmware, &err) ||
	    snp_firmware((const uint8_t *)firmware.data, firmware.size, image, &err))
		die_err(path, &err);
}

static void load_parts(const struct options *options, struct snp_image *image)
{
	if (hex_read(options->ovmf_hash, image->ovmf_hash, SHA384_SIZE))
		die_usage("--ovmf-hash: not %d hexadecimal digits", 2 * SHA384_SIZE);
	image->hashes_table_gpa = number("hashes-table", options->hashes_table, UINT64_MAX);
	image->reset_eip = (uint32_t)number("reset-eip", options->reset_eip, UINT32_MAX);
	memcpy(image->sections, options->sections, sizeof image->sections);
	image->count = options->sections_count;
}

static void load_document(const char *path, struct snp_image *image)
{
	struct err err;
	cleanup_bytes struct bytes document = {0};
	if (file_load(path, CBOR_CAP, &document, &err) || snp_document_parse(document.data, document.size, image, &err))
		die_err(path, &err);
}

static void load(const struct options *options, struct snp_image *image)
{
	struct err err;
	if (options->document) {
		load_document(options->document, image);
		return;
	}
	if (options->firmware)
		load_firmware(options->firmware, image);
	else
		load_parts(options, image);
	digest_file(options->kernel, false, image->kernel_hash);
	digest_file(options->initrd, true, image->initrd_hash);
	if (snp_set_cmdline(image, options->cmdline, strlen(options->cmdline), &err))
		die_err(NULL, &err);
}

static void write_document(const char *path, const struct snp_image *image)
{
	struct err err;
	cleanup_bytes struct bytes document = {0};
	if (snp_document_write(image, &document, &err) || file_save(path, document.data, document.size, &err))
		die_err(path, &err);
}

static struct json *address_json(uint64_t address)
{
	char text[32];
	snprintf(text, sizeof text, "0x%jx", (uintmax_t)address);
	return json_string(text);
}

static struct json *image_json(const struct snp_image *image)
{
	struct json *json = json_object();
	json_set(json, "cmdline", json_string(image->cmdline));
	json_set(json, "ovmf_hash", json_hex(image->ovmf_hash, SHA384_SIZE));
	json_set(json, "kernel_sha256", json_hex(image->kernel_hash, SHA256_SIZE));
	json_set(json, "initrd_sha256", json_hex(image->initrd_hash, SHA256_SIZE));
	json_set(json, "hashes_table_gpa", address_json(image->hashes_table_gpa));
	json_set(json, "reset_eip", address_json(image->reset_eip));
	return json;
}

static struct json *vm_json(const struct options *options)
{
	struct json *json = json_object();
	json_set(json, "vcpus", json_number(options->vm.vcpus));
	json_set(json, "vcpu_type", json_string(options->vcpu_type));
	json_set(json, "guest_features", address_json(options->vm.guest_features));
	return json;
}

static struct json *step_json(const struct snp_step *step)
{
	struct json *json = json_object();
	json_set(json, "name", json_string(step->name));
	json_set(json, "gpa", step->pages ? address_json(step->gpa) : json_null());
	json_set(json, "pages", step->pages ? json_number(step->pages) : json_null());
	json_set(json, "running_digest", json_hex(step->after, SHA384_SIZE));
	return json;
}

static void print_json(const struct options *options, const struct snp_image *image, const struct snp_launch *launch)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	cleanup_json struct json *json = json_object();
	struct json *steps = json_array();
	for (size_t i = 0; i < launch->count; i++)
		json_add(steps, step_json(&launch->steps[i]));
	json_set(json, "steps", steps);
	json_set(json, "image", image_json(image));
	json_set(json, "vm", vm_json(options));
	json_set(json, "launch_digest", json_hex(launch->digest, SHA384_SIZE));
	if (json_write(json, true, &text, &err))
		die_err(NULL, &err);
	print_bytes(&text);
}

static void print(const struct snp_launch *launch)
{
	char digits[DIGEST_HEX_MAX];
	for (size_t i = 0; i < launch->count; i++) {
		const struct snp_step *step = &launch->steps[i];
		hex_write(step->after, SHA384_SIZE, digits);
		printf("%s  %s", digits, step->name);
		if (step->pages)
			printf(" at 0x%jx, %ju page%s", (uintmax_t)step->gpa, (uintmax_t)step->pages,
			       step->pages == 1 ? "" : "s");
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	struct err err;
	struct options options = {.vcpu_type = "EPYC-v4", .vm = {.guest_features = 1}};
	cleanup_snp_image struct snp_image image = {0};
	struct snp_launch launch;
	program_start("snp-predict");
	parse_options(argc, argv, &options);
	check_options(&options);
	if (snp_signature(options.vcpu_type, &options.vm.signature, &err))
		die_err("--vcpu-type", &err);
	load(&options, &image);
	if (snp_predict(&image, &options.vm, &launch, &err))
		die_err(NULL, &err);
	if (options.write_document)
		write_document(options.write_document, &image);
	if (options.is_json)
		print_json(&options, &image, &launch);
	else
		print(&launch);
	return finish(STATUS_OK);
}
