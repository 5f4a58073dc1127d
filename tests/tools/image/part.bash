# Loaded by the tests of part.h: the program that asks it, and the bytes that have a name.

PART=$TESTBIN/tools/image/part

# piece FILE OFFSET: the bytes that have the name which the byte there has
piece() {
	local from size
	read -r from size < <("$PART" --range "$1" "$2")
	tail -c +$((from + 1)) "$1" | head -c "$size"
}

# number FILE OFFSET: the same, read as a little-endian number
number() {
	local hex
	hex=$(piece "$1" "$2" | xxd -p -c 0 | sed 's/../& /g' | tr ' ' '\n' | tac | tr -d '\n')
	echo $((0x$hex))
}

# first A B: the offset of the first byte that differs
first() {
	echo $(($(cmp -l "$1" "$2" | awk 'NR == 1 { print $1 }') - 1))
}
