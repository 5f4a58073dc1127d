#!/usr/bin/perl
# gist-server.pl FOLDER: as much of GitHub's gist API as a publisher of gists meets, over plain HTTP on 127.0.0.1.
#
#   POST /gists                                make a gist of one file
#   GET /user                                  whose token is it?
#   GET /OWNER/ID/raw/REVISION/NAME            the file's bytes; needs no token
#
# FOLDER/port holds the port as soon as it listens. FOLDER/token is the token it knows; FOLDER/scopes, when there, what
# it says in X-OAuth-Scopes. FOLDER/log gets a line for each request, without the token; FOLDER/request-N.json the
# body of each POST. FOLDER/mode, read at each request, says how to fail: see %fail and raw().
#
# The shapes of the answers are those of GitHub's REST API, version 2022-11-28.
use strict;
use warnings;
use IO::Socket::INET;

my ($folder) = @ARGV;
die "usage: gist-server.pl FOLDER\n" unless defined $folder && -d $folder;
my $docs = '"documentation_url":"https://docs.github.com/rest/gists/gists#create-a-gist"';
my $count = 0;

sub slurp {
	my ($name) = @_;
	open my $in, '<:raw', "$folder/$name" or return '';
	local $/;
	my $text = <$in>;
	return defined $text ? $text : '';
}

sub put {
	my ($name, $text, $how) = @_;
	open my $out, ($how || '>') . ':raw', "$folder/$name" or die "$name: $!\n";
	print $out $text;
	close $out or die "$name: $!\n";
}

sub line { my $text = slurp(shift); chomp $text; return $text }

sub message {
	my ($status, $text, @headers) = @_;
	return ($status, "{\"message\":\"$text\",$docs,\"status\":\"$status\"}", @headers);
}

# What POST /gists and GET /user answer in a mode.
my %fail = (
	'fine-grained' => sub { message(403, 'Resource not accessible by personal access token') },
	'forbidden' => sub { message(403, 'Repository access blocked') },
	'primary' => sub {
		message(403, 'API rate limit exceeded for user ID 1.', 'X-RateLimit-Remaining: 0', 'X-RateLimit-Reset: 4102444800');
	},
	'secondary' => sub { message(403, 'You have exceeded a secondary rate limit.', 'Retry-After: 60') },
	'abuse' => sub { message(403, 'You have exceeded a secondary rate limit.') },
	'too-large' => sub { message(422, 'Validation Failed') },
	'entity' => sub { message(413, 'Payload Too Large') },
	'moved' => sub { message(301, 'Moved Permanently', 'Location: /elsewhere') },
	'teapot' => sub { message(418, "line one\\u001b[31m\\nline two") },
	'broken' => sub { message(500, 'Server Error') },
	'broken-once' => sub { put('mode', ''); message(502, 'Server Error') },
	'echo' => sub { message(400, 'Bad token: ' . line('token')) },
	'not-json' => sub { (201, '<html>') },
	'gone' => sub { message(404, 'Not Found') },
);

my %unescaped = ('b', "\b", 'f', "\f", 'n', "\n", 'r', "\r", 't', "\t");

sub utf8 { my $character = chr shift; utf8::encode($character); return $character }

# The bytes of a JSON string.
sub unescape {
	my ($text) = @_;
	$text =~ s{\\u[dD]([89abAB]..)\\u[dD]([c-fC-F]..)}{utf8(0x10000 + ((hex("d$1") - 0xd800) << 10) + hex("d$2") - 0xdc00)}ge;
	$text =~ s{\\(?:u(....)|(.))}{defined $1 ? utf8(hex $1) : exists $unescaped{$2} ? $unescaped{$2} : $2}gse;
	return $text;
}

# The JSON string that goes on where the last match ended, up to its closing quote. In pieces: perl counts repetitions.
sub string_here {
	my ($text) = @_;
	my $start = pos $$text;
	1 while $$text =~ /\G(?:[^"\\]++|\\.){1,1000}+/gcs;
	return substr $$text, $start, pos($$text) - $start;
}

# POST /gists. One file, whose member holds nothing but its content.
sub create {
	my ($port, $body) = @_;
	put('request-' . ++$count . '.json', $body);
	return message(400, 'Problems parsing JSON') unless $body =~ /"files"\s*:\s*\{\s*"/g;
	my $escaped = string_here(\$body);
	return message(400, 'Problems parsing JSON') unless $body =~ /\G"\s*:\s*\{\s*"content"\s*:\s*"/g;
	my $sent = string_here(\$body);
	my $content = unescape($sent);
	return message(422, 'Validation Failed') if $content eq '';
	my $name = unescape($escaped);
	$name =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ge;
	my ($id, $revision) = (sprintf('%032x', $count), sprintf('%040x', $count));
	put("raw-$revision", $content);
	my $mode = line('mode');
	my $raw = "http://127.0.0.1:$port/octocat/$id/raw/$revision/$name";
	$raw =~ s/\/$revision// if $mode eq 'no-revision';
	# As GitHub does: a megabyte at most is shown.
	my $shown = length $content > 1 << 20 ? '"truncated":true,"content":""' : "\"truncated\":false,\"content\":\"$sent\"";
	my $api = "http://127.0.0.1:$port/gists/$id";
	return (201, "{\"url\":\"$api\",\"id\":\"$id\",\"html_url\":\"http://127.0.0.1:$port/octocat/$id\",\"files\":{"
		. "\"$escaped\":{\"filename\":\"$escaped\",\"type\":\"text/plain\",\"language\":null,\"raw_url\":\"$raw\",\"size\":"
		. length($content) . ",$shown,\"encoding\":\"utf-8\"}}," . '"public":false,"description":"",'
		. '"comments":0,"user":null,"owner":{"login":"octocat","id":1},"forks":[],"history":[],"truncated":false}');
}

sub raw {
	my ($path) = @_;
	my $mode = line('mode');
	my $revision = $path =~ m{/raw/([0-9a-f]{40})/} ? $1 : sprintf '%040x', $count;
	if ($mode eq 'late' && slurp('late') ne 'xx') {
		put('late', 'x', '>>');
		return (404, '404: Not Found');
	}
	return (404, '404: Not Found') if $mode eq 'never' || !-e "$folder/raw-$revision";
	return (200, slurp("raw-$revision") . ($mode eq 'altered' ? "\n" : ''));
}

sub api {
	my ($port, $method, $path, $body, $is_known) = @_;
	my $mode = line('mode');
	my @scopes = -e "$folder/scopes" ? ('X-OAuth-Scopes: ' . line('scopes')) : ();
	return message(401, 'Bad credentials') unless $is_known;
	return ($fail{$mode}->(), @scopes) if $fail{$mode};
	return (201, slurp('answer')) if $mode eq 'answer';
	return (200, '{"login":"octocat","id":1}', @scopes) if "$method $path" eq 'GET /user';
	return message(404, 'Not Found', @scopes) if "$method $path" ne 'POST /gists';
	# As GitHub does: without the scope there is nothing to be found.
	return message(404, 'Not Found', @scopes) if @scopes && line('scopes') !~ /\bgist\b/;
	return (create($port, $body), @scopes);
}

# Reads one request: method, path, headers, body.
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
	read $client, $body, $header{'content-length'} if $header{'content-length'};
	return ($method, $path, \%header, $body);
}

sub answer {
	my ($client, $port) = @_;
	my ($method, $path, $header, $body) = request($client) or return;
	$path =~ s{^/api/v3/}{/}; # an Enterprise server's
	my $authorization = $header->{authorization};
	my $is_known = defined $authorization && $authorization eq 'Bearer ' . line('token');
	my $is_raw = $path =~ m{/raw/};
	put('log', join(' ', $method, $path, $is_known ? 'known' : defined $authorization ? 'unknown' : 'nobody',
		map { $_ . '=' . ($header->{$_} || '') } qw(accept x-github-api-version content-type)) . "\n", '>>');
	my ($status, $text, @headers) = $is_raw ? raw($path) : api($port, $method, $path, $body, $is_known);
	my $type = $is_raw ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
	print $client join("\r\n", "HTTP/1.1 $status Status", "Content-Type: $type", 'Content-Length: ' . length $text,
		'Connection: close', @headers, '', '') . $text;
}

$SIG{PIPE} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 16) or die "gist-server: cannot listen: $!\n";
put('port.new', $server->sockport . "\n");
rename "$folder/port.new", "$folder/port" or die "gist-server: port: $!\n";
while (my $client = $server->accept) {
	binmode $client;
	answer($client, $server->sockport);
	close $client;
}
