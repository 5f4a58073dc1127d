#!/usr/bin/env bats
# Policies: what they say, and what they refuse. Expected values are worked out by hand from quote-spec.md.
load ../../helpers
load helpers

POLICY=$TESTBIN/workspace/qvl/policy

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

@test "a policy's members, and their defaults" {
	expect 0 "$POLICY" show "$VECTORS/policy/good/empty.json"
	same "accepted_statuses UpToDate
accepted_advisories any
grace_seconds 0
minimum_evaluation_number 0
allowed_attributes 0000000000000000
require_sept_ve_disable 1
allow_service_td 0
xfam_allowed ffffffffffffffff
xfam_required 0000000000000000" "$output"
	expect 0 "$POLICY" show "$VECTORS/policy/good/all.json"
	same "accepted_statuses UpToDate SWHardeningNeeded TDRelaunchAdvised
accepted_advisories INTEL-SA-00289 INTEL-SA-00615
grace_seconds 4294967295
minimum_evaluation_number 17
allowed_attributes 80000000f8000000
require_sept_ve_disable 0
allow_service_td 1
xfam_allowed 8000000000061ae7
xfam_required 0000000000000003" "$output"
	expect 0 "$POLICY" show "$VECTORS/policy/good/nothing-accepted.json"
	same "accepted_statuses
accepted_advisories
xfam_allowed 0000000000000000" "$(grep -e accepted -e xfam_allowed <<<"$output")"
}

@test "policies that are malformed are refused, with the member and the reason" {
	refuses policy 40 "$POLICY" why
	{ printf '{"grace_seconds": 1'; head -c 65536 /dev/zero | tr '\0' ' '; printf '}'; } >large
	expect 0 "$POLICY" why large
	same "larger than 65536 bytes" "$output"
}

# Cases of a test: what must come of it, and the bytes or the status it is of.
case_of() {
	printf '%s\n' "$1" >>expected
	printf '%s\n' "$2" >>cases
}

settle() { # COMMAND...
	"$@" cases >actual
	diff expected actual
	rm expected cases
}

zeros() {
	printf "%0$((2 * $1))d" 0
}

# attributes BIT...: as in a quote
attributes() {
	perl -e 'my $n = 0; $n |= 1 << $_ for @ARGV; print unpack "H*", pack "Q<", $n' "$@"
}

# spec: quote-spec.md 1.2, 2.15, 7.12. Offsets: 64 mr_signer_seam, 120 td_attributes, 128 xfam, 600 mr_service_td.
@test "a TD's attributes: by default SEPT_VE_DISABLE and nothing else" {
	need perl
	local bit good
	good="64=$(zeros 48) 600=$(zeros 48)"
	case_of holds "$good 120=$(attributes 28)"
	case_of td-policy.sept-ve-disable:sept-ve-disable "$good 120=$(attributes)"
	case_of td-policy.debug:debug "$good 120=$(attributes 0 28)"
	for bit in 1 2 3 4 5 6 7; do
		case_of td-policy.under-test:reserved-bits "$good 120=$(attributes $bit 28)"
	done
	for bit in 8 9 15 16 23 24 26 32 33 47 55 56 62; do
		case_of td-policy.reserved:reserved-bits "$good 120=$(attributes $bit 28)"
	done
	for bit in 27 29 30 31 63; do
		case_of td-policy.attributes:attribute-not-allowed "$good 120=$(attributes $bit 28)"
	done
	# all that is wrong is said
	case_of "td-policy.debug:debug td-policy.under-test:reserved-bits td-policy.reserved:reserved-bits td-policy.attributes:attribute-not-allowed td-policy.sept-ve-disable:sept-ve-disable td-policy.mr-signer-seam:mrsigner-mismatch td-policy.service-td:service-td" \
		"64=$(zeros 47)01 120=$(attributes 0 5 8 63) 600=01$(zeros 47)"
	settle "$POLICY" judge "$VECTORS/quote/good/v5-td-1.5.bin" "$VECTORS/policy/good/empty.json"
}

@test "a TD's attributes: each that has a name can be allowed, DEBUG and reserved bits cannot" {
	need perl
	local name bit good
	good="64=$(zeros 48) 600=$(zeros 48)"
	while read -r name bit; do
		jq -nc --arg name "$name" '{allowed_attributes: [$name]}' >allowed
		case_of holds "$good 120=$(attributes "$bit" 28)"
		case_of td-policy.attributes:attribute-not-allowed "$good 120=$(attributes 27 29 30 31 63 28)"
		settle "$POLICY" judge "$VECTORS/quote/good/v5-td-1.5.bin" allowed
	done <<<'LASS 27
MIGRATABLE 29
PKS 30
KL 31
PERFMON 63'
	case_of holds "$good 120=$(attributes 27 29 30 31 63) 128=0300000000000000"
	case_of td-policy.debug:debug "$good 120=$(attributes 0 27 28 29 30 31 63) 128=0300000000000000"
	case_of td-policy.reserved:reserved-bits "$good 120=$(attributes 32) 128=0300000000000000"
	# mr_service_td is allowed in this one, another signer of the module is in none
	case_of holds "$good 120=$(attributes 28) 128=0300000000000000 600=$(zeros 47)01"
	case_of td-policy.mr-signer-seam:mrsigner-mismatch "$good 64=80$(zeros 47) 120=$(attributes 28) 128=0300000000000000"
	settle "$POLICY" judge "$VECTORS/quote/good/v5-td-1.5.bin" "$VECTORS/policy/good/all.json"
}

@test "a TD's xfam: bits that must be there, and bits that may" {
	need perl
	local good
	good="64=$(zeros 48) 600=$(zeros 48) 120=$(attributes 28)"
	case_of holds "$good 128=e71a060000000080"
	case_of holds "$good 128=0300000000000000"
	case_of td-policy.xfam:xfam "$good 128=0100000000000000"
	case_of td-policy.xfam:xfam "$good 128=0b00000000000000"
	case_of td-policy.xfam:xfam "$good 128=0300000000000040"
	settle "$POLICY" judge "$VECTORS/quote/good/v5-td-1.5.bin" "$VECTORS/policy/good/all.json"
}

@test "a TD 1.0 has no service TD; an enclave must not be one for debugging" {
	need perl
	case_of holds "64=$(zeros 48) 120=$(attributes 28)"
	case_of td-policy.debug:debug "64=$(zeros 48) 120=$(attributes 28 0)"
	settle "$POLICY" judge "$VECTORS/quote/good/v4-td-1.0-type-4.bin" "$VECTORS/policy/good/empty.json"
	case_of holds "48=0500000000000000e700000000000000"
	case_of holds "48=15000000000000000200000000000000"
	case_of td-policy.debug:debug "48=0700000000000000e700000000000000"
	case_of td-policy.debug:debug "48=02$(zeros 15)"
	settle "$POLICY" judge "$VECTORS/quote/good/v3-type-1.bin" "$VECTORS/policy/good/all.json"
}

STATUSES='UpToDate SWHardeningNeeded ConfigurationNeeded ConfigurationAndSWHardeningNeeded OutOfDate
	OutOfDateConfigurationNeeded Revoked TDRelaunchAdvised TDRelaunchAdvisedConfigurationNeeded'

# spec: quote-spec.md 2.16
@test "statuses: UpToDate alone by default; any but Revoked can be accepted" {
	need jq
	local status accepted verdict
	for status in $STATUSES; do
		verdict=status-policy.status:status-not-accepted
		[ $status != UpToDate ] || verdict=holds
		case_of $verdict "1760000000 $status $status - INTEL-SA-00615"
	done
	settle "$POLICY" status "$VECTORS/policy/good/empty.json"
	for accepted in $STATUSES; do
		[ $accepted != Revoked ] || continue
		jq -nc --arg status $accepted '{accepted_statuses: [$status]}' >policy
		for status in $STATUSES; do
			verdict=status-policy.status:status-not-accepted
			[ $status != $accepted ] || verdict=holds
			case_of $verdict "1760000000 $status $status - -"
		done
		settle "$POLICY" status policy
	done
	jq -nc --arg all "$STATUSES" '{accepted_statuses: [$all | splits("\\s+") | select(. != "Revoked")], grace_seconds: 4294967295}' >policy
	case_of status-policy.status:status-not-accepted "1760000000 Revoked OutOfDate 2025-05-14T00:00:00Z -"
	case_of status-policy.status:status-not-accepted "1760000000 Revoked UpToDate - -"
	settle "$POLICY" status policy
	case_of status-policy.status:status-not-accepted "1760000000 UpToDate UpToDate - -"
	settle "$POLICY" status "$VECTORS/policy/good/nothing-accepted.json"
}

# spec: quote-spec.md 7.13
@test "advisories: a list is a condition more, not a way around the status" {
	local two=INTEL-SA-00289,INTEL-SA-00615 many
	case_of holds "1760000000 UpToDate UpToDate - -"
	case_of holds "1760000000 SWHardeningNeeded SWHardeningNeeded - INTEL-SA-00615"
	case_of holds "1760000000 UpToDate UpToDate - $two"
	case_of status-policy.advisories:advisory-not-accepted "1760000000 UpToDate UpToDate - $two,INTEL-SA-01036"
	case_of status-policy.advisories:advisory-not-accepted "1760000000 UpToDate UpToDate - INTEL-SA-0061"
	case_of status-policy.advisories:advisory-not-accepted "1760000000 UpToDate UpToDate - intel-sa-00615"
	case_of status-policy.status:status-not-accepted "1760000000 ConfigurationNeeded ConfigurationNeeded - $two"
	case_of "status-policy.status:status-not-accepted status-policy.advisories:advisory-not-accepted" \
		"1760000000 ConfigurationNeeded ConfigurationNeeded - INTEL-SA-01036"
	many=$(printf 'INTEL-SA-%05d,' {1..256})
	case_of status-policy.advisories:advisory-not-accepted "1760000000 UpToDate UpToDate - ${many%,}"
	settle "$POLICY" status "$VECTORS/policy/good/all.json"
	case_of holds "1760000000 UpToDate UpToDate - ${many%,}"
	settle "$POLICY" status "$VECTORS/policy/good/empty.json"
	case_of "status-policy.status:status-not-accepted status-policy.advisories:advisory-not-accepted" \
		"1760000000 UpToDate UpToDate - INTEL-SA-00615"
	settle "$POLICY" status "$VECTORS/policy/good/nothing-accepted.json"
}

@test "grace: what is out of date is accepted for a while, counted from the earliest of its dates" {
	local day=86400 from may=2025-05-14T00:00:00Z august=2025-08-13T00:00:00Z no=status-policy.status:status-not-accepted
	from=$(date -u -d $may +%s)
	echo '{"grace_seconds": 86400}' >policy
	case_of holds "$((from + day)) OutOfDate OutOfDate $may -"
	case_of $no "$((from + day + 1)) OutOfDate OutOfDate $may -"
	case_of holds "$((from + day)) OutOfDate OutOfDate $august,$may -"
	case_of $no "$((from + day + 1)) OutOfDate OutOfDate $august,$may -"
	case_of $no "$((from + day + 1)) OutOfDate OutOfDate $may,$august,$august -"
	case_of holds "-9223372036854775808 OutOfDate OutOfDate $may -"
	case_of $no "9223372036854775807 OutOfDate OutOfDate $may -"
	# the module or the QE is what is late; the level has to be accepted itself
	case_of holds "$((from + day)) OutOfDate UpToDate $may -"
	case_of $no "$((from + day)) OutOfDate SWHardeningNeeded $may -"
	case_of $no "$((from + day)) OutOfDateConfigurationNeeded ConfigurationNeeded $may -"
	case_of $no "$((from + day)) OutOfDateConfigurationNeeded OutOfDateConfigurationNeeded $may -"
	# it is for what is late, and nothing else
	case_of $no "$from ConfigurationNeeded ConfigurationNeeded - -"
	case_of $no "$from TDRelaunchAdvised UpToDate $may -"
	case_of $no "$from Revoked OutOfDate $may -"
	settle "$POLICY" status policy
	echo '{"grace_seconds": 86400, "accepted_statuses": ["ConfigurationNeeded"], "accepted_advisories": []}' >policy
	case_of holds "$((from + day)) OutOfDateConfigurationNeeded ConfigurationNeeded $may -"
	case_of holds "$((from + day)) OutOfDateConfigurationNeeded OutOfDateConfigurationNeeded $may -"
	case_of $no "$((from + day)) OutOfDate OutOfDate $may -"
	case_of status-policy.advisories:advisory-not-accepted "$from OutOfDateConfigurationNeeded ConfigurationNeeded $may INTEL-SA-00615"
	settle "$POLICY" status policy
	# none by default, not even for what is of the same second
	case_of $no "$from OutOfDate OutOfDate $may -"
	settle "$POLICY" status "$VECTORS/policy/good/empty.json"
}
