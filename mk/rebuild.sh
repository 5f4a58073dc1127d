#!/bin/bash
# rebuild.sh STORE MAKE-ARGUMENT...: makes a release again in build/verify/tree, unsigned: in a copy of these sources with nothing built
# and no setting of anyone's, so that nothing is left out. Inputs come from the store.
#
# Exit status: 70 when make fails; build/verify/rebuild.log has what it said.
set -euo pipefail
store=$1
shift
work=build/verify
tree=$work/tree
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL KETTLE_DSTACK_LOCK # a make of its own
unset RELEASE KEYS KEY PASSPHRASE

[ ! -d $tree ] || chmod -R u+w $tree
rm -rf $tree
mkdir -p $tree/$work
tar --exclude=./build --exclude=./.git --exclude=./config.local.mk -cf - . | tar -C $tree -xf -
[ ! -d $work/given ] || cp -a $work/given $tree/$work/
printf '  %-8s %s\n' REBUILD "$tree, which takes minutes ($work/rebuild.log has what it says)" >&2
make -C $tree --no-print-directory "-j$(nproc)" release "$@" KEY= RELEASE= BUNDLE= MIRRORS= STORE="$store" >$work/rebuild.log 2>&1 || {
	grep -v '^make\|^  [A-Z]' $work/rebuild.log | tail -n 1
	exit 70
}
