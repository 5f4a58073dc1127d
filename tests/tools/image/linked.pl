# linked.pl [WHAT=VALUE]...: a small ELF file for x86-64, by the tables of the System V ABI: no code, a symbol table of four
# symbols with their strings. WHAT changes one field: class machine shentsize shoff shnum link symoff symsize stroff strtype name
use strict;
use warnings;
my %with = (class => 2, machine => 62, shentsize => 64, shoff => 64, shnum => 3, link => 2, symoff => 256, symsize => 5 * 24,
	stroff => 384, strtype => 3, name => 1);
/^(\w+)=(.+)$/ and exists $with{$1} and $with{$1} = $2 for @ARGV;
my $strings = "\0main.c\0main\0lib/x.c\0other.c\0";
my @symbols = ([0, 0], [$with{name}, 4], [8, 0x12], [13, 4], [21, 4]);    # STT_FILE is 4, a global function 0x12
my $table = join '', map { pack 'V C C v Q< Q<', $_->[0], $_->[1], 0, 0, 0, 0 } @symbols;
sub section { pack 'V V Q< Q< Q< Q< V V Q< Q<', @_ }    # name type flags addr offset size link info align entsize
my $file = pack 'a4 C C C C8 C v v V Q< Q< Q< V v v v v v v', "\x7fELF", $with{class}, 1, 1, (0) x 8, 0, 2, $with{machine}, 1, 0, 0,
	$with{shoff}, 0, 64, 0, 0, $with{shentsize}, $with{shnum}, 0;
$file .= section(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
$file .= section(0, 2, 0, 0, $with{symoff}, $with{symsize}, $with{link}, 0, 8, 24);
$file .= section(0, $with{strtype}, 0, 0, $with{stroff}, length $strings, 0, 0, 1, 0);
$file .= $table;
$file .= "\0" x (384 - length $file);
binmode STDOUT;
print $file . $strings;
