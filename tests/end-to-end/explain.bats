# image-explain beside the build itself: something is really changed in a copy of this tree, and what changes in
# measurements.json is compared with what was predicted.
load clone
load ../tools/measure/os-image

setup_file() {
	export WARM=$BATS_FILE_TMPDIR/tree OS=$BATS_FILE_TMPDIR/os
	cd "$BATS_FILE_TMPDIR" || return
	small_files A
	os_image
	warm_clone "$WARM"
	measure
	cp -a "$WARM/build/measurements.json" before.json
}

setup() {
	export BEFORE=$BATS_FILE_TMPDIR/before.json
	cd "$BATS_TEST_TMPDIR" || return
}

measure() { make -C "$WARM" --no-print-directory -s measurements OS_IMAGE="$OS" >/dev/null; }

# The paths of all values, as jq writes them, each with its value.
flat() { jq -r 'paths(scalars) as $p | "\($p | map(if type == "number" then "[\(.)]" else ".\(.)" end) | join(""))\t\(getpath($p))"' "$1" | LC_ALL=C sort; }

# explained WHAT...: predicted.always, .made and .may are the paths they name, before anything is changed.
explained() {
	local surely
	expect 0 image-explain --measurements "$BEFORE" --tree "$ROOT" --json "$@"
	same '' "$stderr"
	same "$(for _; do echo 1; done)" "$(jq '.explanations[].things | length' <<<"$output")" "things that these are: $*"
	for surely in always made may; do
		jq -r --arg surely $surely '.explanations[].things[0].influences[] | select(.changes == $surely).path' <<<"$output" |
			LC_ALL=C sort -u >predicted.$surely
	done
}

# change FILE SED: in the copy; given back at the end.
change() {
	mkdir -p "originals/${1%/*}"
	cp -a "$WARM/$1" "originals/$1"
	sed -i "$2" "$WARM/$1"
	expect 1 cmp -s "originals/$1" "$WARM/$1"
}

teardown() {
	local file
	[ -d originals ] || return 0
	find originals -type f -printf '%P\n' | while read -r file; do cp "originals/$file" "$WARM/$file"; done
}

changes() {
	measure
	diff <(flat "$BEFORE") <(flat "$WARM/build/measurements.json") | sed -n 's/^[<>] \([^\t]*\)\t.*/\1/p' | LC_ALL=C sort -u >changed
	[ -s changed ]
}

# as_predicted: every value that was said to change has changed, and none that was not named.
as_predicted() {
	changes
	same '' "$(sort -u predicted.always predicted.made | comm -23 - changed)" "said to change, and unchanged"
	same '' "$(sort -u predicted.always predicted.made predicted.may | comm -13 - changed)" "changed, and not named"
}

@test "a source of the launcher" {
	explained workspace/kettle/health.c
	grep -qx .tdx.rtmr3.rtmr3 predicted.made
	same 0 "$(grep -c '^\.image\.layers\[[0-2]\]\|^\.tdx\.vms' predicted.made || true)"
	change workspace/kettle/health.c 's/answer.status >= 500/answer.status >= 600/'
	as_predicted
}

@test "a comment in a header of it, and a module that it does not link: the workspace's digest alone" {
	explained workspace/qvl/ccel.c
	same '' "$(cat predicted.made predicted.may)"
	explained workspace/base/hex.h
	[ -s predicted.made ]
	change workspace/base/hex.h '1s,^,/* Two digits a byte. */ ,'
	change workspace/qvl/ccel.c '$s/$/\nint event_log_unused_number(void);\nint event_log_unused_number(void) { return 5; }/'
	changes
	same '.inputs.workspace.sha256 .inputs.workspace.sha384' "$(paste -sd' ' changed)"
	diff changed predicted.always
}

@test "a line of the deployment, and the memory of a shape of VM" {
	explained images/kettle-launcher/deploy/small.json
	same 0 "$(cat predicted.* | grep -c '^\.deployment\|rtmr3' || true)"
	explained images/kettle-launcher/deploy/docker-compose.yml
	same 0 "$(cat predicted.* | grep -c '^\.image\.\|^\.tdx\.vms' || true)"
	explained images/kettle-launcher/deploy/small.json images/kettle-launcher/deploy/docker-compose.yml
	change images/kettle-launcher/deploy/docker-compose.yml 's/pids_limit: 256/pids_limit: 2560/'
	change images/kettle-launcher/deploy/small.json 's/2147483648/3221225472/'
	as_predicted
	for path in .deployment.app_compose.size '.tdx.vms[2].rtmr0'; do grep -qxF "$path" changed; done
}

@test "the OS image's initrd and firmware" {
	explained initramfs.cpio.gz ovmf.fd
	cp -a "$OS" os
	printf ' and more' >>os/initramfs.cpio.gz
	# A byte of the last page of the firmware that is measured.
	printf '\125' | dd of=os/ovmf.fd bs=1 seek=$(($(stat -c %s os/ovmf.fd) - 4096)) conv=notrunc status=none
	list
	OS=$PWD/os as_predicted
}

# deb_with_a_byte_more DEB NEW: the same package, with another byte in its copyright file.
deb_with_a_byte_more() {
	local member
	mkdir parts data
	(cd parts && bsdtar -xf "$1")
	member=$(cd parts && ls data.tar*)
	bsdtar -xpf "parts/$member" -C data
	find data -name copyright -exec chmod u+w {} + -exec sh -c 'printf x >>"$1"' - {} \;
	(cd data && tar --sort=name --owner=0 --group=0 --numeric-owner -cJf ../parts/data.tar.xz ./*)
	[ "$member" = data.tar.xz ] || rm "parts/$member"
	(cd parts && ar rcD "$2" debian-binary control.tar* data.tar.xz)
}

@test "an entry of a lock: another build of a package" {
	need ar bsdtar xz
	local lock=images/kettle-launcher/1-debian/debian.lock line name version arch hex path new
	line=$(grep -n '^libzstd1 ' "$ROOT/$lock" | cut -d: -f1)
	explained "$lock:$line"
	same "libzstd1 $(sed -n "${line}p" "$ROOT/$lock" | cut -d' ' -f2)" "$(jq -r '.explanations[0].things[0].name' <<<"$output")"
	read -r name version arch _ hex path < <(sed -n "${line}p" "$ROOT/$lock")
	deb_with_a_byte_more "$WARM/build/store/sha256/$hex" "$PWD/new.deb"
	new=$(sha256sum <new.deb | cut -c-64)
	cp new.deb "$WARM/build/store/sha256/$new"
	change "$lock" "${line}s@.*@$name $version $arch $(stat -c %s new.deb) $new $path@"
	as_predicted
	grep -qx '\.image\.layers\[0\]\.diff_id\.sha256' changed
}
