# Registries on loopback for tests, and small releases to put into them. A .bats loads it after helpers.bash and calls
# registry_stop in teardown.
#
#     start_registry [tls] [login]   Debian's docker-registry, empty; no referrers API. Sets $REG (HOST:PORT) and $REG_LOG. tls: with a
#                                    certificate of a CA made for the run, in the folder $REG_CERTS; login: for alice, $REG_PASSWORD.
#                                    Without tls, REGISTRY_PLAIN is exported.
#     start_referrers [FOLDER]       our own, with the API and bad manners (referrers-server.pl). Sets $REG, $REF_FOLDER. FOLDER: it
#                                    begins with what such a one had.
#     put_manifest NAME FILE         puts a manifest into it, behind its back; prints its digest
#     misbehave WAY PATTERN          what it does from now on to paths that match; without arguments: nothing
#     log_in PASSWORD                what `skopeo login` leaves, in REGISTRY_AUTH_FILE, which is exported
#     asked METHOD PATTERN           how many such requests the last started one has had
#     registry_stop                  ends all of them
#
#     make_release FOLDER            a release of an image of two layers, by hand: signed in form, not in substance. Sets $IMAGE_DIGEST.
#                                    Its locks are images/ of the current folder, which is made; so is a store with their inputs.
#
# Everything is below $BATS_TEST_TMPDIR, or $BATS_FILE_TMPDIR in setup_file.
# shellcheck shell=bash

REG_PASSWORD='pass"word\ of alice'
REG_PIDS=

registry_folder() { mktemp -d "${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/registry.XXXXXX"; }

start_registry() {
	local folder tls='' auth='' i
	folder=$(registry_folder)
	REG_LOG=$folder/log
	[[ " $* " != *' tls '* ]] || {
		registry_certificate "$folder"
		tls=", tls: {certificate: $folder/server.pem, key: $folder/server.key}"
	}
	[[ " $* " != *' login '* ]] || {
		htpasswd -Bbn -C 4 alice "$REG_PASSWORD" >"$folder/htpasswd"
		auth="auth: {htpasswd: {realm: test, path: $folder/htpasswd}}"
	}
	cat >"$folder/config.yml" <<-END
		version: 0.1
		log: {level: info}
		storage: {filesystem: {rootdirectory: $folder/data}, delete: {enabled: true}}
		http: {addr: "127.0.0.1:0"$tls}
		$auth
	END
	# It would take REGISTRY_… for its own.
	setsid env -i PATH="$PATH" docker-registry serve "$folder/config.yml" >"$REG_LOG" 2>&1 3>&- </dev/null &
	registry_keep $!
	for ((i = 0; i < 600; i++)); do
		REG=$(sed -n 's/.*listening on 127.0.0.1:\([0-9]*\).*/\1/p' "$REG_LOG" | head -n 1)
		[ -z "$REG" ] || break
		sleep 0.05
	done
	REG=localhost:${REG:?docker-registry did not start}
	export REGISTRY_PLAIN=
	[ -n "$tls" ] || REGISTRY_PLAIN=1
}

# A CA and a certificate of it. The folder is in the form of --cert-dir.
registry_certificate() { # FOLDER
	local key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
	REG_CERTS=$1/certs
	mkdir "$REG_CERTS"
	openssl req -x509 "${key[@]}" -subj '/CN=test CA' -days 2 -keyout "$1/ca.key" -out "$REG_CERTS/ca.crt" 2>/dev/null
	openssl req "${key[@]}" -subj '/CN=localhost' -keyout "$1/server.key" -out "$1/server.csr" 2>/dev/null
	openssl x509 -req -in "$1/server.csr" -CA "$REG_CERTS/ca.crt" -CAkey "$1/ca.key" -CAcreateserial -days 2 \
		-extfile <(echo 'subjectAltName=DNS:localhost,IP:127.0.0.1') -out "$1/server.pem" 2>/dev/null
}

start_referrers() {
	REF_FOLDER=$(registry_folder)
	[ $# -eq 0 ] || cp -r "$1/." "$REF_FOLDER/"
	rm -f "$REF_FOLDER/port"
	REG_LOG=$REF_FOLDER/log
	: >"$REG_LOG"
	setsid "$ROOT/tests/referrers-server.pl" "$REF_FOLDER" 2>"$REF_FOLDER/errors" 3>&- </dev/null &
	registry_keep $!
	while [ ! -e "$REF_FOLDER/port" ]; do sleep 0.02; done
	REG=127.0.0.1:$(<"$REF_FOLDER/port")
	export REGISTRY_PLAIN=1
}

misbehave() { echo "$*" >"$REF_FOLDER/mode"; rm -rf "$REF_FOLDER/seen"; }

put_manifest() { # NAME FILE
	printf '%s\n' "$(jq -r .mediaType "$2")" | cat - "$2" >"$REF_FOLDER/manifests/$1/$(sum_of "$2")"
	printf 'sha256:%s\n' "$(sum_of "$2")"
}

log_in() { # PASSWORD
	export REGISTRY_AUTH_FILE=$BATS_TEST_TMPDIR/auth.json
	jq -n --arg host "$REG" --arg auth "$(printf 'alice:%s' "$1" | base64 -w0)" '{auths: {($host): {auth: $auth}}}' >"$REGISTRY_AUTH_FILE"
}

# docker-registry's log has "METHOD PATH HTTP/1.1", ours METHOD PATH.
asked() { grep -c -E "(^|\")$1 [^ ]*$2" "$REG_LOG" || true; } # METHOD PATTERN

registry_keep() {
	REG_PIDS+=" $1"
	disown "$1"
}

registry_stop() {
	local pid
	for pid in $REG_PIDS; do kill -9 -- "-$pid" 2>/dev/null || true; done
	REG_PIDS=
}

sum_of() { sha256sum <"$1" | cut -d' ' -f1; }

# put_in_layout LAYOUT FILE: prints the members of its descriptor.
put_in_layout() {
	mkdir -p "$1/blobs/sha256"
	cp "$2" "$1/blobs/sha256/$(sum_of "$2")"
	printf '"digest":"sha256:%s","size":%s' "$(sum_of "$2")" "$(stat -c %s "$2")"
}

release_inputs() {
	local name npm
	mkdir -p images/builder images/pot/1-debian images/pot/2-npm/npm store/sha256 store/sha512
	for name in builder pot/1-debian; do
		printf 'format 1\nepoch 1700000000\n' >images/$name/debian.lock
		echo "the input of $name" >input
		head -c 40000 /dev/zero | tr '\0' "${name:0:1}" >>input
		echo "${name##*/} 1.0-1 amd64 $(stat -c %s input) $(sum_of input) pool/main/x/x_1.0-1_amd64.deb" >>images/$name/debian.lock
		mv input "store/sha256/$(sum_of input)"
	done
	echo "the input of npm" >input
	npm=$(openssl dgst -sha512 -binary input | base64 -w0)
	cat >images/pot/2-npm/npm/package-lock.json <<-END
		{
		  "lockfileVersion": 3,
		  "packages": {
		    "node_modules/pot": {
		      "version": "2.1.0",
		      "integrity": "sha512-$npm"
		    }
		  }
		}
	END
	mv input "store/sha512/$(sha512sum <input | cut -d' ' -f1)"
}

release_layout() { # LAYOUT
	local layer layers='' config manifest
	for layer in one two; do
		echo "$layer" >file
		head -c 30000 /dev/zero >>file
		tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf layer file
		layers+=${layers:+,}'{"mediaType":"application/vnd.oci.image.layer.v1.tar",'$(put_in_layout "$1" layer)'}'
	done
	printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":%s}}' \
		"$(jq -c '[.[].digest]' <<<"[$layers]")" >config
	config=$(put_in_layout "$1" config)
	printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json",%s},"layers":[%s]}' \
		"$config" "$layers" >manifest
	IMAGE_DIGEST=sha256:$(sum_of manifest)
	printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",%s,"annotations":{"org.opencontainers.image.ref.name":"latest"}}]}' \
		"$(put_in_layout "$1" manifest)" >"$1/index.json"
	printf '{"imageLayoutVersion":"1.0.0"}' >"$1/oci-layout"
	rm file layer config manifest
}

envelope() { # FILE PREDICATE-TYPE
	jq -n --arg statement "$(jq -cn --arg type "$2" '{predicateType: $type}' | base64 -w0)" \
		'{payload: $statement, payloadType: "application/vnd.in-toto+json", signatures: []}' >"$1"
}

make_release() { # FOLDER
	local lock
	release_inputs
	mkdir -p "$1/deploy/vm" "$1/rebuilds"
	release_layout "$1/oci"
	for lock in images/builder/debian.lock images/pot/1-debian/debian.lock images/pot/2-npm/npm/package-lock.json; do
		printf '{"path": "%s", "digest": {"sha256": "%s"}}' $lock "$(sum_of $lock)"
	done | jq -s '{inputs: {locks: .}}' >"$1/measurements.json"
	echo '{"spdxVersion": "SPDX-2.3"}' >"$1/sbom.spdx.json"
	echo '{"buildDefinition": {}}' >"$1/provenance.json"
	echo '# Notes' >"$1/notes.md"
	echo '{}' | tee "$1/deploy/app-compose.json" "$1/deploy/vm/tdx.small.json" >"$1/deploy/docker-compose.yml"
	(cd "$1" && find . -type f -printf '%P\0' | sort -z | xargs -0 sha256sum >../sums && mv ../sums SHA256SUMS)
	envelope "$1/measurements.dsse.json" urn:kettle-dstack:measurements:1
	envelope "$1/release.dsse.json" urn:kettle-dstack:release:1
	envelope "$1/rebuilds/$(printf '%064d' 1).dsse.json" urn:kettle-dstack:rebuild:1
	printf '{"critical":{"identity":{"docker-reference":"%s/pot"}}}' "${REG:-localhost}" >"$1/sigstore.payload.json"
	echo 'c2lnbmF0dXJl' >"$1/sigstore.sig"
}
