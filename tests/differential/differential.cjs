// differential.cjs VERDICT SETS [QUOTES]: quotes judged by tests/workspace/qvl/verdict and by @phala/dcap-qvl from npm, which is
// in MODULES: sets of the test authority (SETS/KIND/NAME), captured quotes with each collateral (QUOTES), and changes of
// both. Where the two differ, the difference must be of a class that classes.cjs knows.
//
// Prints, with tabs, `CLASS COUNT RULE EXAMPLE` for each class seen, then `agree COUNT`, and `bases COUNT`: how many cases both
// accept with the same status, of which the changes are made. Exit status 1 when a difference has no class:
// `unclassified: CASE: OURS / THEIRS` on stderr.
//
// The changes are chosen by a generator with a fixed seed: every run makes the same. CHANGES: how many of a quote.
const fs = require("fs");
const path = require("path");
const { spawnSync } = require("child_process");
const { QuoteVerifier } = require(process.env.MODULES + "/@phala/dcap-qvl/src/verify");
const classes = require("./classes.cjs");

const [verdict, sets, quotes] = process.argv.slice(2);
const changes = Number(process.env.CHANGES ?? 200);

// xorshift32
let state = 0x9e3779b9;
function random(below) {
	state ^= state << 13;
	state ^= state >>> 17;
	state ^= state << 5;
	return (state >>> 0) % below;
}

function set(folder, name) {
	const read = (file) => fs.readFileSync(path.join(folder, file));
	return { name, at: Number(read("at")), root: read("root.der"), quote: read("quote.bin"), collateral: read("collateral.json").toString() };
}

function authority() {
	const all = [];
	for (const kind of fs.readdirSync(sets).sort())
		for (const name of fs.readdirSync(path.join(sets, kind)).sort()) all.push(set(path.join(sets, kind, name), `${kind}/${name}`));
	return all;
}

// Every captured quote with every captured collateral, at a time when that is valid.
function captured() {
	const all = [];
	const has = (folder, file) => fs.existsSync(path.join(quotes, folder, file));
	const folders = fs.readdirSync(quotes).sort();
	for (const from of folders.filter((it) => has(it, "collateral.json"))) {
		const at = JSON.parse(fs.readFileSync(path.join(quotes, from, "expected.json"))).collateral_window.now;
		const collateral = fs.readFileSync(path.join(quotes, from, "collateral.json")).toString();
		const root = has(from, "trustedRootCaCert.pem") ? der(fs.readFileSync(path.join(quotes, from, "trustedRootCaCert.pem"))) : null;
		for (const of of folders.filter((it) => has(it, "quote.bin"))) {
			const quote = fs.readFileSync(path.join(quotes, of, "quote.bin"));
			all.push({ name: `${of} with ${from}`, at, root, quote, collateral });
		}
	}
	return all;
}

const der = (pem) => Buffer.from(pem.toString().replace(/-----[A-Z ]+-----/g, ""), "base64");

// A part of a quote, changed.
function change_quote(quote) {
	const it = Buffer.from(quote);
	const at = random(it.length);
	switch (random(8)) {
		case 0:
			it[at] ^= 0xff;
			return it;
		case 1:
			return it.subarray(0, at);
		case 2:
			return Buffer.concat([it.subarray(0, at), Buffer.from([random(256)]), it.subarray(at)]);
		case 3:
			return Buffer.concat([it.subarray(0, at), it.subarray(at + 1 + random(64))]);
		case 4:
			return Buffer.concat([it, Buffer.alloc(1 + random(80), random(4) ? 0 : 1)]);
		case 5:
			it.fill(0, at, Math.min(it.length, at + 1 + random(64)));
			return it;
		case 6: // fields in front, where formats differ
			it[random(64)] = random(256);
			return it;
		default:
			it[at] ^= 1 << random(8);
			return it;
	}
}

// Signed text, a chain, a list or a signature: another one's, changed, or gone.
function change_collateral(text, others) {
	const it = JSON.parse(text);
	const names = Object.keys(it);
	const name = names[random(names.length)];
	const other = JSON.parse(others[random(others.length)].collateral);
	switch (random(3)) {
		case 0:
			if (other[name] === undefined) delete it[name];
			else it[name] = other[name];
			break;
		case 1: {
			const value = String(it[name]);
			const at = random(value.length);
			it[name] = value.slice(0, at) + "0123456789abcdefABCDEF\n\"{}-"[random(27)] + value.slice(at + 1);
			break;
		}
		default:
			delete it[name];
	}
	return JSON.stringify(it);
}

function changed(bases) {
	const all = [];
	for (const base of bases) {
		for (let i = 0; i < changes; i++) all.push({ ...base, name: `${base.name}, quote changed (${i})`, quote: change_quote(base.quote) });
		for (let i = 0; i < changes / 4; i++)
			all.push({ ...base, name: `${base.name}, collateral changed (${i})`, collateral: change_collateral(base.collateral, bases) });
		for (let i = 0; i < changes / 8; i++) {
			const days = random(2) ? random(60) - 30 : random(6000) - 3000;
			all.push({ ...base, name: `${base.name}, ${days} days on`, at: base.at + days * 86400 });
		}
	}
	return all;
}

function judge_ours(cases) {
	let last = {};
	const lines = cases.map((it) => {
		const words = [it.at];
		words.push(!it.root ? "-" : it.root === last.root ? "=" : it.root.toString("hex"), it.quote === last.quote ? "=" : it.quote.toString("hex"));
		words.push(it.collateral === last.collateral ? "=" : Buffer.from(it.collateral).toString("hex"));
		last = it;
		return words.join(" ") + "\n";
	});
	const run = spawnSync(verdict, ["stream"], { input: lines.join(""), maxBuffer: 1 << 30 });
	const answers = run.stdout.toString().split("\n").slice(0, -1);
	if (run.status !== 0 || answers.length !== cases.length) throw new Error(`${verdict}: ${run.status}: ${run.stderr}`);
	return answers.map(ours);
}

// The policy is ours alone: a status that it refuses is one that was found.
function ours(text) {
	const words = text.split("\t")[0].split(" ");
	const [status, advisories] = words[0] === "holds" ? words.slice(1) : words.slice(4);
	const accepts = words[0] === "holds" || (words[1] === "16" && words[3] === "status-not-accepted" && status !== "Revoked");
	return { text, accepts, what: accepts ? `${status} ${advisories ?? ""}` : null };
}

function theirs(it) {
	try {
		const verifier = it.root ? QuoteVerifier.newWithRootCa(it.root) : QuoteVerifier.newProd();
		const report = verifier.verify(new Uint8Array(it.quote), JSON.parse(it.collateral), it.at);
		const what = `${report.status} ${report.advisory_ids.join()}`;
		return { text: `accepts ${what}`, accepts: true, what };
	} catch (error) {
		let text = "refuses";
		for (let cause = error; cause; cause = cause.cause) text += `: ${String(cause.message).split("\n")[0]}`;
		return { text, accepts: false, what: null };
	}
}

const same = (a, b) => a.accepts === b.accepts && a.what === b.what;

function classify(it, a, b) {
	return classes.find((known) => known.ours.test(a.text) && known.theirs.test(b.text) && (known.of ?? /./).test(it.name));
}

const made = authority();
const samples = quotes ? captured() : [];
let cases = [...made, ...samples];
const first = judge_ours(cases).map((a, i) => ({ it: cases[i], a, b: theirs(cases[i]) }));
const both = first.filter(({ a, b }) => a.accepts && same(a, b)).map(({ it }) => it);
const bases = [...both.filter((it) => /\/good$/.test(it.name)), ...both.filter((it) => samples.includes(it))];
cases = changed(bases);
const second = judge_ours(cases).map((a, i) => ({ it: cases[i], a, b: theirs(cases[i]) }));

const seen = new Map();
let agree = 0;
let failed = false;
for (const { it, a, b } of [...first, ...second]) {
	if (same(a, b)) {
		agree++;
		continue;
	}
	const found = classify(it, a, b);
	if (!found) {
		console.error(`unclassified: ${it.name}: ${a.text} / ${b.text}`);
		failed = true;
		continue;
	}
	const entry = seen.get(found.name) ?? { count: 0, rule: found.rule, example: it.name };
	entry.count++;
	seen.set(found.name, entry);
}
for (const [name, { count, rule, example }] of [...seen].sort()) console.log([name, count, rule, example].join("\t"));
console.log(`agree\t${agree}`);
console.log(`bases\t${bases.length}`);
process.exit(failed ? 1 : 0);
