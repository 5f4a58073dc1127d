#!/usr/bin/env bats
# Against the fields that another implementation found in the quotes of real machines; forms; what is refused.
load ../../helpers
load ../../workspace/qvl/helpers

GOOD=$VECTORS/quote/good

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# theirs FILE: an expected.json's account of a quote, in members that ours has too.
theirs() {
	jq -S '
		def bytes: explode | map(if . > 96 then . - 87 else . - 48 end);
		def little: bytes | [range(0; length; 2) as $i | .[$i] * 16 + .[$i + 1]] | reverse | reduce .[] as $b (0; . * 256 + $b);
		def report: if has("isv_svn") then .isv_prod_id |= little | .isv_svn |= little | .misc_select |= little else . end
			| if has("tee_tcb_svn2") then .tee_tcb_svn_2 = .tee_tcb_svn2 | del(.tee_tcb_svn2) else . end;
		.oracle as $pck | .parsed.quote | {
			version, att_key_type, tee_type, qe_svn, pce_svn, qe_vendor_id, user_data, body_type, body_size,
			outer_cert_type, outer_cert_len, cert_type, cert_len, qe_auth, qe_auth_len, sig_len, signed_len, size, trailing,
			kind: {"sgx": "sgx", "td10": "td-1.0", "td15": "td-1.5"}[.kind],
			body: (.body | report), qe_report: (.qe_report | report),
			fmspc: ($pck.fmspc | ascii_downcase), ppid: $pck.ppid, cpusvn: $pck.cpusvn, pcesvn: $pck.pcesvn,
			tee: ($pck.tee | ascii_downcase),
			issuer: ($pck.pck[0] | capture("CN = (?<cn>[^,]*)").cn),
			from: ($pck.pck[1] | ltrimstr("notBefore=") | gsub("  "; " ")), to: ($pck.pck[2] | ltrimstr("notAfter=") | gsub("  "; " ")),
			serial: ($pck.pck[3] | ltrimstr("serial=") | ascii_downcase)
		}' "$1"
}

# ours: the same of what quote-parse says, on stdin.
ours() {
	jq -S '
		def when: strptime("%Y-%m-%dT%H:%M:%SZ") | mktime | strftime("%b %e %H:%M:%S %Y GMT") | gsub("  "; " ");
		{
			version: .header.version, att_key_type: .header.attestation_key_type, tee_type: .header.tee_type,
			qe_svn: .header.qe_svn, pce_svn: .header.pce_svn, qe_vendor_id: .header.qe_vendor_id, user_data: .header.user_data,
			body_type: .descriptor.body_type, body_size: .descriptor.body_size,
			outer_cert_type: .signature.outer_type, outer_cert_len: .signature.outer_size,
			cert_type: .certification.type, cert_len: .certification.size, qe_auth: .qe.auth_data, qe_auth_len: .qe.auth_size,
			sig_len: .signature.length, signed_len: .signed_size, size, trailing: .padding.size, kind, body, qe_report,
			fmspc: .pck.fmspc, ppid: .pck.ppid, cpusvn: .pck.cpu_svn, pcesvn: .pck.pce_svn, tee,
			issuer: .certificates[0].issuer, from: (.certificates[0].not_before | when), to: (.certificates[0].not_after | when),
			serial: .certificates[0].serial
		}'
}

@test "real quotes: every field is what another implementation found" {
	captured
	local folder count=0
	for folder in "$QUOTES"/*/; do
		[ -e "$folder/quote.bin" ] || continue
		quote-parse --json "$folder/quote.bin" >out
		theirs "$folder/expected.json" >theirs
		ours <out >ours
		jq -e --slurpfile theirs theirs '[to_entries[] | select(.value != $theirs[0][.key]) | .key] == []' ours ||
			{ diff theirs ours; false; }
		count=$((count + 1))
	done
	same 13 "$count"
}

@test "real certificates are those that openssl finds in the quote" {
	captured
	local folder i
	for folder in qvl-tdx-v4 qvl-sgx-v3 teekit-tdx-v5-trustee near-mpc; do
		quote-parse --json "$QUOTES/$folder/quote.bin" >out
		perl -0777 -ne 'print /(-----BEGIN.*-----END CERTIFICATE-----\n)/s' "$QUOTES/$folder/quote.bin" >chain.pem
		same 3 "$(jq '.certificates | length' out)"
		for i in 0 1 2; do
			perl -0777 -ne '@all = /-----BEGIN.*?-----END CERTIFICATE-----\n/sg; print $all['$i']' chain.pem >one.pem
			same "$(openssl x509 -in one.pem -outform DER | sha256sum | cut -d' ' -f1)" "$(jq -r ".certificates[$i].sha256" out)"
		done
		# spec: quote-spec.md 2.2
		same 44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3 "$(jq -r '.certificates[2].sha256' out)"
	done
}

@test "each field is where it is said to be" {
	local file
	for file in "$GOOD"/*.bin; do
		same "$(awk '{ print $3, $1, $2 }' "${file%.bin}.fields" | sort)" \
			"$(quote-parse --json "$file" | jq -r '.offsets | to_entries[] | "\(.key) \(.value.offset) \(.value.size)"' | sort)" "$file"
	done
}

# The values of the vectors' fields, which a number's are in little-endian bytes.
@test "tables have every field: offset, size, name, value" {
	local file count=0
	for file in "$GOOD"/{v3-type-1,v4-sgx-type-2,v4-td-1.0-type-3,v5-sgx,v5-td-1.0,v5-td-1.5}.bin; do
		expect 0 quote-parse "$file"
		perl -lane 'my $numbers = qr/version|_type|svn$|_size|length|\.type|\.size|misc_select|isv_prod_id/;
			my $is = $F[2] =~ $numbers && length $F[3] <= 8;
			$F[3] = unpack("V", pack("H*", $F[3]) . "\0\0\0") if $is;
			$F[3] = "none" if !$F[1];
			$F[3] = "zeros" if $F[2] eq "padding.data";
			print "@F"' "${file%.bin}.fields" >theirs
		perl -lne 'print "$1 $2 $3 $4" if /^ *(\d+) +(\d+) +([a-z_]+\.[a-z0-9_]+) .* (\S+)$/' <<<"$output" >ours
		diff theirs ours
		count=$((count + 1))
	done
	same 6 "$count"
}

@test "bits of attributes by their names" {
	captured
	same '["SEPT_VE_DISABLE"]' "$(quote-parse --json "$QUOTES/qvl-tdx-v4/quote.bin" | jq -c .flags.body)"
	# spec: quote-spec.md 7.15: a TD in debug mode
	same true "$(quote-parse --json "$QUOTES/teekit-tdx-v4-trustee/quote.bin" | jq '.flags.body | index("DEBUG") != null')"
	same '["INIT","MODE64BIT"]' "$(quote-parse --json "$QUOTES/qvl-sgx-v3/quote.bin" | jq -c .flags.body)"
	same '["INIT","MODE64BIT","PROVISION_KEY"]' "$(quote-parse --json "$QUOTES/qvl-sgx-v3/quote.bin" | jq -c .flags.qe_report)"
	# All 64: each bit is set and has a name of its own, or its number.
	perl -0777 -pe 'substr($_, 168, 8) = "\xff" x 8' "$GOOD/v4-td-1.0-type-3.bin" >all
	quote-parse --json all >out
	same 64 "$(jq '.flags.body | unique | length' out)"
	same "DEBUG LASS SEPT_VE_DISABLE MIGRATABLE PKS KL PERFMON" \
		"$(jq -r '[.flags.body[0, 27, 28, 29, 30, 31, 63]] | join(" ")' out)"
}

@test "certification data without certificates" {
	quote-parse --json "$GOOD/v4-td-1.0-type-3.bin" >out
	same 'null null null' "$(jq -r '"\(.certificates) \(.certificate_form) \(.pck)"' out)"
	same "$(awk '$3 ~ /^certification\.(ppid|cpu_svn|pce_id)/ { print $4 }' "$GOOD/v4-td-1.0-type-3.fields" | xargs)" \
		"$(jq -r '.certification | "\(.ppid) \(.cpu_svn) \(.pce_id)"' out)"
}

@test "certificates in DER are of a synthetic quote, and said to be so" {
	quote-parse --json "$GOOD/v4-td-1.0-type-5-der.bin" >out
	same der "$(jq -r .certificate_form out)"
	same "$(sha256sum "$VECTORS"/certificate/x509/good/{leaf,inter,root}.der | cut -d' ' -f1)" "$(jq -r '.certificates[].sha256' out)"
	quote-parse --json "$GOOD/v4-td-1.0-type-4.bin" >out
	same "pem Test PCK Certificate" "$(jq -r '"\(.certificate_form) \(.certificates[].subject)"' out)"
}

@test "a quote in any form gives the same, but for the form" {
	quote-parse --json "$VECTORS/quote-input/good/quote.bin" | jq 'del(.form)' >first
	local file
	for file in hex-lines.txt base64.txt getquote.json attestation.bin ra-tls.pem ra-tls.der; do
		quote-parse --json "$VECTORS/quote-input/good/$file" | jq 'del(.form)' | cmp first -
	done
	same certificate "$(quote-parse --json - <"$VECTORS/quote-input/good/ra-tls.pem" | jq -r .form)"
	expect 0 quote-parse "$VECTORS/quote-input/good/hex.txt"
	[[ ${lines[0]} == "quote  version 3, sgx, "*", read as hex: not verified" ]]
}

@test "what is refused is one line, and nothing on stdout" {
	local file
	for file in quote/should-fail/{length.behind,version.6,cut-short.body}.bin quote-input/should-fail/{empty.bin,word.txt,neither.json,no-quote.pem}; do
		expect 2 quote-parse "$VECTORS/$file"
		one_line "$stderr" "quote-parse: $VECTORS/$file: $(<"$VECTORS/$file.reason")"
		same '' "$output"
	done
	# The quote's own parts are right, and its certificates are not.
	perl -0777 -pe 's/-----BEGIN/-----bEGIN/' "$GOOD/v4-td-1.0-type-4.bin" >chain
	expect 2 quote-parse chain
	one_line "$stderr" "quote-parse: chain: certification data: certificate 1: line 1: not BEGIN CERTIFICATE"
}

# spec: quote-spec.md 7.1
@test "bytes behind a quote are zeros, or refused, or warned of" {
	{ cat "$GOOD/v4-td-1.0-type-3.bin"; printf '\0\1'; } >behind
	expect 2 quote-parse behind
	one_line "$stderr" "quote-parse: behind: 2 bytes behind the quote, and not all are zero"
	expect 0 quote-parse --json --ignore-padding behind
	one_line "$stderr" "quote-parse: behind: 2 bytes behind the quote, which nothing signs, are not all zero"
	same '{"size":2,"zero":false}' "$(jq -c .padding <<<"$output")"
	expect 0 quote-parse --ignore-padding "$GOOD/v4-td-1.0-type-5-padded.bin"
	same '' "$stderr"
	[[ $output == *"padding.data"*"zeros"* ]]
}

@test "the JSON is canonical: sorted, two spaces, one final line feed" {
	local file
	for file in "$GOOD"/*.bin; do
		quote-parse --json "$file" >out
		jq -S --indent 2 . out | cmp - out
	done
}

@test "names in certificates that are no text, or control a terminal" {
	# The PCK's common name in the quote with certificates in DER.
	perl -0777 -pe 's/Test PCK Certificate/Test \e[m Certificate/' "$GOOD/v4-td-1.0-type-5-der.bin" >escape
	expect 0 quote-parse escape
	[[ $output == *"Test ?[m Certificate"* && $output != *$'\e'* ]]
	perl -0777 -pe 's/Test PCK Certificate/Test \xff\xfe\xfd Certificate/' "$GOOD/v4-td-1.0-type-5-der.bin" >bytes
	expect 0 quote-parse --json bytes
	same null "$(jq -r '.certificates[0].subject' <<<"$output")"
}

@test "what cannot be read, and where nothing can be written" {
	expect 74 quote-parse missing
	same 'quote-parse: missing: cannot open: No such file or directory' "$stderr"
	expect 74 bash -c 'quote-parse "$1" >/dev/full' - "$GOOD/v5-sgx.bin"
	one_line "$stderr" 'quote-parse: standard output: '
}

@test "used wrongly; help and version" {
	expect 64 quote-parse
	one_line "$(head -n1 <<<"$stderr")" 'quote-parse: no FILE given'
	expect 64 quote-parse a b
	one_line "$(head -n1 <<<"$stderr")" 'quote-parse: more than one FILE'
	expect 64 quote-parse --unknown
	expect 0 quote-parse --help
	[[ $output == Usage:* ]]
	expect 0 quote-parse --version
	[[ $output == "quote-parse "*OpenSSL* ]]
}

@test "the man page's examples" {
	captured
	cp "$QUOTES/near-mpc/quote.bin" .
	local examples
	mapfile -t examples < <(sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$ROOT/docs/man/quote-parse.1")
	same 2 "${#examples[@]}"
	expect 0 bash -c "${examples[0]}"
	same "$(jq -r .parsed.quote.body.rtmr3 "$QUOTES/near-mpc/expected.json")" "$output"
	expect 0 bash -c "${examples[1]}"
	same "$(jq -r '.oracle.fmspc | ascii_downcase' "$QUOTES/near-mpc/expected.json")" "$output"
}
