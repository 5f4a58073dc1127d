# A captured VM of which the tests say what it has booted, its guest agent signing with the test authority's key, and the release that such a VM
# would run. Loaded after launcher.bash; $MADE is a set of the test authority.
# shellcheck shell=bash

CAPTURED=$SHARED/vectors/quotes/near-mpc

hex() { od -An -v -tx1 | tr -d ' \n'; }
bytes() { perl -e 'print pack "H*", $ARGV[0]' "$1"; } # HEX

# put OFFSET HEX: into fixture/quote.bin. spec: quote-spec.md 1.2
put() { bytes "$2" | dd of=fixture/quote.bin bs=1 seek="$1" conv=notrunc status=none; }

# release: what `make release OS_IMAGE=… MANIFEST=…` would have: the image's own measurements, this app's, and the captured VM's registers.
release() {
	mkdir release
	rtmr3-predict --compose app-compose.json --dstack 0.5.11 --kettle-manifest app/manifest.json --kettle-require-measured --json >rtmr3.json
	jq --slurpfile rtmr3 rtmr3.json --slurpfile captured "$CAPTURED/expected.json" \
		--arg manifest "$(sha256sum <app/manifest.json | cut -c-64)" --arg app "$(sha256sum <app/app.ts | cut -c-64)" '
		.tdx.rtmr3 = $rtmr3[0] | .deployment.manifest = {sha256: $manifest, app_sha256: $app}
		| .tdx.vms = [$captured[0].parsed.quote.body | {name: "captured", mrtd: .mr_td, rtmr0, rtmr1, rtmr2}]' \
		"$ROOT/build/measurements.json" >release/measurements.json
}

# fixture COMPOSE: the captured VM, which has booted this app-compose.json: by openssl. spec: rtmr3-spec.md 1.1, 1.2, 7
fixture() {
	local hash name payload
	rm -rf fixture
	mkdir fixture
	hash=$(sha256sum <"$1" | cut -c-64)
	rtmr3-predict --compose "$1" --dstack 0.5.11 --json | jq '.events | map({imr: 3, event_type: .type, digest: "", event: .name, event_payload: .payload})' >boot.json
	jq --slurpfile boot boot.json 'map(select(.imr != 3)) + $boot[0]' "$CAPTURED/event_log.json" >fixture/event_log.json
	cat "$CAPTURED/quote.bin" >fixture/quote.bin
	head -c 48 /dev/zero >register
	while read -r name payload; do
		{ printf '\001\000\000\010:%s:' "$name"; bytes "$payload"; } | openssl dgst -sha384 -binary >digest
		cat register digest | openssl dgst -sha384 -binary >next
		mv next register
	done < <(jq -r '.[] | .event + " " + .event_payload' boot.json)
	put 520 "$(hex <register)"
	put 232 "01$hash$(printf %030d 0)"
}

# deployed NAME: ./app/app.ts with its manifest, what make deploy wrote for it, a project of that name and $PORT for it; release and VM.
deployed() {
	manifest app/app.ts
	PROJECT=$1$RANDOM$RANDOM
	PORT=$(free_port)
	cp "$ROOT/build/deploy/app-compose.json" .
	release
	fixture app-compose.json
}

# started [NAME=VALUE]: the app runs, with that in its environment. The agent's place and the port are not those of a VM.
started() {
	sed "s|\"/var/run/dstack.sock:|\"$T/agent.sock:|; s|\"3001:3001\"|\"127.0.0.1:$PORT:3001\"|
		s|^\( *\)- \"data:/data\"|&\n\1- \"$T/app:/app:ro\"|
		${1:+s|^\( *\)KETTLE_MANIFEST:.*|&\n\1${1/=/: }|}" "$ROOT/build/deploy/docker-compose.yml" >docker-compose.yml
	KETTLE_MANIFEST=/app/manifest.json podman-compose --project-name "$PROJECT" up -d >compose.log 2>&1
	until_up "${PROJECT}_kettle_1" get "http://127.0.0.1:$PORT/"
}

undeploy() {
	launcher_clear
	network_clear "$PROJECT"
}

# agent [SET]: on the host.
agent() {
	background "$TESTBIN/workspace/kettle/agent" --authority "${1:-$MADE}" "$T/agent.sock" fixture >agent.out
	holds_within 30 grep -qs listening agent.out
	chmod 666 agent.sock # the container's user is not ours
}

emit() { curl -sS --fail --unix-socket agent.sock -d "{\"event\":\"$1\",\"payload\":\"$2\"}" http://x/EmitEvent; } # NAME HEX
