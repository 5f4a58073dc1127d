#!/bin/bash
# layer.sh LAYER OUT EPOCH: the layer that the folder describes (mk/image.mk says how), as a normalised tar.
#
# Runs in the build root: /store has the locked inputs, each under its digest.
set -euo pipefail
layer=$1
out=$2
epoch=$3
tree=/tmp/tree # what is derived from the packages rather than unpacked from them
inputs=()      # arguments of tar-normalize, in order
mkdir -p "$tree" /tmp/deb /tmp/npm "$(dirname "$out")"

# Gives each package of the locks the name it has outside the store, so that messages can say which it is.
link() { ln -s "/store/$1/$2" "$3"; }

dpkg_status() {
	mkdir -p "$tree/var/lib/dpkg"
	local deb
	for deb in /tmp/deb/*.deb; do
		bsdtar -xOf "$deb" 'control.tar*' | bsdtar -xOf - ./control | sed -e 's/^Package: .*/&\nStatus: install ok installed/' -e '$a\'
		echo
	done >"$tree/var/lib/dpkg/status"
}

# The order of update-ca-certificates in the C locale: by file name, byte by byte.
ca_bundle() {
	mkdir -p /tmp/ca "$tree/etc/ssl/certs"
	bsdtar -xOf /tmp/deb/ca-certificates_*.deb 'data.tar*' | bsdtar -xf - -C /tmp/ca ./usr/share/ca-certificates
	(cd /tmp/ca/usr/share/ca-certificates && find . -name '*.crt' -print0 | LC_ALL=C sort -z | xargs -0 sed -s '$a\') \
		>"$tree/etc/ssl/certs/ca-certificates.crt"
}

# A line that is not understood would give another image without a word.
filter() {
	local kind glob rest line=0
	while read -r kind glob rest || [ -n "$kind" ]; do
		line=$((line + 1))
		case $kind in
		'' | '#'*) continue ;;
		exclude | include) [ -n "$glob" ] && [ -z "$rest" ] && inputs+=("--$kind" "$glob") && continue ;;
		esac
		fail "filter:$line: 'include GLOB' or 'exclude GLOB' was expected"
	done <"$layer/filter"
}

fail() {
	echo "layer: $layer/$1" >&2
	exit 2
}

for asked in debian.packages:debian.lock npm/package.json:npm/package-lock.json; do
	[ ! -e "$layer/${asked%:*}" ] || [ -e "$layer/${asked#*:}" ] || fail "${asked%:*}: there is no ${asked#*:} beside it; run make lock"
done
if [ -e "$layer/debian.lock" ]; then
	packages=$(mk/lock-list.sh "$layer/debian.lock")
	while read -r algorithm hex _ name version _; do
		link "$algorithm" "$hex" "/tmp/deb/${name}_${version//:/%3a}.deb"
	done <<<"$packages"
	dpkg_status
	[ -z "$(find /tmp/deb -name 'ca-certificates_*')" ] || ca_bundle
	[ ! -e "$layer/filter" ] || filter
	inputs+=(/tmp/deb/*.deb --include '' --exclude '')
fi
if [ -e "$layer/npm/package-lock.json" ]; then
	packages=$(mk/lock-list.sh "$layer/npm/package-lock.json")
	while read -r algorithm hex _ name version _; do
		package=/tmp/npm/${name//\//+}-$version.tgz
		link "$algorithm" "$hex" "$package"
		inputs+=(--owner 0:0 --strip 1 --prefix "usr/lib/node_modules/$name" "$package")
	done <<<"$packages"
	inputs+=(--owner keep --strip 0 --prefix '')
fi
[ ! -e "$layer/files.mtree" ] || inputs+=("$layer/files.mtree")
# Not the time of this machine's clock, which may be before the epoch.
find "$tree" -exec touch -h -d "@$epoch" {} +
[ -z "$(ls "$tree")" ] || inputs+=(--owner 0:0 --modes canonical "$tree")
exec build/builder/bin/tar-normalize --epoch "$epoch" -o "$out" "${inputs[@]}"
