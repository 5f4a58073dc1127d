#!/bin/bash
# deploy.sh IMAGE REFERENCE [MANIFEST NAME]: prints images/IMAGE/deploy/docker-compose.yml as it is deployed. Runs in the
# build root. NAME is what a person calls the file MANIFEST.
#
# In that file @IMAGE@ becomes REFERENCE; lines that begin with `#+` are taken when there is a MANIFEST, those with `#-` when
# there is none, each without the mark; and `- @MANIFEST@` becomes the manifest's text as a block of YAML, byte for byte.
# Exit status 2: what is in MANIFEST is not a manifest, or its app will not be there in a VM.
set -euo pipefail
reference=$2
manifest=${3:-}
name=${4:-}
template=images/$1/deploy/docker-compose.yml

bad() {
	echo "deploy: $name: $1" >&2
	exit 2
}

check_manifest() {
	local app plain
	# As kettle publish writes it: nothing that a YAML block would not keep.
	! LC_ALL=C grep -q '[^ -~]' "$manifest" || bad "it has bytes other than printable ASCII; write it with kettle publish"
	plain=$(tr -d ' \n' <"$manifest")
	# jq drops the first of two members of a name, and writes what is escaped in one way.
	[ "$(jq -c . "$manifest" 2>/dev/null)" = "$plain" ] &&
		jq -e 'keys == ["app", "sha256"] and (.app | type) == "string" and (.sha256 | type) == "string" and
			(.sha256 | test("^[0-9A-Fa-f]{64}$"))' "$manifest" >/dev/null ||
		bad 'not a manifest, {"app": URL, "sha256": HEX}; write it with kettle publish'
	app=$(jq -r .app "$manifest")
	[[ $app == https://* ]] || bad "app: $app: a VM gets this text and no file, so it has to be an https:// URL: kettle publish"
	[ "$(head -c 1 "$manifest")" = '{' ] || bad "it does not begin with {; write it with kettle publish"
}

# A literal block keeps every line; its indicator says whether a newline ends the last one. Compose takes $$ for $.
block() {
	local indicator='|-' end
	end=$(tail -c 2 "$manifest" | od -An -tx1 | tr -d ' ')
	case $end in 0a0a) indicator='|+' ;; *0a) indicator='|' ;; esac
	echo "      - $indicator"
	sed 's/\$/$$/g; s/^/        /' "$manifest"
	[ "$indicator" != '|-' ] || echo
}

mark='#-'
if [ -n "$manifest" ]; then
	check_manifest
	mark='#+'
fi
while IFS= read -r line; do
	case $line in
	"$mark"*) line="  ${line#??}" ;;
	'#+'* | '#-'*) continue ;;
	esac
	case $line in
	*'- @MANIFEST@') block ;;
	*) printf '%s\n' "${line//@IMAGE@/$reference}" ;;
	esac
done <"$template"
