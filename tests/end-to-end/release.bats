# make release, in copies of this tree: what is in the folder, that it is the same wherever it is made, and what it is refused for.
load clone
load release

setup_file() {
	npm_packages "$BATS_FILE_TMPDIR"
	release_setup REGISTRY=registry.example
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	RELEASED=$WARM/build/release
}

files_of() { (cd "$1" && find . -type f -printf '%P\n' | LC_ALL=C sort); } # FOLDER

signed='measurements.dsse.json provenance.dsse.json release.dsse.json sbom.dsse.json sigstore.payload.json sigstore.sig'

@test "the folder has what is published, SHA256SUMS has all of it but itself and what is signed" {
	same "$signed" "$(files_of "$RELEASED" | grep -E '(dsse\.json|^sigstore\..*)$' | paste -sd ' ')"
	same "$(files_of "$RELEASED" | grep -vE 'dsse\.json$|^sigstore\.|^SHA256SUMS$')" "$(cut -c67- "$RELEASED/SHA256SUMS")"
	(cd "$RELEASED" && sha256sum --check --strict --quiet SHA256SUMS)
	diff -r "$ROOT/build/images/kettle-launcher/oci" "$RELEASED/oci"
	cmp "$WARM/build/measurements.json" "$RELEASED/measurements.json"
	same "app-compose.json docker-compose.yml large.json medium.json small.json" "$(files_of "$RELEASED/deploy" | sed 's,.*/,,' | paste -sd ' ')"
	same "$(expected_digest)  build/release" "$(tail -n 1 "$BATS_FILE_TMPDIR/said")"
}

@test "every statement is about the image, signed, and says what the file beside it says" {
	local name type
	while read -r name type; do
		manifest-verify --keys "$KEY_FOLDER" --type "$type" --subject "$(expected_digest)" --predicate "$RELEASED/${name%%.*}.dsse.json" |
			cmp - "$RELEASED/$name"
	done <<-'END'
		measurements.json urn:kettle-dstack:measurements:1
		sbom.spdx.json https://spdx.dev/Document/v2.3
		provenance.json https://slsa.dev/provenance/v1
	END
	jq -r .payload "$RELEASED/release.dsse.json" | base64 -d >statement.json
	same "$(expected_digest) kettle-launcher" "$(jq -r '.subject[0] | "sha256:\(.digest.sha256) \(.name)"' statement.json)"
	jq -r '.subject[1:][] | "\(.digest.sha256)  \(.name)"' statement.json | cmp - "$RELEASED/SHA256SUMS"
	jq .predicate statement.json >predicate.json
	expect 0 validate predicate.json release-1
}

@test "the signature for skopeo holds by openssl, and names this image and no other" {
	need openssl
	base64 -d "$RELEASED/sigstore.sig" >signature
	openssl dgst -sha256 -verify "$BATS_FILE_TMPDIR/key.pub" -signature signature "$RELEASED/sigstore.payload.json"
	same "registry.example/kettle-launcher:$(make -s -C "$WARM" print-VERSION) $(expected_digest)" \
		"$(jq -r '.critical | "\(.identity["docker-reference"]) \(.image["docker-manifest-digest"])"' "$RELEASED/sigstore.payload.json")"
}

# Another path, umask and time, no bubblewrap; the same key.
@test "from another tree, in a chroot, comes the same release, to the last signature" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, for a chroot"
	(umask 077 && clone "an other/tree" && cp -a --reflink=auto "$WARM/build" "an other/tree/build")
	rm -rf "an other/tree/build/release"
	(umask 077 && make -C "an other/tree" --no-print-directory -s release KEY="$KEY_FILE" REGISTRY=registry.example BUILDER=chroot)
	diff -r "$RELEASED" "an other/tree/build/release"
}

@test "the provenance names every input by digest, and its parameters are what make was told" {
	(cd "$ROOT" && mk/lock-list.sh $(jq -r '.inputs.locks[].path' "$RELEASED/measurements.json") | awk '{ print $2 }' | sort -u) >inputs
	jq -r '.buildDefinition.resolvedDependencies[] | select(.uri) | .digest[]' "$RELEASED/provenance.json" | sort | cmp inputs -
	same '' "$(jq -r '.buildDefinition.resolvedDependencies[], .runDetails.byproducts[] | select(.digest | length == 0)' "$RELEASED/provenance.json")"
	jq -r '.runDetails.byproducts[] | "\(.digest.sha256)  \(.name)"' "$RELEASED/provenance.json" >byproducts
	(cd "$RELEASED" && sha256sum --check --strict --quiet) <byproducts
	same "urn:kettle-dstack:build-root:sha256:$(sha256sum <"$ROOT/images/builder/debian.lock" | cut -c-64)" \
		"$(jq -r .runDetails.builder.id "$RELEASED/provenance.json")"
	jq -n --slurpfile provenance "$RELEASED/provenance.json" --slurpfile measurements "$RELEASED/measurements.json" \
		'$measurements[0] as $m | {commit: null, parameters: ($provenance[0].buildDefinition.externalParameters | del(.commit)), inputs: $m.inputs,
		 image: {manifest: $m.image.manifest.sha256, config: $m.image.config.sha256, layers: [$m.image.layers[].blob.sha256]},
		 measurements: $m.image.manifest.sha256}' >rebuild.json
	expect 0 validate rebuild.json rebuild-1
	same registry.example "$(jq -r .parameters.registry rebuild.json)"
}

# refused_by_schema SCHEMA FILE CHANGE MESSAGE
refused_by_schema() {
	jq "$3" "$2" >changed.json
	expect 1 validate changed.json "$1"
	[[ $output == *"$4"* ]]
}

@test "the schemas refuse what is missing, misspelt, of another form or more" {
	jq -n '{image: "kettle-launcher", version: "1", commit: null}' >release.json
	expect 0 validate release.json release-1
	refused_by_schema release-1 release.json 'del(.commit)' "must have required property 'commit'"
	refused_by_schema release-1 release.json '.commit = "HEAD"' '/commit: must match pattern'
	refused_by_schema release-1 release.json '.time = 0' 'must NOT have additional properties'
	jq -n --slurpfile m "$RELEASED/measurements.json" '$m[0] | {commit: ("a" * 40), inputs, measurements: .image.manifest.sha256,
		image: {manifest: .image.manifest.sha256, config: .image.config.sha256, layers: [.image.layers[].blob.sha256]},
		parameters: {compression: "zstd", deploy_options: "", dstack: "0.5.11", form: "sdk", image: "a", key_provider: null, manifest: null,
		os_image: .image.config.sha256, registry: "localhost", vm: []}}' >rebuild.json
	expect 0 validate rebuild.json rebuild-1
	refused_by_schema rebuild-1 rebuild.json '.host = "here"' 'must NOT have additional properties'
	refused_by_schema rebuild-1 rebuild.json '.image.layers = []' '/image/layers: must NOT have fewer than 1 items'
	refused_by_schema rebuild-1 rebuild.json '.parameters.compression = "xz"' '/parameters/compression: must be equal to one of'
	refused_by_schema rebuild-1 rebuild.json '.measurements |= "sha256:" + .' '/measurements: must match pattern'
	refused_by_schema rebuild-1 rebuild.json 'del(.inputs.locks)' "/inputs: must have required property 'locks'"
}

@test "without a key: it is said, and the rest is the same" {
	cp -a "$RELEASED" signed
	expect 0 make -C "$WARM" --no-print-directory -s release REGISTRY=registry.example
	one_line "$(said)" 'release: nothing is signed; KEY=file signs it'
	same '' "$(files_of "$RELEASED" | grep -E 'dsse|sigstore')"
	cmp signed/SHA256SUMS "$RELEASED/SHA256SUMS"
	rm -rf "$RELEASED"
	mv signed "$RELEASED"
}

@test "a key that wants a passphrase takes it from a file; with another, the release that is there stays" {
	echo 'pass phrase' >passphrase
	echo wrong >wrong
	manifest-sign keygen --type ed25519 --passphrase-file passphrase --out mine.pem >id
	cp -a "$RELEASED" before
	expect 2 make -C "$WARM" --no-print-directory -s release KEY="$PWD/mine.pem" PASSPHRASE="$PWD/wrong" REGISTRY=registry.example
	one_line "$(said)" 'manifest-sign: key: '
	expect 2 make -C "$WARM" --no-print-directory -s release KEY="$PWD/none.pem"
	one_line "$(said)" "KEY=$PWD/none.pem: no such file"
	diff -r before "$RELEASED"
	released KEY="$PWD/mine.pem" PASSPHRASE="$PWD/passphrase" REGISTRY=registry.example
	same "$(<id)" "$(jq -r '.signatures[].keyid' "$RELEASED/release.dsse.json")"
	rm -rf "$RELEASED"
	mv before "$RELEASED"
}

@test "in git: the commit, in provenance, statement and notes; sources that are no commit are refused" {
	need git
	git -C "$WARM" init -q
	git -C "$WARM" add -A
	git -C "$WARM" -c user.name=a -c user.email=a@example.org commit -q -m sources
	released KEY="$KEY_FILE" REGISTRY=registry.example
	commit=$(git -C "$WARM" rev-parse HEAD)
	same "$commit" "$(jq -r .buildDefinition.externalParameters.commit "$RELEASED/provenance.json")"
	same "$commit" "$(jq -r .payload "$RELEASED/release.dsse.json" | base64 -d | jq -r .predicate.commit)"
	grep -q "git checkout $commit" "$RELEASED/notes.md"
	echo more >>"$WARM/docs/design.md"
	expect 2 make -C "$WARM" --no-print-directory -s release REGISTRY=registry.example
	one_line "$(said)" "release: the sources are not those of commit ${commit:0:12}: docs/design.md"
}

# The last one: it leaves another image's measurements.
@test "an image without a deployment has a release too" {
	released IMAGE=layer-digest COMMIT=0123456789abcdef0123456789abcdef01234567
	(cd "$RELEASED" && sha256sum --check --strict --quiet SHA256SUMS)
	[ ! -e "$RELEASED/deploy/docker-compose.yml" ]
	grep -q "RELEASE=localhost/layer-digest@$(expected_digest layer-digest) " "$RELEASED/notes.md"
	same 0123456789abcdef0123456789abcdef01234567 "$(jq -r .buildDefinition.externalParameters.commit "$RELEASED/provenance.json")"
}
