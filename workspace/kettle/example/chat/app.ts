// A chat: HTTP routes, messages kept in SQL, a WebSocket that tells everybody, and a page from static files.
//
//	cd workspace/kettle/example/chat
//	kettle launch --db-dir /tmp/chat --static static manifest.json
//
// and then http://localhost:3001/ in two windows.
import { Hono } from "hono";
import type { WSContext } from "hono/ws";
import { type Env, serveStatic, upgradeWebSocket } from "kettle/worker";

type Message = { id: number; name: string; text: string; sent: string };

const BACKLOG = 50;
const OPEN = 1;

const app = new Hono<{ Bindings: Env }>();
const listeners = new Set<WSContext>();

export function onInit(env: Env): void {
	env.DO_STORAGE.sql.exec(`CREATE TABLE IF NOT EXISTS messages
		(id INTEGER PRIMARY KEY, name TEXT NOT NULL, text TEXT NOT NULL, sent TEXT NOT NULL)`);
}

// What somebody says, by HTTP or by WebSocket; null when it is no message.
function parse(body: unknown): Pick<Message, "name" | "text"> | null {
	try {
		const { name, text } = JSON.parse(String(body));
		const isMessage = typeof name === "string" && typeof text === "string" && name && text;
		return isMessage ? { name: name.slice(0, 40), text: text.slice(0, 1000) } : null;
	} catch {
		return null;
	}
}

function post(env: Env, { name, text }: Pick<Message, "name" | "text">): Message {
	const message = env.DO_STORAGE.sql
		.exec<Message>(
			"INSERT INTO messages (name, text, sent) VALUES (?, ?, ?) RETURNING *",
			name,
			text,
			new Date().toISOString(),
		)
		.one();
	for (const listener of listeners) if (listener.readyState === OPEN) listener.send(JSON.stringify(message));
	return message;
}

function latest(env: Env): Message[] {
	const rows = env.DO_STORAGE.sql.exec<Message>("SELECT * FROM messages ORDER BY id DESC LIMIT ?", BACKLOG);
	return rows.toArray().reverse();
}

app.get("/healthz", (c) => c.json({ ok: true }));

app.get("/messages", (c) => c.json(latest(c.env)));

app.post("/messages", async (c) => {
	const said = parse(await c.req.text());
	return said ? c.json(post(c.env, said), 201) : c.json({ error: "name and text are wanted" }, 400);
});

app.get(
	"/ws",
	upgradeWebSocket((c) => ({
		onMessage({ data }, socket) {
			listeners.add(socket);
			// Who has just come says nothing, and is told what was said before: all of it, since nothing comes between.
			if (data === "") for (const message of latest(c.env)) socket.send(JSON.stringify(message));
			const said = parse(data);
			if (said) post(c.env, said);
		},
		onClose: (_event, socket) => void listeners.delete(socket),
	})),
);

app.get("*", serveStatic());

export default app;
