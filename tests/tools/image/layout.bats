#!/usr/bin/env bats
# image-assemble when something is in its way: a layout is whole or not there, and what was there before stays.
load assemble

@test "every bad image.json is refused with its reason, and leaves nothing" {
	for file in "$JSON"/should-fail/*.json; do
		expect 2 image-assemble -o oci "$file" app.tar
		same "image-assemble: $file: $(<"$file.reason")" "$stderr"
		same '' "$(ls -d oci*)"
	done
}

@test "a bad layer leaves nothing, and an earlier layout as it was" {
	for file in "$VECTORS"/entries/should-fail/*.tar "$VECTORS"/codec/should-fail/*.gz "$VECTORS"/codec/should-fail/*.zst; do
		expect 2 image-assemble -o oci image.json base.tar "$file"
		one_line "$stderr" "image-assemble: $file: $(<"$file.reason")"
		same '' "$(ls -d oci*)"
	done
	assemble
	want=$(tree_of oci)
	head -c 2000000 base.tar >cut.tar
	expect 2 image-assemble -o oci --report report.json image.json app.tar cut.tar
	one_line "$stderr" 'image-assemble: cut.tar: tar: truncated in the entry at offset '
	expect 74 image-assemble -o oci image.json app.tar missing.tar
	same 'image-assemble: missing.tar: cannot open: No such file or directory' "$stderr"
	expect 2 image-assemble -o oci image.json .
	same 'image-assemble: .: is a folder' "$stderr"
	same "$want" "$(tree_of oci)"
	same oci "$(ls -d oci*)"
	[ ! -e report.json ]
}

@test "an older layout is replaced whole" {
	assemble
	want=$(tree_of oci)
	expect 0 image-assemble -o oci "$JSON/good/minimal.json" app.tar
	assemble
	same "$want" "$(tree_of oci)"
	same oci "$(ls -d oci*)"
	mkdir empty
	expect 0 image-assemble -o empty --epoch "$EPOCH" image.json base.tar app.tar
	same "$want" "$(tree_of empty)"
}

@test "what is not a layout is not touched" {
	mkdir mine mine/inner
	touch file
	ln -s mine link
	expect 2 image-assemble -o mine image.json app.tar
	same 'image-assemble: mine: is there and not an OCI layout' "$stderr"
	expect 2 image-assemble -o file image.json app.tar
	same 'image-assemble: file: is there and not a folder' "$stderr"
	expect 2 image-assemble -o link image.json app.tar
	same 'image-assemble: link: is there and not a folder' "$stderr"
	mkdir oci.partial oci.partial/mine
	expect 2 image-assemble -o oci image.json app.tar
	same 'image-assemble: oci.partial: is there and not an unfinished layout' "$stderr"
	[ -d mine/inner ] && [ -d oci.partial/mine ] && [ ! -e oci ]
	expect 73 image-assemble -o none/oci image.json app.tar
	same 'image-assemble: none/oci.partial: cannot make: No such file or directory' "$stderr"
	for path in . .. / ''; do
		expect 64 image-assemble -o "$path" image.json app.tar
	done
}

@test "killed at any point: the layout is the old or the new one, and the next run is right" {
	assemble
	new=$(tree_of oci)
	expect 0 image-assemble -o oci "$JSON/good/minimal.json" app.tar
	old=$(tree_of oci)
	for delay in 0 0.002 0.005 0.01 0.02 0.03 0.05 0.08; do
		image-assemble -o oci --epoch "$EPOCH" image.json base.tar app.tar &
		sleep $delay
		kill -9 $! || :
		wait $! || :
		now=$(tree_of oci)
		[ "$now" = "$old" ] || [ "$now" = "$new" ]
		assemble
		same "$new" "$(tree_of oci)"
		same oci "$(ls -d oci*)"
		expect 0 image-assemble -o oci "$JSON/good/minimal.json" app.tar
	done
	# Nor does it matter where the killed run was.
	for left in 'mkdir oci.partial' 'mkdir -p oci.partial/blobs/sha256' 'cp -r oci oci.partial' \
		'mkdir oci.partial && touch oci.partial/index.json'; do
		sh -c "$left"
		assemble
		same "$new" "$(tree_of oci)" "$left"
		same oci "$(ls -d oci*)"
	done
}

@test "two runs at once wait for each other" {
	for _ in 1 2 3; do
		for _ in 1 2 3 4; do
			image-assemble -o oci --epoch "$EPOCH" image.json base.tar app.tar &
		done
		for job in $(jobs -p); do
			wait "$job"
		done
		same oci "$(ls -d oci*)"
	done
	got=$(tree_of oci)
	rm -r oci
	assemble
	same "$(tree_of oci)" "$got"
}

@test "a full disk: one line, and the earlier layout as it was" {
	mkdir small
	unshare -m true 2>/dev/null || skip "needs the right to mount"
	cat >full.sh <<'X'
set -eu
mount -t tmpfs -o size=600k none small
image-assemble -o small/oci image.json app.tar
before=$(find small/oci -type f -exec sha256sum {} + | sort)
head -c 3000000 /dev/urandom >tree/random
tar -cf random.tar tree
status=0
image-assemble -o small/oci image.json app.tar random.tar 2>stderr || status=$?
[ "$before" = "$(find small/oci -type f -exec sha256sum {} + | sort)" ]
[ "$(ls small)" = oci ]
exit $status
X
	expect 74 unshare -m bash full.sh
	one_line "$(<stderr)" 'image-assemble: random.tar: blob: cannot write: No space left on device'
}

@test "a read-only folder: one line" {
	mkdir locked
	if unshare -m true 2>/dev/null; then
		expect 73 unshare -m sh -c 'mount --bind locked locked && mount -o remount,ro,bind locked &&
			image-assemble -o locked/oci image.json app.tar'
		one_line "$stderr" 'image-assemble: locked/oci.partial: cannot make: Read-only file system'
	else
		chmod a-w locked
		expect 73 image-assemble -o locked/oci image.json app.tar
		one_line "$stderr" 'image-assemble: locked/oci.partial: cannot make: Permission denied'
	fi
}

@test "a report that cannot be written leaves the earlier layout" {
	assemble
	want=$(tree_of oci)
	expect 73 image-assemble -o oci --report none/report.json "$JSON/good/minimal.json" app.tar
	one_line "$stderr" 'image-assemble: none/report.json: cannot make: No such file'
	same "$want" "$(tree_of oci)"
	expect 74 bash -c 'image-assemble -o oci --report - image.json app.tar >/dev/full'
}
