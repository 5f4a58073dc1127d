// MODULES=FOLDER node known_answers.cjs FILE: what tweetnacl, @noble/ciphers, blakejs and cbor-x make of the known answers' secrets and messages
// (known_answers.c).
const fs = require("fs");
const modules = process.env.MODULES;
const nacl = require(modules + "/tweetnacl");
const { gcm } = require(modules + "/@noble/ciphers/aes");
const { blake2b } = require(modules + "/blakejs");
const { Encoder } = require(modules + "/cbor-x");
const { createHash } = require("crypto");
const encoder = new Encoder({ useRecords: false });
const lines = fs.readFileSync(process.argv[2], "utf8").trim().split("\n");
const known = Object.fromEntries(lines.map((line) => line.split(" ")).map(([name, hex]) => [name, Uint8Array.from(Buffer.from(hex, "hex"))]));
const show = (name, bytes) => console.log(name, Buffer.from(bytes).toString("hex"));
const concat = (...parts) => Uint8Array.from(Buffer.concat(parts));

const recipient = nacl.box.keyPair.fromSecretKey(known.recipient_secret);
const ephemeral = nacl.box.keyPair.fromSecretKey(known.ephemeral_secret);
show("ephemeral_public", ephemeral.publicKey);
show("recipient_public", recipient.publicKey);
show("shared", nacl.scalarMult(ephemeral.secretKey, recipient.publicKey));
show("box_key", nacl.box.before(recipient.publicKey, ephemeral.secretKey));
const nonce = blake2b(concat(ephemeral.publicKey, recipient.publicKey), null, 24);
show("box_nonce", nonce);
show("sealed", concat(ephemeral.publicKey, nacl.box(known.message, nonce, recipient.publicKey, ephemeral.secretKey)));
show("message", nacl.box.open(known.sealed.slice(32), nonce, ephemeral.publicKey, recipient.secretKey));
const ready = encoder.encode({ type: "client_kx_ready" });
const ciphertext = nacl.secretbox(Uint8Array.from(ready), known.secretbox_nonce, known.secretbox_key);
show("client_kx_ready", ready);
show("ciphertext", ciphertext);
show("enc", encoder.encode({ type: "enc", nonce: known.secretbox_nonce, ciphertext }));
show("client_kx_010203", encoder.encode({ type: "client_kx", sealedSymmetricKey: Uint8Array.of(1, 2, 3) }));
show("gcm_sealed", gcm(known.gcm_key, known.gcm_nonce).encrypt(known.gcm_plain));
show("gcm_nothing", gcm(new Uint8Array(32), new Uint8Array(12)).encrypt(new Uint8Array(0)));
for (const [name, part] of [["binding", known.binding_nonce], ["binding_without_nonce", ""]])
	show(name, createHash("sha512").update("teekit-x25519-v1:").update(recipient.publicKey).update(part).digest());
