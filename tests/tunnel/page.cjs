// What runs in the page (page_server.cjs): opens each tunnel that the query names, verifies the quote, uses it, tells how it went.
//
// ?tunnel=URL[&tunnel=URL...]&at=SECONDS[&version=N][&mrtd=HEX]
const peer = require("./peer.cjs");
const { TunnelClient } = require("./tunnel_client.cjs");
const { verifyQuote } = require("./quote.cjs");

const asked = new URLSearchParams(location.search);
const version = Number(asked.get("version") ?? 0);

async function open(url) {
	const root = await (await fetch("/root.pem")).text();
	const judge = (offer, reportData) => verifyQuote(offer.quote, { reportData, root, at: Number(asked.get("at")), mrtd: asked.get("mrtd") });
	return new TunnelClient(url, { version, judge, nonce: peer.nacl.randomBytes(32) }).opened;
}

// Bytes of every value, of a size that is streamed in version 2. Of version 1 a body is text.
async function post(tunnel) {
	const sent = Uint8Array.from({ length: 700000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
	const body = version === 1 ? "text\u00e4" : sent;
	const { body: back } = await tunnel.fetch("/body", { method: "POST", headers: { "content-type": "application/octet-stream" }, body });
	const expected = version === 1 ? peer.text(body) : sent;
	return back.length === expected.length && back.every((byte, i) => byte === expected[i]);
}

// Kept open while other things are asked for; what came back, in order.
async function converse(tunnel) {
	const socket = tunnel.websocket("/ws");
	const got = [];
	const next = () => new Promise((resolve) => socket.once("message", resolve));
	await new Promise((resolve) => socket.on("open", resolve));
	for (const message of ["one", Uint8Array.from([0, 255, 128]), "two"]) {
		const back = next();
		socket.send(message);
		const it = await back;
		got.push(typeof it === "string" ? it : Array.from(it));
		await tunnel.fetch("/");
	}
	const closed = new Promise((resolve) => socket.on("close", (code, reason) => resolve(`${code} ${reason}`)));
	socket.send("close 4001 bye");
	return { got, closed: await closed };
}

async function use(url) {
	const tunnel = await open(url);
	const answer = await tunnel.fetch("/");
	const body = new TextDecoder().decode(answer.body);
	const result = { version: tunnel.channel.version, status: answer.status, body, posted: await post(tunnel), socket: await converse(tunnel) };
	await tunnel.close();
	return result;
}

async function main() {
	const results = [];
	for (const url of asked.getAll("tunnel")) results.push(await use(url).catch((error) => error.message));
	await fetch("/result", { method: "POST", body: JSON.stringify(results) });
}

main();
