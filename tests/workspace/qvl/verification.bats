#!/usr/bin/env bats
# Whole quotes of real machines: against the verdicts of another implementation, and what the specification says of them.
# What is wrong in one way only is made by changing what was read of the collateral behind its signatures.
load ../../helpers
load helpers

VERIFICATION=$TESTBIN/workspace/qvl/verification

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# verify QUOTE COLLATERAL NOW [WORD...]: names of folders, or a file; `verify` of the test program into $output
verify() {
	local quote=$1 collateral=$2
	shift 2
	[ "$collateral" = - ] || [ -e "$collateral" ] || collateral=$QUOTES/$collateral/collateral.json
	expect 0 "$VERIFICATION" verify "$QUOTES/$quote/quote.bin" "$collateral" "$@"
}

# gives VERDICT QUOTE COLLATERAL NOW [WORD...]: what must come of it. Nothing is run before settle.
gives() {
	local want=$1 quote=$2 collateral=$3
	shift 3
	[ "$collateral" = - ] || [ -e "$collateral" ] || collateral=$QUOTES/$collateral/collateral.json
	[ -e "$quote" ] || quote=$QUOTES/$quote/quote.bin
	echo "$want" >>expected
	echo "$quote $collateral $*" >>cases
}

# policy JSON: $policy is the word for it
policy() {
	policies=$((policies + 1))
	policy=policy=policy.$policies
	echo "$1" >policy.$policies
}

settle() {
	"$VERIFICATION" verdicts cases >actual
	paste -d '\n' cases actual >both
	paste -d '\n' cases expected | diff - both
	rm cases expected
}

OWN=(qvl-tdx-v4 qvl-tdx-v4 1751624191)

# spec: quote-spec.md 5, 6, 7.15: where the other implementation, which is @phala/dcap-qvl, is not Intel's rule
explained() { # its verdict
	case $quote:$collateral in
	# 2.12: with a module version above 0 Intel compares components 2 to 15, it all
	google-cos113-ccel:*) echo "UpToDate" ;;
	# 7.14: authentication data of 0 bytes are none, and with the test root the signer of the QE is what is wrong first
	intel-sample-tdx-v4:*) echo "qe-identity.mr-signer:mrsigner-mismatch" ;;
	*) case $1 in
		"No matching TCB level found") echo "tcb-level.sgx:no-level" ;;
		"Certificate is expired or not yet valid") echo "pck-chain.leaf-window:certificate-not-yet-valid" ;;
		"SEPT_VE_DISABLE is not enabled") echo "UpToDate td-policy.sept-ve-disable:sept-ve-disable" ;;
		"Debug mode is enabled") echo "debug" ;;
		*) echo "$1" ;;
		esac ;;
	esac
}

@test "every captured quote with its collateral: the verdict of another implementation, or a rule that explains it" {
	captured
	local file quote collateral now theirs ids want
	openssl x509 -in "$QUOTES/intel-sample-tdx-v4/trustedRootCaCert.pem" -outform DER -out root
	while IFS=$'\t' read -r quote collateral now theirs ids; do
		[ -e "$QUOTES/$collateral" ] || continue # not among the samples here
		want=$(explained "$theirs")
		case $want in
		UpToDate) want="holds UpToDate" ;;
		*:*) want="refused $want" ;;
		*) want="refused $want status-policy.status:status-not-accepted" ;;
		esac
		[ "$quote" != google-cos113-ccel ] || ids=
		[ "$quote" != intel-sample-tdx-v4 ] || now+=" root=root"
		gives "$want${ids:+ | $ids}" "$quote" "$collateral" "$now"
	done < <(for file in "$QUOTES"/*/expected.json; do
		jq -r --arg quote "$(basename "${file%/*}")" '.oracle.runs[]? |
			[$quote, .collateral, .now, (.status // .error), (.advisories // [] | join(" "))] | @tsv' "$file"
	done)
	same 20 "$(wc -l <cases)"
	settle
}

at() { # COLLATERAL: the time its expected.json has
	sed -n 's/.*"now": \([0-9]*\),*/\1/p;T;q' "${1%/*}/expected.json"
}

# spec: quote-spec.md 7.15
@test "no other pair of quote and collateral holds" {
	captured
	local quote collateral held
	for quote in "$QUOTES"/*/quote.bin; do
		for collateral in "$QUOTES"/*/collateral.json; do
			echo "$quote $collateral $(at "$collateral")"
		done
	done >cases
	same 91 "$(wc -l <cases)"
	"$VERIFICATION" verdicts cases >actual
	! grep missing actual
	held=$(paste -d ' ' actual cases | grep '^holds' | sed -E 's,^holds ([A-Za-z]*) [^ ]*/([^/]*)/quote.bin [^ ]*/([^/]*)/collateral.json,\1 \2 \3,')
	same "$(sort <<'END'
UpToDate qvl-tdx-v4 qvl-tdx-v4 1751624191
UpToDate qvl-tdx-v4 composite-b0c06f000000-2025-09-30 1759279524
UpToDate near-mpc near-mpc 1787894484
UpToDate dstack-guest-agent-fixture near-mpc 1787894484
UpToDate dstack-verifier-quote-report composite-90c06f000000-2025-09-30 1759279596
UpToDate teekit-tdx-v4-gcp composite-00806f050000-2025-09-30 1759278864
UpToDate google-cos113-ccel composite-00806f050000-2025-09-30 1759278864
END
	)" "$(sort <<<"$held")"
}

# spec: quote-spec.md 7.15; the collateral of its platform is put together from published parts of that day
@test "a TD for debugging is refused whatever the policy" {
	captured
	need python3
	python3 - "$QUOTES" >collateral <<'END'
import json, sys
text = open(sys.argv[1] + "/teekit-tcbinfos/tcbInfo-tdx-50806f000000.json").read()
at = text.index("{", 1)
size = json.JSONDecoder().raw_decode(text[at:])[1]
it = json.load(open(sys.argv[1] + "/composite-90c06f000000-2025-09-30/collateral.json"))
it["tcb_info"] = text[at:at + size]
it["tcb_info_signature"] = json.loads(text)["signature"]
json.dump(it, sys.stdout)
END
	gives "refused OutOfDate td-policy.debug:debug status-policy.status:status-not-accepted | INTEL-SA-00837 INTEL-SA-00960 INTEL-SA-00982 INTEL-SA-00986" teekit-tdx-v4-trustee collateral 1759279596
	policy '{"accepted_statuses": ["OutOfDate"]}'
	gives "refused OutOfDate td-policy.debug:debug | INTEL-SA-00837 INTEL-SA-00960 INTEL-SA-00982 INTEL-SA-00986" teekit-tdx-v4-trustee collateral 1759279596 "$policy"
	settle
}

@test "a status of the policy's list is accepted, and no other" {
	captured
	policy '{"accepted_statuses": ["ConfigurationAndSWHardeningNeeded"]}'
	gives "holds ConfigurationAndSWHardeningNeeded | INTEL-SA-00289 INTEL-SA-00615" qvl-sgx-v3 qvl-sgx-v3 1751624924 "$policy"
	verify qvl-sgx-v3 qvl-sgx-v3 1751624924
	same "tdx-module not-applicable relaunch not-applicable" "$(sed -n 's/^skipped \([^ ]*\) [^ ]* \(not-applicable\)/\1 \2/p' <<<"$output" | xargs)"
	gives "refused UpToDate status-policy.status:status-not-accepted" "${OWN[@]}" "$policy"
	policy '{"accepted_statuses": ["OutOfDate"], "accepted_advisories": ["INTEL-SA-01192", "INTEL-SA-01245", "INTEL-SA-01312"]}'
	gives "refused OutOfDate status-policy.advisories:advisory-not-accepted | INTEL-SA-01192 INTEL-SA-01245 INTEL-SA-01312 INTEL-SA-01313" qvl-tdx-v4 near-mpc 1787894484 "$policy"
	policy '{"accepted_statuses": ["OutOfDate"], "accepted_advisories": ["INTEL-SA-01192", "INTEL-SA-01245", "INTEL-SA-01312", "INTEL-SA-01313"]}'
	gives "holds OutOfDate | INTEL-SA-01192 INTEL-SA-01245 INTEL-SA-01312 INTEL-SA-01313" qvl-tdx-v4 near-mpc 1787894484 "$policy"
	settle
}

@test "grace is counted from the tcbDate of what is late" {
	captured
	local grace=$((1787894484 - $(date -u -d 2025-05-14 +%s)))
	policy "{\"grace_seconds\": $grace}"
	gives "holds OutOfDate | INTEL-SA-01192 INTEL-SA-01245 INTEL-SA-01312 INTEL-SA-01313" qvl-tdx-v4 near-mpc 1787894484 "$policy"
	policy "{\"grace_seconds\": $((grace - 1))}"
	gives "refused OutOfDate status-policy.status:status-not-accepted | INTEL-SA-01192 INTEL-SA-01245 INTEL-SA-01312 INTEL-SA-01313" qvl-tdx-v4 near-mpc 1787894484 "$policy"
	# of the QE, where that alone is late: its level is of 2024-03-13
	grace=$((1751624191 - $(date -u -d 2024-03-13 +%s)))
	policy "{\"grace_seconds\": $grace}"
	gives "holds OutOfDate" "${OWN[@]}" qe-late "$policy"
	policy "{\"grace_seconds\": $((grace - 1))}"
	gives "refused OutOfDate status-policy.status:status-not-accepted" "${OWN[@]}" qe-late "$policy"
	settle
}

@test "levels that are missed: what is missing, by how much, since when" {
	captured
	verify qvl-tdx-v4 near-mpc 1787894484
	# by hand from the TCB info, the PCK's extension and tee_tcb_svn
	same "missed 2025-08-13T00:00:00Z UpToDate module isvsvn[0]:6<11
missed 2025-08-13T00:00:00Z UpToDate sgxtcbcomponents[0]:3<4 sgxtcbcomponents[1]:3<4 tdxtcbcomponents[2]:3<4" "$(grep ^missed <<<"$output")"
	verify dstack-examples-rtmr3 near-mpc 1787894484
	same "missed 2025-08-13T00:00:00Z UpToDate module isvsvn[0]:6<11
missed 2025-08-13T00:00:00Z UpToDate sgxtcbcomponents[0]:2<4 sgxtcbcomponents[1]:2<4 sgxtcbcomponents[4]:3<4 sgxtcbcomponents[7]:3<5 tdxtcbcomponents[2]:2<4
missed 2025-05-14T00:00:00Z OutOfDate sgxtcbcomponents[0]:2<3 sgxtcbcomponents[1]:2<3 sgxtcbcomponents[4]:3<4 sgxtcbcomponents[7]:3<5 tdxtcbcomponents[2]:2<3
missed 2024-03-13T00:00:00Z OutOfDate sgxtcbcomponents[7]:3<5
missed 2018-01-04T00:00:00Z OutOfDate sgxtcbcomponents[7]:3<5" "$(grep ^missed <<<"$output")"
}

# spec: quote-spec.md 2.4, 2.8, 2.10. The identity begins last, at 10:32:27, the PCK CRL ends first, at 10:00:35.
@test "the time: within all windows, their ends included" {
	captured
	local from until
	from=$(date -u -d 2025-06-19T10:32:27Z +%s)
	until=$(date -u -d 2025-07-19T10:00:35Z +%s)
	for now in "$from" "$until"; do
		gives "holds UpToDate" qvl-tdx-v4 qvl-tdx-v4 "$now"
	done
	gives "refused qe-identity.window:document-not-yet-valid" qvl-tdx-v4 qvl-tdx-v4 $((from - 1))
	gives "refused crls.pck-window:crl-expired" qvl-tdx-v4 qvl-tdx-v4 $((until + 1))
	# what was checked while it was valid is not valid for ever
	gives "holds UpToDate" qvl-tdx-v4 qvl-tdx-v4 "$until" checked="$from"
	gives "refused crls.collateral-window:document-expired" qvl-tdx-v4 qvl-tdx-v4 $((until + 1)) checked="$until"
	gives "refused crls.collateral-window:document-not-yet-valid" qvl-tdx-v4 qvl-tdx-v4 $((from - 1)) checked="$from"
	settle
}

@test "without collateral: what needs none is looked at, and nothing holds" {
	captured
	gives "refused crls.collateral:not-supplied qe-identity.collateral:not-supplied tcb-info.collateral:not-supplied" qvl-tdx-v4 - 1751624191
	verify qvl-tdx-v4 - 1751624191
	grep -qx 'holds qe-report qe-report.signature -' <<<"$output"
	grep -qx 'holds quote-signature quote-signature.signature -' <<<"$output"
	grep -qx 'holds td-policy td-policy.debug -' <<<"$output"
	for step in tdx-module tcb-level merge relaunch status-policy; do
		grep -qx "skipped $step $step not-reached" <<<"$output"
	done
	# types 1 to 4 need the PCK's chain from outside
	expect 0 "$VERIFICATION" verify "$VECTORS/quote/good/v4-td-1.0-type-4.bin" - 1751624191
	same "fails pck-chain pck-chain.form not-supplied" "$(grep ^fails <<<"$output")"
	settle
}

@test "collateral that nobody checked, or that was checked under another root, makes nothing hold" {
	captured
	gives "refused crls.collateral-root:root-mismatch" "${OWN[@]}" unchecked
	gives "refused qe-identity.collateral:not-supplied" "${OWN[@]}" unchecked-qe-identity
	gives "refused tcb-info.collateral:not-supplied" "${OWN[@]}" unchecked-tcb-info
	openssl x509 -in "$QUOTES/intel-sample-tdx-v4/trustedRootCaCert.pem" -outform DER -out root
	gives "refused root.identity:root-mismatch" "${OWN[@]}" root=root
	settle
}

# spec: quote-spec.md 2.8, 2.10; 5: @phala/dcap-qvl compares no PCEID
@test "documents for another TEE, platform or kind of TCB" {
	captured
	local word want
	while read -r word want; do
		gives "refused $want" "${OWN[@]}" "$word"
	done <<'END'
qe-kind qe-identity.id:tee-mismatch
qe-level qe-identity.level:no-level
kind tcb-info.id:tee-mismatch
fmspc tcb-info.fmspc:fmspc-mismatch
pce-id tcb-info.pce-id:pceid-mismatch
type tcb-info.type:tcb-type-unknown
modules tdx-module.identity:module-unknown
level tcb-level.sgx:no-level
END
	settle
}

# spec: quote-spec.md 4: a floor for each
@test "evaluation numbers below the policy's" {
	captured
	policy '{"minimum_evaluation_number": 17}'
	gives "holds UpToDate" "${OWN[@]}" "$policy"
	policy '{"minimum_evaluation_number": 18}'
	gives "refused qe-identity.evaluation-number:evaluation-number" "${OWN[@]}" "$policy"
	# of near-mpc the identity has 19, the TCB info 20
	policy '{"minimum_evaluation_number": 19}'
	gives "holds UpToDate" near-mpc near-mpc 1787894484 "$policy"
	policy '{"minimum_evaluation_number": 20}'
	gives "refused qe-identity.evaluation-number:evaluation-number" near-mpc near-mpc 1787894484 "$policy"
	settle
}

# spec: quote-spec.md 5: @phala/dcap-qvl takes levels as they stand
@test "the order of levels in the document is of no consequence" {
	captured
	gives "refused OutOfDate status-policy.status:status-not-accepted | INTEL-SA-01192 INTEL-SA-01245 INTEL-SA-01312 INTEL-SA-01313" qvl-tdx-v4 near-mpc 1787894484 reversed
	verify qvl-tdx-v4 near-mpc 1787894484 reversed
	grep -qx 'status OutOfDate 2025-05-14T00:00:00Z' <<<"$output"
	gives "holds UpToDate" near-mpc near-mpc 1787894484 reversed
	policy '{"accepted_statuses": ["ConfigurationAndSWHardeningNeeded"]}'
	gives "holds ConfigurationAndSWHardeningNeeded | INTEL-SA-00289 INTEL-SA-00615" qvl-sgx-v3 qvl-sgx-v3 1751624924 reversed "$policy"
	settle
}

@test "the QE's status counts" {
	captured
	gives "refused OutOfDate status-policy.status:status-not-accepted" "${OWN[@]}" qe-late
	policy '{"accepted_statuses": ["UpToDate", "OutOfDate"], "grace_seconds": 4294967295}'
	gives "refused Revoked status-policy.status:status-not-accepted" "${OWN[@]}" qe-revoked "$policy"
	gives "holds OutOfDate" "${OWN[@]}" qe-late "$policy"
	settle
}

# spec: quote-spec.md 2.13
@test "advisories: of level, module and QE in that order, each once; too many are refused" {
	captured
	gives "holds UpToDate | $(printf 'INTEL-SA-%05d\n' 30 31 {20..29} {10..19} | xargs)" "${OWN[@]}" advisories
	gives "holds UpToDate | $(printf 'INTEL-SA-%05d\n' {1..256} | xargs)" "${OWN[@]}" advisories-most
	gives "refused merge.advisories:malformed" "${OWN[@]}" advisories-many
	settle
}

# spec: quote-spec.md 2.8. Offsets in the report: 16 misc_select, 48 attributes, 128 mr_signer, 256 isv_prod_id, 258 isv_svn.
@test "a QE that is another, for debugging, or older" {
	captured
	local change want
	while read -r change want; do
		expect 0 "$VERIFICATION" match "$QUOTES/qvl-tdx-v4/quote.bin" "$QUOTES/qvl-tdx-v4/collateral.json" 1751624191 ${change//,/ }
		same "$want" "$output" "$change"
	done <<END
258=0400 holds
258=0300 no-level
258=0001 holds
16=01000000 misc-select-mismatch
16=00000080 misc-select-mismatch
48=13 attributes-mismatch
48=15 holds
48=10 attributes-mismatch
56=01 holds
48=1180 attributes-mismatch
qe-any-attributes,48=11 holds
qe-any-attributes,48=13 debug
128=00 mrsigner-mismatch
159=00 mrsigner-mismatch
256=0100 isv-prod-id-mismatch
256=0201 isv-prod-id-mismatch
END
	# the identity of the other TEE
	expect 0 "$VERIFICATION" match "$QUOTES/qvl-tdx-v4/quote.bin" "$QUOTES/qvl-sgx-v3/collateral.json" 1751624924 258=0600
	same tee-mismatch "$output"
}

# spec: quote-spec.md 7.1
@test "bytes behind a quote: zeros, or only when asked" {
	captured
	head -c 5005 "$QUOTES/qvl-tdx-v4/quote.bin" >short
	gives "holds UpToDate" short qvl-tdx-v4 1751624191
	{ cat short; printf x; } >other
	gives "holds UpToDate" other qvl-tdx-v4 1751624191 padding
	settle
	expect 0 "$VERIFICATION" verify other "$QUOTES/qvl-tdx-v4/collateral.json" 1751624191
	same "refused fails parse parse.quote trailing-bytes" "$(grep -e ^fails -e ^refused <<<"$output" | xargs)"
	expect 0 "$VERIFICATION" verify other "$QUOTES/qvl-tdx-v4/collateral.json" 1751624191 padding
	grep -qx 'skipped parse parse.padding not-required' <<<"$output"
}

@test "a quote that does not parse is refused with its code, and nothing else is said" {
	local file name
	for file in "$VECTORS"/quote/should-fail/{cut-short.header,key-type.3,length.behind}.bin; do
		name=${file##*/}
		expect 0 "$VERIFICATION" verify "$file" - 0
		same "refused fails parse parse.quote ${name%%.*}" "$(grep -e ^fails -e ^refused <<<"$output" | xargs)"
		same 15 "$(grep -c '^skipped .* not-reached$' <<<"$output")"
	done
}

@test "without CRLs: refused, or said when asked" {
	captured
	jq 'del(.root_ca_crl, .pck_crl)' "$QUOTES/qvl-tdx-v4/collateral.json" >collateral
	gives "refused crls.root-form:crl-missing" qvl-tdx-v4 "$PWD/collateral" 1751624191
	gives "holds UpToDate" qvl-tdx-v4 "$PWD/collateral" 1751624191 no-crls
	settle
	verify qvl-tdx-v4 "$PWD/collateral" 1751624191 no-crls
	[ "$(grep -c '^skipped .*not-supplied$' <<<"$output")" -ge 4 ]
}

@test "one bit changed anywhere in a quote: none of them holds" {
	captured
	local quote
	for quote in "${OWN[*]}" "teekit-tdx-v4-azure composite-00806f050000-2025-09-30 1759278864" \
		"qvl-sgx-v3 qvl-sgx-v3 1751624924" "dstack-examples-rtmr3 near-mpc 1787894484"; do
		read -r quote collateral now <<<"$quote"
		expect 0 "$VERIFICATION" flips "$QUOTES/$quote/quote.bin" "$QUOTES/$collateral/collateral.json" "$now"
		same 0 "$output" "$quote"
	done
}

@test "two threads verify with the same collateral at once" {
	captured
	expect 0 "$VERIFICATION" threads "$QUOTES/qvl-tdx-v4/quote.bin" "$QUOTES/qvl-tdx-v4/collateral.json" 1751624191
	same "20 of 20 hold, 0 failed
20 of 20 hold, 0 failed" "$output"
}
