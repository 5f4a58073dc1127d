# Registries that lie, and those that want to know who asks: pulling, and filling the store.
load ../helpers
load ../registry

# A release that was pushed once; each test has a registry of its own with it.
setup_file() {
	need skopeo jq curl openssl
	cd "$BATS_FILE_TMPDIR" || return
	export FILLED FROM=$BATS_FILE_TMPDIR IMAGE_DIGEST
	start_referrers
	FILLED=$REF_FOLDER
	make_release release
	"$ROOT/mk/registry-push.sh" release "$REG/pot" 1.0 store
	registry_stop
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	unset REGISTRY_CERTS REGISTRY_AUTH_FILE MOVE MIRRORS BUNDLE XDG_RUNTIME_DIR
	export HOME=$BATS_TEST_TMPDIR FETCH_STALL=2 FETCH_JOBS=4
	export DEB_MIRROR=$BATS_TEST_TMPDIR/none DEB_SECURITY_MIRROR=$BATS_TEST_TMPDIR/none NPM_REGISTRY=file://$BATS_TEST_TMPDIR/none
}

teardown() { registry_stop; }

pull() { expect "$1" "$ROOT/mk/registry-pull.sh" "$REG/pot@$IMAGE_DIGEST" out; }
push() { expect "$1" env -C "$FROM" "$ROOT/mk/registry-push.sh" "$FROM/release" "$REG/pot" 1.0 "$FROM/store"; }
said() { grep -v '^ *PUSH' <<<"$stderr" || true; }
layer() { jq -r ".layers[$1].digest[7:]" "$FROM/release/oci/blobs/${IMAGE_DIGEST/://}"; } # INDEX

# refuses STATUS TEXT: a pull, with a line, and nothing in its place.
refuses() {
	pull "$1"
	one_line "$stderr" "$2"
	[ ! -e out ]
}

# artifact TYPE FILE [JQ...]: the artifact of that type that has the file, changed and put there beside; prints its digest.
artifact() {
	local manifest type=$1 title=$2
	shift 2
	for manifest in "$REF_FOLDER"/manifests/pot/*; do
		tail -n +2 "$manifest" >manifest
		[ "$(jq --arg type "$type" --arg title "$title" '.artifactType == $type and any(.layers[]; .annotations["org.opencontainers.image.title"] == $title)' manifest)" = true ] || continue
		rm "$manifest"
		jq -cj "$@" manifest >changed
		put_manifest pot changed
		return
	done
	return 1
}
release_type=application/vnd.kettle-dstack.release.v1
inputs_type=application/vnd.kettle-dstack.inputs.v1
envelope_type=application/vnd.dsse.envelope.v1+json

@test "a blob with one bit changed, too short, too long, not there: which, and why; nothing is left but what held" {
	start_referrers "$FILLED"
	blob=$(layer 1)
	misbehave wrong "blobs/sha256:$blob"
	refuses 1 "oci/blobs/sha256/$blob (sha256:$blob): wrong content: its sha256 is "
	misbehave short "blobs/sha256:$blob"
	refuses 1 "wrong content: 20480 bytes instead of 40960"
	misbehave endless "blobs/sha256:$blob"
	refuses 74 "sends more than the 41 KiB expected"
	misbehave cut "blobs/sha256:$blob"
	refuses 74 "sha256:$blob): transfer closed with"
	misbehave gone "blobs/sha256:$blob"
	refuses 74 "sha256:$blob): The requested URL returned error: 404"
	[ ! -e "out.part/blobs/$blob" ]
	misbehave
	pull 0
	diff -r "$FROM/release" out
	[ ! -e out.part ]
}

@test "a small file with one bit changed" {
	start_referrers "$FILLED"
	misbehave wrong "blobs/sha256:$(sum_of "$FROM/release/notes.md")"
	refuses 1 'notes.md (sha256:'
}

@test "manifests: of the image, of an artifact, one bit changed; the list of referrers cut off, endless, no list" {
	start_referrers "$FILLED"
	misbehave wrong "manifests/$IMAGE_DIGEST"
	refuses 1 "the image's manifest: wrong content: its sha256 is "
	misbehave wrong "manifests/sha256:.*"
	refuses 1 "wrong content"
	misbehave cut /referrers/
	refuses 74 'the referrers of sha256:'
	misbehave short /referrers/
	refuses 2 'its list of referrers is malformed'
	misbehave endless /referrers/
	refuses 2 'sends more than the 4096 KiB'
	misbehave gone "manifests/$IMAGE_DIGEST"
	refuses 74 "the image's manifest: not in the registry"
	misbehave gone /referrers/
	refuses 74 'the registry has no release of this image'
}

@test "a registry that is busy is asked again; what was cut off is gone on with" {
	start_referrers "$FILLED"
	misbehave busy '/v2/'
	pull 0
	diff -r "$FROM/release" out
	mkdir -p new.part/partial new.part/blobs
	head -c 10000 "$FROM/release/oci/blobs/sha256/$(layer 0)" >"new.part/partial/$(layer 0)"
	head -c 10000 /dev/zero >"new.part/partial/$(layer 1)" # and half of something else
	misbehave
	expect 0 "$ROOT/mk/registry-pull.sh" "$REG/pot@$IMAGE_DIGEST" new
	diff -r out new
	same 1 "$(grep -c "$(layer 0).* 206" "$REG_LOG")" "ranges of the good one"
	same 1 "$(grep -c "$(layer 1).* 206" "$REG_LOG")" "ranges of the other"
}

@test "titles that are no path of a release: out of the folder, absolute, somebody's else, of the wrong kind" {
	for title in ../../etc/passwd /etc/passwd oci/../../x deploy/vm/../../../x.json oci/blobs/sha256/x .bashrc release.dsse.json deploy/vm/.json $'notes.md\nx' ''; do
		start_referrers "$FILLED"
		artifact $release_type notes.md --arg title "$title" '(.layers[] | select(.annotations["org.opencontainers.image.title"] == "notes.md")).annotations["org.opencontainers.image.title"] = $title'
		refuses 2 'artifact sha256:'
		registry_stop
	done
	start_referrers "$FILLED"
	artifact $envelope_type release.dsse.json '.layers[0].annotations["org.opencontainers.image.title"] = "notes.md"'
	refuses 2 'notes.md: not a file that a release has there'
}

@test "artifacts that are not what they are listed as: of another image, no manifest, of no size, too large, too many layers" {
	for change in '.layers[0].size = -1' '.layers[0].size = "1"' '.layers[0].size = 1e300' '.layers[0].digest = "sha256:../x"' '.layers = {}' \
		'.layers[0] = 1' '.layers[0].annotations = []' '.layers |= [range(600) as $i | .[0]]'; do
		start_referrers "$FILLED"
		artifact $release_type notes.md "$change"
		refuses 2 'artifact sha256:'
		registry_stop
	done
	start_referrers "$FILLED"
	artifact $release_type notes.md '.layers[0].size = 67108865'
	refuses 2 'larger than 67108864 bytes'
	artifact $envelope_type release.dsse.json '.layers |= [.[0], .[0]]'
	rm "$REF_FOLDER"/manifests/pot/"$(sum_of changed)"
}

@test "an artifact of another image is not taken, though the list has it" {
	start_referrers "$FILLED"
	touch "$REF_FOLDER/no-api"
	other=$(artifact $envelope_type release.dsse.json '.subject.digest = "sha256:" + "0" * 64')
	jq -cn --arg digest "$other" --arg type $envelope_type --argjson size "$(stat -c %s changed)" '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json",
		manifests: [{mediaType: "application/vnd.oci.image.manifest.v1+json", digest: $digest, size: $size, artifactType: $type}]}' >list
	put_manifest pot list
	artifact $release_type notes.md . >kept
	jq -c --arg digest "$(<kept)" --arg type $release_type '.manifests += [{digest: $digest, size: 1000, artifactType: $type}]' list >both
	put_manifest pot both
	mkdir -p "$REF_FOLDER/tags/pot"
	sum_of both >"$REF_FOLDER/tags/pot/sha256-${IMAGE_DIGEST#sha256:}"
	refuses 2 "artifact $other: is about another image"
}

@test "two that go by one name and differ: which is meant cannot be said" {
	start_referrers "$FILLED"
	artifact $envelope_type release.dsse.json . >one
	jq -cj --arg digest "sha256:$(layer 0)" '.layers[0].digest = $digest' changed >second
	put_manifest pot second
	refuses 2 'release.dsse.json: the registry has two that differ'
}

@test "SHA256SUMS that does not say what came" {
	start_referrers "$FILLED"
	artifact $release_type notes.md --arg digest "sha256:$(sum_of "$FROM/release/provenance.json")" --argjson size "$(stat -c %s "$FROM/release/provenance.json")" \
		'(.layers[] | select(.annotations["org.opencontainers.image.title"] == "notes.md")) |= (.digest = $digest | .size = $size)'
	refuses 1 'SHA256SUMS: notes.md: what it says is not what the registry has'
}

@test "a signature for policies that is none" {
	start_referrers "$FILLED"
	tag=$REF_FOLDER/tags/pot/sha256-${IMAGE_DIGEST#sha256:}.sig
	tail -n +2 "$REF_FOLDER/manifests/pot/$(<"$tag")" >signatures
	jq -cj '.layers[0].annotations["dev.cosignproject.cosign/signature"] = "a\nb"' signatures >changed
	put_manifest pot changed
	sum_of changed >"$tag"
	refuses 2 'not one signature over one sigstore.payload.json'
}

@test "a folder that is there and no release is not touched; an older release is replaced" {
	start_referrers "$FILLED"
	mkdir out
	echo mine >out/file
	pull 73
	one_line "$stderr" 'out: is there and no release'
	same mine "$(<out/file)"
	mv out/file out/SHA256SUMS
	pull 0
	diff -r "$FROM/release" out
}

@test "a token is fetched with the login, once for each right; nothing secret is in an argument, a file or a message" {
	start_referrers "$FILLED"
	printf 'alice:%s' "$REG_PASSWORD" >"$REF_FOLDER/login"
	pull 74
	one_line "$stderr" "does not take the login (401): skopeo login $REG"
	log_in wrong
	pull 74
	one_line "$stderr" "does not take the login (401): skopeo login $REG"
	log_in "$REG_PASSWORD"
	: >"$REG_LOG"
	mkdir tmp
	mkdir bin
	# A file each, since curl is given a limit for files.
	mkdir arguments
	printf '#!/bin/sh\nprintf "%%s\\n" "$*" >%q/$$\nexec %q "$@"\n' "$PWD/arguments" "$(command -v curl)" >bin/curl
	chmod +x bin/curl
	TMPDIR=$PWD/tmp PATH=$PWD/bin:$PATH pull 0
	diff -r "$FROM/release" out
	same 1 "$(asked GET /token)" "tokens"
	[ "$(grep -c ' Bearer 200' "$REG_LOG")" -gt 20 ]
	[ "$(cat arguments/* | wc -l)" -gt 20 ]
	same '' "$(grep -r -i -e t0ken -e authorization -e "$(printf 'alice:%s' "$REG_PASSWORD" | base64 -w0)" arguments)"
	same '' "$(ls tmp)" "left behind"
	push 0
	[[ $stderr != *t0ken* ]]
}

@test "a redirection to another host does not take the token along" {
	start_referrers "$FILLED"
	printf 'alice:%s' "$REG_PASSWORD" >"$REF_FOLDER/login"
	log_in "$REG_PASSWORD"
	misbehave moved "blobs/sha256:$(layer 0)"
	pull 74
	same "none" "$(grep "blobs/sha256:$(layer 0)" "$REG_LOG" | grep -v ' 307$' | cut -d' ' -f3 | sort -u)"
}

@test "over plain HTTP to another machine no password is sent" {
	start_referrers "$FILLED"
	printf 'alice:%s' "$REG_PASSWORD" >"$REF_FOLDER/login"
	REG=0.0.0.0:${REG##*:} # another name for this one
	log_in "$REG_PASSWORD"
	pull 74
	one_line "$stderr" 'has no TLS (REGISTRY_PLAIN) and wants a password: it is not sent'
	same '' "$(grep -v ' none 401$' "$REG_LOG")"
}

@test "the store: from an image's inputs, and from the artifact by its own digest, and nobody else is asked" {
	start_referrers "$FILLED"
	mapfile -t locks < <(cd "$FROM" && find "$PWD/images" -name '*.lock' -o -name package-lock.json)
	BUNDLE=docker://$REG/pot@$IMAGE_DIGEST expect 0 "$ROOT/mk/store-fetch.sh" store "${locks[@]}"
	same '' "$output$stderr"
	diff -r "$FROM/store" store -x .lock -x partial
	inputs=$(artifact $inputs_type "sha256/$(ls "$FROM/store/sha256" | head -n 1)" .)
	BUNDLE=docker://$REG/pot@$inputs expect 0 "$ROOT/mk/store-fetch.sh" again "${locks[@]}"
	diff -r "$FROM/store" again -x .lock -x partial
	BUNDLE=docker://$REG/pot:1.0 expect 0 "$ROOT/mk/store-fetch.sh" tagged "${locks[@]}"
	diff -r "$FROM/store" tagged -x .lock -x partial
}

@test "the store: what the registry has is taken, what is wrong or missing there comes from the next of MIRRORS" {
	start_referrers "$FILLED"
	mapfile -t locks < <(cd "$FROM" && find "$PWD/images" -name '*.lock' -o -name package-lock.json)
	one=$(ls "$FROM/store/sha256" | head -n 1)
	misbehave wrong "blobs/sha256:$one"
	MIRRORS="docker://$REG/pot@$IMAGE_DIGEST $FROM/store" expect 0 "$ROOT/mk/store-fetch.sh" store "${locks[@]}"
	diff -r "$FROM/store" store -x .lock -x partial
	BUNDLE=docker://$REG/pot@$IMAGE_DIGEST expect 74 "$ROOT/mk/store-fetch.sh" other "${locks[@]}"
	one_line "$stderr" "in docker://$REG/pot@$IMAGE_DIGEST with wrong content: its sha256 is"
	[ ! -e "other/sha256/$one" ]
	misbehave gone /referrers/
	MIRRORS="docker://$REG/pot@$IMAGE_DIGEST $FROM/store" expect 0 "$ROOT/mk/store-fetch.sh" third "${locks[@]}"
	one_line "$stderr" "store: MIRRORS: docker://$REG/pot@$IMAGE_DIGEST: the registry has no inputs of that image; going on without it"
	BUNDLE=docker://$REG/pot@$IMAGE_DIGEST expect 74 "$ROOT/mk/store-fetch.sh" fourth "${locks[@]}"
	one_line "$stderr" "store: docker://$REG/pot@$IMAGE_DIGEST: the registry has no inputs of that image"
}

@test "the store: an input that the artifact lacks, and one that another artifact gives a false blob for" {
	start_referrers "$FILLED"
	mapfile -t locks < <(cd "$FROM" && find "$PWD/images" -name '*.lock' -o -name package-lock.json)
	npm=$(ls "$FROM/store/sha512")
	artifact $inputs_type "sha512/$npm" --arg title "sha512/$npm" '.layers |= map(select(.annotations["org.opencontainers.image.title"] != $title))'
	BUNDLE=docker://$REG/pot@$IMAGE_DIGEST expect 74 "$ROOT/mk/store-fetch.sh" store "${locks[@]}"
	one_line "$stderr" "pot 2.1.0 (sha512:$npm): not in docker://"
	start_referrers "$FILLED"
	tail -n +2 "$(grep -l "sha512/$npm" "$REF_FOLDER"/manifests/pot/*)" >inputs
	jq -cj --arg title "sha512/$npm" --arg digest "sha256:$(layer 0)" \
		'.layers |= map(select(.annotations["org.opencontainers.image.title"] == $title) | .digest = $digest)' inputs >lie
	put_manifest pot lie
	BUNDLE=docker://$REG/pot@$IMAGE_DIGEST expect 0 "$ROOT/mk/store-fetch.sh" both "${locks[@]}"
	diff -r "$FROM/store" both -x .lock -x partial
}

@test "the store: a login is used, and a failure to log in says what to do" {
	start_referrers "$FILLED"
	printf 'alice:%s' "$REG_PASSWORD" >"$REF_FOLDER/login"
	mapfile -t locks < <(cd "$FROM" && find "$PWD/images" -name '*.lock')
	BUNDLE=docker://$REG/pot@$IMAGE_DIGEST expect 74 "$ROOT/mk/store-fetch.sh" store "${locks[@]}"
	one_line "$stderr" "skopeo login $REG"
	log_in "$REG_PASSWORD"
	BUNDLE=docker://$REG/pot@$IMAGE_DIGEST expect 0 "$ROOT/mk/store-fetch.sh" store "${locks[@]}"
	same 2 "$(ls store/sha256 | wc -l)"
}

@test "TLS: a CA of one's own, with a login; without the CA, or with another, nothing is said to the server" {
	need docker-registry htpasswd
	start_registry tls login
	push 74
	one_line "$stderr" 'certificate'
	certs=$REG_CERTS
	export REGISTRY_CERTS=$certs
	push 74
	one_line "$stderr" "asks for a login: skopeo login $REG"
	skopeo login --cert-dir "$certs" --authfile auth.json --username alice --password-stdin "$REG" <<<"$REG_PASSWORD"
	export REGISTRY_AUTH_FILE=$PWD/auth.json
	push 0
	pull 0
	diff -r "$FROM/release" out
	mapfile -t locks < <(cd "$FROM" && find "$PWD/images" -name '*.lock')
	BUNDLE=docker://$REG/pot@$IMAGE_DIGEST expect 0 "$ROOT/mk/store-fetch.sh" store "${locks[@]}"
	mkdir -p .config/containers/certs.d other
	cp -r "$certs" ".config/containers/certs.d/$REG"
	unset REGISTRY_CERTS
	pull 0
	log_in wrong
	pull 74
	one_line "$stderr" "does not take the login: authentication required; it is that of: skopeo login $REG"
	registry_certificate other
	REGISTRY_CERTS=$PWD/other/certs pull 74
	one_line "$stderr" 'certificate'
}
