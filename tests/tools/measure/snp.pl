#!/usr/bin/perl
# snp.pl FIRMWARE KERNEL INITRD CMDLINE VCPUS SIGNATURE FEATURES: the launch digest of an SEV-SNP guest by other means than
# the toolkit's. It trusts the firmware's metadata; SIGNATURE is hexadecimal. spec: tdx-boot-spec.md 9
use strict;
use warnings;
use Digest::SHA qw(sha256 sha384);

my ($firmware, $kernel, $initrd, $cmdline, $vcpus, $signature, $features) = @ARGV;
sub slurp { open(my $in, "<:raw", $_[0]) or die "$_[0]: $!\n"; local $/; <$in> // "" }
my $fd = slurp($firmware);
my $digest = "\0" x 48;

sub update { my ($type, $gpa, $contents) = @_; $digest = sha384($digest . $contents . pack("v C C V Q<", 112, $type, 0, 0, $gpa)) }
sub entry { my ($guid) = @_; my $at = rindex($fd, pack("H*", $guid)) - 2; substr($fd, $at - (unpack("v", substr($fd, $at, 2)) - 18), 4) }

update(1, 2**32 - length($fd) + 4096 * $_, sha384(substr($fd, 4096 * $_, 4096))) for 0 .. length($fd) / 4096 - 1;

my $table = unpack("V", entry("1f3755723b3a044b927b1da6efa8d454"));
my $reset = unpack("V", entry("de71f7007e1acb4f890e68c77e2fb44e"));
my $at = length($fd) - unpack("V", entry("666588dc4a989847a75e5585a7bf67cc"));
my $hashes = pack("H* v", "06d63894224fc94cb479a793d411fd21", 168) . join "", map { pack("H* v", $_->[0], 50) . sha256($_->[1]) }
	["d82dd09720bd944caa78e7714d36ab2a", "$cmdline\0"], ["31f7ba442f3ad74b9af141e29169781d", slurp($initrd)],
	["3794e74dd2ab7f42b835d5b172d2045b", slurp($kernel)];
my $page = "\0" x ($table & 0xfff) . $hashes;
$page .= "\0" x (4096 - length($page));

for my $i (0 .. unpack("V", substr($fd, $at + 12, 4)) - 1) {
	my ($gpa, $size, $type) = unpack("V3", substr($fd, $at + 16 + 12 * $i, 12));
	if ($type == 0x10) { update(1, $gpa, sha384($page)) }
	elsif ($type == 2) { update(5, $gpa, "\0" x 48) }
	elsif ($type == 3) { update(6, $gpa, "\0" x 48) }
	else { update(3, $gpa + 4096 * $_, "\0" x 48) for 0 .. $size / 4096 - 1 }
}

sub vmsa {
	my ($eip) = @_;
	my $page = "\0" x 4096;
	my $segment = sub { substr($page, $_[0], 16) = pack("v v V Q<", $_[1], $_[2], 0xffff, $_[3]) };
	my $u64 = sub { substr($page, $_[0], 8) = pack("Q<", $_[1]) };
	$segment->($_->[0], 0, $_->[1], 0) for [0, 0x93], [0x20, 0x93], [0x30, 0x93], [0x40, 0x93], [0x50, 0x93], [0x60, 0], [0x70, 0x82],
		[0x80, 0], [0x90, 0x8b];
	$segment->(0x10, 0xf000, 0x9b, $eip & 0xffff0000);
	$u64->(@$_) for [0xd0, 0x1000], [0x148, 0x40], [0x158, 0x10], [0x160, 0x400], [0x168, 0xffff0ff0], [0x170, 2], [0x178, $eip & 0xffff],
		[0x268, 0x0007 << 48 | 0x0406 << 32 | 0x00070406], [0x310, hex $signature], [0x3b0, $features], [0x3e8, 1];
	substr($page, 0x408, 4) = pack("V", 0x1f80);
	substr($page, 0x410, 2) = pack("v", 0x37f);
	return sha384($page);
}
update(2, 0xfffff * 2**28 + 0xffff000, vmsa($_ ? $reset : 0xfffffff0)) for 0 .. $vcpus - 1;
print unpack("H*", $digest), "\n";
