# The store: inputs fetched by digest, and every way in which that goes wrong. No network: folders, and a server on the
# loopback device.
load ../helpers
load store

setup() { store_setup; }

teardown() { store_teardown; }

# Places

@test "from a folder, by digest" {
	package alpha
	by_digest
	MIRRORS=$FROM expect 0 fetch "$STORE" "$LOCK"
	same '' "$output$stderr" "said"
	in_store
}

@test "from a folder, by path in the pool" {
	package alpha
	MIRRORS=$FROM expect 0 fetch "$STORE" "$LOCK"
	in_store
}

@test "over HTTP, by digest and by path" {
	package alpha
	by_digest
	one=$HEX
	package beta
	serve
	MIRRORS=$URL/good expect 0 fetch "$STORE" "$LOCK"
	same '' "$output$stderr" "said"
	in_store "$one"
	in_store
}

@test "from the archives, each input from its own" {
	package alpha
	one=$HEX
	package beta 100 pool/updates/main
	serve
	DEB_MIRROR=$URL/good/ DEB_SECURITY_MIRROR=$URL/plain expect 0 fetch "$STORE" "$LOCK"
	in_store "$one"
	in_store
	same "good pool/main/a/alpha/alpha_1.0-1_amd64.deb 0
plain $POOL 0" "$(asked | sort)" "requests"
}

@test "npm's packages, by digest in SHA-512" {
	mkdir -p "$FROM/@kettle/pot/-" "$BATS_TEST_TMPDIR/npm"
	echo tea >"$FROM/@kettle/pot/-/pot-2.1.0.tgz"
	cat >"$BATS_TEST_TMPDIR/npm/package-lock.json" <<-END
		{
		  "lockfileVersion": 3,
		  "packages": {
		    "node_modules/@kettle/pot": {
		      "version": "2.1.0",
		      "integrity": "sha512-$(openssl dgst -sha512 -binary "$FROM/@kettle/pot/-/pot-2.1.0.tgz" | base64 -w0)"
		    }
		  }
		}
	END
	serve
	NPM_REGISTRY=$URL/good/ expect 0 fetch "$STORE" "$BATS_TEST_TMPDIR/npm/package-lock.json"
	hex=$(sha512sum <"$FROM/@kettle/pot/-/pot-2.1.0.tgz" | cut -d' ' -f1)
	cmp "$FROM/@kettle/pot/-/pot-2.1.0.tgz" "$STORE/sha512/$hex"
}

@test "what is there already is not asked for" {
	package alpha
	MIRRORS=$FROM expect 0 fetch "$STORE" "$LOCK"
	serve
	MIRRORS=$URL/good expect 0 fetch "$STORE" "$LOCK"
	MIRRORS=$URL/good expect 0 fetch --check "$STORE" "$LOCK"
	same '' "$(asked)" "requests"
}

@test "a store that cannot be written is fine when nothing is missing" {
	need setpriv
	[ "$(id -u)" -eq 0 ] || skip "needs root, to become somebody else"
	package alpha
	STORE=$(mktemp -d /tmp/store.XXXXXX) # the test's own folder is closed to others
	MIRRORS=$FROM expect 0 fetch "$STORE" "$LOCK"
	rm "$STORE/.lock"
	cp "$LOCK" "$STORE/"
	chmod -R a-w,a+rX "$STORE"
	setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$MK" || skip "the tree is not open to others"
	expect 0 setpriv --reuid 65534 --regid 65534 --clear-groups "$MK/store-fetch.sh" --check "$STORE" "$STORE/debian.lock"
	rm -rf "$STORE"
}

@test "a mirror folder that is not there is named and the rest is asked" {
	package alpha
	MIRRORS="$BATS_TEST_TMPDIR/typo $FROM" expect 0 fetch "$STORE" "$LOCK"
	one_line "$stderr" "MIRRORS: $BATS_TEST_TMPDIR/typo: no such folder"
	in_store
}

# Half of something

@test "what began to arrive is continued" {
	package alpha 40000
	mkdir -p "$STORE/partial"
	head -c 12345 "$FROM/$POOL" >"$STORE/partial/sha256-$HEX"
	serve
	DEB_MIRROR=$URL/good expect 0 fetch "$STORE" "$LOCK"
	in_store
	same "good $POOL 12345" "$(asked)" "requests"
}

@test "a server that knows no ranges sends it all again" {
	package alpha 40000
	mkdir -p "$STORE/partial"
	head -c 12345 "$FROM/$POOL" >"$STORE/partial/sha256-$HEX"
	serve
	DEB_MIRROR=$URL/plain expect 0 fetch "$STORE" "$LOCK"
	in_store
}

@test "a corrupted beginning is dropped, and the input fetched once from its start" {
	package alpha 40000
	mkdir -p "$STORE/partial"
	head -c 12345 /dev/zero >"$STORE/partial/sha256-$HEX"
	serve
	DEB_MIRROR=$URL/good expect 0 fetch "$STORE" "$LOCK"
	in_store
	same "good $POOL 12345
good $POOL 0" "$(asked)" "requests"
}

@test "a partial file that has its size, or more, is judged by its digest" {
	package alpha 40000
	mkdir -p "$STORE/partial"
	cp "$FROM/$POOL" "$STORE/partial/sha256-$HEX"
	serve
	DEB_MIRROR=$URL/good expect 0 fetch "$STORE" "$LOCK"
	in_store
	same '' "$(asked)" "requests"
	rm -f "$STORE/sha256/$HEX"
	head -c 90000 /dev/zero >"$STORE/partial/sha256-$HEX"
	DEB_MIRROR=$URL/good expect 0 fetch "$STORE" "$LOCK"
	in_store
}

@test "a connection that is cut is taken up again" {
	package alpha 40000
	serve
	DEB_MIRROR=$URL/cut expect 74 fetch "$STORE" "$LOCK"
	one_line "$stderr" 'tried 3 times'
	before=$(stat -c %s "$STORE/partial/sha256-$HEX")
	[ "$before" -gt 30000 ] # three halves of what was left
	DEB_MIRROR=$URL/good expect 0 fetch "$STORE" "$LOCK"
	in_store
	same "good $POOL $before" "$(asked | tail -n 1)" "last request"
}

@test "a place that falls silent is given up, and the next is asked" {
	package alpha 40000
	serve
	MIRRORS=$URL/stall DEB_MIRROR=$URL/good expect 0 fetch "$STORE" "$LOCK"
	in_store
}

@test "a place that is busy is asked again" {
	package alpha
	serve
	DEB_MIRROR=$URL/busy expect 0 fetch "$STORE" "$LOCK"
	in_store
}

# A fetch that gets half of the package, and then a signal.
cut_off() { # SIGNAL
	MIRRORS=$URL/stall FETCH_STALL=30 setsid "$MK/store-fetch.sh" "$STORE" "$LOCK" 3>&- &
	pid=$!
	for _ in {1..200}; do
		[ ! -s "$STORE/partial/sha256-$HEX" ] || break
		sleep 0.05
	done
	kill "-$1" -- "-$pid"
	wait "$pid" || true
}

@test "after kill -9 there are only partial files, and the next fetch completes" {
	package alpha 40000
	serve
	cut_off 9
	not_in_store
	[ -s "$STORE/partial/sha256-$HEX" ]
	DEB_MIRROR=$URL/good expect 0 fetch "$STORE" "$LOCK"
	in_store
}

@test "after an interrupt nothing is left but partial files" {
	package alpha 40000
	serve
	cut_off TERM
	not_in_store
	same "sha256-$HEX" "$(ls "$STORE/partial")" "left in partial/"
}

@test "two fetches at once into one store: the second waits, and each input is fetched once" {
	local i
	for i in 1 2 3 4 5 6; do package "many$i" 3000; done
	serve
	export DEB_MIRROR=$URL/good
	fetch "$STORE" "$LOCK" 2>"$BATS_TEST_TMPDIR/one" 3>&- &
	one=$!
	fetch "$STORE" "$LOCK" 2>"$BATS_TEST_TMPDIR/two" 3>&- &
	two=$!
	wait $one
	wait $two
	same 6 "$(ls "$STORE/sha256" | wc -l)" "inputs"
	same '' "$(asked | sort | uniq -d)" "requests made twice"
	in_store
}

@test "a fetch says that it waits for another" {
	package alpha
	mkdir -p "$STORE"
	flock "$STORE/.lock" sleep 1 3>&- &
	sleep 0.2
	MIRRORS=$FROM expect 0 fetch "$STORE" "$LOCK"
	one_line "$stderr" "store: $STORE: another fetch works in it; waiting"
}

# Wrong or nothing

@test "wrong bytes are refused and the next place is asked" {
	package alpha
	mkdir "$BATS_TEST_TMPDIR/liar"
	serve
	MIRRORS="$URL/wrong" DEB_MIRROR=$URL/good expect 0 fetch "$STORE" "$LOCK"
	in_store
	same "wrong sha256/$HEX 0
wrong $POOL 0
good $POOL 0" "$(asked)" "requests"
}

@test "wrong bytes from everywhere: the error says what was wrong, and nothing is kept" {
	package alpha
	serve
	MIRRORS=$URL/wrong expect 74 fetch "$STORE" "$LOCK"
	one_line "$stderr" "store: alpha 1.0-1 (sha256:$HEX): $URL/wrong/$POOL: wrong content: its sha256 is "
	not_in_store
	same '' "$(ls "$STORE/partial")" "left in partial/"
}

@test "a wrong digest in the lock: the digest that came is named" {
	package alpha
	wrong=$(tr 0-9a-f 1-9a-f0 <<<"$HEX")
	sed -i "s/$HEX/$wrong/" "$LOCK"
	MIRRORS=$FROM expect 74 fetch "$STORE" "$LOCK"
	one_line "$stderr" "alpha 1.0-1 (sha256:$wrong): $FROM/$POOL: wrong content: its sha256 is $HEX"
}

@test "another size is named in bytes" {
	package alpha
	sed -i 's/amd64 5006 /amd64 5007 /' "$LOCK"
	MIRRORS=$FROM expect 74 fetch "$STORE" "$LOCK"
	one_line "$stderr" "wrong content: 5006 bytes instead of 5007"
}

@test "a place that never stops sending is stopped" {
	package alpha
	serve
	DEB_MIRROR=$URL/endless expect 74 fetch "$STORE" "$LOCK"
	one_line "$stderr" "sends more than the"
	same '' "$(ls "$STORE/partial")" "left in partial/"
}

@test "a package that is gone: named with version and digest, and the ways out" {
	package alpha
	rm "$FROM/$POOL"
	serve
	DEB_MIRROR=$URL/good expect 74 fetch "$STORE" "$LOCK"
	one_line "$stderr" "store: alpha 1.0-1 (sha256:$HEX): gone from every place asked; ways out: MIRRORS="
	one_line "$stderr" "BUNDLE="
	one_line "$stderr" "'make lock'"
}

@test "many gone: ten lines, how many more, and the ways out once" {
	local i
	for i in {10..22}; do package "many$i" 10; done
	rm -r "$FROM/pool"
	expect 74 fetch "$STORE" "$LOCK"
	same 12 "$(wc -l <<<"$stderr")" "lines"
	same "store: and 3 more" "$(sed -n 11p <<<"$stderr")"
	same 1 "$(grep -c 'ways out' <<<"$stderr")" "ways out"
}

@test "what came is kept when something else is gone" {
	package alpha
	one=$HEX
	package beta
	rm "$FROM/$POOL"
	MIRRORS=$FROM expect 74 fetch "$STORE" "$LOCK"
	in_store "$one"
}

@test "nobody answers: said once per input, without asking again for each" {
	local i
	for i in {1..5}; do package "many$i" 10; done
	serve
	kill "$SERVER"
	wait "$SERVER" || true
	FETCH_JOBS=1 DEB_MIRROR=$URL/good expect 74 fetch "$STORE" "$LOCK"
	same 1 "$(grep -c 'Failed to connect' <<<"$stderr")" "attempts"
	same 4 "$(grep -c 'cannot be reached' <<<"$stderr")" "that were spared"
}

@test "a corrupted input is found by --check and fetched again" {
	package alpha
	MIRRORS=$FROM expect 0 fetch "$STORE" "$LOCK"
	chmod u+w "$STORE/sha256/$HEX"
	printf X | dd of="$STORE/sha256/$HEX" conv=notrunc status=none
	MIRRORS=$FROM expect 0 fetch --check "$STORE" "$LOCK"
	one_line "$stderr" "store: sha256/$HEX (alpha 1.0-1) is corrupted in the store; fetching it again"
	in_store
}

@test "a corrupted input that is nowhere else does not stay" {
	package alpha
	MIRRORS=$FROM expect 0 fetch "$STORE" "$LOCK"
	chmod u+w "$STORE/sha256/$HEX"
	: >"$STORE/sha256/$HEX"
	expect 74 fetch --check "$STORE" "$LOCK"
	[[ $stderr == *"alpha 1.0-1 (sha256:$HEX): gone"* ]]
	not_in_store
}

@test "a store that cannot be made is one line" {
	package alpha
	: >"$BATS_TEST_TMPDIR/file"
	MIRRORS=$FROM expect 73 fetch "$BATS_TEST_TMPDIR/file/store" "$LOCK"
	one_line "$stderr" "store: $BATS_TEST_TMPDIR/file/store: cannot be written, and 1 of 1 inputs are not in it"
}

@test "a full disk is one line, from a folder and over HTTP" {
	unshare -Urm true 2>/dev/null || skip "needs namespaces, for a small disk"
	local i
	for i in {1..4}; do package "many$i" 100000; done
	serve
	mkdir "$STORE"
	for place in "$FROM" "$URL/good"; do
		MIRRORS=$place expect 73 unshare -Urm bash -c \
			'mount -t tmpfs -o size=128k tmpfs "$2" && exec "$1/store-fetch.sh" "$2" "$3"' bash "$MK" "$STORE" "$LOCK"
		one_line "$stderr" "left on its disk"
	done
}

# Bundles

bundle() { # FILE: a tar of everything in $FROM, by digest
	local file hex members=()
	for file in $(find "$FROM/pool" -type f | sort); do
		hex=$(sha256sum <"$file" | cut -d' ' -f1)
		mkdir -p "$FROM/sha256"
		cp "$file" "$FROM/sha256/$hex"
		members+=("sha256/$hex")
	done
	tar -cf "$1" -C "$FROM" "${members[@]}"
}

@test "a bundle has it all, and nobody else is asked" {
	package alpha
	one=$HEX
	package beta
	bundle "$BATS_TEST_TMPDIR/bundle.tar"
	serve
	BUNDLE=$BATS_TEST_TMPDIR/bundle.tar MIRRORS=$URL/good expect 0 fetch "$STORE" "$LOCK"
	same '' "$output$stderr" "said"
	in_store "$one"
	in_store
	same '' "$(asked)" "requests"
}

@test "a bundle that lacks an input is an error that names it, though a mirror has it" {
	package alpha
	bundle "$BATS_TEST_TMPDIR/bundle.tar"
	package beta
	BUNDLE=$BATS_TEST_TMPDIR/bundle.tar MIRRORS=$FROM expect 74 fetch "$STORE" "$LOCK"
	one_line "$stderr" "store: beta 1.0-1 (sha256:$HEX): not in $BATS_TEST_TMPDIR/bundle.tar"
}

@test "a bundle with other bytes under a digest" {
	package alpha
	mkdir -p "$FROM/sha256"
	head -c 5006 /dev/zero >"$FROM/sha256/$HEX"
	tar -cf "$BATS_TEST_TMPDIR/bundle.tar" -C "$FROM" "sha256/$HEX"
	BUNDLE=$BATS_TEST_TMPDIR/bundle.tar expect 74 fetch "$STORE" "$LOCK"
	one_line "$stderr" "in $BATS_TEST_TMPDIR/bundle.tar with wrong content: its sha256 is "
	not_in_store
}

@test "a bundle that is cut, is no tar, or is not there" {
	package alpha
	bundle "$BATS_TEST_TMPDIR/bundle.tar"
	head -c 2000 "$BATS_TEST_TMPDIR/bundle.tar" >"$BATS_TEST_TMPDIR/cut.tar"
	BUNDLE=$BATS_TEST_TMPDIR/cut.tar expect 2 fetch "$STORE" "$LOCK"
	one_line "$stderr" "store: $BATS_TEST_TMPDIR/cut.tar: not a whole tar: "
	head -c 20000 /dev/urandom >"$BATS_TEST_TMPDIR/noise.tar"
	BUNDLE=$BATS_TEST_TMPDIR/noise.tar expect 2 fetch "$STORE" "$LOCK"
	one_line "$stderr" "store: $BATS_TEST_TMPDIR/noise.tar: not a whole tar: "
	BUNDLE=$BATS_TEST_TMPDIR/nowhere.tar expect 2 fetch "$STORE" "$LOCK"
	one_line "$stderr" "nowhere.tar: no such bundle"
	not_in_store
}

@test "on a terminal, a line says how far it is; elsewhere nothing does" {
	need script
	package alpha 40000
	serve
	export MIRRORS=$URL/stall DEB_MIRROR=$URL/good
	expect 0 script -qec "'$MK/store-fetch.sh' '$STORE' '$LOCK'" /dev/null
	[[ $output == *$'\r  FETCH    0/1 inputs, 0.0/0.0 MB'* ]]
	[[ $output == *$'\r\e[K' ]] # and is gone at the end
	in_store
	rm -f "$STORE/sha256/$HEX"
	unset DEB_MIRROR
	DEB_MIRROR=$URL/good/none expect 74 script -qec "'$MK/store-fetch.sh' '$STORE' '$LOCK'" /dev/null
	[[ $output == *$'\r\e[Kstore: alpha 1.0-1 '* ]] # and is gone before an error
}
