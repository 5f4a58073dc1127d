#!/bin/bash
# store-input.sh STORE RUN INPUT: brings one input (a line of lock-list.sh) into the store, from the first of PLACES
# that has it. A part of store-fetch.sh, which runs several at once and has the store to itself.
#
# PLACES, words in order: BASE, a folder or a URL, is asked for ALGO/HEX and then for PATH; KIND=BASE (the KINDs of
# base-urls.sh) is asked for PATH, when the input is of that kind; docker://REFERENCE, whose inputs registry-inputs.sh has listed in
# RUN, for the blob that has ALGO/HEX for a title. What a place answered is added to RUN/ALGO-HEX; one
# that does not answer is noted in RUN too, so that the inputs that follow do not wait for it. What came before an
# interruption is in STORE/partial/ and is continued.
#
# Exit status: 0, also when no place has it; 255, which ends xargs, when the store itself fails: `stop: REASON` on stderr.
set -euo pipefail
store=$1 run=$2
read -r algo hex size _ _ path <<<"$3"
# shellcheck source=mk/store-download.sh
. "${0%/*}/store-download.sh"
download=download # how a URL is fetched
part=$store/partial/$algo-$hex
why=$run/$algo-$hex

case $path in
pool/updates/*) kind=debian-security ;;
pool/*) kind=debian ;;
*) kind=npm ;;
esac

# More than this is not what was asked for: a place that never stops sending is stopped. Blocks of 1024 bytes.
if [ "$size" = - ]; then cap=$((1 << 20)); else cap=$((size / 1024 + 1)); fi

note() { printf '%s\n' "$*" >>"$why" || full; }

stop() {
	printf 'stop: %s\n' "$*" >&2
	exit 255
}

bytes_of() { if [ -f "$1" ]; then stat -c %s "$1"; else echo 0; fi; }

# Is the partial file the input? If not, $wrong says why.
holds() {
	local bytes actual
	bytes=$(bytes_of "$part")
	wrong="$bytes bytes instead of $size"
	[ "$size" = - ] || [ "$bytes" = "$size" ] || return 1
	actual=$("${algo}sum" <"$part")
	wrong="its $algo is ${actual%% *}"
	[ "${actual%% *}" = "$hex" ]
}

# The one way into the store.
keep() {
	chmod 0444 "$part" && mv -fT "$part" "$store/$algo/$hex" || stop "cannot be written"
	exit 0
}

full() {
	local left
	left=$(df --output=avail -h "$store" | tail -n 1)
	stop "cannot be written while fetching ${path##*/}: ${left// /} left on its disk"
}

# A file that was continued may be two files' halves, so a wrong one is fetched once more from its start.
from_url() {
	local url=$1 fresh='' status down=$run/down-${place//\//_}
	[ ! -e "$down" ] || {
		note "$url: cannot be reached"
		return 0
	}
	if [ "$(bytes_of "$part")" -gt $((cap * 1024)) ]; then rm -f "$part"; fi
	[ -s "$part" ] || fresh=yes
	for try in first second; do
		status=0
		[ "$(bytes_of "$part")" = "$size" ] || $download "$url" "$part" $cap || status=$?
		case $status in 2) : >"$down" ;; 3) full ;; esac
		[ $status -eq 0 ] || {
			note "$url: $message"
			return 0
		}
		if holds; then keep; fi
		rm -f "$part"
		if [ -n "$fresh" ]; then break; fi
		fresh=yes
	done
	note "$url: wrong content: $wrong"
}

# Two artifacts can give one title to two blobs, of which one is a lie.
from_registry() { # REFERENCE
	local blob
	[ -s "$run/inputs-${1//\//_}" ] || return 0
	# shellcheck source=mk/registry.sh
	. "${0%/*}/registry.sh"
	registry_open "$run" "$1" || {
		note "$place: $reason"
		return 0
	}
	download=registry_download
	while read -r blob; do
		from_url "$registry_url/blobs/sha256:$blob"
	done < <(awk -v title="$algo/$hex" '$3 == title { print $1 }' "$run/inputs-${1//\//_}" | head -n 4)
	download=download
}

from_file() {
	[ -f "$1" ] || {
		note "$1: not there"
		return 0
	}
	message=$(cp --reflink=auto --no-preserve=mode "$1" "$part" 2>&1) || {
		case $message in *"No space"*) full ;; esac
		note "$1: ${message##*: }"
		return 0
	}
	if holds; then keep; fi
	rm -f "$part"
	note "$1: wrong content: $wrong"
}

from() { case $1 in *://*) from_url "$1" ;; *) from_file "$1" ;; esac; }

for place in $PLACES; do
	case $place in
	debian=* | debian-security=* | npm=*) [ "${place%%=*}" != "$kind" ] || from "${place#*=}/$path" ;;
	docker://*) from_registry "${place#docker://}" ;;
	*) from "${place%/}/$algo/$hex" && from "${place%/}/$path" ;;
	esac
done
