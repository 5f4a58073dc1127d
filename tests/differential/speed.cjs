// speed.cjs FOLDER SECONDS: how often @phala/dcap-qvl from npm, in MODULES, verifies the quote of a set, and its collateral each
// time, in a second of processor time. FOLDER is a set as the test authority makes it. Prints the number, alone.
const fs = require("fs");
const { QuoteVerifier } = require(process.env.MODULES + "/@phala/dcap-qvl/src/verify");
const [folder, seconds] = process.argv.slice(2);
const quote = new Uint8Array(fs.readFileSync(folder + "/quote.bin"));
const text = fs.readFileSync(folder + "/collateral.json").toString();
const at = Number(fs.readFileSync(folder + "/at"));
const verifier = QuoteVerifier.newWithRootCa(fs.readFileSync(folder + "/root.der"));
const run = () => verifier.verify(quote, JSON.parse(text), at);
const now = () => {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1e6;
};
for (let i = 0; i < 50; i++) run(); // compiled, then
let done = 0;
const begin = now();
let end = begin;
for (; end < begin + Number(seconds); end = now(), done++) run();
console.log((done / (end - begin)).toFixed(1));
