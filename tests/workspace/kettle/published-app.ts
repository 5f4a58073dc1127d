// An app written for the published kettle, but for its tunnel: how such apps import, keep their data, ask for quotes and
// serve WebSockets and files. It must run as it is. In their manner, types are imported with and without saying so, and one
// is from a file that is not there.
import { Hono } from "hono"
import { cors } from "hono/cors"
import { WSEvents } from "hono/ws"
import { upgradeWebSocket } from "hono/cloudflare-workers"
import { ContentfulStatusCode } from "hono/utils/http-status"
import { sha256 } from "@noble/hashes/sha256"
import { bytesToHex } from "@noble/hashes/utils"
import { getDb, getQuoteFromService, serveStatic, type Env } from "@teekit/kettle/worker"
import type { Note } from "./types.js"

const app = new Hono<{ Bindings: Env }>()
app.use("/*", cors())

const started = Date.now()
let hits = 0

export async function onInit(env: Env) {
  await getDb(env).execute("CREATE TABLE IF NOT EXISTS notes (key TEXT PRIMARY KEY, value TEXT)")
  env.DO_STORAGE.sql.exec("CREATE TABLE IF NOT EXISTS visits (at INTEGER)")
}

app.get("/uptime", (c) => c.json({ milliseconds: Date.now() - started }))

app.post("/increment", (c) => c.json({ counter: ++hits }))

app.get("/healthz", async (c) => {
  if (c.env.DB_URL && c.env.DB_TOKEN) await getDb(c.env).execute("SELECT 1")
  return c.json({ ok: true })
})

app.put("/notes/:key", async (c) => {
  const note: Note = { key: c.req.param("key"), value: await c.req.text() }
  const result = await getDb(c.env).execute({
    sql: "INSERT INTO notes (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    args: [note.key, note.value],
  })
  return c.json({ changed: result.rowsAffected })
})

app.get("/notes/:key", async (c) => {
  const result = await getDb(c.env).execute({
    sql: "SELECT value FROM notes WHERE key = ?1",
    args: [c.req.param("key")],
  })
  const row = result.rows[0]
  return row ? c.json({ ...row, columns: result.columns }) : c.json({ error: "not found" }, 404)
})

app.post("/notes", async (c) => {
  const notes: Note[] = await c.req.json()
  try {
    await getDb(c.env).batch(
      notes.map(({ key, value }) => ({ sql: "INSERT INTO notes (key, value) VALUES (?, ?)", args: [key, value] })),
    )
    return c.json({ ok: true })
  } catch (err) {
    return c.json({ error: String(err) }, 409)
  }
})

app.post("/visits", (c) => {
  c.env.DO_STORAGE.sql.exec("INSERT INTO visits VALUES (?)", Date.now())
  return c.json(c.env.DO_STORAGE.sql.exec("SELECT count(*) AS count FROM visits").one())
})

app.all("/quote", async (c) => {
  const { publicKey } = await c.req.json()
  const response = await c.env.QUOTE_SERVICE.fetch(
    new Request("http://quote-service/quote", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ publicKey }),
    }),
  )
  return c.json(await response.json(), response.status as ContentfulStatusCode)
})

app.get("/quote-bytes", async (c) => {
  try {
    const { quote } = await getQuoteFromService(new Uint8Array(32), c.env)
    return c.json({ bytes: quote.length, sha256: bytesToHex(sha256(quote)) })
  } catch (err) {
    return c.json({ error: String(err) }, 501)
  }
})

app.get(
  "/ws",
  upgradeWebSocket((): WSEvents => ({
    onMessage(event, ws) {
      if (event.data instanceof ArrayBuffer) ws.send(new Uint8Array(event.data))
      else if (event.data instanceof Blob) event.data.arrayBuffer().then((data) => ws.send(new Uint8Array(data)))
      else if (event.data === "bye") ws.close(4000, "bye")
      else ws.send(String(event.data))
    },
  })),
)

app.get("*", serveStatic())

export default app
