#!/bin/bash
# repro.sh [VARIANT...]: makes the images and the release of this tree again under other circumstances, and compares every
# byte; each new release is what a third party's rebuild would be, so release-verify judges the tree's release by it.
#
#     other      another path, user, HOME, umask, locale, time zone, wall clock, host name, number of jobs and of
#                processors, order in which folders list, and an environment full of what programs listen to
#     chroot     without bubblewrap, one job
#     debian-13  with a Debian 13 userland as the host
#
# Inputs come from the store of the tree, so nothing but the Debian 13 userland is fetched, and that once, into
# build/repro/. What is expected are the layouts, the measurements and the release in build/, which make has brought up to
# date.
#
# Exit status: 0 all are the same, 1 something differs and was named, 70 a build failed, 71 the host lacks something.
set -euo pipefail
shopt -s inherit_errexit
tree=$PWD
store=${STORE:-build/store}
user=4321 group=4322 # nobody the host knows
userland=build/repro/debian-13
release=build/release
differences=0
mounts=()
variants=("$@")
[ $# -gt 0 ] || variants=(other chroot debian-13)

die() { # STATUS TEXT
	printf 'repro: %s\n' "$2" >&2
	exit "$1"
}

say() { printf '  REPRO    %s\n' "$*"; }

# Leaves nothing of a variant.
undo() {
	local i
	for ((i = ${#mounts[@]} - 1; i >= 0; i--)); do umount "${mounts[i]}" || umount --lazy "${mounts[i]}" || true; done
	mounts=()
	[ -z "${work:-}" ] || rm -rf --one-file-system "$work"
	work=
}

check_host() {
	local thing missing=()
	[ "$(id -u)" -eq 0 ] || die 71 "other users, mounts and a Debian 13 userland need root; run it as root"
	for thing in setpriv setarch taskset unshare faketime disorderfs bwrap debootstrap localedef jq; do
		command -v $thing >/dev/null || missing+=("$thing")
	done
	[ -e /usr/share/i18n/locales/tr_TR ] || missing+=("/usr/share/i18n/locales/tr_TR (package locales)")
	[ -c /dev/fuse ] || missing+=(/dev/fuse)
	[ ${#missing[@]} -eq 0 ] || die 71 "the host lacks: ${missing[*]}"
}

# The sources alone, without anything built or private, in a folder that a stranger may enter.
copy_sources() { # FOLDER
	mkdir -p "$1"
	tar -C "$tree" --exclude=./build --exclude=./.git --exclude=./config.local.mk -cf - . | tar -C "$1" -xf - --no-same-permissions
}

# Is what the other tree built the same? Says in what it is not.
compare() { # OTHER-TREE VARIANT
	local name layout file verdict='the same'
	for layout in build/images/*/oci; do
		name=$(basename "$(dirname "$layout")")
		build/bin/image-diff "$layout" "$1/$layout" >"$work/said" 2>&1 && continue
		verdict='NOT the same'
		sed "s/^/repro: $name: /" "$work/said"
	done
	for file in build/images/*/report.json build/measurements.json; do
		cmp -s "$file" "$1/$file" && continue
		verdict='NOT the same'
		{ diff "$file" "$1/$file" 2>&1 || true; } | sed -n "s#^[<>d]#repro: ${file#build/}: &#p" |
			awk -v file="${file#build/}" 'NR <= 20; END { if (NR > 20) print "repro: " file ": and " NR - 20 " lines more" }'
	done
	build/bin/release-verify --rebuilt "$1/$release" $release >"$work/said" 2>&1 || {
		verdict='NOT the same'
		sed -n 's/^  DOES NOT HOLD */repro: release: /p; s/^release-verify: /repro: release: /p' "$work/said"
	}
	[ "$verdict" = 'the same' ] || differences=$((differences + 1))
	say "$2: $verdict"
}

# Runs make for what is compared, in a tree, saying what it said only when it fails.
build() { # VARIANT COMMAND...
	local variant=$1 log=$work/log
	shift
	"$@" >"$log" 2>&1 </dev/null || {
		sed "s/^/repro: $variant: /" "$log" | tail -n 20 >&2
		die 70 "$variant: make failed"
	}
}

# What programs that make calls, and the makefiles, might listen to. None of it is a knob of this project.
poison() {
	cat >"$work/home/.bash_env" <<-'POISON'
		set -o noclobber
		shopt -s nullglob
		umask 0
	POISON
	printf '%s\n' "BASH_ENV=$work/home/.bash_env" CDPATH=/:/usr GREP_OPTIONS=-v 'GREP_COLORS=mt=1' TAR_OPTIONS=--exclude=*.so \
		GZIP=-1 XZ_OPT=-0 XZ_DEFAULTS=-T0 ZSTD_CLEVEL=19 SOURCE_DATE_EPOCH=1 POSIXLY_CORRECT=1 BLOCK_SIZE=1 \
		QUOTING_STYLE=c TIME_STYLE=full-iso LS_COLORS=di=1 CFLAGS=-O0 CPPFLAGS=-DNDEBUG CXXFLAGS=-g LDFLAGS=-s ASFLAGS=-x \
		ARFLAGS=rU CPATH=/tmp C_INCLUDE_PATH=/tmp LIBRARY_PATH=/tmp GCC_EXEC_PREFIX=/tmp/ COMPILER_PATH=/tmp \
		DEB_BUILD_OPTIONS=noopt JQ_COLORS=1 http_proxy=http://localhost:9 OPENSSL_CONF=/dev/null "LOCPATH=$work/locale" \
		LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8 LANGUAGE=tr TZ=Pacific/Kiritimati USER=somebody LOGNAME=else \
		layer=none root=/none store=/none epoch=1 images=none locks=none programs=none modules=none wrap=false check=yes \
		FAKE_UTIME=1 # so that what touch says and what make reads is the same moved clock
}

# The clock inside the build root, where nothing of the environment arrives: a library that every program there loads.
move_clock() { # TREE COMMAND that runs its arguments there
	local tree=$1 root=$1/build/root there
	shift
	"$@" mk/builder-run.sh "$work/store" gcc -O2 -Wall -D_GNU_SOURCE -shared -fPIC mk/repro-clock.c -o build/builder/clock.so
	mv "$tree/build/builder/clock.so" "$root/usr/lib/clock.so"
	echo /usr/lib/clock.so >"$root/etc/ld.so.preload"
	there=$("$@" mk/builder-run.sh "$work/store" date +%s)
	[ "$there" -gt $(($(date +%s) + 399 * 86400)) ] || die 70 "other: the clock in the build root did not move"
}

mount_store() { # FOLDER
	mkdir -p "$1"
	mount --bind "$store" "$1"
	mounts+=("$1")
	mount -o remount,bind,ro "$1"
}

elsewhere() {
	local at="$work/a folder/elsewhere" environment who
	mkdir -p "$at" "$work/home" "$work/locale"
	copy_sources "$work/sources"
	localedef -i tr_TR -f UTF-8 "$work/locale/tr_TR.UTF-8"
	mapfile -t environment < <(poison)
	chown -R "$user:$group" "$work/home" "$work/sources"
	chmod -R go= "$work/sources"
	mount_store "$work/store"
	disorderfs --quiet --multi-user=yes --shuffle-dirents=yes --reverse-dirents=no "$work/sources" "$at" >/dev/null
	mounts+=("$at")
	who=(env -i PATH="$PATH" HOME="$work/home" "${environment[@]}" unshare --uts --net bash -c 'hostname elsewhere; cd "$0"; exec "$@"' "$at"
		setpriv --reuid "$user" --regid "$group" --clear-groups taskset -c 0 setarch -R faketime -f +400d
		bash -c 'umask 077; exec "$@"' bash)
	build other "${who[@]}" make -j5 MIRRORS="$work/store" builder
	move_clock "$at" "${who[@]}"
	build other "${who[@]}" make -j5 MIRRORS="$work/store" images release COMMIT="$commit"
	compare "$at" other
}

without_bubblewrap() {
	copy_sources "$work/chroot"
	build chroot env -i PATH="$PATH" HOME=/root BUILDER=chroot make -C "$work/chroot" -j1 MIRRORS="$store" images release COMMIT="$commit"
	compare "$work/chroot" chroot
}

make_userland() {
	local base
	[ ! -d "$userland" ] || return 0
	base=$(mk/base-urls.sh debian)
	say "Debian 13 userland, once, into $userland"
	rm -rf "$userland.new"
	mkdir -p "$userland.new"
	build debian-13 debootstrap --variant=minbase --include=make,binutils,curl,xz-utils,bubblewrap trixie "$userland.new" "${base#* }"
	mv "$userland.new" "$userland"
}

in_debian_13() {
	make_userland
	copy_sources "$work/debian-13"
	build debian-13 bwrap --die-with-parent --unshare-pid --unshare-net --unshare-uts --cap-add ALL --ro-bind "$userland" / \
		--proc /proc --dev /dev --tmpfs /tmp --tmpfs /srv --bind "$work/debian-13" /srv/tree --ro-bind "$store" /srv/store \
		--clearenv --setenv PATH /usr/sbin:/usr/bin:/sbin:/bin --setenv HOME /root --chdir /srv/tree \
		make -j3 MIRRORS=/srv/store images release COMMIT="$commit"
	compare "$work/debian-13" debian-13
}

check_host
cd "$tree"
[ -e $release/provenance.json ] || die 71 "there is no $release to compare with; make release"
commit=$(jq -r '.buildDefinition.externalParameters.commit // ""' $release/provenance.json)
store=$(realpath "$store")
began=$SECONDS
trap 'trap "" INT TERM; undo' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
for variant in "${variants[@]}"; do
	say "$variant ..."
	work=$(mktemp -d -p "${TMPDIR:-/var/tmp}") # a gigabyte and a half: too much for a /tmp in memory
	chmod 755 "$work"
	case $variant in
	other) elsewhere ;;
	chroot) without_bubblewrap ;;
	debian-13) in_debian_13 ;;
	*) die 64 "$variant: not one of other, chroot, debian-13" ;;
	esac
	undo
done
[ $differences -eq 0 ] || die 1 "$differences of ${#variants[@]} rebuilds differ from this tree's, after $((SECONDS - began)) s"
say "holds: ${#variants[@]} rebuilds gave the same bytes as this tree's, in $((SECONDS - began)) s"
