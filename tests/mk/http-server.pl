#!/usr/bin/perl
# http-server.pl FOLDER LOG: serves FOLDER on a free port of the loopback device, which it prints, until it is killed.
# Each request is a line of LOG. The first part of the path says how well it behaves:
#     /good/    ranges are honoured             /plain/   they are not known
#     /cut/     half of what is left, then the end: without ranges nobody gets it all
#     /stall/   half, then silence              /wrong/   right size, other bytes
#     /endless/ never stops                     /busy/    503 the first time, then as /good/
use strict;
use warnings;
use IO::Socket::INET;

my ($folder, $log) = @ARGV;
my $listener = IO::Socket::INET->new(Listen => 64, LocalAddr => '127.0.0.1', ReuseAddr => 1) or die "no socket: $!";
$| = 1;
print $listener->sockport, "\n";
$SIG{CHLD} = 'IGNORE';
$SIG{PIPE} = 'IGNORE';

sub content {
	my ($path) = @_;
	return if $path =~ /\.\./ || !-f "$folder/$path";
	open my $file, '<:raw', "$folder/$path" or return;
	local $/;
	return scalar <$file>;
}

sub serve {
	my ($client) = @_;
	my $request = <$client> // return;
	my $from = 0;
	while (my $line = <$client>) {
		$from = $1 if $line =~ /^Range: bytes=(\d+)-/i;
		last if $line =~ /^\r?\n$/;
	}
	my ($way, $path) = $request =~ m{^GET /(\w+)/(\S+) HTTP/1} or return;
	open my $lines, '>>', $log or die;
	syswrite $lines, "$way $path $from\n";
	if ($way eq 'busy') {
		(my $mark = $path) =~ s{/}{_}g;
		if (!-e "$log.$mark") {
			open my $made, '>', "$log.$mark";
			return print $client "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
		}
	}
	my $data = content($path);
	return print $client "HTTP/1.1 404 None\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" unless defined $data;
	my $size = length $data;
	my $status = '200 OK';
	$data =~ tr/\x00-\xff/\x01-\xff\x00/ if $way eq 'wrong';
	if ($from && $way ne 'plain') {
		return print $client "HTTP/1.1 416 Beyond\r\nContent-Range: bytes */$size\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
			if $from >= $size;
		$data = substr $data, $from;
		$status = "206 Part\r\nContent-Range: bytes $from-" . ($size - 1) . "/$size";
	}
	my $length = $way eq 'endless' ? '' : 'Content-Length: ' . length($data) . "\r\n";
	print $client "HTTP/1.1 $status\r\n${length}Connection: close\r\n\r\n";
	$data = substr $data, 0, (1 + length $data) / 2 if $way =~ /^(cut|stall)$/;
	print $client $data;
	$client->flush;
	sleep 60 if $way eq 'stall';
	if ($way eq 'endless') { 1 while print $client $data }
}

while (my $client = $listener->accept) {
	my $child = fork // die;
	if (!$child) {
		close $listener;
		serve($client);
		exit 0;
	}
	close $client;
}
