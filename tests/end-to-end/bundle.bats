# A bundle is every input, and all that is needed: with it, an image is built where there is no network at all.
load clone

setup_file() {
	export WARM=$BATS_FILE_TMPDIR/warm BUNDLE_TAR=$BATS_FILE_TMPDIR/bundle.tar
	warm_clone "$WARM"
	make -C "$WARM" bundle BUNDLE_OUT="$BUNDLE_TAR"
}

setup() { cd "$BATS_TEST_TMPDIR" || return; }

inputs() { (cd "$WARM" && mk/lock-list.sh $(find images -name debian.lock -o -name package-lock.json) | awk '{ print $1 "/" $2 }' | LC_ALL=C sort -u); }

# The bundle without one input, or with another content for it.
broken_bundle() { # ALGO/HEX [CONTENT]
	mkdir all
	tar -xf "$BUNDLE_TAR" -C all
	rm -f "all/$1"
	[ $# -eq 1 ] || printf '%s' "$2" >"all/$1"
	tar -C all -cf broken.tar sha256 sha512
	rm -rf all
}

@test "make bundle: every locked input once, under its digest, as any tar reads it" {
	same "$(inputs)" "$(tar -tf "$BUNDLE_TAR" | grep -v '/$' | LC_ALL=C sort)"
	bsdtar -xf "$BUNDLE_TAR"
	(cd sha256 && for file in *; do echo "$file  $file"; done | sha256sum --check --quiet)
	(cd sha512 && for file in *; do echo "$file  $file"; done | sha512sum --check --quiet)
}

@test "the bundle is the same bytes from another store with other things in it, at another time" {
	cp -a --reflink=auto "$WARM/build/store" store
	mv "$WARM/build/store" aside
	touch -d '2001-01-01' store/sha256/*
	head -c 64 /dev/urandom >store/sha256/"$(head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n')"
	mv store "$WARM/build/store"
	expect 0 make -C "$WARM" bundle BUNDLE_OUT="$PWD/again.tar"
	rm -rf "$WARM/build/store"
	mv aside "$WARM/build/store"
	cmp "$BUNDLE_TAR" again.tar
}

@test "from the bundle alone, in a network without interfaces, an empty store and the sources give the same digest" {
	clone cold
	unshare=(unshare --net)
	[ "$(id -u)" -eq 0 ] || unshare+=(--map-root-user)
	same '' "$("${unshare[@]}" sh -c 'grep -v "^ *lo:" /proc/net/dev | sed 1,2d')" "interfaces"
	MIRRORS='' expect 0 "${unshare[@]}" make -C cold --no-print-directory image BUNDLE="$BUNDLE_TAR"
	[[ $output == *"$(expected_digest)  build/images/kettle-launcher/oci"* ]]
}

@test "a bundle that lacks an input is refused with the input's name and version" {
	sha256=$(awk '$1 == "libssl3t64" { print $5 }' "$ROOT/images/kettle-launcher/1-debian/debian.lock")
	broken_bundle "sha256/$sha256"
	rm "$WARM/build/store/sha256/$sha256"
	rm "$WARM/build/fetched/images/kettle-launcher/1-debian/debian.lock.ok"
	expect 2 make -C "$WARM" image BUNDLE="$PWD/broken.tar"
	one_line "$(said)" "libssl3t64"
	[[ $stderr == *"$sha256"*"not in $PWD/broken.tar"* ]]
	builds_the_same "$WARM"
}

@test "a bundle with another content for an input is refused, and the content does not enter the store" {
	sha256=$(awk '$1 == "zlib1g" { print $5 }' "$ROOT/images/kettle-launcher/1-debian/debian.lock")
	broken_bundle "sha256/$sha256" 'not zlib'
	rm "$WARM/build/store/sha256/$sha256"
	rm "$WARM/build/fetched/images/kettle-launcher/1-debian/debian.lock.ok"
	expect 2 make -C "$WARM" image BUNDLE="$PWD/broken.tar"
	one_line "$(said)" "zlib1g"
	[[ $stderr == *"wrong content"* ]]
	[ ! -e "$WARM/build/store/sha256/$sha256" ]
	builds_the_same "$WARM"
}
