#!/bin/bash
# host-need.sh COMMAND=PACKAGE...: installs the packages whose command (or absolute file) is missing, when it may.
set -eu
missing=()
for need in "$@"; do
	thing=${need%%=*}
	case $thing in
	/*) [ -e "$thing" ] || missing+=("${need##*=}") ;;
	*) command -v "$thing" >/dev/null || missing+=("${need##*=}") ;;
	esac
done
if [ "$(uname -sm)" != "Linux x86_64" ]; then
	echo "host: $(uname -sm): only Linux on x86_64 can run the build root; use such a machine or a virtual one" >&2
	exit 71
fi
[ ${#missing[@]} -eq 0 ] && exit 0
mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
if ! command -v apt-get >/dev/null; then
	echo "host: missing: ${missing[*]} (Debian's names), and this system has no apt-get; install what they hold by hand" >&2
	exit 71
fi
install=(apt-get install -y --no-install-recommends "${missing[@]}")
if [ "$(id -u)" -ne 0 ]; then
	echo "host: missing: ${missing[*]}; install them with: sudo ${install[*]}" >&2
	exit 71
fi
echo "  INSTALL  ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"${install[@]}" >"$log" 2>&1 || { apt-get update >>"$log" 2>&1 && "${install[@]}" >>"$log" 2>&1; } || {
	echo "host: apt-get could not install ${missing[*]}: $(grep '^E:' "$log" | head -n 1)" >&2
	exit 71
}
