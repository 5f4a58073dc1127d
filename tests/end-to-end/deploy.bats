# make deploy: what it writes runs as it is written, and kettle measures what expected.json says.
load launcher
load clone

FIXTURE=$SHARED/vectors/quotes/near-mpc

setup_file() {
	need podman-compose
	[ -d "$FIXTURE" ] || skip "needs $FIXTURE"
	launcher_setup
	export WARM=$BATS_FILE_TMPDIR/tree
	warm_clone "$WARM"
}

teardown_file() { launcher_teardown; }

setup() {
	launcher_scratch
	PROJECT=deploy$RANDOM$RANDOM
	PORT=$(free_port)
	CONTAINER=${PROJECT}_kettle_1
}

teardown() {
	launcher_clear
	network_clear "$PROJECT"
}

compose() { podman-compose --project-name "$PROJECT" "$@" >"$T/compose.log" 2>&1; }

# The app is on the host's loopback device, with TLS; the way there from the containers' network is its gateway.
serve_app() {
	web_start good
	podman network create "${PROJECT}_default" >/dev/null
	gateway=$(podman network inspect "${PROJECT}_default" | jq -r '.[0].subnets[0].gateway')
	web_socat TCP-LISTEN:0,fork,reuseaddr "TCP:127.0.0.1:$WEB_TLS_PORT"
	counter web/app.ts
	printf '{\n  "app": "https://web.example:%s/files/app.ts?$HOME",\n  "sha256": "%s"\n}\n' "$WEB_SOCAT_PORT" \
		"$(sha256sum <web/app.ts | cut -c-64)" >manifest.json
}

agent() {
	background "$TESTBIN/workspace/kettle/agent" --registers rtmr3 --calls calls "$T/agent.sock" "$FIXTURE" >agent.out
	holds_within 30 grep -qs listening agent.out
	chmod 666 agent.sock
}

# What a VM has and this host has not: its agent's place, a route, a CA, the port.
adapt() {
	sed "s|\"/var/run/dstack.sock:|\"$T/agent.sock:|; s|\"3001:3001\"|\"127.0.0.1:$PORT:3001\"|
		s|^    restart:|    extra_hosts: [\"web.example:$gateway\"]\n    environment:\n      SSL_CERT_FILE: /ca.pem\n      KETTLE_MANIFEST: /nowhere\n&|
		s|^\( *\)- \"data:/data\"|&\n\1- \"$SSL_CERT_FILE:/ca.pem:ro\"|" "$WARM/build/deploy/docker-compose.yml" >docker-compose.yml
}

hex() { od -An -v -tx1 | tr -d ' \n'; }

@test "deployed with a manifest: the app is served, whatever the environment says, and RTMR3 extends as predicted" {
	serve_app
	agent
	expect 0 make -C "$WARM" --no-print-directory -s deploy MANIFEST="$PWD/manifest.json"
	expected=$WARM/build/deploy/expected.json
	[[ $output == *"compose hash  $(sha256sum <"$WARM/build/deploy/app-compose.json" | cut -c-64)"* ]]
	adapt
	compose up -d
	podman container exists "$CONTAINER" || { cat "$T/compose.log" >&2 && return 1; }
	until_up "$CONTAINER" curl -fsS --max-time 20 "http://127.0.0.1:$PORT/"
	# What the agent was told is what was predicted, event by event.
	jq -r '.tdx.rtmr3.events[] | select(.name | startswith("kettle-")) | "\(.name) \(.payload)"' "$expected" >events
	same 3 "$(wc -l <events)"
	same "$(<events)" "$(sed -n 's,^/EmitEvent ,,p' calls | jq -r '"\(.event) \(.payload)"')"
	same "$(sha256sum <manifest.json | cut -c-64) $(sha256sum <web/app.ts | cut -c-64)" \
		"$(jq -r '.deployment.manifest | "\(.sha256) \(.app_sha256)"' "$expected")"
	# And the register is what those digests make of the one before. spec: rtmr3-spec.md 1.1; quote-spec.md 1.2
	tail -c +521 "$FIXTURE/quote.bin" | head -c 48 >register
	jq -r '.tdx.rtmr3.events[] | select(.name | startswith("kettle-")).sha384' "$expected" >digests
	while read -r digest; do
		{ cat register && perl -e 'print pack "H*", $ARGV[0]' "$digest"; } | openssl dgst -sha384 -binary >next
		mv next register
	done <digests
	same "$(hex <register)" "$(<rtmr3)"
}

@test "deployed without one: the manifest's URL is given from outside, by the one name that may be" {
	serve_app
	agent
	expect 0 make -C "$WARM" --no-print-directory -s deploy
	[[ $output == *'warning       no manifest was given'* ]]
	same '["KETTLE_MANIFEST"]' "$(jq -c .allowed_envs "$WARM/build/deploy/app-compose.json")"
	cp manifest.json web/
	sed "s|\"/var/run/dstack.sock:|\"$T/agent.sock:|; s|\"3001:3001\"|\"127.0.0.1:$PORT:3001\"|
		s|^    restart:|    extra_hosts: [\"web.example:$gateway\"]\n&|
		s|^\( *\)KETTLE_MANIFEST:.*|&\n\1SSL_CERT_FILE: /ca.pem|
		s|^\( *\)- \"data:/data\"|&\n\1- \"$SSL_CERT_FILE:/ca.pem:ro\"|" "$WARM/build/deploy/docker-compose.yml" >docker-compose.yml
	KETTLE_MANIFEST="https://web.example:$WEB_SOCAT_PORT/files/manifest.json" compose up -d
	until_up "$CONTAINER" curl -fsS --max-time 20 "http://127.0.0.1:$PORT/"
	same 3 "$(grep -c '^/EmitEvent ' calls)"
}
