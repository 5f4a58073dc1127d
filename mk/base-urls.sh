#!/bin/bash
# base-urls.sh KIND...: prints, for each of debian, debian-security and npm, `KIND URL`: where this host gets such
# packages from. No such place is written down in the project: it is what the user gave (DEB_MIRROR,
# DEB_SECURITY_MIRROR, NPM_REGISTRY), else what the host's own apt and npm are set up with. Exit status 71 when there is
# nothing to go by.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C

none() {
	echo "store: $1: $2; say where to get them with $3=URL" >&2
	exit 71
}

# `URL RELEASE` of each archive that the host's apt takes packages from.
apt_archives() {
	command -v apt-get >/dev/null || return 0
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 2>/dev/null || true
}

# Debian's own releases only: another distribution's or vendor's archive does not have the locked packages.
debian_archive() { # main | security
	apt_archives | awk -v want="$1" '
		{
			release = $2
			sub(/\/$/, "", release)
			security = sub(/-security$/, "", release)
			sub(/-(updates|backports|proposed-updates)$/, "", release)
		}
		security == (want == "security") &&
				release ~ /^(bookworm|trixie|forky|duke|sid|unstable|testing|stable|oldstable)$/ {
			sub(/\/+$/, "", $1)
			print $1
			exit
		}'
}

debian() {
	local url=${DEB_MIRROR:-}
	[ -n "$url" ] || url=$(debian_archive main)
	[ -n "$url" ] || none debian "this host's apt has no archive of Debian's" DEB_MIRROR
	printf '%s\n' "${url%/}"
}

# Mirrors that carry both keep them side by side under these names.
debian_security() {
	local url=${DEB_SECURITY_MIRROR:-}
	[ -n "$url" ] || [ -n "${DEB_MIRROR:-}" ] || url=$(debian_archive security)
	[ -n "$url" ] || url=$(debian)-security
	printf '%s\n' "${url%/}"
}

npmrc() { # FILE
	[ -r "$1" ] || return 0
	awk -F= '{ key = $1; gsub(/[ \t]/, "", key) }
		key == "registry" { sub(/^[^=]*=[ \t]*/, ""); gsub(/["\r]/, ""); url = $0 }
		END { print url }' "$1"
}

# The distribution's package of npm knows where npm looks by default; reading it there spares installing npm.
npm_package() {
	local folder
	command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 0
	folder=$(mktemp -d)
	(cd "$folder" && apt-get -q -o APT::Sandbox::User=root download npm >/dev/null 2>&1 &&
		dpkg-deb --fsys-tarfile npm_*.deb | tar -x --wildcards '*/definitions.js' &&
		find . -name definitions.js -exec cat {} + |
		awk -F"[\"']" '/define\(.registry./ { here = 1 }
			here && /default:/ && /:\/\// { print $2; exit }') 2>/dev/null || true
	rm -rf "$folder"
}

npm_registry() {
	local url=${NPM_REGISTRY:-${npm_config_registry:-}}
	[ -n "$url" ] || url=$(npmrc "${HOME:-/}/.npmrc")
	[ -n "$url" ] || url=$(npmrc /etc/npmrc)
	[ -n "$url" ] || ! command -v npm >/dev/null || url=$(cd / && npm config get registry 2>/dev/null || true)
	[ -n "$url" ] || url=$(npm_package)
	[[ $url == *://* ]] || none npm "neither this host's npm nor an npmrc names a registry" NPM_REGISTRY
	while [[ $url == */ ]]; do url=${url%/}; done
	printf '%s\n' "$url"
}

for kind in "$@"; do
	case $kind in
	debian) url=$(debian) ;;
	debian-security) url=$(debian_security) ;;
	npm) url=$(npm_registry) ;;
	*) echo "store: $kind: not one of debian, debian-security, npm" >&2; exit 64 ;;
	esac
	printf '%s %s\n' "$kind" "$url"
done
