/* The Authenticode digest of a PE file, by the rule of the firmware that measures it.
 *
 * It leaves out the checksum, the entry of the certificate table and the certificates, and takes sections in the order
 * of their data. Refused is what no firmware would load, and what could be read in two ways: headers, sections or
 * certificates that lie outside the file or over each other.
 *
 * Sources: spec: tdx-boot-spec.md 4.2; Windows Authenticode Portable Executable Signature Format, "Calculating the PE
 * Image Hash".
 */
#ifndef MEASURE_PE_H
#define MEASURE_PE_H

#include "digest.h"

/* A file of which the first bytes are others: what QEMU makes of a kernel, without a copy of all of it. */
struct pe_file {
	const uint8_t *head; /* in the place of the first head_size bytes of data */
	size_t head_size;    /* 0: data is as it is; never above size */
	const uint8_t *data;
	size_t size;
};

/* digest_size() bytes. STATUS_BAD: `PE: reason`, `PE: section N: reason`.
 * *note is why dstack's own tool gets another digest for this file, a text that is never freed, or NULL. */
int pe_digest(const struct pe_file *file, enum digest_algorithm algorithm, uint8_t *digest, const char **note,
	      struct err *err);

#endif
