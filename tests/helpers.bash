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

# expect STATUS COMMAND...: runs it; $output is stdout, $stderr is stderr, $lines and $stderr_lines what is not empty of them. A
# mismatch shows all. It is `run --separate-stderr` with one process of its own instead of several, of thousands of calls.
expect() {
	local want=$1 flags=$- said=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/separate-stderr-$BASHPID
	shift
	set +eET
	output=$("$@" 2>"$said") && status=0 || status=$?
	IFS= read -rd '' stderr <"$said"
	while [[ $stderr == *$'\n' ]]; do stderr=${stderr%$'\n'}; done
	IFS=$'\n' read -rd '' -a lines <<<"$output"
	IFS=$'\n' read -rd '' -a stderr_lines <<<"$stderr"
	set "-$flags"
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
	[[ $1 != *$'\n'* && $1 == *$2* ]] || {
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
