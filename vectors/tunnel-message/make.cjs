// MODULES=FOLDER node make.cjs INTO: writes good/ and should-fail/ into a folder. What is good is written by cbor-x as the published
// ends do, or by hand where it would not write so; what should fail is put together here from RFC 8949 and docs/tunnel-protocol.md.
const fs = require("fs");
const { Encoder } = require(process.env.MODULES + "/cbor-x");
const node = new Encoder({ useRecords: false });
const browser = new Encoder({ useRecords: false, tagUint8Array: false });
const into = process.argv[2];
for (const folder of ["good", "should-fail"]) fs.mkdirSync(into + "/" + folder, { recursive: true });

const bytes = (length, value = 7) => new Uint8Array(length).fill(value);
const hex = (text) => Buffer.from(text.replace(/ /g, ""), "hex");
const text = (value, head = 0x60) => Buffer.concat([head === 0x60 && value.length > 23 ? Buffer.of(0x78, value.length) : Buffer.of(head + value.length), Buffer.from(value)]);
const pair = (name, value) => Buffer.concat([text(name), value]);
const map = (...pairs) => Buffer.concat([Buffer.of(0xa0 + pairs.length), ...pairs]);
const typed = (type, ...pairs) => map(pair("type", text(type)), ...pairs);
const write = (path, data) => fs.writeFileSync(into + "/" + path, data);

// A line for each member, in the order of the object; a header has one for each value.
function lines(message) {
	const show = (value) =>
		typeof value === "string" ? `"${value}"` : value instanceof Uint8Array ? "x" + Buffer.from(value).toString("hex") : String(value);
	return Object.entries(message)
		.filter(([, value]) => value !== undefined && value !== null)
		.flatMap(([name, value]) => {
			if (name === "headers") return Object.entries(value).flatMap(([key, all]) => [all].flat().map((one) => `header ${key}: ${show(one)}`));
			return [value].flat().map((one) => `${name}: ${show(one)}`);
		})
		.map((line) => line + "\n")
		.join("");
}

function good(name, message, { encoder = node, as = message, raw } = {}) {
	write(`good/${name}.cbor`, raw ?? encoder.encode(message));
	write(`good/${name}.txt`, lines(as));
}

function bad(name, reason, raw) {
	write(`should-fail/${name}.cbor`, raw instanceof Uint8Array ? raw : node.encode(raw));
	write(`should-fail/${name}.cbor.reason`, reason + "\n");
}

const ready = { type: "client_kx_ready" };
const offer = { type: "server_kx", x25519PublicKey: bytes(32), quote: bytes(5) };
const enc = { type: "enc", nonce: bytes(24), ciphertext: bytes(17) };
const request = { type: "http_request", requestId: "1a", method: "GET", url: "/", headers: {} };
const response = { type: "http_response", requestId: "1a", status: 200, statusText: "OK", headers: {} };
const connect = { type: "ws_connect", connectionId: "ws_1", url: "/w" };
const message = { type: "ws_message", connectionId: "ws_1", data: "a", dataType: "string" };
const event = { type: "ws_event", connectionId: "ws_1", eventType: "open" };
const chunk = { type: "http_chunk", requestId: "1a", data: bytes(3), last: false };
const window = { type: "http_window", requestId: "1a", credit: 1 };
const nested = (depth) => (depth ? [nested(depth - 1)] : 0);
const without = (object, name) => Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

good("client_kx_ready", ready);
good("client_kx_ready-2", { type: "client_kx_ready", version: 2, nonce: bytes(32) });
good("server_kx", offer);
good("server_kx-2", { ...offer, event_log: "[]", vm_config: "{}", version: 2, share: bytes(32, 9) });
good("server_kx-published", { ...offer, runtime_data: bytes(3), verifier_data: { val: bytes(3), iat: bytes(2), signature: bytes(1) }, sev_snp_data: null }, { as: offer });
good("client_kx", { type: "client_kx", sealedSymmetricKey: bytes(80) });
good("client_kx-2", { type: "client_kx", sealedSymmetricKey: bytes(80), share: bytes(32) });
good("enc", enc);
good("enc-browser", enc, { encoder: browser });
good("enc-buffer", { type: "enc", nonce: Buffer.alloc(24, 7), ciphertext: Buffer.alloc(17, 7) }, { as: enc });
good("http_request", { ...request, body: undefined, timeout: undefined }, { as: request });
good("http_request-all", { ...request, headers: { accept: "*/*", "x-a": "é€😀" }, body: "über", timeout: 30000 });
good("http_request-bytes", { ...request, body: bytes(4) });
good("http_request-streamed", { ...request, is_streamed: true });
good("http_request-not-streamed", { ...request, is_streamed: false }, { as: request });
good("http_request-null", { ...request, body: null, timeout: null }, { as: request });
good("http_request-empty-body", { ...request, body: "" });
good("http_request-fraction", { ...request, timeout: 1500.75 }, { as: { ...request, timeout: 1500 } });
good("http_request-forever", { ...request, timeout: Infinity }, { as: { ...request, timeout: 4294967295 } });
good("http_request-long-timeout", { ...request, timeout: 5e9 }, { as: { ...request, timeout: 4294967295 } });
good("http_request-absent-header", { ...request, headers: { a: "1", b: undefined, c: "" } }, { as: { ...request, headers: { a: "1", c: "" } } });
good("http_request-id-128", { ...request, requestId: "r".repeat(128) });
good("http_response", { ...response, headers: { "set-cookie": ["a=1", "b=2"], b: "", c: [] }, body: "text" });
good("http_response-bytes", { ...response, statusText: "", body: bytes(3) });
good("http_response-buffer", { ...response, body: Buffer.alloc(3, 7) }, { as: { ...response, body: bytes(3) } });
good("http_response-error", { ...response, status: 500, error: "no backend" });
good("http_response-status-100", { ...response, status: 100 });
good("http_response-status-599", { ...response, status: 599 });
good("ws_connect", { ...connect, protocols: ["a", "b"] });
good("ws_connect-plain", { ...connect, protocols: undefined }, { as: connect });
good("ws_connect-text", { ...connect, protocols: "chat" });
good("ws_message", message);
good("ws_message-bytes", { ...message, data: bytes(2), dataType: "arraybuffer" });
good("ws_message-empty", { ...message, data: "" });
good("ws_close", { type: "ws_close", connectionId: "ws_1", code: 1000, reason: "bye" });
good("ws_close-plain", { type: "ws_close", connectionId: "ws_1", code: undefined, reason: undefined }, { as: { type: "ws_close", connectionId: "ws_1" } });
good("ws_event", event);
good("ws_event-close", { ...event, eventType: "close", code: 1006, reason: "" });
good("ws_event-error", { ...event, eventType: "error", error: "refused" });
good("http_chunk", chunk);
good("http_chunk-last", { ...chunk, data: bytes(0), last: true });
good("http_window", window);
good("http_window-most", { ...window, credit: 16777216 });
good("http_cancel", { type: "http_cancel", requestId: "1a" });
good("http_cancel-reason", { type: "http_cancel", requestId: "1a", reason: "late" });
good("unknown-members", { a: nested(7), ...ready, b: { c: { d: [1.5, -1, -4294967297, true, undefined] } }, e: bytes(3) }, { as: ready });
good("key-inside-and-outside", { a: [{ b: 1 }, { b: 2, c: { b: 3 } }], b: 4, c: 5, ...ready }, { as: ready });
good("type-last", null, { as: { type: "ws_close", connectionId: "1" }, raw: map(pair("connectionId", text("1")), pair("type", text("ws_close"))) });
for (const [name, head] of Object.entries({ "map-8": "b8 01", "map-32": "ba 00000001", "map-64": "bb 0000000000000001", "map-short": "a1" }))
	good(name, null, { as: ready, raw: Buffer.concat([hex(head), pair("type", text("client_kx_ready"))]) });
good("long-heads", null, {
	as: { type: "http_window", requestId: "1", credit: 5 },
	raw: hex("a3 7b0000000000000004 74797065 7a0000000b 687474705f77696e646f77 78 09 726571756573744964 79 0001 31 66 637265646974 1b 0000000000000005"),
});
good("credit-double", null, { as: { type: "http_window", requestId: "1", credit: 5 }, raw: typed("http_window", pair("requestId", text("1")), pair("credit", hex("fb 4014000000000000"))) });
good("undefined-member", null, { as: ready, raw: map(pair("nonce", hex("f7")), pair("type", text("client_kx_ready"))) });
good("bytes-plain-64", null, { as: { type: "http_chunk", requestId: "1", data: bytes(2), last: true }, raw: typed("http_chunk", pair("requestId", text("1")), pair("data", hex("d8 40 5b 0000000000000002 0707")), pair("last", hex("f5"))) });

// CBOR that is not of the profile. `member` puts it where anything may be.
const member = (raw) => map(pair("type", text("client_kx_ready")), pair("a", typeof raw === "string" ? hex(raw) : raw));
bad("cbor-empty", "CBOR: cut off at offset 0", hex(""));
bad("cbor-cut-head", "CBOR: cut off", hex("b9 00"));
bad("cbor-cut-text", "CBOR: cut off", hex("a1 64 747970"));
bad("cbor-cut-bytes", "CBOR: cut off", member("43 0102"));
bad("cbor-cut-pair", "CBOR: more items than bytes", hex("a1 64 74797065").subarray(0, 1));
bad("cbor-cut-number", "CBOR: cut off", member("1a 000000"));
bad("cbor-cut-double", "CBOR: cut off", member("fb 00000000000000"));
bad("cbor-cut-tag", "CBOR: cut off", member("d8"));
bad("cbor-text-huge", "CBOR: cut off", member("7b ffffffffffffffff 61"));
bad("cbor-bytes-huge", "CBOR: cut off", member("5b 7fffffffffffffff 61"));
bad("cbor-array-count", "CBOR: more items than bytes", member("84 010203"));
bad("cbor-array-huge", "CBOR: more items than bytes", member("9b ffffffffffffffff 00"));
bad("cbor-map-count", "CBOR: more items than bytes", hex("a3 64 74797065"));
bad("cbor-map-huge", "CBOR: more items than bytes", hex("bb 8000000000000001 64 74797065 00"));
bad("cbor-map-16", "CBOR: more items than bytes", hex("b9 ffff 64 74797065 00"));
for (const [name, raw] of Object.entries({ map: "bf ff", array: "9f ff", text: "7f 61 61 ff", bytes: "5f 41 61 ff", break: "ff" }))
	bad("cbor-indefinite-" + name, "CBOR: an indefinite length", member(raw));
bad("cbor-indefinite", "CBOR: an indefinite length at offset 0", hex("bf 64 74797065 6f 636c69656e745f6b785f7265616479 ff"));
bad("cbor-half", "CBOR: a half or single float", member("f9 3c00"));
bad("cbor-single", "CBOR: a half or single float", member("fa 3f800000"));
for (const [name, raw] of Object.entries({ 0: "c0 61 61", 2: "c2 41 01", 63: "d8 3f 41 01", 65: "d8 41 41 01", 55799: "d9 d9f7 00", large: "db ffffffffffffffff 00" }))
	bad("cbor-tag-" + name, "CBOR: a tag other than 64", member(raw));
bad("cbor-tag-64-text", "CBOR: tag 64 before what is no byte string", member("d840 61 61"));
bad("cbor-tag-64-map", "CBOR: tag 64 before what is no byte string", member("d840 a0"));
bad("cbor-tag-64-twice", "CBOR: tag 64 before what is no byte string", member("d840 d840 41 01"));
bad("cbor-tag-64-alone", "CBOR: cut off", member("d840"));
for (const raw of ["1c", "1d", "1e", "1f", "3c", "3f", "5c", "7d", "9e", "bc", "dc", "df", "e0", "f3", "f8 18", "f8 20", "f8 ff", "fc", "fe"])
	bad("cbor-head-" + raw.replace(" ", "-"), "CBOR: a head that CBOR does not have", member(raw));
bad("cbor-key-number", "CBOR: a key that is no text", map(pair("type", text("client_kx_ready")), hex("01 02")));
bad("cbor-key-bytes", "CBOR: a key that is no text", map(pair("type", text("client_kx_ready")), hex("41 61 02")));
bad("cbor-key-null", "CBOR: a key that is no text", map(pair("type", text("client_kx_ready")), hex("f6 02")));
bad("cbor-key-map", "CBOR: a key that is no text", map(pair("type", text("client_kx_ready")), hex("a0 02")));
bad("cbor-key-twice", "CBOR: a key for the second time", map(pair("type", text("client_kx_ready")), pair("type", text("enc"))));
bad("cbor-key-twice-head", "CBOR: a key for the second time", map(pair("a", hex("01")), hex("78 01 61 02"), pair("type", text("client_kx_ready"))));
bad("cbor-key-twice-inside", "CBOR: a key for the second time", member("a3 61 61 01 61 62 02 61 61 03"));
bad("cbor-key-twice-after-map", "CBOR: a key for the second time", map(pair("a", hex("a1 61 62 00")), pair("a", hex("00"))));
bad("cbor-key-not-utf8", "CBOR: text that is not UTF-8", map(hex("61 ff 00"), pair("type", text("client_kx_ready"))));
for (const [name, raw] of Object.entries({ alone: "61 80", overlong: "62 c080", surrogate: "63 eda080", cut: "62 e282", "too-high": "64 f4908080" }))
	bad("cbor-utf8-" + name, "CBOR: text that is not UTF-8", member(raw));
bad("cbor-deep", "CBOR: nested too deeply", { ...ready, a: nested(8) });
bad("cbor-deep-map", "CBOR: nested too deeply", member("a16161".repeat(8) + "00"));
bad("cbor-deep-bomb", "CBOR: nested too deeply", Buffer.alloc(1000, 0x81));
bad("cbor-items", "CBOR: too many items", member(Buffer.concat([hex("99 07fc"), Buffer.alloc(2044, 0xf6)])));
bad("cbor-after", "CBOR: bytes after the end", Buffer.concat([node.encode(ready), Buffer.of(0)]));
bad("cbor-two", "CBOR: bytes after the end", Buffer.concat([node.encode(ready), node.encode(ready)]));

bad("not-map-array", "CBOR: no map", hex("81 00"));
bad("not-map-text", "CBOR: no map", text("type"));
bad("not-map-bytes", "CBOR: no map", hex("d840 41 00"));
bad("type-missing", "type: no text", { a: 1 });
bad("type-no-members", "type: no text", {});
bad("type-number", "type: no text", { type: 1 });
bad("type-null", "type: no text", { type: null });
bad("type-bytes", "type: no text", { type: Buffer.from("enc") });
bad("type-unknown", "type: unknown", { type: "kx" });
bad("type-prefix", "type: unknown", { type: "client_kx_" });
bad("type-case", "type: unknown", { type: "ENC" });
bad("type-empty", "type: unknown", { type: "" });

// Every member that is needed, missing, null and of another kind; every other of another kind.
const whole = {
	client_kx_ready: [ready, { version: 2, nonce: bytes(32) }],
	server_kx: [offer, { event_log: "[]", vm_config: "{}", version: 2, share: bytes(32) }],
	client_kx: [{ type: "client_kx", sealedSymmetricKey: bytes(80) }, { share: bytes(32) }],
	enc: [enc, {}],
	http_request: [request, { body: "", is_streamed: false, timeout: 1 }],
	http_response: [response, { body: "", is_streamed: false, error: "" }],
	ws_connect: [connect, { protocols: [] }],
	ws_message: [message, {}],
	ws_close: [{ type: "ws_close", connectionId: "1" }, { code: 1000, reason: "" }],
	ws_event: [event, { code: 1000, reason: "", error: "" }],
	http_chunk: [chunk, {}],
	http_window: [window, {}],
	http_cancel: [{ type: "http_cancel", requestId: "1" }, { reason: "" }],
};
for (const [type, [needed, other]] of Object.entries(whole)) {
	for (const name of Object.keys(without(needed, "type"))) {
		bad(`${type}-${name}-missing`, `${type}: ${name}: missing`, without(needed, name));
		bad(`${type}-${name}-undefined`, `${type}: ${name}: missing`, { ...needed, [name]: undefined });
		bad(`${type}-${name}-null`, `${type}: ${name}: n`, { ...needed, [name]: null });
	}
	for (const [name, value] of Object.entries({ ...without(needed, "type"), ...other }))
		bad(`${type}-${name}-kind`, `${type}: ${name}: n`, { ...needed, [name]: typeof value === "number" ? "1" : 1 });
}

for (const length of [31, 33]) {
	bad(`nonce-${length}`, `client_kx_ready: nonce: ${length} bytes`, { ...ready, nonce: bytes(length) });
	bad(`key-${length}`, `server_kx: x25519PublicKey: ${length} bytes`, { ...offer, x25519PublicKey: bytes(length) });
	bad(`server-share-${length}`, `server_kx: share: ${length} bytes`, { ...offer, share: bytes(length) });
	bad(`client-share-${length}`, `client_kx: share: ${length} bytes`, { type: "client_kx", sealedSymmetricKey: bytes(80), share: bytes(length) });
}
for (const length of [79, 81]) bad(`sealed-${length}`, `client_kx: sealedSymmetricKey: ${length} bytes`, { type: "client_kx", sealedSymmetricKey: bytes(length) });
for (const length of [23, 25]) bad(`box-nonce-${length}`, `enc: nonce: ${length} bytes`, { ...enc, nonce: bytes(length) });
bad("ciphertext-15", "enc: ciphertext: 15 bytes", { ...enc, ciphertext: bytes(15) });
for (const version of [0, 256, -1, 1.5, 4294967298]) bad(`version-${version}`, "client_kx_ready: version: no number of 1 to 255", { ...ready, version });
bad("version-large", "client_kx_ready: version: no number of 1 to 255", map(pair("type", text("client_kx_ready")), pair("version", hex("1b 0000000100000002"))));
bad("id-empty", "http_request: requestId: 0 bytes", { ...request, requestId: "" });
bad("id-129", "http_request: requestId: 129 bytes", { ...request, requestId: "r".repeat(129) });
bad("connection-id-129", "ws_connect: connectionId: 129 bytes", { ...connect, connectionId: "é".repeat(64) + "c" });
bad("method-empty", "http_request: method: 0 bytes", { ...request, method: "" });
bad("method-65", "http_request: method: 65 bytes", { ...request, method: "M".repeat(65) });
bad("url-empty", "http_request: url: 0 bytes", { ...request, url: "" });
bad("headers-array", "http_request: headers: no map", { ...request, headers: [["a", "1"]] });
bad("header-number", "http_response: headers: a value that is no text", { ...response, headers: { a: 1 } });
bad("header-null", "http_response: headers: a value that is no text", { ...response, headers: { a: null } });
bad("header-bytes", "http_response: headers: a value that is no text", { ...response, headers: { a: bytes(1) } });
bad("header-array-number", "http_response: headers: a value that is no text", { ...response, headers: { a: ["1", 2] } });
bad("header-array-array", "http_response: headers: a value that is no text", { ...response, headers: { a: [["1"]] } });
bad("header-twice", "CBOR: a key for the second time", typed("http_request", pair("headers", map(pair("a", text("1")), pair("a", text("2"))))));
bad("headers-257", "http_request: headers: more than 256", { ...request, headers: Object.fromEntries(Array.from({ length: 257 }, (_, i) => ["h" + i, ""])) });
bad("header-values-257", "http_response: headers: more than 256", { ...response, headers: { a: Array(200).fill(""), b: Array(57).fill("") } });
bad("body-map", "http_request: body: no text or bytes", { ...request, body: {} });
bad("body-and-streamed", "http_request: body: there, and is_streamed too", { ...request, body: "", is_streamed: true });
bad("answer-and-streamed", "http_response: body: there, and is_streamed too", { ...response, body: "", is_streamed: true });
bad("timeout-negative", "http_request: timeout: no number", { ...request, timeout: -1 });
bad("timeout-nan", "http_request: timeout: no number", { ...request, timeout: NaN });
bad("timeout-minus-infinity", "http_request: timeout: no number", { ...request, timeout: -Infinity });
for (const status of [99, 600, 200.5, -200]) bad(`status-${status}`, "http_response: status: no number of 100 to 599", { ...response, status });
bad("protocols-17", "ws_connect: protocols: no list of at most 16 texts", { ...connect, protocols: Array(17).fill("p") });
bad("protocols-number", "ws_connect: protocols: no list of at most 16 texts", { ...connect, protocols: ["a", 1] });
bad("data-type-bytes", "ws_message: dataType: not what data is", { ...message, dataType: "arraybuffer" });
bad("data-type-text", "ws_message: dataType: not what data is", { ...message, data: bytes(1) });
bad("data-type-unknown", "ws_message: dataType: not what data is", { ...message, dataType: "blob" });
bad("event-unknown", "ws_event: eventType: none of open, close, error", { ...event, eventType: "message" });
for (const code of [999, 5000, 0]) bad(`code-${code}`, "ws_close: code: no number of 1000 to 4999", { type: "ws_close", connectionId: "1", code });
bad("chunk-text", "http_chunk: data: no bytes", { ...chunk, data: "abc" });
bad("chunk-nothing", "http_chunk: data: none, and not the last", { ...chunk, data: bytes(0) });
bad("chunk-last-number", "http_chunk: last: neither true nor false", { ...chunk, last: 1 });
for (const credit of [0, 16777217, -1, 1.5]) bad(`window-${credit}`, "http_window: credit: no number of 1 to 16777216", { ...window, credit });
