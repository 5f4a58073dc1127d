#!/bin/bash
# runtime-unpack.sh STORE LOCK... FOLDER: the npm packages of the locks under FOLDER/node_modules, as they are.
set -euo pipefail
store=$1
locks=("${@:2:$#-2}")
folder=${!#}
rm -rf "$folder/node_modules" "$folder/node_modules.new"
while read -r algorithm hex _ name _; do
	mkdir -p "$folder/node_modules.new/$name"
	tar -xzf "$store/$algorithm/$hex" -C "$folder/node_modules.new/$name" --strip-components 1 --no-same-owner
done < <(mk/lock-list.sh "${locks[@]}")
mv "$folder/node_modules.new" "$folder/node_modules"
