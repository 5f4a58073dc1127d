#!/bin/bash
# lock-npm.sh FOLDER: resolves FOLDER/package.json into FOLDER/package-lock.json and prints what changed.
#
# npm does the work, in a folder of its own, without running a package's scripts. The lock has integrity and no URLs,
# so it says what is wanted and not where it came from.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1
lock=$folder/package-lock.json
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

versions() { awk -F'"' '/^    "node_modules\//{ name = $2; sub(/.*node_modules\//, "", name) } /^      "version"/{ print name, $4 }' "$1" | sort; }

cp "$folder/package.json" "$work/"
registry=$(mk/base-urls.sh npm | cut -d' ' -f2)
(cd "$work" && npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --force \
	--no-audit --no-fund --os linux --cpu x64 --registry "$registry" >npm.log 2>&1) || {
	echo "lock: $folder/package.json: npm: $(grep -m1 -i 'npm err' "$work/npm.log")" >&2
	exit 2
}
if grep -n '"resolved"' "$work/package-lock.json"; then
	echo "lock: $folder/package.json: npm wrote a URL into the lock; npm 9 or later is needed" >&2
	exit 70
fi
[ -e "$lock" ] && versions "$lock" >"$work/old" || : >"$work/old"
versions "$work/package-lock.json" >"$work/new"
if [ -e "$lock" ] && cmp -s "$work/package-lock.json" "$lock"; then
	echo "$lock: unchanged, $(wc -l <"$work/new") packages"
	exit 0
fi
cp "$work/package-lock.json" "$lock.new"
mv "$lock.new" "$lock"
echo "$lock: $(wc -l <"$work/new") packages"
join -a1 -a2 -e- -o 0,1.2,2.2 "$work/old" "$work/new" | awk '$2 != $3 { print "  " $1 "  " $2 " → " $3 }'
