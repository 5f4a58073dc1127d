# make verify, as a stranger runs it: a second clone with an empty store, a release in a registry, archives that nobody can reach. Then
# what somebody on the way, or the one who signs, could do about it; each time the verdict, the check and the code.
load clone
load release
load ../registry

dead='http://127.0.0.1:9' # nobody listens there

setup_file() {
	need docker-registry
	npm_packages "$BATS_FILE_TMPDIR"
	COMMIT=$(printf '%040d' 1)
	export COMMIT
	release_setup COMMIT="$COMMIT"
	start_registry
	REG_DATA=${REG_LOG%/log}/data
	export REG REG_DATA REG_PIDS
	make -C "$WARM" --no-print-directory -s push REGISTRY="$REG" >&2
	DIGEST=$(expected_digest)
	export DIGEST SECOND=$BATS_FILE_TMPDIR/second
	mkdir "$BATS_FILE_TMPDIR/nobody"
	manifest-sign keygen --out "$BATS_FILE_TMPDIR/other.pem"
	cp "$BATS_FILE_TMPDIR/other.pub" "$BATS_FILE_TMPDIR/nobody/"
}

teardown_file() { registry_stop; }

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	unset MIRRORS
}

# What a test changes in the second clone it keeps first, and afterwards it is as it was.
keep() { # PATH
	mkdir -p "before/$(dirname "$1")"
	cp -a "$SECOND/$1" "before/$1"
}
teardown() { [ ! -d "$BATS_TEST_TMPDIR/before" ] || cp -a "$BATS_TEST_TMPDIR/before/." "$SECOND/"; }

# stranger STATUS [MAKE ARGUMENT...]: make verify in the second clone; the status is the one that mk/verify.sh ends with,
# $text what it prints.
stranger() {
	local want=$1
	shift
	run --separate-stderr make -C "$SECOND" --no-print-directory verify KEYS="$KEY_FOLDER" DEB_MIRROR=$dead DEB_SECURITY_MIRROR=$dead \
		NPM_REGISTRY=$dead "$@"
	text=$output
	if [ "$want" = 0 ]; then [ "$status" = 0 ]; else [[ $status != 0 && $stderr == *"verify] Error $want"* ]]; fi || {
		printf 'status %s, wanted %s\n%s\n%s\n' "$status" "$want" "$output" "$stderr" >&2
		return 1
	}
}

# said CHECK VERDICT [CODE]: is in verdict.json, which keeps to its schema
said() {
	jq -e --arg check "$1" --arg verdict "$2" --arg code "${3:-}" 'any(.findings[]; .check == $check and .verdict == $verdict and (.code // "") == $code)' \
		"$SECOND/build/verify/verdict.json" >/dev/null || {
		printf 'not said: %s\n%s\n' "$*" "$(<"$SECOND/build/verify/verdict.txt")" >&2
		return 1
	}
	expect 0 validate "$SECOND/build/verify/verdict.json" verdict-1
}

sum_of() { sha256sum <"$1" | cut -d' ' -f1; }

# The release in a folder of the test's own, to be changed.
own_release() { cp -r "$WARM/build/release" release; }

@test "a second clone, an empty store, no archive: it is rebuilt from what came with the release, and holds" {
	clone "$SECOND"
	stranger 0 RELEASE="$REG/kettle-launcher@$DIGEST"
	[[ $(tail -n 1 <<<"$output") == 'holds; not checked: '* ]]
	for check in files subject image measurements deployment sbom provenance signatures statements sigstore source rebuilt-image \
		rebuilt-registers rebuilt-measurements rebuilt-sbom rebuilt-provenance rebuilt-files; do
		said $check holds
	done
	said diff-ids holds
	[ ! -e "$SECOND/build/verify/tree" ]
	diff -r "$WARM/build/release" "$SECOND/build/verify/release"
}

@test "without a rebuild; as JSON" {
	stranger 0 RELEASE="$REG/kettle-launcher@$DIGEST" REBUILD=no JSON=1
	same holds "$(jq -r .verdict <<<"$output")"
	said rebuilt 'not checked' not-supplied
	said source holds
}

@test "another image under the digest's name: the registry has no release of it" {
	stranger 2 RELEASE="$REG/kettle-launcher@sha256:$(printf '%064d' 1)" REBUILD=no
	said registry 'cannot say' not-there
	[[ $(tail -n 1 <<<"$text") == 'cannot say: '* ]]
}

@test "another manifest under the tag: what was asked for by digest stays what it is" {
	own_release
	local version
	version=$(make -s -C "$WARM" print-VERSION)
	jq -c '.annotations = {a: "b"}' "release/oci/blobs/sha256/${DIGEST#sha256:}" >manifest
	curl -sSf -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data-binary @manifest \
		"http://$REG/v2/kettle-launcher/manifests/$version"
	stranger 0 RELEASE="$REG/kettle-launcher@$DIGEST" REBUILD=no
	stranger 2 RELEASE="$REG/kettle-launcher@sha256:$(sum_of manifest)" REBUILD=no
	said registry 'cannot say' not-there
}

@test "a byte in a layer, in the registry and in a folder" {
	local layer data
	layer=$(jq -r '.layers[3].digest' "$WARM/build/release/oci/blobs/sha256/${DIGEST#sha256:}")
	data=$(find "$REG_DATA" -path "*/${layer#sha256:}/data")
	cp "$data" whole
	printf x | dd of="$data" bs=1 seek=1000 conv=notrunc status=none
	rm -rf "$SECOND/build/verify/release"
	stranger 1 RELEASE="$REG/kettle-launcher@$DIGEST" REBUILD=no
	said registry 'does not hold' digest-differs
	cp whole "$data"
	own_release
	printf x | dd of="release/oci/blobs/sha256/${layer#sha256:}" bs=1 seek=1000 conv=notrunc status=none
	stranger 1 RELEASE="$PWD/release" REBUILD=no
	said files 'does not hold' digest-differs
	said image 'does not hold' digest-differs
}

@test "keys: an unknown one, too few, the same one twice" {
	stranger 1 RELEASE="$WARM/build/release" KEYS="$BATS_FILE_TMPDIR/nobody" REBUILD=no
	said signatures 'does not hold' key-unknown
	stranger 1 RELEASE="$WARM/build/release" THRESHOLD=2 REBUILD=no
	said signatures 'does not hold' threshold
	mkdir keys
	cp "$KEY_FOLDER"/* keys/
	cp keys/key.pub keys/again.pub
	stranger 1 RELEASE="$WARM/build/release" KEYS="$PWD/keys" THRESHOLD=2 REBUILD=no
	said signatures 'does not hold' threshold
}

@test "a swapped predicate" {
	own_release
	cp release/sbom.dsse.json release/provenance.dsse.json
	stranger 1 RELEASE="$PWD/release" REBUILD=no
	said statements 'does not hold' predicate-type
}

@test "a changed lock, another source: told before anything is built" {
	keep images/kettle-launcher/1-debian/debian.lock
	keep workspace/kettle/manifest.c
	echo '# changed' >>"$SECOND/images/kettle-launcher/1-debian/debian.lock"
	echo '/* changed */' >>"$SECOND/workspace/kettle/manifest.c"
	stranger 1 RELEASE="$WARM/build/release"
	said source 'does not hold' lock-differs
	said source 'does not hold' source-differs
	[[ $(tail -n 1 <<<"$text") == 'does not hold: images/kettle-launcher/1-debian/debian.lock: this checkout is not the source of the release'* ]]
	[ ! -e "$SECOND/build/verify/tree" ]
}

@test "an input that is neither in the bundle nor in the archive" {
	local hex
	hex=$(jq -r '.packages["node_modules/@cloudflare/workerd-linux-64"].integrity | ltrimstr("sha512-")' \
		"$SECOND/images/kettle-launcher/2-runtime/npm/package-lock.json" | base64 -d | od -An -v -tx1 | tr -d ' \n')
	keep "build/store/sha512/$hex"
	rm -f "$SECOND/build/store/sha512/$hex"
	own_release
	stranger 2 RELEASE="$PWD/release"
	said inputs 'cannot say' input-missing
	[[ $text == *"@cloudflare/workerd-linux-64 "*"$hex"* ]]
	[[ $(tail -n 1 <<<"$text") == 'cannot say: @cloudflare/workerd-linux-64 '* ]]
	tar -C "$SECOND/build/store" --sort=name -cf release/inputs.tar sha256 # not in a bundle's form
	stranger 1 RELEASE="$PWD/release"
	said inputs 'does not hold' malformed
}

@test "a registry with bad manners: the wrong bytes, a referrer cut short, half of it and then nothing" {
	local way want verdict code
	start_referrers
	make -C "$WARM" --no-print-directory -s push REGISTRY="$REG" >&2
	while read -r want code way; do
		misbehave $way
		rm -rf "$SECOND"/build/verify/release*
		stranger "$want" RELEASE="$REG/kettle-launcher@$DIGEST" REBUILD=no
		verdict='does not hold'
		[ "$want" = 1 ] || verdict='cannot say'
		said registry "$verdict" "$code"
	done <<-'END'
		1 digest-differs wrong /blobs/
		1 digest-differs wrong /manifests/sha256:
		1 digest-differs short /manifests/sha256:
		2 not-there gone /manifests/sha256:
	END
	registry_stop
}

# The key's owner makes another image and says that it is from these sources.
cheat() {
	local inputs=$WARM/build/release/measurements.json cheat=$BATS_TEST_TMPDIR/cheat
	warm_clone "$cheat"
	sed -i 's/^int main(/__attribute__((used)) static const char changed[] = "changed";\n&/' "$cheat/workspace/kettle/kettle.c"
	make -C "$cheat" --no-print-directory -s release COMMIT="$COMMIT" >&2
	mv "$cheat/build/release" lie
	jq -S --indent 2 --slurpfile honest "$inputs" '.inputs = $honest[0].inputs' lie/measurements.json >new && mv new lie/measurements.json
	jq -S --indent 2 --slurpfile honest "$WARM/build/release/provenance.json" --arg sum "$(sum_of lie/measurements.json)" '
		.buildDefinition.resolvedDependencies = $honest[0].buildDefinition.resolvedDependencies
		| (.runDetails.byproducts[] | select(.name == "measurements.json")).digest.sha256 = $sum' lie/provenance.json >new && mv new lie/provenance.json
	(cd lie && find . -type f ! -name '*.dsse.json' ! -name 'sigstore*' ! -name SHA256SUMS -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum >../sums && mv ../sums SHA256SUMS)
	(cd "$WARM" && mk/release-sign.sh "$BATS_TEST_TMPDIR/lie" "$BIN/manifest-sign" "$KEY_FILE" '' kettle-launcher localhost "$(make -s print-VERSION)" "$COMMIT")
}

@test "a signer who lies: signatures hold, the rebuild does not, and it says in which file" {
	cheat
	stranger 0 RELEASE="$PWD/lie" REBUILD=no
	stranger 1 RELEASE="$PWD/lie"
	said signatures holds
	said source holds
	said rebuilt-image 'does not hold' digest-differs
	[[ $(jq -r 'first(.findings[] | select(.verdict == "does not hold")).object' "$SECOND/build/verify/verdict.json") == 'layer 4-kettle' ]]
	[[ $text == *usr/bin/kettle* ]]
	[ -s "$SECOND/build/verify/image-diff.txt" ]
}

# stated STATUS TEXT [MAKE ARGUMENT...]: make rebuild-statement in the second clone ends so, as make does, and says so.
stated() {
	local want=$1 say=$2
	shift 2
	run make -C "$SECOND" --no-print-directory rebuild-statement KEY="$BATS_FILE_TMPDIR/other.pem" OUT="$PWD/own.dsse.json" "$@"
	[ "$status" -eq "$want" ] && [[ $output == *"$say"* ]] || {
		printf 'status %s, wanted %s\n%s\n' "$status" "$want" "$output" >&2
		return 1
	}
}

@test "a rebuilder's statement is refused where the commit is not known, or is another, or the release does not hold" {
	stated 2 'this is no git checkout' RELEASE="$WARM/build/release"
	stated 2 "the release is of commit $COMMIT" RELEASE="$WARM/build/release" COMMIT="$(printf '%040d' 2)"
	own_release
	echo more >>release/notes.md
	stated 2 'the release does not hold before anything is rebuilt' RELEASE="$PWD/release" COMMIT="$COMMIT"
	[ ! -e own.dsse.json ]
}

@test "a rebuilder's statement, of a release and of no release: the same bytes, and counted" {
	local id
	stated 0 "$DIGEST  $PWD/own.dsse.json" RELEASE="$WARM/build/release" COMMIT="$COMMIT"
	expect 0 manifest-verify --keys "$BATS_FILE_TMPDIR/nobody" --type urn:kettle-dstack:rebuild:1 --subject "$DIGEST" --predicate own.dsse.json
	echo "$output" >predicate.json
	expect 0 validate predicate.json rebuild-1
	mv own.dsse.json first.dsse.json
	stated 0 "$DIGEST  $PWD/own.dsse.json" COMMIT="$COMMIT"
	cmp first.dsse.json own.dsse.json
	own_release
	mkdir -p release/rebuilds
	id=$(jq -r '.signatures[0].keyid' own.dsse.json)
	cp own.dsse.json "release/rebuilds/$id.dsse.json"
	stranger 0 RELEASE="$PWD/release" REBUILD=no REBUILDER_KEYS="$BATS_FILE_TMPDIR/nobody" REBUILDERS=1
	said rebuilders holds
	stranger 1 RELEASE="$PWD/release" REBUILD=no REBUILDER_KEYS="$BATS_FILE_TMPDIR/nobody" REBUILDERS=2
	said rebuilders 'does not hold' threshold
}

@test "used wrongly" {
	stranger 64 RELEASE=nowhere
	stranger 64 RELEASE=
	stranger 64 RELEASE="$WARM/build/release" THRESHOLD=0
	stranger 64 RELEASE="$WARM/build/release" KEYS=nowhere
}
