# What a client of another implementation does to our server that it should not (client_attacks.cjs). Expected is what docs/tunnel-protocol.md
# says of each: in version 1 the tunnel lives on, but for what is too much; in version 2 what does not open or is not expected ends it.
load helpers

setup_file() { tunnel_setup; }
setup() {
	tunnel_scratch
	backend
	server ours --quotes 10000
}
teardown() { tunnel_clear; }

# withstands VERSION, with lines of `lives ANSWERS ATTACK...` and `ends ATTACK...` as input.
withstands() {
	local version=$1 word rest attack options=()
	while read -r word rest; do
		for attack in ${rest#[0-9] }; do
			echo "$attack $([ "$word" = ends ] && echo false || echo "true ${rest%% *}")"
		done
	done >expected
	while read -r attack _; do options+=(--attack "$attack"); done <expected
	node "$TUNNEL/client.cjs" --version "$version" "${options[@]}" "$URL/" >got
	# A first frame may have had its answer before a second one ends the tunnel.
	sed 's/{.*"alive":false.*/false/; s/{.*"alive":true,"answers":\([0-9]*\).*/true \1/' got | diff expected -
	# The next one is served, too.
	expect 0 theirs "$version" "$URL/"
	same there "$output"
}

@test "version 1" {
	withstands 1 <<-'EOT'
		lives 1 none replay split-request split-url split-method
		lives 2 reorder
		lives 0 replay-later replay-elsewhere reflect truncate cut-frame change-bit short-ciphertext short-nonce
		lives 0 server-types no-map bomb bomb-map bomb-string deep indefinite foreign-connection clear-request two-kx hello-again
		lives 0 early-request early-garbage early-bomb early-deep early-duplicate early-trailing early-text early-kx long-nonce
		ends oversize many-bad early-many early-oversize short-key short-sealed small-order
	EOT
	same '["own"]' "$(sed -n 's/^foreign-connection //p' got | jq -c .got)"
	# What a backend would have taken for a header of its own never reached it: 400.
	grep -q 'answered with 400: header' server.err
	grep -q 'for the second time' server.err
	grep -q 'that this end has sent' server.err
}

@test "version 2" {
	node "$TUNNEL/client.cjs" --version 0 --attack over-credit "$URL/"
	grep -q 'more than there was credit for' server.err
	withstands 0 <<-'EOT'
		lives 1 none split-request split-url split-method same-request
		lives 0 foreign-connection stray-chunk
		lives 0 early-request early-garbage early-bomb early-deep early-duplicate early-trailing early-text early-kx long-nonce
		ends replay replay-later replay-elsewhere reflect reorder truncate cut-frame change-bit short-ciphertext oversize many-bad
		ends server-types no-map bomb bomb-map bomb-string deep indefinite clear-request two-kx hello-again early-many early-oversize
		ends short-key short-sealed small-order small-share short-share other-share long-chunk much-credit
	EOT
	same '["own"]' "$(sed -n 's/^foreign-connection //p' got | jq -c .got)"
}

@test "a hundred that ask for quotes of their own: some are told to come again, and without a nonce all goes on" {
	server ours --quotes 5
	expect 0 node "$TUNNEL/client.cjs" --attack flood "$URL/"
	output=${output#flood }
	same true "$(jq .alive <<<"$output")"
	[ "$(jq '.counts.opened // 0' <<<"$output")" -le 10 ]
}
