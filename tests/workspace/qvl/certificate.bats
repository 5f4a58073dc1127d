#!/usr/bin/env bats
# Certificates, chains in PEM and Intel's SGX extension: against openssl, and values that another program wrote.
load ../../helpers
load helpers

CERTIFICATE=$TESTBIN/workspace/qvl/certificate

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# said NAME: the value that stands behind it in $output.
said() {
	sed -n "s/^$1 //p" <<<"$output"
}

# beginning NAME BYTES: what the vectors are filled with, see vectors/quote/PROVENANCE.md
beginning() {
	printf '%s 0' "$1" | openssl dgst -sha256 -r | cut -c-$((2 * $2))
}

@test "a certificate's parts are those that openssl finds" {
	need openssl perl
	local file
	for file in "$VECTORS"/certificate/x509/good/{root,inter,leaf}.der; do
		expect 0 "$CERTIFICATE" show "$file"
		x509() { openssl x509 -inform DER -in "$file" -noout "$@"; }
		same "$(x509 -serial | sed 's/.*=//' | tr A-F a-f)" "$(said serial | sed 's/^00//')"
		same "$(x509 -subject -nameopt multiline | sed -n 's/.*commonName *= //p')" "$(said common_name)"
		same "$(x509 -pubkey | openssl pkey -pubin -outform DER | hex)" "$(said public_key)"
		same "$(date -u -d "$(x509 -startdate | sed 's/.*=//')" '+%Y-%m-%dT%H:%M:%SZ %s')" "$(said not_before)"
		same "$(date -u -d "$(x509 -enddate | sed 's/.*=//')" '+%Y-%m-%dT%H:%M:%SZ %s')" "$(said not_after)"
		openssl asn1parse -inform DER -in "$file" -strparse 4 -noout -out signed
		same "$(hex <signed)" "$(said signed)"
		same "$(openssl asn1parse -inform DER -in "$file" -oid /dev/null | grep -c 'd=5.*prim: OCTET STRING')" "$(grep -c '^[0-9.]* ' <<<"$output")"
	done
}

@test "what was signed and the signature fit, as openssl says" {
	need openssl perl
	expect 0 "$CERTIFICATE" show "$VECTORS/certificate/x509/good/root.der"
	said signed | unhex | head -c -1 >signed
	said signature | unhex | head -c -1 >signature
	openssl x509 -inform DER -in "$VECTORS/certificate/x509/good/root.der" -noout -pubkey >key
	openssl dgst -sha256 -verify key -signature signature signed
}

@test "times of both forms; a name that is empty; no extensions" {
	expect 0 "$CERTIFICATE" show "$VECTORS/certificate/x509/good/generalized-time.der"
	same "2050-01-01T00:00:00Z 2524608000" "$(said not_after)"
	same "2020-01-01T00:00:00Z 1577836800" "$(said not_before)"
	same "B" "$(said common_name)"
	same "3000" "$(said '2.5.29.19 critical ')"
	expect 0 "$CERTIFICATE" show "$VECTORS/certificate/x509/good/leap-day.der"
	same "2024-02-29T23:59:59Z 1709251199" "$(said not_after)"
	expect 0 "$CERTIFICATE" show "$VECTORS/certificate/x509/good/no-name.der"
	same "" "$(said common_name)"
	expect 0 "$CERTIFICATE" show "$VECTORS/certificate/x509/good/no-extensions.der"
	same 0 "$(grep -c '^[0-9.]* ' <<<"$output" || true)"
}

@test "certificates that are malformed are refused, with the part and the reason" {
	refuses certificate/x509 40 "$CERTIFICATE" why show
}

# spec: quote-spec.md 2.5
@test "Intel's extension" {
	need openssl
	local file
	for file in "$VECTORS"/certificate/extension/good/*.der; do
		expect 0 "$CERTIFICATE" extension "$file"
		same "$(beginning 'x ppid' 16)" "$(said ppid)"
		same 03ff0202040100058000000000000 "$(said svns | cut -c-29)"
		same 7f "$(said svns | cut -c31-)"
		same "257 $(beginning cpusvn 16)" "$(said pce_svn) $(said cpu_svn)"
		same "0102 $(beginning fmspc 6) 1" "$(said pce_id) $(said fmspc) $(said type)"
		case $file in
		*/processor.der) same "" "$(said instance)$(said configuration)" ;;
		*/configuration-in-part.der) same "$(beginning instance 16) -1-" "$(said instance) $(said configuration)" ;;
		*) same "$(beginning instance 16) 101" "$(said instance) $(said configuration)" ;;
		esac
	done
}

@test "extensions that are malformed are refused, with the part and the reason" {
	refuses certificate/extension 45 "$CERTIFICATE" why extension
}

@test "chains: each certificate's bytes, the PCK's first" {
	local certificates=$VECTORS/certificate/x509/good want file
	want=$(sha256sum "$certificates"/{leaf,inter,root}.der | cut -d' ' -f1)
	for file in three.pem filled.pem crlf.pem root-first.der; do
		expect 0 "$CERTIFICATE" chain "$VECTORS/certificate/chain/good/$file"
		same "$want" "$(grep -v fmspc <<<"$output")" "$file"
		same "$(beginning fmspc 6)" "$(said fmspc)"
	done
	expect 0 "$CERTIFICATE" chain "$VECTORS/certificate/chain/good/two.pem"
	same "$(head -n 2 <<<"$want")" "$(grep -v fmspc <<<"$output")"
	expect 0 "$CERTIFICATE" leaf "$VECTORS/certificate/chain/good/leaf.pem"
	same "$(head -n 1 <<<"$want")" "$(grep -v fmspc <<<"$output")"
	expect 2 "$CERTIFICATE" leaf "$VECTORS/certificate/chain/good/two.pem"
	one_line "$stderr" "something else than line feeds and NULs behind the certificates"
}

@test "chains that are malformed are refused, with the certificate and the reason" {
	refuses certificate/chain 26 "$CERTIFICATE" why chain
}

@test "a certificate or extension that is cut anywhere is none" {
	local file
	for file in "$VECTORS"/certificate/x509/good/*.der "$VECTORS"/certificate/extension/good/*.der; do
		expect 0 "$CERTIFICATE" cuts "$file"
		same 0 "$output" "$file"
	done
}
