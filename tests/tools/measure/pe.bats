# Authenticode digests: of synthetic files whose hashed bytes are known, and of a real kernel as other tools have it.
load ../../helpers
load ../../debian-kernel

PE=$TESTBIN/tools/measure/pe
GOOD=$VECTORS/pe/good

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# hashed FILE: the bytes that its .ranges say
hashed() {
	local from to
	while read -r from to; do
		tail -c +$((from + 1)) "$1" | head -c $((to - from))
	done <"${1%.efi}.ranges"
}

@test "every file's digest is that of the bytes set down for it, and dstack's difference is noted where there is one" {
	local file count=0
	for file in "$GOOD"/*.efi; do
		expect 0 "$PE" sha384 "$file"
		same "$(hashed "$file" | sha384sum | cut -d' ' -f1)" "${output:0:96}" "$file"
		if [ -e "${file%.efi}.note" ]; then
			one_line "${output:97}" "$(<"${file%.efi}.note")"
		else
			same '' "${output:96}" "$file"
		fi
		count=$((count + 1))
	done
	same 10 "$count"
}

@test "pesign agrees, where it sorts sections and knows of missing entries" {
	need pesign
	local file count=0
	for file in "$GOOD"/*.efi; do
		[[ $file != *@(sections-out-of-order|no-certificate-entry).efi ]] || continue
		expect 0 "$PE" sha256 "$file"
		same "$(pesign -h -d sha256 -i "$file" | sed 's/^hash: //')" "${output:0:64}" "$file"
		count=$((count + 1))
	done
	same 8 "$count"
}

@test "what is malformed is refused with its reason" {
	local file count=0
	for file in "$VECTORS"/pe/should-fail/*.efi; do
		expect 2 "$PE" sha384 "$file"
		one_line "$stderr" "pe: $file: PE: $(<"$file.reason")"
		same '' "$output"
		count=$((count + 1))
	done
	same 22 "$count"
}

@test "every byte that is hashed counts and no other does" {
	local file map from to
	for file in plain signed tail-signed pe32; do
		expect 0 "$PE" flip "$GOOD/$file.efi"
		map=$output
		same "$(stat -c %s "$GOOD/$file.efi")" "${#map}"
		while read -r from to; do
			[[ ${map:from:to-from} != *=* ]]
			map=${map:0:from}$(printf '%*s' $((to - from)) '')${map:to}
		done <"$GOOD/$file.ranges"
		[[ $map == *=* && $map != *!* ]]
	done
}

@test "a head takes the place of the first bytes, however long it is" {
	local size whole
	cp "$GOOD/signed.efi" file
	perl -0777 -pe 'substr($_, 0x20, 4) = "head"; substr($_, 0x1a0, 4) = "HEAD"; substr($_, 0x1c0, 4) = "pads"' file >changed
	expect 0 "$PE" sha384 changed
	whole=$output
	for size in 464 512 532 600 $((0x380)) $((0x3a0)); do
		head -c "$size" changed >head
		expect 0 "$PE" sha384 file head
		same "$whole" "$output" "$size"
	done
	head -c 64 changed >head
	expect 0 "$PE" sha384 file head
	[ "$whole" != "$output" ]
}

@test "a real kernel: pesign and osslsigncode say the same" {
	need osslsigncode openssl pesign
	debian_kernel
	expect 0 "$PE" sha256 "$KERNEL"
	same "$(pesign -h -d sha256 -i "$KERNEL" | sed 's/^hash: //')" "$output"
	# osslsigncode shows a digest of SHA-384 only of what it has signed with it.
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out certificate -subj /CN=test -days 2 2>/dev/null
	osslsigncode sign -h sha384 -certs certificate -key key -in "$KERNEL" -out signed >/dev/null
	expect 0 "$PE" sha384 "$KERNEL"
	same "$(osslsigncode verify -in signed 2>/dev/null | sed -n 's/^Calculated message digest *: *\([0-9A-F]*\).*/\L\1/p')" "$output"
	expect 0 "$PE" sha384 signed
	same "$(osslsigncode verify -in signed 2>/dev/null | sed -n 's/^Current message digest *: *\([0-9A-F]*\).*/\L\1/p')" "$output"
}
