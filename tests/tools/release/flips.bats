# A small release, and every file of it with a byte changed. The release is small.bash's.
load small

@test "any byte of any file: one bit of it flipped, and it does not hold" {
	local file size at
	rebuild release
	bundle
	verdict 0
	while read -r size file; do
		cp "$file" ../whole
		for at in 0 $((size / 2)) $((size - 1)); do
			perl -e 'local $/; open my $f, "<", "../whole"; my $d = <$f>; substr($d, $ARGV[1], 1) ^= chr(1 << $ARGV[1] % 8);
				open my $o, ">", $ARGV[0]; print $o $d' "$file" "$at"
			! release-verify --keys ../trusted . >../said || {
				echo "$file: byte $at changed and it holds" >&2
				return 1
			}
			grep -q '^  DOES NOT HOLD' ../said && grep -q '^does not hold: ' ../said || { cat ../said >&2 && return 1; }
		done
		cp ../whole "$file"
	done < <(find . -type f -printf '%s %P\n')
	verdict 0
}
