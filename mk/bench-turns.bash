# Read by bench-diff.sh, bench-predict.sh, bench-quote.sh, bench-tunnel.sh and bench-verify.sh, which take SECTION WORK RUNS: commands that take
# turns, and what they needed. $work/NAME.figures has a line a run: wall milliseconds, processor milliseconds, memory in MB of the largest process.
#
# Whoever reads it has command_of NAME, which fills `command`, `label[NAME]`, and may say which statuses are a success:
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C

is_success() { [ "$2" -eq 0 ]; } # NAME STATUS

die() { # STATUS TEXT
	printf 'bench: %s\n' "$2" >&2
	exit "$1"
}

say() { printf '  BENCH    %s\n' "$*" >&2; }

# In $work, which is empty then and gone afterwards.
begin() {
	rm -rf "$work"
	mkdir -p "$work"
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

run_once() { # NAME
	local begin end status=0
	command_of "$1"
	begin=$EPOCHREALTIME
	/usr/bin/time --quiet -f '%U %S %M' -o "$work/time" "${command[@]}" >"$work/output" 2>"$work/errors" || status=$?
	end=$EPOCHREALTIME
	is_success "$1" $status || die 70 "$1: status $status: $(head -n 1 "$work/errors")"
	awk -v wall=$((${end/./} - ${begin/./})) '{ printf "%.3f %.0f %.1f\n", wall / 1e3, ($1 + $2) * 1e3, $3 * 1024 / 1e6 }' \
		"$work/time" >>"$work/$1.figures"
}

take_turns() { # ROUNDS NAME...
	local name round rounds=$1 turns=("${@:2}")
	say "${turns[0]}, $rounds rounds"
	for ((round = 1; round <= rounds; round++)); do
		for name in "${turns[@]}"; do run_once "$name"; done
		turns=("${turns[@]:1}" "${turns[0]}") # none always comes after the same
	done
}

median() { sort -g | awk '{ at[NR] = $1 } END { print (at[int((NR + 1) / 2)] + at[int(NR / 2) + 1]) / 2 }'; }
figure() { awk -v column="$2" '{ print $column }' "$work/$1.figures" | median; } # NAME COLUMN
ratio() { paste -d' ' "$work/$1.figures" "$work/$2.figures" | awk -v column="$3" '{ print $column / $(column + 3) }' | median; } # NAME OTHER COLUMN: of each round

rows() { # NAME...
	local name
	printf '\n| command | wall ms | processor ms | memory MB |\n|---|--:|--:|--:|\n'
	for name; do printf '| %s | %.1f | %.0f | %.1f |\n' "${label[$name]}" "$(figure "$name" 1)" "$(figure "$name" 2)" "$(figure "$name" 3)"; done
}

limits() { printf '\n| measured against a limit | limit | measured |\n|---|--:|--:|\n'; }
