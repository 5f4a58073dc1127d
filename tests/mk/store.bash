# Loaded by the store's tests: an archive in a folder, a lock of what is in it, a server over it, an empty store.

store_setup() {
	MK=$ROOT/mk
	STORE=$BATS_TEST_TMPDIR/store
	FROM=$BATS_TEST_TMPDIR/from
	LOCK=$BATS_TEST_TMPDIR/debian.lock
	mkdir -p "$FROM"
	unset MIRRORS BUNDLE NPM_REGISTRY npm_config_registry
	# An archive that is not there: a test that asks it by mistake fails instead of going out.
	export DEB_MIRROR=$BATS_TEST_TMPDIR/none DEB_SECURITY_MIRROR=$BATS_TEST_TMPDIR/none FETCH_JOBS=4 FETCH_STALL=1
	printf 'format 1\nepoch 1700000000\n' >"$LOCK"
}

store_teardown() {
	[ -z "${SERVER:-}" ] || kill "$SERVER" 2>/dev/null || true
}

serve() { # starts the server over $FROM; sets URL
	perl "$ROOT/tests/mk/http-server.pl" "$FROM" "$BATS_TEST_TMPDIR/log" >"$BATS_TEST_TMPDIR/port" 3>&- &
	SERVER=$!
	while [ ! -s "$BATS_TEST_TMPDIR/port" ]; do sleep 0.02; done
	URL=http://127.0.0.1:$(<"$BATS_TEST_TMPDIR/port")
}

asked() { # the server's log: WAY PATH OFFSET
	cat "$BATS_TEST_TMPDIR/log" 2>/dev/null || true
}

# package NAME [BYTES]: puts it into $FROM at its path in the pool and into $LOCK; sets HEX and POOL.
package() {
	POOL=${3:-pool/main}/${1:0:1}/$1/$1_1.0-1_amd64.deb
	mkdir -p "$FROM/${POOL%/*}"
	openssl enc -aes-128-ctr -nosalt -K "$(printf '%032d' "${#1}")" -iv 0 </dev/zero 2>/dev/null |
		head -c "${2:-5000}" >"$FROM/$POOL"
	echo "$1" >>"$FROM/$POOL"
	HEX=$(sha256sum <"$FROM/$POOL" | cut -d' ' -f1)
	echo "$1 1.0-1 amd64 $(stat -c %s "$FROM/$POOL") $HEX $POOL" >>"$LOCK"
}

by_digest() { # moves what is at $POOL to where it lies by digest
	mkdir -p "$FROM/sha256"
	mv "$FROM/$POOL" "$FROM/sha256/$HEX"
}

fetch() { "$MK/store-fetch.sh" "$@"; }

in_store() { # [HEX]: there, whole, read-only, and nothing of its making left
	same "${1:-$HEX}" "$(sha256sum <"$STORE/sha256/${1:-$HEX}" | cut -d' ' -f1)" "content"
	same 444 "$(stat -c %a "$STORE/sha256/${1:-$HEX}")" "mode"
	same '' "$(ls "$STORE/partial")" "left in partial/"
}

not_in_store() { same '' "$(ls "$STORE/sha256" 2>/dev/null)" "in the store"; }
