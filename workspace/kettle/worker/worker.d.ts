// Types of "kettle/worker", which is also "@teekit/kettle/worker". To check an app with the versions it will run with, put
// a link `node_modules` to PREFIX/lib/node_modules beside it (in the image /usr/lib/node_modules, on a machine that built
// kettle build/lib/node_modules), and give TypeScript
//
//     {"compilerOptions": {"target": "ES2024", "lib": ["ES2024", "WebWorker"], "module": "ESNext",
//                          "moduleResolution": "Bundler", "strict": true, "noEmit": true, "types": []}}
import type { MiddlewareHandler } from "hono";

export { upgradeWebSocket } from "hono/cloudflare-workers";
export * from "./tunnel.js";

/** Another service, reached as with the global fetch(); host and scheme of the URL say nothing. */
export interface Fetcher {
	fetch(request: Request | URL | string, init?: RequestInit): Promise<Response>;
}

export type SqlValue = string | number | ArrayBuffer | null;
export type SqlRow = Record<string, SqlValue>;

/** The rows of a statement, one at a time; the statement has run by then as far as its rows were asked for. */
export interface SqlCursor<Row extends SqlRow = SqlRow> extends Iterable<Row> {
	/** All rows that are left. */
	toArray(): Row[];
	/** The only row; throws when there is none or another. */
	one(): Row;
	next(): { done?: false; value: Row } | { done: true; value?: undefined };
	/** The rows as arrays. */
	raw<Values extends SqlValue[]>(): IterableIterator<Values>;
	readonly columnNames: string[];
	readonly rowsRead: number;
	readonly rowsWritten: number;
}

export interface SqlStorage {
	/** Runs one or more statements; the values are for the placeholders (`?`, `?1`) of the last. */
	exec<Row extends SqlRow = SqlRow>(query: string, ...values: (SqlValue | ArrayBufferView | boolean)[]): SqlCursor<Row>;
	/** In bytes. */
	readonly databaseSize: number;
}

export interface ListOptions {
	start?: string;
	startAfter?: string;
	end?: string;
	prefix?: string;
	reverse?: boolean;
	limit?: number;
}

/** The app's storage, kept in the data folder: SQL, and values by key beside it. */
export interface Storage {
	readonly sql: SqlStorage;
	/** All that the function does, or, when it throws, nothing. It may not wait. */
	transactionSync<Result>(run: () => Result): Result;
	get<Value = unknown>(key: string): Promise<Value | undefined>;
	get<Value = unknown>(keys: string[]): Promise<Map<string, Value>>;
	put<Value>(key: string, value: Value): Promise<void>;
	put<Value>(entries: Record<string, Value>): Promise<void>;
	delete(key: string): Promise<boolean>;
	delete(keys: string[]): Promise<number>;
	deleteAll(): Promise<void>;
	list<Value = unknown>(options?: ListOptions): Promise<Map<string, Value>>;
	/** Returns when everything written is on the disk. */
	sync(): Promise<void>;
}

/** What onInit(env) and fetch(request, env) are given, and `c.env` in Hono: `new Hono<{ Bindings: Env }>()`. */
export interface Env {
	DO_STORAGE: Storage;
	/** POST http://quote-service/quote; see getQuoteFromService(). */
	QUOTE_SERVICE: Fetcher;
	/** There when the launcher was given static files; see serveStatic(). */
	STATIC_FILES?: Fetcher;
	/** Not there any more: of published apps that ask whether there is a database before they use it. */
	DB_URL?: undefined;
	DB_TOKEN?: undefined;
	/** The namespace of the object that the app itself runs in. */
	HONO_DO: unknown;
}

/** Serves the launcher's static files: for a path that ends in a slash the folder's index.html, else the file, else PATH.html.
 * What is no file is left to the next handler, so put it last: `app.get("*", serveStatic())`. */
export function serveStatic(): MiddlewareHandler;

export interface Quote {
	quote: Uint8Array;
	/** JSON of the dstack guest agent. It proves nothing but through the quote's registers. */
	event_log: string;
	vm_config: string | null;
}

/** A quote that binds the X25519 key, of 32 bytes. Throws when there is none to be had, as outside of a confidential VM. */
export function getQuoteFromService(publicKey: Uint8Array, env?: Pick<Env, "QUOTE_SERVICE">): Promise<Quote>;

export type Statement = string | { sql: string; args?: unknown[] };

export interface ResultSet {
	columns: string[];
	rows: Record<string, unknown>[];
	rowsAffected: number;
	lastInsertRowid: number;
}

export interface SqliteClient {
	execute(statement: Statement): Promise<ResultSet>;
	/** All statements, or, when one fails, none. */
	batch(statements: Statement[]): Promise<ResultSet[]>;
	getDatabaseSize(): number;
	/** Nothing has to be closed. */
	close(): void;
}

/** The app's database, env.DO_STORAGE.sql, behind the interface of published apps. */
export function getDb(env: Pick<Env, "DO_STORAGE">): SqliteClient;
