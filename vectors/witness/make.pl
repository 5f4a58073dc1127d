#!/usr/bin/perl
# Makes good/ and should-fail/: TD HOB witnesses byte by byte, and beside each that should fail NAME.reason, which the
# message must hold. Run by hand in this folder when a refusal is added.
use strict;
use warnings;

sub put { my ($path, $data) = @_; open(my $out, ">:raw", $path) or die "$path: $!\n"; print $out $data; close($out) or die "$path: $!\n" }
sub good { my ($name, $hex) = @_; put("good/$name", pack("H*", $hex)) }
sub bad { my ($name, $reason, $hex) = @_; put("should-fail/$name", pack("H*", $hex)); put("should-fail/$name.reason", "witness: $reason\n") }

mkdir $_ for "good", "should-fail";

good("layout-a", "80100904000609020b021010");
good("layout-b", "80100904000609020b02110f");
good("one", "0000010001");             # base 0, TD HOB there, one page
good("touching", "0102020002" . "0201"); # two ranges, one after the other; the TD HOB is the second
good("highest", "feffffffffffff07" . "00" . "01" . "00" . "01"); # the last page but one of all addresses

bad("empty", "base: is cut off", "");
bad("base-cut", "base: is cut off", "80");
bad("td-hob-missing", "TD HOB: is cut off", "8010");
bad("count-missing", "count: is cut off", "801009");
bad("range-missing", "range 3: start: is cut off", "80100904000609020b02");
bad("length-missing", "range 3: length: is cut off", "80100904000609020b0210");
bad("left", "1 bytes are left", "80100904000609020b02101000");
bad("not-shortest", "base: is not in its shortest form", "80900009" . "04000609020b021010");
bad("not-shortest-zero", "range 0: start: is not in its shortest form", "8010090480000609020b021010");
bad("bits-65", "base: has more than 64 bits", "80808080808080808002" . "00010001");
bad("digits-11", "base: has more than 64 bits", "8080808080808080808001" . "00010001");
bad("base-beyond", "base: is beyond all addresses", "8080808080808008" . "00010001");
bad("td-hob-beyond", "TD HOB: is beyond all addresses", "ffffffffffffff07" . "01" . "010001");
bad("end-beyond", "range 0: ends beyond all addresses", "ffffffffffffff07" . "00010001");
bad("start-beyond", "range 1: ends beyond all addresses", "feffffffffffff07" . "0002" . "0001" . "0201");
bad("count-zero", "0 ranges, not 1 to 64", "80100900");
bad("count-65", "65 ranges, not 1 to 64", "80100041" . join("", map { sprintf "%02x01", $_ } 0 .. 64));
bad("count-huge", "9223372036854775808 ranges, not 1 to 64", "80100080808080808080808001");
bad("range-empty", "range 1: is empty", "80100904000609000b021010");
bad("base-not-lowest", "range 0: does not begin at the base", "80100904010509020b021010");
bad("unsorted", "range 2: begins before the one before it ends", "8010090400060b0209021010");
bad("overlap", "range 2: begins before the one before it ends", "80100904000609030b021010");
bad("td-hob-elsewhere", "no range begins where the TD HOB is", "80100a04000609020b021010");
