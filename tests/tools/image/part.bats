#!/usr/bin/env bats
load ../../helpers
load part


setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cat >x.c <<'END'
int table[100] = {1, 2, 3};
int helper(int a);
int helper(int a) { return a * 3 + table[a]; }
int main(int c, char **v) { return helper(c) + (v == 0); }
END
}

# attribution FILE: `OFFSET NAME` for every seventh byte, from the tables that readelf prints
attribution() {
	{ readelf -hW "$1"; readelf -SW "$1"; } | perl -e '
		my ($size, %h, @at) = shift;
		while (<STDIN>) {
			$h{$1} = $2 if /^  ([A-Z][^:]*):\s+(\d+)/;
			next unless s/^  \[ *\d+\] //;
			my ($name, $type, undef, $from, $length) = split;
			push @at, [hex $from, hex $length, $name] if $type !~ /^(NULL|NOBITS)$/ && $length =~ /^[0-9a-f]+$/;
		}
		push @at, [0, $h{"Size of this header"}, "ELF header"];
		push @at, [$h{"Start of $_ headers"}, $h{"Size of $_ headers"} * $h{"Number of $_ headers"}, "$_ header"] for "program", "section";
		for (my $at = 0; $at < $size; $at += 7) {
			my ($in) = grep { $at >= $_->[0] && $at < $_->[0] + $_->[1] } @at;
			print "$at ", $in ? $in->[2] : "padding", "\n";
		}' "$(stat -c %s "$1")"
}

# ours FILE: the same by part_at(): names cut down to the section
ours() {
	seq 0 7 $(($(stat -c %s "$1") - 1)) >offsets
	"$PART" "$1" <offsets | sed -E 's/^ELF: //; s/^section header.*/section header/; s/^program header.*/program header/
		s/^section ([^ ]+) .*/\1/; s/^ELF header:.*/ELF header/; s/^padding.*/padding/; s/: .*//' | paste -d' ' offsets -
}

@test "ELF: the section of a byte is the one that readelf has there" {
	need gcc readelf
	gcc -g -o x x.c && gcc -g -m32 -c -o x32.o x.c && gcc -O2 -g -ffunction-sections -c -o x.o x.c && gcc -shared -fPIC -s -o x.so x.c
	objcopy -I binary -O elf32-big x.c big32 && objcopy -I binary -O elf64-big x.c big64
	for file in x x32.o x.o x.so big32 big64; do
		same "$(attribution $file)" "$(ours $file)" $file
		[ "$(ours $file | cut -d' ' -f2- | sort -u | wc -l)" -ge 6 ]
	done
}

# section_of FILE NAME: its `INDEX ADDRESS OFFSET SIZE`, the last three in hexadecimal
section_of() {
	readelf -SW "$1" | sed -n 's/^  \[ *\([0-9]*\)\] /\1 /p' | awk -v name="$2" '$2 == name { print $1, $4, $5, $6 }'
}

@test "ELF: the function or object of a byte is the one that nm has there" {
	need gcc nm
	gcc -o x x.c && gcc -c -o x.o x.c && gcc -shared -fPIC -s -o x.so x.c
	for file in x x.o x.so; do
		symbols=-S
		[ $file != x.so ] || symbols=-DS
		for symbol in helper table; do
			kind=function section=.text
			[ $symbol = helper ] || kind=object section=.data
			read -r _ address offset _ < <(section_of $file $section)
			read -r value size < <(nm $symbols $file | awk -v name=$symbol '$4 == name { print $1, $2 }')
			inside=$((0x$value - 0x$address))
			for more in 0 $((0x$size - 1)); do
				expected="ELF: section $section (+$(printf '%#x' $((inside + more))), $kind $symbol)"
				same "${expected/+0,/+0,}" "$("$PART" $file $((0x$offset + inside + more)))" $file
			done
			[[ $("$PART" $file $((0x$offset + inside + 0x$size))) != *" $symbol)" ]]
		done
	done
}

@test "ELF: a field has the value that readelf reads in it" {
	need gcc readelf
	gcc -o x x.c && gcc -m32 -c -o x32.o x.c
	same "ELF: ELF header: e_entry" "$("$PART" x 24)"
	same "$(readelf -hW x | awk '/Entry point/ { print $4 }')" "$(printf '%#x' "$(number x 24)")"
	same "$(readelf -hW x | awk '/Start of section headers/ { print $5 }')" "$(number x 40)"
	same "ELF: ELF header: e_shoff" "$("$PART" x 40)"
	same "ELF: ELF header: e_shoff" "$("$PART" x32.o 32)"
	same "$(readelf -hW x32.o | awk '/Start of section headers/ { print $5 }')" "$(number x32.o 32)"
	at=$((64 + 3 * 56))
	same "ELF: program header 3: p_vaddr" "$("$PART" x $((at + 16)))"
	address=$(readelf -lW x | awk '/^  [A-Z]/ && $2 ~ /^0x/ && n++ == 3 { print $3 }')
	same $((address)) "$(number x $((at + 16)))"
	read -r index address offset size < <(section_of x .text)
	at=$(($(number x 40) + index * 64))
	same "ELF: section header $index (.text): sh_addr" "$("$PART" x $((at + 16)))"
	same $((0x$address)) "$(number x $((at + 16)))"
	same "ELF: section header $index (.text): sh_offset" "$("$PART" x $((at + 31)))"
	same $((0x$offset)) "$(number x $((at + 24)))"
	same $((0x$size)) "$(number x $((at + 32)))"
}

@test "ELF: symbols and strings have names" {
	need gcc readelf
	gcc -g -o x x.c
	index=$(readelf -sW x | awk '/symtab/ { on = 1 } on && $8 == "helper" { print $1 + 0 }')
	read -r _ _ offset _ < <(section_of x .symtab)
	at=$((0x$offset + index * 24 + 8))
	[[ $("$PART" x $at) == "ELF: section .symtab (+0x"*", symbol helper: st_value)" ]]
	same "$(nm x | awk '$3 == "helper" { print $1 }')" "$(printf '%016x' "$(number x $at)")"
	read -r place _ < <(readelf -p .debug_str x | awk '$3 == "table" { print $2 }' | tr -d ']')
	read -r _ _ offset _ < <(section_of x .debug_str)
	same "ELF: section .debug_str (+0x$place, \"table\")" "$("$PART" x $((0x$offset + 0x$place)))"
}

@test "ELF: build ID, compiler version, debug link" {
	need gcc readelf objcopy
	gcc -g -Wl,--build-id=0x0123456789abcdef -o a x.c && gcc -g -Wl,--build-id=0x0123456789abcdee -o b x.c
	same 1 "$(cmp -l a b | wc -l)"
	at=$(($(cmp -l a b | awk '{ print $1 }') - 1))
	same "ELF: .note.gnu.build-id: build ID" "$("$PART" a $at)"
	same "$(readelf -nW a | sed -n 's|.*Build ID: ||p')" "$(piece a $at | xxd -p)"
	same "ELF: .note.gnu.build-id: build ID: note header" "$("$PART" a $((at - 8)))"
	perl -0777 -pe 'substr $_, 40, 8, "\0" x 8; substr $_, 60, 4, "\0" x 4' a >bare # no section headers
	same "ELF: build ID" "$("$PART" bare $at)"
	read -r _ _ offset _ < <(section_of a .comment)
	same "ELF: .comment: compiler version" "$("$PART" a $((0x$offset + 3)))"
	[[ $(piece a $((0x$offset + 3)) | tr -d '\0') == "$(readelf -p .comment a | sed -n 's/^.*\] *\(GCC: .*\)$/\1/p')" ]]
	objcopy --only-keep-debug a name.debug && objcopy --add-gnu-debuglink=name.debug a linked
	read -r _ _ offset size < <(section_of linked .gnu_debuglink)
	same "ELF: .gnu_debuglink: name of the debug file" "$("$PART" linked $((0x$offset)))"
	same "ELF: .gnu_debuglink: CRC32 of the debug file" "$("$PART" linked $((0x$offset + 12)))"
	same "$(python3 -c 'import zlib; print(zlib.crc32(open("name.debug", "rb").read()))')" "$(number linked $((0x$offset + 12)))"
}

@test "ELF: more sections than the header can count" {
	need python3 readelf
	python3 -c '
import struct
count, names = 70000, b"\0name\0"
section = lambda name, type, offset, size, link=0: struct.pack("<IIQQQQIIQQ", name, type, 0, 0, offset, size, link, 0, 1, 0)
table = section(0, 0, 0, count, count - 1) + b"".join(section(1, 1, 64 + i, 1) for i in range(1, count - 1)) + section(1, 3, 64 + count, len(names))
head = b"\x7fELF\2\1\1".ljust(16, b"\0") + struct.pack("<HHIQQQIHHHHHH", 1, 62, 1, 0, 0, 64 + count + len(names), 0, 64, 0, 0, 64, 0, 0xffff)
open("many", "wb").write(head + b"x" * count + names + table)'
	[[ $(readelf -hW many) == *"Number of section headers:"*"0 (70000)"* ]]
	same "ELF: section name (+0)" "$("$PART" many $((64 + 69000)))"
	table=$((64 + 70000 + 6))
	same "ELF: section header 69999 (name): sh_name" "$("$PART" many $((table + 69999 * 64)))"
}

# entry NAME FILE: where its local header is, by python3
entry() {
	python3 -c 'import sys, zipfile
print(zipfile.ZipFile(sys.argv[2]).getinfo(sys.argv[1]).header_offset)' "$@"
}

@test "gzip: fields of the header, members, trailer" {
	need gzip xxd
	touch -d @1000000000 x.c
	gzip -k x.c && gzip -nc x.c >n.gz
	same "gzip: header: MTIME" "$("$PART" x.c.gz 4)"
	same 1000000000 "$(number x.c.gz 4)"
	same "gzip: header: FLG" "$("$PART" x.c.gz "$(first x.c.gz n.gz)")"
	same "gzip: header: XFL" "$("$PART" x.c.gz 8)"
	same "gzip: header: OS" "$("$PART" x.c.gz 9)"
	same "gzip: header: FNAME" "$("$PART" x.c.gz 10)"
	same x.c "$(piece x.c.gz 10 | tr -d '\0')"
	size=$(stat -c %s x.c.gz)
	same "gzip: deflate data" "$("$PART" x.c.gz 14)"
	same "gzip: deflate data" "$("$PART" x.c.gz $((size - 9)))"
	same "gzip: trailer: CRC32" "$("$PART" x.c.gz $((size - 8)))"
	same "$(python3 -c 'import zlib; print(zlib.crc32(open("x.c", "rb").read()))')" "$(number x.c.gz $((size - 8)))"
	same "gzip: trailer: ISIZE" "$("$PART" x.c.gz $((size - 4)))"
	same "$(stat -c %s x.c)" "$(number x.c.gz $((size - 4)))"
	head -c 300000 /dev/urandom >noise
	{ cat x.c.gz; gzip -nc noise; cat n.gz; printf zz; } >three.gz
	third=$((size + $(gzip -nc noise | wc -c)))
	same "gzip: member 2: header: MTIME" "$("$PART" three.gz $((size + 4)))"
	same "gzip: member 2: deflate data" "$("$PART" three.gz $((size + 100000)))"
	same "gzip: member 2: trailer: ISIZE" "$("$PART" three.gz $((third - 1)))"
	same "gzip: member 3: header: ID1, ID2" "$("$PART" three.gz $third)"
	same "gzip: behind the last member" "$("$PART" three.gz $(($(stat -c %s three.gz) - 1)))"
}

@test "gzip: what only other writers put in a header" {
	need python3
	python3 -c 'import gzip, struct
whole = gzip.compress(b"hello", mtime=0)
extra, name, comment = struct.pack("<H", 6) + b"AB\2\0xy", b"name\0", b"note\0"
open("all.gz", "wb").write(whole[:3] + bytes([2 + 4 + 8 + 16]) + whole[4:10] + extra + name + comment + b"\1\2" + whole[10:])'
	same "gzip: header: FEXTRA" "$("$PART" all.gz 10)"
	same "gzip: header: FNAME" "$("$PART" all.gz 18)"
	same "gzip: header: FCOMMENT" "$("$PART" all.gz 23)"
	same "gzip: header: header's CRC16" "$("$PART" all.gz 29)"
	same "gzip: deflate data" "$("$PART" all.gz 30)"
}

@test "zstd: header, blocks, checksum, skippable frames" {
	need zstd xxd
	head -c 300000 /dev/urandom >noise
	zstd -q --check noise -o n.zst && zstd -q x.c -o x.zst
	zstd -lv n.zst | grep -q 'Check: XXH64'
	same "zstd: header: Magic_Number" "$("$PART" n.zst 3)"
	same "zstd: header: Frame_Header_Descriptor" "$("$PART" n.zst 4)"
	content=$((5 + ($((16#$(xxd -s 4 -l 1 -p n.zst))) & 32 ? 0 : 1)))
	same "zstd: header: Frame_Content_Size" "$("$PART" n.zst $content)"
	same "$(zstd -lv n.zst | sed -n 's/^Decompressed Size: .*(\([0-9]*\) B)/\1/p')" "$(number n.zst $content)"
	size=$(stat -c %s n.zst)
	same "zstd: block 1 (raw): Block_Header" "$("$PART" n.zst $((content + 4)))"
	same "zstd: block 1 (raw)" "$("$PART" n.zst $((content + 7)))"
	same "zstd: block 2 (raw)" "$("$PART" n.zst 150000)"
	same "zstd: block 3 (raw)" "$("$PART" n.zst $((size - 5)))"
	same "zstd: Content_Checksum" "$("$PART" n.zst $((size - 4)))"
	same "zstd: block 1 (compressed)" "$("$PART" x.zst 20)"
	{ cat n.zst; printf '\x53\x2a\x4d\x18\x03\x00\x00\x00abc'; cat x.zst; } >three.zst
	zstd -qt three.zst
	same "zstd: frame 2: skippable frame: Frame_Size" "$("$PART" three.zst $((size + 4)))"
	same "zstd: frame 2: skippable frame: User_Data" "$("$PART" three.zst $((size + 10)))"
	same "zstd: frame 3: header: Magic_Number" "$("$PART" three.zst $((size + 11)))"
}

@test "ar: headers, names of every kind, what lies inside" {
	need gcc ar
	gcc -c -o x.o x.c && cp x.o a-name-longer-than-sixteen-characters.o
	ar rcU x.a x.o && ar rcD long.a x.o a-name-longer-than-sixteen-characters.o
	table=$((8 + 60 + $(head -c 66 x.a | tail -c 10)))
	same "ar: magic" "$("$PART" x.a 7)"
	same "ar: symbol table: header: size" "$("$PART" x.a 57)"
	same "ar: symbol table (+0x4)" "$("$PART" x.a 72)"
	for field in name,0 mtime,16 uid,28 gid,34 mode,40 size,48 end,58; do
		same "ar: member x.o: header: ${field%,*}" "$("$PART" x.a $((table + ${field#*,})))"
	done
	same "$(stat -c %Y x.o)" "$(piece x.a $((table + 16)) | tr -d ' ')"
	same "$(ar tv x.a | sed 's/^[^ ]* \([0-9]*\).*/\1/')" "$(piece x.a $((table + 28)) | tr -d ' ')"
	same "$("$PART" x.o 24 | sed 's/^ELF/ar: member x.o/')" "$("$PART" x.a $((table + 60 + 24)))"
	same "$("$PART" x.o 70 | sed 's/^ELF/ar: member x.o/')" "$("$PART" x.a $((table + 60 + 70)))"
	same 2 "$(ar tO long.a | wc -l)"
	while read -r name at; do
		same "ar: member $name: ELF header: EI_MAG" "$("$PART" long.a $((at)))"
		same "ar: member $name: header: mode" "$("$PART" long.a $((at - 20)))"
	done < <(ar tO long.a)
	same "ar: table of long names (+0x2)" "$("$PART" long.a $(($(grep -aob '//  ' long.a | cut -d: -f1) + 62)))"
	printf '!<arch>\n%-16s%-12s%-6s%-6s%-8s%-10s`\nlonger than it.ohello' '#1/16' 0 0 0 644 21 >bsd.a
	same "longer than it.o" "$(ar t bsd.a)"
	same "ar: member longer than it.o: header: long name" "$("$PART" bsd.a 70)"
	same "ar: member longer than it.o: line 1, column 2" "$("$PART" bsd.a 85)"
}

@test "ar: a Debian package" {
	need dpkg-deb
	mkdir -p package/DEBIAN && printf 'Package: p\nVersion: 1\nArchitecture: all\nMaintainer: m\nDescription: d\n' >package/DEBIAN/control
	dpkg-deb -Zgzip --root-owner-group -b package p.deb >/dev/null
	same "ar: member debian-binary: line 1, column 3" "$("$PART" p.deb 70)"
	at=$(ar tO p.deb | awk '$1 == "control.tar.gz" { print $2 }')
	same "ar: member control.tar.gz: header: MTIME" "$("$PART" p.deb $((at + 4)))"
	same "ar: member control.tar.gz: header: mtime" "$("$PART" p.deb $((at - 44)))"
}

@test "zip: local headers, central directory, what is stored" {
	need zip gcc python3
	gcc -o x x.c
	zip -q deflated.zip x.c x && zip -q0 stored.zip x.c x
	at=$(entry x stored.zip)
	for field in 'version needed,4' 'flags,6' 'compression method,8' 'modification time,10' 'CRC-32,14' 'compressed size,18' \
		'uncompressed size,22' 'file name length,26' 'extra field length,28' 'file name,30' 'extra field: time stamps,31' 'extra field: Unix owner,44'; do
		same "zip: entry x: local header: ${field%,*}" "$("$PART" stored.zip $((at + ${field#*,})))"
	done
	data=$((at + 30 + 1 + 28))
	same "zip: entry x: ELF header: e_entry" "$("$PART" stored.zip $((data + 24)))"
	same "$(number x 24)" "$(number stored.zip $((data + 24)))"
	same "zip: entry x.c: compressed data" "$("$PART" deflated.zip $((30 + 3 + 28)))"
	directory=$(python3 -c 'import zipfile; print(zipfile.ZipFile("stored.zip").start_dir)')
	same "zip: central directory: entry x.c: signature" "$("$PART" stored.zip "$directory")"
	same "zip: central directory: entry x.c: modification time" "$("$PART" stored.zip $((directory + 12)))"
	same "zip: central directory: entry x.c: external attributes" "$("$PART" stored.zip $((directory + 38)))"
	same "$((0$(stat -c %a x.c) | 0100000))" "$(($(number stored.zip $((directory + 38))) >> 16))"
	same "zip: central directory: entry x.c: file name" "$("$PART" stored.zip $((directory + 46)))"
	same "zip: central directory: entry x: signature" "$("$PART" stored.zip $((directory + 46 + 3 + 24)))"
	end=$(($(stat -c %s stored.zip) - 22))
	same "zip: end of central directory: entries" "$("$PART" stored.zip $((end + 10)))"
	same "zip: end of central directory: offset of the central directory" "$("$PART" stored.zip $((end + 16)))"
	same "$directory" "$(number stored.zip $((end + 16)))"
}

@test "zip: Zip64, data descriptors, comments" {
	need python3
	python3 -c '
import io, sys, zipfile
class Stream(io.RawIOBase):
    def __init__(self, into): self.into = into
    def writable(self): return True
    def write(self, data): return self.into.write(data)
for name, out in (("seek.zip", open("seek.zip", "wb")), ("stream.zip", Stream(open("stream.zip", "wb")))):
    with zipfile.ZipFile(out, "w") as z:
        z.comment = b"a comment"
        with z.open("big", "w", force_zip64=True) as entry: entry.write(b"hello hello")
        z.writestr("small", "text\n")
        zipfile.ZIP_FILECOUNT_LIMIT = 1 if name == "seek.zip" else 65535
'
	same "zip: entry big: local header: extra field: Zip64" "$("$PART" seek.zip 34)"
	same "zip: entry big: line 1, column 1" "$("$PART" seek.zip $((30 + 3 + 20)))"
	end=$(($(stat -c %s seek.zip) - 22 - 9))
	same "zip: end of central directory: comment" "$("$PART" seek.zip $((end + 22)))"
	same "zip: Zip64 end of central directory locator" "$("$PART" seek.zip $((end - 1)))"
	same "zip: Zip64 end of central directory" "$("$PART" seek.zip $((end - 21)))"
	same "zip: central directory: entry big: signature" "$("$PART" seek.zip "$(od -An -tu8 -j $((end - 20 - 8)) -N 8 seek.zip)")"
	at=$(entry small stream.zip)
	same "zip: entry big: behind its data" "$("$PART" stream.zip $((at - 1)))"
	same "zip: entry small: line 1, column 2" "$("$PART" stream.zip $((at + 30 + 5 + 1)))"
}

@test "tar: entries, long names, pax records, archives in archives" {
	need tar
	long=$(printf 'a%.0s' $(seq 120))
	cp x.c $long && printf '{"a": [1, 22]}' >y.json
	for format in gnu pax; do
		tar --format=$format --mtime=@1000000000.5 -cf $format.tar x.c $long y.json
	done
	for field in name,0 mode,100 uid,108 gid,116 size,124 mtime,136 chksum,148 typeflag,156 linkname,157 magic,257 uname,265 gname,297 prefix,345; do
		same "tar: entry x.c: header: ${field%,*}" "$("$PART" gnu.tar ${field#*,})"
	done
	same "$(printf '%011o' 1000000000)" "$(piece gnu.tar 136 | tr -d '\0')"
	same "tar: entry x.c: line 1, column 5" "$("$PART" gnu.tar 516)"
	same "tar: entry x.c: padding" "$("$PART" gnu.tar 1023)"
	short=${long::24}...${long::40}
	same "tar: entry $short: long name: typeflag" "$("$PART" gnu.tar $((1024 + 156)))"
	same "tar: entry $short: long name" "$("$PART" gnu.tar $((1024 + 512)))"
	same "tar: entry $short: header: mtime" "$("$PART" gnu.tar $((2048 + 136)))"
	same "tar: end of the archive" "$("$PART" gnu.tar $((6 * 1024)))"
	at=$(grep -aob 'mtime=1000000000.5' pax.tar | head -n 1 | cut -d: -f1)
	same "tar: entry x.c: pax header: mtime" "$("$PART" pax.tar $((at + 8)))"
	same 1000000000.5 "$(piece pax.tar $((at + 8)) | tr -d '\n')"
	same "tar: entry y.json: a.1" "$("$PART" gnu.tar $((3072 + 512 + 11)))"
	tar -cf outer.tar gnu.tar
	same "tar: entry gnu.tar: entry y.json: a.1" "$("$PART" outer.tar $((512 + 3072 + 512 + 11)))"
}

@test "JSON: the path that jq has for the value" {
	need jq
	printf '{"layers": [{"digest": "AAA"}, {"digest":"BBB", "x.y": [1.5, true, "CCC"]}],\n "m\\u00e9": {"": "DDD"}, "e": {}}' >j.json
	for text in AAA BBB CCC DDD; do
		path=$(jq -r --arg text $text 'paths(. == $text) | map(tostring) | if any(. == "" or test("[.]|\u00e9")) then empty else join(".") end' j.json)
		at=$(grep -ob $text j.json | cut -d: -f1)
		[ -z "$path" ] || same "JSON: $path" "$("$PART" j.json "$at")"
	done
	same 'JSON: layers.1."x.y".2' "$("$PART" j.json "$(grep -ob CCC j.json | cut -d: -f1)")"
	same 'JSON: "m\u00e9".""' "$("$PART" j.json "$(grep -ob DDD j.json | cut -d: -f1)")"
	same "JSON: layers: member's name" "$("$PART" j.json 2)"
	same "JSON: layers: punctuation" "$("$PART" j.json 11)"
	same '"BBB"' "$(piece j.json "$(grep -ob BBB j.json | cut -d: -f1)")"
	printf '{"a": 1,}' >not.json
	same "text: line 1, column 3" "$("$PART" not.json 2)"
}

@test "text: line and column, in characters" {
	printf 'one\ntw\xc3\xb6x\r\n\nlast' >text
	same "$(printf 'text: %s\n' 'line 1, column 1' 'line 1, column 4' 'line 2, column 3' 'line 2, column 3' 'line 2, column 4' 'line 3, column 1' 'line 4, column 4')" \
		"$("$PART" text 0 3 6 7 8 11 15)"
	same last "$(piece text 13)"
	same none "$("$PART" text 16)"
	printf 'one\ntw\xf6x' >latin
	same none "$("$PART" latin 1)"
	: >empty
	same none "$("$PART" empty 0)"
}

# table FILE: `NAME OFFSET SIZE` of its sections
table() {
	readelf -SW "$1" | sed -n 's/^  \[ *[0-9]*\] //p' | awk '$2 != "NULL" && $2 != "NOBITS" { print $1, $4, $5 }'
}

# sections A B: those whose bytes cmp finds to differ, of two files that have the same ones
sections() {
	paste -d' ' <(table "$1") <(table "$2") | while read -r name from size _ other length; do
		cmp -s <(tail -c +$((0x$from + 1)) "$1" | head -c $((0x$size))) \
			<(tail -c +$((0x$other + 1)) "$2" | head -c $((0x$length))) || echo "$name"
	done | paste -sd, | sed 's/,/, /g'
}

@test "the parts that differ: sections, members, entries" {
	need gcc readelf ar zip
	sed 's/a \* 3/a * 5/' x.c >y.c
	gcc -s -o x x.c && gcc -s -o y y.c && cp x z
	same "sections $(sections x y)" "$("$PART" --list x y)"
	[[ $("$PART" --list x y) == *.text,* ]]
	same none "$("$PART" --list x z)"
	same none "$("$PART" --list x x.c)"
	objcopy --remove-section .comment x bare
	[[ $("$PART" --list x bare) == *.comment* && $("$PART" --list bare x) == *.comment* ]]
	for i in 1 2 3 4; do echo $i >$i; done
	ar rcD a.a 1 2 3 && echo 4 >2 && ar rcD b.a 2 1 3 4
	same "members 2, 4" "$("$PART" --list a.a b.a)"
	same none "$("$PART" --list b.a b.a)"
	zip -q a.zip 1 2 3 && echo 5 >3 && zip -q b.zip 1 2 3
	same "entries 3" "$("$PART" --list a.zip b.zip)"
	for i in $(seq 100); do echo "$i" >"file-$i"; done
	ar rcD c.a file-* && for i in file-*; do echo >"$i"; done && ar rcD d.a file-*
	[[ $("$PART" --list c.a d.a) == "members file-1, file-10, "*" more" ]]
}
