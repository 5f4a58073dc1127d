# Loaded by what tests releases, after clone: a signed release of a copy of this tree, and other people's programs to read it with.
# shellcheck shell=bash

# release_setup [MAKE ARGUMENT...]: $WARM/build/release is a release signed with $KEY_FILE, whose public half is in $KEY_FOLDER.
release_setup() {
	export WARM=$BATS_FILE_TMPDIR/tree KEY_FILE=$BATS_FILE_TMPDIR/key.pem KEY_FOLDER=$BATS_FILE_TMPDIR/keys
	warm_clone "$WARM"
	manifest-sign keygen --type p256 --out "$KEY_FILE"
	mkdir "$KEY_FOLDER"
	cp "$BATS_FILE_TMPDIR/key.pub" "$KEY_FOLDER/"
	released KEY="$KEY_FILE" "$@"
}

# released [MAKE ARGUMENT...]: makes the release anew.
released() { make -C "$WARM" --no-print-directory -s release "$@" >"$BATS_FILE_TMPDIR/said" 2>&1 || { cat "$BATS_FILE_TMPDIR/said" >&2 && return 1; }; }

# test_root NAME: the programs locked by tests/NAME/debian.lock, in build/NAME.
test_root() {
	local lock=tests/$1/debian.lock
	need bwrap
	cd "$ROOT" || return
	[ "build/$1.ok" -nt "$lock" ] || {
		mk/store-fetch.sh "$TREE_STORE" "$lock"
		mk/builder-unpack.sh "$TREE_STORE" "$lock" "build/$1"
		touch "build/$1.ok"
	}
}

# in_test_root NAME COMMAND...: runs it there; the folder at hand is there too, and its /tmp is $BATS_FILE_TMPDIR.
in_test_root() {
	local at=$ROOT/build/$1
	shift
	bwrap --die-with-parent --ro-bind "$at" / --proc /proc --dev /dev --bind "$BATS_FILE_TMPDIR" /tmp --bind "$PWD" /src --chdir /src \
		--clearenv --setenv PATH /usr/bin --setenv HOME /tmp "${inside[@]}" -- "$@"
}
inside=() # further arguments of bwrap
