# The ACPI tables of a shape: known answers, captured logs, iasl, and shapes that cannot be.

load ../../helpers
load ../../workspace/qvl/helpers

ACPI=$TESTBIN/tools/measure/acpi

# What no shape changes: CFV, variables and separator; BootOrder and Boot0000. spec: tdx-boot-spec.md 3.1
BEFORE='344bc51c980ba621aaa00da3ed7436f7d6e549197dfe699515dfa2c6583d95e6412af21c097d473155875ffd561d6790
9dc3a1f80bcec915391dcda5ffbb15e7419f77eab462bbf72b42166fb70d50325e37b36f93537a863769bcf9bedae6fb
6f2e3cbc14f9def86980f5f66fd85e99d63e69a73014ed8a5633ce56eca5b64b692108c56110e22acadcef58c3250f1b
d607c0efb41c0d757d69bca0615c3a9ac0b1db06c557d992e906c6b7dee40e0e031640c7bfd7bcd35844ef9edeadc6f9
08a74f8963b337acb6c93682f934496373679dd26af1089cb4eaf0c30cf260a12e814856385ab8843e56a9acea19e127
18cc6e01f0c6ea99aa23f8a280423e94ad81d96d0aeb5180504fc0f7a40cb3619dd39bd6a95ec1680a86ed6ab0f9828d
394341b7182cd227c5c6b07ef8000cdfd86136c4292b8e576573ad7ed9ae41019f5818b4b971c9effc60e1ad9f1289f0'
AFTER='1dd6f7b457ad880d840d41c961283bab688e94e4b59359ea45686581e90feccea3c624b1226113f824f315eb60ae0a7c
23ada07f5261f12f34a0bd8e46760962d6b4d576a416f1fea1c64bc656b1d28eacf7047ae6e967c58fd2a98bfa74c298'

# td_hob MEMORY LAYOUT: the digest of the first event, by its rule alone. spec: tdx-boot-spec.md 1.4, 3.2
td_hob() {
	perl -e '
		my ($mem, $layout) = ($ARGV[0] << 20, $ARGV[1]);
		my @accepted = ([0x800000, 0x6000], [0x809000, 0x2000], [0x80b000, 0x2000],
			$layout eq "A" ? [0x810000, 0x10000] : [0x811000, 0xf000]);
		my ($at, @ranges) = 0;
		for (@accepted) { push @ranges, [7, $at, $_->[0] - $at] if $_->[0] > $at; push @ranges, [0, @$_]; $at = $_->[0] + $_->[1] }
		my $high = $mem >= 0xb0000000;
		push @ranges, [7, $at, ($high ? 0x80000000 : $mem) - $at];
		push @ranges, [7, 1 << 32, $mem - 0x80000000] if $high;
		my $end = 0x809000 + 56 + 48 * @ranges + 8;
		print pack "vvVVVQ<5", 1, 56, 0, 9, 0, 0, 0, 0, 0, $end;
		print pack "vvVx16VVQ<Q<", 3, 48, 0, $_->[0], 7, $_->[1], $_->[2] for @ranges' "$@" | sha384
}

acpi_digests() { "$ACPI" digests "$@" | cut -d' ' -f2; }

@test "the DSDT is as its checkpoints, term by term" {
	[ -d "$SHARED/vectors/acpi" ] || skip "needs $SHARED/vectors/acpi"
	need perl
	local blocks=0 line shape=
	while IFS= read -r line; do
		if [[ $line == {* ]]; then
			# {'cpus': 1, 'mem': 2147483648, 'ndev': 5, 'qemu': '8.2.2', 'pic': False} DSDT …
			shape=$(perl -ne '
				while (/\x27(\w+)\x27: \x27?([\w.]+)/g) {
					next if $1 eq "ndev" && $2 == 5 or $2 eq "False";
					my $value = $2 eq "True" ? 1 : $1 eq "mem" ? $2 >> 20 : $2;
					print "$1=$value ";
				}' <<<"$line")
			# shellcheck disable=SC2086 # several words
			expect 0 "$ACPI" terms $shape
			line=${line#*DSDT }
		fi
		[[ $line != *@* ]] || blocks=$((blocks + 1))
		[[ $output == *"${line#  }"* ]] || {
			printf '%s: no term\n%s\nin\n%s\n' "$shape" "$line" "$output" >&2
			return 1
		}
	done <"$SHARED/vectors/acpi/dsdt-blocks.txt"
	same 70 $blocks
	# and there is no term more in the last of them
	same "$(awk '/^\{/ { n = 0 } { n++ } END { print n }' "$SHARED/vectors/acpi/dsdt-blocks.txt")" "${#lines[@]}"
}

@test "known digests of the three files" {
	local shape digests count=0
	while IFS='|' read -r shape digests; do
		# shellcheck disable=SC2086 # several words
		same "${digests# }" "$(acpi_digests $shape | paste -sd' ')" "$shape"
		count=$((count + 1))
	done < <(grep -v '^#' "$VECTORS/acpi/files.txt")
	same 4 $count
}

@test "known RTMR0 of shapes" {
	need openssl perl
	local shape memory register found events count=0
	while IFS='|' read -r shape memory register; do
		register=${register# }
		# shellcheck disable=SC2086 # several words
		events=$(td_hob $memory; echo "$BEFORE"; acpi_digests $shape; echo "$AFTER")
		found=$("$ACPI" extend <<<"$events")
		same "$register" "${found:0:${#register}}" "$shape"
		[ $count -gt 0 ] || same "$register" "$(extended <<<"$events")" # what extends is right, says openssl
		count=$((count + 1))
	done < <(grep -v '^#' "$VECTORS/acpi/rtmr0.txt")
	same 15 $count
}

@test "captured logs: the three digests" {
	captured
	local name shape log
	while IFS='|' read -r name shape; do
		log=$(jq -r '.[] | select(.imr == 0 and .event_type == 10 and .event_payload == "414350492044415441") | .digest' \
			"$QUOTES/$name/event_log.json")
		# shellcheck disable=SC2086 # several words
		same "$log" "$(acpi_digests $shape)" "$name"
	done <<-END
		near-mpc|cpus=8 mem=65536 qemu=8.2.2 pic=1
		dstack-examples-rtmr3|cpus=1 mem=1024 qemu=8.2.2 pic=1 cdrom=1
		dstack-guest-agent-fixture|cpus=8 mem=16384 qemu=8.2.2 pic=1
		dstack-tdx-lite-getquote|cpus=2 mem=2048 qemu=8.2.2 pic=1
		dstack-verifier-quote-report|cpus=16 mem=65536 qemu=9.2.1 hotplug_off=1 gpus=1 hole64=0x100000000000
	END
	# in a CCEL each digest is followed by the length and the text of its event
	log=$(perl -0777 -ne 'print unpack("H*", $1), "\n" while /(.{48})\x09\0\0\0ACPI DATA/sg' "$QUOTES/dstack-ccel-sample/ccel.bin")
	same "$log" "$(acpi_digests cpus=1 mem=1024 qemu=8.2.2 pic=1 cdrom=1)" ccel.bin
}

@test "iasl reads every table" {
	need iasl
	[[ $BIN != *asan* ]] || skip "iasl takes its time, and has read the same tables without sanitizers"
	local shape table count=0
	cd "$BATS_TEST_TMPDIR"
	while read -r shape; do
		rm -f ./*.aml ./*.dsl
		# shellcheck disable=SC2086 # several words
		"$ACPI" split . $shape
		for table in *.aml; do
			expect 0 iasl -d "$table"
			[ -s "${table%.aml}.dsl" ]
			[[ $output$stderr != *[Ee]rror* ]] || { echo "$shape: $table: $output$stderr" >&2; return 1; }
			count=$((count + 1))
		done
	done <<-END
		qemu=8.0.0 pic=1
		cpus=9 qemu=9.1.2 smm=1 mem=512
		cpus=64 qemu=9.2.0 hotplug_off=1 volumes=3 nics=2
		cpus=300 qemu=10.0.2 mem=4096
		cpus=4 qemu=8.2.2 gpus=2 nvswitches=1
		cpus=4 qemu=9.2.1 gpus=8 nvswitches=4 hotplug_off=1 hole64=0x100000000000
		cpus=2 qemu=9.2.1 hugepages=1 mem=1024
		cpus=257 qemu=10.0.2 hugepages=1 gpus=2 nvswitches=3 volumes=9
	END
	same 58 $count
}

# Terms are where they seem to be: compiled from iasl's own text and read again, they give the same text.
@test "iasl reads the same after it has compiled what it read" {
	need iasl
	cd "$BATS_TEST_TMPDIR"
	"$ACPI" split . cpus=3 qemu=10.0.2 gpus=2 nvswitches=1 hugepages=1
	expect 0 iasl -d DSDT.aml
	expect 0 iasl -oa -p after DSDT.dsl
	expect 0 iasl -d after.aml
	same "$(grep -v '^ \*' DSDT.dsl)" "$(grep -v '^ \*' after.dsl)"
}

@test "shapes that cannot be are refused" {
	local shape reason
	while IFS='|' read -r shape reason; do
		# shellcheck disable=SC2086 # several words
		expect 2 "$ACPI" digests $shape
		same '' "$output"
		one_line "$stderr" "$reason"
	done <<-END
		cpus=0|0 CPUs: there can be 1 to 4096
		cpus=4097|4097 CPUs: there can be 1 to 4096
		qemu=7.2.0|QEMU 7.2.0: the tables of 8 to 10 are known
		qemu=11.0.0|QEMU 11.0.0: the tables of 8 to 10 are known
		mem=0|memory: 0 bytes: not a number of MiB
		mem=58718209|memory: 61570504720384 bytes: reaches the 64-bit PCI hole
		hole64=0|64-bit PCI hole: 0 bytes
		hole64=0xffffc80000000001|ends beyond 2^64
		volumes=26|31 devices on the PCI bus: it has 30 slots
		volumes=4294967295|devices on the PCI bus
		gpus=20 nvswitches=6|31 devices on the PCI bus
		gpus=1 hugepages=1 nvswitches=25|31 devices on the PCI bus
		gpus=33 hugepages=1|33 GPUs behind the PCI expander: it has 32 slots
		gpus=1 hugepages=1 volumes=11|16 endpoints: with huge pages and GPUs slot 16 is the PCI expander's
	END
	# and the largest that can
	expect 0 "$ACPI" digests cpus=4096 mem=58718208 hole64=0xffffc80000000000 volumes=25 qemu=10.99.99 hugepages=1
	expect 0 "$ACPI" digests gpus=32 hugepages=1 volumes=10 nvswitches=14
}

@test "what is not certain is said" {
	local shape doubt
	while IFS='|' read -r shape doubt; do
		# shellcheck disable=SC2086 # several words
		expect 0 "$ACPI" doubt $shape
		one_line "$output" "$doubt"
	done <<-END
		gpus=1 hugepages=1 qemu=9.2.1|below QEMU 10
		gpus=1 hugepages=1 qemu=10.0.2|bus numbers and windows
		gpus=8 nvswitches=4 hotplug_off=1|more than one GPU
		hugepages=1 qemu=9.2.1|huge pages below QEMU 10
		gpus=1 qemu=9.1.0|hot-plug of GPUs below QEMU 9.2
		cpus=255|255 CPUs and more
		hole64=0x60000000|not a number of GiB
		gpus=1 hotplug_off=1 qemu=9.2.1|none
		cpus=200 hugepages=1 qemu=10.0.2|none
		cpus=254|none
	END
}
