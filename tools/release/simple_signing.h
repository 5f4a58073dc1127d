/* The payload of sigstore's "simple signing", which skopeo, podman and cosign look for beside an image: it says that a
 * manifest of this digest may be called by this name.
 *
 * Source: containers/image, docs/containers-signature.5.md (the JSON data format) as containers-policy.json.5's
 * sigstoreSigned and cosign use it.
 */
#ifndef RELEASE_SIMPLE_SIGNING_H
#define RELEASE_SIMPLE_SIGNING_H

#include "bytes.h"

/* reference: HOST[:PORT]/NAME[:TAG], else STATUS_BAD; digest: "sha256:HEX". Appends the payload; no time and no creator
 * are in it. What skopeo and podman do unless their policy says otherwise takes no name without a tag: with one, the image
 * is accepted by that tag and by digest. */
int simple_signing_payload(const char *reference, const char *digest, struct bytes *into, struct err *err);

#endif
