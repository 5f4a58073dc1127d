# Releases in registries: Debian's docker-registry, which has no referrers API, and our own, which has it and can be told to lie.
load ../helpers
load ../registry

setup() {
	need docker-registry skopeo jq curl openssl htpasswd
	cd "$BATS_TEST_TMPDIR" || return
	unset REGISTRY_CERTS REGISTRY_AUTH_FILE MOVE MIRRORS BUNDLE XDG_RUNTIME_DIR
	export HOME=$BATS_TEST_TMPDIR FETCH_STALL=2 FETCH_JOBS=4
	export DEB_MIRROR=$BATS_TEST_TMPDIR/none DEB_SECURITY_MIRROR=$BATS_TEST_TMPDIR/none NPM_REGISTRY=file://$BATS_TEST_TMPDIR/none
}

teardown() { registry_stop; }

push() { expect "$1" "$ROOT/mk/registry-push.sh" "${2:-release}" "$REG/pot" 1.0 store; }
pull() { expect "$1" "$ROOT/mk/registry-pull.sh" "$REG/pot@$IMAGE_DIGEST" "${2:-out}"; }
tagged() { skopeo inspect --raw ${REGISTRY_PLAIN:+--tls-verify=false} "docker://$REG/pot:$1"; } # TAG
said() { grep -v '^ *PUSH' <<<"$stderr" || true; }

# A release was pushed there.
pushed() { # start_registry|start_referrers [ARGUMENT...]
	"$@"
	make_release release
	push 0
}

@test "pushed and pulled, a release is what it was, byte for byte; skopeo reads the image, by tag and by digest" {
	pushed start_registry
	same "$REG/pot@$IMAGE_DIGEST" "$output"
	pull 0
	diff -r release out
	same "${IMAGE_DIGEST#sha256:}" "$(tagged 1.0 | sha256sum | cut -d' ' -f1)"
	skopeo copy --quiet --insecure-policy --preserve-digests --src-tls-verify=false "docker://$REG/pot@$IMAGE_DIGEST" oci:copied
	diff -r release/oci/blobs copied/blobs
}

@test "pushed again: no blob is sent, and no byte of any manifest or list is another" {
	pushed start_registry
	blobs=$(asked PUT '/blobs/uploads/')
	[ "$blobs" -gt 15 ]
	list=$(tagged "sha256-${IMAGE_DIGEST#sha256:}")
	push 0
	same "$blobs" "$(asked PUT '/blobs/uploads/')" "blobs sent"
	same "$blobs" "$(asked POST '/blobs/uploads/')" "uploads begun"
	same "$list" "$(tagged "sha256-${IMAGE_DIGEST#sha256:}")"
}

@test "no blob is sent twice in one push, either" {
	pushed start_registry
	same '' "$(grep -o 'PUT [^ ]*digest=sha256[^ ]*' "$REG_LOG" | sed 's/.*digest=//' | sort | uniq -d)"
}

@test "with the referrers API, in pages: found by it, no fallback tag, the same back" {
	pushed start_referrers
	[ "$(asked GET '/referrers/')" -gt 3 ]
	[ ! -e "$REF_FOLDER/tags/pot/sha256-${IMAGE_DIGEST#sha256:}" ]
	pull 0
	diff -r release out
}

@test "each artifact refers to the image, is of its type, and skopeo fetches it by digest" {
	pushed start_registry
	tagged "sha256-${IMAGE_DIGEST#sha256:}" >list
	same "application/spdx+json
application/vnd.dsse.envelope.v1+json urn:kettle-dstack:measurements:1
application/vnd.dsse.envelope.v1+json urn:kettle-dstack:rebuild:1
application/vnd.dsse.envelope.v1+json urn:kettle-dstack:release:1
application/vnd.kettle-dstack.inputs.v1
application/vnd.kettle-dstack.release.v1" "$(jq -r '.manifests[] | .artifactType + " " + (.annotations["in-toto.io/predicate-type"] // "")' list | sed 's/ $//' | sort)"
	for digest in $(jq -r '.manifests[].digest' list); do
		skopeo copy --quiet --insecure-policy --src-tls-verify=false "docker://$REG/pot@$digest" "dir:${digest#sha256:}"
		same "$IMAGE_DIGEST" "$(jq -r .subject.digest "${digest#sha256:}/manifest.json")"
	done
	inputs=$(jq -r '.manifests[] | select(.artifactType == "application/vnd.kettle-dstack.inputs.v1") | .digest' list)
	same "$(cd store && find sha* -type f | sort)" "$(jq -r '.layers[].annotations["org.opencontainers.image.title"]' "${inputs#sha256:}/manifest.json" | sort)"
}

@test "the same release pushed from another folder at another time has the same artifacts" {
	pushed start_registry
	list=$(tagged "sha256-${IMAGE_DIGEST#sha256:}" | sha256sum)
	cp -r release elsewhere
	find elsewhere -exec touch -d 2001-01-01 {} +
	start_registry
	push 0 elsewhere
	same "$list" "$(tagged "sha256-${IMAGE_DIGEST#sha256:}" | sha256sum)"
}

@test "the list of referrers: what others put there stays, in the form they gave it" {
	pushed start_registry
	cp -r release theirs
	rm theirs/rebuilds/*
	envelope "theirs/rebuilds/$(printf '%064d' 2).dsse.json" urn:kettle-dstack:rebuild:1
	push 0 theirs
	pull 0
	same "$(printf '%064d.dsse.json\n' 1 2)" "$(ls out/rebuilds)"
	# One of another kind, by somebody else's program.
	tagged "sha256-${IMAGE_DIGEST#sha256:}" | jq -c '.manifests += [.manifests[0] | .artifactType = "application/x.other" | .annotations = {"a": "b"}]
		| .manifests[-1].digest = "'"$IMAGE_DIGEST"'" | .manifests[-1].size = 1' >list
	curl -sf -X PUT -H 'Content-Type: application/vnd.oci.image.index.v1+json' --data-binary @list "http://$REG/v2/pot/manifests/sha256-${IMAGE_DIGEST#sha256:}"
	rm theirs/rebuilds/*
	envelope "theirs/rebuilds/$(printf '%064d' 3).dsse.json" urn:kettle-dstack:rebuild:1
	push 0 theirs
	same '{"a":"b"}' "$(tagged "sha256-${IMAGE_DIGEST#sha256:}" | jq -c '.manifests[] | select(.artifactType == "application/x.other") | .annotations')"
	pull 0
	same 3 "$(ls out/rebuilds | wc -l)"
}

@test "the signature for policies lies under its tag beside those of others" {
	start_registry
	make_release release
	mv release/sigstore.* .
	push 0
	mv sigstore.* release/
	push 0
	tag=sha256-${IMAGE_DIGEST#sha256:}.sig
	same '["application/vnd.dev.cosign.simplesigning.v1+json","c2lnbmF0dXJl"]' \
		"$(tagged "$tag" | jq -c '.layers[] | [.mediaType, .annotations["dev.cosignproject.cosign/signature"]]')"
	tagged "$tag" | jq -c '.layers += [.layers[0] | .annotations = {"dev.cosignproject.cosign/signature": "b3RoZXI="}]' >signatures
	curl -sf -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data-binary @signatures "http://$REG/v2/pot/manifests/$tag"
	push 0
	same 'c2lnbmF0dXJl b3RoZXI=' "$(tagged "$tag" | jq -r '[.layers[].annotations["dev.cosignproject.cosign/signature"]] | join(" ")')"
	pull 0
	diff -r release out
}

@test "a push that was interrupted goes on with the blobs that are not there" {
	start_referrers
	make_release release
	misbehave forbidden '/uploads/' # the first blob that is sent
	push 74
	one_line "$(said)" 'image: '
	[[ $stderr != *$'\e'* ]]
	misbehave
	mkdir "$REF_FOLDER/blobs"
	blob=$(jq -r '.layers[1].digest[7:]' "release/oci/blobs/${IMAGE_DIGEST/://}")
	cp "release/oci/blobs/sha256/$blob" "$REF_FOLDER/blobs/"
	push 0
	same 0 "$(asked PUT "uploads/.*$blob")"
	same 1 "$(grep "HEAD .*blobs/sha256:$blob .* 200" "$REG_LOG" | sort -u | wc -l)"
	pull 0
	diff -r release out
}

@test "another image under the tag, another artifact in the place of ours: refused, before anything is sent; MOVE=1 replaces" {
	pushed start_registry
	sent=$(asked PUT /)
	cp -r release other
	echo '# Other notes' >other/notes.md
	(cd other && sed -i "s/^[0-9a-f]*  notes.md/$(sum_of notes.md)  notes.md/" SHA256SUMS)
	push 1 other
	one_line "$(said)" 'release: the registry has another one for this image'
	envelope release/release.dsse.json urn:kettle-dstack:release:2
	push 1
	one_line "$(said)" 'release.dsse.json: the registry has another one'
	jq -c '.annotations = {"a": "b"}' "release/oci/blobs/${IMAGE_DIGEST/://}" >manifest
	curl -sf -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data-binary @manifest "http://$REG/v2/pot/manifests/1.0"
	push 1
	one_line "$(said)" ":1.0 is sha256:$(sum_of manifest), another image; MOVE=1"
	same $((sent + 1)) "$(asked PUT /)" "writing requests"
	MOVE=1 push 0 other
	pull 0
	diff -r other out
	same "${IMAGE_DIGEST#sha256:}" "$(tagged 1.0 | sha256sum | cut -d' ' -f1)"
}

@test "MOVE=1 with the API: what was replaced is deleted, what others have stays" {
	pushed start_referrers
	rm -r release/rebuilds
	envelope release/release.dsse.json urn:kettle-dstack:release:2
	MOVE=1 push 0
	same 1 "$(asked DELETE /manifests/)"
	pull 0
	[ -e "out/rebuilds/$(printf '%064d' 1).dsse.json" ]
	rm -r out/rebuilds
	diff -r release out
}

@test "a release that does not hold together is not pushed" {
	start_registry
	make_release release
	echo x >>release/notes.md
	push 1
	one_line "$stderr" 'release: SHA256SUMS: notes.md: FAILED'
	rm -r release && make_release release
	echo x >release/deploy/more
	push 1
	one_line "$stderr" 'release: deploy/more: SHA256SUMS does not have it'
	(cd release && sha256sum deploy/more >>SHA256SUMS)
	push 2
	one_line "$stderr" 'deploy/more: not a file that a release has'
	rm -r release && make_release release
	echo >>images/builder/debian.lock
	push 1
	one_line "$stderr" 'images/builder/debian.lock: not the lock that the release was made from'
	push 74 nowhere
	one_line "$stderr" 'nowhere: no release is there'
	same 0 "$(asked PUT /)"
}

@test "a registry that keeps nothing, that lists not all, that is not there" {
	start_referrers
	make_release release
	misbehave deaf /manifests/
	push 74
	one_line "$(said)" 'image: reading back'
	misbehave blind /referrers/
	push 73
	one_line "$(said)" 'does not list sha256:'
	registry_stop
	push 74
	one_line "$stderr" "push: tag 1.0: "
	pull 74
	one_line "$stderr" "the image's manifest: "
}

@test "names: what is no reference is refused" {
	REG=localhost:1
	make_release release
	for it in pot localhost:1/Pot localhost:1/a/../b "localhost:1/pot:1.0" 'localhost:1/po t' "-x/pot"; do
		expect 64 "$ROOT/mk/registry-push.sh" release "$it" 1.0 store
		one_line "$stderr" 'not HOST\['
		expect 64 "$ROOT/mk/registry-pull.sh" "$it" out
		one_line "$stderr" '@sha256:HEX'
	done
}
