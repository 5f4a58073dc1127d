#!/bin/bash
# Makes golden-gnu.tar and golden-bsdtar.tar with GNU tar and bsdtar. Needs root (devices, owners, capabilities).
# Run once, by hand, in this folder; what it made is kept, and PROVENANCE.md says with which versions.
set -euo pipefail
umask 022
here=$PWD
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree"
hundred=$(printf 'h%.0s' {1..100})
long=deep/$(printf 'n%.0s' {1..120})
composed=$'\xc3\xa9' decomposed=$'e\xcc\x81'

mkdir bin deep dev "$hundred"
printf '#!x\n' >'bin/['
ln 'bin/[' bin/test
chmod 4755 'bin/['
printf 'P%.0s' {1..513} >bin/ping
chmod 755 bin/ping
setcap cap_net_raw+ep bin/ping
perl -e '@a = ("bin/ping", "user.dropped", "anything"); syscall(188, @a, 8, 0) and die "$!\n"' # setxattr
ln -s bin bin-x
printf long >"$long"
ln "$long" deep/zlink
mknod -m 666 dev/null c 1 3
mknod -m 660 dev/sda b 8 0
chgrp 6 dev/sda
mkfifo -m 600 dev/pipe
printf 'decomposed\n' >"$decomposed"
printf 'composed\n' >"$composed"
chmod 1777 "$hundred"
ln -s "$composed" "$hundred-"
printf 'x%.0s' {1..512} >owned
chown 4294967294:2097152 owned
chmod 600 owned
: >same
chown 2097151:1234 same
chmod 640 same

find . -mindepth 1 -exec touch -h -d @1750000000.5 {} +
touch -d @1700000000 deep dev/null
touch -d @1600000000 'bin/['
touch -d @0 same
touch -d @1600000000.75 bin

tar --format=posix --xattrs --xattrs-include='*' --sort=none -b2 -cf "$here/golden-gnu.tar" .
ls -f | grep -vx '[.]*' | tac | bsdtar --format=pax --xattrs -b2 -T - -cf "$here/golden-bsdtar.tar"
