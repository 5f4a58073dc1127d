#!/usr/bin/perl
# referrers-server.pl FOLDER: a registry for tests on a free port of the loopback device, with what Debian's docker-registry lacks:
# the referrers API in pages (spec: distribution-spec 1.1), bearer tokens, and bad manners. Plain HTTP. tests/registry.bash starts it.
#
# FOLDER/port holds the port as soon as it listens. FOLDER/log gets a line for each request: METHOD PATH Basic|Bearer|none STATUS.
# FOLDER/login, when there, is user:password, and everything but /token wants a token made for it. FOLDER/no-api, when there: no API.
# Blobs are in FOLDER/blobs/, manifests in FOLDER/manifests/NAME/, tags in FOLDER/tags/NAME/.
#
# FOLDER/mode is read at each request: `WAY PATTERN`, what is done to an answer whose path matches the pattern:
#
#     wrong      one bit of the body is another          busy      503 the first time
#     cut        half of the body, then the end          moved     307 to the same under another host's name
#     short      half of the body, as if it were all     deaf      201 for a PUT, and nothing is kept
#     endless    more and more of it                     blind     the list of referrers lacks the last one
#     gone       404                                     forbidden 403, with a reason
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use IO::Socket::INET;
use JSON::PP;
use MIME::Base64;

my ($folder) = @ARGV;
die "usage: referrers-server.pl FOLDER\n" unless defined $folder && -d $folder;
my $json = JSON::PP->new->canonical;
my $page = 3; # referrers
my $index = 'application/vnd.oci.image.index.v1+json';
my %way;

sub slurp {
	my ($name) = @_;
	open my $in, '<:raw', "$folder/$name" or return;
	local $/;
	return scalar(<$in>) // '';
}

sub put {
	my ($name, $text, $how) = @_;
	my $path = '';
	for (split m{/}, $name =~ s{/?[^/]*$}{}r) { mkdir "$folder/" . ($path .= "$_/") }
	open my $out, ($how || '>') . ':raw', "$folder/$name" or die "$name: $!\n";
	print $out $text;
	close $out or die "$name: $!\n";
}

sub line { my $text = slurp(shift) // ''; chomp $text; return $text }

sub chunked {
	my ($client) = @_;
	my ($body, $piece) = ('', '');
	while (my $size = hex(<$client> =~ s/\s//gr)) {
		read $client, $piece, $size;
		$body .= $piece;
		<$client>;
	}
	<$client>;
	return $body;
}

sub request {
	my ($client) = @_;
	my $first = <$client>;
	return unless defined $first && $first =~ m{^([A-Z]+) (\S+) HTTP/1\.[01]\r\n$};
	my ($method, $path, %header) = ($1, $2);
	while (defined(my $field = <$client>)) {
		last if $field eq "\r\n";
		$header{lc $1} = $2 if $field =~ /^([^:]+):\s*(.*?)\s*\r\n$/;
	}
	my $body = '';
	if (($header{'transfer-encoding'} // '') eq 'chunked') { $body = chunked($client) }
	elsif ($header{'content-length'}) { read $client, $body, $header{'content-length'} }
	return ($method, $path, \%header, $body);
}

sub failure { my ($status, $text) = @_; return ($status, qq({"errors":[{"code":"NO","message":"$text"}]})) }

# What a token is for is in it; for a server that is asked by tests, that is as good as signed.
sub token {
	my ($query, $authorization) = @_;
	return failure(401, 'bad login') unless $authorization eq 'Basic ' . encode_base64(line('login'), '');
	my ($rights) = $query =~ /scope=repository(?:%3A|:)[^&]*?(?:%3A|:)([a-z,%2C]+)/i;
	$rights = ($rights // '') =~ s/%2C/,/gir =~ s/,/./gr;
	return (200, qq({"token":"t0ken.$rights"}));
}

sub challenge {
	my ($port, $name, $rights) = @_;
	return (failure(401, 'a token is wanted'),
		qq(WWW-Authenticate: Bearer realm="http://127.0.0.1:$port/token",service="test",scope="repository:$name:$rights"));
}

sub manifest {
	my ($method, $name, $want, $header, $body) = @_;
	if ($method eq 'PUT') {
		my $hex = sha256_hex($body);
		return failure(400, 'another digest') if $want =~ /^sha256:/ && $want ne "sha256:$hex";
		my $subject = (eval { $json->decode($body) } // return failure(400, 'not JSON'))->{subject};
		put("manifests/$name/$hex", $header->{'content-type'} . "\n$body");
		put("tags/$name/$want", $hex) unless $want =~ /^sha256:/;
		return (201, '', "Docker-Content-Digest: sha256:$hex", $subject ? "OCI-Subject: $subject->{digest}" : ());
	}
	my $hex = $want =~ /^sha256:(.*)/ ? $1 : line("tags/$name/$want");
	my $held = $hex eq '' ? undef : slurp("manifests/$name/$hex");
	return failure(404, 'no such manifest') unless defined $held;
	if ($method eq 'DELETE') { unlink "$folder/manifests/$name/$hex"; return (202, '') }
	my ($type, $text) = split /\n/, $held, 2;
	return (200, $text, "Content-Type: $type", "Docker-Content-Digest: sha256:$hex");
}

sub referrers {
	my ($name, $digest, $query) = @_;
	my @all;
	for my $file (sort glob "$folder/manifests/$name/*") {
		my ($hex) = $file =~ m{([^/]*)$};
		my ($type, $text) = split /\n/, slurp("manifests/$name/$hex"), 2;
		my $it = $json->decode($text);
		next unless $it->{subject} && $it->{subject}{digest} eq $digest;
		push @all, {mediaType => $type, digest => "sha256:$hex", size => length $text, artifactType => $it->{artifactType},
			$it->{annotations} ? (annotations => $it->{annotations}) : ()};
	}
	pop @all if $way{blind};
	my ($from) = ($query // '') =~ /from=(\d+)/;
	$from //= 0;
	my @some = grep { defined } @all[$from .. $from + $page - 1];
	my $next = $from + $page;
	return (200, $json->encode({schemaVersion => 2, mediaType => $index, manifests => \@some}), "Content-Type: $index",
		$next < @all ? "Link: </v2/$name/referrers/$digest?from=$next>; rel=\"next\"" : ());
}

sub upload {
	my ($method, $name, $id, $query, $body) = @_;
	$id = sprintf '%d-%d', time, $$ if $id eq '';
	put("uploads/$id", $body, '>>') if length $body;
	return (202, '', "Location: /v2/$name/blobs/uploads/$id", 'Range: 0-0') unless $method eq 'PUT';
	my ($hex) = $query =~ /digest=sha256(?::|%3A)([0-9a-f]{64})/;
	my $text = slurp("uploads/$id") // '';
	unlink "$folder/uploads/$id";
	return failure(400, 'another digest') unless $hex eq sha256_hex($text);
	put("blobs/$hex", $text) unless $way{deaf};
	return (201, '', "Location: /v2/$name/blobs/sha256:$hex");
}

sub blob {
	my ($header, $hex) = @_;
	my $text = slurp("blobs/$hex") // return failure(404, 'no such blob');
	my ($from) = ($header->{range} // '') =~ /^bytes=(\d+)-$/;
	return (200, $text) unless $from && $from < length $text;
	return (206, substr($text, $from), sprintf 'Content-Range: bytes %d-%d/%d', $from, length($text) - 1, length $text);
}

sub act {
	my ($method, $path, $query, $header, $body, $port) = @_;
	my $authorization = $header->{authorization} // '';
	return token($query // '', $authorization) if $path eq '/token';
	my ($name, $kind, $what) = $path =~ m{^/v2/(.+?)/(manifests|referrers|blobs/uploads|blobs)/(.*)$};
	my $rights = $method =~ /GET|HEAD/ ? 'pull' : 'pull,push';
	return challenge($port, $name // 'none', $rights)
		if -e "$folder/login" && $authorization !~ /^Bearer t0ken\.@{[$method =~ m{GET|HEAD} ? 'pull' : 'pull\.push']}/;
	return (200, '{}') if $path eq '/v2/';
	return failure(404, 'no such thing') unless defined $kind;
	return (201, '') if $way{deaf} && $method eq 'PUT' && $kind eq 'manifests';
	return manifest($method, $name, $what, $header, $body) if $kind eq 'manifests';
	return upload($method, $name, $what, $query // '', $body) if $kind eq 'blobs/uploads';
	return blob($header, $what =~ s/^sha256://r) if $kind eq 'blobs';
	return -e "$folder/no-api" ? failure(404, 'no such API') : referrers($name, $what, $query);
}

# Is it the first request for that path?
sub is_first {
	my $mark = 'seen/' . ($_[0] =~ s{/}{_}gr);
	return 0 if -e "$folder/$mark";
	put($mark, '');
	return 1;
}

sub reply {
	my ($client, $method, $status, $body, @headers) = @_;
	my ($size, $is_body) = (length $body, $method ne 'HEAD');
	substr($body, $size / 2, 1) ^= "\1" if $way{wrong} && $is_body && $size;
	$size = length($body = substr $body, 0, $size / 2) if $way{short};
	$body = substr $body, 0, $size / 2 if $way{cut};
	print $client join("\r\n", "HTTP/1.1 $status So", $way{endless} ? () : "Content-Length: $size", 'Connection: close', @headers), "\r\n\r\n";
	print $client $body if $is_body;
	1 while $way{endless} && $is_body && print $client 'x' x 65536;
}

sub serve {
	my ($client, $port) = @_;
	my ($method, $target, $header, $body) = request($client) or return;
	my ($path, $query) = split /\?/, $target, 2;
	my ($kind, $pattern) = split / /, line('mode'), 2;
	%way = defined $pattern && $path =~ $pattern ? ($kind => 1) : ();
	my @answer = $way{gone} ? failure(404, 'gone') : $way{forbidden} ? failure(403, "not \e[31m you")
		: $way{busy} && is_first($path) ? failure(503, 'busy')
		: $way{moved} && $header->{host} =~ /^127/ ? (307, '', "Location: http://localhost:$port$target")
		: act($method, $path, $query, $header, $body, $port);
	my ($scheme) = ($header->{authorization} // 'none') =~ /^(\S+)/;
	put('log', "$method $path $scheme $answer[0]\n", '>>');
	reply($client, $method, @answer);
}

$SIG{PIPE} = 'IGNORE';
$SIG{CHLD} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 64) or die "referrers-server: cannot listen: $!\n";
my $port = $server->sockport;
put('port.new', "$port\n");
rename "$folder/port.new", "$folder/port" or die "referrers-server: port: $!\n";
while (my $client = $server->accept) {
	binmode $client;
	my $child = fork // die;
	if (!$child) {
		close $server;
		serve($client, $port);
		close $client;
		exit 0;
	}
	close $client;
}
