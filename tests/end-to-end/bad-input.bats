# What is wrong outside the programs: store, locks, mirrors, disks. One line that names it, and nothing taken for done.
load clone

setup_file() {
	export WARM=$BATS_FILE_TMPDIR/warm
	warm_clone "$WARM"
}

setup() { cd "$BATS_TEST_TMPDIR" || return; }

teardown() { [ -z "${mounted:-}" ] || umount "$mounted"; }

LOCK=images/kettle-launcher/1-debian/debian.lock

locked() { awk -v name="$1" -v field="$2" '$1 == name { print $field }' "$WARM/$LOCK"; } # PACKAGE FIELD

# Nothing but the test's own mirror to fetch from.
without_places() { MIRRORS=$PWD/mirror DEB_MIRROR=file://$PWD/mirror DEB_SECURITY_MIRROR=file://$PWD/mirror "$@"; }

rebuild_first_layer() { rm -f "$WARM/build/images/kettle-launcher/layers/1-debian.tar"; }

@test "a store entry that changed is named, removed and fetched again" {
	sha256=$(locked libjq1 5)
	entry=$WARM/build/store/sha256/$sha256
	printf 'x' | dd of="$entry" bs=1 seek=1000 conv=notrunc status=none
	rebuild_first_layer
	builds_the_same "$WARM"
	one_line "$(said)" "$sha256 (libjq1 $(locked libjq1 2)) is corrupted in the store"
	same "$sha256" "$(sha256sum <"$entry" | cut -d' ' -f1)"
}

@test "one that changed and that no place has any more: it is gone, and no layer is made of it" {
	sha256=$(locked libjq1 5)
	mkdir mirror
	printf 'x' | dd of="$WARM/build/store/sha256/$sha256" bs=1 seek=1000 conv=notrunc status=none
	rebuild_first_layer
	without_places expect 2 make -C "$WARM" image
	[[ $(said) == *"libjq1 $(locked libjq1 2) (sha256:$sha256)"* ]]
	[ ! -e "$WARM/build/store/sha256/$sha256" ]
	[ ! -e "$WARM/build/images/kettle-launcher/layers/1-debian.tar" ]
	builds_the_same "$WARM"
}

@test "a lock with a digest that no place has: named with version and digest, and the ways out" {
	cp -a "$WARM/$LOCK" lock
	sha256=$(locked zlib1g 5)
	wrong=$(tr '0-9a-f' '1-9a-f0' <<<"$sha256")
	sed -i "s/$sha256/$wrong/" "$WARM/$LOCK"
	# An archive where the package is, with other bytes than the lock says.
	mkdir -p "mirror/$(dirname "$(locked zlib1g 6)")"
	cp "$WARM/build/store/sha256/$sha256" "mirror/$(locked zlib1g 6)"
	rm -f "$WARM/build/store/sha256/$wrong"
	without_places expect 2 make -C "$WARM" image
	cp -a lock "$WARM/$LOCK"
	one_line "$(said)" "zlib1g $(awk '$1 == "zlib1g" { print $2 }' lock) (sha256:$wrong)"
	[[ $stderr == *"wrong content"*"make lock"* ]]
	[ ! -e "$WARM/build/store/sha256/$wrong" ]
}

@test "a package that a mirror has cut short does not enter the store" {
	sha256=$(locked libonig5 5)
	path=$(locked libonig5 6)
	mkdir -p "mirror/$(dirname "$path")"
	head -c 100000 "$WARM/build/store/sha256/$sha256" >"mirror/$path"
	rm -f "$WARM/build/store/sha256/$sha256"
	rm "$WARM/build/fetched/images/kettle-launcher/1-debian/debian.lock.ok"
	without_places expect 2 make -C "$WARM" image
	one_line "$(said)" "libonig5 $(locked libonig5 2)"
	[[ $stderr == *"100000 bytes instead of $(locked libonig5 4)"* ]]
	[ ! -e "$WARM/build/store/sha256/$sha256" ]
	builds_the_same "$WARM"
}

@test "a lock that is damaged is refused with its line" {
	cp -a "$WARM/$LOCK" lock
	sed -i '/^zlib1g /s/ [0-9a-f]\{64\}//' "$WARM/$LOCK"
	line=$(grep -n '^zlib1g ' lock | cut -d: -f1)
	expect 2 make -C "$WARM" image
	cp -a lock "$WARM/$LOCK"
	[[ $(said) == *"$LOCK"*"$line"* ]]
	builds_the_same "$WARM"
}

@test "a file of the layer that is not what the layer says" {
	mtree=images/kettle-launcher/4-kettle/files.mtree
	cp -a "$WARM/$mtree" mtree
	echo './../escape contents=workspace/kettle/entry.js' >>"$WARM/$mtree"
	expect 2 make -C "$WARM" image
	cp -a mtree "$WARM/$mtree"
	one_line "$(said)" 'tar-normalize: '
	[[ $stderr == *".."* ]]
	builds_the_same "$WARM"
}

@test "a source folder that cannot be digested: no measurements, rather than another folder's digest" {
	mkfifo "$WARM/tools/image/pipe"
	touch "$WARM/mk/measurements.sh"
	expect 2 make -C "$WARM" measurements
	rm "$WARM/tools/image/pipe"
	[[ $(said) == *"image/pipe (tools): a FIFO is not wanted"* ]]
	[ ! -s "$WARM/build/measurements.json.new" ]
	expect 0 make -C "$WARM" measurements
	same "$(jq -cS .inputs "$ROOT/build/measurements.json")" "$(jq -cS .inputs "$WARM/build/measurements.json")"
}

@test "a full disk: the line says so, and with space the next make completes" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, to mount a small file system"
	rm -rf "$WARM"/build/images/kettle-launcher
	mkdir "$WARM/build/images/kettle-launcher"
	mounted=$WARM/build/images/kettle-launcher
	mount -t tmpfs -o size=20M tmpfs "$mounted"
	expect 2 make -C "$WARM" -j1 image
	one_line "$(said)" 'No space left on device'
	same '' "$(find "$mounted" -name '*.tar' -size +19M)"
	[ ! -e "$mounted/oci" ]
	umount "$mounted"
	mounted=
	builds_the_same "$WARM"
}

@test "a build folder that cannot be written: one line" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, to mount read-only"
	mount --bind "$WARM/build" "$WARM/build"
	mounted=$WARM/build
	mount -o remount,bind,ro "$mounted"
	expect 2 make -C "$WARM" image
	one_line "$(said)" 'build: cannot be written'
}
