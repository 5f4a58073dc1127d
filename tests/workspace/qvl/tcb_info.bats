#!/usr/bin/env bats
# TCB info and QE identities: against jq, over captured ones and those of vectors/.
load ../../helpers
load helpers

TCB_INFO=$TESTBIN/workspace/qvl/tcb_info

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# What tcb_info.c prints, by jq.
JQ='
def numbered: if has("sgxtcbcomponents") then [.sgxtcbcomponents[].svn]
	else . as $tcb | [range(1; 17) | $tcb["sgxtcbcomp" + (if . < 10 then "0" else "" end) + tostring + "svn"]] end;
def list: map(tostring) | join(",");
def state: "\(.tcbStatus) \(.tcbDate)" + ((.advisoryIDs // []) | map(" " + .) | add // "");
def isv: .tcbLevels // [] | .[] | "isv \(.tcb.isvsvn) \(state)";
def window: "from \(.issueDate) \(.issueDate | fromdate) to \(.nextUpdate) \(.nextUpdate | fromdate)";
def hex($names): . as $it | $names[] | "\(.) \($it[.] | ascii_downcase)";
def signer: "module \(.id // "")", hex(["mrsigner", "attributes", "attributesMask"]), isv;
def tdx: (.id // "SGX") == "TDX";
def info: "\(.id // "SGX") \(.version)", window, hex(["fmspc", "pceId"]),
	"type \(.tcbType) number \(.tcbEvaluationDataNumber)",
	if tdx and has("tdxModule") then .tdxModule | signer else empty end,
	"identities \(if tdx and has("tdxModuleIdentities") then "yes" else "no" end)",
	if tdx then .tdxModuleIdentities // [] | .[] | signer else empty end,
	(tdx as $tdx | .tcbLevels[] |
		"level \(.tcb | numbered | list) \(.tcb.pcesvn) \(if $tdx then [.tcb.tdxtcbcomponents[].svn] else [range(16) | 0] end | list) \(state)");
def identity: .id, window, "number \(.tcbEvaluationDataNumber)",
	hex(["miscselect", "miscselectMask", "attributes", "attributesMask", "mrsigner"]), "isvprodid \(.isvprodid)", isv;
'

# as_jq info|identity FILE: the document in FILE is read as jq reads it.
as_jq() {
	local what=show
	[ "$1" = info ] || what=$1
	expect 0 "$TCB_INFO" "$what" "$2"
	same "$(jq -r "$JQ $1" "$2")" "$output" "$2"
}

# spec: quote-spec.md 4
@test "captured documents are read as jq reads them" {
	captured
	local file count=0
	for file in "$QUOTES"/*/collateral*.json; do
		jq -j .tcb_info "$file" >info
		jq -j .qe_identity "$file" >identity
		as_jq info info
		as_jq identity identity
		count=$((count + 1))
	done
	for file in "$QUOTES"/teekit-tcbinfos/*.json; do
		jq .tcbInfo "$file" >info
		as_jq info info
		count=$((count + 1))
	done
	[ "$count" -ge 17 ]
}

# spec: quote-spec.md 7.6, 7.9
@test "version 2, other orders, unknown members, escapes, hexadecimal of both cases, numbers of 16 bits" {
	need jq
	local file
	for file in "$VECTORS"/tcb-info/good/*.json; do
		as_jq info "$file"
	done
	for file in "$VECTORS"/qe-identity/good/*.json; do
		as_jq identity "$file"
	done
}

@test "TCB info that is malformed is refused, with the member and the reason" {
	refuses tcb-info 45 "$TCB_INFO" why show
}

@test "QE identities that are malformed are refused, with the member and the reason" {
	refuses qe-identity 25 "$TCB_INFO" why identity
}

@test "a document that is larger than one may be is refused" {
	need perl
	perl -e 'print "{", " " x (1 << 20), "}"' >large.json
	expect 0 "$TCB_INFO" why show large.json
	same "larger than 1048576 bytes" "$output"
	expect 0 "$TCB_INFO" why identity large.json
	same "larger than 1048576 bytes" "$output"
}

@test "a document that is cut anywhere is none" {
	local file
	for file in "$VECTORS"/tcb-info/good/{tdx,version-2,escapes}.json "$VECTORS"/qe-identity/good/{td-qe,escapes}.json; do
		expect 0 "$TCB_INFO" cuts "$file"
		same 0 "$output" "$file"
	done
}
