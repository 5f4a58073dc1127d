#!/usr/bin/perl
# Makes should-fail/: one input for each refusal, byte by byte, and beside it NAME.reason, which the message must hold.
# Run by hand in this folder when a refusal is added; what it makes does not depend on when or where.
use strict;
use warnings;
use bytes;

sub padded { my ($data) = @_; $data . "\0" x (-length($data) % 512) }

# A header block as POSIX has it; a field may be given as a finished string instead of a number.
sub block {
	my (%f) = (name => "", mode => 0644, uid => 0, gid => 0, size => 0, time => 0, type => "0", link => "",
		magic => "ustar\x{0}00", major => 0, minor => 0, prefix => "", @_);
	my $octal = sub { my ($value, $size) = @_; $value =~ /^\d+$/ ? sprintf("%0*o", $size - 1, $value) . "\0" : $value };
	my $block = pack("a100 a8 a8 a8 a12 a12 a8 a1 a100 a8 a32 a32 a8 a8 a155 x12", $f{name}, $octal->($f{mode}, 8),
		$octal->($f{uid}, 8), $octal->($f{gid}, 8), $octal->($f{size}, 12), $octal->($f{time}, 12), " " x 8,
		$f{type}, $f{link}, $f{magic}, "", "", $octal->($f{major}, 8), $octal->($f{minor}, 8), $f{prefix});
	substr($block, 148, 8) = sprintf("%06o\0 ", unpack("%32C*", $block));
	return $block;
}

sub file { my ($name, $data, @more) = @_; block(name => $name, size => length($data), @more) . padded($data) }
sub folder { block(name => $_[0], type => "5", mode => 0755) }
sub symlink_to { block(name => $_[0], type => "2", mode => 0777, link => $_[1]) }
sub hard_link { block(name => $_[0], type => "1", link => $_[1]) }

sub record {
	my ($key, $value) = @_;
	my $rest = " $key=$value\n";
	my $length = length($rest);
	$length++ while $length != length($rest) + length($length);
	return $length . $rest;
}
sub extended { my ($type, $data) = @_; block(name => "extended", type => $type, size => length($data)) . padded($data) }
sub pax { my $data = ""; while (@_) { $data .= record(splice @_, 0, 2) } extended("x", $data) }

# GNU's old sparse header: the map is in the block's last bytes.
sub old_sparse {
	my ($name, $real, $data, @map) = @_;
	my $block = block(name => $name, type => "S", size => length($data), magic => "ustar  \0");
	my $map = join "", map { sprintf("%011o\0", $_) } @map;
	substr($block, 386, length $map) = $map;
	substr($block, 483, 12) = sprintf("%011o\0", $real);
	substr($block, 148, 8) = " " x 8;
	substr($block, 148, 8) = sprintf("%06o\0 ", unpack("%32C*", $block));
	return $block . padded($data);
}

my $end = "\0" x 1024;
my $good = file("good", "good\n");

sub vector {
	my ($name, $bytes, $reason) = @_;
	open my $out, ">:raw", "should-fail/$name" or die "$name: $!";
	print $out $bytes;
	close $out or die "$name: $!";
	(my $stem = $name) =~ s/\.[^.]*$//;
	open $out, ">:raw", "should-fail/$stem.reason" or die "$name: $!";
	print $out "$reason\n";
	close $out or die "$name: $!";
}
sub archive { my ($name, $bytes, $reason) = @_; vector("$name.tar", $bytes . $end, $reason) }

# Paths
archive("path-dotdot", file("a/../b", ""), "'..' in path");
archive("path-dotdot-first", file("../b", ""), "'..' in path");
archive("path-dotdot-last", folder("a/.."), "'..' in path");
archive("path-absolute", file("/etc/passwd", ""), "absolute path");
archive("path-empty-component", file("a//b", ""), "empty component");
archive("path-two-slashes-last", folder("a//"), "empty component");
archive("path-dot-inside", file("a/./b", ""), "'.' inside path");
archive("path-dot-twice", file("././b", ""), "'.' inside path");
archive("path-not-utf8", file("caf\xe9", ""), "not UTF-8");
archive("path-not-utf8-pax", pax("path", "caf\xe9") . file("x", ""), "not UTF-8");
archive("path-overlong-utf8", file("a\xc0\xafb", ""), "not UTF-8");
archive("path-too-long", pax("path", "a/" x 2048 . "b") . file("x", ""), "longer than 4095");
archive("path-empty", file("", ""), "empty path");
archive("path-nul", pax("path", "a\0b") . file("x", ""), "NUL");
archive("path-slash-file-pax", pax("path", "a/") . symlink_to("x", "y"), "empty component");
archive("root-not-folder", symlink_to(".", "elsewhere"), "root is not a folder");

# Structure of the tree
archive("below-symlink", symlink_to("a", "/etc") . file("a/b", ""), "below a");
archive("below-symlink-first", file("a/b", "") . symlink_to("a", "/etc"), "below a");
archive("below-symlink-deep", symlink_to("a", "/etc") . file("a/b/c/d", ""), "below a");
archive("below-file", file("a", "") . file("a/b", ""), "below a");
archive("below-hard-link", file("f", "") . hard_link("a", "f") . file("a/b", ""), "below a");
archive("twice-other-content", file("a", "one") . file("a", "two"), "different content");
archive("twice-other-size", file("a", "one") . file("a", "three"), "different size");
archive("twice-other-mode", file("a", "one") . file("a", "one", mode => 0600), "different mode");
archive("twice-other-type", file("a", "") . folder("a/"), "different type");

# Links
archive("hard-link-to-nothing", hard_link("a", "b"), "hard link to nothing");
archive("hard-link-to-folder", folder("b/") . hard_link("a", "b"), "hard link to a folder");
archive("hard-link-to-root", hard_link("a", "."), "hard link to a folder");
archive("hard-link-to-itself", hard_link("a", "a"), "circle");
archive("hard-link-circle", hard_link("a", "b") . hard_link("b", "a"), "circle");
archive("hard-link-dotdot", file("b", "") . hard_link("a", "x/../b"), "'..' in path");
archive("hard-link-absolute", file("b", "") . hard_link("a", "/b"), "absolute path");
archive("hard-link-empty", hard_link("a", ""), "hard link to nothing");
archive("hard-link-with-data", file("b", "data") . block(name => "a", type => "1", link => "b", size => 4) . padded("data"),
	"size lies");
archive("symlink-empty", symlink_to("a", ""), "without a target");
archive("symlink-too-long", pax("linkpath", "t" x 4096) . symlink_to("a", "t"), "longer than 4095");
archive("symlink-not-utf8", symlink_to("a", "\xff"), "not UTF-8");
archive("symlink-nul", pax("linkpath", "a\0b") . symlink_to("a", "t"), "NUL");

# Types
archive("type-unknown", file("a", "", type => "Z"), "unknown type 'Z'");
archive("type-unknown-lower", file("a", "", type => "q"), "unknown type 'q'");
archive("type-volume", extended("V", "") . $good, "unknown type 'V'");
archive("type-multivolume", file("a", "rest", type => "M"), "unknown type 'M'");
archive("type-dumpdir", file("a/", "Yb\0\0", type => "D"), "unknown type 'D'");
archive("device-character", block(name => "a", type => "3", major => 1, minor => 3), "--devices");
archive("device-block", block(name => "a", type => "4", major => 8, minor => 0), "--devices");
archive("fifo", block(name => "a", type => "6"), "--devices");

# Ends
vector("empty.tar", "", "empty");
vector("not-a-tar.tar", "plain text, but long enough to be a block\n" x 20, "not a tar");
vector("short.tar", "x", "not an archive");
vector("end-missing.tar", $good, "end is missing");
vector("end-half.tar", $good . "\0" x 512, "half of the archive's end");
vector("end-in-data.tar", block(name => "a", size => 2000) . "x" x 700, "truncated");
vector("end-in-padding.tar", $good . block(name => "a", size => 3) . "abc", "runcated");
vector("end-in-header.tar", $good . substr($good, 0, 300), "truncated header");
vector("end-in-pax.tar", substr(pax("path", "p" x 900), 0, 1024), "truncated");
vector("end-behind-pax.tar", $good . pax("path", "p"), "truncated behind an extended header");
archive("pax-without-entry", $good . pax("path", "p"), "extended header without an entry");
archive("garbage-behind-end", $good . $end . "garbage", "trailing garbage");
vector("garbage-far-behind-end.tar", $good . "\0" x 40000 . "x" . "\0" x 511, "trailing garbage");
vector("archive-behind-end.tar", $good . $end . file("more", "") . $end, "trailing garbage");
vector("end-one-block-then-entry.tar", $good . "\0" x 512 . $good . $end, "trailing garbage");
archive("checksum", do { my $bad = $good; substr($bad, 3, 1) = "X"; $good . $bad }, "checksum");
archive("checksum-first", do { my $bad = $good; substr($bad, 3, 1) = "X"; $bad }, "checksum");

# Sizes that lie
archive("size-negative", block(name => "a", size => "\xff" x 12), "negative");
archive("size-huge", block(name => "a", size => "\x80" . "\0" x 3 . "\x7f" . "\xff" x 7), "size");
archive("size-over-63-bits", block(name => "a", size => "\x80\0\0\0\xff" . "\xff" x 7), "size is larger than 2^63");
archive("size-not-a-number", block(name => "a", size => "12x45678901\0"), "not a number");
archive("size-beyond-end", block(name => "a", size => 1 << 30) . "data", "truncated");
archive("size-pax-contradicts", pax("size", 3) . file("a", "abcd"), "size lies");
archive("size-pax-twice", pax("size", 4, "size", 4) . file("a", "abcd"), "twice");
archive("size-pax-negative", pax("size", -1) . file("a", "abcd"), "not a number");
archive("size-pax-not-a-number", pax("size", "4x") . file("a", "abcd"), "not a number");
archive("size-pax-empty", pax("size", "") . file("a", "abcd"), "not a number");
archive("size-folder", block(name => "a/", type => "5", size => 512) . "x" x 512, "size lies");
archive("size-folder-old", block(name => "a/", type => "0", size => 512) . "x" x 512, "size lies");
archive("size-symlink", block(name => "a", type => "2", link => "b", size => 512) . "x" x 512, "size lies");
archive("sparse-beyond-size", old_sparse("a", 512, "x" x 512, 4096, 512), "size lies");
archive("sparse-larger-than-size", old_sparse("a", 100, "x" x 512, 0, 512), "size lies");
archive("sparse-back", old_sparse("a", 4096, "x" x 1024, 2048, 512, 0, 512), "size lies");
archive("sparse-overlap", old_sparse("a", 4096, "x" x 1024, 0, 512, 256, 512), "size lies");
archive("sparse-less-than-stored", old_sparse("a", 4096, "x" x 1024, 0, 512), "size lies");
archive("sparse-more-than-stored", old_sparse("a", 8192, "x" x 512, 0, 512, 1024, 512), "size lies");
archive("sparse-pax-unknown-form", pax("GNU.sparse.major", 7, "GNU.sparse.minor", 1, "GNU.sparse.name", "a",
	"GNU.sparse.size", 600, "GNU.sparse.map", "0,512") . file("x", "y" x 512), "sparse");
archive("sparse-pax-beyond-size", pax("GNU.sparse.name", "a", "GNU.sparse.size", 600, "GNU.sparse.numblocks", 1,
	"GNU.sparse.map", "512,512") . file("x", "y" x 512), "size lies");
archive("sparse-pax-promises-more", pax("GNU.sparse.name", "a", "GNU.sparse.size", 600, "GNU.sparse.numblocks", 1,
	"GNU.sparse.map", "0,512") . file("x", ""), "size lies");
archive("sparse-map-in-data", pax("GNU.sparse.major", 1, "GNU.sparse.minor", 0, "GNU.sparse.name", "a",
	"GNU.sparse.realsize", 600) . file("x", padded("1\n0\n99999\n") . "y" x 512), "size lies");
archive("sparse-folder", pax("GNU.sparse.size", 10, "GNU.sparse.map", "0,0") . folder("a/"), "sparse");

# Pax headers
archive("pax-length-lies", extended("x", "99 path=p\n") . $good, "length lies");
archive("pax-length-short", extended("x", "4 path=p\n") . $good, "length lies");
archive("pax-length-missing", extended("x", "path=p\n") . $good, "without a length");
archive("pax-no-newline", extended("x", "9 path=pp") . $good, "length lies");
archive("pax-no-key", extended("x", "4 =\n") . $good, "length lies");
archive("pax-no-equals", extended("x", "11 comment\n") . $good, "without a key");
archive("pax-empty-key", extended("x", "6 =ab\n") . $good, "without a key");
archive("pax-path-empty", pax("path", "") . $good, "empty or has a NUL");
archive("pax-path-twice", pax("path", "p", "path", "q") . $good, "twice");
archive("pax-two-headers", pax("path", "p") . pax("path", "q") . $good, "two pax headers");
archive("pax-and-gnu-name", extended("L", "other\0") . pax("path", "p") . $good, "two long names");
archive("pax-global", extended("g", record("uid", 7)) . $good, "global pax header sets uid");
archive("gnu-two-names", extended("L", "one\0") . extended("L", "two\0") . $good, "two long names");
archive("owner-negative", block(name => "a", uid => "\xff" x 8), "owner");
archive("owner-too-large", pax("uid", 4294967295) . block(name => "a"), "owner");
archive("device-too-large", block(name => "a", type => "3", major => "\x80\0\0\0\x7f\xff\xff\xff"), "device number");

# Extended attributes
archive("xattr-twice", pax("SCHILY.xattr.security.capability", "a", "LIBARCHIVE.xattr.security.capability", "Yg") . $good,
	"with different values");
archive("xattr-not-utf8", pax("SCHILY.xattr.user.\xff", "v") . $good, "name is not UTF-8");
archive("xattr-too-large", pax("SCHILY.xattr.security.capability", "v" x 65536) . $good, "larger than 65536");

# Debian packages
sub member { my ($name, $data) = @_; sprintf("%-16s%-12d%-6d%-6d%-8s%-10d`\n", $name, 0, 0, 0, "100644", length $data)
	. $data . "\n" x (length($data) % 2) }
my ($version, $control, $data) = (member("debian-binary", "2.0\n"), member("control.tar", $good . $end), $good . $end);
vector("deb-no-ar.deb", $good . $end, "not a Debian package");
vector("deb-empty.deb", "", "empty");
vector("deb-other-member-first.deb", "!<arch>\n" . $control . $version, "not a Debian package");
vector("deb-version-3.deb", "!<arch>\n" . member("debian-binary", "3.0\n") . $control . member("data.tar", $data), "not 2.x");
vector("deb-no-control.deb", "!<arch>\n" . $version . member("data.tar", $data), "no control.tar");
vector("deb-no-data.deb", "!<arch>\n" . $version . $control, "truncated");
vector("deb-data-cut.deb", substr("!<arch>\n" . $version . $control . member("data.tar", $data), 0, -600), "cut short");
vector("deb-data-lies.deb", "!<arch>\n" . $version . $control . member("data.tar", $good), "end is missing");
vector("deb-header-damaged.deb", "!<arch>\n" . $version . "x" x 60, "no ar header");
vector("deb-size-not-a-number.deb", "!<arch>\n" . sprintf("%-48s%-10s`\n", "debian-binary", "-4") . "2.0\n", "not a number");

# Lists
for ([ "mtree-not-full-path", "etc type=dir mode=0755", "begin with ./" ],
	[ "mtree-no-type", "./a mode=0644", "no type=" ], [ "mtree-unknown-type", "./a type=door mode=0644", "unknown" ],
	[ "mtree-no-mode", "./a type=dir", "no mode=" ], [ "mtree-bad-mode", "./a type=dir mode=0999", "mode=0999" ],
	[ "mtree-no-contents", "./a type=file mode=0644", "without contents=" ],
	[ "mtree-contents-folder", "./a type=file mode=0644 contents=.", "not a file" ],
	[ "mtree-unknown-keyword", "./a type=dir mode=0755 md5=0", "unknown keyword md5" ],
	[ "mtree-no-value", "./a type=dir mode", "no value" ], [ "mtree-no-target", "./a type=link", "without a target" ],
	[ "mtree-bad-uid", "./a type=dir mode=0755 uid=-1", "uid=-1" ],
	[ "mtree-bad-time", "./a type=dir mode=0755 time=1.x", "not a time" ],
	[ "mtree-bad-escape", "./a\\9 type=dir mode=0755", "octal" ], [ "mtree-nul-escape", "./a\\000b type=dir mode=0755", "\\000" ],
	[ "mtree-no-device", "./a type=char mode=0644", "without device=" ],
	[ "mtree-bad-device", "./a type=char mode=0644 device=1", "MAJOR,MINOR" ],
	[ "mtree-long-line", "./a type=link link=" . "x" x (16 << 10), "too long" ],
	[ "mtree-nul", "./a\0b type=dir mode=0755", "with a NUL" ],
	[ "mtree-dotdot", "./../a type=dir mode=0755", "'..' in path" ]) {
	vector("$_->[0].mtree", "#mtree\n$_->[1]\n", $_->[2]);
}
