// client.cjs [OPTION...] URL: a request through the tunnel at URL's host; prints the answer's body. The quote's report data must bind
// the server's key; its signature is not looked at.
//
// -X METHOD, -H "NAME: VALUE", -d DATA or @FILE
// --nonce           asks for a quote of its own
// --head            prints status and headers as JSON, then the body
// --version N       the highest that it speaks, 1 or 2; 0: version 2 and no other
// --browser         writes CBOR as a browser's build does
// --repeat N        so many requests at once
// --idle SECONDS    before the request, with the tunnel open
// --ws TEXT         opens a WebSocket to URL instead, sends TEXT (@FILE: a binary message), prints what comes back
// --attack NAME     does that to the server (client_attacks.cjs), prints NAME and JSON: {alive, answers, closed, …}; may be repeated
const fs = require("fs");
const { parseArgs } = require("util");
const peer = require("./peer.cjs");
const attacks = require("./client_attacks.cjs");
const { TunnelClient } = require("./tunnel_client.cjs");

const option = (short) => ({ type: "string", multiple: true, ...(short && { short }) });
const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { method: { type: "string", short: "X" }, header: option("H"), data: { type: "string", short: "d" }, nonce: { type: "boolean" },
		idle: { type: "string" }, version: { type: "string", default: "1" }, head: { type: "boolean" }, browser: { type: "boolean" }, repeat: { type: "string" }, ws: option(), attack: option() },
});
const url = new URL(positionals[0]);

const REPORT_DATA_AT = 568; // spec: quote-spec.md 1.2
function judge(offer, reportData) {
	if (Buffer.compare(reportData, offer.quote.subarray(REPORT_DATA_AT, REPORT_DATA_AT + 64))) throw new Error("report data do not bind the key");
}

function headers() {
	const pair = (text) => [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1).trim()];
	return Object.fromEntries((values.header ?? []).map(pair));
}

const data = (text) => (text?.startsWith("@") ? fs.readFileSync(text.slice(1)) : text);

async function fetch(client) {
	// Of version 1 a body is text.
	const given = data(values.data);
	const body = given === undefined || client.channel.version === 2 ? given : given.toString();
	const options = { method: values.method ?? (body === undefined ? "GET" : "POST"), headers: headers(), body };
	const all = await Promise.all(Array.from({ length: Number(values.repeat ?? 1) }, () => client.fetch(url.href, options)));
	for (const { status, statusText, headers, body } of all) {
		if (values.head) console.log(JSON.stringify({ status, statusText, headers }));
		process.stdout.write(body);
	}
}

function socket(client) {
	const left = values.ws.map((text) => (text.startsWith("@") ? Uint8Array.from(data(text)) : text));
	const it = client.websocket(url.href.replace("http", "ws"));
	const next = () => (left.length ? it.send(left.shift()) : it.close(1000, "done"));
	it.on("open", next);
	it.on("message", (message) => {
		process.stdout.write(message);
		process.stdout.write("\n");
		next();
	});
	return new Promise((resolve, reject) => {
		it.on("failed", (text) => reject(new Error(text)));
		it.on("close", (code, reason) => {
			console.log("closed", code, reason);
			resolve();
		});
	});
}

async function main() {
	const settings = { judge, version: Number(values.version), encoder: values.browser ? peer.browser : peer.node, ...(values.nonce && { nonce: peer.nacl.randomBytes(32) }) };
	for (const name of values.attack ?? []) console.log(name, JSON.stringify(await attacks[name](url.href, settings)));
	if (values.attack) return;
	const client = await new TunnelClient(url.href, settings).opened;
	if (values.idle) await new Promise((resolve) => setTimeout(resolve, 1000 * values.idle));
	await (values.ws ? socket(client) : fetch(client));
	await client.close();
}

main().catch((error) => {
	console.error(`client: ${error.message}`);
	process.exit(1);
});
