#!/usr/bin/env bats
# measurement.tdx.cbor. Against that of a real machine, and vectors encoded in Perl.
load ../../helpers
load firmware

DOCUMENT=$TESTBIN/tools/measure/tdx_document
LITE=$SHARED/vectors/quotes/dstack-tdx-lite-getquote/vm_config.json

# spec: tdx-boot-spec.md 7, K2
@test "the document of a real machine" {
	[ -e "$LITE" ] || skip "needs $LITE"
	need jq base64
	jq -r .tdx_measurement.measurement "$LITE" | base64 -d >"$BATS_TEST_TMPDIR/document"
	same 8c9e955f0b577cc8945a891a34ccfa5b8e08bb5e5d249992603e64dd14870e3c "$(sha256sum <"$BATS_TEST_TMPDIR/document" | cut -d' ' -f1)"
	same 384 "$(stat -c %s "$BATS_TEST_TMPDIR/document")"
	expect 0 "$DOCUMENT" "$BATS_TEST_TMPDIR/document"
	same '786280842b7364287a3a70d96f7e309252857beb45fb1f91314a2ea863db0adc04c8431ecbf29a966405604631a5aab8
ac7e632dcf5cd2a1fe5c1f41f4d9b8219570e64ed3c61038fdbf25404e6f542ffd57f276bc5076307efaf882e6d64177
4fe4f7710134a61d7def357add6ac50bdbfeee5032a4c100375e207216ffe42a3bd5822b24e679f91501fff795b81521
a6f2ac9451810686a4db259fe8fa5438dc4a58bda9fd2f5b1fb0928335705500d29a15c92387416a2f52dddce99c83f8
fd685522ce791dfef67414614eb07d03fc07a32c5a66f36288b329dab92b724b1564c73d436ffb9ea84488c51ac5a1c5
80100904000609020b021010' "$output"
}

@test "a document encoded in Perl" {
	need perl
	expect 0 "$DOCUMENT" "$VECTORS/cbor/good/tdx.cbor"
	same "$(perl -e 'print unpack("H*", $_ x 48), "\n" for qw(c k i s t)')" "$(head -n5 <<<"$output")"
	same 80100904000609020b021010 "${lines[5]}"
}

@test "what is refused, with its reason" {
	for file in "$VECTORS"/cbor/should-fail/tdx-*.cbor; do
		expect 2 "$DOCUMENT" "$file"
		one_line "$stderr" "tdx_document: $file: *$(<"$file.reason")"
		same '' "$output"
	done
	expect 2 "$DOCUMENT" "$VECTORS/cbor/good/snp.cbor"
	one_line "$stderr" 'byte 0: document: has too many members'
	head -c 1048577 /dev/zero >"$BATS_TEST_TMPDIR/large"
	expect 2 "$DOCUMENT" "$BATS_TEST_TMPDIR/large"
}

@test "a byte that is inverted is refused or shows, and what is cut is refused" {
	for file in "$VECTORS/cbor/good/tdx.cbor"; do
		expect 0 "$TESTBIN/tools/measure/damage" tdx "$file"
		same '' "$output" "$file"
	done
}

@test "the vectors are what their script makes" {
	need perl
	cd "$BATS_TEST_TMPDIR"
	perl "$VECTORS/cbor/make.pl"
	diff -r good "$VECTORS/cbor/good"
	diff -r should-fail "$VECTORS/cbor/should-fail"
}
