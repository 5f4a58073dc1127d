# The real image through Debian's docker-registry with TLS and a login: pushed, pulled elsewhere, and built again from what travels with it.
load clone
load ../registry

setup_file() {
	need docker-registry skopeo jq curl openssl htpasswd
	export WARM=$BATS_FILE_TMPDIR/warm LOG DIGEST REGISTRY_AUTH_FILE=$BATS_FILE_TMPDIR/auth.json REGISTRY_CERTS REGISTRY_PLAIN REG PIDS
	warm_clone "$WARM"
	make -C "$WARM" -s release IMAGE=layer-digest 2>/dev/null
	start_registry tls login
	REGISTRY_CERTS=$REG_CERTS PIDS=$REG_PIDS LOG=$REG_LOG
	skopeo login --cert-dir "$REG_CERTS" --username alice --password-stdin "$REG" <<<"$REG_PASSWORD"
	DIGEST=$(expected_digest layer-digest)
	make -C "$WARM" -s push IMAGE=layer-digest REGISTRY="$REG/team"
}

teardown_file() { REG_PIDS=$PIDS registry_stop; }

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	REG_LOG=$LOG
	# Archives that are not there.
	export MIRRORS='' DEB_MIRROR=http://127.0.0.1:1 DEB_SECURITY_MIRROR=http://127.0.0.1:1 NPM_REGISTRY=http://127.0.0.1:1
}

@test "make push again sends no blob; make pull elsewhere gives the release back, byte for byte" {
	sent=$(asked PUT /blobs/)
	[ "$sent" -gt 100 ]
	expect 0 make -C "$WARM" -s push IMAGE=layer-digest REGISTRY="$REG/team"
	same "$REG/team/layer-digest@$DIGEST" "$output"
	same "$sent" "$(asked PUT /blobs/)" "blobs sent"
	clone cold
	expect 0 make -C cold -s pull RELEASE="$REG/team/layer-digest@$DIGEST"
	diff -r "$WARM/build/release" cold/build/pulled
}

@test "from the registry alone, an empty store and the sources give the same image" {
	clone cold
	expect 0 make -C cold --no-print-directory -s digest IMAGE=layer-digest BUNDLE="docker://$REG/team/layer-digest@$DIGEST"
	same "$DIGEST" "$output"
	clone other
	rm -r other/build 2>/dev/null || true
	expect 2 make -C other -s image IMAGE=layer-digest BUNDLE="docker://$REG/team/none@$DIGEST"
	[[ $stderr == *"store: docker://$REG/team/none@$DIGEST: not in the registry"* ]]
}

@test "make says what is missing" {
	expect 2 make -C "$WARM" -s pull
	[[ $stderr == *'RELEASE=REGISTRY/NAME@sha256:HEX is wanted'* ]]
	expect 2 make -C "$WARM" -s push IMAGE=layer-digest REGISTRY="$REG/team" RELEASE=nowhere
	one_line "$(said)" 'nowhere: no release is there'
	expect 2 make -C "$WARM" -s pull RELEASE="$REG/team/layer-digest@$DIGEST" REGISTRY_CERTS=nowhere
	[[ $stderr == *'REGISTRY_CERTS=nowhere: no such folder'* ]]
}
