#!/usr/bin/env bats
# From the root to the bytes an attestation key signed: captured quotes at the times they were good and at others, beside
# `openssl verify`; one bit changed anywhere.
load ../../helpers
load helpers
load certificates

PCK_VERIFY=$TESTBIN/workspace/qvl/pck_verify

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# spec: quote-spec.md 2.2
@test "the root compiled in is Intel's" {
	captured
	"$PCK_VERIFY" root >root
	same 659 "$(stat -c %s root)"
	same 44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3 "$(sha256sum root | cut -d' ' -f1)"
	same 8bd31eb1d63ce37382c0ffaa0d8200a3011ad6ff "$(sha1sum root | cut -d' ' -f1)"
	local file count=0
	for file in "$QUOTES"/*/quote.bin; do
		[[ $file != */intel-sample-tdx-v4/* ]] || continue
		split_chain "$file"
		! [ -e root.pem ] || { openssl x509 -in root.pem -outform DER | cmp - root && count=$((count + 1)); }
	done
	same 12 "$count"
}

# Quotes and collateral of their platforms: FOLDER FOLDER. What these are is in quote-spec.md 7.15; here only up to the
# quote's signature, which is genuine in all of them.
pairs() {
	cat <<-END
		qvl-tdx-v4 qvl-tdx-v4
		qvl-tdx-v4 composite-b0c06f000000-2025-09-30
		qvl-tdx-v4 near-mpc
		qvl-sgx-v3 qvl-sgx-v3
		near-mpc near-mpc
		dstack-guest-agent-fixture near-mpc
		dstack-tdx-lite-getquote near-mpc
		dstack-examples-rtmr3 near-mpc
		dstack-verifier-quote-report composite-90c06f000000-2025-09-30
		google-cos113-ccel composite-00806f050000-2025-09-30
		teekit-tdx-v4-gcp composite-00806f050000-2025-09-30
		teekit-tdx-v4-azure composite-90c06f000000-2025-09-30
		teekit-tdx-v4-trustee near-mpc
		teekit-tdx-v5-trustee near-mpc
	END
}

@test "captured quotes hold at the time their collateral was good, and openssl verify accepts each chain" {
	captured
	local folder collateral now
	"$PCK_VERIFY" root | openssl x509 -inform DER -out trusted.pem
	while read -r folder collateral; do
		now=$(collateral_time "$collateral")
		expect 0 "$PCK_VERIFY" quote "$QUOTES/$folder/quote.bin" "$QUOTES/$collateral/collateral.json" "$now"
		same 'verdict holds' "$(verdict)" "$folder $collateral"
		same '' "$(grep -v '^holds\|^verdict' <<<"$output" || true)" "$folder $collateral"
		split_chain "$QUOTES/$folder/quote.bin"
		split_collateral "$QUOTES/$collateral/collateral.json"
		openssl_accepts "$now" trusted.pem
	done < <(pairs)
}

@test "Intel's synthetic sample holds under its own root, and not under Intel's" {
	captured
	local sample=$QUOTES/intel-sample-tdx-v4
	openssl x509 -in "$sample/trustedRootCaCert.pem" -outform DER -out root
	expect 0 "$PCK_VERIFY" quote "$sample/quote.bin" "$sample/collateral.json" "$(collateral_time intel-sample-tdx-v4)" root
	same 'verdict holds' "$(verdict)"
	same '' "$(grep -v '^holds\|^verdict' <<<"$output" || true)"
	[[ $output == *"which is NOT Intel's"* ]]
	expect 0 "$PCK_VERIFY" quote "$sample/quote.bin" "$sample/collateral.json" "$(collateral_time intel-sample-tdx-v4)"
	same 'verdict pck-chain.form malformed' "$(verdict)"
	[[ $output == *'fails tcb-info.signer-chain root-mismatch '* ]]
	expect 0 "$PCK_VERIFY" quote "$QUOTES/qvl-tdx-v4/quote.bin" "$QUOTES/qvl-tdx-v4/collateral.json" 1751624191 root
	same 'verdict root.identity root-mismatch' "$(verdict)"
}

# The CRL is of the Platform CA, and the quote's PCK of the Processor CA.
@test "a PCK CRL of another CA" {
	captured
	expect 0 "$PCK_VERIFY" quote "$QUOTES/qvl-sgx-v3/quote.bin" "$QUOTES/near-mpc/collateral.json" "$(collateral_time near-mpc)"
	same 'verdict crls.pck-issuer issuer-mismatch' "$(verdict)"
}

@test "collateral out of its time: which part, and since when" {
	captured
	local now=$((1751624191 + 365 * 86400))
	expect 0 "$PCK_VERIFY" quote "$QUOTES/qvl-tdx-v4/quote.bin" "$QUOTES/qvl-tdx-v4/collateral.json" "$now"
	same 'verdict crls.root-window crl-expired' "$(verdict)"
	[[ $output == *'fails tcb-info.signer-revocation crl-expired '* ]]
	now=$((1751624191 + 30 * 86400))
	expect 0 "$PCK_VERIFY" quote "$QUOTES/qvl-tdx-v4/quote.bin" "$QUOTES/qvl-tdx-v4/collateral.json" "$now"
	same 'verdict crls.pck-window crl-expired' "$(verdict)"
	[[ $output == *'fails tcb-info.window document-expired the TCB info expired on 2025-07-19T10:16:03Z, 15 days before '* ]]
	[[ $output == *'fails qe-identity.window document-expired the QE identity expired on 2025-07-19T10:32:27Z, 14 days before '* ]]
	now=$((1751624191 - 20 * 86400))
	expect 0 "$PCK_VERIFY" quote "$QUOTES/qvl-tdx-v4/quote.bin" "$QUOTES/qvl-tdx-v4/collateral.json" "$now"
	same 'verdict crls.pck-window crl-not-yet-valid' "$(verdict)"
	[[ $output == *'fails tcb-info.window document-not-yet-valid the TCB info is valid from 2025-06-19T10:16:03Z on, '* ]]
}

# around NAME SECONDS: what a check says the second before, at that second, and the one behind it.
around() {
	local now
	for now in $(($2 - 1)) "$2" $(($2 + 1)); do
		expect 0 "$PCK_VERIFY" quote "$QUOTES/qvl-tdx-v4/quote.bin" "$QUOTES/qvl-tdx-v4/collateral.json" "$now"
		sed -n "s/^\(holds\|fails\) $1 .*/\1/p" <<<"$output"
	done | xargs
}

# spec: quote-spec.md 2.3, 2.4, 2.8, 2.10
@test "the first and the last second are within" {
	captured
	local file=$QUOTES/qvl-tdx-v4/collateral.json part
	for part in tcb_info:tcb-info qe_identity:qe-identity; do
		same 'fails holds holds' "$(around "${part#*:}.window" "$(jq -r ".${part%:*} | fromjson.issueDate | fromdate" "$file")")"
		same 'holds holds fails' "$(around "${part#*:}.window" "$(jq -r ".${part%:*} | fromjson.nextUpdate | fromdate" "$file")")"
	done
	split_chain "$QUOTES/qvl-tdx-v4/quote.bin"
	split_collateral "$file"
	same 'fails holds holds' "$(around crls.pck-window "$(seconds "$(openssl crl -inform DER -in pck.crl -noout -lastupdate)")")"
	same 'holds holds fails' "$(around crls.pck-window "$(seconds "$(openssl crl -inform DER -in pck.crl -noout -nextupdate)")")"
	same 'fails holds holds' "$(around pck-chain.leaf-window "$(seconds "$(openssl x509 -in leaf.pem -noout -startdate)")")"
	same 'holds holds fails' "$(around pck-chain.leaf-window "$(seconds "$(openssl x509 -in leaf.pem -noout -enddate)")")"
}

# For openssl the last second itself is over: that one is not asked.
@test "openssl verify agrees on chains in their time and out of it" {
	captured
	local folder collateral now times theirs ours accepted
	"$PCK_VERIFY" root >root.der
	openssl x509 -inform DER -in root.der -out trusted.pem
	while read -r folder collateral; do
		split_chain "$QUOTES/$folder/quote.bin"
		split_collateral "$QUOTES/$collateral/collateral.json"
		mapfile -t times < <(ends leaf.pem root.crl pck.crl | xargs -n 1)
		expect 0 "$PCK_VERIFY" chain chain.pem root.der root.crl pck.crl "${times[@]}"
		mapfile -t ours < <(sed -n 's/^verdict //p' <<<"$output")
		accepted=0
		for now in "${!times[@]}"; do
			theirs=refused
			! openssl_accepts "${times[now]}" trusted.pem || theirs=holds
			[ "${ours[now]}" = holds ] || ours[now]="refused: ${ours[now]}"
			same "$theirs" "${ours[now]%%:*}" "$folder $collateral ${times[now]} ${ours[now]}"
			[ $theirs = refused ] || accepted=$((accepted + 1))
		done
		same 12 "${#ours[@]}"
		[ "$accepted" -ge 2 ]
	done <<-END
		qvl-tdx-v4 qvl-tdx-v4
		qvl-sgx-v3 qvl-sgx-v3
		near-mpc near-mpc
		google-cos113-ccel composite-00806f050000-2025-09-30
		teekit-tdx-v4-azure composite-90c06f000000-2025-09-30
	END
}

@test "no change of a bit in a quote or its collateral goes unnoticed" {
	captured
	expect 0 "$PCK_VERIFY" flips "$QUOTES/qvl-tdx-v4/quote.bin" "$QUOTES/qvl-tdx-v4/collateral.json" 1751624191
	same 9 "${#lines[@]}"
	same '' "$(grep -v ' 0 of [1-9]' <<<"$output" || true)"
	same 'quote 0 of 5006' "${lines[0]}"
}
