#!/usr/bin/perl
# websocket-server.pl HEAD [FRAMES]: prints `listening on PORT`, takes one connection of a WebSocket's client, and answers its upgrade with
# the lines of HEAD, where @ACCEPT@ stands for what RFC 6455 has as the right answer, and then the bytes of FRAMES, in hexadecimal digits; a
# `|` among them is a pause in front of the rest. Prints the request's lines and then what the client sends, unmasked, a frame a line, until
# it leaves or says goodbye.
use strict;
use warnings;
use Digest::SHA qw(sha1_base64);
use IO::Socket::INET;

$| = 1;
my ($head, $frames) = @ARGV;
alarm 30;
my $listener = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1") or die "listen: $!\n";
print "listening on ", $listener->sockport, "\n";
my $client = $listener->accept or die "accept: $!\n";
my $got = "";
sysread $client, $got, 4096, length $got or die "no request\n" until $got =~ s/\A(.*?\r\n)\r\n//s;
print my $request = $1 =~ s/\r//gr;
my ($key) = $request =~ /^Sec-WebSocket-Key: (\S+)$/m or die "no key\n";
my $accept = sha1_base64($key . "258EAFA5-E914-47DA-95CA-C5AB0DC85B11") . "=";
$head =~ s/\@ACCEPT\@/$accept/;
$head =~ s/\n/\r\n/g;
$SIG{PIPE} = "IGNORE";
my @parts = split /\|/, $frames // "", -1;
syswrite $client, "$head\r\n\r\n" . pack "H*", shift @parts // "";
for (@parts) {
	select undef, undef, undef, 0.1;
	syswrite $client, pack "H*", $_;
}
sub take { # SIZE
	while (length $got < $_[0]) {
		sysread $client, $got, 4096, length $got or exit;
	}
	return substr $got, 0, $_[0], "";
}
while (1) {
	my ($first, $size) = unpack "CC", take(2);
	print "not masked\n" unless $size & 128;
	$size &= 127;
	$size = unpack "n", take(2) if $size == 126;
	my $mask = take(4);
	my $data = take($size);
	printf "%02x %s\n", $first, unpack "H*", $data ^ substr $mask x ($size / 4 + 1), 0, $size;
	exit if $first == 0x88;
}
