#!/usr/bin/perl
# Makes good/ and should-fail/: small firmware files with TDVF metadata, byte by byte, and beside each that should fail
# NAME.fd.reason, which the message must hold. Run by hand in this folder when a refusal is added; what it makes does not
# depend on when or where.
use strict;
use warnings;

my %types = (BFV => 0, CFV => 1, TD_HOB => 2, TEMP_MEM => 3);
my $tdx = "e47a6535-984a-4798-865e-4685a7bf8ec2";
my $footer = "96b582de-1fb2-45f7-baea-a366c55a082d";

# The first three fields of a GUID are little-endian.
sub guid { my @part = split /-/, shift; pack("V v v", map { hex } @part[0 .. 2]) . pack("H*", $part[3] . $part[4]) }
sub entry { my ($guid, $data, $length) = @_; $data . pack("v", $length // length($data) + 18) . guid($guid) }
sub section {
	my ($type, $offset, $raw, $address, $size, $attributes) = @_;
	pack("V V Q< Q< V V", $offset, $raw, $address, $size, $types{$type} // $type, $attributes);
}

# Some bytes that are not the same anywhere.
sub noise { my ($size, $seed) = @_; join "", map { $seed = ($seed * 1103515245 + 12345) % 2**31; chr($seed >> 16 & 255) } 1 .. $size }

sub small { (["BFV", 0, 128, 0xfffff000, 4096, 0], ["CFV", 128, 64, 0xffffe000, 4096, 0], ["TEMP_MEM", 0, 0, 0x810000, 0x10000, 0],
	["TD_HOB", 0, 0, 0x809000, 0x2000, 0]) }

# A firmware: data, descriptor, room, footer table, reset vector. Everything can be overridden.
sub firmware {
	my %f = (data => noise(192, 7), sections => [small()], signature => "TDVF", version => 1, before => "", after => "", room => "",
		footer => guid($footer), @_);
	my $sections = join "", map { section(@$_) } @{$f{sections}};
	my $count = $f{count} // @{$f{sections}};
	my $descriptor = pack("a4 V V V", $f{signature}, $f{length} // 16 + 32 * $count, $f{version}, $count) . $sections;
	my $behind = length($descriptor) + length($f{room}) + length($f{before}) + 22 + length($f{after}) + 18 + 32;
	my $entry = $f{entry} // entry($tdx, pack("V", $f{distance} // $behind));
	my $table = $f{before} . $entry . $f{after};
	$table .= pack("v", $f{total} // length($table) + 18) . $f{footer};
	return $f{data} . $descriptor . $f{room} . $table . noise(32, 3);
}

sub put { my ($path, $data) = @_; open(my $out, ">:raw", $path) or die "$path: $!\n"; print $out $data; close($out) or die "$path: $!\n" }
sub good { my ($name, @rest) = @_; put("good/$name.fd", firmware(@rest)) }
sub bad { my ($name, $reason, $firmware) = @_; put("should-fail/$name.fd", $firmware); put("should-fail/$name.fd.reason", "$reason\n") }
sub bad_firmware { my ($name, $reason, @rest) = @_; bad($name, $reason, firmware(@rest)) }

# One section is another.
sub with { my ($index, @section) = @_; my @sections = small(); $sections[$index] = [@section]; (sections => \@sections) }
sub without { my ($index) = @_; my @sections = small(); splice @sections, $index, 1; (sections => \@sections) }
sub more { (sections => [small(), @_]) }

mkdir $_ for "good", "should-fail";

good("small");
good("other-entries", before => entry("7255371f-3a3b-4b04-927b-1da6efa8d454", pack("V V", 0x800400, 0x400)),
	after => entry("00f771de-1a7e-4fcb-890e-68c77e2fb44e", pack("V", 0x80b004)));
good("left", before => "left over", total => 9 + 22 + 18); # too few bytes for an entry in front of the first
# Two pages that are measured, one that is only added, one that is added later; the order of the file is not that of memory.
good("measured", data => noise(12288 + 100, 1), sections => [["BFV", 4096, 8192, 0xffffe000, 8192, 1], ["CFV", 12288, 100, 0xffffc000, 8192, 0],
	["TEMP_MEM", 0, 0, 0x810000, 0x3000, 0], ["TD_HOB", 0, 0, 0x809000, 0x2000, 2], ["BFV", 0, 4096, 0xffffb000, 4096, 3]]);
good("layout-a", sections => [(small())[0, 1], ["TEMP_MEM", 0, 0, 0x810000, 0x10000, 0], ["TEMP_MEM", 0, 0, 0x80b000, 0x2000, 0],
	["TD_HOB", 0, 0, 0x809000, 0x2000, 0], ["TEMP_MEM", 0, 0, 0x800000, 0x6000, 0]]);
good("layout-b", sections => [(small())[0, 1], ["TEMP_MEM", 0, 0, 0x811000, 0xf000, 0], ["TEMP_MEM", 0, 0, 0x80b000, 0x2000, 0],
	["TD_HOB", 0, 0, 0x809000, 0x2000, 0], ["TEMP_MEM", 0, 0, 0x800000, 0x6000, 0]]);
good("most-pages", more(["TEMP_MEM", 0, 0, 2**32, 4096 * (2**20 - 20), 0])); # with 20 of the others
good("most-sections", more(map { ["TEMP_MEM", 0, 0, 0x900000 + 4096 * $_, 4096, 0] } 1 .. 60));

bad("empty", "footer table: firmware of 0 bytes", "");
bad("short", "footer table: firmware of 49 bytes", substr(firmware(), -49));
bad("only-footer", "footer table: no TDX metadata entry", pack("v", 18) . guid($footer) . noise(32, 3));
bad_firmware("no-footer", "footer table: there is none", footer => guid($tdx));
bad_firmware("table-zero", "footer table: its length is 0, less than its own trailer's", total => 0);
bad_firmware("table-17", "footer table: its length is 17, less", total => 17);
bad_firmware("table-long", "footer table: its length is 65535, more than the file has", total => 65535);
bad_firmware("entry-before-table", "footer table: entry 0 begins before the table", total => 39);
bad_firmware("entry-zero", "footer table: entry 0 has 0 bytes, fewer than its own trailer", after => entry("00f771de-1a7e-4fcb-890e-68c77e2fb44e", "", 0));
bad_firmware("entry-17", "footer table: entry 0 has 17 bytes", after => entry("00f771de-1a7e-4fcb-890e-68c77e2fb44e", "", 17));
bad_firmware("entry-long", "footer table: entry 0 begins before the table", after => entry("00f771de-1a7e-4fcb-890e-68c77e2fb44e", "", 60000));
bad_firmware("entries-many", "footer table: more than 64 entries", after => entry("00f771de-1a7e-4fcb-890e-68c77e2fb44e", "") x 64);
bad_firmware("no-tdx-entry", "footer table: no TDX metadata entry", entry => entry("4c2eb361-7d9b-4cc3-8081-127c90d3d294", pack("V", 200)));
bad_firmware("two-tdx-entries", "footer table: two TDX metadata entries", before => entry($tdx, pack("V", 200)));
bad_firmware("tdx-entry-short", "footer table: its TDX metadata entry has 3 bytes, not 4", entry => entry($tdx, "abc"));
bad_firmware("tdx-entry-long", "footer table: its TDX metadata entry has 8 bytes, not 4", entry => entry($tdx, pack("V V", 0, 236)));
bad_firmware("distance-zero", "TDVF: 0x0 bytes from the end of the file", distance => 0);
bad_firmware("distance-15", "TDVF: 0xf bytes from the end of the file", distance => 15);
bad_firmware("distance-long", "TDVF: 0xffffffff bytes from the end of the file", distance => 0xffffffff);
bad_firmware("signature", "TDVF: no signature at 0xc0", signature => "TDVX");
bad_firmware("version-0", "TDVF: version 0, not 1", version => 0);
bad_firmware("version-2", "TDVF: version 2, not 1", version => 2);
bad_firmware("sections-none", "TDVF: 0 sections, not 2 to 64", sections => []);
bad_firmware("sections-one", "TDVF: 1 sections, not 2 to 64", sections => [(small())[0]]);
bad_firmware("sections-65", "TDVF: 65 sections, not 2 to 64", sections => [(small()) x 16, (small())[0]]);
bad_firmware("sections-huge", "TDVF: 134217728 sections, not 2 to 64", count => 0x8000000, length => 16); # 32 times that is 2^32
bad_firmware("sections-outside", "TDVF: its 20 sections end outside the file", count => 20);
bad_firmware("length-short", "TDVF: length 16, not that of 4 sections", length => 16);
bad_firmware("length-long", "TDVF: length 145, not that of 4 sections", length => 145);
bad_firmware("type-perm-mem", "TDVF: section 2: its type 4 is not supported", with(2, 4, 0, 0, 0x810000, 0x1000, 0));
bad_firmware("type-payload", "TDVF: section 2: its type 5 is not supported", with(2, 5, 0, 16, 0x810000, 0x1000, 0));
bad_firmware("type-payload-param", "TDVF: section 2: its type 6 is not supported", with(2, 6, 0, 0, 0x810000, 0x1000, 0));
bad_firmware("type-unknown", "TDVF: section 2: its type 4294967295 is not supported", with(2, 0xffffffff, 0, 0, 0x810000, 0x1000, 0));
bad_firmware("attributes", "TDVF: section 0: BFV: its attributes 0x4 are not known", with(0, "BFV", 0, 128, 0xfffff000, 4096, 4));
bad_firmware("address-odd", "TDVF: section 2: TEMP_MEM: is not of whole pages", with(2, "TEMP_MEM", 0, 0, 0x810800, 0x1000, 0));
bad_firmware("size-odd", "TDVF: section 2: TEMP_MEM: is not of whole pages", with(2, "TEMP_MEM", 0, 0, 0x810000, 0x1001, 0));
bad_firmware("size-zero", "TDVF: section 2: TEMP_MEM: is empty", with(2, "TEMP_MEM", 0, 0, 0x810000, 0, 0));
bad_firmware("size-wraps", "TDVF: section 2: TEMP_MEM: ends beyond all addresses", with(2, "TEMP_MEM", 0, 0, ~0xfff, 0x2000, 0));
bad_firmware("size-huge", "TDVF: section 2: TEMP_MEM: more than 1048576 pages", with(2, "TEMP_MEM", 0, 0, 2**32, 2**62, 0));
bad_firmware("pages-many", "TDVF: section 4: TEMP_MEM: more than 1048576 pages", more(["TEMP_MEM", 0, 0, 2**32, 4096 * (2**20 - 19), 0]));
bad_firmware("bfv-empty", "TDVF: section 0: BFV: has no data", with(0, "BFV", 0, 0, 0xfffff000, 4096, 0));
bad_firmware("cfv-empty", "TDVF: section 1: CFV: has no data", with(1, "CFV", 0, 0, 0xffffe000, 4096, 0));
bad_firmware("temp-mem-data", "TDVF: section 2: TEMP_MEM: has data, which its type cannot have", with(2, "TEMP_MEM", 0, 1, 0x810000, 0x1000, 0));
bad_firmware("td-hob-data", "TDVF: section 3: TD_HOB: has data, which its type cannot have", with(3, "TD_HOB", 0, 1, 0x809000, 0x2000, 0));
bad_firmware("data-outside", "TDVF: section 0: BFV: its data at 0x100, 0x1000 bytes, end outside the file", with(0, "BFV", 256, 4096, 0xfffff000, 4096, 1));
bad_firmware("data-begins-outside", "TDVF: section 0: BFV: its data at 0xffffffff, 0x80 bytes, end outside the file", with(0, "BFV", 0xffffffff, 128, 0xfffff000, 4096, 0));
bad_firmware("data-huge", "TDVF: section 0: BFV: its data at 0x80, 0xffffffff bytes, end outside the file", with(0, "BFV", 128, 0xffffffff, 0xfffff000, 4096, 0));
bad_firmware("more-data-than-memory", "TDVF: section 0: BFV: has more data than memory", data => noise(8192, 5), with(0, "BFV", 0, 4097, 0xfffff000, 4096, 0));
bad_firmware("measured-short", "TDVF: section 0: BFV: is measured, and has less data than memory", with(0, "BFV", 0, 128, 0xfffff000, 4096, 1));
bad_firmware("measured-nothing", "TDVF: section 2: TEMP_MEM: is measured, and has less data than memory", with(2, "TEMP_MEM", 0, 0, 0x810000, 0x1000, 1));
bad_firmware("no-td-hob", "TDVF: 0 sections of type TD_HOB, not 1", without(3));
bad_firmware("two-td-hobs", "TDVF: 2 sections of type TD_HOB, not 1", more(["TD_HOB", 0, 0, 0x900000, 0x2000, 0]));
bad_firmware("no-cfv", "TDVF: 0 sections of type CFV, not 1", without(1));
bad_firmware("two-cfvs", "TDVF: 2 sections of type CFV, not 1", more(["CFV", 0, 16, 0xffffd000, 4096, 0]));
bad_firmware("overlap-temp-mem", "TDVF: section 4: TEMP_MEM: overlaps section 2", more(["TEMP_MEM", 0, 0, 0x81f000, 0x1000, 0]));
bad_firmware("overlap-td-hob", "TDVF: section 4: TEMP_MEM: overlaps section 3", more(["TEMP_MEM", 0, 0, 0x808000, 0x2000, 0]));
bad_firmware("overlap-bfv", "TDVF: section 1: CFV: overlaps section 0", with(1, "CFV", 128, 64, 0xfffff000, 4096, 0));
