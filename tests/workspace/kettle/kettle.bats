# kettle launch: what it is told, by whom, and where it looks.
load ../../helpers
load helpers

# What --check said: the three events, and one line.
check_says() {
	same 3 "$(grep -c '^kettle: event kettle-' <<<"$stderr")"
	one_line "$(grep -v '^kettle: event kettle-' <<<"$stderr")" "$1"
}

@test "help, version, usage" {
	expect 0 kettle --help
	[[ $output == *"kettle launch"* ]]
	expect 0 kettle launch --help
	[[ $output == *KETTLE_MANIFEST* && $output == *--check* ]]
	expect 0 kettle --version
	[[ $output == "kettle "*libwebsockets*OpenSSL* ]]
	expect 64 kettle
	expect 64 kettle boil
	[[ $stderr == "kettle: boil: unknown command"* ]]
	expect 64 kettle launch --nonsense
	[[ $stderr == "kettle: unrecognized option"* ]]
	expect 64 kettle launch --check --encrypted-only secret
	one_line "$stderr" "kettle: --encrypted-only: 'secret' does not begin with /"
	KETTLE_ENCRYPTED_ONLY='/a b' expect 64 kettle launch --check
	one_line "$stderr" "kettle: KETTLE_ENCRYPTED_ONLY: 'b' does not begin with /"
	expect 64 kettle launch --check --key-seconds 0
	one_line "$stderr" "kettle: --key-seconds: no key lives 0 seconds"
	KETTLE_KEY_SECONDS=x expect 64 kettle launch --check
	KETTLE_VERSION_2_ONLY=yes expect 64 kettle launch --check
	one_line "$stderr" "kettle: KETTLE_VERSION_2_ONLY: 'yes' is none of 0, 1, true, false"
	expect 64 kettle launch one two
}

@test "port and verbosity: nothing but what is meant is taken" {
	app <<<'export default () => new Response("x")'
	for port in 0 65536 99999999999999999999 -1 x '3001 ' 0x10; do
		expect 64 kettle launch --check --port "$port"
		one_line "$stderr" "--port: '$port' is not a port number"
		expect 64 env KETTLE_PORT="$port" kettle launch --check
		one_line "$stderr" "KETTLE_PORT: '$port' is not a port number"
	done
	expect 64 env KETTLE_VERBOSE=yes kettle launch --check
	one_line "$stderr" "KETTLE_VERBOSE: 'yes' is none of"
}

@test "should-fail manifests" {
	local vector count=0
	for vector in "$VECTORS"/manifest/should-fail/*.json; do
		expect 2 kettle launch --check "$vector"
		one_line "$stderr" "$(<"${vector%.json}.reason")"
		count=$((count + 1))
	done
	[ "$count" -ge 15 ]
}

@test "good manifests" {
	parts
	local vector count=0
	for vector in "$VECTORS"/manifest/good/*.json; do
		expect 0 kettle launch --check --db-dir "$DATA" --port "$(free_port)" "$vector"
		count=$((count + 1))
	done
	[ "$count" -ge 3 ]
}

@test "what esbuild says and records: the reason is told, and what is not the app is refused" {
	local vector count=0
	for vector in "$VECTORS"/bundle/*.reason; do
		case $vector in *no-output*) expect 71 "$TESTBIN/workspace/kettle/bundle" "${vector%.reason}" ;;
		*) expect 2 "$TESTBIN/workspace/kettle/bundle" "${vector%.reason}" ;; esac
		same "$(<"$vector")" "$stderr" "$vector"
		count=$((count + 1))
	done
	[ "$count" -ge 7 ]
	expect 0 "$TESTBIN/workspace/kettle/bundle" "$VECTORS/bundle/allowed.json"
}

@test "which manifest: the argument, the variable, the usual places, in this order" {
	mkdir empty
	for name in argument variable; do
		printf '{"app": "%s.ts", "sha256": "%064d"}' $name 0 >$name.json
	done
	printf '{"app": "here.ts", "sha256": "%064d"}' 0 >manifest.json
	expect 74 kettle launch --check
	one_line "$stderr" "here.ts: cannot open"
	expect 74 env KETTLE_MANIFEST= kettle launch --check
	one_line "$stderr" "here.ts: cannot open"
	expect 74 env KETTLE_MANIFEST=variable.json kettle launch --check
	one_line "$stderr" "variable.ts: cannot open"
	expect 74 env KETTLE_MANIFEST="file://$T/variable.json" kettle launch --check
	one_line "$stderr" "variable.ts: cannot open"
	expect 74 env KETTLE_MANIFEST=variable.json kettle launch --check argument.json
	one_line "$stderr" "argument.ts: cannot open"
	# One that was named is never replaced by another.
	expect 74 env KETTLE_MANIFEST=nowhere.json kettle launch --check
	one_line "$stderr" "nowhere.json: cannot open: No such file"
	[ -e /app/manifest.json ] && skip "this machine has /app/manifest.json"
	cd empty
	expect 2 kettle launch --check
	one_line "$stderr" "no manifest: none given, KETTLE_MANIFEST is not set, and there is no /app/manifest.json and no ./manifest.json; make one of an app: kettle publish-local app.ts"
}

@test "which manifest: /app/manifest.json comes before ./manifest.json" {
	need bwrap
	local sandbox=(bwrap --tmpfs / --ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64
		--symlink usr/bin /bin --proc /proc --ro-bind "$BIN" /kettle/bin --dir /here)
	"${sandbox[@]}" true || skip "needs bwrap to work here"
	printf '{"app": "app-folder.ts", "sha256": "%064d"}' 0 >app.json
	printf '{"app": "here.ts", "sha256": "%064d"}' 0 >here.json
	sandbox+=(--ro-bind here.json /here/manifest.json --chdir /here)
	expect 74 "${sandbox[@]}" /kettle/bin/kettle launch --check
	one_line "$stderr" "/here.ts: cannot open"
	expect 74 "${sandbox[@]}" --ro-bind app.json /app/manifest.json /kettle/bin/kettle launch --check
	one_line "$stderr" "/app/app-folder.ts: cannot open"
	# There, but broken: an error, not the next one.
	echo '{' >app.json
	expect 2 "${sandbox[@]}" --ro-bind app.json /app/manifest.json /kettle/bin/kettle launch --check
	one_line "$stderr" "/app/manifest.json: offset"
}

@test "sources: URLs of other schemes and broken file URLs are refused" {
	for url in ftp://x/y gopher://x HTTPX://x; do
		expect 2 kettle launch --check "$url"
		one_line "$stderr" "$url: '${url%%:*}' URLs are not supported (a path, file:// and https:// are)"
	done
	for url in file://elsewhere/m.json file:m.json file:/m.json file://localhost; do
		expect 2 kettle launch --check "$url"
		one_line "$stderr" "a file URL is file:///PATH"
	done
	expect 2 kettle launch --check "file:///m.json#part"
	one_line "$stderr" "has no '?' and no '#'"
	expect 2 kettle launch --check "file:///m%2.json"
	one_line "$stderr" "'%' without two"
	expect 2 kettle launch --check "file:///m%00.json"
	one_line "$stderr" "'%00'"
}

@test "sources: only regular files, and no waiting for one" {
	mkfifo fifo
	expect 2 timeout 60 "$KETTLE" launch --check fifo
	one_line "$stderr" "fifo: not a regular file"
	expect 2 kettle launch --check "$T"
	one_line "$stderr" "not a regular file"
	mv fifo app.ts
	printf '{"app": "app.ts", "sha256": "%064d"}' 0 >manifest.json
	expect 2 timeout 60 "$KETTLE" launch --check
	one_line "$stderr" "app.ts: not a regular file"
	printf '{"app": "/dev/zero.ts/..", "sha256": "%064d"}' 0 >manifest.json
	expect 2 kettle launch --check
	one_line "$stderr" "not a .ts, .js or .mjs file"
}

@test "sizes: a manifest of 64 KiB and an app of 5 MiB are the largest" {
	parts
	{ printf 'export default () => new Response("x") //'; head -c 5242839 /dev/zero | tr '\0' x; } >app.ts
	same 5242880 "$(stat -c %s app.ts)"
	manifest app.ts
	truncate -s 65536 padding
	{ cat manifest.json; tr '\0' ' ' <padding; } | head -c 65536 >large.json
	expect 0 kettle launch --check --db-dir "$DATA" --port "$(free_port)" large.json
	echo >>large.json
	expect 2 kettle launch --check large.json
	one_line "$stderr" "large.json: larger than 65536 bytes"
	printf x >>app.ts
	manifest app.ts
	expect 2 kettle launch --check
	one_line "$stderr" "app.ts: larger than 5242880 bytes"
}

@test "an app that is not the one in the manifest: a verdict, before anything reads it" {
	app <<<'this does not compile ('
	cp app.ts before
	echo >>app.ts
	expect 1 kettle launch --check --db-dir "$DATA"
	one_line "$stderr" "app.ts: sha256 is $(sha256sum <app.ts | cut -c-64), the manifest says $(sha256sum <before | cut -c-64); publish it again if you changed it"
	[ ! -e "$DATA" ]
}

@test "file URLs: percent-encoded, localhost, and digits of either case" {
	parts
	mkdir 'a b%'
	cp "$EXAMPLE" 'a b%/app.ts'
	local digest
	digest=$(sha256sum <"$EXAMPLE" | cut -c-64 | tr a-f A-F)
	printf '{"app": "FILE://LocalHost%s/a%%20b%%25/%%61pp.ts", "sha256": "%s"}' "$T" "$digest" >'a b%/manifest.json'
	expect 0 kettle launch --check --db-dir "$DATA" --port "$(free_port)" "file://$T/a%20b%25/manifest.json"
	check_says "kettle: $T/a b%/app.ts: sha256 ${digest,,}, holds and bundles"
}

@test "port taken: one line, before anything is compiled" {
	parts
	app <<<'export default () => new Response("x")'
	start
	local taken=$PORT
	app other.ts <<<'does not compile ('
	expect 71 kettle launch --db-dir "$T/other" --port "$taken"
	one_line "$stderr" "kettle: port $taken: Address already in use"
	same x "$(get /)"
	stop 0
}

@test "data folder: made when it is not there, locked, and an error when it cannot be written" {
	parts
	app <<<'export default () => new Response("x")'
	DATA=$T/deep/er/data
	start
	[ -d "$DATA" ]
	same 700 "$(stat -c %a "$DATA")"
	expect 75 kettle launch --db-dir "$DATA" --port "$(free_port)"
	one_line "$stderr" "$DATA: the data folder is in use by another kettle"
	stop 0
	expect 73 kettle launch --db-dir app.ts --port "$(free_port)"
	one_line "$stderr" "app.ts: cannot write to the data folder: Not a directory"
	expect 73 kettle launch --db-dir /proc/data --port "$(free_port)"
	one_line "$stderr" "/proc/data: cannot make the data folder"
	expect 73 kettle launch --db-dir "" --port "$(free_port)"
	one_line "$stderr" "cannot make the data folder: No such file or directory"
}

@test "data folder and TMPDIR of somebody else" {
	parts
	ELSEWHERE=$(mktemp -d /tmp/kettle-test.XXXXXX) # others may not look into bats' own
	cd "$ELSEWHERE"
	T=$PWD
	app <<<'export default () => new Response("x")'
	mkdir data private
	chmod 755 "$T" data
	chmod 700 private
	local as=()
	if [ "$(id -u)" -eq 0 ]; then
		as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
		"${as[@]}" test -x "$BIN/kettle" -a -r manifest.json || skip "needs a tree that others may read"
	else
		chmod 555 data
		chmod 000 private
	fi
	expect 73 "${as[@]}" "$BIN/kettle" launch --check --db-dir data --port "$(free_port)"
	one_line "$stderr" "data: cannot write to the data folder: Permission denied"
	mkdir open
	chmod 777 open
	expect 73 env TMPDIR="$T/private" "${as[@]}" "$BIN/kettle" launch --check --db-dir open --port "$(free_port)"
	one_line "$stderr" "$T/private: cannot make a work folder: Permission denied"
}

@test "verbose: by option and by variable; otherwise quiet" {
	parts
	app <<<'export default () => new Response("x")'
	start --verbose
	stop 0
	grep -q 'esbuild --bundle' log
	grep -q '^kettle: bundle: [0-9]* bytes from' log
	grep -q 'workerd serve' log
	KETTLE_VERBOSE=true start
	stop 0
	grep -q 'workerd serve' log
	KETTLE_VERBOSE=0 start
	stop 0
	same 3 "$(wc -l <log)" # not measured, serving, stopped
}

@test "the variables, and that options win over them" {
	parts
	app <<<'export default () => new Response("x")'
	PORT=$(free_port)
	export KETTLE_PORT=$PORT KETTLE_DB_DIR=$T/by-variable
	expect 0 kettle launch --check
	[ -d by-variable ]
	run_launch
	same x "$(get /)"
	stop 0
	KETTLE_PORT=nonsense start
	[ -d data ]
	stop 0
}

@test "check: starts nothing, leaves nothing" {
	parts
	app <<<'throw new Error("only when started"); export default () => new Response("x")'
	expect 0 kettle launch --check --db-dir "$DATA" --port "$(free_port)"
	check_says "kettle: ./app.ts: sha256 $(sha256sum <app.ts | cut -c-64), holds and bundles"
	same "" "$output"
	same "" "$(ls -A "$TMPDIR")$(ls -A "$DATA")"
}

@test "hostile names stay names" {
	parts
	local hostile=$'q"uo\\te\' ))],$(x)\n\x01\xff é%'
	mkdir "$hostile"
	cd "$hostile"
	TMPDIR=$T/$hostile/tmp
	mkdir "$TMPDIR"
	DATA=$T/${hostile/$'\xff'}
	app "$hostile.ts" <<<'export default { fetch(r, env) { env.DO_STORAGE.sql.exec("CREATE TABLE t (x)"); return new Response("x"); } };' || true
	# JSON cannot hold such a name, a file URL can.
	printf '{"app": "file:///%s", "sha256": "%s"}' \
		"$(printf %s "${PWD#/}/$hostile.ts" | od -An -v -tx1 | tr -d '\n' | tr ' ' %)" \
		"$(sha256sum <"$hostile.ts" | cut -c-64)" >manifest.json
	start
	same x "$(get /)"
	[ -d "$DATA/hono-durable-object" ]
	stop 0
	same 3 "$(grep -c ^kettle: "$T/log")"
	same 3 "$(wc -l <"$T/log")"
	expect 2 kettle launch --check --db-dir "$hostile"
	[[ $stderr == *"the data folder's name is not UTF-8"* ]]
	echo 'let x = ;' >"$hostile.ts"
	expect 1 kettle launch --check
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
}

@test "the examples of the man page" {
	parts
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$ROOT/docs/man/kettle.1" | sed "s/\\\\e/\\\\/g; s/8080/$(free_port)/" >examples
	same 4 "$(wc -l <examples)"
	head -3 examples >check
	expect 0 bash -euo pipefail check
	check_says "app.js: sha256 $(sha256sum <app.js | cut -c-64), holds and bundles"
	PORT=$(tail -1 examples | grep -o "[0-9]\{4,5\}")
	run_launch --db-dir ./data --port "$PORT" manifest.json
	same Hello "$(get /)"
	stop 0
}
