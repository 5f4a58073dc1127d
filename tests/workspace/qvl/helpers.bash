# Loaded by the tests of event logs and of what kettle measures, after the general helpers: digests by openssl and perl.
# shellcheck shell=bash

QUOTES=$SHARED/vectors/quotes
ZERO=$(printf '%096d' 0)

captured() {
	[ -d "$QUOTES" ] || skip "needs $QUOTES"
	need openssl jq perl
}

unhex() {
	perl -0777 -pe 's/([0-9A-Fa-f]{2})/chr hex $1/ge'
}

# hex: stdin in lower-case hexadecimal.
hex() {
	perl -0777 -ne 'print unpack "H*"'
}

sha384() {
	openssl dgst -sha384 -r | cut -c-96
}

# event_digest NAME PAYLOAD: of a runtime event, version 1; PAYLOAD is hexadecimal. spec: rtmr3-spec.md 1.2
event_digest() {
	perl -MDigest::SHA=sha384_hex -e 'print sha384_hex("\1\0\0\10:$ARGV[0]:" . pack "H*", $ARGV[1]), "\n"' -- "$1" "$2"
}

# extended [VALUE]: a register from VALUE on, extended by the digests on stdin, a line each. spec: rtmr3-spec.md 1.1
extended() {
	perl -MDigest::SHA=sha384 -e '$value = pack "H*", $ARGV[0];
		while (<STDIN>) { chomp; $value = sha384($value . pack "H*", $_) }
		print unpack("H*", $value), "\n"' "${1:-$ZERO}"
}

# refuses FOLDER LEAST COMMAND...: every file in should-fail/ of these vectors, at least so many, is refused with the
# reason beside it. The command takes many files and says why, a line each; one run for all, since there are many.
# code FILE, when a test has it, is what its line begins with.
refuses() {
	local folder=$VECTORS/$1/should-fail least=$2 files=() file why i=0 before=
	shift 2
	for file in "$folder"/*; do
		[[ $file == *.reason ]] || files+=("$file")
	done
	[ "${#files[@]}" -ge "$least" ]
	same "${#files[@]}" "$(find "$folder" -name '*.reason' | wc -l)"
	expect 0 "$@" "${files[@]}"
	same "${#files[@]}" "${#lines[@]}"
	for why in "${lines[@]}"; do
		file=${files[i++]}
		! declare -F code >/dev/null || before="$(code "$file") "
		[[ $why == "$before$(<"$file.reason")"* ]] || same "$before$(<"$file.reason")" "$why" "$file"
	done
}
