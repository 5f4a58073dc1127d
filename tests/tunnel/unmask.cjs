// unmask.cjs FILE...: the payloads of the WebSocket frames in what a client sent (recorder.cjs), without their masks, one after the other.
const fs = require("fs");

for (const file of process.argv.slice(2)) {
	const bytes = fs.readFileSync(file);
	let at = bytes.indexOf("\r\n\r\n") + 4;
	while (at >= 4 && at + 6 <= bytes.length) {
		let size = bytes[at + 1] & 0x7f;
		const more = size === 126 ? 2 : size === 127 ? 8 : 0;
		if (more) size = Number(more === 2 ? bytes.readUInt16BE(at + 2) : bytes.readBigUInt64BE(at + 2));
		const mask = bytes.subarray(at + 2 + more, at + 6 + more);
		const payload = bytes.subarray(at + 6 + more, at + 6 + more + size);
		process.stdout.write(payload.map((byte, i) => byte ^ mask[i % 4]));
		at += 6 + more + size;
	}
}
