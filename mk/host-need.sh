#!/bin/bash
# host-need.sh [?]COMMAND=PACKAGE...: installs the packages whose command (or absolute file) is missing, when it may.
# Exit status: 71 when something is missing that has no '?' in front.
set -eu
missing=() wished=()
exec 8<"${BASH_SOURCE[0]}"
! command -v flock >/dev/null || flock 8 # make may call it for several things at once; apt-get would not wait for its lists

is_here() { case $1 in /*) [ -e "$1" ] ;; *) command -v "$1" >/dev/null ;; esac; }

for need in "$@"; do
	thing=${need%%=*}
	is_here "${thing#\?}" && continue
	case $thing in
	\?*) wished+=("${need##*=}") ;;
	*) missing+=("${need##*=}") ;;
	esac
done
if [ "$(uname -sm)" != "Linux x86_64" ]; then
	echo "host: $(uname -sm): only Linux on x86_64 can run the build root; use such a machine or a virtual one" >&2
	exit 71
fi
may_install() { command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; }

# install PACKAGE...: fails with the reason in $reason.
install() {
	local log command=(apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@")
	echo "  INSTALL  $*"
	log=$(mktemp)
	export DEBIAN_FRONTEND=noninteractive
	# Without the lock: a package may start a service, which would keep it.
	"${command[@]}" >"$log" 2>&1 8<&- || { apt-get update >>"$log" 2>&1 8<&- && "${command[@]}" >>"$log" 2>&1 8<&-; } && rm "$log" && return
	reason=$(grep '^E:' "$log" | tail -n 1)
	rm "$log"
	return 1
}

mapfile -t missing < <(printf '%s\n' "${missing[@]}" | grep . | sort -u)
if may_install; then
	[ ${#missing[@]} -eq 0 ] || install "${missing[@]}" || {
		echo "host: apt-get could not install ${missing[*]}: $reason" >&2
		exit 71
	}
	[ ${#wished[@]} -eq 0 ] || install "${wished[@]}" || echo "host: going on without ${wished[*]}: $reason" >&2
elif [ ${#missing[@]} -gt 0 ] && command -v apt-get >/dev/null; then
	echo "host: missing: ${missing[*]}; install them with: sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
	exit 71
elif [ ${#missing[@]} -gt 0 ]; then
	echo "host: missing: ${missing[*]} (Debian's names), and this system has no apt-get; install what they hold by hand" >&2
	exit 71
fi
