# Two verifiers of quotes side by side: ours, and @phala/dcap-qvl from npm. See differential.cjs.
load ../helpers
load ../end-to-end/clone

KINDS="sgx-3 sgx-4 sgx-5 td10-4 td10-5 td15-5"

setup_file() {
	local kind
	npm_packages "$BATS_FILE_TMPDIR" tests/differential/npm
	for kind in $KINDS; do
		mkdir -p "$BATS_FILE_TMPDIR/sets"
		"$TESTBIN/workspace/qvl/authority" --kind "$kind" --all "$BATS_FILE_TMPDIR/sets/$kind"
	done
}

# differ: both over everything; $output is a line for each class of difference, then what they agree on.
differ() {
	local quotes=$SHARED/vectors/quotes
	[ -d "$quotes" ] || quotes=
	expect 0 env MODULES="$BATS_FILE_TMPDIR/node_modules" CHANGES="${CHANGES:-200}" \
		node "$ROOT/tests/differential/differential.cjs" "$TESTBIN/workspace/qvl/verdict" "$BATS_FILE_TMPDIR/sets" ${quotes:+"$quotes"}
}

@test "every difference from the other verifier is of a class that the specification decides" {
	differ
	echo "$output" >"$BATS_FILE_TMPDIR/classes"
	sed 's/^/# /' "$BATS_FILE_TMPDIR/classes" >&3
	[ "$(awk -F'\t' '$1 == "agree" { print $2 }' "$BATS_FILE_TMPDIR/classes")" -ge 3000 ]
	[ "$(awk -F'\t' '$1 == "bases" { print $2 }' "$BATS_FILE_TMPDIR/classes")" -ge 4 ]
}

@test "the faults that the specification lists are among the differences" {
	local class
	[ -e "$BATS_FILE_TMPDIR/classes" ] || skip "needs the test before"
	for class in crls-not-verified names-and-constraints-of-the-chain any-signer tdx-module pceid qe-vendor \
		levels-in-the-order-of-the-text authentication-data-of-32-bytes lengths-that-do-not-close trailing-bytes \
		tcb-info-of-version-2 components-0-and-1-of-the-td; do
		grep -q "^$class"$'\t' "$BATS_FILE_TMPDIR/classes" || same "$class" "" "not seen"
	done
}
