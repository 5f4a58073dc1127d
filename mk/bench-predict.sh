#!/bin/bash
# bench-predict.sh SECTION WORK RUNS: what a prediction costs, for mk/bench.sh; WORK is a folder to work in.
#
#     predict   tdx-predict for one VM, beside openssl's SHA-384 of the same files; eventlog-replay for a log of 10,000
#               events, beside openssl's SHA-384 of the log; eventlog-diff --find-shape for a register of no shape
#
# The image has the sizes of dstack's: 2 MiB of firmware (Debian's), 14 MB of kernel, 20 MB of initrd. Its checksums are
# checked as well, which reads all of it a second time.
. mk/bench-turns.bash
section=$1
work=$(realpath "$2")/$section
runs=$3
firmware=/usr/share/ovmf/OVMF.fd
image=$work/image

declare -A label=(
	[predict]='tdx-predict --os-image'
	[files]='tdx-predict --firmware, --kernel, --initrd'
	[openssl]='openssl dgst -sha384'
	[replay]='eventlog-replay --json'
	[openssl-log]='openssl dgst -sha384 of the log'
	[search]='eventlog-diff --find-shape'
)

noise() { openssl enc -aes-128-ctr -K "$(printf '%032d' "$1")" -iv "$(printf '%032d' 0)" </dev/zero 2>/dev/null | head -c "$2" || true; }

# A bzImage and PE file by its header, noise behind it.
make_kernel() {
	perl -e 'my $head = "\0" x 4096;
		sub put { my ($at, $bytes) = @_; substr($head, $at, length $bytes) = $bytes }
		put(0, "MZ"); put(0x3c, pack "V", 0x280); put(0x1f1, chr 7); put(0x202, "HdrS" . pack "v", 0x20f); put(0x211, chr 1);
		put(0x22c, pack "V", 0x7fffffff); put(0x236, pack "v", 0x7f);
		put(0x280, "PE\0\0" . pack("v v V V V v v", 0x8664, 1, 0, 0, 0, 240, 0x22) . pack("v", 0x20b) . "\0" x 58 . pack "V", 4096);
		put(0x298 + 108, pack "V", 16);
		put(0x298 + 240, pack "a8 V V V V x12 V", ".text", $ARGV[0], 4096, $ARGV[0], 4096, 0x60000020);
		print $head' $((14000000 - 4096 - 14000000 % 8))
	noise 1 $((14000000 - 4096 - 14000000 % 8))
}

make_image() {
	[ -e "$firmware" ] || die 71 "predict: needs $firmware (package ovmf)"
	mkdir -p "$image"
	cp "$firmware" "$image/ovmf.fd"
	make_kernel >"$image/bzImage"
	noise 2 20000000 >"$image/initramfs.cpio.gz"
	printf '{"bios": "ovmf.fd", "kernel": "bzImage", "initrd": "initramfs.cpio.gz", "cmdline": "quiet dstack.rootfs_hash=%064d"}\n' 0 \
		>"$image/metadata.json"
	(cd "$image" && sha256sum ovmf.fd bzImage initramfs.cpio.gz metadata.json >sha256sum.txt)
}

# shellcheck disable=SC2034 # take_turns reads `command`
command_of() { # NAME
	local files=("$image/ovmf.fd" "$image/bzImage" "$image/initramfs.cpio.gz")
	case $1 in
	predict) command=(build/bin/tdx-predict --os-image "$image" --cpus 8 --memory 16G --json) ;;
	files) command=(build/bin/tdx-predict --firmware "${files[0]}" --kernel "${files[1]}" --initrd "${files[2]}"
		--cmdline quiet --cpus 8 --memory 16G --json) ;;
	openssl) command=(openssl dgst -sha384 "${files[@]}") ;;
	replay) command=(build/bin/eventlog-replay --unfinished --json "$work/log.json") ;;
	openssl-log) command=(openssl dgst -sha384 "$work/log.json") ;;
	search) command=(build/bin/eventlog-diff --expected "$work/expected.json" --observed-rtmr0 "$(printf '%096d' 0)" --find-shape --json) ;;
	esac
}

is_success() { [ "$2" -eq 0 ] || [ "$1:$2" = search:1 ]; } # it differs, of course

# Of the time allowed: 1.3 times openssl's and 10 ms.
share() { # NAME
	paste -d' ' "$work/$1.figures" "$work/openssl.figures" | awk '{ print $1 / (1.3 * $4 + 10) }' | median
}

# Runtime events as an application emits them, each with the digest that its name and payload have.
make_log() {
	perl -MDigest::SHA=sha384_hex -e 'for my $i (0 .. 9999) {
		my $payload = sprintf "%064x", $i;
		printf q({"imr":3,"event_type":134217729,"digest":"%s","event":"e%d","event_payload":"%s"}%s),
			sha384_hex("\1\0\0\x08:e$i:" . pack "H*", $payload), $i, $payload, $i < 9999 ? "," : "" }' |
		sed '1s/^/[/; $s/$/]/' >"$work/log.json"
}

section_predict() {
	local names=(predict files openssl) name rounds=$((runs * 10))
	make_image
	take_turns "$rounds" "${names[@]}"
	printf '\n## A prediction\n\nInput: %s bytes of firmware, kernel and initrd; 8 CPUs, 16 GiB. %s; %s. Medians of %d.\n' \
		"$(cat "$image"/{ovmf.fd,bzImage,initramfs.cpio.gz} | wc -c)" \
		"$(build/bin/tdx-predict --version)" "$(openssl version)" "$rounds"
	rows "${names[@]}"
	limits
	for name in predict files; do
		printf '| wall time: %s / (1.3 × %s + 10 ms) | 1 | %.3f |\n' "${label[$name]}" "${label[openssl]}" "$(share "$name")"
		printf '| memory: %s | 64 | %.1f |\n' "${label[$name]}" "$(figure "$name" 3)"
	done
}

section_logs() {
	local names=(replay openssl-log) name rounds=$((runs * 10))
	make_log
	build/bin/tdx-predict --os-image "$image" --cpus 8 --memory 16G --json >"$work/expected.json"
	take_turns "$rounds" "${names[@]}"
	printf '\n## A long event log\n\nInput: 10,000 runtime events, %s bytes. Medians of %d.\n' "$(stat -c %s "$work/log.json")" "$rounds"
	printf '\n| command | limit ms | wall ms | processor ms | memory MB |\n|---|--:|--:|--:|--:|\n'
	for name in "${names[@]}"; do
		printf '| %s | %s | %.1f | %.0f | %.1f |\n' "${label[$name]}" "$([ "$name" != replay ] || echo 50)" \
			"$(figure "$name" 1)" "$(figure "$name" 2)" "$(figure "$name" 3)"
	done
	take_turns 1 search
	printf '\n## A search for a shape\n\nOf a register that no shape gives, so that all are tried; one thread.\n'
	printf '\n| command | shapes | wall s | shapes a second (at least 2,000) | memory MB |\n|---|--:|--:|--:|--:|\n'
	printf '| %s | %d | %.1f | %.0f | %.1f |\n' "${label[search]}" "$(jq .shape.shapes "$work/output")" \
		"$(awk "BEGIN { print $(figure search 1) / 1000 }")" \
		"$(awk "BEGIN { print $(jq .shape.shapes "$work/output") * 1000 / $(figure search 1) }")" "$(figure search 3)"
}

[ "$section" = predict ] || die 64 "$section: not predict"
begin
section_predict
section_logs
