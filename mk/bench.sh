#!/bin/bash
# bench.sh STORE RUNS [SECTION...]: times this project beside its peers, and prints Markdown for docs/performance.md.
#
#     layer     one tar normalised, compressed and digested, beside gzip and pigz; and what memory that takes
#     layout    a folder made into an OCI layout, beside umoci, buildah, skopeo, GNU tar
#     levels    the same with other codecs and levels
#     make      `make image` from a full store, again, and after a change in kettle
#     predict   registers from an OS image, beside openssl over the same bytes; shapes searched a second; a long event
#               log replayed (mk/bench-predict.sh)
#     diff      two images compared, beside decompressing them and diffoscope (mk/bench-diff.sh)
#     verify    a release judged without a rebuild, beside sha256sum over the same bytes (mk/bench-verify.sh)
#     quote     a quote verified, beside openssl's P-256 and another verifier from npm (mk/bench-quote.sh)
#     tunnel    requests to an app through a tunnel, beside plain ones; idle tunnels (mk/bench-tunnel.sh)
#     start     kettle until the first answer, beside esbuild alone and workerd alone (mk/bench-kettle.sh)
#     load      requests to the image in a container, to kettle and to workerd alone; for root only
#
# The commands of a section take turns, RUNS times, so that what else the machine does falls on all of them. A figure is
# the median; a ratio is the median of the ratios within each round. Nothing is judged: the exit status says only
# whether all could be measured. Everything is in build/bench/, of which only the input tar is kept.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C
store=$1
runs=$2
shift 2
sections=("$@")
[ $# -gt 0 ] || sections=(layer layout levels make predict diff verify quote tunnel start)
[ $# -gt 0 ] || [ "$(id -u)" -ne 0 ] || sections+=(load)
bench=build/bench
input=$bench/input
work=$bench/work
tree=$bench/tree
lock=images/builder/debian.lock

declare -A label=(
	[tar-ours]='tar-normalize, image-assemble'
	[tar-fast]='the same with --level 1'
	[tar-host]="the same, built with the host's compiler and libraries"
	[tar-gzip]='gzip -6n'
	[tar-pigz]='pigz -6'
	[root-ours]='tar-normalize, image-assemble'
	[root-zstd]='the same with --compression zstd'
	[root-umoci]='umoci init, new, insert'
	[root-buildah]='buildah from, add, commit --timestamp'
	[root-skopeo]='skopeo copy tarball: (its input is the tar)'
	[root-gnu-tar]='GNU tar, gzip -6n, sha256sum, jq'
	[make-everything]='everything, from a full store'
	[make-again]='again'
	[make-touched]='after a change in kettle'
)

die() { # STATUS TEXT
	printf 'bench: %s\n' "$2" >&2
	exit "$1"
}

say() { printf '  BENCH    %s\n' "$*" >&2; }

# Measuring. work/NAME.figures has a line a run: wall seconds, processor seconds, memory in MB of the largest process.

run_once() { # NAME COMMAND...
	local name=$1 begin end
	shift
	sync -f "$bench"
	begin=$EPOCHREALTIME
	/usr/bin/time -f '%U %S %M' -o "$work/time" "$@" >"$work/$name.log" 2>&1 || {
		tail -n 5 "$work/$name.log" | sed "s/^/bench: $name: /" >&2
		die 70 "$name: failed, so there is nothing to compare with"
	}
	end=$EPOCHREALTIME
	awk -v wall=$((${end/./} - ${begin/./})) '{ printf "%.6f %.2f %.1f\n", wall / 1e6, $1 + $2, $3 * 1024 / 1e6 }' \
		"$work/time" >>"$work/$name.figures"
}

take_turns() { # NAME...
	local round name
	for ((round = 1; round <= runs; round++)); do
		for name in "$@"; do
			say "$name, $round of $runs"
			rm -rf "${work:?}/$name"
			mkdir -p "$work/$name"
			run_once "$name" mk/bench-command.sh "$name" "$input" "$work/$name"
		done
	done
}

median() { sort -g | awk '{ at[NR] = $1 } END { print (at[int((NR + 1) / 2)] + at[int(NR / 2) + 1]) / 2 }'; }
figure() { awk -v column="$2" '{ print $column }' "$work/$1.figures" | median; } # NAME COLUMN
ratio() { paste -d' ' "$work/$1.figures" "$work/$2.figures" | awk '{ print $1 / $4 }' | median; } # NAME OTHER

layer_size() { # NAME
	local out=$work/$1 manifest
	if [ -e "$out/layer" ]; then
		stat -c %s "$out/layer"
	else
		manifest=$(jq -r '.manifests[0].digest | sub(":"; "/")' "$out/oci/index.json")
		jq '.layers[0].size' "$out/oci/blobs/$manifest"
	fi
}

# Printing.

figures() { # NAME...
	local name
	printf '\n| command | wall s | processor s | memory MB | layer bytes |\n|---|--:|--:|--:|--:|\n'
	for name in "$@"; do
		printf '| %s | %.2f | %.2f | %.0f | %d |\n' "${label[$name]}" "$(figure "$name" 1)" "$(figure "$name" 2)" \
			"$(figure "$name" 3)" "$(layer_size "$name")"
	done
}

limits() { printf '\n| measured against a limit | limit | measured |\n|---|--:|--:|\n'; }
wall_limit() { # NAME OTHER LIMIT
	printf '| wall time: %s / %s | %s | %.3f |\n' "${label[$1]}" "${label[$2]}" "$3" "$(ratio "$1" "$2")"
}
size_limit() { # NAME OTHER
	printf '| layer size: %s / %s | 1 | %.3f |\n' "${label[$1]}" "${label[$2]}" \
		"$(awk "BEGIN { print $(layer_size "$1") / $(layer_size "$2") }")"
}

versions() {
	local line
	for line in "$(gzip --version)" "$(pigz --version 2>&1)" "$(tar --version)" "$(umoci --version)" \
		"$(buildah --version)" "$(skopeo --version)" \
		"$(mk/builder-run.sh "$store" build/builder/bin/image-assemble --version)"; do
		printf '%s; ' "$(head -n 1 <<<"$line")"
	done
}

machine() {
	local versions
	versions=$(versions)
	printf 'Machine: %s, %d processors, %.0f GB of memory, Linux %s, %s;\nload %s when it began. Medians of %d.\n\n' \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" \
		"$(awk '/^MemTotal/ { print $2 / 1e6 }' /proc/meminfo)" "$(uname -r)" "$(df --output=fstype "$bench" | tail -n 1)" \
		"$(cut -d' ' -f1 /proc/loadavg)" "$runs"
	printf 'Versions: %s.\n' "${versions%; }"
}

# The sections.

make_input() {
	[ "$input/root.tar" -nt "$lock" ] || {
		say 'the input, from the store'
		mk/bench-input.sh "$store" "$lock" "$input/root.tar"
	}
	mkdir "$input/root"
	tar -C "$input/root" -xf "$input/root.tar"
	echo '{"default":[{"type":"insecureAcceptAnything"}]}' >"$input/policy.json"
	echo '{"schema":"kettle-dstack/image/1","name":"bench","platform":{"os":"linux","architecture":"amd64"}}' \
		>"$input/image.json"
}

# Ten copies below folders of their own, so that nothing but the number of entries and bytes is another.
make_big_input() {
	local copy
	say 'ten times the input'
	mkdir -p "$work/big"
	for copy in {0..9}; do cp -al "$input/root" "$work/big/copy-$copy"; done
	tar -C "$work/big" --hard-dereference --format=gnu -cf "$input/big.tar" .
	rm -rf "$work/big"
}

memory_of() { awk '{ printf "%.1f", $1 * 1024 / 1e6 }' "$work/$1/$2.memory"; } # NAME PROGRAM

entries_of() { jq '.layers[0].entries' "$work/$1/report.json"; } # NAME

memory_growth() {
	local name program small large entries
	make_big_input
	for name in tar-ours tar-big; do
		rm -rf "${work:?}/$name"
		mkdir -p "$work/$name"
		run_once "$name" mk/bench-command.sh "$name" "$input" "$work/$name"
	done
	entries=$(($(entries_of tar-big) - $(entries_of tar-ours)))
	printf '\n| memory of the process | input, MB | ten times the input, MB | bytes for each further entry |\n'
	printf '|---|--:|--:|--:|\n'
	for program in tar-normalize image-assemble; do
		small=$(memory_of tar-ours $program)
		large=$(memory_of tar-big $program)
		printf '| %s (at most 128 MB) | %s | %s | %.0f |\n' $program "$small" "$large" \
			"$(awk "BEGIN { print ($large - $small) * 1e6 / $entries }")"
	done
	rm -rf "$input/big.tar" "$work/tar-big"
}

section_layer() {
	local names=(tar-ours tar-fast tar-host tar-gzip tar-pigz)
	printf '\n## A layer\n\nInput: %s, %s bytes, %s entries.\n' \
		'a tar of the Debian packages of the build root without the compiler' \
		"$(stat -c %s "$input/root.tar")" "$(tar -tf "$input/root.tar" | wc -l)"
	take_turns "${names[@]}"
	figures "${names[@]}"
	limits
	wall_limit tar-ours tar-gzip 0.25
	wall_limit tar-ours tar-pigz 0.45
	wall_limit tar-fast tar-gzip 0.13
	wall_limit tar-host tar-gzip 0.25
	wall_limit tar-host tar-pigz 0.45
	size_limit tar-ours tar-gzip
	size_limit tar-ours tar-pigz
	memory_growth
}

section_layout() {
	local names=(root-ours root-zstd root-umoci root-buildah root-skopeo root-gnu-tar) name
	printf '\n## A folder into a layout\n\nInput: the same, as a folder.\n'
	take_turns "${names[@]}"
	figures "${names[@]}"
	limits
	wall_limit root-ours root-umoci 0.9
	wall_limit root-ours root-buildah 0.2
	wall_limit root-ours root-skopeo 0.9
	wall_limit root-ours root-gnu-tar 0.25
	for name in "${names[@]:2}"; do size_limit root-ours "$name"; done
}

section_levels() {
	local names=(level-gzip-{1,3,4,5,6,7,9} level-zstd-{1,3,9}) name
	for name in "${names[@]}"; do label[$name]=${name#level-}; done
	printf '\n## Codecs and levels\n\nInput: the tar, as above; programs as above, with --compression and --level.\n'
	take_turns "${names[@]}"
	figures "${names[@]}"
}

make_image() { # NAME
	run_once "$1" env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES -u KETTLE_DSTACK_LOCK \
		make --no-print-directory -C "$tree" image "STORE=$(realpath "$store")"
}

# From what make said it did.
steps() { grep -c '^  [A-Z]' "$work/$1.log" || true; } # NAME
layers() { sed -n 's#^  LAYER .*/\(.*\)\.tar$#\1#p' "$work/$1.log" | paste -sd' '; } # NAME

remove_tree() {
	[ ! -e "$tree" ] || { chmod -R u+w "$tree" && rm -rf "$tree"; }
}

section_make() {
	local round name limit
	printf '\n## make image\n'
	for ((round = 1; round <= runs; round++)); do
		say "make, $round of $runs"
		remove_tree
		mkdir -p "$tree"
		tar --exclude=./build --exclude=./.git --exclude=./config.local.mk -cf - . | tar -C "$tree" -xf -
		make_image make-everything
		make_image make-again
		echo "__attribute__((used)) static const char changed[] = \"$round\";" >>"$tree/workspace/kettle/kettle.c"
		make_image make-touched
	done
	printf '\n| make image | limit s | wall s | steps | layers made |\n|---|--:|--:|--:|---|\n'
	while read -r name limit; do
		printf '| %s | %s | %.2f | %d | %s |\n' "${label[$name]}" "$limit" "$(figure "$name" 1)" "$(steps "$name")" \
			"$(layers "$name")"
	done <<<$'make-everything 120\nmake-again 0.3\nmake-touched 10'
}

section_predict() { mk/bench-predict.sh predict "$work" "$runs"; }
section_diff() { mk/bench-diff.sh diff "$work" "$runs"; }
section_verify() { mk/bench-verify.sh verify "$work" "$runs"; }
section_quote() { STORE=$store mk/bench-quote.sh quote "$work" "$runs"; }
section_tunnel() { STORE=$store mk/bench-tunnel.sh tunnel "$work" "$runs"; }
section_start() { mk/bench-kettle.sh start "$work" "$runs"; }
section_load() { mk/bench-kettle.sh load "$work" "$runs"; }

clean() {
	remove_tree
	rm -rf "$work" "$input/root" "$input/big.tar"
}

[ "$runs" -ge 1 ] 2>/dev/null || die 64 "BENCH_RUNS=$runs: not a number of runs"
for section in "${sections[@]}"; do
	[[ $section == @(layer|layout|levels|make|predict|diff|verify|quote|tunnel|start|load) ]] ||
		die 64 "$section: not one of layer, layout, levels, make, predict, diff, verify, quote, tunnel, start, load"
	[ "$section" != load ] || [ "$(id -u)" -eq 0 ] || die 71 "load: needs root, to run containers without set-up"
done
rm -rf "$work" "$input/root"
mkdir -p "$work" "$input"
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
machine
for section in "${sections[@]}"; do
	[[ $section != @(layer|layout|levels) || -e $input/root ]] || make_input
	"section_$section"
done
