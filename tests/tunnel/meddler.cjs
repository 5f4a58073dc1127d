// meddler.cjs PORT MESSAGE PLACE: passes connections on to that port, and changes one bit of the server's MESSAGEth WebSocket message (0 is its
// offer). PLACE is a number of bytes, from the end when it is negative, or NAME+N: so many after the first NAME in it.
// Prints `listening PORT`.
const net = require("net");

const [port, message, place] = process.argv.slice(2);

// Where the payload of the frame that begins at `at` begins and ends. A server's frames have no mask.
function frame(bytes, at) {
	if (bytes.length < at + 2) return null;
	const short = bytes[at + 1] & 0x7f;
	const more = short === 126 ? 2 : short === 127 ? 8 : 0;
	if (bytes.length < at + 2 + more) return null;
	const size = more === 2 ? bytes.readUInt16BE(at + 2) : more ? Number(bytes.readBigUInt64BE(at + 2)) : short;
	const begin = at + 2 + more;
	return bytes.length < begin + size ? null : { begin, end: begin + size, isMessage: (bytes[at] & 0x0f) < 8 };
}

function change(payload) {
	const [, name, offset] = /^(?:(\w+)\+)?(-?\d+)$/.exec(place);
	const at = name ? payload.indexOf(name) + name.length + Number(offset) : (Number(offset) + payload.length) % payload.length;
	payload[at] ^= 1;
}

// Down: whole frames at a time, once the head is over.
function meddle(from, to) {
	let bytes = Buffer.alloc(0);
	let at = -1;
	let count = 0;
	from.on("data", (data) => {
		bytes = Buffer.concat([bytes, data]);
		if (at < 0) at = bytes.indexOf("\r\n\r\n") < 0 ? -1 : bytes.indexOf("\r\n\r\n") + 4;
		for (let it; at >= 0 && (it = frame(bytes, at)); at = it.end)
			if (it.isMessage && count++ === Number(message)) change(bytes.subarray(it.begin, it.end));
		if (at < 0) return;
		to.write(bytes.subarray(0, at));
		bytes = bytes.subarray(at);
		at = 0;
	});
	from.on("close", () => to.destroy());
	from.on("error", () => {});
}

const server = net.createServer((socket) => {
	const other = net.connect(Number(port), "127.0.0.1");
	socket.pipe(other);
	socket.on("error", () => other.destroy());
	meddle(other, socket);
});
server.listen(0, "127.0.0.1", () => console.log("listening", server.address().port));
