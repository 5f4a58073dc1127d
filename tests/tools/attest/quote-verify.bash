# Loaded by the tests of quote-verify, after the general helpers and those of qvl: quotes whose fields were set, logs made of known
# answers, the release they are of.
# shellcheck shell=bash

NEAR=$QUOTES/near-mpc
NEAR_AT=1787894484 # spec: quote-spec.md 6, 7.15

setup() { cd "$BATS_TEST_TMPDIR" || return; }

# A quote with other bytes is no longer signed, so what is only about check and judge goes without --collateral.
unsigned=(--require "check,judge")

# set_bytes FILE OFFSET HEX: offsets of a quote of version 4; spec: quote-spec.md 1.2
set_bytes() {
	perl -e 'my ($file, $at, $hex) = @ARGV; open my $f, "+<:raw", $file or die; seek $f, $at, 0; print $f pack "H*", $hex' "$@"
}
CONFIG_ID=232 RTMR3=520 REPORT_DATA=568

# td RTMR3 [REPORT_DATA]: writes ./quote, the one of near-mpc with another rtmr3 and no mr_config_id.
td() {
	cp "$NEAR/quote.bin" quote
	chmod u+w quote
	set_bytes quote $CONFIG_ID "$ZERO"
	set_bytes quote $RTMR3 "$1"
	[ $# -lt 2 ] || set_bytes quote $REPORT_DATA "$2"
}

# made NAME=HEX...: writes ./log, near-mpc's events of rtmr0 to rtmr2 and these of rtmr3, and ./quote with what perl extends by
# them. spec: rtmr3-spec.md 1.1, 1.2
made() {
	td "$(perl -MDigest::SHA=sha384 -e '
		my $value = "\0" x 48;
		for (@ARGV) {
			my ($name, $payload) = split /=/, $_, 2;
			$value = sha384($value . sha384("\1\0\0\10:$name:" . pack "H*", $payload));
		}
		print unpack "H*", $value' -- "$@")"
	jq 'map(select(.imr != 3)) + [$ARGS.positional[] | split("=") |
		{imr: 3, event_type: 134217729, digest: "", event: .[0], event_payload: .[1]}]' "$NEAR/event_log.json" --args "$@" >log
}

# spec: rtmr3-spec.md 2.4
KAT=53f1a61fa9d72f0629390a52a71633f78b6489b0cb327a9ffc8b695108c1178e
provider=$(printf '{"name":"none","id":""}' | od -An -v -tx1 | tr -d ' \n')
boot=(system-preparing= "app-id=${KAT:0:40}" "compose-hash=$KAT" instance-id= boot-mr-done= "key-provider=$provider" storage-fs=7a6673 system-ready=)

# docs/measured.md, the worked example: SHA-256 of manifest and app as openssl says them
kettle_files() {
	printf 'export default () => new Response("Hello")\n' >app.ts
	app=$(openssl dgst -sha256 -r app.ts | cut -c-64)
	printf '{"app": "file:///app/app.ts", "sha256": "%s"}\n' "$app" >manifest.json
	manifest=$(openssl dgst -sha256 -r manifest.json | cut -c-64)
	config=$(printf '{"db_dir":"/data","port":3001,"require_measured":%s,"static_sha256":null}' "${1:-true}" | hex)
	kettle=("kettle-manifest=$manifest" "kettle-app=$app" "kettle-config=$config")
}

# release: writes ./measurements.json as `make measurements` makes one: near-mpc's registers, the compose of the known
# answer, kettle as in kettle_files.
release() {
	jq -n --argjson body "$(jq .parsed.quote.body "$NEAR/expected.json")" --arg hash "$KAT" --arg provider "$provider" \
		--arg manifest "$manifest" --arg app "$app" --arg config "$config" '
		def once($event; $value): {event: $event, check: "exact", occurs: "once", value: $value};
		("c" * 64) as $image | {
			schema: "kettle-dstack/measurements/1",
			image: {manifest: {sha256: $image}},
			deployment: {compose_hash: $hash, allowed_envs: ["TOKEN"], image: "localhost/app@sha256:\($image)",
				warnings: [{code: "variable", text: "a warning"}],
				mr_config_id: {v1: "01\($hash)\("0" * 30)", v2: "02\("a" * 94)", v3: "03\("b" * 94)"},
				manifest: {sha256: $manifest, app_sha256: $app}},
			tdx: {vms: [{name: "large", mrtd: $body.mr_td, rtmr0: ("e" * 96), rtmr1: $body.rtmr1, rtmr2: $body.rtmr2},
				{name: "small", mrtd: $body.mr_td, rtmr0: $body.rtmr0, rtmr1: $body.rtmr1, rtmr2: $body.rtmr2}],
				rtmr3: {rtmr3: null, checks: [once("system-preparing"; ""), once("app-id"; $hash[:40]), once("compose-hash"; $hash),
					{event: "instance-id", check: "pattern", occurs: "once", value: "([0-9a-f]{40})?"}, once("boot-mr-done"; ""),
					{event: "mr-kms", check: "absent", occurs: "any-number", value: null},
					{event: "os-image-hash", check: "present", occurs: "at-most-once", value: null},
					once("key-provider"; $provider), {event: "storage-fs", check: "any-of", occurs: "once", value: ["7a6673", "65787434"]},
					once("system-ready"; ""),
					once("kettle-manifest"; $manifest), once("kettle-app"; $app), once("kettle-config"; $config)]}}}' >measurements.json
}

# words: what came of the three, and of all.
words() { jq -r '"\(.verify.holds) \(.check.holds) \(.judge.holds) \(.holds)"' <<<"$output"; }

# line NAME: state and reason of the lines of that name.
line() { jq -r --arg name "$1" '.verify, .check, .judge | .checks[] | select(.name == $name) | "\(.state) \(.reason)"' <<<"$output"; }

# judged STATUS REASONS [OPTION...]: of ./quote and ./log; without an option only check is asked for.
judged() {
	local asked=("${unsigned[@]}")
	[ $# -gt 2 ] || asked=(--require check)
	expect "$1" quote-verify --json --quote quote --event-log log "${asked[@]}" "${@:3}"
	same "$2" "$(jq -r '.check.reasons + .judge.reasons | map(select(. != "not-supplied")) | join(" ")' <<<"$output")"
}
