# registry-artifacts.sh: sourced; what of a release is which artifact in a registry (docs/registry.md), and which files a release has.
# $mk is where the scripts are.
# shellcheck shell=bash disable=SC2034,SC2154 # read by those that source it, or set by them

type_manifest=application/vnd.oci.image.manifest.v1+json
type_index=application/vnd.oci.image.index.v1+json
type_empty=application/vnd.oci.empty.v1+json
type_envelope=application/vnd.dsse.envelope.v1+json
type_release=application/vnd.kettle-dstack.release.v1
type_inputs=application/vnd.kettle-dstack.inputs.v1
type_spdx=application/spdx+json
type_sigstore=application/vnd.dev.cosign.simplesigning.v1+json
sigstore_annotation=dev.cosignproject.cosign/signature

# What may be in a release's folder beside the blobs of its image: a closed list, since the names come from a registry.
is_plain_path() {
	local name='[A-Za-z0-9][A-Za-z0-9._-]*'
	[ ${#1} -le 128 ] || return
	[[ $1 =~ ^(measurements\.json|sbom\.spdx\.json|provenance\.json|notes\.md|SHA256SUMS|oci/index\.json|oci/oci-layout)$ ||
		$1 =~ ^deploy/(docker-compose\.yml|app-compose\.json|manifest\.json|expected\.json)$ || $1 =~ ^deploy/vm/$name\.json$ ]]
}

# A signature as it stands in sigstore.sig and in an annotation.
is_signature() { [ ${#1} -le 4096 ] && [[ $1 =~ ^[A-Za-z0-9+/]+=*$ ]]; }

is_envelope_path() {
	[[ $1 =~ ^((measurements|sbom|provenance|release)|rebuilds/[0-9a-f]{64})\.dsse\.json$ ]]
}

# judge_artifact FILE TYPE SUBJECT: sets artifact_layers, lines `HEX SIZE TITLE`, and artifact_count; else code and reason.
judge_artifact() {
	local said status=0
	said=$(jq -r --arg type "$2" --arg subject "$3" -f "$mk/registry-artifact.jq" "$1" 2>&1) || status=$?
	[ $status -eq 0 ] || {
		said=${said##*$'\n'}
		case $said in "jq: error (at "*) said=${said#*): } ;; *) said='is not JSON' ;; esac
		fault 2 "$said"
		return
	}
	artifact_layers=$said
	said=${said//[!$'\n']/}
	artifact_count=$((${#said} + 1))
}

# listed INDEX TYPE: `HEX SIZE` of each artifact of that type, in the index's order.
listed() { jq -r --arg type "$2" '.manifests[] | select(.artifactType == $type) | "\(.digest[7:]) \(.size)"' "$1"; }

# list_inputs FOLDER REFERENCE: writes `HEX SIZE ALGO/HEX` for each input into FOLDER/inputs-REFERENCE, a / as _. The reference is that
# of an inputs artifact, or of an image with such referrers: then it is all of theirs, since each is checked by its digest anyway.
list_inputs() {
	local hex _ table=$1/inputs-${2//\//_} file=$1/inputs-manifest list=$1/inputs-referrers
	registry_open "$1" "$2" || return
	[ -n "$registry_want" ] || fault 64 'neither @sha256:HEX nor :TAG' || return
	registry_manifest "$registry_want" "$file" || return
	if judge_artifact "$file" "$type_inputs" ''; then
		printf '%s\n' "$artifact_layers" >"$table"
	else
		hex=$(sha256sum <"$file")
		registry_referrers "${hex%% *}" "$list" || return
		listed "$list" "$type_inputs" | head -n 16 >"$list.hex"
		[ -s "$list.hex" ] || fault 74 'the registry has no inputs of that image' || return
		while read -r hex _; do
			registry_manifest "sha256:$hex" "$file" && judge_artifact "$file" "$type_inputs" '' || return
			printf '%s\n' "$artifact_layers"
		done <"$list.hex" >"$table"
	fi
	registry_remember
}
