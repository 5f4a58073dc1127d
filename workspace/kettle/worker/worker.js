// What kettle gives an app to import, as "kettle/worker" or "@teekit/kettle/worker". Described in worker.d.ts.
import { env as bindings } from "cloudflare:workers";
import { getPath } from "hono/utils/url";

export { upgradeWebSocket } from "hono/cloudflare-workers";
export * from "./tunnel.js";

const TYPES = {
	css: "text/css;charset=utf-8",
	csv: "text/csv;charset=utf-8",
	gif: "image/gif",
	htm: "text/html;charset=utf-8",
	html: "text/html;charset=utf-8",
	ico: "image/x-icon",
	jpeg: "image/jpeg",
	jpg: "image/jpeg",
	js: "text/javascript;charset=utf-8",
	json: "application/json;charset=utf-8",
	map: "application/json;charset=utf-8",
	md: "text/markdown;charset=utf-8",
	mjs: "text/javascript;charset=utf-8",
	mp3: "audio/mpeg",
	mp4: "video/mp4",
	pdf: "application/pdf",
	png: "image/png",
	svg: "image/svg+xml;charset=utf-8",
	ttf: "font/ttf",
	txt: "text/plain;charset=utf-8",
	wasm: "application/wasm",
	webm: "video/webm",
	webmanifest: "application/manifest+json;charset=utf-8",
	webp: "image/webp",
	woff: "font/woff",
	woff2: "font/woff2",
	xml: "text/xml;charset=utf-8",
};

function typeOf(path) {
	const extension = /\.([^./]+)$/.exec(path)?.[1].toLowerCase();
	return Object.hasOwn(TYPES, extension) ? TYPES[extension] : "application/octet-stream";
}

// The files that may answer for a request: a folder's index.html, else the file, else its page. None when Hono's routes saw
// another path, as for a backslash: a rule for some paths would hold for others than their files.
function candidates(request) {
	const url = new URL(request.url);
	const path = url.pathname;
	if (getPath(request) !== getPath({ url: url.href })) return [];
	if (path.endsWith("/")) return [`${path}index.html`];
	return path.endsWith(".html") ? [path] : [path, `${path}.html`];
}

export function serveStatic() {
	return async (c, next) => {
		const { method } = c.req;
		const files = method === "GET" || method === "HEAD" ? c.env.STATIC_FILES : undefined;
		for (const path of files ? candidates(c.req.raw) : []) {
			const file = await files.fetch(`http://static-files${path}`, { method });
			if (!file.ok) continue;
			const headers = { "content-type": typeOf(path), "content-length": file.headers.get("content-length") };
			return c.body(file.body, 200, headers);
		}
		return next ? next() : c.notFound();
	};
}

const decodeBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

export async function getQuoteFromService(publicKey, env = bindings) {
	const response = await env.QUOTE_SERVICE.fetch("http://quote-service/quote", {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ publicKey: Array.from(publicKey) }),
	});
	if (!response.ok) throw new Error(`no quote: ${response.status} ${await response.text()}`);
	const { quote, event_log, vm_config } = await response.json();
	return { quote: decodeBase64(quote), event_log, vm_config };
}

class Database {
	#storage;

	constructor(storage) {
		this.#storage = storage;
	}

	#run(statement) {
		const { sql, args = [] } = typeof statement === "string" ? { sql: statement } : statement;
		const cursor = this.#storage.sql.exec(sql, ...args.map((value) => value ?? null));
		const rows = cursor.toArray();
		const { changes, id } = this.#storage.sql.exec("SELECT changes() AS changes, last_insert_rowid() AS id").one();
		// changes() still tells of the last statement that did change something.
		return { columns: cursor.columnNames, rows, rowsAffected: cursor.rowsWritten ? changes : 0, lastInsertRowid: id };
	}

	async execute(statement) {
		return this.#run(statement);
	}

	async batch(statements) {
		return this.#storage.transactionSync(() => statements.map((statement) => this.#run(statement)));
	}

	getDatabaseSize() {
		return this.#storage.sql.databaseSize;
	}

	close() {}
}

export function getDb(env) {
	if (!env.DO_STORAGE?.sql) throw new Error("no database: env.DO_STORAGE is missing; use the env that the app is given");
	return new Database(env.DO_STORAGE);
}
