/* Check `sigstore`: the signature for readers of sigstore's simple signing (skopeo, podman, cosign) is of this image,
 * by a trusted key. */
#include "base64.h"
#include "claim.h"

#include <string.h>

static const char check[] = "sigstore", payload_path[] = "sigstore.payload.json", signature_path[] = "sigstore.sig";

/* spec: containers/image docs/containers-signature.5.md: the JSON data format */
static int check_payload(struct judgement *judgement, const struct bytes *text, struct err *err)
{
	char digest[sizeof "sha256:" + 2 * SHA256_SIZE];
	cleanup_json struct json *payload = NULL;
	(void)text;
	if (judgement_json(judgement, check, payload_path, &payload, err))
		return -1;
	struct claim claim = {check, payload_path, payload};
	snprintf(digest, sizeof digest, "sha256:%s", judgement->manifest);
	if (!payload)
		return 0;
	claim_text(judgement, &claim, "critical.image.docker-manifest-digest", digest);
	claim_text(judgement, &claim, "critical.type", "cosign container image signature");
	return 0;
}

/* Which of the keys made it? NULL: none. */
static int find_signer(struct judgement *judgement, const struct bytes *payload, const struct bytes *signature,
		       const struct keyring_key **signer, struct err *err)
{
	*signer = NULL;
	for (size_t i = 0; !*signer && i < judgement->keys.count; i++) {
		bool holds;
		if (signature_verify(judgement->keys.keys[i].key, SIGNATURE_SHA256, payload->data, payload->size,
				     signature->data, signature->size, &holds, err))
			return -1;
		if (holds)
			*signer = &judgement->keys.keys[i];
	}
	return 0;
}

static int check_signature(struct judgement *judgement, const struct bytes *payload, const struct bytes *text,
			   struct err *err)
{
	struct err why;
	const struct keyring_key *signer;
	cleanup_bytes struct bytes signature = {0};
	size_t size = text->size;
	if (size && text->data[size - 1] == '\n')
		size--;
	if (!size || size > 4096 || base64_read(text->data, size, &signature, &why)) {
		say_false(&judgement->findings, check, "malformed", signature_path, "not base64 of a signature");
		return 0;
	}
	if (find_signer(judgement, payload, &signature, &signer, err))
		return -1;
	if (!signer)
		say_false(&judgement->findings, check, "signature-broken", signature_path,
			  "not a signature of %s by any trusted key", payload_path);
	return 0;
}

int check_sigstore(struct judgement *judgement, struct err *err)
{
	const struct bytes *payload, *signature;
	if (judgement_text(judgement, payload_path, &payload, err) ||
	    judgement_text(judgement, signature_path, &signature, err))
		return -1;
	if (!payload && !signature) {
		say_open(&judgement->findings, VERDICT_UNCHECKED, check, "not-supplied",
			 "the signature that skopeo and podman read: the release has none");
		return 0;
	}
	if (!payload || !signature) {
		say_false(&judgement->findings, check, "missing", payload ? signature_path : payload_path,
			  "half of a signature is not there");
		return 0;
	}
	if (check_payload(judgement, payload, err))
		return -1;
	if (!judgement->question->keys)
		say_open(&judgement->findings, VERDICT_UNCHECKED, check, "not-supplied",
			 "the signature that skopeo and podman read: no keys were given");
	else if (check_signature(judgement, payload, signature, err))
		return -1;
	else if (!findings_false(&judgement->findings, check))
		say_holds(&judgement->findings, check,
			  "the signature that skopeo and podman read is of this image, by a trusted key");
	return 0;
}
