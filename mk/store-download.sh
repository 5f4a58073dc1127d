# store-download.sh: sourced; one file over HTTP, continued where it stopped.
#
#     download URL FILE KIB    adds to FILE until the place has no more; more than KIB (1024 bytes each) is not taken.
#                              Status 1: $message says why; 2: so it does, and the place does not answer at all;
#                              3: FILE cannot be written.
#
# download_config names a command that prints further configuration for curl, which may be secret: curl reads it from a pipe.
# shellcheck shell=bash

download_config=true

download() {
	local try status options=(--fail --location --silent --show-error --globoff --continue-at -
		--connect-timeout 20 --speed-limit 1024 --speed-time "${FETCH_STALL:-30}")
	for try in 1 2 3; do
		status=0
		message=$( ("$download_config" | (ulimit -f "$3" && exec curl --config - "${options[@]}" --output "$2" --url "$1")) 2>&1) || status=$?
		message=${message#"${message%%curl: (*}"} # what warns comes before, what explains after
		message=${message%%$'\n'*}
		message=${message#curl: (*) }
		case $status in
		0) return 0 ;;
		18 | 52 | 56 | 92) continue ;;      # cut short: go on from there
		33 | 36) rm -f "$2" ;;              # cannot go on from there: start again
		22) case $message in *'error: 429' | *'error: 50'[0234]) sleep $try ;; *) return 1 ;; esac ;;
		28) if [ $try -gt 1 ]; then return 2; fi ;;
		5 | 6 | 7) return 2 ;;
		23) return 3 ;;
		153) message="sends more than the $3 KiB expected" && rm -f "$2" && return 1 ;;
		*) return 1 ;;
		esac
	done
	message="$message (tried $try times)"
	return 1
}
