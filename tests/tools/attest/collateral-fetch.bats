#!/usr/bin/env bats
# Against a server on loopback that answers as a PCS or a PCCS does, with captured collateral and that of the test
# authority.
load ../../helpers
load ../../web
load ../../workspace/qvl/helpers

# Collateral for the platform of a quote, and a time it is valid at. spec: quote-spec.md 7.15
SAMPLE=$QUOTES/qvl-tdx-v4/collateral.json
QUOTE=$QUOTES/qvl-tdx-v4/quote.bin
NOW=1751624191

setup_file() {
	[ -d "$QUOTES" ] || return 0
	prepare pccs "$SAMPLE" tdx
	prepare pcs "$SAMPLE" tdx
	prepare sgx "$QUOTES/qvl-sgx-v3/collateral.json" sgx
	prepare sgx-path "$SAMPLE" sgx
	prepare test "$QUOTES/intel-sample-tdx-v4/collateral.json" tdx
}

setup() {
	T=$BATS_TEST_TMPDIR
	cd "$T" || return
	unset COLLATERAL_URL SSL_CERT_FILE https_proxy HTTPS_PROXY ALL_PROXY all_proxy
}

teardown() {
	web_stop
}

# answer FILE [HEADER]: stdin, as the server answers with it.
answer() {
	local body=$BATS_TEST_TMPDIR/body
	[ -n "$BATS_TEST_TMPDIR" ] || body=$BATS_FILE_TMPDIR/body
	mkdir -p "${1%/*}"
	cat >"$body"
	{
		printf 'HTTP/1.1 200 OK\r\nContent-Length: %s\r\nConnection: close\r\n%s\r\n' "$(stat -c %s "$body")" "${2:+$2$'\r\n'}"
		cat "$body"
	} >"$1"
}

# part NAME: of $COLLATERAL, as it is.
part() { jq -j --arg name "$1" '.[$name]' "$COLLATERAL"; }

# prepare NAME COLLATERAL TEE: a folder of answers. spec: quote-spec.md 3.1: a PCS writes CRLs in DER and has that of the
# root elsewhere; a PCCS may write them in hexadecimal. Chains are percent-encoded.
prepare() {
	local it=$BATS_FILE_TMPDIR/$1 as=cat tcb=tcb-info-issuer-chain qe=sgx-enclave-identity-issuer-chain crl=sgx-pck-crl-issuer-chain
	local root=$it/sgx/certification/v4/rootcacrl tee=$3
	local -A part chain
	eval "$(jq -r 'to_entries[] | "part[\(.key)]=\(.value | @sh)", "chain[\(.key)]=\(.value | @uri | @sh)"' "$2")"
	[ "$1" != pcs ] || as=unhex tcb=TCB-Info-Issuer-Chain qe=SGX-Enclave-Identity-Issuer-Chain crl=SGX-PCK-CRL-Issuer-Chain root=$it/IntelSGXRootCA.der
	printf '{"tcbInfo":%s,"signature":"%s"}' "${part[tcb_info]}" "${part[tcb_info_signature]}" |
		answer "$it/$tee/certification/v4/tcb" "$tcb: ${chain[tcb_info_issuer_chain]}"
	printf '{"enclaveIdentity":%s,"signature":"%s"}' "${part[qe_identity]}" "${part[qe_identity_signature]}" |
		answer "$it/$tee/certification/v4/qe/identity" "$qe: ${chain[qe_identity_issuer_chain]}"
	printf %s "${part[pck_crl]}" | $as | answer "$it/sgx/certification/v4/pckcrl" "$crl: ${chain[pck_crl_issuer_chain]}"
	printf %s "${part[root_ca_crl]}" | $as | answer "$root"
}

# serve NAME: the server has these answers, and no other.
serve() {
	[ -d "$BATS_FILE_TMPDIR/$1" ] || captured
	rm -rf "$T/web"
	cp -r "$BATS_FILE_TMPDIR/$1" "$T/web"
}

# fetch STATUS OPTION...: of $QUOTE, at $NOW, from the server.
fetch() {
	local want=$1
	shift
	captured
	expect "$want" collateral-fetch --from "$WEB/whole" --quote "$QUOTE" --at $NOW "$@"
}

# refused STATUS PATTERN OPTION...: it is not fetched, one line says why, and nothing is written.
refused() {
	local want=$1 why=$2
	shift 2
	fetch "$want" --output out.json "$@"
	one_line "$stderr" "$why"
	same "" "$output$(ls -A | grep out || true)"
}

asked() { sed 's/ host=.*//' "$WEB_LOG"; }

@test "from a PCCS, for a quote: what is asked, what is written, what is said" {
	web_start
	serve pccs
	fetch 0 --output out.json
	same "$(jq -S . "$SAMPLE")" "$(<out.json)"
	same "GET /whole/tdx/certification/v4/tcb?fmspc=b0c06f000000
GET /whole/tdx/certification/v4/qe/identity
GET /whole/sgx/certification/v4/pckcrl?ca=platform&encoding=der
GET /whole/sgx/certification/v4/rootcacrl" "$(asked)"
	same "from                $WEB/whole
platform            tdx, FMSPC b0c06f000000, platform CA
valid from          $(jq -r .collateral_window.from "$QUOTES/qvl-tdx-v4/expected.json" | sed 's/\.000//')
valid until         $(jq -r .collateral_window.to "$QUOTES/qvl-tdx-v4/expected.json" | sed 's/\.000//')
evaluation numbers  17 (TCB info), 17 (QE identity)
root                Intel SGX Root CA" "$output"
}

@test "from a PCS, whose root CRL is elsewhere; a URL that ends in a slash, and one of the environment" {
	web_start
	serve pcs
	COLLATERAL_URL=$WEB/whole/ expect 0 collateral-fetch --quote "$QUOTE" --at $NOW --output - \
		--root-crl-from "$WEB/whole/IntelSGXRootCA.der" --update early
	same "$(jq -S . "$SAMPLE")" "$output"
	same "GET /whole/tdx/certification/v4/tcb?fmspc=b0c06f000000&update=early
GET /whole/tdx/certification/v4/qe/identity?update=early
GET /whole/sgx/certification/v4/pckcrl?ca=platform&encoding=der
GET /whole/IntelSGXRootCA.der" "$(asked)"
	refused 2 "root CRL: the server has none (status 404); a PCS keeps it elsewhere: --root-crl-from"
}

@test "for a platform that is named; as JSON; SGX and the Processor CA; CRLs in PEM" {
	web_start
	COLLATERAL=$QUOTES/qvl-sgx-v3/collateral.json
	serve sgx
	part pck_crl | unhex | openssl crl -inform DER | answer "$T/web/sgx/certification/v4/pckcrl" "SGX-PCK-CRL-Issuer-Chain: $(part pck_crl_issuer_chain | jq -sRr @uri)"
	expect 0 collateral-fetch --from "$WEB/whole" --fmspc 00A067110000 --ca processor --tee sgx --at 1751624924 --json --output out.json
	same "$(jq -S . "$COLLATERAL")" "$(<out.json)"
	same "GET /whole/sgx/certification/v4/tcb?fmspc=00a067110000
GET /whole/sgx/certification/v4/qe/identity
GET /whole/sgx/certification/v4/pckcrl?ca=processor&encoding=der
GET /whole/sgx/certification/v4/rootcacrl" "$(asked)"
	same "$(jq -c '(.required, .properties.root.required, ."$defs".time.required) | sort' "$ROOT/docs/schema/collateral-fetch-1.json")" \
		"$(jq -c '., .root, .valid_from | keys' <<<"$output")"
	same '["processor","00a067110000",17,true,"44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3","sgx",17]' \
		"$(jq -c '[.ca, .fmspc, .qe_evaluation_number, .root.intel, .root.sha256, .tee, .tcb_evaluation_number]' <<<"$output")"
	same "$(jq -r '.collateral_window | .from, .to | sub("\\.000"; "") | "\(.) \(fromdate)"' "$QUOTES/qvl-sgx-v3/expected.json")" \
		"$(jq -r '.valid_from, .valid_until | "\(.text) \(.unix)"' <<<"$output")"
}

@test "into a folder: new, and in the place of an old one, and of nothing else" {
	web_start
	serve pccs
	fetch 0 --folder folder/
	same "pck-crl.pem pck.crl qe-identity.json qe-identity.pem root-ca.crl tcb-info.json tcb-info.pem" "$(cd folder && echo *)"
	same "drwxr-xr-x" "$(stat -c %A folder)"
	tail -c "$(stat -c %s folder/tcb-info.json)" "$T/web/tdx/certification/v4/tcb" | cmp - folder/tcb-info.json
	COLLATERAL=$SAMPLE
	part tcb_info_issuer_chain | cmp - folder/tcb-info.pem
	same "$(part root_ca_crl)" "$(hex <folder/root-ca.crl)"
	echo old | tee folder/pck.pem >folder/tcb-info.json
	fetch 0 --folder folder
	same "$(part tcb_info)" "$(jq -j -c .tcbInfo folder/tcb-info.json)"
	[ ! -e folder/pck.pem ]
	ln -s folder link
	echo old >folder/tcb-info.json
	fetch 0 --folder link
	same "folder link $(part tcb_info)" "$(echo folder* link*) $(jq -j -c .tcbInfo folder/tcb-info.json)"
	[ -L link ]
	rm link
	echo mine >folder/mine
	fetch 73 --folder folder
	one_line "$stderr" "folder: not replaced: 'mine' in it is no file of collateral"
	same "mine folder" "$(<folder/mine) $(echo folder*)"
	fetch 73 --folder "$QUOTE"
	one_line "$stderr" "cannot be replaced"
}

@test "on a terminal it says what it waits for, and takes it back" {
	need script
	web_start
	serve pccs
	script -qec "collateral-fetch --from $WEB/whole --quote $QUOTE --at $NOW --output out.json >out.txt" /dev/null </dev/null >terminal
	same "fetching: TCB info fetching: QE identity fetching: PCK CRL fetching: root CRL " "$(sed 's/\r\x1b\[K/\n/g' terminal | tr '\n' ' ' | sed 's/^ //; s/  *$/ /')"
	same 6 "$(wc -l <out.txt)"
}

@test "what cannot be written is said, and nothing is left" {
	web_start
	serve pccs
	fetch 73 --output none/out.json
	one_line "$stderr" "none/out.json: cannot make"
	fetch 73 --folder none/folder
	one_line "$stderr" "none/folder: cannot make"
	same "" "$output$(ls -d none* 2>/dev/null || true)"
}

@test "a file that was there stays when nothing good is fetched" {
	web_start
	echo old >out.json
	fetch 2 --output out.json
	one_line "$stderr" "$WEB/whole/tdx/certification/v4/tcb?fmspc=b0c06f000000: TCB info: the server has none (status 404)"
	same "old out.json" "$(<out.json) $(echo out*)"
}

# broken PATH STATUS: the head of what is at the path is that of another answer.
broken() {
	sed -i "1s/.*/HTTP\/1.1 $2\r/" "$T/web/$1"
}

@test "other answers than were asked for" {
	web_start
	serve pccs
	broken tdx/certification/v4/qe/identity "404 None"
	refused 2 "$WEB/whole/tdx/certification/v4/qe/identity: QE identity: the server has none (status 404)"
	broken tdx/certification/v4/qe/identity "401 Key"
	refused 2 "QE identity: the server answers with status 401"
	broken tdx/certification/v4/qe/identity "503 Later"
	: >"$WEB_LOG"
	refused 75 "QE identity: the server answers with status 503"
	same 3 "$(grep -c qe/identity "$WEB_LOG")"
	serve pccs
	echo '<html>' | answer "$T/web/tdx/certification/v4/tcb"
	refused 2 "TCB info: offset 0: not a JSON value"
	echo '{"enclaveIdentity":{}}' | answer "$T/web/tdx/certification/v4/tcb" "TCB-Info-Issuer-Chain: x"
	refused 2 "TCB info: tcbInfo: missing"
	serve pccs
	echo xyz | answer "$T/web/sgx/certification/v4/rootcacrl"
	refused 2 "root CRL: neither DER nor PEM, nor hexadecimal digits, two a byte"
}

@test "issuer chains: none, not encoded, and not one" {
	web_start
	local url=$WEB/whole/tdx/certification/v4/tcb?fmspc=b0c06f000000
	serve pccs
	sed -i '/^tcb-info-issuer-chain/d' "$T/web/tdx/certification/v4/tcb"
	refused 2 "$url: TCB info: no issuer chain: the answer has no header tcb-info-issuer-chain"
	sed -i '2i TCB-Info-Issuer-Chain: %4\r' "$T/web/tdx/certification/v4/tcb"
	refused 2 "TCB info: tcb-info-issuer-chain: '%' without two hexadecimal digits"
	sed -i '2s/.*/TCB-Info-Issuer-Chain: a%00b\r/' "$T/web/tdx/certification/v4/tcb"
	refused 2 "TCB info: tcb-info-issuer-chain: offset 1: not a character of PEM"
	sed -i '2s/.*/TCB-Info-Issuer-Chain: none\r/' "$T/web/tdx/certification/v4/tcb"
	refused 1 "malformed: the issuer chain of the TCB info: certificate 1: line 1: not BEGIN CERTIFICATE"
	serve pccs
	sed -i "s/^tcb-info-issuer-chain/SGX-TCB-Info-Issuer-Chain/" "$T/web/tdx/certification/v4/tcb"
	fetch 0 --output out.json
	rm out.json
	sed -i '/^sgx-pck-crl-issuer-chain/d' "$T/web/sgx/certification/v4/pckcrl"
	refused 2 "PCK CRL: no issuer chain"
}

@test "cut off, endless, too large" {
	web_start
	serve pccs
	truncate -s -10 "$T/web/tdx/certification/v4/tcb"
	refused 75 "TCB info: cut off after"
	printf 'HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n' >"$T/web/tdx/certification/v4/tcb"
	refused 2 "TCB info: larger than 1048576 bytes"
	serve pccs
	printf 'HTTP/1.1 200 OK\r\nContent-Length: 2097153\r\n\r\n' >"$T/web/sgx/certification/v4/pckcrl"
	refused 2 "PCK CRL: larger than 2097152 bytes"
	serve pccs
	refused 2 "root CRL: larger than 2097152 bytes" --root-crl-from "$WEB/endless"
	refused 75 "root CRL: timed out after 1 seconds" --root-crl-from "$WEB/stall" --timeout 1
}

@test "what does not hold: stale, of another platform, changed, under another root" {
	web_start
	serve pccs
	expect 1 collateral-fetch --from "$WEB/whole" --quote "$QUOTE" --at 1754000000 --output out.json
	[[ $stderr == *"document-expired: "* && $stderr == *"crl-expired: "* ]]
	expect 1 collateral-fetch --from "$WEB/whole" --quote "$QUOTE" --at 1750000000 --output out.json
	[[ $stderr == *"document-not-yet-valid: "* ]]
	expect 1 collateral-fetch --from "$WEB/whole" --fmspc 00806f050000 --ca platform --at $NOW --output out.json
	one_line "$stderr" "fmspc-mismatch: the TCB info is for the FMSPC b0c06f000000, and that for 00806f050000 was asked for"
	expect 1 collateral-fetch --from "$WEB/whole" --fmspc b0c06f000000 --ca processor --at $NOW --output out.json
	one_line "$stderr" "name-unexpected: the PCK CRL is that of the platform CA, and that of the processor CA was asked for"
	serve sgx-path
	expect 1 collateral-fetch --from "$WEB/whole" --fmspc b0c06f000000 --ca platform --tee sgx --at $NOW --output out.json
	same 2 "$(grep -c tee-mismatch <<<"$stderr")"
	serve pccs
	sed -i 's/"tcbType":0/"tcbType": 0/; s/^Content-Length: \(.*\)\r/Content-Length: '$((1 + $(sed -n 's/^Content-Length: \([0-9]*\).*/\1/p' "$T/web/tdx/certification/v4/tcb")))'\r/' "$T/web/tdx/certification/v4/tcb"
	refused 1 "signature-invalid: the TCB info is not what its signer signed"
	[ ! -e out.json ]
}

# spec: quote-spec.md 7.14: the synthetic sample's CRLs and signatures hold under its own root
@test "a root that is not Intel's is taken when it is named, and then said" {
	web_start
	local sample=$QUOTES/intel-sample-tdx-v4 root
	root=$(openssl x509 -in "$sample/trustedRootCaCert.pem" -outform DER | sha256sum | cut -c-64)
	serve test
	expect 0 collateral-fetch --from "$WEB/whole" --fmspc ed742af8adf5 --ca processor --at 1700000000 --root "$sample/trustedRootCaCert.pem" --output out.json
	[[ $output == *"root                NOT INTEL'S: $root" ]]
	expect 0 collateral-fetch --from "$WEB/whole" --fmspc ed742af8adf5 --ca processor --at 1700000000 --root "$sample/trustedRootCaCert.pem" --output out.json --json
	same "false $root" "$(jq -r '"\(.root.intel) \(.root.sha256)"' <<<"$output")"
	expect 1 collateral-fetch --from "$WEB/whole" --fmspc ed742af8adf5 --ca processor --at 1700000000 --output out.json
	[[ $stderr == *"root-mismatch: "* ]]
}

# The authority says by which reason a quote is refused with such collateral; without a quote it is the same.
@test "collateral of the test authority: good, and broken in one way" {
	need jq perl
	web_start
	local name why
	for name in good pck-crl-signature pck-crl-of-other-ca intermediate-revoked tcb-signer-revoked qe-identity-other-td; do
		"$TESTBIN/workspace/qvl/authority" $([ $name = good ] || echo "--break $name") set
		read -r _ why <set/expected
		# The PCK's CA and the root are those of the quote.
		perl -0777 -ne 'print +(/(-----BEGIN.*?-----END CERTIFICATE-----\n)/gs)[1, 2]' set/quote.bin >ca.pem
		jq --rawfile ca ca.pem '.pck_crl_issuer_chain = $ca' set/collateral.json >collateral.json
		prepare "of-$name" "$PWD/collateral.json" tdx
		serve "of-$name"
		run --separate-stderr collateral-fetch --from "$WEB/whole" --quote set/quote.bin --root set/root.pem --at "$(<set/at)" --output "$name.json"
		if [ "$name" = good ]; then
			same "0 " "$status $stderr"
			same "$(jq -S . collateral.json)" "$(<good.json)"
		else
			same 1 "$status" "$name"
			[[ $stderr == "collateral-fetch: $WEB/whole: $why: "* ]] || same "$why" "$stderr" "$name"
			[ ! -e "$name.json" ]
		fi
		rm -r set
	done
}

@test "over TLS; certificates of servers; no way to plain http" {
	web_start good
	serve pccs
	WEB=$WEBS fetch 0 --output out.json
	same "$(jq -S . "$SAMPLE")" "$(<out.json)"
	rm out.json
	unset SSL_CERT_FILE
	WEB=$WEBS refused 2 "its certificate is refused: "
	export SSL_CERT_FILE=$WEB_CA/ca.pem
	WEB=$WEBS refused 2 "root CRL: a redirect from https:// to http://" --root-crl-from "$WEBS/to?$WEB/whole/sgx/certification/v4/rootcacrl"
	WEB=http://pccs.example refused 2 "http:// is for this machine's own addresses only; use https://"
	WEB=ftp://pccs.example refused 2 "ftp://pccs.example/whole/tdx/certification/v4/tcb?fmspc=b0c06f000000: TCB info: "
	kill -9 -- "-${WEB_PIDS##* }"
	WEB=$WEBS refused 75 "cannot connect to"
}

@test "quotes that do not say which platform it is" {
	captured
	expect 2 collateral-fetch --from http://localhost:1 --quote "$QUOTES/intel-sample-tdx-v4/expected.json" --output out.json
	one_line "$stderr" "expected.json: "
	expect 2 collateral-fetch --from http://localhost:1 --quote "$VECTORS/quote/good/v3-type-1.bin" --output out.json
	one_line "$stderr" "v3-type-1.bin: the quote does not carry its PCK's certificate: name --fmspc and --ca"
	expect 74 collateral-fetch --from http://localhost:1 --quote none --output out.json
}

@test "used wrongly" {
	local from="--from http://localhost:1" named="--fmspc 00806f050000 --ca platform"
	local line
	while read -r why line; do
		# shellcheck disable=SC2086
		expect 64 collateral-fetch $line
		[[ $stderr == *"${why//_/ }"* ]]
	done <<-END
		no_--from_URL_given $named --output out.json
		one_of_--quote_and_--fmspc $from --output out.json
		one_of_--quote_and_--fmspc $from --quote q $named --output out.json
		has_a_query_or_a_fragment --from http://localhost:1/?a $named --output out.json
		has_a_query_or_a_fragment --from http://localhost:1/#a $named --output out.json
		--ca_and_--tee_are_for_--fmspc $from --quote q --ca platform --output out.json
		--fmspc_wants_--ca $from --fmspc 00806f050000 --output out.json
		12_hexadecimal_digits $from --fmspc 00806f05000 --ca platform --output out.json
		neither_platform_nor_processor $from --fmspc 00806f050000 --ca root --output out.json
		neither_sgx_nor_tdx $from $named --tee sev --output out.json
		one_of_--output_and_--folder $from $named
		one_of_--output_and_--folder $from $named --output out.json --folder f
		both_write_to_standard_output $from $named --output - --json
		neither_standard_nor_early $from $named --output out.json --update late
		--timeout $from $named --output out.json --timeout 0
		there_is_no_such_argument $from $named --output out.json more
	END
}
