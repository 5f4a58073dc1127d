# registry.sh: sourced, after store-download.sh; an OCI registry as a client sees it (distribution-spec 1.1), with curl.
#
#     registry_open FOLDER REFERENCE   HOST[:PORT]/NAME[@sha256:HEX | :TAG]; FOLDER is private scratch space
#     registry_get URL FILE KIB        a small thing, whole
#     registry_manifest WANT FILE      by digest (then it is checked) or tag
#     registry_put URL TYPE FILE       a manifest
#     registry_referrers HEX FILE      the index of what refers to a manifest; $registry_api says where from: yes, the API; no, the tag
#     registry_download URL FILE KIB   a blob, as store-download.sh's download
#     registry_remember                exports what was found out about logging in, for processes that are started
#
# What fails sets $reason and $code, the exit status that fits: 1 the registry gave other content than its digest says, 2 what it
# gave is malformed, 71 a tool is missing, 74 it cannot be had. $http is the status of the last answer.
#
# Credentials are those that `skopeo login` left. They, and tokens, go to curl through a pipe: never in an argument or a file.
#
# Environment: REGISTRY_CERTS REGISTRY_PLAIN (config.mk), REGISTRY_AUTH_FILE, FETCH_STALL.
# shellcheck shell=bash disable=SC2034 # read by those that source it

registry_manifests='application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json,'
registry_manifests+=' application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json'
registry_cap=4096 # KiB: what a manifest or an index may have (distribution-spec: registries take 4 MiB at least)

fault() { # CODE REASON
	code=$1 reason=$2
	return 1
}

# Sets registry_host, registry_name and registry_want (sha256:HEX, a tag, or nothing).
registry_parse() {
	local part='[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*'
	[[ $1 =~ ^([A-Za-z0-9.-]+(:[0-9]+)?)/($part(/$part)*)(@(sha256:[0-9a-f]{64})|:([A-Za-z0-9_][A-Za-z0-9._-]*))?$ ]] && [ ${#1} -le 512 ] &&
		[[ ${BASH_REMATCH[1]} == *[.:]* || ${BASH_REMATCH[1]} == localhost ]] ||
		fault 64 'not HOST[:PORT]/NAME@sha256:HEX' || return
	registry_host=${BASH_REMATCH[1]} registry_name=${BASH_REMATCH[3]}
	registry_want=${BASH_REMATCH[10]}${BASH_REMATCH[11]}
}

registry_open() { # FOLDER REFERENCE
	local scheme=https api tool key value
	for tool in jq curl; do
		command -v $tool >/dev/null || fault 71 "$tool is missing; install it with: sudo apt-get install -y $tool" || return
	done
	registry_parse "$2" || return
	api=$registry_host
	[ "$registry_host" != docker.io ] || api=registry-1.docker.io
	[ -z "${REGISTRY_PLAIN:-}" ] || scheme=http
	registry_url=$scheme://$api/v2/$registry_name
	registry_scratch=$1
	registry_said=$1/said.$BASHPID
	registry_find_certs
	registry_authorization=
	while read -r key value; do
		[ "$key" != "$registry_host/$registry_name" ] || registry_authorization=$value
	done <<<"${REGISTRY_AUTHORIZATIONS:-}"
}

registry_remember() {
	[ -z "$registry_authorization" ] ||
		export REGISTRY_AUTHORIZATIONS="${REGISTRY_AUTHORIZATIONS:-}$registry_host/$registry_name $registry_authorization"$'\n'
}

# The folder that skopeo would take, too: *.crt are CAs beside the system's, NAME.cert and NAME.key a client's own.
registry_find_certs() {
	local folder file new
	registry_certs=${REGISTRY_CERTS:-} registry_ca='' registry_client=''
	for folder in "${HOME:-/}/.config/containers/certs.d" /etc/containers/certs.d /etc/docker/certs.d; do
		[ -n "$registry_certs" ] || [ ! -d "$folder/$registry_host" ] || registry_certs=$folder/$registry_host
	done
	[ -n "$registry_certs" ] || return 0
	for file in "$registry_certs"/*.crt; do
		[ ! -e "$file" ] || registry_ca=$registry_scratch/ca-$registry_host.pem
	done
	[ -z "$registry_ca" ] || [ -e "$registry_ca" ] || {
		new=$registry_ca.$BASHPID # others may be at it
		awk 1 "$registry_certs"/*.crt >"$new" && mv "$new" "$registry_ca"
	}
	for file in "$registry_certs"/*.cert; do
		[ ! -e "$file" ] || [ ! -e "${file%.cert}.key" ] || registry_client=${file%.cert}
	done
}

quoted() { # NAME VALUE: a line of curl's configuration
	local value=${2//\\/\\\\}
	printf '%s = "%s"\n' "$1" "${value//\"/\\\"}"
}

# What every request has. A token does not follow a redirection to another host: curl sees to that.
registry_config() {
	if [ -n "${REGISTRY_PLAIN:-}" ]; then quoted proto =http,https; else quoted proto =https; fi
	[ -z "$registry_ca" ] || quoted cacert "$registry_ca"
	[ -z "$registry_client" ] || quoted cert "$registry_client.cert"
	[ -z "$registry_client" ] || quoted key "$registry_client.key"
	[ -z "$registry_authorization" ] || quoted header "Authorization: $registry_authorization"
}

# registry_once URL FILE KIB OPTION...: the answer's body, of any status, into FILE. Status 1: there was no answer.
registry_once() {
	local url=$1 file=$2 kib=$3 try status said
	shift 3
	for try in 1 2 3; do
		status=0
		: >"$file"
		said=$(registry_config | (ulimit -f "$kib" && exec curl --config - --silent --show-error --location --globoff \
			--connect-timeout 20 --speed-limit 1024 --speed-time "${FETCH_STALL:-30}" --dump-header "$registry_said" \
			--output "$file" --write-out '%{http_code}' "$@" --url "$url") 2>"$registry_said.error") || status=$?
		http=${said##*$'\n'}
		case $status/$http in
		0/429 | 0/50[0234]) sleep $try ;;
		0/*) return 0 ;;
		153/*) fault 2 "sends more than the $kib KiB that are expected"; return ;;
		18/* | 52/* | 55/* | 56/* | 92/*) ;; # cut short
		*) break ;;
		esac
	done
	[ $status -ne 0 ] || return 0
	http=000
	said=$(grep -m 1 '^curl: (' "$registry_said.error" || tail -n 1 "$registry_said.error")
	fault 74 "${said#curl: (*) }"
}

registry_request() { # URL FILE KIB OPTION...
	registry_once "$@" || return
	[ "$http" != 401 ] || { registry_login && registry_once "$@"; } || return
	case $http in
	2??) ;;
	401) fault 74 "does not take the login$(registry_complaint "$2"); it is that of: skopeo login $registry_host" ;;
	403) fault 74 "the login is not allowed to do that$(registry_complaint "$2")" ;;
	404) fault 74 'not in the registry' ;;
	*) fault 74 "the registry answers $http$(registry_complaint "$2")" ;;
	esac
}

# What a registry says besides the status, made harmless for a terminal.
registry_complaint() { # FILE
	local text
	text=$(jq -r '.errors[0] | .message // .code' "$1" 2>/dev/null | head -n 1 | tr -dc '[:print:]' | cut -c 1-200) || true
	[ -z "$text" ] || [ "$text" = null ] || printf ': %s' "$text"
}

# Prints the user and password for the registry, in base64 as they are kept, or nothing.
registry_credentials() {
	local file key=$registry_host/$registry_name keys=()
	while keys+=("$key") && [[ $key == */* ]]; do key=${key%/*}; done
	for file in "${REGISTRY_AUTH_FILE:-${XDG_RUNTIME_DIR:-/run/containers/$UID}${XDG_RUNTIME_DIR:+/containers}/auth.json}" \
		"${XDG_CONFIG_HOME:-${HOME:-/}/.config}/containers/auth.json" "${DOCKER_CONFIG:-${HOME:-/}/.docker}/config.json"; do
		[ ! -r "$file" ] || jq -r --args '.auths as $all | first($ARGS.positional[] | $all[.]?.auth // empty)' "${keys[@]}" <"$file"
	done 2>/dev/null | grep -m 1 -x '[A-Za-z0-9+/]*=*' || true
}

# After an answer 401: finds out what it takes to be let in, and sets registry_authorization.
registry_login() {
	local challenges credentials
	challenges=$(tr -d '\r' <"$registry_said" | sed -n 's/^[Ww][Ww][Ww]-[Aa]uthenticate: *//p')
	credentials=$(registry_credentials)
	[ -z "$credentials" ] || [ -z "${REGISTRY_PLAIN:-}" ] || [[ ${registry_host%:*} =~ ^(localhost|127\.[0-9.]+)$ ]] ||
		fault 74 "has no TLS (REGISTRY_PLAIN) and wants a password: it is not sent" || return
	if [[ $challenges =~ [Bb]earer\ +([^$'\n']*) ]]; then
		registry_token "${BASH_REMATCH[1]}" "$credentials"
	elif [ -z "$credentials" ]; then
		fault 74 "asks for a login: skopeo login $registry_host"
	else
		registry_authorization="Basic $credentials"
	fi
}

registry_token() { # CHALLENGE CREDENTIALS
	local it value answer realm='' options=()
	for it in realm service scope; do
		[[ $1 =~ (^|[ ,])$it=\"([^\"]*)\" ]] || continue
		value=${BASH_REMATCH[2]}
		if [ $it = realm ]; then realm=$value; else options+=(--data-urlencode "$it=$value"); fi
	done
	[[ $realm == https://* || (-n ${REGISTRY_PLAIN:-} && $realm == http://*) ]] ||
		fault 2 'asks for a token and does not say where to get it' || return
	registry_authorization=${2:+Basic $2}
	answer=$(registry_config | curl --config - --silent --globoff --max-time 60 --get "${options[@]}" \
		--write-out '\n%{http_code}' --url "$realm" | head -c 65536) || true
	[ "${answer##*$'\n'}" = 200 ] ||
		fault 74 "does not take the login (${answer##*$'\n'}): skopeo login $registry_host" || return
	answer=$(jq -r '.token // .access_token // empty' <<<"${answer%$'\n'*}" 2>/dev/null) || true
	[[ $answer =~ ^[A-Za-z0-9._~+/=-]+$ ]] || fault 2 'gives no token' || return
	registry_authorization="Bearer $answer"
}

registry_get() { registry_request "$1" "$2" "$3" --header "Accept: $registry_manifests"; }

registry_manifest() { # WANT FILE
	local hex
	registry_get "$registry_url/manifests/$1" "$2" $registry_cap || return
	[[ $1 == sha256:* ]] || return 0
	hex=$(sha256sum <"$2")
	[ "sha256:${hex%% *}" = "$1" ] || fault 1 "wrong content: its sha256 is ${hex%% *}"
}

registry_put() { # URL TYPE FILE
	registry_request "$1" "$registry_said.put" 64 --upload-file "$3" --header "Content-Type: $2" --header 'Expect:'
}

registry_download() { # URL FILE KIB
	local status=0 download_config=registry_config
	download "$@" || status=$?
	case $status/$message in
	1/*'error: 401')
		registry_request "$1" "$registry_said.head" 64 --head || { message=$reason && return 1; }
		status=0
		download "$@" || status=$?
		;;
	esac
	return $status
}

# An index as a registry should give it: anything else is refused, before a word of it is used.
registry_is_index() { # FILE
	jq -e '.schemaVersion == 2 and (.manifests | type == "array" and length <= 4096) and all(.manifests[];
		(.digest | type == "string" and test("\\Asha256:[0-9a-f]{64}\\z")) and
		(.size | type == "number" and . >= 0 and . <= 4194304 and . == floor) and
		(.artifactType | type == "string" or . == null))' "$1" >/dev/null 2>&1 ||
		fault 2 'its list of referrers is malformed'
}

# The API's answer can come in pages.
registry_referrers() { # HEX FILE
	local page=$registry_said.page url=$registry_url/referrers/sha256:$1 count=0
	registry_api=yes
	: >"$2"
	while [ -n "$url" ]; do
		if registry_get "$url" "$page" $registry_cap; then :; else
			[[ $count -eq 0 && $http == 40[45] ]] || return
			registry_tagged "$1" "$2"
			return
		fi
		registry_is_index "$page" || return
		cat "$page" >>"$2"
		[ $((count += 1)) -le 64 ] || fault 2 'its list of referrers does not end' || return
		url=$(registry_next "$url")
	done
	jq -cs '.[0].manifests = (map(.manifests) | add | unique_by(.digest)) | .[0]' "$2" >"$page" && mv "$page" "$2"
}

registry_tagged() { # HEX FILE
	registry_api=no
	registry_manifest "sha256-$1" "$2" && { registry_is_index "$2"; return; }
	[ "$http" = 404 ] || return
	printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}' >"$2"
}

# The next page, if the answer's Link names one; on this registry, or it is not followed.
registry_next() { # URL
	local next site=${registry_url%%/v2/*}
	next=$(tr -d '\r' <"$registry_said" | sed -n 's/^[Ll]ink: *<\([^>]*\)>.*rel="\?next.*/\1/p' | tail -n 1)
	case $next in
	"$site"/v2/*) printf '%s\n' "$next" ;;
	/v2/*) printf '%s\n' "$site$next" ;;
	\?*) printf '%s\n' "${1%%\?*}$next" ;;
	esac
}
