#!/usr/bin/perl
# hob.pl HOB-ADDRESS MEMORY START:END...: the TD HOB of these accepted ranges, as measured, by other means than the
# toolkit's: unaccepted memory is cut by one accepted range after the other, in the order given. Numbers are hexadecimal.
use strict;
use warnings;

my ($hob, $memory, @accepted) = map { [map { hex } split /:/] } @ARGV;
($hob, $memory) = ($hob->[0], $memory->[0]);
my @list = ([0, $memory, 7]);
for my $range (@accepted) {
	my ($start, $end) = @$range;
	@list = map {
		my ($s, $e, $type) = @$_;
		$type == 0 || $e <= $start || $s >= $end ? $_
			: grep { $_->[0] < $_->[1] } [$s, $start, 7], [$end, $e, 7];
	} @list;
	@list = sort { $a->[0] <=> $b->[0] } @list, [$start, $end, 0];
}
my ($start, $end) = @{pop @list};
my @resources = map { [$_->[2], $_->[0], $_->[1] - $_->[0]] } @list;
if ($memory < 0xb0000000) {
	push @resources, [7, $start, $end - $start];
} else {
	push @resources, [7, $start, 0x80000000 - $start] if $start < 0x80000000;
	push @resources, [7, 2**32, $end - 0x80000000] if $end > 0x80000000;
}
binmode STDOUT;
print pack("v v V V V Q<4 Q<", 1, 56, 0, 9, 0, 0, 0, 0, 0, $hob + 56 + 48 * @resources + 8);
print pack("v v V x16 V V Q< Q<", 3, 48, 0, $_->[0], 7, $_->[1], $_->[2]) for @resources;
