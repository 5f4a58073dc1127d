// An app written for the published kettle and its tunnel: how such apps begin, take WebSockets, tell all of them something,
// and keep routes for the tunnel alone. It must run as it is.
import { Hono } from "hono"
import { cors } from "hono/cors"
import { upgradeWebSocket } from "hono/cloudflare-workers"
import {
  encryptedOnlyHono,
  isEncryptedRequest,
  TunnelServer,
  ServerRAMockWebSocket,
} from "@teekit/tunnel"
import { getDb, getQuoteFromService, type Env } from "@teekit/kettle/worker"

const app = new Hono<{ Bindings: Env }>()
app.use("/*", cors())

// Before the tunnel: a WebSocket for this path is the tunnel's all the same.
app.get("/", (c) => c.text("root"))

export async function onInit(env: Env) {
  await getDb(env).execute("CREATE TABLE IF NOT EXISTS kv (key TEXT PRIMARY KEY, value TEXT)")
}

const { wss } = await TunnelServer.initialize(app, getQuoteFromService, { upgradeWebSocket })

wss.on("connection", (ws, context) => {
  ws.send(JSON.stringify({ hello: wss.clients.size, path: context?.req.path }))
  ws.on("message", (data) => {
    if (typeof data !== "string") return ws.send(data)
    if (data === "throw") throw new Error("in a listener")
    if (data === "bye") return ws.close(4001, "bye")
    wss.clients.forEach((client: ServerRAMockWebSocket) => {
      if (client.readyState === 1 /* WebSocket.OPEN */) client.send(data)
    })
  })
  ws.on("close", (code, reason) => console.log(`closed ${code} ${reason} ${wss.clients.size}`))
})

app.get("/secret", encryptedOnlyHono(), (c) => c.text("told"))
app.get("/teapot", encryptedOnlyHono({ errorStatus: 418, errorMessage: "no" }), (c) => c.text("told"))
app.get("/how", (c) => c.json({ encrypted: isEncryptedRequest(c.req.raw) }))

app.put("/kv/:key", async (c) => {
  const sql = "INSERT INTO kv VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
  await getDb(c.env).execute({ sql, args: [c.req.param("key"), await c.req.text()] })
  return c.json({ ok: true })
})
app.get("/kv/:key", async (c) => {
  const { rows } = await getDb(c.env).execute({ sql: "SELECT value FROM kv WHERE key = ?1", args: [c.req.param("key")] })
  return rows[0] ? c.json(rows[0]) : c.json({ error: "not found" }, 404)
})

// The bare WebSocket, for those that come in clear.
app.get("/ws", upgradeWebSocket(() => ({ onMessage: (event, ws) => ws.send(`clear ${event.data}`) })))

export default app
