#!/usr/bin/perl
# fw-cfg.pl FOLDER COMMAND...: reads the ACPI files out of a QEMU that speaks QMP on its standard input and output.
#
# COMMAND is a stopped q35 machine (-S) that sees FOLDER as /tmp/out; it gets a few arguments more. It is programmed as a
# firmware would (PM base, PCIEXBAR, one 64-bit BAR), since QEMU makes the files anew, from the state of its PCI
# registers, when one of them is selected. Then FOLDER gets tables, rsdp and loader. fw_cfg's DMA reads them into the
# machine's memory: its commands are in memory from the start, put there by loader devices.
# spec: tdx-boot-spec.md 3.7
use strict;
use warnings;
use IPC::Open2;

use constant { COMMANDS => 0x10000, BUFFER => 0x100000, DIRECTORY => 0x19, READ => 2, CAP => 0x60000 };

my ($folder, @command) = @ARGV;
die "usage: fw-cfg.pl FOLDER COMMAND...\n" unless @command;
for my $n (0 .. 3) { # a command is used up by its execution
	my ($at, $head) = (COMMANDS + 16 * $n, READ << 32 | CAP);
	push @command, '-device', sprintf 'loader,addr=0x%x,data=0x%x,data-len=8,data-be=on', $at, $head;
	push @command, '-device', sprintf 'loader,addr=0x%x,data=0x%x,data-len=8,data-be=on', $at + 8, BUFFER;
}
my $pid = open2(my $from, my $to, @command);
$SIG{PIPE} = 'IGNORE';
$SIG{ALRM} = sub { kill 'KILL', $pid; die "fw-cfg: no answer\n" };
alarm 120;

sub execute {
	print $to "$_[0]\n";
	$to->flush;
	while (my $line = <$from>) {
		next if $line =~ /^\{"(?:QMP|timestamp)"/;
		$line =~ /^\{"return": (?:""|\{\})/ or die "fw-cfg: $_[0]: $line";
		return;
	}
	waitpid $pid, 0;
	die "fw-cfg: the machine ended\n";
}

sub out {
	my ($width, $port, $value) = @_;
	execute(sprintf '{"execute":"human-monitor-command","arguments":{"command-line":"o/%s 0x%x 0x%x"}}', $width, $port, $value);
}

sub configure {
	my ($slot, $function, $register, $value) = @_;
	out('w', 0xcf8, 0x80000000 | $slot << 11 | $function << 8 | $register);
	out('w', 0xcfc, $value);
}

sub program {
	configure(0x1f, 0, 0x40, 0x601);      # PM base, enabled by
	configure(0x1f, 0, 0x44, 0x80);
	configure(0, 0, 0x64, 0);             # PCIEXBAR, high half first
	configure(0, 0, 0x60, 0xe0000001);
	configure(1, 0, 0x24, 0x3800);        # BAR 4 of slot 1: where the 64-bit hole begins
	configure(1, 0, 0x20, 0);
	configure(1, 0, 0x04, 6);
}

my $commands = COMMANDS;

sub item {
	my ($selector, $size) = @_;
	die "fw-cfg: $size bytes in an item\n" if $size > CAP;
	out('h', 0x510, $selector);
	out('w', 0x514, 0);
	out('w', 0x518, unpack 'V', pack 'N', $commands);
	$commands += 16;
	execute(sprintf '{"execute":"pmemsave","arguments":{"val":%d,"size":%d,"filename":"/tmp/out/item"}}', BUFFER, $size);
	open my $in, '<:raw', "$folder/item" or die "fw-cfg: $folder/item: $!\n";
	local $/;
	my $data = <$in>;
	unlink "$folder/item";
	return $data;
}

sub directory {
	my %files;
	my ($count, $entries) = unpack 'N a*', item(DIRECTORY, 0x4000);
	for my $at (map { 64 * $_ } 0 .. $count - 1) {
		my ($size, $selector, undef, $name) = unpack 'N n n Z56', substr $entries, $at, 64;
		$files{$name} = [$selector, $size];
	}
	return %files;
}

execute('{"execute":"qmp_capabilities"}');
program();
my %files = directory();
for (['etc/table-loader', 'loader'], ['etc/acpi/rsdp', 'rsdp'], ['etc/acpi/tables', 'tables']) {
	my ($name, $file) = @$_;
	my $found = $files{$name} or die "fw-cfg: no $name\n";
	open my $out, '>:raw', "$folder/$file" or die "fw-cfg: $folder/$file: $!\n";
	print $out item(@$found);
	close $out or die "fw-cfg: $folder/$file: $!\n";
}
print $to qq({"execute":"quit"}\n);
$to->flush;
1 while <$from>;
waitpid $pid, 0;
