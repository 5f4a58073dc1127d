# Loaded by every .bats: where things are, and a `run` that always asserts an exit status.
bats_require_minimum_version 1.5.0

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BIN=${BIN:-$ROOT/build/bin}             # build/asan/bin when the sanitizers run
TESTBIN=${TESTBIN:-$ROOT/build/host/tests} # C test programs
VECTORS=$ROOT/vectors
SHARED=${SHARED:-$ROOT/../shared}       # captured data, read in place
PATH=$BIN:$PATH
umask 022 # so that what a test makes does not depend on who runs it
unset MAKEFLAGS MAKELEVEL MAKEOVERRIDES KETTLE_DSTACK_LOCK

# expect STATUS COMMAND...: runs it; $output is stdout, $stderr is stderr. A mismatch shows all three.
expect() {
	local want=$1 i # `run` counts with i, which may be the caller's
	shift
	run --separate-stderr "$@"
	if [ "$status" -ne "$want" ]; then
		printf 'command: %s\nstatus: %s, expected %s\nstdout:\n%s\nstderr:\n%s\n' "$*" "$status" "$want" "$output" "$stderr" >&2
		return 1
	fi
}

# same EXPECTED ACTUAL [WHAT]
same() {
	[ "$1" = "$2" ] || {
		printf '%s\nexpected: %s\nactual:   %s\n' "${3:-differs}" "$1" "$2" >&2
		return 1
	}
}

# one_line TEXT PATTERN: the text is one line and the pattern (a bash glob) is somewhere in it.
one_line() {
	[ "$(printf '%s\n' "$1" | wc -l)" -eq 1 ] && [[ $1 == *$2* ]] || {
		printf 'expected one line with: %s\nactual: %s\n' "$2" "$1" >&2
		return 1
	}
}

# need COMMAND...: a skipped test says by name what it needs.
need() {
	local command
	for command in "$@"; do
		command -v "$command" >/dev/null || skip "needs $command"
	done
}
