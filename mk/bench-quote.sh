#!/bin/bash
# bench-quote.sh SECTION WORK RUNS: what verifying a quote costs, for mk/bench.sh; WORK is a folder to work in.
#
#     quote    a quote verified with collateral loaded, beside openssl's P-256 verification; loading and checking
#              collateral; both, beside @phala/dcap-qvl under Node; verifications on two threads; memory of quote-verify
#
# The quote is one that was captured, where there is one, and one of the test authority's. Processor time counts, but for
# the two threads. Environment: SHARED, where captured data are (../shared).
. mk/bench-turns.bash
section=$1
work=$(realpath "$2")/$section
runs=$3
tests=build/host/tests/workspace/qvl
captured=${SHARED:-../shared}/vectors/quotes/qvl-tdx-v4
at=1751624191 # when its collateral was valid
seconds=1     # of each measurement
signatures=5  # P-256 verifications of a quote: PCK, its CA, the CA's CRL, QE report, quote
lock=tests/differential/npm/package-lock.json

# A captured quote as the sets of the test authority are.
take_captured() { # FOLDER
	mkdir "$1"
	cp "$captured/quote.bin" "$captured/collateral.json" "$1"
	echo $at >"$1/at"
	jq -r .tcb_info_issuer_chain "$1/collateral.json" | awk '/BEGIN/ { n++ } n == 2' | openssl x509 -out "$1/root.pem"
	openssl x509 -in "$1/root.pem" -outform DER -out "$1/root.der"
}

make_inputs() {
	mkdir "$work/npm"
	mk/store-fetch.sh "$STORE" $lock
	mk/runtime-unpack.sh "$STORE" $lock "$work/npm" 2>"$work/npm.log"
	quotes=(made)
	$tests/authority "$work/made"
	[ ! -d "$captured" ] || {
		quotes+=(captured)
		take_captured "$work/captured"
	}
}

# Verifications in a second of processor time.
openssl_speed() { openssl speed -mr -seconds 1 ecdsap256 2>/dev/null | awk -F: '/^\+F/ { print $5 }'; }

measure() { # NAME COMMAND...: appends a line to NAME.figures
	"${@:2}" >>"$work/$1.figures"
}

# All of a round in turn, so that what else the machine does falls on each.
round() {
	local it
	for it in "${quotes[@]}"; do
		measure "$it-unit" openssl_speed
		measure "$it-verify" $tests/speed verify "$work/$it" $seconds
		measure "$it-collateral" $tests/speed collateral "$work/$it" $seconds
		measure "$it-all" $tests/speed all "$work/$it" $seconds
		measure "$it-npm" env MODULES="$work/npm/node_modules" node tests/differential/speed.cjs "$work/$it" $seconds
		measure "$it-threads" $tests/speed verify "$work/$it" $seconds 2
	done
}

figure() { median <"$work/$1.figures"; } # NAME: here a line of figures is one
microseconds() { awk "BEGIN { printf \"%.0f\", 1e6 / $(figure "$1") }"; } # NAME

# The median of the ratios within each round.
ratio() { paste -d' ' "$work/$1.figures" "$work/$2.figures" | awk '{ print $1 / $2 }' | median; } # NAME OTHER

memory_of() { # QUOTE: of quote-verify, in MB
	/usr/bin/time -f %M -o "$work/memory" build/bin/quote-verify --quote "$work/$1/quote.bin" \
		--collateral "$work/$1/collateral.json" --root "$work/$1/root.pem" --at "$(<"$work/$1/at")" >"$work/verdict" ||
		die 70 "quote-verify: the quote does not hold"
	awk '{ printf "%.1f", $1 * 1024 / 1e6 }' "$work/memory"
}

section_quote() {
	local it i
	make_inputs
	for ((i = 1; i <= runs * 4; i++)); do
		say "quote, $i of $((runs * 4))"
		round
	done
	printf '\n## A quote verified\n\nInput: a TDX quote of the test authority'"'"'s%s. %s; @phala/dcap-qvl %s, Node %s.\nMedians of %d rounds.\n' \
		"$([ ${#quotes[@]} -eq 1 ] || echo ', and one that was captured')" "$(openssl version)" \
		"$(jq -r .version "$work/npm/node_modules/@phala/dcap-qvl/package.json")" "$(node --version)" $((runs * 4))
	printf '\nA P-256 verification of openssl speed takes %s µs; a quote has %d of them.\n' \
		"$(microseconds "${quotes[0]}-unit")" $signatures
	printf '\n| quote | verified, µs | collateral loaded and checked, µs | both, µs | @phala/dcap-qvl, both, µs | verified a second, 2 threads |\n'
	printf '|---|--:|--:|--:|--:|--:|\n'
	for it in "${quotes[@]}"; do
		printf '| %s | %s | %s | %s | %s | %.0f |\n' "$it" "$(microseconds "$it-verify")" "$(microseconds "$it-collateral")" \
			"$(microseconds "$it-all")" "$(microseconds "$it-npm")" "$(figure "$it-threads")"
	done
	limits
	for it in "${quotes[@]}"; do
		printf '| verified (%s) / its P-256 verifications | 1.5 | %.2f |\n' "$it" \
			"$(awk "BEGIN { print $(ratio "$it-unit" "$it-verify") / $signatures }")"
		printf '| @phala/dcap-qvl / both (%s) | at least 10 | %.1f |\n' "$it" "$(ratio "$it-all" "$it-npm")"
		printf '| memory of quote-verify (%s), MB | 16 | %s |\n' "$it" "$(memory_of "$it")"
	done
}

[ "$section" = quote ] || die 64 "$section: not quote"
: "${STORE:?the folder of all inputs}"
begin
section_quote
