// app.cjs [--port PORT]: an HTTP server to stand behind a tunnel. Prints `listening PORT`.
//
//     /                   "there" and a line feed
//     /echo               the request as JSON: method, url, headers, and the body's size and SHA-256
//     /body               the request's body, with its content type
//     /bytes?size=N       N bytes, each its offset modulo 251; with ?chunked, of no announced length
//     /status?code=N      that status, with two cookies
//     /slow?ms=N          an answer after so long
//     /die?size=N         announces N bytes, sends half, and cuts the connection
//     WebSocket /ws       says every message again; "close CODE REASON" closes, "headers" has the upgrade's headers in JSON
const http = require("http");
const { createHash } = require("crypto");
const { Readable } = require("stream");
const WebSocket = require(process.env.MODULES + "/ws");

const port = process.argv[2] === "--port" ? Number(process.argv[3]) : 0;
const pattern = Buffer.from(Array.from({ length: 251 * 1024 }, (_, i) => i % 251));

function* bytes(size) {
	for (let left = size; left > 0; left -= pattern.length) yield left < pattern.length ? pattern.subarray(0, left) : pattern;
}

async function whole(request) {
	const chunks = [];
	for await (const chunk of request) chunks.push(chunk);
	return Buffer.concat(chunks);
}

const routes = {
	"/": (request, answer) => answer.end("there\n"),
	"/echo": async (request, answer) => {
		const body = await whole(request);
		const { method, url, headers } = request;
		answer.setHeader("content-type", "application/json");
		answer.end(JSON.stringify({ method, url, headers, size: body.length, sha256: createHash("sha256").update(body).digest("hex") }) + "\n");
	},
	"/body": async (request, answer) => {
		answer.setHeader("content-type", request.headers["content-type"] ?? "application/octet-stream");
		answer.end(await whole(request));
	},
	"/bytes": (request, answer, query) => {
		if (!query.has("chunked")) answer.setHeader("content-length", query.get("size"));
		Readable.from(bytes(Number(query.get("size")))).on("error", () => {}).pipe(answer);
	},
	"/status": (request, answer, query) => answer.writeHead(Number(query.get("code")), { "set-cookie": ["a=1", "b=2"] }).end(),
	"/slow": (request, answer, query) => setTimeout(() => answer.end("slow\n"), Number(query.get("ms"))),
	"/die": (request, answer, query) => {
		answer.setHeader("content-length", query.get("size"));
		answer.write(Buffer.alloc(Number(query.get("size")) / 2), () => answer.destroy());
	},
};

const server = http.createServer(async (request, answer) => {
	const { pathname, searchParams } = new URL(request.url, "http://localhost");
	try {
		await (routes[pathname] ?? ((_, it) => it.writeHead(404).end("nothing\n")))(request, answer, searchParams);
	} catch {
		answer.destroy(); // the request was cut off
	}
});
const sockets = new WebSocket.Server({ server, path: "/ws", handleProtocols: (asked) => [...asked][0] });
sockets.on("connection", (socket, request) => {
	socket.on("message", (data, binary) => {
		const [word, code, reason] = binary ? [] : data.toString().split(" ");
		if (word === "close") socket.close(Number(code), reason);
		else if (word === "headers") socket.send(JSON.stringify(request.headers));
		else socket.send(data, { binary });
	});
	socket.on("error", () => {});
});
server.listen(port, "127.0.0.1", () => console.log("listening", server.address().port));
