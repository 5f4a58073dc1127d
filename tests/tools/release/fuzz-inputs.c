/* corpus: vectors/release-folder/bundle
 * A bundle of inputs is signed by nobody. What is taken lies within it, and each input is behind the one before. */
#include "bundle.h"

#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_bundle struct bundle bundle = {0};
	cleanup_fd int fd = memfd_create("bundle", MFD_CLOEXEC);
	struct err err = {0};
	uint64_t behind = 0;
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (bundle_read(fd, size, &bundle, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	for (size_t i = 0; i < bundle.count; i++) {
		const struct bundle_input *input = &bundle.inputs[i];
		if (input->offset < behind || input->size > size - input->offset ||
		    !bundle_has(&bundle, input->algorithm, input->hex))
			abort();
		behind = input->offset + input->size;
	}
	return 0;
}
