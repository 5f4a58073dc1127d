// The tunnel's protocol in JavaScript, on tweetnacl, @noble/ciphers, blakejs and cbor-x from npm (in MODULES): another implementation of what
// workspace/tunnel does, in the way the published one behaves. Nothing here is hardened, and what an attack needs can be asked for.
// It runs in Node and in a page (page.cjs).
//
// spec: tunnel-spec.md 1.2 to 1.5, 4; docs/tunnel-protocol.md (version 2)
const modules = process.env.MODULES;
const nacl = require(modules + "/tweetnacl");
const { gcm } = require(modules + "/@noble/ciphers/aes");
const { blake2b } = require(modules + "/blakejs");
const { Encoder } = require(modules + "/cbor-x");

// In Node a Uint8Array gets tag 64; a browser's build writes plain byte strings, as a Buffer is written.
const node = new Encoder({ useRecords: false });
const browser = new Encoder({ useRecords: false, tagUint8Array: false });

// undefined: what does not decode is ignored, as published.
function decode(data) {
	try {
		return node.decode(data) ?? undefined;
	} catch {
		return undefined;
	}
}

const text = (string) => new TextEncoder().encode(string);

function concat(...parts) {
	const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
	parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
	return whole;
}

// crypto_box_seal. spec: tunnel-spec.md 1.3
function seal(message, publicKey, ephemeral = nacl.box.keyPair()) {
	const nonce = blake2b(concat(ephemeral.publicKey, publicKey), null, 24);
	return concat(ephemeral.publicKey, nacl.box(message, nonce, Uint8Array.from(publicKey), ephemeral.secretKey));
}

function unseal(sealed, pair) {
	const ephemeral = Uint8Array.from(sealed.subarray(0, 32));
	const nonce = blake2b(concat(ephemeral, pair.publicKey), null, 24);
	return nacl.box.open(Uint8Array.from(sealed.subarray(32)), nonce, ephemeral, pair.secretKey);
}

// spec: tunnel-spec.md 4, "Binding on dstack"
async function reportData(publicKey, nonce) {
	const bound = concat(text("teekit-x25519-v1:"), publicKey, nonce ?? new Uint8Array(0));
	return new Uint8Array(await crypto.subtle.digest("SHA-512", bound));
}

// One connection's encryption in version 1: the same key both ways, a random nonce for each frame.
class Channel1 {
	constructor(key, encoder) {
		Object.assign(this, { key, encoder, version: 1 });
	}
	seal(payload, nonce = nacl.randomBytes(24)) {
		const ciphertext = nacl.secretbox(Uint8Array.from(this.encoder.encode(payload)), nonce, this.key);
		return this.encoder.encode({ type: "enc", nonce, ciphertext });
	}
	// null: not a frame that opens.
	open(frame) {
		const message = decode(frame);
		if (message?.type !== "enc") return null;
		const opened = nacl.secretbox.open(Uint8Array.from(message.ciphertext), Uint8Array.from(message.nonce), this.key);
		return opened && decode(opened);
	}
}

// number, little-endian, in so many bytes.
function little(number, size) {
	const bytes = new Uint8Array(size);
	new DataView(bytes.buffer).setBigUint64(0, BigInt(number), true);
	return bytes;
}

// docs/tunnel-protocol.md, "Version 2: keys". frames: the three messages of the handshake.
function directionKeys(key, shared, frames) {
	const transcript = blake2b(concat(text("dstack-tunnel-v2"), ...frames.flatMap((frame) => [little(frame.length, 8), frame])), null, 64);
	const derive = (label) => blake2b(concat(text(label), transcript), concat(key, shared), 32);
	return { transcript, toServer: derive("client to server"), toClient: derive("server to client") };
}

// In version 2 AES-256-GCM, a key for each direction, and the frame's number as nonce.
class Channel2 {
	constructor(sends, takes, encoder) {
		Object.assign(this, { sends, takes, encoder, version: 2, sent: 0, taken: 0 });
	}
	sealBytes(plaintext) {
		return gcm(this.sends, little(this.sent++, 12)).encrypt(plaintext);
	}
	seal(payload) {
		return this.sealBytes(Uint8Array.from(this.encoder.encode(payload)));
	}
	// null: not the next frame, or none.
	open(frame) {
		let opened;
		try {
			opened = gcm(this.takes, little(this.taken, 12)).decrypt(Uint8Array.from(frame));
		} catch {
			return null;
		}
		this.taken++;
		return decode(opened);
	}
}

const channel2 = (role, key, share, other, frames, encoder) => {
	const { toServer, toClient } = directionKeys(key, nacl.scalarMult(share.secretKey, Uint8Array.from(other)), frames);
	return role === "client" ? new Channel2(toServer, toClient, encoder) : new Channel2(toClient, toServer, encoder);
};

// What both Node and a page can do with events.
class Emitter {
	on(name, handler) {
		((this.handlers ??= {})[name] ??= []).push(handler);
		return this;
	}
	once(name, handler) {
		const first = (...values) => {
			this.handlers[name] = this.handlers[name].filter((it) => it !== first);
			handler(...values);
		};
		return this.on(name, first);
	}
	emit(name, ...values) {
		for (const handler of this.handlers?.[name] ?? []) handler(...values);
	}
}

module.exports = { nacl, blake2b, node, browser, decode, text, concat, seal, unseal, reportData, little, directionKeys, Channel1, Channel2, channel2, Emitter };
