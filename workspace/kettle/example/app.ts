// An app for kettle: routes, and a counter in SQL that is still there after a restart.
//
//	kettle launch workspace/kettle/example/manifest.json
//	curl http://localhost:3001/
//	tunnel-fetch --collateral collateral.json --release release http://localhost:3001/how
import { type Env, isEncryptedRequest } from "kettle/worker";

const started = new Set<string>();

// Called once, before the first request.
export async function onInit(env: Env): Promise<void> {
	started.add("onInit");
	env.DO_STORAGE.sql.exec("CREATE TABLE IF NOT EXISTS visits (name TEXT PRIMARY KEY, count INTEGER NOT NULL)");
}

function visit(env: Env, name: string): number {
	const row = env.DO_STORAGE.sql
		.exec(
			"INSERT INTO visits VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET count = count + 1 RETURNING count",
			name,
		)
		.one();
	return Number(row.count);
}

function health(env: Env): Response {
	env.DO_STORAGE.sql.exec("SELECT 1").one();
	return Response.json({ ok: started.has("onInit") });
}

export default {
	async fetch(request: Request, env: Env): Promise<Response> {
		const url = new URL(request.url);
		if (url.pathname === "/healthz") return health(env);
		if (url.pathname === "/echo" && request.method === "POST") return new Response(await request.text());
		if (url.pathname === "/how") return new Response(isEncryptedRequest(request) ? "through the tunnel\n" : "in clear\n");
		if (url.pathname !== "/") return new Response("not found\n", { status: 404 });
		const name = url.searchParams.get("name") ?? "world";
		return new Response(`Hello, ${name}. You are visitor ${visit(env, name)}.\n`);
	},
};
