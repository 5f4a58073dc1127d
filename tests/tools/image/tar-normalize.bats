# tar-normalize: what comes out is read by GNU tar and bsdtar, and compared with what docs/layer-format.md alone gives.
load ../../helpers

E=1700000000
GOOD=$VECTORS/tar/good
BAD=$VECTORS/tar/should-fail

setup() {
	cd "$BATS_TEST_TMPDIR"
	umask 022
}

digest() { tar-normalize "$@" | sha256sum; }
gnu_list() { tar --numeric-owner --utc --full-time -tvf "$1"; }

# tree FOLDER: a little of everything that needs no privilege.
tree() {
	mkdir -p "$1/usr/bin" "$1/usr/share/empty" "$1/etc"
	printf 'one\n' >"$1/usr/bin/one"
	chmod 4755 "$1/usr/bin/one"
	ln "$1/usr/bin/one" "$1/usr/bin/another"
	ln -s one "$1/usr/bin/first"
	seq 1000 >"$1/etc/numbers"
	chmod 600 "$1/etc/numbers"
	truncate -s 100000 "$1/etc/sparse"
	printf 'end' >>"$1/etc/sparse"
	: >"$1/etc/empty"
	printf 'x' >"$1/$(printf 'n%.0s' {1..150})"
	find "$1" -exec touch -h -d @1650000000 {} +
}

@test "good vectors: GNU tar lists what GNU tar said the tree is, and extracts the same content" {
	export LC_ALL=C.UTF-8
	for input in "$GOOD"/*.{tar,tar.*,deb}; do
		name=$(basename "$input")
		expect 0 tar-normalize --epoch $E -o out.tar "$input"
		same "$(cat "$GOOD/${name%%-*}.list")" "$(gnu_list out.tar)" "$name"
		rm -rf x && mkdir x && tar -C x -xf out.tar --no-same-owner
		(cd x && sha256sum --quiet -c "$GOOD/${name%%-*}.sha256")
		bsdtar -tf out.tar >/dev/null
	done
}

@test "good vectors of one tree have one digest, whatever they are written in" {
	for tree in plain wide debian; do
		for input in "$GOOD/$tree"-*; do
			digest --epoch $E "$input" >>"$tree"
		done
		same 1 "$(sort -u "$tree" | wc -l)" "$tree"
	done
}

@test "golden vector: byte for byte what docs/layer-format.md says" {
	perl "$VECTORS/tar/golden.pl" >from-the-page.tar
	cmp from-the-page.tar "$VECTORS/tar/golden.tar"
	for maker in gnu bsdtar; do
		expect 0 tar-normalize --devices --epoch $E -o out.tar "$VECTORS/tar/golden-$maker.tar"
		cmp "$VECTORS/tar/golden.tar" out.tar
	done
}

@test "normalising the normal form changes nothing" {
	expect 0 tar-normalize --devices --epoch $E -o out.tar "$VECTORS/tar/golden.tar"
	cmp "$VECTORS/tar/golden.tar" out.tar
}

@test "every should-fail vector is refused, for its reason, in one line" {
	count=0
	for input in "$BAD"/*.{tar,deb,mtree}; do
		reason=$(cat "${input%.*}.reason")
		[ -n "$reason" ]
		options=()
		[ ! -e "${input%.*}.options" ] || read -ra options <"${input%.*}.options"
		expect 2 tar-normalize "${options[@]}" -o out.tar "$input"
		one_line "$stderr" "$reason"
		[ ! -e out.tar ]
		count=$((count + 1))
	done
	[ "$count" -gt 100 ]
}

@test "every prefix of an archive is refused" {
	tar -b1 -C "$GOOD" -cf whole.tar plain.list
	size=$(stat -c %s whole.tar)
	for ((cut = 0; cut < size; cut += 128)); do
		head -c "$cut" whole.tar >cut.tar
		expect 2 tar-normalize cut.tar
		expect 2 tar-normalize - <cut.tar
	done
	expect 0 tar-normalize whole.tar
}

@test "truncated, damaged and trailing bytes of compressed archives are refused" {
	need gzip zstd xz bzip2 lz4
	tree t
	tar -cf t.tar t
	for command in gzip zstd xz bzip2 lz4; do
		$command -c t.tar >t.compressed
		size=$(stat -c %s t.compressed)
		for cut in 1 9 100; do
			head -c -$cut t.compressed >cut
			expect 2 tar-normalize cut
			one_line "$stderr" cut
		done
		head -c $((size / 2)) t.compressed >cut
		expect 2 tar-normalize - <cut
		(cat t.compressed && echo garbage) >more
		expect 2 tar-normalize more
		one_line "$stderr" more
		cp t.compressed flipped
		printf '\377' | dd of=flipped bs=1 seek=$((size - 6)) conv=notrunc status=none
		cmp -s flipped t.compressed || expect 2 tar-normalize flipped
	done
}

@test "one tree, three orders, many formats and compressions: one digest" {
	need zstd xz bzip2 lz4
	tree t
	want=$(digest --epoch $E t)
	(cd t && find . -mindepth 1) >listed
	n=0
	for order in "LC_ALL=C sort" "LC_ALL=C sort -r" "shuf --random-source=/etc/passwd"; do
		eval "$order" <listed >ordered
		for format in gnu posix; do
			tar -C t --format=$format --no-recursion -T ordered -cf t.tar
			same "$want" "$(digest --epoch $E t.tar)" "$order $format"
			n=$((n + 1))
		done
		bsdtar -C t -n -T ordered --format=pax -cf t.tar
		same "$want" "$(digest --epoch $E t.tar)" "$order bsdtar"
	done
	for command in "gzip -1" "zstd -q" xz bzip2 lz4; do
		$command -c t.tar >t.compressed
		same "$want" "$(digest --epoch $E t.compressed)" "$command"
		same "$want" "$(digest --epoch $E - <t.compressed)" "$command, standard input"
		same "$want" "$(cat t.compressed | tar-normalize --epoch $E - | sha256sum)" "$command, pipe"
	done
	[ $n = 6 ]
}

@test "a folder and its tar give the same, and come out as they were" {
	tree t
	expect 0 tar-normalize --epoch 4000000000 -o out.tar t
	same "$(digest --epoch 4000000000 out.tar)" "$(digest --epoch 4000000000 t)"
	mkdir x
	tar -C x -xpf out.tar
	same "$(cd t && find . -mindepth 1 -printf '%P %y %m %n %T@ %s %l\n' | grep -v ' d ' | sort)" \
		"$(cd x && find . -mindepth 1 -printf '%P %y %m %n %T@ %s %l\n' | grep -v ' d ' | sort)"
	same "$(cd t && find . -mindepth 1 -type d -printf '%P %m %T@\n' | sort)" \
		"$(cd x && find . -mindepth 1 -type d -printf '%P %m %T@\n' | sort)"
	diff -r t x
}

@test "the end is two blocks of zeros and nothing more" {
	mkdir t && printf 'data' >t/a
	expect 0 tar-normalize -o out.tar t
	same 2048 "$(stat -c %s out.tar)"
	cmp <(head -c 1532 /dev/zero) <(tail -c +517 out.tar) # the data's padding, and the end
}

@test "an empty folder or tar gives an empty tar" {
	mkdir t
	tar -cf t.tar -T /dev/null
	for input in t t.tar; do
		expect 0 tar-normalize -o out.tar "$input"
		cmp out.tar <(head -c 1024 /dev/zero)
	done
}

# ---- options

@test "options apply to the inputs that follow" {
	mkdir a b c
	echo 1 >a/1 && echo 2 >b/2 && echo 3 >c/3
	chmod 600 */?
	expect 0 tar-normalize -o out.tar --owner 7:8 a --owner 0:4294967294 --prefix ./opt/b/ --modes canonical b --prefix '' --owner keep --modes keep c
	gnu_list out.tar | grep -q -- '^-rw------- 7/8 .* 1$'
	gnu_list out.tar | grep -q -- '^-rw-r--r-- 0/4294967294 .* opt/b/2$'
	gnu_list out.tar | grep -q -- "^-rw------- $(id -u)/$(id -g) .* 3\$"
}

@test "--strip takes components off and leaves out what has no more" {
	mkdir -p t/a/b/c
	echo 1 >t/a/b/c/1 && echo 2 >t/a/2
	expect 0 tar-normalize --strip 2 -o out.tar t
	same "c/ c/1" "$(tar -tf out.tar | xargs)"
}

@test "a path may have 4095 bytes with its prefix, and no more" {
	mkdir t && : >t/x
	long=$(printf 'p/%.0s' {1..2046})p
	expect 0 tar-normalize --prefix "$long" -o out.tar t
	same "$long/x" "$(tar -tf out.tar | tail -n 1)"
	expect 2 tar-normalize --prefix "${long}p" t/
	: >t/xyz
	expect 2 tar-normalize --prefix "${long}" t
	one_line "$stderr" "xyz: path longer than 4095 bytes with its prefix"
}

# paths OPTION...: what the options leave of a tree, on one line
paths() { tar-normalize "$@" t | tar -tf - | xargs; }

@test "--include and --exclude: globs over the output path" {
	mkdir -p t/usr/lib/deep t/usr/share/doc/a t/usr/share/doc/b t/etc
	touch t/usr/lib/{a.so.1,b.a} t/usr/lib/deep/c.so.2 t/usr/share/doc/{a,b}/{copyright,changes} t/etc/[x]
	same "usr/ usr/lib/ usr/lib/a.so.1" "$(paths --include 'usr/lib/*.so.*')"
	same "usr/ usr/lib/ usr/lib/a.so.1 usr/lib/deep/ usr/lib/deep/c.so.2" "$(paths --include 'usr/lib/**/*.so.*')"
	same "usr/ usr/lib/ usr/lib/a.so.1 usr/lib/deep/ usr/lib/deep/c.so.2" "$(paths --include '**.so.?')"
	same "usr/ usr/lib/ usr/lib/b.a" "$(paths --include 'usr/lib' --exclude 'usr/lib/deep' --exclude '**/*.so.*')"
	same "etc/ etc/[x] usr/ usr/lib/ usr/lib/a.so.1 usr/lib/b.a usr/share/" "$(paths --exclude '**/d*')"
	same "etc/ etc/[x]" "$(paths --include 'etc/\[x\]')"
	same "" "$(paths --include 'etc/[x]')"
	same "usr/ usr/lib/ usr/lib/b.a" "$(paths --include 'usr/lib/[!a]*' --exclude '**/deep')"
	same "usr/ usr/share/ usr/share/doc/ usr/share/doc/a/ usr/share/doc/a/changes" "$(paths --include '**/[a-a]/c*' --exclude '**/*?right')"
	same "etc/ etc/[x]" "$(paths --include 'usr/**' --include '' --include etc)"
	same "o/ o/etc/ o/etc/[x]" "$(paths --prefix o --include o/etc)"
	same "$(paths)" "$(paths --exclude usr --exclude '')"
}

@test "times are clamped to the epoch, which no variable sets" {
	mkdir t && touch -d @-5 t/before && touch -d @1000.9 t/in && touch -d @5000 t/after
	expect 0 env SOURCE_DATE_EPOCH=4000 tar-normalize -o out.tar t
	same 3 "$(gnu_list out.tar | grep -c '1970-01-01 00:00:00 ')"
	expect 0 tar-normalize --epoch 2000 -o out.tar t
	same "00:33:20 00:00:00 00:16:40" "$(gnu_list out.tar | awk '{print $5}' | xargs)"
}

@test "extended attributes: security.capability stays, others only when asked for" {
	golden=$VECTORS/tar/golden-gnu.tar
	same '[{"security.capability":"0100000200200000000000000000000000000000"}]' \
		"$(tar-normalize --devices --list --json "$golden" | jq -c '[.[] | .xattrs // empty]')"
	same '[{"security.capability":"0100000200200000000000000000000000000000","user.dropped":"616e797468696e67"}]' \
		"$(tar-normalize --devices --xattr 'user.*' --list --json "$golden" | jq -c '[.[] | .xattrs // empty]')"
	expect 0 tar-normalize --devices --xattr '*' -o out.tar "$golden"
	[ "$(bsdtar --format=mtree -cf - @out.tar | wc -l)" -gt 10 ]
	grep -aq 'SCHILY.xattr.user.dropped=anything$' out.tar
	same "$(sha256sum <out.tar)" "$(digest --devices --xattr '**' out.tar)"
}

@test "extended attributes of a folder's files are read" {
	mkdir t && touch t/ping
	command -v setcap >/dev/null && setcap cap_net_raw+ep t/ping 2>/dev/null || skip "needs setcap, and to be root"
	same 0100000200200000000000000000000000000000 "$(tar-normalize --list --json t | jq -r '.[0].xattrs["security.capability"]')"
}

@test "device nodes and FIFOs only with --devices" {
	mkdir t && mkfifo t/fifo
	expect 2 tar-normalize t
	one_line "$stderr" "fifo (t): a FIFO is not wanted (see --devices)"
	expect 0 tar-normalize --devices --list t
	[[ $output == prw-r--r--* ]]
	expect 0 tar-normalize --devices --list "$VECTORS/tar/golden.tar"
	[[ $output == *"crw-rw-rw- 0:0 1,3 1970-01-01 00:00:00 dev/null"* ]]
}

@test "what is left out is not looked at, and not counted" {
	mkdir -p t/dev/sub t/sealed/sub t/file && mkfifo t/dev/fifo t/dev/sub/fifo
	perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, sockaddr_un("t/dev/socket")) or die'
	head -c 1000 /dev/zero >t/large
	chmod 000 t/sealed
	expect 0 tar-normalize --max-size 10 --exclude dev --exclude sealed --exclude large -o out.tar t
	chmod 700 t/sealed
	same "file/" "$(tar -tf out.tar)"
	tar -C t --exclude socket -cf t.tar .
	expect 0 tar-normalize --max-size 10 --include file -o out.tar t.tar
	same "file/" "$(tar -tf out.tar)"
}

@test "a socket is refused" {
	mkdir t
	perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, sockaddr_un("t/socket")) or die'
	expect 2 tar-normalize t
	one_line "$stderr" "t: socket: a socket has no place in a tar"
}

@test "caps: --max-size and --max-entries" {
	mkdir t && head -c 1000 /dev/zero >t/a && head -c 1000 /dev/zero >t/b
	tar -cf t.tar t
	expect 0 tar-normalize --max-size 2000 t
	expect 2 tar-normalize --max-size 1999 t
	one_line "$stderr" "b (t): with it, files are larger than --max-size allows"
	expect 2 tar-normalize --max-size 999 t.tar
	one_line "$stderr" "t/a (t.tar): with it, files are larger than --max-size allows"
	gzip -k t.tar
	expect 2 tar-normalize --max-size 5000 t.tar.gz
	one_line "$stderr" "more than 5000 bytes when decompressed"
	expect 0 tar-normalize --max-entries 3 t.tar
	expect 2 tar-normalize --max-entries 2 t.tar
	one_line "$stderr" "more than 2 entries"
}

@test "--list: a line an entry; control characters are replaced" {
	expect 0 tar-normalize --epoch $E --list "$GOOD/wide-posix.tar"
	[[ $output == *$'tab?and?line'* ]]
	same "$(wc -l <"$GOOD/wide.list")" "${#lines[@]}"
	expect 0 tar-normalize --epoch $E --list "$GOOD/plain-v7.tar"
	same "drwxr-xr-x 0:0 0 2022-04-15 05:20:00 etc/
lrwxrwxrwx 0:0 0 2022-04-15 05:20:00 etc/dangling -> /etc/nothing
-rw-r--r-- 0:0 0 2023-11-14 22:13:20 etc/empty
-rw-r----- 12:34 1492 2022-04-15 05:20:00 etc/numbers" "$(head -4 <<<"$output")"
	[[ $output == *"hrwxr-xr-x 0:0 0 2022-04-15 05:20:00 usr/bin/one link to usr/bin/alias"* ]]
	[[ $output == *"drwxr-sr-x 0:0 0 2022-04-15 05:20:00 usr/share/empty/"* ]]
	mkdir t && : >$'t/csi\xc2\x9b\x7fendé'
	expect 0 tar-normalize --list t
	[[ $output == *" csi???endé" ]]
}

@test "--list --json: in order, with digests that sha256sum and sha384sum agree with" {
	tree t
	tar-normalize --epoch $E --list --json -o list.json t
	tar-normalize --epoch $E t | tar -tf - | sed 's,/$,,' >order
	same "$(<order)" "$(jq -r '.[].path' list.json)"
	jq -r '.[] | select(.type == "file") | .sha256 + "  " + .path' list.json >SHA256
	jq -r '.[] | select(.type == "file") | .sha384 + "  " + .path' list.json >SHA384
	(cd t && sha256sum --quiet -c ../SHA256 && sha384sum --quiet -c ../SHA384)
	same '{"gid":0,"link":"usr/bin/another","mode":"4755","mtime":1650000000,"path":"usr/bin/one","size":0,"type":"hardlink","uid":0}' \
		"$(tar-normalize --owner 0:0 --epoch $E --list --json t | jq -c '.[] | select(.path == "usr/bin/one")')"
	same "[]" "$(mkdir none && tar-normalize --list --json none)"
}

@test "used wrongly: status 64 and where to read on" {
	touch a
	for wrong in "" "--json a" "--owner 1 a" "--owner 1:x a" "--owner 4294967295:0 a" "--prefix ../x a" "--prefix /x a" \
		"--strip -1 a" "--modes other a" "--epoch 8589934592 a" "--epoch 1.5 a" "--max-size x a" "--nonsense a" "-o"; do
		expect 64 tar-normalize $wrong
		[[ $stderr == *"Try 'tar-normalize --help'."* ]]
	done
}

@test "--help and --version; the man page has every option and no other" {
	expect 0 tar-normalize --help
	[[ $output == "Usage: tar-normalize"* ]]
	same "$(grep -o -- '--[a-z-]\+' <<<"$output" | sort -u)" \
		"$(grep -o 'Fl -[a-z-]\+' "$ROOT/docs/man/tar-normalize.1" | sed 's/Fl -/--/' | sort -u)"
	expect 0 tar-normalize --version
	[[ $output == "tar-normalize "*"(layer format 1, libarchive 3."* ]]
	tar-normalize --help >/dev/full || status=$?
	same 74 "$status"
}

@test "the man page's examples" {
	cp "$GOOD/debian-xz.deb" package.deb
	awk '/^\.Bd -literal/ { on = 1; next } /^\.Ed/ { on = 0 } on' "$ROOT/docs/man/tar-normalize.1" >examples
	[ "$(wc -l <examples)" -ge 5 ]
	expect 0 bash -euo pipefail examples
	[[ $output == *" usr/share/etc/motd"* ]]
}

# ---- inputs

@test "a package is one only by its name, and its control files stay out" {
	cp "$GOOD/debian-xz.deb" package
	expect 2 tar-normalize package
	expect 0 tar-normalize --epoch $E -o out.tar "$GOOD/debian-xz.deb"
	same 0 "$(tar -tf out.tar | grep -c control)"
	mkfifo pipe.deb
	cat package >pipe.deb &
	expect 0 tar-normalize --epoch $E -o piped.tar pipe.deb
	cmp out.tar piped.tar
}

@test "a folder: nothing behind symbolic links, sockets refused, hard links kept" {
	mkdir -p t/real outside && echo secret >outside/secret
	ln -s ../outside t/link
	expect 0 tar-normalize -o out.tar t
	same "link real/" "$(tar -tf out.tar | xargs)"
	expect 0 tar-normalize -o out.tar t/link/
	same secret "$(tar -tf out.tar)"
}

@test "a folder whose files change between listing and reading is an error" {
	mkdir t && head -c 3000000 /dev/urandom >t/a && echo b >t/b
	mkfifo out
	tar-normalize t >out 2>err &
	pid=$!
	exec 9<out
	head -c 512 <&9 >/dev/null
	echo more >>t/b
	cat <&9 >/dev/null
	exec 9<&-
	wait $pid && status=0 || status=$?
	same 2 "$status"
	one_line "$(<err)" "t: b: changed while being read"
}

@test "a plain file that is shortened between listing and reading is an error" {
	mkdir t && head -c 3000000 /dev/urandom >t/a && head -c 3000000 /dev/urandom >t/b
	tar -cf t.tar t
	mkfifo out
	tar-normalize t.tar >out 2>err &
	pid=$!
	exec 9<out
	head -c 512 <&9 >/dev/null
	truncate -s 10000 t.tar
	cat <&9 >/dev/null
	exec 9<&-
	wait $pid && status=0 || status=$?
	same 2 "$status"
	one_line "$(<err)" "t.tar: shorter than it was"
}

@test "a file of more than 8 GiB has its size in a pax record" {
	mkdir t && truncate -s 9000000000 t/a
	(tar-normalize t 2>/dev/null || true) | head -c 1536 >head.tar
	grep -aq '19 size=9000000000$' head.tar
	same "-rw-r--r-- $(id -u):$(id -g) 9000000000 1970-01-01 00:00:00 a" "$(tar-normalize --list t)"
}

@test "paths deeper than the system has descriptors" {
	perl -e 'mkdir "t"; chdir "t"; for (1..1500) { mkdir "d" or die; chdir "d" or die } open F, ">x"'
	(
		ulimit -n 32
		tar-normalize -o out.tar t
	)
	same 1501 "$(tar -tf out.tar | wc -l)"
}

@test "names with line breaks are one line in messages" {
	printf 'x' >$'new\nline'
	tar -cf t.tar $'new\nline' $'new\nline'
	printf 'y' >$'new\nline'
	tar -rf t.tar $'new\nline'
	expect 2 tar-normalize t.tar
	one_line "$stderr" 'new?line: twice in t.tar, with different '
}

# ---- outputs

@test "full disk: one line, status 74, nothing left" {
	tree t
	expect 74 tar-normalize -o /dev/full t
	one_line "$stderr" "tar-normalize: /dev/full: cannot write: No space left on device"
	run --separate-stderr bash -c 'tar-normalize t >/dev/full'
	same 74 "$status"
	one_line "$stderr" "tar-normalize: standard output: cannot write: No space left on device"
	head -c 100000 /dev/urandom >t/large
	run --separate-stderr bash -c 'trap "" XFSZ; ulimit -f 20; tar-normalize -o out.tar t'
	same 74 "$status"
	one_line "$stderr" "tar-normalize: out.tar: cannot write: File too large"
	same "" "$(find . -name "*out.tar*")"
}

@test "an output folder that cannot be written to" {
	tree t
	mkdir sealed
	expect 73 tar-normalize -o missing/out.tar t
	one_line "$stderr" "missing/out.tar: cannot make: No such file or directory"
	chmod 555 sealed
	as=()
	[ ! -w sealed ] || as=(setpriv --inh-caps=-all --bounding-set=-all) # root, without what lets root write anywhere
	expect 73 "${as[@]}" tar-normalize -o sealed/out.tar t
	one_line "$stderr" "sealed/out.tar: cannot make: Permission denied"
}

@test "a temporary folder that cannot be written to matters only when it is needed" {
	tree t
	tar -czf t.tar.gz t
	expect 73 env TMPDIR=/nonexistent tar-normalize t.tar.gz
	one_line "$stderr" "/nonexistent: cannot make a temporary file"
	expect 0 env TMPDIR=/nonexistent tar-normalize -o out.tar t
}

@test "an output that is there stays when the run fails, and no other file appears" {
	mkdir t && mkfifo t/fifo && echo before >out.tar
	expect 2 tar-normalize -o out.tar t
	same before "$(<out.tar)"
	same "out.tar " "$(find . -name "*out.tar*" -printf "%f ")"
}

@test "an output may be an input" {
	tree t
	tar -C t -cf t.tar .
	want=$(digest t.tar)
	expect 0 tar-normalize -o t.tar t.tar
	same "$want" "$(sha256sum <t.tar)"
}

@test "memory stays small: a large compressed input, and a large file" {
	need zstd
	[[ $BIN != *asan* ]] || skip "sanitizers need more"
	mkdir t && truncate -s 600000000 t/a
	tar -S -cf - t | zstd -q >t.tar.zst
	run --separate-stderr bash -c 'ulimit -v 200000; tar-normalize t.tar.zst | tail -c 1 | wc -c'
	same 1 "$output"
	same "" "$stderr"
}
