// What a hostile server, or one in the middle, does to a client, each by name: a function of a Connection (tunnel_server.cjs).
const peer = require("./peer.cjs");

// Its offer is another.
const offers = (change) => (connection) => {
	const { clear } = connection;
	connection.clear = function (message) {
		clear.call(this, message.type === "server_kx" ? change(message, this) : message);
	};
};

// Each encrypted frame it sends becomes several.
const frames = (change) => (connection) => {
	connection.send = function (payload) {
		for (const frame of change(this.channel.seal(payload), payload, this)) this.raw(frame);
	};
};

// After the handshake it sends this before anything else.
const first = (make) => (connection) => connection.on("opened", () => connection.raw(make(connection)));

// Its evidence is for another key or nonce.
const evidence = (change) => (connection) => {
	connection.server.evidence = function (nonce) {
		return Object.getPrototypeOf(this).evidence.call(...change(this, nonce));
	};
};

module.exports = {
	// A key of small order, for which the quote is genuine.
	"small-order": (connection) => (connection.server.pair.publicKey = new Uint8Array(32)),
	"small-share": offers((message) => ({ ...message, share: new Uint8Array(32) })),
	"no-share": offers(({ share, ...message }) => message),
	"no-version": offers(({ share, version, ...message }) => message),
	"version-3": offers((message) => ({ ...message, version: 3 })),
	// In the middle: the quote is the other's, the key his own.
	"other-key": offers((message) => ({ ...message, x25519PublicKey: peer.nacl.box.keyPair().publicKey })),
	"short-key": offers((message) => ({ ...message, x25519PublicKey: message.x25519PublicKey.subarray(1) })),
	"no-quote": offers((message) => ({ ...message, quote: new Uint8Array(0) })),
	"changed-quote": offers((message) => {
		message.quote[200] ^= 1;
		return message;
	}),
	// The nonce is not the client's, or in none at all.
	"old-quote": evidence((server) => [server, new Uint8Array(32)]),
	"no-nonce": evidence((server) => [server, undefined]),
	"no-log": offers((message) => ({ ...message, event_log: undefined })),
	"oversize-offer": offers((message) => ({ ...message, event_log: "x".repeat(2 << 20) })),
	garbage: (connection) => connection.raw(peer.nacl.randomBytes(100)),
	bomb: (connection) => connection.raw(Buffer.from("9b00000000ffffffff", "hex")),
	silent: (connection) => (connection.offer = () => {}),
	hangup: (connection) => (connection.offer = () => connection.ws.terminate()),
	refuse: (connection) => (connection.offer = () => connection.ws.close(1011, "Initialization failed")),
	"clear-answer": first(() => peer.node.encode({ type: "http_response", requestId: "x", status: 200, statusText: "", headers: {}, body: "" })),
	"offer-again": first((connection) => peer.node.encode({ type: "server_kx", x25519PublicKey: peer.nacl.box.keyPair().publicKey, quote: new Uint8Array(5), runtime_data: null, verifier_data: null })),
	"many-bad": (connection) => connection.on("opened", () => {
		for (let i = 0; i < 100; i++) connection.raw(peer.nacl.randomBytes(64));
	}),

	// Bodies: the end is missing, or announced before it.
	"cut-body": (connection) => {
		const { send } = connection;
		connection.send = function (payload) {
			if (payload.type === "http_chunk" && payload.last) return this.ws.close(1000);
			send.call(this, payload);
		};
	},
	"over-credit": frames((frame, payload, connection) => [frame, ...Array.from({ length: payload.is_streamed ? 20 : 0 }, () =>
		connection.channel.seal({ type: "http_chunk", requestId: payload.requestId, data: new Uint8Array(256 << 10), last: false }))]),
	replay: frames((frame) => [frame, frame]),
	truncate: frames((frame) => [frame.subarray(0, -1)]),
	"change-bit": frames((frame) => {
		frame[frame.length - 1] ^= 1;
		return [frame];
	}),
	oversize: frames((frame, payload, connection) => [connection.channel.seal({ ...payload, body: "x".repeat(17 << 20) })]),
	"client-types": frames((frame, payload, connection) => [connection.channel.seal({ type: "http_request", requestId: payload.requestId, method: "GET", url: "/", headers: {} }), frame]),
	"foreign-request": frames((frame, payload, connection) => [connection.channel.seal({ ...payload, requestId: "foreign", body: "foreign" }), frame]),
	"bad-header": frames((frame, payload, connection) => [connection.channel.seal({ ...payload, headers: { "x-a": "b\r\nx-c: d" } })]),
	"bad-status": frames((frame, payload, connection) => [connection.channel.seal({ ...payload, status: 70000 })]),
	// The client's own frames come back first.
	reflect: (connection) => {
		let own = null;
		connection.on("raw", (frame) => (own = Buffer.from(frame)));
		frames((frame) => [own, frame])(connection);
	},
	// Two answers come the other way round.
	reorder: (connection) => {
		let held = null;
		frames((frame) => {
			if (held) return [frame, held];
			held = frame;
			return [];
		})(connection);
	},
};
