# Whose token kettle publish uses, how it asks for one, and where it keeps it.
load ../../helpers
load helpers
load publish

@test "no token and nobody to ask: what to set" {
	service
	expect 64 kettle publish --api "$API" app.ts
	one_line "$stderr" "kettle: no token: set GITHUB_TOKEN to a personal access token with the scope gist, made at $API$PAGE"
	expect 64 kettle publish app.ts
	one_line "$stderr" "made at https://github.com$PAGE"
	expect 64 kettle publish --api https://ghe.example/api/v3/ app.ts
	one_line "$stderr" "made at https://ghe.example$PAGE"
	# As GitHub's own, in whatever way it is written.
	mkdir -p home/.config/kettle
	echo x >home/.config/kettle/credentials
	for url in https://API.github.com HTTPS://api.github.com:443/; do
		expect 2 kettle publish --api "$url" app.ts
		one_line "$stderr" "home/.config/kettle/credentials: "
	done
	expect 64 env GITHUB_TOKEN= kettle publish --api "$API" app.ts
	for token in 'ghp secret' $'ghp\nsecret' $'ghp\x7f' 'ghp_é' "$(printf '%0600d' 0)"; do
		expect 64 env GITHUB_TOKEN="$token" kettle publish --api "$API" app.ts
		one_line "$stderr" 'GITHUB_TOKEN: not a token'
		[[ $stderr != *"$token"* ]]
	done
	[ ! -e gists/log ]
}

@test "the stored token: the service's own, ours alone, one line" {
	service
	mkdir -p "${CREDENTIALS%/*}"
	printf 'GITHUB_TOKEN=ghp_secret\n' >"$CREDENTIALS"
	for mode in 640 604 620 602 610; do
		chmod $mode "$CREDENTIALS"
		expect 2 kettle publish --api "$API" app.ts
		one_line "$stderr" "$CREDENTIALS: others may read or write it, so its token is not used: chmod 600 it"
	done
	[ ! -e gists/log ]
	chmod 600 "$CREDENTIALS"
	expect 0 kettle publish --api "$API" app.ts
	# The variable wins.
	expect 2 env GITHUB_TOKEN=other kettle publish --api "$API" app.ts
	one_line "$stderr" 'the token (GITHUB_TOKEN) is wrong or has expired'
	for text in '' 'GITHUB_TOKEN=' 'ghp_secret' 'GITHUB_TOKEN=ghp secret' $'GITHUB_TOKEN=a\nGITHUB_TOKEN=b' \
		"GITHUB_TOKEN=$(printf '%0600d' 0)"; do
		printf '%s\n' "$text" >"$CREDENTIALS"
		expect 2 kettle publish --api "$API" app.ts
		one_line "$stderr" "$CREDENTIALS: not one line GITHUB_TOKEN=TOKEN"
	done
	printf 'GITHUB_TOKEN=expired' >"$CREDENTIALS"
	expect 2 kettle publish --api "$API" app.ts
	one_line "$stderr" "the token (stored; remove $T/$CREDENTIALS to be asked for another) is wrong or has expired: make another at $API$PAGE"
	rm "$CREDENTIALS"
	mkdir "$CREDENTIALS"
	chmod 700 "$CREDENTIALS"
	expect 2 kettle publish --api "$API" app.ts
	one_line "$stderr" "$CREDENTIALS: not a regular file"
	# In $XDG_CONFIG_HOME, unless that is relative; and never that of another service.
	mkdir -p config/kettle
	(umask 077 && echo GITHUB_TOKEN=ghp_secret >"config/kettle/${CREDENTIALS##*/}")
	expect 0 env XDG_CONFIG_HOME="$T/config" kettle publish --api "$API" app.ts
	expect 2 env XDG_CONFIG_HOME=config kettle publish --api "$API" app.ts
	mv "config/kettle/${CREDENTIALS##*/}" config/kettle/credentials
	expect 64 env XDG_CONFIG_HOME="$T/config" kettle publish --api "$API" app.ts
}

@test "somebody else's credentials are not used" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, to give a file away"
	service
	mkdir -p "${CREDENTIALS%/*}"
	(umask 077 && echo GITHUB_TOKEN=ghp_secret >"$CREDENTIALS")
	chown 1 "$CREDENTIALS"
	expect 2 kettle publish --api "$API" app.ts
	one_line "$stderr" 'belongs to somebody else'
	[ ! -e gists/log ]
}

@test "at a terminal: explained, asked for without echo, checked, stored, used again" {
	need script
	service
	on_terminal "umask 000; kettle publish --api $API app.ts"
	holds asked
	[[ $(tr -d '\r' <screen) == *"make one at $API$PAGE"* ]]
	echo ghp_secret >&9
	terminal_ended 0
	grep -qF "the token is good, and stored in $T/$CREDENTIALS" screen
	[[ $(<screen) != *ghp_secret* ]]
	same 600 "$(stat -c %a "$CREDENTIALS")"
	same 700 "$(stat -c %a home/.config)"
	same 700 "$(stat -c %a home/.config/kettle)"
	same GITHUB_TOKEN=ghp_secret "$(<"$CREDENTIALS")"
	same "GET /user known" "$(head -n 1 gists/log | cut -d' ' -f-3)"
	same "$(digest app.ts)" "$(jq -r .sha256 manifest.json)"
	# Steps are shown to a person.
	grep -q 'app.ts: uploading' screen
	expect 0 kettle publish --api "$API" app.ts
	rm "$CREDENTIALS" keys
	# Somebody reads, but nobody types.
	on_terminal "kettle publish --api $API app.ts </dev/null"
	terminal_ended 64
	grep -q 'no token: set GITHUB_TOKEN' screen
}

@test "at a terminal: a token that is not good is not stored" {
	need script
	service
	local typed reason
	while IFS='|' read -r typed reason; do
		rm -f keys
		on_terminal "kettle publish --api $API app.ts"
		holds asked
		printf '%s\n' "$typed" >&9
		terminal_ended 2
		grep -qF "$reason" screen
		[[ $(<screen) != *ghp_* ]]
		[ ! -e home/.config ]
	done <<-X
		ghp_wrong|the token (typed) is wrong or has expired
		ghp_with space|that is not a token
		|that is not a token
		$(printf 'ghp_%0700d' 0)|too long
	X
	echo repo >gists/scopes
	rm keys
	on_terminal "kettle publish --api $API app.ts"
	holds asked
	echo ghp_secret >&9
	terminal_ended 2
	grep -qF 'lacks the scope gist, it has: repo' screen
	[ ! -e home/.config ]
}

@test "at a terminal: the end of input, and no place to store it" {
	need script
	service
	on_terminal "kettle publish --api $API app.ts"
	holds asked
	printf '\004' >&9
	terminal_ended 2
	grep -q 'nothing was typed' screen
	rm keys
	on_terminal "env -u HOME kettle publish --api $API app.ts"
	holds asked
	echo ghp_secret >&9
	terminal_ended 0
	grep -q 'the token is good, but is not stored: set HOME or XDG_CONFIG_HOME' screen
	same "$(digest app.ts)" "$(jq -r .sha256 manifest.json)"
}

@test "at a terminal: it echoes again, whatever ends the question" {
	need script
	service
	local signal
	cat >ask.sh <<-'X'
		trap : INT TERM HUP QUIT TSTP
		stty -g >before
		status=0
		bash -c 'trap - INT TERM HUP QUIT TSTP; echo $$ >asking; exec kettle publish --api "$0" app.ts' "$1" || status=$?
		stty -g >after
		echo "$status" >status
	X
	for signal in INT TERM HUP QUIT; do
		rm -f keys status asking
		on_terminal "exec bash ask.sh $API"
		holds asked
		kill "-$signal" "$(<asking)"
		holds test -s status
		terminal_ended 0
		same "$((128 + $(kill -l $signal)))" "$(<status)"
		cmp before after
	done
	# As somebody types it.
	rm keys status
	on_terminal "exec bash ask.sh $API"
	holds asked
	printf '\003' >&9
	holds test -s status
	terminal_ended 0
	same 130 "$(<status)"
	cmp before after
	[ ! -e home/.config ]
}

@test "at a terminal: stopped and continued, it asks again" {
	need script
	service
	cat >ask.sh <<-'X'
		set -m
		stty -g >before
		bash -c 'echo $$ >asking; exec kettle publish --api "$0" app.ts' "$1"
		stty -g >between
		fg
		echo $? >status
		stty -g >after
	X
	on_terminal "exec bash ask.sh $API"
	holds asked
	kill -TSTP "$(<asking)"
	holds eval '[ "$(grep -oF "Token (not shown): " screen | wc -l)" -eq 2 ]'
	cmp before between
	echo ghp_secret >&9
	terminal_ended 0
	same 0 "$(<status)"
	cmp before after
}
