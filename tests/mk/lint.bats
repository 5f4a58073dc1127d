# mk/lint.sh: for each rule a small tree that breaks it, made from one that breaks none.
load ../helpers

setup() {
	need mandoc shellcheck
	TREE=$BATS_TEST_TMPDIR/tree
	export DEB_MIRROR=http://archive.invalid/debian DEB_SECURITY_MIRROR=http://security.invalid/debian-security
	export NPM_REGISTRY=https://user@registry.invalid:8080/npm
	write workspace/base/bytes.h ''
	write workspace/base/digest.c '#include "bytes.h"' '#include <openssl/evp.h>'
	write workspace/qvl/quote.h '#include "bytes.h"'
	write workspace/kettle/kettle.c '#include "quote.h"' '#include "bytes.h"' '#include <stdio.h>'
	write tools/image/archive.h ''
	write tools/image/archive.c '#include "archive.h"' '#include <archive.h>'
	write tools/measure/tdvf.h ''
	write tools/measure/rtmr-extend.c '#include "tdvf.h"' '#include "quote.h"'
	program kettle workspace/kettle
	program rtmr-extend tools/measure
	write mk/go.sh '#!/bin/bash' 'echo go'
	chmod +x "$TREE/mk/go.sh"
	write vectors/json/PROVENANCE.md 'made by hand'
	write vectors/json/should-fail/a.json '{'
	write vectors/json/should-fail/a.json.reason 'ends'
}

write() { # FILE LINE...: adds the lines
	mkdir -p "$TREE/$(dirname "$1")"
	printf '%s\n' "${@:2}" >>"$TREE/$1"
}

program() { # NAME ROOM: its page, its tests, and something in build/bin that answers --help
	write "docs/man/$1.1" '.Dd January 1, 2025' ".Dt $1 1" '.Os' '.Sh NAME' ".Nm $1" '.Nd does' '.Sh SYNOPSIS' '.Nm' \
		'.Op Fl -epoch Ar SECONDS' '.Sh DESCRIPTION' 'It does, with' '.Fl -epoch .' '.Sh EXIT STATUS' 'None.' \
		'.Sh EXAMPLES' 'None.' '.Sh SEE ALSO' '.Xr make 1'
	sed -i "s/^.Dt .*/.Dt ${1^^} 1/" "$TREE/docs/man/$1.1"
	write "tests/$2/$1.bats" ''
	write "build/bin/$1" '#!/bin/sh' "echo 'usage: $1 [--epoch SECONDS] [-o OUT]'"
	chmod +x "$TREE/build/bin/$1"
}

lint() { "$ROOT/mk/lint.sh" "$TREE"; }

finds() { # TEXT: lint finds this and nothing else
	expect 1 lint
	same "lint: $1" "$output"
}

@test "a tree that breaks no rule" {
	expect 0 lint
	same '' "$output$stderr"
}

@test "workspace/base knows nobody" {
	write workspace/base/digest.c '#include "quote.h"'
	finds 'workspace/base/digest.c:3: workspace/base may not know workspace/qvl ("quote.h")'
}

@test "workspace/ does not know tools/" {
	write workspace/qvl/quote.c '' '	# include "tdvf.h"'
	finds 'workspace/qvl/quote.c:2: workspace/qvl may not know tools/measure ("tdvf.h")'
}

@test "rooms of workspace/ other than base and qvl are not known to others" {
	write workspace/tunnel/tunnel.h ''
	write workspace/kettle/kettle.c '#include "tunnel.h"' # which kettle may
	write tools/image/archive.c '#include "tunnel.h"'
	finds 'tools/image/archive.c:3: tools/image may not know workspace/tunnel ("tunnel.h")'
}

@test "a wing does not know another wing" {
	write tools/image/archive.c '#include "tdvf.h"'
	finds 'tools/image/archive.c:3: tools/image may not know tools/measure ("tdvf.h")'
}

@test "no way round by path, and no header from nowhere" {
	write tools/image/archive.c '#include "../measure/tdvf.h"' '#include "nowhere.h"'
	expect 1 lint
	same 'lint: tools/image/archive.c:3: "../measure/tdvf.h": a header is included by its name alone
lint: tools/image/archive.c:3: tools/image may not know tools/measure ("../measure/tdvf.h")
lint: tools/image/archive.c:4: "nowhere.h": no room has such a header' "$output"
}

@test "an outside library is known to its module alone" {
	local header
	for header in openssl/sha.h archive_entry.h jv.h libdeflate.h zlib.h zstd.h libwebsockets.h; do
		write tools/measure/rtmr-extend.c "#include <$header>"
	done
	expect 1 lint
	same 7 "$(grep -c '^lint: tools/measure/rtmr-extend.c:[3-9]: <.*> is for ' <<<"$output")" "findings"
	[[ $output == *'rtmr-extend.c:5: <jv.h> is for workspace/base/json[.]c$ alone'* ]]
}

@test "a program has a man page and tests" {
	rm "$TREE/docs/man/kettle.1" "$TREE/tests/tools/measure/rtmr-extend.bats"
	expect 1 lint
	same 'lint: tools/measure/rtmr-extend.c:1: it has no tests/tools/measure/rtmr-extend.bats
lint: workspace/kettle/kettle.c:1: it has no man page docs/man/kettle.1' "$output"
}

@test "a man page has a program" {
	mv "$TREE/workspace/kettle/kettle.c" "$TREE/workspace/kettle/launch.c"
	finds 'docs/man/kettle.1:1: there is no such program'
}

@test "a man page has its sections" {
	sed -i '/^.Sh EXIT STATUS/,+1d' "$TREE/docs/man/kettle.1"
	finds 'docs/man/kettle.1:1: section EXIT STATUS is missing'
}

@test "options of --help and of the man page are the same" {
	write build/bin/kettle 'echo "  --fast   be quick"'
	sed -i 's/^\.Op Fl -epoch/.Op Fl -slow\n&/' "$TREE/docs/man/kettle.1"
	expect 1 lint
	same 'lint: docs/man/kettle.1:1: --fast is in --help and not here
lint: docs/man/kettle.1:9: --slow is not in --help' "$output"
}

@test "a program that was not built, or has no --help" {
	rm "$TREE/build/bin/kettle"
	finds 'docs/man/kettle.1:1: build/bin/kettle is not built, so its options cannot be compared'
	write build/bin/kettle '#!/bin/sh' 'echo "--epoch"; exit 64'
	chmod +x "$TREE/build/bin/kettle"
	finds 'docs/man/kettle.1:1: build/bin/kettle --help fails'
}

@test "man pages are clean" {
	write docs/man/kettle.1 '.Bogus macro'
	expect 1 lint
	one_line "$output" 'lint: docs/man/kettle.1:19: ERROR: skipping unknown macro'
}

@test "scripts are clean and executable" {
	write mk/go.sh 'cd $1'
	write tests/x.bash 'rm $file'
	chmod -x "$TREE/mk/go.sh"
	expect 1 lint
	[[ $output == *"lint: mk/go.sh:1: starts with #! and is not executable"* ]]
	[[ $output == *"lint: mk/go.sh:3: note: Double quote"* ]]
	[[ $output == *"lint: tests/x.bash:1: note: Double quote"* ]]
}

@test "no path of one machine" {
	local folder
	for folder in work home/someone; do write docs/a.md "see /$folder/x" "and a/$folder/x or \${HOME}/$folder/x"; done
	write docs/b.md "see $TREE/x"
	expect 1 lint
	same 'lint: docs/a.md:1: a path of one machine
lint: docs/a.md:3: a path of one machine
lint: docs/b.md:1: a path of one machine' "$output"
}

@test "no name of an archive or registry that this host uses" {
	write docs/a.md 'from archive.invalid' '' 'or http://security.invalid/' 'or registry.invalid'
	expect 1 lint
	same 3 "$(grep -c '^lint: docs/a.md:[134]: the name of an archive' <<<"$output")" "findings"
}

@test "a long file says why it is long" {
	yes '# one more' | head -n 501 >"$TREE/mk/long.mk"
	finds 'mk/long.mk:501: 501 lines; split it, or say above why: "This file is long because"'
	sed -i '2i # This file is long because it is a table.' "$TREE/mk/long.mk"
	expect 0 lint
}

@test "nothing is left to do" {
	write mk/go.sh "# TO""DO: more"
	finds 'mk/go.sh:3: something is left to do'
}

@test "vectors say where they come from" {
	rm "$TREE/vectors/json/PROVENANCE.md"
	finds 'vectors/json:1: there is no PROVENANCE'
}

@test "what should fail says why" {
	: >"$TREE/vectors/json/should-fail/a.json.reason"
	write vectors/json/should-fail/folder/b.json '['
	expect 1 lint
	same 'lint: vectors/json/should-fail/a.json:1: there is no a.json.reason
lint: vectors/json/should-fail/folder/b.json:1: there is no b.json.reason' "$output"
	write vectors/json/should-fail/folder.reason 'both end'
	write vectors/json/should-fail/a.reason 'ends'
	expect 0 lint
}

@test "findings are sorted by file and line" {
	write mk/go.sh "# TO""DO"
	write docs/a.md "FIX""ME" '' "FIX""ME"
	expect 1 lint
	same "docs/a.md:1 docs/a.md:3 mk/go.sh:3" "$(sed -E 's/lint: ([^:]*:[0-9]*).*/\1/' <<<"$output" | tr '\n' ' ' | sed 's/ $//')"
}
