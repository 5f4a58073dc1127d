#!/usr/bin/env bats
load ../../helpers

WORLD=$VECTORS/explanation

setup_file() {
	need cc jq
	cp -r "$WORLD/tree" "$BATS_FILE_TMPDIR/tree"
	cd "$BATS_FILE_TMPDIR/tree" || return
	mkdir -p build/builder/bin
	cc -Iworkspace/base -o build/builder/bin/hello workspace/hello/hello.c workspace/hello/greet.c workspace/base/number.c
	jq -S --arg a "$(sha256sum <build/builder/bin/hello | cut -c-64)" --arg b "$(sha384sum <build/builder/bin/hello | cut -c-96)" \
		'.application[0] += {sha256: $a, sha384: $b}' "$WORLD/measurements/tiny.json" >build/measurements.json
}

setup() { cd "$BATS_FILE_TMPDIR/tree" || return; }

M=build/measurements.json
of() { jq -er "$1" "$M"; } # a value of measurements.json, by jq

# things EXPRESSION WHAT: the expression over each thing that WHAT is
things() {
	expect 0 image-explain --json "$2"
	same '' "$stderr"
	jq -r ".explanations[0].things[] | $1" <<<"$output"
}

# changed SURELY WHAT: the paths that change so, sorted
changed() { things ".influences[] | select(.changes == \"$1\").path" "$2" | LC_ALL=C sort; }

# steps WHAT: every step of the chain below what was asked, `what name`
steps() { things '[.. | objects | select(.what and .changes) | "\(.what) \(.name // "")"] | unique[]' "$1"; }

REGISTERED='.tdx.rtmr3.checks[0].value
.tdx.rtmr3.checks[1].value
.tdx.rtmr3.compose_hash
.tdx.rtmr3.events[0].payload
.tdx.rtmr3.events[0].sha384
.tdx.rtmr3.events[1].payload
.tdx.rtmr3.events[1].sha384
.tdx.rtmr3.prefix.value'
COMPOSED=".deployment.app_compose.sha256
.deployment.app_compose.sha384
.deployment.app_id
.deployment.compose_hash
.deployment.mr_config_id.v1
.deployment.mr_config_id.v2
.deployment.mr_config_id.v3
.deployment.mr_config_id.v3_document
$REGISTERED"
IMAGED=".deployment.image
.image.config.sha256
.image.config.sha384
.image.manifest.sha256
.image.manifest.sha384
$COMPOSED"
layered() { printf '.image.layers[%d].%s.sha%d\n' "$1" blob 256 "$1" blob 384 "$1" diff_id 256 "$1" diff_id 384; }
sorted() { LC_ALL=C sort; }

@test "a source: the folder's digest always, and what is made of it" {
	same $'.inputs.workspace.sha256\n.inputs.workspace.sha384' "$(changed always workspace/hello/greet.c)"
	same "$({ echo "$IMAGED"; layered 1; printf '.application[0].sha%d\n' 256 384; } | sorted)" "$(changed made workspace/hello/greet.c)"
	same $'.application[0].size\n.image.layers[1].blob.size\n.image.layers[1].diff_id.size\n.image.manifest.size' \
		"$(changed may workspace/hello/greet.c)"
	same "$(changed made workspace/hello/greet.c)" "$(changed made ./workspace/base/number.h)" "a header of a header"
	same "$(changed made workspace/hello/greet.c)" "$(changed made workspace/base/number.c)" "a module of another room"
}

@test "a source that is linked into nothing, and a file that is in nothing" {
	for file in workspace/hello/unused.c workspace/base/spare.c; do
		same $'.inputs.workspace.sha256\n.inputs.workspace.sha384' "$(changed always $file)"
		same '' "$(changed made $file)$(changed may $file)"
	done
	echo text >notes
	expect 0 image-explain notes
	[[ $output == *'changes nothing'* ]]
}

@test "without the program, any source of its rooms may be in it, and that is said" {
	mv build/builder/bin/hello kept
	expect 0 image-explain --json workspace/hello/unused.c
	mv kept build/builder/bin/hello
	one_line "$stderr" 'build/builder/bin/hello: not the one that build/measurements.json is of, or not there'
	same build/builder/bin/hello "$(jq -r .stranger <<<"$output")"
	jq -e '.explanations[0].things[0].influences[] | select(.path == ".application[0].sha256") | .changes == "may" and (.if | test("compiled"))' <<<"$output"
	jq -e '[.explanations[0].things[0].influences[] | select(.changes == "made")] == []' <<<"$output"
}

@test "an entry of a lock: by its line, name, digest and the begin of it" {
	local lock=images/tiny/1-base/debian.lock line hex
	line=$(grep -n '^libtwo2 ' $lock | cut -d: -f1)
	hex=$(printf 'package libtwo2' | sha256sum | cut -c-64)
	same 1 "$(things .what images/tiny/1-base/debian.lock:4 | wc -l)" # and not the files of that package
	for what in "$lock:$line" libtwo2 'libtwo2 2:2.5~rc1-3' "sha256:$hex" "$hex" "${hex:0:8}" "${hex^^}"; do
		same "package libtwo2 2:2.5~rc1-3 $hex $lock:$line" "$(things '"\(.what) \(.name) \(.value) \(.place)"' "$what")" "$what"
	done
	same $'.inputs.image_definition.sha256\n.inputs.image_definition.sha384\n.inputs.locks[1].digest.sha256\n.inputs.locks[1].digest.sha384' \
		"$(changed always libtwo2)"
	same "$({ echo "$IMAGED"; layered 0; } | sorted)" "$(changed made libtwo2)"
	# One in two locks is two.
	same $'images/builder/debian.lock:4\nimages/tiny/1-base/debian.lock:4' "$(things .place libone1 | sed 's/:[0-9]*$/:4/' | sorted)"
}

@test "a package of npm: the line of its entry, SHA-512 in hex, and the file it gives" {
	local lock=images/tiny/1-base/npm/package-lock.json
	same "@scope/three 3.0.1 $(printf 'package @scope/three' | sha512sum | cut -c-128) $lock:$(grep -n '"node_modules/@scope/three"' $lock | cut -d: -f1)" \
		"$(things '"\(.name) \(.value) \(.place)"' @scope/three)"
	expect 1 image-explain other # for other platforms
	things '.influences[] | select(.path == ".application[2].sha256") | "\(.changes) \(.if)"' @scope/three | grep -x 'may if that file of the package changes'
	same "package @scope/three 3.0.1" "$(steps /usr/lib/node_modules/@scope/three/index.js)"
}

@test "an event: down to the package, the source and the image's line in the template" {
	things '.. | objects | select(.what == "image reference") | .place' rtmr3:compose-hash |
		grep -x "images/tiny/deploy/docker-compose.yml:$(grep -n @IMAGE@ images/tiny/deploy/docker-compose.yml | cut -d: -f1)"
	same 'app-compose 
blob 1-base
blob 2-app
config tiny
docker-compose text 
entry /usr
entry /usr/bin
entry /usr/bin/hi
file /usr/bin/hello
file /usr/lib/libone.so.1
file /usr/lib/node_modules/@scope/three/index.js
file /usr/share/page.js
file /var/lib/dpkg/status
image reference 
layer 1-base
layer 2-app
manifest tiny
package @scope/three 3.0.1
package libone1 1.0-1
package libtwo2 2:2.5~rc1-3
program build/builder/bin/hello
source images/tiny/1-base/debian.lock
source images/tiny/1-base/filter
source images/tiny/1-base/npm/package-lock.json
source images/tiny/2-app/files.mtree
source images/tiny/deploy/docker-compose.yml
source images/tiny/image.json
source workspace/base/number.c
source workspace/base/number.h
source workspace/hello/greet.c
source workspace/hello/greet.h
source workspace/hello/hello.c
source workspace/hello/page.js' "$(steps rtmr3:compose-hash | sorted)"
	same "$(things . rtmr3:1)" "$(things . rtmr3:compose-hash)"
}

@test "every digest of measurements.json is found by its value, and is where jq finds it" {
	jq -r 'paths(strings) as $p | select($p[-1] | tostring | test("^(sha256|sha384|mrtd|rtmr[0-3]|compose_hash|app_id|v[123]|os_image_hash|value|mrtd_after)$")) | getpath($p)' "$M" |
		LC_ALL=C sort -u >digests
	[ "$(wc -l <digests)" -gt 40 ]
	while read -r digest; do
		expect 0 image-explain --json "${digest:0:20}"
		expect 0 image-explain --json "$digest"
		same '' "$stderr"
		printf '{"asked": "%s", "said": %s}\n' "$digest" "$output"
	done <digests >all
	jq -r '.asked as $digest | [.said.explanations[0].things[].values[] | select(.value == $digest).path] |
		if . == [] then error("nothing is \($digest)") else "[\"\($digest)\", \(.[])]" end' all >found
	same "$(<digests)" "$(cut -d'"' -f2 found | uniq)" found
	same '[]' "$(of "[$(paste -sd, found)] | map(select(.[0] != .[1]))" | tr -d ' \n')" "values elsewhere"
}

@test "registers: of one VM, of each, by digest, and what they come from" {
	same "$(of .tdx.vms[0].rtmr0)" "$(things .value rtmr0)"
	same "$(of .tdx.vms[0].rtmr0)" "$(things .value rtmr0@small)"
	same "$(of .tdx.vms[0].mrtd)" "$(things .value mrtd)"
	same "rtmr2:1@small initrd" "$(things .name rtmr2:1)"
	same "rtmr2:1@small initrd" "$(things .name rtmr2:initrd@small)"
	same $'OS image file ovmf.fd\nevent rtmr0:0@small td-hob\nevent rtmr0:1@small separator\nsource images/tiny/deploy/small.json' "$(steps rtmr0)"
	for what in rtmr0@large rtmr0:7 rtmr0:none rtmr3:5; do expect 1 image-explain $what; done
	# A register that is not known beforehand has no value; its prefix has.
	same null "$(things .value rtmr3)"
	same prefix "$(things .what "$(of .tdx.rtmr3.prefix.value)")"
}

@test "the OS image's files and the shape of a VM" {
	same $'.tdx.os_image.initrd.sha256\n.tdx.os_image.os_image_hash\n.tdx.vms[0].events[4].sha384\n.tdx.vms[0].rtmr2' "$(changed always initramfs.cpio.gz)"
	things '.influences[] | select(.path == ".tdx.vms[0].rtmr1") | "\(.changes) \(.if)"' initramfs.cpio.gz | grep -x 'may if its length changes'
	same $'.tdx.vms[0].events[3].sha384\n.tdx.vms[0].rtmr2' "$(changed made metadata.json)"
	same $'.tdx.vms[0].events[2].sha384\n.tdx.vms[0].rtmr1' "$(changed made bzImage)"
	same '.tdx.vms[0].mrtd' "$(changed made ovmf.fd)"
	same $'.inputs.image_definition.sha256\n.inputs.image_definition.sha384' "$(changed always images/tiny/deploy/small.json)"
	changed may images/tiny/deploy/small.json >may
	grep -qx '.tdx.vms\[0\].events\[0\].sha384' may
	grep -qx '.tdx.vms\[0\].rtmr0' may
	[ "$(grep -c 'rtmr[123]' may || true)" = 0 ]
}

@test "the deployment's text, image.json, a list and a filter" {
	same "$(sorted <<<"$COMPOSED")" "$(changed made images/tiny/deploy/docker-compose.yml)"
	grep -qx '.image.config.size' <(changed may images/tiny/image.json)
	same "$({ echo "$IMAGED"; layered 1; } | sorted)" "$(changed made images/tiny/2-app/files.mtree)"
	grep -qx '.image.layers\[1\].entries' <(changed may images/tiny/2-app/files.mtree)
	same "$({ echo "$IMAGED"; layered 0; } | sorted)" "$(changed made images/tiny/1-base/filter)"
	# A line of the list is the entry.
	same "/usr/bin/hi" "$(things .name images/tiny/2-app/files.mtree:9)"
	same "$({ echo "$IMAGED"; layered 1; printf '.application[3].sha%d\n' 256 384; printf '.inputs.workspace.sha%d\n' 256 384; } | sorted)" \
		"$(changed always workspace/hello/page.js)"
}

@test "what belongs to the build itself is told apart" {
	same 'images/builder/debian.lock .' "$(things '.makers[] | "\(.place) \(.makes[])"' gcc-14)"
	mkdir -p mk && echo : >mk/layer.sh
	same 'mk/layer.sh .application .image.layers' "$(things '.makers[] | "\(.place) \(.makes | join(" "))"' mk/layer.sh)"
	same '' "$(changed made mk/layer.sh)"
	rm -r mk
}

@test "text: each thing once in full, its place, and what changes" {
	expect 0 image-explain rtmr3:compose-hash /usr/bin/hello
	same '' "$stderr"
	[[ $output == *'program'*'build/builder/bin/hello'*'source  workspace/base/number.h'* ]]
	same 1 "$(grep -c "layer 1-base .*images/tiny/1-base\$" <<<"$output")"
	same 1 "$(grep -c "layer 1-base .*(above)\$" <<<"$output")"
	[[ $output == *'changes with it'*".image.manifest.sha256  $(of .image.manifest.sha256)"* ]]
}

@test "JSON is canonical" {
	image-explain --json rtmr3 /usr/bin/hello >out
	jq -S --indent 2 . out | cmp - out
	same '["rtmr3","/usr/bin/hello"]' "$(jq -c '[.explanations[].asked]' out)"
	same "$(sha256sum <$M | cut -c-64)" "$(jq -r .measurements.sha256 out)"
}

@test "what there is not: a verdict, and the rest is explained" {
	for what in nothing /usr/bin/nothing "$(printf '%064d' 7)" sha384:123456 workspace/hello workspace/hello/none.c images/tiny/1-base/debian.lock:1; do
		expect 1 image-explain "$what"
		one_line "$stderr" "image-explain: $what: not in build/measurements.json, nor a file of ."
		same '' "$output"
	done
	expect 1 image-explain nothing rtmr3
	[[ $output == rtmr3* ]]
	expect 1 image-explain --json nothing
	same '[]' "$(jq -c '.explanations[0].things' <<<"$output")"
	expect 1 image-explain ../tree/notes
	expect 1 image-explain /etc/passwd
}

@test "what cannot mean anything, or means several" {
	for what in '' sha256:12345 sha256:xyz sha384:"$(printf '%0129d' 0)" rtmr4 rtmr3: rtmr0@ mrtd:1 rtmr0:@small $'\xff'; do
		expect 2 image-explain "$what"
		same 1 "$(wc -l <<<"$stderr")"
	done
	cp $M several.json
	jq '.tdx.vms[0].rtmr1 = "aaaaaaaaaa" + .tdx.vms[0].rtmr1[10:] | .tdx.vms[0].rtmr2 = "aaaaaaaaaa" + .tdx.vms[0].rtmr2[10:]' $M >several.json
	expect 2 image-explain --measurements several.json aaaaaaaa
	one_line "$stderr" 'image-explain: aaaaaaaa: more than one value begins so: '
}

@test "measurements.json that is none is refused with its reason" {
	refused() { # JQ REASON
		jq "$1" $M >bad.json
		expect 2 image-explain --measurements bad.json rtmr3
		one_line "$stderr" "image-explain: bad.json: $2"
		same '' "$output"
	}
	refused '.schema = "kettle-dstack/measurements/2"' 'schema: not kettle-dstack/measurements/1'
	refused '.more = 1' '"more": unknown member'
	refused 'del(.tdx)' 'a member is missing'
	refused '[.]' 'not an object'
	refused 'del(.image.manifest)' '.image.manifest.sha256: missing'
	refused '.image.manifest.sha256 |= ascii_upcase' '.image.manifest.sha256: not 64 hexadecimal digits in lower case'
	refused '.image.config.sha384 = "00"' '.image.config.sha384: not 96 hexadecimal digits in lower case'
	refused '.image.name = "../.."' '.image.name: not a name'
	refused '.image.layers[1].name = "a/b"' '.image.layers\[1].name: not a name'
	refused '.tdx.vms[0].name = ""' '.tdx.vms\[0].name: not a name'
	refused 'del(.application[0].path)' '.application\[0].path: missing'
	refused '.tdx.vms[0].events[0].register = "rtmr3"' '.tdx.vms\[0].events\[0].register: not rtmr0 to rtmr2'
	refused '.tdx[("x" * 600)] = 1' '*: a name that is too long'
	printf '{"schema":"kettle-dstack/measurements/1","schema":1}' >bad.json
	expect 2 image-explain --measurements bad.json rtmr3
	expect 2 image-explain --measurements /dev/null rtmr3
	expect 74 image-explain --measurements none.json rtmr3
	rm bad.json
}

@test "a lock or a list of the tree that is none is refused with file and line" {
	cp -r . "$BATS_TEST_TMPDIR/tree" && cd "$BATS_TEST_TMPDIR/tree"
	sed -i 's/^libtwo2 /LIBTWO /' images/tiny/1-base/debian.lock
	expect 2 image-explain rtmr3
	one_line "$stderr" 'images/tiny/1-base/debian.lock: line 5: '
	cp "$WORLD/tree/images/tiny/1-base/debian.lock" images/tiny/1-base
	sed -i '6s,$, odd=1,' images/tiny/2-app/files.mtree
	expect 2 image-explain rtmr3
	one_line "$stderr" 'images/tiny/2-app/files.mtree: line 6: '
}

@test "a contents= that leads out of the tree leads nowhere" {
	cp -r . "$BATS_TEST_TMPDIR/tree" && cd "$BATS_TEST_TMPDIR/tree"
	echo secret >../secret
	sed -i '8s,contents=.*,contents=../secret,' images/tiny/2-app/files.mtree
	expect 0 image-explain --json /usr/share/page.js
	[[ $output != *secret$'\n'* && $stderr == *'../secret: not the one'* ]]
}

@test "control characters of names do not reach a terminal" {
	jq '.application[1].path = "/usr/lib/\u001b[2J\u0007"' $M >odd.json
	expect 0 image-explain --measurements odd.json libone1 "$(of .image.layers[0].diff_id.sha256)"
	[[ $output != *$'\x1b'* && $output != *$'\a'* && $output == *'/usr/lib/?[2J?'* ]]
	expect 1 image-explain --measurements odd.json $'a\x1b[2J'
	[[ $stderr != *$'\x1b'* ]]
	rm odd.json
}

@test "another tree, standard input, and where nothing can be written" {
	cd /
	expect 0 image-explain --measurements "$BATS_FILE_TMPDIR/tree/$M" --tree "$BATS_FILE_TMPDIR/tree" /usr/bin/hello
	[[ $output == *workspace/base/number.c* ]]
	expect 0 bash -c 'image-explain --measurements - --tree "$1" rtmr3 <"$2"' - "$BATS_FILE_TMPDIR/tree" "$BATS_FILE_TMPDIR/tree/$M"
	# measurements.json alone explains as far as it goes.
	expect 0 image-explain --measurements "$BATS_FILE_TMPDIR/tree/$M" --tree "$BATS_TEST_TMPDIR" rtmr3
	[[ $output == *'layer 1-base'* && $stderr == *'not the one'* ]]
	expect 74 bash -c 'image-explain --measurements "$1" --tree "$2" rtmr3 >/dev/full' - "$BATS_FILE_TMPDIR/tree/$M" "$BATS_FILE_TMPDIR/tree"
}

@test "used wrongly, --help and --version" {
	expect 64 image-explain
	one_line "$(head -n1 <<<"$stderr")" 'image-explain: no WHAT given'
	expect 64 image-explain --unknown
	expect 0 image-explain --help
	[[ $output == Usage:* ]]
	expect 0 image-explain --version
	[[ $output == 'image-explain '*OpenSSL* ]]
}

@test "the man page's example" {
	example=$(sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$ROOT/docs/man/image-explain.1" | tail -n 1 | sed 's/\\(dq/"/g; s,kettle/log.c,hello/greet.c,')
	[ -n "$example" ]
	expect 0 bash -c "$example"
	same $'.inputs.workspace.sha256\n.inputs.workspace.sha384' "$output"
}
