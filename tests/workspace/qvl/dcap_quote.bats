#!/usr/bin/env bats
# Quotes taken apart: against fields that another program wrote, and the samples of real machines.
load ../../helpers
load helpers

DCAP_QUOTE=$TESTBIN/workspace/qvl/dcap_quote

@test "every field of every kind of quote, and where it is" {
	local file count=0
	for file in "$VECTORS"/quote/good/*.bin; do
		"$DCAP_QUOTE" fields "$file" >"$BATS_TEST_TMPDIR/fields"
		diff "${file%.bin}.fields" "$BATS_TEST_TMPDIR/fields"
		count=$((count + 1))
	done
	same 10 "$count"
}

@test "fields follow each other without a gap, from the first byte to the last" {
	captured
	local file
	for file in "$VECTORS"/quote/good/*.bin "$QUOTES"/*/quote.bin; do
		same "$(stat -Lc %s "$file")" "$("$DCAP_QUOTE" fields "$file" |
			awk '$1 != at { exit 1 } { at += $2 } END { print at }')" "$file"
	done
}

@test "what is malformed or not supported is refused, with its code and reason" {
	code() { local name=${1##*/}; echo "${name%%.*}"; }
	refuses quote 50 "$DCAP_QUOTE" why
	head -c $((1 << 20)) /dev/zero | cat "$VECTORS/quote/good/v5-td-1.0.bin" - >"$BATS_TEST_TMPDIR/large"
	expect 0 "$DCAP_QUOTE" why "$BATS_TEST_TMPDIR/large"
	same "too-large larger than 1048576 bytes" "$output"
	head -c $((1 << 20)) "$BATS_TEST_TMPDIR/large" >"$BATS_TEST_TMPDIR/just"
	expect 0 "$DCAP_QUOTE" why "$BATS_TEST_TMPDIR/just"
	same accepted "$output"
}

# Each code there is has a vector, or is made above.
@test "no code is without a test" {
	local codes
	codes=$({ find "$VECTORS/quote/should-fail" -name '*.bin' -printf '%f\n' | sed 's/\..*//'; echo too-large; } | sort -u)
	same "$(sed -n 's/^\t\t\[QUOTE_.*\] = "\(.*\)",$/\1/p' "$ROOT/workspace/qvl/dcap_quote.c" | grep -vx fine | sort)" "$codes"
}

@test "a quote that is cut anywhere is none, unless only padding is missing" {
	local file
	for file in "$VECTORS"/quote/good/*.bin; do
		expect 0 "$DCAP_QUOTE" cuts "$file"
		case $file in
		*v3-type-5-padded.bin) same 9 "$output" ;;
		*v4-td-1.0-type-5-padded.bin) same 70 "$output" ;;
		*v5-td-1.5.bin) same 1 "$output" ;;
		*) same 0 "$output" "$file" ;;
		esac
	done
}

# spec: quote-spec.md 1, 7.4: what is compared with nothing is left to signatures
@test "a bit changed in a type, a length, the vendor or the padding is noticed, and nothing else" {
	expect 0 "$DCAP_QUOTE" flips "$VECTORS/quote/good/v4-td-1.0-type-5-padded.bin"
	local size=$((1258 + $(cat "$VECTORS"/certificate/chain/good/two.pem | wc -c) + 1))
	same "0-7 12-27 632-635 764-769 1218-1219 1252-1257 $size-$((size + 69))" "$(xargs <<<"$output")"
	expect 0 "$DCAP_QUOTE" flips "$VECTORS/quote/good/v3-type-1.bin"
	same "0-7 12-27 432-435 1012-1013 1046-1051" "$(xargs <<<"$output")"
	expect 0 "$DCAP_QUOTE" flips "$VECTORS/quote/good/v5-td-1.5.bin"
	same "0-7 12-27 48-53 702-705 834-839 1288-1289 1322-1327 1364-1364" "$(xargs <<<"$output")"
}

@test "real quotes: cuts and changes" {
	captured
	local folder
	for folder in qvl-tdx-v4 qvl-sgx-v3 teekit-tdx-v5-trustee; do
		expect 0 "$DCAP_QUOTE" cuts "$QUOTES/$folder/quote.bin"
		same "$(jq .parsed.quote.trailing "$QUOTES/$folder/expected.json")" "$output" "$folder"
	done
	expect 0 "$DCAP_QUOTE" flips "$QUOTES/qvl-tdx-v4/quote.bin"
	same "0-7 12-27 632-635 764-769 1218-1219 1252-1257 4936-5005" "$(xargs <<<"$output")"
}

# spec: quote-spec.md 7.2
@test "no changed text of certificates gives the same certificates" {
	captured
	local file
	for file in "$VECTORS/quote/good/v4-td-1.0-type-5-padded.bin" "$VECTORS/quote/good/v4-td-1.0-type-4.bin" \
		"$QUOTES/qvl-tdx-v4/quote.bin"; do
		expect 0 "$DCAP_QUOTE" disguised "$file"
		same 0 "$output" "$file"
	done
}
