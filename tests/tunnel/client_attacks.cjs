// What a hostile client does to a server, each by name. Each returns {alive, answers, closed, …}: whether an ordinary request was answered
// afterwards on the same connection, how many answers the attack itself got, and the code with which the server closed, or null.
const peer = require("./peer.cjs");
const { TunnelClient } = require("./tunnel_client.cjs");

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const QUIET = 300; // ms in which a server that answers has answered

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));

function begin(url, settings, type) {
	const client = new type(url, settings);
	client.answers = 0;
	client.on("payload", (message) => (client.answers += message.type === "http_response"));
	return client;
}

async function open(url, settings, type = TunnelClient) {
	const client = begin(url, settings, type);
	await client.opened;
	return client;
}

// What is left of a client after an attack.
async function left(client, more = {}) {
	await wait(QUIET);
	let answers = client.answers;
	const within = (promise) => Promise.race([promise, wait(10000).then(() => Promise.reject(new Error("no answer")))]);
	let alive = false;
	let closed = null;
	client.over.then(({ code }) => (closed = code));
	if (client.ws.readyState === 1) alive = await within(client.fetch("/")).then(() => true, () => false);
	if (alive) answers = client.answers - 1; // a late one counts
	await wait(0);
	if (!alive && closed === null) await Promise.race([client.over, wait(2000)]);
	client.ws.terminate();
	return { alive, answers, closed, ...more };
}

// One frame, made by (client), sent after the handshake.
const frame = (make, times = 1) => async (url, settings) => {
	const client = await open(url, settings);
	for (let i = 0; i < times; i++) client.raw(make(client));
	return left(client);
};

// One frame before it; whether a handshake is still possible afterwards.
const early = (make, times = 1) => async (url, settings) => {
	class Early extends TunnelClient {
		clear(message) {
			if (message.type === "client_kx_ready") for (let i = 0; i < times; i++) this.raw(make(this));
			super.clear(message);
		}
	}
	const client = begin(url, settings, Early);
	const opened = await client.opened.then(() => true, () => false);
	return opened ? left(client) : { alive: false, answers: 0, closed: (await client.over.catch(() => ({ code: null }))).code };
};

// A client whose key confirmation is another.
const confirms = (make) => async (url, settings) => {
	class Confirms extends TunnelClient {
		confirm(key) {
			return make(this, key, super.confirm(key));
		}
	}
	return left(await open(url, settings, Confirms));
};

// A frame with that inside, whatever it is.
const sealBytes = (client, plaintext) => {
	const { channel } = client;
	if (channel.version === 2) return channel.sealBytes(plaintext);
	const nonce = peer.nacl.randomBytes(24);
	return peer.node.encode({ type: "enc", nonce, ciphertext: peer.nacl.secretbox(plaintext, nonce, client.key) });
};
// A request's frame, changed; of version 2 it is nothing but ciphertext.
const enc = (change) => (client) => {
	const frame = client.channel.seal(client.request("/"));
	const message = client.channel.version === 2 ? { ciphertext: frame } : peer.decode(frame);
	change(message);
	if (client.channel.version === 2) return message.ciphertext;
	return peer.node.encode({ ...message, nonce: Uint8Array.from(message.nonce), ciphertext: Uint8Array.from(message.ciphertext) });
};
const concat = peer.concat;

module.exports = {
	none: frame((client) => client.channel.seal(client.request("/"))),

	// Encrypted frames.
	async replay(url, settings) {
		const client = await open(url, settings);
		const sealed = client.channel.seal(client.request("/"));
		client.raw(sealed);
		client.raw(sealed);
		return left(client);
	},
	async "replay-later"(url, settings) {
		const client = await open(url, settings);
		const sealed = client.channel.seal(client.request("/"));
		client.raw(sealed);
		for (let i = 0; i < 20; i++) await client.fetch("/");
		client.answers = 0;
		client.raw(sealed);
		return left(client);
	},
	// Of another connection, which has another key.
	async "replay-elsewhere"(url, settings) {
		const other = await open(url, settings);
		const client = await open(url, settings);
		client.raw(other.channel.seal(other.request("/")));
		const result = await left(client);
		other.ws.terminate();
		return result;
	},
	async reflect(url, settings) {
		const client = await open(url, settings);
		const back = new Promise((resolve) => client.once("raw", resolve));
		client.send(client.request("/"));
		const answer = await back;
		client.answers = 0;
		client.raw(answer);
		return left(client);
	},
	async reorder(url, settings) {
		const client = await open(url, settings);
		const [first, second] = [0, 1].map(() => client.channel.seal(client.request("/")));
		client.raw(second);
		client.raw(first);
		return left(client);
	},
	truncate: frame(enc((message) => (message.ciphertext = message.ciphertext.subarray(0, -1)))),
	"cut-frame": frame((client) => client.channel.seal(client.request("/")).subarray(0, -1)),
	"change-bit": frame(enc((message) => (message.ciphertext[20] ^= 1))),
	"short-ciphertext": frame(enc((message) => (message.ciphertext = message.ciphertext.subarray(0, 15)))),
	"short-nonce": frame(enc((message) => (message.nonce = message.nonce.subarray(0, 23)))),
	oversize: frame((client) => client.channel.seal({ ...client.request("/"), body: "x".repeat(17 << 20) })),
	"many-bad": frame(() => peer.nacl.randomBytes(64), 100),

	// What is in them.
	"server-types": frame((client) => client.channel.seal({ type: "http_response", requestId: "x", status: 200, statusText: "", headers: {}, body: "" })),
	"no-map": frame((client) => sealBytes(client, bytes("01"))),
	bomb: frame((client) => sealBytes(client, bytes("9b00000000ffffffff"))),
	"bomb-map": frame((client) => sealBytes(client, bytes("bb7fffffffffffffff"))),
	"bomb-string": frame((client) => sealBytes(client, bytes("5b7fffffffffffffff"))),
	deep: frame((client) => sealBytes(client, concat(Buffer.alloc(100000, 0x81), bytes("f6")))),
	indefinite: frame((client) => sealBytes(client, concat(bytes("bf"), peer.node.encode("type"), peer.node.encode("ws_close"), bytes("ff")))),
	"split-request": frame((client) => client.channel.seal({ ...client.request("/"), headers: { "x-a": "b\r\nx-smuggled: c" } })),
	"split-url": frame((client) => client.channel.seal(client.request("/ HTTP/1.1\r\nx-smuggled: c\r\n"))),
	"split-method": frame((client) => client.channel.seal(client.request("/", { method: "GET / HTTP/1.1\r\n\r\nGET" }))),
	async "foreign-connection"(url, settings) {
		const victim = await open(url, settings);
		const socket = victim.websocket("/ws");
		const got = [];
		socket.on("message", (message) => got.push(message));
		await new Promise((resolve) => socket.on("open", resolve));
		const client = await open(url, settings);
		client.send({ type: "ws_message", connectionId: socket.id, data: "foreign", dataType: "string" });
		client.send({ type: "ws_close", connectionId: socket.id });
		await wait(QUIET);
		socket.send("own");
		const result = await left(client, { got });
		victim.ws.terminate();
		return result;
	},

	// Before and around the handshake.
	"clear-request": frame((client) => peer.node.encode(client.request("/"))),
	"early-request": early((client) => peer.node.encode(client.request("/"))),
	"early-garbage": early(() => peer.nacl.randomBytes(100)),
	"early-many": early(() => peer.nacl.randomBytes(100), 100),
	"early-oversize": early(() => Buffer.alloc(2 << 20)),
	"early-bomb": early(() => bytes("9b00000000ffffffff")),
	"early-deep": early(() => concat(Buffer.alloc(10000, 0x81), bytes("f6"))),
	"early-duplicate": early(() => concat(bytes("a2"), ...[0, 1].map(() => concat(peer.node.encode("type"), peer.node.encode("client_kx_ready"))))),
	"early-trailing": early(() => concat(peer.node.encode({ type: "client_kx_ready" }), bytes("00"))),
	"early-text": early(() => JSON.stringify({ type: "client_kx_ready" })),
	"early-kx": early(() => peer.node.encode({ type: "client_kx", sealedSymmetricKey: new Uint8Array(80) })),
	"long-nonce": early(() => peer.node.encode({ type: "client_kx_ready", nonce: new Uint8Array(33) })),
	"short-key": confirms((client) => ({ type: "client_kx", sealedSymmetricKey: peer.seal(client.key.subarray(1), Uint8Array.from(client.offer.x25519PublicKey)) })),
	"short-sealed": confirms((client, key, right) => ({ ...right, sealedSymmetricKey: right.sealedSymmetricKey.subarray(0, 79) })),
	// What X25519 makes of a point of small order is known to all, so this opens unless it is refused.
	"small-order": confirms((client, key) => {
		const nonce = peer.blake2b(concat(Buffer.alloc(32), client.offer.x25519PublicKey), null, 24);
		return { type: "client_kx", sealedSymmetricKey: concat(Buffer.alloc(32), peer.nacl.box(key, nonce, new Uint8Array(32), peer.nacl.randomBytes(32))) };
	}),
	// The same of the shares, which are of version 2.
	"small-share": confirms((client, key, right) => {
		client.offer.share = new Uint8Array(32);
		return { ...right, share: new Uint8Array(32) };
	}),
	"short-share": confirms((client, key, right) => ({ ...right, share: right.share.subarray(1) })),
	"other-share": confirms((client, key, right) => ({ ...right, share: peer.nacl.box.keyPair().publicKey })),
	// Chunks, of version 2.
	"over-credit": async (url, settings) => {
		const client = await open(url, settings);
		const request = { ...client.request("/slow?ms=2000", { method: "POST" }), is_streamed: true };
		client.send(request);
		for (let i = 0; i < 128; i++) client.send({ type: "http_chunk", requestId: request.requestId, data: new Uint8Array(256 << 10), last: false });
		return left(client);
	},
	"long-chunk": async (url, settings) => {
		const client = await open(url, settings);
		const request = { ...client.request("/echo", { method: "POST" }), is_streamed: true };
		client.send(request);
		client.send({ type: "http_chunk", requestId: request.requestId, data: new Uint8Array((256 << 10) + 1), last: true });
		return left(client);
	},
	"stray-chunk": frame((client) => client.channel.seal({ type: "http_chunk", requestId: "none", data: new Uint8Array(5), last: true })),
	"much-credit": frame((client) => client.channel.seal({ type: "http_window", requestId: "none", credit: 0x7fffffff })),
	"same-request": async (url, settings) => {
		const client = await open(url, settings);
		const request = client.request("/slow?ms=200");
		client.send(request);
		client.send(request);
		return left(client);
	},
	// The first one wins.
	async "two-kx"(url, settings) {
		const client = await open(url, settings);
		client.clear({ type: "client_kx", sealedSymmetricKey: peer.seal(peer.nacl.randomBytes(32), Uint8Array.from(client.offer.x25519PublicKey)) });
		return left(client);
	},
	async "hello-again"(url, settings) {
		const client = await open(url, settings);
		for (let i = 0; i < 3; i++) client.clear(client.hello());
		const result = await left(client);
		return { ...result, offers: client.offers };
	},
	// A hundred connections that ask with nonces of their own.
	async flood(url, settings) {
		const all = Array.from({ length: 100 }, () => new TunnelClient(url, { ...settings, nonce: peer.nacl.randomBytes(32) }));
		const outcomes = await Promise.all(all.map((it) => Promise.race([it.opened, wait(20000)]).then((got) => (got ? "opened" : "waits"), (error) => error.message)));
		const counts = {};
		for (const it of outcomes) counts[it] = (counts[it] ?? 0) + 1;
		for (const it of all) it.ws.terminate();
		const client = await open(url, { ...settings, nonce: undefined });
		return left(client, { counts });
	},
};
