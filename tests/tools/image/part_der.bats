#!/usr/bin/env bats
load ../../helpers
load part

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	need openssl
}

# ours FILE < LINES: for every line `OFFSET NAME` of stdin, the name that the byte has
ours() {
	cut -d' ' -f1 >offsets
	"$PART" "$1" <offsets | sed 's/^DER: //' | paste -d' ' offsets -
}

# expected FILE ROOT NAME...: `OFFSET ROOT: NAME: tag` for each value that asn1parse finds, with the names given in its order
expected() {
	local file=$1 root=$2 at
	shift 2
	openssl asn1parse -inform DER -in "$file" | cut -d: -f1 | while read -r at; do
		echo "$at $root${1:+: $1}: tag"
		shift
	done
}

name() { # WHOSE ATTRIBUTE...
	local whose=$1 attribute
	shift
	echo "$whose"
	for attribute; do
		printf '%s\n' "$whose" "$whose: $attribute" "$whose: $attribute: type" "$whose: $attribute: value"
	done
}

extension() { # WHERE NAME [critical]: the three of them, and the octets of extnValue
	printf '%s\n' "$1: $2" "$1: $2: extnID" ${3:+"$1: $2: critical"} "$1: $2: extnValue"
}

@test "a certificate: every value that asn1parse finds has RFC 5280's name" {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -subj '/C=DE/O=Some/CN=Test' \
		-days 10 -outform DER -out cert.der -set_serial 0x0102030405 2>/dev/null
	tbs='tbsCertificate'
	mapfile -t names < <(
		printf '%s\n' '' $tbs "$tbs: version" "$tbs: version" "$tbs: serialNumber" "$tbs: signature" "$tbs: signature: algorithm"
		name "$tbs: issuer" countryName organizationName commonName
		printf '%s\n' "$tbs: validity" "$tbs: validity: notBefore" "$tbs: validity: notAfter"
		name "$tbs: subject" countryName organizationName commonName
		key="$tbs: subjectPublicKeyInfo"
		printf '%s\n' "$key" "$key: algorithm" "$key: algorithm: algorithm" "$key: algorithm: parameters" "$key: subjectPublicKey"
		printf '%s\n' "$tbs: extensions" "$tbs: extensions"
		extension "$tbs: extensions" subjectKeyIdentifier
		extension "$tbs: extensions" authorityKeyIdentifier
		extension "$tbs: extensions" basicConstraints critical
		printf '%s\n' signatureAlgorithm 'signatureAlgorithm: algorithm' signatureValue
	)
	expected cert.der certificate "${names[@]}" >expected
	[ "$(wc -l <expected)" -eq ${#names[@]} ]
	same "$(<expected)" "$(ours cert.der <expected)"
}

@test "a certificate: the bytes of a field are those that x509 prints" {
	cert=$VECTORS/part/cert.der
	at() { openssl asn1parse -inform DER -in "$cert" | grep -m 1 "$1" | sed 's/^ *\([0-9]*\):d=[0-9]* *hl=\([0-9]*\).*/\1 + \2/'; }
	same "DER: certificate: tbsCertificate: validity: notBefore" "$("$PART" "$cert" $(($(at UTCTIME))))"
	date=$(piece "$cert" $(($(at UTCTIME))))
	same "$(openssl x509 -inform DER -in "$cert" -noout -startdate | sed 's/.*=//')" \
		"$(LC_ALL=C TZ=GMT date -u -d "20${date::2}-${date:2:2}-${date:4:2} ${date:6:2}:${date:8:2}:${date:10:2}" '+%b %e %T %Y GMT')"
	serial=$(openssl x509 -inform DER -in "$cert" -noout -serial | cut -d= -f2)
	hex=$(xxd -p -c 0 "$cert")
	[[ ${hex^^} =~ ^(.*)$serial ]]
	place=$((${#BASH_REMATCH[1]} / 2))
	same "DER: certificate: tbsCertificate: serialNumber" "$("$PART" "$cert" $place)"
	same "DER: certificate: signatureValue" "$("$PART" "$cert" $(($(stat -c %s "$cert") - 1)))"
}

@test "requests, lists, keys" {
	while read -r file line name; do
		at=$(openssl asn1parse -inform DER -in "$VECTORS/part/$file" | sed -n "${line}s/:.*//p")
		same "DER: $name: tag" "$("$PART" "$VECTORS/part/$file" $((at)))"
	done <<-'END'
		request.der 3 certificate request: certificationRequestInfo: version
		request.der 7 certificate request: certificationRequestInfo: subject: commonName: type
		request.der 14 certificate request: certificationRequestInfo: attributes
		public.der 5 public key: subjectPublicKey
		list.der 3 certificate revocation list: tbsCertList: version
		list.der 19 certificate revocation list: tbsCertList: thisUpdate
		list.der 20 certificate revocation list: tbsCertList: nextUpdate
		list.der 23 certificate revocation list: tbsCertList: revokedCertificates: entry 1: userCertificate
		list.der 27 certificate revocation list: tbsCertList: crlExtensions: cRLNumber
	END
	openssl genpkey -algorithm ed25519 -outform DER -out ed.der
	same "DER: private key: privateKey" "$("$PART" ed.der 20 | sed 's/: item.*//')"
	openssl ecparam -name prime256v1 -genkey -noout -outform DER -out ec.der
	same "DER: EC private key: privateKey" "$("$PART" ec.der 10)"
	openssl genrsa -traditional 2048 2>/dev/null | openssl rsa -traditional -outform DER -out rsa.der 2>/dev/null
	same "DER: SEQUENCE: item 2 (INTEGER)" "$("$PART" rsa.der 20)"
}

@test "PEM: the certificate of a bundle, and the field of it" {
	for i in 1 2 3; do
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key$i.pem -subj "/O=Some/CN=Test $i" \
			-days 10 -out $i.pem 2>/dev/null
		{ echo "# number $i"; cat $i.pem; } >>bundle.pem
	done
	printf 'end\n' >>bundle.pem
	line=$(stat -c %s 1.pem)
	two=$((line + 11 + 11))
	same "PEM: CERTIFICATE 2 (Test 2): first line" "$("$PART" bundle.pem $two)"
	same "PEM: text in front of CERTIFICATE 2" "$("$PART" bundle.pem $((two - 2)))"
	same "PEM: CERTIFICATE 3 (Test 3): last line" "$("$PART" bundle.pem $(($(stat -c %s bundle.pem) - 6)))"
	same "PEM: text behind the last block" "$("$PART" bundle.pem $(($(stat -c %s bundle.pem) - 2)))"
	openssl x509 -in 2.pem -outform DER -out 2.der
	# each byte of the DER: three are four characters, and a line has 48
	size=$(stat -c %s 2.der)
	seq 0 11 $((size - 1)) >places
	awk -v two=$two '{ print two + 28 + int($1 / 48) * 65 + int($1 % 48 / 3) * 4 + $1 % 3 + ($1 % 3 > 0) }' places >offsets
	# a character whose bits are of two bytes is said to be of the first
	same "$("$PART" 2.der <places | sed 's/^DER: certificate: /PEM: CERTIFICATE 2 (Test 2): /')" "$("$PART" bundle.pem <offsets)"
	sed 's/^M/*/' 1.pem >damaged.pem
	same "PEM: CERTIFICATE 1: not base64" "$("$PART" damaged.pem 100)"
	same "PEM: PRIVATE KEY 1: privateKey" "$("$PART" key1.pem 70 | sed 's/: item.*//')"
}

@test "bytes that only begin as DER does" {
	printf '0!%033d' 0 >text
	same "text: line 1, column 2" "$("$PART" text 1)"
	head -c 300 "$VECTORS/part/cert.der" >cut
	same none "$("$PART" cut 20)"
	printf '0\200\002\001\001\000\000' >indefinite
	same none "$("$PART" indefinite 3)"
}
