/* tdx-predict: what a TDX VM's registers will hold, from an OS image and the VM's shape. docs/man/tdx-predict.1 */
#include "acpi_dump.h"
#include "boot_report.h"
#include "program.h"

#include <getopt.h>
#include <pthread.h>
#include <string.h>

static const char help[] =
	"Usage: tdx-predict --os-image DIR --cpus N --memory SIZE [OPTION]...\n"
	"       tdx-predict --firmware FILE --kernel FILE --initrd FILE --cmdline TEXT --cpus N --memory SIZE "
	"[OPTION]...\n"
	"       tdx-predict --dump-acpi DIR --cpus N --memory SIZE [OPTION]...\n"
	"Predicts MRTD, RTMR0, RTMR1 and RTMR2 of a TDX VM on dstack, event by event, from files alone: no QEMU, no\n"
	"network, no TDX.\n"
	"\n"
	"What the VM boots:\n"
	"      --os-image DIR    dstack's OS image, unpacked; its checksums are checked\n"
	"      --firmware FILE, --kernel FILE, --initrd FILE, --cmdline TEXT\n"
	"                        the same, without such a folder; os_image_hash is then not computed\n"
	"The VM's shape, as the host starts it; SIZE is a number with M, G or T:\n"
	"      --vm-config FILE  dstack's VmConfig (JSON); options may add to it and not contradict it\n"
	"      --cpus N\n"
	"      --memory SIZE\n"
	"      --qemu X.Y.Z      version of QEMU, 8.0.0 to 10.x (9.1.0)\n"
	"      --pic on|off      (on below QEMU 9.0.0, else off)\n"
	"      --smm on|off      (off)\n"
	"      --hotplug-off     PCI devices cannot be hot-plugged\n"
	"      --hugepages       memory in huge pages\n"
	"      --gpus N          (0)\n"
	"      --nvswitches N    (0)\n"
	"      --nics N          network cards (1)\n"
	"      --volumes N       verity volumes (0)\n"
	"      --hole64 SIZE     64-bit PCI hole (32G)\n"
	"      --page-order single|two\n"
	"                        how pages are added and measured (two below QEMU 9.0.0, else single)\n"
	"What to print:\n"
	"      --json            everything, as JSON\n"
	"      --dump-acpi DIR   write the ACPI tables too, as measured and one file a table\n"
	"      --help            print this text\n"
	"      --version         print versions\n"
	"\n"
	"Example: RTMR0 of a VM with 2 CPUs and 4 GiB\n"
	"  tdx-predict --os-image dstack-0.5.5 --cpus 2 --memory 4G --qemu 9.2.1 --json | jq -r .rtmr0\n"
	"\n"
	"Exit status: 0 done, 2 an input is malformed or cannot be predicted, 64 used wrongly, 70-75 the system "
	"failed.\n";

enum { OPTION_SETTING = 256, OPTION_FILE = 512 }; /* and the setting's or file's number */

struct request {
	const char *os_image, *cmdline, *vm_config, *dump_acpi;
	const char *files[OS_FILES];
	const char *settings[SETTINGS]; /* as given */
	bool json;
};

static const struct option options[] = {
	{"os-image", required_argument, NULL, 'o'},
	{"firmware", required_argument, NULL, OPTION_FILE + OS_FIRMWARE},
	{"kernel", required_argument, NULL, OPTION_FILE + OS_KERNEL},
	{"initrd", required_argument, NULL, OPTION_FILE + OS_INITRD},
	{"cmdline", required_argument, NULL, 'c'},
	{"vm-config", required_argument, NULL, 'm'},
	{"cpus", required_argument, NULL, OPTION_SETTING + SET_CPUS},
	{"memory", required_argument, NULL, OPTION_SETTING + SET_MEMORY},
	{"qemu", required_argument, NULL, OPTION_SETTING + SET_QEMU},
	{"pic", required_argument, NULL, OPTION_SETTING + SET_PIC},
	{"smm", required_argument, NULL, OPTION_SETTING + SET_SMM},
	{"hotplug-off", no_argument, NULL, OPTION_SETTING + SET_HOTPLUG_OFF},
	{"hugepages", no_argument, NULL, OPTION_SETTING + SET_HUGEPAGES},
	{"gpus", required_argument, NULL, OPTION_SETTING + SET_GPUS},
	{"nvswitches", required_argument, NULL, OPTION_SETTING + SET_NVSWITCHES},
	{"nics", required_argument, NULL, OPTION_SETTING + SET_NICS},
	{"volumes", required_argument, NULL, OPTION_SETTING + SET_VOLUMES},
	{"hole64", required_argument, NULL, OPTION_SETTING + SET_HOLE64},
	{"page-order", required_argument, NULL, OPTION_SETTING + SET_PAGE_ORDER},
	{"json", no_argument, NULL, 'j'},
	{"dump-acpi", required_argument, NULL, 'a'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'v'},
	{NULL, 0, NULL, 0},
};

static void take_option(int option, struct request *request)
{
	switch (option) {
	case 'o':
		request->os_image = optarg;
		break;
	case 'c':
		request->cmdline = optarg;
		break;
	case 'm':
		request->vm_config = optarg;
		break;
	case 'a':
		request->dump_acpi = optarg;
		break;
	case 'j':
		request->json = true;
		break;
	case 'h':
		print_help(help);
	case 'v':
		print_version(digest_library());
	case '?':
		die_option();
	default:
		if (option >= OPTION_FILE)
			request->files[option - OPTION_FILE] = optarg;
		else
			request->settings[option - OPTION_SETTING] = optarg ? optarg : "on";
	}
}

/* Names are printed and become JSON. */
static void check_name(const char *name)
{
	if (!bytes_are_utf8(name, strlen(name)))
		die(STATUS_BAD, "%s: name is not UTF-8", name);
	if (!os_name_is_plain(name))
		die(STATUS_BAD, "%s: name has a control character", name);
}

static void check_request(const struct request *request)
{
	int files = !!request->cmdline;
	for (size_t i = 0; i < OS_FILES; i++) {
		files += !!request->files[i];
		if (request->files[i])
			check_name(request->files[i]);
	}
	if (request->os_image && files)
		die_usage("--os-image has all that --firmware, --kernel, --initrd and --cmdline would say");
	if (files && files != OS_FILES + 1)
		die_usage("--firmware, --kernel, --initrd and --cmdline belong together");
	if (!request->os_image && !files && !request->dump_acpi)
		die_usage("no OS image: --os-image, or --firmware, --kernel, --initrd and --cmdline");
}

static struct request parse_options(int argc, char **argv)
{
	struct request request = {0};
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
		take_option(option, &request);
	if (optind < argc)
		die_usage("'%s': everything is an option", argv[optind]);
	check_request(&request);
	return request;
}

/* The file first, so that an option that contradicts it is what is named. */
static struct shape find_shape(const struct request *request, const struct json *config)
{
	struct err err;
	struct shape_settings settings = {0};
	struct shape shape;
	if (config && shape_set_config(&settings, config, &err))
		die_err(request->vm_config, &err);
	for (const struct option *option = options; option->name; option++) {
		int setting = option->val - OPTION_SETTING;
		if (setting < 0 || setting >= SETTINGS || !request->settings[setting])
			continue;
		if (shape_set_text(&settings, setting, request->settings[setting], &err))
			die(err.status == STATUS_BAD ? EX_USAGE : err.status, "--%s: %s", option->name, err.text);
	}
	if (shape_resolve(&settings, &shape, &err))
		die_err(NULL, &err);
	return shape;
}

/* What a VmConfig says of the image must be so. */
static void check_hash(const struct request *request, const char *hash, struct os_image *image)
{
	struct err err;
	if (*image->hash && strcasecmp(hash, image->hash))
		die(STATUS_BAD, "%s: os_image_hash: is of another image; that of %s is %s", request->vm_config,
		    request->os_image, image->hash);
	if (!*image->hash &&
	    bytes_addf(&image->notes, &err, "VmConfig: its os_image_hash is not compared, for want of the image's\n"))
		die_err(NULL, &err);
}

static void check_config(const struct request *request, const struct json *config, struct os_image *image)
{
	struct err err;
	cleanup_json struct json *hash = json_get(config, "os_image_hash");
	cleanup_json struct json *variant = json_get(config, "ovmf_variant");
	if (variant && json_kind(variant) != JSON_NULL && json_kind(variant) != JSON_STRING)
		die(STATUS_BAD, "%s: ovmf_variant: not a string", request->vm_config);
	if (variant && json_kind(variant) == JSON_STRING && os_variant_check(json_text(variant), &err))
		die_err(request->vm_config, &err);
	if (hash && json_kind(hash) != JSON_STRING)
		die(STATUS_BAD, "%s: os_image_hash: not a string", request->vm_config);
	if (hash && *json_text(hash))
		check_hash(request, json_text(hash), image);
}

/* The image's files are compared with its checksums while the prediction is made from them. */
struct check {
	const struct os_image *image;
	struct err err;
	bool failed;
};

static void *run_check(void *context)
{
	struct check *check = context;
	check->failed = os_image_check(check->image, &check->err);
	return NULL;
}

static void predict(const struct request *request, const struct os_image *image, const struct shape *shape,
		    struct boot *boot)
{
	struct err err;
	struct check check = {.image = image};
	pthread_t thread;
	bool started = !pthread_create(&thread, NULL, run_check, &check);
	int failed = boot_predict(image, shape, boot, &err);
	if (!failed && boot_compare(image, shape, boot, &err))
		failed = err_prefix(&err, "%s", request->os_image);
	if (started)
		pthread_join(thread, NULL);
	else
		run_check(&check);
	if (check.failed)
		die_err(request->os_image, &check.err);
	if (failed)
		die_err(NULL, &err);
}

static void open_image(const struct request *request, struct os_image *image)
{
	struct err err;
	if (request->os_image ? os_image_open(request->os_image, image, &err)
			      : os_image_from_files(request->files, request->cmdline, image, &err))
		die_err(request->os_image, &err);
}

static void print(const struct request *request, const struct os_image *image, const struct shape *shape,
		  const struct boot *boot)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	cleanup_json struct json *json = request->json ? boot_json(image, shape, boot) : NULL;
	if (request->json ? json_write(json, true, &text, &err) : boot_text(image, boot, &text, &err))
		die_err(NULL, &err);
	print_bytes(&text);
}

static void dump(const char *folder, const struct shape *shape)
{
	struct err err;
	cleanup_acpi struct acpi acpi = {0};
	if (acpi_build(shape, &acpi, &err) || acpi_dump(&acpi, folder, &err))
		die_err(NULL, &err);
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_os_image struct os_image image = {.folder = -1};
	cleanup_boot struct boot boot = {0};
	program_start("tdx-predict");
	struct request request = parse_options(argc, argv);
	cleanup_json struct json *file = request.vm_config ? json_load(request.vm_config, &err) : NULL;
	cleanup_json struct json *config = file ? shape_config(file, &err) : NULL;
	if (request.vm_config && !config)
		die_err(request.vm_config, &err);
	struct shape shape = find_shape(&request, config);
	if (request.os_image || request.files[0]) {
		open_image(&request, &image);
		if (config)
			check_config(&request, config, &image);
		predict(&request, &image, &shape, &boot);
	}
	if (request.dump_acpi)
		dump(request.dump_acpi, &shape);
	if (boot.measured.count)
		print(&request, &image, &shape, &boot);
	return finish(STATUS_OK);
}
