// The server's end of the tunnel (peer.cjs), in front of an HTTP backend.
const http = require("http");
const WebSocket = require(process.env.MODULES + "/ws");
const peer = require("./peer.cjs");
const { ChunkSender, ChunkReceiver, CHUNK } = require("./chunks.cjs");

// A request, as it reaches the backend. In version 1 its body is text, and the answer's is whole.
class Call {
	constructor(connection, requestId) {
		Object.assign(this, { connection, requestId, settings: connection.settings });
	}
	send(message) {
		this.connection.send({ requestId: this.requestId, ...message });
	}
	begin({ method, url, headers, body, is_streamed }) {
		const { pathname, search, host } = new URL(url, "http://localhost");
		const forwarded = { "x-forwarded-proto": "http", "x-forwarded-host": host };
		this.request = http.request(this.settings.backend, { method, path: pathname + search, headers: { ...forwarded, ...headers } });
		this.request.on("error", (error) => this.failed(error));
		this.request.on("response", (answer) => this.answer(answer));
		if (!is_streamed) return this.request.end(body);
		const write = (data, last) => new Promise((resolve) => (last ? this.request.end(data, resolve) : this.request.write(data, resolve)));
		this.receiver = new ChunkReceiver((message) => this.send(message), this.requestId, write);
	}
	take(message) {
		if (message.type === "http_chunk") this.receiver?.chunk(message);
		else if (message.type === "http_window") this.sender?.grant(message.credit);
		else if (message.type === "http_cancel") this.cancelled();
	}
	cancelled() {
		this.sender?.stop();
		this.request.destroy();
		this.connection.calls.delete(this.requestId);
	}
	failed(error) {
		this.send({ type: "http_response", status: 500, statusText: "Internal Server Error", headers: {}, body: "", error: error.message });
		this.connection.calls.delete(this.requestId);
	}
	async answer(answer) {
		const head = { type: "http_response", status: answer.statusCode, statusText: answer.statusMessage, headers: answer.headers };
		const size = answer.headers["content-length"] ?? Infinity;
		try {
			await (this.connection.channel.version === 2 && size > CHUNK ? this.stream(head, answer) : this.whole(head, answer));
		} catch {
			if (this.connection.channel.version === 2) this.send({ type: "http_cancel", reason: "the backend went away" });
		}
		this.connection.calls.delete(this.requestId);
	}
	async stream(head, answer) {
		this.send({ ...head, is_streamed: true });
		this.sender = new ChunkSender((message) => this.send(message), this.requestId);
		await this.sender.run(answer);
	}
	async whole(head, answer) {
		const chunks = [];
		for await (const chunk of answer) chunks.push(chunk);
		const body = Buffer.concat(chunks);
		this.send({ ...head, body: this.settings.texts ? body.toString() : Uint8Array.from(body) });
	}
}

// One client's connection. settings of TunnelServer.
class Connection extends peer.Emitter {
	constructor(server, ws) {
		super();
		Object.assign(this, { server, ws, settings: server.settings, sockets: new Map(), calls: new Map(), handshake: [] });
		this.share = peer.nacl.box.keyPair();
		ws.on("message", (frame) => this.receive(frame));
		ws.on("close", (code, reason) => this.gone(code, reason.toString()));
		ws.on("error", () => {});
	}
	gone(code, reason) {
		for (const it of this.sockets.values()) it.close(1000);
		this.emit("closed", code, reason);
	}
	raw(frame) {
		this.emit("sent", frame);
		this.ws.send(frame);
	}
	clear(message) {
		const frame = Uint8Array.from(this.settings.encoder.encode(message));
		this.handshake.push(frame);
		this.raw(frame);
	}
	send(payload) {
		this.raw(this.channel.seal(payload));
	}
	// As published, a frame that something is wrong with is ignored.
	receive(frame) {
		this.emit("raw", frame);
		try {
			this.take(frame);
		} catch {}
	}
	take(frame) {
		const payload = this.channel ? this.channel.open(frame) : null;
		if (payload) return this.dispatch(payload);
		const message = peer.decode(frame);
		if (!this.channel && message?.type.startsWith("client_kx")) this.handshake.push(Uint8Array.from(frame));
		if (message?.type === "client_kx_ready") this.offer(message);
		else if (message?.type === "client_kx" && !this.channel) this.confirm(message);
	}
	async offer(hello) {
		this.version = Math.min(hello.version ?? 1, this.settings.version);
		const more = this.version === 2 ? { version: 2, share: this.share.publicKey } : {};
		try {
			const evidence = await this.server.evidence(hello.nonce);
			this.clear({ type: "server_kx", x25519PublicKey: this.server.pair.publicKey, runtime_data: null, verifier_data: null, sev_snp_data: null, ...evidence, ...more });
		} catch (error) {
			this.ws.close(1011, "Initialization failed");
		}
	}
	confirm(message) {
		const key = peer.unseal(message.sealedSymmetricKey, this.server.pair);
		if (!key) return;
		const { encoder } = this.settings;
		this.channel = this.version === 2 ? peer.channel2("server", key, this.share, message.share, this.handshake, encoder) : new peer.Channel1(key, encoder);
		this.emit("opened");
	}
	dispatch(message) {
		this.emit("payload", message);
		if (message.type === "http_request") this.request(message);
		else if (message.requestId) this.calls.get(message.requestId)?.take(message);
		else if (message.type === "ws_connect") this.connect(message);
		else if (message.type === "ws_message") this.sockets.get(message.connectionId)?.send(message.data, { binary: message.dataType !== "string" });
		else if (message.type === "ws_close") this.sockets.get(message.connectionId)?.close(message.code ?? 1000, message.reason);
	}
	request(message) {
		const call = new Call(this, message.requestId);
		this.calls.set(message.requestId, call);
		call.begin(message);
	}
	connect({ connectionId, url, protocols }) {
		const { pathname, search } = new URL(url, "http://localhost");
		const socket = new WebSocket(this.settings.backend.replace("http", "ws") + pathname + search, protocols ?? []);
		const event = (eventType, members) => this.send({ type: "ws_event", connectionId, eventType, ...members });
		this.sockets.set(connectionId, socket);
		socket.on("open", () => event("open"));
		socket.on("error", (error) => event("error", { error: error.message }));
		socket.on("close", (code, reason) => {
			if (this.sockets.delete(connectionId) && this.ws.readyState === 1) event("close", { code, reason: reason.toString() });
		});
		socket.on("message", (data, binary) => this.send({ type: "ws_message", connectionId,
			data: binary ? Uint8Array.from(data) : data.toString(), dataType: binary ? "arraybuffer" : "string" }));
	}
}

// Asks a guest agent. spec: rtmr3-spec.md 9
function getQuote(socketPath, reportData) {
	return new Promise((resolve, reject) => {
		const call = http.request({ socketPath, path: "/GetQuote", method: "POST" }, async (answer) => {
			let text = "";
			for await (const chunk of answer) text += chunk;
			resolve(JSON.parse(text));
		});
		call.on("error", reject);
		call.end(JSON.stringify({ report_data: Buffer.from(reportData).toString("hex") }));
	});
}

// settings: backend (URL), version (the highest it speaks), agent (path of the guest agent's socket), encoder, texts (bodies of answers are text).
// Events: connection(Connection).
class TunnelServer extends peer.Emitter {
	constructor(settings) {
		super();
		this.settings = { encoder: peer.node, version: 1, ...settings };
		this.pair = peer.nacl.box.keyPair();
		this.http = http.createServer((request, answer) => this.pass(request, answer));
		this.wss = new WebSocket.Server({ noServer: true, perMessageDeflate: false, maxPayload: 64 << 20 });
		this.http.on("upgrade", (request, socket, head) => {
			if (!request.url.startsWith("/__ra__")) return socket.destroy();
			this.wss.handleUpgrade(request, socket, head, (ws) => this.emit("connection", new Connection(this, ws)));
		});
	}
	async evidence(nonce) {
		const { quote, event_log, vm_config } = await getQuote(this.settings.agent, await peer.reportData(this.pair.publicKey, nonce));
		return { quote: Uint8Array.from(Buffer.from(quote, "hex")), event_log, vm_config };
	}
	pass(request, answer) {
		const call = http.request(this.settings.backend, { method: request.method, path: request.url, headers: request.headers });
		call.on("response", (got) => got.pipe(answer.writeHead(got.statusCode, got.statusMessage, got.headers)));
		call.on("error", () => answer.writeHead(502).end());
		request.pipe(call);
	}
	listen(port, host) {
		return new Promise((resolve) => this.http.listen(port, host, () => resolve(this.http.address().port)));
	}
}

module.exports = { TunnelServer, Connection };
