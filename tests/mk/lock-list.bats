# Locks are read, and nothing malformed gets through.
load ../helpers
load store

setup() { store_setup; }

@test "a lock is listed as ALGO HEX SIZE NAME VERSION PATH, sorted, each input once" {
	package beta
	second="sha256 $HEX 5005 beta 1.0-1 $POOL"
	cp "$LOCK" "$BATS_TEST_TMPDIR/other.lock"
	printf 'format 1\nepoch 1700000000\n' >"$LOCK"
	package alpha
	first="sha256 $HEX 5006 alpha 1.0-1 $POOL"
	expect 0 "$MK/lock-list.sh" "$LOCK" "$BATS_TEST_TMPDIR/other.lock" "$LOCK"
	same "$(printf '%s\n' "$first" "$second" | LC_ALL=C sort)" "$output"
}

@test "comments are allowed in a lock, and a lock may name nothing" {
	sed -i '1i # a comment' "$LOCK"
	expect 0 "$MK/lock-list.sh" "$LOCK"
	same '' "$output"
	expect 0 fetch "$STORE" "$LOCK"
}

@test "an npm lock is listed with its digest in hex, without what is for other platforms or optional" {
	expect 0 "$MK/lock-list.sh" "$VECTORS/lock/good/npm/package-lock.json"
	same "$(<"$VECTORS/lock/good/npm/expected")" "$output"
}

@test "every malformed lock is refused with the line and the reason" {
	local reason count=0 lock
	for reason in "$VECTORS"/lock/should-fail/*.reason "$VECTORS"/lock/should-fail/*/*.reason; do
		lock=${reason%.reason}
		expect 2 "$MK/lock-list.sh" "$lock"
		one_line "$stderr" "lock: $lock:$(<"$reason")"
		count=$((count + 1))
	done
	same "$(find "$VECTORS/lock/should-fail" -type f ! -name '*.reason' | wc -l)" $count "locks with a reason"
	[ $count -ge 20 ]
}

@test "a lock that is not there is named" {
	expect 2 "$MK/lock-list.sh" "$LOCK" nowhere.lock
	one_line "$stderr" 'lock: nowhere.lock: no such file'
}

@test "this project's own locks can be read" {
	local lock
	for lock in "$ROOT"/images/*/debian.lock "$ROOT"/images/*/*/debian.lock "$ROOT"/images/*/*/npm/package-lock.json; do
		expect 0 "$MK/lock-list.sh" "$lock"
		[ "$(wc -l <<<"$output")" -ge 1 ]
	done
}
