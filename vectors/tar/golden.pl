#!/usr/bin/perl
# Writes the normalised form of one small tree from docs/layer-format.md alone: `perl golden.pl >golden.tar`.
# It knows nothing of tools/image/. golden-gnu.tar and golden-bsdtar.tar hold the same tree (PROVENANCE.md).
use strict;
use warnings;
use bytes;
binmode STDOUT;

my $epoch = 1700000000;

sub number { my ($value, $size) = @_; sprintf("%0*o", $size - 1, $value) . "\0" }
sub text { my ($text, $size) = @_; substr($text . "\0" x $size, 0, $size) }
sub padded { my ($data) = @_; $data . "\0" x (-length($data) % 512) }

sub block {
	my (%f) = @_;
	my $head = text($f{name}, 100) . number($f{mode}, 8) . number($f{uid}, 8) . number($f{gid}, 8)
		. number($f{size}, 12) . number($f{time}, 12);
	my $tail = $f{type} . text($f{link}, 100) . "ustar\0" . "00" . "\0" x 64
		. number($f{major}, 8) . number($f{minor}, 8) . "\0" x 155 . "\0" x 12;
	my $sum = 0;
	$sum += $_ for unpack "C*", $head . " " x 8 . $tail;
	my $block = $head . sprintf("%06o\0 ", $sum) . $tail;
	die unless length($block) == 512;
	return $block;
}

sub record {
	my ($key, $value) = @_;
	my $rest = " $key=$value\n";
	my $length = length($rest);
	$length++ while $length != length($rest) + length($length);
	return $length . $rest;
}

sub unfit { my ($text) = @_; length($text) > 100 || $text =~ /[^\x00-\x7f]/ }

sub entry {
	my (%e) = (uid => 0, gid => 0, time => $epoch, link => "", content => "", major => 0, minor => 0, xattrs => {}, @_);
	my %records = map { ("SCHILY.xattr.$_" => $e{xattrs}{$_}) } keys %{$e{xattrs}};
	$records{path} = $e{name} if unfit($e{name});
	$records{linkpath} = $e{link} if unfit($e{link});
	for my $id ("uid", "gid") {
		next if $e{$id} <= 2097151;
		$records{$id} = $e{$id};
		$e{$id} = 0;
	}
	my $records = join "", map { record($_, $records{$_}) } sort keys %records;
	print block(name => "PaxHeader", mode => 0644, uid => 0, gid => 0, size => length($records), time => 0, type => "x",
		link => "", major => 0, minor => 0), padded($records) if $records ne "";
	print block(%e, size => length($e{content})), padded($e{content});
}

my $hundred = "h" x 100;                         # fits as a file, and as a folder not
my $capability = pack "H*", "0100000200200000000000000000000000000000";
my $long = "deep/" . "n" x 120;

entry(name => "bin/", type => "5", mode => 0755, time => 1600000000);
entry(name => "bin-x", type => "2", mode => 0777, link => "bin");
entry(name => "bin/[", type => "0", mode => 04755, content => "#!x\n", time => 1600000000);
entry(name => "bin/ping", type => "0", mode => 0755, content => "P" x 513, xattrs => {"security.capability" => $capability});
entry(name => "bin/test", type => "1", mode => 04755, link => "bin/[", time => 1600000000);
entry(name => "deep/", type => "5", mode => 0755);
entry(name => $long, type => "0", mode => 0644, content => "long");
entry(name => "deep/zlink", type => "1", mode => 0644, link => $long);
entry(name => "dev/", type => "5", mode => 0755);
entry(name => "dev/null", type => "3", mode => 0666, major => 1, minor => 3);
entry(name => "dev/pipe", type => "6", mode => 0600);
entry(name => "dev/sda", type => "4", mode => 0660, gid => 6, major => 8, minor => 0);
entry(name => "e\xcc\x81", type => "0", mode => 0644, content => "decomposed\n");
entry(name => "$hundred/", type => "5", mode => 01777);
entry(name => "$hundred-", type => "2", mode => 0777, link => "\xc3\xa9");
entry(name => "owned", type => "0", mode => 0600, uid => 4294967294, gid => 2097152, content => "x" x 512);
entry(name => "same", type => "0", mode => 0640, uid => 2097151, gid => 1234, time => 0);
entry(name => "\xc3\xa9", type => "0", mode => 0644, content => "composed\n");
print "\0" x 1024;
