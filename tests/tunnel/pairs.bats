# Each client with each server, over each version: ours, and the one on npm's packages that behaves as the published one; theirs with theirs
# says that a difference is ours.
load helpers

setup_file() { tunnel_setup; }
setup() {
	tunnel_scratch
	backend
}
teardown() { tunnel_clear; }

# ask CLIENT VERSION OPTION...
ask() {
	case $1 in
	ours) ours tunnel-fetch "${@:2}" ;;
	theirs) theirs "${@:2}" ;;
	esac
}

# What every pair can do. A body of version 1 is text.
suite() { # CLIENT VERSION
	local size
	expect 0 ask "$1" "$2" "$URL/"
	same there "$output"
	expect 0 ask "$1" "$2" -X PUT -H 'x-a: b c' -d 'täxt' "$URL/echo?x=1&y=%20"
	same 'PUT /echo?x=1&y=%20 b c 5' "$(jq -r '"\(.method) \(.url) \(.headers["x-a"]) \(.size)"' <<<"$output")"
	same "$(printf 'täxt' | sha256sum | cut -c-64)" "$(jq -r .sha256 <<<"$output")"
	same http "$(jq -r '.headers["x-forwarded-proto"]' <<<"$output")"
	for size in 0 262144 262145 1000000; do
		expect 0 ask "$1" "$2" "$URL/bytes?size=$size"
		ask "$1" "$2" "$URL/bytes?size=$size&chunked" >got
		curl -sS "$BACKEND/bytes?size=$size" | cmp - got
	done
}

# Bodies that are no text.
binary() { # CLIENT VERSION
	local size
	for size in 1000 1000000; do
		head -c "$size" /dev/urandom >body
		ask "$1" "$2" -H 'content-type: application/octet-stream' -d @body "$URL/body" | cmp - body
	done
}

websocket() { # CLIENT VERSION
	if [ "$1" = theirs ]; then
		printf '\000\377\200' >bin
		theirs "$2" --ws one --ws 'zwö' --ws "@$T/bin" --ws 'close 4001 bye' "$URL/ws" >said
		printf 'one\nzwö\n\000\377\200\nclosed 4001 bye\n' | cmp - said
	else
		expect 0 ours tunnel-ws "$2" "${URL/http/ws}/ws" <<<$'one\nzwö'
		same $'one\nzwö' "$output"
	fi
}

@test "theirs with theirs, version 1" {
	server theirs-1
	suite theirs 1
	websocket theirs 1
}

@test "theirs with theirs, version 2" {
	server theirs-2
	suite theirs 0
	binary theirs 0
	websocket theirs 0
}

@test "theirs with ours, version 1" {
	server ours
	suite theirs 1
	websocket theirs 1
	expect 0 theirs 1 --browser "$URL/"
	same there "$output"
	# Answers that have no body, and more than one value of a header.
	expect 0 theirs 1 --head "$URL/status?code=304"
	same '304 ["a=1","b=2"]' "$(jq -c '"\(.status) \(.headers["set-cookie"])"' -r <<<"$output")"
}

@test "theirs with ours, version 2" {
	server ours
	suite theirs 0
	binary theirs 0
	websocket theirs 0
}

@test "ours with theirs, version 1" {
	server theirs-1
	suite ours 1
	websocket ours 1
	# What does not know version 2 is refused by who did not say that it may.
	expect 2 ours tunnel-fetch 2 "$URL/"
	one_line "$stderr" 'version'
}

@test "ours with theirs, version 2" {
	server theirs-2
	suite ours 2
	binary ours 2
	websocket ours 2
}

@test "ours with theirs that writes CBOR as a browser, or bodies as text" {
	server theirs-1 --browser --texts
	expect 0 ours tunnel-fetch 1 "$URL/"
	same there "$output"
	expect 0 ours tunnel-fetch 1 -d 'täxt' "$URL/body"
	same 'täxt' "$output"
}

@test "ours with ours" {
	server ours
	suite ours 2
	binary ours 2
	websocket ours 2
}

@test "a backend that dies in the middle of a body: no answer passes for a whole one" {
	local size
	server ours
	for size in 1000 3000000; do
		expect 1 theirs 1 "$URL/die?size=$size"
		expect 1 theirs 0 "$URL/die?size=$size"
		expect 75 ours tunnel-fetch 2 -o whole "$URL/die?size=$size"
		[ ! -e whole ]
	done
	# And the tunnel lives on.
	expect 0 theirs 0 "$URL/"
}

@test "a tunnel that is silent, but answers pings, stays" {
	server ours --ping-seconds 1 --silent-seconds 5
	expect 0 theirs 2 --idle 7 "$URL/"
	same there "$output"
}
