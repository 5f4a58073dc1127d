#!/usr/bin/perl
# Makes good/ and should-fail/: firmware with SEV metadata, byte by byte, and beside each that should fail
# NAME.fd.reason, which the message must hold. Run by hand in this folder when a refusal is added.
use strict;
use warnings;

my %guids = (table => "7255371f-3a3b-4b04-927b-1da6efa8d454", reset => "00f771de-1a7e-4fcb-890e-68c77e2fb44e",
	metadata => "dc886566-984a-4798-a75e-5585a7bf67cc", footer => "96b582de-1fb2-45f7-baea-a366c55a082d");

# The first three fields of a GUID are little-endian.
sub guid { my @part = split /-/, $guids{$_[0]}; pack("V v v", map { hex } @part[0 .. 2]) . pack("H*", $part[3] . $part[4]) }
sub entry { my ($name, $data) = @_; $data . pack("v", length($data) + 18) . guid($name) }

# spec: tdx-boot-spec.md 9: a firmware of one page, all zeros but the metadata at 512 and the footer table
sub firmware {
	my %f = (size => 4096, at => 512, signature => "ASEV", version => 1, before => "", table => pack("V", 0x4000), reset => pack("V", 0xfffffff0),
		sections => [[0x1000, 0x1000, 1], [0x2000, 0x1000, 2], [0x3000, 0x1000, 3], [0x4000, 0x1000, 0x10]], @_);
	my $metadata = pack("a4 V V V", $f{signature}, 0, $f{version}, $f{count} // scalar @{$f{sections}}) . join "", map { pack("V3", @$_) } @{$f{sections}};
	my $entries = $f{before} . ($f{entries} // entry("table", $f{table}) . entry("reset", $f{reset}) .
		entry("metadata", pack("V", $f{distance} // $f{size} - $f{at})));
	my $end = $entries . pack("v", length($entries) + 18) . guid("footer") . "\0" x 32;
	my $firmware = "\0" x $f{at} . $metadata;
	return $firmware . "\0" x ($f{size} - length($firmware) - length($end)) . $end;
}

sub put { my ($path, $data) = @_; open(my $out, ">:raw", $path) or die "$path: $!\n"; print $out $data; close($out) or die "$path: $!\n" }
sub good { my ($name, @rest) = @_; put("good/$name.fd", firmware(@rest)) }
sub bad { my ($name, $reason, @rest) = @_; put("should-fail/$name.fd", firmware(@rest)); put("should-fail/$name.fd.reason", "$reason\n") }
sub sections { (sections => [@_, [0x4000, 0x1000, 0x10]]) }

mkdir $_ for "good", "should-fail";

good("synthetic");
good("two-pages", size => 8192);

bad("size-odd", "firmware of 4097 bytes, not of whole pages", size => 4097);
bad("left", "footer table: 3 bytes of it are no entry", before => "abc");
bad("no-table", "footer table: no SEV hash table entry", entries => entry("reset", pack("V", 0xfffffff0)));
bad("no-reset", "footer table: no SEV-ES reset block entry", entries => entry("table", pack("V", 0x4000)));
bad("no-metadata", "footer table: no SEV metadata entry", entries => entry("table", pack("V", 0x4000)) . entry("reset", pack("V", 0xfffffff0)));
bad("two-tables", "footer table: two SEV hash table entries", before => entry("table", pack("V", 0x5000)));
bad("table-short", "footer table: its SEV hash table entry has 3 bytes, fewer than 4", table => "abc");
bad("table-zero", "footer table: its SEV hash table entry is 0", table => pack("V", 0));
bad("reset-zero", "footer table: its SEV-ES reset block entry is 0", reset => pack("V", 0));
bad("table-outside-page", "SEV metadata: the hash table at 0x4f51 does not fit its page", table => pack("V", 0x4f51));
bad("distance-short", "SEV metadata: 0xf bytes from the end of the file", distance => 15);
bad("distance-long", "SEV metadata: 0x1001 bytes from the end of the file", distance => 4097);
bad("signature", "SEV metadata: no signature at 0x200", signature => "ASEX");
bad("version", "SEV metadata: version 2, not 1", version => 2);
bad("sections-none", "SEV metadata: 0 sections, not 1 to 64", count => 0);
bad("sections-65", "SEV metadata: 65 sections, not 1 to 64", count => 65);
bad("sections-huge", "SEV metadata: 4294967295 sections, not 1 to 64", count => 0xffffffff);
bad("sections-outside", "SEV metadata: its 64 sections end outside the file", count => 64, at => 3500);
bad("no-kernel-hashes", "SEV metadata: 0 sections for kernel hashes, not 1", sections => [[0x1000, 0x1000, 1]]);
bad("section-type", "SEV metadata: section 0: its type 9 is not known", sections([0x1000, 0x1000, 9]));
bad("section-empty", "SEV metadata: section 0: is empty", sections([0x1000, 0, 1]));
bad("section-odd", "SEV metadata: section 0: is not of whole pages", sections([0x1000, 0x800, 1]));
