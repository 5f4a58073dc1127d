#!/usr/bin/perl
# make.pl: writes the vectors into good/ and should-fail/ beside it; see PROVENANCE.md.
use strict;
use warnings;
use FindBin;
chdir $FindBin::Bin or die;

sub save {
	my ($path, $bytes) = @_;
	open my $out, '>:raw', $path or die "$path: $!\n";
	print $out $bytes;
	close $out or die;
}

# A PE file with two sections. Offsets of PE32+: PE header 0x40, optional header 0x58, checksum 0x98, entry of the
# certificate table 0xe8, section table 0x148, headers end at 0x200.
sub pe {
	my %is = (plus => 1, directories => 16, text => 0x200, data => 0x300, tail => '', certificate => '', @_);
	my $optional = pack 'v', $is{plus} ? 0x20b : 0x10b;
	my $fixed = $is{plus} ? 112 : 96;
	$optional .= join '', map { chr(0x40 + $_ % 61) } 2 .. 59;
	$optional .= pack 'V', $is{headers} // 0x200; # at 60
	$optional .= 'SUM!'; # at 64
	$optional .= 'o' x ($fixed - 4 - length $optional);
	$optional .= pack 'V', $is{count} // $is{directories};
	my $end = 0x380 + length $is{tail};
	my $size = length $is{certificate};
	for my $i (0 .. $is{directories} - 1) {
		$optional .= $i != 4 ? pack 'VV', 0x1000 * $i, $i : pack 'VV', $is{at} // ($size ? $end : 0), $is{size} // $size;
	}
	my @sections = (['.text', $is{text_size} // 0x100, $is{text}], ['.data', $is{data_size} // 0x80, $is{data}]);
	push @sections, $is{third} if $is{third};
	@sections = reverse @sections if $is{reverse};
	my $table = join '', map { pack 'a8 V V V V x12 V', $_->[0], 0x100, 0x1000, $_->[1], $_->[2], 0x60000020 } @sections;
	my $coff = pack 'v v V V V v v', 0x8664, $is{sections} // scalar @sections, 0, 0, 0, $is{optional_size} // length $optional, 0x22;
	my $dos = 'MZ' . join('', map { chr($_ & 0xff) } 2 .. 0x3b) . pack 'V', $is{pe} // 0x40;
	my $file = $dos . "PE\0\0" . $coff . $optional . $table;
	$file .= "\0" x (0x200 - length $file);
	$file .= join '', map { chr(($_ * 7) & 0xff) } 0 .. 0x17f;
	$file .= $is{tail} . $is{certificate};
	return $file;
}

# What is hashed: from, to, from, to...
sub good {
	my ($name, $file, $note, @ranges) = @_;
	save("good/$name.efi", $file);
	save("good/$name.ranges", join '', map { sprintf "%d %d\n", $ranges[2 * $_], $ranges[2 * $_ + 1] } 0 .. $#ranges / 2);
	save("good/$name.note", "$note\n") if $note;
}
my @header = (0, 0x98, 0x9c, 0xe8, 0xf0, 0x200);
my $certificate = pack('V v v', 32, 0x200, 2) . 'c' x 24;
good('plain', pe(), '', @header, 0x200, 0x380);
good('pe32', pe(plus => 0), '', 0, 0x98, 0x9c, 0xd8, 0xe0, 0x200, 0x200, 0x380);
good('signed', pe(certificate => $certificate), '', @header, 0x200, 0x380);
good('sections-out-of-order', pe(reverse => 1), '', @header, 0x200, 0x300, 0x300, 0x380);
good('section-without-data', pe(third => ['.bss', 0, 0xffffff00]), '', @header, 0x200, 0x380);
good('tail', pe(tail => 't' x 16), 'data behind its sections', @header, 0x200, 0x390);
good('tail-signed', pe(tail => 't' x 16, certificate => $certificate), '', @header, 0x200, 0x390);
good('no-certificate-entry', pe(directories => 4), 'no entry for certificates', 0, 0x98, 0x9c, 0x200, 0x200, 0x380);
good('odd-size', pe(tail => 'odd'), 'not a multiple of 8', @header, 0x200, 0x383);
# What is left over is counted from the front, wherever the gap was: its 16 bytes are the file's last 16.
good('gap', pe(text_size => 0xf0), 'data behind its sections', @header, 0x200, 0x2f0, 0x300, 0x380, 0x370, 0x380);

sub bad {
	my ($name, $file, $reason) = @_;
	save("should-fail/$name.efi", $file);
	save("should-fail/$name.efi.reason", "$reason\n");
}
my $plain = pe();
sub changed {
	my ($at, $bytes) = @_;
	my $file = $plain;
	substr($file, $at, length $bytes) = $bytes;
	return $file;
}
bad('empty', '', 'shorter than its DOS header');
bad('short', substr($plain, 0, 0x3f), 'shorter than its DOS header');
bad('no-mz', changed(0, 'ZM'), 'does not begin with MZ');
bad('header-outside', changed(0x3c, pack 'V', 0x379), 'its header is outside the file');
bad('header-far-outside', changed(0x3c, pack 'V', 0xffffffff), 'its header is outside the file');
bad('no-signature', changed(0x40, "NE\0\0"), 'no signature where its header should be');
bad('no-optional-header', pe(optional_size => 0), 'there is no optional header');
bad('magic', changed(0x58, pack 'v', 0x107), 'magic 0x107, neither PE32 nor PE32+');
bad('optional-header-short', pe(optional_size => 111), 'the optional header is too short');
bad('optional-header-outside', substr($plain, 0, 0x80), 'the optional header is outside the file');
bad('directories-many', pe(count => 17), '17 data directories do not fit');
bad('directories-do-not-fit', pe(directories => 5, count => 6), '6 data directories do not fit');
bad('headers-long', pe(headers => 0x381), 'its headers are longer than the file');
bad('headers-short', pe(headers => 0x197), '2 section headers do not fit the headers');
bad('sections-many', pe(sections => 65535), '65535 section headers do not fit the headers');
bad('section-outside', pe(data_size => 0x81), 'section 1: its data is outside the file');
bad('section-far-outside', pe(data => 0xffffffff, data_size => 0xffffffff), 'section 1: its data is outside the file');
bad('section-in-headers', pe(text => 0x1ff), 'section 0: its data is inside the headers');
bad('sections-overlap', pe(data => 0x2ff), 'two sections have the data at 0x2ff');
bad('certificate-outside', pe(certificate => $certificate, size => 33), 'the certificate table is outside the file');
bad('certificate-far-outside', pe(certificate => $certificate, at => 0xffffffff, size => 0xffffffff), 'the certificate table is outside the file');
bad('certificate-over-section', pe(at => 0x370, size => 16, certificate => 'c' x 8), 'the certificate table lies over a section');
