# The image's signature beside skopeo's own policy engine (Debian 13's, tests/skopeo) and a real registry: what `make release` signs
# is accepted, and nothing else is.
load clone
load release

setup_file() {
	test_root skopeo
	export PORT HOME=$BATS_FILE_TMPDIR
	start_registry
	release_setup REGISTRY="127.0.0.1:$PORT"
	manifest-sign keygen --type p256 --out "$BATS_FILE_TMPDIR/other.pem" >/dev/null
}

teardown_file() { kill "$(<"$BATS_FILE_TMPDIR/registry.pid")"; }

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cp -a --reflink=auto "$WARM/build/release" release
	cp "$BATS_FILE_TMPDIR"/*.pub .
	NAME=kettle-launcher
	DIGEST=$(expected_digest)
	printf 'docker:\n  127.0.0.1:%s:\n    use-sigstore-attachments: true\n' "$PORT" >attachments.yaml
	mkdir registries.d && mv attachments.yaml registries.d
}

# Debian's docker-registry, on a port of loopback that nobody has.
start_registry() {
	need docker-registry curl
	local i
	for ((i = 0; i < 20; i++)); do
		PORT=$((20000 + RANDOM % 10000))
		printf 'version: 0.1\nlog: {accesslog: {disabled: true}, level: error}\nstorage: {filesystem: {rootdirectory: "%s"}, delete: {enabled: true}}\nhttp: {addr: "127.0.0.1:%s"}\n' \
			"$BATS_FILE_TMPDIR/registry" "$PORT" >"$BATS_FILE_TMPDIR/registry.yml"
		docker-registry serve "$BATS_FILE_TMPDIR/registry.yml" >"$BATS_FILE_TMPDIR/registry.log" 2>&1 3>&- &
		echo $! >"$BATS_FILE_TMPDIR/registry.pid"
		until_true answers_or_ended
		! curl -fs -o /dev/null "http://127.0.0.1:$PORT/v2/" || return 0
	done
	cat "$BATS_FILE_TMPDIR/registry.log" >&2
	return 1
}
answers_or_ended() { curl -fs -o /dev/null "http://127.0.0.1:$PORT/v2/" || ! kill -0 "$(<"$BATS_FILE_TMPDIR/registry.pid")" 2>/dev/null; }

digest() { sha256sum <"$1" | cut -c-64; } # FILE

blob() { # FOLDER FILE: prints its digest and size as a descriptor has them
	local hex
	hex=$(digest "$2")
	cp "$2" "$1/blobs/sha256/$hex"
	printf '"digest":"sha256:%s","size":%s' "$hex" "$(stat -c %s "$2")"
}

# Puts the image up, and the signature beside it as cosign does: an image of one layer, which is the payload.
put_up() { # [TAG]
	local manifest config payload
	skopeo copy --quiet --insecure-policy --dest-tls-verify=false oci:release/oci "docker://127.0.0.1:$PORT/$NAME:${1:-$VERSION}"
	rm -rf signature
	mkdir -p signature/blobs/sha256
	echo -n '{"imageLayoutVersion":"1.0.0"}' >signature/oci-layout
	echo -n '{}' >config
	config=$(blob signature config)
	payload=$(blob signature release/sigstore.payload.json)
	printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json",%s},"layers":[{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json",%s,"annotations":{"dev.cosignproject.cosign/signature":"%s"}}]}' \
		"$config" "$payload" "$(<release/sigstore.sig)" >manifest
	manifest=$(blob signature manifest)
	printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",%s}]}' "$manifest" >signature/index.json
	skopeo copy --quiet --insecure-policy --dest-tls-verify=false oci:signature "docker://127.0.0.1:$PORT/$NAME:sha256-${DIGEST#*:}.sig"
}
VERSION=$(make -s -C "$ROOT" print-VERSION)

# fetch KEY [:TAG] [IDENTITY]: by a policy that takes images from there only when they are signed by KEY.
fetch() {
	local where=${2:-@$DIGEST} identity=
	[ -z "${3:-}" ] || identity=", \"signedIdentity\": {\"type\": \"$3\"}"
	printf '{"default": [{"type": "reject"}], "transports": {"docker": {"127.0.0.1:%s": [{"type": "sigstoreSigned", "keyPath": "/src/%s"%s}]}}}\n' \
		"$PORT" "$1" "$identity" >policy.json
	rm -rf fetched
	in_test_root skopeo skopeo --registries.d /src/registries.d --policy policy.json copy --quiet --src-tls-verify=false \
		"docker://127.0.0.1:$PORT/$NAME$where" dir:fetched
}

accepted() {
	expect 0 fetch "$@"
	same "$DIGEST" "sha256:$(digest fetched/manifest.json)"
}

refused() { # REASON ARGUMENT OF FETCH...
	expect 1 fetch "${@:2}"
	[[ $stderr == *"$1"* ]] || { echo "$stderr" >&2 && return 1; }
}

@test "accepted by the key, by digest and by its tag; by another key it is refused" {
	put_up
	accepted key.pub
	accepted key.pub ":$VERSION"
	refused 'cryptographic signature verification failed' other.pub
}

@test "another tag of the same image is another name: only a policy that asks for the repository alone takes it" {
	put_up latest
	refused 'is not accepted' key.pub :latest
	accepted key.pub :latest matchRepository
	NAME=elsewhere
	put_up
	refused 'is not accepted' key.pub
	refused 'is not accepted' key.pub "@$DIGEST" matchRepository
}

@test "no signature, another's, or one that is not base64: refused" {
	NAME=unsigned
	skopeo copy --quiet --insecure-policy --dest-tls-verify=false oci:release/oci "docker://127.0.0.1:$PORT/$NAME:$VERSION"
	refused 'A signature was required, but no signature exists' key.pub
	mk_sign other.pem
	put_up
	refused 'cryptographic signature verification failed' key.pub
	echo -n '!' >release/sigstore.sig
	put_up
	refused 'base64' key.pub
}

mk_sign() { # KEY
	manifest-sign --key "$BATS_FILE_TMPDIR/$1" --docker-reference "127.0.0.1:$PORT/$NAME:$VERSION" --subject "$DIGEST" \
		--payload release/sigstore.payload.json >release/sigstore.sig
}

@test "a payload of which a byte is another, or which is of another image: refused" {
	NAME=tampered
	mk_sign key.pem
	put_up
	accepted key.pub
	sed -i 's/"optional"/"optionaL"/' release/sigstore.payload.json
	put_up
	refused 'cryptographic signature verification failed' key.pub
	manifest-sign --key "$BATS_FILE_TMPDIR/key.pem" --docker-reference "127.0.0.1:$PORT/$NAME:$VERSION" --subject "sha256:$(printf %064d 0)" \
		--payload release/sigstore.payload.json >release/sigstore.sig
	put_up
	refused 'digest' key.pub
}

@test "an image that is another under the same signature: refused" {
	NAME=replaced
	mk_sign key.pem
	cp -a release/oci oci
	manifest=oci/blobs/${DIGEST/://}
	jq -c '.annotations["org.opencontainers.image.title"] = "another"' "$manifest" | tr -d '\n' >other
	other=$(digest other)
	cp other "oci/blobs/sha256/$other"
	jq -c --arg digest "sha256:$other" --argjson size "$(stat -c %s other)" '.manifests[0] += {digest: $digest, size: $size}' release/oci/index.json >oci/index.json
	put_up
	skopeo copy --quiet --insecure-policy --dest-tls-verify=false oci:oci "docker://127.0.0.1:$PORT/$NAME:$VERSION"
	accepted key.pub
	refused 'no signature exists' key.pub ":$VERSION"
	# The signature under the other's tag too, as the registry may do.
	was=$DIGEST
	DIGEST=sha256:$other
	mv release/oci kept && mv oci release/oci
	put_up
	refused 'digest' key.pub ":$VERSION"
	DIGEST=$was
}

@test "keys of the other kinds are taken as well" {
	for type in ed25519 p384; do
		NAME=$type
		manifest-sign keygen --type $type --out "$BATS_FILE_TMPDIR/$type.pem" >/dev/null
		cp "$BATS_FILE_TMPDIR/$type.pub" .
		mk_sign $type.pem
		put_up
		accepted $type.pub
		refused 'verif' key.pub
	done
}
