#!/usr/bin/perl
# kernel.pl: on stdout something that is a bzImage and a PE file, and no kernel.
use strict;
use warnings;
my $kernel = "\0" x 4096 . join '', map { chr(($_ * 13) & 0xff) } 1 .. 8192;
sub put { my ($at, $bytes) = @_; substr($kernel, $at, length $bytes) = $bytes }
put(0, 'MZ');
put(0x3c, pack 'V', 0x280);
put(0x1f1, chr 7);
put(0x202, 'HdrS' . pack 'v', 0x20f);
put(0x211, chr 1);
put(0x22c, pack 'V', 0x7fffffff);
put(0x236, pack 'v', 0x7f);
put(0x280, "PE\0\0" . pack('v v V V V v v', 0x8664, 1, 0, 0, 0, 240, 0x22) . pack('v', 0x20b) . "\0" x 58 . pack('V', 4096));
put(0x298 + 108, pack 'V', 16);
put(0x298 + 240, pack 'a8 V V V V x12 V', '.text', 8192, 4096, 8192, 4096, 0x60000020);
binmode STDOUT;
print $kernel;
