# tar-normalize where paths meet: inputs that have the same, hard links, parents that are missing.
load ../../helpers

E=1700000000

setup() {
	cd "$BATS_TEST_TMPDIR"
	umask 022
}

gnu_list() { tar --numeric-owner --utc --full-time -tvf "$1"; }

# ---- merging

@test "inputs merge, in any order, and folders take the later time" {
	mkdir -p a/usr/lib b/usr/lib
	echo one >a/usr/lib/one
	echo two >b/usr/lib/two
	echo same | tee a/usr/same >b/usr/same
	touch -d @1000 a/usr a/usr/lib a/usr/same b/usr/lib b/usr/same a/usr/lib/one b/usr/lib/two
	touch -d @2000 b/usr
	tar -C a -cf a.tar .
	expect 0 tar-normalize --epoch $E -o ab.tar a.tar b
	expect 0 tar-normalize --epoch $E -o ba.tar b a.tar
	cmp ab.tar ba.tar
	same "usr/ usr/lib/ usr/lib/one usr/lib/two usr/same" "$(tar -tf ab.tar | xargs)"
	gnu_list ab.tar | grep -q '1970-01-01 00:33:20 usr/$'
}

@test "conflicts name the path, both inputs and what differs, in either order" {
	conflict() { # WHAT, and a and b are made
		for order in "a b" "b a"; do
			expect 2 tar-normalize --epoch $E -o out.tar $order
			one_line "$stderr" "usr/x: in ${order% *} and in ${order#* }, with different $1"
			[ ! -e out.tar ]
		done
		rm -rf a b
		mkdir -p a/usr b/usr
	}
	mkdir -p a/usr b/usr
	echo 1 >a/usr/x && echo 2 >b/usr/x && touch -d @5 a/usr/x b/usr/x && conflict content
	echo 1 >a/usr/x && echo 22 >b/usr/x && conflict size
	echo 1 | tee a/usr/x >b/usr/x && touch -d @5 a/usr/x && conflict time
	echo 1 | tee a/usr/x >b/usr/x && chmod 600 a/usr/x && conflict mode
	ln -s 1 a/usr/x && ln -s 2 b/usr/x && touch -hd @5 a/usr/x b/usr/x && conflict "link target"
	mkdir a/usr/x && ln -s 2 b/usr/x && conflict type
	mkdir a/usr/x b/usr/x && chmod 700 a/usr/x && conflict mode
}

@test "a difference that the options remove is none" {
	mkdir a b
	echo 1 | tee a/x >b/x
	chmod 640 a/x
	touch -d @5000 a/x
	expect 2 tar-normalize a b
	one_line "$stderr" "different mode"
	expect 0 tar-normalize --modes canonical --epoch 0 -o out.tar a b
	expect 2 tar-normalize --modes canonical --epoch $E a b
	one_line "$stderr" "different time"
}

@test "missing parents are made, with mode 0755, owner 0:0 and the epoch" {
	mkdir -p t/a/b-c t/a/b/c
	echo 1 >t/a/b/c/1
	echo 2 >t/a/b-c/2
	tar -C t --owner=5:5 --group=5:5 -cf t.tar a/b/c/1 a/b-c/2
	expect 0 tar-normalize --epoch $E -o out.tar t.tar
	same "a/ a/b/ a/b-c/ a/b-c/2 a/b/c/ a/b/c/1" "$(tar -tf out.tar | xargs)"
	same 4 "$(gnu_list out.tar | grep -c '^drwxr-xr-x 0/0 *0 2023-11-14 22:13:20 ')"
}

@test "entries of one input below a symbolic link of another are refused" {
	mkdir -p a b/lib
	ln -s usr/lib a/lib
	echo 1 >b/lib/x
	expect 2 tar-normalize a b
	one_line "$stderr" "lib: in a and in b, with different type"
	tar -C b -cf b.tar lib/x
	expect 2 tar-normalize a b.tar
	one_line "$stderr" "lib/x (b.tar): below lib (a), which is not a folder"
}

# ---- hard links

@test "hard links: the first name has the content, whichever the input stored first" {
	mkdir t && echo content >t/m && ln t/m t/a && ln t/m t/z
	for first in a m z; do
		tar -C t -cf t.tar $first a m z
		expect 0 tar-normalize -o $first.tar t.tar
		cmp a.tar $first.tar
	done
	same "a m link to a z link to a" "$(tar -tvf a.tar | sed 's/.*[0-9][0-9] //' | xargs)"
	expect 0 tar-normalize -o folder.tar --epoch 0 t
	cmp a.tar folder.tar
}

@test "hard links: content survives when the name that had it is left out" {
	mkdir t && echo content >t/a && ln t/a t/b && ln t/a t/c
	tar -C t -cf t.tar a b c
	for input in t t.tar; do
		expect 0 tar-normalize --exclude a -o out.tar "$input"
		same "b c link to b" "$(tar -tvf out.tar | sed 's/.*[0-9][0-9] //' | xargs)"
		same content "$(tar -xOf out.tar b)"
	done
	mkdir -p s/keep && echo content >s/top && ln s/top s/keep/x
	tar -C s -cf s.tar top keep/x
	expect 0 tar-normalize --strip 1 -o out.tar s.tar
	same content "$(tar -xOf out.tar x)"
	expect 0 tar-normalize --prefix opt -o out.tar s.tar
	gnu_list out.tar | grep -q 'opt/top link to opt/keep/x$'
}

@test "hard links to links, and links of two inputs that share a file, are one group" {
	mkdir t && echo content >t/a && ln t/a t/b && ln t/a t/c && touch -d @5 t/a
	tar -C t -cf one.tar a b
	tar -C t -cf two.tar b c
	expect 0 tar-normalize -o out.tar one.tar two.tar
	expect 0 tar-normalize -o turned.tar two.tar one.tar
	expect 0 tar-normalize -o folder.tar t
	cmp out.tar folder.tar
	cmp out.tar turned.tar
}
