#!/usr/bin/env bats
# What image-diff says of two layers or tars: every field of an entry, and every way to archive and compress them.
load layouts

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p tree/etc
	echo hello >tree/etc/motd
	ln -s motd tree/etc/issue
	find tree -exec touch -h -d @1700000000 {} +
}

gnu() { # OUT [OPTION...]: a tar of the tree
	local out=$1
	shift
	tar -C tree --sort=name --format=ustar --owner=0:0 --group=0:0 --numeric-owner -cf "$out" "$@" .
}

# Of the tars a.tar and b.tar this is said, and what bsdtar lists of them differs too.
says() { # LINE...
	local first=${A:-a.tar} second=${B:-b.tar} line expected=()
	for line; do expected+=("layer: $line"); done
	differ "$first" "$second" "${expected[@]}"
}

lists_differ() { ! cmp -s <(tar -tvf a.tar --full-time --numeric-owner) <(tar -tvf b.tar --full-time --numeric-owner); }

@test "equal: the same tar, as a file, a copy, standard input, a pipe" {
	gnu a.tar
	cp a.tar b.tar
	expect 0 image-diff a.tar a.tar
	expect 0 image-diff a.tar b.tar
	expect 0 image-diff - b.tar <a.tar
	expect 0 image-diff a.tar - < <(cat b.tar)
	expect 0 image-diff <(cat a.tar) <(cat b.tar)
	same '' "$output$stderr"
	gzip -n <a.tar >a.gz
	expect 0 image-diff a.gz <(cat a.gz)
}

@test "mode, owner, time, link: each field of an entry by its name" {
	gnu a.tar
	chmod 4700 tree/etc/motd
	gnu b.tar
	lists_differ
	says 'etc/motd: mode: "0644" is not "4700"'
	chmod 644 tree/etc/motd
	gnu b.tar --owner=7:7
	expect 1 image-diff a.tar b.tar
	for it in . etc etc/issue etc/motd; do grep -q "layer: $it: uid: 0 is not 7" <<<"$output"; done
	same 4 "$(wc -l <<<"$output")"
	gnu b.tar --group=8:8
	grep -q 'layer: etc/motd: gid: 0 is not 8' <<<"$(image-diff a.tar b.tar)"
	touch -d @1700000001 tree/etc/motd
	gnu b.tar
	expect 1 image-diff a.tar b.tar
	has 'first difference: layer: etc/motd: mtime: 1700000000 is not 1700000001'
	touch -d @1700000000 tree/etc/motd
	ln -sfn ../etc/motd tree/etc/issue
	touch -h -d @1700000000 tree/etc/issue tree/etc
	gnu b.tar
	says 'etc/issue: link: "motd" is not "../etc/motd"'
}

@test "names of owners" {
	tar -C tree --sort=name --format=ustar --owner=root:0 --group=root:0 -cf a.tar .
	tar -C tree --sort=name --format=ustar --owner=me:0 --group=us:0 -cf b.tar .
	expect 1 image-diff --all a.tar b.tar
	grep -q 'layer: etc/motd: user: "root" is not "me"' <<<"$output"
	grep -q 'layer: etc/motd: group: "root" is not "us"' <<<"$output"
	same 8 "$(wc -l <<<"$output")"
}

@test "fractions of a second, before 1970, far away" {
	bsdtar -C tree --format=pax -cf a.tar etc/motd
	touch -d @1700000000.25 tree/etc/motd
	bsdtar -C tree --format=pax -cf b.tar etc/motd
	expect 1 image-diff a.tar b.tar
	grep -q 'layer: etc/motd: mtime: "1700000000" is not "1700000000.25"' <<<"$output"
	touch -d @-5 tree/etc/motd
	tar -C tree --format=posix -cf a.tar etc/motd
	touch -d @9999999999 tree/etc/motd # more than the header's field holds
	tar -C tree --format=posix -cf b.tar etc/motd
	expect 1 image-diff a.tar b.tar
	has 'layer: etc/motd: mtime: "-5" is not "9999999999"'
}

@test "types: file, folder, hard link, devices" {
	gnu a.tar
	ln tree/etc/motd tree/etc/other
	touch -d @1700000000 tree/etc
	gnu one.tar
	rm tree/etc/other
	cp -p tree/etc/motd tree/etc/other
	touch -d @1700000000 tree/etc
	gnu two.tar
	expect 1 image-diff one.tar two.tar
	grep -q 'layer: etc/other: type: "hardlink" is not "file"' <<<"$output"
	grep -q 'layer: etc/other: link: only in the first: "./etc/motd"' <<<"$output"
	for major in 1 2; do
		printf '#mtree\nnull type=char device=native,%d,3 uid=0 gid=0 mode=0666 time=0\n' $major >devices.mtree
		bsdtar --format=ustar -cf $major.tar @devices.mtree
	done
	A=1.tar B=2.tar says 'null: device: "1,3" is not "2,3"'
	printf '#mtree\nnull type=fifo uid=0 gid=0 mode=0666 time=0\n' >devices.mtree
	bsdtar --format=ustar -cf 2.tar @devices.mtree
	A=1.tar B=2.tar says 'null: type: "character-device" is not "fifo"' 'null: device: only in the first: "1,3"'
}

@test "extended attributes" {
	xattr() { # VALUE OUT
		printf '%s' "$1" >value
		perl -e 'my ($v, $out) = @ARGV; my $record = "SCHILY.xattr.user.x=$v\n"; my $n = length($record) + 3; $record = "$n $record";
			my $block = sub { my ($name, $type, $size) = @_; my $b = pack "a100 a8 a8 a8 a12 a12 a8 a1 a100 a6 a2 a32 a32 a8 a8 a155 x12",
				$name, "0000644", "0000000", "0000000", sprintf("%011o", $size), "00000000000", " " x 8, $type, "", "ustar", "00", "", "", "0000000", "0000000", "";
				substr($b, 148, 8) = sprintf "%06o\0 ", unpack "%32C*", $b; $b };
			open F, ">", $out; print F $block->("PaxHeader", "x", length $record), $record, "\0" x (512 - length $record), $block->("f", "0", 0), "\0" x 1024' "$1" "$2"
	}
	xattr one a.tar
	xattr two b.tar
	tar -tf a.tar
	says 'f: xattrs.user.x: "6f6e65" is not "74776f"'
}

@test "an entry that is missing, one that is more, and one that comes twice" {
	gnu a.tar
	rm tree/etc/issue
	echo more >tree/etc/more
	touch -d @1700000000 tree/etc/more tree/etc
	gnu b.tar
	expect 1 image-diff a.tar b.tar
	same "$(diff <(tar -tf a.tar | sed 's#^\./##') <(tar -tf b.tar | sed 's#^\./##') | sed -n 's/^< \(.*\)/\1 first/p; s/^> \(.*\)/\1 second/p' | sort)" \
		"$(sed -n 's/.*layer: \(.*\): only in the \([a-z]*\): .*/\1 \2/p' <<<"$output" | sort)"
	gnu a.tar
	cp a.tar b.tar
	tar -C tree --format=ustar --owner=0:0 --group=0:0 --numeric-owner -rf b.tar ./etc/more
	expect 1 image-diff a.tar b.tar
	same 'first difference: layer: etc/more (entry 2 of this name): only in the second: "file"' "${output%%$'\n'*}"
}

@test "order: the first place where another entry stands" {
	tar -C tree --format=ustar --no-recursion -cf a.tar ./etc ./etc/issue ./etc/motd
	tar -C tree --format=ustar --no-recursion -cf b.tar ./etc ./etc/motd ./etc/issue
	expect 1 image-diff a.tar b.tar
	one_line "$output" 'first difference: layer: order: "etc/issue" is not "etc/motd"'
	same 'etc/issue etc/motd' "$(tar -tf a.tar | sed -n 's#^./##; 2p') $(tar -tf b.tar | sed -n 's#^./##; 2p')"
}

@test "content: the first offset, how many bytes, as cmp says it" {
	perl -e 'print chr($_ % 251) for 1 .. 400000' >tree/etc/motd
	touch -d @1700000000 tree/etc/motd
	gnu a.tar
	for at in 131071 131072 262150 399999 3; do # beside the blocks it is read in
		printf '\377' | dd of=tree/etc/motd bs=1 seek=$at conv=notrunc status=none
		touch -d @1700000000 tree/etc/motd
		gnu b.tar
		tar -xOf a.tar ./etc/motd >one
		tar -xOf b.tar ./etc/motd >two
		first=$(cmp -l one two | head -n 1 | awk '{ print $1 - 1 }')
		count=$(cmp -l one two | wc -l)
		expect 1 image-diff a.tar b.tar
		one_line "$output" "etc/motd: content: from byte $first (0x$(printf %x "$first")), $count of 400000 differ"
		from=$((first < 4 ? 0 : first - 4))
		hex() { od -An -v -tx1 -j $from -N $((first - from + 8)) "$1" | tr -d '\n' | sed "s/^ //; s/[^ ]\+/[&]/$((first - from + 1))"; }
		has ": $(hex one) is not $(hex two)"
		[ $at != 262150 ] || cp b.tar three.tar
	done
}

@test "content that goes on" {
	gnu a.tar
	echo more >>tree/etc/motd
	touch -d @1700000000 tree/etc/motd
	gnu b.tar
	expect 1 image-diff a.tar b.tar
	same 'first difference: layer: etc/motd: size: 6 is not 11' "${output%%$'\n'*}"
	[[ $output == *'layer: etc/motd: content: from byte 6 (0x6), where the first ends: 6c 6c 6f 0a [end] is not 6c 6c 6f 0a [6d] 6f 72 65 0a'* ]]
	same 2 "$(wc -l <<<"$output")"
}

@test "the same entries in another format: the headers, once" {
	gnu a.tar
	tar -C tree --sort=name --format=gnu --owner=0:0 --group=0:0 --numeric-owner -cf b.tar .
	expect 1 image-diff a.tar b.tar
	one_line "$output" 'first difference: layer: .: header (and of 3 more): from byte '
	at=$(cmp -l a.tar b.tar | awk 'NR == 1 { print $1 }')
	one_line "$output" "from byte $((at - 1)) "
	[[ $output == *tar* ]]
	tar -C tree --sort=name --format=posix --owner=0:0 --group=0:0 --numeric-owner -cf b.tar .
	expect 1 image-diff a.tar b.tar
	has 'layer: .: header (and of 3 more): from byte '
}

@test "a name that is written otherwise" {
	gnu a.tar
	tar -C tree --sort=name --format=ustar --owner=0:0 --group=0:0 --numeric-owner --transform='s#^\./##' -cf b.tar .
	expect 1 image-diff a.tar b.tar
	grep -q 'layer: etc/motd: name: "./etc/motd" is not "etc/motd"' <<<"$output"
}

@test "padding, and the archive's end" {
	gnu a.tar
	size=$(tar -tvRf a.tar | sed -n 's/^block \([0-9]*\): .*motd$/\1/p' | tail -n 1)
	cp a.tar b.tar
	printf x | dd of=b.tar bs=1 seek=$((size * 512 + 512 + 6)) conv=notrunc status=none
	expect 1 image-diff a.tar b.tar
	has 'first difference: layer: etc/motd: padding: from byte 0 (0x0), 1 of 506 differs: [00] '
	cp a.tar b.tar
	head -c 10240 /dev/zero >>b.tar
	end=$(tar -tvRf a.tar | sed -n 's/^block \([0-9]*\): .*NUL.*/\1/p')
	says "zeros at the end: $((10240 - end * 512)) is not $((20480 - end * 512))"
	head -c $((end * 512)) a.tar >b.tar # as some writers leave it
	says "zeros at the end: $((10240 - end * 512)) is not 0"
	head -c $((end * 512 - 506)) a.tar >b.tar
	expect 1 image-diff a.tar b.tar
	grep -q "zeros at the end: $((10240 - end * 512)) is not 0" <<<"$output"
}

@test "compression: kinds, headers, members" {
	gnu a.tar
	gzip -n <a.tar >a.gz
	zstd -q <a.tar >a.zst
	bzip2 <a.tar >a.bz2
	xz <a.tar >a.xz
	A=a.tar B=a.gz says 'compression: "none" is not "gzip"'
	A=a.gz B=a.zst says 'compression: "gzip" is not "zstd"'
	expect 1 image-diff a.bz2 a.xz
	one_line "$output" 'first difference: layer: blob: from byte 0 '
	touch -d @1700000000 a.tar
	gzip <a.tar >b.gz
	gzip -k a.tar -c >c.gz # with a name and a time
	expect 1 image-diff a.gz c.gz
	one_line "$output" 'first difference: layer: blob: from byte 3 (0x3), '
	one_line "$output" '; in gzip '
	gzip -n9 <a.tar >d.gz
	expect 1 image-diff a.gz d.gz
	one_line "$output" 'first difference: layer: blob: from byte 8 (0x8), '
}

@test "compression: which member of many" {
	gnu a.tar
	for i in 1 2 3 4; do dd if=a.tar bs=2560 skip=$((i - 1)) count=1 status=none | gzip -n; done >a.gz
	at=0
	for i in 1 2; do at=$((at + $(dd if=a.tar bs=2560 skip=$((i - 1)) count=1 status=none | gzip -n | wc -c))); done
	cp a.gz b.gz
	printf '\377' | dd of=b.gz bs=1 seek=$((at + 9)) conv=notrunc status=none
	cmp <(gzip -dc a.gz) <(gzip -dc b.gz)
	expect 1 image-diff a.gz b.gz
	one_line "$output" "blob: from byte $((at + 9)) "
	one_line "$output" "member 3 at byte $at"
}

@test "what is no tar, or not a whole one: status 2, the offset where they part, and the reason" {
	gnu a.tar
	for file in "$VECTORS"/tar/should-fail/*; do
		case ${file##*/} in
		*.reason | *.options | *.mtree | *.deb) continue ;;
		path-not-utf8-pax* | path-nul* | symlink-nul*) want=2 ;;
		below-* | device-* | fifo* | hard-link-[acdt]* | owner-* | path-* | root-* | symlink-* | twice-*) want=1 ;; # said, not unpacked
		end-half* | end-in-padding* | end-missing*) want=1 ;; # as some writers leave it
		*) want=2 ;;
		esac
		expect $want image-diff a.tar "$file"
		[ $want -eq 1 ] || one_line "$stderr" "image-diff: $file: "
	done
	for file in "$VECTORS"/codec/should-fail/*; do
		[[ $file != *.reason ]] || continue
		expect 2 image-diff a.tar "$file"
		one_line "$stderr" "image-diff: $file: "
		one_line "${output%%$'\n'*}" 'first difference: layer: blob: from byte '
	done
	head -c 100000 /dev/urandom >noise
	expect 2 image-diff a.tar noise
	one_line "$stderr" 'image-diff: noise: '
	head -c 1400 a.tar >cut
	expect 2 image-diff a.tar cut
	expect 2 image-diff /dev/null a.tar
	gzip -n <a.tar | head -c 100 >cut.gz
	expect 2 image-diff a.tar cut.gz
	one_line "$stderr" 'image-diff: cut.gz: gzip member at offset 0: truncated'
}

@test "no more is decompressed than is allowed" {
	gnu a.tar
	mkdir big
	truncate -s 5M big/zeros
	tar -cf - big | gzip >b.gz
	expect 2 image-diff --max-size 1000000 a.tar b.gz
	one_line "$stderr" 'image-diff: b.gz: more than 1000000 bytes when decompressed (see --max-size)'
}

@test "golden tars of three writers: the same entries, each in its form" {
	expect 1 image-diff "$VECTORS/tar/golden.tar" "$VECTORS/tar/golden-gnu.tar"
	expect 1 image-diff "$VECTORS/tar/golden.tar" "$VECTORS/tar/golden-bsdtar.tar"
	for file in "$VECTORS"/tar/good/*.tar; do
		cp "$file" copy.tar
		expect 0 image-diff "$file" copy.tar
		cat "$file" <(head -c 512 /dev/zero) >longer.tar
		expect 1 image-diff "$file" longer.tar
		one_line "$output" 'first difference: layer: zeros at the end: '
	done
}

@test "sparse files are compared by what they hold" {
	truncate -s 1M tree/etc/sparse
	echo x | dd of=tree/etc/sparse bs=1 seek=500000 conv=notrunc status=none
	touch -d @1700000000 tree/etc/sparse tree/etc
	tar -C tree --sort=name -S --format=gnu -cf a.tar .
	echo y | dd of=tree/etc/sparse bs=1 seek=500000 conv=notrunc status=none
	touch -d @1700000000 tree/etc/sparse tree/etc
	tar -C tree --sort=name -S --format=gnu -cf b.tar .
	expect 1 image-diff a.tar b.tar
	has 'first difference: layer: etc/sparse: content: from byte 500000 (0x7a120), 1 of 1048576 differs: 00 00 00 00 [78] '
}

@test "memory does not grow with what is compared" {
	[[ $BIN != *asan* ]] || skip "the sanitizer's memory is its own"
	truncate -s 300M tree/etc/zeros
	touch -d @1700000000 tree/etc/zeros tree/etc
	gnu - | gzip -1n >a.gz
	printf x | dd of=tree/etc/zeros bs=1 seek=299M conv=notrunc status=none
	touch -d @1700000000 tree/etc/zeros tree/etc
	gnu - | gzip -1n >b.gz
	expect 1 bash -c 'ulimit -d 200000; image-diff a.gz b.gz'
	one_line "$output" "etc/zeros: content: from byte $((299 << 20)) "
}
