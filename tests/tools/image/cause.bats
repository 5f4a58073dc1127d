#!/usr/bin/env bats
load ../../helpers

CAUSE=$TESTBIN/tools/image/cause

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cat >x.c <<'END'
#include <stdio.h>
int main(void) { puts(__FILE__); return 0; }
END
}

# texts EXPECTED A B: two files of these lines
texts() {
	printf '%b\n' "$2" >a
	printf '%b\n' "$3" >b
	same "$1" "$("$CAUSE" a b)" "$2"
}

# field EXPECTED NAME A B
field() {
	same "$1" "$("$CAUSE" --field "$2" "$3" "$4")" "$2"
}

@test "fields: times, owners, modes, order" {
	field "time stamp: 2001-09-09T01:46:40Z and $(date -ud @1234567890 +%FT%TZ)" mtime 1000000000 1234567890
	field "time stamp: 1970-01-01T00:00:00Z and $(date -ud @1234567890 +%FT%TZ)" mtime 0 1234567890.25
	field "time stamp: 1000000000.5 and 1000000000" mtime 1000000000.5 1000000000
	field none mtime -5 99999999999
	field "owner: 0 and 1000" uid 0 1000
	field "owner: root and builder" "pax header: uname" root builder
	field "umask: 0644 and 0664: the bits that a umask of 020 takes away" mode 0644 0664
	field none mode 0644 4644
	field "order: a and b" order a b
	field "time stamp: 2026-01-02T03:04:05Z and 2026-01-02T03:04:06Z" created 2026-01-02T03:04:05Z 2026-01-02T03:04:06Z
	field none size 1700000000 1700000001
	field none size 20260101 20260102
	field none name a b
}

@test "dates in text, in every form that date(1) and others write" {
	one=1700000000 two=1705000001
	for form in '%a %b %e %T %Z %Y' '%a %b %e %T %Y' '%a, %d %b %Y %T +0000' '%Y-%m-%dT%TZ' '%Y-%m-%d %T' %F '%b %e %Y' '%B %d, %Y' \
		'%d %b %Y' '%d-%b-%Y' %Y%m%d%H%M%S %Y%m%d %Y/%m/%d %m/%d/%Y %d.%m.%Y %s; do
		a=$(LC_ALL=C date -ud @$one +"$form") b=$(LC_ALL=C date -ud @$two +"$form")
		texts "time stamp: ${a% +0000} and ${b% +0000}" "built on $a by me" "built on $b by me"
	done
	texts "time stamp: 10:20:30 and 10:20:31" 'at 10:20:30!' 'at 10:20:31!'
	texts none 'address 10:20:30:40:50:60' 'address 10:20:31:40:50:60'
	texts none 'version 10:20' 'version 10:21'
	texts none 'count 12' 'count 13'
	texts none 'phone 99999999' 'phone 99999998'
	texts none 'x1700000000' 'x1700000001'
	texts none '2026-13-01' '2026-14-01'
	texts none 'Jan 12 2020' 'Jan twelve'
}

@test "the compiler's date and time" {
	need gcc
	echo 'const char *built = __DATE__ " " __TIME__; int main(void) { return *built; }' >d.c
	SOURCE_DATE_EPOCH=1580702706 gcc -o a d.c && SOURCE_DATE_EPOCH=1639404916 gcc -o b d.c
	same "time stamp: in .rodata: Feb  3 2020 04:05:06 and Dec 13 2021 14:15:16" "$("$CAUSE" a b)"
}

@test "digests and what is drawn at random" {
	a=$(echo 1 | sha256sum) b=$(echo 2 | sha256sum)
	texts "digest: ${a%  -} and ${b%  -}" "x: $a" "x: $b"
	a=$(</proc/sys/kernel/random/uuid) b=$(</proc/sys/kernel/random/uuid)
	texts "random: $a and $b" "id=$a;" "id=$b;"
	texts none "id=${a}0;" "id=${b}0;"
	texts none 'deadbeef01' 'deadbeef02'
	need openssl
	openssl genpkey -algorithm ed25519 -out k
	for i in 1a 2b; do
		openssl req -x509 -key k -subj /CN=x -set_serial 0x${i}23456789 -outform DER -out $i.der
	done
	same none "$("$CAUSE" 1a.der 2b.der)" # counted, perhaps
	for i in 1a 2b; do
		openssl req -x509 -key k -subj /CN=x -set_serial 0x${i}23456789abcdef0123 -outform DER -out $i.der
	done
	same "random: serial numbers 1a23456789abcdef0123 and 2b23456789abcdef0123" "$("$CAUSE" 1a.der 2b.der)"
}

@test "certificates of two times" {
	need openssl
	openssl genpkey -algorithm ed25519 -out k
	for days in 10 20; do
		openssl req -x509 -key k -subj /CN=x -set_serial 1 -days $days -out $days.pem
		openssl x509 -in $days.pem -outform DER -out $days.der
	done
	which=enddate # unless a second has gone by
	[ "$(openssl x509 -in 10.pem -noout -startdate)" = "$(openssl x509 -in 20.pem -noout -startdate)" ] || which=startdate
	date_of() { LC_ALL=C date -ud "$(openssl x509 -in "$1.pem" -noout -$which | cut -d= -f2)" +%y%m%d%H%M%SZ; }
	same "time stamp: $(date_of 10) and $(date_of 20)" "$("$CAUSE" 10.der 20.der)"
	same "time stamp: $(date_of 10) and $(date_of 20)" "$("$CAUSE" 10.pem 20.pem)"
	for i in 1 2; do # signatures of another length make all of it longer
		openssl req -x509 -key k -subj /CN=x -addext "nsComment=$(printf '%*s' $i)" -set_serial 0x${i}a23456789abcdef01 -out $i.pem
	done
	same "random: serial numbers 1a23456789abcdef01 and 2a23456789abcdef01" "$("$CAUSE" 1.pem 2.pem)"
}

@test "paths: of debug information, of __FILE__, of flags" {
	need gcc
	mkdir -p tree/one tree/another && cp x.c tree/one && cp x.c tree/another
	here=$PWD
	(cd tree/one && gcc -g -o ../../a x.c) && (cd tree/another && gcc -g -o ../../b x.c)
	[[ $("$CAUSE" a b) == "path: in .debug_line_str: /"*"/tree/one and /"*"/tree/another" ]]
	gcc -o a "$here/tree/one/x.c" && gcc -o b "$here/tree/another/x.c"
	[[ $("$CAUSE" a b) == "path: in .rodata: /"*"/one/x.c and /"*"/another/x.c" ]]
	gcc -g -ffile-prefix-map="$here/tree/one=." -o a "$here/tree/one/x.c"
	gcc -g -ffile-prefix-map="$here/tree/another=." -gno-record-gcc-switches -o b "$here/tree/another/x.c"
	[[ $("$CAUSE" a b) != *path* ]]
	texts "path: /build/a/lib/x.py and /srv/other/lib/x.py" 'file=/build/a/lib/x.py;' 'file=/srv/other/lib/x.py;'
	texts "path: /build/abc and /tmp/xyz" 'prefix: /build/abc' 'prefix: /tmp/xyz'
	texts "path: /build/a/include and /build/b/include" '"-I/build/a/include"' '"-I/build/b/include"'
	texts none '/usr/lib/a' '/usr/lib/b'
	texts none '/a' '/b'
	texts none 'and/or a' 'and/or b'
}

@test "locales: order, months, decimals" {
	printf '%s\n' apple Banana _cherry date.x Elder >list
	LC_ALL=C sort list >a
	printf '%s\n' apple Banana _cherry date.x Elder >b # as glibc's en_US.UTF-8 does
	same "locale: the same 5 lines, sorted by bytes and by letters" "$("$CAUSE" a b)"
	same "locale: the same 5 lines, sorted by letters and by bytes" "$("$CAUSE" b a)"
	texts "locale: Dec and déc" 'on 12 Dec 2020' 'on 12 déc. 2020'
	texts "locale: März and March" 'im März' 'im March'
	texts none 'on 12 Dec' 'on 12 dog'
	texts "locale: 1.25 and 1,25" 'takes 1.25 s' 'takes 1,25 s'
	texts none '1.25' '1,26'
	texts none 'a.b' 'a,b'
}

@test "order: lines, words, members of JSON, ar and zip" {
	need ar zip
	texts "order: the same 3 lines in another order" 'c\na\nb' 'a\nc\nb'
	texts none 'c\na\nb' 'a\nd\nb'
	texts none 'c\na\nb' 'a\nc\nb\nb'
	texts "order: the same 4 words of a line in another order" 'x: a, b, c' 'x: c, a, b'
	texts "order: the same JSON value, its members in another order" '{"a": 1, "b": {"c": 2, "d": 3}}' '{"b": {"d": 3, "c": 2}, "a": 1}'
	for i in 1 2 3; do echo $i >$i; done
	ar rcD a.a 1 2 3 && ar rcD b.a 3 1 2
	same "order: the same 3 members in another order" "$("$CAUSE" a.a b.a)"
	zip -qX a.zip 1 2 3 && zip -qX b.zip 3 1 2
	same "order: the same 3 entries in another order" "$("$CAUSE" a.zip b.zip)"
}

@test "archives: times, owners and modes of members" {
	need ar zip tar
	echo hello >f
	touch -d @1000000000 f && ar rcU a.a f && touch -d @1234567890 f && ar rcU b.a f
	same "time stamp: 2001-09-09T01:46:40Z and $(date -ud @1234567890 +%FT%TZ)" "$("$CAUSE" a.a b.a)"
	TZ=UTC zip -qX b.zip f && touch -d @1000000000 f && TZ=UTC zip -qX a.zip f
	same "time stamp: 2001-09-09T01:46:40 and $(date -ud @1234567890 +%FT%T)" "$("$CAUSE" a.zip b.zip)"
	ar rcU own.a f && sed 's/0     0     100644/1000  1000  100644/' own.a >other.a
	[ "$(id -u)" -ne 0 ] || same "owner: 0      and 1000  " "$("$CAUSE" own.a other.a)"
	sed 's/100644/100664/' own.a >mode.a
	same "umask: 0644 and 0664: the bits that a umask of 020 takes away" "$("$CAUSE" own.a mode.a)"
	tar --format=gnu --mtime=@1000000000 -cf a.tar f && tar --format=gnu --mtime=@1000000001 -cf b.tar f
	same "time stamp: 2001-09-09T01:46:40Z and 2001-09-09T01:46:41Z" "$("$CAUSE" a.tar b.tar)"
	chmod 600 f && zip -qX c.zip f && chmod 644 f && zip -qX d.zip f
	same "umask: 0600 and 0644: the bits that a umask of 044 takes away" "$("$CAUSE" c.zip d.zip)"
}

@test "compression: times, compressors, what is inside" {
	need gzip zstd
	seq 5000 >f
	touch -d @1000000000 f && gzip -kc f >a.gz && touch -d @1234567890 f && gzip -kc f >b.gz && gzip -nc f >n.gz
	times="time stamp: 2001-09-09T01:46:40Z and $(date -ud @1234567890 +%FT%TZ)"
	same "$times" "$("$CAUSE" a.gz b.gz)"
	same "time stamp: 2001-09-09T01:46:40Z and 1970-01-01T00:00:00Z" "$("$CAUSE" a.gz n.gz)"
	gzip -1nc f >one.gz && gzip -9nc f >nine.gz
	[[ $("$CAUSE" one.gz nine.gz) == "codec: header: XFL: 4 and 2: "* ]]
	gzip -5nc f >five.gz && gzip -6nc f >six.gz
	cmp -s five.gz six.gz || same "codec: both unpack to the same $(stat -c %s f) bytes" "$("$CAUSE" five.gz six.gz)"
	zstd -q -1 -c f >1.zst && zstd -q -19 -c f >19.zst
	same "codec: both unpack to the same $(stat -c %s f) bytes" "$("$CAUSE" 1.zst 19.zst)"
	{ cat f; echo 2020-01-01; } | gzip -n >a.gz
	{ cat f; echo 2020-01-02; } | gzip -n >b.gz
	same "time stamp: unpacked, at byte $(($(stat -c %s f) + 9)): 2020-01-01 and 2020-01-02" "$("$CAUSE" a.gz b.gz)"
	{ cat f; echo 1; } | gzip -n >a.gz && { cat f; echo 2; } | gzip -n >b.gz
	same none "$("$CAUSE" a.gz b.gz)"
}

@test "build ID, compiler version" {
	need gcc objcopy
	gcc -Wl,--build-id=0x0102 -o a x.c && gcc -Wl,--build-id=0x0103 -o b x.c
	same "build ID: 0102 and 0103, and no other section differs" "$("$CAUSE" a b)"
	sed 's/return 0/return 1/' x.c >y.c && cp y.c x.c && gcc -Wl,--build-id=0x0103 -o b x.c
	same none "$("$CAUSE" a b)"
	printf 'GCC: (Another 1) 1.2.3\0' >comment
	objcopy --update-section .comment=comment a c
	same "compiler version: $(readelf -p .comment a | sed -n 's/^.*\] *\(GCC: .*\)$/\1/p') and GCC: (Another 1) 1.2.3" "$("$CAUSE" a c)"
	texts "compiler version: GCC: (Debian 12.2.0-14) 12.2.0 and GCC: (Debian 12.2.0-15) 12.2.0" \
		'# GCC: (Debian 12.2.0-14) 12.2.0' '# GCC: (Debian 12.2.0-15) 12.2.0'
}

@test "compiled Python has the time of its source" {
	need python3
	echo 'x = 1' >m.py
	touch -d @1000000000 m.py && python3 -m py_compile m.py && cp __pycache__/m.*.pyc a.pyc
	touch -d @1234567890 m.py && python3 -m py_compile m.py && cp __pycache__/m.*.pyc b.pyc
	same "time stamp: 2001-09-09T01:46:40Z and $(date -ud @1234567890 +%FT%TZ)" "$("$CAUSE" a.pyc b.pyc m.pyc)"
	same none "$("$CAUSE" a.pyc b.pyc m.bin)"
}

@test "it says nothing where it sees nothing" {
	texts none 'hello' 'hallo'
	texts none 'a' 'ab'
	head -c 1000 /dev/urandom >a && head -c 1000 /dev/urandom >b
	same none "$("$CAUSE" a b)"
	: >empty
	same none "$("$CAUSE" empty empty)"
	same none "$("$CAUSE" empty a)"
}
