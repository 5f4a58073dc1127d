// A server by node's own http, at a port it says: what was asked for, and how much came.
const http = require('http')

const answers = {
	'/trailers': (request, answer) => {
		answer.setHeader('Trailer', 'X-T')
		answer.write('abc')
		answer.addTrailers({'X-T': '1'})
		answer.end('def')
	},
	'/big': (request, answer) => {
		const piece = Buffer.alloc(1 << 20, 'a')
		let left = 16
		const more = () => {
			while (left--)
				if (!answer.write(piece)) return answer.once('drain', more)
			answer.end()
		}
		more()
	},
	'/headers': (request, answer) => answer.end(JSON.stringify(request.rawHeaders)),
	'/empty': (request, answer) => answer.writeHead(204).end(),
}

const server = http.createServer((request, answer) => {
	let size = 0
	request.on('data', data => { size += data.length })
	request.on('end', () => {
		const path = answers[request.url]
		if (path) path(request, answer)
		else answer.end(`${request.method} ${request.url} ${size}\n`)
	})
})
server.on('checkContinue', (request, answer) => {
	if (request.url === '/refuse') return answer.writeHead(417).end()
	answer.writeContinue()
	server.emit('request', request, answer)
})
server.keepAliveTimeout = 60000
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`))
