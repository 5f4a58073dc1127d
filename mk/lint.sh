#!/bin/bash
# lint.sh ROOT: holds the tree to what docs/design.md says of its shape, by reading it.
#
# Each finding is a line `lint: FILE:LINE: reason` on stdout; exit status 1 when there is one. Programs are looked for in
# ROOT/build/bin, so `make tools` comes first.
set -euo pipefail
export LC_ALL=C
mk=$(cd "${0%/*}" && pwd)
[ $# -eq 1 ] && [ -d "$1" ] || { echo "usage: lint.sh ROOT" >&2; exit 64; }
cd "$1"
root=$(pwd -P)
found=$(mktemp)
trap 'rm -f "$found"' EXIT

say() { printf 'lint: %s\n' "$*" >>"$found"; } # FILE:LINE: reason

# Every file of the tree, without what is generated or one's own.
mapfile -t files < <(find . \( -path ./build -o -path ./.git \) -prune -o -type f ! -name config.local.mk ! -name '*.new' \
	-printf '%P\n' | sort)

matching() { # PATTERN: the files whose path matches
	printf '%s\n' "${files[@]}" | grep -E "$1" || true
}

each() { # PATTERN COMMAND...: the command over the files whose path matches, when there are any
	local pattern=$1
	shift
	matching "$pattern" | tr '\n' '\0' | xargs -0 -r "$@" || true
}

# Who may know whom: a room its own files and what it stands on; an outside library only the module that wraps it.
layering() {
	each '^(workspace|tools)/[^/]+/[^/]+\.[ch]$' awk -v headers="$(matching '^(workspace|tools)/[^/]+/[^/]+\.h$')" '
		function room_of(path) { sub(/\/[^\/]*$/, "", path); return path }
		function finding(reason) { printf "lint: %s:%d: %s\n", FILENAME, FNR, reason }
		# The room a header of ours is found in: the own one, else the first of workspace/ and tools/ that has it.
		function where(name, room,  i) {
			if (name ~ /^\.\.?\//) finding("\"" name "\": a header is included by its name alone")
			sub(/^.*\//, "", name)
			if ((room "/" name) in has) return room
			for (i = count; i > 0; i--) if (header[i] ~ ("/" name "$")) return room_of(header[i])
			return ""
		}
		function may(room, other) {
			if (other == room || other == "workspace/base") return 1
			if (other == "workspace/qvl") return room != "workspace/base"
			if (other == "workspace/dstack") return room == "workspace/kettle" || room == "workspace/tunnel"
			return other == "workspace/tunnel" && (room == "workspace/kettle" || room == "tools/attest")
		}
		BEGIN {
			count = split(headers, header, "\n")
			for (i = 1; i <= count; i++) has[header[i]] = 1
			only["openssl/"] = "^workspace/(base/(base64|digest|p256|signature)|tunnel/aead)[.]"
			only["archive.h"] = only["archive_entry.h"] = "^tools/image/archive[a-z_]*[.]"
			only["jv.h"] = only["jq.h"] = "^workspace/base/json[.]c$"
			only["libdeflate.h"] = only["zlib.h"] = only["zstd.h"] = "^tools/image/codec[a-z_]*[.]"
			only["sodium.h"] = "^workspace/tunnel/(seal|key)[a-z_]*[.]"
			only["cbor.h"] = "^workspace/tunnel/cbor_[a-z_]*[.]"
			only["libwebsockets.h"] = "^workspace/[a-z]+/(http|websocket)[a-z_]*[.]"
		}
		/^[ \t]*#[ \t]*include[ \t]*"/ {
			split($0, part, "\"")
			room = room_of(FILENAME)
			other = where(part[2], room)
			if (other == "") finding("\"" part[2] "\": no room has such a header")
			else if (!may(room, other)) finding(room " may not know " other " (\"" part[2] "\")")
		}
		/^[ \t]*#[ \t]*include[ \t]*</ {
			split($0, part, /[<>]/)
			for (library in only)
				if (index(part[2], library) == 1 && FILENAME !~ only[library])
					finding("<" part[2] "> is for " substr(only[library], 2) " alone")
		}' >>"$found"
}

# A program is tools/WING/NOUN-VERB.c, or workspace/ROOM/ROOM.c, or ROOMd.c.
programs() { matching '^tools/[^/]+/[^/]*-[^/]*\.c$|^workspace/([^/]+)/\1d?\.c$'; }

program_files() {
	local all program name man section text
	all=$(programs)
	while read -r program; do
		name=${program##*/} name=${name%.c}
		man=docs/man/$name.1
		[ -e "tests/${program%.c}.bats" ] || say "$program:1: it has no tests/${program%.c}.bats"
		if [ -e "$man" ]; then
			text=$'\n'$(<"$man")$'\n'
			for section in NAME SYNOPSIS DESCRIPTION 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
				[[ $text == *$'\n'".Sh $section"$'\n'* ]] || say "$man:1: section $section is missing"
			done
			options "$name" "$man"
		else
			say "$program:1: it has no man page $man"
		fi
	done < <(printf '%s' "${all:+$all$'\n'}")
	while read -r man; do
		name=${man##*/} name=${name%.1}
		[[ $all$'\n' == *"/$name.c"$'\n'* ]] || say "$man:1: there is no such program"
	done < <(matching '^docs/man/.*\.1$')
}

long_options() { grep -o -E -e '(^|[^[:alnum:]-])--[a-z][a-z0-9-]*' | sed 's/^[^-]*//' | sort -u; }

# The long options that --help shows are those that the page has.
options() { # NAME PAGE
	local help option
	[ -x "build/bin/$1" ] || { say "$2:1: build/bin/$1 is not built, so its options cannot be compared"; return; }
	help=$("build/bin/$1" --help 2>&1 </dev/null) || say "$2:1: build/bin/$1 --help fails"
	while read -r option; do
		say "$2:1: $option is in --help and not here"
	done < <(comm -23 <(long_options <<<"$help") <(page "$2" | long_options))
	while read -r option; do
		say "$2:$(grep -n -m 1 -e "${option#--}" "$2" | cut -d: -f1): $option is not in --help"
	done < <(comm -13 <(long_options <<<"$help") <(page "$2" | long_options))
}

page() { mandoc -T ascii -O width=1000 "$1" 2>/dev/null | sed 's/.\x08//g'; } # without overstriking

pages() {
	local line
	while read -r line; do
		line=${line#mandoc: }
		say "$(sed -E 's/^([^:]+:[0-9]+):[0-9]+: /\1: /' <<<"$line")"
	done < <(each '^docs/man/' mandoc -T lint -W warning)
}

scripts() {
	local line
	while read -r line; do
		say "$(sed -E 's/^([^:]+:[0-9]+):[0-9]+: /\1: /' <<<"$line")"
	done < <(
		# SC1091: it would follow sourced files. SC2015: `test && test || die` is an idiom here. SC2016: scripts in quotes.
		each '^mk/[^/]+\.sh$|^\.ci/run$|^tests/.*\.sh$' shellcheck --format gcc --exclude SC1091,SC2015,SC2016
		# Those that are read by others share variables with them, and with bats.
		each '^(mk|tests)/.*\.bash$' shellcheck --format gcc --exclude SC1091,SC2015,SC2016,SC2034,SC2119,SC2120,SC2154
	)
	while read -r line; do
		[ -x "$line" ] || say "$line:1: starts with #! and is not executable"
	done < <(each '^(mk|\.ci)/' grep -l -m 1 '^#!/')
}

# Nothing names the machine it was written on, or an archive: those are read from the host (mk/base-urls.sh).
machine_names() {
	local hosts pattern
	pattern="(^|[^A-Za-z0-9_.\$}-])/([w]ork|[h]ome/[a-z0-9_]+)(/|[^A-Za-z0-9_-]|\$)"
	each '' grep -I -n -E -e "$pattern" -- /dev/null | grep -v '^vectors/' |
		sed -E 's/^([^:]*:[0-9]+):.*/lint: \1: a path of one machine/' >>"$found" || true
	each '' grep -I -n -F -e "$root/" -- /dev/null |
		sed -E 's/^([^:]*:[0-9]+):.*/lint: \1: a path of one machine/' >>"$found" || true
	hosts=$(for kind in debian debian-security npm; do "$mk/base-urls.sh" $kind 2>/dev/null || true; done |
		sed -n -E 's#^[^ ]* [a-z]+://([^/@]*@)?([^/:]*\.[^/:]*[a-z])(:.*|/.*)?$#\2#p' | sort -u)
	[ -z "$hosts" ] || each '' grep -I -n -F -e "$hosts" -- /dev/null |
		sed -E 's/^([^:]*:[0-9]+):.*/lint: \1: the name of an archive or registry; mk\/base-urls.sh finds it/' >>"$found" || true
}

lengths() {
	each '\.(c|h|sh|mk|awk|jq|bash|bats|pl)$|^GNUmakefile$' awk '
		function judge() { if (lines > 500 && !excused) printf "lint: %s:501: %d lines; split it, or say above why: \"This file is long because\"\n", file, lines }
		FNR == 1 { judge(); file = FILENAME; excused = 0 }
		FNR <= 40 && /This file is long because/ { excused = 1 }
		{ lines = FNR }
		END { judge() }' >>"$found"
}

placeholders() {
	each '\.(c|h|sh|mk|awk|jq|bash|bats|pl|md|[1-9])$' grep -n -E -e '(^|[^A-Za-z])([T]ODO|[F]IXME|[X]XX)([^A-Za-z]|$)' -- /dev/null |
		sed -E 's/^([^:]*:[0-9]+):.*/lint: \1: something is left to do/' >>"$found" || true
}

# Known answers say where they come from, and cases that should fail say why they should.
vectors() {
	local folder file
	for folder in vectors/*/; do
		[ -d "$folder" ] || continue
		compgen -G "${folder}PROVENANCE*" >/dev/null || say "${folder%/}:1: there is no PROVENANCE"
	done
	while read -r file; do
		has_reason "$file" || say "$file:1: there is no ${file##*/}.reason"
	done < <(matching '^vectors/.*/should-fail/' | grep -v '\.reason$')
}

has_reason() { # FILE: its own reason, or one for the folder it is in
	[ -s "$1.reason" ] || [ -s "${1%.*}.reason" ] || {
		[[ ${1%/*} != */should-fail ]] && has_reason "${1%/*}"
	}
}

layering
program_files
pages
scripts
machine_names
lengths
placeholders
vectors
sort -u -t: -k2,2 -k3,3n -k4 "$found"
[ ! -s "$found" ]
