# make measurements and make notes with an OS image, in a copy of this tree: beside programs that know nothing of ours.
load clone
load ../tools/measure/os-image

setup_file() {
	export WARM=$BATS_FILE_TMPDIR/tree OS=$BATS_FILE_TMPDIR/os
	npm_packages "$BATS_FILE_TMPDIR"
	cd "$BATS_FILE_TMPDIR" || return
	small_files A
	os_image
	warm_clone "$WARM"
	made measurements >"$BATS_FILE_TMPDIR/printed"
}

setup() { cd "$BATS_TEST_TMPDIR" || return; }

MEASUREMENTS=build/measurements.json

# made TARGET [ARGUMENT...]: of the OS image
made() { make -C "$WARM" --no-print-directory -s "$1" OS_IMAGE="$OS" "${@:2}"; }

measured() { jq -r "$1" "$WARM/$MEASUREMENTS"; } # EXPRESSION

# register < DIGESTS: what they extend zero to, by openssl
register() { sed '/^$/d' | perl -MDigest::SHA=sha384 -ne 'BEGIN { $v = "\0" x 48 } chomp; $v = sha384($v, pack "H*", $_); END { print unpack("H*", $v), "\n" }'; }

@test "the registers of every shape are printed, and what they are made of is in the file, which its schema admits" {
	need node
	same 'large medium small' "$(measured '[.tdx.vms[].name] | join(" ")')"
	for name in small medium large; do
		for i in 0 1 2; do
			same "$(measured ".tdx.vms[] | select(.name == \"$name\") | .events[] | select(.register == \"rtmr$i\").sha384" | register)" \
				"$(measured ".tdx.vms[] | select(.name == \"$name\").rtmr$i")" "$name: rtmr$i"
		done
	done
	same "$(measured '.tdx.rtmr3.events[].sha384' | register)" "$(measured .tdx.rtmr3.rtmr3)"
	while read -r value; do
		grep -q " $value" "$BATS_FILE_TMPDIR/printed"
	done < <(measured '.tdx.vms[] | .mrtd, .rtmr0, .rtmr1, .rtmr2'; measured .tdx.rtmr3.rtmr3)
	same "$(sha256sum <"$OS/sha256sum.txt" | cut -c-64)" "$(measured .tdx.os_image.os_image_hash)"
	expect 0 validate "$WARM/$MEASUREMENTS"
	jq -S --indent 2 . "$WARM/$MEASUREMENTS" | cmp - "$WARM/$MEASUREMENTS"
}

@test "the build root's programs and the host's predict the same" {
	expect 0 tdx-predict --os-image "$OS" --vm-config "$ROOT/images/kettle-launcher/deploy/medium.json" --json
	same "$(jq -cS . <<<"$output")" "$(measured '.tdx.os_image as $os | .tdx.vms[] | select(.name == "medium") | del(.name) + {os_image: $os}' | jq -cS .)"
}

@test "docs/measurements.md: RTMR2 by hand" {
	need openssl iconv jq
	awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on' "$ROOT/docs/measurements.md" >by-hand.sh
	[ -s by-hand.sh ]
	same "$(measured '.tdx.vms[0].rtmr2')" "$(cd "$OS" && bash -eu "$BATS_TEST_TMPDIR/by-hand.sh")"
}

@test "the compose hash is that of the file, which holds the text of the deployment" {
	same "$(sha256sum <"$WARM/build/deploy/app-compose.json" | cut -c-64)" "$(measured .deployment.compose_hash)"
	jq -j .docker_compose_file "$WARM/build/deploy/app-compose.json" | cmp - "$WARM/build/deploy/docker-compose.yml"
	same "$(measured .deployment.image)" "$(sed -n 's/^ *image: "\(.*\)"$/\1/p' "$WARM/build/deploy/docker-compose.yml")"
	same "localhost/kettle-launcher@$(expected_digest)" "$(measured .deployment.image)"
}

@test "eventlog-diff explains the log of a VM with other memory" {
	jq '.memory_size = 4294967296' "$ROOT/images/kettle-launcher/deploy/small.json" >other.json
	tdx-predict --os-image "$OS" --vm-config other.json --json |
		jq --slurpfile expected "$WARM/$MEASUREMENTS" '[(.events + $expected[0].tdx.rtmr3.events)[] | {imr: (.register[4:] | tonumber),
			event_type: .type, digest: .sha384, event: (if .register == "rtmr3" then .name else "" end),
			event_payload: (if .register == "rtmr3" then .payload else "" end)}]' >log.json
	expect 1 eventlog-diff --expected "$WARM/$MEASUREMENTS" --shape small --observed log.json
	[[ $output == *td-hob*memory*"2 GiB"* ]]
	jq '.memory_size = 2147483648' other.json >same.json
	expect 0 eventlog-diff --expected "$WARM/$MEASUREMENTS" --shape small --observed <(
		tdx-predict --os-image "$OS" --vm-config same.json --json |
			jq --slurpfile expected "$WARM/$MEASUREMENTS" '{mrtd, rtmr0, rtmr1, rtmr2, rtmr3: $expected[0].tdx.rtmr3.rtmr3}')
}

@test "notes: every register and digest, what is not known, and in Markdown that another program reads" {
	made notes >notes.md
	for value in $(measured '.tdx.vms[] | .mrtd, .rtmr0, .rtmr1, .rtmr2') "$(measured .tdx.rtmr3.rtmr3)" "$(measured .deployment.compose_hash)" \
		"$(measured .image.manifest.sha256)" "$(measured .tdx.os_image.os_image_hash)"; do
		grep -q "$value" notes.md
	done
	grep -q 'KETTLE_MANIFEST' notes.md
	# Rows have as many cells as their table's head.
	awk -F'|' '/^\|/ { if (!cells) cells = NF; if (NF != cells) exit 1; next } { cells = 0 }' notes.md
}

@test "without an OS image: what is missing is said, and the rest is there" {
	expect 0 make -C "$WARM" --no-print-directory -s measurements
	[[ $output == *'OS image      not computed: no OS image was given (OS_IMAGE)'* ]]
	[[ $output == *"RTMR3         $(measured .tdx.rtmr3.rtmr3)"* ]]
	same '[]' "$(measured '.tdx.vms | tojson')"
	expect 0 make -C "$WARM" --no-print-directory -s notes
	[[ $output == *'- MRTD, RTMR0, RTMR1, RTMR2: no OS image was given (OS_IMAGE)'* ]]
	made measurements >/dev/null
}

# refused PATTERN ARGUMENT...: one line of ours, and the file is as it was.
refused() {
	local before
	before=$(sha256sum <"$WARM/$MEASUREMENTS")
	expect 2 make -C "$WARM" --no-print-directory measurements "${@:2}"
	one_line "$(said)" "$1"
	same "$before" "$(sha256sum <"$WARM/$MEASUREMENTS")" "measurements.json"
	[ ! -s "$WARM/$MEASUREMENTS.new" ]
}

@test "what cannot be predicted is refused, with the reason, and nothing is written" {
	cp -a "$OS" os
	printf x >>os/initramfs.cpio.gz
	refused 'tdx-predict: os-image: ' OS_IMAGE="$PWD/os"
	refused 'rtmr3-predict: ' OS_IMAGE="$OS" DSTACK=0.9.9
	echo '{"cpu_count": 0, "memory_size": 2147483648}' >none.json
	refused 'tdx-predict: ' OS_IMAGE="$OS" VM="$PWD/none.json"
	refused 'rtmr3-predict: ' OS_IMAGE="$OS" KEY_PROVIDER='{"name": "kms"}'
	refused 'OS_IMAGE=nowhere: no such folder' OS_IMAGE=nowhere
	made measurements >/dev/null
}

@test "a manifest that would not reach the VM, or is none" {
	echo '{"app": "app.ts", "sha256": "00"}' >manifest.json
	refused 'not a manifest' OS_IMAGE="$OS" MANIFEST="$PWD/manifest.json"
	printf '{"app": "file:///app/app.ts", "sha256": "%064d"}' 0 >manifest.json
	refused 'a VM gets this text and no file' OS_IMAGE="$OS" MANIFEST="$PWD/manifest.json"
	printf '{"app": "https://a.example/", "sha256": "%064d", "sha256": "%064d"}' 1 0 >manifest.json
	refused 'not a manifest' OS_IMAGE="$OS" MANIFEST="$PWD/manifest.json"
	printf '{"app": "https://\xc3\xa9.example/", "sha256": "%064d"}' 0 >manifest.json
	refused 'printable ASCII' OS_IMAGE="$OS" MANIFEST="$PWD/manifest.json"
	refused 'MANIFEST=nowhere: no such file' OS_IMAGE="$OS" MANIFEST=nowhere
	made measurements >/dev/null
}
