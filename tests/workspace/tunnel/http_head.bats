# Heads and bodies of HTTP/1.1: what is refused, what node's parser makes of the rest, and which paths are for tunnels.
load ../../helpers
load ../qvl/helpers

HTTP=$TESTBIN/workspace/tunnel/http_head

@test "what two readers could read differently is refused, with the reason" {
	refuses http-head 130 "$HTTP" read
}

# The same line as http_head prints, by node's parser at the end of a socket.
as_node_reads() {
	node - "$@" <<-'SCRIPT'
		const fs = require('fs'), http = require('http'), net = require('net')
		const latin1 = text => Buffer.from(text, 'latin1')
		const headers = raw => Buffer.concat(raw.flatMap((text, i) => [latin1(i % 2 ? '=' : ' ['), latin1(text), latin1(i % 2 ? ']' : '')]))
		const print = (file, start, message) => {
			let size = 0
			message.on('data', data => { size += data.length })
			return new Promise(resolve => message.on('end', () => resolve(Buffer.concat([latin1(`${start} ${size}`), headers(message.rawHeaders)]))))
		}
		const request = file => new Promise((resolve, reject) => {
			const server = http.createServer({maxHeaderSize: 65536}, async (message, answer) => {
				answer.end()
				resolve(await print(file, `${message.method} ${message.url}`, message))
				server.close()
				server.closeAllConnections()
			})
			server.on('checkContinue', (message, answer) => server.emit('request', message, answer))
			server.on('clientError', reject)
			server.listen(0, '127.0.0.1', () => net.connect(server.address().port, '127.0.0.1').on('error', () => {}).write(fs.readFileSync(file)))
		})
		const answer = file => new Promise((resolve, reject) => {
			const server = net.createServer(socket => {
				socket.once('data', () => socket.end(fs.readFileSync(file)))
			}).listen(0, '127.0.0.1', () => {
				const method = file.endsWith('.head') ? 'HEAD' : 'GET'
				const sent = http.request({port: server.address().port, host: '127.0.0.1', method, agent: false}, async message => {
					resolve(await print(file, `${message.statusCode}`, message))
					server.close()
				})
				sent.on('error', reject)
				sent.end()
			})
		})
		;(async () => {
			for (const file of process.argv.slice(2))
				process.stdout.write(Buffer.concat([await (file.endsWith('.request') ? request : answer)(file), latin1('\n')]))
		})()
	SCRIPT
}

@test "what is taken is what node's parser reads" {
	need node
	local files=("$VECTORS"/http-head/good/*)
	[ "${#files[@]}" -ge 27 ]
	as_node_reads "${files[@]}" >"$BATS_TEST_TMPDIR/node"
	"$HTTP" read "${files[@]}" >"$BATS_TEST_TMPDIR/ours"
	diff -a "$BATS_TEST_TMPDIR/node" "$BATS_TEST_TMPDIR/ours"
}

# paths ANSWER PATH...: all are of the rules, or none is.
paths() {
	local answer=$1 line
	shift
	expect 0 "$HTTP" paths /secret /vault/ /a/b/../c /%7euser -- "$@"
	same "$#" "${#lines[@]}"
	for line in "${lines[@]}"; do
		[[ $line == "$answer "* ]] || same "$answer" "$line"
	done
}

@test "a path for tunnels only is one however it is written" {
	paths yes /secret /secret/ /vault /vault/ /vault/x /vault/x/y /a/c /~user /%7Euser /%7euser
	# percent-encoding, once or more often, with digits of either case
	paths yes /%73ecret /%73%65%63%72%65%74 /secre%74 %2fsecret /%2fsecret /vault%2fx /vault%2Fx /%2573ecret /%252573ecret
	# dot segments and slashes
	paths yes /./secret /x/../secret /x/%2e%2e/secret /x/%2E./secret /x/.%2e/secret /../secret /../../secret /secret/. /secret/x/.. \
		//secret ///secret /x//../secret /x/..//secret /vault//x /x/../vault/y /secret//. /x%2f..%2fsecret
	# a path that leaves only if dot segments mean something
	paths yes /vault/../x /vault/x/../../y /vault/..%2fx
	# parameters, and what ends a path for some
	paths yes '/secret;x=1' '/x/..;/secret' '/vault;v=1/x' '/;a/secret' /secret%3fx /secret%23x /secret%00 /secret%00.html '/secret%3bx'
	# backslashes, authorities, case
	paths yes '/x\..\secret' /x%5c..%5csecret %5csecret //host/secret //host//secret '/\host/secret' /%5chost/secret /SECRET /Vault/x
}

@test "other paths are not" {
	paths no / /public /secretx /secre /x/secret /vaultx /secret/x /secret.html /a/b/c /a /user '/x;secret' /secret%20 '*' '/%zz' /public/../x
}

@test "a path encoded over and over is not let through" {
	paths yes /%252525252525252525252573ecret /public%2525252525252525252520
}
