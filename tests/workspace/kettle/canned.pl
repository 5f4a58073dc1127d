# canned.pl SOCKET STATUS FILE [STATUS FILE]...: an HTTP server on a unix socket that answers with STATUS and FILE's bytes,
# the first request with the first pair, and every request after them with the last. REPORT_DATA in a file becomes the
# report data that were asked for. It prints `listening`, and runs until it is killed.
use strict;
use warnings;
use IO::Socket::UNIX;

my ($path, @answers) = @ARGV;

sub content {
	my ($file) = @_;
	open(my $in, '<:raw', $file) or die "$file: $!\n";
	local $/;
	return <$in> // '';
}

my $server = IO::Socket::UNIX->new(Local => $path, Listen => 5) or die "$path: $!\n";
$SIG{PIPE} = 'IGNORE';
$| = 1;
print "listening\n";
while (my $client = $server->accept) {
	my $size = 0;
	while (defined(my $line = <$client>)) {
		$size = $1 if $line =~ /^content-length:\s*(\d+)/i;
		last if $line =~ /^\r?\n$/;
	}
	my $request = '';
	read($client, $request, $size) if $size;
	my ($status, $body) = ($answers[0], content($answers[1]));
	splice(@answers, 0, 2) if @answers > 2;
	my ($report_data) = $request =~ /"report_data":"([0-9a-f]+)"/;
	$body =~ s/REPORT_DATA/$report_data/g if $report_data;
	print $client "HTTP/1.1 $status Canned\r\ncontent-type: application/json\r\ncontent-length: ", length $body,
		"\r\nconnection: close\r\n\r\n", $body;
	close $client;
}
