#!/usr/bin/perl
# make.pl: writes the vectors into good/ and should-fail/ beside it; see PROVENANCE.md.
use strict;
use warnings;
use FindBin;
chdir $FindBin::Bin or die;

# A kernel's setup code, 4096 bytes of it, of which only the header is anything.
sub kernel {
	my %is = (protocol => 0x20f, flags => 1, max => 0x7fffffff, flags2 => 0x7f, sectors => 7, magic => 'HdrS', fill => 0, @_);
	my $file = chr($is{fill}) x 4096;
	substr($file, 0x1f1, 1) = chr $is{sectors};
	substr($file, 0x1fa, 2) = pack 'v', 0xffff;
	substr($file, 0x202, 4) = $is{magic};
	substr($file, 0x206, 2) = pack 'v', $is{protocol};
	substr($file, 0x211, 1) = chr $is{flags};
	substr($file, 0x22c, 4) = pack 'V', $is{max};
	substr($file, 0x236, 2) = pack 'v', $is{flags2};
	substr($file, 0x250, 8) = "\0" x 8; # no setup data
	return $file;
}

sub save {
	my ($path, $bytes) = @_;
	open my $out, '>:raw', $path or die "$path: $!\n";
	print $out $bytes;
	close $out or die;
}

save('good/plain', kernel());
save('good/filled', kernel(fill => 0x5a));
save('good/not-above-4g', kernel(flags2 => 0x3d));
save('good/not-5-level', kernel(flags2 => 0x3f));
save('good/low-initrd', kernel(flags2 => 0, max => 0x37ffffff));
save('good/protocol-20b', kernel(protocol => 0x20b, max => 0x3fffffff));
save('good/protocol-202', kernel(protocol => 0x202));

sub bad {
	my ($name, $file, $reason) = @_;
	save("should-fail/$name", $file);
	save("should-fail/$name.reason", "$reason\n");
}
bad('short', substr(kernel(), 0, 4095), 'kernel: shorter than 4096 bytes');
bad('empty', '', 'kernel: shorter than 4096 bytes');
bad('no-header', kernel(magic => 'HdrT'), 'kernel: not a bzImage: no HdrS at 0x202');
bad('protocol-201', kernel(protocol => 0x201), 'kernel: boot protocol 0x201 is older than 2.02');
bad('zimage', kernel(flags => 0), 'kernel: a zImage, not a bzImage');
bad('setup-long', kernel(sectors => 8), 'kernel: its setup code is longer than the file');
bad('no-room', kernel(flags2 => 0, max => 0), 'initrd: 5000000 bytes are too many for 2048 MiB of memory and this kernel');
