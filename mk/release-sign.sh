#!/bin/bash
# release-sign.sh FOLDER SIGNER KEY PASSPHRASE IMAGE REGISTRY VERSION COMMIT: signs what is in the folder of a release.
#
# SIGNER is manifest-sign, KEY its key, PASSPHRASE a file or empty: then it is asked for once, when there is one to ask.
# Statements are about the image's manifest; that of the release is about every file in SHA256SUMS besides.
set -euo pipefail
folder=$1
signer=$2
image=$5
registry=$6
version=$7
commit=${8:+\"$8\"}
options=(--key "$3")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
manifest=$(sed -n 's/.*"digest":"\(sha256:[0-9a-f]*\)".*/\1/p' "$folder/oci/index.json")

# Asked here, it is asked once and not for every statement.
passphrase() { # FILE
	if [ -n "$1" ]; then
		options+=(--passphrase-file "$1")
	elif [ -t 0 ] && grep -qs -e '^-----BEGIN ENCRYPTED ' -e '^Proc-Type:.*ENCRYPTED' "${options[1]}"; then
		read -rsp 'passphrase of the key: ' && echo >&2
		printf '%s' "$REPLY" >"$work/passphrase"
		options+=(--passphrase-file "$work/passphrase")
	fi
}

sign() { # NAME TYPE PREDICATE [OPTION...]
	"$signer" "${options[@]}" --type "$2" --subject "$image=$manifest" "${@:4}" "$3" >"$folder/$1.dsse.json"
}

passphrase "$4"
printf '{"commit":%s,"image":"%s","version":"%s"}\n' "${commit:-null}" "$image" "$version" >"$work/release.json"
sign measurements urn:kettle-dstack:measurements:1 "$folder/measurements.json"
sign sbom https://spdx.dev/Document/v2.3 "$folder/sbom.spdx.json"
sign provenance https://slsa.dev/provenance/v1 "$folder/provenance.json"
sign release urn:kettle-dstack:release:1 "$work/release.json" --subjects "$folder/SHA256SUMS"
"$signer" "${options[@]}" --docker-reference "$registry/$image:$version" --subject "$manifest" --payload "$folder/sigstore.payload.json" \
	>"$folder/sigstore.sig"
