#!/usr/bin/perl
# web-server.pl FOLDER LOG [SOCKET]: a web server that serves FOLDER and misbehaves on request, on a free port of the loopback
# device, which it prints, or on a unix socket, until it is killed. Each request is a line of LOG: METHOD PATH, then those of
# host, user-agent and authorization that it has. tests/web.bash starts it.
#
#     /files/NAME          the file                     /redirect/N     N more redirects, then /files/hello
#     /chunked/NAME        in chunks                    /loop           to itself
#     /cut/NAME            half of it, then the end     /to?URL         a redirect to URL
#     /cut-chunked/NAME    chunks without the last      /stall          the request is taken, and nothing said
#     /unsized/NAME        until the connection ends    /stall-body     half an answer, then nothing
#     /whole/NAME          the file is the answer, its head included
#     /status/CODE         that status                  /endless        chunks for ever
#     /echo                the request's body           /raw?HEX        those bytes
#     /early               413, and the body not read   /gone           the end, and the body not read
#     /first/CODE/NAME     CODE the first time, with Retry-After: 0, then the file
#     /first-cut/NAME      cut off the first time, then the file
#     CONNECT HOST:PORT    a tunnel to port $CONNECT_TO, whatever the host; 407 when $CONNECT_LOGIN is not what is sent
use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::UNIX;

my ($folder, $log, $socket) = @ARGV;
my $listener = $socket ? IO::Socket::UNIX->new(Listen => 64, Local => $socket)
	: IO::Socket::INET->new(Listen => 64, LocalAddr => '127.0.0.1', ReuseAddr => 1);
die "no socket: $!" unless $listener;
$| = 1;
print $socket // $listener->sockport, "\n";
$SIG{CHLD} = 'IGNORE';
$SIG{PIPE} = 'IGNORE';

sub note {
	open my $lines, '>>', $log or die;
	syswrite $lines, "$_[0]\n";
}

# Is it the first request for that path?
sub is_first {
	(my $mark = $_[0]) =~ s{/}{_}g;
	return 0 if -e "$log.$mark";
	open my $made, '>', "$log.$mark" or die;
	return 1;
}

sub content {
	my ($name) = @_;
	return if $name =~ /\.\./ || !-f "$folder/$name";
	open my $file, '<:raw', "$folder/$name" or return;
	local $/;
	return scalar(<$file>) // '';
}

sub answer {
	my ($client, $status, $body, @headers) = @_;
	my $size = length $body;
	print $client join("\r\n", "HTTP/1.1 $status", "Content-Length: $size", 'Connection: close', @headers), "\r\n\r\n", $body;
}

sub half {
	my ($client, $body) = @_;
	my $size = length $body;
	print $client "HTTP/1.1 200 OK\r\nContent-Length: $size\r\n\r\n", substr $body, 0, $size / 2;
	$client->flush;
}

sub chunks {
	my ($client, $body, $end) = @_;
	print $client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
	printf $client "%x\r\n%s\r\n", length, $_ for unpack '(a1000)*', $body;
	print $client $end;
}

sub endless {
	my ($client) = @_;
	chunks($client, 'x' x 1000, '');
	1 while printf $client "%x\r\n%s\r\n", 1000, 'x' x 1000;
}

sub base64 {
	my $text = pack 'u', $_[0];
	$text =~ s/^.//mg;
	$text =~ s/\n//g;
	$text =~ tr{` -_}{AA-Za-z0-9+/};
	my $fill = (3 - length($_[0]) % 3) % 3;
	substr($text, -$fill) = '=' x $fill if $fill;
	return $text;
}

sub tunnel {
	my ($client, $login) = @_;
	my $want = $ENV{CONNECT_LOGIN} // '';
	return answer($client, '407 No', '') if $want ne '' && $login !~ /^basic \Q@{[base64($want)]}\E$/i;
	my $far = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $ENV{CONNECT_TO}) or return answer($client, '502 No', '');
	syswrite $client, "HTTP/1.1 200 Connected\r\n\r\n";
	while (1) {
		my $bits = '';
		vec($bits, fileno $_, 1) = 1 for $client, $far;
		select $bits, undef, undef, undef;
		for ([$client, $far], [$far, $client]) {
			my ($from, $to) = @$_;
			next unless vec $bits, fileno $from, 1;
			sysread($from, my $data, 65536) or return;
			syswrite $to, $data;
		}
	}
}

# What is done with each first part of a path, given the client and the rest.
my %ways = (
	files => sub { answer($_[0], '200 OK', $_[1], 'Content-Type: application/octet-stream') },
	chunked => sub { chunks(@_, "0\r\n\r\n") },
	'cut-chunked' => sub { chunks(@_, '') },
	cut => \&half,
	whole => sub { print { $_[0] } $_[1] },
	unsized => sub { print { $_[0] } "HTTP/1.1 200 OK\r\n\r\n$_[1]" },
);
my %acts = (
	redirect => sub { answer($_[0], '302 Found', '', 'Location: ' . ($_[1] ? '/redirect/' . ($_[1] - 1) : '/files/hello')) },
	loop => sub { answer($_[0], '301 Moved', '', 'Location: /loop') },
	to => sub { answer($_[0], '307 There', '', "Location: $_[1]") },
	status => sub { answer($_[0], "$_[1] So", "status $_[1]") },
	raw => sub { print { $_[0] } pack 'H*', $_[1] },
	early => sub { answer($_[0], '413 Large', 'no') },
	gone => sub { },
	endless => \&endless,
	stall => sub { sleep 600 },
	'stall-body' => sub { half($_[0], 'x' x 1000); sleep 600 },
);

sub serve {
	my ($client) = @_;
	my %header;
	my $request = <$client> // return;
	while (my $line = <$client>) {
		last if $line =~ /^\r?\n$/;
		$header{lc $1} = $2 if $line =~ /^([^:]+):\s*(.*?)\r?\n$/;
	}
	my ($method, $path) = $request =~ m{^(\S+) (\S+) HTTP/1} or return;
	my $body = '';
	my $is_read = $path !~ m{^/(early|gone)$};
	read $client, $body, $header{'content-length'} if $is_read && $header{'content-length'};
	note(join ' ', $method, $path, map { "$_=$header{$_}" } grep { exists $header{$_} } qw(host user-agent authorization));
	return tunnel($client, $header{'proxy-authorization'} // '') if $method eq 'CONNECT';
	return answer($client, '200 OK', $body, 'Content-Type: text/plain; echo') if $path eq '/echo';
	my ($way, $rest) = $path =~ m{^/([a-z-]+)[/?]?(.*)} or return answer($client, '404 None', '');
	return $acts{$way}($client, $rest) if $acts{$way};
	if ($way eq 'first' && $rest =~ s{^(\d+)/}{}) {
		return answer($client, "$1 Busy", 'later', 'Retry-After: 0') if is_first($path);
		$way = 'files';
	}
	$way = is_first($path) ? 'cut' : 'files' if $way eq 'first-cut';
	$rest =~ s/\?.*//;
	my $data = $ways{$way} ? content($rest) : undef;
	return answer($client, '404 None', 'not found') unless defined $data;
	$ways{$way}($client, $data);
}

while (my $client = $listener->accept) {
	my $child = fork // die;
	if (!$child) {
		close $listener;
		serve($client);
		close $client;
		exit 0;
	}
	close $client;
}
