#!/bin/bash
# layout-diff.sh NAME A B: says in what two OCI layouts of the image NAME differ, one line for each thing:
#
#     repro: kettle-launcher: layer 4-kettle: usr/bin/kettle: sha256: "…" is not "…"
#
# What A has comes first. Layers have the name that A's config gives them in its history, else their number from 1. At most 20
# lines a document or layer; a last line counts the rest.
#
# Exit status: 0 the layouts are the same, 1 they differ, 2 one cannot be read.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C
[ $# -eq 3 ] || { echo "usage: layout-diff.sh NAME A B" >&2; exit 64; }
name=$1
a=$2
b=$3
status=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

die() {
	printf 'repro: %s: %s\n' "$name" "$1" >&2
	exit 2
}

# Prints what comes in on stdin, each line under WHERE, and remembers that there was some.
tell() { # WHERE
	local lines=() line
	mapfile -t lines
	[ ${#lines[@]} -gt 0 ] || return 0
	status=1
	for line in "${lines[@]:0:20}"; do printf 'repro: %s: %s%s\n' "$name" "${1:+$1: }" "$line"; done
	[ ${#lines[@]} -le 20 ] || printf 'repro: %s: %sand %d more\n' "$name" "${1:+$1: }" $((${#lines[@]} - 20))
}

# shellcheck disable=SC2016 # jq's variables
functions='
	def plain: gsub("[\\x00-\\x1f\\x7f]"; "?");
	# The leaves of a document, empty ones too, each under its path.
	def leaves: [paths(type | IN("object", "array") | not) as $p | {key: ($p | map(tostring) | join(".")), value: getpath($p)}]
		+ [paths(IN([], {})) as $p | {key: ($p | map(tostring) | join(".")), value: getpath($p)}] | from_entries;
	def differences($x; $y): ($x + $y | keys[]) as $k
		| if $x | has($k) | not then "\($k | plain): only in the second: \($y[$k] | tojson)"
		elif $y | has($k) | not then "\($k | plain): only in the first: \($x[$k] | tojson)"
		else select($x[$k] != $y[$k]) | "\($k | plain): \($x[$k] | tojson) is not \($y[$k] | tojson)" end;
	def entries: map({key: .path, value: .}) | from_entries;
	def entry_differences($x; $y): ($x + $y | keys[]) as $k
		| if $x | has($k) | not then "\($k | plain): only in the second"
		elif $y | has($k) | not then "\($k | plain): only in the first"
		else "\($k | plain): \(differences($x[$k]; $y[$k]))" end;'

documents() { # WHERE FILE FILE: nothing when their bytes are the same
	! cmp -s "$2" "$3" || return 0
	jq -nr --slurpfile a "$2" --slurpfile b "$3" "$functions differences(\$a[0] | leaves; \$b[0] | leaves)" >"$work/said" ||
		die "$1: not JSON"
	[ -s "$work/said" ] || echo "same content, written differently" >"$work/said"
	tell "$1" <"$work/said"
}

blob() { # LAYOUT DIGEST
	[[ $2 == sha256:* ]] && [ -f "$1/blobs/sha256/${2#sha256:}" ] || die "$1: blob ${2:-none}: not there"
	echo "$1/blobs/sha256/${2#sha256:}"
}

list() { # BLOB: as it is, so later than any epoch and with devices too
	build/bin/tar-normalize --list --json --epoch 8589934591 --devices --xattr '*' "$1" 2>"$work/stderr" ||
		die "$1: $(head -n 1 "$work/stderr")"
}

layer_name() { # NUMBER from 0
	jq -er --argjson i "$1" ".history[\$i].created_by // (\$i + 1)" "${parts_a[1]}"
}

layer() { # NUMBER BLOB BLOB
	! cmp -s "$2" "$3" || return 0
	list "$2" >"$work/list.a"
	list "$3" >"$work/list.b"
	jq -nr --slurpfile a "$work/list.a" --slurpfile b "$work/list.b" \
		"$functions entry_differences(\$a[0] | entries; \$b[0] | entries)" >"$work/said"
	[ -s "$work/said" ] || echo "same entries, archived or compressed differently" >"$work/said"
	tell "layer $(layer_name "$1")" <"$work/said"
}

# Prints the files of the layout's manifest, config and layers, in this order.
parts() { # LAYOUT
	local digest file manifest
	digest=$(jq -er '.manifests[0].digest' "$1/index.json" 2>/dev/null) || die "$1: not an OCI layout of one image"
	manifest=$(blob "$1" "$digest")
	echo "$manifest"
	for digest in $(jq -r '.config.digest, .layers[].digest' "$manifest" 2>/dev/null || echo none); do
		file=$(blob "$1" "$digest")
		echo "$file"
	done
}

parts "$a" >"$work/parts.a"
parts "$b" >"$work/parts.b"
mapfile -t parts_a <"$work/parts.a"
mapfile -t parts_b <"$work/parts.b"
documents index "$a/index.json" "$b/index.json"
documents manifest "${parts_a[0]}" "${parts_b[0]}"
documents config "${parts_a[1]}" "${parts_b[1]}"
for ((i = 2; i < ${#parts_a[@]} && i < ${#parts_b[@]}; i++)); do layer $((i - 2)) "${parts_a[i]}" "${parts_b[i]}"; done
# What nothing above names: blobs that no manifest has, other files.
[ $status -ne 0 ] || tell folder < <(diff -rq "$a" "$b")
exit $status
