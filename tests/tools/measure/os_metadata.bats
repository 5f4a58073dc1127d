# The texts of an OS image. spec: tdx-boot-spec.md 6.1, 6.2
load ../../helpers

TEXTS=$TESTBIN/tools/measure/os_metadata
IMAGE=$VECTORS/os-image
ZEROS=$(printf '%064d' 0)

@test "metadata" {
	local cmdline="console=ttyS0 init=/init dstack.rootfs_hash=$ZEROS dstack.rootfs_size=1"
	expect 0 "$TEXTS" metadata "$IMAGE/metadata/good/least.json"
	same "ovmf.fd bzImage initramfs.cpio.gz '' not dev
$cmdline" "$output"
	expect 0 "$TEXTS" metadata "$IMAGE/metadata/good/all.json"
	same "ovmf.fd bzImage initramfs.cpio.gz '0.5.5' dev
$cmdline" "$output"
	expect 0 "$TEXTS" metadata "$IMAGE/metadata/good/nulls.json"
	same "ovmf.fd bzImage initramfs.cpio.gz '' not dev" "${lines[0]}"
}

@test "lists of checksums" {
	expect 0 "$TEXTS" sums "$IMAGE/sums/good/one"
	same "$ZEROS ovmf.fd" "$output"
	expect 0 "$TEXTS" sums "$IMAGE/sums/good/three"
	same "$ZEROS ovmf.fd
${ZEROS//0/a} bzImage
${ZEROS//0/f} measurement.tdx.cbor" "$output"
}

@test "what sha256sum writes is taken" {
	cd "$BATS_TEST_TMPDIR"
	echo a >bzImage
	echo b >ovmf.fd
	sha256sum ovmf.fd bzImage >list
	expect 0 "$TEXTS" sums list
	same "$(sed 's/  / /' list)" "$output"
}

# refused KIND COUNT
refused() {
	local file count=0
	for file in "$IMAGE/$1"/should-fail/*; do
		[[ $file != *.reason ]] || continue
		expect 2 "$TEXTS" "$1" "$file"
		one_line "$stderr" "os_metadata: $file: $([[ $1 == metadata ]] || cat "$file.reason")"
		one_line "$stderr" "$(<"$file.reason")"
		count=$((count + 1))
	done
	same "$2" "$count"
}

@test "metadata that is malformed is refused with its reason" { refused metadata 24; }
@test "lists that are malformed are refused with their reason" { refused sums 19; }
