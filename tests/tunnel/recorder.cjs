// recorder.cjs PORT FILE: passes connections on to that port, and keeps what went through: FILE.N.up and FILE.N.down for the Nth connection.
// Prints `listening PORT`.
const fs = require("fs");
const net = require("net");

const [port, file] = process.argv.slice(2);
let count = 0;

function pass(from, to, name) {
	from.on("data", (data) => {
		fs.appendFileSync(name, data);
		to.write(data);
	});
	from.on("end", () => to.end());
	from.on("error", () => to.destroy());
}

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
	const name = `${file}.${++count}`;
	const other = net.connect({ port: Number(port), host: "127.0.0.1", allowHalfOpen: true });
	pass(socket, other, `${name}.up`);
	pass(other, socket, `${name}.down`);
});
server.listen(0, "127.0.0.1", () => console.log("listening", server.address().port));
