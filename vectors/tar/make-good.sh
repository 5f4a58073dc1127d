#!/bin/bash
# Makes good/: the same trees in what GNU tar, bsdtar and dpkg-deb write, and what is in them as GNU tar and sha256sum see it.
# Run once, by hand, in this folder, as root; what it made is kept, and PROVENANCE.md says with which versions.
set -euo pipefail
umask 022
export LC_ALL=C.UTF-8 TZ=UTC
here=$PWD/good
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

# What a tree must come out as: GNU tar is given the order, and lists what it wrote.
describe() {
	(
		cd "$tree/$1"
		find . -mindepth 1 -printf '%P\0' | LC_ALL=C sort -z >"$tree/order"
		tar --format=posix --no-recursion --mtime=@1700000000 --clamp-mtime --null -T "$tree/order" -cf - |
			tar --numeric-owner --utc --full-time -tvf - >"$here/$1.list"
		find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum >"$here/$1.sha256"
	)
}
gnu() { tar --numeric-owner -b2 -C "$tree/$1" "${@:3}" -cf "$here/$1-$2.tar" .; }
bsd() { bsdtar -b2 -C "$tree/$1" "${@:3}" -cf "$here/$1-$2.tar" .; }

# plain: what every variant can say
mkdir -p "$tree/plain" && cd "$tree/plain"
mkdir -p usr/bin usr/share/empty etc
printf 'one\n' >usr/bin/one
chmod 755 usr/bin/one
ln usr/bin/one usr/bin/alias
ln -s one usr/bin/first
ln -s /etc/nothing etc/dangling
seq 400 >etc/numbers
chmod 640 etc/numbers
chown 12:34 etc/numbers
: >etc/empty
chmod 2755 usr/share/empty
: >usr/bin-
find . -exec touch -h -d @1650000000 {} +
touch -d @1800000000 etc/empty
touch -d @1600000000 usr/share
describe plain
for format in v7 oldgnu gnu ustar posix; do
	gnu plain $format --format=$format
done
for format in ustar pax gnutar; do
	bsd plain bsd-$format --format=$format
done
bsdtar -C "$tree/plain" --format=pax -Z -cf "$here/plain-compress.tar.Z" .
bsdtar -C "$tree/plain" --format=pax --lzip -cf "$here/plain-lzip.tar.lz" .
bsdtar -C "$tree/plain" --format=pax --lzma -cf "$here/plain-lzma.tar.lzma" .
mkdir DEBIAN
printf 'Package: plain\nVersion: 1\nArchitecture: all\nMaintainer: nobody\nDescription: plain\n' >DEBIAN/control
for compression in none gzip xz; do
	SOURCE_DATE_EPOCH=1650000000 dpkg-deb --root-owner-group -Z$compression -b . "$here/debian-$compression.deb" >/dev/null
done
rm -r DEBIAN
chown 0:0 etc/numbers
cp -a "$tree/plain" "$tree/debian"
find "$tree/debian" -newermt @1650000000 -exec touch -h -d @1650000000 {} + # as dpkg-deb does
describe debian

# wide: what needs extensions
mkdir -p "$tree/wide" && cd "$tree/wide"
long=$(printf 'long-%.0s' {1..30})
mkdir -p "$long/$long"
printf 'deep\n' >"$long/$long/file"
ln "$long/$long/file" hard
ln -s "$long/$long/file" soft
printf 'data' >sparse
truncate -s 300000 sparse
printf 'middle' | dd of=sparse bs=1 seek=100000 conv=notrunc status=none
printf 'end' | dd of=sparse bs=1 seek=299997 conv=notrunc status=none
truncate -s 40000 hole
mkdir $'\u0444\u0430\u0439\u043b\u044b'
printf 'composed' >$'\u0444\u0430\u0439\u043b\u044b/\u00e9'
printf 'decomposed' >$'\u0444\u0430\u0439\u043b\u044b/e\u0301'
ln -s $'e\u0301' $'\u0444\u0430\u0439\u043b\u044b/link'
printf 'control' >$'tab\tand\nline'
printf 'big ids' >ids
chown 3000000:4000000 ids
find . -exec touch -h -d @1650000000 {} +
describe wide
find . -exec touch -h -d @1650000000.25 {} + # fractions are dropped
gnu wide gnu --format=gnu
gnu wide posix --format=posix
gnu wide gnu-sparse --format=gnu -S
for version in 0.0 0.1 1.0; do
	gnu wide posix-sparse-$version --format=posix -S --sparse-version=$version
done
bsd wide bsd-pax --format=pax
