#!/bin/bash
# layer-origins.sh IMAGE: prints which package each path of the image's layers can have come from. Runs in the build root.
#
#     LAYER <tab> PATH <tab> deb or npm <tab> NAME VERSION
#
# That is what the packages hold: a layer's filter may have left a path out, and its files.mtree may say it again.
set -euo pipefail
shopt -s inherit_errexit
image=images/$1

for layer in "$image"/[0-9]*-*/; do
	name_of_layer=$(basename "$layer")
	[ ! -e "$layer/debian.lock" ] || mk/lock-list.sh "$layer/debian.lock" | while read -r algorithm hex _ name version _; do
		bsdtar -xOf "/store/$algorithm/$hex" 'data.tar*' | bsdtar -tf - | sed -n "s#^\./\(.*[^/]\)\$#$name_of_layer\t\1\tdeb\t$name $version#p"
	done
	[ ! -e "$layer/npm/package-lock.json" ] || mk/lock-list.sh "$layer/npm/package-lock.json" | while read -r algorithm hex _ name version _; do
		bsdtar -tf "/store/$algorithm/$hex" |
			sed -n "s#^[^/]*/\(.*[^/]\)\$#$name_of_layer\tusr/lib/node_modules/$name/\1\tnpm\t$name $version#p"
	done
done
