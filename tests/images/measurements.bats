# build/measurements.json against what other people's programs say of the image.
load images

IMAGE=kettle-launcher
MEASUREMENTS=$ROOT/build/measurements.json

setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "it is in one canonical form: sorted keys, one final newline, no fraction" {
	jq -S --indent 2 . "$MEASUREMENTS" | cmp - "$MEASUREMENTS"
	same '' "$(jq -c '.. | numbers | select(. != floor)' "$MEASUREMENTS")"
	same '["application","deployment","image","inputs","schema","tdx"]' "$(jq -c keys "$MEASUREMENTS")"
	same '"kettle-dstack/measurements/1"' "$(jq .schema "$MEASUREMENTS")"
}

@test "every digest is lower-case hex of the length its algorithm has" {
	jq -r 'paths(strings) as $p | select($p[-1] == "sha256" or $p[-1] == "sha384") | "\($p[-1]) \(getpath($p))"' "$MEASUREMENTS" >digests
	[ "$(wc -l <digests)" -gt 20 ]
	grep -vE '^sha256 [0-9a-f]{64}$|^sha384 [0-9a-f]{96}$' digests | empty "not a digest"
}

@test "the image part is the report, and the manifest's digests hold" {
	same "$(jq -cS . "$IMAGES/$IMAGE/report.json")" "$(jq -cS .image "$MEASUREMENTS")"
	same "$(hex sha256 <"$(manifest $IMAGE)") $(hex sha384 <"$(manifest $IMAGE)")" \
		"$(jq -r '.image.manifest | "\(.sha256) \(.sha384)"' "$MEASUREMENTS")"
}

@test "the locks have the digests of the files" {
	jq -r '.inputs.locks[] | [.path, .digest.sha256, .digest.sha384] | @tsv' "$MEASUREMENTS" >locks
	same 'images/builder/debian.lock images/kettle-launcher/1-debian/debian.lock images/kettle-launcher/2-runtime/npm/package-lock.json images/kettle-launcher/3-libraries/npm/package-lock.json' \
		"$(cut -f1 locks | paste -sd' ')"
	while IFS=$'\t' read -r path sha256 sha384; do
		same "$(hex sha256 <"$ROOT/$path") $(hex sha384 <"$ROOT/$path")" "$sha256 $sha384" "$path"
	done <locks
}

@test "the application part has every program, library and script, with its digests and package" {
	tree=$(unpacked $IMAGE)
	jq -r '.application[] | [.path, .sha256, .sha384, .size, .package] | @tsv' "$MEASUREMENTS" >listed
	while IFS=$'\t' read -r path sha256 sha384 size package; do
		same "$(hex sha256 <"$tree$path") $(hex sha384 <"$tree$path") $(stat -c %s "$tree$path")" "$sha256 $sha384 $size" "$path"
		[ -n "$package" ]
	done <listed
	# Found by looking at the files: what is an ELF file, may be executed, or is a script of kettle's.
	find "$tree" -type f \( -perm /111 -o -name '*.so*' -o -name '*.js' \) -printf '/%P\n' | sort | diff - <(cut -f1 listed | sort)
	same 'workspace' "$(awk -F'\t' '$1 == "/usr/bin/kettle" { print $5 }' listed)"
	same "libc6 $(awk '$1 == "libc6" { print $2 }' "$ROOT/images/$IMAGE/1-debian/debian.lock")" \
		"$(awk -F'\t' '$1 ~ /\/libc\.so\.6$/ { print $5 }' listed)"
	same "@cloudflare/workerd-linux-64 $(jq -r '.packages["node_modules/@cloudflare/workerd-linux-64"].version' "$ROOT/images/$IMAGE/2-runtime/npm/package-lock.json")" \
		"$(awk -F'\t' '$1 ~ /\/bin\/workerd$/ { print $5 }' listed)"
}

@test "without an OS image and a manifest: what is not computed says so, with the reason" {
	for part in .tdx.os_image .deployment.manifest; do
		same 'not computed' "$(jq -r "$part.status" "$MEASUREMENTS")"
		[ -n "$(jq -r "$part.reason // empty" "$MEASUREMENTS")" ]
	done
	same '[]' "$(jq -c .tdx.vms "$MEASUREMENTS")"
}

@test "the deployment is the text in app-compose.json, which pins this image; RTMR3 is what its events extend to" {
	need perl
	local value deploy=$ROOT/build/deploy
	same "$(hex sha256 <"$deploy/app-compose.json")" "$(jq -r .deployment.compose_hash "$MEASUREMENTS")"
	same "$(hex sha256 <"$deploy/app-compose.json" | cut -c-40)" "$(jq -r .deployment.app_id "$MEASUREMENTS")"
	same "localhost/$IMAGE@sha256:$(hex sha256 <"$(manifest $IMAGE)")" "$(jq -r .deployment.image "$MEASUREMENTS")"
	jq -j .docker_compose_file "$deploy/app-compose.json" | grep -qF "image: \"localhost/$IMAGE@sha256:$(hex sha256 <"$(manifest $IMAGE)")\""
	same '["KETTLE_MANIFEST"]' "$(jq -c .deployment.allowed_envs "$MEASUREMENTS")"
	value=$(printf '%096d' 0)
	while read -r digest; do
		value=$(perl -e 'print pack "H*", $ARGV[0]' "$value$digest" | hex sha384)
	done < <(jq -r '.tdx.rtmr3.events[].sha384' "$MEASUREMENTS")
	same "$value" "$(jq -r .tdx.rtmr3.rtmr3 "$MEASUREMENTS")"
}
