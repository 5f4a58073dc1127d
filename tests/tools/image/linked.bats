# Compilation units of programs, beside readelf.
load ../../helpers

LINKED=$TESTBIN/tools/image/linked

# files PROGRAM: the names of its units, by readelf
files() { readelf -sW "$1" 2>/dev/null | awk '$4 == "FILE" { print $8 }' | grep -v '/' | sed '/^$/d'; }

@test "a file made for it, and this project's own programs" {
	need readelf
	local program
	expect 0 "$LINKED" "$VECTORS/linked/good/units.elf"
	same $'main.c\nother.c' "$output"
	for program in "$VECTORS/linked/good/units.elf" "$BIN"/layer-digest "$BIN"/image-explain; do
		expect 0 "$LINKED" "$program"
		same "$(files "$program")" "$output" "$program"
		[ -n "$output" ]
	done
}

@test "without sections, or stripped, there are no names" {
	need strip
	expect 0 "$LINKED" "$VECTORS/linked/good/no-sections.elf"
	same '' "$output"
	strip -o "$BATS_TEST_TMPDIR/stripped" "$BIN/layer-digest"
	expect 0 "$LINKED" "$BATS_TEST_TMPDIR/stripped"
	same '' "$output"
}

@test "what is no such file, or points outside of itself, is refused" {
	local file
	for file in "$VECTORS"/linked/should-fail/*.elf; do
		expect 2 "$LINKED" "$file"
		one_line "$stderr" "linked: $file: $(<"$file.reason")"
	done
	expect 2 "$LINKED" /dev/null
	one_line "$stderr" 'not an ELF file'
}

@test "the vectors are what the script makes" {
	need perl
	perl "$ROOT/tests/tools/image/linked.pl" | cmp - "$VECTORS/linked/good/units.elf"
	perl "$ROOT/tests/tools/image/linked.pl" name=4000 | cmp - "$VECTORS/linked/should-fail/name.elf"
}
