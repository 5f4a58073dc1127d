// Bodies in chunks, of version 2: what a sender may send, and what a receiver gives back. docs/tunnel-protocol.md, "Bodies in chunks"
const CHUNK = 256 << 10;
const CREDIT = 1 << 20;

class ChunkSender {
	constructor(send, requestId) {
		Object.assign(this, { send, requestId, credit: CREDIT, over: false });
	}
	grant(credit) {
		this.credit += credit;
		this.wake?.();
	}
	// cancelled
	stop() {
		this.over = true;
		this.wake?.();
	}
	async room(size) {
		while (this.credit < size && !this.over) await new Promise((resolve) => (this.wake = resolve));
		this.credit -= size;
	}
	async run(source) {
		for await (const data of source)
			for (let at = 0; at < data.length && !this.over; at += CHUNK) await this.chunk(data.subarray(at, at + CHUNK));
		if (!this.over) this.send({ type: "http_chunk", requestId: this.requestId, data: new Uint8Array(0), last: true });
	}
	async chunk(data) {
		await this.room(data.length);
		if (!this.over) this.send({ type: "http_chunk", requestId: this.requestId, data: Uint8Array.from(data), last: false });
	}
}

// take(data, last) is called with what came; what it has taken may come again when its promise says so.
class ChunkReceiver {
	constructor(send, requestId, take) {
		Object.assign(this, { send, requestId, take, owed: 0 });
	}
	async chunk({ data, last }) {
		await this.take(data, last);
		this.owed += data.length;
		if (last || this.owed < CHUNK) return;
		this.send({ type: "http_window", requestId: this.requestId, credit: this.owed });
		this.owed = 0;
	}
}

module.exports = { ChunkSender, ChunkReceiver, CHUNK, CREDIT };
