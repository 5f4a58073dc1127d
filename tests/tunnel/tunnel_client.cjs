// The client's end of the tunnel (peer.cjs), in Node and in a page.
const peer = require("./peer.cjs");
const { ChunkSender, ChunkReceiver, CHUNK } = require("./chunks.cjs");
const inPage = typeof window !== "undefined";
const Socket = inPage ? window.WebSocket : require(process.env.MODULES + "/ws");

const random = () => Date.now().toString() + Math.random().toString(36).slice(2, 11);

class TunnelSocket extends peer.Emitter {
	constructor(client, url, protocols) {
		super();
		this.client = client;
		this.id = "ws_" + random();
		client.sockets.set(this.id, this);
		client.send({ type: "ws_connect", connectionId: this.id, url, protocols });
	}
	send(data) {
		const dataType = typeof data === "string" ? "string" : "arraybuffer";
		this.client.send({ type: "ws_message", connectionId: this.id, data, dataType });
	}
	close(code, reason) {
		this.client.send({ type: "ws_close", connectionId: this.id, code, reason });
	}
	take(message) {
		if (message.type === "ws_message") this.emit("message", message.data, message.dataType);
		else if (message.type === "ws_event" && message.eventType === "close") this.closed(message.code, message.reason);
		else if (message.type === "ws_event") this.emit(message.eventType === "error" ? "failed" : "open", message.error);
	}
	closed(code, reason) {
		this.client.sockets.delete(this.id);
		this.emit("close", code, reason);
	}
}

// A request that waits for its answer, whose body may come in chunks.
class Pending {
	constructor(client, requestId) {
		this.promise = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
		this.promise.catch(() => {});
		this.parts = [];
		this.receiver = new ChunkReceiver((message) => client.send(message), requestId, (data, last) => this.part(data, last));
	}
	take(message) {
		if (message.type === "http_chunk") return this.receiver.chunk(message);
		if (message.type === "http_window") return this.sender?.grant(message.credit);
		if (message.type === "http_cancel") return this.fail(new Error(message.reason ?? "cancelled"));
		if (message.type !== "http_response") return;
		if (message.error) return this.fail(new Error(message.error));
		this.head = message;
		if (!message.is_streamed) this.end(typeof message.body === "string" ? peer.text(message.body) : (message.body ?? new Uint8Array(0)));
	}
	part(data, last) {
		this.parts.push(data);
		if (last) this.end(peer.concat(...this.parts));
	}
	end(body) {
		this.sender?.stop();
		this.done?.();
		this.resolve({ ...this.head, body });
	}
	fail(error) {
		this.sender?.stop();
		this.done?.();
		this.reject(error);
	}
}

// settings: nonce (32 bytes, or none), version (the highest it speaks, or 0 for 2 and no other), judge(offer, reportData) that throws what is
// wrong, encoder, headers of the upgrade.
// Events: raw(frame), sent(frame), payload(message).
class TunnelClient extends peer.Emitter {
	constructor(url, settings = {}) {
		super();
		this.settings = { encoder: peer.node, judge() {}, version: 1, ...settings };
		this.requests = new Map();
		this.sockets = new Map();
		this.offers = 0;
		this.handshake = [];
		this.share = peer.nacl.box.keyPair();
		const address = new URL(url);
		address.protocol = address.protocol.replace("http", "ws");
		address.pathname = "/__ra__";
		address.search = "";
		this.ws = inPage ? new Socket(address) : new Socket(address, { headers: settings.headers, perMessageDeflate: false });
		this.ws.binaryType = "arraybuffer";
		this.ws.onopen = () => this.clear(this.hello());
		this.ws.onmessage = ({ data }) => this.receive(new Uint8Array(data));
		this.over = new Promise((resolve) => (this.ws.onclose = ({ code, reason }) => this.gone(code, reason, resolve)));
		this.opened = new Promise((resolve, reject) => {
			Object.assign(this, { resolve, reject });
			this.ws.onerror = (event) => reject(new Error(event.message ?? "cannot connect"));
			this.over.then(({ code, reason }) => reject(new Error(`closed with ${code} ${reason}`)));
		});
		this.opened.catch(() => {});
	}
	hello() {
		const { nonce, version } = this.settings;
		return { type: "client_kx_ready", ...(version !== 1 && { version: 2 }), ...(nonce && { nonce }) };
	}
	gone(code, reason, resolve) {
		resolve({ code, reason });
		for (const it of this.requests.values()) it.fail(new Error(`tunnel closed with ${code}`));
		for (const it of this.sockets.values()) it.closed(1006, "tunnel closed");
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
		if (message?.type !== "server_kx") return;
		if (this.offers++) return;
		this.handshake.push(frame);
		this.accept(message);
	}
	// The first offer: judged, then answered with a key.
	async accept(offer) {
		this.offer = offer;
		try {
			if (this.settings.version === 0 && offer.version !== 2) throw new Error("the server does not speak version 2");
			await this.settings.judge(offer, await peer.reportData(offer.x25519PublicKey, this.settings.nonce));
		} catch (error) {
			this.reject(error);
			return this.ws.close(1000);
		}
		this.key = peer.nacl.randomBytes(32);
		this.clear(this.confirm(this.key));
		const { encoder } = this.settings;
		this.channel = offer.version === 2 ? peer.channel2("client", this.key, this.share, offer.share, this.handshake, encoder)
			: new peer.Channel1(this.key, encoder);
		this.resolve(this);
	}
	confirm(key) {
		const share = this.offer.version === 2 && { share: this.share.publicKey };
		return { type: "client_kx", sealedSymmetricKey: peer.seal(key, this.offer.x25519PublicKey), ...share };
	}
	dispatch(message) {
		this.emit("payload", message);
		this.sockets.get(message.connectionId)?.take(message);
		this.requests.get(message.requestId)?.take(message);
	}
	request(url, { method = "GET", headers = {}, body } = {}) {
		const members = body instanceof Uint8Array && body.length > CHUNK ? { is_streamed: true } : { body };
		return { type: "http_request", requestId: random(), method, url, headers, ...members };
	}
	// Sends it, with a body in chunks when that is announced.
	async fetch(url, options = {}) {
		const request = this.request(url, options);
		const { requestId } = request;
		const pending = new Pending(this, requestId);
		pending.done = () => this.requests.delete(requestId);
		this.requests.set(requestId, pending);
		this.send(request);
		if (request.is_streamed) {
			pending.sender = new ChunkSender((message) => this.send(message), requestId);
			pending.sender.run([options.body]);
		}
		return pending.promise;
	}
	websocket(url, protocols) {
		return new TunnelSocket(this, url, protocols);
	}
	close() {
		this.ws.close(1000);
		return this.over;
	}
}

module.exports = { TunnelClient };
