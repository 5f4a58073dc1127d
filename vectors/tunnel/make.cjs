// MODULES=FOLDER node make.cjs VERSION: prints handshake-VERSION.txt, a whole connection with known secrets, by docs/tunnel-protocol.md
// alone: tweetnacl, @noble/ciphers, blakejs and cbor-x from npm (tests/tunnel/npm), no code of the project.
const modules = process.env.MODULES;
const nacl = require(modules + "/tweetnacl");
const { gcm } = require(modules + "/@noble/ciphers/aes");
const { blake2b } = require(modules + "/blakejs");
const { Encoder } = require(modules + "/cbor-x");
const encoder = new Encoder({ useRecords: false });
const version = Number(process.argv[2]);

const concat = (...parts) => Uint8Array.from(Buffer.concat(parts.map((part) => Buffer.from(part))));
const count = (from, length) => Uint8Array.from({ length }, (_, i) => from + i);
const little = (number, length) => Uint8Array.from({ length }, (_, i) => (i < 6 ? Math.floor(number / 256 ** i) % 256 : 0));
const encode = (message) => Uint8Array.from(encoder.encode(message));
const show = (name, bytes) => console.log(name, Buffer.from(bytes).toString("hex"));

// The server's key and the sealing key are those of tunnel-spec.md 1.3, and so is K.
const server = nacl.box.keyPair.fromSecretKey(count(0x01, 32));
const sealing = nacl.box.keyPair.fromSecretKey(count(0x40, 32));
const key = count(0xa0, 32);
const clientShare = nacl.box.keyPair.fromSecretKey(count(0x60, 32));
const serverShare = nacl.box.keyPair.fromSecretKey(count(0x80, 32));
const nonce = count(0xc0, 32);

const sealed = concat(
	sealing.publicKey,
	nacl.box(key, blake2b(concat(sealing.publicKey, server.publicKey), null, 24), server.publicKey, sealing.secretKey),
);
const second = version === 2;
const messages = [
	{ type: "client_kx_ready", ...(second && { version }), nonce },
	{
		type: "server_kx",
		x25519PublicKey: server.publicKey,
		quote: count(0, 48),
		runtime_data: null,
		verifier_data: null,
		sev_snp_data: null,
		event_log: "[]",
		vm_config: "{}",
		...(second && { version, share: serverShare.publicKey }),
	},
	{ type: "client_kx", sealedSymmetricKey: sealed, ...(second && { share: clientShare.publicKey }) },
].map(encode);

show("server_secret", server.secretKey);
show("sealing_secret", sealing.secretKey);
show("key", key);
show("nonce", nonce);
if (second) {
	show("client_share_secret", clientShare.secretKey);
	show("server_share_secret", serverShare.secretKey);
}
["client_kx_ready", "server_kx", "client_kx"].forEach((name, i) => show(name, messages[i]));

let keys = [key, key];
if (second) {
	const shared = nacl.scalarMult(clientShare.secretKey, serverShare.publicKey);
	const hash = blake2b(concat(Buffer.from("dstack-tunnel-v2"), ...messages.flatMap((it) => [little(it.length, 8), it])), null, 64);
	keys = ["client to server", "server to client"].map((label) =>
		blake2b(concat(Buffer.from(label), hash), concat(key, shared), 32),
	);
	show("shared", shared);
	show("transcript", hash);
	show("key_to_server", keys[0]);
	show("key_to_client", keys[1]);
}

// Frame `number` of a direction.
function seal(payload, number, direction) {
	const plain = encode(payload);
	if (second) return gcm(keys[direction], little(number, 12)).encrypt(plain);
	const random = count(0x64 + 32 * direction + number, 24);
	return encode({ type: "enc", nonce: random, ciphertext: nacl.secretbox(plain, random, key) });
}

const requestId = "1-a";
const toServer = second
	? [
			{ type: "http_request", requestId, method: "POST", url: "/a?b=c", headers: { host: "a" }, is_streamed: true },
			{ type: "http_chunk", requestId, data: count(0, 5), last: false },
			{ type: "http_chunk", requestId, data: new Uint8Array(), last: true },
			{ type: "http_window", requestId, credit: 65536 },
		]
	: [
			{ type: "http_request", requestId, method: "POST", url: "/a?b=c", headers: { host: "a" }, body: "é", timeout: 30000 },
			{ type: "ws_connect", connectionId: "ws_1", url: "/w", protocols: ["p"] },
		];
const toClient = [
	{ type: "http_response", requestId, status: 200, statusText: "OK", headers: { a: "1", "set-cookie": ["x", "y"] }, body: count(0xf0, 16) },
	{ type: "ws_event", connectionId: "ws_1", eventType: "close", code: 1006, reason: "gone" },
];
toServer.forEach((payload, i) => {
	show("to_server_" + i + "_plain", encode(payload));
	show("to_server_" + i, seal(payload, i, 0));
});
toClient.forEach((payload, i) => {
	show("to_client_" + i + "_plain", encode(payload));
	show("to_client_" + i, seal(payload, i, 1));
});
