#!/usr/bin/perl
# bench-start.pl PORT CALL [COMMAND...]: starts what CALL says and prints `answer MILLISECONDS`, from its start to its
# first answer to GET / on PORT of the loopback device, and for each of its processes `peak PROGRAM KILOBYTES`; runs
# COMMAND if there is one and prints for each `used PROGRAM SECONDS` of processor time meanwhile; stops it. With PORT 0
# it is no server: the time is until it ends.
#
# CALL is a folder: `arguments` and `environment`, each item ended by a NUL as in /proc; `folder`, where it runs; its
# `input`; and `process`, a command that prints the ID of the process that counts, when it is not the one started. What
# it prints goes to `output`. The clock is read before fork, so no interpreter's start is in the time.
use strict;
use warnings;
use IO::Socket::INET;
use POSIX ();

my ($port, $call, @command) = @ARGV;
# Seconds. The pause is fine enough for milliseconds and leaves the processors to what is measured.
use constant {LIMIT => 60, PAUSE => 0.0005};
# perl-base has no Time::HiRes. spec: syscalls of Linux on x86_64
use constant {CLOCK_GETTIME => 228, MONOTONIC => 1, GETRUSAGE => 98, CHILDREN => -1};

sub now {
	my $time = "\0" x 16;
	syscall(CLOCK_GETTIME, MONOTONIC, $time) == 0 or fail("clock: $!");
	my ($s, $ns) = unpack 'qq', $time;
	return $s * 1e3 + $ns / 1e6;
}

# With what was printed last: it says what went wrong.
sub fail {
	my ($reason) = @_;
	$reason =~ s/\s+$//;
	my @printed = -e "$call/output" ? split /^/, content("$call/output") : ();
	print STDERR map { "bench: $_" } @printed > 5 ? @printed[-5 .. -1] : @printed, "$reason\n";
	exit 70;
}

sub content {
	my ($name) = @_;
	open my $file, '<:raw', $name or fail("$name: $!");
	local $/;
	return <$file> // '';
}

my @arguments = split /\0/, content("$call/arguments"), -1;
pop @arguments; # what follows the last NUL
my %environment = map { split /=/, $_, 2 } grep { length } split /\0/, content("$call/environment");
chomp(my $folder = content("$call/folder"));
open STDIN, '<', "$call/input" or fail("$call/input: $!");
open my $output, '>', "$call/output" or fail("$call/output: $!");

my $pid = 0;
$SIG{INT} = $SIG{TERM} = sub { exit 130 };
$SIG{ALRM} = sub { fail("$call: not done in a minute") };
END {
	if ($pid) {
		my $status = $?;
		kill 'TERM', $pid;
		waitpid $pid, 0;
		$? = $status; # of this program, which is what END is entered with
	}
}

sub start {
	$pid = fork // fail("fork: $!");
	return if $pid;
	$SIG{$_} = 'DEFAULT' for qw(INT TERM); # nor does an alarm outlive fork
	open STDOUT, '>&', $output;
	open STDERR, '>&', $output;
	%ENV = %environment;
	chdir $folder and exec {$arguments[0]} @arguments;
	print STDERR "$arguments[0]: $!\n";
	POSIX::_exit(127);
}

sub is_answered {
	my $peer = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or return 0;
	print $peer "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
	my $line = <$peer> // return 0;
	$line =~ m{^HTTP/1\.1 200 } or fail("$call: answered: $line");
	return 1;
}

sub wait_for_answer {
	until (is_answered()) {
		if (waitpid($pid, POSIX::WNOHANG()) > 0) {
			$pid = 0;
			fail("$call: ended without an answer");
		}
		select undef, undef, undef, PAUSE;
	}
}

sub wait_for_end {
	waitpid $pid, 0;
	$pid = 0;
	fail("$call: failed") if $?;
}

# A process that has just ended has none of these files.
sub descendants {
	my ($process) = @_;
	my @found = ($process);
	for my $list (glob "/proc/$process/task/*/children") {
		open my $file, '<', $list or next;
		push @found, map { descendants($_) } split ' ', <$file> // '';
	}
	return @found;
}

sub processes {
	my $process = -e "$call/process" ? qx{@{[content("$call/process")]}} : $pid;
	$process =~ /^(\d+)$/ or fail("$call: which process?");
	return descendants($1);
}

sub program {
	my ($process) = @_;
	return (readlink "/proc/$process/exe" // '') =~ s{.*/}{}r;
}

sub print_peaks {
	for my $process (processes()) {
		open my $file, '<', "/proc/$process/status" or next;
		my ($peak) = map { /^VmHWM:\s*(\d+)/ } <$file>;
		printf "peak %s %d\n", program($process), $peak if $peak;
	}
}

# Processor seconds by process. spec: proc_pid_stat(5): utime and stime are 14 and 15; the second, in parentheses, may
# have spaces.
sub used {
	my %used;
	for my $process (processes()) {
		open my $file, '<', "/proc/$process/stat" or next;
		my @fields = split ' ', <$file> =~ s/^.*\) //r;
		$used{$process} = ($fields[11] + $fields[12]) / POSIX::sysconf(POSIX::_SC_CLK_TCK());
	}
	return %used;
}

# Of the largest process waited for. spec: getrusage(2): ru_maxrss follows two pairs of numbers.
sub print_peak_of_ended {
	my $usage = "\0" x 144;
	syscall(GETRUSAGE, CHILDREN, $usage) == 0 or fail("getrusage: $!");
	printf "peak %s %d\n", $arguments[0] =~ s{.*/}{}r, unpack 'x32 q', $usage;
}

$| = 1;
alarm LIMIT;
my $begin = now();
start();
$port ? wait_for_answer() : wait_for_end();
printf "answer %.3f\n", now() - $begin;
alarm 0;
$port ? print_peaks() : print_peak_of_ended();
if (@command) {
	my %before = used();
	system(@command) == 0 or fail("$command[0]: failed");
	my %after = used();
	printf "used %s %.2f\n", program($_), $after{$_} - ($before{$_} // 0) for sort keys %after;
}
