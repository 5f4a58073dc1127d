#!/usr/bin/perl
# websocket.pl PORT|SOCKET PATH STEP...: a WebSocket client (RFC 6455) that does the steps in order.
#
#     send:TEXT        sends a text message
#     send-hex:HEX     sends a binary message
#     receive          waits for a message and prints it on a line: text as it is, binary as hex: and digits
#     close:CODE       begins the closing handshake
#     closed           waits for the end; prints `closed CODE` (1005: without a code, 1006: without a closing handshake)
#
# Pings are answered. Exit status 1, with a reason: the server refuses the upgrade, breaks the protocol, or is silent for 30
# seconds. With perl-base alone: the handshake is the one of RFC 6455 section 1.3, whose answer is known.
use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::UNIX;

sub fail {
	print STDERR "websocket: @_\n";
	exit 1;
}

my ($port, $path, @steps) = @ARGV;
$| = 1;
$SIG{ALRM} = sub { fail("nothing for 30 seconds") };
my $socket = $port =~ /\A\d+\z/
	? IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Proto => 'tcp')
	: IO::Socket::UNIX->new(Peer => $port);
fail("$!") if !$socket;

sub octets {
	my ($size, $data) = (shift, '');
	alarm 30;
	while (length $data < $size) {
		my $got = sysread $socket, $data, $size - length $data, length $data;
		return if !$got;
	}
	alarm 0;
	return $data;
}

sub handshake {
	my ($head, $octet) = ('');
	print $socket "GET $path HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
	$head .= $octet while $head !~ /\r\n\r\n\z/ && defined($octet = octets(1));
	my ($status) = $head =~ /\AHTTP\/1\.1 (\d+)/ or fail("no answer");
	fail("refused with $status") if $status != 101;
	fail("wrong Sec-WebSocket-Accept")
		if $head !~ /^sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r$/mi;
}

# A client masks what it sends; with zeros is allowed, and what goes over the wire can be read.
sub put {
	my ($opcode, $data) = @_;
	my $size = length $data;
	my $head = $size < 126 ? pack('CC', 0x80 | $opcode, 0x80 | $size) : pack('CCn', 0x80 | $opcode, 0x80 | 126, $size);
	syswrite $socket, $head . "\0" x 4 . $data;
}

# The next frame that is no ping: its opcode and data; nothing at the end.
sub frame {
	while (defined(my $head = octets(2))) {
		my ($first, $size) = unpack 'CC', $head;
		$size = unpack 'n', octets(2) if $size == 126;
		$size = unpack 'Q>', octets(8) if $size == 127;
		my $data = $size ? octets($size) : '';
		return ($first & 15, $data) if $first & 0x80 && ($first & 15) != 9;
		fail("a message in several frames") if !($first & 0x80);
		put(10, $data);
	}
	return;
}

sub receive {
	my ($opcode, $data) = frame();
	fail("closed instead of a message") if !defined $opcode || $opcode == 8;
	print $opcode == 2 ? 'hex:' . unpack('H*', $data) : $data, "\n";
}

sub closed {
	my ($opcode, $data);
	do { ($opcode, $data) = frame() } while defined $opcode && $opcode != 8;
	print 'closed ', !defined $opcode ? 1006 : length $data >= 2 ? unpack('n', $data) : 1005, "\n";
}

handshake();
for (@steps) {
	if (/\Asend:(.*)\z/s) { put(1, $1) }
	elsif (/\Asend-hex:([0-9a-f]*)\z/) { put(2, pack 'H*', $1) }
	elsif (/\Aclose:(\d+)\z/) { put(8, pack 'n', $1) }
	elsif ($_ eq 'receive') { receive() }
	elsif ($_ eq 'closed') { closed() }
	else { fail("$_: no such step") }
}
