#!/usr/bin/perl
# mrtd.pl single|two FILE: MRTD of a firmware, and the running value after each section, a line each, by other means than
# the toolkit's. It trusts the file's metadata.
use strict;
use warnings;
use Digest::SHA;

my ($order, $path) = @ARGV;
open(my $in, "<:raw", $path) or die "$path: $!\n";
my $fd = do { local $/; <$in> };
my $guid = pack("H*", "35657ae44a989847865e4685a7bf8ec2");
my $at = length($fd) - unpack("V", substr($fd, rindex($fd, $guid) - 6, 4));
my $count = unpack("V", substr($fd, $at + 12, 4));
my $sha = Digest::SHA->new(384);

sub add { $sha->add(pack("a16 Q< x104", "MEM.PAGE.ADD", $_[0])) }
sub extend {
	my ($address, $page) = @_;
	$sha->add(pack("a16 Q< x104", "MR.EXTEND", $address + 256 * $_) . substr($page, 256 * $_, 256)) for 0 .. 15;
}

my @after;
for my $i (0 .. $count - 1) {
	my ($offset, $raw, $address, $size, $type, $attributes) = unpack("V V Q< Q< V V", substr($fd, $at + 16 + 32 * $i, 32));
	my @steps;
	for my $page (0 .. $size / 4096 - 1) {
		my ($gpa, $data) = ($address + 4096 * $page, $offset + 4096 * $page);
		push @steps, [0, $page, sub { add($gpa) }] unless $attributes & 2;
		push @steps, [1, $page, sub { extend($gpa, substr($fd, $data, 4096)) }] if $attributes & 1;
	}
	@steps = sort { $a->[0] <=> $b->[0] || $a->[1] <=> $b->[1] } @steps if $order eq "two";
	$_->[2]->() for @steps;
	push @after, $sha->clone->hexdigest;
}
print "$_\n" for $sha->hexdigest, @after;
