# Event logs in every form: CCEL, the guest's files, the agent's answer; the three-way mark; what misleads.
load ../../helpers
load helpers

LOG_FORMAT=$TESTBIN/workspace/qvl/log_format

# refused FOLDER: each file of its should-fail, with its reason.
refused() {
	local file count=0
	for file in "$VECTORS/$1"/should-fail/*; do
		[[ $file != *.reason ]] || continue
		expect 2 "$LOG_FORMAT" check "$file"
		one_line "$stderr" "log_format: $file: "
		one_line "$stderr" "$(<"$file.reason")"
		same '' "$output"
		count=$((count + 1))
	done
	same "$count" "$(find "$VECTORS/$1/should-fail" -name '*.reason' | wc -l)"
	[ "$count" -ge "$2" ]
}

# ccel_digests FILE: `IMR DIGEST` of each event that extends, by a decoder of the tests. spec: tdx-boot-spec.md 8
ccel_digests() {
	perl -0777 -ne '
		my $at = 32 + unpack("x28 V", $_);
		while ($at + 4 <= length) {
			my ($index, $type) = unpack("x$at V2", $_);
			last if $index == 0xffffffff;
			my ($digest, $size) = unpack("x$at x14 a48 V", $_);
			print $index - 1, " ", unpack("H*", $digest), "\n" if $index && $type != 3;
			$at += 12 + 2 + 48 + 4 + $size;
		}' "$1"
}

# replays FILE: its registers are what openssl makes of the decoder's digests.
replays() {
	local i
	expect 0 "$LOG_FORMAT" replay "$1"
	ccel_digests "$1" >"$BATS_TEST_TMPDIR/digests"
	for i in 0 1 2 3; do
		same "$(awk -v imr=$i '$1 == imr { print $2 }' "$BATS_TEST_TMPDIR/digests" | extended)" "${lines[i]}" "$1: register $i"
	done
	same ccel "${lines[4]}"
}

@test "CCEL: what is taken replays to what openssl computes" {
	need openssl perl
	local file count=0
	for file in "$VECTORS"/ccel/good/*.bin; do
		replays "$file"
		count=$((count + 1))
	done
	same 7 "$count"
	same "$("$LOG_FORMAT" replay "$VECTORS/ccel/good/filled.bin")" "$("$LOG_FORMAT" replay "$VECTORS/ccel/good/to-the-end.bin")"
	same 2 "$("$LOG_FORMAT" events "$VECTORS/ccel/good/left-out.bin" | wc -l)" "events that extend"
}

@test "CCEL: what is malformed is refused, with its reason" {
	refused ccel 30
}

@test "CCEL of real machines: registers of the quote, and what another program reads" {
	captured
	local log=$QUOTES/google-cos113-ccel/ccel_data.dat
	replays "$log"
	# spec: quote-spec.md 1.2: from byte 376 of a quote of version 4, 48 bytes a register
	same "$(tail -c +377 "$QUOTES/google-cos113-ccel/quote.bin" | head -c 192 | hex | fold -w 96; echo)" \
		"$(printf '%s\n' "${lines[@]:0:4}")"
	replays "$QUOTES/dstack-ccel-sample/ccel.bin"
	# spec: rtmr3-spec.md 12.4: the same machine's shape as that of another folder
	same "$(jq -r '.parsed.replayed[0]' "$QUOTES/dstack-examples-rtmr3/expected.json")" "${lines[0]}"
}

@test "CCEL: tpm2_eventlog finds the same events" {
	captured
	need tpm2_eventlog
	local log
	for log in google-cos113-ccel/ccel_data.dat dstack-ccel-sample/ccel.bin; do
		# It wants a first record of index 0, as a TPM's log has, and knows no end but that of the file.
		perl -0777 -pe 's/\A\x01/\0/; s/\xff{8,}\z//' "$QUOTES/$log" >"$BATS_TEST_TMPDIR/log"
		tpm2_eventlog "$BATS_TEST_TMPDIR/log" >"$BATS_TEST_TMPDIR/theirs" 2>/dev/null
		expect 0 "$LOG_FORMAT" events "$QUOTES/$log"
		same "$(awk '$1 == "PCRIndex:" { index_of = $2 } $1 == "Digest:" && length($2) == 98 { gsub("\"", "", $2); print index_of, $2 }' \
			"$BATS_TEST_TMPDIR/theirs")" "$(awk '{ print $1 + 1, $3 }' <<<"$output")"
	done
}

@test "CCEL: every byte changed in a record's head or digest is refused or changes a register" {
	expect 0 "$LOG_FORMAT" flips "$VECTORS/ccel/good/to-the-end.bin" ccel
	# What nothing covers: payloads, types other than EV_NO_ACTION, the first record's errata.
	same $((36 + 4 + 9 + 40 + 52 + 21 + 6 * 4 + 1)) "$output"
}

@test "the guest's runtime events replay to what openssl computes" {
	need openssl perl
	local boot=(system-preparing= app-id=000102030405060708090a0b0c0d0e0f10111213 system-ready=) pair want file
	want=$(for pair in "${boot[@]}"; do event_digest "${pair%%=*}" "${pair#*=}"; done | extended)
	for file in events:events payloads:runtime; do
		expect 0 "$LOG_FORMAT" replay "$VECTORS/runtime-log/good/${file%:*}.log"
		same "$ZERO $ZERO $ZERO $want ${file#*:} cut" "${lines[*]}"
	done
	# spec: rtmr3-spec.md 1.4, versions 1, 2 and 1
	expect 0 "$LOG_FORMAT" replay "$VECTORS/runtime-log/good/payloads-no-feed.log"
	same "$(printf '%s\n' \
		f9974020ef507068183313d0ca808e0d1ca9b2d1ad0c61f5784e7157c362c06536f5ddacdad4451693f48fcc72fff624 \
		9095b22d6b9adfe316953362cd222097ceac8b2f84320b9f274ae7f1114cc70cc6ad27ef15a952f59c29d71b7102d652 \
		1a76b2a80a0be71eae59f80945d876351a7a3fb8e9fd1ff1cede5734aa84ea11fd72b4edfbb6f04e5a85edd114c751bd | extended)" "${lines[3]}"
	expect 0 "$LOG_FORMAT" replay "$VECTORS/runtime-log/good/one.log"
	same "$(event_digest 'a "b" \ é' ff00 | extended)" "${lines[3]}"
}

@test "runtime events: what is malformed is refused, with its line and reason" {
	refused runtime-log 18
}

@test "every form that holds one log gives the same registers" {
	local file first count=0
	first=$("$LOG_FORMAT" replay "$VECTORS/log-format/good/blank-first.json" | head -n 4)
	for file in "$VECTORS"/log-format/good/*; do
		expect 0 "$LOG_FORMAT" replay "$file"
		same "$first" "$(head -n 4 <<<"$output")" "$file"
		count=$((count + 1))
	done
	same 4 "$count"
	same getquote "$("$LOG_FORMAT" replay "$VECTORS/log-format/good/escaped-member.json" | tail -n 1)"
}

@test "a file that holds no log is refused, with its reason" {
	refused log-format 12
	expect 2 "$LOG_FORMAT" replay "$VECTORS/log-format/good/array.json" dstack
	one_line "$stderr" "not an array"
	expect 2 "$LOG_FORMAT" replay "$VECTORS/log-format/good/array.json" ccel
	one_line "$stderr" "first record: "
	expect 2 "$LOG_FORMAT" replay "$VECTORS/log-format/good/array.json" other
	one_line "$stderr" "'other': none of dstack, getquote, events, runtime, ccel"
}

@test "logs that mislead are refused, with the event and the reason; what an app may do is not" {
	local file
	refused log-check 10
	for file in "$VECTORS"/log-check/good/*.json; do
		expect 0 "$LOG_FORMAT" check "$file"
	done
}

@test "real logs are refused by nothing, and no payload of theirs is said to be wrong" {
	captured
	local file count=0
	for file in "$QUOTES"/*/event_log.json "$QUOTES"/*/ccel.bin "$QUOTES"/*/ccel_data.dat "$QUOTES"/*/tdx-lite-getquote.json \
		"$QUOTES"/*/quote-report.json "$QUOTES"/*/report.json "$QUOTES"/*/tcb_info.json; do
		expect 0 "$LOG_FORMAT" check "$file"
		expect 0 "$LOG_FORMAT" events "$file"
		same 0 "$(grep -c ' no |' <<<"$output" || true)" "$file"
		count=$((count + 1))
	done
	same 11 "$count"
}

# marks FILE: `TYPE MARK`, a line for each event.
marks() {
	"$LOG_FORMAT" events "$1" | sed -E 's/^[0-9] (0x[0-9a-f]+) [0-9a-f]{96} (yes|no|not known) .*/\1 \2/'
}

# spec: tdx-boot-spec.md 8, 3.1
@test "the mark: what a type's rule says, and nothing where there is none" {
	same "0x4 no
0x80000007 no
0x80000001 no
0x80000002 no
0x80000002 not known
0x80000002 not known
0x800000e0 not known" "$(marks "$VECTORS/ccel/good/not-explained.bin")"
	same "0x80000001 yes
0x4 yes
0xa not known
0x80000007 yes
0x80000002 yes
0x6 not known" "$(marks "$VECTORS/ccel/good/filled.bin")"
	captured
	# Payloads stripped of firmware's events, and those of the runtime digested anew.
	same "$(jq -r '.[] | if .imr == 3 then "yes" else "not known" end' "$QUOTES/dstack-tdx-lite-getquote/event_log.json")" \
		"$(marks "$QUOTES/dstack-tdx-lite-getquote/event_log.json" | sed 's/^[^ ]* //')"
}
