# Loaded by the .bats of kettle publish after the helpers: a service of gists, and a terminal.
# shellcheck shell=bash

PAGE='/settings/tokens/new?scopes=gist&description=kettle'

# An app; nobody's token; a service of gists that knows the token `secret`, with the scope, at $API.
service() {
	export HOME=$T/home
	unset GITHUB_TOKEN XDG_CONFIG_HOME
	unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
	mkdir -p home gists
	printf 'export default () => new Response("é\\n" + "\\\\ \xf0\x9f\x98\x80")\r\n// no new line at the end' >app.ts
	echo ghp_secret >gists/token
	echo 'gist, repo' >gists/scopes
	perl "$ROOT/tests/gist-server.pl" gists 3>&- &
	PID=$!
	disown # its end is nothing to report
	holds test -e gists/port
	API=http://127.0.0.1:$(<gists/port)
	CREDENTIALS=home/.config/kettle/credentials-127.0.0.1:$(<gists/port)
}

# publish STATUS [ARGUMENT...]: with the right token.
publish() {
	local want=$1
	shift
	expect "$want" env GITHUB_TOKEN=ghp_secret kettle publish --api "$API" "$@"
}

digest() { sha256sum <"$1" | cut -c-64; }

# The text of a manifest, from what is independent of kettle.
expected_manifest() { printf '{\n  "app": "%s",\n  "sha256": "%s"\n}' "$1" "$2"; }

# on_terminal COMMAND: in a terminal of its own, whose input is what is written to descriptor 9 and whose output is in
# ./screen. $TERMINAL is its id. Whichever shell runs COMMAND is in the terminal's foreground too, and dies of what is typed
# there: where the status of COMMAND counts, it begins with exec.
on_terminal() {
	mkfifo keys
	: >screen
	# What a shell puts into the background ignores two of the signals.
	env --default-signal=INT,QUIT script -qefc "$1" screen <keys >/dev/null 3>&- &
	TERMINAL=$!
	exec 9>keys
}

asked() { grep -qF 'Token (not shown): ' screen; }

terminal_ended() {
	local got=0
	exec 9>&-
	wait "$TERMINAL" || got=$?
	same "$1" "$got" "exit status; screen: $(<screen)"
}

publish_as() {
	expect "$2" env GITHUB_TOKEN="$1" kettle publish --api "$API" app.ts
	one_line "$stderr" "$3"
}
