#!/bin/bash
# builder-unpack.sh STORE LOCK ROOT: unpacks every package of the lock into a new ROOT, without running anything of theirs.
set -euo pipefail
store=$1
lock=$2
root=$3
umask 022
[ ! -e "$root.new" ] || { chmod -R u+w "$root.new" && rm -rf "$root.new"; }
mkdir -p "$root.new"

unpack() {
	local member decompress
	member=$(ar t "$2" | grep '^data\.tar')
	case $member in
	*.xz) decompress='xz -dc' ;;
	*.gz) decompress='gzip -dc' ;;
	*.zst) decompress='zstd -dc' ;;
	*) decompress=cat ;;
	esac
	ar p "$2" "$member" | $decompress | tar -xf - -C "$1" --no-same-owner -p --keep-directory-symlink --delay-directory-restore
}
export -f unpack

# base-files brings the links that merge /lib into /usr/lib, so it comes first.
packages=$(mk/lock-list.sh "$lock")
awk -v s="$store" '$4 == "base-files" { print s "/" $1 "/" $2 }' <<<"$packages" | xargs -I{} bash -euo pipefail -c 'unpack "$0" "$1"' "$root.new" {}
awk -v s="$store" '$4 != "base-files" { print s "/" $1 "/" $2 }' <<<"$packages" |
	xargs -P "$(nproc)" -I{} bash -euo pipefail -c 'unpack "$0" "$1"' "$root.new" {}
mkdir -p "$root.new"/{src,store,proc,dev,tmp}
printf 'root:x:0:0:root:/tmp:/bin/bash\n' >"$root.new/etc/passwd"
printf 'root:x:0:\n' >"$root.new/etc/group"
[ ! -e "$root" ] || { chmod -R u+w "$root" && rm -rf "$root"; }
mv "$root.new" "$root"
