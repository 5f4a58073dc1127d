# registry-outbox.sh: sourced by registry-push.sh; a release's folder made into artifacts, as an OCI layout whose blobs are links.
#
#     check_release   $folder is a release, whole; sets image (sha256:HEX) and subject (its descriptor)
#     fill_outbox     $outbox has the artifacts, its index.json their descriptors as referrers
#     fill_sigstore   so has the signature for containers' policies, beside those of others that the registry has
#
# An artifact's bytes depend on the files alone: members in alphabetical order, layers sorted by title, no time.
# shellcheck shell=bash disable=SC2086,SC2154 # set by registry-push.sh; types have no spaces

check_release() {
	local path
	[ -f "$folder/SHA256SUMS" ] || die 74 "$folder: no release is there; \`make release\` makes one"
	path=$( (cd "$folder" && sha256sum --check --strict --quiet SHA256SUMS 2>&1) | head -n 1) || true
	[ -z "$path" ] || die 1 "$folder: SHA256SUMS: $path"
	(cd "$folder" && find . -type f -printf '%P\n' | grep -v '^inputs\.tar$\|\.dsse\.json$\|^sigstore\.\|^SHA256SUMS$' | sort) >"$scratch/here"
	path=$(sed 's/^[0-9a-f]*  //' "$folder/SHA256SUMS" | sort | diff - "$scratch/here" | sed -n 's/^[<>] //p' | head -n 1) || true
	[ -z "$path" ] || die 1 "$folder: $path: SHA256SUMS does not have it, or not once"
	while read -r path; do
		[[ $path == oci/blobs/sha256/* ]] || is_plain_path "$path" || die 2 "$folder: $path: not a file that a release has"
	done <"$scratch/here"
	image=$(jq -r 'select(.manifests | length == 1) | .manifests[0].digest' "$folder/oci/index.json" 2>/dev/null) || true
	[[ $image =~ ^sha256:[0-9a-f]{64}$ ]] || die 2 "$folder/oci: not a layout with one manifest"
	subject=$(jq -c '.manifests[0] | {mediaType, digest, size}' "$folder/oci/index.json")
}

# put_blob FILE: adds it, by its absolute path, to the outbox; sets blob to the descriptor's digest and size, as members.
put_blob() {
	local hex
	hex=$(sha256sum <"$1")
	hex=${hex%% *}
	ln -sf "$1" "$outbox/blobs/sha256/$hex"
	blob="\"digest\":\"sha256:$hex\",\"size\":$(stat -L -c %s "$1")"
}

# put_layer FILE TYPE TITLE: prints the layer.
put_layer() {
	put_blob "$1"
	printf '{"mediaType":"%s",%s,"annotations":{"org.opencontainers.image.title":"%s"}}\n' "$2" "$blob" "$3"
}

# put_artifact TYPE TITLE [PREDICATE-TYPE] <LAYERS: an artifact of those layers, and its line in the index.
put_artifact() {
	local file
	file=$(mktemp "$scratch/artifact.XXXXXX")
	jq -cjS -s --arg type "$1" --arg title "$2" --arg predicate "${3:-}" --arg empty $type_empty --arg manifest $type_manifest \
		--argjson subject "$subject" '{schemaVersion: 2, mediaType: $manifest, artifactType: $type, subject: $subject, layers: .,
			config: {mediaType: $empty, digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", size: 2, data: "e30="},
			annotations: ({"org.opencontainers.image.title": $title} + if $predicate == "" then {} else {"in-toto.io/predicate-type": $predicate} end)}' >"$file"
	put_blob "$file"
	jq -cS --argjson blob "{$blob}" '$blob + {mediaType, artifactType, annotations}' "$file" >>"$scratch/descriptors"
}

media_type() { # PATH
	case $1 in
	*.spdx.json) echo application/spdx+json ;;
	*.json | oci/*) echo application/json ;;
	*.md) echo text/markdown ;;
	*.yml) echo application/yaml ;;
	*) echo text/plain ;;
	esac
}

put_release() {
	local path
	while read -r path; do
		[[ $path == oci/blobs/* ]] || put_layer "$folder/$path" "$(media_type "$path")" "$path"
	done < <(sort - "$scratch/here" <<<SHA256SUMS) >"$scratch/layers"
	put_artifact $type_release "$1" <"$scratch/layers"
}

put_envelopes() {
	local file path predicate
	for file in "$folder"/*.dsse.json "$folder"/rebuilds/*.dsse.json; do
		[ -e "$file" ] || continue
		path=${file#"$folder"/}
		is_envelope_path "$path" || die 2 "$folder: $path: not a file that a release has"
		predicate=$(jq -r '.payload | @base64d | fromjson | .predicateType | strings' "$file" 2>/dev/null) && [ -n "$predicate" ] ||
			die 2 "$folder: $path: not an envelope with a statement in it"
		put_layer "$file" $type_envelope "$path" >"$scratch/layers"
		put_artifact $type_envelope "$path" "$predicate" <"$scratch/layers"
	done
}

# The locks that the release was made from, as this tree has them; their inputs as they are in the store.
put_inputs() {
	local path locks=()
	while read -r path; do
		[[ $path =~ ^images/([a-z0-9-]+/)+(debian\.lock|package-lock\.json)$ ]] || die 2 "$folder/measurements.json: $path: not a lock"
		locks+=("$path")
	done < <(jq -r '.inputs.locks[].path' "$folder/measurements.json" 2>/dev/null)
	[ ${#locks[@]} -gt 0 ] || die 2 "$folder/measurements.json: names no locks"
	path=$(jq -r '.inputs.locks[] | "\(.digest.sha256)  \(.path)"' "$folder/measurements.json" |
		sha256sum --check --strict --quiet 2>/dev/null | head -n 1) || true
	[ -z "$path" ] || die 1 "${path%: *}: not the lock that the release was made from, so its inputs are not known here; push from the tree that made it"
	"$mk/store-fetch.sh" --check "$store" "${locks[@]}"
	"$mk/lock-list.sh" "${locks[@]}" | awk '{ print $1 "/" $2 }' | sort -u >"$scratch/inputs"
	put_input_layers
	put_artifact $type_inputs inputs <"$scratch/layers"
}

# As put_layer, of hundreds at once.
put_input_layers() {
	local hex size title
	(cd "$store" && xargs sha256sum) <"$scratch/inputs" >"$scratch/sums"
	(cd "$store" && xargs stat -L -c %s) <"$scratch/inputs" | paste -d ' ' - "$scratch/sums" | while read -r size hex title; do
		[ "sha256/$hex" = "$title" ] || ln -sf "$store/$title" "$outbox/blobs/sha256/$hex"
		printf '{"mediaType":"application/octet-stream","digest":"sha256:%s","size":%s,"annotations":{"org.opencontainers.image.title":"%s"}}\n' \
			"$hex" "$size" "$title"
	done >"$scratch/layers"
	sed -n "s,^sha256/,$store/&,p" "$scratch/inputs" | xargs -r ln -sf -t "$outbox/blobs/sha256"
}

fill_outbox() {
	mkdir -p "$outbox/blobs/sha256" "$outbox.one"
	ln -s "$outbox/blobs" "$outbox.one/blobs"
	printf '{"imageLayoutVersion":"1.0.0"}' >"$outbox.one/oci-layout"
	printf '{}' >"$scratch/empty"
	put_blob "$scratch/empty"
	put_inputs
	put_release release
	[ ! -e "$folder/sbom.spdx.json" ] || {
		put_layer "$folder/sbom.spdx.json" $type_spdx sbom.spdx.json >"$scratch/layers"
		put_artifact $type_spdx sbom.spdx.json <"$scratch/layers"
	}
	put_envelopes
	jq -cjS -s --arg type $type_index '{schemaVersion: 2, mediaType: $type, manifests: .}' "$scratch/descriptors" >"$outbox/index.json"
}

# A policy looks under the tag sha256-HEX.sig for an image manifest whose layers are payloads, each with a signature as annotation.
sigstore_manifest() { # LAYERS, as one array
	local config=$scratch/sigstore.config
	jq -cjS '{architecture: "", config: {}, os: "", rootfs: {type: "layers", diff_ids: map(.digest)}}' "$1" >"$config"
	put_blob "$config"
	jq -cjS --arg manifest $type_manifest --argjson blob "{$blob}" '{schemaVersion: 2, mediaType: $manifest, layers: .,
		config: ($blob + {mediaType: "application/vnd.oci.image.config.v1+json"})}' "$1" >"$scratch/sigstore.manifest"
	put_blob "$scratch/sigstore.manifest"
}

# Sets sigstore_tag, or nothing when the release has no such signature. Those of others stay, under MOVE too.
fill_sigstore() {
	local signature title=sigstore.payload.json
	sigstore_tag=
	[ -e "$folder/sigstore.sig" ] || return 0
	signature=$(<"$folder/sigstore.sig")
	is_signature "$signature" && printf '%s\n' "$signature" | cmp -s - "$folder/sigstore.sig" ||
		die 2 "$folder/sigstore.sig: not one line of base64"
	sigstore_tag=sha256-${image#sha256:}.sig
	look_at_tag "$sigstore_tag"
	[ -n "$tagged" ] || echo '{"layers":[]}' >"$scratch/tag"
	put_layer "$folder/$title" $type_sigstore $title >"$scratch/layers"
	jq -cS --slurpfile ours "$scratch/layers" --arg name $sigstore_annotation --arg signature "$signature" --arg title $title --arg move "$move" '
		($ours[0] | .annotations[$name] = $signature) as $own
		| .layers | map(select($move == "" or .annotations["org.opencontainers.image.title"] != $title))
		| if index([$own]) then . else . + [$own] end' "$scratch/tag" >"$scratch/sigstore.layers" 2>/dev/null ||
		die 2 "tag $sigstore_tag: is no image manifest"
	[ "$(jq --arg title $title 'map(select(.annotations["org.opencontainers.image.title"] == $title)) | length' "$scratch/sigstore.layers")" = 1 ] ||
		die 1 "tag $sigstore_tag: has another $title; MOVE=1 replaces it"
	sigstore_manifest "$scratch/sigstore.layers"
	said=$(jq -r '.critical.identity["docker-reference"]' "$folder/$title" 2>/dev/null) || true
	[ "${said%":$version"}" = "$registry_host/$registry_name" ] ||
		echo "push: $title: is about ${said//[![:print:]]/}, so a policy will not take it at $registry_host/$registry_name" >&2
}
