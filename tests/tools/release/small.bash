# A small release, made with other people's tools alone but for the statements' signatures: two layers of a file each.
load ../../helpers

hex256() { sha256sum <"$1" | cut -d' ' -f1; }
hex384() { sha384sum <"$1" | cut -d' ' -f1; }
size_of() { stat -Lc %s "$1"; }

# {"sha256", "sha384", "size"} of a file
digests() {
	jq -nc --arg a "$(hex256 "$1")" --arg b "$(hex384 "$1")" --argjson size "$(size_of "$1")" '{sha256: $a, sha384: $b, size: $size}'
}

descriptor() { # TYPE FILE
	jq -nc --arg type "application/vnd.oci.image.$1" --arg digest "sha256:$(hex256 "$2")" --argjson size "$(size_of "$2")" \
		'{mediaType: $type, digest: $digest, size: $size}'
}

# Puts a file among the blobs.
blob() { mkdir -p oci/blobs/sha256 && cp "$1" "oci/blobs/sha256/$(hex256 "$1")"; }

# ../made/1.tar.gz, ../made/2.tar.gz and their tars, the config, the manifest; and the layout of them.
make_image() {
	local i
	mkdir -p ../made
	for i in 1 2; do
		printf 'file %d\n' $i >../made/file
		tar --format=ustar --mtime=@0 --owner=0 --group=0 --numeric-owner -C ../made -cf ../made/$i.tar file
		gzip -nc ../made/$i.tar >../made/$i.tar.gz
		blob ../made/$i.tar.gz
	done
	jq -nc --arg one "sha256:$(hex256 ../made/1.tar)" --arg two "sha256:$(hex256 ../made/2.tar)" '{architecture: "amd64", os: "linux",
		history: [{created_by: "1-one"}, {created_by: "2-two"}], rootfs: {type: "layers", diff_ids: [$one, $two]}}' >../made/config
	jq -nc --argjson config "$(descriptor config.v1+json ../made/config)" --argjson one "$(descriptor layer.v1.tar+gzip ../made/1.tar.gz)" \
		--argjson two "$(descriptor layer.v1.tar+gzip ../made/2.tar.gz)" '{schemaVersion: 2,
		mediaType: "application/vnd.oci.image.manifest.v1+json", config: $config, layers: [$one, $two]}' >../made/manifest
	blob ../made/config
	blob ../made/manifest
	jq -nc --argjson manifest "$(descriptor manifest.v1+json ../made/manifest)" '{schemaVersion: 2,
		mediaType: "application/vnd.oci.image.index.v1+json", manifests: [$manifest]}' >oci/index.json
	printf '{"imageLayoutVersion":"1.0.0"}' >oci/oci-layout
	manifest=$(hex256 ../made/manifest)
}

make_deployment() {
	mkdir -p deploy
	printf '{"docker_compose_file":"image: localhost/small@sha256:%s"}' "$manifest" >deploy/app-compose.json
}

# A digest of what is no file here.
some_digest() { jq -nc --arg a "$(sha256sum <<<"$1" | cut -d' ' -f1)" --arg b "$(sha384sum <<<"$1" | cut -d' ' -f1)" '{sha256: $a, sha384: $b}'; }

make_measurements() {
	local of_layer='{name: $name, media_type: "application/vnd.oci.image.layer.v1.tar+gzip", entries: 1, blob: $blob, diff_id: $diff}'
	jq -nc --arg name 1-one --argjson blob "$(digests ../made/1.tar.gz)" --argjson diff "$(digests ../made/1.tar)" "$of_layer" >../made/layer.1
	jq -nc --arg name 2-two --argjson blob "$(digests ../made/2.tar.gz)" --argjson diff "$(digests ../made/2.tar)" "$of_layer" >../made/layer.2
	jq -nc --argjson definition "$(some_digest definition)" --argjson root "$(some_digest root)" --argjson workspace "$(some_digest workspace)" \
		--argjson tools "$(some_digest tools)" --argjson rules "$(some_digest rules)" --argjson lock "$(some_digest lock)" \
		--argjson other "$(some_digest other)" '{image_definition: $definition, build_root: $root, workspace: $workspace,
		tools: $tools, rules: $rules, locks: [{path: "images/builder/debian.lock", digest: $lock},
		{path: "images/small/1-one/debian.lock", digest: $other}]}' >../made/inputs.json
	jq -nS --indent 2 --slurpfile layers <(cat ../made/layer.1 ../made/layer.2) --argjson manifest "$(digests ../made/manifest)" \
		--argjson config "$(digests ../made/config)" --slurpfile inputs ../made/inputs.json --argjson compose "$(digests deploy/app-compose.json)" '{
		schema: "kettle-dstack/measurements/1",
		image: {name: "small", platform: {architecture: "amd64", os: "linux"}, manifest: $manifest, config: $config, layers: $layers},
		inputs: $inputs[0],
		deployment: {app_compose: $compose, compose_hash: $compose.sha256, image: "localhost/small@sha256:\($manifest.sha256)",
			manifest: {status: "not computed", reason: "none"}},
		tdx: {os_image: {os_image_hash: "00ff"}, rtmr3: {rtmr3: "03", events: [{name: "compose-hash", sha384: "aa"}, {name: "storage-fs", sha384: "bb"}]},
			vms: [{name: "one", mrtd: "d0", rtmr0: "00", rtmr1: "01", rtmr2: "02"}]}}' >measurements.json
}

# spdx: SPDX 2.3
make_sbom() {
	jq -nS --indent 2 --arg manifest "$manifest" --arg one "$(hex256 ../made/1.tar.gz)" --arg two "$(hex256 ../made/2.tar.gz)" '
		def sum: [{algorithm: "SHA256", checksumValue: .}];
		{SPDXID: "SPDXRef-DOCUMENT", spdxVersion: "SPDX-2.3",
		packages: [{SPDXID: "SPDXRef-image", name: "small", checksums: ($manifest | sum)},
			({"SPDXRef-1": $one, "SPDXRef-2": $two} | to_entries[] | {SPDXID: .key, packageFileName: "blobs/sha256/\(.value)", checksums: (.value | sum)})],
		relationships: [{spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: "SPDXRef-image"}]}' >sbom.spdx.json
}

commit=0123456789abcdef0123456789abcdef01234567

# input NAME: a package of the locks; its bytes are in ../made/inputs/.
input() {
	mkdir -p ../made/inputs/sha256 ../made/inputs/sha512
	printf '%s\n' "$1" >../made/input
	cp ../made/input "../made/inputs/sha256/$(hex256 ../made/input)"
}

# spec: slsa.dev/provenance/v1
make_provenance() {
	local made
	made=$(sha256sum measurements.json sbom.spdx.json notes.md deploy/app-compose.json | jq -Rsc 'split("\n")[:-1] | map({name: .[66:], digest: {sha256: .[:64]}})')
	input package
	jq -S --indent 2 --arg commit $commit --argjson made "$made" --arg package "$(hex256 ../made/input)" '.inputs as $inputs | {
		buildDefinition: {
			buildType: "urn:kettle-dstack:make:1",
			externalParameters: {image: "small", compression: "gzip", registry: "localhost", os_image: "00ff", commit: $commit},
			resolvedDependencies: ([{name: "images/small", digest: $inputs.image_definition}, {name: "images/builder", digest: $inputs.build_root},
				{name: "workspace", digest: $inputs.workspace}, {name: "tools", digest: $inputs.tools}, {name: "mk", digest: $inputs.rules}]
				+ ($inputs.locks | map({name: .path, digest})) + [{name: "package 1", uri: "pkg:deb/debian/package@1", digest: {sha256: $package}}])},
		runDetails: {builder: {id: "urn:kettle-dstack:build-root:sha256:\($inputs.locks[0].digest.sha256)"}, byproducts: $made}}' \
		measurements.json >provenance.json
}

make_sums() { find oci deploy measurements.json sbom.spdx.json provenance.json notes.md -type f | sort | xargs sha256sum >SHA256SUMS; }

# key NAME: a key pair in ../keys/NAME.pem and its public half in the folder ../NAMES.
key() { # NAME FOLDER
	mkdir -p "../$2" ../private
	[ -e "../private/$1.pem" ] || manifest-sign keygen --out "../private/$1.pem" >"../private/$1.id"
	cp "../private/$1.pub" "../$2/"
}

id_of() { cat "../private/$1.id"; }

# sign NAME TYPE PREDICATE KEY [OPTION...]
sign() {
	manifest-sign --key "../private/$4.pem" --type "$2" --subject "small=sha256:$manifest" "${@:5}" "$3" >"$1.new" && mv "$1.new" "$1"
}

sign_release() { # KEY
	printf '{"commit":"%s","image":"small","version":"1.2.3"}\n' $commit >../made/release.json
	sign measurements.dsse.json urn:kettle-dstack:measurements:1 measurements.json "$1"
	sign sbom.dsse.json https://spdx.dev/Document/v2.3 sbom.spdx.json "$1"
	sign provenance.dsse.json https://slsa.dev/provenance/v1 provenance.json "$1"
	sign release.dsse.json urn:kettle-dstack:release:1 ../made/release.json "$1" --subjects SHA256SUMS
	manifest-sign --key "../private/$1.pem" --docker-reference localhost/small --subject "sha256:$manifest" \
		--payload sigstore.payload.json >sigstore.sig
}

# What a rebuilder of the same says; CHANGE is applied to it by jq.
rebuild() { # KEY [CHANGE] [NAME]
	mkdir -p rebuilds
	jq -c --arg measurements "$(hex256 measurements.json)" --slurpfile provenance provenance.json "{
		commit: \$provenance[0].buildDefinition.externalParameters.commit,
		parameters: (\$provenance[0].buildDefinition.externalParameters | del(.commit)),
		inputs, measurements: \$measurements,
		image: {manifest: .image.manifest.sha256, config: .image.config.sha256, layers: [.image.layers[].blob.sha256]}} | ${2:-.}" measurements.json >../made/rebuild.json
	sign "rebuilds/${3:-$(id_of "$1")}.dsse.json" urn:kettle-dstack:rebuild:1 ../made/rebuild.json "$1"
}

# inputs.tar of made/inputs, as `make bundle` has it made.
bundle() {
	(cd ../made/inputs && {
		echo '#mtree'
		find sha256 sha512 -type f -printf './%p type=file uid=0 gid=0 mode=0444 time=1700000000.0 contents=%p\n' 2>/dev/null | sort
	} >../bundle.mtree && tar-normalize --epoch 1700000000 ../bundle.mtree) >inputs.tar
}

# The release in the folder release/ of the test's own, which becomes the working folder.
make_release() {
	mkdir -p release
	cd release || return
	make_image
	make_deployment
	make_measurements
	make_sbom
	echo notes >notes.md
	make_provenance
	make_sums
	key release trusted
	sign_release release
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	make_release
}

setup() {
	cp -r "$BATS_FILE_TMPDIR/." "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR/release" || return
	manifest=$(hex256 ../made/manifest)
}

# verdict STATUS [OPTION...]: of the release; $output is the JSON
verdict() { expect "$1" release-verify --keys ../trusted --json "${@:2}" .; }

# said CHECK VERDICT CODE [OBJECT]: is a finding
said() {
	jq -e --arg check "$1" --arg verdict "$2" --arg code "$3" --arg object "${4:-}" 'any(.findings[]; .check == $check and
		.verdict == $verdict and (.code // "") == $code and ($object == "" or .object == $object))' <<<"$output" >/dev/null || {
		printf 'not said: %s\nbut: %s\n' "$*" "$(jq -c '.findings[] | select(.verdict != "holds")' <<<"$output")" >&2
		return 1
	}
}

# refused CHECK CODE [OBJECT]: the release as it is does not hold, and this is among the reasons
refused() {
	verdict 1
	same '"does not hold"' "$(jq .verdict <<<"$output")"
	said "$1" 'does not hold' "$2" "${3:-}"
}

# first CHECK: the first finding that does not hold is of that check
first() { same "$1" "$(jq -r 'first(.findings[] | select(.verdict == "does not hold")).check' <<<"$output")"; }

# edit FILE CHANGE: by jq
edit() {
	jq -S --indent 2 "$2" "$1" >../edited
	cp ../edited "$1"
}

# As one who has the key would: sums and statements are made again over whatever is there now.
sign_again() {
	make_sums
	sign_release release
}
