#!/bin/bash
# registry-blob.sh FOLDER REFERENCE SCRATCH "HEX SIZE WHAT": brings one blob into FOLDER/blobs/HEX. A part of registry-pull.sh, which
# runs several at once.
#
# What has begun to arrive is in FOLDER/partial/ and is continued. A blob takes its name only when its size and digest hold.
# Exit status: 0; 255, which ends xargs, when it cannot be had: SCRATCH/failed has a line `CODE REASON` then.
set -euo pipefail
export LC_ALL=C
mk=${0%/*}
# shellcheck source=mk/store-download.sh
. "$mk/store-download.sh"
# shellcheck source=mk/registry.sh
. "$mk/registry.sh"
folder=$1 reference=$2 scratch=$3
read -r hex size what <<<"$4"
part=$folder/partial/$hex

give_up() { # CODE REASON
	printf '%s %s (sha256:%s): %s\n' "$1" "$what" "$hex" "$2" >>"$scratch/failed"
	exit 255
}

bytes_of() { if [ -f "$1" ]; then stat -c %s "$1"; else echo 0; fi; }

# Is what has arrived the blob? If not, $wrong says why.
holds() {
	local bytes actual
	bytes=$(bytes_of "$part")
	wrong="$bytes bytes instead of $size"
	[ "$bytes" = "$size" ] || return 1
	actual=$(sha256sum <"$part")
	wrong="its sha256 is ${actual%% *}"
	[ "${actual%% *}" = "$hex" ]
}

[ ! -e "$folder/blobs/$hex" ] || exit 0
registry_open "$scratch" "$reference" || give_up "$code" "$reason"
if [ "$(bytes_of "$part")" -gt "$size" ]; then rm -f "$part"; fi
# A blob that was continued may be two blobs' halves, so a wrong one is fetched once more from its start.
tries=(first)
[ ! -s "$part" ] || tries+=(second)
for _ in "${tries[@]}"; do
	status=0
	if [ "$(bytes_of "$part")" != "$size" ]; then
		registry_download "$registry_url/blobs/sha256:$hex" "$part" $((size / 1024 + 1)) || status=$?
	elif [ "$size" = 0 ]; then
		: >"$part"
	fi
	case $status in
	0) ;;
	3) give_up 73 "cannot be written" ;;
	*) give_up 74 "$message" ;;
	esac
	! holds || { mv -T "$part" "$folder/blobs/$hex" && exit 0; }
	rm -f "$part"
done
give_up 1 "wrong content: $wrong"
