# The search for a VM's shape, by what captured logs and known answers say.

load ../../helpers
load ../../workspace/qvl/helpers

SEARCH=$TESTBIN/tools/measure/search

# The events that no shape changes, as questions. spec: tdx-boot-spec.md 3.1
constants() {
	sed 's/^/before /' <<-END
		344bc51c980ba621aaa00da3ed7436f7d6e549197dfe699515dfa2c6583d95e6412af21c097d473155875ffd561d6790
		9dc3a1f80bcec915391dcda5ffbb15e7419f77eab462bbf72b42166fb70d50325e37b36f93537a863769bcf9bedae6fb
		6f2e3cbc14f9def86980f5f66fd85e99d63e69a73014ed8a5633ce56eca5b64b692108c56110e22acadcef58c3250f1b
		d607c0efb41c0d757d69bca0615c3a9ac0b1db06c557d992e906c6b7dee40e0e031640c7bfd7bcd35844ef9edeadc6f9
		08a74f8963b337acb6c93682f934496373679dd26af1089cb4eaf0c30cf260a12e814856385ab8843e56a9acea19e127
		18cc6e01f0c6ea99aa23f8a280423e94ad81d96d0aeb5180504fc0f7a40cb3619dd39bd6a95ec1680a86ed6ab0f9828d
		394341b7182cd227c5c6b07ef8000cdfd86136c4292b8e576573ad7ed9ae41019f5818b4b971c9effc60e1ad9f1289f0
	END
	sed 's/^/after /' <<-END
		1dd6f7b457ad880d840d41c961283bab688e94e4b59359ea45686581e90feccea3c624b1226113f824f315eb60ae0a7c
		23ada07f5261f12f34a0bd8e46760962d6b4d576a416f1fea1c64bc656b1d28eacf7047ae6e967c58fd2a98bfa74c298
	END
}

# question LOG: RTMR0 of its quote, and all events but those that are searched for.
question() {
	jq -r '.. | .rtmr0? | strings | "rtmr0 " + .' "${1%/*}/expected.json" | head -n 1
	jq -r '
		[.[] | select(.imr == 0)]
		| (map(.event_payload == "414350492044415441") | index(true)) as $acpi
		| to_entries[]
		| if .key == 0 or .key >= $acpi and .key < $acpi + 3 then empty
		  elif .key < $acpi then "before " + .value.digest
		  else "after " + .value.digest end' "$1"
}

# has WORD...: each is in the output.
has() {
	local word
	for word in "$@"; do
		[[ " $output " == *" $word "* ]] || { echo "$word is not in: $output" >&2; return 1; }
	done
}

# search LAYOUT: standard input is the question.
search() {
	cat >"$BATS_TEST_TMPDIR/question"
	expect 0 bash -c '"$1" "$2" <"$3"' search "$SEARCH" "$1" "$BATS_TEST_TMPDIR/question"
	echo "$stderr" >&2
}

@test "captured logs: the shape from RTMR0 alone" {
	captured
	local name layout words
	while IFS='|' read -r name layout words; do
		search "$layout" < <(question "$QUOTES/$name/event_log.json")
		# shellcheck disable=SC2086 # several words
		has $words
	done <<-END
		near-mpc|A|cpus=8 mem=65536 qemu=8.2.2 pic=1 hotplug_off=0 gpus=0 cdrom=0 volumes=0 nics=1
		dstack-examples-rtmr3|B|cpus=1 mem=1024 qemu=8.2.2 pic=1 hotplug_off=0 gpus=0 cdrom=1
		dstack-guest-agent-fixture|A|cpus=8 mem=16384 qemu=8.2.2 pic=1 hotplug_off=0 gpus=0 cdrom=0
		dstack-tdx-lite-getquote|A|cpus=2 mem=2048 qemu=8.2.2 pic=1 hotplug_off=0 gpus=0 cdrom=0
		dstack-verifier-quote-report|A|cpus=16 mem=65536 qemu=9.2.1 pic=0 hotplug_off=1 gpus=1 nvswitches=0 hole64=16384
	END
}

@test "known answers: the shape from RTMR0 alone" {
	local shape register count=0
	while IFS='|' read -r shape _ register; do
		[ ${#register} -eq 97 ] || continue # only its first digits are known
		search A < <(echo "rtmr0$register"; constants)
		# 9.1 is of the style of 8; no other word may differ
		# shellcheck disable=SC2086 # several words
		has $(sed 's/qemu=9\.1\.0/qemu=8.2.2/; s/hole64=0x100000000000/hole64=16384/' <<<"$shape")
		count=$((count + 1))
	done < <(grep -v '^#' "$VECTORS/acpi/rtmr0.txt")
	same 7 $count
}

@test "from single events, as far as they show it" {
	local loader rsdp tables
	read -r loader rsdp tables < <(sed -n 's/^cpus=2 .*| //p' "$VECTORS/acpi/files.txt")
	search A <<<"tables $tables"
	has cpus=2 qemu=8.2.2 pic=1
	[[ $output == *' or other memory' ]]
	search A <<-END
		loader $loader
		rsdp $rsdp
	END
	has cpus=2 qemu=8.2.2
	# 16 GiB of layout A. spec: tdx-boot-spec.md 3.2
	search A <<-END
		hob cd2312a0d87ef3c4a928df87088969a80b33d7bf3fc584bdde637b09ed808a8d821a56b78a13a6eb506db7578444abbe
		tables $tables
	END
	has cpus=2 mem=16384 qemu=8.2.2 pic=1
	[[ $output != *' or other memory' ]]
}

@test "what is not among the shapes is not found, and a search can be ended" {
	local none=${ZERO//0/a}
	expect 1 bash -c '{ echo "rtmr0 $2"; echo "stop 20000"; } | "$1" A' search "$SEARCH" "$none"
	same none "$output"
	# a TD HOB of no size of memory: no tables are made at all
	expect 1 bash -c '{ echo "hob $2"; } | "$1" A' search "$SEARCH" "$none"
	same none "$output"
	one_line "$stderr" '0 shapes, 0 tables'
}

@test "a search for nothing is refused" {
	expect 2 "$SEARCH" A </dev/null
	one_line "$stderr" 'no observed value to search for'
}
