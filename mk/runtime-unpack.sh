#!/bin/bash
# runtime-unpack.sh STORE LOCK FOLDER: the npm packages of the lock under FOLDER/node_modules, as they are.
set -euo pipefail
store=$1
lock=$2
folder=$3
rm -rf "$folder/node_modules" "$folder/node_modules.new"
while read -r algorithm hex _ name _; do
	mkdir -p "$folder/node_modules.new/$name"
	tar -xzf "$store/$algorithm/$hex" -C "$folder/node_modules.new/$name" --strip-components 1 --no-same-owner
done < <(mk/lock-list.sh "$lock")
mv "$folder/node_modules.new" "$folder/node_modules"
