#!/usr/bin/perl
# tcg-log.pl: a TPM's event log (binary_bios_measurements) on stdin, `PCR TYPE DIGEST` of each event on stdout, the type in
# hexadecimal and the digest in SHA-384. Source: TCG PC Client Platform Firmware Profile, "Event Logging".
use strict;
use warnings;
my %size = (4 => 20, 0xb => 32, 0xc => 48, 0xd => 64);
local $/;
binmode STDIN;
my $log = <STDIN>;
my $at = 0;

sub take {
	my ($size) = @_;
	die "the log ends early\n" if $at + $size > length $log;
	$at += $size;
	return substr $log, $at - $size, $size;
}

take(8 + 20); # the first event has the old form
take(unpack 'V', take(4));
while ($at < length $log) {
	my ($pcr, $type, $count) = unpack 'VVV', take(12);
	my $digest;
	for (1 .. $count) {
		my $algorithm = unpack 'v', take(2);
		my $value = take($size{$algorithm} // die "algorithm $algorithm\n");
		$digest = unpack 'H*', $value if $algorithm == 0xc;
	}
	take(unpack 'V', take(4));
	printf "%d %x %s\n", $pcr, $type, $digest // die "no SHA-384\n";
}
