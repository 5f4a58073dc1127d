// page_server.cjs ROOT.PEM: serves page.cjs, with what it requires, to a browser. Prints `listening PORT`, then what the page tells, and ends.
const fs = require("fs");
const http = require("http");
const path = require("path");

const own = ["peer.cjs", "chunks.cjs", "quote.cjs", "tunnel_client.cjs", "page.cjs"];
const npm = { "npm/tweetnacl": "tweetnacl/nacl-fast.js", "npm/blakejs": "blakejs/index.js", "npm/blakejs/blake2b.js": "blakejs/blake2b.js",
	"npm/blakejs/blake2s.js": "blakejs/blake2s.js", "npm/blakejs/util.js": "blakejs/util.js", "npm/cbor-x": "cbor-x/dist/index.js",
	...Object.fromEntries(["aes", "_polyval", "utils"].map((name) => [`npm/@noble/ciphers/${name}.js`, `@noble/ciphers/${name}.js`])) };

// Enough of Node's require() for these.
const loader = `
const process = { env: { MODULES: "npm" } };
const made = {};
const load = (id) => {
	const file = sources[id] ? id : id + ".js";
	if (!made[file]) {
		const module = (made[file] = { exports: {} });
		const folder = sources[file].folder;
		sources[file].code((name) => load(name.startsWith("./") ? folder + name.slice(2) : name), module, module.exports);
	}
	return made[file].exports;
};
load("page.cjs");`;

function bundle() {
	const wrap = (id, folder, file) => `${JSON.stringify(id)}: { folder: ${JSON.stringify(folder)}, code(require, module, exports) {\n${fs.readFileSync(file)}\n} },\n`;
	const ours = own.map((name) => wrap(name, "", path.join(__dirname, name)));
	const theirs = Object.entries(npm).map(([id, file]) => wrap(id, `npm/${path.dirname(file)}/`, path.join(process.env.MODULES, file)));
	return `const sources = {\n${[...ours, ...theirs].join("")}};\n${loader}`;
}

const served = {
	"/": ["text/html", "<!doctype html><title>tunnel</title><script src=bundle.js></script>"],
	"/bundle.js": ["text/javascript", bundle()],
	"/root.pem": ["text/plain", fs.readFileSync(process.argv[2])],
};

const server = http.createServer(async (request, answer) => {
	const { pathname } = new URL(request.url, "http://localhost");
	const [type, body] = served[pathname] ?? ["text/plain", ""];
	if (pathname === "/result") {
		for await (const chunk of request) process.stdout.write(chunk);
		process.stdout.write("\n");
		answer.end(() => process.exit(0));
	} else answer.writeHead(body ? 200 : 404, { "content-type": type }).end(body);
});
server.listen(0, "127.0.0.1", () => console.log("listening", server.address().port));
