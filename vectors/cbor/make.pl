#!/usr/bin/perl
# Makes good/ and should-fail/: measurement.tdx.cbor and measurement.snp.cbor byte by byte, and beside each that should
# fail NAME.cbor.reason, which the message must hold. Run by hand in this folder when a refusal is added.
use strict;
use warnings;
use bytes;

# RFC 8949 section 3
sub head {
	my ($major, $value) = @_;
	my $m = $major << 5;
	return $value < 24 ? pack("C", $m | $value) : $value < 2**8 ? pack("C C", $m | 24, $value) : $value < 2**16 ? pack("C n", $m | 25, $value)
		: $value < 2**32 ? pack("C N", $m | 26, $value) : pack("C Q>", $m | 27, $value);
}
sub uint { head(0, $_[0]) }
sub string { head(2, length $_[0]) . $_[0] }
sub text { head(3, length $_[0]) . $_[0] }
sub array { head(4, scalar @_) . join "", @_ }
sub map_of { head(5, @_ / 2) . join "", map { $_ % 2 ? $_[$_] : text($_[$_]) } 0 .. $#_ }

sub put { my ($path, $data) = @_; open(my $out, ">:raw", $path) or die "$path: $!\n"; print $out $data; close($out) or die "$path: $!\n" }
sub good { my ($name, $data) = @_; put("good/$name.cbor", $data) }
sub bad { my ($name, $reason, $data) = @_; put("should-fail/$name.cbor", $data); put("should-fail/$name.cbor.reason", "$reason\n") }

my $witness = pack("H*", "80100904000609020b021010");
sub tdx {
	my %d = (version => uint(3), cmdline => string("c" x 48), kernel => string("k" x 48), initrd => string("i" x 48), ovmf => text("pre202505"),
		single => string("s" x 48), two => string("t" x 48), td_hob => string($witness), more => [], @_);
	return map_of(version => $d{version},
		image => map_of(cmdline_sha384 => $d{cmdline}, kernel_authenticode => $d{kernel}, initrd_sha384 => $d{initrd}),
		tdvf => map_of(ovmf => $d{ovmf}, mrtd => map_of(single_pass => $d{single}, two_pass => $d{two}), td_hob => $d{td_hob}), @{$d{more}});
}

sub section { my ($gpa, $size, $type) = @_; map_of(gpa => uint($gpa), size => uint($size), type => uint($type)) }
my @sections = (section(0x100000, 0x2000, 1), section(0x800000, 0x1000, 0x10), section(0x810000, 0x1000, 2), section(0x820000, 0x1000, 3));
my $cmdline = "console=ttyS0 dstack.rootfs_hash=" . "33" x 32;
sub snp {
	my %d = (version => uint(3), cmdline => text($cmdline), ovmf => string("\x44" x 48), kernel => string("\x55" x 32),
		initrd => string("\x66" x 32), table => uint(0x801000), eip => uint(0xfffffff0), sections => array(@sections), @_);
	return map_of(version => $d{version}, cmdline => $d{cmdline}, ovmf_hash => $d{ovmf}, kernel_hash => $d{kernel}, initrd_hash => $d{initrd},
		hashes_table_gpa => $d{table}, reset_eip => $d{eip}, ovmf_sections => $d{sections});
}
sub with { my ($index, @section) = @_; my @copy = @sections; $copy[$index] = section(@section); (sections => array(@copy)) }

mkdir $_ for "good", "should-fail";

good("tdx", tdx());
good("snp", snp());
good("snp-blanks", snp(cmdline => text(" \n$cmdline\t ")));
# spec: tdx-boot-spec.md 9: of a real machine
good("snp-real", snp(
	cmdline => text("console=ttyS0 init=/init panic=1 net.ifnames=0 biosdevname=0 mce=off oops=panic pci=noearly pci=nommconf random.trust_cpu=y "
		. "random.trust_bootloader=n tsc=reliable no-kvmclock dstack.rootfs_hash=ca5adaef0ac3a36108035925763b48a5818f634e700fbaab561d419fd30d7121 "
		. "dstack.rootfs_size=490713088"),
	ovmf => string(pack("H*", "ffb57e393469a497c0e3b07bd1c97d8611e555f464d14491837665893ac642b263a71f9507ff100a847897fe0c3f8c6f")),
	kernel => string(pack("H*", "dd9ea274ce9a07090b22e8284b0c841b65c021c2d15ca57d0f16731089dd226c")),
	initrd => string(pack("H*", "5f844c4a2ca5a3d0711b3db38293b21ba929bb8e0b3c5bc1a779a57f69221c19")),
	table => uint(8457216), eip => uint(8433668),
	sections => array(section(8388608, 36864, 1), section(8429568, 12288, 1), section(8441856, 4096, 2), section(8445952, 4096, 3),
		section(8450048, 4096, 4), section(8458240, 61440, 1), section(8454144, 4096, 16))));

# Form, on a document for TDX.
bad("tdx-empty", "byte 0: document: is missing at the end", "");
bad("tdx-array", "byte 0: document: is an array, not a map", array(uint(3)));
bad("tdx-tag", "byte 0: document: is a tag, not a map", "\xd9\xd9\xf7" . tdx());
bad("tdx-indefinite-map", "byte 0: document: is of indefinite length", "\xbf" . substr(tdx(), 1) . "\xff");
bad("tdx-reserved", "byte 0: document: begins with a reserved value", "\xbc" . substr(tdx(), 1));
bad("tdx-left", "byte 384: document: has bytes behind its end", tdx() . "\0");
bad("tdx-cut", "td_hob: is cut off", substr(tdx(), 0, -1));
bad("tdx-cut-head", "td_hob: is missing at the end", substr(tdx(), 0, -13));
bad("tdx-head-cut", "byte 0: document: is cut off", "\xb9\x00");
bad("tdx-members-few", "byte 0: document: has too few members", map_of(version => uint(3)));
bad("tdx-members-many", "byte 0: document: has too many members", tdx(more => [more => uint(1)]));
bad("tdx-order", "version: another member is in its place", map_of(image => uint(1), version => uint(3), tdvf => uint(1)));
bad("tdx-key-bytes", "byte 1: version: is a byte string, not a text", "\xa3" . string("version") . substr(tdx(), 9));
bad("tdx-map-not-shortest", "byte 0: document: is not in its shortest form", "\xb8\x03" . substr(tdx(), 1));
bad("tdx-version-not-shortest", "byte 9: version: is not in its shortest form", tdx(version => "\x18\x03"));
bad("tdx-version-not-shortest-16", "byte 9: version: is not in its shortest form", tdx(version => "\x19\x00\xff"));
bad("tdx-version-not-shortest-32", "byte 9: version: is not in its shortest form", tdx(version => "\x1a\x00\x00\xff\xff"));
bad("tdx-version-not-shortest-64", "byte 9: version: is not in its shortest form", tdx(version => "\x1b\x00\x00\x00\x00\xff\xff\xff\xff"));
bad("tdx-version-negative", "byte 9: version: is a negative number, not a whole number", tdx(version => "\x22"));
bad("tdx-version-float", "byte 9: version: is a simple value, not a whole number", tdx(version => "\xf9\x42\x00"));
bad("tdx-version-text", "byte 9: version: is a text, not a whole number", tdx(version => text("3")));
bad("tdx-version-2", "byte 9: version: is not 3", tdx(version => uint(2)));
bad("tdx-version-4", "byte 9: version: is not 3", tdx(version => uint(4)));
bad("tdx-digest-short", "cmdline_sha384: is of another length", tdx(cmdline => string("c" x 47)));
bad("tdx-digest-long", "two_pass: is of another length", tdx(two => string("t" x 49)));
bad("tdx-digest-text", "kernel_authenticode: is a text, not a byte string", tdx(kernel => text("k" x 48)));
bad("tdx-digest-array", "initrd_sha384: is an array, not a byte string", tdx(initrd => array((uint(1)) x 48)));
bad("tdx-digest-huge", "cmdline_sha384: is too long", tdx(cmdline => "\x5b" . "\xff" x 8));
bad("tdx-digest-indefinite", "initrd_sha384: is of indefinite length", tdx(initrd => "\x5f" . string("i" x 48) . "\xff"));
bad("tdx-ovmf", "ovmf: is not supported", tdx(ovmf => text("stable202505")));
bad("tdx-ovmf-not-utf8", "ovmf: is not UTF-8, or has a NUL", tdx(ovmf => text("pre\xff")));
bad("tdx-ovmf-nul", "ovmf: is not UTF-8, or has a NUL", tdx(ovmf => text("pre202505\0")));
bad("tdx-witness", "td_hob: witness: base: is cut off", tdx(td_hob => string("")));
bad("tdx-witness-left", "td_hob: witness: 1 bytes are left", tdx(td_hob => string("$witness\0")));
bad("tdx-witness-long", "td_hob: is too long", tdx(td_hob => string("\x80" x 2049)));

# What a document for SEV-SNP says.
bad("snp-version", "version: is not 3", snp(version => uint(1)));
bad("snp-cmdline-nul", "cmdline: is not UTF-8, or has a NUL", snp(cmdline => text("$cmdline\0")));
bad("snp-cmdline-long", "cmdline: is too long", snp(cmdline => "\x7a\x00\x01\x00\x01$cmdline"));
bad("snp-cmdline-no-hash", "command line: 0 words dstack.rootfs_hash=, not 1", snp(cmdline => text("console=ttyS0")));
bad("snp-cmdline-two-hashes", "command line: 2 words dstack.rootfs_hash=, not 1", snp(cmdline => text("$cmdline $cmdline")));
bad("snp-cmdline-short-hash", "command line: dstack.rootfs_hash= without 64 digits", snp(cmdline => text("dstack.rootfs_hash=" . "3" x 63)));
bad("snp-cmdline-long-hash", "command line: dstack.rootfs_hash= without 64 digits", snp(cmdline => text("dstack.rootfs_hash=" . "3" x 65)));
bad("snp-cmdline-no-digits", "command line: dstack.rootfs_hash= without 64 digits", snp(cmdline => text("dstack.rootfs_hash=" . "g" x 64)));
bad("snp-ovmf-hash", "ovmf_hash: is of another length", snp(ovmf => string("\x44" x 32)));
bad("snp-kernel-hash", "kernel_hash: is of another length", snp(kernel => string("\x55" x 48)));
bad("snp-initrd-hash", "initrd_hash: is of another length", snp(initrd => string("")));
bad("snp-table-zero", "address of the hash table is 0", snp(table => uint(0)));
bad("snp-table-outside-page", "the hash table at 0x801f51 does not fit its page", snp(table => uint(0x801f51)));
bad("snp-eip-zero", "reset_eip is 0", snp(eip => uint(0)));
bad("snp-eip-large", "reset_eip: is too large", snp(eip => uint(2**32)));
bad("snp-sections-none", "0 sections for kernel hashes, not 1", snp(sections => array()));
bad("snp-sections-65", "ovmf_sections: has too many items", snp(sections => array(@sections, map { section(0x900000 + 4096 * $_, 4096, 1) } 1 .. 61)));
bad("snp-sections-two-tables", "2 sections for kernel hashes, not 1", snp(with(0, 0x900000, 0x1000, 0x10)));
bad("snp-section-type", "section 0: its type 5 is not known", snp(with(0, 0x100000, 0x2000, 5)));
bad("snp-section-empty", "section 0: is empty", snp(with(0, 0x100000, 0, 1)));
bad("snp-section-address", "section 0: is not of whole pages", snp(with(0, 0x100001, 0x1000, 1)));
bad("snp-section-size", "section 0: is not of whole pages", snp(with(0, 0x100000, 0x1001, 1)));
bad("snp-section-beyond", "section 0: ends beyond all addresses", snp(with(0, ~0xfff, 0x1000, 1)));
bad("snp-section-two-secrets-pages", "section 2: secrets of more than one page", snp(with(2, 0x810000, 0x2000, 2)));
bad("snp-section-two-cpuid-pages", "section 3: CPUID of more than one page", snp(with(3, 0x820000, 0x2000, 3)));
bad("snp-section-two-hashes-pages", "section 1: kernel hashes of more than one page", snp(with(1, 0x800000, 0x2000, 0x10)));
bad("snp-pages-many", "section 0: more than 16777216 pages up to here", snp(with(0, 2**40, 4096 * (2**24 + 1), 1)));
bad("snp-section-members", "section: has too few members", snp(sections => array(map_of(gpa => uint(0x1000), size => uint(0x1000)))));
