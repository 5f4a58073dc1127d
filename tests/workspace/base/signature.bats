# Keys and signatures, beside OpenSSL's own programs and the answers that the RFCs publish.
load ../../helpers

KEYS=$VECTORS/key

setup() { cd "$BATS_TEST_TMPDIR" || return; }

signature() { "$TESTBIN/workspace/base/signature" "$@"; }
bytes() { perl -e 'print pack "H*", $ARGV[0]' -- "$1"; }
hex() { od -An -v -tx1 | tr -d ' \n'; }

# der R S: an ECDSA signature, in hexadecimal
der() {
	printf 'asn1=SEQUENCE:s\n[s]\nr=INTEGER:0x%s\ns=INTEGER:0x%s\n' "$1" "$2" >conf
	openssl asn1parse -genconf conf -noout -out der
	hex <der
}

# verified VERDICT PUBLIC SIGNATURE MESSAGE [sha256]
verified() {
	same "$1" "$(printf %s "$4" | signature verify "$2" "$3" "${@:5}")" "$3 ${*:5}"
}

@test "the id of a key is what openssl and sha256sum make of it, of either half" {
	for file in "$KEYS"/good/*.pub; do
		id=$(openssl pkey -pubin -in "$file" -outform DER | sha256sum | cut -d' ' -f1)
		expect 0 signature id "$file"
		same "$id" "${output%% *}"
		expect 0 signature private "${file%.pub}.pem"
		same "$id" "${output%% *}"
	done
}

@test "the kind of a key" {
	for it in rfc8032-1:ed25519 rfc6979-p256:p256 rfc6979-p384:p384; do
		expect 0 signature id "$KEYS/good/${it%:*}.pub"
		same "${it#*:} public" "${output#* }"
		expect 0 signature private "$KEYS/good/${it%:*}.pem"
		same "${it#*:} private" "${output#* }"
	done
}

@test "private keys: encrypted, and as OpenSSL wrote them before" {
	for it in p256-encrypted:rfc6979-p256 ed25519-encrypted:rfc8032-1 p384-sec1:rfc6979-p384 p384-sec1-encrypted:rfc6979-p384; do
		id=$(openssl pkey -pubin -in "$KEYS/good/${it#*:}.pub" -outform DER | sha256sum | cut -d' ' -f1)
		expect 0 signature private "$KEYS/good/${it%:*}.pem" secret
		same "$id" "${output%% *}" "$it"
	done
}

@test "a passphrase: wrong, too long, or nobody to ask" {
	for key in p256-encrypted ed25519-encrypted p384-sec1-encrypted; do
		for passphrase in wrong '' "$(printf 's%.0s' {1..1023})"; do
			expect 2 signature private "$KEYS/good/$key.pem" "$passphrase"
			one_line "$stderr" "$key.pem: not opened by the passphrase, or damaged"
		done
		expect 71 signature private "$KEYS/good/$key.pem"
		one_line "$stderr" "$key.pem: nobody is asked"
	done
}

@test "keys that are not taken, with the reason" {
	for file in "$KEYS"/should-fail/*.pub; do
		expect 2 signature id "$file"
		one_line "$stderr" "$file: $(<"$file.reason")"
	done
	for file in "$KEYS"/should-fail/*.pem; do
		expect 2 signature private "$file" secret
		one_line "$stderr" "$file: $(<"$file.reason")"
	done
	head -c 70000 /dev/zero >large
	expect 2 signature private large
	one_line "$stderr" 'large: larger than 65536 bytes'
	expect 2 signature id large
	one_line "$stderr" 'large: larger than 65536 bytes'
	expect 74 signature private missing
	expect 2 signature private .
	expect 72 signature private nothing:of-the-kind
	one_line "$stderr" 'OpenSSL has no way to nothing: keys'
}

# spec: RFC 8032 7.1, TEST 1 to TEST 3
@test "Ed25519: the answers of RFC 8032" {
	while read -r key message answer; do
		[ -n "$answer" ] || { answer=$message && message=; }
		same "$answer" "$(bytes "$message" | signature sign "$KEYS/good/$key.pem")" "$key"
		same holds "$(bytes "$message" | signature verify "$KEYS/good/$key.pub" "$answer")"
		same 'does not hold' "$(bytes "${message}00" | signature verify "$KEYS/good/$key.pub" "$answer")"
	done <<-END
		rfc8032-1 e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b
		rfc8032-2 72 92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
		rfc8032-3 af82 6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a
	END
}

# spec: RFC 6979 A.2.5, A.2.6; that ours has the same nonce the build root's library shows (tests/end-to-end/signature.bats)
@test "ECDSA: the answers of RFC 6979 hold, and for nothing else" {
	while read -r key hash message r s; do
		answer=$(der "$r" "$s")
		verified holds "$KEYS/good/$key.pub" "$answer" "$message" "$hash"
		verified 'does not hold' "$KEYS/good/$key.pub" "$answer" "$message." "$hash"
		verified 'does not hold' "$KEYS/good/$key.pub" "$(der "$s" "$r")" "$message" "$hash"
	done <"$KEYS/rfc6979"
}

@test "ECDSA: the digest is the curve's, or SHA-256 where asked" {
	for it in rfc8032-1:-rawin rfc6979-p256:sha256 rfc6979-p384:sha384; do
		key=$KEYS/good/${it%:*}
		digest=${it#*:}
		printf 'a message' >message
		for option in '' sha256; do
			# shellcheck disable=SC2086
			bytes "$(signature sign "$key.pem" $option <message)" >sig
			[ -z "$option" ] || [ "$digest" = -rawin ] || digest=sha256
			if [ "$digest" = -rawin ]; then
				expect 0 openssl pkeyutl -verify -rawin -pubin -inkey "$key.pub" -in message -sigfile sig
			else
				expect 0 openssl dgst "-$digest" -verify "$key.pub" -signature sig message
				openssl dgst "-$digest" -sign "$key.pem" -out theirs message
				# shellcheck disable=SC2086
				same holds "$(signature verify "$key.pub" "$(hex <theirs)" $option <message)"
			fi
		done
	done
}

@test "ECDSA: a signature has one encoding" {
	key=$KEYS/good/rfc6979-p256
	printf 'a message' >message
	openssl dgst -sha256 -sign "$key.pem" -out sig message
	good=$(hex <sig)
	same holds "$(signature verify "$key.pub" "$good" <message)"
	length=$(printf %02x $((16#${good:2:2} + 1)))
	for bad in "${good}00" "30$length${good:4}00" "3081${good:2}" "${good:0:4}0221${good:6}" "${good%??}" 00 3000; do
		same 'does not hold' "$(signature verify "$key.pub" "$bad" <message)" "$bad"
	done
}

@test "Ed25519: the second half is below the group's order" {
	key=$KEYS/good/rfc8032-1
	sig=$(signature sign "$key.pem" </dev/null)
	# spec: RFC 8032 5.1.7; the half is 0b10…55 little-endian, and its sum with the order would hold without this rule
	more=$(perl -Mbigint -e '
		my $order = 2 ** 252 + 27742317777372353535851937790883648493;
		my $sum = $order + hex(join "", reverse unpack "(A2)*", $ARGV[0]);
		print scalar join "", reverse unpack "(A2)*", substr("0" x 64 . substr($sum->as_hex, 2), -64);' "${sig:64}")
	same 64 ${#more}
	same 'does not hold' "$(signature verify "$key.pub" "${sig:0:64}$more" </dev/null)"
	same holds "$(signature verify "$key.pub" "$sig" </dev/null)"
}

# raw HEX: r and s of a DER signature, as openssl finds them, in 32 bytes each
raw() {
	bytes "$1" | openssl asn1parse -inform DER | perl -ne '/INTEGER +:([0-9A-F]+)/ and print lc substr("0" x 64 . $1, -64)'
}

point() { openssl pkey -pubin -in "$1" -outform DER | tail -c 64 | hex; }

# raw_verified VERDICT POINT SIGNATURE MESSAGE
raw_verified() {
	same "$1" "$(printf %s "$4" | signature p256 "$2" "$3")" "$3"
}

@test "raw P-256: the answers of RFC 6979 hold, and with one bit changed they do not" {
	key=$(point "$KEYS/good/rfc6979-p256.pub")
	while read -r _ _ message r s; do
		raw_verified holds "$key" "$r$s" "$message"
		raw_verified 'does not hold' "$key" "$r$s" "$message."
		raw_verified 'does not hold' "$key" "$s$r" "$message"
		for i in 0 31 63; do
			flipped=$(perl -e '$b = pack "H*", $ARGV[0]; vec($b, $ARGV[1], 8) ^= 1; print unpack "H*", $b' "$r$s" $i)
			raw_verified 'does not hold' "$key" "$flipped" "$message"
			flipped=$(perl -e '$b = pack "H*", $ARGV[0]; vec($b, $ARGV[1], 8) ^= 1; print unpack "H*", $b' "$key" $i)
			raw_verified 'does not hold' "$flipped" "$r$s" "$message"
		done
	done < <(grep '^rfc6979-p256' "$KEYS/rfc6979")
}

# Signatures of `a message` that openssl made among thousands, for their lengths: r of 31 bytes; s of 31; r of 31 and a
# zero in front, since it would be negative.
@test "raw P-256: numbers of every length, as openssl has them" {
	key=$KEYS/good/rfc6979-p256
	printf 'a message' >message
	while read -r signature; do
		bytes "$signature" >sig
		expect 0 openssl dgst -sha256 -verify "$key.pub" -signature sig message
		raw_verified holds "$(point "$key.pub")" "$(raw "$signature")" 'a message'
	done <<-END
		3044021f13b8ee0aecb2ae58d1cc6c8b32cede095c5c747ce480d02de288d5ddfc381c022100da219dbaec75820a58806e4381754b2be25840e4207720b4a29ffde172376e3f
		3043022029d3b94d28b3025363aa65afea37c8f724d868708d99417de106c16951144823021f22c7ed70a6e145d3238912557e72dfbdf82ac8372c27dd6fafd5302d9af9f3
		3045022000ae6af6367b117bb1c2c4f8cc45c5291f282e1c96c6c9e6b69460e9782590eb022100b45f8bd6215691cb2e25a68a58a071868629f1998806c0057443dbdd414ec40d
	END
}

# spec: FIPS 186-5 6.4.2: 0 < r, s < n
@test "raw P-256: numbers out of range, and points that are none" {
	key=$(point "$KEYS/good/rfc6979-p256.pub")
	read -r _ _ message r s < <(grep '^rfc6979-p256' "$KEYS/rfc6979")
	zero=$(printf '%064d' 0)
	order=ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
	prime=ffffffff00000001000000000000000000000000ffffffffffffffffffffffff
	ones=${prime//[!f]/f}
	raw_verified holds "$key" "$r$s" "$message"
	for number in "$zero" "$order" "$ones"; do
		raw_verified 'does not hold' "$key" "$number$s" "$message"
		raw_verified 'does not hold' "$key" "$r$number" "$message"
		raw_verified 'does not hold' "$key" "$number$number" "$message"
	done
	for point in "$zero$zero" "$ones$ones" "${key:64}${key:0:64}" "${key:0:64}$zero" "$prime${key:64}" "$zero${key:64}"; do
		raw_verified 'does not hold' "$point" "$r$s" "$message"
	done
}

# It holds as well, for openssl too; no rule of quotes depends on signatures having one form.
@test "raw P-256: the other s of the same signature" {
	read -r _ _ message r s < <(grep '^rfc6979-p256' "$KEYS/rfc6979")
	other=$(perl -Mbigint -e '
		my $order = hex "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
		print substr("0" x 64 . substr(($order - hex $ARGV[0])->as_hex, 2), -64)' "$s")
	der "$r" "$other" >/dev/null
	printf %s "$message" >message
	expect 0 openssl dgst -sha256 -verify "$KEYS/good/rfc6979-p256.pub" -signature der message
	raw_verified holds "$(point "$KEYS/good/rfc6979-p256.pub")" "$r$other" "$message"
}
