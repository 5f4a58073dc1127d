# kettle publish and publish-local: from an app to a manifest that launch takes.
load ../../helpers
load helpers
load publish

@test "what is published is the file and its manifest, to the byte" {
	service
	publish 0 app.ts
	same '' "$stderr"
	local app sha256 url
	app=$(jq -r .app manifest.json) sha256=$(digest app.ts)
	expected_manifest "$app" "$sha256" >expected
	cmp expected manifest.json
	need curl
	curl -sS "$app" | cmp - app.ts
	url=${lines[0]}
	curl -sS "$url" | cmp - manifest.json
	same "$url#sha256=$(digest manifest.json)" "${lines[1]}"
	same 2 "${#lines[@]}"
	[[ $app == "$API"/*/raw/*/app.ts && $url == "$API"/*/raw/*/manifest.json ]]
	# An API below a path, as at an Enterprise server.
	expect 0 env GITHUB_TOKEN=ghp_secret kettle publish --api "$API/api/v3/" app.ts
	same "$sha256" "$(jq -r .sha256 manifest.json)"
}

@test "what was published is launched, from the pinned form and from the URL alone" {
	parts
	service
	publish 0 'app.ts'
	local url=${lines[0]} pinned=${lines[1]}
	expect 0 kettle launch --check --db-dir "$DATA" --port "$(free_port)" "$pinned"
	expect 0 kettle launch --check --db-dir "$DATA" --port "$(free_port)" "$url"
	# The gist of the manifest is edited.
	local raw=gists/raw-0000000000000000000000000000000000000002
	sed -i 's/"app"/ "app"/' "$raw"
	expect 1 kettle launch --check --db-dir "$DATA" --port "$(free_port)" "$pinned"
}

@test "what GitHub is asked: two secret gists of one file, its headers, the token in none but one" {
	service
	publish 0 -o out.json app.ts
	same '[false,["app.ts"],["content"]]' "$(jq -c '[.public, (.files | keys), (.files[] | keys)]' gists/request-1.json)"
	same '[false,["manifest.json"],["content"]]' "$(jq -c '[.public, (.files | keys), (.files[] | keys)]' gists/request-2.json)"
	jq -j '.files[].content' gists/request-1.json | cmp - app.ts
	jq -j '.files[].content' gists/request-2.json | cmp - out.json
	[ ! -e gists/request-3.json ]
	[ ! -e manifest.json ]
	same 2 "$(grep -c '^POST /gists known accept=application/vnd.github+json x-github-api-version=2022-11-28 content-type=application/json$' gists/log)"
	# The bytes are fetched as anybody fetches them.
	same 2 "$(grep -c '^GET /octocat/[0-9a-f]*/raw/[0-9a-f]*/[a-z.]* nobody ' gists/log)"
	same 4 "$(wc -l <gists/log)"
}

@test "a name with spaces, quotes and letters of others" {
	service
	local name='a "b" ü%41#.mjs'
	cp app.ts "$name"
	publish 0 "$name"
	same "$name" "$(jq -r '.files | keys[]' gists/request-1.json)"
	same "$(digest app.ts)" "$(jq -r .sha256 manifest.json)"
	[[ $(jq -r .app manifest.json) == *'/a%20%22b%22%20%C3%BC%2541%23.mjs' ]]
	cp app.ts $'\xff.ts'
	publish 2 $'\xff.ts'
	one_line "$stderr" 'not UTF-8'
}

@test "5 MiB can be published, one byte more cannot" {
	service
	{ printf '//'; head -c 5242878 /dev/zero | tr '\0' '"'; } >large.js
	publish 0 large.js
	same "$(digest large.js)" "$(jq -r .sha256 manifest.json)"
	printf '/' >>large.js
	publish 2 large.js
	one_line "$stderr" 'large.js: larger than 5242880 bytes'
}

@test "--json is one object; -o - is the manifest alone" {
	service
	publish 0 --json app.ts
	same '["app","manifest","manifest_sha256","pinned","sha256"]' "$(jq -c keys <<<"$output")"
	same "$(digest app.ts)" "$(jq -r .sha256 <<<"$output")"
	same "$(digest manifest.json)" "$(jq -r .manifest_sha256 <<<"$output")"
	same "$(jq -r .app manifest.json)" "$(jq -r .app <<<"$output")"
	same "$(jq -r '.manifest + "#sha256=" + .manifest_sha256' <<<"$output")" "$(jq -r .pinned <<<"$output")"
	rm manifest.json
	expect 0 bash -c "GITHUB_TOKEN=ghp_secret kettle publish --api $API -o - app.ts >out"
	one_line "$stderr" "/manifest.json#sha256=$(digest out)"
	same "$(digest app.ts)" "$(jq -r .sha256 out)"
	[ ! -e manifest.json ]
	publish 64 --json -o - app.ts
}

@test "what cannot be an app is not sent anywhere" {
	service
	mkdir folder.ts
	publish 2 folder.ts
	one_line "$stderr" 'folder.ts: not a regular file'
	mkfifo pipe.ts
	publish 2 pipe.ts
	one_line "$stderr" 'pipe.ts: not a regular file'
	publish 74 none.ts
	one_line "$stderr" 'none.ts: cannot open: No such file'
	: >empty.ts
	publish 2 empty.ts
	one_line "$stderr" 'empty.ts: is empty'
	printf '// caf\xe9\n' >latin.ts
	publish 2 latin.ts
	one_line "$stderr" 'latin.ts: is not UTF-8'
	printf '// \0\n' >nul.ts
	publish 2 nul.ts
	one_line "$stderr" 'nul.ts: is not text'
	cp app.ts app.py
	publish 2 app.py
	one_line "$stderr" 'app.py: not a .ts, .js or .mjs file'
	publish 73 -o none/manifest.json app.ts
	one_line "$stderr" 'none/manifest.json: cannot make'
	publish 64
	publish 64 app.ts app.ts
	publish 64 --path /app.ts app.ts
	for url in 'ftp://host' 'api.github.com' 'https://' 'https://user@host' 'https://host?x' 'https://host#x' \
		'https://host:99999' 'https://host:/x' 'https://[::' ''; do
		expect 64 env GITHUB_TOKEN=ghp_secret kettle publish --api "$url" app.ts
		one_line "$stderr" 'is not the URL of an API'
	done
	[ ! -e gists/log ]
	[ ! -e manifest.json ]
	# A token is for nobody in between.
	expect 2 env GITHUB_TOKEN=ghp_secret kettle publish --api http://192.0.2.1 app.ts
	one_line "$stderr" 'http://192.0.2.1/gists: http:// is for'
}

@test "each refusal in plain words" {
	service
	local mode status text
	while IFS='|' read -r mode status text; do
		echo "$mode" >gists/mode
		publish "$status" app.ts
		one_line "$stderr" "kettle: $API/gists: $text"
		[[ $stderr != *ghp_* ]]
		[ ! -e manifest.json ]
	done <<-X
		fine-grained|2|the token (GITHUB_TOKEN) may not make gists: give it the permission to write gists, or make one at $API$PAGE
		forbidden|2|forbidden: Repository access blocked
		primary|75|too many requests were made with this token: try again after 2100-01-01 00:00:00 UTC
		secondary|75|too many requests were made with this token: try again after 20
		abuse|75|too many requests were made with this token: try again in a few minutes
		too-large|2|the file is not accepted, it may be too large: Validation Failed
		entity|2|the file is too large for a gist here
		moved|2|answers with a redirect (301): this is no such API
		gone|2|not found: this is no such API
		teapot|2|answers with status 418: line one?[31m?line two
		broken|75|answers with status 500: Server Error; try again later
		echo|2|answers with status 400
		not-json|2|the answer: offset 0: 
	X
	publish_as wrong 2 "the token (GITHUB_TOKEN) is wrong or has expired: make another at $API$PAGE"
	: >gists/mode
	echo 'repo, gists' >gists/scopes
	publish 2 app.ts
	one_line "$stderr" "the token (GITHUB_TOKEN) lacks the scope gist, it has: repo, gists; make one that has it at $API$PAGE"
	echo '' >gists/scopes
	publish 2 app.ts
	one_line "$stderr" "lacks the scope gist"
	same '' "$(ls gists/raw-* 2>/dev/null)"
}

@test "a fault of theirs that passes" {
	service
	echo broken-once >gists/mode
	publish 0 app.ts
	same 3 "$(grep -c '^POST' gists/log)"
}

@test "nobody there" {
	service
	expect 75 env GITHUB_TOKEN=ghp_secret kettle publish --api "http://127.0.0.1:$(free_port)" app.ts
	one_line "$stderr" 'Connection refused'
	[ ! -e manifest.json ]
}

@test "what can be downloaded is compared before it is said" {
	service
	echo altered >gists/mode
	publish 1 app.ts
	{ cat app.ts; echo; } >altered
	one_line "$stderr" "what was published is not the file: its sha256 is $(digest altered), not $(digest app.ts)"
	[ ! -e manifest.json ]
	same '' "$output"
	echo never >gists/mode
	publish 75 app.ts
	one_line "$stderr" 'what was published cannot be read, by a launcher neither: status 404'
	same 2 "$(grep -c '^POST' gists/log)"
	echo late >gists/mode
	publish 0 app.ts
	same "$(digest app.ts)" "$(jq -r .sha256 manifest.json)"
}

@test "a manifest that cannot be kept is published all the same, and it is said where" {
	service
	publish 74 -o /dev/full app.ts
	one_line "$stderr" "kettle: published as $API/"
	one_line "$stderr" '/manifest.json, but: /dev/full: cannot write: No space left'
	same 2 "$(grep -c '^POST' gists/log)"
}

@test "a URL that names no revision is told" {
	service
	echo no-revision >gists/mode
	publish 0 app.ts
	same "$(digest app.ts)" "$(jq -r .sha256 manifest.json)"
	[[ ${stderr_lines[0]} == *'names no revision in its URL'* ]]
}

@test "answers that cannot be used" {
	service
	local vector count=0
	echo answer >gists/mode
	for vector in "$VECTORS"/gist/should-fail/*.json; do
		cp "$vector" gists/answer
		publish 2 app.ts
		one_line "$stderr" "kettle: $API/gists: the answer: $(<"${vector%.json}.reason")"
		count=$((count + 1))
	done
	[ "$count" -ge 12 ]
	# A good one, of a gist that is not there.
	grep -q "$(jq -r '.files[].raw_url' "$VECTORS/gist/good/created.json")" "$VECTORS/gist/good/created.json"
	sed "s,https://gist.githubusercontent.com,$API," "$VECTORS/gist/good/created.json" >gists/answer
	publish 75 app.ts
	one_line "$stderr" "$(jq -r '.files[].raw_url' gists/answer): what was published cannot be read"
}

@test "publish-local: a manifest that launch takes" {
	parts
	mkdir -p 'here ü%' elsewhere
	echo 'export default () => new Response("x")' >'here ü%/my app.ts'
	ln -s '../here ü%/my app.ts' elsewhere/app.ts
	local app='here ü%/my app.ts' url pinned
	url="file://$(realpath "$T" | sed 's/%/%25/g; s/ /%20/g')/here%20%C3%BC%25/my%20app.ts"
	expect 0 kettle publish-local "$app"
	same '' "$stderr"
	expected_manifest "$url" "$(digest "$app")" | cmp - manifest.json
	same manifest.json "${lines[0]}"
	pinned=${lines[1]}
	same "manifest.json#sha256=$(digest manifest.json)" "$pinned"
	expect 0 kettle launch --check --db-dir "$DATA" --port "$(free_port)"
	expect 0 kettle launch --check --db-dir "$DATA" --port "$(free_port)" "$pinned"
	# Through a link it is the file that is named.
	expect 0 kettle publish-local --json -o linked.json elsewhere/app.ts
	cmp manifest.json linked.json
	same "[\"$url\",\"linked.json\",\"linked.json#sha256=$(digest linked.json)\"]" \
		"$(jq -c '[.app, .manifest, .pinned]' <<<"$output")"
	expect 0 bash -c "kettle publish-local -o - elsewhere/app.ts | cmp - manifest.json"
	echo '//' >>"$app"
	expect 1 kettle launch --check --db-dir "$DATA" --port "$(free_port)"
}

@test "publish-local --path: where it will be" {
	echo 'export default 1' >app.js
	expect 0 kettle publish-local --path '/app/a#b?c.mjs' app.js
	expected_manifest file:///app/a%23b%3Fc.mjs "$(digest app.js)" | cmp - manifest.json
	expect 64 kettle publish-local --path app/app.js app.js
	one_line "$stderr" "--path: 'app/app.js' is not absolute"
	expect 64 kettle publish-local --path /app app.js
	one_line "$stderr" '/app: not a .ts, .js or .mjs file'
	expect 64 kettle publish-local
	expect 64 kettle publish-local --api https://x app.js
}

@test "publish-local: the same checks, and nothing is left" {
	printf '\xff' >bad.ts
	expect 2 kettle publish-local bad.ts
	one_line "$stderr" 'bad.ts: is not UTF-8'
	expect 74 kettle publish-local none.ts
	echo x >app.ts
	mkdir out
	expect 73 kettle publish-local -o out app.ts
	one_line "$stderr" 'out: is a folder'
	expect 64 kettle publish-local -o ./app.ts app.ts
	one_line "$stderr" './app.ts: the manifest would replace the app'
	same x "$(<app.ts)"
	ln -s app.ts app
	expect 2 kettle publish-local app
	same "app app.ts bad.ts out tmp" "$(echo *)"
	expect 74 bash -c 'kettle publish-local app.ts >/dev/full'
}
