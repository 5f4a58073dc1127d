#!/usr/bin/env bats
# Levels, TDX modules, merge and relaunch: against cases worked out by hand, and thousands by levels.py, which sorts.
load ../../helpers
load helpers

TCB_LEVEL=$TESTBIN/workspace/qvl/tcb_level

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# TCB info with two levels, the lower one first, so that the order of the document misleads:
#   A 2024-01  sgx [0]=2 [6]=5  pcesvn 11  tdx [0]=5 [2]=2
#   B 2023-01  sgx [0]=1        pcesvn 11  tdx [0]=3 [2]=1
# Module 1: SVN 4 UpToDate, 2 OutOfDate, the lower first. Module 10: SVN 1 UpToDate.
info() {
	jq -nc '
		def components($of): [range(16) | {svn: ($of[tostring] // 0)}];
		def level($sgx; $tdx; $date; $status): {tcb: {sgxtcbcomponents: components($sgx), pcesvn: 11,
			tdxtcbcomponents: components($tdx)}, tcbDate: "\($date)T00:00:00Z", tcbStatus: $status};
		def isv($svn; $date; $status): {tcb: {isvsvn: $svn}, tcbDate: "\($date)T00:00:00Z", tcbStatus: $status};
		def signed: {mrsigner: ("00" * 48), attributes: ("00" * 8), attributesMask: ("FF" * 8)};
		{id: "TDX", version: 3, issueDate: "2025-01-01T00:00:00Z", nextUpdate: "2025-02-01T00:00:00Z",
		 fmspc: "00806F050000", pceId: "0000", tcbType: 0, tcbEvaluationDataNumber: 17, tdxModule: signed,
		 tdxModuleIdentities: [
			(signed + {id: "TDX_01", tcbLevels: [isv(2; "2023-02-02"; "OutOfDate"), isv(4; "2024-02-02"; "UpToDate")]}),
			(signed + {id: "TDX_0A", tcbLevels: [isv(1; "2024-03-03"; "UpToDate")]})],
		 tcbLevels: [level({"0": 1}; {"0": 3, "2": 1}; "2023-01-01"; "OutOfDate"),
			level({"0": 2, "6": 5}; {"0": 5, "2": 2}; "2024-01-01"; "UpToDate")]}'
}

# A platform that reaches A with a module of version 0.
GOOD='{tcbInfo: ., sgx: "02000000000005000000000000000000", pcesvn: 11, tdx: "05000200000000000000000000000000", qe: "UpToDate"}'

# gives EXPECTED CHANGE...: what must come of the good platform, changed by these jq filters. Nothing is run before settle.
gives() {
	local filter=$GOOD change
	printf '%s\n' "$1" >>expected
	shift
	for change; do
		filter+=" | $change"
	done
	printf '%s(%s)' "$([ ! -s filter ] || echo ,)" "$filter" >>filter
}

settle() {
	info | jq -c -f filter >cases
	same "$(wc -l <expected)" "$(wc -l <cases)"
	"$TCB_LEVEL" judge cases >actual
	diff expected actual
}

# spec: quote-spec.md 2.12
@test "levels: the highest that is reached, whatever their order in the document" {
	need jq
	gives "UpToDate 2024-01-01 2024-01-01"
	gives "UpToDate 2024-01-01 2024-01-01" '.tcbInfo.tcbLevels |= reverse'
	gives "OutOfDate 2023-01-01 2023-01-01 | 2024-01-01 sgxtcbcomponents[0]:1<2" '.sgx = "01000000000005000000000000000000"'
	gives "OutOfDate 2023-01-01 2023-01-01 | 2024-01-01 sgxtcbcomponents[6]:4<5" '.sgx = "02000000000004000000000000000000"' \
		'.tcbInfo.tcbLevels |= reverse'
	# no more in one component makes up for less in another
	gives "OutOfDate 2023-01-01 2023-01-01 | 2024-01-01 sgxtcbcomponents[6]:4<5" '.sgx = "ff000000000004ff0000000000000000"'
	gives "OutOfDate 2024-01-01 2023-01-01 | 2024-01-01 tdxtcbcomponents[2]:1<2" '.tdx = "05000100000000000000000000000000"'
	gives "no-level | 2024-01-01 pcesvn:10<11 | 2023-01-01 pcesvn:10<11" .pcesvn=10
	gives "no-level | 2024-01-01 tdxtcbcomponents[2]:0<2 | 2023-01-01 tdxtcbcomponents[2]:0<1" '.tdx = "05000000000000000000000000000000"'
	gives no-level '.tcbInfo.tcbLevels = []'
	# of two that ask for the same the first counts
	gives "SWHardeningNeeded 2022-01-01 2022-01-01" \
		'.tcbInfo.tcbLevels |= [(.[1] | .tcbStatus = "SWHardeningNeeded" | .tcbDate = "2022-01-01T00:00:00Z")] + .'
	settle
}

# spec: quote-spec.md 7.6: the synthetic sample's reach only when cut to a byte
@test "levels: SVNs above 255 are not cut to a byte" {
	need jq
	gives "OutOfDate 2023-01-01 2023-01-01 | 2024-01-01 sgxtcbcomponents[0]:2<258" '.tcbInfo.tcbLevels[1].tcb.sgxtcbcomponents[0].svn = 258'
	gives "module-unknown" '.tdx = "05010200000000000000000000000000"' '.tcbInfo.tdxModuleIdentities[0].id = "TDX_101"'
	gives "no-level" '.tdx = "05010200000000000000000000000000"' '.tcbInfo.tdxModuleIdentities[0].tcbLevels[].tcb.isvsvn |= . + 256'
	settle
}

# spec: quote-spec.md 2.12, 7.9; 5: @phala/dcap-qvl cannot
@test "levels: of SGX, in version 3 and in version 2, which has names for components" {
	need jq
	local v2='.tcbInfo |= (del(.id) | .version = 2 | .tcbLevels[].tcb |= {pcesvn} + ([.sgxtcbcomponents | to_entries[] |
		{key: "sgxtcbcomp\("0\(.key + 1)"[-2:])svn", value: .value.svn}] | from_entries))'
	local sgx='del(.tdx) | .tcbInfo |= (.id = "SGX" | del(.tdxModule, .tdxModuleIdentities, .tcbLevels[].tcb.tdxtcbcomponents))'
	for version in . "$v2"; do
		gives "UpToDate 2024-01-01 2024-01-01" "$sgx" "$version"
		gives "OutOfDate 2023-01-01 2023-01-01 | 2024-01-01 sgxtcbcomponents[6]:4<5" "$sgx" "$version" '.sgx = "02000000000004000000000000000000"'
		gives "no-level | 2024-01-01 pcesvn:10<11 | 2023-01-01 pcesvn:10<11" "$sgx" "$version" .pcesvn=10
		gives "OutOfDate 2024-01-01 2024-01-01" "$sgx" "$version" '.qe = "OutOfDate"'
	done
	settle
}

# spec: quote-spec.md 2.12: with a module version above 0 only 2 to 15, else all
@test "levels: components 0 and 1 of TDX count for a module of version 0 alone" {
	need jq
	gives "OutOfDate 2024-01-01 2023-01-01 | 2024-01-01 tdxtcbcomponents[0]:4<5" '.tdx = "04000200000000000000000000000000"'
	gives "UpToDate 2024-01-01 2024-01-01" '.tdx = "04010200000000000000000000000000"'
	gives "UpToDate 2024-01-01 2024-01-01" '.tdx = "040a0200000000000000000000000000"' '.tcbInfo.tcbLevels[].tcb.tdxtcbcomponents[1].svn = 11'
	gives "no-level | 2024-01-01 tdxtcbcomponents[1]:0<11 | 2023-01-01 tdxtcbcomponents[1]:0<11" \
		'.tcbInfo.tcbLevels[].tcb.tdxtcbcomponents[1].svn = 11'
	gives "OutOfDate 2024-01-01 2023-01-01 | 2024-01-01 tdxtcbcomponents[2]:1<2" '.tdx = "04010100000000000000000000000000"'
	gives "OutOfDate 2024-01-01 2023-01-01 | 2024-01-01 tdxtcbcomponents[15]:0<1" '.tdx = "04010200000000000000000000000000"' \
		'.tcbInfo.tcbLevels[1].tcb.tdxtcbcomponents[15].svn = 1'
	settle
}

# spec: quote-spec.md 2.11, 7.9
@test "TDX modules: found in either case, once; and their own levels" {
	need jq
	gives "UpToDate 2024-01-01 2024-01-01" '.tdx = "010a0200000000000000000000000000"'
	gives "UpToDate 2024-01-01 2024-01-01" '.tdx = "010a0200000000000000000000000000"' '.tcbInfo.tdxModuleIdentities[1].id = "tdx_0a"'
	gives module-unknown '.tdx = "010a0200000000000000000000000000"' '.tcbInfo.tdxModuleIdentities[1].id = "TDX_A"'
	gives module-unknown '.tdx = "05030200000000000000000000000000"'
	gives module-unknown '.tdx = "05010200000000000000000000000000"' 'del(.tcbInfo.tdxModuleIdentities)'
	gives module-unknown '.tdx = "05010200000000000000000000000000"' '.tcbInfo.tdxModuleIdentities = []'
	gives module-unknown 'del(.tcbInfo.tdxModule)'
	gives malformed '.tdx = "05010200000000000000000000000000"' '.tcbInfo.tdxModuleIdentities += [.tcbInfo.tdxModuleIdentities[0]]'
	gives malformed '.tdx = "05010200000000000000000000000000"' '.tcbInfo.tdxModuleIdentities += [.tcbInfo.tdxModuleIdentities[1] | .id = "tdx_0a"]'
	# version 0 asks for none of them
	gives "UpToDate 2024-01-01 2024-01-01" 'del(.tcbInfo.tdxModuleIdentities)'
	gives "OutOfDate 2024-01-01 2024-01-01" '.tdx = "03010200000000000000000000000000"'
	gives "UpToDate 2024-01-01 2024-01-01" '.tdx = "04010200000000000000000000000000"'
	gives no-level '.tdx = "01010200000000000000000000000000"'
	settle
}

@test "TDX modules: the signer, and attributes that Intel wants zero" {
	need jq
	local other
	other=$(printf '%094d01' 0)
	gives mrsigner-mismatch ".signer = \"$other\""
	gives mrsigner-mismatch ".tcbInfo.tdxModule.mrsigner = \"$other\""
	gives "UpToDate 2024-01-01 2024-01-01" ".signer = \"$other\"" ".tcbInfo.tdxModule.mrsigner = \"$other\""
	# that of its version, not of tdxModule
	gives mrsigner-mismatch '.tdx = "05010200000000000000000000000000"' ".signer = \"$other\"" ".tcbInfo.tdxModule.mrsigner = \"$other\""
	gives attributes-mismatch '.seam = "0000000000000001"'
	gives attributes-mismatch '.seam = "0100000000000000"' '.tcbInfo.tdxModule.attributesMask = "FEFFFFFFFFFFFFFF"'
	gives attributes-mismatch '.seam = "0100000000000000"' '.tcbInfo.tdxModule.attributes = "0100000000000000"'
	gives attributes-mismatch '.tcbInfo.tdxModule.attributes = "0100000000000000"'
	settle
}

# spec: quote-spec.md 2.13: each line from its text
@test "merge: every pair" {
	expect 0 "$TCB_LEVEL" merge
	same "UpToDate UpToDate UpToDate
UpToDate OutOfDate OutOfDate
UpToDate Revoked Revoked
SWHardeningNeeded UpToDate SWHardeningNeeded
SWHardeningNeeded OutOfDate OutOfDate
SWHardeningNeeded Revoked Revoked
ConfigurationNeeded UpToDate ConfigurationNeeded
ConfigurationNeeded OutOfDate OutOfDateConfigurationNeeded
ConfigurationNeeded Revoked Revoked
ConfigurationAndSWHardeningNeeded UpToDate ConfigurationAndSWHardeningNeeded
ConfigurationAndSWHardeningNeeded OutOfDate OutOfDateConfigurationNeeded
ConfigurationAndSWHardeningNeeded Revoked Revoked
OutOfDate UpToDate OutOfDate
OutOfDate OutOfDate OutOfDate
OutOfDate Revoked Revoked
OutOfDateConfigurationNeeded UpToDate OutOfDateConfigurationNeeded
OutOfDateConfigurationNeeded OutOfDate OutOfDateConfigurationNeeded
OutOfDateConfigurationNeeded Revoked Revoked
Revoked UpToDate Revoked
Revoked OutOfDate Revoked
Revoked Revoked Revoked" "$output"
}

@test "merge: of platform, module and QE" {
	need jq
	local module='.tdx = "03010200000000000000000000000000"'
	gives "OutOfDate 2024-01-01 2024-01-01" '.qe = "OutOfDate"'
	gives "Revoked 2024-01-01 2024-01-01" '.qe = "Revoked"'
	gives "OutOfDate 2024-01-01 2024-01-01" "$module" '.tcbInfo.tcbLevels[1].tcbStatus = "SWHardeningNeeded"'
	gives "OutOfDateConfigurationNeeded 2024-01-01 2024-01-01" "$module" '.tcbInfo.tcbLevels[1].tcbStatus = "ConfigurationNeeded"'
	gives "Revoked 2024-01-01 2024-01-01" "$module" '.tcbInfo.tcbLevels[1].tcbStatus = "Revoked"'
	gives "Revoked 2024-01-01 2024-01-01" "$module" '.tcbInfo.tdxModuleIdentities[0].tcbLevels[0].tcbStatus = "Revoked"' '.qe = "OutOfDate"'
	settle
}

# spec: quote-spec.md 2.14, 7.11
@test "relaunch: advised by each of its two ways, and for no other reason" {
	need jq
	local old='.tdx = "03010200000000000000000000000000"' now
	for now in 04010200 05000200 060a0200; do
		gives "TDRelaunchAdvised 2024-01-01 2024-01-01" "$old" ".tdx2 = \"${now}000000000000000000000000\""
	done
	# the module that is loaded now is late, or unknown, or its loader is
	for now in 03010200 04000200 050a0100 05010100 05030200 05000100; do
		gives "OutOfDate 2024-01-01 2024-01-01" "$old" ".tdx2 = \"${now}000000000000000000000000\""
	done
	now='.tdx2 = "04010200000000000000000000000000"'
	gives "OutOfDate 2024-01-01 2024-01-01" "$old" "$now" '.qe = "OutOfDate"'
	gives "Revoked 2024-01-01 2024-01-01" "$old" "$now" '.qe = "Revoked"'
	# a TD 1.0 does not say what runs now
	gives "OutOfDate 2024-01-01 2024-01-01" "$old"
	# SGX is late
	gives "OutOfDate 2023-01-01 2023-01-01 | 2024-01-01 sgxtcbcomponents[0]:1<2" "$old" "$now" '.sgx = "01000000000005000000000000000000"'
	# the module is not what is late
	gives "OutOfDate 2024-01-01 2023-01-01 | 2024-01-01 tdxtcbcomponents[2]:1<2" '.tdx = "04010100000000000000000000000000"' "$now"
	# the loader was late with it: the status of the level does not matter, of SGX it does
	gives "TDRelaunchAdvised 2024-01-01 2023-01-01 | 2024-01-01 tdxtcbcomponents[2]:1<2" '.tdx = "03010100000000000000000000000000"' "$now"
	# a module of version 0 has no status
	gives "OutOfDate 2024-01-01 2023-01-01 | 2024-01-01 tdxtcbcomponents[0]:3<5" '.tdx = "03000200000000000000000000000000"' "$now"
	gives "Revoked 2024-01-01 2024-01-01" "$old" "$now" '.tcbInfo.tdxModuleIdentities[0].tcbLevels[0].tcbStatus = "Revoked"'
	gives "UpToDate 2024-01-01 2024-01-01" '.tdx = "04010200000000000000000000000000"' "$now"
	settle
}

@test "relaunch: a configuration that is needed stays in the status" {
	need jq
	local old='.tdx = "03010200000000000000000000000000"' now='.tdx2 = "04010200000000000000000000000000"' status
	for status in ConfigurationNeeded ConfigurationAndSWHardeningNeeded; do
		gives "TDRelaunchAdvisedConfigurationNeeded 2024-01-01 2024-01-01" "$old" "$now" ".tcbInfo.tcbLevels[1].tcbStatus = \"$status\""
	done
	gives "TDRelaunchAdvised 2024-01-01 2024-01-01" "$old" "$now" '.tcbInfo.tcbLevels[1].tcbStatus = "SWHardeningNeeded"'
	# of the TDX level alone
	gives "TDRelaunchAdvisedConfigurationNeeded 2024-01-01 2023-01-01 | 2024-01-01 tdxtcbcomponents[2]:1<2" \
		'.tdx = "03010100000000000000000000000000"' "$now" '.tcbInfo.tcbLevels[0].tcbStatus = "OutOfDateConfigurationNeeded"'
	settle
}

@test "what is missing is said in words" {
	need jq
	info | jq -c "$GOOD | .sgx = \"00000000000004000000000000000000\" | .pcesvn = 10" >case
	expect 0 "$TCB_LEVEL" text case
	same "SGX reaches no level, nor the lowest, of 2023-01-01: sgxtcbcomponents[0] is 0, 1 less than 1; pcesvn is 10, 1 less than 11" "$output"
	info | jq -c "$GOOD | .sgx = \"00\" * 16 | .tcbInfo.tcbLevels[].tcb.sgxtcbcomponents[].svn = 65535" >case
	expect 0 "$TCB_LEVEL" text case
	same "SGX reaches no level, nor the lowest, of 2023-01-01: $(printf 'sgxtcbcomponents[%d] is 0, 65535 less than 65535; ' 0 1 2)and 13 more" "$output"
}

@test "eight thousand made-up platforms: as levels.py says" {
	need python3
	local kind
	python3 "$ROOT/tests/workspace/qvl/levels.py" 8000 20240229 cases expected
	"$TCB_LEVEL" judge cases >actual
	diff expected actual
	same 8000 "$(wc -l <actual)"
	for kind in no-level module-unknown malformed mrsigner-mismatch attributes-mismatch UpToDate SWHardeningNeeded \
		ConfigurationNeeded ConfigurationAndSWHardeningNeeded OutOfDate OutOfDateConfigurationNeeded Revoked \
		TDRelaunchAdvised TDRelaunchAdvisedConfigurationNeeded; do
		[ "$(grep -c "^$kind\b" actual)" -ge 20 ]
	done
}
