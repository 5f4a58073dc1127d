#!/usr/bin/perl
# firmware.pl LAYOUT CFV: on stdout a firmware with TDVF metadata of layout a or b, whose CFV section has the bytes of the
# file CFV, at the addresses dstack's firmware has. spec: tdx-boot-spec.md 1.1, 1.2, 1.4
use strict;
use warnings;
my ($layout, $path) = @ARGV;
open my $in, '<:raw', $path or die "$path: $!\n";
my $cfv = do { local $/; <$in> };
my ($code, $base) = (0x4000, 0xffc00000);
my ($bfv, $cfv_type, $hob, $temp) = (0, 1, 2, 3);
my @sections = (
	[length $cfv, $code, $base + length $cfv, $code, $bfv, 1],
	[0, length $cfv, $base, length $cfv, $cfv_type, 0],
	$layout eq 'a' ? [0, 0, 0x810000, 0x10000, $temp, 0] : [0, 0, 0x811000, 0xf000, $temp, 0],
	[0, 0, 0x80b000, 0x2000, $temp, 0],
	[0, 0, 0x809000, 0x2000, $hob, 0],
	[0, 0, 0x800000, 0x6000, $temp, 0],
);
my $descriptor = pack('a4 V V V', 'TDVF', 16 + 32 * @sections, 1, scalar @sections);
$descriptor .= pack 'V V Q Q V V', @$_ for @sections;
# The entry that leads to the descriptor, the table's own, and the reset vector's 32 bytes.
my $end = pack('V v H32', length($descriptor) + 22 + 18 + 32, 22, '35657ae44a989847865e4685a7bf8ec2');
$end .= pack('v H32', 22 + 18, 'de82b596b21ff745baeaa366c55a082d') . "\x90" x 32;
my $program = join '', map { chr(($_ * 11 + ($_ >> 8)) & 0xff) } 1 .. $code - length($descriptor) - length $end;
binmode STDOUT;
print $cfv, $program, $descriptor, $end;
