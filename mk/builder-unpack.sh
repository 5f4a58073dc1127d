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
	*) decompress="cat" ;;
	esac
	ar p "$2" "$member" | $decompress | tar -xf - -C "$1" --no-same-owner -p --keep-directory-symlink --delay-directory-restore
}
export -f unpack

# Reads a line for each package that is done, and counts for whoever watches.
progress() {
	local count=0
	while read -r _; do
		count=$((count + 1))
		[ ! -t 2 ] || printf '\r  UNPACK   %d/%d packages\033[K' $count "$total" >&2
	done
	[ ! -t 2 ] || printf '\r\033[K' >&2
}

unpack_all() { xargs -P "$(nproc)" -L 1 bash -euo pipefail -c 'unpack "$0" "$1" && echo "$1"' "$root.new"; }

# base-files brings the links that merge /lib into /usr/lib, so it comes first.
files=$(mk/lock-list.sh "$lock" | awk -v s="$store" '{ print ($4 == "base-files" ? 0 : 1), s "/" $1 "/" $2 }' | sort)
total=$(wc -l <<<"$files")
{
	sed -n 's/^0 //p' <<<"$files" | unpack_all
	sed -n 's/^1 //p' <<<"$files" | unpack_all
} | progress
# The one link that a maintainer script would have made and that something here calls.
ln -s mawk "$root.new/usr/bin/awk"
mkdir -p "$root.new"/{src,store,proc,dev,tmp}
printf 'root:x:0:0:root:/tmp:/bin/bash\n' >"$root.new/etc/passwd"
printf 'root:x:0:\n' >"$root.new/etc/group"
[ ! -e "$root" ] || { chmod -R u+w "$root" && rm -rf "$root"; }
mv "$root.new" "$root"
