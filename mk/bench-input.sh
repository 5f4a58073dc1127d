#!/bin/bash
# bench-input.sh STORE LOCK OUT: the input of the measurements, a tar of about 140 MB of a Debian system. It is made of
# the locked packages, all but the compiler's, so it is the same wherever the lock is. Its entries are in the order of
# unpacking, which is not that of names.
set -euo pipefail
store=$1
lock=$2
out=$3
compiler='^(gcc|cpp|(lib)?binutils)|^libgcc-.*-dev$|san[0-9]+$'
export LC_ALL=C
umask 022
new=$out.new
rm -rf "$new"
mkdir -p "$new/root"
trap 'rm -rf "$new"' EXIT

while read -r key epoch _; do
	[ "$key" != epoch ] || break
done <"$lock"

# base-files brings the links that merge /lib into /usr/lib, so it comes first.
mk/lock-list.sh "$lock" | awk -v compiler="$compiler" '$4 !~ compiler { print $4 != "base-files", $4, $1 "/" $2 }' |
	sort | while read -r _ _ path; do
	ar p "$store/$path" data.tar.xz | xz -dc >"$new/data.tar"
	tar -xf "$new/data.tar" -C "$new/root" --no-same-owner -p --keep-directory-symlink --delay-directory-restore
	tar -tf "$new/data.tar" | sed 's#/$##'
done >"$new/list"

# --clamp-mtime: folders that no package lists have the time of unpacking.
awk '!seen[$0]++' "$new/list" | tar -C "$new/root" --no-recursion --verbatim-files-from -T - --owner=0 --group=0 \
	--numeric-owner --mtime="@$epoch" --clamp-mtime --format=gnu -cf "$new/root.tar"
mv "$new/root.tar" "$out"
