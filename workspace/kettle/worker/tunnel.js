// What kettle/worker has for the tunnel, which is also "@teekit/tunnel". The tunnel itself is in front of the worker: nothing
// here encrypts or makes quotes. Described in tunnel.d.ts.
import { EventEmitter } from "node:events";

// entry.js puts it on requests that came through the tunnel. No client can.
export const ENCRYPTED_REQUEST = Symbol.for("kettle:encrypted-request");

export function isEncryptedRequest(request) {
	return request?.[ENCRYPTED_REQUEST] === true;
}

export function encryptedOnly({ errorStatus = 403, errorMessage = "Encrypted channel required" } = {}) {
	return async (c, next) => (isEncryptedRequest(c.req.raw) ? next() : c.text(errorMessage, errorStatus));
}
export { encryptedOnly as encryptedOnlyHono };

// One listener that throws does not keep the others from being told.
class Emitter extends EventEmitter {
	emit(name, ...values) {
		const listeners = this.rawListeners(name);
		for (const listener of listeners) {
			try {
				listener.apply(this, values);
			} catch (error) {
				console.error(`kettle: on ${String(name)}:`, error);
			}
		}
		return listeners.length > 0;
	}
}

// A tunnelled WebSocket, in the manner of the package ws as far as published apps use it.
export class ServerRAMockWebSocket extends Emitter {
	CONNECTING = 0;
	OPEN = 1;
	CLOSING = 2;
	CLOSED = 3;
	#socket;
	#isOver = false;

	constructor(socket, extraContext) {
		super();
		this.extraContext = extraContext;
		this.#socket = socket;
		socket.binaryType = "arraybuffer";
		socket.addEventListener("message", ({ data }) => {
			this.emit("message", typeof data === "string" ? data : new Uint8Array(data), extraContext);
		});
		socket.addEventListener("close", ({ code, reason }) => this.#end(code, reason));
		socket.addEventListener("error", () => this.#end(1006, ""));
		socket.accept();
	}

	get readyState() {
		return this.#isOver ? this.CLOSED : this.#socket.readyState;
	}

	send(data) {
		if (this.readyState === this.OPEN) this.#socket.send(data);
	}

	close(code, reason) {
		if (this.readyState !== this.OPEN) return;
		this.#socket.close(code, reason);
		this.#end(code ?? 1000, reason ?? "");
	}

	#end(code, reason) {
		if (this.#isOver) return;
		this.#isOver = true;
		this.emit("close", code, reason);
	}
}

// All tunnelled WebSockets of an app, whatever their path, once it listens for "connection".
export class ServerRAMockWebSocketServer extends Emitter {
	clients = new Set();

	addClient(client) {
		this.clients.add(client);
		client.once("close", () => this.clients.delete(client));
		this.emit("connection", client, client.extraContext);
	}

	close(done) {
		for (const client of [...this.clients]) client.close(1000, "server closing");
		done?.();
	}
}

const PATH = "/__ra__";

const isSocket = (request) => isEncryptedRequest(request) && request.headers.get("upgrade")?.toLowerCase() === "websocket";

function moved(request) {
	const url = new URL(request.url);
	url.pathname = PATH;
	return Object.assign(new Request(url, request), { [ENCRYPTED_REQUEST]: true });
}

export class TunnelServer {
	constructor(app, wss) {
		this.app = app;
		this.wss = wss;
	}

	// Whatever else published apps give, how to make a quote and how to upgrade, is done without them.
	static async initialize(app) {
		if (typeof app?.fetch !== "function" || typeof app.get !== "function")
			throw new TypeError("TunnelServer.initialize: the app is none of Hono's");
		const wss = new ServerRAMockWebSocketServer();
		const answer = app.fetch;
		// As in the published kettle, tunnelled WebSockets come by this route, past what was put before it.
		app.get(PATH, (c, next) => {
			if (!isSocket(c.req.raw)) return next();
			const { 0: client, 1: server } = new WebSocketPair();
			wss.addClient(new ServerRAMockWebSocket(server, c));
			return new Response(null, { status: 101, webSocket: client });
		});
		app.fetch = (request, ...rest) =>
			answer(wss.listenerCount("connection") && isSocket(request) ? moved(request) : request, ...rest);
		return new TunnelServer(app, wss);
	}
}

// Published modules leave functions here for each other; there is nothing to leave.
export const setTunnelServerContext = () => {};
export const getTunnelServerContext = () => ({});
export const isWorkerdEnvironment = () => true;
