// server.cjs [OPTION...] --backend URL --agent SOCKET: a server of tunnels. Prints `listening PORT`, then for each connection that ended
// `closed CODE REASON`.
//
// --port PORT
// --version N       the highest that it speaks
// --browser         writes CBOR as a browser's build does
// --texts           bodies of answers are text
// --attack NAME     does that to each client (server_attacks.cjs)
const { parseArgs } = require("util");
const peer = require("./peer.cjs");
const attacks = require("./server_attacks.cjs");
const { TunnelServer } = require("./tunnel_server.cjs");

const { values } = parseArgs({
	options: { backend: { type: "string" }, agent: { type: "string" }, port: { type: "string", default: "0" }, version: { type: "string", default: "1" }, browser: { type: "boolean" },
		texts: { type: "boolean" }, attack: { type: "string" } },
});

const server = new TunnelServer({ ...values, version: Number(values.version), encoder: values.browser ? peer.browser : peer.node });
server.on("connection", (connection) => {
	connection.on("closed", (code, reason) => console.log("closed", code, reason));
	if (values.attack) attacks[values.attack](connection);
});
server.listen(Number(values.port), "127.0.0.1").then((port) => console.log("listening", port));
